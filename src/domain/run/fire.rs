//! What a run's timer brings.

use jiff::Timestamp;

use super::Run;
use super::change::{Phase, glass_due};
use super::event::RunEventKind;

/// The event that is due at `now`; none where something overtook the timer.
pub fn fire(run: &Run, now: Timestamp) -> Option<RunEventKind> {
    let change = run.change()?;
    if change.due().is_none_or(|due| due > now) {
        return None;
    }
    match &change.phase {
        Phase::Asking { .. } if change.glass.as_ref().is_some_and(|glass| glass_due(glass) <= now) => {
            Some(RunEventKind::Rechecked)
        }
        Phase::Asking { .. } => Some(RunEventKind::Expired),
        Phase::Proving { .. } => Some(RunEventKind::LookedForProof),
        Phase::Preparing | Phase::Rechecking { .. } | Phase::Acting { .. } => None,
    }
}
