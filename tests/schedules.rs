//! A workflow that runs by a schedule and did not start.

use fake::alerts::Run as Ended;
use fake::github::Run;
use jiff::{SignedDuration, Timestamp};

use crate::asked::{ACTIONS, asked, listed, sources, world};
use crate::harness::World;

const ON: &str = "[sources]\ngithub_schedules = \"10m\"\n";
const NIGHTLY: &str = "on:\n  schedule:\n    - cron: '30 2 * * *'\njobs: {}\n";

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// A run of the workflow that began at `at`.
fn began(number: u64, event: &str, at: Timestamp) -> Run {
    let ended =
        Ended { workflow: "nightly.yml".into(), event: event.into(), ..Ended::new(number, "success", at) };
    Run { started: at, ..listed(&ended) }
}

/// At 02:00, with a workflow of 02:30 that ran the day before.
async fn nightly() -> World {
    let world = world(ON).await;
    {
        let mut repository = world.github().repository();
        repository.files.insert(".github/workflows/nightly.yml".into(), NIGHTLY.into());
        repository.files.insert(".github/workflows/ci.yml".into(), "on: push\n".into());
        repository.runs = vec![began(1, "schedule", world.clock.now() - minutes(24 * 60 - 35))];
    }
    world
}

async fn goes_on(world: &World, minutes: i64) {
    for _ in 0..minutes {
        world.forward(1).await;
        world.asked().await;
    }
}

fn keys(world: &World) -> Vec<String> {
    world.alerts().iter().map(|alert| alert.key.clone()).collect()
}

#[tokio::test]
async fn one_that_does_not_start_is_an_alert_until_the_next_run_starts() {
    let world = nightly().await;
    goes_on(&world, 39).await;
    assert!(keys(&world).is_empty(), "it has ten minutes of grace");
    goes_on(&world, 2).await;
    assert_eq!(keys(&world), ["schedule/nightly.yml"]);
    let said = world.channel(ACTIONS).last("A-1").text.replace('*', "");
    for part in ["P3", "did not start at 2026-11-24 02:30 UTC (anomalyco/monkeytown)"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let calls = asked(&world).len();
    goes_on(&world, 110).await;
    assert_eq!(world.alerts()[0].count, 1, "it is told once");
    assert!(asked(&world).len() - calls < 25, "{:#?}", &asked(&world)[calls..]);
    // GitHub starts it after all, late.
    let late = began(2, "schedule", world.clock.now());
    world.github().repository().runs.insert(0, late);
    goes_on(&world, 61).await;
    assert!(keys(&world).is_empty());
    let said = world.channel(ACTIONS).last("A-1").text.replace('*', "");
    assert!(said.contains("✅ Resolved"), "{said}");
}

#[tokio::test]
async fn one_that_starts_late_within_its_grace_is_none() {
    let world = nightly().await;
    goes_on(&world, 36).await;
    let late = began(2, "schedule", world.clock.now());
    world.github().repository().runs.insert(0, late);
    goes_on(&world, 60).await;
    assert!(keys(&world).is_empty());
}

/// Somebody who begins it by hand ends the alert, and it is not told again for the same night.
#[tokio::test]
async fn whoever_begins_it_by_hand_ends_it() {
    let world = nightly().await;
    goes_on(&world, 42).await;
    let by_hand = began(2, "workflow_dispatch", world.clock.now());
    world.github().repository().runs.insert(0, by_hand);
    goes_on(&world, 180).await;
    assert!(keys(&world).is_empty());
    assert_eq!(world.count(ACTIONS, "did not start"), 1);
}

#[tokio::test]
async fn what_cannot_be_told_is_no_alert() {
    // It never ran by its schedule, as far as GitHub tells.
    let world = nightly().await;
    world.github().repository().runs.clear();
    goes_on(&world, 60).await;
    assert!(keys(&world).is_empty());
    let told = sources(&world).await;
    assert!(told.contains("GitHub lists no run of nightly"), "{told}");
    // It was changed shortly before its time.
    let world = nightly().await;
    let now = world.clock.now();
    world.github().repository().changed.insert(".github/workflows/nightly.yml".into(), now + minutes(5));
    goes_on(&world, 120).await;
    assert!(keys(&world).is_empty());
    // GitHub is down, or the token may not.
    for lacks in ["actions", "contents"] {
        let world = nightly().await;
        world.github().faults().without(lacks);
        goes_on(&world, 120).await;
        assert!(keys(&world).is_empty());
        let told = sources(&world).await;
        assert!(told.to_lowercase().contains(&format!("give it the permission {lacks}, read")), "{told}");
    }
    let world = nightly().await;
    world.github().faults().down(true);
    goes_on(&world, 120).await;
    assert!(keys(&world).is_empty());
    world.github().faults().down(false);
    goes_on(&world, 61).await;
    assert_eq!(keys(&world), ["schedule/nightly.yml"], "once it tells, it is known");
}

/// Whoever mends the file after its time does not hide that it did not start.
#[tokio::test]
async fn a_later_change_of_its_file_hides_nothing() {
    let world = nightly().await;
    let now = world.clock.now();
    world.github().repository().changed.insert(".github/workflows/nightly.yml".into(), now + minutes(35));
    goes_on(&world, 42).await;
    assert_eq!(keys(&world), ["schedule/nightly.yml"]);
}

/// Of a file beyond a megabyte GitHub gives no text.
#[tokio::test]
async fn one_file_without_a_text_stops_no_other() {
    let world = nightly().await;
    world.github().repository().files.insert(".github/workflows/big.yml".into(), String::new());
    goes_on(&world, 42).await;
    assert_eq!(keys(&world), ["schedule/nightly.yml"]);
    let told = sources(&world).await;
    assert!(told.contains("the schedule of big.yml cannot be read: GitHub gives no text of it"), "{told}");
}

#[tokio::test]
async fn one_that_is_switched_off_or_cannot_be_read_is_said_and_is_no_alert() {
    let world = nightly().await;
    {
        let mut repository = world.github().repository();
        repository.states.insert("nightly.yml".into(), "disabled_inactivity".into());
        repository
            .files
            .insert(".github/workflows/odd.yml".into(), "on:\n  schedule:\n    - cron: '@daily'\n".into());
    }
    goes_on(&world, 120).await;
    assert!(keys(&world).is_empty());
    let told = sources(&world).await;
    for part in [
        "nightly.yml is switched off (disabled_inactivity): nothing happened in the repository for 60 days",
        "the schedule of odd.yml cannot be read",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

/// What was due while howler was away is looked at after the start.
#[tokio::test]
async fn what_was_due_while_howler_was_away_is_found() {
    let mut world = nightly().await;
    goes_on(&world, 20).await;
    world.crash().await;
    world.clock.advance(minutes(120));
    world.start_howler().await;
    goes_on(&world, 2).await;
    assert_eq!(keys(&world), ["schedule/nightly.yml"]);
    world.crash().await;
    world.start_howler().await;
    goes_on(&world, 65).await;
    assert_eq!(world.alerts()[0].count, 1);
}

#[tokio::test]
async fn without_the_setting_nobody_asks() {
    let world = world("").await;
    world.github().repository().files.insert(".github/workflows/nightly.yml".into(), NIGHTLY.into());
    goes_on(&world, 60).await;
    assert!(asked(&world).iter().all(|target| target.contains("/hooks")), "{:?}", asked(&world));
}

/// What was found out and could not be saved is told again.
#[tokio::test]
async fn what_could_not_be_saved_is_told_once_it_can_be() {
    let world = nightly().await;
    goes_on(&world, 38).await;
    let (here, aside) = (world.data(), world.data().with_extension("aside"));
    std::fs::rename(&here, &aside).unwrap();
    goes_on(&world, 5).await;
    assert!(
        asked(&world).iter().any(|target| target.contains("/workflows/nightly.yml/runs")),
        "it was asked"
    );
    assert!(keys(&world).is_empty(), "nothing can be saved");
    std::fs::rename(&aside, &here).unwrap();
    goes_on(&world, 65).await;
    assert_eq!(keys(&world), ["schedule/nightly.yml"]);
    assert_eq!(world.alerts()[0].count, 1);
    assert_eq!(world.count(ACTIONS, "did not start"), 1);
}
