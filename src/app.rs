//! The one place where things are wired, started and stopped.

mod backups;
mod stop;
mod telephone;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};
use tracing::{info, warn};

use asker::Asker;
use backups::{Keeper, Plan};
use config::Config;
use config::secrets::Secrets;
use delivery::phone::PhoneError;
use delivery::{
    Connections, Deliverer, DelivererError, GitHub, GitHubError, GroupKeeper, Hands, Heart, HomeKeeper,
    Lanes, SlackTarget,
};
use desk::Desk;
use domain::procedure::drill::Drill;
use domain::run::signed::Keys;
use ground::chore::Due;
use ground::clock::Clock;
use ground::logs::how_it_ended;
use ground::loopback::Loopback;
use ground::telemetry::Metrics;
use intake::hooks::{Doors, Hall};
use intake::shell::Shell;
use probe::{Prober, StandIn, runs_as};
use redact::Redactor;
use store::{Disk, Store, StoreError};
use telephone::Telephone;
use watcher::{Looker, Pages, Watcher};

use crate::dry_run::drill::Driller;
pub use crate::http_server::serve;
pub use stop::StopSignals;

/// How long a stop may take before what is left is cut off; it is saved and goes on after the next start.
const STOP_WITHIN: Duration = Duration::from_secs(6);

/// How long the store may take to close once nobody uses it.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);

/// Keeps howler's memory and environment, where its secrets are, from other processes of the same user, the programs that it
/// starts among them (`/proc/PID/environ`), and from core dumps. Only root can read them then.
///
/// # Errors
/// When the kernel does not do it.
pub fn keep_from_others() -> std::io::Result<()> {
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// What howler runs with.
pub struct Setup {
    pub config: Config,
    pub secrets: Secrets,
    pub data: PathBuf,
    pub clock: Clock,
}

/// What howler stands on: the machine's disk and network, or a disk and connections in memory for a simulation.
#[derive(Default)]
pub struct Ground {
    pub disk: Disk,
    pub slack: Option<Loopback>,
    /// What stands in for the world that procedures ask and change.
    pub world: Option<Arc<dyn StandIn>>,
}

/// Why howler does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Slack(#[from] DelivererError),
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    #[error(transparent)]
    Phone(#[from] PhoneError),
    #[error("{0}")]
    RunAs(String),
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    Listen { address: SocketAddr, source: std::io::Error },
}

/// A running howler, without its HTTP front.
pub struct App {
    pub desk: Desk,
    pub router: Router,
    front: intake::Front,
    config: Arc<Config>,
    lanes: JoinHandle<()>,
    homes: JoinHandle<()>,
    desk_task: JoinHandle<()>,
    /// Automatic backups, where they are on.
    pub backups: Option<Due>,
    keeper: Option<JoinHandle<()>>,
    /// What sources are asked, where there is a machine to ask from.
    pub asking: Option<Due>,
    asker: Option<JoinHandle<()>>,
    /// Drills of procedures, where they are on.
    pub drilling: Option<Due>,
    driller: Option<JoinHandle<()>>,
    /// What is watched, where anything is and there is a machine to ask from.
    pub watching: Option<Due>,
    watcher: Option<JoinHandle<()>>,
    /// Socket Mode, where it is on.
    socket: Option<JoinHandle<()>>,
    stop: watch::Sender<bool>,
    store: Weak<Store>,
}

impl App {
    /// Opens the store, starts the desk and the lanes.
    ///
    /// # Errors
    /// When the store cannot be used or Slack's address is none.
    pub fn start(setup: Setup) -> Result<Self, StartError> {
        Self::start_on(Ground::default(), setup)
    }

    /// [`start`](Self::start), on other ground.
    ///
    /// # Errors
    /// As `start`.
    pub fn start_on(ground: Ground, setup: Setup) -> Result<Self, StartError> {
        let Setup { mut config, secrets, data, clock } = setup;
        if ground.world.is_none() {
            runs_as(config.runbook.run_as.as_deref()).map_err(StartError::RunAs)?;
        }
        let github = backup(&mut config, &secrets, &clock)?;
        config.audit_keys = Keys::new(secrets.audit.key.as_ref(), secrets.audit.before.as_ref());
        let metrics = Metrics::default();
        // Rows in memory are a simulation's: few, and all compared at the open.
        let on_the_machine = matches!(ground.disk, Disk::Machine);
        let plan = Plan::of(&config.backups, &data).filter(|_| on_the_machine);
        if on_the_machine {
            backups::before_upgrade(plan.as_ref(), &data, &clock, metrics.backups());
        }
        let store = Arc::new(Store::open_on(ground.disk, &data, &new_instance(&clock))?);
        if let Err(error) = store.note_version() {
            warn!(%error, "the data folder does not tell which version served it last");
        }
        let opened = store.standing();
        let (instance, held): (Arc<str>, _) = (Arc::from(store.instance()), Arc::downgrade(&store));
        let phone = Telephone::new(&config, &secrets, &instance, &clock)?;
        let prober = match ground.world {
            Some(world) => Prober::standing_in(world),
            None => Prober::new(&config.runbook, secrets.all(), |name| std::env::var(name).ok())
                .with_services(&config.runbook, &secrets, clock.clone())
                .with_homes(data.join("homes")),
        };
        let prober = Arc::new(prober);
        let redactor = Arc::new(Redactor::new(secrets.all().into_iter().chain(prober.secrets())));
        let loaded = procedure::load(config.runbook.folder.as_deref())
            .fitted(config.runbook.here())
            .without_secrets(&redactor);
        for fault in &loaded.faults {
            warn!(%fault, "a procedure is left out");
        }
        config.procedures = loaded.runbook;
        let config = Arc::new(config);
        let deliverer =
            Deliverer::through(ground.slack, &secrets, Arc::clone(&config), clock.clone(), metrics.clone())?;
        let deliverer = Arc::new(deliverer);
        let connections = secrets.slack_app_token.as_ref().map(|token| {
            let target = SlackTarget { api_url: secrets.slack_api_url.clone(), token: token.clone() };
            Connections::new(target, clock.clone())
        });
        let connections = connections.transpose()?;
        let (desk, wakes, desk_task) =
            Desk::start(store, Arc::clone(&config), clock.clone(), metrics.clone())?;
        desk.look(|state, _| deliverer.remember_channels(&state.rota.channels));
        if on_the_machine {
            let desk = desk.clone();
            tokio::spawn(async move { desk.look_through().await });
        }
        let name = instance.to_string();
        let (stop, stopping) = watch::channel(false);
        let heart = Heart::default();
        let lanes = Lanes {
            heart: heart.clone(),
            desk: desk.clone(),
            deliverer: Arc::clone(&deliverer),
            github,
            caller: Arc::new(phone.caller),
            hands: Arc::new(Hands::new(Arc::clone(&prober))),
            clock: clock.clone(),
            metrics: metrics.clone(),
            instance,
            stopping: stopping.clone(),
        };
        let keeper = GroupKeeper {
            desk: desk.clone(),
            deliverer: Arc::clone(&deliverer),
            clock: clock.clone(),
            stopping: stopping.clone(),
        };
        let homes = HomeKeeper {
            desk: desk.clone(),
            deliverer: Arc::clone(&deliverer),
            clock: clock.clone(),
            stopping: stopping.clone(),
        };
        let homes = tokio::spawn(homes.run());
        let lanes = tokio::spawn(async move {
            tokio::join!(lanes.run(wakes), keeper.run());
        });
        // Who howler is becomes known before anybody names it; where Slack does not tell, it is asked again when needed.
        let asking = Arc::clone(&deliverer);
        tokio::spawn(async move { drop(asking.who_am_i().await) });
        let keeper = plan.map(|plan| {
            let (clock, metrics) = (clock.clone(), metrics.backups().clone());
            Keeper { plan, store: held.clone(), opened, clock, metrics }.start(&stopping)
        });
        let (backups, keeper) = keeper.unzip();
        // A simulation has a network of its own.
        let asker = on_the_machine.then(|| {
            let redactor = Arc::clone(&redactor);
            Asker::new(&config, &secrets, redactor, desk.clone(), clock.clone()).start(&stopping)
        });
        let (asking, asker) = asker.unzip();
        let driller = (config.runbook.drill != Drill::Off).then(|| {
            let (desk, config, clock) = (desk.clone(), Arc::clone(&config), clock.clone());
            let redactor = Arc::clone(&redactor);
            Driller { desk, config, prober, redactor, clock }.start(&stopping)
        });
        let (drilling, driller) = driller.unzip();
        let watches = on_the_machine && config.looks_at_something();
        let watcher = watches.then(|| {
            let looker = Looker::new(&config, &secrets, Arc::clone(&redactor));
            let pages = Pages::new(&config);
            let (desk, config, clock) = (desk.clone(), Arc::clone(&config), clock.clone());
            Watcher { desk, config, looker, pages, clock, metrics: metrics.watches().clone() }
                .start(&stopping)
        });
        let (watching, watcher) = watcher.unzip();
        let front = intake::Front { desk: desk.clone(), deliverer, clock, metrics, redactor };
        let (watch, socket) =
            connections.map(|connections| intake::socket::start(&front, connections, &stopping)).unzip();
        let workers = intake::Workers {
            desk: desk.clone(),
            lanes: heart,
            socket: socket.as_ref().map(JoinHandle::abort_handle),
        };
        let router = intake::router(
            front.clone(),
            secrets.slack_signing_secret.as_ref(),
            secrets.metrics_secret.as_ref(),
            secrets.api_secret.as_ref(),
            watch,
            workers,
        );
        let router = router.merge(phone.doors.router(&desk, &name));
        let router = router.merge(hooks(&front, &secrets, &config));
        Ok(Self {
            desk,
            router,
            front,
            config,
            lanes,
            homes,
            desk_task,
            backups,
            keeper,
            asking,
            asker,
            drilling,
            driller,
            watching,
            watcher,
            socket,
            stop,
            store: held,
        })
    }

    /// Opens the socket in `folder` for shells on this machine. Without one howler serves Slack all the same, and the log
    /// says why.
    pub fn open_shell(&self, folder: &Path) -> Option<Shell> {
        let opened = Shell::open(self.front.clone(), self.config.shell.clone(), folder);
        opened.inspect_err(|error| warn!(%error, "howler cannot be used from a shell; Slack is served")).ok()
    }

    /// Finishes what is in hand. What is left in the outbox goes on after the next start. False when a part of howler
    /// had ended by itself.
    pub async fn stop(self) -> bool {
        let Self { desk, lanes, homes, desk_task, socket, asker, driller, watcher, stop, store, .. } = self;
        // Nothing of it is kept, and nobody waits for it.
        homes.abort();
        // What was not heard to the end is asked again.
        asker.iter().chain(&driller).chain(&watcher).for_each(JoinHandle::abort);
        // Without lanes there is nobody to tell.
        let _ = stop.send(true);
        let tasks: Vec<_> =
            [&lanes, &desk_task].into_iter().chain(&socket).map(JoinHandle::abort_handle).collect();
        let finish = async {
            let socket = match socket {
                Some(socket) => socket.await,
                None => Ok(()),
            };
            let lanes = lanes.await;
            let by_itself = desk_task.is_finished();
            desk.close().await;
            let mut well = !by_itself;
            for ended in [socket, lanes, desk_task.await] {
                if let Err(error) = ended {
                    warn!(how = how_it_ended(&error), "a task ended badly");
                    well = false;
                }
            }
            // A look through the store may be in the middle of a step.
            closed(&store).await;
            well
        };
        if let Ok(well) = tokio::time::timeout(STOP_WITHIN, finish).await {
            return well;
        }
        warn!("stopped with work in hand; it is saved and goes on after the next start");
        tasks.iter().for_each(AbortHandle::abort);
        // A disk that hangs may keep it open; the process ends all the same.
        drop(tokio::time::timeout(CLOSE_WITHIN, closed(&store)).await);
        true
    }

    /// Loses everything that was not saved, as a killed process does.
    pub async fn crash(self) {
        let more = self.keeper.into_iter().chain(self.asker).chain(self.driller).chain(self.watcher);
        let more = more.chain(self.socket);
        for task in [self.lanes, self.homes, self.desk_task].into_iter().chain(more) {
            task.abort();
            // It was cut off, which is what was asked for.
            let _ = task.await;
        }
        closed(&self.store).await;
    }
}

/// A commit that had begun ends on its own thread; until then the folder is in use.
async fn closed(store: &Weak<Store>) {
    while store.strong_count() > 0 {
        tokio::task::yield_now().await;
    }
}

/// The way to GitHub, and when a P1 is told there.
fn backup(config: &mut Config, secrets: &Secrets, clock: &Clock) -> Result<Arc<GitHub>, GitHubError> {
    let github = GitHub::new(secrets, &config.backup, clock.clone())?;
    config.publish_with(secrets.github_token.is_some());
    match github.on() {
        Ok((repository, after)) => {
            info!(repository, "a P1 that Slack does not take becomes an issue on GitHub");
            config.severity.back_up(Some(after.0));
        }
        Err(off) => {
            info!(reason = %off, "no backup issues: a P1 that Slack does not take is told nowhere else");
            config.severity.back_up(None);
        }
    }
    Ok(Arc::new(github))
}

/// The addresses of the sources of alerts.
fn hooks(front: &intake::Front, secrets: &Secrets, config: &Config) -> Router {
    let doors = Doors::new(&secrets.hooks, config);
    let on = doors.on().join(", ");
    match on.as_str() {
        "" => info!("no source of alerts is on: none has a secret"),
        on => info!(on, "alerts are heard"),
    }
    intake::hooks::router(Hall {
        doors,
        ear: Arc::new(front.desk.clone()),
        redactor: Arc::clone(&front.redactor),
        clock: front.clock.clone(),
        metrics: front.metrics.clone(),
    })
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

/// [`serve`], with a shell's socket beside it, which is taken away as soon as `stopped` returns.
pub async fn serve_with_shell(
    listener: TcpListener,
    router: Router,
    shell: Option<Shell>,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    let (tell, mut told) = watch::channel(false);
    let stopped = async move {
        stopped.await;
        // Without a shell nobody listens.
        let _ = tell.send(true);
    };
    let shell = async move {
        let Some(shell) = shell else { return };
        // The HTTP front may end by itself; so does the shell then.
        drop(told.wait_for(|told| *told).await);
        shell.stopped().await;
    };
    tokio::join!(serve(listener, router, stopped), shell);
}

#[cfg(test)]
mod tests {
    use rustix::process::dumpable_behavior;

    use super::*;

    #[test]
    fn other_processes_of_the_same_user_cannot_read_howlers() {
        keep_from_others().expect("the kernel does it");
        assert_eq!(dumpable_behavior().expect("known"), DumpableBehavior::NotDumpable);
    }
}
