//! Looks after one connection: opens it, replaces it before or after it ends, and closes it at a stop.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, oneshot, watch};
use tokio::task::JoinSet;
use tracing::{info, warn};

use super::backoff::Backoff;
use super::line::{End, Line};
use super::open::{self, NotOpened};
use super::status::Watch;
use crate::front::Front;
use delivery::Connections;

pub struct Keeper {
    pub slot: usize,
    pub front: Front,
    pub connections: Arc<Connections>,
    /// Slack refuses handshakes (409) that come at the same instant: one at a time.
    pub turn: Arc<Mutex<()>>,
    pub watch: Watch,
    pub stopping: watch::Receiver<bool>,
}

impl Keeper {
    pub async fn run(self) {
        let mut lines = JoinSet::new();
        let mut backoff = Backoff::default();
        // The line that Slack has told to go; it is heard until there is a new one.
        let mut leaving: Option<oneshot::Sender<()>> = None;
        loop {
            let opened = tokio::select! {
                () = self.stopped() => break,
                opened = self.open() => opened,
            };
            let at = match opened {
                Ok(line) => {
                    leaving = None;
                    let (leave, told) = oneshot::channel();
                    let (tell, ended) = oneshot::channel();
                    let since = self.front.clock.now();
                    lines.spawn(line.run(told, tell));
                    let end = tokio::select! {
                        () = self.stopped() => break,
                        end = ended => end.unwrap_or(End::Broken),
                    };
                    leaving = end.is_announced().then_some(leave);
                    self.replaced(end, backoff.ended(self.front.clock.now().duration_since(since)))
                }
                Err(not_opened) => self.later(&not_opened, backoff.failed()),
            };
            while lines.try_join_next().is_some() {}
            tokio::select! {
                () = self.stopped() => break,
                () = self.front.clock.sleep_until(at) => {}
            }
        }
        drop(leaving);
        while lines.join_next().await.is_some() {}
    }

    async fn stopped(&self) {
        super::stopped(self.stopping.clone()).await;
    }

    async fn open(&self) -> Result<Line, NotOpened> {
        let _turn = self.turn.lock().await;
        let (stream, connections) = open::open(&self.connections, &self.front.clock).await?;
        info!(slot = self.slot, connections, "Socket Mode is connected");
        self.watch.open(self.slot);
        let connected = self.front.metrics.socket().connected();
        Ok(Line { stream, front: self.front.clone(), stopping: self.stopping.clone(), connected })
    }

    /// When to replace a line that ended, or was told to.
    fn replaced(&self, end: End, wait: SignedDuration) -> Timestamp {
        self.front.metrics.socket().reconnects(end.word());
        let at = self.after(wait);
        if end.is_announced() {
            info!(
                slot = self.slot,
                reason = end.word(),
                "Slack ends a Socket Mode connection; a new one is opened"
            );
        } else {
            warn!(
                slot = self.slot,
                reason = end.word(),
                "a Socket Mode connection is lost; a new one is opened"
            );
            self.watch.waiting(self.slot, end.to_string(), at);
        }
        at
    }

    /// When to try again after a connection that did not come about.
    fn later(&self, not_opened: &NotOpened, wait: SignedDuration) -> Timestamp {
        self.front.metrics.socket().not_opened(not_opened.word());
        let at = self.after(wait);
        let at = not_opened.not_before().map_or(at, |not_before| at.max(not_before));
        warn!(slot = self.slot, reason = %not_opened, next_try = %at, "Socket Mode is not connected");
        self.watch.waiting(self.slot, not_opened.to_string(), at);
        at
    }

    fn after(&self, wait: SignedDuration) -> Timestamp {
        self.front.clock.now().saturating_add(wait).unwrap_or(Timestamp::MAX)
    }
}
