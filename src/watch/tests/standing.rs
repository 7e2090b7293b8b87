use jiff::{SignedDuration, Timestamp};

use crate::reading::{Reading, Reason};
use crate::standing::{Change, Last, Level, Rules, Standing, State};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + minute * 60).unwrap()
}

fn rules(warning: &str, critical: &str) -> Rules {
    let read = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
    Rules::every(SignedDuration::from_mins(1), read(warning), read(critical))
}

/// What is told, a line for each change with its minute.
fn told(changes: Vec<Change>, minute: i64) -> Vec<String> {
    let ago = |since: Timestamp| (since.as_second() - 1_700_000_000) / 60;
    let say = |change| match change {
        Change::Began { level, since } => format!("{minute}: {level:?} since {}", ago(since)),
        Change::Worsened { since } => format!("{minute}: worse since {}", ago(since)),
        Change::Eased { since } => format!("{minute}: eased since {}", ago(since)),
        Change::Ended { level, since } => format!("{minute}: {level:?} ended since {}", ago(since)),
        Change::Blind { since, reason } => format!("{minute}: blind since {}: {reason}", ago(since)),
        Change::Seeing { since } => format!("{minute}: seeing again, since {}", ago(since)),
    };
    changes.into_iter().map(say).collect()
}

/// Takes what is written: a number a minute, `.` for none, `?` for cannot tell. It is stored and read again before each.
fn series(rules: &Rules, text: &str) -> (Standing, Vec<String>) {
    let (mut standing, mut lines) = (Standing::default(), Vec::new());
    for (minute, word) in (0..).zip(text.split_whitespace()) {
        standing = serde_json::from_str(&serde_json::to_string(&standing).unwrap()).unwrap();
        let changes = match word {
            "." => standing.look(at(minute), rules),
            "?" => standing.take(&Reading::CannotTell(Reason::CutOff), at(minute), rules),
            number => standing.take(&Reading::Number(number.parse().unwrap()), at(minute), rules),
        };
        lines.extend(told(changes, minute));
    }
    (standing, lines)
}

#[test]
fn what_is_told_of_a_series() {
    for (name, warning, critical, text, lines) in [
        ("at once", "> 5", "", "4 6 6 4", &["1: Warning since 1", "3: Warning ended since 1"][..]),
        (
            "after three minutes",
            "> 5 for 3m",
            "",
            "6 6 6 6 1",
            &["3: Warning since 0", "4: Warning ended since 0"],
        ),
        ("one right reading begins it anew", "> 5 for 3m", "", "6 6 4 6 6 6 6", &["6: Warning since 3"]),
        ("one missing reading does not", "> 5 for 3m", "", "6 ? 6 6", &["3: Warning since 0"]),
        ("a gap does", "> 5 for 3m", "", "6 6 ? ? 6 6 6 6", &["7: Warning since 4"]),
        ("silence is a gap too", "> 5 for 3m", "", "6 6 . . 6 6 6 6", &["7: Warning since 4"]),
        (
            "an hour bears a restart of some minutes",
            "> 5 for 50m",
            "",
            &format!("{} . . . {}", "6 ".repeat(30), "6 ".repeat(25)),
            &["50: Warning since 0"],
        ),
        (
            "and not one of six",
            "> 5 for 50m",
            "",
            &format!("{} . . . . . {}", "6 ".repeat(30), "6 ".repeat(25)),
            &[],
        ),
        (
            "a gap ends nothing",
            "> 5",
            "",
            "6 ? ? ? ? 6 1",
            &["0: Warning since 0", "6: Warning ended since 0"],
        ),
        (
            "on the line it stays",
            "> 100",
            "",
            "101 100 101 99 101 95",
            &["0: Warning since 0", "5: Warning ended since 0"],
        ),
        (
            "within the margin for five minutes",
            "> 100",
            "",
            "101 99 99 99 99 99 99",
            &["0: Warning since 0", "6: Warning ended since 0"],
        ),
        (
            "and for as long as it must last",
            "> 100 for 6m",
            "",
            "101 101 101 101 101 101 101 99 99 99 99 99 99 99",
            &["6: Warning since 0", "13: Warning ended since 0"],
        ),
        (
            "a gap within the margin",
            "> 100",
            "",
            "101 99 99 99 ? ? 99 99 99 99 99 99",
            &["0: Warning since 0", "11: Warning ended since 0"],
        ),
        (
            "critical takes the place of warning",
            "> 5",
            "> 10",
            "6 11 6 1",
            &["0: Warning since 0", "1: worse since 0", "2: eased since 0", "3: Warning ended since 0"],
        ),
        (
            "critical falls back to a warning that was never told",
            "> 5 for 5m",
            "> 10",
            "11 6 6 1",
            &["0: Critical since 0", "1: eased since 0", "3: Warning ended since 0"],
        ),
        ("critical to nothing", "> 5", "> 10", "11 1", &["0: Critical since 0", "1: Critical ended since 0"]),
        ("critical alone", "", "< 1 for 1m", "0 0 5", &["1: Critical since 0", "2: Critical ended since 0"]),
        (
            "blind after ten minutes",
            "> 5",
            "",
            "1 ? ? ? ? ? ? ? ? ? ? ? ? 1",
            &[
                "11: blind since 1: the answer is cut off: its last line has no end",
                "13: seeing again, since 1",
            ],
        ),
        (
            "never answered",
            "> 5",
            "",
            ". . . . . . . . . . . .",
            &["10: blind since 0: nothing was heard of it"],
        ),
        ("a short absence is not told", "> 5", "", "1 ? ? ? ? 1 ? ? ? ? 1", &[]),
        ("not a number", "> 5", "", "NaN NaN inf", &[]),
    ] {
        let told = series(&rules(warning, critical), text).1;
        assert_eq!(told, lines, "{name}");
    }
}

#[test]
fn three_states() {
    let rules = rules("> 5 for 2m", "");
    let (standing, _) = series(&rules, "6 6");
    assert_eq!(standing.state(at(1), &rules), State::Fine);
    assert_eq!(standing.ahead(&rules), [(Level::Warning, at(2))]);
    let (standing, _) = series(&rules, "6 6 6");
    assert_eq!(standing.state(at(3), &rules), State::Breached { level: Level::Warning, since: at(0) });
    assert_eq!(standing.last(), Some((&Last::Number(6.0), at(2))));
    let (standing, _) = series(&rules, "6 6 6 ? ? ?");
    let reason = Reason::CutOff.to_string();
    let blind = State::CannotTell { since: Some(at(3)), reason, was: Some(Level::Warning) };
    assert_eq!(standing.state(at(5), &rules), blind);
    let never = State::CannotTell { since: None, reason: Reason::Silent.to_string(), was: None };
    assert_eq!(Standing::default().state(at(0), &rules), never);
}

#[test]
fn when_to_look_again() {
    let rules = rules("> 5", "");
    let after =
        |minute: i64, seconds: i64| at(minute).checked_add(SignedDuration::from_secs(seconds)).unwrap();
    for (text, again) in [
        ("", None),
        ("1", Some(after(0, 151))),
        ("1 ?", Some(at(11))),
        (".", Some(at(10))),
        ("? . . . . . . . . . .", None),
        ("? . . . . . . . . . . 1", Some(after(11, 151))),
    ] {
        assert_eq!(series(&rules, text).0.look_again(&rules), again, "{text}");
    }
}

#[test]
fn late_readings_are_ignored_and_a_clock_set_back_begins_anew() {
    let rules = rules("> 5 for 3m", "");
    let mut standing = Standing::default();
    let mut take =
        |minute: i64, number: f64| told(standing.take(&Reading::Number(number), at(minute), &rules), minute);
    take(100, 6.0);
    take(101, 6.0);
    assert!(take(100, 1.0).is_empty(), "late");
    assert!(take(101, 1.0).is_empty(), "twice");
    take(102, 6.0);
    // An hour back: what was counted is forgotten, and three minutes are needed again.
    for minute in 42..45 {
        assert!(take(minute, 6.0).is_empty());
    }
    assert_eq!(take(45, 6.0), ["45: Warning since 42"]);
    // And forth again: the breach stays, and ends by a reading.
    assert!(take(200, 6.0).is_empty());
    assert_eq!(take(201, 1.0), ["201: Warning ended since 42"]);
}

#[test]
fn other_thresholds_count_anew_and_one_that_is_gone_ends() {
    let mut standing = Standing::default();
    let (wide, narrow) = (rules("> 5 for 3m", ""), rules("> 3 for 3m", ""));
    for minute in 0..3 {
        assert!(standing.take(&Reading::Number(9.0), at(minute), &wide).is_empty());
    }
    for minute in 3..6 {
        assert!(standing.take(&Reading::Number(9.0), at(minute), &narrow).is_empty());
    }
    assert_eq!(told(standing.take(&Reading::Number(9.0), at(6), &narrow), 6), ["6: Warning since 3"]);
    let none = rules("", "> 100");
    assert_eq!(told(standing.take(&Reading::Number(9.0), at(7), &none), 7), ["7: Warning ended since 3"]);
}

#[test]
fn a_word_is_watched_as_a_number_is() {
    let rules = rules("", "!= \"healthy\" for 2m");
    let mut standing = Standing::default();
    let mut take =
        |minute: i64, word: &str| told(standing.take(&Reading::state(word), at(minute), &rules), minute);
    for (minute, word, lines) in [
        (0, "healthy", &[][..]),
        (1, "degraded", &[]),
        (2, "down", &[]),
        (3, "degraded", &["3: Critical since 1"]),
        (4, "Healthy", &["4: Critical ended since 1"]),
    ] {
        assert_eq!(take(minute, word), lines, "{minute}");
    }
    assert!(standing.take(&Reading::Number(1.0), at(5), &rules).is_empty());
    assert!(matches!(standing.state(at(9), &rules), State::CannotTell { .. }));
}

/// What an older build stored is read: every field may be missing, and one that is not known yet is passed over.
#[test]
fn a_stored_row_is_read() {
    assert_eq!(serde_json::from_str::<Standing>("{}").unwrap(), Standing::default());
    let row = r#"{"warning":{"wrong":"2023-11-14T22:13:20Z","breached":true},"later":1,"since":"2023-11-14T22:13:20Z"}"#;
    assert_eq!(serde_json::from_str::<Standing>(row).unwrap().level(), Some(Level::Warning));
    let (standing, _) = series(&rules("> 5", "> 10"), "11 11 ? ? ?");
    let stored = serde_json::to_string(&standing).unwrap();
    assert!(stored.len() < 700, "{}: {stored}", stored.len());
}

/// Readings of a minute each, of which the first `seen` came, the last one too, and howler was told of the others afterwards.
fn caught_up(rules: &Rules, numbers: &[u8], seen: usize) -> (Standing, Vec<Change>, Vec<Change>) {
    let number = |place: usize| f64::from(numbers[place]);
    let minute = |place: usize| at(i64::try_from(place).unwrap());
    let mut standing = Standing::default();
    for place in 0..seen {
        standing.take(&Reading::Number(number(place)), minute(place), rules);
    }
    // Asked in vain meanwhile.
    let last = numbers.len() - 1;
    for place in seen..last {
        standing.begins_blind_anew(minute(place), rules);
        standing.take(&Reading::CannotTell(Reason::CutOff), minute(place), rules);
    }
    // What is known is said again by the source.
    let meanwhile: Vec<(Timestamp, f64)> = (0..last).map(|place| (minute(place), number(place))).collect();
    let late = standing.catch_up(&meanwhile, rules);
    let changes = standing.take(&Reading::Number(number(last)), minute(last), rules);
    (standing, late, changes)
}

proptest::proptest! {
    #[test]
    fn what_was_told_late_leaves_what_would_have_been_seen_and_rings_only_for_what_is_so(
        numbers in proptest::collection::vec(0u8..12, 2..60),
        seen in 0usize..60,
    ) {
        let rules = rules("> 5 for 3m", "> 8 for 2m");
        let seen = seen.min(numbers.len() - 1);
        let mut whole = Standing::default();
        let mut levels = Vec::new();
        for (place, number) in numbers.iter().enumerate() {
            whole.take(&Reading::Number(f64::from(*number)), at(i64::try_from(place).unwrap()), &rules);
            levels.push(whole.level());
        }
        let (standing, late, _) = caught_up(&rules, &numbers, seen);
        proptest::prop_assert_eq!(standing, whole);
        let late: Vec<&Change> = late.iter().filter(|change| !matches!(change, Change::Seeing { .. })).collect();
        let before = seen.checked_sub(1).and_then(|place| levels[place]);
        let after = numbers.len().checked_sub(2).and_then(|place| levels[place]);
        let after = if seen + 1 < numbers.len() { after } else { before };
        let is_said = matches!(
            (before, &late[..], after),
            (None, [Change::Began { .. }], Some(_))
                | (Some(Level::Warning), [Change::Worsened { .. }], Some(Level::Critical))
                | (Some(Level::Critical), [Change::Eased { .. }], Some(Level::Warning))
                | (Some(_), [Change::Ended { .. }], None)
        );
        proptest::prop_assert!(is_said || (before == after && late.is_empty()), "{:?} {:?} {:?}", before, late, after);
    }
}
