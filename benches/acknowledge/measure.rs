//! Loops and figures.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use howler::fake::slack::sign;

use crate::Result;
use crate::server::{SECRET, Server};
use crate::sink::Sink;

static NEXT: AtomicU64 = AtomicU64::new(0);

pub struct Spread {
    pub p50: Duration,
    pub p99: Duration,
}

fn spread(mut times: Vec<Duration>) -> Spread {
    times.sort();
    let at = |share: f64| {
        let index = (times.len().saturating_sub(1) as f64 * share) as usize;
        times.get(index).copied().unwrap_or_default()
    };
    Spread { p50: at(0.5), p99: at(0.99) }
}

/// What one append and flush takes on this disk, without howler.
pub fn disk_flush(folder: &Path) -> Result<Spread> {
    let mut file = File::create(folder.join("flush"))?;
    let mut times = Vec::new();
    for _ in 0..300 {
        let started = Instant::now();
        file.write_all(&[7; 4_096])?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    Ok(spread(times))
}

pub struct Row {
    pub count: usize,
    name: String,
    connections: usize,
    spread: Spread,
    per_second: f64,
    cpu_each: Duration,
}

impl Row {
    pub const HEAD: &str = "what                   connections      p50       p99   requests/s   CPU each";
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, connections, spread, per_second, cpu_each, .. } = self;
        let millis = |time: Duration| time.as_secs_f64() * 1_000.0;
        write!(
            f,
            "{name:<22} {connections:>11} {:>6.2} ms {:>6.2} ms {per_second:>12.0} {:>7.0} us",
            millis(spread.p50),
            millis(spread.p99),
            cpu_each.as_secs_f64() * 1_000_000.0
        )
    }
}

/// Each connection sends the next command as soon as the last is answered.
pub async fn closed_loop(
    server: &Server,
    name: &str,
    line: &str,
    connections: usize,
    each: Duration,
) -> Result<Row> {
    let cpu = server.cpu()?;
    let started = Instant::now();
    let (base, line): (Arc<str>, Arc<str>) = (server.base.as_str().into(), line.into());
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let (base, line) = (Arc::clone(&base), Arc::clone(&line));
        tasks.push(tokio::spawn(async move {
            let client = reqwest::Client::new();
            let mut times = Vec::new();
            while started.elapsed() < each {
                times.push(command(&client, &base, &line).await?);
            }
            Result::Ok(times)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    let (count, elapsed) = (times.len().max(1), started.elapsed());
    let cpu_each = (server.cpu()? - cpu) / u32::try_from(count)?;
    let per_second = count as f64 / elapsed.as_secs_f64();
    Ok(Row { count, name: name.to_owned(), connections, spread: spread(times), per_second, cpu_each })
}

/// Declares `count` incidents, unmeasured.
pub async fn declare(server: &Server, count: usize) -> Result<()> {
    let client = reqwest::Client::new();
    for _ in 0..count {
        command(&client, &server.base, "p4 Benchmark").await?;
    }
    Ok(())
}

/// Sends one distinct signed command and gives the time to its answer.
async fn command(client: &reqwest::Client, base: &str, line: &str) -> Result<Duration> {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let body = serde_urlencoded::to_string([
        ("command", "/incident"),
        ("text", line),
        ("user_id", "U0BENCH"),
        ("user_name", "bench"),
        ("channel_id", "C0EMERG"),
        ("channel_name", "monkeytown-emergencies"),
        ("team_id", "T1"),
        ("trigger_id", &format!("{number}.bench")),
        ("response_url", "http://127.0.0.1:9/none"),
    ])?;
    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().to_string();
    let signature = sign(SECRET, &timestamp, &body);
    let request = client
        .post(format!("{base}/slack/commands"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-slack-request-timestamp", timestamp)
        .header("x-slack-signature", signature)
        .body(body);
    let started = Instant::now();
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    let elapsed = started.elapsed();
    if !status.is_success() || text.is_empty() {
        return Err(format!("{status}: {text}").into());
    }
    Ok(elapsed)
}

/// From the answer to the command until the declaration is posted.
pub async fn to_posted(server: &Server, sink: &Sink, count: usize) -> Result<Spread> {
    let client = reqwest::Client::new();
    let mut posted = sink.posted();
    let mut times = Vec::new();
    for _ in 0..count {
        // The declaration and the card of the one before.
        tokio::time::sleep(Duration::from_millis(50)).await;
        posted.mark_unchanged();
        command(&client, &server.base, "p4 Benchmark").await?;
        let answered = Instant::now();
        if !posted.has_changed()? {
            posted.changed().await?;
        }
        times.push(answered.elapsed());
    }
    Ok(spread(times))
}
