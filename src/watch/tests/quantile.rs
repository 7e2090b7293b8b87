use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};

use crate::quantile::Buckets;
use crate::reading::Reason;
use crate::text_format::Page;

fn buckets(at: i64, series: &[(&str, &[(&str, u32)])]) -> Result<Buckets, Reason> {
    let mut body = String::new();
    for (route, counts) in series {
        for (bound, count) in *counts {
            writeln!(body, "took_seconds_bucket{{route=\"{route}\",le=\"{bound}\"}} {count}").unwrap();
        }
    }
    let at = Timestamp::from_second(1_700_000_000 + at).unwrap();
    let page = Page { body: body.as_bytes(), content_type: None, most: 100_000, at };
    let read = Buckets::read(&page, &"took_seconds_bucket".parse().unwrap())?;
    Ok(serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap())
}

const GAP: SignedDuration = SignedDuration::from_secs(150);
const EMPTY: &[(&str, u32)] = &[("0.1", 0), ("0.5", 0), ("1", 0), ("+Inf", 0)];

#[test]
fn a_quantile_of_what_happened_between_two_scrapes() {
    let before = buckets(0, &[("/", EMPTY)]).unwrap();
    for (q, now, number, at_least) in [
        // 100 of them, 50 up to 0.1, 40 up to 0.5, 10 up to 1.
        (0.5, [50, 90, 100, 100], 0.1, false),
        (0.9, [50, 90, 100, 100], 0.5, false),
        (0.95, [50, 90, 100, 100], 0.75, false),
        (0.25, [50, 90, 100, 100], 0.05, false),
        (1.0, [50, 90, 100, 100], 1.0, false),
        (0.99, [50, 90, 95, 100], 1.0, true),
        (0.99, [0, 0, 0, 1], 1.0, true),
        (0.5, [0, 10, 10, 10], 0.3, false),
        // Not ascending: raised to the one before, as PromQL does.
        (0.5, [50, 40, 100, 100], 0.1, false),
        (0.55, [50, 40, 100, 100], 0.55, false),
    ] {
        let bounds = ["0.1", "0.5", "1", "+Inf"];
        let counts: Vec<_> = bounds.into_iter().zip(now).collect();
        let now = buckets(60, &[("/", &counts)]).unwrap();
        let read = now.quantile(q, &before, GAP).unwrap();
        assert!((read.number - number).abs() < 1e-9, "{q} {counts:?}: {read:?}");
        assert_eq!((read.at_least, read.observations), (at_least, f64::from(counts[3].1)), "{q} {counts:?}");
    }
}

#[test]
fn series_are_compared_each_with_itself() {
    let old: &[(&str, u32)] = &[("1", 100), ("2", 100), ("+Inf", 100)];
    let more: &[(&str, u32)] = &[("1", 110), ("2", 110), ("+Inf", 110)];
    let slow: &[(&str, u32)] = &[("1", 100), ("2", 110), ("+Inf", 110)];
    let fresh: &[(&str, u32)] = &[("1", 5), ("2", 5), ("+Inf", 5)];
    let before = buckets(0, &[("/a", old), ("/b", old)]).unwrap();
    let both = buckets(60, &[("/a", more), ("/b", slow)]).unwrap().quantile(0.75, &before, GAP).unwrap();
    assert_eq!((both.number, both.observations), (1.5, 20.0));
    // One instance was restarted while the other one grew by more: in the sum that would not be seen.
    let much: &[(&str, u32)] = &[("1", 900), ("2", 900), ("+Inf", 900)];
    let restarted = buckets(60, &[("/a", much), ("/b", fresh)]).unwrap();
    assert_eq!(restarted.quantile(0.5, &before, GAP), Err(Reason::Reset));
    // One that is new has no two readings.
    let new = buckets(60, &[("/a", more), ("/b", old), ("/c", fresh)]).unwrap();
    assert_eq!(new.quantile(0.5, &before, GAP).unwrap().observations, 10.0);
}

#[test]
fn what_no_quantile_can_be_told_of() {
    let before = buckets(0, &[("/", EMPTY)]).unwrap();
    let some: &[(&str, u32)] = &[("0.1", 1), ("0.5", 2), ("1", 3), ("+Inf", 3)];
    for (at, now, reason) in [
        (60, EMPTY, Reason::NoObservations),
        (0, some, Reason::FirstOfTwo),
        (-60, some, Reason::FirstOfTwo),
        (600, some, Reason::TooFarApart),
        (60, &[("0.2", 1), ("+Inf", 3)][..], Reason::OtherBuckets),
    ] {
        assert_eq!(buckets(at, &[("/", now)]).unwrap().quantile(0.99, &before, GAP), Err(reason));
    }
    let other = buckets(60, &[("/other", some)]).unwrap();
    assert_eq!(other.quantile(0.99, &before, GAP), Err(Reason::FirstOfTwo));
    for counts in
        [&[("0.1", 1), ("0.5", 2)][..], &[("+Inf", 3)], &[("1", 1), ("1.0", 1), ("+Inf", 3)], &[("big", 1)]]
    {
        assert_eq!(buckets(0, &[("/", counts)]), Err(Reason::NotAHistogram), "{counts:?}");
    }
}

/// Bounds that were stored may come back a hair different: they are the same buckets.
#[test]
fn stored_bounds_are_the_same_bounds() {
    let odd = ["9679.883051119203", "123456.78901234567", "+Inf"];
    let with = |at, more: u32| buckets(at, &[("/", &odd.map(|bound| (bound, more)))]).unwrap();
    assert_eq!(with(60, 7).quantile(0.5, &with(0, 4), GAP).unwrap().observations, 3.0);
}
