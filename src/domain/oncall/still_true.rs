//! Asked again before it is said: an effect that was overtaken is dropped, with the reason.

use super::rota::Rota;
use super::tell::Tell;
use crate::effect::{EffectKind, PostKey};

/// Whether `effect` still holds for the rota as it is now.
///
/// # Errors
/// Why it does not.
pub fn still_true(rota: &Rota, effect: &EffectKind) -> Result<(), &'static str> {
    let EffectKind::Tell { tell, keep_as, .. } = effect else { return Ok(()) };
    match (tell.as_ref(), keep_as) {
        (Tell::Summons { number, .. }, _)
            if rota.summons(*number).is_none_or(|summons| !summons.is_calling()) =>
        {
            Err("somebody answered before it went out")
        }
        (Tell::Brief(_), Some(PostKey::Brief { since }))
            if rota.shift.as_ref().is_none_or(|shift| shift.since != *since) =>
        {
            Err("somebody else had it before it went out")
        }
        (Tell::Unconfirmed { since, .. } | Tell::Outgoing { since, .. }, _)
            if rota.shift.as_ref().is_none_or(|shift| shift.since != *since || shift.confirmed.is_some()) =>
        {
            Err("it was answered before it went out")
        }
        (Tell::SwapAsked { number, .. }, _) if rota.swap(*number).is_none_or(|swap| swap.ended.is_some()) => {
            Err("the swap was over before it went out")
        }
        _ => Ok(()),
    }
}
