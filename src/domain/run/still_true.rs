//! Whether an effect of a run still holds when its turn comes.

use super::Run;
use crate::domain::effect::EffectKind;

/// # Errors
/// Why it is not needed any more.
pub fn still_true(run: &Run, kind: &EffectKind) -> Result<(), &'static str> {
    match kind {
        EffectKind::Look { name, .. } if !run.waiting.contains(name) => {
            Err("nobody waits for this check any more")
        }
        _ => Ok(()),
    }
}
