//! Charts to draw.

use jiff::{SignedDuration, Timestamp};
use watch::history::Point;
use watch::standing::Level;
use watch::threshold::Side;
use watch::value::Kind;

use crate::{Chart, Limit, Mark};

pub fn at(text: &str) -> Timestamp {
    format!("2026-11-30T{text}:00Z").parse().unwrap()
}

pub fn minutes(many: i64) -> SignedDuration {
    SignedDuration::from_mins(many)
}

/// A point of some minutes with one value.
pub fn point(from: Timestamp, long: i64, value: f64) -> Point {
    Point { from, until: from + minutes(long), min: value, max: value, mean: value, last: value }
}

pub fn limit(level: Level, side: Side, number: f64) -> Limit {
    Limit { level, side, number }
}

pub fn mark(time: &str, words: &str) -> Mark {
    Mark { at: at(time), words: words.to_owned() }
}

/// A wave that goes on as it likes, always the same.
fn wave(count: i64) -> f64 {
    let t = count as f64;
    (t / 9.0).sin() * 0.5 + (t / 2.3).sin() * 0.3 + (t * 1.7).cos() * 0.2
}

/// Three hours of a response time that gets worse from 02:00 on, with ten minutes that nobody saw.
pub fn night() -> Chart {
    let (from, until) = (at("23:20") - SignedDuration::from_hours(24), at("02:20"));
    let value = |minute: i64| {
        let worse = (minute - 160).max(0) as f64;
        0.38 + 0.05 * wave(minute)
            + 1.5 * (1.0 - (-worse / 8.0).exp())
            + 0.05 * worse.min(1.0) * wave(minute * 3)
    };
    let points = |range: std::ops::Range<i64>| {
        range.map(|minute| point(from + minutes(minute), 1, value(minute))).collect::<Vec<_>>()
    };
    Chart {
        title: "Response time p99".into(),
        kind: Kind::Time,
        per_second: false,
        from,
        until,
        stretches: vec![points(0..100), points(110..180)],
        gaps: vec![(at("01:00"), at("01:10"))],
        limits: vec![limit(Level::Warning, Side::Above, 0.5), limit(Level::Critical, Side::Above, 1.0)],
        marks: vec![mark("02:06", "INC-12 began")],
    }
}

/// A day of memory after an incident that is over.
pub fn day() -> Chart {
    let (from, until) = (at("03:00") - SignedDuration::from_hours(24), at("03:00"));
    let value = |five: i64| {
        let swell = (-((five - 180) as f64 / 22.0).powi(2)).exp();
        0.52 + 0.06 * wave(five) + 0.42 * swell
    };
    let bucket = |five: i64| {
        let mean = value(five).min(0.99);
        let (min, max) = (mean - 0.03, (mean + 0.04).min(1.0));
        Point { min, max, ..point(from + minutes(five * 5), 5, mean) }
    };
    Chart {
        title: "Database connections in use".into(),
        kind: Kind::Share,
        per_second: false,
        from,
        until,
        stretches: vec![(0..288).map(bucket).collect()],
        gaps: Vec::new(),
        limits: vec![limit(Level::Warning, Side::Above, 0.7), limit(Level::Critical, Side::Above, 0.9)],
        marks: vec![
            Mark { at: from + minutes(835), words: "INC-12 began".into() },
            Mark { at: from + minutes(1_010), words: "INC-12 ended".into() },
        ],
    }
}

/// A month of requests, by the hour, of a watch that is there for three weeks; low is bad, and it was low twice.
pub fn month() -> Chart {
    let until = at("12:00");
    let from = until - SignedDuration::from_hours(720);
    let hours = |many| from + SignedDuration::from_hours(many);
    let bucket = |hour: i64| {
        let low = (300..312).contains(&hour) || (604..610).contains(&hour);
        let mean = if low {
            2.0
        } else {
            46.0 + 24.0 * (hour as f64 / 24.0 * std::f64::consts::TAU).sin() + 6.0 * wave(hour)
        };
        Point { min: mean * 0.8, max: mean * 1.3, ..point(from + minutes(hour * 60), 60, mean) }
    };
    Chart {
        title: "Events processed".into(),
        kind: Kind::Count,
        per_second: true,
        from,
        until,
        stretches: vec![(190..420).map(bucket).collect(), (500..720).map(bucket).collect()],
        gaps: vec![(hours(420), hours(500))],
        limits: vec![limit(Level::Warning, Side::Below, 10.0), limit(Level::Critical, Side::Below, 5.0)],
        marks: Vec::new(),
    }
}

/// Nobody saw anything.
pub fn nothing() -> Chart {
    Chart { stretches: Vec::new(), gaps: Vec::new(), marks: Vec::new(), ..night() }
}
