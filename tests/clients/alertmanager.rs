//! A real Alertmanager fires at a real howler.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ground::clock::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::client;
use crate::harness::process::{Process, free_port, listening, serve_with};
use crate::harness::{SECRET, workspace};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A group waits a second, as nobody does who runs one.
fn configuration(howler: u16) -> String {
    format!(
        "route: {{receiver: howler, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}}\n\
         receivers:\n- name: howler\n  webhook_configs:\n  - url: http://127.0.0.1:{howler}/hooks/alertmanager\n    \
         send_resolved: true\n    http_config: {{authorization: {{credentials: {TOKEN}}}}}\n"
    )
}

async fn alertmanager(program: &Path, folder: &Path, howler: u16) -> (Process, u16) {
    let (port, file) = (free_port(), folder.join("alertmanager.yml"));
    fs::write(&file, configuration(howler)).unwrap();
    let process = Process::spawn(
        Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.path={}", folder.join("alertmanager").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .arg("--cluster.listen-address="),
    );
    listening(port).await;
    (process, port)
}

/// Tells Alertmanager of alerts, as Prometheus does.
async fn tell(port: u16, alerts: Value) {
    let url = format!("http://127.0.0.1:{port}/api/v2/alerts");
    let answer = reqwest::Client::new().post(url).json(&alerts).send().await.unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
}

fn alert(instance: &str) -> Value {
    json!({
        "labels": { "alertname": "HighLatency", "severity": "warning", "instance": instance },
        "annotations": { "summary": format!("p99 of {instance} over 500 ms") },
        "generatorURL": "http://prometheus.example/graph",
    })
}

/// The alerts that howler knows.
async fn alerts(data: &Path) -> Vec<Value> {
    let data = data.to_owned();
    let run = move || {
        Command::new(env!("CARGO_BIN_EXE_howler")).args(["export", "--data"]).arg(data).output().unwrap()
    };
    let Output { stdout, .. } = tokio::task::spawn_blocking(run).await.unwrap();
    let lines = String::from_utf8(stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["kind"] == "alert").collect()
}

/// Waits until howler knows of alerts of which this is true.
async fn known(data: &Path, is: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    for _ in 0..120 {
        let found = alerts(data).await;
        if is(&found) {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    panic!("{:#?}", alerts(data).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_alertmanager_fires_at_howler_and_resolves() {
    let Some(program) = client("prometheus-alertmanager") else { return };
    let (_slack, api_url) = workspace(&Clock::system()).await;
    let folder = TempDir::new().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    let (_alertmanager, alertmanager) = alertmanager(&program, folder.path(), port).await;
    // howler is not there yet: Alertmanager sends it again.
    tell(alertmanager, json!([alert("web-1"), alert("web-2")])).await;
    let variables = [("SLACK_SIGNING_SECRET", SECRET), ("HOWLER_HOOK_TOKEN", TOKEN)];
    let howler = serve_with(&data, &api_url, port, "", &variables).await;
    let found = known(&data, |found| found.len() == 2).await;
    let told =
        |found: &[Value], title: &str| found.iter().find(|alert| alert["title"] == title).cloned().unwrap();
    let first = told(&found, "p99 of web-1 over 500 ms");
    assert_eq!((&first["source"], &first["resolved_at"]), (&json!("alertmanager"), &Value::Null), "{first}");
    let ended = json!([{ "labels": alert("web-1")["labels"], "annotations": alert("web-1")["annotations"],
        "endsAt": Clock::system().now().to_string() }]);
    tell(alertmanager, ended).await;
    let is_over = |alert: &Value| !alert["resolved_at"].is_null();
    let found = known(&data, |found| found.iter().any(is_over)).await;
    assert!(is_over(&told(&found, "p99 of web-1 over 500 ms")), "{found:#?}");
    assert!(!is_over(&told(&found, "p99 of web-2 over 500 ms")), "by its own status: {found:#?}");
    let keys: Vec<_> = found.iter().map(|alert| alert["key"].as_str().unwrap().len()).collect();
    assert_eq!(keys, [16, 16], "Alertmanager's fingerprints");
    drop(howler);
}
