//! The whole of howler lives through hours of trouble in one thread, on one simulated time, from one seed. Afterwards
//! what the fake Slack received is read independently of howler.
//!
//! `SIMULATION_SEEDS` says how many seeds are lived through, `SIMULATION_FROM` the first (0 unless told),
//! `SIMULATION_SEED` replays one and tells it.

mod asks;
mod check;
mod deeds;
mod dice;
mod found;
mod lies;
mod machines;
mod nights;
mod production;
mod saving;
mod weather;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use domain::effect::{EffectState, PostKey};
use domain::incident::merge::MergeNews;
use fake::slack::Call;
use jiff::SignedDuration;

use crate::harness::EMERGENCIES;
use world::World;

/// How many seeds `cargo test` lives through.
const SEEDS: u64 = 32;

/// What happened in one life, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    deeds: usize,
    kills: u32,
    calls: usize,
    events: usize,
    reminders: usize,
    runs: usize,
    /// How often something changed production.
    changes: usize,
    /// Of them, those that took another one back.
    undos: usize,
    /// Targets that were freed by agreement.
    releases: usize,
    merges: usize,
    splits: usize,
    /// Answers of production that were wrong.
    lies: usize,
}

/// A finished life: numbers, what was wrong, and the log of calls.
struct Life {
    tally: Tally,
    wrong: Vec<String>,
    calls: Vec<Call>,
    story: Vec<String>,
}

/// One thread, and a time that passes when everybody waits.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

fn live(seed: u64) -> Life {
    runtime().block_on(async {
        let mut world = World::new(seed);
        happen(&mut world).await;
        heal(&mut world).await;
        let mut wrong = Vec::new();
        if world.speaks {
            wrong.extend(machines::settle(&mut world).await);
            heal(&mut world).await;
            wrong.extend(check::alerts::asked(&world).await);
        }
        wrong.extend(check::board(&world));
        wrong.extend(check::answers(&world).await);
        world.stop().await;
        let saved = world.saved();
        wrong.extend(check::all(&world, &saved));
        wrong.extend(check::merged::all(&saved));
        let (runs, audit) = world.saved_runs();
        wrong.extend(check::changed::all(&world, &runs, &audit));
        wrong.extend(check::grounds::all(&world, &runs));
        let alerts = world.saved_alerts();
        wrong.extend(check::alerts::all(&world, &saved, &alerts));
        let changes = world.production.acts.lock().unwrap().len();
        let (undos, releases) = check::changed::counted(&runs);
        let calls = world.slack.calls();
        let story: Vec<String> = world
            .deeds
            .lock()
            .unwrap()
            .iter()
            .map(|deed| format!("{} {} -> {:?}", deed.at, deed.line, deed.outcome))
            .collect();
        let reminders = saved.iter().flat_map(|(_, events)| events).filter(|event| check::is_reminder(event));
        let tally = Tally {
            deeds: story.len(),
            kills: world.kills.load(Ordering::Relaxed),
            calls: calls.len(),
            events: saved.iter().map(|(_, events)| events.len()).sum(),
            reminders: reminders.count(),
            runs: runs.len(),
            changes,
            undos,
            releases,
            merges: check::merges(&saved, |news| matches!(news, MergeNews::Into { .. })),
            splits: check::merges(&saved, |news| matches!(news, MergeNews::SplitOff { .. })),
            lies: check::grounds::lies(&world),
        };
        Life { tally, wrong, calls, story }
    })
}

/// People act, the weather changes, howler is killed and comes back.
async fn happen(world: &mut World) {
    let stormy = !world.dice.once_in(8);
    if world.breaks && world.dice.once_in(2) {
        let latency = world.dice.millis(1, 1_000);
        world.disk.set_latency(latency);
    }
    for _ in 0..world.dice.between(10, 70) {
        match world.dice.below(100) {
            0..=74 => {
                let many = if world.dice.once_in(3) { world.dice.between(2, 6) } else { 1 };
                (0..many).for_each(|_| deeds::anything(world));
            }
            75..=82 if stormy => weather::change(world),
            83..=87 => weather::clears(world),
            88..=95 => fall(world).await,
            96 => {
                world.stop().await;
                rise(world).await;
            }
            97 => weather::disk(world),
            _ => {
                let latency = world.dice.millis(1, 2_000);
                world.disk.set_latency(latency);
            }
        }
        let time = world.dice.millis(1, 1_000_000);
        world.wait(time).await;
    }
}

/// Killed somewhere in the middle of what was begun a moment ago.
async fn fall(world: &mut World) {
    if world.breaks && world.dice.once_in(2) {
        production::agree(world);
        production::changes(world, SignedDuration::from_secs(10)).await;
    } else if world.dice.once_in(2) {
        deeds::anything(world);
    }
    // A slow disk or Slack holds up what was begun.
    if world.dice.once_in(3) {
        let time = world.dice.millis(1, 10_000);
        world.wait(time).await;
    }
    for _ in 0..world.dice.below(200) {
        tokio::task::yield_now().await;
    }
    world.kill().await;
    rise(world).await;
}

async fn rise(world: &mut World) {
    let time = world.dice.millis(1, 1_200_000);
    world.wait(time).await;
    world.start();
}

/// The weather ends, and somebody presses *Retry now* until nothing is left.
async fn heal(world: &mut World) {
    weather::ends(world);
    world.wait(SignedDuration::from_mins(10)).await;
    for _ in 0..60 {
        let app = world.app();
        app.desk.settled().await;
        let undone = app.desk.look(|state, _| {
            let failed =
                |effect: &&domain::effect::Effect| matches!(effect.state, EffectState::Failed { .. });
            (state.outbox.iter().count(), state.outbox.iter().filter(failed).count())
        });
        match undone {
            Some((0, _)) | None => return,
            Some((_, 0)) => world.wait(SignedDuration::from_secs(20)).await,
            Some(_) => retry_all(world).await,
        }
    }
}

async fn retry_all(world: &World) {
    // Answers and clicks may find howler's own messages in any state; what is left is looked at again.
    let _ = world.slack.command("ian", EMERGENCIES, "/incident doctor").await;
    let board = world.slack.look(|slack| {
        let channel = slack.channel_called(EMERGENCIES)?;
        let board =
            channel.messages.iter().rev().find(|message| message.only_for.as_deref() == Some("U0IAN"))?;
        Some((board.ts.clone(), deeds::values(&board.blocks, "retry")))
    });
    let Some((ts, values)) = board else { return };
    // A board's buttons have one name; the value tells which effect.
    for value in values {
        let _ = world.slack.click("ian", EMERGENCIES, &ts, "retry", Some(&value)).await;
    }
    world.wait(SignedDuration::from_secs(5)).await;
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn nothing_is_lost_nothing_doubled_nothing_late_in_silence() {
    if let Some(seed) = number("SIMULATION_SEED") {
        let life = live(seed);
        println!("{}\n{:#?}", life.story.join("\n"), life.tally);
        assert!(life.wrong.is_empty(), "seed {seed}:\n{}", life.wrong.join("\n"));
        return;
    }
    let seeds = number("SIMULATION_SEEDS").unwrap_or(SEEDS);
    let from = number("SIMULATION_FROM").unwrap_or(0);
    let (next, began) = (AtomicU64::new(from), Instant::now());
    let failed = Mutex::new(BTreeMap::new());
    let sum = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from + seeds {
                        return;
                    }
                    let Life { tally, wrong, .. } = live(seed);
                    if !wrong.is_empty() {
                        failed.lock().unwrap().insert(seed, wrong);
                    }
                    let mut sum = sum.lock().unwrap();
                    sum.deeds += tally.deeds;
                    sum.kills += tally.kills;
                    sum.calls += tally.calls;
                    sum.events += tally.events;
                    sum.reminders += tally.reminders;
                    sum.runs += tally.runs;
                    sum.changes += tally.changes;
                    sum.undos += tally.undos;
                    sum.releases += tally.releases;
                    sum.merges += tally.merges;
                    sum.splits += tally.splits;
                    sum.lies += tally.lies;
                }
            });
        }
    });
    let (failed, sum) = (failed.into_inner().unwrap(), sum.into_inner().unwrap());
    println!(
        "{seeds} seeds from {from}, {} deeds, {} kills, {} events, {} reminders, {} runs, {} changes ({} undos), {} releases, {} merges, {} splits, {} wrong answers, {} calls to Slack, {} seeds failed, {:.0} s",
        sum.deeds,
        sum.kills,
        sum.events,
        sum.reminders,
        sum.runs,
        sum.changes,
        sum.undos,
        sum.releases,
        sum.merges,
        sum.splits,
        sum.lies,
        sum.calls,
        failed.len(),
        began.elapsed().as_secs_f64()
    );
    for (seed, wrong) in failed.iter().take(5) {
        println!("SIMULATION_SEED={seed}\n  {}", wrong.join("\n  "));
    }
    assert!(failed.is_empty(), "seeds that failed: {:?}", failed.keys().collect::<Vec<_>>());
}

#[test]
fn a_result_that_comes_back_to_a_full_disk_is_looked_up_later() {
    runtime().block_on(async {
        let world = World::new(0);
        world.slack.faults().hang("chat.postMessage");
        world.slack.command("ian", EMERGENCIES, "/incident p3 First").await.unwrap();
        world.disk.set_full(true);
        let refused = world.slack.command("ian", EMERGENCIES, "/incident p3 Second").await.unwrap();
        assert!(refused.body.contains("could not save"), "{}", refused.body);
        // Slack takes the declaration now; that it did cannot be saved.
        world.slack.faults().release("chat.postMessage");
        world.wait(SignedDuration::from_secs(1)).await;
        world.disk.set_full(false);
        world.wait(SignedDuration::from_mins(5)).await;
        assert_eq!(check::board(&world), Vec::<String>::new());
        let calls = world.slack.calls();
        let taken = calls.iter().filter(|call| {
            call.method == "chat.postMessage"
                && call.args["text"].to_string().contains("INCIDENT DECLARED: First")
        });
        assert_eq!(taken.count(), 1);
    });
}

#[test]
fn what_was_saved_goes_out_once_while_the_disk_is_full_and_is_saved_afterwards() {
    runtime().block_on(async {
        let mut world = World::new(0);
        world.slack.faults().hang("chat.postMessage");
        for title in ["First", "Second"] {
            world.slack.command("ian", EMERGENCIES, &format!("/incident p3 {title}")).await.unwrap();
        }
        world.disk.set_full(true);
        let refused = world.slack.command("ian", EMERGENCIES, "/incident p3 Third").await.unwrap();
        assert!(refused.body.contains("could not save"), "{}", refused.body);
        world.slack.faults().release("chat.postMessage");
        world.wait(SignedDuration::from_mins(2)).await;
        let posted = |world: &World| {
            let calls = world.slack.calls();
            calls.iter().filter(|call| call.method == "chat.postMessage").count()
        };
        // Each declaration and, in the lane behind it, what was saved with it.
        let while_full = posted(&world);
        assert!(world.app().desk.look(|state, now| !state.busy(now)).unwrap(), "all that was saved is out");
        world.wait(SignedDuration::from_mins(2)).await;
        assert_eq!(posted(&world), while_full, "nothing is sent over and over");
        world.disk.set_full(false);
        world.wait(SignedDuration::from_mins(2)).await;
        assert_eq!(check::board(&world), Vec::<String>::new());
        let calls = world.slack.calls();
        for title in ["First", "Second"] {
            let declared = format!("INCIDENT DECLARED: {title}");
            let taken = calls.iter().filter(|call| {
                call.method == "chat.postMessage" && call.args["text"].to_string().contains(&declared)
            });
            assert_eq!(taken.count(), 1, "{title}");
        }
        world.stop().await;
        for (incident, _) in world.saved() {
            assert!(
                incident.post(&PostKey::DECLARATION).is_some(),
                "{} knows where it stands",
                incident.title
            );
        }
    });
}

#[test]
fn a_seed_replays_exactly() {
    for seed in [3, 17] {
        let (first, again) = (live(seed), live(seed));
        assert_eq!(first.story, again.story, "seed {seed}");
        assert_eq!(first.calls, again.calls, "seed {seed}");
        assert!(first.tally.calls > 20, "seed {seed} was a life: {:?}", first.tally);
    }
}
