//! SIGTERM: what is in hand is finished, whatever goes on.

use std::sync::Arc;
use std::time::Duration;

use ground::clock::Clock;

use super::ledger::{Dice, Ledger};
use super::load::Crowd;
use super::rounds::everything_is_there;
use crate::harness::process::{free_port, serve, until};
use crate::harness::{Channel, EMERGENCIES, workspace};

const WITHIN: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_stop_finishes_what_is_in_hand() {
    let (slack, api_url) = workspace(&Clock::system()).await;
    let folder = tempfile::tempdir().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    let howler = serve(&data, &api_url, port, "").await;
    let reply = slack.command("ian", EMERGENCIES, "/incident p3 Slow search").await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.body);
    let (well, after) = howler.stop().await;
    assert!(well && after < WITHIN, "{well} after {after:?}");
    let _again = serve(&data, &api_url, port, "").await;
    until(|| Channel::look(&slack, EMERGENCIES).texts().iter().any(|text| text.contains("Slow search")))
        .await;
}

/// Under load, with calls of Slack's that do not come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_under_load_waits_for_no_hanging_slack() {
    let (slack, api_url) = workspace(&Clock::system()).await;
    let folder = tempfile::tempdir().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    let (ledger, mut dice) = (Arc::new(Ledger::default()), Dice::new(7));
    let howler = serve(&data, &api_url, port, "").await;
    let crowd = Crowd::start(&slack, &ledger, &mut dice);
    tokio::time::sleep(Duration::from_millis(400)).await;
    for method in ["chat.postMessage", "chat.update", "conversations.create", "views.open"] {
        slack.faults().hang(method);
    }
    until(|| ledger.look(|entries| entries.declared.len() > 3)).await;
    let (well, after) = howler.stop().await;
    crowd.go_home().await;
    assert!(well && after < WITHIN, "{well} after {after:?}");

    slack.faults().clear();
    let _again = serve(&data, &api_url, port, "").await;
    let entries = ledger.look(|entries| entries.clone());
    everything_is_there(&slack, &entries, 1).await;
}

/// Whoever starts howler may be starting a program under a mark at that very moment; the program's end is not howler's.
#[tokio::test]
async fn a_mark_that_was_meant_for_a_program_is_taken_off() {
    let (_slack, api_url) = workspace(&Clock::system()).await;
    let folder = tempfile::tempdir().unwrap();
    let howler =
        serve(&folder.path().join("data"), &api_url, free_port(), "ulimit -S -x 4611686018427;").await;
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", howler.id())).unwrap();
    let locks = limits.lines().find(|line| line.starts_with("Max file locks")).unwrap();
    assert!(!locks.contains("4611686018427"), "{locks}");
}
