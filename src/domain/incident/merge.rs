//! Two incidents that are one: the younger is merged into the other, which leads the whole from then on, and can be split off again.
//!
//! Both keep their own events; what belongs to the whole is read by the pointers between them. Where incidents have an audience of their
//! own one day, [`merge`] is where it is decided that none of them is told to more people by a merge without a word.

mod alike;
mod events;
mod split;
mod state;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Incident;
use super::alerts::{Belongings, Tally};
use super::decide::{Asked, Decision, clocks, open};
use super::event::EventKind;
use crate::actor::Actor;
use crate::answer::{Answer, Done};
use crate::command::{Command, Line, Retractable};
use crate::id::{DeliveryId, IncidentId, UserId};
use crate::oncall::duty::Duty;
use crate::refusal::{Doubt, Meaning, MergeProblem, Refusal};
use crate::severities::Severities;
pub use alike::{Alike, Face, Likeness, alike};
pub use events::{Back, Calls, MergeNews, MergeSaid, Merged, Over, Owed, Part, SetAside, Took, Whole};
pub use split::{Apart, calls_again, split};

/// What a merge or a split changes: for each incident its events, in the order in which they are recorded, and what the person is
/// told.
#[derive(Clone, Debug, PartialEq)]
pub struct Merging {
    pub events: Vec<(IncidentId, Vec<EventKind>)>,
    pub answer: Answer,
}

/// Merges `it` into another one, which leads from then on: roles and clocks are its. Nothing gets quieter by it: it takes the worse
/// severity of the two, and where nobody has it, whoever was called for `it` is called for the whole, no later than before. Nobody has
/// what something worse comes into that people are called for: who said that they have it said so of something milder. `tally` counts
/// the alerts of both.
///
/// # Errors
/// Why that cannot be.
pub fn merge(
    it: &Incident,
    into: &Incident,
    tally: Tally,
    asked: &Asked<'_>,
    rules: &Severities,
) -> Result<Merging, Refusal> {
    may_merge(it, into)?;
    let raises = (it.severity < into.severity).then_some(it.severity);
    let worse_and_called = raises.is_some() && it.page_due().is_some();
    let has_it = into.last_answer().filter(|_| into.acknowledged.is_some());
    let works = [into, it].iter().any(|one| one.is_at_work(asked.by, asked.duty));
    // Whoever has it as something milder and merges has what it is now; of anybody else that is said anew, or nobody has it.
    let alone_theirs = has_it == Some(asked.by) && into.answered.is_none();
    let sets_aside = worse_and_called && has_it.is_some() && !alone_theirs;
    let answers = works && (has_it.is_none() || worse_and_called) && has_it != Some(asked.by);
    let taken = if answers { Some(asked.by) } else { has_it.filter(|_| !sets_aside || works) }.cloned();
    let took = Took {
        incident: it.id,
        parts: parts(it),
        tally,
        touched: it.alerts.touched || !it.is_declared_by_an_alert(),
        raises,
    };
    let along: Vec<IncidentId> = it.parts.keys().copied().collect();
    let makes_room = raises.is_some_and(|to| clocks(to, rules).own_channel) && into.room.is_none();
    let leads = Whole::of(into);
    let whole = Whole { taken: taken.clone(), room_comes: leads.room_comes || makes_room, ..leads };
    let mut of_into: Vec<EventKind> = answers.then_some(EventKind::Acknowledged).into_iter().collect();
    of_into.push(news(MergeNews::Took(took)));
    of_into.extend(raises.map(|to| EventKind::SeverityChanged {
        from: into.severity,
        to,
        reason: Some(format!("{} was merged into it", it.id)),
        clocks: clocks(to, rules),
        merged: Some(it.id),
        sets_aside,
    }));
    let merged = MergeNews::Into { whole: whole.clone(), missed: it.uncounted(asked.now) };
    let mut events = vec![(into.id, of_into), (it.id, vec![news(merged)])];
    let led = |part| (part, vec![news(MergeNews::Led { whole: whole.clone() })]);
    events.extend(along.iter().copied().map(led));
    let done = Done::Merged {
        into: into.id,
        title: into.title.clone(),
        raised: raises,
        yours: taken.as_ref() == Some(asked.by),
        taken,
        along,
    };
    Ok(Merging { events, answer: Decision::done(it, Vec::new(), done).answer })
}

fn may_merge(it: &Incident, into: &Incident) -> Result<(), Refusal> {
    let refused = |problem| Err(Refusal::Merge { incident: it.id, problem });
    if it.id == into.id {
        return refused(MergeProblem::Itself);
    }
    open(it)?;
    if let Some(merged) = into.merged() {
        return refused(MergeProblem::IntoAPart { into: into.id, whole: merged.whole.incident });
    }
    match into.resolution() {
        Some(resolution) => {
            let (at, cancelled) = (resolution.at, resolution.cancelled.clone());
            refused(MergeProblem::IntoResolved { into: into.id, at, cancelled })
        }
        None => Ok(()),
    }
}

/// What comes with an incident: itself, and what is merged into it.
fn parts(it: &Incident) -> BTreeMap<IncidentId, Part> {
    let calls = it.paging.as_ref().zip(it.page_due());
    let itself = Part {
        seq: 0,
        with: None,
        title: it.title.clone(),
        severity: it.severity,
        by_alert: it.is_declared_by_an_alert(),
        people: people(it),
        has_it: it.last_answer().filter(|_| it.acknowledged.is_some()).cloned(),
        due: it.response_due(),
        calls: calls.map(|(paging, next)| Calls { from: paging.from, next }),
        passed: it.passed.clone(),
        alerts: it.alerts.own(),
    };
    let along = it.parts.iter().map(|(id, part)| {
        let alerts = it.alerts.lent.get(id).cloned().unwrap_or_default();
        (*id, Part { with: Some(part.with.unwrap_or(it.id)), due: None, calls: None, alerts, ..part.clone() })
    });
    along.chain([(it.id, itself)]).collect()
}

/// Who is at work on it, as far as Slack knows them.
fn people(it: &Incident) -> Vec<UserId> {
    let has_it = [&it.acknowledged, &it.answered].into_iter().flatten().map(|answer| &answer.by);
    let people = [&it.declared_by].into_iter().chain(it.roles.values()).chain(has_it);
    let mut people: Vec<UserId> = people.filter_map(Actor::in_slack).cloned().collect();
    people.sort();
    people.dedup();
    people
}

fn news(what: MergeNews) -> EventKind {
    EventKind::Merge(Box::new(what))
}

/// The incident that is split off by `retract` of `incident`, where a merge is what it takes back: the incident itself, or the last
/// one that was merged into it, where nothing that could be taken back came after that.
pub fn undone_by_retract(incident: &Incident, what: Option<Retractable>) -> Option<IncidentId> {
    if !matches!(what, None | Some(Retractable::Merge)) {
        return None;
    }
    if incident.merged().is_some() {
        return Some(incident.id);
    }
    let (id, part) =
        incident.parts.iter().filter(|(_, part)| part.with.is_none()).max_by_key(|(_, part)| part.seq)?;
    let update = incident.last_update().map(|update| update.seq);
    let own = incident.severity_changes.iter().filter(|it| it.retracted.is_none() && it.merged.is_none());
    let later = own.map(|change| change.seq).chain(update).max().is_some_and(|seq| seq > part.seq);
    (what.is_some() || (incident.is_open() && !later)).then_some(*id)
}

/// Whether `command` about an incident that is merged counts for the whole without a question: whoever says that they have it, or
/// cannot take it, answers a call.
pub fn counts_for_the_whole(command: &Command) -> bool {
    matches!(command.core(), Command::Ack | Command::Pass)
}

/// What to press instead, where `line` was refused because its incident is merged into another.
pub fn offered(refusal: Refusal, line: &Line, asked: &DeliveryId) -> Refusal {
    let Refusal::Merge { incident, problem: MergeProblem::Part { into } } = refusal else { return refusal };
    let line = match &line.command {
        Command::Reopen => Line { incident: Some(incident), command: Command::Split },
        // Its button names a reminder of the one that is merged.
        Command::Snooze { reminder: Some(_), .. }
        | Command::Merge { .. }
        | Command::Cancel { of: Some(_), .. } => {
            return refusal;
        }
        command => Line { incident: Some(into), command: command.clone() },
    };
    let meanings = vec![Meaning { line, incident: None }];
    Refusal::Unsure { doubt: Doubt::Merged { incident, into }, meanings, asked: Some(asked.clone()) }
}

impl Incident {
    /// When the whole that `self` leads must be acknowledged because of what is merged into it (UTC).
    pub(super) fn due_of_parts(&self) -> Option<Timestamp> {
        self.parts.values().filter_map(|part| part.due).min()
    }

    /// How long somebody had to acknowledge what was due at `due`: what is merged into it may have been due sooner.
    pub(super) fn response_time(&self, due: Timestamp) -> SignedDuration {
        let own = due.duration_since(self.response_from);
        self.clocks.respond_within.filter(|_| self.due_of_parts() == Some(due)).unwrap_or(own)
    }

    /// When paging of what the event of this change brought began, where that is earlier than now.
    pub(super) fn called_since(&self, event: &EventKind) -> Option<Timestamp> {
        let part = match event {
            EventKind::SeverityChanged { merged, .. } => merged.as_ref()?,
            EventKind::Merge(news) => match news.as_ref() {
                MergeNews::Took(took) => &took.incident,
                _ => return None,
            },
            _ => return None,
        };
        self.parts.get(part)?.calls.map(|calls| calls.from)
    }

    /// What is merged into it, or brings a call along, where nobody has the whole yet: the worst of it.
    pub(super) fn called_with(&self) -> Option<(IncidentId, String)> {
        let called = self.parts.iter().filter(|(_, part)| part.calls.is_some());
        let worst = called.min_by_key(|(id, part)| (part.severity, part.seq, **id));
        let (id, part) = worst.filter(|_| self.acknowledged.is_none())?;
        Some((*id, part.title.clone()))
    }

    /// Who had it as something milder, where nobody has it as it is now.
    pub(super) fn had_it_before(&self) -> Option<Actor> {
        self.had_it().filter(|_| self.acknowledged.is_none()).map(|answer| answer.by.clone())
    }

    /// Who has it, or the louder one that is merged into it, as far as Slack knows them: who is in command before all others. Whoever had
    /// it before it became worse has it no more.
    pub(super) fn who_has_it(&self) -> Option<&UserId> {
        let raise = self.severity_changes.iter().rev().find(|change| change.retracted.is_none());
        let louder = raise.and_then(|raise| self.parts.get(&raise.merged?)?.has_it.as_ref());
        let first = self.acknowledged.as_ref().map(|answer| &answer.by);
        let people = [self.commander(), louder, self.last_answer(), first];
        people.into_iter().flatten().find_map(Actor::in_slack)
    }

    /// Whether `person` is on call, or called to it, or works on it, or has it.
    fn is_at_work(&self, person: &Actor, duty: &Duty) -> bool {
        let uncalled_backup = Duty { backup: None, ..duty.clone() };
        person.is_person() && (self.is_meant(person, &uncalled_backup) || self.last_answer() == Some(person))
    }

    /// Whether an alert declared it, or something that is merged into it.
    pub(super) fn is_of_alerts(&self) -> bool {
        self.is_declared_by_an_alert() || self.parts.values().any(|part| part.by_alert)
    }

    /// All groups and single alerts of the whole that it leads.
    pub fn belongings(&self) -> Belongings {
        let mut all = self.alerts.own();
        for lent in self.alerts.lent.values() {
            all.groups.extend(&lent.groups);
            all.alone.extend(&lent.alone);
        }
        all
    }
}
