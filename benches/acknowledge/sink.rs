//! A Slack that takes everything at once, holds everything back, or takes a few messages a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::Result;

/// What is taken.
#[derive(Clone, Copy)]
pub enum Takes {
    Everything,
    /// 429 for an hour to all calls.
    Nothing,
    /// A message each so often, and 429 for a second to the others.
    One {
        every: Duration,
    },
}

#[derive(Clone)]
pub struct Sink {
    pub api_url: String,
    state: Arc<Inner>,
}

struct Inner {
    takes: Mutex<(Takes, Instant)>,
    calls: AtomicU64,
    /// How many messages were posted, and when the last one was.
    posted: watch::Sender<(u64, Instant)>,
}

impl Sink {
    pub async fn start(takes: Takes) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let api_url = format!("http://{}/api/", listener.local_addr()?);
        let state = Arc::new(Inner {
            takes: Mutex::new((takes, Instant::now())),
            calls: AtomicU64::new(0),
            posted: watch::Sender::new((0, Instant::now())),
        });
        let router = Router::new().route("/api/{method}", any(answer)).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { api_url, state })
    }

    pub fn posted(&self) -> watch::Receiver<(u64, Instant)> {
        self.state.posted.subscribe()
    }

    pub fn calls(&self) -> u64 {
        self.state.calls.load(Ordering::Relaxed)
    }
}

impl Inner {
    /// `Some` is how long the call is to be tried again after, in seconds.
    fn limits(&self, method: &str) -> Option<&'static str> {
        let mut takes = self.takes.lock().unwrap_or_else(PoisonError::into_inner);
        match takes.0 {
            Takes::Everything => None,
            Takes::Nothing => Some("3600"),
            Takes::One { .. } if method != "chat.postMessage" => None,
            Takes::One { every } if takes.1.elapsed() >= every => {
                takes.1 = Instant::now();
                None
            }
            Takes::One { .. } => Some("1"),
        }
    }
}

async fn answer(State(state): State<Arc<Inner>>, Path(method): Path<String>) -> Response {
    let call = state.calls.fetch_add(1, Ordering::Relaxed);
    if method == "auth.test" {
        return Json(json!({"ok": true, "url": "https://x.slack.com/", "team": "t", "user": "howler",
            "team_id": "T0MONKEY", "user_id": "U0HOWLER", "bot_id": "B1"}))
        .into_response();
    }
    if let Some(after) = state.limits(&method) {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static(after));
        return (StatusCode::TOO_MANY_REQUESTS, headers, Json(json!({"ok": false, "error": "ratelimited"})))
            .into_response();
    }
    if method == "chat.postMessage" {
        state.posted.send_modify(|posted| *posted = (posted.0 + 1, Instant::now()));
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
        "conversations.history" => json!({"ok": true, "messages": [], "has_more": false}),
        "chat.postMessage" | "chat.update" => json!({"ok": true, "channel": "C0EMERG", "ts": ts,
            "message": {"ts": ts, "type": "message", "text": "x"}}),
        _ => json!({"ok": true}),
    }
}
