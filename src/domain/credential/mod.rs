//! A secret that is to be rotated (runbook 5.1): where it lives, how often, whose it is, and when it was rotated last. Its value is never
//! seen here.

pub mod decide;
pub mod event;
pub mod line;
pub mod plan;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use self::event::{CredentialEvent, CredentialEventKind};
use self::line::Notice;
use self::plan::{Every, Lives, Plan};
use super::aggregate::{Aggregate, Cause, Moment, Next, Plain};
use super::effect::{EffectKind, Lane, To};
use super::feature;
use super::incident::Intent;
use super::owner::Owner;
use super::timer::{Lateness, TimerKind};
use crate::actor::Actor;
use crate::id::UserId;

/// Rotations that are kept, the newest last: what `undo` goes back to.
const KEPT: usize = 5;

/// A secret's number, counted from 1 and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CredentialId(pub u64);

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secret {}", self.0)
    }
}

/// The state of one, read off its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    pub id: CredentialId,
    pub plan: Plan,
    /// The configuration lists it.
    pub listed: bool,
    /// What was due before is told by one reminder.
    pub since: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rotations: Vec<Rotation>,
    /// What a source said up to then was no rotation: somebody undid it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_rotation: Option<Timestamp>,
    /// The last reminder: for which day, and its instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<(Date, Timestamp)>,
    /// A reminder waits for the morning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<(Timestamp, Option<Lateness>)>,
    pub events: u32,
}

/// One rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    pub on: Timestamp,
    /// When it was recorded.
    pub at: Timestamp,
    #[serde(default)]
    pub by: Actor,
    /// The source that told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Lives>,
}

/// What it is decided with: who is on call.
pub struct Around {
    pub on_call: Option<UserId>,
}

impl Credential {
    /// The one that its first event makes; `None` where the event lists none.
    pub fn listed(id: CredentialId, event: &CredentialEvent) -> Option<Self> {
        let CredentialEventKind::Listed(plan) = &event.kind else { return None };
        Some(Self {
            id,
            plan: Plan::clone(plan),
            listed: true,
            since: event.at,
            rotations: Vec::new(),
            no_rotation: None,
            told: None,
            held: None,
            events: event.seq,
        })
    }

    /// The day of the last rotation that is known of.
    pub fn rotated(&self) -> Option<Date> {
        let recorded = self.rotations.last().map(|last| self.plan.day(last.on));
        recorded.max(self.plan.rotated)
    }

    /// The day on which it is due; `None` where nobody knows when it was rotated, or it changes by itself.
    pub fn due(&self) -> Option<Date> {
        self.plan.due(self.rotated()?)
    }

    /// Whether it changes by itself.
    pub fn is_automatic(&self) -> bool {
        self.plan.every == Every::Automatic
    }

    /// The next reminder, but for the night: for which day, and when.
    fn next_reminder(&self) -> Option<(Date, Timestamp)> {
        let due = self.due().filter(|_| self.listed)?;
        let told = self.told.filter(|(day, _)| *day == due).map(|(_, at)| at);
        let next = self.plan.reminders(due).find(|at| told.is_none_or(|told| *at > told))?;
        // What was due before it was listed, or recorded so, is one reminder at the next hour for them.
        Some((due, if next < self.since { self.plan.next_hour(self.since) } else { next }))
    }

    /// When its timer is due.
    pub fn reminds_at(&self) -> Option<Timestamp> {
        let (_, at) = self.next_reminder()?;
        Some(self.held.as_ref().map_or(at, |(until, _)| at.max(*until)))
    }
}

impl Aggregate for Credential {
    type Id = CredentialId;
    type Event = CredentialEvent;
    type Kind = CredentialEventKind;
    type Around<'a> = Around;

    fn id(&self) -> CredentialId {
        self.id
    }

    fn owner_of(id: CredentialId) -> Owner {
        Owner::Credential(id)
    }

    /// What was taken out of the configuration may come back, and was rotated before.
    fn is_live(&self) -> bool {
        true
    }

    fn events(&self) -> u32 {
        self.events
    }

    fn event(seq: u32, at: Timestamp, cause: &Cause, kind: CredentialEventKind) -> CredentialEvent {
        CredentialEvent { seq, at, by: cause.by.clone(), kind }
    }

    fn seq(event: &CredentialEvent) -> u32 {
        event.seq
    }

    fn apply(&mut self, event: &CredentialEvent) {
        self.events = event.seq;
        match &event.kind {
            CredentialEventKind::Listed(plan) => {
                (self.plan, self.listed, self.since, self.held) = (Plan::clone(plan), true, event.at, None);
            }
            CredentialEventKind::Unlisted => (self.listed, self.held) = (false, None),
            CredentialEventKind::Rotated { on, said } => {
                let rotation = Rotation { on: *on, at: event.at, by: event.by.clone(), said: said.clone() };
                self.rotations.push(rotation);
                if self.rotations.len() > KEPT {
                    self.rotations.remove(0);
                }
                (self.since, self.held) = (event.at, None);
            }
            CredentialEventKind::Undone => {
                if let Some(Rotation { on, said: Some(_), .. }) = self.rotations.pop() {
                    self.no_rotation = self.no_rotation.max(Some(on));
                }
                (self.since, self.held) = (event.at, None);
            }
            CredentialEventKind::Reminded { due, at, .. } => {
                (self.told, self.held) = (Some((*due, *at)), None);
            }
            CredentialEventKind::Held { until, late } => self.held = Some((*until, *late)),
        }
    }

    /// Its next reminder.
    fn timers(&self) -> Vec<(TimerKind, Timestamp)> {
        self.reminds_at().map(|at| (TimerKind::Rotation, at)).into_iter().collect()
    }

    fn effects(before: Option<&Self>, after: &Self, event: &CredentialEvent, around: &Around) -> Vec<Intent> {
        let notice = match &event.kind {
            CredentialEventKind::Reminded { due, late, .. } => {
                Notice::Due { due: *due, today: after.plan.day(event.at), late: *late }
            }
            // What is read of it for the first time is no news.
            CredentialEventKind::Rotated { on, said: Some(said) } => {
                if before.is_none_or(|before| before.rotated().is_none()) {
                    return Vec::new();
                }
                Notice::Seen { on: *on, said: said.clone(), due: after.due() }
            }
            CredentialEventKind::Listed(_)
            | CredentialEventKind::Unlisted
            | CredentialEventKind::Rotated { said: None, .. }
            | CredentialEventKind::Undone
            | CredentialEventKind::Held { .. } => return Vec::new(),
        };
        let whose = after.plan.owner.as_ref().or(around.on_call.as_ref());
        let to = whose.map_or(To::OnCall, |person| To::Person(person.clone()));
        let notice = feature::Notice::Credential(Box::new(after.plan.clone()), notice);
        vec![Intent { lane: Lane::Notice(after.owner()), kind: EffectKind::Notice { to, notice } }]
    }

    fn next(_: &Self, _: &CredentialEvent, _: &Around) -> Option<Next<CredentialEventKind>> {
        None
    }

    /// One reminder for all that were missed, and none at night.
    fn fire(&self, kind: TimerKind, moment: Moment, _: &Around) -> Vec<CredentialEventKind> {
        let Moment { now, outage } = moment;
        let Some((due, at)) = self.next_reminder().filter(|_| kind == TimerKind::Rotation) else {
            return Vec::new();
        };
        if self.reminds_at().is_none_or(|at| at > now) {
            return Vec::new();
        }
        let late = match &self.held {
            Some((_, late)) => *late,
            None => Lateness::of(at, now, outage),
        };
        if self.plan.is_night(now) {
            return vec![CredentialEventKind::Held { until: self.plan.next_hour(now), late }];
        }
        let newest = self.plan.reminders(due).take_while(|at| *at <= now).last().unwrap_or(at);
        vec![CredentialEventKind::Reminded { due, at: newest.max(at), late }]
    }
}

/// A line of an export. There is no value to leave out: howler has none.
#[derive(Debug, Serialize)]
pub struct Facts<'a> {
    kind: &'static str,
    secret: u64,
    name: &'a str,
    lives: &'a Lives,
    every: Every,
    owner: Option<&'a UserId>,
    listed: bool,
    rotated: Option<Date>,
    due: Option<Date>,
    /// The last rotation that was recorded.
    recorded_at: Option<Timestamp>,
    recorded_by: Option<&'a Actor>,
    events: u32,
}

impl Plain for Credential {
    type Facts<'a> = Facts<'a>;

    fn facts(&self) -> Facts<'_> {
        let last = self.rotations.last();
        Facts {
            kind: "secret",
            secret: self.id.0,
            name: &self.plan.name,
            lives: &self.plan.lives,
            every: self.plan.every,
            owner: self.plan.owner.as_ref(),
            listed: self.listed,
            rotated: self.rotated(),
            due: self.due(),
            recorded_at: last.map(|last| last.at),
            recorded_by: last.and_then(|last| last.by.not_howler()),
            events: self.events,
        }
    }
}
