//! Vendors' status pages: strict stand-ins of the runbook's four, from their published documents, and what becomes of what they say.
//!
//! GitHub, Vercel and Cloudflare answer as Statuspage documents it (<https://www.githubstatus.com/api>): all components in both documents,
//! an `ETag` and `Last-Modified`. OpenAI is incident.io behind the same paths: `summary.json` lists a part of the components, incidents name
//! none.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use domain::Severity;
use domain::alert::signal::Source;
use howler::app;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::alerts::Speaker;
use crate::harness::{EMERGENCIES, World};
use crate::watches::howler_with;

const LAST_MODIFIED: &str = "Mon, 30 Nov 2026 02:00:00 GMT";

/// What a page says: a component's name and state, and incidents as they stand in the document.
#[derive(Clone, Default)]
struct Says {
    components: Vec<(&'static str, &'static str)>,
    incidents: Vec<Value>,
    /// Answered in place of the documents.
    instead: Option<(u16, String)>,
}

/// The four pages, each under a path of its own.
#[derive(Clone, Default)]
struct Vendors {
    says: Arc<Mutex<BTreeMap<String, Says>>>,
    /// Answers with a document, and without one.
    answers: Arc<Mutex<(usize, usize)>>,
    host: String,
}

impl Vendors {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let vendors = Self { host: listener.local_addr().unwrap().to_string(), ..Self::default() };
        let all = [
            (
                "github",
                vec![("Actions", "operational"), ("Webhooks", "operational"), ("Pages", "operational")],
            ),
            ("vercel", vec![("Builds", "operational"), ("Edge Network", "operational")]),
            ("cloudflare", vec![("CDN/Cache", "operational"), ("Authoritative DNS", "operational")]),
            ("openai", vec![("Responses", "operational"), ("Login", "operational")]),
        ];
        for (name, components) in all {
            vendors.now(name, |says| says.components = components);
        }
        let router = Router::new().fallback(answer).with_state(vendors.clone());
        tokio::spawn(app::serve(listener, router, std::future::pending()));
        vendors
    }

    fn now(&self, name: &str, change: impl FnOnce(&mut Says)) {
        change(self.says.lock().unwrap().entry(name.to_owned()).or_default());
    }

    fn toml(&self) -> String {
        let host = &self.host;
        let vendor = |name: &str, path: &str, components: &str| {
            format!(
                "[[vendor]]\nname = \"{name}\"\nurl = \"http://{host}/{path}\"\ncomponents = {components}\n"
            )
        };
        format!("[runbook]\nhosts = [\"{host}\"]\nprivate = [\"{host}\"]\n")
            + &vendor("GitHub", "github", "[\"Actions\", \"Webhooks\"]")
            + "source = \"github\"\n"
            + &vendor("Vercel", "vercel", "[\"Builds\"]")
            + "source = \"vercel\"\n"
            + &vendor("Cloudflare", "cloudflare", "[\"CDN/Cache\"]")
            + &vendor("OpenAI", "openai", "[\"Responses\"]")
    }

    fn document(&self, name: &str, file: &str) -> (u16, String) {
        let says = self.says.lock().unwrap().get(name).cloned().unwrap_or_default();
        if let Some(instead) = says.instead {
            return instead;
        }
        // A part of them alone is in this summary.
        let shown = if name == "openai" && file == "summary.json" { 1..2 } else { 0..says.components.len() };
        let component = |(place, (name, status)): (usize, &(&str, &str))| {
            json!({ "id": format!("id{place}"), "name": name, "status": status, "position": place, "description": null,
                    "showcase": false, "group": false, "group_id": null, "only_show_if_degraded": false })
        };
        let components: Vec<Value> = says.components.iter().enumerate().map(component).collect();
        let page = json!({ "id": "kctbh9vrtdwd", "name": name, "url": "https://www.githubstatus.com",
                           "time_zone": "Etc/UTC", "updated_at": "2026-11-30T02:20:00Z" });
        let document = match file {
            "summary.json" => {
                json!({ "page": page, "components": components[shown], "incidents": says.incidents,
                "scheduled_maintenances": [], "status": { "indicator": "none", "description": "All Systems Operational" } })
            }
            _ => json!({ "page": page, "components": components }),
        };
        (200, document.to_string())
    }
}

/// Strict: nothing but the two documents is there, and whoever asks for another version than the one they have gets no body.
async fn answer(State(vendors): State<Vendors>, headers: HeaderMap, uri: Uri) -> Response<Body> {
    let path: Vec<&str> = uri.path().trim_start_matches('/').split('/').collect();
    let [name, "api", "v2", file @ ("summary.json" | "components.json")] = path[..] else {
        return Response::builder().status(404).body(Body::empty()).unwrap();
    };
    let (status, body) = vendors.document(name, file);
    let etag = format!("W/\"{:x}\"", domain::text::fingerprint(Some(&body)));
    let asked = |header: &str| headers.get(header).map(|value| value.to_str().unwrap().to_owned());
    let known = asked("if-none-match") == Some(etag.clone());
    assert_eq!(asked("if-none-match").is_some(), asked("if-modified-since").is_some(), "both or none");
    let answer = Response::builder().header("etag", etag).header("last-modified", LAST_MODIFIED);
    let mut answers = vendors.answers.lock().unwrap();
    if known && status == 200 {
        answers.1 += 1;
        return answer.status(304).body(Body::empty()).unwrap();
    }
    answers.0 += 1;
    answer
        .status(status)
        .header("content-type", "application/json; charset=utf-8")
        .body(Body::from(body))
        .unwrap()
}

async fn asks(world: &World, line: &str) -> String {
    world.ian().types(EMERGENCIES, line).await.replace(['*', '`', '\u{2060}'], "")
}

/// So often the timeline of the incident has this.
async fn told(world: &World, incident: u64, part: &str) -> usize {
    asks(world, &format!("/incident timeline {incident}")).await.matches(part).count()
}

async fn minutes(world: &World, many: usize) {
    for _ in 0..many {
        world.forward(1).await;
        world.watched().await;
    }
}

#[tokio::test]
async fn what_a_vendor_says_stands_on_what_is_open_once_and_lowers_the_trust_in_its_alerts() {
    let vendors = Vendors::open().await;
    let mut world = World::with_config(&vendors.toml()).await;
    Speaker::of(&world, Source::GitHub).fires("deploy.yml", Severity::P3).await;
    world.ian().types(EMERGENCIES, "/incident p2 Deploys hang").await;
    minutes(&world, 3).await;
    let list = asks(&world, "/runbook metrics").await;
    for name in ["GitHub", "Vercel", "Cloudflare", "OpenAI"] {
        assert!(list.contains(&format!("{name}: says that what matters is well")), "{list}");
    }
    assert_eq!(vendors.answers.lock().unwrap().0, 8, "each document came once: the rest was unchanged");
    assert!(vendors.answers.lock().unwrap().1 >= 8);

    vendors.now("github", |says| {
        says.components[0].1 = "degraded_performance";
        says.incidents = vec![json!({
            "id": "cp306tmzcl0y", "name": "Delays starting Actions runs", "status": "investigating", "impact": "minor",
            "created_at": "2026-11-30T02:12:22.012Z", "started_at": "2026-11-24T01:10:00.012Z", "resolved_at": null,
            "shortlink": "https://stspg.io/4f7ltd0", "components": [{ "id": "id0", "name": "Actions" }],
        })];
    });
    // What does not matter is not told, and neither is what says less than before.
    vendors.now("vercel", |says| says.components[1].1 = "major_outage");
    vendors.now("openai", |says| says.components[0].1 = "full_outage");
    vendors.now("cloudflare", |says| says.instead = Some((200, "<html>Moved".to_owned())));
    minutes(&world, 2).await;
    let line = "GitHub says: Actions degraded since 01:10 UTC, https://stspg.io/4f7ltd0";
    assert_eq!(told(&world, 1, line).await, 1);
    assert_eq!(told(&world, 1, "OpenAI says: Responses down since").await, 1);
    assert_eq!((told(&world, 1, "Vercel says").await, told(&world, 1, "Cloudflare says").await), (0, 0));
    let late = "alerts of GitHub may be late: GitHub says: Actions degraded since";
    for line in ["/alerts why A-1", "/alerts sources", "/incident show 1"] {
        let said = asks(&world, line).await;
        assert!(said.contains(late) && said.contains("stspg.io/4f7ltd0"), "{line}: {said}");
    }
    let list = asks(&world, "/runbook metrics").await;
    assert!(list.contains("Cloudflare: cannot tell: the answer is not a status page's summary"), "{list}");
    assert!(list.contains("Vercel: says that what matters is well"), "{list}");

    let variables = [("SLACK_BOT_TOKEN", "xoxb-none"), ("SLACK_API_URL", "http://127.0.0.1:9/api/")];
    let (_, said) = howler_with(&vendors.toml(), "check", &variables).await;
    for part in [
        "ok    vendor Vercel: it says that Builds are well",
        "note  vendor GitHub: it says: Actions degraded",
        "FAIL  vendor Cloudflare: nobody can tell: the answer is not a status page's summary",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }

    // A howler that begins anew tells it to nobody twice, and to what is declared meanwhile once.
    world.crash().await;
    world.start_howler().await;
    world.ian().types(EMERGENCIES, "/incident p3 Pages are slow").await;
    minutes(&world, 2).await;
    assert_eq!((told(&world, 1, line).await, told(&world, 2, line).await), (1, 1));
    assert_eq!(world.alerts().len(), 1, "it opens nothing");

    vendors.now("github", |says| says.instead = Some((301, String::new())));
    minutes(&world, 2).await;
    assert_eq!(told(&world, 1, "it is over").await, 0, "nobody saw that it is over");
    vendors.now("github", |says| {
        (says.instead, says.incidents) = (None, Vec::new());
        says.components[0].1 = "operational";
    });
    minutes(&world, 2).await;
    let over = "GitHub says that it is over: Actions degraded, since 01:10 UTC";
    assert_eq!((told(&world, 1, over).await, told(&world, 2, over).await), (1, 1));
    assert!(!asks(&world, "/alerts why A-1").await.contains("may be late"));
}
