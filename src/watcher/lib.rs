//! Asks what is watched, each at its own time, and vendors' status pages, and tells the desk what came: it decides.
//!
//! One task. Of each watch one question at most is under way, so no host holds up what is asked of another.

mod look;
mod turns;
mod vendors;

use std::collections::BTreeMap;
use std::sync::Arc;

use ::watch::expiry::{self, ExpiryOf, ExpiryRead, Kind};
use ::watch::reading::Reading;
use ::watch::row::Read;
use ::watch::vendor::{self, Brought, VendorRead};
use ::watch::watched::Watch;
use ::watch::window::Window;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{debug, warn};

use config::Config;
use desk::Desk;
use ground::chore::{self, Due};
use ground::clock::Clock;
use ground::telemetry::WatchMetrics;
pub use look::Looker;
use turns::Turns;
pub use vendors::Pages;

/// Watches until howler stops.
pub struct Watcher {
    pub desk: Desk,
    pub config: Arc<Config>,
    pub looker: Looker,
    pub pages: Pages,
    pub clock: Clock,
    pub metrics: WatchMetrics,
}

impl Watcher {
    /// Watches until howler stops. Must be called inside a runtime.
    pub fn start(self, stopping: &watch::Receiver<bool>) -> (Due, JoinHandle<()>) {
        let clock = self.clock.clone();
        chore::start(&clock, stopping, |next| self.run(next))
    }

    async fn run(self, next: watch::Sender<Timestamp>) {
        let watches = self.config.watches.iter().map(|watch| watch.every);
        let vendors = self.config.vendors.iter().map(|_| vendor::EVERY);
        let expiries = expiry::all(&self.config.watches, &self.config.domains);
        let every = watches.chain(vendors).chain(expiries.iter().map(|host| host.kind.every())).collect();
        let mut turns = Turns::new(every, self.clock.now());
        let mut asked = FuturesUnordered::new();
        // When each last told something that is saved, since the start.
        let mut seen: BTreeMap<usize, Timestamp> = BTreeMap::new();
        loop {
            for place in turns.due(self.clock.now()) {
                asked.push(self.ask(place, seen.get(&place).copied(), &expiries));
            }
            let due = turns.next();
            next.send_replace(if asked.is_empty() { due } else { Timestamp::MIN });
            tokio::select! {
                Some((place, told)) = asked.next(), if !asked.is_empty() => {
                    turns.done(place);
                    seen.extend(told.map(|at| (place, at)));
                }
                () = self.clock.sleep_until(due) => {}
            }
            turns.not_later_than(self.clock.now());
        }
    }

    /// Asks one, tells the desk, and gives back which it was, and when it told something that is saved.
    async fn ask(
        &self,
        place: usize,
        seen: Option<Timestamp>,
        expiries: &[ExpiryOf],
    ) -> (usize, Option<Timestamp>) {
        let Some(watch) = self.config.watches.get(place) else {
            let rest = place - self.config.watches.len();
            match rest.checked_sub(self.config.vendors.len()) {
                None => self.read(rest).await,
                Some(place) => self.look_at(expiries.get(place)).await,
            }
            return (place, None);
        };
        if watch.is_heard() {
            if let Err(fault) = self.desk.look_at(&watch.name).await {
                warn!(?fault, watch = watch.name, "a look could not be saved; the next one tells");
            }
            return (place, None);
        }
        (place, self.ask_watch(watch, seen).await)
    }

    /// Asks one watch, for what it kept too where nobody saw that, and gives when it told something that is saved.
    async fn ask_watch(&self, watch: &Watch, seen: Option<Timestamp>) -> Option<Timestamp> {
        let reading = self.looker.look(watch, &self.clock).await;
        let (at, tells) = (self.clock.now(), !matches!(reading, Reading::CannotTell(_)));
        let meanwhile = match Window::missing(watch, seen, at).filter(|_| tells) {
            Some(window) => self.looker.meanwhile(watch, window).await.unwrap_or_else(|why| {
                warn!(%why, watch = watch.name, "what it kept meanwhile cannot be read: it counts from now on");
                Vec::new()
            }),
            None => Vec::new(),
        };
        self.metrics.read(&watch.name, tells, at);
        debug!(watch = watch.name, tells, meanwhile = meanwhile.len(), "read");
        let read = Read { meanwhile, ..Read::new(&watch.name, reading, at) };
        match self.desk.watched(read).await {
            Ok(()) => Some(at).filter(|_| tells),
            Err(fault) => {
                warn!(
                    ?fault,
                    watch = watch.name,
                    "a reading could not be saved: it does not count, and the next one comes"
                );
                None
            }
        }
    }

    /// Looks when something runs out, and tells the desk.
    async fn look_at(&self, of: Option<&ExpiryOf>) {
        let Some(ExpiryOf { kind, host, address }) = of else { return };
        let until = match kind {
            Kind::Certificate => self.looker.certificate(address).await,
            Kind::Domain => match self.config.domains.iter().find(|domain| domain.address() == *address) {
                Some(domain) => self.looker.domain(domain).await,
                None => return,
            },
        };
        debug!(host, tells = until.is_ok(), "looked when it runs out");
        let read = ExpiryRead { host: host.clone(), until, at: self.clock.now() };
        if let Err(fault) = self.desk.expiry(read).await {
            warn!(?fault, host, "when something runs out could not be saved; it is looked at again");
        }
    }

    /// Reads a vendor's page, and tells the desk.
    async fn read(&self, place: usize) {
        let Some(vendor) = self.config.vendors.get(place) else { return };
        let brought = self.pages.look(vendor).await;
        let cannot_tell = matches!(brought, Brought::CannotTell(_));
        let (name, at) = (vendor.name.clone(), self.clock.now());
        debug!(vendor = vendor.name, cannot_tell, "read");
        let told = self.desk.vendor(VendorRead { name, brought, at }).await;
        if let Err(fault) = &told {
            warn!(
                ?fault,
                vendor = vendor.name,
                "what a vendor says could not be saved; its page is read again"
            );
        }
        if cannot_tell || told.is_err() {
            self.pages.forget(vendor);
        }
    }
}
