//! What is owed after an incident: its report, its retrospective and its follow-ups, each with an owner and a deadline.

mod apply;
mod consequences;
pub mod deadline;
mod decide;
pub mod due;
pub mod event;
mod fire;
pub mod follow_up;
mod issue;
pub mod line;
pub mod publication;
mod publish;
pub mod rules;
mod slug;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::deadline::Deadline;
use self::event::{AfterNews, Owed, Section};
use self::follow_up::FollowUp;
use self::publication::Publication;
use super::Incident;
use super::event::{Event, EventKind};
use crate::actor::Actor;
use crate::severities::Severities;

pub(super) use consequences::still_true;
pub use consequences::{AfterSaid, Reminder};
pub(super) use decide::{decide, write};
pub use decide::{known, no_report};
pub(super) use fire::fire;
pub(super) use issue::{has_issue, seen as issue_seen, turned};
use publish::news_of;
pub(super) use publish::{came, finished, publishes, publishes_still, sees_still};

/// A section of the report, as somebody wrote it last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub text: String,
    pub by: Actor,
    pub at: Timestamp,
}

/// What is written of it, and owed for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub written: BTreeMap<Section, Written>,
    /// Since it is resolved. A reopening ends it; the next resolution begins it anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Deadline>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retro: Option<Deadline>,
    /// Their numbers count from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<FollowUp>,
    /// Where the report is published, once somebody wanted that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publication: Option<Box<Publication>>,
}

impl After {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn follow_up(&self, number: u32) -> Option<&FollowUp> {
        self.follow_ups.iter().find(|one| one.number == number)
    }

    /// The deadline of what is owed; `None` where none was ever set.
    pub fn deadline(&self, owed: Owed) -> Option<&Deadline> {
        match owed {
            Owed::Report => self.report.as_ref(),
            Owed::Retro => self.retro.as_ref(),
            Owed::FollowUp(number) => self.follow_up(number).map(|one| &one.deadline),
        }
    }

    fn deadline_mut(&mut self, owed: Owed) -> Option<&mut Deadline> {
        match owed {
            Owed::Report => self.report.as_mut(),
            Owed::Retro => self.retro.as_mut(),
            Owed::FollowUp(number) => {
                self.follow_ups.iter_mut().find(|one| one.number == number).map(|one| &mut one.deadline)
            }
        }
    }

    /// All that was ever owed and stands, done or not.
    pub fn owed(&self) -> impl Iterator<Item = (Owed, &Deadline)> {
        let report = self.report.iter().map(|deadline| (Owed::Report, deadline));
        let retro = self.retro.iter().map(|deadline| (Owed::Retro, deadline));
        let follow_ups = self.follow_ups.iter().map(|one| (Owed::FollowUp(one.number), &one.deadline));
        report.chain(retro).chain(follow_ups)
    }

    /// The clock by which they were reckoned was ahead.
    pub(super) fn set_back(&mut self, by: SignedDuration, now: Timestamp) {
        let follow_ups = self.follow_ups.iter_mut().map(|one| &mut one.deadline);
        let all = self.report.iter_mut().chain(&mut self.retro).chain(follow_ups);
        all.for_each(|deadline| deadline.set_back(by, now));
    }

    /// What is not done yet.
    pub fn open(&self) -> impl Iterator<Item = (Owed, &Deadline)> {
        self.owed().filter(|(_, deadline)| deadline.done.is_none())
    }
}

/// The deadlines that a resolution begins (runbook 6.1 and 6.2); `None` where its severity asks for none.
pub(super) fn begins(after: &Incident, event: &Event, rules: &Severities) -> Option<EventKind> {
    let EventKind::Resolved { cancelled: None, .. } = &event.kind else { return None };
    let (from, rule, owed) = (event.at, rules.rule(after.severity), rules.afterwards());
    let within = |within| from.saturating_add(within).ok();
    let sprint = || owed.sprint.as_ref().filter(|_| after.severity == crate::Severity::P3);
    let report = rule.report_within.and_then(within);
    let retro = rule.retro_within.and_then(within).or_else(|| Some(sprint()?.next(from)));
    let owner = after.answers_for_it(&event.by);
    let deadline =
        |due: Option<Timestamp>| Some(Box::new(Deadline::new(owner.clone(), from, due?, &owed.quiet)));
    let (report, retro) = (deadline(report), deadline(retro));
    let any = report.is_some() || retro.is_some();
    any.then(|| EventKind::After(Box::new(AfterNews::Begun { report, retro })))
}

impl Incident {
    /// Who owes what comes after its end: the commander, else whoever ended it, else whoever had it or declared it.
    fn answers_for_it(&self, ended_by: &Actor) -> Option<Actor> {
        let people = [self.commander(), Some(ended_by), Some(self.person_in_charge())];
        people.into_iter().flatten().find(|actor| actor.is_person()).cloned()
    }
}
