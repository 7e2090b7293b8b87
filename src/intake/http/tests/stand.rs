//! A howler on loopback, with a real desk and store, and a Slack that opens forms or does not.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::Path;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::Front;
use crate::http::{Workers, router};
use crate::signature::{SIGNATURE, TIMESTAMP, Verifier};
use config::Config;
use delivery::{Deliverer, Heart, SlackTarget};
use desk::Desk;
use domain::effect::EffectKind;
use domain::incident::Incident;
use domain::secret::Secret;
use ground::clock::Clock;
use ground::telemetry::Metrics;
use store::{Disk, Store};

const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

type Calls = Arc<Mutex<Vec<(String, Value)>>>;

pub struct Stand {
    pub base: String,
    pub client: reqwest::Client,
    clock: Clock,
    verifier: Verifier,
    pub desk: Desk,
    /// What beats in the place of lanes.
    pub beating: JoinHandle<()>,
    pub socket: JoinHandle<()>,
    desk_task: JoinHandle<()>,
    calls: Calls,
    _folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answered {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

async fn serve(router: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Answers every method of Slack's with `answer`.
async fn slack(calls: Calls, answer: Value) -> String {
    let method = axum::routing::post(move |Path(method): Path<String>, body: String| async move {
        let body = serde_json::from_str(&body).unwrap_or(Value::Null);
        calls.lock().unwrap_or_else(PoisonError::into_inner).push((method, body));
        Json(answer)
    });
    serve(axum::Router::new().route("/api/{method}", method)).await
}

impl Stand {
    pub async fn start() -> Self {
        Self::with_slack(json!({ "ok": true, "user_id": "UBOT", "bot_id": "B1", "team_id": "T1" })).await
    }

    pub async fn with_slack(answer: Value) -> Self {
        Self::with(answer, None).await
    }

    pub async fn with(answer: Value, metrics_secret: Option<&Secret>) -> Self {
        let clock = Clock::standing_at(Timestamp::from_second(1_531_420_618).expect("a timestamp"));
        Self::on(Disk::Machine, clock, answer, metrics_secret).await
    }

    pub async fn on(disk: Disk, clock: Clock, answer: Value, metrics_secret: Option<&Secret>) -> Self {
        // Another test may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a folder");
        let (config, metrics, calls) = (Arc::new(Config::default()), Metrics::default(), Calls::default());
        let api_url = format!("{}/api/", slack(Arc::clone(&calls), answer).await);
        let target = SlackTarget { api_url, token: Secret::new("xoxb-test") };
        let deliverer = Deliverer::new(target, Arc::clone(&config), clock.clone()).expect("a deliverer");
        let store = Arc::new(Store::open_on(disk, folder.path(), "test").expect("a store"));
        let (desk, _wakes, desk_task) =
            Desk::start(store, config, clock.clone(), metrics.clone()).expect("a desk");
        let front = Front {
            desk: desk.clone(),
            deliverer: Arc::new(deliverer),
            clock: clock.clone(),
            metrics,
            redactor: Arc::new(redact::Redactor::new(std::iter::empty())),
        };
        let heart = Heart::default();
        let beating = heart.clone();
        let beating = tokio::spawn(async move {
            loop {
                beating.asked().await;
                beating.beat();
            }
        });
        let socket = tokio::spawn(std::future::pending());
        let workers = Workers { desk: desk.clone(), lanes: heart, socket: Some(socket.abort_handle()) };
        let signing = Secret::new(SECRET);
        let base = serve(router(front, Some(&signing), metrics_secret, None, None, workers)).await;
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let verifier = Verifier::new(&Secret::new(SECRET));
        Self { base, client, clock, verifier, desk, beating, socket, desk_task, calls, _folder: folder }
    }

    /// Ends the desk, as a fault would.
    pub async fn lose_the_desk(&mut self) {
        self.desk_task.abort();
        let _ = (&mut self.desk_task).await;
    }

    /// Slack's signature, made `seconds` ago.
    pub fn signed(&self, body: &[u8], seconds: i64) -> (String, String) {
        let at = self.clock.now().checked_sub(SignedDuration::from_secs(seconds)).expect("a timestamp");
        let at = at.as_second().to_string();
        let signature = self.verifier.sign(&at, body);
        (at, signature)
    }

    pub async fn raw(&self, path: &str, headers: &[(&str, String)], body: Vec<u8>) -> Answered {
        let mut request = self.client.post(format!("{}{path}", self.base)).body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        Self::answered(request).await
    }

    pub async fn get(&self, path: &str) -> Answered {
        Self::answered(self.client.get(format!("{}{path}", self.base))).await
    }

    async fn answered(request: reqwest::RequestBuilder) -> Answered {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        Answered { status, headers, body: response.text().await.expect("a body") }
    }

    pub async fn post(&self, path: &str, body: impl Into<Vec<u8>>) -> Answered {
        let body = body.into();
        let (at, signature) = self.signed(&body, 0);
        self.raw(path, &[(TIMESTAMP, at), (SIGNATURE, signature)], body).await
    }

    /// Types `/incident` and this.
    pub async fn types(&self, text: &str, trigger: &str) -> Answered {
        let fields = [
            ("command", "/incident"),
            ("text", text),
            ("user_id", "U1"),
            ("channel_id", "C1"),
            ("trigger_id", trigger),
        ];
        self.post("/slack/commands", serde_urlencoded::to_string(fields).expect("fields")).await
    }

    pub async fn interacts(&self, payload: &Value) -> Answered {
        let body = serde_urlencoded::to_string([("payload", payload.to_string())]).expect("a payload");
        self.post("/slack/interactions", body).await
    }

    pub async fn clicks(&self, value: &str, trigger: &str) -> Answered {
        let payload = json!({
            "type": "block_actions",
            "user": { "id": "U1" },
            "channel": { "id": "C1" },
            "trigger_id": trigger,
            "response_url": "https://hooks.slack.com/actions/1",
            "actions": [{ "action_id": "x", "type": "button", "value": value, "action_ts": "1.2" }],
        });
        self.interacts(&payload).await
    }

    pub async fn sends(&self, event: &Value) -> Answered {
        self.post("/slack/events", event.to_string()).await
    }

    pub fn open(&self) -> Vec<Arc<Incident>> {
        self.desk.look(|state, _| state.open.values().cloned().collect()).expect("a state")
    }

    /// The private answers that wait in the outbox.
    pub fn whispers(&self) -> Vec<EffectKind> {
        self.desk
            .look(|state, _| {
                let kinds = state.outbox.iter().map(|effect| effect.kind.clone());
                kinds.filter(|kind| matches!(kind, EffectKind::Whisper { .. })).collect()
            })
            .expect("a state")
    }

    /// The calls of one of Slack's methods.
    pub fn calls(&self, method: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().filter(|(called, _)| called == method).map(|(_, body)| body.clone()).collect()
    }
}
