//! A silence: for some time what it fits is counted and not told. It has an end, an owner and a reason.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::line::Notice;
use super::rules::Channel;
use super::signal::Source;
use crate::actor::Actor;
use crate::aggregate::{Aggregate, Cause, Moment, Next, Plain};
use crate::effect::{EffectKind, Lane, To};
use crate::feature;
use crate::id::typed_number;
use crate::incident::Intent;
use crate::owner::Owner;
use crate::request::Place;
use crate::timer::{Lateness, TimerKind};

/// A silence's number, counted from 1 and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SilenceId(pub u64);

impl SilenceId {
    /// As people type it: `S-3`, `s-3.`, `S3`.
    pub fn typed(word: &str) -> Option<Self> {
        let number = word.strip_prefix(['S', 's'])?.trim_start_matches(['-', '–', '—', '‑']);
        typed_number(number, "S-")
            .filter(|_| number.starts_with(|sign: char| sign.is_ascii_digit()))
            .map(Self)
    }
}

impl fmt::Display for SilenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S-{}", self.0)
    }
}

/// What it fits: all of what is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matcher {
    pub source: Option<Source>,
    /// One alert's, so that it holds when that fires anew.
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

impl Matcher {
    pub fn fits(&self, source: Source, key: &str, facts: &BTreeMap<String, String>) -> bool {
        self.source.is_none_or(|own| own == source)
            && self.key.as_ref().is_none_or(|own| own == key)
            && self.labels.iter().all(|(name, value)| facts.get(name) == Some(value))
    }

    /// Whether it would fit everything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The state of one, read off its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    pub id: SilenceId,
    pub matcher: Matcher,
    /// What people see of the alert that it was set for.
    pub title: Option<String>,
    pub by: Actor,
    pub at: Timestamp,
    pub until: Timestamp,
    pub why: String,
    /// Where it was set: its end is told there.
    pub place: Place,
    /// Alerts that it held back.
    pub alerts: u32,
    pub ended: Option<SilenceEnded>,
    pub events: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceEnded {
    pub at: Timestamp,
    /// howler itself: its time was over.
    pub by: Actor,
}

/// One event. `seq` counts from 1 within its silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceEvent {
    pub seq: u32,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Actor::is_howler")]
    pub by: Actor,
    pub kind: SilenceEventKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SilenceEventKind {
    Set {
        matcher: Matcher,
        title: Option<String>,
        until: Timestamp,
        why: String,
        place: Place,
    },
    /// It holds back so many more alerts.
    Covered {
        alerts: u32,
    },
    /// Its time is over.
    Over {
        late: Option<Lateness>,
    },
    /// Somebody ended it.
    Lifted,
}

impl Silence {
    /// The one that its first event makes; `None` where the event sets none.
    pub fn set(id: SilenceId, event: &SilenceEvent) -> Option<Self> {
        let SilenceEventKind::Set { matcher, title, until, why, place } = event.kind.clone() else {
            return None;
        };
        let (by, at, events) = (event.by.clone(), event.at, event.seq);
        Some(Self { id, matcher, title, by, at, until, why, place, alerts: 0, ended: None, events })
    }
}

impl Aggregate for Silence {
    type Id = SilenceId;
    type Event = SilenceEvent;
    type Kind = SilenceEventKind;
    type Around<'a> = ();

    fn id(&self) -> SilenceId {
        self.id
    }

    fn owner_of(id: SilenceId) -> Owner {
        Owner::Silence(id)
    }

    fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    fn events(&self) -> u32 {
        self.events
    }

    fn event(seq: u32, at: Timestamp, cause: &Cause, kind: SilenceEventKind) -> SilenceEvent {
        SilenceEvent { seq, at, by: cause.by.clone(), kind }
    }

    fn seq(event: &SilenceEvent) -> u32 {
        event.seq
    }

    fn apply(&mut self, event: &SilenceEvent) {
        self.events = event.seq;
        match &event.kind {
            SilenceEventKind::Set { .. } => {}
            SilenceEventKind::Covered { alerts } => self.alerts += alerts,
            SilenceEventKind::Over { .. } | SilenceEventKind::Lifted => {
                self.ended = Some(SilenceEnded { at: event.at, by: event.by.clone() });
            }
        }
    }

    /// Its end.
    fn timers(&self) -> Vec<(TimerKind, Timestamp)> {
        self.is_live().then_some((TimerKind::Silence, self.until)).into_iter().collect()
    }

    /// Its end is told where it was set.
    fn effects(_: Option<&Self>, after: &Self, event: &SilenceEvent, (): &()) -> Vec<Intent> {
        let SilenceEventKind::Over { late } = &event.kind else { return Vec::new() };
        let in_slack = !after.place.is_shell() && !after.place.is_home() && after.place != Place::phone();
        let to = match (after.place.is_private(), after.by.in_slack()) {
            (false, _) if in_slack => To::Source(Channel::Named(after.place.channel.as_str().to_owned())),
            (_, Some(person)) => To::Person(person.clone()),
            _ => To::OnCall,
        };
        let notice = feature::Notice::Silence(Box::new(after.clone()), Notice::SilenceOver { late: *late });
        vec![Intent { lane: Lane::Notice(after.owner()), kind: EffectKind::Notice { to, notice } }]
    }

    fn next(_: &Self, _: &SilenceEvent, (): &()) -> Option<Next<SilenceEventKind>> {
        None
    }

    fn fire(&self, kind: TimerKind, moment: Moment, (): &()) -> Vec<SilenceEventKind> {
        let over = kind == TimerKind::Silence && self.is_live() && self.until <= moment.now;
        let late = Lateness::of(self.until, moment.now, moment.outage);
        over.then_some(SilenceEventKind::Over { late }).into_iter().collect()
    }
}

/// A line of an export.
#[derive(Debug, Serialize)]
pub struct Facts<'a> {
    kind: &'static str,
    silence: SilenceId,
    source: Option<Source>,
    key: Option<&'a String>,
    labels: &'a BTreeMap<String, String>,
    set_by: &'a Actor,
    set_at: Timestamp,
    until: Timestamp,
    why: &'a str,
    alerts: u32,
    ended_at: Option<Timestamp>,
    /// `None`: its time was over.
    ended_by: Option<&'a Actor>,
    events: u32,
}

impl Plain for Silence {
    type Facts<'a> = Facts<'a>;

    fn facts(&self) -> Facts<'_> {
        Facts {
            kind: "silence",
            silence: self.id,
            source: self.matcher.source,
            key: self.matcher.key.as_ref(),
            labels: &self.matcher.labels,
            set_by: &self.by,
            set_at: self.at,
            until: self.until,
            why: &self.why,
            alerts: self.alerts,
            ended_at: self.ended.as_ref().map(|ended| ended.at),
            ended_by: self.ended.as_ref().and_then(|ended| ended.by.not_howler()),
            events: self.events,
        }
    }
}
