use jiff::{SignedDuration, Timestamp};

use crate::rate::{Counter, share};
use crate::reading::{Reading, Reason};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

#[test]
fn a_counter_tells_its_rate_and_a_reset_tells_nothing() {
    let mut counter = Counter::default();
    let cannot = Reading::CannotTell;
    for (seconds, total, told) in [
        (0, 1_000.0, cannot(Reason::FirstOfTwo)),
        (60, 1_060.0, Reading::Number(1.0)),
        (60, 1_070.0, cannot(Reason::FirstOfTwo)),
        (30, 1_030.0, cannot(Reason::FirstOfTwo)),
        (120, 1_060.0, Reading::Number(0.0)),
        (180, 4.0, cannot(Reason::Reset)),
        (240, 124.0, Reading::Number(2.0)),
        (1_000, 999.0, cannot(Reason::TooFarApart)),
        (1_060, 1_599.0, Reading::Number(10.0)),
        // The clock was set back.
        (0, 1_600.0, cannot(Reason::FirstOfTwo)),
        (60, 1_660.0, Reading::Number(1.0)),
        (120, f64::NAN, cannot(Reason::NotANumber { what: "NaN".into() })),
        (150, 1_750.0, Reading::Number(1.0)),
    ] {
        let stored = serde_json::to_string(&counter).unwrap();
        counter = serde_json::from_str(&stored).unwrap();
        let read = counter.rate(Reading::Number(total), at(seconds), SignedDuration::from_secs(150));
        assert_eq!(read, told, "{seconds} {total}");
    }
    let silent = cannot(Reason::Silent);
    assert_eq!(counter.rate(silent.clone(), at(200), SignedDuration::from_secs(150)), silent);
}

#[test]
fn a_share_of_nothing_cannot_be_told() {
    let number = Reading::Number;
    assert_eq!(share(&number(1.0), &number(100.0)), number(0.01));
    assert_eq!(share(&number(0.0), &number(0.0)), Reading::CannotTell(Reason::NoObservations));
    assert_eq!(share(&number(0.0), &Reading::CannotTell(Reason::Reset)), Reading::CannotTell(Reason::Reset));
    assert_eq!(share(&Reading::state("up"), &number(1.0)), Reading::CannotTell(Reason::WordOrNumber));
}

/// A number that was stored may come back a hair larger: that is no reset.
#[test]
fn what_was_stored_is_not_taken_for_more() {
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..5_000 {
        let total = random.f64() * 1e6;
        let mut counter = Counter::default();
        counter.rate(Reading::Number(total), at(0), SignedDuration::from_secs(150));
        let stored = serde_json::to_string(&counter).unwrap();
        let mut again: Counter = serde_json::from_str(&stored).unwrap();
        let rate = again.rate(Reading::Number(total), at(60), SignedDuration::from_secs(150));
        assert!(matches!(rate, Reading::Number(rate) if (0.0..1e-9).contains(&rate)), "{total}: {rate:?}");
    }
}
