//! What was said and set, taken back.

use super::Incident;
use super::decide::{Decision, open, reopen};
use super::event::EventKind;
use crate::answer::{Answer, Done};
use crate::command::Retractable;
use crate::refusal::Refusal;

/// Takes back the latest of a kind, or the latest that can be taken back.
pub(super) fn retract(incident: &Incident, what: Option<Retractable>) -> Result<Decision, Refusal> {
    let nothing = Refusal::NothingToRetract { incident: incident.id, what };
    if !incident.is_open() {
        return match what {
            None | Some(Retractable::Resolution) => reopen(incident),
            Some(_) => open(incident).map(|()| Decision::only(Answer::Nothing)),
        };
    }
    let update = incident.last_update().map(|update| (update.seq, Retractable::Update));
    let change = incident.severity_changes.iter().rev().find(|change| change.retracted.is_none());
    let severity = change.map(|change| (change.seq, Retractable::Severity));
    let latest = match what {
        Some(Retractable::Update) => update,
        Some(Retractable::Severity) => severity,
        // A merge is undone by a split: see `super::merge`.
        Some(Retractable::Resolution | Retractable::Merge) => None,
        None => update.max_by_seq(severity),
    };
    let (seq, what) = latest.ok_or(nothing)?;
    let done = match (what, change) {
        (Retractable::Severity, Some(change)) => Done::RetractedSeverity { back_to: change.from },
        _ => Done::RetractedUpdate,
    };
    Ok(Decision::done(incident, vec![EventKind::Retracted { seq, what }], done))
}

trait MaxBySeq {
    fn max_by_seq(self, other: Self) -> Self;
}

impl MaxBySeq for Option<(u32, Retractable)> {
    fn max_by_seq(self, other: Self) -> Self {
        if self.map(|(seq, _)| seq) >= other.map(|(seq, _)| seq) { self } else { other }
    }
}
