//! A request, a timer or a report is decided whole or not at all: what it had begun when a read failed is taken back.

use std::sync::Arc;

use super::Draft;
use crate::domain::oncall::rota::Rota;
use crate::domain::run::audit::Ledger;
use crate::domain::timer::Timer;
use crate::store::StoreError;

/// Where a draft stands. Lists that only grow are known by their length; the rest is laid aside.
struct Savepoint {
    incidents: usize,
    runs: usize,
    effects: usize,
    seen: usize,
    ledger: Arc<Ledger>,
    rota: Option<Arc<Rota>>,
    timers_set: Vec<Timer>,
    timers_gone: Vec<Timer>,
    events: usize,
    rota_events: usize,
    run_events: usize,
    audit: usize,
    paged: usize,
    /// The numbers of the next incident, effect and run.
    next: (u64, u64, u64),
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
            incidents: self.incidents.here(),
            runs: self.runs.here(),
            effects: self.effects.here(),
            seen: self.seen.here(),
            ledger: Arc::clone(&self.ledger),
            rota: changes.rota.clone(),
            timers_set: changes.timers_set.clone(),
            timers_gone: changes.timers_gone.clone(),
            events: changes.events.len(),
            rota_events: changes.rota_events.len(),
            run_events: changes.run_events.len(),
            audit: changes.audit.len(),
            paged: changes.paged.len(),
            next: (changes.next_incident, changes.next_effect, changes.next_run),
        }
    }

    fn roll_back(&mut self, to: Savepoint) {
        self.incidents.back(to.incidents);
        self.runs.back(to.runs);
        self.effects.back(to.effects);
        self.seen.back(to.seen);
        self.ledger = to.ledger;
        let changes = &mut self.changes;
        changes.rota = to.rota;
        changes.timers_set = to.timers_set;
        changes.timers_gone = to.timers_gone;
        changes.events.truncate(to.events);
        changes.rota_events.truncate(to.rota_events);
        changes.run_events.truncate(to.run_events);
        changes.audit.truncate(to.audit);
        changes.paged.truncate(to.paged);
        (changes.next_incident, changes.next_effect, changes.next_run) = to.next;
    }
}
