use jiff::SignedDuration;

use crate::reading::{Reading, Reason};
use crate::threshold::{Side, Threshold, ThresholdProblem};
use crate::value::Kind;

fn read(text: &str) -> Threshold {
    text.parse().unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

#[test]
fn thresholds_as_people_write_them() {
    for (text, side, limit, seconds, shown) in [
        ("> 500ms for 5m", Side::Above, 0.5, 300, "> 500 ms for 5m"),
        ("< 5 for 1h", Side::Below, 5.0, 3_600, "< 5 for 1h"),
        (">= 80 %", Side::AtLeast, 0.8, 0, ">= 80 %"),
        ("above 1 % for 10m", Side::Above, 0.01, 600, "> 1 % for 10m"),
        ("below 5", Side::Below, 5.0, 0, "< 5"),
        (">1000ms", Side::Above, 1.0, 0, "> 1000 ms"),
        ("< 90%", Side::Below, 0.9, 0, "< 90 %"),
        ("> 200KB", Side::Above, 200_000.0, 0, "> 200 KB"),
        ("At Least 3 for 90 minutes", Side::AtLeast, 3.0, 5_400, ">= 3 for 1h 30m"),
        ("≤ -2", Side::AtMost, -2.0, 0, "<= -2"),
        ("more than 2MiB for 45s", Side::Above, 2_097_152.0, 45, "> 2 MiB for 45s"),
        ("= 0 for 1h", Side::Is, 0.0, 3_600, "= 0 for 1h"),
        ("is not 1", Side::IsNot, 1.0, 0, "!= 1"),
    ] {
        let threshold = read(text);
        assert_eq!((threshold.side, threshold.limit()), (side, Some(limit)), "{text}");
        assert_eq!(threshold.lasting, SignedDuration::from_secs(seconds), "{text}");
        assert_eq!(threshold.to_string(), shown, "{text}");
        assert_eq!(read(shown), threshold, "{text}");
        let stored = serde_json::to_string(&threshold).unwrap();
        assert_eq!(serde_json::from_str::<Threshold>(&stored).unwrap(), threshold);
    }
}

#[test]
fn thresholds_of_words() {
    for (text, shown) in [
        ("= \"healthy\"", "= \"healthy\""),
        ("!= \"healthy\" for 2m", "!= \"healthy\" for 2m"),
        ("is not true for 2m", "!= \"true\" for 2m"),
        ("is down", "= \"down\""),
        ("!= 'up for grabs' for 1m", "!= \"up for grabs\" for 1m"),
        ("== \"ready\"", "= \"ready\""),
    ] {
        assert_eq!(read(text).to_string(), shown, "{text}");
        assert!(read(text).is_state());
        assert_eq!(read(shown), read(text));
    }
}

#[test]
fn what_is_no_threshold_says_what_works() {
    for (text, why) in [
        ("", "write it like `> 500ms for 5m`"),
        ("500ms", "write `> 500ms` or `< 500ms`"),
        ("> ", "a number is missing"),
        ("> fast", "`fast` is not a number"),
        ("> \"healthy\"", "write `= \"healthy\"` or `!= \"healthy\"`"),
        ("> 500ms for", "how long it lasts is not understood"),
        ("> 500ms for ever", "`ever` is not a duration"),
        ("> 500ms for 0m", "must be more than nothing"),
        ("> 5 apples for 5m", "`apples` is not a unit"),
        ("!= \"\"", "is not a number"),
        ("abovee 5", "does not say on which side"),
        ("> 1,5 s", "a comma can mean two things"),
    ] {
        let problem = text.parse::<Threshold>().unwrap_err().to_string();
        assert!(problem.contains(why), "{text}: {problem}");
    }
}

#[test]
fn units_that_do_not_fit_are_told_with_what_to_write() {
    for (text, kind, why) in [
        ("> 500", Kind::Time, "has no unit and what it watches is a time; write it like `> 500ms`"),
        ("< 90", Kind::Share, "write it like `< 90%`"),
        ("> 500ms", Kind::Count, "say the unit of the source's numbers with `unit = \"ms\"`"),
        ("> 500ms", Kind::Bytes, "is about a time and what it watches is a size"),
    ] {
        let problem = read(text).fits(kind).unwrap_err().to_string();
        assert!(problem.contains(why), "{text}: {problem}");
    }
    assert_eq!(read("> 500ms").fits(Kind::Time), Ok(()));
    assert_eq!(read("= \"up\"").fits(Kind::Count), Ok(()));
    assert!(matches!(read("> 5").fits(Kind::Time), Err(ThresholdProblem::NoUnit { .. })));
}

#[test]
fn the_line_is_wrong_only_where_the_threshold_says_so() {
    for (text, number, wrong, clear) in [
        ("> 500ms", 0.5, false, false),
        (">= 500ms", 0.5, true, false),
        ("> 500ms", 0.476, false, false),
        ("> 500ms", 0.475, false, true),
        ("< 5", 5.0, false, false),
        ("<= 5", 5.0, true, false),
        ("< 5", 5.25, false, true),
        ("< 90 %", 0.94, false, false),
        ("< 90 %", 0.945, false, true),
        // 98 % and 5 % of it are more than there is: half way to 100 % is enough.
        ("< 98 %", 0.99, false, true),
        ("< 98 %", 0.985, false, false),
        ("> 0", 0.0, false, true),
        ("> 0", 0.1, true, false),
        ("< -10", -9.4, false, true),
        ("< -10", -9.6, false, false),
        ("= 0", 0.0, true, false),
        ("= 0", 0.1, false, true),
    ] {
        let reading = Reading::Number(number);
        assert_eq!(read(text).is_wrong(&reading), Ok(wrong), "{text} {number}");
        assert_eq!(read(text).is_clear(&reading, 0.05), clear, "{text} {number}");
    }
    for (text, state, wrong) in [
        ("!= \"healthy\"", "Healthy", false),
        ("!= \"healthy\"", "down", true),
        ("= \"down\"", "DOWN", true),
        ("!= true", "true", false),
    ] {
        assert_eq!(read(text).is_wrong(&Reading::state(state)), Ok(wrong), "{text} {state}");
        assert_eq!(read(text).is_clear(&Reading::state(state), 0.05), !wrong);
    }
    assert_eq!(read("> 5").is_wrong(&Reading::state("up")), Err(Reason::WordOrNumber));
    assert_eq!(read("= up").is_wrong(&Reading::Number(1.0)), Err(Reason::WordOrNumber));
    let blind = Reading::CannotTell(Reason::Silent);
    assert_eq!(read("> 5").is_wrong(&blind), Err(Reason::Silent));
    assert!(!read("> 5").is_clear(&blind, 0.05));
    assert!(read("> 5").is_wrong(&Reading::Number(f64::NAN)).is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_threshold_or_a_problem(text in "\\PC{0,30}|[<>=!]{0,2} ?[0-9.]{0,4} ?[a-z%\"']{0,6}( for [0-9]{0,3}[a-z]{0,2})?") {
        if let Ok(threshold) = text.parse::<Threshold>() {
            let shown = threshold.to_string();
            proptest::prop_assert_eq!(shown.parse::<Threshold>(), Ok(threshold), "{}", shown);
        }
    }
}
