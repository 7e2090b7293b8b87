use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::history::{Bucket, History, Row, RowKey, Tier};

/// 2023-11-14 00:00 UTC.
const DAY: i64 = 1_699_920_000;
const GAP: SignedDuration = SignedDuration::from_secs(150);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(DAY + second).unwrap()
}

/// What is stored and read again.
fn stored(history: &History) -> History {
    let rows: Vec<(RowKey, String)> = history
        .keys()
        .into_iter()
        .map(|key| (key, serde_json::to_string(&history.row(key)).unwrap()))
        .collect();
    History::load(rows.into_iter().map(|(key, row)| (key, serde_json::from_str::<Row>(&row).unwrap())))
}

#[test]
fn forty_days_at_one_a_minute_stay_in_their_space() {
    let mut history = History::default();
    let mut most = 0;
    for minute in 0..40 * 1_440 {
        history.keep(at(minute * 60), f64::from(i32::try_from(minute % 977).unwrap()) * 0.125);
        if minute % 60 == 59 {
            history.prune(at(minute * 60));
            most = most.max(history.len());
        }
    }
    // A day of minutes, a week of fives, 30 days of hours, and one bucket that is only half too old for each.
    let bound = 1_441 + 2_017 + 721;
    assert!(most <= bound && most >= bound - 3, "{most}");
    let rows: Vec<usize> = history
        .keys()
        .into_iter()
        .map(|key| serde_json::to_string(&history.row(key)).unwrap().len())
        .collect();
    // 48 half hours, 56 times three hours, 15 pairs of days, and one of each that is begun.
    assert!(rows.len() <= 49 + 57 + 16, "{} rows", rows.len());
    assert!(rows.iter().all(|bytes| *bytes < 3_000), "{:?}", rows.iter().max());
    assert!(rows.iter().sum::<usize>() < 220_000, "{}", rows.iter().sum::<usize>());
    assert_eq!(stored(&history), history);
    let now = 40 * 86_400;
    let points = history.points(at(0), at(now), GAP);
    assert_eq!(points.len(), 1, "no gap");
    let first = points[0][0];
    assert!((first.from.as_second() - DAY - 10 * 86_400).abs() <= 3_600, "30 days of it");
    // Each time once.
    assert!(points[0].windows(2).all(|pair| pair[0].until == pair[1].from));
    // And a day later nothing of minutes is left, after 31 nothing at all.
    let gone = history.prune(at(now + 86_400));
    assert!(gone.iter().filter(|key| key.tier == Tier::Minute).count() >= 48);
    history.prune(at(now + 31 * 86_400));
    assert!(history.is_empty());
}

#[test]
fn what_is_in_a_bucket() {
    let mut history = History::default();
    for (second, number) in [(0, 4.0), (20, 9.0), (40, 1.0), (60, 2.0)] {
        history.keep(at(second), number);
    }
    history.keep(at(61), f64::NAN);
    history.keep(at(61), f64::INFINITY);
    let minutes = history.row(RowKey { tier: Tier::Minute, start: DAY });
    let first = Bucket { start: DAY, min: 1.0, max: 9.0, sum: 14.0, count: 3, last: 1.0, last_at: DAY + 40 };
    assert_eq!(minutes[0], first);
    assert_eq!(minutes.len(), 2);
    let text = serde_json::to_string(&minutes).unwrap();
    assert_eq!(text, format!("[[{DAY},1.0,9.0,14.0,3,1.0,40],[{},2.0,0]]", DAY + 60));
    let hour = history.row(RowKey { tier: Tier::Hour, start: DAY - DAY.rem_euclid(172_800) });
    assert_eq!((hour[0].count, hour[0].mean(), hour[0].last), (4, 4.0, 2.0));
    assert_eq!(RowKey::touched(at(61))[0], RowKey { tier: Tier::Minute, start: DAY });
}

#[test]
fn gaps_stay_gaps() {
    let mut history = History::default();
    for minute in [0, 1, 2, 10, 11, 13, 17] {
        history.keep(at(minute * 60), 1.0);
    }
    let minutes = |stretch: &Vec<_>| stretch.len();
    let stretches = history.points(at(0), at(3_600), GAP);
    assert_eq!(stretches.iter().map(minutes).collect::<Vec<_>>(), [3, 3, 1]);
    let part = history.points(at(60), at(660), GAP);
    assert_eq!(part.iter().map(minutes).collect::<Vec<_>>(), [2, 1]);
    assert!(history.points(at(200), at(500), GAP).is_empty());
}

#[test]
fn the_finest_that_tells_all_is_shown() {
    let mut history = History::default();
    for minute in 0..3_000 {
        history.keep(at(minute * 60 + 420), 1.0);
    }
    let now = at(3_000 * 60);
    history.prune(now);
    let points = &history.points(at(0), now, GAP)[0];
    let widths: Vec<i64> = points.iter().map(|p| p.until.as_second() - p.from.as_second()).collect();
    // A young one has no whole hour before its first minutes; what is older than a day is in fives.
    assert_eq!((widths[0], widths[widths.len() - 1]), (300, 60));
    assert!(widths.windows(2).all(|pair| pair[0] >= pair[1]));
    assert!(points.windows(2).all(|pair| pair[0].until == pair[1].from));
}

/// Coarser rows that were not written since their bucket was open are made again.
#[test]
fn an_open_bucket_is_made_again_from_what_is_finer() {
    let mut history = History::default();
    let mut disk: BTreeMap<RowKey, Row> = BTreeMap::new();
    let (mut last, mut written) = (at(0), 0);
    for minute in 0..1_440 {
        let now = at(minute * 60 + 7);
        for key in RowKey::touched(last) {
            if key.is_over(last, now) {
                written += serde_json::to_string(&history.row(key)).unwrap().len();
                disk.insert(key, history.row(key));
            }
        }
        history.keep(now, f64::from(i32::try_from(minute).unwrap()));
        let minute = RowKey::touched(now)[0];
        disk.insert(minute, history.row(minute));
        last = now;
    }
    // What a day of one watch writes, in bytes.
    assert!((500_000..1_000_000).contains(&written), "{written}");
    assert_eq!(History::load(disk), history);
}

/// What a damaged or foreign row holds makes no nonsense.
#[test]
fn rows_that_make_no_sense_are_passed_over() {
    let key = RowKey { tier: Tier::Minute, start: DAY };
    let row = serde_json::from_str(&format!("[[{DAY},9.0,1.0,14.0,3,1.0,40],[{DAY},1.0,1.0,1.0,0,1.0,0]]"))
        .unwrap();
    assert!(History::load([(key, row)]).is_empty());
    assert!(serde_json::from_str::<Row>("[[1]]").is_err());
}

proptest::proptest! {
    /// In whatever order values are kept, parts are put together and old ones are dropped: in the end it is the same.
    #[test]
    fn the_order_of_calls_does_not_matter(
        values in proptest::collection::vec((0..45 * 86_400_i64, -1_000..1_000_i32), 0..300),
        prunes in proptest::collection::vec((0..300_usize, 0..45 * 86_400_i64), 0..6),
        cut in 0..300_usize,
    ) {
        let now = at(45 * 86_400);
        let mut values = values;
        values.sort_unstable();
        values.dedup_by_key(|(second, _)| *second);
        let mut whole = History::default();
        for (second, number) in &values {
            whole.keep(at(*second), f64::from(*number));
        }
        whole.prune(now);
        // Backwards, in two parts, pruned, stored and read again in between.
        let (mut one, mut other) = (History::default(), History::default());
        for (index, (second, number)) in values.iter().enumerate().rev() {
            let part = if index < cut { &mut one } else { &mut other };
            part.keep(at(*second), f64::from(*number));
            for (_, when) in prunes.iter().filter(|(after, _)| *after == index) {
                part.prune(at((*when).max(values.last().map_or(0, |(last, _)| *last))));
                *part = stored(part);
            }
        }
        one.merge(&other);
        one.prune(now);
        proptest::prop_assert_eq!(one, whole);
    }
}
