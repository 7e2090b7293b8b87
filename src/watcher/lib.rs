//! Asks what is watched, each at its own time, and vendors' status pages, and tells the desk what came: it decides.
//!
//! One task. Of each watch one question at most is under way, so no host holds up what is asked of another.

mod look;
mod turns;
mod vendors;

use std::sync::Arc;

use ::watch::certificate::{self, CertificateOf, CertificateRead};
use ::watch::reading::Reading;
use ::watch::row::Read;
use ::watch::vendor::{self, Brought, VendorRead};
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
        let hosts = certificate::hosts(&self.config.watches);
        let every = watches.chain(vendors).chain(hosts.iter().map(|_| certificate::EVERY)).collect();
        let mut turns = Turns::new(every, self.clock.now());
        let mut asked = FuturesUnordered::new();
        loop {
            for place in turns.due(self.clock.now()) {
                asked.push(self.ask(place, &hosts));
            }
            let due = turns.next();
            next.send_replace(if asked.is_empty() { due } else { Timestamp::MIN });
            tokio::select! {
                Some(place) = asked.next(), if !asked.is_empty() => turns.done(place),
                () = self.clock.sleep_until(due) => {}
            }
            turns.not_later_than(self.clock.now());
        }
    }

    /// Asks one, tells the desk, and gives back which it was.
    async fn ask(&self, place: usize, hosts: &[CertificateOf]) -> usize {
        let Some(watch) = self.config.watches.get(place) else {
            let rest = place - self.config.watches.len();
            match rest.checked_sub(self.config.vendors.len()) {
                None => self.read(rest).await,
                Some(place) => self.look_at(hosts.get(place)).await,
            }
            return place;
        };
        if watch.is_heard() {
            if let Err(fault) = self.desk.look_at(&watch.name).await {
                warn!(?fault, watch = watch.name, "a look could not be saved; the next one tells");
            }
            return place;
        }
        let reading = self.looker.look(watch, &self.clock).await;
        let (at, tells) = (self.clock.now(), !matches!(reading, Reading::CannotTell(_)));
        self.metrics.read(&watch.name, tells, at);
        debug!(watch = watch.name, tells, "read");
        if let Err(fault) = self.desk.watched(Read { name: watch.name.clone(), reading, at }).await {
            warn!(
                ?fault,
                watch = watch.name,
                "a reading could not be saved: it does not count, and the next one comes"
            );
        }
        place
    }

    /// Looks at a certificate, and tells the desk.
    async fn look_at(&self, host: Option<&CertificateOf>) {
        let Some(CertificateOf { host, address }) = host else { return };
        let until = self.looker.certificate(address).await;
        debug!(host, tells = until.is_ok(), "looked at its certificate");
        let read = CertificateRead { host: host.clone(), until, at: self.clock.now() };
        if let Err(fault) = self.desk.certificate(read).await {
            warn!(?fault, host, "a look at a certificate could not be saved; it is looked at again");
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
