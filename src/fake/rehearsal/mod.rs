//! The rehearsal page: a chat in the browser on top of the fake Slack, so that somebody without an account can live
//! through an incident, with a clock that can be moved ahead.

mod assets;
mod guard;
mod live;
mod people;
mod sight;
mod slack;
#[cfg(test)]
mod tests;
mod workspace;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{Mutex, watch};

use ground::clock::Clock;
pub use workspace::{Submitted, Workspace};

pub type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The rehearsal's time: read, and moved ahead.
#[derive(Clone)]
pub struct Controls {
    pub clock: Clock,
    /// When howler will act by itself next.
    pub next_timer: Arc<dyn Fn() -> Option<Timestamp> + Send + Sync>,
    /// Moves the clock to an instant, stopping at every timer on the way.
    pub forward: Arc<dyn Fn(Timestamp) -> Later<()> + Send + Sync>,
    /// Who is on call, the weeks ahead, and the phones: see `src/demo/on_call.rs`.
    pub on_call: Arc<dyn Fn() -> Value + Send + Sync>,
    /// Somebody does something with a phone that rings: the call and the deed.
    pub phone: Phone,
    /// How the pretend production stands, and what can be broken in it: see `src/demo/production.rs`.
    pub production: Arc<dyn Fn() -> Value + Send + Sync>,
    /// Breaks something of it by its word.
    pub breaks: Breaks,
    /// A source of alerts sends something, by its word: see `src/demo/alerts.rs`.
    pub alerts: Sends,
}

/// Breaks something by its word.
pub type Breaks = Arc<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// Sends something by its word.
pub type Sends = Arc<dyn Fn(&str) -> Later<Result<(), String>> + Send + Sync>;

/// What a person does with a phone.
pub type Phone = Arc<dyn Fn(String, String) -> Later<Result<(), String>> + Send + Sync>;

/// What the handlers share.
struct Stage<W> {
    workspace: W,
    controls: Controls,
    /// Tells this run from the one before, whose page may still be open.
    boot: String,
    /// Counts moves of the clock: an open page hears of a move another one made.
    moves: watch::Sender<u64>,
    /// One move at a time.
    moving: Mutex<()>,
}

impl<W> Stage<W> {
    fn time(&self) -> Value {
        json!({ "now": self.controls.clock.now(), "next_timer": (self.controls.next_timer)() })
    }
}

/// The page at `/` and everything it asks for.
pub fn router<W: Workspace>(workspace: W, controls: Controls) -> Router {
    let boot = format!("{}-{}", std::process::id(), controls.clock.now().as_millisecond());
    let stage = Stage { workspace, controls, boot, moves: watch::Sender::new(0), moving: Mutex::new(()) };
    Router::new()
        .route("/", get(assets::page))
        .route("/{file}", get(assets::file))
        .route("/rehearsal/world", get(live::world::<W>))
        .route("/rehearsal/file/{id}", get(assets::picture::<W>))
        .route("/rehearsal/{verb}", post(people::act::<W>))
        .layer(from_fn(guard::guard))
        .with_state(Arc::new(stage))
}

/// A refusal in words fit to be shown.
struct Refusal(StatusCode, String);

impl Refusal {
    fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Self(status, words.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, axum::Json(json!({ "error": self.1 }))).into_response()
    }
}
