//! Hand-overs on the nights when clocks are set.

use super::*;

fn turns(handoff: &str, zone: &str, length: &str) -> Turns {
    Turns::parse(handoff, zone, length).unwrap()
}

#[test]
fn a_hand_over_keeps_its_time_on_the_wall() {
    let cases = [
        // Winter, summer.
        ("Sunday 02:30", "Europe/Berlin", "2026-01-15", "2026-01-18 01:30"),
        ("Sunday 02:30", "Europe/Berlin", "2026-07-15", "2026-07-19 00:30"),
        // Skipped (02:00 to 03:00): the first instant after the gap. Twice (03:00 to 02:00): the first.
        ("Sunday 02:30", "Europe/Berlin", "2026-03-26", "2026-03-29 01:00"),
        ("Sunday 02:30", "Europe/Berlin", "2026-10-22", "2026-10-25 00:30"),
        ("Sunday 02:30", "America/New_York", "2026-03-06", "2026-03-08 07:00"),
        ("Sunday 01:30", "America/New_York", "2026-10-29", "2026-11-01 05:30"),
        // Half an hour only (02:00 to 02:30, and back).
        ("Sunday 02:15", "Australia/Lord_Howe", "2026-10-01", "2026-10-03 15:30"),
        ("Sunday 01:45", "Australia/Lord_Howe", "2026-04-01", "2026-04-04 14:45"),
        // Ramadan: back in February, forward in March.
        ("Sunday 02:30", "Africa/Casablanca", "2026-02-12", "2026-02-15 01:30"),
        ("Sunday 02:30", "Africa/Casablanca", "2026-03-19", "2026-03-22 02:00"),
        // The clock jumped at midnight.
        ("Sunday 00:00", "America/Sao_Paulo", "2018-11-01", "2018-11-04 03:00"),
        ("Friday 00:30", "Africa/Cairo", "2026-04-21", "2026-04-23 22:00"),
        ("Sunday 00:00", "UTC", "2026-11-30", "2026-12-06"),
        ("00:00", "Asia/Kathmandu", "2026-12-01", "2026-12-01 18:15"),
    ];
    for (handoff, zone, after, next) in cases {
        let length = if handoff.len() == 5 { "daily" } else { "weekly" };
        assert_eq!(turns(handoff, zone, length).next(ts(after)), ts(next), "{handoff} {zone} after {after}");
    }
}

#[test]
fn a_day_that_was_skipped_is_no_turn() {
    // Samoa went from 29 to 31 December 2011.
    let daily = turns("00:00", "Pacific/Apia", "daily");
    let thursday = daily.index(ts("2011-12-30 09:59"));
    let saturday = daily.index(ts("2011-12-30 10:00"));
    assert_eq!(saturday, thursday + 2);
    assert_eq!(daily.start(thursday + 1), daily.start(saturday));
    assert_eq!(daily.next(ts("2011-12-30 09:00")), ts("2011-12-30 10:00"));
}

#[test]
fn turns_reach_to_the_ends_of_time() {
    for length in ["daily", "weekly", "two weeks"] {
        for zone in ["UTC", "Pacific/Apia", "America/St_Johns"] {
            let turns = turns("Monday 09:00", zone, length);
            for at in [Timestamp::MIN, ts("0001-01-01"), ts("1969-12-31"), ts("9999-12-30"), Timestamp::MAX] {
                let turn = turns.index(at);
                assert!(turns.start(turn) <= at && at <= turns.start(turn + 1), "{at}");
            }
            assert_eq!(turns.start(i64::MAX), Timestamp::MAX);
            assert_eq!(turns.start(i64::MIN), Timestamp::MIN);
        }
    }
}

#[test]
fn what_is_no_rotation_is_refused_by_part() {
    let cases = [
        ("Sunday 25:00", "UTC", "weekly", "`Sunday 25:00` is not a hand-over"),
        ("Someday 00:00", "UTC", "weekly", "`Someday 00:00` is not a hand-over"),
        ("09:00", "UTC", "weekly", "`09:00` is not a hand-over"),
        ("Sunday 00:00", "Mars/Olympus", "weekly", "`Mars/Olympus` is not a time zone"),
        ("Sunday 00:00", "", "weekly", "`` is not a time zone"),
        ("Sunday 00:00", "UTC", "yearly", "`yearly` is not the length of a turn"),
    ];
    for (handoff, zone, length, says) in cases {
        let problem = Turns::parse(handoff, zone, length).unwrap_err().to_string();
        assert!(problem.starts_with(says), "{problem}");
    }
    assert_eq!(Turns::parse("sunday 00:00", "utc", "Weekly"), Ok(Turns::runbook()));
}
