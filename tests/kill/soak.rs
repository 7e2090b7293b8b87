//! An evening's soak: the real binary under mixed load, with one fault of the machine's after the other, chosen by a seed.
//!
//! `cargo test` meets each fault once. `HOWLER_SOAK_MINUTES=240 HOWLER_SOAK_EVERY=60` is an evening; `HOWLER_SOAK_SEED` draws
//! another one.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use fake::slack::Slack;
use ground::clock::Clock;

use super::disk::{NO_SIGNAL, ReadOnly, limit};
use super::ledger::{Dice, Ledger};
use super::load::Crowd;
use super::reading::Reading;
use super::rounds::{everything_is_there, forget_what_was_read, lost_on_the_timelines, trouble};
use crate::harness::process::{Process, free_port, serve};
use crate::harness::workspace;

const PATIENCE: Duration = Duration::from_secs(60);
const CONFIG: &str = "[mentions]\noncall = \"S0ONCALL\"\nengineering = \"S0ENG\"\n";

/// What goes wrong, and is well again some seconds later.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Killed,
    /// As a machine that sleeps.
    Suspended,
    DiskFull,
    DiskReadOnly,
    StartedReadOnly,
    LogUnread,
    LogDiskFull,
    FolderMovedAway,
    FlippedBit,
    SlackInTrouble,
}

const FAULTS: [Fault; 10] = [
    Fault::Killed,
    Fault::Suspended,
    Fault::DiskFull,
    Fault::DiskReadOnly,
    Fault::StartedReadOnly,
    Fault::LogUnread,
    Fault::LogDiskFull,
    Fault::FolderMovedAway,
    Fault::FlippedBit,
    Fault::SlackInTrouble,
];

/// What became of bits that were flipped.
#[derive(Default)]
struct Flipped {
    refused: usize,
    /// Everything that howler knows is as it was.
    harmless: usize,
    silent: Vec<String>,
}

struct Evening {
    slack: Slack,
    api_url: String,
    port: u16,
    data: PathBuf,
    howler: Option<Process>,
    log: Reader,
    flipped: Flipped,
}

/// Reads howler's log from a pipe, or leaves it unread for a while.
struct Reader {
    pipe: PathBuf,
    paused: Arc<AtomicBool>,
}

impl Reader {
    fn start(folder: &Path) -> Self {
        let pipe = folder.join("log");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        // For writing too, so that the pipe has no end while howler is down.
        let mut file = File::options().read(true).write(true).open(&pipe).unwrap();
        let paused = Arc::new(AtomicBool::new(false));
        let resting = Arc::clone(&paused);
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            loop {
                while resting.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(20));
                }
                if !matches!(file.read(&mut bytes), Ok(read) if read > 0) {
                    return;
                }
            }
        });
        Self { pipe, paused }
    }
}

impl Evening {
    async fn start(&mut self, limits: &str) {
        let log = self.log.pipe.display();
        self.start_logging(limits, &format!("exec 2<>'{log}';")).await;
    }

    async fn start_logging(&mut self, limits: &str, log: &str) {
        let before = format!("export RUST_LOG=howler=debug; {log} {NO_SIGNAL} {limits}");
        self.howler = Some(serve(&self.data, &self.api_url, self.port, &before).await);
        // What nobody had answered when the last one was killed.
        drop(self.slack.deliver_again(1).await);
    }

    fn howler(&self) -> &Process {
        self.howler.as_ref().unwrap()
    }

    fn signal(&self, name: &str) {
        let pid = self.howler().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    async fn meets(&mut self, fault: Fault, lasts: Duration, dice: &mut Dice) {
        match fault {
            Fault::Killed => {
                self.howler = None;
                self.start("").await;
            }
            Fault::Suspended => {
                self.signal("STOP");
                tokio::time::sleep(lasts).await;
                self.signal("CONT");
            }
            Fault::DiskFull => {
                limit(self.howler(), "0");
                tokio::time::sleep(lasts).await;
                limit(self.howler(), "unlimited");
            }
            Fault::DiskReadOnly => {
                let read_only = ReadOnly::set(&self.data, self.howler());
                tokio::time::sleep(lasts).await;
                drop(read_only);
            }
            Fault::StartedReadOnly => {
                self.howler = None;
                let read_only = ReadOnly::before(&self.data);
                self.start("").await;
                tokio::time::sleep(lasts).await;
                drop(read_only);
            }
            Fault::LogUnread => {
                self.log.paused.store(true, Ordering::Relaxed);
                tokio::time::sleep(lasts).await;
                self.log.paused.store(false, Ordering::Relaxed);
            }
            Fault::LogDiskFull => {
                self.howler = None;
                self.start_logging("", "exec 2>/dev/full;").await;
                tokio::time::sleep(lasts).await;
                self.howler = None;
                self.start("").await;
            }
            Fault::FolderMovedAway => {
                let away = self.data.with_extension("away");
                fs::rename(&self.data, &away).unwrap();
                tokio::time::sleep(lasts).await;
                fs::rename(&away, &self.data).unwrap();
            }
            Fault::FlippedBit => {
                self.howler = None;
                self.flip_a_bit(dice);
                self.start("").await;
            }
            Fault::SlackInTrouble => trouble(&self.slack, dice),
        }
    }

    /// In a copy of the folder, which then must not be taken for whole.
    fn flip_a_bit(&mut self, dice: &mut Dice) {
        let (whole, hurt) = (self.copy("whole"), self.copy("hurt"));
        let path = hurt.join("store/db");
        let file = File::options().read(true).write(true).open(&path).unwrap();
        let at = dice.below(file.metadata().unwrap().len());
        let mut byte = [0];
        file.read_exact_at(&mut byte, at).unwrap();
        byte[0] ^= 1 << dice.below(8);
        file.write_all_at(&byte, at).unwrap();
        drop(file);
        let expected = export(&whole).expect("the folder itself is whole");
        match export(&hurt) {
            None => self.flipped.refused += 1,
            Some(same) if same == expected => self.flipped.harmless += 1,
            Some(_) => self.flipped.silent.push(format!("a bit of byte {at}")),
        }
        for copy in [whole, hurt] {
            fs::remove_dir_all(copy).unwrap();
        }
    }

    fn copy(&self, name: &str) -> PathBuf {
        let to = self.data.with_extension(name);
        assert!(Command::new("cp").args(["-a"]).args([&self.data, &to]).status().unwrap().success());
        to
    }

    async fn is_well_again(&self, fault: Fault) {
        let started = Instant::now();
        loop {
            let asked = reqwest::get(format!("http://127.0.0.1:{}/readyz", self.port)).await;
            if asked.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            assert!(started.elapsed() < PATIENCE, "howler never recovered from {fault:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// What howler knows, but for when it was asked; `None` when it refuses the folder.
fn export(data: &Path) -> Option<Vec<String>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    let output = command.arg("export").arg("--data").arg(data).stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = || text.lines().filter(|line| !line.contains("\"kind\":\"export\"")).map(str::to_owned);
    output.status.success().then(|| lines().collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evening_of_faults_loses_and_doubles_nothing() {
    let setting = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = setting("HOWLER_SOAK_SEED").unwrap_or(1);
    let every = Duration::from_secs(setting("HOWLER_SOAK_EVERY").unwrap_or(2));
    let faults = match setting("HOWLER_SOAK_MINUTES") {
        Some(minutes) => usize::try_from(minutes * 60 / every.as_secs()).unwrap(),
        None => FAULTS.len(),
    };
    println!("seed {seed}; another one with HOWLER_SOAK_SEED");
    let (slack, api_url) = workspace(&Clock::system()).await;
    slack.faults().retry_events(true);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("howler.toml"), CONFIG).unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    let log = Reader::start(folder.path());
    let flipped = Flipped::default();
    let mut evening = Evening { slack: slack.clone(), api_url, port, data, howler: None, log, flipped };
    evening.start("").await;
    let (ledger, mut dice) = (Arc::new(Ledger::default()), Dice::new(seed));
    let crowd = Crowd::at_ease(&slack, &ledger, &mut dice, every / 4);
    for number in 0..faults {
        // The first ones are one of each kind.
        let drawn = FAULTS[usize::try_from(dice.below(FAULTS.len() as u64)).unwrap()];
        let fault = FAULTS.get(number).copied().unwrap_or(drawn);
        let begun = Instant::now();
        evening.meets(fault, every / 4, &mut dice).await;
        evening.is_well_again(fault).await;
        slack.faults().clear();
        slack.faults().retry_events(true);
        forget_what_was_read(&slack);
        assert_eq!(Reading::of(&slack).doubled(), Vec::<String>::new(), "after {fault:?}, seed {seed}");
        tokio::time::sleep(every.saturating_sub(begun.elapsed())).await;
    }
    crowd.go_home().await;
    let entries = ledger.look(|entries| entries.clone());
    everything_is_there(&slack, &entries, faults as u64).await;
    let lost = lost_on_the_timelines(&slack, &entries).await;
    assert_eq!(lost, Vec::<String>::new(), "seed {seed}");
    assert_eq!(evening.flipped.silent, Vec::<String>::new(), "seed {seed}");
    println!(
        "{faults} faults, {} acknowledged ({} declarations, {} updates, {} notes, {} clicks), 0 lost, 0 doubled, \
         {} refused in words, {} of them not certain; flipped bits: {} refused, {} harmless, 0 silent",
        entries.declared.len() + entries.updates.len() + entries.notes.len() + entries.clicked,
        entries.declared.len(),
        entries.updates.len(),
        entries.notes.len(),
        entries.clicked,
        entries.refused,
        entries.uncertain,
        evening.flipped.refused,
        evening.flipped.harmless,
    );
}
