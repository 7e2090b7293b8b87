//! A reminder of what is owed after an incident came due.

use jiff::Timestamp;

use super::event::{AfterNews, Owed};
use crate::incident::Incident;
use crate::incident::event::EventKind;
use crate::severities::Severities;
use crate::timer::{Lateness, Outage, TimerKind};

impl TimerKind {
    /// What it reminds of, where it is such a timer.
    pub fn owed(self) -> Option<Owed> {
        match self {
            Self::Report => Some(Owed::Report),
            Self::Retro => Some(Owed::Retro),
            Self::FollowUp(number) => u32::try_from(number).ok().map(Owed::FollowUp),
            _ => None,
        }
    }
}

impl Owed {
    pub(in crate::incident) fn timer(self) -> TimerKind {
        match self {
            Self::Report => TimerKind::Report,
            Self::Retro => TimerKind::Retro,
            Self::FollowUp(number) => TimerKind::FollowUp(u64::from(number)),
        }
    }
}

impl Incident {
    /// The reminders that wait.
    pub(in crate::incident) fn after_timers(&self) -> Vec<(TimerKind, Timestamp)> {
        let open = self.after.open();
        open.filter_map(|(owed, deadline)| Some((owed.timer(), deadline.reminds_at()?))).collect()
    }
}

/// What is said now. What was missed in between is said once, with the howler's absence.
pub(in crate::incident) fn fire(
    incident: &Incident,
    owed: Owed,
    now: Timestamp,
    outage: Option<Outage>,
    rules: &Severities,
) -> Option<EventKind> {
    let deadline = incident.after.deadline(owed)?;
    let at = deadline.reminds_at().filter(|at| *at <= now)?;
    let step = deadline.step_at(now);
    let next = deadline.after(step, now, &rules.afterwards().quiet);
    let late = Lateness::of(at, now, outage);
    Some(EventKind::After(Box::new(AfterNews::Reminded { owed, step, next, late })))
}
