//! Slack's own rate limits, counted on the clock.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// How often a method may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tier {
    /// So many calls a minute.
    PerMinute(usize),
    /// One a second in a channel, a few more in a burst.
    PerChannel,
    Unlimited,
}

/// Documented as "1+ per minute"; every Socket Mode app opens several connections in a row, and Slack lets it.
pub(super) const TIER_1: Tier = Tier::PerMinute(BURST);
pub(super) const TIER_2: Tier = Tier::PerMinute(20);
pub(super) const TIER_3: Tier = Tier::PerMinute(50);
pub(super) const TIER_4: Tier = Tier::PerMinute(100);

/// Slack allows short bursts without saying how long; four is on the careful side.
const BURST: usize = 4;

/// When each method, or method and channel, was called.
#[derive(Debug, Default)]
pub(super) struct Limits(BTreeMap<String, VecDeque<Timestamp>>);

impl Limits {
    /// Counts a call, or says after how many seconds to come back.
    pub fn admit(
        &mut self,
        method: &str,
        tier: Tier,
        channel: Option<&str>,
        now: Timestamp,
    ) -> Result<(), u64> {
        let (key, most, window) = match tier {
            Tier::Unlimited => return Ok(()),
            Tier::PerMinute(most) => (method.to_owned(), most, SignedDuration::from_mins(1)),
            Tier::PerChannel => {
                let window = SignedDuration::from_secs(i64::try_from(BURST).unwrap_or(1));
                (format!("{method} {}", channel.unwrap_or_default()), BURST, window)
            }
        };
        let calls = self.0.entry(key).or_default();
        while calls.front().is_some_and(|first| now.duration_since(*first) >= window) {
            calls.pop_front();
        }
        let Some(first) = calls.front().filter(|_| calls.len() >= most) else {
            calls.push_back(now);
            return Ok(());
        };
        let left = window - now.duration_since(*first);
        Err(u64::try_from(left.as_millis()).unwrap_or(0).div_ceil(1000).max(1))
    }
}
