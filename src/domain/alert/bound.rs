//! How many alerts may be open at a time: each is kept in memory for as long as it is open, so what the sources send must have an end.
//! What would open one more is refused, and nothing that was answered with a yes is let go of.

use std::collections::BTreeMap;

use super::Alert;
use super::signal::{Link, Signal};
use crate::Severity;

/// Most alerts that are open at a time; a long one counts as several.
pub const OPEN_MOST: usize = 50_000;
/// So many of them are kept for a P1 or P2, so that a flood of smaller ones hides none.
const KEPT: usize = 5_000;
/// Text that counts as one alert, in bytes.
const SHARE: usize = 4 * 1_024;

/// Where no alert of any severity is refused, so that nobody need look how bad it is.
pub const ROOMY: usize = OPEN_MOST - KEPT;

/// Whether one of this severity may be opened beside those that are open, counted by their weights.
pub fn has_room(open: usize, severity: Severity) -> bool {
    open < if severity <= Severity::P2 { OPEN_MOST } else { ROOMY }
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
    fn a_long_one_counts_as_several() {
        let facts = |many: usize| (0..many).map(|n| (format!("{n:02}"), "x".repeat(298))).collect();
        assert_eq!(weight("Disk", &facts(0), &[]), 1);
        assert_eq!(weight("Disk", &facts(13), &[]), 1);
        assert_eq!(weight("Disk", &facts(40), &[]), 3);
    }
}
