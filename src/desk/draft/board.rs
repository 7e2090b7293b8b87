//! The delivery board: what is tried again or given up by hand.

use tracing::info;

use super::{Draft, refused};
use crate::desk::reads;
use crate::domain::answer::{Answer, Private};
use crate::domain::effect::Effect;
use crate::domain::refusal::Refusal;
use crate::id::{EffectId, UserId};
use crate::store::StoreError;

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
        Answer::Private(Private::Doctor { undone })
    }
}
