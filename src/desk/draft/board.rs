//! The delivery board: what is tried again or given up by hand.

use jiff::Timestamp;
use tracing::{info, warn};

use super::{Draft, refused};
use crate::reads;
use domain::actor::Actor;
use domain::answer::{Answer, Private};
use domain::effect::{Effect, EffectKind, EffectState, Lane, Say, To};
use domain::fault::Saving;
use domain::id::{ChannelId, EffectId};
use domain::incident::Incident;
use domain::owner::Owner;
use domain::refusal::Refusal;
use domain::request::Place;
use store::StoreError;

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

    pub(super) fn give_up(&mut self, id: EffectId, by: &Actor) -> Result<Answer, StoreError> {
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
        let store = reads::troubles(&self.book());
        Answer::Private(Private::Doctor { undone, store, saving: Saving::Well })
    }

    /// Stays on the delivery board. Of an announcement that cannot be delivered the person in charge hears, and the channel that can
    /// be reached: once for each reason, however many fail for it.
    pub(super) fn failed(&mut self, effect: Effect, reason: String, unknown: bool) -> Result<(), StoreError> {
        // The reason may hold a channel's name, which is made of the title: it is for the board.
        warn!(effect = effect.id.0, "an effect failed; its incident's board shows why");
        let announces = announces(&effect.kind);
        let (failed, place) = (effect.id, effect.kind.place().cloned());
        let what = view::effect_in_words(&effect);
        let incident = effect.incident;
        let state = EffectState::Failed { reason: reason.clone(), unknown };
        self.effects.insert(effect.id, Some(Effect { state, attempts: effect.attempts + 1, ..effect }));
        let Some(id) = incident.filter(|_| announces) else { return Ok(()) };
        let Some(incident) = self.book().incident(id)? else { return Ok(()) };
        if self.is_told(&incident, failed, &reason) {
            return Ok(());
        }
        let channel = match (&place, &incident.room) {
            (Some(To::Emergencies), Some(_)) => Some(To::Room),
            (Some(To::Emergencies), None) => Some(To::OnCall),
            _ => Some(To::Emergencies),
        };
        // Where all who have it are at a shell, the channel alone tells.
        let person = incident.person_to_ask().cloned().map(To::Person);
        for to in channel.into_iter().chain(person).filter(|to| Some(to) != place.as_ref()) {
            let (title, what, reason) = (incident.title.clone(), what.clone(), reason.clone());
            let say = Box::new(Say::Undelivered { title, what, reason });
            self.push_new(Owner::Incident(id), Lane::Page(id), EffectKind::Say { to, say, keep_as: None });
        }
        Ok(())
    }

    /// Whether something of the incident failed for the same reason already, since it was opened last.
    fn is_told(&self, incident: &Incident, failed: EffectId, reason: &str) -> bool {
        let opened = incident.resolutions.last().and_then(|resolution| resolution.undone.as_ref());
        let since = opened.map_or(Timestamp::MIN, |opened| opened.at);
        let kept = self.state.outbox.iter().filter(|effect| !self.effects.contains_key(&effect.id));
        kept.chain(self.effects.values().flatten()).any(|effect| {
            let same = matches!(&effect.state, EffectState::Failed { reason: told, .. } if told == reason);
            same && effect.id != failed
                && effect.incident == Some(incident.id)
                && effect.created_at >= since
                && announces(&effect.kind)
        })
    }

    /// A channel was opened again: what could not be posted there is tried once more.
    pub(super) fn channel_is_back(&mut self, channel: &ChannelId) -> Result<Answer, StoreError> {
        let place = Place { channel: channel.clone(), thread: None };
        let incident = self.book().told_by(&place)?;
        let configured = |to: &To| matches!(to, To::Emergencies | To::OnCall);
        let waits: Vec<Effect> =
            self.state.outbox.iter().filter(|effect| effect.is_failed()).cloned().collect();
        for effect in waits.into_iter().filter(|effect| !effect.kind.is_by_hand()) {
            let there = match incident {
                Some(incident) => effect.incident == Some(incident),
                None => effect.kind.place().is_some_and(configured),
            };
            if there && !self.effects.contains_key(&effect.id) {
                let state = effect.state.retried(self.now);
                self.effects.insert(effect.id, Some(Effect { state, ..effect }));
            }
        }
        Ok(Answer::Nothing)
    }
}

/// Whether somebody waits for what it says.
fn announces(kind: &EffectKind) -> bool {
    match kind {
        EffectKind::Say { say, .. } => !matches!(say.as_ref(), Say::Undelivered { .. }),
        EffectKind::OpenRoom { .. } => true,
        _ => false,
    }
}
