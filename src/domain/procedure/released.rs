//! When what runs now was first released, beside the trouble: what ran well for a long time is no reason to go back behind it.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::judge::{Note, Since};
use super::keep::{current_one, of_revisions};
use super::part::json;
use super::revisions::Revisions;
use super::{Heard, Probe};
use crate::duration::Spoken;

/// Where Vercel's current deployment is.
const OF_VERCEL: &str = "the current one";

/// Whether a file may name it.
pub(super) fn is_known(what: &str) -> bool {
    what == OF_VERCEL || of_revisions(what).is_some_and(|(what, _)| what == "current revision")
}

/// Whether such an answer tells it.
pub(super) fn is_told_by(probe: &Probe, what: &str) -> bool {
    match probe {
        Probe::Vercel(_) => what == OF_VERCEL,
        Probe::Run(_) => what != OF_VERCEL,
        _ => false,
    }
}

/// Nothing, where `what` was released not longer than `fresh` before the trouble, or since; else what is to be said of it.
///
/// # Errors
/// Why it cannot be told: nothing says which one runs, or when it was released.
pub(super) fn older(
    what: &str,
    fresh: SignedDuration,
    heard: &Heard,
    since: Since,
) -> Result<Option<Note>, String> {
    if heard.cut {
        return Err("the middle of the answer is missing, so when it was released cannot be told".to_owned());
    }
    let released = released(what, &json(heard)?)?;
    if released >= since.bound(fresh) {
        return Ok(None);
    }
    let before = since.at().duration_since(released);
    let at = released.strftime("%Y-%m-%d %H:%M UTC");
    Ok(Some(Note {
        part: "its release".to_owned(),
        expected: format!("at most {} older than the trouble", Spoken(fresh)),
        got: format!("{} older than the trouble: it is of {at}, and ran until then", days(before)),
    }))
}

fn released(what: &str, json: &Value) -> Result<Timestamp, String> {
    let missing = || "the answer does not say when it was released".to_owned();
    if what == OF_VERCEL {
        let current = current_one(json).ok_or("the answer does not say which one is current")?;
        let released = current.get("released").and_then(Value::as_str);
        return released.and_then(|released| released.parse().ok()).ok_or_else(missing);
    }
    let owner = of_revisions(what).and_then(|(_, owner)| owner);
    Revisions::read(json, owner)?.released().ok_or_else(missing)
}

/// Whole days where there are some: nobody counts the minutes of four months.
fn days(time: SignedDuration) -> String {
    match time.as_hours() / 24 {
        days @ 2.. => format!("{days} days"),
        _ => Spoken(time).to_string(),
    }
}
