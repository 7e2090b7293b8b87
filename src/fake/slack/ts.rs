//! Slack's message times: seconds, a dot, six digits, and unique within a channel.

use jiff::Timestamp;

/// A message's time as microseconds since 1970, as far as arguments are written: `1700000000.000100`, `1700000000`
/// and `0` alike.
pub fn parse(ts: &str) -> Option<i64> {
    let (seconds, fraction) = ts.trim().split_once('.').unwrap_or((ts.trim(), ""));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    if seconds.is_empty() || !digits(seconds) || !digits(fraction) || fraction.len() > 6 {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(micros)
}

/// The other way round.
pub fn format(micros: i64) -> String {
    format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
}

/// The first free time at or after `now`, given the last one taken.
pub fn next(now: Timestamp, last: i64) -> i64 {
    now.as_microsecond().max(last.saturating_add(1))
}
