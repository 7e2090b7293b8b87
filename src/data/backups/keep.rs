//! Which backups are kept: all of the last 24 hours, the last of each of seven days, the last of each of four weeks. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// All of this time.
const ALL: SignedDuration = SignedDuration::from_hours(24);
/// Days (UTC) before today of which the last one is kept.
const DAYS: i64 = 7;
/// Weeks (from Monday, UTC) before this one of which the last one is kept.
const WEEKS: i64 = 4;
/// No more are removed at a time: a clock that is years ahead for an hour does not empty the folder.
pub const REMOVED_AT_ONCE: usize = 4;

/// Those of `taken` that go at `now`, the oldest first. The newest stays however old it is, and so does what seems to
/// be from the future: a clock was set back.
pub fn going(taken: &BTreeSet<Timestamp>, now: Timestamp) -> Vec<Timestamp> {
    let stays = staying(taken, now);
    taken.iter().filter(|at| !stays.contains(at)).take(REMOVED_AT_ONCE).copied().collect()
}

fn staying(taken: &BTreeSet<Timestamp>, now: Timestamp) -> BTreeSet<Timestamp> {
    let today = day(now);
    // The last one of a day or week comes last, and so is what the map holds in the end.
    let (mut of_day, mut of_week) = (BTreeMap::new(), BTreeMap::new());
    for at in taken {
        let days = since(day(*at), today);
        if days <= DAYS {
            of_day.insert(days, *at);
        }
        let weeks = since(monday(day(*at)), monday(today)) / 7;
        if weeks <= WEEKS {
            of_week.insert(weeks, *at);
        }
    }
    let fresh = taken.iter().filter(|at| now.duration_since(**at) < ALL);
    fresh.chain(taken.last()).copied().chain(of_day.into_values()).chain(of_week.into_values()).collect()
}

fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.saturating_sub(SignedDuration::from_hours(24 * back))
}

/// Whole days from `day` to `until`.
fn since(day: Date, until: Date) -> i64 {
    until.duration_since(day).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn set(texts: &[&str]) -> BTreeSet<Timestamp> {
        texts.iter().map(|text| at(text)).collect()
    }

    #[test]
    fn each_rule_by_example() {
        // 2026-11-29 is a Sunday.
        let now = at("2026-11-29T12:00:00Z");
        for (what, taken, gone) in [
            ("nothing", set(&[]), vec![]),
            (
                "all of a day",
                set(&["2026-11-28T12:00:01Z", "2026-11-29T11:00:00Z", "2026-11-29T12:00:00Z"]),
                vec![],
            ),
            (
                "of yesterday's morning the last",
                set(&["2026-11-28T10:00:00Z", "2026-11-28T11:00:00Z", "2026-11-28T13:00:00Z"]),
                vec!["2026-11-28T10:00:00Z", "2026-11-28T11:00:00Z"],
            ),
            (
                "seven days back the last of the day",
                set(&["2026-11-22T01:00:00Z", "2026-11-22T23:00:00Z", "2026-11-29T12:00:00Z"]),
                vec!["2026-11-22T01:00:00Z"],
            ),
            (
                "before that the last of the week",
                set(&[
                    "2026-11-20T23:00:00Z",
                    "2026-11-21T23:00:00Z",
                    "2026-11-22T23:00:00Z",
                    "2026-11-29T12:00:00Z",
                ]),
                vec!["2026-11-20T23:00:00Z", "2026-11-21T23:00:00Z"],
            ),
            (
                "four weeks before this one, and no more",
                set(&["2026-10-25T23:00:00Z", "2026-10-26T00:00:00Z", "2026-11-29T12:00:00Z"]),
                vec!["2026-10-25T23:00:00Z"],
            ),
            (
                "the newest, however old",
                set(&["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"]),
                vec!["2020-01-01T00:00:00Z"],
            ),
            (
                "what a clock left in the future",
                set(&["2027-01-01T00:00:00Z", "2027-01-01T01:00:00Z"]),
                vec![],
            ),
        ] {
            let gone: Vec<_> = gone.into_iter().map(at).collect();
            assert_eq!(going(&taken, now), gone, "{what}");
        }
    }

    #[test]
    fn a_clock_that_is_years_ahead_takes_only_a_few() {
        let taken: BTreeSet<_> =
            (0..20).map(|hour| at("2026-11-29T00:00:00Z") + SignedDuration::from_hours(hour)).collect();
        let gone = going(&taken, at("2036-01-01T00:00:00Z"));
        assert_eq!(gone, taken.iter().take(REMOVED_AT_ONCE).copied().collect::<Vec<_>>());
    }

    /// Taken every hour for two months, the folder holds what the rule says, and no more.
    #[test]
    fn a_folder_in_use_stays_small() {
        let (mut taken, mut now) = (BTreeSet::new(), at("2026-10-01T00:30:00Z"));
        for _ in 0..24 * 61 {
            taken.insert(now);
            for gone in going(&taken, now) {
                taken.remove(&gone);
            }
            now += SignedDuration::from_hours(1);
        }
        assert!((33..=35).contains(&taken.len()), "{}", taken.len());
        let oldest = now.duration_since(*taken.first().unwrap()).as_hours() / 24;
        assert!((22..=28).contains(&oldest), "{oldest} days");
    }

    /// The same rule, one backup after the other and by counting seconds since a Monday.
    fn stays_slowly(one: Timestamp, taken: &[Timestamp], now: Timestamp) -> bool {
        const DAY: i64 = 86_400;
        let monday = at("2020-01-06T00:00:00Z").as_second();
        let days = |at: Timestamp| (at.as_second() - monday).div_euclid(DAY);
        let weeks = |at: Timestamp| days(at).div_euclid(7);
        let last_of =
            |same: &dyn Fn(Timestamp) -> bool| !taken.iter().any(|other| *other > one && same(*other));
        now.as_second() - one.as_second() < DAY
            || last_of(&|_| true)
            || (days(now) - days(one) <= 7 && last_of(&|other| days(other) == days(one)))
            || (weeks(now) - weeks(one) <= 4 && last_of(&|other| weeks(other) == weeks(one)))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

        #[test]
        fn the_rule_is_the_slow_one(hours in prop::collection::btree_set(0_i64..24 * 50, 0..60), now in 0_i64..24 * 50, minute in 0_i64..60) {
            let instant = |hour: i64| at("2026-10-01T00:00:00Z") + SignedDuration::from_hours(hour);
            let now = instant(now) + SignedDuration::from_mins(minute);
            let taken: Vec<_> = hours.into_iter().map(instant).collect();
            let slow: BTreeSet<_> = taken.iter().filter(|one| stays_slowly(**one, &taken, now)).copied().collect();
            prop_assert_eq!(staying(&taken.into_iter().collect(), now), slow);
        }
    }
}
