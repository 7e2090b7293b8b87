use jiff::{SignedDuration, Timestamp};

use crate::course::{Course, Stretch};
use crate::history::History;
use crate::standing::{Level, Rules};
use crate::value::Unit;
use crate::watched::{Asks, Severities, Watch};

/// 2023-11-14 00:00 UTC.
const DAY: i64 = 1_699_920_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(DAY + second).unwrap()
}

fn watch() -> Watch {
    let every = SignedDuration::from_mins(1);
    let threshold = |text: &str| Some(text.parse().unwrap());
    Watch {
        name: "response-time-p99".to_owned(),
        asks: Asks::Latency { url: "https://api.example/".to_owned() },
        unit: Unit::SECONDS,
        per_second: false,
        every,
        rules: Rules::every(every, threshold("> 500ms for 5m"), threshold(">= 1s")),
        severities: Severities::default(),
    }
}

fn of(values: &[(i64, f64)], from: i64, until: i64) -> Course {
    let mut history = History::default();
    values.iter().for_each(|(minute, number)| history.keep(at(minute * 60 + 7), *number));
    Course::of(&watch(), &history, at(from * 60), at(until * 60))
}

type Minutes = Vec<(i64, i64)>;

/// From one minute to another.
fn minutes(stretches: &[Stretch]) -> Minutes {
    let minute = |at: &Timestamp| (at.as_second() - DAY) / 60;
    stretches.iter().map(|(from, until)| (minute(from), minute(until))).collect()
}

#[test]
fn what_was_seen_what_was_not_and_when_it_was_over() {
    let values = [(10, 0.2), (11, 0.6), (12, 0.7), (13, 0.3), (20, 1.0), (21, 0.4), (30, 2.0)];
    let course = of(&values, 0, 40);
    assert_eq!(course.begins, Some(at(600)), "before it is no gap");
    assert_eq!(minutes(&course.gaps), [(14, 20), (22, 30), (31, 40)]);
    assert_eq!((course.lowest(), course.highest()), (Some((0.2, at(600))), Some((2.0, at(1_800)))));
    assert_eq!(course.middle(), Some(0.6));
    let levels: Vec<Level> = course.limits.iter().map(|line| line.level).collect();
    assert_eq!(levels, [Level::Warning, Level::Critical]);
    assert_eq!(minutes(&course.over(&course.limits[0])), [(11, 13), (20, 21), (30, 31)]);
    assert_eq!(
        minutes(&course.over(&course.limits[1])),
        [(20, 21), (30, 31)],
        "the line itself counts there"
    );
    assert_eq!(course.shown(course.limits[1].number), "1 s");
}

#[test]
fn what_goes_on_is_over_now_and_not_later() {
    let course = of(&[(29, 0.6), (30, 0.7)], 0, 30);
    let over = course.over(&course.limits[0]);
    assert_eq!(over, [(at(29 * 60), at(30 * 60))], "its last minute is not over yet");
    let course = of(&[(30, 0.7)], 0, 30);
    assert_eq!(course.over(&course.limits[0]), [(at(1_800), at(1_800))]);
}

#[test]
fn a_span_in_which_nothing_was_seen() {
    let values = [(10, 0.2), (11, 0.6)];
    let course = of(&values, 20, 40);
    assert_eq!((minutes(&course.gaps), course.begins), (vec![(20, 40)], None));
    assert_eq!((course.lowest(), course.middle(), course.highest()), (None, None, None));
    let course = of(&values, 0, 5);
    assert!(course.gaps.is_empty() && course.stretches.is_empty(), "there was nothing to see yet");
    let course = of(&[], 0, 5);
    assert!(course.gaps.is_empty() && course.begins.is_none());
    let course = of(&values, 5, 12);
    assert!(course.gaps.is_empty() && course.begins == Some(at(600)));
    assert_eq!(minutes(&of(&[(1, 0.0), (9, 0.0)], 3, 10).gaps), [(3, 9)], "something was seen before");
}

/// Minute by minute over the readings themselves.
fn slowly(values: &[(i64, f64)], from: i64, until: i64) -> (Minutes, Minutes, [Option<f64>; 3]) {
    let read = |minute: i64| values.iter().find(|(at, _)| *at == minute).map(|(_, number)| *number);
    let (mut gaps, mut over) = (Vec::new(), Vec::<(i64, i64)>::new());
    let first = values.iter().map(|(minute, _)| *minute).min().unwrap_or(i64::MAX);
    let (mut seen_until, mut wrong_until) = (from.max(first), None);
    for minute in from..=until {
        let Some(number) = read(minute) else { continue };
        // 150 s may lie between the end of one and the beginning of the next.
        if (minute - seen_until) * 60 > 150 {
            gaps.push((seen_until, minute));
            wrong_until = None;
        }
        match (number > 0.5, wrong_until) {
            (true, Some(_)) => over.last_mut().unwrap().1 = (minute + 1).min(until),
            (true, None) => over.push((minute, (minute + 1).min(until))),
            (false, _) => {}
        }
        wrong_until = (number > 0.5).then_some(minute);
        seen_until = minute + 1;
    }
    if first <= until && (until - seen_until) * 60 > 150 {
        gaps.push((seen_until, until));
    }
    let mut all: Vec<f64> = (from..=until).filter_map(read).collect();
    all.sort_by(f64::total_cmp);
    let middle = (!all.is_empty()).then(|| all[(all.len() - 1) / 2]);
    (gaps, over, [all.first().copied(), middle, all.last().copied()])
}

#[test]
fn it_is_what_a_slow_reckoning_over_the_readings_says() {
    for seed in 0..500 {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut values = Vec::new();
        let (mut minute, few) = (random.i64(0..30), random.i64(1..6));
        while minute < 400 {
            values.push((minute, f64::from(random.u32(0..1_000)) / 1_000.0));
            minute += if random.u8(0..10) == 0 { random.i64(1..40) } else { 1 + random.i64(0..few) / 3 };
        }
        let from = random.i64(0..200);
        let until = from + random.i64(1..220);
        let course = of(&values, from, until);
        let (gaps, over, numbers) = slowly(&values, from, until);
        assert_eq!(minutes(&course.gaps), gaps, "seed {seed}");
        assert_eq!(minutes(&course.over(&course.limits[0])), over, "seed {seed}");
        let found = [course.lowest().map(|it| it.0), course.middle(), course.highest().map(|it| it.0)];
        assert_eq!(found, numbers, "seed {seed}");
    }
}
