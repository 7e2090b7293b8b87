//! What timers did while nothing could be saved: in memory it is done, and it is the first thing saved afterwards.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::signing;
use super::state::State;
use crate::domain::run::signed::Keys;
use crate::domain::timer::{Timer, TimerKind};
use crate::id::IncidentId;
use crate::store::{Changes, CommitError, Loaded, Recovered, Store, StoreError};

#[derive(Debug, Default)]
pub struct Ahead {
    /// In the order in which they were decided, each on top of the one before.
    rounds: VecDeque<Arc<Changes>>,
    /// The first of them was being saved, and nobody knows whether it was.
    first_in_doubt: bool,
    barred: Barred,
}

/// What a commit of which nobody knows has touched: until that is known nothing is decided on top of it.
#[derive(Debug, Default)]
struct Barred {
    incidents: BTreeSet<IncidentId>,
    rota: bool,
    /// The numbers that follow what it may have given.
    next: (u64, u64, u64),
}

/// What came of an attempt to save them.
pub struct Flushed {
    /// So many are saved.
    saved: usize,
    /// The one after them may be.
    in_doubt: bool,
    pub result: Result<Loaded, StoreError>,
}

impl Ahead {
    /// Nobody knows whether `changes` are saved.
    pub fn bar(&mut self, changes: &Changes) {
        let barred = &mut self.barred;
        barred.incidents.extend(changes.incidents.iter().map(|incident| incident.id));
        barred.incidents.extend(changes.timers_gone.iter().filter_map(|timer| timer.incident));
        barred.rota |= changes.rota.is_some();
        let next = (changes.next_incident, changes.next_effect, changes.next_run);
        barred.next = (barred.next.0.max(next.0), barred.next.1.max(next.1), barred.next.2.max(next.2));
    }

    /// The numbers that are free whatever became of it.
    pub fn next(&self) -> (u64, u64, u64) {
        self.barred.next
    }

    /// Whether a timer may fire now. A run's waits: what it does must be saved first.
    pub fn lets(&self, timer: &Timer) -> bool {
        match (timer.incident, timer.kind) {
            (_, TimerKind::Run(_)) => false,
            (Some(incident), _) => !self.barred.incidents.contains(&incident),
            (None, _) => !self.barred.rota,
        }
    }

    /// When the next timer may fire that is not due at `now`.
    pub fn next_due(&self, state: &State, now: Timestamp) -> Option<Timestamp> {
        state.timers.iter().find(|timer| timer.due > now && self.lets(timer)).map(|timer| timer.due)
    }

    pub fn add(&mut self, changes: Changes) {
        self.rounds.push_back(Arc::new(changes));
    }

    pub fn rounds(&self) -> (Vec<Arc<Changes>>, bool) {
        (self.rounds.iter().cloned().collect(), self.first_in_doubt)
    }

    /// Takes in what came of an attempt to save them.
    pub fn take(&mut self, flushed: &Flushed) {
        self.rounds.drain(..flushed.saved.min(self.rounds.len()));
        self.first_in_doubt = flushed.in_doubt;
        if flushed.result.is_ok() {
            *self = Self::default();
        }
    }
}

/// Opens the store again, saves what is `ahead`, and reads all anew. Blocks.
pub fn recover(store: &Store, ahead: &(Vec<Arc<Changes>>, bool), keys: &Keys, now: Timestamp) -> Flushed {
    let (rounds, first_in_doubt) = ahead;
    let (mut saved, mut in_doubt) = (0, *first_in_doubt);
    let result = store.recover().and_then(|Recovered { stands }| {
        saved += usize::from(stands && in_doubt);
        in_doubt = false;
        let known = store.load()?;
        for round in rounds.iter().skip(saved) {
            let mut round = Changes::clone(round);
            // A commit of which nobody knew may have given numbers; later rounds have larger ones.
            round.next_incident = round.next_incident.max(known.next_incident);
            round.next_effect = round.next_effect.max(known.next_effect);
            round.next_run = round.next_run.max(known.next_run);
            let committed = store.commit(&round, now);
            in_doubt = matches!(committed, Err(CommitError::Uncertain(_)));
            committed?;
            saved += 1;
        }
        signing::begin(store, keys, now)
    });
    Flushed { saved, in_doubt, result }
}
