//! The Web API over real HTTP, and what people's deliveries look like to a stand-in for howler.

mod api;
mod deliveries;
mod files;
mod groups;
mod home;
mod trouble;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::*;

const MANIFEST: &str = "
features:
  app_home: { messages_tab_enabled: true, messages_tab_read_only_enabled: false }
  bot_user: { display_name: howler }
  slash_commands:
    - { command: /incident, description: Declare, should_escape: true }
    - { command: /plain, description: Not escaped }
oauth_config:
  scopes:
    bot:
      - app_mentions:read
      - channels:history
      - channels:join
      - channels:manage
      - channels:read
      - chat:write
      - commands
      - im:history
      - im:write
      - pins:write
      - reactions:read
      - usergroups:read
settings:
  event_subscriptions:
    bot_events: [app_mention, reaction_added, reaction_removed]
  interactivity: { is_enabled: true }
";

const EMERGENCIES: &str = "C0EMERG";

/// A fake Slack that is served, with a clock that stands.
struct Town {
    slack: Slack,
    clock: Clock,
    base: String,
    client: reqwest::Client,
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

impl Town {
    async fn new() -> Self {
        Self::with(MANIFEST).await
    }

    async fn with(manifest: &str) -> Self {
        let clock = Clock::standing_at(Timestamp::from_second(1_800_000_000).unwrap());
        let setup = Setup {
            clock: clock.clone(),
            manifest: manifest.to_owned(),
            signing_secret: "secret".to_owned(),
            bot_token: "xoxb-1".to_owned(),
        };
        let slack = Slack::new(setup).unwrap();
        let base = serve(slack.api()).await;
        slack.set_own_base(&base);
        Self { slack, clock, base, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// Calls with a JSON body.
    async fn call(&self, method: &str, args: Value) -> Value {
        let url = format!("{}/api/{method}", self.base);
        let response = self.client.post(url).bearer_auth("xoxb-1").json(&args).send().await.unwrap();
        response.json().await.unwrap()
    }

    /// Calls with a query.
    async fn get(&self, method: &str, args: &[(&str, &str)]) -> Value {
        let query = serde_urlencoded::to_string(args).unwrap();
        let url = format!("{}/api/{method}?{query}", self.base);
        self.client.get(url).bearer_auth("xoxb-1").send().await.unwrap().json().await.unwrap()
    }

    async fn error(&self, method: &str, args: Value) -> String {
        let answer = self.call(method, args).await;
        answer["error"].as_str().unwrap_or("none").to_owned()
    }

    async fn post(&self, text: &str) -> String {
        let answer = self.call("chat.postMessage", json!({ "channel": EMERGENCIES, "text": text })).await;
        answer["ts"].as_str().unwrap().to_owned()
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    fn messages(&self, channel: &str) -> Vec<world::Message> {
        self.slack.look(|world| world.channel(channel).unwrap().messages.clone())
    }
}

/// Stands in for howler: keeps what comes, answers what it is told.
#[derive(Clone, Default)]
struct Ear(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    requests: Vec<Request>,
    answer: Option<(u16, &'static str, String)>,
}

#[derive(Clone, Debug)]
struct Request {
    path: String,
    headers: HeaderMap,
    body: String,
}

impl Ear {
    async fn of(town: &Town) -> Self {
        let ear = Self::default();
        let router = Router::new().fallback(hear).with_state(ear.clone());
        town.slack.point_at(&serve(router).await);
        ear
    }

    fn answers(&self, status: u16, kind: &'static str, body: impl Into<String>) {
        self.0.lock().unwrap().answer = Some((status, kind, body.into()));
    }

    fn requests(&self) -> Vec<Request> {
        self.0.lock().unwrap().requests.clone()
    }

    fn last(&self) -> Request {
        self.requests().pop().unwrap()
    }
}

impl Request {
    fn form(&self) -> std::collections::BTreeMap<String, String> {
        serde_urlencoded::from_str(&self.body).unwrap()
    }

    fn payload(&self) -> Value {
        serde_json::from_str(&self.form()["payload"]).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn hear(
    State(ear): State<Ear>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let mut heard = ear.0.lock().unwrap();
    heard.requests.push(Request { path: uri.path().to_owned(), headers, body });
    let (status, kind, body) = heard.answer.clone().unwrap_or((200, "text/plain", String::new()));
    (StatusCode::from_u16(status).unwrap(), [("content-type", kind)], body)
}

fn button(id: &str) -> Value {
    json!({
        "type": "button", "action_id": id, "value": id, "text": { "type": "plain_text", "text": "Press" },
    })
}

fn modal() -> Value {
    let text = |text: &str| json!({ "type": "plain_text", "text": text });
    json!({
        "type": "modal", "callback_id": "declare", "private_metadata": "here", "notify_on_close": true,
        "title": text("Declare"), "submit": text("Go"),
        "blocks": [
            {
                "type": "input", "block_id": "title", "label": text("Title"),
                "element": { "type": "plain_text_input", "action_id": "title", "max_length": 10 },
            },
            {
                "type": "input", "block_id": "severity", "label": text("Severity"), "optional": true,
                "element": {
                    "type": "static_select", "action_id": "severity",
                    "options": [{ "text": text("P1"), "value": "p1" }, { "text": text("P2"), "value": "p2" }],
                },
            },
        ],
    })
}
