//! For those who run howler: can it work, how does it do.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::bearer::Bearer;
use crate::front::Front;
use crate::socket::Watch;
use domain::fault::Saving;
use domain::secret::Secret;
use ground::telemetry::Look;

/// Slack is asked at most this often, however often howler is.
const ASK_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// A Slack that takes longer counts as not reachable.
const ASK_WITHIN: Duration = Duration::from_secs(2);
/// What `prometheus-client` writes.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

struct Context {
    front: Front,
    reach: Reach,
    /// Who may read the metrics; without one everybody who reaches the address.
    watchers: Option<Bearer>,
    socket: Option<Watch>,
}

type Shared = State<Arc<Context>>;

/// Two of the operators' addresses. `/metrics` asks for `secret` where there is one.
pub(super) fn router(front: Front, secret: Option<&Secret>, socket: Option<Watch>) -> Router {
    let watchers = secret.map(Bearer::new);
    Router::new()
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(Context { front, reach: Reach::default(), watchers, socket }))
}

/// What is known of Slack, and since when.
#[derive(Default)]
struct Reach(Mutex<Option<(Timestamp, String)>>);

impl Reach {
    async fn words(&self, front: &Front) -> String {
        let mut known = self.0.lock().await;
        let now = front.clock.now();
        if let Some((at, words)) = known.as_ref().filter(|(at, _)| now.duration_since(*at) < ASK_EVERY) {
            return format!("{words} (as of {at:.0})");
        }
        let words = match timeout(ASK_WITHIN, front.deliverer.who_am_i()).await {
            Ok(Ok(_)) => "reachable".to_owned(),
            Ok(Err(reason)) => format!("not reachable: {reason}"),
            Err(_) => "not reachable: it did not answer in time".to_owned(),
        };
        *known = Some((now, words.clone()));
        words
    }
}

/// 200 while the store takes changes and no save waits for long. A Slack that cannot be reached is known and told, and so is Socket Mode without a
/// connection: restarting howler would help neither.
async fn readyz(State(context): Shared) -> Response {
    let desk = &context.front.desk;
    let open = desk.look(|_, _| ()).is_some();
    if let Some(trouble) = trouble(desk.saving(), open) {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("store: {trouble}\n")).into_response();
    }
    let slack = context.reach.words(&context.front).await;
    let socket = context.socket.as_ref().map(|socket| format!("socket mode: {}\n", socket.words()));
    format!("store: writable\nslack: {slack}\n{}", socket.unwrap_or_default()).into_response()
}

/// Why howler is not ready.
fn trouble(saving: Saving, open: bool) -> Option<String> {
    Some(match saving {
        Saving::Well if open => return None,
        Saving::Waits { seconds } => {
            format!("a save has been waiting for {seconds} s: the disk hangs. Reading works")
        }
        Saving::FolderGone => {
            "takes no changes: the data folder was taken away; the log says what is gone. Reading works"
                .into()
        }
        Saving::Impossible if open => {
            "takes no changes: its disk is full, read-only or failing; the log says why. Reading works".into()
        }
        Saving::Well | Saving::Impossible => "takes no changes; the log says why".into(),
    })
}

/// For Prometheus, if it knows the secret.
async fn metrics(State(context): Shared, headers: HeaderMap) -> Response {
    let claimed = headers.get(AUTHORIZATION).map(|header| header.as_bytes());
    if context.watchers.as_ref().is_some_and(|watchers| !watchers.lets_in(claimed)) {
        return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response();
    }
    let front = &context.front;
    let store_bytes = front.desk.stored_bytes();
    let text = front.desk.look(|state, now| {
        let look = Look {
            now,
            declared: state.next.incident.saturating_sub(1),
            timers: state.timers.len(),
            writable: front.desk.writable(),
            damaged: front.desk.damaged(),
            saving: front.desk.save_waiting(),
            store_bytes,
        };
        front.metrics.scrape(look, state.open.values().map(AsRef::as_ref), state.outbox.iter())
    });
    match text {
        Some(text) => ([(CONTENT_TYPE, OPENMETRICS)], text).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
