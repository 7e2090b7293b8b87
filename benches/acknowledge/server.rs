//! The real binary under measurement.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::sink::Sink;

pub const SECRET: &str = "benchmark";

pub struct Server {
    child: Child,
    pub base: String,
    pub cold_start: Duration,
}

impl Server {
    /// Starts `howler serve` and waits for the first 200.
    pub async fn start(data: &Path, sink: &Sink) -> Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let base = format!("http://127.0.0.1:{port}");
        let started = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_howler"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(data.join("data"))
            .current_dir(data)
            .env("SLACK_BOT_TOKEN", "xoxb-benchmark")
            .env("SLACK_SIGNING_SECRET", SECRET)
            .env("SLACK_API_URL", &sink.api_url)
            .env("RUST_LOG", "error")
            .stdout(Stdio::null())
            .spawn()?;
        let client = reqwest::Client::new();
        loop {
            let answered = client.get(format!("{base}/healthz")).send().await;
            if answered.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            if started.elapsed() > Duration::from_secs(30) {
                return Err("howler did not start within 30 seconds".into());
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        Ok(Self { child, base, cold_start: started.elapsed() })
    }

    pub fn resident_mib(&self) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kib / 1_024.0)
    }

    /// Processor time used so far, by all threads.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |index: usize| -> Result<u64> { Ok(fields.get(index).ok_or("short stat")?.parse()?) };
        // Linux counts processor time in hundredths of a second for every process.
        Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is a measurement's end: what it holds does not matter any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
