//! Runs: from the click that approves to the program, from the abort to an empty process group, and what programs print.

mod live;
mod town;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Pid, test_kill_process_group};

use crate::Result;
use crate::client::{Client, Kind};
use crate::measure::{Load, Spread, millis, run};
use town::{Town, between, micros, now, until};

const REQUESTS: usize = 200;
const CLICKS: usize = 10_000;
const CONNECTIONS: usize = 64;
const LOOKS: usize = 10;
/// Edits of cards have come up with the runs before, so that none waits for another.
const CALM: Duration = Duration::from_secs(5);

/// Five checks that take 100 ms each.
const FIVE: &str = r#"
schema = 1
title = "Five checks"
section = "2.1"
target = { cluster = "prod", object = "job/all" }
[check.one]
title = "One"
run = ["kubectl", "logs", "job/one"]
expect = { "count:ERROR" = { max = 0 } }
[check.two]
title = "Two"
run = ["kubectl", "logs", "job/two"]
expect = { "count:ERROR" = { max = 0 } }
[check.three]
title = "Three"
run = ["kubectl", "logs", "job/three"]
expect = { "count:ERROR" = { max = 0 } }
[check.four]
title = "Four"
run = ["kubectl", "logs", "job/four"]
expect = { "count:ERROR" = { max = 0 } }
[check.five]
title = "Five"
run = ["kubectl", "logs", "job/five"]
expect = { "count:ERROR" = { max = 0 } }
"#;
const CHECK: &str = "sleep 0.1; echo fine; echo \"$now $EPOCHREALTIME\" >>checked";

/// Ends when it is told to.
const OBEYS: &str = "exec sleep 600";
/// So does what it began.
const BOTH_OBEY: &str = "sleep 600 & sleep 600";
const IGNORES: &str = "trap '' TERM; sleep 600 & while :; do sleep 1; done";

/// Ten megabytes each tenth of a second, a hundred times.
const PACED: &str = r#"
from=${EPOCHREALTIME/./}
for i in {1..100}; do
  cat block
  while (( ${EPOCHREALTIME/./} < from + i * 100000 )); do sleep 0.01; done
done
echo "$now $EPOCHREALTIME" >"$name.ended"
"#;
/// As fast as it is read.
const UNPACED: &str = r#"
for i in {1..600}; do cat block; done
echo "$now $EPOCHREALTIME" >"$name.ended"
"#;

pub async fn all() -> Result<()> {
    println!("| runs | value |\n|---|---|");
    approvals().await?;
    aborts("obeys TERM", OBEYS, 20).await?;
    aborts("and its child obey TERM", BOTH_OBEY, 10).await?;
    aborts("and its child ignore TERM, 3 s of grace included", IGNORES, 5).await?;
    checks().await?;
    clicks().await?;
    output("100 MB/s", PACED).await?;
    output("as fast as it is read", UNPACED).await?;
    println!();
    live().await
}

/// Twenty runs that print all the time, behind Slack's limits.
pub async fn live() -> Result<()> {
    println!("| live runs | value |\n|---|---|");
    live::twenty(live::In::ChannelsOfTheirOwn).await?;
    live::twenty(live::In::OneChannel).await?;
    println!();
    Ok(())
}

fn names(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("queue-{number:03}")).collect()
}

/// Requests one after the other, each on a target of its own.
async fn approvals() -> Result<()> {
    let names = names(REQUESTS);
    let mut town = Town::begin(&names, "exit 0").await?;
    let mut client = Client::connect(&town.server.address).await?;
    let (mut acknowledged, mut begun) = (Vec::new(), Vec::new());
    for name in &names {
        let request = town.ask(name).await?;
        let approved = request.approve(&mut client).await?;
        acknowledged.push(approved.took);
        begun.push(between(approved.sent, town.first(name).await?.0));
        town.types("ian", &format!("/runbook abort {}", request.run)).await?;
    }
    let (acknowledged, begun) = (Spread::of(acknowledged), Spread::of(begun));
    println!("| click on Approve to its 200, {REQUESTS} requests in turn | {} |", whole(&acknowledged));
    println!("| the same click sent to the program's first instruction | {} |", whole(&begun));
    Ok(())
}

fn whole(spread: &Spread) -> String {
    format!("{spread}, longest {}", millis(spread.most))
}

/// From the command that aborts until nothing that the program began lives; and until the kernel has forgotten the group,
/// which is when whoever adopts orphans, process 1, has taken note of the last of them.
async fn aborts(how: &str, restart: &str, times: usize) -> Result<()> {
    let names = names(times);
    let mut town = Town::begin(&names, restart).await?;
    let mut client = Client::connect(&town.server.address).await?;
    let (mut dead, mut forgotten) = (Vec::new(), Vec::new());
    for name in &names {
        let request = town.ask(name).await?;
        request.approve(&mut client).await?;
        let group = town.first(name).await?.1;
        // It has begun what it begins, and howler has saved which group it is.
        tokio::time::sleep(Duration::from_millis(200)).await;
        if !lives(group) {
            return Err("the program ended by itself".into());
        }
        let sent = Instant::now();
        town.types("zoe", &format!("/runbook abort {}", request.run)).await?;
        until("the program's end", || (!lives(group)).then_some(())).await?;
        dead.push(sent.elapsed());
        let known = Pid::from_raw(group).ok_or("a process group")?;
        until("an empty group", || test_kill_process_group(known).is_err().then_some(())).await?;
        forgotten.push(sent.elapsed());
    }
    println!("| abort to nothing alive: a program {how}, {times} times | {} |", whole(&Spread::of(dead)));
    println!("| abort until the kernel knows no such group | {} |", whole(&Spread::of(forgotten)));
    Ok(())
}

/// Whether a process of the group runs; one that is dead and not taken note of yet does not.
fn lives(group: i32) -> bool {
    let Ok(processes) = std::fs::read_dir("/proc") else { return false };
    let mut stats =
        processes.filter_map(|process| std::fs::read_to_string(process.ok()?.path().join("stat")).ok());
    stats.any(|stat| {
        // The name, which may hold anything, ends with the last bracket; then state, parent and group.
        let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let fields: Vec<&str> = rest.split_whitespace().take(3).collect();
        matches!(fields[..], [state, _, of] if of.parse() == Ok(group) && state != "Z" && state != "X")
    })
}

/// Checks that are asked side by side.
async fn checks() -> Result<()> {
    let town = Town::with([("five", FIVE.to_owned())], ("check", CHECK)).await?;
    let (mut answered, mut longest, mut sums, mut shown) = (vec![], vec![], vec![], vec![]);
    for look in 1..=LOOKS {
        tokio::time::sleep(CALM).await;
        let sent = now()?;
        town.types("ian", "/runbook diagnose five").await?;
        let card = format!("RUN-{look} ");
        until("five answers on the card", || {
            town.message(|text| (text.contains(&card) && text.contains("5 pass")).then_some(()))
        })
        .await?;
        shown.push(between(sent, now()?));
        let text = std::fs::read_to_string(town.at("checked"))?;
        let times: Vec<(i64, i64)> = text.lines().rev().take(5).filter_map(pair).collect();
        answered.push(between(sent, times.iter().map(|(_, end)| *end).max().ok_or("five checks")?));
        let each = times.iter().map(|(begin, end)| between(*begin, *end));
        longest.push(each.clone().max().unwrap_or_default());
        sums.push(each.sum());
    }
    println!("| five checks of 100 ms: command to the end of the last | {} |", whole(&Spread::of(answered)));
    println!("| the longest of the five by itself | {} |", whole(&Spread::of(longest)));
    println!("| their sum | {} |", whole(&Spread::of(sums)));
    println!("| command to all five on the card | {} |", whole(&Spread::of(shown)));
    Ok(())
}

/// Two times on a line.
fn pair(line: &str) -> Option<(i64, i64)> {
    let (begin, end) = line.split_once(' ')?;
    Some((micros(begin)?, micros(end)?))
}

/// Two people press the same Approve, over many connections.
async fn clicks() -> Result<()> {
    let name = names(1).remove(0);
    let mut town = Town::begin(std::slice::from_ref(&name), "sleep 5").await?;
    let line = town.ask(&name).await?.line();
    let (address, line): (Arc<str>, _) = (town.server.address.as_str().into(), Arc::new(line));
    let started = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|first| {
            let (address, line) = (Arc::clone(&address), Arc::clone(&line));
            tokio::spawn(async move {
                let (mut client, mut times) = (Client::connect(&address).await?, Vec::new());
                for number in (first..CLICKS).step_by(CONNECTIONS) {
                    let person = if number % 2 == 0 { "U0MAYA" } else { "U0KOFI" };
                    let request = Client::pressing(person, &line)?;
                    let sent = Instant::now();
                    client.send(request).await?;
                    times.push(sent.elapsed());
                }
                Result::Ok(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let took = started.elapsed();
    // Long enough for another start, were there one.
    tokio::time::sleep(Duration::from_secs(10)).await;
    println!("| {CLICKS} clicks on one Approve: programs begun | {} |", town.began(&name).len());
    println!("| click to its 200, {CONNECTIONS} at a time | {} |", whole(&Spread::of(times)));
    println!("| all of them | {:.1} s |", took.as_secs_f64());
    Ok(())
}

/// A program that prints a lot.
async fn output(how: &str, restart: &str) -> Result<()> {
    let name = names(1).remove(0);
    let mut town = Town::begin(std::slice::from_ref(&name), restart).await?;
    let line = "2026-11-27T02:00:00Z INFO queue worker=17 job=8812 state=running wait_ms=42 token=none\n";
    let block = line.repeat(10_000_000 / line.len());
    std::fs::write(town.at("block"), &block)?;
    let mut client = Client::connect(&town.server.address).await?;
    let request = town.ask(&name).await?;
    let before = town.server.peak_mib()?;
    request.approve(&mut client).await?;
    town.first(&name).await?;
    let cpu = town.server.cpu()?;
    let load = Load::Open { per_second: 200 };
    let list = Kind::Command("list");
    let meanwhile = run(&town.server, "`list`", list, load, Duration::from_secs(6)).await?.spread;
    let ended = town.at(&format!("{name}.ended"));
    let (begin, end) =
        until("the program's end", || pair(std::fs::read_to_string(&ended).ok()?.lines().next()?)).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let blocks = if restart == PACED { 100 } else { 600 };
    let (bytes, time) = ((block.len() * blocks) as f64, between(begin, end).as_secs_f64());
    println!("| a program prints {how}: howler reads | {:.0} MB/s for {time:.1} s |", bytes / time / 1e6);
    println!(
        "| howler's peak memory before and after | {before:.1} MiB, {:.1} MiB |",
        town.server.peak_mib()?
    );
    println!("| its processor time | {:.1} s |", (town.server.cpu()? - cpu).as_secs_f64());
    println!("| `list` meanwhile, 200 a second | {} |", whole(&meanwhile));
    Ok(())
}
