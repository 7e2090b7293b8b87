//! One shape for everything that lives by events: an incident, the rota, a run, a maintenance.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::incident::Intent;
use super::owner::Owner;
use super::request::Request;
use super::timer::{Outage, Timer, TimerKind};
use crate::actor::Actor;
use crate::id::IncidentId;

/// Something that is its list of events. The desk records an event of every kind in the same way: the event is applied, the
/// timers follow by difference, the effects go into the outbox, and what follows by itself is recorded next.
pub trait Aggregate: Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned {
    type Id: Copy + Ord + fmt::Debug;
    type Event: Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned;
    /// What an event says, before it has its number, its time and its author.
    type Kind;
    /// What it is decided with, beside itself.
    type Around<'a>;

    fn id(&self) -> Self::Id;

    /// Whose the timers and effects of the one of this number are.
    fn owner_of(id: Self::Id) -> Owner;

    fn owner(&self) -> Owner {
        Self::owner_of(self.id())
    }

    /// The incident in whose channels and on whose board its effects stand.
    fn incident(&self) -> Option<IncidentId> {
        self.owner().incident()
    }

    /// Whether it is kept in memory: something of it can still follow by itself, or be asked for without its number.
    fn is_live(&self) -> bool;

    /// How many events it has; the next one's number is one more.
    fn events(&self) -> u32;

    fn event(seq: u32, at: Timestamp, cause: &Cause, kind: Self::Kind) -> Self::Event;

    /// The event's number, counted from 1.
    fn seq(event: &Self::Event) -> u32;

    fn apply(&mut self, event: &Self::Event);

    /// The timers that run: absolute due times, derived from the events alone.
    fn timers(&self) -> Vec<(TimerKind, Timestamp)>;

    /// Its timers as rows.
    fn timer_rows(&self) -> Vec<Timer> {
        let owner = self.owner();
        self.timers().into_iter().map(|(kind, due)| Timer { due, owner, kind }).collect()
    }

    /// The effects of `event`, which turned `before` into `after`; `None` before its first one.
    fn effects(
        before: Option<&Self>,
        after: &Self,
        event: &Self::Event,
        around: &Self::Around<'_>,
    ) -> Vec<Intent>;

    /// The event that `event` brings by itself.
    fn next(after: &Self, event: &Self::Event, around: &Self::Around<'_>) -> Option<Next<Self::Kind>>;

    /// The events of a timer that came due; none when something overtook it.
    fn fire(&self, kind: TimerKind, moment: Moment, around: &Self::Around<'_>) -> Vec<Self::Kind>;
}

/// A kind that has nothing of its own in the store, in the desk's memory and in the export beside its rows.
pub trait Plain: Aggregate {
    /// What is exported of it, apart from how it is stored; its field `kind` names it.
    type Facts<'a>: Serialize
    where
        Self: 'a;

    fn facts(&self) -> Self::Facts<'_>;
}

/// When a timer is fired, and the last time in which howler did not run.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: Timestamp,
    pub outage: Option<Outage>,
}

/// An event that follows, and whose doing it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Next<K> {
    pub by: Actor,
    pub kind: K,
}

impl<K> Next<K> {
    /// howler's own doing.
    pub fn by_itself(kind: K) -> Self {
        Self { by: Actor::Howler, kind }
    }
}

/// What brought an event about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    pub by: Actor,
    /// It was asked for just now; otherwise it follows from what was asked earlier, or from nobody's word.
    pub asked: bool,
    /// Asked from a shell on howler's machine.
    pub from_shell: bool,
    /// The event whose phone call it was said in.
    pub call: Option<u32>,
}

impl Cause {
    /// howler itself.
    pub fn howler() -> Self {
        Self::default()
    }

    pub fn request(request: &Request) -> Self {
        let (from_shell, call) = (request.place.is_shell(), request.place.in_call());
        Self { by: request.by.clone(), asked: true, from_shell, call }
    }

    /// What follows from what `by` asked for earlier.
    pub fn earlier(by: Actor) -> Self {
        Self { by, ..Self::default() }
    }
}

/// Every kind of thing that lives by events: its name among the others, and its type. A new kind is one line here, its folder
/// in the domain, its rows (`store/kinds.rs`), what the desk does beside (`desk/draft/kinds.rs`), and its words.
#[macro_export]
macro_rules! for_each_kind {
    ($then:ident) => {
        $then! {
            incidents: $crate::incident::Incident,
            rota: $crate::oncall::rota::Rota,
            runs: $crate::run::Run,
            maintenances: $crate::maintenance::Maintenance,
            alerts: $crate::alert::Alert,
            groups: $crate::alert::group::Group,
            silences: $crate::alert::silence::Silence,
            credentials: $crate::credential::Credential,
        }
    };
}

/// Those of them that are [`Plain`].
#[macro_export]
macro_rules! for_each_plain_kind {
    ($then:ident) => {
        $then! {
            maintenances: $crate::maintenance::Maintenance,
            alerts: $crate::alert::Alert,
            groups: $crate::alert::group::Group,
            silences: $crate::alert::silence::Silence,
            credentials: $crate::credential::Credential,
        }
    };
}

pub use {for_each_kind, for_each_plain_kind};
