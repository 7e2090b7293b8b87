//! Limits that a service told: until they end nothing is asked, for those who go on asking are shut out for longer.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::rest::{Answer, message};
use ground::clock::Clock;

/// What both services ask for at least where they limit without saying for how long.
const UNSPECIFIED: i64 = 60;
/// Longer is not believed.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// By what is limited: a token's every call, or an endpoint's.
pub struct Pauses {
    clock: Clock,
    until: Mutex<BTreeMap<String, Timestamp>>,
}

impl Pauses {
    pub fn new(clock: Clock) -> Self {
        Self { clock, until: Mutex::default() }
    }

    /// Until when nothing of `what` is asked.
    pub fn held(&self, what: &str) -> Option<Timestamp> {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(what).copied().filter(|until| *until > self.clock.now())
    }

    /// Until when an answer says that nothing of `what` is to be asked.
    pub fn learn(&self, what: &str, answer: &Answer) -> Option<Timestamp> {
        let end = end(answer, self.clock.now())?;
        self.until.lock().unwrap_or_else(PoisonError::into_inner).insert(what.to_owned(), end);
        Some(end)
    }
}

/// When a limit ends; none where a 403 is none. `retry-after` first, then the reset of an allowance that is used up, as both
/// services document.
fn end(answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    if !matches!(answer.status, 403 | 429) {
        return None;
    }
    let after = |seconds| now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
    let seconds = answer.header("retry-after").and_then(|text| text.parse::<u32>().ok());
    let used_up = answer.header("x-ratelimit-remaining") == Some("0");
    let reset = answer.header("x-ratelimit-reset").filter(|_| used_up).and_then(|text| text.parse().ok());
    let reset = reset.and_then(|reset| Timestamp::from_second(reset).ok());
    let vague = answer.status == 429 || message(&answer.text).to_lowercase().contains("rate limit");
    let end = seconds.map(|seconds| after(i64::from(seconds))).or(reset);
    let end = end.or_else(|| vague.then(|| after(UNSPECIFIED)))?;
    Some(end.clamp(now, now.saturating_add(LONGEST).unwrap_or(end)))
}
