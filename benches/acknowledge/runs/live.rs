//! Twenty runs that carry something out and print all the time, behind Slack's limits.

use std::collections::BTreeMap;
use std::time::Duration;

use fake::slack::Call;

use super::names;
use super::town::{Town, between, micros, until};
use crate::Result;
use crate::client::Client;
use crate::measure::{Spread, millis};

const RUNS: usize = 20;
/// As late as people may see what changed.
const BAR: Duration = Duration::from_secs(5);
/// After it howler may edit as many cards at once as it ever does.
const RESTED: Duration = Duration::from_secs(30);

/// Prints for a minute; every other one fails.
const RESTART: &str = r#"
for i in {1..300}; do echo "line $i of $name"; sleep 0.2; done
case $name in *[02468]) code=0; touch "$name.fixed";; *) code=1;; esac
echo "$EPOCHREALTIME" >"$name.ended"
exit $code
"#;

/// What stands on a card, or is said beside it or in its thread, once the program runs, and once it has ended.
const BEGAN: [&str; 7] = [
    " begins, asked for by",
    "it ended well",
    "Being carried out",
    "being proved",
    "it ended with",
    "helped",
    "The world says",
];
const ENDED: [&str; 5] = ["it ended well", "being proved", "it ended with", "helped", "The world says"];

/// Where the runs' cards stand.
#[derive(Clone, Copy)]
pub enum In {
    OneChannel,
    ChannelsOfTheirOwn,
}

pub async fn twenty(place: In) -> Result<()> {
    let stand = match place {
        In::OneChannel => "in one channel",
        In::ChannelsOfTheirOwn => "in twenty channels",
    };
    let names = names(RUNS);
    let mut town = Town::begin(&names, RESTART).await?;
    let mut requests = Vec::new();
    for name in &names {
        requests.push(match place {
            In::OneChannel => town.ask(name).await?,
            In::ChannelsOfTheirOwn => town.ask_in_a_room(name).await?,
        });
    }
    tokio::time::sleep(RESTED).await;
    let before = town.slack.calls().len();
    town.slack.faults().real_limits(true);
    let mut client = Client::connect(&town.server.address).await?;
    for request in &requests {
        request.approve(&mut client).await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let mut changes = Vec::new();
    for name in &names {
        let (began, _) = town.first(name).await?;
        let ended = town.at(&format!("{name}.ended"));
        let ended = until("its end", || micros(std::fs::read_to_string(&ended).ok()?.trim_end())).await?;
        changes.push((name, began, ended));
    }
    // Time for what is shown late.
    tokio::time::sleep(Duration::from_secs(60)).await;
    let calls = town.slack.calls().split_off(before);
    for (method, (taken, refused)) in counted(&calls) {
        println!("| {RUNS} live runs {stand}: `{method}` taken, and refused with 429 | {taken}, {refused} |");
    }
    let run = |name: &str| names.iter().position(|known| known == name).map_or(0, |at| at + 1);
    let late = |name: &str, at: i64, words: &[&str]| shown(&calls, &format!("RUN-{}", run(name)), at, words);
    let began = changes.iter().map(|(name, began, _)| late(name, *began, &BEGAN)).collect();
    println!("| {stand}: program begun to shown | {} |", said(began));
    let ends = |fails: bool| {
        let some = changes.iter().filter(|(name, ..)| is_odd(name) == fails);
        some.map(|(name, _, ended)| late(name, *ended, &ENDED)).collect()
    };
    println!(
        "| {stand}: program ended well to shown (on the card, or in its thread) | {} |",
        said(ends(false))
    );
    println!("| {stand}: program failed to shown (said beside the card too) | {} |", said(ends(true)));
    Ok(())
}

fn is_odd(name: &str) -> bool {
    name.ends_with(['1', '3', '5', '7', '9'])
}

/// How many calls of each method were taken, and how many refused for a limit.
fn counted(calls: &[Call]) -> BTreeMap<&str, (usize, usize)> {
    calls.iter().fold(BTreeMap::new(), |mut counted, call| {
        let (taken, refused) = counted.entry(call.method.as_str()).or_default();
        if call.status == 429 {
            *refused += 1
        } else {
            *taken += 1
        }
        counted
    })
}

/// How long after `at` one of `words` was shown of `run`; none where it never was. That a program begins is said while it is being
/// started, and may stand before its first instruction.
fn shown(calls: &[Call], run: &str, at: i64, words: &[&str]) -> Option<Duration> {
    let since = at - 1_000_000;
    let after = calls.iter().filter(|call| call.status == 200 && call.at.as_microsecond() >= since);
    let about = after.filter(|call| call.method == "chat.update" || call.method == "chat.postMessage");
    let first = about
        .map(|call| (call, call.args.to_string()))
        .find(|(_, text)| names_run(text, run) && words.iter().any(|word| text.contains(word)));
    first.map(|(call, _)| between(at, call.at.as_microsecond().max(at)))
}

/// RUN-1 is not RUN-12.
fn names_run(text: &str, run: &str) -> bool {
    text.split(run).skip(1).any(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn said(times: Vec<Option<Duration>>) -> String {
    let (of, times) = (times.len(), times.into_iter().flatten().collect::<Vec<_>>());
    let (seen, in_time) = (times.len(), times.iter().filter(|time| **time <= BAR).count());
    let spread = Spread::of(times);
    let never = if seen == of { String::new() } else { format!(", {} never within a minute", of - seen) };
    format!(
        "p50 {}, longest {}; {in_time} of {of} within 5 s{never}",
        millis(spread.p50),
        millis(spread.most)
    )
}
