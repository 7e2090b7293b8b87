use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Base, Clock, Jump, NAP};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn start() -> Timestamp {
    "2026-11-29T02:00:00Z".parse().expect("a time")
}

fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

/// A clock that somebody sets.
fn set() -> (watch::Sender<Timestamp>, Clock) {
    let (set, shown) = watch::channel(start());
    (set, Clock::new(Base::Set(shown)))
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_wrong_for_a_moment_delays_nobody() {
    let (set, clock) = set();
    let waits = tokio::spawn(async move {
        while clock.now() < at(60) {
            clock.sleep_until(at(60)).await;
        }
        Instant::now()
    });
    tokio::task::yield_now().await;
    tokio::time::advance(Duration::from_secs(10)).await;
    set.send_replace(at(10) - DAY);
    tokio::time::advance(Duration::from_secs(20)).await;
    set.send_replace(at(61));
    let right = Instant::now();
    let woke = waits.await.expect("it ends");
    assert!(woke.duration_since(right) <= NAP, "{:?}", woke.duration_since(right));
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_is_noticed_and_a_clock_set_back_too() {
    let begin = Instant::now();
    for to in [at(3_600), at(0) - DAY] {
        let (set, clock) = set();
        let waits = tokio::spawn(async move { clock.sleep_until(at(1_800)).await });
        tokio::task::yield_now().await;
        set.send_replace(to);
        waits.await.expect("it ends");
    }
    assert!(begin.elapsed() <= 2 * NAP + Duration::from_secs(1), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_passes_and_what_jumps() {
    let (set, clock) = set();
    let mut before = clock.seen().expect("it follows a machine");
    let mut after = async |runs: u64, shows: Timestamp| {
        tokio::time::advance(Duration::from_secs(runs)).await;
        set.send_replace(shows);
        let now = clock.seen().expect("it follows a machine");
        Jump::between(std::mem::replace(&mut before, now), now)
    };
    assert_eq!(after(5, at(5)).await, None);
    assert_eq!(after(5, at(9)).await, None, "a leap second");
    assert_eq!(after(5, at(3_609)).await, Some(Jump::Ahead { from: at(9), until: at(3_609) }), "asleep");
    assert_eq!(
        after(90, at(3_699)).await,
        Some(Jump::Ahead { from: at(3_609), until: at(3_699) }),
        "stopped"
    );
    let back = Jump::Back { by: DAY + SignedDuration::from_secs(5) };
    assert_eq!(after(5, at(3_699) - DAY).await, Some(back));
    assert!(Clock::standing_at(start()).seen().is_none());
}
