//! What people type for a time.

use proptest::prelude::*;

use super::*;

/// Wednesday.
const NOW: &str = "2026-11-25 10:00";

fn at(text: &str, zone: &str) -> Result<String, String> {
    let zone = Zone::named(zone).unwrap();
    let resolved = WhenText::parse(text).and_then(|when| when.resolve(ts(NOW), &zone));
    resolved.map(|resolved| resolved.at.to_string()).map_err(|problem| problem.to_string())
}

#[test]
fn times() {
    let cases = [
        ("now", "2026-11-25 10:00"),
        ("09:00", "2026-11-26 09:00"),
        ("11:00", "2026-11-25 11:00"),
        ("6pm", "2026-11-25 18:00"),
        ("12am", "2026-11-26 00:00"),
        ("today 09:00", "2026-11-25 09:00"),
        ("Tomorrow 09:00", "2026-11-26 09:00"),
        ("tomorrow", "2026-11-26 00:00"),
        ("yesterday 09:00", "2026-11-24 09:00"),
        ("FRI 18:00", "2026-11-27 18:00"),
        ("friday", "2026-11-27 00:00"),
        ("wednesday", "2026-12-02 00:00"),
        ("wed 10:30", "2026-11-25 10:30"),
        ("wed 10:00", "2026-12-02 10:00"),
        ("2026-12-25", "2026-12-25 00:00"),
        ("2026-12-25 18:00", "2026-12-25 18:00"),
        ("2026-12-25T18:00Z", "2026-12-25 18:00"),
        ("12-25", "2026-12-25 00:00"),
        ("11-25", "2026-11-25 00:00"),
        ("11-24", "2027-11-24 00:00"),
        ("25 dec", "2026-12-25 00:00"),
        ("Dec 25th, 18:00", "2026-12-25 18:00"),
        ("25 december 2027", "2027-12-25 00:00"),
        ("29 feb", "2028-02-29 00:00"),
        ("in 2h", "2026-11-25 12:00"),
        ("2h", "2026-11-25 12:00"),
        ("in 1 day", "2026-11-26 10:00"),
        ("week of 12-06", "2026-12-06 23:59"),
        ("09:00 Europe/Berlin", "2026-11-26 08:00"),
        ("fri 18:00 utc", "2026-11-27 18:00"),
        ("on friday at 18:00", "2026-11-27 18:00"),
    ];
    for (text, expected) in cases {
        let expected = ts(expected).to_string();
        let got = at(text, "UTC").unwrap_or_else(|problem| panic!("{text}: {problem}"));
        assert_eq!(got[..16], expected[..16], "{text}");
    }
    assert_eq!(at("09:00", "America/New_York").unwrap(), "2026-11-25T14:00:00Z");
    assert_eq!(at("09:00 utc", "America/New_York").unwrap(), "2026-11-26T09:00:00Z");
}

#[test]
fn what_is_not_a_time_is_refused_by_name() {
    let cases = [
        ("", "no time is given"),
        ("31 feb", "February has no 31"),
        ("02-30", "February has no 30"),
        ("2026-02-29", "February has no 29 in 2026"),
        ("31 apr 2027", "April has no 31 in 2027"),
        ("13-01", "there is no month 13"),
        ("soon", "`soon` is not a time"),
        ("25:00", "`25:00` is not a time"),
        ("13pm", "`13pm` is not a time"),
        ("fri 18:00 mars/olympus", "`mars/olympus` is not a time zone"),
        ("week of", "`week of` is not a time"),
        ("9999-12-31", "that is too far away"),
        ("0001-01-01 00:00", "that is too far away"),
        ("in 900 years", "`in 900 years` is not a time"),
        ("in 99999999 hours", "that is too far away"),
        ("in -2h", "`in -2h` is not a time"),
    ];
    for (text, says) in cases {
        let problem = at(text, "UTC").unwrap_err();
        assert!(problem.starts_with(says), "{text}: {problem}");
    }
}

#[test]
fn clocks_that_are_set_are_said() {
    let berlin = Zone::named("Europe/Berlin").unwrap();
    let skipped = WhenText::parse("2027-03-28 02:30").unwrap().resolve(ts(NOW), &berlin).unwrap_err();
    let WhenProblem::Skipped { from, to, next, .. } = &skipped else { panic!("{skipped:?}") };
    assert_eq!(
        (from.to_string(), to.to_string()),
        ("2027-03-28T02:00:00".into(), "2027-03-28T03:00:00".into())
    );
    assert_eq!(*next, ts("2027-03-28 01:00"));
    let twice = WhenText::parse("2027-10-31 02:30").unwrap().resolve(ts(NOW), &berlin).unwrap();
    assert_eq!((twice.at, twice.again), (ts("2027-10-31 00:30"), Some(ts("2027-10-31 01:30"))));
    // A day without a midnight begins after it; a day that never was does not.
    let cairo = Zone::named("Africa/Cairo").unwrap();
    let begins = WhenText::parse("2026-04-24").unwrap().resolve(ts(NOW), &cairo).unwrap();
    assert_eq!(begins.at, ts("2026-04-23 22:00"));
    let apia = Zone::named("Pacific/Apia").unwrap();
    let never = WhenText::parse("2011-12-30").unwrap().resolve(ts(NOW), &apia);
    assert!(matches!(never, Err(WhenProblem::Skipped { .. })), "{never:?}");
}

#[test]
fn ranges() {
    let cases = [
        ("fri 18:00 to mon 09:00", "2026-11-27 18:00", Some("2026-11-30 09:00")),
        ("tomorrow 09:00 to tomorrow 17:00", "2026-11-26 09:00", Some("2026-11-26 17:00")),
        ("fri 18:00 to 09:00", "2026-11-27 18:00", Some("2026-11-28 09:00")),
        ("mon to fri", "2026-11-30", Some("2026-12-04")),
        ("12-25 to 01-02", "2026-12-25", Some("2027-01-02")),
        ("12-25 18:00 for 8h", "2026-12-25 18:00", Some("2026-12-26 02:00")),
        ("2h", NOW, Some("2026-11-25 12:00")),
        ("for 2h", NOW, Some("2026-11-25 12:00")),
        ("until 2026-12-01", NOW, Some("2026-12-01")),
        ("now until fri", NOW, Some("2026-11-27")),
        ("friday", "2026-11-27", None),
        ("fri 18:00 Europe/Berlin - mon 09:00 Europe/Berlin", "2026-11-27 17:00", Some("2026-11-30 08:00")),
    ];
    for (text, from, until) in cases {
        let range = RangeText::parse(text).unwrap().resolve(ts(NOW), &Zone::utc()).unwrap();
        assert_eq!(range.from.at, ts(from), "{text}");
        assert_eq!(range.until.map(|until| until.at), until.map(ts), "{text}");
    }
    for text in ["to", "fri to", "fri for ever", "for", "fri to mon to tue"] {
        assert!(RangeText::parse(text).is_err(), "{text}");
    }
}

fn typed() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(vec![
        "now",
        "in",
        "to",
        "until",
        "for",
        "week",
        "of",
        "fri",
        "tomorrow",
        "12-25",
        "29",
        "feb",
        "2h",
        "09:00",
        "24:00",
        "9999-12-31",
        "0000-01-01",
        "utc",
        "Europe/Berlin",
        "a/b",
        "-",
        "at",
        "31st",
        "dec",
        "2026",
        "99999999h",
        "-12-25",
        "12am",
        "t",
        "2026-02-30t25:61z",
        "é:00",
        "०९:००",
        "\u{202e}",
        ",",
    ]);
    proptest::collection::vec(word, 0..7).prop_map(|words| words.join(" "))
}

fn is_sound(text: &str, now: Timestamp, zone: &str) -> bool {
    let zone = Zone::named(zone).unwrap();
    let when = WhenText::parse(text);
    let stored = serde_json::to_string(&when.clone().ok()).unwrap();
    let short = |problem: &WhenProblem| problem.to_string().chars().count() < 200;
    let range = RangeText::parse(text).and_then(|range| range.resolve(now, &zone));
    serde_json::from_str::<Option<WhenText>>(&stored).unwrap() == when.clone().ok()
        && when.and_then(|when| when.resolve(now, &zone)).map_or_else(|problem| short(&problem), |_| true)
        && range.map_or_else(|problem| short(&problem), |_| true)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_typed_breaks_it(
        text in prop_oneof![typed(), any::<String>()],
        now in prop_oneof![
            Just(Timestamp::MIN),
            Just(Timestamp::MAX),
            (-377_705_023_201..253_402_207_200i64).prop_map(|second| Timestamp::from_second(second).unwrap())
        ],
        zone in proptest::sample::select(super::scenario::ZONES),
    ) {
        prop_assert!(is_sound(&text, now, zone), "{}", text);
    }

    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        prop_assert!(is_sound(&String::from_utf8_lossy(&bytes), ts(NOW), "UTC"));
    }
}
