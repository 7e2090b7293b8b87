//! The parts of the benchmark: each starts its own howler on its own folder, and prints a table.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use config::Config;
use domain::secret::Secret;
use intake::signature::Verifier;
use jiff::Timestamp;

use crate::Result;
use crate::client::{Client, Kind};
use crate::fill;
use crate::measure::{Load, Row, Spread, disk_flush, millis, one_by_one, prepare, run};
use crate::server::Server;
use crate::sink::{Sink, Takes};

const LIST: Kind = Kind::Command("list");
const DECLARE: Kind = Kind::Command("p4 Benchmark");
const COLD_STARTS: usize = 9;

fn closed(connections: usize) -> Load {
    Load::Closed { connections }
}

/// Reads and writes, closed and open loop, and the disk beside them.
pub async fn rates(each: Duration) -> Result<()> {
    let (folder, sink) = (tempfile::tempdir()?, Sink::start(Takes::Nothing).await?);
    let mut colds = Vec::new();
    for _ in 0..COLD_STARTS {
        colds.push(Server::start(tempfile::tempdir()?.path(), &sink).await?.cold_start);
    }
    let server = Server::start(folder.path(), &sink).await?;
    let idle = server.resident_mib()?;
    prepare(&server, DECLARE, 5).await?;
    println!("{}", Row::HEAD);
    for connections in [1, 16, 64] {
        println!("{}", run(&server, "`list`, 5 open", LIST, closed(connections), each).await?);
    }
    for per_second in [200, 2_000] {
        println!("{}", run(&server, "`list`, 5 open", LIST, Load::Open { per_second }, each).await?);
    }
    for (name, kind) in [("click: set the impact", Kind::Click), ("mention: set the impact", Kind::Mention)] {
        for connections in [1, 16, 64] {
            println!("{}", run(&server, name, kind, closed(connections), each).await?);
        }
        println!("{}", run(&server, name, kind, Load::Open { per_second: 200 }, each).await?);
    }
    let (written, commits) = (server.written()?, server.metric("howler_commit_seconds_count").await?);
    println!("{}", run(&server, "declare P4", DECLARE, closed(1), each).await?);
    let commits = (server.metric("howler_commit_seconds_count").await? - commits).max(1.0);
    let bytes = (server.written()? - written) as f64 / commits;
    for connections in [16, 64] {
        println!("{}", run(&server, "declare P4", DECLARE, closed(connections), each).await?);
    }
    for per_second in [200, 500] {
        println!("{}", run(&server, "declare P4", DECLARE, Load::Open { per_second }, each).await?);
    }
    println!("{}", run(&server, "`list`, thousands open", LIST, closed(16), each).await?);
    let open = server.metric("howler_open_incidents").await?;
    let flush = disk_flush(folder.path(), bytes as usize)?;
    println!("\n| figure | value |\n|---|---|");
    println!(
        "| the disk's own flush: {bytes:.0} bytes (as a declaration's commit) and fdatasync | {flush} |"
    );
    println!("| cold start to the first 200, of {COLD_STARTS} | {} |", Spread::of(colds));
    println!("| resident when idle | {idle:.1} MiB |");
    println!("| resident after that, {open:.0} open | {:.1} MiB |\n", server.resident_mib()?);
    Ok(())
}

/// From a declaration's sending, and from its acknowledgement, until its message is posted.
pub async fn posted() -> Result<()> {
    let (folder, sink) = (tempfile::tempdir()?, Sink::start(Takes::Everything).await?);
    let server = Server::start(folder.path(), &sink).await?;
    let mut client = Client::connect(&server.address).await?;
    let mut posted = sink.posted();
    let (mut whole, mut after) = (Vec::new(), Vec::new());
    for _ in 0..200 {
        // The card of the one before.
        tokio::time::sleep(Duration::from_millis(30)).await;
        posted.mark_unchanged();
        let sent = Instant::now();
        client.deliver(DECLARE).await?;
        let answered = Instant::now();
        posted.changed().await?;
        let at = posted.borrow().1;
        whole.push(at.saturating_duration_since(sent));
        after.push(at.saturating_duration_since(answered));
    }
    println!("| figure | value |\n|---|---|");
    println!("| declaration sent to message posted, one at a time | {} |", Spread::of(whole));
    println!("| acknowledgement to message posted (0: posted before) | {} |\n", Spread::of(after));
    Ok(())
}

/// Signed traffic with and without 1,000 wrong signatures a second beside it.
pub async fn flood(each: Duration) -> Result<()> {
    let (folder, sink) = (tempfile::tempdir()?, Sink::start(Takes::Nothing).await?);
    let server = Server::start(folder.path(), &sink).await?;
    prepare(&server, DECLARE, 5).await?;
    println!("{}", Row::HEAD);
    let (signed, forged) = (Load::Open { per_second: 500 }, Load::Open { per_second: 1_000 });
    println!("{}", run(&server, "signed `list`, alone", LIST, signed, each).await?);
    let (beside, against) = tokio::join!(
        run(&server, "signed `list`, beside the flood", LIST, signed, each),
        run(&server, "(the flood itself)", Kind::Forged, forged, each)
    );
    println!("{}\n{}", beside?, against?);
    println!("{}", run(&server, "wrong signatures, alone", Kind::Forged, forged, each).await?);
    println!("\n| figure | value |\n|---|---|");
    println!("| hashing one such body | {:.1} us |\n", hashing()?.as_secs_f64() * 1_000_000.0);
    Ok(())
}

fn hashing() -> Result<Duration> {
    let verifier = Verifier::new(&Secret::new("another"));
    let (request, _) = Client::request(LIST)?;
    let body = request.windows(4).position(|four| four == b"\r\n\r\n").and_then(|end| request.get(end + 4..));
    let body = body.ok_or("a body")?;
    let now =
        Timestamp::from_second(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?)?;
    let (at, wrong) = (now.as_second().to_string(), format!("v0={}", "0".repeat(64)));
    let (started, times) = (Instant::now(), 20_000);
    for _ in 0..times {
        if verifier.verify(Some(&at), Some(&wrong), body, now).is_ok() {
            return Err("a wrong signature was believed".into());
        }
    }
    Ok(started.elapsed() / times)
}

/// 10,000 closed incidents of 100 events each.
pub async fn history() -> Result<()> {
    let (folder, sink) = (tempfile::tempdir()?, Sink::start(Takes::Nothing).await?);
    fill::closed(folder.path(), 10_000)?;
    let server = Server::start(folder.path(), &sink).await?;
    println!("| with 10,000 closed incidents of 100 events each | value |\n|---|---|");
    println!("| on the disk | {:.0} MiB |", server.metric("howler_store_bytes").await? / 1_048_576.0);
    println!("| start to the first 200 | {} |", millis(server.cold_start));
    println!("| resident after the start | {:.1} MiB |", server.resident_mib()?);
    let first = one_by_one(&server, Kind::Command("find nothing-has-this"), 1).await?;
    println!("| first `find` | {} |", millis(first.p50));
    for (what, line) in [
        ("`find` a word in none", "find nothing-has-this"),
        ("`find` words in one, the title's", "find benchmark number77"),
        ("`find` a word in a note of one", "find number77 event41"),
        ("`find` a word in all", "find broker"),
        ("`list`", "list"),
        ("`show` one", "77 show"),
        ("`timeline` of one", "77 timeline"),
    ] {
        println!("| {what} | {} |", one_by_one(&server, Kind::Command(line), 20).await?);
    }
    println!("| resident after that | {:.1} MiB |\n", server.resident_mib()?);
    Ok(())
}

/// 100,000 timers that wait, of which 50,000 come due over a minute.
pub async fn timers() -> Result<()> {
    let toml = "[severity.P3]\nupdate_every = \"2m\"\nrespond_within = \"2h\"\n";
    let (folder, sink) = (tempfile::tempdir()?, Sink::start(Takes::Nothing).await?);
    std::fs::write(folder.path().join("howler.toml"), toml)?;
    fill::open(folder.path(), 50_000, &Config::parse(toml)?)?;
    let server = Server::start(folder.path(), &sink).await?;
    println!("| with 100,000 waiting timers | value |\n|---|---|");
    println!("| waiting | {:.0} |", server.metric("howler_waiting_timers").await?);
    println!("| start to the first 200 | {} |", millis(server.cold_start));
    println!("| resident after the start | {:.1} MiB |", server.resident_mib()?);
    let cpu = server.cpu()?;
    tokio::time::sleep(Duration::from_secs(125)).await;
    for line in server.metrics("howler_timer_lateness_seconds").await? {
        println!(
            "| `{}` | {} |",
            line.rsplit_once(' ').map_or("", |(name, _)| name),
            line.rsplit(' ').next().unwrap_or("")
        );
    }
    println!("| processor time of 125 s | {:.1} s |", (server.cpu()? - cpu).as_secs_f64());
    println!("| resident after that | {:.1} MiB |\n", server.resident_mib()?);
    Ok(())
}

/// Thousands of lanes behind one channel that takes ten messages a second.
pub async fn backlog() -> Result<()> {
    let (folder, sink) =
        (tempfile::tempdir()?, Sink::start(Takes::One { every: Duration::from_millis(100) }).await?);
    let server = Server::start(folder.path(), &sink).await?;
    prepare(&server, DECLARE, 5_000).await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let commits = server.metric("howler_commit_seconds_count").await?;
    let (cpu, calls, posted) = (server.cpu()?, sink.calls(), sink.posted().borrow().0);
    tokio::time::sleep(Duration::from_secs(20)).await;
    println!(
        "| 5,000 declarations behind a channel that takes 10 messages a second, 20 s of it | value |\n|---|---|"
    );
    println!("| lanes that wait | {:.0} |", server.metric("howler_outbox_effects").await?);
    println!("| messages posted | {} |", sink.posted().borrow().0 - posted);
    println!("| calls made | {} |", sink.calls() - calls);
    println!("| commits | {:.0} |", server.metric("howler_commit_seconds_count").await? - commits);
    println!("| processor time | {:.2} s |\n", (server.cpu()? - cpu).as_secs_f64());
    Ok(())
}
