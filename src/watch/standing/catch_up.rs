//! What a source kept itself while nobody could tell.

use jiff::Timestamp;

use super::{Change, Level, Rules, Standing, told};
use crate::reading::Reading;

impl Standing {
    /// Takes what the source kept itself while nobody could tell: numbers in order of the times for which it says them. What is not after
    /// the last reading that told something is known already. What began and ended again in between is no change: it is over.
    pub fn catch_up(&mut self, meanwhile: &[(Timestamp, f64)], rules: &Rules) -> Vec<Change> {
        let (before, mut changes) = (self.level(), Vec::new());
        for (at, number) in meanwhile {
            let reading = Reading::Number(*number);
            let is_known = self.seen.is_some_and(|seen| *at <= seen);
            if let (false, Ok(last)) = (is_known, told(&reading, rules)) {
                self.heard = self.heard.max(Some(*at));
                self.see(&reading, last, *at, rules, &mut changes);
            }
        }
        let is_level = |change: &Change| !matches!(change, Change::Seeing { .. });
        let last = changes.iter().rev().find(|change| is_level(change)).cloned();
        changes.retain(|change| !is_level(change));
        changes.extend(last.and_then(|last| self.became(before, last)));
        changes
    }

    /// What a level that was `before` came to, where `last` was the last of several changes.
    fn became(&self, before: Option<Level>, last: Change) -> Option<Change> {
        match (before, self.level(), self.since) {
            (None, Some(level), Some(since)) => Some(Change::Began { level, since }),
            (Some(Level::Warning), Some(Level::Critical), Some(since)) => Some(Change::Worsened { since }),
            (Some(Level::Critical), Some(Level::Warning), Some(since)) => Some(Change::Eased { since }),
            (Some(_), None, _) => Some(last),
            _ => None,
        }
    }
}
