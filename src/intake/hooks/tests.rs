//! The senders against the addresses, with a desk that only writes down.

use std::sync::Mutex;

use axum::http::Request;
use serde_json::Value;
use tower_service::Service;

use super::*;
use config::Config;
use config::secrets::HookSecrets;
use domain::alert::signal;
use domain::alert::signal::Source;
use domain::secret::Secret;
use fake::alerts::{
    Alert, Alertmanager, Deployment, Event, GitHub, Grafana, Monitor, PagerDuty, Post, Run, Style,
    UptimeRobot, Vercel,
};
use sources::sign::heartbeat_token;

const PUSHED: &str = "[[watch]]\nname = \"mail\"\npush = \"queue_depth\"\nwarning = \"> 100\"\n";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

#[derive(Default)]
struct Book {
    taken: Mutex<Vec<Delivery>>,
    refuses: Mutex<Option<NotHeard>>,
}

impl Hear for Book {
    fn hear(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), NotHeard>> {
        Box::pin(async move {
            if let Some(refused) = *self.refuses.lock().unwrap() {
                return Err(refused);
            }
            self.taken.lock().unwrap().push(delivery);
            Ok(())
        })
    }

    fn pushed(&self, values: Vec<Pushed>) -> BoxFuture<'_, Result<Took, NotHeard>> {
        Box::pin(async move {
            if let Some(refused) = *self.refuses.lock().unwrap() {
                return Err(refused);
            }
            let watches = Config::parse(PUSHED).unwrap().watches;
            let now = "2026-11-24T02:00:00Z".parse().unwrap();
            let (routed, took) = watch::push::route(&values, &watches, now);
            Ok(Took { saved: routed.len(), ..took })
        })
    }
}

struct Scene {
    book: Arc<Book>,
    router: Router,
    now: jiff::Timestamp,
}

fn scene_with(secrets: &HookSecrets, toml: &str) -> Scene {
    let now = "2026-11-24T02:00:00Z".parse().unwrap();
    let book = Arc::new(Book::default());
    let hall = Hall {
        doors: Doors::new(secrets, &Config::parse(toml).unwrap()),
        ear: Arc::clone(&book) as Arc<dyn Hear>,
        redactor: Arc::new(Redactor::new([Secret::new(TOKEN)].into_iter())),
        clock: Clock::standing_at(now),
        metrics: Metrics::default(),
    };
    Scene { book, router: router(hall), now }
}

fn scene() -> Scene {
    let secrets = HookSecrets {
        github: Some("github-secret".into()),
        vercel: Some("vercel-secret".into()),
        uptimerobot: Some("uptime-token".into()),
        token: Some(TOKEN.into()),
        grafana: Some("grafana-secret".into()),
    };
    scene_with(&secrets, "[[heartbeat]]\nname = \"backup\"\nevery = \"1h\"\n")
}

impl Scene {
    async fn sent(&self, post: &Post) -> (u16, Value) {
        let (status, body) = post.deliver(&self.router).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn asked(&self, method: &str, path: &str, head: &[(&str, &str)], body: &str) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in head {
            request = request.header(*name, *value);
        }
        let Ok(response) =
            self.router.clone().call(request.body(axum::body::Body::from(body.to_owned())).unwrap()).await;
        response
    }

    async fn status(&self, method: &str, path: &str, head: &[(&str, &str)], body: &str) -> u16 {
        self.asked(method, path, head, body).await.status().as_u16()
    }

    /// What the desk got, since it was asked last.
    fn taken(&self) -> Vec<Delivery> {
        std::mem::take(&mut self.book.taken.lock().unwrap())
    }
}

fn github() -> GitHub {
    GitHub {
        secret: "github-secret".into(),
        repository: "anomalyco/monkeytown".into(),
        default_branch: "main".into(),
    }
}

/// One of each source, all of them right.
fn each(now: jiff::Timestamp) -> Vec<(Source, Post)> {
    let deployment = Deployment {
        project: "web".into(),
        target: Some("production".into()),
        branch: "main".into(),
        at: now,
    };
    let monitor = Monitor { id: 7, name: "Town".into(), url: "https://monkeytown.ai/health".into() };
    let uptime = |style| UptimeRobot { token: "uptime-token".into(), style }.down(&monitor, "Timeout", now);
    let alerts = [Alert::new("A", "error", "i", now)];
    let signed = Grafana { token: "wrong".into(), secret: Some("grafana-secret".into()) };
    let event = Event {
        action: "trigger".into(),
        dedup_key: Some("disk".into()),
        summary: "Disk".into(),
        severity: "error".into(),
        at: now,
    };
    let pagerduty = PagerDuty { routing_key: TOKEN.into() };
    let vercel = Vercel { secret: "vercel-secret".into() };
    let mut put = signed.group(&alerts, now);
    put.method = "PUT";
    vec![
        (Source::GitHub, github().run(&Run::new(1, "failure", now), "g1")),
        (Source::GitHub, github().run_as_form(&Run::new(1, "failure", now), "g2")),
        (Source::Vercel, vercel.deployment("deployment.error", &deployment, "e1")),
        (Source::Vercel, vercel.legacy("deployment-error", &deployment, "e2")),
        (Source::UptimeRobot, uptime(Style::Query)),
        (Source::UptimeRobot, uptime(Style::Form)),
        (Source::UptimeRobot, uptime(Style::DollarJson)),
        (Source::Alertmanager, Alertmanager { token: TOKEN.into() }.group(&alerts)),
        (Source::Grafana, Grafana { token: TOKEN.into(), secret: None }.group(&alerts, now)),
        (Source::Grafana, put),
        (Source::PagerDuty, pagerduty.event(&event)),
    ]
}

#[tokio::test]
async fn what_the_senders_send_is_heard() {
    let scene = scene();
    for (source, post) in each(scene.now) {
        let (status, body) = scene.sent(&post).await;
        assert_eq!(status, if source == Source::PagerDuty { 202 } else { 200 }, "{post:?} {body}");
        let taken = scene.taken();
        assert_eq!(taken.len(), 1, "{post:?}");
        let Delivery { heard, raw, .. } = &taken[0];
        assert_eq!((taken[0].source, heard.signals.len(), raw), (source, 1, &None), "{heard:?}");
        assert_eq!(heard.signals[0].said, signal::Said::Firing);
    }
}

#[tokio::test]
async fn the_same_delivery_has_the_same_id_and_others_have_another() {
    let scene = scene();
    let now = scene.now;
    let redelivered = github().run(&Run::new(1, "failure", now), "another-guid");
    let posts: Vec<_> = each(now).into_iter().map(|(_, post)| post).collect();
    let mut ids = Vec::new();
    for post in posts.iter().chain([&redelivered]).chain(&posts) {
        scene.sent(post).await;
        ids.push(scene.taken().remove(0).id);
    }
    let (first, again) = (&ids[..posts.len()], &ids[posts.len() + 1..]);
    assert_eq!(ids[posts.len()], ids[0], "a run counts once whatever the header says");
    for (place, (one, other)) in first.iter().zip(again).enumerate() {
        // PagerDuty's events have no name, so each counts.
        assert_eq!(one == other, place != posts.len() - 1, "{:?}", posts[place]);
    }
    assert_eq!((&first[4], &first[4]), (&first[5], &first[6]), "however Uptime Robot was set up");
    let head = [("authorization", format!("Bearer {TOKEN}")), ("idempotency-key", "k-1".to_owned())];
    let head = head.each_ref().map(|(name, value)| (*name, value.as_str()));
    for _ in 0..2 {
        assert_eq!(scene.status("POST", "/hooks/events", &head, r#"{"summary":"a"}"#).await, 200);
    }
    let taken = scene.taken();
    assert_eq!(taken[0].id, taken[1].id);
}

#[tokio::test]
async fn who_is_not_known_is_told_nothing() {
    let scene = scene();
    for (_, post) in each(scene.now) {
        let mut other = post.clone();
        for (name, value) in &mut other.headers {
            match *name {
                "x-hub-signature-256" | "x-vercel-signature" | "x-grafana-alerting-signature" => {
                    let last = value.pop().unwrap();
                    value.push(if last == '0' { '1' } else { '0' });
                }
                "authorization" => *value = "Bearer nobody".into(),
                _ => {}
            }
        }
        other.path = other.path.replace("uptime-token", "uptime-tokeN");
        other.body = other.body.replace(TOKEN, "nobody");
        assert_ne!(other, post);
        let (status, body) = other.deliver(&scene.router).await;
        assert_eq!((status, body.len()), (401, 0), "{other:?}");
        let mut bare = post.clone();
        bare.headers.clear();
        bare.path = bare.path.replace("uptime-token", "x");
        bare.body = bare.body.replace("routing_key", "other_key");
        assert_eq!(bare.deliver(&scene.router).await.0, 401, "{bare:?}");
    }
    assert!(scene.taken().is_empty());
}

#[tokio::test]
async fn a_source_without_its_secret_does_not_exist() {
    let scene = scene_with(&HookSecrets::default(), "[[heartbeat]]\nname = \"backup\"\nevery = \"1h\"\n");
    let paths = ["/hooks/events", "/v2/change/enqueue", "/hooks/heartbeat/backup/x"].map(|path| Post {
        method: "POST",
        path: path.into(),
        headers: Vec::new(),
        body: String::new(),
    });
    for post in each(scene.now).into_iter().map(|(_, post)| post).chain(paths) {
        assert_eq!(post.deliver(&scene.router).await.0, 404, "{post:?}");
    }
    let signing = HookSecrets { grafana: Some("grafana-secret".into()), ..HookSecrets::default() };
    let scene = scene_with(&signing, "");
    let signed = Grafana { token: "x".into(), secret: Some("grafana-secret".into()) };
    let alerts = [Alert::new("A", "error", "i", scene.now)];
    assert_eq!(scene.sent(&signed.group(&alerts, scene.now)).await.0, 200);
    let unsigned = Grafana { token: TOKEN.into(), secret: None };
    assert_eq!(scene.sent(&unsigned.group(&alerts, scene.now)).await.0, 401);
}

#[tokio::test]
async fn a_ping_is_answered_and_leaves_nothing() {
    let scene = scene();
    assert_eq!(scene.sent(&github().ping()).await.0, 200);
    assert!(scene.taken().is_empty());
    let mut unsigned = github().ping();
    unsigned.headers.retain(|(name, _)| *name != "x-hub-signature-256");
    assert_eq!(scene.sent(&unsigned).await.0, 401);
}

#[tokio::test]
async fn what_is_signed_and_not_understood_is_kept_whole_without_its_secrets() {
    let scene = scene();
    let bearer = format!("Bearer {TOKEN}");
    let head = [("authorization", bearer.as_str())];
    let response = scene.asked("POST", "/hooks/alertmanager", &head, &format!("not {TOKEN} JSON")).await;
    assert_eq!(response.status(), 202);
    let taken = scene.taken();
    assert_eq!(taken[0].raw.as_ref().unwrap().text, "not [secret] JSON");
    assert_eq!(taken[0].heard.not_understood.len(), 1);
    let half = r#"[{"summary":"a"},{"action":"snooze"}]"#;
    assert_eq!(scene.status("POST", "/hooks/events", &head, half).await, 202);
    let taken = scene.taken().remove(0);
    assert_eq!(
        (taken.heard.signals.len(), taken.raw.is_some()),
        (1, true),
        "what is understood of it counts"
    );
    assert_eq!(
        scene.status("GET", "/hooks/uptimerobot/uptime-token?monitorID=7&alertType=9", &[], "").await,
        202
    );
    assert_eq!(scene.taken()[0].raw.as_ref().unwrap().text, "monitorID=7&alertType=9");
    let long = format!("\"{}\"", "x".repeat(900_000));
    assert_eq!(scene.status("POST", "/hooks/events", &head, &long).await, 202);
    let raw = scene.taken().remove(0).raw.unwrap();
    assert_eq!((raw.bytes, raw.text.len() <= 1 << 16), (900_002, true));
    // An event of GitHub's that is none of those it is asked for is understood.
    assert_eq!(scene.sent(&github().other("push")).await.0, 200);
    assert_eq!(scene.taken()[0].heard.passed_over, ["push: no workflow run"]);
}

#[tokio::test]
async fn pagerdutys_answers_have_its_form() {
    let scene = scene();
    let pagerduty = PagerDuty { routing_key: TOKEN.into() };
    let mut event = Event {
        action: "trigger".into(),
        dedup_key: Some("disk".into()),
        summary: "Disk".into(),
        severity: "error".into(),
        at: scene.now,
    };
    let (status, body) = scene.sent(&pagerduty.event(&event)).await;
    let whole = serde_json::json!({ "status": "success", "message": "Event processed", "dedup_key": "disk" });
    assert_eq!((status, body), (202, whole));
    event.dedup_key = None;
    let (_, body) = scene.sent(&pagerduty.event(&event)).await;
    assert_eq!(body["dedup_key"], scene.taken()[1].heard.signals[0].key.as_str());
    let (status, body) = scene.sent(&pagerduty.change("Build 7", scene.now)).await;
    assert_eq!((status, &body["message"]), (202, &"Change event processed".into()));
    assert_eq!(scene.taken()[0].heard.changes.len(), 1);
    // The key may stand in a header.
    let head = [("x-routing-key", TOKEN)];
    let body = r#"{"event_action":"resolve","dedup_key":"disk"}"#;
    assert_eq!(scene.status("POST", "/v2/enqueue", &head, body).await, 202);
    assert_eq!(scene.taken()[0].heard.signals[0].said, signal::Said::Resolved);
}

#[tokio::test]
async fn howlers_own_form_tells_its_keys() {
    let scene = scene();
    let bearer = format!("Bearer {TOKEN}");
    let head = [("authorization", bearer.as_str())];
    let response = scene.asked("POST", "/hooks/events", &head, r#"{"summary":"a"}"#).await;
    let body = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&body["status"], body["alerts"].as_u64()), (&"saved".into(), Some(1)));
    assert_eq!(body["keys"][0], scene.taken()[0].heard.signals[0].key.as_str());
}

#[tokio::test]
async fn a_heartbeat_beats_at_its_own_address() {
    let scene = scene();
    let own = heartbeat_token(TOKEN.as_bytes(), "backup");
    for (method, token) in [("GET", TOKEN), ("POST", own.as_str())] {
        assert_eq!(scene.status(method, &format!("/hooks/heartbeat/backup/{token}"), &[], "").await, 200);
        let taken = scene.taken();
        assert_eq!(
            (taken[0].source, taken[0].heard.signals[0].said),
            (Source::Heartbeat, signal::Said::Resolved)
        );
    }
    assert_eq!(scene.status("GET", "/hooks/heartbeat/backup/wrong", &[], "").await, 401);
    assert_eq!(scene.status("GET", "/hooks/heartbeat/other/wrong", &[], "").await, 401, "names are not told");
    assert_eq!(scene.status("GET", &format!("/hooks/heartbeat/other/{TOKEN}"), &[], "").await, 404);
    assert_eq!(scene.status("GET", &format!("/hooks/heartbeat/other/{own}"), &[], "").await, 401);
}

#[tokio::test]
async fn what_is_not_saved_is_to_come_again() {
    let scene = scene();
    for (refused, seconds) in [(NotHeard::Busy, "5"), (NotHeard::Full, "30"), (NotHeard::NotSaved, "30")] {
        *scene.book.refuses.lock().unwrap() = Some(refused);
        let bearer = format!("Bearer {TOKEN}");
        let head = [("authorization", bearer.as_str())];
        let response = scene.asked("POST", "/hooks/events", &head, r#"{"summary":"a"}"#).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["retry-after"]),
            (503, &seconds.parse().unwrap())
        );
    }
}

#[tokio::test]
async fn long_bodies_are_refused_and_only_they() {
    let scene = scene();
    let bearer = format!("Bearer {TOKEN}");
    let head = [("authorization", bearer.as_str())];
    let padded = |length: usize| {
        let event = r#"{"summary":"a","x":""}"#;
        event.replace("\"\"", &format!("\"{}\"", "x".repeat(length - event.len())))
    };
    assert_eq!(scene.status("POST", "/hooks/events", &head, &padded(BODY_MOST)).await, 200);
    assert_eq!(scene.status("POST", "/hooks/events", &head, &padded(BODY_MOST + 1)).await, 413);
    // Who is not known is not listened to.
    assert_eq!(scene.status("POST", "/hooks/events", &[], &padded(BODY_MOST + 1)).await, 401);
    let signature = [("x-hub-signature-256", "sha256=00")];
    assert_eq!(scene.status("POST", "/hooks/github", &signature, &padded(BODY_MOST + 1)).await, 413);
    assert_eq!(scene.taken().len(), 1);
}

#[tokio::test]
async fn values_are_pushed_and_what_became_of_them_is_told() {
    let scene = scene();
    let bearer = format!("Bearer {TOKEN}");
    let head = [("authorization", bearer.as_str())];
    let json = |name: &str| format!(r#"{{"name":"{name}","value":1}}"#);
    for (body, status, part) in [
        (json("queue_depth"), 200, r#""saved":1"#),
        ("# TYPE queue_depth gauge\nqueue_depth 7\n".to_owned(), 200, r#""saved":1"#),
        (format!("[{},{}]", json("queue_depth"), json("queue_dept")), 200, "did you mean queue_depth?"),
        (json("other"), 422, "a [[watch]] in howler.toml needs push"),
        (
            r#"{"name":"queue_depth","value":1,"time":"2026-11-23T02:00:00Z"}"#.to_owned(),
            422,
            "more than an hour ago",
        ),
        (r#"{"name":"queue_depth"}"#.to_owned(), 400, "missing field `value`"),
        (format!("{TOKEN} what"), 400, "[secret]"),
    ] {
        let response = scene.asked("POST", "/v1/metrics", &head, &body).await;
        let code = response.status().as_u16();
        let said = axum::body::to_bytes(response.into_body(), 1 << 16).await.unwrap();
        let said = String::from_utf8(said.to_vec()).unwrap();
        // The last one does not end its line, which is told, and its text is not.
        let part = if body.starts_with(TOKEN) { "cut off" } else { part };
        assert!(code == status && said.contains(part) && !said.contains(TOKEN), "{body}: {code} {said}");
    }
    assert_eq!(scene.status("POST", "/v1/metrics", &[], &json("queue_depth")).await, 401);
    assert_eq!(scene.status("POST", "/v1/metrics", &head, &" ".repeat(BODY_MOST + 1)).await, 413);
    *scene.book.refuses.lock().unwrap() = Some(NotHeard::NotSaved);
    assert_eq!(scene.status("POST", "/v1/metrics", &head, &json("queue_depth")).await, 503);
}

#[test]
fn what_is_on_is_told() {
    let token = HookSecrets { token: Some(TOKEN.into()), ..HookSecrets::default() };
    let on = |secrets| Doors::new(secrets, &Config::default()).on().join(", ");
    assert_eq!(on(&token), "Alertmanager, Grafana, PagerDuty's Events v2, /hooks/events, /v1/metrics");
    assert_eq!(on(&HookSecrets::default()), "");
}
