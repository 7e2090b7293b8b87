//! How fast a signed delivery is acknowledged, commit included, on the real binary and a real disk.
//!
//! `cargo bench` runs it all; `cargo bench -- 5` spends five seconds on each row (default 3). It starts
//! `howler serve` with a Slack of its own on loopback, which holds all messages back (429) in the rows that measure
//! acknowledgements, so that the sender's work is not counted with them, and takes them in the row that measures
//! acknowledgement to posted message. `cargo bench --bench acknowledge -- timers` waits for 100,000 timers and more.

mod measure;
mod server;
mod sink;

use std::error::Error;
use std::time::Duration;

use measure::{Row, closed_loop, disk_flush};
use server::Server;
use sink::Sink;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    if std::env::args().any(|argument| argument == "timers") {
        return timers().await;
    }
    let seconds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(3);
    let each = Duration::from_secs(seconds);
    let folder = tempfile::tempdir()?;
    let flush = disk_flush(folder.path())?;
    println!("cores: {}", std::thread::available_parallelism()?);
    println!(
        "the disk's own flush (4 KiB append + fdatasync): p50 {:.2?}, p99 {:.2?}\n",
        flush.p50, flush.p99
    );

    let sink = Sink::start().await?;
    sink.hold_back(true);
    let server = Server::start(folder.path(), &sink).await?;
    println!("cold start to the first 200: {:.1?}", server.cold_start);
    println!("resident when idle: {:.1} MiB\n", server.resident_mib()?);

    println!("{}", Row::HEAD);
    let rows = [
        ("list, 5 open", "list", 1),
        ("list, 5 open", "list", 16),
        ("help", "help", 16),
        ("declare P4, committed", "p4 Benchmark", 1),
        ("declare P4, committed", "p4 Benchmark", 16),
        ("list, thousands open", "list", 16),
    ];
    measure::declare(&server, 5).await?;
    for (name, line, connections) in rows {
        println!("{}", closed_loop(&server, name, line, connections, each).await?);
    }
    println!("\nresident after that: {:.1} MiB", server.resident_mib()?);

    let (fresh, taking) = (tempfile::tempdir()?, Sink::start().await?);
    let answering = Server::start(fresh.path(), &taking).await?;
    let posted = measure::to_posted(&answering, &taking, 100).await?;
    println!(
        "acknowledgement to posted message, one at a time: p50 {:.2?}, p99 {:.2?}",
        posted.p50, posted.p99
    );

    drop(server);
    let again = Server::start(folder.path(), &sink).await?;
    println!("start with what the rows above left behind: {:.1?}", again.cold_start);
    Ok(())
}

/// Declares incidents until 100,000 timers wait (an update's and a response's each), with a minute's interval, and tells
/// how late the updates' timers fire.
async fn timers() -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("howler.toml"), "[severity.P3]\nupdate_every = \"1m\"\n")?;
    let sink = Sink::start().await?;
    sink.hold_back(true);
    let server = Server::start(folder.path(), &sink).await?;
    let mut waiting = 0;
    let started = std::time::Instant::now();
    while waiting < 100_000 && started.elapsed() < Duration::from_secs(50) {
        let row = closed_loop(&server, "", "p3 Benchmark", 16, Duration::from_secs(5)).await?;
        waiting += 2 * row.count;
    }
    println!(
        "{waiting} timers wait after {:.0?}; resident {:.0} MiB",
        started.elapsed(),
        server.resident_mib()?
    );
    tokio::time::sleep(Duration::from_secs(75)).await;
    let metrics = reqwest::get(format!("{}/metrics", server.base)).await?.text().await?;
    let lines = metrics.lines().filter(|line| line.starts_with("howler_timer_lateness_seconds"));
    lines.for_each(|line| println!("{line}"));
    Ok(())
}
