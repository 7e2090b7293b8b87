//! What came back from outside while nothing can be saved. The lanes go on with it, and it is saved as soon as the store
//! takes changes again. Were howler to end before, the effects would still be in the outbox, and be looked up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::book::Book;
use super::state::State;
use domain::aggregate::{Aggregate, Cause};
use domain::alert::group::GroupId;
use domain::effect::{Effect, EffectKind, Lane, Outcome, Receipt};
use domain::id::{ChannelId, EffectId, IncidentId, MessageTs, RunId};
use domain::incident::event::EventKind;
use domain::incident::{Incident, delivered};
use store::{Store, StoreError};

/// Where a message stands.
type Spot = (ChannelId, MessageTs);

/// At most one outcome for each effect of the outbox, and no effect is added to it meanwhile.
#[derive(Debug, Default)]
pub struct Unsaved {
    /// In the order in which they came.
    outcomes: Vec<(EffectId, Outcome)>,
    /// Incidents with what the receipts say of them, for the lanes alone: the next look at a card must find the card.
    incidents: BTreeMap<IncidentId, Arc<Incident>>,
    /// Where the messages of alerts and of runs stand, for the same reason.
    groups: BTreeMap<GroupId, Spot>,
    runs: BTreeMap<RunId, Spot>,
    /// Incidents whose room was made. What goes there waits until that is saved: were it forgotten, nobody would look for
    /// the messages in a room that no row names.
    rooms: BTreeSet<IncidentId>,
}

impl Unsaved {
    pub fn outcomes(&self) -> &[(EffectId, Outcome)] {
        &self.outcomes
    }

    /// Incidents that are ahead of what is saved.
    pub fn incidents(&self) -> &BTreeMap<IncidentId, Arc<Incident>> {
        &self.incidents
    }

    /// Where the message of these alerts stands, ahead of what is saved.
    pub fn group(&self, id: GroupId) -> Option<&Spot> {
        self.groups.get(&id)
    }

    /// Where the card of this run stands, ahead of what is saved.
    pub fn run(&self, id: RunId) -> Option<&Spot> {
        self.runs.get(&id)
    }

    /// Whether a lane waits until what came back is saved.
    pub fn holds(&self, lane: &Lane) -> bool {
        matches!(lane, Lane::Room(incident) if self.rooms.contains(incident))
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes `outcome` in until it can be saved, in place of an earlier one of the same effect.
    ///
    /// # Errors
    /// When the effect's incident cannot be read. The outcome is kept all the same.
    pub fn keep(
        &mut self,
        state: &mut State,
        store: &Store,
        now: Timestamp,
        id: EffectId,
        outcome: Outcome,
    ) -> Result<(), StoreError> {
        let Some(effect) = state.outbox.get(id).cloned() else { return Ok(()) };
        let known = self.receive(state, store, now, &effect, &outcome);
        state.outbox.settle(id, &outcome);
        self.depart(id);
        self.outcomes.push((id, outcome));
        known
    }

    /// The effect is tried once more: what came of the try before counts no longer.
    pub fn depart(&mut self, id: EffectId) {
        self.outcomes.retain(|(kept, _)| *kept != id);
    }

    fn receive(
        &mut self,
        state: &State,
        store: &Store,
        now: Timestamp,
        effect: &Effect,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        let Some(receipt) = outcome.receipt() else { return Ok(()) };
        if let Receipt::Message { channel, message } = receipt {
            let spot = (channel.clone(), message.clone());
            match &effect.kind {
                EffectKind::AlertCard { group } => drop(self.groups.insert(*group, spot)),
                EffectKind::RunCard { run } => drop(self.runs.insert(*run, spot)),
                _ => {}
            }
        }
        let Some(id) = effect.incident else { return Ok(()) };
        let book = Book { state, ahead: Some(&self.incidents), round: None, store, now };
        let Some(incident) = book.incident(id)? else { return Ok(()) };
        let Some(kind) = delivered(&incident, &effect.kind, receipt) else { return Ok(()) };
        if matches!(kind, EventKind::RoomOpened { .. }) {
            self.rooms.insert(id);
            return Ok(());
        }
        let mut ahead = Incident::clone(&incident);
        ahead.apply(&Incident::event(incident.events + 1, now, &Cause::howler(), kind));
        self.incidents.insert(id, Arc::new(ahead));
        Ok(())
    }
}
