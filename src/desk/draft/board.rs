//! The delivery board: what is tried again or given up by hand.

use tracing::{info, warn};

use super::{Draft, refused};
use crate::desk::reads;
use crate::domain::answer::{Answer, Private};
use crate::domain::effect::{Effect, EffectKind, EffectState, Lane, Say, To};
use crate::domain::fault::Saving;
use crate::domain::owner::Owner;
use crate::domain::refusal::Refusal;
use crate::id::{EffectId, UserId};
use crate::store::StoreError;
use crate::view;

impl Draft<'_> {
    pub(super) fn effect(&self, id: EffectId) -> Option<&Effect> {
        match self.effects.get(&id) {
            Some(changed) => changed.as_ref(),
            None => self.state.outbox.get(id),
        }
    }

    /// One that is on its way is left alone: it is being sent now.
    pub(super) fn retry_now(&mut self, id: EffectId) -> Result<Answer, StoreError> {
        if self.state.outbox.is_in_flight(id) {
            return Ok(self.board());
        }
        let Some(effect) = self.effect(id).cloned() else { return Ok(refused(Refusal::NoSuchEffect)) };
        let state = effect.state.retried(self.now);
        self.effects.insert(id, Some(Effect { state, ..effect }));
        Ok(self.board())
    }

    pub(super) fn give_up(&mut self, id: EffectId, by: &UserId) -> Result<Answer, StoreError> {
        if self.state.outbox.is_in_flight(id) {
            return Ok(self.board());
        }
        let Some(effect) = self.effect(id).cloned() else { return Ok(refused(Refusal::NoSuchEffect)) };
        // A run ends by its own buttons: without its answer it would hold its target for ever.
        if effect.kind.is_by_hand() {
            return Ok(self.board());
        }
        info!(effect = id.0, lane = effect.lane.class(), by = %by, "an effect was given up");
        self.effects.insert(id, None);
        self.after_giving_up(&effect);
        Ok(self.board())
    }

    pub(super) fn board(&self) -> Answer {
        let gone = |effect: &&Effect| !self.effects.contains_key(&effect.id);
        let kept = self.state.outbox.iter().filter(gone);
        let changed = self.effects.values().flatten();
        let undone = reads::undone(kept.chain(changed), self.now, None);
        Answer::Private(Private::Doctor { undone, store: self.store.troubles(), saving: Saving::Well })
    }

    /// Stays on the delivery board. The person in charge hears of an announcement that cannot be delivered.
    pub(super) fn failed(&mut self, effect: Effect, reason: String, unknown: bool) -> Result<(), StoreError> {
        // The reason may hold a channel's name, which is made of the title: it is for the board.
        warn!(effect = effect.id.0, "an effect failed; its incident's board shows why");
        let announces = match &effect.kind {
            EffectKind::Say { say, .. } => !matches!(say.as_ref(), Say::Undelivered { .. }),
            EffectKind::OpenRoom { .. } => true,
            _ => false,
        };
        let what = view::effect_in_words(&effect);
        let incident = effect.incident;
        let state = EffectState::Failed { reason: reason.clone(), unknown };
        self.effects.insert(effect.id, Some(Effect { state, attempts: effect.attempts + 1, ..effect }));
        let Some(id) = incident.filter(|_| announces) else { return Ok(()) };
        let Some(incident) = self.book().incident(id)? else { return Ok(()) };
        // Where all who have it are at a shell, the board alone tells.
        let Some(person) = incident.person_to_ask().cloned() else { return Ok(()) };
        let say = Box::new(Say::Undelivered { title: incident.title.clone(), what, reason });
        let kind = EffectKind::Say { to: To::Person(person), say, keep_as: None };
        self.push_new(Owner::Incident(id), Lane::Page(id), kind);
        Ok(())
    }
}
