//! What is said to whoever does not see the picture.

use watch::history::Point;

use super::samples::{at, day, minutes, month, night, nothing, point};
use crate::Chart;

#[test]
fn words_say_what_the_picture_shows() {
    let night_says = "Response time p99, 3 h to 02:20 UTC, Nov 30: last 1.773 s, highest 1.773 s at 02:19, lowest 330.5 ms at \
        00:58. Above critical (1 s) since 02:05. Above warning (500 ms) since 02:01. Nothing known 01:00 to 01:10. INC-12 \
        began at 02:06.";
    assert_eq!(night().alt(), night_says);
    let day_says = "Database connections in use, 24 h to 03:00 UTC, Nov 30: last 51.28 %, highest 100 % at 17:45, lowest \
        43.06 % at 11:10. Above critical (90 %) 17:15 to 19:05. Above warning (70 %) 16:15 to 19:50, 19:55 to 20:00. INC-12 \
        began at 16:55, INC-12 ended at 19:50.";
    assert_eq!(day().alt(), day_says);
    let month_says = "Events processed, 30 days to 12:00 UTC, Nov 30: last 33.89 a second, lowest 1.6 a second at Nov 13 00:00, \
        highest 96.54 a second at Nov 24 17:00. Below critical (5 a second) Nov 13 00:00 to Nov 13 12:00, Nov 25 16:00 to \
        Nov 25 22:00. Below warning (10 a second) Nov 13 00:00 to Nov 13 12:00, Nov 25 16:00 to Nov 25 22:00. Nothing known \
        Nov 18 00:00 to Nov 21 08:00.";
    assert_eq!(month().alt(), month_says);
    assert_eq!(nothing().alt(), "Response time p99, 3 h to 02:20 UTC, Nov 30: nothing known.");
}

#[test]
fn an_old_value_says_when_it_was() {
    let chart = night();
    let points: Vec<Point> = (0..60).map(|minute| point(chart.from + minutes(minute), 1, 0.4)).collect();
    let gaps = vec![(at("00:20"), at("02:20"))];
    let alt = Chart { stretches: vec![points], gaps, marks: Vec::new(), ..chart }.alt();
    assert_eq!(
        alt,
        "Response time p99, 3 h to 02:20 UTC, Nov 30: last 400 ms at 00:19, and never another value. Never above critical (1 s). Never above warning (500 ms). Nothing known 00:20 to 02:20."
    );
}

/// A breach that was over before nobody saw anything does not go on.
#[test]
fn a_gap_ends_a_breach() {
    let chart = night();
    let from = chart.from;
    let stretch =
        |range: std::ops::Range<i64>| range.map(|minute| point(from + minutes(minute), 1, 1.2)).collect();
    let gaps = vec![(at("00:20"), at("01:20"))];
    let chart = Chart { stretches: vec![stretch(0..60), stretch(120..180)], gaps, ..chart };
    let alt = chart.alt();
    assert!(alt.contains("Above critical (1 s) 23:20 to 00:20, 01:20 to 02:20"), "{alt}");
    assert!(alt.contains("Nothing known 00:20 to 01:20"), "{alt}");
}
