//! How an event is recorded, whatever it happened to: one path for every kind of thing that lives by events.

use std::sync::Arc;

use tracing::{debug, error, warn};

use super::Draft;
use super::parts::Part;
use domain::aggregate::{Aggregate, Cause, Moment, Next};
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::event::EventKind;
use domain::timer::Timer;
use store::StoreError;

/// What the desk does for a kind beside recording. Each hook is empty but where a kind differs for good reason.
pub(super) trait Recorded: Aggregate {
    /// Where a round keeps what it changes of them.
    fn part<'d>(draft: &'d mut Draft<'_>) -> &'d mut Part<Self>;

    /// The one of this number, as this round has it.
    fn find(draft: &Draft<'_>, id: Self::Id) -> Result<Option<Arc<Self>>, StoreError>;

    /// What it is decided with: what `before` became, or one whose timer is due.
    fn around<'d>(draft: &'d Draft<'_>, before: Option<&'d Self>, after: &'d Self) -> Self::Around<'d>;

    /// What comes before it in other things.
    fn beforehand(_: &mut Draft<'_>, _: &Step<'_, Self>) -> Result<(), StoreError> {
        Ok(())
    }

    /// What is kept or said beside its own rows and effects.
    fn beside(_: &mut Draft<'_>, _: &Step<'_, Self>) {}

    /// The line that it puts on an incident's timeline.
    fn on_the_timeline(_: &Draft<'_>, _: &Step<'_, Self>) -> Option<(IncidentId, EventKind)> {
        None
    }

    /// What it brings to other things once it is taken in.
    fn elsewhere(_: &mut Draft<'_>, _: Option<&Self>, _: &Self, _: &Cause) -> Result<(), StoreError> {
        Ok(())
    }

    /// What follows before [`Aggregate::next`], where the desk must look elsewhere for it.
    fn follows(_: &Draft<'_>, _: &Step<'_, Self>) -> Option<Next<Self::Kind>> {
        None
    }
}

/// An event that is being recorded: what it changed, and what brought it about.
pub(super) struct Step<'s, A: Aggregate> {
    pub before: Option<&'s A>,
    pub after: &'s A,
    pub event: &'s A::Event,
    pub cause: &'s Cause,
}

impl Draft<'_> {
    /// Appends an event to something that is there.
    pub(super) fn record<A: Recorded>(
        &mut self,
        id: A::Id,
        cause: &Cause,
        kind: A::Kind,
    ) -> Result<(), StoreError> {
        // Whoever records an event has just looked it up.
        let Some(before) = A::find(self, id)? else {
            error!(?id, "an event has nothing to go to");
            return Ok(());
        };
        let event = A::event(before.events() + 1, self.now, cause, kind);
        let mut after = A::clone(&before);
        after.apply(&event);
        self.took_effect(Some(before.as_ref()), after, event, cause)
    }

    /// Takes in an event that made `after`: its timers follow, its effects go into the outbox, and what follows by itself is
    /// recorded next.
    pub(super) fn took_effect<A: Recorded>(
        &mut self,
        before: Option<&A>,
        after: A,
        event: A::Event,
        cause: &Cause,
    ) -> Result<(), StoreError> {
        let (id, owner, incident) = (after.id(), after.owner(), after.incident());
        debug!(of = %owner, seq = A::seq(&event), "recorded");
        let step = Step { before, after: &after, event: &event, cause };
        A::beforehand(self, &step)?;
        let (effects, next) = {
            let around = A::around(self, before, &after);
            (A::effects(before, &after, &event, &around), A::next(&after, &event, &around))
        };
        self.move_timers(&before.map(A::timer_rows).unwrap_or_default(), &after.timer_rows());
        for intent in effects {
            self.push_for(owner, incident, intent);
        }
        A::beside(self, &step);
        let told = A::on_the_timeline(self, &step);
        let next = A::follows(self, &step).or(next);
        let after = Arc::new(after);
        A::part(self).take(id, Arc::clone(&after), event);
        if let Some((incident, line)) = told {
            let howler = Cause::howler();
            self.record::<Incident>(incident, if cause.asked { cause } else { &howler }, line)?;
        }
        A::elsewhere(self, before, &after, cause)?;
        match next {
            Some(Next { by, kind }) => self.record::<A>(id, &Cause::earlier(by), kind),
            None => Ok(()),
        }
    }

    /// Fires a timer of something that lives by events. What something overtook is gone.
    pub(super) fn fire_of<A: Recorded>(&mut self, id: A::Id, timer: Timer) -> Result<(), StoreError> {
        let Some(whose) = A::find(self, id)? else {
            warn!(of = %timer.owner, "a timer without its owner was dropped");
            self.changes.timers_gone.push(timer);
            return Ok(());
        };
        let moment = Moment { now: self.now, outage: self.outage };
        let events = whose.fire(timer.kind, moment, &A::around(self, None, &whose));
        if events.is_empty() && !whose.timer_rows().contains(&timer) {
            self.changes.timers_gone.push(timer);
        }
        for kind in events {
            self.record::<A>(id, &Cause::howler(), kind)?;
        }
        Ok(())
    }
}
