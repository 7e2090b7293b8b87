//! What a run's timer brings.

use jiff::Timestamp;

use super::Run;
use super::change::Phase;
use super::event::RunEventKind;
use super::release::Release;
use crate::timer::TOLERANCE;

/// The event that is due at `now`; none where something overtook the timer.
pub fn fire(run: &Run, now: Timestamp) -> Option<RunEventKind> {
    let release = run.release.as_ref().and_then(Release::asking);
    if release.is_some_and(|(_, expires)| expires <= now) {
        return Some(RunEventKind::ReleaseExpired);
    }
    let change = run.change()?;
    if change.due().is_none_or(|due| due > now) {
        return None;
    }
    match &change.phase {
        // Late, there was a time in which nobody could stop it: howler was down, and the request is void.
        Phase::Asking { expires } => match change.glass_due() {
            // The proof of what is to be taken back goes on meanwhile.
            None if now < *expires && change.again_due().is_some_and(|due| due <= now) => {
                Some(RunEventKind::AskedAgain)
            }
            None if now < *expires => Some(RunEventKind::LookedForProof),
            Some(due) if due <= now && now < *expires && now.duration_since(due) <= TOLERANCE => {
                Some(RunEventKind::Rechecked)
            }
            _ => Some(RunEventKind::Expired),
        },
        Phase::Proving { .. } => Some(RunEventKind::LookedForProof),
        Phase::Reading | Phase::Preparing | Phase::Rechecking { .. } | Phase::Acting { .. } => None,
    }
}
