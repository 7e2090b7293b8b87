//! What follows from an event: its timers move, and its effects go into the outbox.

use super::Draft;
use domain::effect::{Effect, EffectKind, EffectState, Lane};
use domain::id::{EffectId, IncidentId};
use domain::incident::Intent;
use domain::owner::Owner;
use domain::timer::Timer;

impl Draft<'_> {
    /// The rows of the timers of whatever lives by events follow by difference.
    pub(super) fn move_timers(&mut self, old: &[Timer], new: &[Timer]) {
        for gone in old.iter().filter(|timer| !new.contains(timer)) {
            self.changes.timers_set.retain(|set| set != gone);
            self.changes.timers_gone.push(*gone);
        }
        for set in new.iter().filter(|timer| !old.contains(timer)) {
            self.changes.timers_gone.retain(|gone| gone != set);
            self.changes.timers_set.push(*set);
        }
    }

    /// Puts an effect into the outbox. A *show* that waits there already is enough; one that failed is tried again.
    pub(super) fn push(&mut self, owner: Owner, intent: Intent) {
        self.push_for(owner, owner.incident(), intent);
    }

    /// [`push`](Self::push), where the incident on whose board it stands is not the owner.
    pub(super) fn push_for(&mut self, owner: Owner, incident: Option<IncidentId>, intent: Intent) {
        let Intent { lane, kind } = intent;
        let shows = kind.is_shown();
        let same = |effect: &&Effect| shows && effect.lane == lane && effect.kind == kind;
        // What this round changed or gave up is not as it was saved.
        let saved = |twin: &&Effect| !self.effects.contains_key(&twin.id);
        let new_twin = self.effects.values().flatten().find(same);
        let twin = new_twin.or_else(|| self.state.outbox.waiting_twin(&lane, &kind).filter(saved));
        let Some(twin) = twin.cloned() else { return self.push_row(owner, incident, lane, kind) };
        if let EffectState::Failed { .. } = twin.state {
            let again = Effect { state: twin.state.retried(self.now), ..twin };
            self.effects.insert(again.id, Some(again));
        }
    }

    pub(super) fn push_new(&mut self, owner: Owner, lane: Lane, kind: EffectKind) {
        self.push_row(owner, owner.incident(), lane, kind);
    }

    fn push_row(&mut self, owner: Owner, incident: Option<IncidentId>, lane: Lane, kind: EffectKind) {
        let id = EffectId(self.changes.next.effect);
        self.changes.next.effect += 1;
        let effect = Effect {
            id,
            owner,
            incident,
            lane,
            kind,
            created_at: self.now,
            attempts: 0,
            state: EffectState::Waiting,
            named: None,
        };
        self.effects.insert(id, Some(effect));
    }
}
