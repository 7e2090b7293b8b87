//! Times as sources write them, and whether one can be meant.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// How far ahead a source's clock may be. Later is nonsense.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);
/// 2000-01-01, in seconds: earlier is a zero date or a clock that was never set.
const EARLIEST: i64 = 946_684_800;

/// The instant, where it can be meant: neither a zero date nor ahead of `now`.
pub fn plausible(at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let latest = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    (at.as_second() >= EARLIEST && at <= latest).then_some(at)
}

/// Reads RFC 3339 and its relatives (`2020-07-17T08:42:58.315+0000`), and seconds or milliseconds since 1970, as text or number.
pub fn read(value: &Value, now: Timestamp) -> Option<Timestamp> {
    let at = match value {
        Value::Number(number) => since_1970(number.as_f64()?)?,
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(number) => since_1970(number)?,
            Err(_) => text.trim().parse().ok().or_else(|| with_colon(text.trim()))?,
        },
        _ => return None,
    };
    plausible(at, now)
}

/// Milliseconds are told from seconds by their size: as seconds they would be far beyond the year 5000.
fn since_1970(number: f64) -> Option<Timestamp> {
    if !number.is_finite() || number.abs() > 1e15 {
        return None;
    }
    let milliseconds = if number.abs() >= 1e11 { number } else { number * 1_000.0 };
    #[allow(clippy::cast_possible_truncation)] // it was bounded above
    Timestamp::from_millisecond(milliseconds as i64).ok()
}

/// An offset without its colon.
fn with_colon(text: &str) -> Option<Timestamp> {
    let (before, minutes) = text.split_at_checked(text.len().checked_sub(2)?)?;
    format!("{before}:{minutes}").parse().ok()
}
