//! The schedule against the slow calculation.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::scenario::{Rhythm, Scenario, YEARS, ZONES, name, scenario};
use super::slow::Slow;
use super::*;

/// Goes through a scenario; counts the instants compared, and those that differ.
fn compare(scenario: &Scenario, step: SignedDuration, length: SignedDuration) -> (u64, Vec<String>) {
    let (schedule, done) = scenario.play();
    let mut slow = Slow::new(scenario);
    let mut dice = fastrand::Rng::with_seed(7);
    let mut done = done.iter().peekable();
    let (mut compared, mut differences) = (0, Vec::new());
    let mut look = |slow: &Slow, at: Timestamp| {
        compared += 1;
        let fast = schedule.holder(at).map(|(person, _)| person.clone());
        let slow = slow.holder().map(name);
        if fast != slow {
            differences.push(format!("{at}: {fast:?}, slowly {slow:?}"));
        }
    };
    let mut at = scenario.from;
    while at < scenario.from + length {
        // A step's beginning, and any second within it.
        let within = at + SignedDuration::from_secs(dice.i64(1..step.as_secs()));
        for instant in [at, within] {
            while let Some((when, deed)) = done.next_if(|(when, _)| *when <= instant) {
                slow.advance_to(*when);
                slow.deed(deed);
            }
            slow.advance_to(instant);
            look(&slow, instant);
        }
        at += step;
    }
    (compared, differences)
}

/// Daily turns that change hands while clocks are set, on every such night of ten years in every zone, each quarter of an
/// hour from the day before to the day after.
fn compare_nights(zone: &'static str, look: &mut impl FnMut(&Scenario, SignedDuration, SignedDuration)) {
    let jumps = TimeZone::get(zone).unwrap();
    let (first, last) = (ts("2019-06-01"), ts("2029-06-01"));
    for jump in jumps.following(first).take_while(|jump| jump.timestamp() < last) {
        let from = jump.timestamp() - SignedDuration::from_hours(24);
        let epoch = jumps.to_datetime(from).date() - 9.days();
        for (hour, minute) in [(0, 0), (0, 30), (1, 0), (1, 45), (2, 0), (2, 15), (2, 30), (3, 0)] {
            let rhythm = Rhythm { zone, days: 1, hour, minute, epoch };
            let scenario = Scenario { from, rhythm, people: vec![0, 1, 2], deeds: Vec::new() };
            look(&scenario, SignedDuration::from_mins(15), SignedDuration::from_hours(48));
        }
    }
}

#[test]
fn a_great_many_instants_agree_with_the_slow_calculation() {
    let mut runner = TestRunner::deterministic();
    let strategy = scenario(120);
    let (mut compared, mut differences) = (0, Vec::new());
    let mut look = |scenario: &Scenario, step, length| {
        let (more, wrong) = compare(scenario, step, length);
        compared += more;
        differences.extend(wrong);
    };
    for zone in ZONES {
        compare_nights(zone, &mut look);
    }
    for _ in 0..4 {
        let scenario = strategy.new_tree(&mut runner).unwrap().current();
        look(&scenario, SignedDuration::from_mins(180), YEARS);
    }
    println!("instants compared {compared}, differences {}", differences.len());
    assert!(compared > 400_000, "{compared}");
    assert!(differences.is_empty(), "{:#?}", &differences[..differences.len().min(10)]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn ten_years_agree_with_the_slow_calculation(scenario in scenario(60)) {
        let (_, differences) = compare(&scenario, SignedDuration::from_hours(11), YEARS);
        prop_assert!(differences.is_empty(), "{:#?}", &differences[..differences.len().min(5)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Segments have no holes, differ from their neighbours, and say what each of their instants says.
    #[test]
    fn segments_cover_everything(scenario in scenario(40), days in 0..3600i64) {
        let (schedule, _) = scenario.play();
        let from = scenario.from + SignedDuration::from_hours(24 * days);
        let until = from + SignedDuration::from_hours(24 * 60);
        let segments = schedule.segments(from, until);
        prop_assert_eq!(segments[0].from, from);
        prop_assert_eq!(segments[segments.len() - 1].until, until);
        for pair in segments.windows(2) {
            prop_assert_eq!(pair[0].until, pair[1].from);
            prop_assert_ne!(&pair[0].held, &pair[1].held);
        }
        for segment in &segments {
            let last = segment.until - SignedDuration::from_secs(1);
            let middle = segment.from + segment.until.duration_since(segment.from) / 2;
            for at in [segment.from, middle, last] {
                let held = schedule.holder(at).map(|(person, why)| (person.clone(), why));
                prop_assert_eq!(&held, &segment.held, "{}", at);
            }
        }
    }

    /// `at` agrees with `holder`, and its two ends are where the answer changes.
    #[test]
    fn since_and_until_are_where_it_changes(scenario in scenario(40), minutes in 0..60 * 24 * 3600i64) {
        let (schedule, _) = scenario.play();
        let at = scenario.from + SignedDuration::from_mins(minutes);
        let on_call = schedule.at(at);
        let held = |at: Timestamp| schedule.holder(at).map(|(person, why)| (person.clone(), why));
        let (since, until) = match (&on_call.primary, &on_call.gap) {
            (Some(holding), None) => {
                prop_assert_eq!(Some((holding.person.clone(), holding.why.clone())), held(at));
                (holding.since, holding.until)
            }
            (None, Some(gap)) => {
                prop_assert_eq!(held(at), None);
                (gap.since, gap.until)
            }
            both => panic!("{both:?}"),
        };
        prop_assert!(since <= at);
        prop_assert_eq!(held(since), held(at));
        let two_years = SignedDuration::from_hours(24 * 732);
        if since > at - two_years {
            prop_assert_ne!(held(since - SignedDuration::from_secs(1)), held(at));
        }
        if let Some(until) = until {
            prop_assert!(at < until);
            prop_assert_ne!(held(until), held(at));
            prop_assert_eq!(held(until - SignedDuration::from_secs(1)), held(at));
        }
        let primary = on_call.primary.map(|holding| holding.person);
        prop_assert!(on_call.backup.is_none() || on_call.backup != primary);
    }

    /// The next holders are the first of those that two years have, however far one has to look for them.
    #[test]
    fn the_next_holders_are_the_first_of_two_years(
        scenario in scenario(40), days in 0..3600i64, count in 1..9_usize,
    ) {
        let (schedule, _) = scenario.play();
        let after = scenario.from + SignedDuration::from_hours(24 * days);
        let mut all: Vec<(UserId, Timestamp, Timestamp)> = Vec::new();
        let mut before = None;
        for segment in schedule.segments(after, after + SignedDuration::from_hours(24 * 732)) {
            let person = segment.person().cloned();
            match &person {
                Some(_) if person == before => all.last_mut().unwrap().2 = segment.until,
                Some(person) => all.push((person.clone(), segment.from, segment.until)),
                None => {}
            }
            before = person;
        }
        all.retain(|(_, from, _)| *from > after);
        all.truncate(count);
        let next = schedule.next_holders(after, count).into_iter();
        let next: Vec<_> = next.map(|s| (s.person().unwrap().clone(), s.from, s.until)).collect();
        prop_assert_eq!(next, all);
    }

    /// What is written can be read again.
    #[test]
    fn a_schedule_survives_being_stored(scenario in scenario(30)) {
        let (schedule, _) = scenario.play();
        let text = serde_json::to_string(&schedule).unwrap();
        prop_assert_eq!(serde_json::from_str::<Schedule>(&text).unwrap(), schedule);
    }
}
