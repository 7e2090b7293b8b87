//! The data folder is taken away while howler runs; and howler is started where the disk takes no writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use fake::slack::Slack;
use ground::clock::Clock;

use crate::harness::process::{Process, free_port, serve};
use crate::harness::{Channel, EMERGENCIES, workspace};

const PATIENCE: Duration = Duration::from_secs(60);

/// A howler, and the Slack that it serves.
struct Scene {
    slack: Slack,
    api_url: String,
    port: u16,
    _process: Process,
}

impl Scene {
    async fn start(data: &Path) -> Self {
        let (slack, api_url) = workspace(&Clock::system()).await;
        let port = free_port();
        slack.point_at(&format!("http://127.0.0.1:{port}"));
        let process = serve(data, &api_url, port, "").await;
        Self { slack, api_url, port, _process: process }
    }

    /// Stops it as SIGKILL does, and starts it on the same folder with the same Slack.
    async fn again(self, data: &Path, between: impl FnOnce()) -> Self {
        let Self { slack, api_url, port, _process } = self;
        drop(_process);
        between();
        let process = serve(data, &api_url, port, "").await;
        Self { slack, api_url, port, _process: process }
    }

    async fn says(&self, line: &str) -> String {
        let reply = self.slack.command("ian", EMERGENCIES, &format!("/incident {line}")).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.body
    }

    async fn readyz(&self) -> (u16, String) {
        let answer = reqwest::get(format!("http://127.0.0.1:{}/readyz", self.port)).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn is_ready(&self, status: u16) -> String {
        let started = Instant::now();
        loop {
            let (found, words) = self.readyz().await;
            if found == status {
                return words;
            }
            assert!(started.elapsed() < PATIENCE, "{found} {words}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn posted(&self, text: &str) -> usize {
        Channel::look(&self.slack, EMERGENCIES).texts().iter().filter(|said| said.contains(text)).count()
    }

    async fn posts(&self, text: &str) {
        let started = Instant::now();
        while self.posted(text) == 0 {
            assert!(started.elapsed() < PATIENCE, "{text} was never posted");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Changes are refused, and what is known is read.
    async fn only_reads(&self, refusal: &str) {
        let refused = self.says("p4 Refused").await;
        assert!(refused.contains(refusal), "{refused}");
        for (line, part) in
            [("list", "First"), ("1 show", "First"), ("1 timeline", "First"), ("find first", "First")]
        {
            let answer = self.says(line).await;
            assert!(answer.contains(part), "{line}: {answer}");
        }
    }
}

/// A mount that is taken away when it is dropped.
struct Mount(PathBuf);

impl Mount {
    /// `None` where this user may not mount.
    fn make(arguments: &[&str], at: &Path) -> Option<Self> {
        let done = Command::new("mount").args(arguments).arg(at).output();
        if done.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.to_owned()));
        }
        println!("skipped: mount does not work here (it needs root)");
        None
    }

    fn remount(&self, how: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(&self.0).status();
        assert!(done.is_ok_and(|status| status.success()), "remount,{how}");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_folder_that_is_deleted_is_told_at_once_and_never_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let scene = Scene::start(&data).await;
    scene.says("p4 First").await;
    fs::remove_dir_all(&data).unwrap();
    // The very next change is refused, before any heartbeat.
    scene.only_reads("data folder was taken away").await;
    let words = scene.is_ready(503).await;
    assert!(words.contains("data folder was taken away"), "{words}");
    assert!(!data.exists(), "howler began there by itself");
    // Another howler that is started there by hand is apart, and the first one knows.
    let other = free_port();
    let _other = serve(&data, &scene.api_url, other, "").await;
    scene.only_reads("data folder was taken away").await;
    let ready = reqwest::get(format!("http://127.0.0.1:{other}/readyz")).await.unwrap();
    assert_eq!(ready.status(), 200, "it is a store of its own");
}

#[tokio::test]
async fn a_folder_that_is_swapped_is_told_and_taken_up_again_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (data, away) = (folder.path().join("data"), folder.path().join("away"));
    let scene = Scene::start(&data).await;
    scene.says("p4 First").await;
    fs::rename(&data, &away).unwrap();
    fs::create_dir(&data).unwrap();
    // The heartbeat alone tells.
    scene.is_ready(503).await;
    scene.only_reads("data folder was taken away").await;
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "howler wrote into the new folder");
    fs::remove_dir(&data).unwrap();
    fs::rename(&away, &data).unwrap();
    scene.is_ready(200).await;
    assert!(scene.says("p4 Second").await.contains("INC-2"), "it goes on where it was");
    scene.posts("DECLARED: Second").await;
    assert_eq!(scene.posted("DECLARED: Refused"), 0);
}

#[tokio::test]
async fn a_mount_over_the_folder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let scene = Scene::start(&data).await;
    scene.says("p4 First").await;
    let Some(mount) = Mount::make(&["-t", "tmpfs", "-o", "size=8m", "tmpfs"], &data) else { return };
    scene.only_reads("data folder was taken away").await;
    assert_eq!(fs::read_dir(&data).unwrap().count(), 0);
    drop(mount);
    scene.is_ready(200).await;
    assert!(scene.says("p4 Second").await.contains("INC-2"));
}

#[tokio::test]
async fn a_start_on_a_full_disk_reads_and_recovers_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let Some(_mount) = Mount::make(&["-t", "tmpfs", "-o", "size=8m", "tmpfs"], &disk) else { return };
    let data = disk.join("data");
    let mut scene = Scene::start(&data).await;
    scene.says("p4 First").await;
    scene.posts("DECLARED: First").await;
    let filler = disk.join("filler");
    let fill = || {
        let full = fs::write(&filler, vec![b'x'; 16 * 1024 * 1024]);
        assert!(full.is_err(), "the disk takes more than it has");
    };
    scene = scene.again(&data, fill).await;
    scene.only_reads("could not save").await;
    assert!(scene.is_ready(503).await.contains("Reading works"));
    scene.posts("howler cannot save").await;
    fs::remove_file(&filler).unwrap();
    scene.is_ready(200).await;
    assert!(scene.says("p4 Second").await.contains("INC-2"));
    scene.posts("howler saves again").await;
    assert_eq!((scene.posted("howler cannot save"), scene.posted("DECLARED: First")), (1, 1));
}

#[tokio::test]
async fn a_start_on_a_read_only_disk_reads_keeps_others_out_and_recovers_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let Some(mount) = Mount::make(&["-t", "tmpfs", "-o", "size=32m", "tmpfs"], &disk) else { return };
    let data = disk.join("data");
    let mut scene = Scene::start(&data).await;
    scene.says("p4 First").await;
    scene.posts("DECLARED: First").await;
    scene = scene.again(&data, || mount.remount("ro")).await;
    scene.only_reads("could not save").await;
    scene.is_ready(503).await;
    let second = Command::new(env!("CARGO_BIN_EXE_howler"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .envs([
            ("SLACK_BOT_TOKEN", "xoxb-x"),
            ("SLACK_SIGNING_SECRET", "x"),
            ("SLACK_API_URL", &*scene.api_url),
        ])
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && words.contains("in use by another howler"), "{words}");
    mount.remount("rw");
    scene.is_ready(200).await;
    assert!(scene.says("p4 Second").await.contains("INC-2"));
    scene.posts("DECLARED: Second").await;
    let kept = fs::read_to_string(data.join("howler.lock")).unwrap();
    assert!(kept.parse::<u32>().is_ok(), "{kept}");
}
