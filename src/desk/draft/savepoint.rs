//! A request, a timer or a report is decided whole or not at all: what it had begun when a read failed is taken back.

use std::sync::Arc;

use super::{Draft, parts};
use domain::run::audit::Ledger;
use domain::timer::Timer;
use store::{Numbers, StoreError};

/// Where a draft stands. Lists that only grow are known by their length; the rest is laid aside.
struct Savepoint {
    parts: parts::Here,
    effects: usize,
    seen: usize,
    ears: usize,
    known: usize,
    misread: usize,
    beats: usize,
    watched: usize,
    values: usize,
    kept: usize,
    vendors: usize,
    expiries: usize,
    finished: usize,
    asking: usize,
    group_keys: usize,
    declared: usize,
    grown: usize,
    ledger: Arc<Ledger>,
    timers_set: Vec<Timer>,
    timers_gone: Vec<Timer>,
    audit: usize,
    paged: usize,
    next: Numbers,
}

impl Draft<'_> {
    /// Does `work` whole or not at all: a fault leaves the draft as it was.
    ///
    /// # Errors
    /// As `work`.
    pub(super) fn whole<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let savepoint = self.savepoint();
        let done = work(self);
        if done.is_err() {
            self.roll_back(savepoint);
        }
        done
    }

    fn savepoint(&self) -> Savepoint {
        let changes = &self.changes;
        Savepoint {
            parts: self.parts.here(),
            effects: self.effects.here(),
            seen: self.seen.here(),
            ears: self.ears.here(),
            known: self.known.here(),
            misread: self.misread.len(),
            beats: self.beats.here(),
            watched: self.watched.here(),
            values: self.values.here(),
            kept: self.kept.here(),
            vendors: self.vendors.here(),
            expiries: self.expiries.here(),
            finished: self.finished.here(),
            asking: self.asking.here(),
            group_keys: self.group_keys.here(),
            declared: self.declared.here(),
            grown: self.grown,
            ledger: Arc::clone(&self.ledger),
            timers_set: changes.timers_set.clone(),
            timers_gone: changes.timers_gone.clone(),
            audit: changes.audit.len(),
            paged: changes.paged.len(),
            next: changes.next,
        }
    }

    fn roll_back(&mut self, to: Savepoint) {
        self.parts.back(to.parts);
        self.effects.back(to.effects);
        self.seen.back(to.seen);
        self.ears.back(to.ears);
        self.known.back(to.known);
        self.misread.truncate(to.misread);
        self.beats.back(to.beats);
        self.watched.back(to.watched);
        self.values.back(to.values);
        self.kept.back(to.kept);
        self.vendors.back(to.vendors);
        self.expiries.back(to.expiries);
        self.finished.back(to.finished);
        self.asking.back(to.asking);
        self.group_keys.back(to.group_keys);
        self.declared.back(to.declared);
        self.grown = to.grown;
        self.ledger = to.ledger;
        let changes = &mut self.changes;
        changes.timers_set = to.timers_set;
        changes.timers_gone = to.timers_gone;
        changes.audit.truncate(to.audit);
        changes.paged.truncate(to.paged);
        changes.next = to.next;
    }
}
