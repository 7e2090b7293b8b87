use jiff::{SignedDuration, Timestamp};

use crate::reading::{Reading, Reason};
use crate::runs::Runs;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_699_920_000).unwrap() + SignedDuration::from_mins(minute)
}

#[test]
fn of_too_few_nobody_can_tell() {
    let mut runs = Runs::default();
    for found in 0..5 {
        assert_eq!(runs.share(at(60)), Reading::CannotTell(Reason::FewRuns { found, least: 5 }));
        runs.count(at(found.into()), found > 0, at(60));
    }
    assert_eq!(runs.share(at(60)), Reading::Number(0.8));
    assert_eq!(
        Reason::FewRuns { found: 1, least: 5 }.to_string(),
        "only 1 of at least 5 runs finished in the last 24 h"
    );
    // A clock ahead at the source, and one that was set back here.
    runs.count(at(500), true, at(61));
    assert_eq!(runs.share(at(61)), Reading::Number(5.0 / 6.0));
    assert!(matches!(runs.share(at(-10)), Reading::CannotTell(_)), "nothing of it has happened yet");
}

/// Against a list of all that ever finished, at whole slots.
#[test]
fn it_is_what_a_slow_count_says_and_stays_small() {
    for seed in 0..50 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut runs, mut all, mut minute) = (Runs::default(), Vec::new(), 0);
        while minute < 5_000 {
            minute += random.i64(0..60);
            let succeeded = random.u8(0..10) > 2;
            runs.count(at(minute), succeeded, at(minute));
            all.push((minute, succeeded));
            let now = minute - minute.rem_euclid(10) + 10;
            let young: Vec<bool> = all
                .iter()
                .filter(|(at, _)| *at > now - 1_440 - 10 && *at >= now - 1_440)
                .map(|(_, well)| *well)
                .collect();
            let well = young.iter().filter(|well| **well).count();
            let share =
                f64::from(u32::try_from(well).unwrap()) / f64::from(u32::try_from(young.len()).unwrap());
            match runs.share(at(now)) {
                Reading::Number(found) => assert!((found - share).abs() < 1e-12, "seed {seed} at {now}"),
                _ => assert!(young.len() < 5, "seed {seed} at {now}"),
            }
        }
        assert!(serde_json::to_string(&runs).unwrap().len() < 145 * 24);
    }
}
