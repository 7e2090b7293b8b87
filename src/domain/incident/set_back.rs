//! A machine's clock that was ahead and is set back: what was reckoned from times that have not come yet would be late by as
//! much as the clock was ahead, so the clocks of the incident go back with it.

use jiff::{SignedDuration, Timestamp};

use super::Incident;
use super::event::EventKind;

/// The event of a clock that was set back by `by`, to `now`; `None` where no clock of the incident runs ahead.
pub fn set_back(incident: &Incident, by: SignedDuration, now: Timestamp) -> Option<EventKind> {
    let mut after = incident.clone();
    after.clocks_go_back(by, now);
    let moves = !incident.timers().eq(after.timers());
    moves.then_some(EventKind::ClockSetBack { by })
}

impl Incident {
    pub(super) fn clocks_go_back(&mut self, by: SignedDuration, now: Timestamp) {
        self.ladder = self.ladder.take().map(|ladder| ladder.set_back(by, now));
        self.response_from = went_back(self.response_from, by, now);
        if let Some(watch) = &mut self.backup_watch {
            watch.from = went_back(watch.from, by, now);
        }
        for at in [&mut self.alerts.quiet, &mut self.alerts.counted].into_iter().flatten() {
            *at = went_back(*at, by, now);
        }
        self.after.set_back(by, now);
        if let Some(paging) = &mut self.paging {
            paging.set_back(now);
        }
    }
}

/// What was reckoned from an instant that has not come yet was reckoned by the clock that was ahead.
pub(super) fn went_back(from: Timestamp, by: SignedDuration, now: Timestamp) -> Timestamp {
    if from <= now { from } else { from.saturating_sub(by).unwrap_or(now).min(now) }
}
