//! The one place where things are wired, started and stopped.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{info, warn};

use crate::clock::Clock;
use crate::config::Config;
use crate::config::secrets::Secrets;
use crate::delivery::{Deliverer, DelivererError, Lanes};
use crate::desk::Desk;
use crate::intake;
use crate::store::{Store, StoreError};
use crate::telemetry::Metrics;

pub use crate::http_server::serve;

/// How long a stop may take before what is left is cut off; it is saved and goes on after the next start.
const STOP_WITHIN: Duration = Duration::from_secs(6);

/// What howler runs with.
pub struct Setup {
    pub config: Config,
    pub secrets: Secrets,
    pub data: PathBuf,
    pub clock: Clock,
}

/// Why howler does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] DelivererError),
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// A running howler, without its HTTP front.
pub struct App {
    pub desk: Desk,
    pub router: Router,
    lanes: JoinHandle<()>,
    desk_task: JoinHandle<()>,
    stop: watch::Sender<bool>,
    store: Weak<Store>,
}

impl App {
    /// Opens the store, starts the desk and the lanes.
    ///
    /// # Errors
    /// When the store cannot be used or Slack's address is none.
    pub fn start(setup: Setup) -> Result<Self, StartError> {
        let Setup { config, secrets, data, clock } = setup;
        let store = Arc::new(Store::open(&data, &new_instance(&clock))?);
        let (instance, held) = (Arc::from(store.instance()), Arc::downgrade(&store));
        let (config, metrics) = (Arc::new(config), Metrics::default());
        let deliverer =
            Arc::new(Deliverer::counted(&secrets, Arc::clone(&config), clock.clone(), metrics.clone())?);
        let (desk, wakes, desk_task) =
            Desk::start(store, Arc::clone(&config), clock.clone(), metrics.clone())?;
        let (stop, stopping) = watch::channel(false);
        let lanes = Lanes {
            desk: desk.clone(),
            deliverer: Arc::clone(&deliverer),
            clock: clock.clone(),
            metrics: metrics.clone(),
            instance,
            stopping,
        };
        let lanes = tokio::spawn(lanes.run(wakes));
        // Who howler is becomes known before anybody names it; where Slack does not tell, it is asked again when needed.
        let asking = Arc::clone(&deliverer);
        tokio::spawn(async move { drop(asking.who_am_i().await) });
        let front = intake::Front { desk: desk.clone(), deliverer, clock, metrics };
        let router = intake::router(front, &secrets.slack_signing_secret, secrets.metrics_secret.as_ref());
        Ok(Self { desk, router, lanes, desk_task, stop, store: held })
    }

    /// Finishes what is in hand. What is left in the outbox goes on after the next start. False when a part of howler
    /// had ended by itself.
    pub async fn stop(self) -> bool {
        let Self { desk, lanes, desk_task, stop, .. } = self;
        // Without lanes there is nobody to tell.
        let _ = stop.send(true);
        let finish = async {
            let lanes = lanes.await;
            let by_itself = desk_task.is_finished();
            desk.close().await;
            let mut well = !by_itself;
            for ended in [lanes, desk_task.await] {
                if let Err(error) = ended {
                    warn!(%error, "a task ended badly");
                    well = false;
                }
            }
            well
        };
        tokio::time::timeout(STOP_WITHIN, finish).await.unwrap_or_else(|_| {
            warn!("stopped with work in hand; it is saved and goes on after the next start");
            true
        })
    }

    /// Loses everything that was not saved, as a killed process does.
    pub async fn crash(self) {
        for task in [self.lanes, self.desk_task] {
            task.abort();
            // It was cut off, which is what was asked for.
            let _ = task.await;
        }
        // A commit that had begun ends on its own thread; a killed process would have taken it along.
        while self.store.strong_count() > 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// Sets one store's marks apart from every other's: the instant of its making and the process.
fn new_instance(clock: &Clock) -> String {
    format!("{:x}-{:x}", clock.now().as_millisecond(), std::process::id())
}

/// Listens at `address`.
///
/// # Errors
/// When the address cannot be used.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

/// Returns when the process is asked to stop (SIGTERM or Ctrl-C).
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => drop(terminate.recv().await),
            Err(error) => {
                warn!(%error, "SIGTERM cannot be heard");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    info!("stopping");
}
