//! Which past a source is asked for that keeps its values itself: after a start, and after a time in which nobody could tell.

use jiff::{SignedDuration, Timestamp};

use crate::standing::Level;
use crate::watched::{Asks, Watch};

/// After a start so much is asked for, so that a picture of the last hours has them; a threshold's longer time where there is one.
const BACK: SignedDuration = SignedDuration::from_hours(24);
/// Most values of one answer; Prometheus refuses more than 11,000.
const MOST: i64 = 5_000;

/// Values at `from`, at `until`, and each `step` in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    pub until: Timestamp,
    pub step: SignedDuration,
}

impl Window {
    /// What is missing of a watch at `now`, which last told something at `seen`, or never since the start. `None` where nothing is, or
    /// where its source keeps nothing. It ends one step before `now`, as a reading would have come then.
    pub fn missing(watch: &Watch, seen: Option<Timestamp>, now: Timestamp) -> Option<Self> {
        let keeps = matches!(watch.asks, Asks::Query { .. }) && !watch.is_state();
        let is_seen = seen.is_some_and(|seen| now.duration_since(seen) <= watch.rules.gap);
        if !keeps || is_seen {
            return None;
        }
        let rules = || Level::ALL.into_iter().filter_map(|level| Some((level, watch.rules.of(level)?)));
        let lasting = rules().map(|(_, rule)| rule.lasting).max().unwrap_or_default();
        // Further apart they would be gaps: then less of the past is asked for.
        let widest = rules().map(|(level, _)| watch.rules.bears(level)).min().unwrap_or(watch.rules.gap);
        let back = lasting.saturating_add(widest.saturating_add(widest)).max(BACK);
        let first = now.checked_sub(back).ok()?.max(seen.unwrap_or(Timestamp::MIN));
        let every = watch.every.as_secs().max(1);
        let span = now.duration_since(first).as_secs().min(widest.as_secs().max(every).saturating_mul(MOST));
        let step = every.max((span + MOST - 1) / MOST);
        let steps = span / step - 1;
        let ago = |steps: i64| now.checked_sub(SignedDuration::from_secs(step.saturating_mul(steps))).ok();
        let (from, until) = (ago(steps.max(1))?, ago(1)?);
        (steps >= 1).then_some(Self { from, until, step: SignedDuration::from_secs(step) })
    }
}
