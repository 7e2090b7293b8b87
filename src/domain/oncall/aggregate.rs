//! The rota as one of the things that live by events. There is one.

use jiff::Timestamp;

use super::announce::{Around, consequences};
use super::event::{RotaEvent, RotaEventKind};
use super::fire::{fire, settle};
use super::rota::Rota;
use crate::aggregate::{Aggregate, Cause, Moment, Next};
use crate::incident::Intent;
use crate::owner::Owner;
use crate::timer::TimerKind;

impl Aggregate for Rota {
    type Id = ();
    type Event = RotaEvent;
    type Kind = RotaEventKind;
    type Around<'a> = Around<'a>;

    fn id(&self) {}

    fn owner_of((): ()) -> Owner {
        Owner::Rota
    }

    fn is_live(&self) -> bool {
        true
    }

    fn events(&self) -> u32 {
        self.events
    }

    fn event(seq: u32, at: Timestamp, cause: &Cause, kind: RotaEventKind) -> RotaEvent {
        RotaEvent { seq, at, by: cause.by.clone(), kind }
    }

    fn seq(event: &RotaEvent) -> u32 {
        event.seq
    }

    fn apply(&mut self, event: &RotaEvent) {
        Rota::apply(self, event);
    }

    fn timers(&self) -> Vec<(TimerKind, Timestamp)> {
        Rota::timers(self)
    }

    fn effects(before: Option<&Self>, after: &Self, event: &RotaEvent, around: &Around<'_>) -> Vec<Intent> {
        // A rota is there before its first event, with nobody in it.
        before.map_or_else(Vec::new, |before| consequences(before, after, event, around))
    }

    /// The hand-over, where somebody else has it by that.
    fn next(after: &Self, event: &RotaEvent, _: &Around<'_>) -> Option<Next<RotaEventKind>> {
        let kind = settle(after, &event.by, event.at)?;
        Some(Next { by: event.by.clone(), kind })
    }

    fn fire(
        &self,
        kind: TimerKind,
        Moment { now, outage }: Moment,
        around: &Around<'_>,
    ) -> Vec<RotaEventKind> {
        fire(self, kind, now, outage, around.reach)
    }
}
