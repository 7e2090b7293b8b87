//! A Slack that takes everything at once, or holds everything back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::Result;

#[derive(Clone)]
pub struct Sink {
    pub api_url: String,
    state: Arc<Inner>,
}

struct Inner {
    holds_back: AtomicBool,
    calls: AtomicU64,
    /// How many messages were posted.
    posted: watch::Sender<u64>,
}

impl Sink {
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let api_url = format!("http://{}/api/", listener.local_addr()?);
        let state = Arc::new(Inner {
            holds_back: AtomicBool::new(false),
            calls: AtomicU64::new(0),
            posted: watch::Sender::new(0),
        });
        let router = Router::new().route("/api/{method}", any(answer)).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { api_url, state })
    }

    pub fn hold_back(&self, holds_back: bool) {
        self.state.holds_back.store(holds_back, Ordering::Relaxed);
    }

    pub fn posted(&self) -> watch::Receiver<u64> {
        self.state.posted.subscribe()
    }
}

async fn answer(State(state): State<Arc<Inner>>, Path(method): Path<String>) -> Response {
    let call = state.calls.fetch_add(1, Ordering::Relaxed);
    if method == "auth.test" {
        return Json(json!({"ok": true, "url": "https://x.slack.com/", "team": "t", "user": "howler",
            "team_id": "T1", "user_id": "U0HOWLER", "bot_id": "B1"}))
        .into_response();
    }
    if state.holds_back.load(Ordering::Relaxed) {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("3600"));
        return (StatusCode::TOO_MANY_REQUESTS, headers, Json(json!({"ok": false, "error": "ratelimited"})))
            .into_response();
    }
    if method == "chat.postMessage" {
        state.posted.send_modify(|posted| *posted += 1);
    }
    Json(body(&method, call)).into_response()
}

fn body(method: &str, call: u64) -> Value {
    let ts = format!("17000000{:02}.{:06}", call / 1_000_000 % 100, call % 1_000_000);
    match method {
        "conversations.list" => {
            json!({"ok": true, "channels": [{"id": "C0EMERG", "name": "monkeytown-emergencies",
            "created": 1, "creator": "U1", "is_channel": true, "is_member": true}],
            "response_metadata": {"next_cursor": ""}})
        }
        "chat.postMessage" | "chat.update" => json!({"ok": true, "channel": "C0EMERG", "ts": ts,
            "message": {"ts": ts, "type": "message", "text": "x"}}),
        _ => json!({"ok": true}),
    }
}
