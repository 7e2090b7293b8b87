//! Socket Mode against the fake's own WebSockets: the same intake and the same guarantees without a public address.

use std::process::Command;
use std::time::Duration;

use config::secrets::Secrets;
use domain::secret::Secret;
use fake::slack::{self, APP_TOKEN, Break, SocketEvent, Submission, sign};
use ground::clock::Clock;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::process::{free_port, serve_with, until};
use crate::harness::{
    Channel, EMERGENCIES, MANIFEST, ROOM, SECRET, TOKEN, World, two_in_the_morning, workspace_of,
};

/// The shipped manifest, switched as docs/install.md says.
fn manifest() -> String {
    let switched = MANIFEST.replace("socket_mode_enabled: false", "socket_mode_enabled: true");
    assert_ne!(switched, MANIFEST);
    switched
}

/// A workspace whose howler has an app-level token, and perhaps the signing secret too; howler is not started.
async fn world(manifest: &str, signing_secret: Option<&str>) -> World {
    let clock = Clock::standing_at(two_in_the_morning());
    let (slack, slack_api_url) = workspace_of(&clock, manifest).await;
    let secrets = Secrets {
        slack_bot_token: Secret::new(TOKEN),
        slack_signing_secret: signing_secret.map(Secret::new),
        slack_app_token: Some(Secret::new(APP_TOKEN)),
        slack_api_url,
        github_token: None,
        metrics_secret: None,
        api_secret: None,
        audit: config::secrets::AuditSecrets::default(),
        hooks: config::secrets::HookSecrets::default(),
        phone: config::secrets::PhoneSecrets::default(),
        github_api_url: config::secrets::GITHUB_API_URL.into(),
        vercel: config::secrets::VercelSecrets::default(),
        prometheus_url: None,
        prometheus_token: None,
    };
    World::of(clock, slack, secrets, "")
}

/// howler runs and is connected twice.
async fn connected() -> World {
    let mut world = world(&manifest(), None).await;
    world.start_howler().await;
    open(&world, &[1, 2]).await;
    world
}

/// Returns once exactly these connections are open and greeted.
async fn open(world: &World, links: &[u64]) {
    let greeted = |log: &[SocketEvent]| links.iter().all(|link| log.contains(&SocketEvent::Opened(*link)));
    happens(&world.slack, |log, open| open == links && greeted(log)).await;
}

/// Waits for what must happen, and says what happened instead.
async fn happens(slack: &slack::Slack, holds: impl FnMut(&[SocketEvent], &[u64]) -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(60), slack.sockets().until(holds)).await;
    assert!(waited.is_ok(), "{:?}, open: {:?}", slack.sockets().log(), slack.sockets().open());
}

async fn get(world: &World, path: &str) -> String {
    reqwest::get(format!("{}{path}", world.base())).await.unwrap().text().await.unwrap()
}

/// Asks `/readyz` until it says this; howler is told of each change by a connection, which takes a moment.
async fn readyz_says(world: &World, part: &str) -> String {
    let mut words = String::new();
    for _ in 0..5_000 {
        words = get(world, "/readyz").await;
        if words.contains(part) {
            return words;
        }
    }
    panic!("{part:?} was not said: {words}");
}

/// Asks `/metrics` until it has this line, as [`readyz_says`].
async fn metric(world: &World, line: &str) {
    let mut metrics = String::new();
    for _ in 0..5_000 {
        metrics = get(world, "/metrics").await;
        if metrics.lines().any(|known| known == line) {
            return;
        }
    }
    panic!("{line} in {metrics}");
}

fn declared(world: &World, title: &str) -> usize {
    world.count(EMERGENCIES, &format!("INCIDENT DECLARED: {title}"))
}

#[tokio::test]
async fn a_whole_incident_over_the_socket() {
    let world = connected().await;
    let (ian, maya) = (world.ian(), world.maya());
    let answer = ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    assert!(answer.contains("INC-1"), "{answer}");
    assert_eq!(declared(&world, "Event stream down"), 1);
    maya.clicks(ROOM, "ack").await;
    assert!(world.channel(ROOM).last("is on INC-1").everything().contains("U0MAYA"));
    let ts = ian.says(ROOM, "@howler impact No witness sees live updates").await;
    assert!(world.channel(ROOM).last("Commander").everything().contains("No witness sees live updates"));
    ian.reacts(ROOM, &ts, "pushpin").await;

    maya.clicks(ROOM, "update").await;
    let nothing = maya.submits(&[]).await;
    assert!(matches!(nothing, Submission::Errors(_)), "the answer to a form goes back: {nothing:?}");
    let done = maya.submits(&[("action", "Rolling back")]).await;
    assert_eq!(done, Submission::Closed);
    assert!(world.count(EMERGENCIES, "Rolling back") >= 1);

    world.forward(30).await;
    assert_eq!(world.count(ROOM, "Update due"), 1, "time goes on without Slack's help");
    maya.types(ROOM, "/incident resolve Redis credentials had expired").await;
    assert_eq!(world.count(EMERGENCIES, "INC-1, resolved by"), 1);
    let timeline = ian.types(ROOM, "/incident timeline 1").await;
    assert!(!timeline.is_empty());

    for kind in ["command", "interaction", "event"] {
        let metrics = get(&world, "/metrics").await;
        let counted = format!("howler_socket_envelopes_total{{kind=\"{kind}\"}}");
        assert!(metrics.contains(&counted), "{counted} in {metrics}");
    }
}

#[tokio::test]
async fn without_a_signing_secret_there_is_nothing_to_post_to() {
    let world = connected().await;
    for path in ["/slack/commands", "/slack/interactions", "/slack/events"] {
        let url = format!("{}{path}", world.base());
        assert_eq!(reqwest::Client::new().post(url).send().await.unwrap().status(), 404, "{path}");
    }
    readyz_says(&world, "socket mode: connected (2 of 2 connections)\n").await;
    metric(&world, "howler_socket_connections 2").await;
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let mut world = connected().await;
    let reply = world.slack.command("ian", EMERGENCIES, "/incident p3 Slow search").await.unwrap();
    assert_eq!(reply.status, 200, "{reply:?}");
    world.crash().await;
    world.start_howler().await;
    open(&world, &[3, 4]).await;
    world.settle().await;
    world.forward(1).await;
    assert_eq!(declared(&world, "Slow search"), 1);
    world.slack.deliver_again(2).await.unwrap();
    world.settle().await;
    assert_eq!(declared(&world, "Slow search"), 1);
}

#[tokio::test]
async fn a_redelivery_counts_once_whichever_connection_it_takes() {
    let world = connected().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    let again = world.slack.deliver_again(3).await.unwrap();
    assert!(again.iter().all(|reply| reply.body.contains("INC-1")), "the same answer: {again:?}");
    world.ian().says(EMERGENCIES, "@howler p3 Wrong colour").await;
    assert!(world.slack.deliver_again(3).await.unwrap().iter().all(slack::Reply::is_ok));
    world.settle().await;
    assert_eq!((declared(&world, "Slow search"), declared(&world, "Wrong colour")), (1, 1));
    let carried = |wanted: u64| {
        let log = world.slack.sockets().log();
        log.iter().filter(|event| matches!(event, SocketEvent::Sent { link, .. } if *link == wanted)).count()
    };
    assert_eq!((carried(1), carried(2)), (4, 4), "both carry");
    metric(&world, "howler_repeated_deliveries_total 6").await;
}

#[tokio::test]
async fn the_same_delivery_over_http_and_the_socket_counts_once() {
    let mut world = world(&manifest(), Some(SECRET)).await;
    world.start_howler().await;
    open(&world, &[1, 2]).await;
    let fields = [
        ("command", "/incident"),
        ("text", "p3 Slow search"),
        ("user_id", "U0IAN"),
        ("channel_id", "C0EMERG"),
        ("trigger_id", "77.1"),
    ];
    let body = serde_urlencoded::to_string(fields).unwrap();
    let timestamp = world.clock.now().as_second().to_string();
    let posted = reqwest::Client::new()
        .post(format!("{}/slack/commands", world.base()))
        .header("x-slack-request-timestamp", &timestamp)
        .header("x-slack-signature", sign(SECRET, &timestamp, &body))
        .body(body);
    assert_eq!(posted.send().await.unwrap().status(), 200);
    let payload: Value = fields.into_iter().collect();
    let envelope = json!({
        "envelope_id": "by-hand", "type": "slash_commands", "payload": payload, "accepts_response_payload": true,
    });
    let sockets = world.slack.sockets();
    sockets.say(1, &envelope.to_string());
    let acknowledged = SocketEvent::Acknowledged { link: 1, envelope: "by-hand".into() };
    happens(&world.slack, |log, _| log.contains(&acknowledged)).await;
    world.settle().await;
    assert_eq!(declared(&world, "Slow search"), 1);
    metric(&world, "howler_repeated_deliveries_total 1").await;
}

#[tokio::test]
async fn an_acknowledgement_that_is_lost_on_the_way_costs_nothing() {
    let world = connected().await;
    world.slack.faults().retry_events(true);
    world.slack.sockets().break_next(Break::BeforeAck);
    let said = world.slack.say("ian", EMERGENCIES, None, "@howler p3 Slow search").await.unwrap();
    assert_eq!(said.reply.unwrap().failed, Some("dispatch_failed"));
    // Slack sends it again at once, over the other connection.
    let again = SocketEvent::Acknowledged { link: 2, envelope: "envelope-2".into() };
    happens(&world.slack, |log, _| log.contains(&again)).await;
    world.slack.sockets().break_next(Break::AfterAck);
    open(&world, &[2, 3]).await;
    world.ian().types(EMERGENCIES, "/incident p3 Wrong colour").await;
    assert_eq!((declared(&world, "Slow search"), declared(&world, "Wrong colour")), (1, 1));
}

#[tokio::test]
async fn a_connection_that_slack_ends_is_replaced_before_it_is_closed() {
    for reason in ["warning", "refresh_requested"] {
        let world = connected().await;
        world.slack.sockets().say_goodbye(1, reason);
        open(&world, &[2, 3]).await;
        let log = world.slack.sockets().log();
        let at = |event: SocketEvent| log.iter().position(|known| *known == event);
        let (opened, closed) =
            (at(SocketEvent::Opened(3)), at(SocketEvent::Closed { link: 1, cleanly: true }));
        assert!(opened.is_some() && opened < closed, "{log:?}");
        metric(&world, &format!("howler_socket_reconnects_total{{reason=\"{reason}\"}} 1")).await;
        metric(&world, "howler_socket_connections 2").await;
    }
}

#[tokio::test]
async fn until_there_is_a_new_connection_the_old_one_is_heard() {
    let world = connected().await;
    world.slack.faults().hang("apps.connections.open");
    world.slack.sockets().say_goodbye(1, "warning");
    world.slack.sockets().say_goodbye(2, "warning");
    let answer = world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert!(answer.contains("INC-1"), "{answer}");
    assert_eq!(world.slack.sockets().open(), [1, 2]);
    world.slack.faults().release("apps.connections.open");
    open(&world, &[3, 4]).await;
    world.ian().types(EMERGENCIES, "/incident update Looking").await;
    assert_eq!(world.count(EMERGENCIES, "Looking"), 1);
    assert_eq!(declared(&world, "Slow search"), 1);
}

#[tokio::test]
async fn a_silent_connection_is_asked_and_then_replaced() {
    let world = connected().await;
    let sockets = world.slack.sockets();
    sockets.silence(1);
    happens(&world.slack, |log, _| log.contains(&SocketEvent::Silent(1))).await;
    world.clock.advance(SignedDuration::from_secs(20));
    // howler's ping; the other connection has been heard meanwhile.
    let asked = [SocketEvent::HeardInSilence(1), SocketEvent::Pong(2)];
    happens(&world.slack, |log, _| asked.iter().all(|event| log.contains(event))).await;
    assert_eq!(sockets.open(), [1, 2], "asked first");
    world.clock.advance(SignedDuration::from_secs(10));
    open(&world, &[2, 3]).await;
    metric(&world, "howler_socket_reconnects_total{reason=\"silence\"} 1").await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert_eq!(declared(&world, "Slow search"), 1);
}

#[tokio::test]
async fn a_broken_connection_is_replaced_and_the_other_hears() {
    let world = connected().await;
    let sockets = world.slack.sockets();
    sockets.break_off(1);
    happens(&world.slack, |_, open| !open.contains(&1)).await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert_eq!(declared(&world, "Slow search"), 1);
    open(&world, &[2, 3]).await;
    // One that does not last is not replaced at once.
    sockets.break_off(3);
    readyz_says(&world, "connected (1 of 2 connections; the connection broke; next try 2026-11-24T02:00:01Z")
        .await;
    metric(&world, "howler_socket_connections 1").await;
    world.clock.advance(SignedDuration::from_secs(1));
    open(&world, &[2, 4]).await;
    metric(&world, "howler_socket_reconnects_total{reason=\"broken\"} 2").await;
}

#[tokio::test]
async fn a_stop_says_goodbye_on_every_connection() {
    let mut world = connected().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert!(world.stop().await);
    let sockets = world.slack.sockets();
    happens(&world.slack, |_, open| open.is_empty()).await;
    for link in [1, 2] {
        assert!(sockets.log().contains(&SocketEvent::Closed { link, cleanly: true }), "{:?}", sockets.log());
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_counted_and_not_acknowledged() {
    let world = connected().await;
    let sockets = world.slack.sockets();
    let garbled = json!({ "envelope_id": "garbled", "type": "events_api", "payload": { "type": 7 } });
    let unknown = json!({ "envelope_id": "unknown", "type": "from_the_future", "payload": {} });
    for text in ["{", &garbled.to_string(), &unknown.to_string()] {
        sockets.say(1, text);
    }
    let known = SocketEvent::Acknowledged { link: 1, envelope: "unknown".into() };
    happens(&world.slack, |log, _| log.contains(&known)).await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert_eq!(declared(&world, "Slow search"), 1, "the connection goes on");
    metric(&world, "howler_socket_unparsed_envelopes_total 2").await;
    metric(&world, "howler_ignored_deliveries_total{kind=\"unknown_envelope\"} 1").await;
    let garbled = |event: &SocketEvent| matches!(event, SocketEvent::Acknowledged { envelope, .. } if envelope == "garbled");
    assert!(!sockets.log().iter().any(garbled));
    assert_eq!(sockets.open(), [1, 2]);
}

#[tokio::test]
async fn a_token_that_slack_does_not_take_is_named_and_tried_again() {
    let mut world = world(&manifest(), None).await;
    world.slack.faults().drop_scope("connections:write");
    world.start_howler().await;
    let words = readyz_says(&world, "socket mode: not connected: ").await;
    assert!(words.contains("lacks the scope connections:write"), "{words}");
    assert!(words.contains("store: writable"), "{words}");
    // Each of the two has tried twice, the second time at once, and waits a second.
    metric(&world, "howler_socket_failed_openings_total{reason=\"refused\"} 4").await;
    let reply = world.slack.command("ian", EMERGENCIES, "/incident p3 Slow search").await.unwrap();
    assert_eq!(reply.failed, Some("dispatch_failed"), "nobody listens, and Slack says so");
    world.slack.faults().grant_scope("connections:write");
    world.clock.advance(SignedDuration::from_secs(1));
    open(&world, &[1, 2]).await;
    readyz_says(&world, "connected (2 of 2 connections)").await;
}

#[tokio::test]
async fn an_app_with_socket_mode_off_is_told_so() {
    let mut world = world(MANIFEST, Some(SECRET)).await;
    world.start_howler().await;
    readyz_says(&world, "Socket Mode is off in your Slack app's settings").await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert_eq!(declared(&world, "Slow search"), 1, "the HTTP front works all the same");
}

#[tokio::test]
async fn slack_being_down_is_waited_for() {
    let mut world = world(&manifest(), None).await;
    world.slack.faults().down(true);
    world.start_howler().await;
    readyz_says(&world, "not connected: Slack answered with HTTP status 503").await;
    metric(&world, "howler_socket_failed_openings_total{reason=\"refused\"} 4").await;
    world.slack.faults().down(false);
    world.slack.faults().rate_limit("apps.connections.open", None, 1, 90);
    world.clock.advance(SignedDuration::from_secs(30));
    metric(&world, "howler_socket_failed_openings_total{reason=\"limited\"} 2").await;
    readyz_says(&world, "Slack asked howler to slow down; next try 2026-11-24T02:02:00Z").await;
    world.clock.advance(SignedDuration::from_secs(90));
    open(&world, &[1, 2]).await;
}

#[tokio::test]
async fn an_envelope_whose_commit_failed_is_not_acknowledged() {
    let (slack, api_url) = workspace_of(&Clock::system(), &manifest()).await;
    let folder = tempfile::tempdir().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    let token = ("SLACK_APP_TOKEN", APP_TOKEN);
    // No file may grow past 1 MiB, and the signal that usually kills for it is ignored, as on a full disk.
    let howler = serve_with(&data, &api_url, port, "trap '' XFSZ; ulimit -f 1024;", &[token]).await;
    happens(&slack, |_, open| open.len() == 2).await;
    let mut refused = String::new();
    for number in 0..5_000 {
        let line = format!("/incident p4 {number} {}", "x".repeat(110));
        let reply = slack.command("ian", EMERGENCIES, &line).await.unwrap();
        assert_eq!(reply.status, 200, "{reply:?}");
        if !reply.body.contains("is declared") {
            refused = reply.body;
            break;
        }
    }
    let told = ["could not save", "could not confirm"].iter().any(|words| refused.contains(words));
    assert!(told, "the person is told: {refused}");
    slack.faults().patience(Duration::from_millis(500));
    let said = slack.say("ian", EMERGENCIES, None, "@howler p4 Said on a full disk").await.unwrap();
    assert_eq!(said.reply.unwrap().failed, Some("operation_timeout"), "no acknowledgement");
    drop(howler);

    happens(&slack, |_, open| open.is_empty()).await;
    let _with_space = serve_with(&data, &api_url, port, "", &[token]).await;
    happens(&slack, |_, open| open.len() == 2).await;
    slack.faults().patience(Duration::from_secs(3));
    // The process greets back and acknowledges what comes again; both count as one.
    assert!(slack.deliver_again(2).await.unwrap().iter().all(slack::Reply::is_ok));
    let announced = || {
        let channel = Channel::look(&slack, EMERGENCIES);
        channel.texts().iter().filter(|text| text.contains("DECLARED: Said on a full disk")).count()
    };
    until(|| announced() >= 1).await;
    let found = slack.command("ian", EMERGENCIES, "/incident find Said on a full disk").await.unwrap();
    assert!(found.body.contains("INC-"), "{}", found.body);
    assert_eq!(announced(), 1);
}

#[test]
fn a_bots_token_in_the_wrong_variable_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    command.args(["serve", "--listen", "127.0.0.1:0"]).current_dir(folder.path()).env_clear();
    command.env("SLACK_BOT_TOKEN", TOKEN).env("SLACK_APP_TOKEN", TOKEN);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && text.contains("starts with xapp-"), "{text}");
    assert!(!text.contains(TOKEN), "{text}");
}
