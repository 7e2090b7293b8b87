//! A run as one of the things that live by events.

use jiff::Timestamp;

use super::announce::consequences;
use super::{Around, Run, RunEvent, RunEventKind, fire, settle};
use crate::aggregate::{Aggregate, Cause, Moment, Next};
use crate::id::{IncidentId, RunId};
use crate::incident::Intent;
use crate::owner::Owner;
use crate::timer::TimerKind;

impl Aggregate for Run {
    type Id = RunId;
    type Event = RunEvent;
    type Kind = RunEventKind;
    type Around<'a> = Around;

    fn id(&self) -> RunId {
        self.id
    }

    fn owner_of(id: RunId) -> Owner {
        Owner::Run(id)
    }

    fn incident(&self) -> Option<IncidentId> {
        self.incident
    }

    fn is_live(&self) -> bool {
        !self.is_done()
    }

    fn events(&self) -> u32 {
        self.events
    }

    fn event(seq: u32, at: Timestamp, cause: &Cause, kind: RunEventKind) -> RunEvent {
        RunEvent { seq, at, by: cause.by.clone(), kind }
    }

    fn seq(event: &RunEvent) -> u32 {
        event.seq
    }

    fn apply(&mut self, event: &RunEvent) {
        Run::apply(self, event);
    }

    fn timers(&self) -> Vec<(TimerKind, Timestamp)> {
        Run::timers(self).collect()
    }

    fn effects(before: Option<&Self>, after: &Self, event: &RunEvent, around: &Around) -> Vec<Intent> {
        consequences(before, after, event, around)
    }

    /// The step to which the answers lead.
    fn next(after: &Self, _: &RunEvent, around: &Around) -> Option<Next<RunEventKind>> {
        settle(after, around).map(Next::by_itself)
    }

    fn fire(&self, kind: TimerKind, moment: Moment, _: &Around) -> Vec<RunEventKind> {
        let own = (kind == TimerKind::Run).then(|| fire(self, moment.now));
        own.flatten().into_iter().collect()
    }
}
