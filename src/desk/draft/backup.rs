//! What the backup issue asks of a round beside its events' consequences.

use tracing::error;

use super::Draft;
use domain::effect::{Effect, EffectKind};
use domain::id::EffectId;
use domain::incident::event::{Event, EventKind};
use domain::incident::{Incident, so_far};
use domain::owner::Owner;

impl Draft<'_> {
    /// A backup issue begins with all that happened before it.
    pub(super) fn tell_so_far(&mut self, after: &Incident, event: &Event) {
        if !matches!(event.kind, EventKind::BackupDue { .. }) {
            return;
        }
        let mut events = self.store.events(after.id).unwrap_or_else(|error| {
            // The card in the issue tells the rest.
            error!(%error, incident = after.id.0, "the backup issue goes without what happened so far");
            Vec::new()
        });
        let new =
            self.parts.incidents.events.iter().filter(|(id, _)| *id == after.id).map(|(_, event)| event);
        events.extend(new.chain([event]).cloned());
        self.push(Owner::Incident(after.id), so_far(after, &events));
    }

    /// Without its issue there is nowhere to say the rest. And a lane sleeps until the next try of what is gone now:
    /// what was behind it wakes it.
    pub(super) fn after_giving_up(&mut self, gone: &Effect) {
        let outbox = &self.state.outbox;
        let behind =
            outbox.iter().filter(|effect| effect.lane == gone.lane && !outbox.is_in_flight(effect.id));
        let behind: Vec<&Effect> = behind.filter(|effect| !self.effects.contains_key(&effect.id)).collect();
        if gone.kind == EffectKind::OpenIssue {
            let rest: Vec<EffectId> = behind.iter().map(|effect| effect.id).collect();
            rest.into_iter().for_each(|id| self.effects.insert(id, None));
        } else if let Some(next) = behind.first() {
            self.effects.insert(next.id, Some(Effect::clone(next)));
        }
    }
}
