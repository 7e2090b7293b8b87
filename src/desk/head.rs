//! What a lane does next, as the saved state has it.

use std::sync::Arc;

use jiff::Timestamp;

use super::alerts;
use super::book::Book;
use super::state::State;
use super::unsaved::Unsaved;
use domain::alert::group::Shown;
use domain::effect::{Effect, EffectKind, EffectState, Lane};
use domain::incident::Incident;
use domain::run::Run;
use store::{Store, StoreError};

/// What a lane does next.
pub enum Head {
    Send {
        effect: Box<Effect>,
        incident: Option<Arc<Incident>>,
        run: Option<Arc<Run>>,
        alerts: Option<Arc<Shown>>,
    },
    Wait {
        until: Timestamp,
    },
    Empty,
}

/// The head of a lane. What is known, and not saved yet, is taken from `unsaved`.
pub fn head(
    state: &State,
    unsaved: &Unsaved,
    store: &Store,
    lane: &Lane,
    now: Timestamp,
) -> Result<Head, StoreError> {
    let heads = state.outbox.heads(lane);
    let due = |effect: &Effect| match effect.state {
        EffectState::Later { at, .. } if at > now => Some(at),
        _ => None,
    };
    let Some(effect) = heads.iter().find(|effect| due(effect).is_none()) else {
        let until = heads.iter().filter_map(|effect| due(effect)).min();
        return Ok(until.map_or(Head::Empty, |until| Head::Wait { until }));
    };
    let book = Book { state, ahead: Some(unsaved.incidents()), round: None, store, now };
    let incident = effect.incident.map(|id| book.incident(id)).transpose()?.flatten();
    let run = effect.kind.run().map(|id| book.run(id)).transpose()?.flatten();
    let run = run.map(|run| match unsaved.run(run.id) {
        Some(post) => Arc::new(Run { post: Some(post.clone()), ..Run::clone(&run) }),
        None => run,
    });
    let alerts = match &effect.kind {
        EffectKind::AlertCard { group } => Some(*group),
        EffectKind::Picture(picture) => picture.under.group(),
        _ => None,
    };
    let alerts = match alerts {
        Some(group) => {
            let mut shown = alerts::shown(&book, group)?;
            if let (Some(shown), Some(post)) = (&mut shown, unsaved.group(group)) {
                shown.group.post = Some(post.clone());
            }
            shown.map(Arc::new)
        }
        None => None,
    };
    Ok(Head::Send { effect: Box::new((*effect).clone()), incident, run, alerts })
}
