//! Who is told of what is owed after an incident.

use serde::{Deserialize, Serialize};

use jiff::Timestamp;

use super::deadline::{Deadline, Step};
use super::event::{AfterNews, Owed, Section};
use super::follow_up::Tag;
use super::publication::{Conflict, Part, Place, Pull};
use super::publish;
use crate::actor::Actor;
use crate::effect::{EffectKind, Lane, Say, To};
use crate::id::UserId;
use crate::incident::announce::Consequences;
use crate::incident::severity::Severity;
use crate::incident::{Incident, report};
use crate::timer::Lateness;

/// What is said of it: to whoever owes it, and to others once it is late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterSaid {
    /// The draft of the report is there.
    Begun {
        title: String,
        severity: Severity,
        report: Timestamp,
        retro: Option<Timestamp>,
        not_known: Vec<Section>,
    },
    Reminder(Box<Reminder>),
    /// Somebody else gave it to them.
    Yours {
        title: String,
        owed: Owed,
        what: Option<(Tag, String)>,
        due: Timestamp,
        by: Actor,
    },
    /// The report stands in the repository, or its pull request was merged or closed.
    Published {
        title: String,
        place: Place,
        commit: Option<String>,
        pull: Option<Pull>,
        not_known: Vec<Section>,
    },
    /// People and howler both changed a part of it.
    Conflict {
        title: String,
        part: Part,
        conflict: Conflict,
        place: Place,
        pull: Option<Pull>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    pub title: String,
    pub severity: Severity,
    pub owed: Owed,
    /// A follow-up's kind and words.
    pub what: Option<(Tag, String)>,
    pub step: Step,
    pub due: Timestamp,
    pub owner: Option<Actor>,
    /// What the report does not tell yet.
    pub not_known: Vec<Section>,
    pub late: Option<Lateness>,
}

impl Consequences<'_> {
    pub(in crate::incident) fn after(&mut self, before: Option<&Incident>, news: &AfterNews) {
        match news {
            AfterNews::Begun { report: Some(report), retro } => self.begun(report, retro.as_deref()),
            AfterNews::Reminded { owed, step, late, .. } => self.reminds(*owed, *step, *late),
            AfterNews::FileAsked => {
                self.push(Lane::After(self.incident.id), EffectKind::ReportFile { seq: self.event.seq });
            }
            AfterNews::Added { follow_ups } => {
                follow_ups.iter().for_each(|one| self.yours(Owed::FollowUp(one.number)));
                follow_ups.iter().for_each(|one| self.issue(one.number));
            }
            AfterNews::Done { owed: Owed::FollowUp(number) }
            | AfterNews::Undone { owed: Owed::FollowUp(number), .. }
            | AfterNews::IssueSeen { number, .. } => self.issue(*number),
            AfterNews::Given { owed, .. } => self.yours(*owed),
            AfterNews::Published(_) | AfterNews::PullSeen { .. } => self.published(before),
            AfterNews::Begun { report: None, .. }
            | AfterNews::Written { .. }
            | AfterNews::PutOff { .. }
            | AfterNews::Done { .. }
            | AfterNews::Undone { .. }
            | AfterNews::PublishAsked { .. }
            | AfterNews::Settled { .. }
            | AfterNews::Moved { .. } => {}
        }
    }

    pub(super) fn tell(&mut self, to: To, said: AfterSaid) {
        self.say(Lane::After(self.incident.id), to, Say::After(Box::new(said)), None);
    }

    fn begun(&mut self, report: &Deadline, retro: Option<&Deadline>) {
        let incident = self.incident;
        let said = AfterSaid::Begun {
            title: incident.title.clone(),
            severity: incident.severity,
            report: report.due,
            retro: retro.map(|retro| retro.due),
            not_known: report::not_known(incident),
        };
        self.tell(reaches(report.owner.as_ref()), said);
    }

    fn reminds(&mut self, owed: Owed, step: Step, late: Option<Lateness>) {
        let incident = self.incident;
        let Some(deadline) = incident.after.deadline(owed) else { return };
        let owner = deadline.owner.as_ref();
        if let Owed::FollowUp(number) = owed
            && incident.after.follow_up(number).is_some_and(|one| one.issue.is_some())
        {
            self.push(Lane::After(incident.id), EffectKind::SeeIssue { number });
        }
        // GitHub is asked first: what was merged without a word needs no reminder.
        if owed == Owed::Report && publish::open_pull(&incident.after).is_some() {
            self.push(Lane::After(incident.id), EffectKind::SeePull);
        }
        let reminder = Reminder {
            title: incident.title.clone(),
            severity: incident.severity,
            owed,
            what: what(incident, owed),
            step,
            due: deadline.due,
            owner: owner.cloned(),
            not_known: if owed == Owed::Report { report::not_known(incident) } else { Vec::new() },
            late,
        };
        let mut places = vec![match step {
            Step::Weekly(_) => To::Emergencies,
            Step::Half | Step::Near | Step::Due | Step::Daily(_) => reaches(owner),
        }];
        let commander = incident.commander().and_then(Actor::in_slack);
        if let (Step::Daily(_), Some(commander)) = (step, commander) {
            places.push(To::Person(commander.clone()));
        }
        places.dedup();
        for to in places {
            self.tell(to, AfterSaid::Reminder(Box::new(reminder.clone())));
        }
    }

    /// Whoever is given something by somebody else hears of it.
    fn yours(&mut self, owed: Owed) {
        let incident = self.incident;
        let Some(deadline) = incident.after.deadline(owed) else { return };
        let by = self.event.by.clone();
        let theirs = deadline.owner.as_ref().filter(|owner| **owner != by).and_then(Actor::in_slack);
        let Some(person) = theirs.cloned() else { return };
        let (title, what, due) = (incident.title.clone(), what(incident, owed), deadline.due);
        self.tell(To::Person(person), AfterSaid::Yours { title, owed, what, due, by });
    }
}

fn what(incident: &Incident, owed: Owed) -> Option<(Tag, String)> {
    let Owed::FollowUp(number) = owed else { return None };
    incident.after.follow_up(number).map(|one| (one.tag, one.text.clone()))
}

/// Where a person can be told; the on-call's channel where Slack does not know them, or there is none.
pub(super) fn reaches(owner: Option<&Actor>) -> To {
    let person: Option<&UserId> = owner.and_then(Actor::in_slack);
    person.map_or(To::OnCall, |person| To::Person(person.clone()))
}

/// Whether what is said of it still holds.
pub(in crate::incident) fn still_true(incident: &Incident, said: &AfterSaid) -> Result<(), &'static str> {
    let stands = |owed: Owed, due: Timestamp| {
        incident.after.deadline(owed).filter(|deadline| deadline.done.is_none() && deadline.due == due)
    };
    match said {
        AfterSaid::Published { pull, .. } => publish::told_still(incident, pull.as_ref()),
        AfterSaid::Conflict { part, conflict, .. } => publish::asked_still(incident, *part, conflict),
        AfterSaid::Begun { report, .. } => {
            stands(Owed::Report, *report).map(drop).ok_or("the report is done, or the incident was reopened")
        }
        AfterSaid::Yours { owed, due, .. } => {
            stands(*owed, *due).map(drop).ok_or("it is done, moved or given on")
        }
        AfterSaid::Reminder(reminder) => match stands(reminder.owed, reminder.due) {
            Some(deadline) if deadline.put_off.is_some() => Err("it was put off before it went out"),
            Some(deadline) if deadline.owner != reminder.owner => Err("it was given to somebody else"),
            Some(_) => Ok(()),
            None => Err("it was done, moved or is not owed any more"),
        },
    }
}
