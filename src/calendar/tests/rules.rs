//! Rules, daylight saving, bounds.

use proptest::prelude::*;

use super::*;

/// The days, in the zone, on which an event with this rule begins, in the two months from its start.
fn starts(first: &str, rule: &str) -> Vec<String> {
    let text = calendar(&format!("DTSTART;TZID=Europe/Berlin:{first}\nDURATION:PT1H\nRRULE:{rule}"));
    let read = read_between(&text, "2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z");
    let problems: Vec<_> = read.problems.iter().filter(|one| one.trouble != Trouble::BesideItsRule).collect();
    assert!(problems.is_empty(), "{problems:?}");
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let days = read.entries.iter().map(|one| zone.to_datetime(one.from).strftime("%y%m%d").to_string());
    days.collect()
}

#[test]
fn rules_name_these_days() {
    for (first, rule, days) in [
        ("20261206T090000", "FREQ=WEEKLY;COUNT=3", "261206 261213 261220"),
        ("20261206T090000", "FREQ=WEEKLY;INTERVAL=3;COUNT=3", "261206 261227 270117"),
        ("20261207T090000", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=4", "261207 261211 261214 261218"),
        // RFC 5545's own example of what the week's first day changes.
        (
            "20260804T090000",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
            "260804 260809 260818 260823",
        ),
        (
            "20260804T090000",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
            "260804 260816 260818 260830",
        ),
        ("20261206T090000", "FREQ=DAILY;UNTIL=20261208T080000Z", "261206 261207 261208"),
        ("20261206T090000", "FREQ=DAILY;UNTIL=20261208T075959Z", "261206 261207"),
        ("20261206T090000", "FREQ=DAILY;UNTIL=20261208", "261206 261207 261208"),
        ("20261204T090000", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=3", "261204 261207 261208"),
        ("20260131T090000", "FREQ=MONTHLY;COUNT=3", "260131 260331 260531"),
        ("20260131T090000", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "260131 260228 260331"),
        ("20261201T090000", "FREQ=MONTHLY;BYDAY=1TU;COUNT=3", "261201 270105 270202"),
        ("20261225T090000", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", "261225 270129"),
        ("20261231T090000", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", "261231 270129"),
        ("20261225T090000", "FREQ=YEARLY", "261225 271225"),
        ("20260329T090000", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "260329 270328"),
        // The first is outside its own rule, and counts.
        ("20261208T090000", "FREQ=WEEKLY;BYDAY=SU;COUNT=3", "261208 261213 261220"),
    ] {
        assert_eq!(starts(first, rule).join(" "), days, "{first} {rule}");
    }
}

#[test]
fn what_is_not_supported_is_named() {
    for (rule, part) in [
        ("FREQ=MINUTELY;INTERVAL=720", "FREQ=MINUTELY"),
        ("FREQ=HOURLY;BYMINUTE=30", "BYMINUTE by the hour"),
        ("FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO"),
        ("FREQ=DAILY;BYYEARDAY=9,10", "BYYEARDAY"),
        ("FREQ=WEEKLY;BYDAY=2TU", "numbered days of a week"),
    ] {
        let text = calendar(&format!("DTSTART:20261206T000000Z\nDURATION:P1W\nRRULE:{rule}"));
        let read = read_between(&text, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
        assert!(read.entries.is_empty(), "{rule}");
        let expected = Problem { line: 5, trouble: Trouble::UnsupportedRule(part.to_owned()) };
        assert_eq!(read.problems, [expected], "{rule}");
    }
    for rule in
        ["", "FREQ", "FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;COUNT=1;UNTIL=20270101", "FREQ=WEEKLY;BYDAY=XX"]
    {
        let text = calendar(&format!("DTSTART:20261206T000000Z\nDURATION:P1W\nRRULE:{rule}"));
        let read = read_between(&text, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z");
        assert!(matches!(read.problems[0].trouble, Trouble::NotARule(_)), "{rule}: {:?}", read.problems);
    }
}

#[test]
fn rules_by_the_hour_count_hours_where_clocks_are_not_changed() {
    let text = calendar(
        "DTSTART:20270101T060000Z
         DURATION:PT8H
         RRULE:FREQ=HOURLY;INTERVAL=8;BYDAY=FR,SU;UNTIL=20270104T000000Z",
    );
    let read = read_between(&text, "2027-01-01T08:00:00Z", "2027-02-01T00:00:00Z");
    let starts: Vec<_> = read.entries.iter().map(|one| one.from.to_string()).collect();
    let expected = ["01-01T06", "01-01T14", "01-01T22", "01-03T06", "01-03T14", "01-03T22"];
    assert_eq!(starts, expected.map(|hour| format!("2027-{hour}:00:00Z")));
    let zoned =
        calendar("DTSTART;TZID=Europe/Berlin:20270101T060000\nDURATION:PT8H\nRRULE:FREQ=HOURLY;INTERVAL=8");
    let read = read_between(&zoned, "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z");
    let what = "FREQ=HOURLY where clocks are changed for summer".to_owned();
    assert_eq!(read.problems, [Problem { line: 5, trouble: Trouble::UnsupportedRule(what) }]);
}

#[test]
fn a_turn_ends_when_the_next_begins_through_daylight_saving() {
    let text = calendar(
        "DTSTART;TZID=America/New_York:20261018T000000
         DTEND;TZID=America/New_York:20261025T000000
         RRULE:FREQ=WEEKLY",
    );
    let read = read_between(&text, "2026-10-20T00:00:00Z", "2027-04-01T00:00:00Z");
    assert_eq!(read.problems, []);
    for pair in read.entries.windows(2) {
        assert_eq!(pair[0].until, pair[1].from);
    }
    let hours = |entry: &Entry| entry.until.duration_since(entry.from).as_hours();
    let odd: Vec<_> = read.entries.iter().map(hours).filter(|hours| *hours != 168).collect();
    assert_eq!(odd, [169, 167]);
}

#[test]
fn skipped_and_repeated_times() {
    // 02:30 does not exist on 28 March 2027 in Berlin, and exists twice on 25 October 2026.
    let skipped =
        calendar("DTSTART;TZID=Europe/Berlin:20270328T023000\nDTEND;TZID=Europe/Berlin:20270328T090000");
    let read = read_between(&skipped, "2027-03-01T00:00:00Z", "2027-04-01T00:00:00Z");
    assert_eq!(read.entries[0].from, at("2027-03-28T01:30:00Z"));
    assert!(matches!(read.problems[0].trouble, Trouble::SkippedTime(_)));
    let twice =
        calendar("DTSTART;TZID=Europe/Berlin:20261025T023000\nDTEND;TZID=Europe/Berlin:20261025T090000");
    let read = read_between(&twice, "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
    assert_eq!((read.entries[0].from, read.problems.len()), (at("2026-10-25T00:30:00Z"), 0));
}

#[test]
fn an_old_rule_costs_little_and_a_crowd_is_cut_and_said() {
    let old = calendar("DTSTART:10010104T000000Z\nDURATION:P1D\nRRULE:FREQ=DAILY");
    let read = read_between(&old, "2026-12-01T00:00:00Z", "2026-12-08T00:00:00Z");
    assert_eq!((read.entries.len(), read.problems.len()), (7, 0));
    let counted = calendar("DTSTART:10010104T000000Z\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=900000");
    let read = read_between(&counted, "2026-12-01T00:00:00Z", "2026-12-08T00:00:00Z");
    assert_eq!(read.problems, [Problem { line: 5, trouble: Trouble::TooLong }]);
    let crowd = calendar("DTSTART:20260101T000000Z\nDURATION:P1D\nRRULE:FREQ=DAILY");
    let read = read_between(&crowd, "2026-01-01T00:00:00Z", "2046-01-01T00:00:00Z");
    assert_eq!(read.entries.len(), MOST_SHIFTS);
    assert_eq!(read.problems, [Problem { line: 2, trouble: Trouble::TooMany }]);
}

proptest! {
    /// However the interval is cut, the same shifts are found in it as when everything is read.
    #[test]
    fn an_interval_shows_what_the_whole_shows(
        weekly in any::<bool>(), every in 1..4_i64, hours in 1..400_i64, begin in 0..700_i64, days in 1..60_i64,
    ) {
        let turn = if weekly { "WEEKLY" } else { "MONTHLY" };
        let text = calendar(&format!(
            "DTSTART;TZID=Europe/Berlin:20260115T013000\nDURATION:PT{hours}H\nRRULE:FREQ={turn};INTERVAL={every}"
        ));
        let zero = at("2026-01-01T00:00:00Z");
        let day = |day: i64| zero + jiff::SignedDuration::from_hours(24 * day);
        let all = read(text.as_bytes(), (zero, day(1000)), &TimeZone::UTC).unwrap();
        let (from, until) = (day(begin), day(begin + days));
        let part = read(text.as_bytes(), (from, until), &TimeZone::UTC).unwrap();
        let within: Vec<_> =
            all.entries.into_iter().filter(|one| one.from < until && one.until > from).collect();
        prop_assert_eq!(part.entries, within);
    }
}
