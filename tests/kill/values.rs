//! Values of what is watched and `kill -9`: what was answered with 200 is kept, and a backup of it has the same.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use ::watch::history::History;
use ground::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::Store;

use crate::harness::process::{free_port, serve_with};
use crate::harness::{SECRET, workspace};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const WATCH: &str =
    "[[watch]]\nname = \"mail-queue\"\npush = \"queue_depth\"\ncritical = \"> 1000 for 5m\"\n";
const ROUNDS: i64 = 3;

/// Pushes a value of each minute of the last hour, in order, until howler is gone. Gives those that were answered with 200.
async fn push(port: u16, minutes: Vec<(Timestamp, i64)>) -> Vec<(Timestamp, i64)> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().unwrap();
    let mut saved = Vec::new();
    for (at, number) in minutes {
        let body = json!({ "name": "queue_depth", "value": number, "time": at.to_string() });
        let post = client.post(format!("http://127.0.0.1:{port}/v1/metrics")).bearer_auth(TOKEN).json(&body);
        let Ok(answer) = post.send().await else { break };
        let status = answer.status().as_u16();
        assert_eq!(status, 200, "{at}: {}", answer.text().await.unwrap_or_default());
        saved.push((at, number));
    }
    saved
}

/// Each minute that is kept, with its value.
fn kept(data: &Path) -> Vec<(Timestamp, String)> {
    let rows = Store::open(data, "x").unwrap().values("mail-queue").unwrap();
    let points = History::load(rows).points(Timestamp::MIN, Timestamp::MAX, SignedDuration::from_hours(2));
    points.into_iter().flatten().map(|point| (point.from, point.last.to_string())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_value_that_was_answered_survives_a_kill_and_a_backup_has_them() {
    let (_slack, api_url) = workspace(&Clock::system()).await;
    let folder = tempfile::tempdir().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    fs::write(folder.path().join("howler.toml"), WATCH).unwrap();
    let variables = [("SLACK_SIGNING_SECRET", SECRET), ("HOWLER_HOOK_TOKEN", TOKEN)];
    let minute = Clock::system().now().as_second() / 60;
    let at = |back: i64| Timestamp::from_second((minute - back) * 60).unwrap();
    let mut saved = Vec::new();
    for round in 0..ROUNDS {
        let howler = serve_with(&data, &api_url, port, "", &variables).await;
        let minutes = (0..18).map(|place| (at(57 - round * 18 - place), round * 100 + place)).collect();
        let pushing = tokio::spawn(push(port, minutes));
        // In the middle of them, wherever that is; of the last round at its end.
        if round + 1 < ROUNDS {
            tokio::time::sleep(Duration::from_millis(15 + 20 * round.unsigned_abs())).await;
            drop(howler);
            saved.extend(pushing.await.unwrap());
        } else {
            saved.extend(pushing.await.unwrap());
            drop(howler);
        }
    }
    // It comes up once more, so that what the last kill left is read.
    let howler = serve_with(&data, &api_url, port, "", &variables).await;
    assert!(howler.stop().await.0);
    let found = kept(&data);
    assert!(saved.len() >= 18, "{saved:?}");
    for (at, number) in &saved {
        let one = (*at, number.to_string());
        assert!(found.contains(&one), "{one:?} was answered with 200, and {found:?} are kept");
    }
    let most = i64::try_from(saved.len()).unwrap() + ROUNDS;
    assert!(i64::try_from(found.len()).unwrap() <= most, "one that was not answered at most in each round");
    let (file, restored) = (folder.path().join("backup"), folder.path().join("restored"));
    for (word, place, of) in [("backup", &file, &data), ("restore", &file, &restored)] {
        let line = [OsStr::new(word), place.as_os_str(), OsStr::new("--data"), of.as_os_str()];
        let output = Command::new(env!("CARGO_BIN_EXE_howler")).args(line).env_clear().output().unwrap();
        assert!(output.status.success(), "{word}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(kept(&restored), found);
    println!("{} values were answered with 200 in {ROUNDS} rounds, 0 lost", saved.len());
}
