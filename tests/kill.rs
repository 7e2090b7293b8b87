//! The real binary on a real disk: killed, stopped, and out of space.

mod ledger;
mod load;
mod reading;
mod rounds;

use std::process::Command;
use std::time::Duration;

use howler::clock::Clock;

use crate::harness::process::{free_port, serve, until};
use crate::harness::{Channel, EMERGENCIES, TOKEN, workspace};

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
    assert!(well && after < Duration::from_secs(10), "{well} after {after:?}");
    let _again = serve(&data, &api_url, port, "").await;
    until(|| Channel::look(&slack, EMERGENCIES).texts().iter().any(|text| text.contains("Slow search")))
        .await;
}

#[tokio::test]
async fn a_full_disk_is_told_and_never_a_false_ok() {
    let (slack, api_url) = workspace(&Clock::system()).await;
    slack.faults().down(true);
    let folder = tempfile::tempdir().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    slack.point_at(&format!("http://127.0.0.1:{port}"));
    // No file may grow past 1 MiB, and the signal that usually kills for it is ignored, as on a full disk.
    let howler = serve(&data, &api_url, port, "trap '' XFSZ; ulimit -f 1024;").await;
    let mut acknowledged = 0;
    let refused = loop {
        let line = format!("/incident p4 {}", "x".repeat(110));
        let reply = slack.command("ian", EMERGENCIES, &line).await.unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        if !reply.body.contains("is declared") {
            break reply.body;
        }
        acknowledged += 1;
        assert!(acknowledged < 5_000, "the disk never filled");
    };
    assert!(refused.contains("could not save"), "{refused}");
    let readyz = reqwest::get(format!("http://127.0.0.1:{port}/readyz")).await.unwrap();
    assert_eq!(readyz.status(), 503);
    drop(howler);

    let _with_space = serve(&data, &api_url, port, "").await;
    let list = slack.command("ian", EMERGENCIES, "/incident show 1").await.unwrap();
    assert!(list.body.contains("xxx"), "{}", list.body);
    let last = slack.command("ian", EMERGENCIES, &format!("/incident show {acknowledged}")).await.unwrap();
    assert!(last.body.contains("xxx"), "the last one acknowledged is there: {}", last.body);
}

#[tokio::test]
async fn a_missing_secret_and_a_wrong_configuration_are_clear_errors() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("howler.toml"), "[channels]\n\nemergencis = \"#x\"\n").unwrap();
    let run = |token: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(folder.path()).env_clear();
        command.envs(token.map(|token| ("SLACK_BOT_TOKEN", token)));
        command.output().unwrap()
    };
    let wrong = run(Some(TOKEN));
    let text = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(!wrong.status.success() && text.contains("emergencis") && text.contains("line 3"), "{text}");
    std::fs::write(folder.path().join("howler.toml"), "").unwrap();
    let text = String::from_utf8_lossy(&run(None).stderr).into_owned();
    assert!(text.contains("SLACK_BOT_TOKEN is not set"), "{text}");
    let text = String::from_utf8_lossy(&run(Some(TOKEN)).stderr).into_owned();
    assert!(text.contains("SLACK_SIGNING_SECRET is not set"), "{text}");
}
