//! The real binary under measurement.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

use crate::Result;
use crate::sink::Sink;

pub const SECRET: &str = "benchmark";
pub const TOKEN: &str = "xoxb-benchmark";

pub struct Server {
    child: Child,
    /// `127.0.0.1:port`.
    pub address: String,
    /// From the start of the process to the first 200.
    pub cold_start: Duration,
}

impl Server {
    /// Starts `howler serve` and waits for the first 200.
    pub async fn start(data: &Path, sink: &Sink) -> Result<Self> {
        Self::start_at(data, &sink.api_url).await
    }

    /// [`start`](Self::start) with another Slack.
    pub async fn start_at(data: &Path, api_url: &str) -> Result<Self> {
        Self::start_with(data, api_url, &[]).await
    }

    /// [`start_at`](Self::start_at) with more in the environment.
    pub async fn start_with(data: &Path, api_url: &str, variables: &[(&str, &str)]) -> Result<Self> {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let started = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_howler"))
            .args(["serve", "--listen", &address, "--data"])
            .arg(data.join("data"))
            .current_dir(data)
            .env("SLACK_BOT_TOKEN", TOKEN)
            .env("SLACK_SIGNING_SECRET", SECRET)
            .env("SLACK_API_URL", api_url)
            .env("RUST_LOG", "error")
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self { child, address, cold_start: Duration::ZERO };
        while TcpStream::connect(&server.address).await.is_err() {
            if started.elapsed() > Duration::from_secs(60) {
                return Err("howler did not start within a minute".into());
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        server.get("/healthz").await?;
        server.cold_start = started.elapsed();
        Ok(server)
    }

    async fn get(&self, path: &str) -> Result<String> {
        let answer = reqwest::get(format!("http://{}{path}", self.address)).await?;
        Ok(answer.error_for_status()?.text().await?)
    }

    /// The lines of `/metrics` that begin with `name`.
    pub async fn metrics(&self, name: &str) -> Result<Vec<String>> {
        let text = self.get("/metrics").await?;
        Ok(text.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect())
    }

    /// The sum of a metric's lines; nothing counted yet is zero.
    pub async fn metric(&self, name: &str) -> Result<f64> {
        let lines = self.metrics(name).await?;
        Ok(lines.iter().filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok()).sum())
    }

    fn proc(&self, file: &str) -> Result<String> {
        Ok(fs::read_to_string(format!("/proc/{}/{file}", self.child.id()))?)
    }

    pub fn resident_mib(&self) -> Result<f64> {
        self.mib("VmRSS:")
    }

    /// The most that was ever resident.
    pub fn peak_mib(&self) -> Result<f64> {
        self.mib("VmHWM:")
    }

    fn mib(&self, field: &str) -> Result<f64> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).ok_or("a field is not there")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
        Ok(kib / 1_024.0)
    }

    /// Processor time used so far, by all threads.
    pub fn cpu(&self) -> Result<Duration> {
        let stat = self.proc("stat")?;
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks = |index: usize| -> Result<u64> { Ok(fields.get(index).ok_or("short stat")?.parse()?) };
        // Linux counts processor time in hundredths of a second for every process.
        Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
    }

    /// Bytes that went to the disk so far.
    pub fn written(&self) -> Result<u64> {
        let io = self.proc("io")?;
        let line = io.lines().find_map(|line| line.strip_prefix("write_bytes:")).ok_or("no write_bytes")?;
        Ok(line.trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is a measurement's end: what it holds does not matter any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
