//! `kill -9` at each step of a run: what was approved is begun once, or not at all, and howler says which.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fake::slack::Slack;
use ground::clock::Clock;
use tempfile::TempDir;

use crate::harness::process::{Process, free_port, serve, until};
use crate::harness::{Channel, EMERGENCIES, workspace};

pub(super) const QUEUE: &str = r#"
schema = 1
title = "Queue failure"
section = "2.1"
target = { cluster = "prod", object = "deployment/queue" }
[check.errors]
title = "The log holds no error"
run = ["kubectl", "logs", "deployment/queue"]
expect = { "count:ERROR" = { max = 0 } }
[check.version]
title = "The version that runs"
run = ["kubectl", "get", "deployment/queue", "-o", "json"]
keep = { revision = "json:/revision" }
[[rung]]
when = { fail = ["errors"] }
do = "restart"
[[rung]]
human = "Raise it."
[action.restart]
title = "Restart the queue"
risk = "medium"
freeze = ["version"]
changes = ["version.revision"]
run = ["kubectl", "rollout", "restart", "deployment/queue"]
undo = "none: nothing to take back"
limit = "30s"
verify = { pass = ["errors"], within = "20s", every = "1s", hold = "2s" }
"#;
pub(super) const KUBECTL: &str = r#"#!/bin/sh
cd "$(dirname "$0")"
case "$*" in
*logs*) cat log;;
*get*) cat version;;
*restart*) echo begun >>begun; until [ -e go ]; do sleep 0.05; done; echo '{"revision": 8}' >version; echo fine >log;;
esac
"#;

/// A howler of its own process, its Slack, and a queue whose restart waits for the file `go`.
pub(super) struct Night {
    slack: Slack,
    api_url: String,
    folder: TempDir,
    port: u16,
}

impl Night {
    async fn begin() -> Self {
        Self::with(QUEUE, KUBECTL).await
    }

    pub(super) async fn with(procedure: &str, kubectl: &str) -> Self {
        let (slack, api_url) = workspace(&Clock::system()).await;
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        slack.point_at(&format!("http://127.0.0.1:{port}"));
        let night = Self { slack, api_url, folder, port };
        std::fs::create_dir(night.at("procedures")).unwrap();
        night.write("procedures/queue-failure.toml", procedure);
        night.write("kubectl", kubectl);
        std::fs::set_permissions(night.at("kubectl"), std::fs::Permissions::from_mode(0o755)).unwrap();
        night.write("log", "one ERROR\n");
        night.write("version", r#"{"revision": 7}"#);
        let (procedures, kubectl) = (night.at("procedures"), night.at("kubectl"));
        night.write(
            "howler.toml",
            &format!(
                "[runbook]\nfolder = {procedures:?}\ntools = {{ kubectl = {kubectl:?} }}\nhosts = []\n\
                 [runbook.approval]\npeople = [\"U0MAYA\"]\non_call = false\n"
            ),
        );
        night
    }

    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), text).unwrap();
    }

    pub(super) async fn howler(&self) -> Process {
        serve(&self.at("data"), &self.api_url, self.port, "").await
    }

    fn begun(&self) -> usize {
        std::fs::read_to_string(self.at("begun")).unwrap_or_default().lines().count()
    }

    pub(super) fn card(&self) -> String {
        let channel = Channel::look(&self.slack, EMERGENCIES);
        let card = channel.messages.iter().rev().find(|message| message.text.contains("Queue failure"));
        card.map(|message| message.text.clone()).unwrap_or_default()
    }

    pub(super) async fn until_card(&self, part: &str) {
        let seen = std::time::Instant::now();
        until(|| {
            assert!(seen.elapsed().as_secs() < 25, "{part:?} does not come: {}", self.card());
            self.card().contains(part)
        })
        .await;
    }

    /// The run is begun, and waits for approval.
    pub(super) async fn asks(&self) {
        self.slack.command("ian", EMERGENCIES, "/runbook run queue").await.unwrap();
        self.until_card("Approve? ").await;
    }

    /// The message with the button.
    fn asked(&self) -> String {
        self.with_button("approve")
    }

    fn with_button(&self, action: &str) -> String {
        let channel = Channel::look(&self.slack, EMERGENCIES);
        let has =
            |message: &&crate::harness::Message| message.buttons().iter().any(|button| button == action);
        channel.messages.iter().rev().find(has).unwrap().ts.clone()
    }

    pub(super) async fn approve(&self) {
        self.clicks("maya", "approve").await;
    }

    pub(super) async fn clicks(&self, person: &str, action: &str) {
        let ts = self.with_button(action);
        self.slack.click(person, EMERGENCIES, &ts, action, None).await.unwrap();
    }
}

fn running(begun: &Path) -> bool {
    begun.exists()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_people_are_asked_the_buttons_still_work() {
    let night = Night::begin().await;
    let howler = night.howler().await;
    night.asks().await;
    drop(howler);
    let _howler = night.howler().await;
    night.write("go", "");
    night.approve().await;
    night.until_card("The action helped").await;
    assert_eq!(night.begun(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_right_after_the_approval_it_is_begun_at_most_once() {
    for wait in [0, 2, 5, 10, 20, 40] {
        let night = Night::begin().await;
        let howler = night.howler().await;
        night.asks().await;
        night.write("go", "");
        night.approve().await;
        tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        drop(howler);
        let _howler = night.howler().await;
        let ends =
            ["The action helped", "The facts say that it", "whether it happened", "Nothing is wrong here"];
        until(|| ends.iter().any(|end| night.card().contains(end))).await;
        assert!(night.begun() <= 1, "after {wait} ms: {}", night.card());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_the_program_runs_its_end_is_waited_for_and_the_world_is_looked_at() {
    let night = Night::begin().await;
    let howler = night.howler().await;
    night.asks().await;
    night.approve().await;
    until(|| running(&night.at("begun"))).await;
    night.until_card("Started at").await;
    drop(howler);
    let _howler = night.howler().await;
    night.write("go", "");
    night.until_card("howler stopped while it was running. I won't start it again.").await;
    night.until_card("The facts say that it happened").await;
    assert_eq!(night.begun(), 1);
}

/// So early that howler knows nothing of the program but that it was to begin.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_just_after_the_spawn_the_program_is_found_by_its_mark() {
    for round in 0..4 {
        let night = Night::begin().await;
        let howler = night.howler().await;
        night.asks().await;
        let ts = night.asked();
        let slack = night.slack.clone();
        let click =
            tokio::spawn(async move { drop(slack.click("maya", EMERGENCIES, &ts, "approve", None).await) });
        until(|| running(&night.at("begun"))).await;
        drop(howler);
        click.abort();
        let _howler = night.howler().await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert!(!night.card().contains("The facts say"), "round {round}: it still runs: {}", night.card());
        night.write("go", "");
        night.until_card("The facts say that it happened").await;
        assert_eq!(night.begun(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_earlier_howler_began_can_still_be_aborted() {
    let night = Night::begin().await;
    let howler = night.howler().await;
    night.asks().await;
    night.approve().await;
    until(|| running(&night.at("begun"))).await;
    night.until_card("Started at").await;
    drop(howler);
    let _howler = night.howler().await;
    night.slack.command("zoe", EMERGENCIES, "/runbook abort RUN-1").await.unwrap();
    night.until_card("it was stopped. Nothing of it still runs.").await;
    night.until_card("I can't tell whether it happened").await;
    night.write("go", "");
    assert_eq!(night.begun(), 1);
    assert!(std::fs::read_to_string(night.at("version")).unwrap().contains('7'), "it did not go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_during_the_proof_the_proof_goes_on() {
    let night = Night::begin().await;
    let howler = night.howler().await;
    night.asks().await;
    night.write("go", "");
    night.approve().await;
    night.until_card("Checking whether it helped").await;
    drop(howler);
    let _howler = night.howler().await;
    night.until_card("The action helped").await;
    assert_eq!(night.begun(), 1);
}

/// A howler that is asked to stop takes its programs with it, and says so after the next start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_the_program_and_looks_at_the_world_after_the_start() {
    let night = Night::begin().await;
    let howler = night.howler().await;
    night.asks().await;
    night.approve().await;
    until(|| running(&night.at("begun"))).await;
    night.until_card("Started at").await;
    let (well, _) = howler.stop().await;
    assert!(well);
    night.write("go", "");
    let _howler = night.howler().await;
    night.until_card("I can't tell whether it happened").await;
    assert_eq!(night.begun(), 1);
}

/// A grace that is longer than howler's own stop: the program is asked to end and left to it, and the next howler waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_cuts_no_long_grace_short_and_the_next_howler_waits() {
    let night = Night::begin().await;
    let patient = QUEUE.replace("limit = \"30s\"", "limit = \"30s\"\ngrace = \"25s\"");
    night.write("procedures/queue-failure.toml", &patient);
    let holds = "trap 'touch asked; until [ -e go ]; do sleep 0.05; done; touch gone; exit' TERM; echo begun >>begun; \
                 while :; do sleep 0.05; done;;";
    let begin = KUBECTL.find("echo begun").unwrap();
    let end = KUBECTL.rfind(";;").unwrap() + 2;
    night.write("kubectl", &KUBECTL.replace(&KUBECTL[begin..end], holds));
    let howler = night.howler().await;
    night.asks().await;
    night.approve().await;
    until(|| running(&night.at("begun"))).await;
    night.until_card("Started at").await;
    let (well, after) = howler.stop().await;
    assert!(well && after.as_secs() < 10, "{well} after {after:?}");
    assert!(night.at("asked").exists() && !night.at("gone").exists(), "it lets go, in its own time");
    let _howler = night.howler().await;
    assert!(!night.card().contains("The facts say"), "it still runs: {}", night.card());
    night.write("go", "");
    night.until_card("howler stopped while it was running. I won't start it again.").await;
    assert!(night.at("gone").exists(), "nobody killed it");
    assert_eq!(night.begun(), 1);
}
