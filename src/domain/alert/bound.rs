//! How many alerts may be open at a time: each is kept in memory for as long as it is open, so what the sources send must have an end.
//! What would open one more is refused, and nothing that was answered with a yes is let go of.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Alert;
use super::signal::{Link, Signal};
use crate::Severity;

/// Most alerts that are open at a time; a long one counts as several.
pub const OPEN_MOST: usize = 50_000;
/// So many of them are kept for a P1 or P2, so that a flood of smaller ones hides none.
const KEPT: usize = 5_000;
/// Text that counts as one alert, in bytes.
pub(super) const SHARE: usize = 4 * 1_024;

/// Where no alert of any severity is refused, so that nobody need look how bad it is.
pub const ROOMY: usize = OPEN_MOST - KEPT;

/// Whether one of this severity may be opened beside those that are open, counted by their weights.
pub fn has_room(open: usize, severity: Severity) -> bool {
    open < if severity <= Severity::P2 { OPEN_MOST } else { ROOMY }
}

/// What a source says is told again after this, while it is put off.
const TOLD_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// What is put off after so long is a new time.
pub const ONE_TIME: SignedDuration = SignedDuration::from_mins(30);

/// Deliveries of a source that were put off, because more alerts would be open than may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutOff {
    pub since: Timestamp,
    pub last: Timestamp,
    pub deliveries: u64,
    /// As how many the alerts count that the last of them would open.
    pub wants: usize,
    /// When people were told last.
    pub told: Timestamp,
}

impl PutOff {
    /// One more; and whether people are to be told now.
    pub fn another(before: Option<&Self>, wants: usize, now: Timestamp) -> (Self, bool) {
        let known = before.filter(|before| now.duration_since(before.last) <= ONE_TIME);
        let Some(known) = known else {
            return (Self { since: now, last: now, deliveries: 1, wants, told: now }, true);
        };
        let tells = now.duration_since(known.told) >= TOLD_EVERY;
        let told = if tells { now } else { known.told };
        (Self { last: now, deliveries: known.deliveries + 1, wants, told, ..known.clone() }, tells)
    }

    /// Whether it would be put off now, where so much is open.
    pub fn stands(&self, open: usize) -> bool {
        open + self.wants > ROOMY
    }
}

fn weight(title: &str, facts: &BTreeMap<String, String>, links: &[Link]) -> usize {
    let facts: usize = facts.iter().map(|(name, value)| name.len() + value.len()).sum();
    let links: usize = links.iter().map(|link| link.text.len() + link.url.len()).sum();
    1 + (title.len() + facts + links) / SHARE
}

impl Alert {
    /// As how many it counts while it is open.
    pub fn weight(&self) -> usize {
        weight(&self.told.title, &self.told.facts, &self.told.links)
    }
}

impl Signal {
    /// The same with no more of its links and facts than count as `weight`: what is open may not grow where there is no room for it.
    #[must_use]
    pub fn within(&self, weight: usize) -> Self {
        let mut cut = self.clone();
        while cut.weight() > weight && (cut.links.pop().is_some() || cut.facts.pop_last().is_some()) {}
        cut
    }

    /// As how many the alert would count that it opens.
    pub fn weight(&self) -> usize {
        weight(&self.title, &self.facts, &self.links)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_places_are_for_what_is_bad() {
        for (open, severity, room) in [
            (0, Severity::P4, true),
            (44_999, Severity::P3, true),
            (45_000, Severity::P3, false),
            (45_000, Severity::P2, true),
            (49_999, Severity::P1, true),
            (50_000, Severity::P1, false),
        ] {
            assert_eq!(has_room(open, severity), room, "{open} {severity}");
        }
    }

    #[test]
    fn people_are_told_once_in_a_while_that_a_source_is_put_off() {
        let at = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let mut known = None;
        let mut told = Vec::new();
        for minute in [0, 1, 2, 25, 50, 59, 60, 61, 89, 118, 150] {
            let (next, tells) = PutOff::another(known.as_ref(), 3, at(minute));
            told.extend(tells.then_some((minute, next.deliveries)));
            known = Some(next);
        }
        // After more than half an hour without one it is another time.
        assert_eq!(told, [(0, 1), (60, 7), (150, 1)]);
        let known = known.unwrap();
        assert!(known.stands(ROOMY - 2) && !known.stands(ROOMY - 3), "gone once what it wanted has room");
    }

    #[test]
    fn a_long_one_counts_as_several() {
        let facts = |many: usize| (0..many).map(|n| (format!("{n:02}"), "x".repeat(298))).collect();
        assert_eq!(weight("Disk", &facts(0), &[]), 1);
        assert_eq!(weight("Disk", &facts(13), &[]), 1);
        assert_eq!(weight("Disk", &facts(40), &[]), 3);
    }
}
