//! A storm of alerts from outside, with a P1 of another key every few seconds: what is refused, that nothing is lost, and how long a
//! page takes meanwhile.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fake::alerts::{Alert, Alertmanager, Event, PagerDuty, Post};
use fake::slack::{Call, Setup, Slack};
use ground::clock::Clock;
use howler::app;
use jiff::Timestamp;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::Result;
use crate::client::Client;
use crate::measure::{Spread, millis};
use crate::server::{SECRET, Server, TOKEN};

const MANIFEST: &str = include_str!("../../manifest.yml");
const HOOK_TOKEN: &str = "0123456789abcdef0123456789abcdef";
const PER_SECOND: u32 = 1_000;
const CONNECTIONS: usize = 64;
/// So many keys are said again and again, where not all are new.
const COMMON: usize = 1_000;
const P1_EVERY: Duration = Duration::from_secs(3);
/// What is behind Slack's limits comes out in this time.
const AFTERWARDS: Duration = Duration::from_secs(30);

/// Each P1 has a group of its own, and so an incident and a page of its own.
const TOML: &str = "[mentions]\noncall = \"S0ONCALL\"\nengineering = \"S0ENG\"\n\
    [rotation]\nturn = \"weekly\"\nmembers = [\"U0MAYA\", \"U0KOFI\", \"U0ZOE\"]\n[backups]\nevery = \"off\"\n\
    [[alerts.rule]]\nsource = \"alertmanager\"\ngroup_by = [\"instance\"]\n";

/// Of each key: how often it was sent, and how often that was answered with a yes.
type Sent = BTreeMap<String, (u64, u64)>;

#[derive(Default)]
struct Heard {
    sent: Sent,
    acknowledged: Vec<Duration>,
    refused: u64,
    others: BTreeMap<u16, u64>,
}

impl Heard {
    fn count(&mut self, key: String, status: u16, took: Duration) {
        let sent = self.sent.entry(key).or_default();
        sent.0 += 1;
        match status {
            200 | 202 => {
                sent.1 += 1;
                self.acknowledged.push(took);
            }
            503 => self.refused += 1,
            other => *self.others.entry(other).or_default() += 1,
        }
    }

    fn add(&mut self, other: Self) {
        for (key, (sent, answered)) in other.sent {
            let own = self.sent.entry(key).or_default();
            *own = (own.0 + sent, own.1 + answered);
        }
        self.acknowledged.extend(other.acknowledged);
        self.refused += other.refused;
        other.others.into_iter().for_each(|(status, many)| *self.others.entry(status).or_default() += many);
    }
}

/// A P1: its key, when it was sent, and its answer.
struct P1 {
    name: String,
    at: Timestamp,
    status: u16,
    took: Duration,
}

/// What the storm is of.
#[derive(Clone, Copy)]
struct Of {
    name: &'static str,
    severity: &'static str,
    /// Of five so many have a key of their own.
    new: usize,
}

/// As on a bad day; and the worst: each opens another alert that pages, until no more may be open.
const STORMS: [Of; 2] = [
    Of { name: "P3, three of five new", severity: "warning", new: 3 },
    Of { name: "P1, all of them new", severity: "critical", new: 5 },
];

pub async fn storms(each: Duration) -> Result<()> {
    for of in STORMS {
        storm(of, each).await?;
    }
    Ok(())
}

async fn storm(of: Of, each: Duration) -> Result<()> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("howler.toml"), TOML)?;
    let (slack, api_url) = workspace().await?;
    let server = Server::start_with(folder.path(), &api_url, &[("HOWLER_HOOK_TOKEN", HOOK_TOKEN)]).await?;
    slack.point_at(&format!("http://{}", server.address));
    // Hand-over and greetings are out.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (before, idle, cpu) = (slack.calls().len(), server.resident_mib()?, server.cpu()?);
    slack.faults().real_limits(true);
    let started = Instant::now();
    let (heard, p1s) = tokio::try_join!(flood(of, &server.address, each), urgent(&server.address, each))?;
    let (took, cpu) = (started.elapsed(), server.cpu()? - cpu);
    let keys = heard.sent.values().filter(|(_, answered)| *answered > 0).count();
    let open = f64::from(u32::try_from(keys + p1s.iter().filter(|p1| p1.status == 200).count())?);
    let resident = server.resident_mib()?;
    tokio::time::sleep(AFTERWARDS).await;
    let calls = slack.calls().split_off(before);
    let seconds = took.as_secs_f64();
    println!(
        "| a storm of {PER_SECOND} alerts a second for {seconds:.0} s: {} | value |\n|---|---|",
        of.name
    );
    told(&heard);
    said(&calls);
    paged(&calls, &p1s);
    println!("| processor time of howler | {:.1} s |", cpu.as_secs_f64());
    println!(
        "| resident before, after {open:.0} open, at most | {idle:.1} MiB, {resident:.1} MiB, {:.1} MiB |",
        server.peak_mib()?
    );
    println!("| memory for each open alert | {:.1} KiB |", (resident - idle) * 1_024.0 / open);
    drop(server);
    lost(&folder.path().join("data"), &heard.sent)
}

async fn workspace() -> Result<(Slack, String)> {
    let slack = Slack::new(Setup {
        clock: Clock::system(),
        manifest: MANIFEST.into(),
        signing_secret: SECRET.into(),
        bot_token: TOKEN.into(),
    })?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", listener.local_addr()?);
    slack.set_own_base(&base);
    tokio::spawn(app::serve(listener, slack.api(), std::future::pending()));
    Ok((slack, format!("{base}/api/")))
}

/// The bytes of a delivery.
fn bytes(post: &Post) -> Vec<u8> {
    let headers: String = post.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let Post { method, path, body, .. } = post;
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nhost: howler\r\n{headers}content-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// So many a second, whether or not earlier ones are answered; timed from when each was to be sent.
async fn flood(of: Of, address: &str, each: Duration) -> Result<Heard> {
    let pause = Duration::from_secs(1) / PER_SECOND;
    let total = each.as_secs() as usize * PER_SECOND as usize;
    let (begins, address) =
        (tokio::time::Instant::now() + Duration::from_millis(50), Arc::<str>::from(address));
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|first| {
            let address = Arc::clone(&address);
            tokio::spawn(async move {
                let (mut client, mut heard) = (Client::connect(&address).await?, Heard::default());
                for number in (first..total).step_by(CONNECTIONS) {
                    let key = if number % 5 >= of.new {
                        format!("common-{}", number / 5 % COMMON)
                    } else {
                        format!("own-{number}")
                    };
                    let due = begins + pause * u32::try_from(number)?;
                    tokio::time::sleep_until(due).await;
                    let status = client.exchange(&bytes(&trigger(&key, of.severity))).await?;
                    heard.count(key, status, due.elapsed());
                }
                Result::Ok(heard)
            })
        })
        .collect();
    let mut heard = Heard::default();
    for task in tasks {
        heard.add(task.await??);
    }
    Ok(heard)
}

fn trigger(key: &str, severity: &str) -> Post {
    PagerDuty { routing_key: HOOK_TOKEN.into() }.event(&Event {
        action: "trigger".into(),
        dedup_key: Some(key.to_owned()),
        summary: format!("Queue {key} is long"),
        severity: severity.to_owned(),
        at: Timestamp::now(),
    })
}

/// A P1 every few seconds, over a connection of its own.
async fn urgent(address: &str, each: Duration) -> Result<Vec<P1>> {
    let (mut client, begins) = (Client::connect(address).await?, tokio::time::Instant::now());
    let mut all = Vec::new();
    for number in 1..=u32::try_from(each.as_secs() / P1_EVERY.as_secs())? {
        tokio::time::sleep_until(begins + P1_EVERY * number - P1_EVERY / 2).await;
        let (at, name) = (Timestamp::now(), format!("Broker{number}Down"));
        let alert = Alert::new(&name, "critical", &format!("broker-{number}"), at);
        let post = Alertmanager { token: HOOK_TOKEN.into() }.group(&[alert]);
        let sent = Instant::now();
        let status = client.exchange(&bytes(&post)).await?;
        all.push(P1 { name, at, status, took: sent.elapsed() });
    }
    Ok(all)
}

fn told(heard: &Heard) {
    let spread = Spread::of(heard.acknowledged.clone());
    let sent: u64 = heard.sent.values().map(|(sent, _)| sent).sum();
    println!("| sent | {sent} |");
    println!("| acknowledged | {}: {spread}, longest {} |", heard.acknowledged.len(), millis(spread.most));
    println!("| refused with 503 | {} |", heard.refused);
    println!("| answered otherwise | {:?} |", heard.others);
}

fn said(calls: &[Call]) {
    for (method, what) in [("chat.postMessage", "messages"), ("chat.update", "edits")] {
        let of = || calls.iter().filter(|call| call.method == method);
        let in_metrics =
            |call: &&Call| call.args["channel"] == "C0METRICS" || call.args["channel"] == "#metrics";
        let (taken, limited) =
            (of().filter(|call| call.status == 200), of().filter(|call| call.status == 429));
        println!(
            "| {what} that Slack took, of them in the storm's channel, and refused with 429 | {}, {}, {} |",
            taken.clone().count(),
            taken.filter(in_metrics).count(),
            limited.count()
        );
    }
}

/// From a P1 to the message to whoever is on call.
fn paged(calls: &[Call], p1s: &[P1]) {
    let to_maya = |call: &&Call| {
        let to = call.args["channel"].as_str().unwrap_or_default();
        call.method == "chat.postMessage"
            && call.status == 200
            && (to.starts_with('D') || to.starts_with("U0"))
    };
    let direct: Vec<(&Call, String)> =
        calls.iter().filter(to_maya).map(|call| (call, call.args.to_string())).collect();
    let page = |p1: &P1| {
        let first = direct.iter().find(|(_, text)| text.contains(&format!("{} on", p1.name)))?;
        Duration::try_from(first.0.at.duration_since(p1.at)).ok()
    };
    let pages: Vec<Duration> = p1s.iter().filter_map(page).collect();
    let (many, spread) = (pages.len(), Spread::of(pages));
    let answered = Spread::of(p1s.iter().map(|p1| p1.took).collect());
    let taken = p1s.iter().filter(|p1| p1.status == 200).count();
    println!(
        "| P1s meanwhile: sent, acknowledged | {}, {taken}: {answered}, longest {} |",
        p1s.len(),
        millis(answered.most)
    );
    println!("| a P1 sent to the page's message, {many} pages | {spread}, longest {} |", millis(spread.most));
}

/// What was answered with a yes is in the export, and nothing is counted that was not sent.
fn lost(data: &Path, sent: &Sent) -> Result<()> {
    let output = Command::new(env!("CARGO_BIN_EXE_howler")).args(["export", "--data"]).arg(data).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let row: Value = serde_json::from_str(line)?;
        *kinds.entry(row["kind"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        if row["kind"] == "alert" {
            *counted.entry(row["key"].as_str().unwrap_or_default().to_owned()).or_default() +=
                row["count"].as_u64().unwrap_or(0);
        }
    }
    let of = |key: &String| counted.get(key).copied().unwrap_or(0);
    let lost: u64 = sent.iter().map(|(key, (_, answered))| answered.saturating_sub(of(key))).sum();
    let more: u64 = sent.iter().map(|(key, (sent, _))| of(key).saturating_sub(*sent)).sum();
    let many = |kind: &str| kinds.get(kind).copied().unwrap_or(0);
    println!(
        "| alerts, groups, incidents | {}, {}, {} |",
        many("alert"),
        many("alert_group"),
        many("incident")
    );
    println!("| lost, and counted more often than sent | {lost}, {more} |\n");
    Ok(())
}
