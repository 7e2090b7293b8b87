//! Who carried how much, and where it is too much.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::schedule::Schedule;
use super::segments::by_person;
use super::zone::Zone;
use crate::id::UserId;

/// A person's time on call as primary. Weekends are Saturdays and Sundays, nights from 22:00 to 06:00, both on the wall of
/// the schedule's zone; a Saturday night counts as both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    pub total: SignedDuration,
    pub weekend: SignedDuration,
    pub night: SignedDuration,
}

/// More than one person should carry, or two decisions about one time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overload {
    /// More than two turns on end.
    OnEnd { person: UserId, from: Timestamp, until: Timestamp, turns: usize },
    /// Two overrides for different people at one time: the later one wins.
    Overlap { wins: u64, loses: u64, from: Timestamp, until: Timestamp },
}

/// Turns on end that one person may hold.
const TURNS_MOST: usize = 2;

impl Schedule {
    /// Each person's load between two instants, and how long nobody was on call.
    pub fn report(&self, from: Timestamp, until: Timestamp) -> (BTreeMap<UserId, Load>, SignedDuration) {
        let mut loads: BTreeMap<UserId, Load> = BTreeMap::new();
        let mut nobody = SignedDuration::ZERO;
        for segment in by_person(self.segments(from, until)) {
            let length = segment.until.duration_since(segment.from);
            let Some(person) = segment.person() else {
                nobody += length;
                continue;
            };
            let load = loads.entry(person.clone()).or_default();
            load.total += length;
            for (zone, from, until) in self.zones(segment.from, segment.until) {
                load.weekend += weekend(zone, from, until);
                load.night += night(zone, from, until);
            }
        }
        (loads, nobody)
    }

    /// The zones in force between two instants.
    fn zones(&self, from: Timestamp, until: Timestamp) -> Vec<(&Zone, Timestamp, Timestamp)> {
        let changes = self.plans.iter().map(|plan| plan.from).filter(|at| from < *at && *at < until);
        let edges: Vec<_> = [from].into_iter().chain(changes).chain([until]).collect();
        let zone = |at| self.turns(at).map(|turns| &turns.zone);
        edges.windows(2).filter_map(|pair| Some((zone(pair[0])?, pair[0], pair[1]))).collect()
    }

    /// Where, between two instants, somebody holds more than two whole turns on end, or overrides contradict each other.
    pub fn overloads(&self, from: Timestamp, until: Timestamp) -> Vec<Overload> {
        let mut overloads = Vec::new();
        for segment in by_person(self.segments(from, until)) {
            let Some(person) = segment.person() else { continue };
            let turns = self.turns_within(segment.from, segment.until);
            if turns > TURNS_MOST {
                let (from, until) = (segment.from, segment.until);
                overloads.push(Overload::OnEnd { person: person.clone(), from, until, turns });
            }
        }
        let touching: Vec<_> = self.overrides.iter().filter(|o| o.from < until && from < o.until).collect();
        for (n, later) in touching.iter().enumerate() {
            for earlier in touching[..n].iter().filter(|earlier| earlier.person != later.person) {
                let (start, end) = (later.from.max(earlier.from), later.until.min(earlier.until));
                let (start, end) = (start.max(from), end.min(until));
                if start < end {
                    let (wins, loses) = (later.id.max(earlier.id), later.id.min(earlier.id));
                    overloads.push(Overload::Overlap { wins, loses, from: start, until: end });
                }
            }
        }
        overloads
    }

    /// Whole turns between two instants.
    fn turns_within(&self, from: Timestamp, until: Timestamp) -> usize {
        let (begin, mut end) = self.turn_around(from);
        let mut turns = usize::from(begin == from && end <= until);
        while end < until {
            end = self.next_handover(end);
            turns += usize::from(end <= until);
        }
        turns
    }
}

fn weekend(zone: &Zone, from: Timestamp, until: Timestamp) -> SignedDuration {
    over_days(zone, from, until, |day| {
        let free = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        free.then(|| (midnight(zone, day), midnight(zone, day.saturating_add(DAY))))
    })
}

fn night(zone: &Zone, from: Timestamp, until: Timestamp) -> SignedDuration {
    let at = |day: Date, hour| zone.first_instant(day.to_datetime(Time::constant(hour, 0, 0, 0)));
    over_days(zone, from, until, |day| Some((at(day, 22), at(day.saturating_add(DAY), 6))))
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn midnight(zone: &Zone, day: Date) -> Timestamp {
    zone.first_instant(day.to_datetime(Time::midnight()))
}

/// The part of a time that lies in what `part` takes of each day, the day before its first included.
fn over_days(
    zone: &Zone,
    from: Timestamp,
    until: Timestamp,
    part: impl Fn(Date) -> Option<(Timestamp, Timestamp)>,
) -> SignedDuration {
    let mut day = zone.civil(from).date().saturating_sub(DAY);
    let last = zone.civil(until).date();
    let mut sum = SignedDuration::ZERO;
    while day <= last {
        if let Some((start, end)) = part(day) {
            let (start, end) = (start.max(from), end.min(until));
            if start < end {
                sum += end.duration_since(start);
            }
        }
        let next = day.saturating_add(DAY);
        if next == day {
            break;
        }
        day = next;
    }
    sum
}
