//! howler asks a real Prometheus, which scrapes a page that the test writes.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::client;
use crate::harness::process::{Process, free_port, listening};
use crate::harness::{EMERGENCIES, World, two_in_the_morning};
use crate::watches::{Place, minutes, open};

async fn prometheus(program: &Path, folder: &Path, target: &str) -> (Process, u16) {
    let (port, file) = (free_port(), folder.join("prometheus.yml"));
    let scrape = format!(
        "scrape_configs:\n- job_name: town\n  scrape_interval: 1s\n  scrape_timeout: 1s\n  static_configs: [{{targets: [\"{target}\"]}}]\n"
    );
    fs::write(&file, scrape).unwrap();
    let process = Process::spawn(
        Command::new(program)
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
            .arg("--storage.tsdb.retention.time=100y")
            .arg(format!("--web.listen-address=127.0.0.1:{port}")),
    );
    listening(port).await;
    (process, port)
}

/// Waits until Prometheus has seen the queue's depth.
async fn sees(port: u16, depth: u32) {
    let url = format!("http://127.0.0.1:{port}/api/v1/query?query=queue_depth");
    for _ in 0..120 {
        let answer = reqwest::get(&url).await.unwrap().text().await.unwrap();
        if answer.contains(&format!(",\"{depth}\"]")) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    panic!("it does not see {depth}");
}

fn page(place: &Place, depth: u32) {
    let body = format!("# TYPE queue_depth gauge\nqueue_depth{{queue=\"mail\"}} {depth}\n");
    place.says("/metrics", &body);
}

#[tokio::test]
async fn a_real_prometheus_is_asked_and_its_page_is_read() {
    let Some(program) = client("prometheus") else { return };
    let (place, folder) = (Place::open().await, TempDir::new().unwrap());
    page(&place, 7);
    let (server, port) = prometheus(&program, folder.path(), &place.host).await;
    sees(port, 7).await;
    let toml = format!(
        "[runbook]\nhosts = [\"127.0.0.1:{port}\"]\nprivate = [\"127.0.0.1:{port}\"]\n\
         [[watch]]\nname = \"queue-depth\"\npromql = \"max(queue_depth)\"\nwarning = \"> 5 for 2m\"\n\
         [[watch]]\nname = \"wrong\"\npromql = \"sum(\"\nwarning = \"> 5\"\n\
         [[watch]]\nname = \"own-page\"\nprometheus = \"http://127.0.0.1:{port}/metrics\"\n\
         metric = \"prometheus_http_requests_total\"\nfold = \"sum\"\nper = \"second\"\nwarning = \"< 0\"\n"
    );
    let world = World::with_secrets(&toml, |secrets| {
        secrets.prometheus_url = Some(format!("http://127.0.0.1:{port}"));
    })
    .await;
    minutes(&world, 3).await;
    let found = open(&world);
    let title = "Queue depth is 7: over 5 for 2 min";
    assert_eq!(found.iter().map(|one| one.2.as_str()).collect::<Vec<_>>(), [title]);
    page(&place, 3);
    sees(port, 3).await;
    minutes(&world, 1).await;
    assert_eq!(open(&world), []);
    minutes(&world, 7).await;
    let found = open(&world);
    let [wrong] = &found[..] else { panic!("the page is read, and one query is wrong: {found:?}") };
    assert!(wrong.0 == "wrong:absent" && wrong.2.contains("the source says: bad_data"), "{wrong:?}");
    drop(server);
    minutes(&world, 11).await;
    let keys: Vec<String> = open(&world).into_iter().map(|one| one.0).collect();
    assert!(keys.iter().any(|key| key == "queue-depth:absent"), "{keys:?}");
    assert!(keys.iter().all(|key| key.ends_with(":absent")), "nothing is breached: {keys:?}");
}

/// A Prometheus that has known the queue's depth since the midnight before howler starts: 3, and 7 from one o'clock on.
fn backfilled(folder: &Path) {
    let from = two_in_the_morning().as_second() - 2 * 3_600;
    let depth = |minute: i64| if minute < 60 { 3 } else { 7 };
    let lines: Vec<String> = (0..120)
        .map(|minute| format!("queue_depth{{queue=\"mail\"}} {} {}\n", depth(minute), from + minute * 60))
        .collect();
    let file = folder.join("past");
    fs::write(&file, format!("# TYPE queue_depth gauge\n{}# EOF\n", lines.concat())).unwrap();
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .args([&file, &folder.join("tsdb")])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[tokio::test]
async fn a_real_prometheus_is_asked_for_what_howler_did_not_see() {
    let Some(program) = client("prometheus") else { return };
    let (place, folder) = (Place::open().await, TempDir::new().unwrap());
    page(&place, 7);
    backfilled(folder.path());
    let (_server, port) = prometheus(&program, folder.path(), &place.host).await;
    sees(port, 7).await;
    let toml = format!(
        "[runbook]\nhosts = [\"127.0.0.1:{port}\"]\nprivate = [\"127.0.0.1:{port}\"]\n\
         [[watch]]\nname = \"queue-depth\"\npromql = \"max(queue_depth)\"\nwarning = \"> 5 for 45m\"\n"
    );
    let world = World::with_secrets(&toml, |secrets| {
        secrets.prometheus_url = Some(format!("http://127.0.0.1:{port}"));
    })
    .await;
    minutes(&world, 1).await;
    let found = open(&world);
    assert_eq!(
        found.iter().map(|one| one.2.as_str()).collect::<Vec<_>>(),
        ["Queue depth is 7: over 5 for 45 min"]
    );
    let why = world.ian().types(EMERGENCIES, "/alerts why 1").await;
    assert!(why.contains("2026-11-24 01:0"), "since one o'clock: {why}");
    let asked = world.ian().types(EMERGENCIES, "/runbook metrics queue-depth 24h").await;
    assert!(asked.contains("3") && asked.contains("7"), "{asked}");
    println!("{why}\n{asked}");
}
