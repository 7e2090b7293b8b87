//! An incident as one of the things that live by events.

use jiff::Timestamp;

use super::after::{begins, finished, turned};
use super::event::{Event, EventKind};
use super::page::follows;
use super::{Fired, Incident, Intent, consequences, fire};
use crate::aggregate::{Aggregate, Cause, Moment, Next};
use crate::id::IncidentId;
use crate::oncall::duty::Duty;
use crate::owner::Owner;
use crate::severities::Severities;
use crate::timer::TimerKind;

/// What an incident is decided with, beside itself.
pub struct Around<'a> {
    pub rules: &'a Severities,
    /// Who is on call now.
    pub duty: Duty,
}

impl Aggregate for Incident {
    type Id = IncidentId;
    type Event = Event;
    type Kind = EventKind;
    type Around<'a> = Around<'a>;

    fn id(&self) -> IncidentId {
        self.id
    }

    fn owner_of(id: IncidentId) -> Owner {
        Owner::Incident(id)
    }

    fn is_live(&self) -> bool {
        self.is_open()
    }

    fn events(&self) -> u32 {
        self.events
    }

    fn event(seq: u32, at: Timestamp, cause: &Cause, kind: EventKind) -> Event {
        let (by, from_shell, call) = (cause.by.clone(), cause.from_shell, cause.call);
        Event { seq, at, by, from_shell, call, kind }
    }

    fn seq(event: &Event) -> u32 {
        event.seq
    }

    fn apply(&mut self, event: &Event) {
        Incident::apply(self, event);
    }

    fn timers(&self) -> Vec<(TimerKind, Timestamp)> {
        Incident::timers(self).collect()
    }

    fn effects(before: Option<&Self>, after: &Self, event: &Event, _: &Around<'_>) -> Vec<Intent> {
        consequences(before, after, event)
    }

    /// Its pages, and what is owed after its end.
    fn next(after: &Self, event: &Event, around: &Around<'_>) -> Option<Next<EventKind>> {
        let path = around.rules.rule(after.severity).pages();
        let owed = || begins(after, event, around.rules);
        let done = || finished(after, event);
        let turns = || turned(after, event, around.rules);
        follows(after, event, path, &around.duty)
            .or_else(owed)
            .or_else(done)
            .or_else(turns)
            .map(Next::by_itself)
    }

    fn fire(&self, kind: TimerKind, Moment { now, outage }: Moment, around: &Around<'_>) -> Vec<EventKind> {
        fire(self, kind, &Fired { now, outage, rules: around.rules, duty: &around.duty })
    }
}
