use jiff::{SignedDuration, Timestamp};

use crate::standing::{Level, Rules};
use crate::value::Unit;
use crate::watched::{Asks, Severities, Watch};
use crate::window::Window;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn watch(asks: Asks, every: i64, warning: &str) -> Watch {
    let every = SignedDuration::from_secs(every);
    Watch {
        name: "queue-depth".to_owned(),
        asks,
        unit: Unit::parse("").unwrap(),
        per_second: false,
        every,
        rules: Rules::every(every, Some(warning.parse().unwrap()), None),
        severities: Severities::default(),
    }
}

fn query() -> Asks {
    Asks::Query { query: "sum(up)".to_owned(), fold: None }
}

/// From when, until when and how far apart, in seconds before `now`.
fn missing(watch: &Watch, seen: Option<i64>, now: i64) -> Option<[i64; 3]> {
    let window = Window::missing(watch, seen.map(at), at(now))?;
    let ago = |instant: Timestamp| at(now).duration_since(instant).as_secs();
    Some([ago(window.from), ago(window.until), window.step.as_secs()])
}

#[test]
fn what_is_missing_is_asked_for_in_steps_that_would_have_been_readings() {
    let (day, minute) = (86_400, 60);
    let usual = watch(query(), minute, "> 5 for 5m");
    for (name, watch, seen, expected) in [
        ("after a start, a day", &usual, None, Some([day - minute, minute, minute])),
        ("nothing was missed", &usual, Some(-60), None),
        ("one reading may be missing", &usual, Some(-150), None),
        ("from the last one on", &usual, Some(-600), Some([540, 60, 60])),
        ("at most a day back", &usual, Some(-5 * day), Some([day - minute, minute, minute])),
        (
            "or as long as the threshold's time",
            &watch(query(), minute, "> 5 for 48h"),
            None,
            Some([207_300, 60, 60]),
        ),
        ("as far apart as it is asked", &watch(query(), 600, "> 5"), Some(-3_700), Some([3_000, 600, 600])),
        ("words have no past", &watch(query(), minute, "!= \"open\""), None, None),
        ("a page keeps nothing", &watch(Asks::Status { url: String::new() }, minute, "> 5"), None, None),
    ] {
        assert_eq!(missing(watch, seen, 0), expected, "{name}");
    }
}

/// No two of its values are so far apart that a run would begin anew, and a threshold's own time is within it.
#[test]
fn a_window_covers_a_threshold_and_is_no_gap() {
    for every in [1, 15, 60, 300, 3_600] {
        for lasting in ["1m", "1h", "24h", "7d", "30d"] {
            let watch = watch(query(), every, &format!("> 5 for {lasting}"));
            let window = Window::missing(&watch, None, at(0)).unwrap();
            let rule = watch.rules.warning.as_ref().unwrap();
            let span = at(0).duration_since(window.from);
            assert!(span >= rule.lasting, "{every} {lasting}: {window:?}");
            assert!(window.step <= watch.rules.bears(Level::Warning), "{every} {lasting}");
            assert!(span.as_secs() / window.step.as_secs() <= 5_001, "{every} {lasting}: {window:?}");
        }
    }
}

/// A short threshold beside a long one: the short one is not broken off.
#[test]
fn a_short_threshold_goes_before_a_long_one() {
    let mut watch = watch(query(), 1, "> 5 for 30d");
    watch.rules.critical = Some("> 9 for 1m".parse().unwrap());
    assert_eq!(missing(&watch, None, 0), Some([29_994, 6, 6]));
}
