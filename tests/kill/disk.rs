//! The disk fills up, or becomes read-only, while howler runs, and is well again.
//!
//! A full disk is a limit on the size of files, lowered before and raised again in the running process by `prlimit`, with
//! the signal ignored that usually kills for it: a write then fails as on a full disk. A read-only disk is `chattr +i` on
//! howler's files, which ext4 enforces on open files too; without root or on another file system a limit of nothing
//! stands in for it (`mount -o remount,ro` refuses while a file is open for writing).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use fake::slack::Slack;
use ground::clock::Clock;

use crate::harness::process::{Process, free_port, serve};
use crate::harness::{Channel, EMERGENCIES, workspace};

/// What is read without the disk.
const IN_MEMORY: [&str; 2] = ["list", "1 show"];
const PATIENCE: Duration = Duration::from_secs(60);
/// A write over the limit fails instead of killing.
pub const NO_SIGNAL: &str = "trap '' XFSZ;";

pub fn limit(howler: &Process, bytes: &str) {
    let pid = howler.id().to_string();
    let done = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:")]).status().unwrap();
    assert!(done.success(), "prlimit did not set {bytes}");
}

/// howler's files, read-only until this is dropped.
pub enum ReadOnly<'h> {
    Immutable(Vec<PathBuf>),
    Limited(&'h Process),
}

impl<'h> ReadOnly<'h> {
    pub fn set(data: &Path, howler: &'h Process) -> Self {
        Self::before(data).unwrap_or_else(|| {
            println!("chattr +i does not work here; a file size limit of nothing stands in for it");
            limit(howler, "0");
            Self::Limited(howler)
        })
    }

    /// Before howler starts; `None` where that cannot be done here.
    pub fn before(data: &Path) -> Option<Self> {
        let files = vec![data.join("store/db"), data.join("mark"), data.join("store"), data.to_owned()];
        let done = Command::new("chattr").arg("+i").args(&files).output();
        done.is_ok_and(|output| output.status.success()).then_some(Self::Immutable(files))
    }
}

impl Drop for ReadOnly<'_> {
    fn drop(&mut self) {
        match self {
            Self::Immutable(files) => {
                let done = Command::new("chattr").arg("-i").args(&*files).status();
                assert!(done.is_ok_and(|status| status.success()), "{files:?} stay immutable");
            }
            Self::Limited(howler) => limit(howler, "unlimited"),
        }
    }
}

/// One howler, its fake Slack, and what it has acknowledged and refused.
struct Scene {
    slack: Slack,
    port: u16,
    acknowledged: Vec<String>,
    refused: Vec<String>,
}

impl Scene {
    async fn declare(&mut self) -> String {
        let number = self.acknowledged.len() + self.refused.len();
        let title = format!("K{number} {}", "x".repeat(110));
        let reply = self.slack.command("ian", EMERGENCIES, &format!("/incident p4 {title}")).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        let saved = reply.body.contains("is declared");
        assert!(saved || reply.body.contains("could not"), "{}", reply.body);
        if saved { &mut self.acknowledged } else { &mut self.refused }.push(format!("DECLARED: K{number} "));
        reply.body
    }

    async fn readyz(&self) -> (u16, String) {
        let answer = reqwest::get(format!("http://127.0.0.1:{}/readyz", self.port)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Refused with a clear answer, and the operators are told.
    async fn takes_nothing(&mut self, reads: &[&str]) {
        for _ in 0..3 {
            let answer = self.declare().await;
            assert!(answer.contains("could not save") || answer.contains("could not confirm"), "{answer}");
        }
        for line in reads {
            let reply = self.slack.command("ian", EMERGENCIES, &format!("/incident {line}")).await.unwrap();
            assert!(reply.body.contains("K0 "), "{line} cannot be read: {}", reply.body);
        }
        let (status, words) = self.readyz().await;
        assert_eq!(status, 503, "{words}");
        assert!(words.contains("takes no changes"), "{words}");
        let healthz = reqwest::get(format!("http://127.0.0.1:{}/healthz", self.port)).await.unwrap();
        assert_eq!(healthz.status(), 200, "the process itself is well");
    }

    /// The same process takes changes again, and what it had said yes to is announced once.
    async fn recovers(&mut self) {
        let started = Instant::now();
        while self.readyz().await.0 != 200 {
            assert!(started.elapsed() < PATIENCE, "it never recovered: {}", self.readyz().await.1);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for _ in 0..3 {
            let answer = self.declare().await;
            assert!(answer.contains("is declared"), "{answer}");
        }
        while self.announced(&self.acknowledged).contains(&0) {
            assert!(started.elapsed() < PATIENCE, "{:?}", self.announced(&self.acknowledged));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(self.announced(&self.acknowledged).iter().all(|count| *count == 1), "something came twice");
        // A failed write may have reached the disk all the same; never more than once, and it is told.
        let after_all = self.announced(&self.refused);
        assert!(after_all.iter().all(|count| *count <= 1), "a refused one came twice");
        let told = |words: &str| {
            self.slack.look(|slack| {
                let channels = slack.channels.iter().flat_map(|channel| &channel.messages);
                channels.filter(|message| message.only_for.is_some() && message.text.contains(words)).count()
            })
        };
        let in_doubt = told("Saved after all") + told("Not saved");
        assert!(in_doubt <= 1 && after_all.iter().sum::<usize>() == told("Saved after all"), "{after_all:?}");
    }

    fn announced(&self, of: &[String]) -> Vec<usize> {
        let channel = Channel::look(&self.slack, EMERGENCIES);
        let texts = channel.texts();
        of.iter().map(|title| texts.iter().filter(|text| text.contains(title.as_str())).count()).collect()
    }
}

async fn scene(data: &Path, limit: &str) -> (Scene, Process) {
    let (slack, api_url) = workspace(&Clock::system()).await;
    let port = free_port();
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    let howler = serve(data, &api_url, port, limit).await;
    (Scene { slack, port, acknowledged: Vec::new(), refused: Vec::new() }, howler)
}

#[tokio::test]
async fn a_disk_that_fills_up_is_told_and_recovered_from_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    // 1 MiB, as a soft limit, which the test may raise again.
    let (mut scene, howler) =
        scene(&folder.path().join("data"), &format!("{NO_SIGNAL} ulimit -S -f 1024;")).await;
    while scene.refused.is_empty() {
        let answer = scene.declare().await;
        assert!(scene.acknowledged.len() < 5_000, "the disk never filled");
        // Nobody knows what became of the first one that fails; where it was a result of Slack's, this one is certain.
        let refused = answer.contains("could not confirm") || answer.contains("could not save");
        assert!(scene.refused.is_empty() || refused, "{answer}");
    }
    // What is still free in the file is used up too. sled may read no more then, and such a limit, unlike a full disk, bars the copy
    // that would be read instead: what is on the disk is read in the test below.
    limit(&howler, "0");
    scene.takes_nothing(&IN_MEMORY).await;
    limit(&howler, "unlimited");
    scene.recovers().await;
}

#[tokio::test]
async fn a_disk_that_becomes_read_only_is_told_and_recovered_from_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (mut scene, howler) = scene(&data, NO_SIGNAL).await;
    for _ in 0..5 {
        scene.declare().await;
    }
    assert_eq!(scene.acknowledged.len(), 5);
    let read_only = ReadOnly::set(&data, &howler);
    scene.takes_nothing(&["list", "1 show", "1 timeline", "find K0"]).await;
    drop(read_only);
    scene.recovers().await;
}
