//! A trouble that is older than its declaration: the response time and paging count from its beginning.

use jiff::{SignedDuration, Timestamp};

use super::Incident;
use crate::oncall::path::Path;

/// Clocks reach back at most so far.
const MOST: SignedDuration = SignedDuration::from_hours(24);

/// What clocks count from, where the trouble that was declared at `declared` began at `began`: never later than the declaration.
pub(super) fn counted_from(began: Option<Timestamp>, declared: Timestamp) -> Timestamp {
    let earliest = declared.saturating_sub(MOST).unwrap_or(Timestamp::MIN);
    began.map_or(declared, |began| began.clamp(earliest, declared))
}

impl Incident {
    /// What the response time and paging count from.
    pub fn counts_from(&self) -> Timestamp {
        counted_from(self.began, self.declared_at)
    }

    /// When paging that counts from `since` began, where it begins at `now`: a step whose time is over calls at once. No round is over
    /// that nobody could have heard.
    pub(super) fn called_from(&self, path: &Path, now: Timestamp, since: Timestamp) -> Timestamp {
        let last = path.steps.last().map_or(SignedDuration::ZERO, |step| step.after);
        since.max(now.saturating_sub(last).unwrap_or(now))
    }

    /// When the trouble began and when it was declared, where what counts from `from` counts from before the declaration.
    pub(super) fn began_before(&self, from: Timestamp) -> Option<(Timestamp, Timestamp)> {
        self.began.filter(|_| from < self.declared_at).map(|began| (began, self.declared_at))
    }

    /// Since when howler could be late with what was due at `due`: before the declaration it knew of nothing.
    pub(super) fn could_know(&self, due: Timestamp) -> Timestamp {
        due.max(self.declared_at)
    }
}

/// `began`, where it lies before `declared`.
pub(super) fn earlier(began: Option<Timestamp>, declared: Timestamp) -> Option<Timestamp> {
    began.filter(|began| *began < declared)
}
