//! The real binary and its log: whatever becomes of the standard error, howler serves at its usual speed and stops when asked.

mod panics;
mod pipes;
mod secrets;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fake::slack::Slack;
use ground::clock::Clock;
use tempfile::TempDir;

use crate::harness::process::{Process, free_port, serve, until};
use crate::harness::{EMERGENCIES, workspace};

/// Slack waits no longer.
const SLACKS_PATIENCE: Duration = Duration::from_secs(3);
/// A stop, work in hand included.
const STOP_WITHIN: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(60);

/// A howler whose standard error the shell's `redirection` set.
struct Scene {
    slack: Slack,
    port: u16,
    howler: Option<Process>,
    folder: TempDir,
}

impl Scene {
    async fn with(redirection: &str) -> Self {
        Self::within(tempfile::tempdir().unwrap(), redirection).await
    }

    /// The redirection may name files in `folder`.
    async fn within(folder: TempDir, redirection: &str) -> Self {
        let (slack, api_url) = workspace(&Clock::system()).await;
        let port = free_port();
        slack.point_at(&format!("http://127.0.0.1:{port}"));
        let shell = format!("export RUST_LOG=trace; exec {redirection};");
        let howler = serve(&folder.path().join("data"), &api_url, port, &shell).await;
        Self { slack, port, howler: Some(howler), folder }
    }

    /// One command, answered in Slack's time.
    async fn types(&self, line: &str) -> String {
        let started = Instant::now();
        let reply = self.slack.command("ian", EMERGENCIES, line).await.unwrap();
        assert_eq!(reply.status, 200, "{reply:?}");
        assert!(started.elapsed() < SLACKS_PATIENCE, "it took {:?}", started.elapsed());
        reply.body
    }

    async fn list(&self) {
        self.types("/incident list").await;
    }

    async fn declare(&self) {
        let reply = self.types("/incident anyway p4 Slow search").await;
        assert!(reply.contains("is declared"), "{reply}");
    }

    /// What `/metrics` counts of dropped lines.
    async fn dropped(&self) -> u64 {
        let address = format!("http://127.0.0.1:{}/metrics", self.port);
        let text = reqwest::get(address).await.unwrap().text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("howler_log_lines_dropped_total "));
        line.unwrap_or_else(|| panic!("{text}")).parse().unwrap()
    }

    async fn healthy(&self) {
        let address = format!("http://127.0.0.1:{}/healthz", self.port);
        assert_eq!(reqwest::get(address).await.unwrap().text().await.unwrap(), "ok\n");
    }

    async fn stops(&mut self) {
        let (well, after) = self.howler.take().unwrap().stop().await;
        assert!(well && after < STOP_WITHIN, "{well} after {after:?}");
    }

    /// Serves hundreds of commands and stops; says how many lines were dropped.
    async fn serves(&mut self) -> u64 {
        self.declare().await;
        for _ in 0..200 {
            self.list().await;
        }
        self.healthy().await;
        let dropped = self.dropped().await;
        self.stops().await;
        dropped
    }
}

#[tokio::test]
async fn a_full_log_disk_holds_up_nothing() {
    assert!(Scene::with("2>/dev/full").await.serves().await > 200, "what was not written is counted");
}

#[tokio::test]
async fn a_log_that_was_closed_before_the_start_holds_up_nothing() {
    Scene::with("2>&-").await.serves().await;
}

#[tokio::test]
async fn a_pipe_whose_reader_went_away_holds_up_nothing() {
    assert!(Scene::with("2> >(head -1 >first)").await.serves().await > 200, "what nobody got is counted");
}

/// A pipe in the folder, which somebody may read into `log`.
struct Pipe(PathBuf);

impl Pipe {
    fn new(folder: &Path) -> Self {
        let path = folder.join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        Self(path)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.0.with_file_name("log")).unwrap_or_default()
    }

    fn read(&self) -> Reader {
        let (pipe, log) = (std::fs::File::options().read(true).write(true).open(&self.0).unwrap(), "log");
        let log = std::fs::File::create(self.0.with_file_name(log)).unwrap();
        Reader(Command::new("cat").stdin(pipe).stdout(log).stderr(Stdio::null()).spawn().unwrap())
    }
}

struct Reader(Child);

impl Reader {
    fn signal(&self, signal: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Commands until the pipe and the queue are full, and hundreds more.
async fn until_lines_are_dropped(scene: &Scene) {
    let started = Instant::now();
    while scene.dropped().await == 0 {
        for _ in 0..20 {
            scene.declare().await;
        }
        assert!(started.elapsed() < PATIENCE, "nothing is dropped");
    }
    for _ in 0..200 {
        scene.list().await;
    }
}

#[tokio::test]
async fn a_reader_that_stops_holds_up_nothing_and_hears_afterwards_what_it_missed() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = Pipe::new(folder.path());
    let reader = pipe.read();
    let mut scene = Scene::within(folder, "2>pipe").await;
    reader.signal("-STOP");
    scene.declare().await;
    until_lines_are_dropped(&scene).await;
    scene.healthy().await;
    reader.signal("-CONT");
    until(|| pipe.log().contains(" log lines were dropped while nobody read the log")).await;
    let dropped = scene.dropped().await;
    let log = pipe.log();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("lines were dropped")).collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(told[0].ends_with(&format!("dropped={dropped}")), "{dropped}: {told:?}");
    let whole = log.lines().all(|line| line.starts_with("20") && line.contains('Z'));
    assert!(whole, "each line is one: {:?}", log.lines().find(|line| !line.starts_with("20")));

    scene.declare().await;
    reader.signal("-STOP");
    until_lines_are_dropped(&scene).await;
    scene.stops().await;
}

#[tokio::test]
async fn a_pipe_that_nobody_reads_holds_up_nothing() {
    let folder = tempfile::tempdir().unwrap();
    Pipe::new(folder.path());
    let mut scene = Scene::within(folder, "2<>pipe").await;
    until_lines_are_dropped(&scene).await;
    scene.serves().await;
}

#[tokio::test]
async fn the_last_lines_are_written_before_the_exit() {
    let mut scene = Scene::with("2>log").await;
    scene.stops().await;
    let log = std::fs::read_to_string(scene.folder.path().join("log")).unwrap();
    assert!(log.trim_end().lines().any(|line| line.ends_with("stopping")), "{log}");
    assert!(!log.contains('\u{1b}'), "a file gets no colours: {log}");
}
