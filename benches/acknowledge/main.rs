//! How fast a signed delivery is acknowledged, commit included, on the real binary and a real disk.
//!
//! `cargo bench --bench acknowledge` runs all parts and prints Markdown; `-- rates 5` runs one part, with five seconds a
//! row (default 3). The parts: `rates` (reads and writes, closed and open loop, the disk beside them), `posted`,
//! `flood` (wrong signatures), `history` (10,000 closed incidents of 100 events), `timers` (100,000 waiting), `backlog`
//! (thousands of lanes behind one limited channel), `runs` (approvals, aborts and what programs print, against a fake Slack
//! with its people; some nine minutes; `live` is the last of them alone), `storm` (1,000 alerts a second, with a P1 every three
//! seconds, against the same; `-- storm 60` for a minute), `watches` (what 100 watches cost of processor and disk in a day: 144,000
//! readings, each saved; `-- watches 3` for three hours, by default 24; and what 30 days of their values take; only where it is named). In the other parts howler's Slack is a sink on loopback. Where
//! acknowledgements are measured it holds everything back (429), so that the work of sending is not counted with them.

#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::print_stderr)]

mod client;
mod fill;
mod measure;
mod parts;
mod runs;
mod server;
mod sink;
mod storm;
mod watches;

use std::error::Error;
use std::time::Duration;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let seconds = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(3);
    let each = Duration::from_secs(seconds);
    let wanted = |part: &str| {
        let named = arguments.iter().filter(|argument| argument.parse::<u64>().is_err());
        named.clone().next().is_none() || named.clone().any(|argument| argument == part)
    };
    println!("Cores: {}, shared with the sender and the sink.\n", std::thread::available_parallelism()?);
    if wanted("rates") {
        parts::rates(each).await?;
    }
    if wanted("posted") {
        parts::posted().await?;
    }
    if wanted("flood") {
        parts::flood(each).await?;
    }
    if wanted("history") {
        parts::history().await?;
    }
    if wanted("timers") {
        parts::timers().await?;
    }
    if wanted("backlog") {
        parts::backlog().await?;
    }
    if wanted("storm") {
        storm::storms(each).await?;
    }
    if arguments.iter().any(|argument| argument == "watches") {
        let hours = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(24);
        watches::day(hours).await?;
        watches::month()?;
    }
    if wanted("runs") {
        runs::all().await?;
    } else if wanted("live") {
        runs::live().await?;
    }
    Ok(())
}
