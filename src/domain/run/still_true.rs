//! Whether an effect of a run still holds when its turn comes.

use super::announce::RunNote;
use super::change::Phase;
use super::release::Releasing;
use super::{Run, Stage};
use crate::effect::EffectKind;

/// # Errors
/// Why it is not needed any more.
pub fn still_true(run: &Run, kind: &EffectKind) -> Result<(), &'static str> {
    let phase = run.change().map(|change| &change.phase);
    match kind {
        EffectKind::Look { name, asked, .. } if !run.waits_for(name, *asked) => {
            Err("nobody waits for this check any more")
        }
        EffectKind::Prepare { hold, again, .. } if !run.waits_for_plan(*hold, *again) => {
            Err("nobody waits for this plan any more")
        }
        EffectKind::PrepareRelease { .. } => match run.release.as_ref().map(|release| &release.stage) {
            Some(Releasing::Preparing) => Ok(()),
            _ => Err("nobody waits for who may agree to the release any more"),
        },
        EffectKind::Act { .. } | EffectKind::Stop { .. } => match phase {
            Some(Phase::Acting { .. }) => Ok(()),
            _ => Err("the action is over"),
        },
        EffectKind::RunNews { note, .. } if !is_so(run, note) => Err("the run has gone on since"),
        _ => Ok(()),
    }
}

/// Whether what was news is still how the run stands.
fn is_so(run: &Run, note: &RunNote) -> bool {
    match note {
        RunNote::Offered { .. } => matches!(run.stage, Stage::Offered { .. }),
        RunNote::Ended { .. } => {
            run.change().is_some_and(|change| matches!(change.phase, Phase::Proving { .. }))
        }
        _ => true,
    }
}
