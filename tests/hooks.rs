//! Alerts over the whole path: what the sources send, signed as they sign, becomes rows that outlive a crash.

use std::slice::from_ref;

use config::secrets::HookSecrets;
use fake::alerts::{
    Alert, Alertmanager, Deployment, Event, GitHub, Grafana, Monitor, PagerDuty, Post, Run, Style,
    UptimeRobot, Vercel,
};
use jiff::{SignedDuration, Timestamp};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::World;

pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn secrets() -> HookSecrets {
    HookSecrets {
        github: Some("github-secret".into()),
        vercel: Some("vercel-secret".into()),
        uptimerobot: Some("uptime-token-0123".into()),
        token: Some(TOKEN.into()),
        grafana: Some("grafana-secret".into()),
    }
}

pub async fn world(toml: &str) -> World {
    World::with_secrets(toml, |all| all.hooks = secrets()).await
}

/// Sends it over the network; gives the status.
pub async fn sends(world: &World, post: &Post) -> u16 {
    let method = post.method.parse().unwrap();
    let mut request = reqwest::Client::new().request(method, format!("{}{}", world.base(), post.path));
    for (name, value) in &post.headers {
        request = request.header(*name, value);
    }
    request.body(post.body.clone()).send().await.unwrap().status().as_u16()
}

/// The open alerts, as `source key count`.
fn open(world: &World) -> Vec<String> {
    let line = |source: String, key: &str, count: u64| format!("{} {key} {count}", source.to_lowercase());
    let mut open: Vec<_> = world
        .alerts()
        .iter()
        .map(|alert| line(format!("{:?}", alert.source), &alert.key, alert.count))
        .collect();
    open.sort();
    open
}

fn github() -> GitHub {
    GitHub {
        secret: "github-secret".into(),
        repository: "anomalyco/monkeytown".into(),
        default_branch: "main".into(),
    }
}

fn beat(name: &str) -> Post {
    let path = format!("/hooks/heartbeat/{name}/{TOKEN}");
    Post { method: "GET", path, headers: Vec::new(), body: String::new() }
}

/// One of each source that says that something is wrong, and what takes it back.
fn each(now: Timestamp) -> Vec<(Post, Post)> {
    let deployment = Deployment {
        project: "web".into(),
        target: Some("production".into()),
        branch: "main".into(),
        at: now,
    };
    let later = Deployment { at: now + SignedDuration::from_secs(60), ..deployment.clone() };
    let monitor = Monitor { id: 7, name: "Town".into(), url: "https://monkeytown.ai/health".into() };
    let robot = UptimeRobot { token: "uptime-token-0123".into(), style: Style::Form };
    let alert = Alert::new("Disk", "warning", "db-1", now);
    let over = alert.clone().resolved(later.at);
    let (prometheus, grafana) = (
        Alertmanager { token: TOKEN.into() },
        Grafana { token: TOKEN.into(), secret: Some("grafana-secret".into()) },
    );
    let event = |action: &str| Event {
        action: action.into(),
        dedup_key: Some("disk".into()),
        summary: "Disk".into(),
        severity: "warning".into(),
        at: now,
    };
    let pagerduty = PagerDuty { routing_key: TOKEN.into() };
    let vercel = Vercel { secret: "vercel-secret".into() };
    vec![
        (
            github().run(&Run::new(1, "failure", now), "g1"),
            github().run(&Run::new(2, "success", later.at), "g2"),
        ),
        (
            vercel.deployment("deployment.error", &deployment, "e1"),
            vercel.deployment("deployment.succeeded", &later, "e2"),
        ),
        (robot.down(&monitor, "Timeout", now), robot.up(&monitor, 60, later.at)),
        (prometheus.group(from_ref(&alert)), prometheus.group(from_ref(&over))),
        (grafana.group(&[alert], now), grafana.group(&[over], now)),
        (pagerduty.event(&event("trigger")), pagerduty.event(&event("resolve"))),
    ]
}

#[tokio::test]
async fn each_source_opens_one_alert_which_outlives_a_crash_and_is_resolved() {
    let mut world = world("").await;
    let both = each(world.clock.now());
    for (wrong, _) in &both {
        let status = sends(&world, wrong).await;
        assert!((200..300).contains(&status), "{status} {wrong:?}");
    }
    let found = open(&world);
    let sources: Vec<_> = found.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(sources, ["alertmanager", "github", "grafana", "pagerduty", "uptimerobot", "vercel"]);
    for line in [
        "github anomalyco/monkeytown .github/workflows/ci.yml main 1",
        "pagerduty disk 1",
        "uptimerobot 7 1",
        "vercel prj_web production 1",
    ] {
        assert!(found.iter().any(|found| found == line), "{line} in {found:#?}");
    }
    // What was acknowledged is on the disk, and what comes again is nothing new.
    world.crash().await;
    world.start_howler().await;
    for (wrong, _) in both.iter().filter(|(wrong, _)| wrong.path != "/v2/enqueue") {
        sends(&world, wrong).await;
    }
    assert_eq!(open(&world), found);
    world.clock.advance(SignedDuration::from_mins(2));
    for (_, right) in &both {
        assert!((200..300).contains(&sends(&world, right).await), "{right:?}");
    }
    assert_eq!(open(&world), Vec::<String>::new());
}

#[tokio::test]
async fn whatever_is_not_believed_or_not_there_leaves_nothing() {
    let world = world("").await;
    for (wrong, _) in each(world.clock.now()) {
        let mut other = wrong.clone();
        other.headers.iter_mut().for_each(|(name, value)| {
            if *name != "content-type" {
                value.insert(value.len() - 1, 'x');
            }
        });
        other.path = other.path.replace("uptime-token", "other-token");
        other.body = other.body.replace(TOKEN, "nobody");
        assert_eq!(sends(&world, &other).await, 401, "{other:?}");
    }
    assert!(open(&world).is_empty());
    let off = World::start().await;
    for (wrong, _) in each(off.clock.now()) {
        assert_eq!(sends(&off, &wrong).await, 404, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_heartbeat_that_stops_is_an_alert_until_it_is_back() {
    let mut world =
        world("[[heartbeat]]\nname = \"backup\"\nevery = \"60m\"\ngrace = \"5m\"\nseverity = \"P3\"\n").await;
    assert_eq!(sends(&world, &beat("backup")).await, 200);
    world.forward(64).await;
    assert!(open(&world).is_empty(), "it has an hour and five minutes");
    assert_eq!(sends(&world, &beat("backup")).await, 200);
    world.forward(64).await;
    assert!(open(&world).is_empty(), "each beat begins anew");
    // howler is away for half an hour, which is not the program's silence.
    world.crash().await;
    world.clock.advance(SignedDuration::from_mins(30));
    world.start_howler().await;
    world.settle().await;
    assert!(open(&world).is_empty(), "howler was not there to hear it");
    world.forward(40).await;
    assert_eq!(open(&world), ["heartbeat backup 1"]);
    let alert = world.alerts().remove(0);
    assert_eq!(alert.told.title, "backup is silent");
    world.forward(200).await;
    assert_eq!(open(&world), ["heartbeat backup 1"], "told once");
    assert_eq!(sends(&world, &beat("backup")).await, 200);
    assert!(open(&world).is_empty());
    world.forward(66).await;
    assert_eq!(open(&world).len(), 1, "and the next silence is told again");
}

#[tokio::test]
async fn one_that_never_beat_is_silent_too_and_its_time_survives_restarts() {
    let mut world = world("[[heartbeat]]\nname = \"cron\"\nevery = \"60m\"\ngrace = \"1m\"\n").await;
    world.settle().await;
    for _ in 0..3 {
        world.forward(20).await;
        assert!(open(&world).is_empty());
        assert!(world.stop().await);
        world.start_howler().await;
    }
    world.forward(2).await;
    assert_eq!(open(&world), ["heartbeat cron 1"]);
    // One that is expected no longer is not watched.
    world.stop().await;
    world.configure(|config| config.heartbeats.clear());
    world.start_howler().await;
    world.settle().await;
    assert_eq!(sends(&world, &beat("cron")).await, 404);
}

#[tokio::test]
async fn a_source_that_should_speak_and_does_not_is_an_alert() {
    let world = world("[sources]\ngithub = \"2h\"\n").await;
    let run = |number: u64, at: Timestamp| github().run(&Run::new(number, "success", at), "g");
    assert_eq!(sends(&world, &run(1, world.clock.now())).await, 200);
    world.forward(119).await;
    assert!(open(&world).is_empty());
    world.forward(1).await;
    assert_eq!(open(&world), ["heartbeat source:github 1"]);
    assert_eq!(sends(&world, &run(2, world.clock.now())).await, 200);
    assert!(open(&world).is_empty(), "it speaks again");
}

#[tokio::test]
async fn a_source_that_says_the_same_again_speaks() {
    let world = world("[sources]\nalertmanager = \"5h\"\n").await;
    let group = Alertmanager { token: TOKEN.into() }.group(&[Alert::new(
        "Disk",
        "warning",
        "db-1",
        world.clock.now(),
    )]);
    for _ in 0..3 {
        assert_eq!(sends(&world, &group).await, 200);
        world.forward(4 * 60).await;
    }
    assert_eq!(open(&world).len(), 1, "its own alert alone");
    world.forward(60).await;
    assert!(open(&world).iter().any(|line| line == "heartbeat source:alertmanager 1"), "{:?}", open(&world));
}

#[test]
fn what_the_document_shows_of_the_configuration_is_one() {
    let document = include_str!("../docs/alerts.md");
    let blocks: Vec<_> =
        document.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 5);
    for block in blocks {
        assert_eq!(config::problems(block), Vec::<String>::new(), "{block}");
    }
}

/// Bodies of those whom nobody knows yet have a room of their own, and where they stall they make room for whoever comes: neither
/// people nor any source waits behind them.
#[tokio::test]
async fn a_crowd_that_stalls_keeps_nobody_out() {
    let world = world("").await;
    let address = world.base().strip_prefix("http://").unwrap().to_owned();
    let body = vec![b'x'; (1 << 20) - 1];
    let head = format!(
        "POST /hooks/github HTTP/1.1\r\nhost: howler\r\nx-hub-signature-256: sha256=00\r\ncontent-length: {}\r\n\r\n",
        body.len() + 1
    );
    let now = world.clock.now();
    let mut crowd = Vec::new();
    let mut metrics = String::new();
    for number in 0..500 {
        if number % 2 == 0 && crowd.len() < 40 {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            stream.write_all(&body).await.unwrap();
            crowd.push(stream);
        }
        let run = github().run(&Run::new(number + 1, "failure", now), &format!("g{number}"));
        let run = Post { body: " ".repeat(1 << 15) + &run.body, ..run.clone() };
        assert_ne!(sends(&world, &run).await, 503, "number {number}");
        metrics = reqwest::get(format!("{}/metrics", world.base())).await.unwrap().text().await.unwrap();
        if crowd.len() == 40 && metrics.contains("howler_put_off_deliveries_total{kind=\"no_room\"}") {
            break;
        }
    }
    assert!(metrics.contains("howler_put_off_deliveries_total{kind=\"no_room\"}"), "{metrics}");
    let alert = Alert::new("Disk", "warning", "db-1", now);
    assert_eq!(sends(&world, &Alertmanager { token: TOKEN.into() }.group(&[alert])).await, 200);
    assert!(world.ian().types("#on-call", "/alerts list").await.contains("Disk"));
    let run = github().run(&Run::new(1_000, "failure", now), "signed");
    assert_eq!(sends(&world, &run).await, 200);
    drop(crowd);
}
