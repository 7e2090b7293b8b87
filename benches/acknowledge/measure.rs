//! Loops and figures.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Result;
use crate::client::{Client, Kind};
use crate::server::Server;

pub struct Spread {
    pub p50: Duration,
    pub p99: Duration,
    pub most: Duration,
}

impl Spread {
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        let at = |share: f64| {
            let index = (times.len().saturating_sub(1) as f64 * share) as usize;
            times.get(index).copied().unwrap_or_default()
        };
        Self { p50: at(0.5), p99: at(0.99), most: at(1.0) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p50 {}, p99 {}", millis(self.p50), millis(self.p99))
    }
}

pub fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// What one append of `bytes` and its flush takes on this disk, without howler.
pub fn disk_flush(folder: &Path, bytes: usize) -> Result<Spread> {
    let mut file = File::create(folder.join("flush"))?;
    let block = vec![7; bytes];
    let mut times = Vec::new();
    for _ in 0..500 {
        let started = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    Ok(Spread::of(times))
}

/// A line of the table.
pub struct Row {
    name: String,
    load: String,
    pub spread: Spread,
    per_second: f64,
    cpu_each: Duration,
    /// Requests that one flush carried, on average; none where nothing was saved.
    per_commit: Option<f64>,
}

impl Row {
    pub const HEAD: &str = "| what | load | p50 | p99 | longest | requests/s | CPU each | requests per flush |\n\
                            |---|---|--:|--:|--:|--:|--:|--:|";
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, load, spread, per_second, cpu_each, per_commit } = self;
        let (p50, p99, most) = (millis(spread.p50), millis(spread.p99), millis(spread.most));
        let cpu = cpu_each.as_secs_f64() * 1_000_000.0;
        let commit = per_commit.map_or_else(|| "-".to_owned(), |each| format!("{each:.1}"));
        write!(f, "| {name} | {load} | {p50} | {p99} | {most} | {per_second:.0} | {cpu:.0} us | {commit} |")
    }
}

/// How requests are sent.
#[derive(Clone, Copy)]
pub enum Load {
    /// Each connection sends the next as soon as the last is answered.
    Closed { connections: usize },
    /// So many a second, whether or not earlier ones are answered; timed from when each was to be sent.
    Open { per_second: u32 },
}

/// Connections over which an open loop is spread.
const SPREAD: usize = 64;

/// Sends `kind` for the time of `each`.
pub async fn run(server: &Server, name: &str, kind: Kind, load: Load, each: Duration) -> Result<Row> {
    let before = Before::look(server).await?;
    let started = Instant::now();
    let times = match load {
        Load::Closed { connections } => closed(server, kind, connections, each).await?,
        Load::Open { per_second } => open(server, kind, per_second, each).await?,
    };
    let (count, elapsed) = (times.len().max(1), started.elapsed());
    let (cpu, commits) = before.since(server).await?;
    let load = match load {
        Load::Closed { connections } => format!("closed, {connections}"),
        Load::Open { per_second } => format!("open, {per_second}/s"),
    };
    Ok(Row {
        name: name.to_owned(),
        load,
        spread: Spread::of(times),
        per_second: count as f64 / elapsed.as_secs_f64(),
        cpu_each: cpu / u32::try_from(count)?,
        per_commit: (commits >= 10.0).then(|| count as f64 / commits),
    })
}

struct Before {
    cpu: Duration,
    commits: f64,
}

impl Before {
    async fn look(server: &Server) -> Result<Self> {
        Ok(Self { commits: server.metric("howler_commit_seconds_count").await?, cpu: server.cpu()? })
    }

    async fn since(&self, server: &Server) -> Result<(Duration, f64)> {
        let cpu = server.cpu()? - self.cpu;
        Ok((cpu, server.metric("howler_commit_seconds_count").await? - self.commits))
    }
}

async fn closed(server: &Server, kind: Kind, connections: usize, each: Duration) -> Result<Vec<Duration>> {
    let started = Instant::now();
    let address: Arc<str> = server.address.as_str().into();
    let tasks = (0..connections).map(|_| {
        let address = Arc::clone(&address);
        tokio::spawn(async move {
            let mut client = Client::connect(&address).await?;
            let mut times = Vec::new();
            while started.elapsed() < each {
                let request = Client::request(kind)?;
                let sent = Instant::now();
                client.send(request).await?;
                times.push(sent.elapsed());
            }
            Result::Ok(times)
        })
    });
    gather(tasks.collect()).await
}

async fn open(server: &Server, kind: Kind, per_second: u32, each: Duration) -> Result<Vec<Duration>> {
    let (pause, total) = (Duration::from_secs(1) / per_second, each.as_secs() as usize * per_second as usize);
    let begins = tokio::time::Instant::now() + Duration::from_millis(50);
    let address: Arc<str> = server.address.as_str().into();
    let tasks = (0..SPREAD).map(|first| {
        let address = Arc::clone(&address);
        tokio::spawn(async move {
            let mut client = Client::connect(&address).await?;
            let mut times = Vec::new();
            for number in (first..total).step_by(SPREAD) {
                let due = begins + pause * u32::try_from(number)?;
                tokio::time::sleep_until(due).await;
                client.deliver(kind).await?;
                times.push(due.elapsed());
            }
            Result::Ok(times)
        })
    });
    gather(tasks.collect()).await
}

async fn gather(tasks: Vec<tokio::task::JoinHandle<Result<Vec<Duration>>>>) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    Ok(times)
}

/// Sends `kind` `count` times, unmeasured, over a few connections.
pub async fn prepare(server: &Server, kind: Kind, count: usize) -> Result<()> {
    let address: Arc<str> = server.address.as_str().into();
    let tasks = (0..16).map(|first| {
        let address = Arc::clone(&address);
        tokio::spawn(async move {
            let mut client = Client::connect(&address).await?;
            for _ in (first..count).step_by(16) {
                client.deliver(kind).await?;
            }
            Result::Ok(Vec::new())
        })
    });
    gather(tasks.collect()).await.map(drop)
}

/// Sends `kind` `count` times, one after the other.
pub async fn one_by_one(server: &Server, kind: Kind, count: usize) -> Result<Spread> {
    let mut client = Client::connect(&server.address).await?;
    let mut times = Vec::new();
    for _ in 0..count {
        let request = Client::request(kind)?;
        let sent = Instant::now();
        client.send(request).await?;
        times.push(sent.elapsed());
    }
    Ok(Spread::of(times))
}
