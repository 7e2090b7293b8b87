//! Who carried what.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::scenario::scenario;
use super::*;

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

#[test]
fn a_week_is_168_hours_with_48_of_weekend_and_56_of_night() {
    let (loads, nobody) = abc().report(ts("2026-11-01"), ts("2026-11-15"));
    let week = Load { total: hours(168), weekend: hours(48), night: hours(56) };
    assert_eq!(loads.into_iter().collect::<Vec<_>>(), [(user("ann"), week), (user("bob"), week)]);
    assert_eq!(nobody, SignedDuration::ZERO);
}

#[test]
fn nights_and_weekends_are_the_zones() {
    let turns = Turns::parse("Sunday 00:00", "America/New_York", "weekly").unwrap();
    let alone = Schedule::new(turns, users("ann"), ts("2026-01-01"));
    // Friday 21:00 to Saturday 07:00 in New York; and the night that clocks were set back, 00:00 to 07:00.
    let friday = alone.report(ts("2026-11-07 02:00"), ts("2026-11-07 12:00")).0[&user("ann")];
    assert_eq!(friday, Load { total: hours(10), weekend: hours(7), night: hours(8) });
    let set_back = alone.report(ts("2026-11-01 04:00"), ts("2026-11-01 12:00")).0[&user("ann")];
    assert_eq!(set_back, Load { total: hours(8), weekend: hours(8), night: hours(7) });
}

#[test]
fn overloads_are_more_than_two_turns_and_contradicting_overrides() {
    let now = ts("2026-11-01");
    let until = ts("2026-12-27");
    assert_eq!(abc().overloads(now, until), []);
    let two = abc().override_with(wanted("ann", "2026-11-08", "2026-11-15"), now).unwrap();
    assert_eq!(two.overloads(now, until), []);
    let three = two.override_with(wanted("ann", "2026-11-15", "2026-11-22"), now).unwrap();
    // With her own on both sides: four on end.
    let (from, to) = (ts("2026-11-01"), ts("2026-11-29"));
    assert_eq!(
        three.overloads(now, until),
        [Overload::OnEnd { person: user("ann"), from, until: to, turns: 4 }]
    );
    let both = abc().override_with(wanted("bob", "2026-11-02", "2026-11-04"), now).unwrap();
    let both = both.override_with(wanted("cat", "2026-11-03", "2026-11-05"), now).unwrap();
    let (from, to) = (ts("2026-11-03"), ts("2026-11-04"));
    assert_eq!(both.overloads(now, until), [Overload::Overlap { wins: 2, loses: 1, from, until: to }]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Everybody's hours and nobody's make up the whole.
    #[test]
    fn hours_add_up(scenario in scenario(40), days in 0..3000i64) {
        let (schedule, _) = scenario.play();
        let from = scenario.from + hours(24 * days);
        let until = from + hours(24 * 100);
        let (loads, nobody) = schedule.report(from, until);
        let sum = loads.values().fold(nobody, |sum, load| sum + load.total);
        prop_assert_eq!(sum, hours(24 * 100));
        for load in loads.values() {
            prop_assert!(load.weekend <= load.total && load.night <= load.total);
        }
    }
}
