//! A maintenance: a time in which work on production is planned. Announced when it is scheduled, and when it is over. It changes
//! nothing of incidents.

pub mod decide;
pub mod event;
pub mod line;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::event::{MaintenanceEvent, MaintenanceEventKind};
use self::line::Notice;
use super::aggregate::{Aggregate, Cause, Moment, Next, Plain};
use super::effect::{EffectKind, Lane, To};
use super::feature;
use super::incident::Intent;
use super::owner::Owner;
use super::timer::{Lateness, TimerKind};
use crate::actor::Actor;

/// A maintenance's number, counted from 1 and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MaintenanceId(pub u64);

impl fmt::Display for MaintenanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MNT-{}", self.0)
    }
}

/// The state of one, read off its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    pub id: MaintenanceId,
    pub title: String,
    pub by: Actor,
    /// When it was scheduled.
    pub at: Timestamp,
    pub from: Timestamp,
    pub until: Timestamp,
    pub ended: Option<Ended>,
    /// How many events it has; the next one's `seq` is one more.
    pub events: u32,
}

/// How it came to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Timestamp,
    /// howler itself: its time was over.
    #[serde(default)]
    pub by: Actor,
}

impl Maintenance {
    /// The one that its first event makes; `None` where the event schedules nothing.
    pub fn scheduled(id: MaintenanceId, event: &MaintenanceEvent) -> Option<Self> {
        let MaintenanceEventKind::Scheduled { title, from, until } = &event.kind else { return None };
        let (title, by, from, until) = (title.clone(), event.by.clone(), *from, *until);
        Some(Self { id, title, by, at: event.at, from, until, ended: None, events: event.seq })
    }
}

impl Aggregate for Maintenance {
    type Id = MaintenanceId;
    type Event = MaintenanceEvent;
    type Kind = MaintenanceEventKind;
    type Around<'a> = ();

    fn id(&self) -> MaintenanceId {
        self.id
    }

    fn owner_of(id: MaintenanceId) -> Owner {
        Owner::Maintenance(id)
    }

    fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    fn events(&self) -> u32 {
        self.events
    }

    fn event(seq: u32, at: Timestamp, cause: &Cause, kind: MaintenanceEventKind) -> MaintenanceEvent {
        MaintenanceEvent { seq, at, by: cause.by.clone(), kind }
    }

    fn seq(event: &MaintenanceEvent) -> u32 {
        event.seq
    }

    fn apply(&mut self, event: &MaintenanceEvent) {
        self.events = event.seq;
        match &event.kind {
            MaintenanceEventKind::Scheduled { .. } => {}
            MaintenanceEventKind::Over { .. } | MaintenanceEventKind::Done => {
                self.ended = Some(Ended { at: event.at, by: event.by.clone() });
            }
        }
    }

    /// Its end.
    fn timers(&self) -> Vec<(TimerKind, Timestamp)> {
        self.is_live().then_some((TimerKind::End, self.until)).into_iter().collect()
    }

    fn effects(_: Option<&Self>, after: &Self, event: &MaintenanceEvent, (): &()) -> Vec<Intent> {
        let notice = match &event.kind {
            MaintenanceEventKind::Done => Notice::Done { by: event.by.clone(), at: event.at },
            MaintenanceEventKind::Over { late } => Notice::Over { late: *late },
            MaintenanceEventKind::Scheduled { .. } => Notice::Scheduled { at: event.at },
        };
        let notice = feature::Notice::Maintenance(Box::new(after.clone()), notice);
        let kind = EffectKind::Notice { to: To::Emergencies, notice };
        vec![Intent { lane: Lane::Notice(after.owner()), kind }]
    }

    fn next(_: &Self, _: &MaintenanceEvent, (): &()) -> Option<Next<MaintenanceEventKind>> {
        None
    }

    fn fire(&self, kind: TimerKind, moment: Moment, (): &()) -> Vec<MaintenanceEventKind> {
        let over = kind == TimerKind::End && self.is_live() && self.until <= moment.now;
        let late = Lateness::of(self.until, moment.now, moment.outage);
        over.then_some(MaintenanceEventKind::Over { late }).into_iter().collect()
    }
}

/// A line of an export.
#[derive(Debug, Serialize)]
pub struct Facts<'a> {
    kind: &'static str,
    maintenance: MaintenanceId,
    title: &'a str,
    from: Timestamp,
    until: Timestamp,
    scheduled_by: &'a Actor,
    scheduled_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// `None`: its time was over.
    ended_by: Option<&'a Actor>,
    events: u32,
}

impl Plain for Maintenance {
    type Facts<'a> = Facts<'a>;

    fn facts(&self) -> Facts<'_> {
        Facts {
            kind: "maintenance",
            maintenance: self.id,
            title: &self.title,
            from: self.from,
            until: self.until,
            scheduled_by: &self.by,
            scheduled_at: self.at,
            ended_at: self.ended.as_ref().map(|ended| ended.at),
            ended_by: self.ended.as_ref().and_then(|ended| ended.by.not_howler()),
            events: self.events,
        }
    }
}
