//! What a lane does next, as the saved state has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::book::Book;
use super::state::State;
use crate::domain::effect::{Effect, EffectState, Lane};
use crate::domain::incident::Incident;
use crate::store::{Store, StoreError};

/// What a lane does next.
pub enum Head {
    Send { effect: Box<Effect>, incident: Option<Arc<Incident>> },
    Wait { until: Timestamp },
    Empty,
}

/// The head of a lane.
pub fn head(state: &State, store: &Store, lane: &Lane, now: Timestamp) -> Result<Head, StoreError> {
    let Some(effect) = state.outbox.head(lane) else { return Ok(Head::Empty) };
    match effect.state {
        EffectState::Later { at, .. } if at > now => return Ok(Head::Wait { until: at }),
        _ => {}
    }
    let changed = BTreeMap::new();
    let book = Book { state, changed: &changed, store, now };
    let incident = effect.incident.map(|id| book.incident(id)).transpose()?.flatten();
    Ok(Head::Send { effect: Box::new(effect.clone()), incident })
}
