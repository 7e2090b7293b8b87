//! A storm of alerts over HTTP, and `kill -9` in the middle of it: what was answered with 202 is a row, and nothing else is counted.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ground::clock::Clock;
use serde_json::{Value, json};

use crate::harness::process::{free_port, serve_with};
use crate::harness::{SECRET, workspace};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const SENDERS: usize = 8;
/// So many keys are said again and again; every other event has a key of its own.
const COMMON: usize = 5;

/// Of each key: how often it was sent, and how often that was answered with 202.
type Sent = Arc<Mutex<BTreeMap<String, (u64, u64)>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_alert_that_was_answered_survives_a_kill_in_a_storm() {
    let (_slack, api_url) = workspace(&Clock::system()).await;
    let folder = tempfile::tempdir().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    let variables = [("SLACK_SIGNING_SECRET", SECRET), ("HOWLER_HOOK_TOKEN", TOKEN)];
    let sent = Sent::default();
    for round in 0..3 {
        let howler = serve_with(&data, &api_url, port, "", &variables).await;
        let senders: Vec<_> =
            (0..SENDERS).map(|sender| send(port, round, sender, Arc::clone(&sent))).collect();
        tokio::time::sleep(Duration::from_millis(400 + 300 * round)).await;
        drop(howler);
        for sender in senders {
            sender.await.unwrap();
        }
    }
    // It comes up once more, so that what the last kill left is read.
    let howler = serve_with(&data, &api_url, port, "", &variables).await;
    assert!(howler.stop().await.0);
    let rows = exported(&data);
    let sent = sent.lock().unwrap();
    let answered: u64 = sent.values().map(|(_, answered)| answered).sum();
    assert!(answered > 100, "{answered} were answered");
    for (key, (tried, answered)) in sent.iter() {
        let counted = rows.get(key).copied().unwrap_or_default();
        assert!(counted >= *answered, "{key}: {answered} were answered with 202, and {counted} are there");
        assert!(counted <= *tried, "{key}: {tried} were sent, and {counted} are there");
    }
    println!("{answered} alerts were answered with 202 in 3 rounds, 0 lost, {} keys", sent.len());
}

/// Sends until howler is gone.
fn send(port: u16, round: u64, sender: usize, sent: Sent) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
        for number in 0.. {
            let key = match number % 2 {
                0 => format!("common-{}", number % COMMON),
                _ => format!("own-{round}-{sender}-{number}"),
            };
            sent.lock().unwrap().entry(key.clone()).or_default().0 += 1;
            let body = json!({
                "routing_key": TOKEN, "event_action": "trigger", "dedup_key": key,
                "payload": { "summary": "Queue is long", "source": "queue", "severity": "warning" },
            });
            let answer = client.post(format!("http://127.0.0.1:{port}/v2/enqueue")).json(&body).send().await;
            match answer.map(|answer| answer.status().as_u16()) {
                Ok(202) => sent.lock().unwrap().get_mut(&key).unwrap().1 += 1,
                Ok(503) => {}
                Ok(other) => panic!("{other} in a storm"),
                Err(_) => return,
            }
        }
    })
}

/// How often howler counted each key, over all alerts of it.
fn exported(data: &Path) -> BTreeMap<String, u64> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_howler")).args(["export", "--data"]).arg(data).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut counts = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        if row["kind"] == "alert" {
            *counts.entry(row["key"].as_str().unwrap().to_owned()).or_default() +=
                row["count"].as_u64().unwrap();
        }
    }
    counts
}
