//! Nights of nothing but trouble and wrong facts: far more runs than a life has, each read against what the world wrote down.

use jiff::SignedDuration;

use super::production::{self, TROUBLE};
use super::world::World;
use super::{check, lies, number, runtime, weather};
use crate::harness::EMERGENCIES;

/// How many nights `cargo test` lives through; `SIMULATION_NIGHTS` says another number, `SIMULATION_FROM` the first.
const NIGHTS: u64 = 8;
/// Troubles of one night.
const TROUBLES: usize = 8;

#[derive(Default, Debug)]
struct Night {
    wrong: Vec<String>,
    runs: usize,
    changes: usize,
    lies: usize,
}

async fn says(world: &World, person: &str, text: &str) {
    let _ = world.slack.command(person, EMERGENCIES, &format!("/runbook {text}")).await;
}

/// Something breaks, a run begins, people agree; facts are wrong before it, in its middle, or not at all.
async fn trouble(world: &mut World) {
    let (what, text) = world.dice.one(&TROUBLE);
    world.production.production.breaks("mend").unwrap();
    world.production.production.breaks(what).unwrap();
    if world.dice.once_in(2) {
        lies::turn(world, 40_000);
    }
    says(world, "kofi", text).await;
    for _ in 0..3 {
        let time = world.dice.millis(1, 15_000);
        world.wait(time).await;
        if world.dice.once_in(3) {
            lies::turn(world, 20_000);
        }
        production::agree(world);
    }
    let time = world.dice.millis(1_000, 240_000);
    world.wait(time).await;
    if what == "release" {
        steps_back(world).await;
    }
    // Whatever is left is closed, so that the next run may change the same.
    for person in ["kofi", "maya"] {
        says(world, person, "abort").await;
    }
    world.wait(SignedDuration::from_mins(20)).await;
}

/// A restart does not help against a bad release; the step back is asked for, once more on facts that may be wrong.
async fn steps_back(world: &mut World) {
    world.wait(SignedDuration::from_secs(200)).await;
    for _ in 0..3 {
        says(world, "kofi", "propose").await;
        let time = world.dice.millis(1, 10_000);
        world.wait(time).await;
        if world.dice.once_in(3) {
            lies::turn(world, 20_000);
        }
        production::agree(world);
        world.wait(SignedDuration::from_secs(30)).await;
    }
}

fn night(seed: u64) -> Night {
    runtime().block_on(async {
        // Lives of which the number is a multiple of four have a production, and no machines.
        let mut world = World::new(4 * seed);
        for _ in 0..TROUBLES {
            trouble(&mut world).await;
        }
        weather::ends(&mut world);
        world.wait(SignedDuration::from_mins(15)).await;
        world.stop().await;
        let (runs, audit) = world.saved_runs();
        let mut wrong = check::grounds::all(&world, &runs);
        wrong.extend(check::changed::all(&world, &runs, &audit));
        let changes = world.production.acts.lock().unwrap().len();
        Night { wrong, runs: runs.len(), changes, lies: check::grounds::lies(&world) }
    })
}

#[test]
fn no_change_stands_on_a_wrong_fact() {
    let from = number("SIMULATION_FROM").unwrap_or(0);
    let mut sum = Night::default();
    for seed in from..from + number("SIMULATION_NIGHTS").unwrap_or(NIGHTS) {
        let Night { wrong, runs, changes, lies } = night(seed);
        sum.wrong.extend(wrong.into_iter().map(|wrong| format!("night {seed}: {wrong}")));
        (sum.runs, sum.changes, sum.lies) = (sum.runs + runs, sum.changes + changes, sum.lies + lies);
    }
    println!("{} runs, {} changes, {} wrong answers", sum.runs, sum.changes, sum.lies);
    assert!(sum.wrong.is_empty(), "{}", sum.wrong.join("\n"));
    assert!(sum.changes > 0 && sum.lies > 0, "nothing could have gone wrong: {sum:?}");
}
