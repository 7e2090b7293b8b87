//! Listens and serves HTTP/1. Whoever sends slowly or not at all is cut off, and never keeps others out.
//!
//! axum's own `serve` waits for ever for the rest of a header, and takes any number of connections.

mod arriving;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arriving::{Arriving, Asked};
use axum::Router;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tracing::{debug, warn};

use ground::logs::how_it_ended;
use intake::Peer;

/// How long requests in hand may take at a stop; Slack gives up on them after three seconds.
const FINISH_WITHIN: Duration = Duration::from_secs(3);
/// The most bytes of a request's line and headers together; Slack's are under one KiB.
const HEADER_MOST: usize = 32 * 1024;

/// What a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the connection, or the answer before, to the end of the next request's headers. A connection that is
    /// kept for later ends after this time too.
    pub header_within: Duration,
    /// Connections at a time. For one more, the oldest one that has no whole request is cut off. Well under the 1,024
    /// open files that a process usually may have.
    pub connections: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self { header_within: Duration::from_secs(15), connections: 512 }
    }
}

/// Serves `router` until `stopped` returns, then finishes the requests in hand, but for long ones: an open rehearsal
/// page always waits for news.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    serve_with(listener, router, stopped, Patience::default()).await;
}

/// [`serve`] with another patience.
pub async fn serve_with(
    mut listener: TcpListener,
    router: Router,
    stopped: impl Future<Output = ()> + Send + 'static,
    patience: Patience,
) {
    let front = Arc::new(Front { router, patience, open: Mutex::default() });
    let (stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let mut stopped = pin!(stopped);
    let mut number = 0;
    loop {
        tokio::select! {
            () = &mut stopped => break,
            // Waits a second by itself where no more files may be opened.
            (stream, from) = Listener::accept(&mut listener) => {
                number += 1;
                let Some(seat) = front.seat(number) else { continue };
                let front = Arc::clone(&front);
                tasks.spawn(front.attend(stream, Peer(from.ip()), seat, stopping.clone()));
            }
            Some(ended) = tasks.join_next() => {
                if let Err(error) = ended {
                    warn!(how = how_it_ended(&error), "a connection ended badly");
                }
            }
        }
    }
    drop(listener);
    // Whoever would hear it is gone, and so is the need.
    let _ = stop.send(true);
    let finish = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(FINISH_WITHIN, finish).await.is_err() {
        debug!(left = tasks.len(), "connections were cut off at the stop");
    }
}

struct Front {
    router: Router,
    patience: Patience,
    /// By number, so that the first is the oldest.
    open: Mutex<BTreeMap<u64, Arc<Seat>>>,
}

/// A connection's place.
struct Seat {
    number: u64,
    /// Requests that have arrived whole, body included, and are being answered.
    in_hand: AtomicUsize,
    /// Somebody else needs the place.
    give_up: Notify,
}

impl Front {
    /// A place for a new connection; `None` where all others are being answered.
    fn seat(&self, number: u64) -> Option<Arc<Seat>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= self.patience.connections {
            let waits = |seat: &&Arc<Seat>| seat.in_hand.load(Ordering::Relaxed) == 0;
            let Some(oldest) = open.values().find(waits).map(|seat| seat.number) else {
                debug!("a connection too many was refused");
                return None;
            };
            if let Some(seat) = open.remove(&oldest) {
                seat.give_up.notify_one();
            }
        }
        let seat = Arc::new(Seat { number, in_hand: AtomicUsize::new(0), give_up: Notify::new() });
        open.insert(number, Arc::clone(&seat));
        Some(seat)
    }

    /// Answers a connection's requests until either side ends it.
    async fn attend(
        self: Arc<Self>,
        stream: TcpStream,
        from: Peer,
        seat: Arc<Seat>,
        mut stopping: watch::Receiver<bool>,
    ) {
        // Answers are short and are not to wait for more; where it cannot be set they come a little later.
        let _ = stream.set_nodelay(true);
        let (inner, in_hand) = (TowerToHyperService::new(self.router.clone()), Arc::clone(&seat));
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(from);
            let asked = Asked::by(&in_hand);
            let answer = inner.call(request.map(|body| Arriving::new(body, Arc::clone(&asked))));
            async move {
                let answer = answer.await;
                asked.is_answered();
                answer
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience.header_within)
            .max_buf_size(HEADER_MOST)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let mut told = false;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        debug!(%error, "a connection was ended");
                    }
                    break;
                }
                () = seat.give_up.notified() => {
                    debug!("a connection that waited was cut off for a new one");
                    break;
                }
                // An error means that the server is gone, which is a stop too.
                _ = stopping.wait_for(|stopping| *stopping), if !told => {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&seat.number);
    }
}

#[cfg(test)]
mod tests;
