//! Rounds of `kill -9` under load, on one folder: 12 in `cargo test`, as many as `HOWLER_KILL_ROUNDS` says else.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fake::slack::Slack;
use ground::clock::Clock;

use super::ledger::{Dice, Entries, Ledger};
use super::load::Crowd;
use super::reading::{Reading, timeline};
use crate::harness::process::{free_port, serve};
use crate::harness::{EMERGENCIES, workspace};

/// After so many rounds everything acknowledged must be there before the next one.
const LOOK_EVERY: u64 = 25;
/// How long that may take once nothing is in the way: an effect that failed often waits longer between tries.
const PATIENCE: Duration = Duration::from_secs(180);
const CONFIG: &str =
    "[mentions]\noncall = \"S0ONCALL\"\nengineering = \"S0ENG\"\n[severity.P1]\nupdate_every = \"1m\"\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_every_kill_once() {
    let setting = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (rounds, seed) = (setting("HOWLER_KILL_ROUNDS", 12), setting("HOWLER_KILL_SEED", 1));
    println!("seed {seed}; another one with HOWLER_KILL_SEED");
    let (slack, api_url) = workspace(&Clock::system()).await;
    slack.faults().retry_events(true);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("howler.toml"), CONFIG).unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    let ledger = Arc::new(Ledger::default());
    let mut dice = Dice::new(seed);
    let mut reopened = Vec::new();
    for round in 1..=rounds {
        trouble(&slack, &mut dice);
        reopened.push(one_round(&slack, &data, (&api_url, port), &ledger, &mut dice).await);
        forget_what_was_read(&slack);
        assert_eq!(Reading::of(&slack).doubled(), Vec::<String>::new(), "round {round}, seed {seed}");
        if round % LOOK_EVERY == 0 || round == rounds {
            slack.faults().clear();
            slack.faults().retry_events(true);
            let howler = serve(&data, &api_url, port, "").await;
            let entries = ledger.look(|entries| entries.clone());
            everything_is_there(&slack, &entries, round).await;
            println!(
                "{round} rounds: {} declarations, {} updates are there",
                entries.declared.len(),
                entries.updates.len()
            );
            if round == rounds {
                let lost = lost_on_the_timelines(&slack, &entries).await;
                assert_eq!(lost, Vec::<String>::new(), "seed {seed}");
                println!("{}", summary(round, &entries, &mut reopened));
            }
            drop(howler);
        }
    }
}

/// Starts howler, lets people at it, and kills it. Gives how long it took to open again.
async fn one_round(
    slack: &Slack,
    data: &Path,
    (api_url, port): (&str, u16),
    ledger: &Arc<Ledger>,
    dice: &mut Dice,
) -> Duration {
    let started = Instant::now();
    let howler = serve(data, api_url, port, "").await;
    let reopened = started.elapsed();
    // What nobody had answered when the last one was killed.
    for reply in slack.deliver_again(1).await.unwrap_or_default() {
        ledger.declared(&reply);
    }
    let crowd = Crowd::start(slack, ledger, dice);
    tokio::time::sleep(Duration::from_micros(20_000 + dice.below(600_000))).await;
    drop(howler);
    crowd.go_home().await;
    reopened
}

/// Slack has its own troubles.
pub fn trouble(slack: &Slack, dice: &mut Dice) {
    let faults = slack.faults();
    faults.clear();
    faults.retry_events(true);
    for _ in 0..dice.below(4) {
        let times = u32::try_from(1 + dice.below(2)).unwrap();
        match dice.below(9) {
            0 => faults.http("chat.postMessage", 503, times),
            1 => faults.lose_answer("chat.postMessage", times),
            2 => faults.lose_answer("conversations.create", 1),
            3 => faults.rate_limit("chat.postMessage", Some(EMERGENCIES), 1, 1),
            4 => faults.rate_limit("chat.update", None, times, 1),
            5 => faults.fail("chat.postMessage", "internal_error", times),
            6 => faults.http("conversations.create", 500, 1),
            7 => faults.lose_answer("chat.update", times),
            _ => faults.rate_limit("conversations.invite", None, 1, 1),
        }
    }
}

/// Old messages lose their blocks, private answers that said yes go: the fake copies a channel at every call, and this
/// is about howler's speed.
pub fn forget_what_was_read(slack: &Slack) {
    const KEPT: usize = 400;
    slack.arrange(|world| {
        let Some(channel) = world.channels.iter_mut().find(|one| EMERGENCIES.ends_with(one.name.as_str()))
        else {
            return;
        };
        let old = channel.messages.len().saturating_sub(KEPT);
        let public = channel.messages.iter_mut().take(old).filter(|message| message.only_for.is_none());
        public.for_each(|message| message.blocks = std::sync::Arc::default());
        channel.messages.retain(|message| message.only_for.is_none() || !message.text.contains('✅'));
    });
}

pub async fn everything_is_there(slack: &Slack, entries: &Entries, round: u64) {
    let started = Instant::now();
    loop {
        let reading = Reading::of(slack);
        let missing = reading.missing(entries);
        let board = slack.command("ian", EMERGENCIES, "/incident doctor").await.unwrap();
        if missing.is_empty() && board.body.contains("Everything is delivered") {
            break;
        }
        let late = started.elapsed() > PATIENCE;
        assert!(!late, "after round {round} there is no {missing:#?}; the board says {}", board.body);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let reading = Reading::of(slack);
    assert_eq!(reading.doubled(), Vec::<String>::new(), "after round {round}");
    assert_eq!(reading.disordered(entries), Vec::<String>::new(), "after round {round}");
}

/// What was acknowledged by a click, a note or a reaction and is not on the timeline; a click that came too late may
/// have been answered by a private line instead.
pub async fn lost_on_the_timelines(slack: &Slack, entries: &Entries) -> Vec<String> {
    let reading = Reading::of(slack);
    let mut lost = Vec::new();
    for (token, incident) in &entries.declared {
        let timeline = timeline(slack, *incident).await;
        let mut once = |what: String, held: usize| {
            if held != 1 {
                lost.push(format!("INC-{incident} ({token}): {what} {held} times"));
            }
        };
        for (note, _) in entries.notes.iter().filter(|(_, of)| *of == incident) {
            once(format!("note {note}"), timeline.matches(&format!("{note} was seen")).count());
        }
        for (update, _) in entries.updates.iter().filter(|(_, of)| *of == incident) {
            once(format!("update {update}"), timeline.matches(&format!("{update} is what")).count());
        }
        if entries.resolved.contains(incident) {
            once("its resolution".into(), timeline.matches(" resolved it.").count());
        }
        if let Some((ts, _)) = entries.pinned.get(incident) {
            let held = timeline.matches("📌").count();
            if held != 0 || !reading.asked_about(ts) {
                once("its pushpin".into(), held);
            }
        }
        for (_, shows) in entries.clicks.iter().filter(|(of, _)| of == incident) {
            if !timeline.contains(shows) && !reading.told_of(*incident) {
                lost.push(format!("INC-{incident} ({token}): a click for `{shows}`"));
            }
        }
    }
    lost
}

fn summary(rounds: u64, entries: &Entries, reopened: &mut [Duration]) -> String {
    reopened.sort();
    let median = reopened.get(reopened.len() / 2).map_or(0, Duration::as_millis);
    format!(
        "{rounds} rounds, {} acknowledged declarations, {} updates, {} notes, {} clicks, {} reactions, {} deliveries \
         sent again, 0 lost, 0 doubled, reopen median {median} ms",
        entries.declared.len(),
        entries.updates.len(),
        entries.notes.len(),
        entries.clicked,
        entries.pinned.values().map(|(_, count)| count).sum::<usize>(),
        entries.repeated,
    )
}
