//! Several versions of one event: the newest counts (RFC 5546, 2.1.5).

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::event::{Event, Version};
use super::problem::{Problem, Trouble};

/// The events without those of which there is a newer version, in the order of the file. Events without a `UID` have no
/// versions.
pub(super) fn newest<'e>(events: &'e [Event], problems: &mut Vec<Problem>) -> Vec<&'e Event> {
    type Key<'e> = (&'e str, Option<(DateTime, Option<Timestamp>)>);
    let mut versions: BTreeMap<Key<'_>, Vec<&Event>> = BTreeMap::new();
    for event in events.iter().filter(|event| !event.uid.is_empty()) {
        let replaced = event.replaces.as_ref().map(|it| &it.moment);
        // One instant may be written in two zones; a day is no instant.
        let replaced = replaced.map(|moment| match moment.instant().filter(|_| !moment.is_day) {
            Some(instant) => (DateTime::ZERO, Some(instant)),
            None => (moment.civil, None),
        });
        versions.entry((&event.uid, replaced)).or_default().push(event);
    }
    let mut old = BTreeSet::new();
    for versions in versions.values().filter(|versions| versions.len() > 1) {
        older(versions, &mut old, problems);
    }
    events.iter().filter(|event| !old.contains(&event.at)).collect()
}

/// With so many versions of one name an event is compared.
const MOST_COMPARED: usize = 20;

/// Those that are not the newest. What stamps alone decide is said, for some programs write the same `UID` again and
/// again.
fn older(versions: &[&Event], old: &mut BTreeSet<usize>, problems: &mut Vec<Problem>) {
    let all_modified = versions.iter().all(|event| event.version.modified.is_some());
    let rank = |event: &Event| {
        let Version { sequence, modified, stamped } = event.version;
        (sequence, modified.filter(|_| all_modified), stamped)
    };
    let Some(best) = versions.iter().map(|event| rank(event)).max() else { return };
    let mut newest: Vec<&Event> = Vec::new();
    for event in versions.iter().filter(|event| rank(event) == best) {
        if newest.iter().take(MOST_COMPARED).any(|one| says_the_same(one, event)) {
            old.insert(event.at);
            continue;
        }
        if let Some(first) = newest.first() {
            problems.push(Trouble::SameVersion(first.at).at(event.at));
        }
        newest.push(event);
    }
    let Some(newest) = newest.first() else { return };
    for event in versions.iter().filter(|event| rank(event) != best) {
        old.insert(event.at);
        if event.version.sequence == best.0 && !says_the_same(newest, event) {
            problems.push(Trouble::Older(newest.at).at(event.at));
        }
    }
}

fn says_the_same(one: &Event, other: &Event) -> bool {
    let dates = |event: &Event| {
        let instants = |moments: &[super::moment::Moment]| -> Vec<_> {
            moments.iter().map(|moment| (moment.civil, moment.instant())).collect()
        };
        (instants(&event.more), instants(&event.except))
    };
    let rule = |event: &Event| event.rule.as_ref().map(|(_, rule)| rule.clone());
    let is_same_time = one.start.civil == other.start.civil
        && one.start.zone == other.start.zone
        && one.length == other.length
        && rule(one) == rule(other)
        && dates(one) == dates(other);
    is_same_time
        && one.cancelled == other.cancelled
        && one.summary == other.summary
        && one.attendees == other.attendees
        && one.declined == other.declined
}

impl Version {
    /// Which of an exception and its series is newer, as far as both say it.
    pub fn compared_to(&self, other: &Self) -> Ordering {
        let both = |one: Option<DateTime>, other: Option<DateTime>| match (one, other) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => Ordering::Equal,
        };
        let by_sequence = self.sequence.cmp(&other.sequence);
        by_sequence
            .then_with(|| both(self.modified, other.modified))
            .then_with(|| both(self.stamped, other.stamped))
    }
}
