//! The HTTP front: read the body, verify, parse, submit to the desk, answer.
//!
//! A delivery is answered within Slack's three seconds. A yes is given only once the desk has saved it. Where it could not
//! be saved and the person can be told so, the answer says that, with 200, for Slack shows no other; else it is no 2xx.

mod alive;
mod oncall;
mod operations;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::Timestamp;
use tokio::time::Instant;
use tracing::{debug, warn};

use super::budget::Budget;
use super::doubts::OnceAMinute;
use super::front::{Front, Kind, PATIENCE, Reply};
use super::signature::{Rejected, SIGNATURE, TIMESTAMP, Verifier};
use super::slack::{Parsed, command, event, interaction};
use super::socket::Watch;
pub use alive::Workers;
use domain::secret::Secret;

/// Longest body, in bytes; Slack's are far shorter.
const BODY_MOST: usize = 1024 * 1024;
/// Bodies in hand together, in bytes. They have this room of their own, behind no source of alerts.
const BODIES: usize = 16 * 1024 * 1024;

/// What Slack's three addresses work with.
struct Door {
    front: Front,
    verifier: Verifier,
    bodies: Budget,
    /// That the clock seems wrong.
    clock_told: OnceAMinute,
}

type Shared = State<Arc<Door>>;

/// Slack's three addresses, where there is a secret to know Slack by, the operators' three, and who is on call for other programs.
pub fn router(
    front: Front,
    signing: Option<&Secret>,
    metrics: Option<&Secret>,
    api: Option<&Secret>,
    socket: Option<Watch>,
    workers: Workers,
) -> Router {
    let operations = operations::router(front.clone(), metrics, socket).merge(alive::router(workers));
    let operations = operations.merge(oncall::router(front.clone(), api));
    match signing {
        Some(secret) => operations.merge(slack_router(Door {
            front,
            verifier: Verifier::new(secret),
            bodies: Budget::new(BODIES, BODY_MOST),
            clock_told: OnceAMinute::default(),
        })),
        // Nobody could be believed: in Socket Mode alone these addresses do not exist.
        None => operations,
    }
}

fn slack_router(door: Door) -> Router {
    let door = Arc::new(door);
    Router::new()
        .route("/slack/commands", post(slash_command).get(certificate_check))
        .route("/slack/interactions", post(interaction))
        .route("/slack/events", post(event))
        .layer(from_fn_with_state(Arc::clone(&door), timed))
        .with_state(door)
}

/// Observes how long a 2xx takes, body included; one that says that nothing could be saved counts too.
async fn timed(State(door): Shared, request: Request, next: Next) -> Response {
    let kind = match request.uri().path() {
        "/slack/commands" => Kind::Command,
        "/slack/interactions" => Kind::Interaction,
        _ => Kind::Event,
    };
    let started = Instant::now();
    let response = next.run(request).await;
    if response.status().is_success() {
        door.front.metrics.acknowledged(kind.word(), started.elapsed());
    }
    response
}

/// Slack may look at the certificate by GET; nothing is asked and nothing is told.
async fn certificate_check(RawQuery(query): RawQuery) -> StatusCode {
    let checks = query.is_some_and(|query| command::is_ssl_check(query.as_bytes()));
    if checks { StatusCode::OK } else { StatusCode::METHOD_NOT_ALLOWED }
}

async fn slash_command(State(door): Shared, request: Request) -> Response {
    let deadline = Instant::now() + PATIENCE;
    match door.admit(request, command::is_ssl_check).await {
        Ok(body) => door.take(Kind::Command, command::parse(&body), deadline).await,
        Err(response) => response,
    }
}

async fn interaction(State(door): Shared, request: Request) -> Response {
    let deadline = Instant::now() + PATIENCE;
    match door.admit(request, command::is_ssl_check).await {
        Ok(body) => door.take(Kind::Interaction, interaction::parse(&body), deadline).await,
        Err(response) => response,
    }
}

async fn event(State(door): Shared, request: Request) -> Response {
    let deadline = Instant::now() + PATIENCE;
    if let Some(retry) = request.headers().get("x-slack-retry-num").and_then(|retry| retry.to_str().ok()) {
        debug!(retry, "Slack sends this again");
    }
    match door.admit(request, |_| false).await {
        Ok(body) => door.take(Kind::Event, event::parse(&body), deadline).await,
        Err(response) => response,
    }
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

impl Door {
    async fn take(&self, kind: Kind, parsed: Parsed, deadline: Instant) -> Response {
        match self.front.take(kind, parsed, deadline).await {
            Reply::Nothing => StatusCode::OK.into_response(),
            Reply::Json(body) | Reply::NotSaved(Some(body)) => {
                ([(CONTENT_TYPE, "application/json")], body).into_response()
            }
            Reply::Echo(text) => text.into_response(),
            Reply::Malformed => StatusCode::BAD_REQUEST.into_response(),
            Reply::NotSaved(None) if kind == Kind::Event => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Reply::NotSaved(None) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    /// Slack's own signature, made at another time than this: mostly the clock is wrong, and then all of Slack is refused.
    fn tell_of_the_clock(&self, signed: &str, now: Timestamp) {
        if self.clock_told.is_time(now) {
            warn!(
                signed,
                now = now.as_second(),
                "Slack's signature is right, but not of these five minutes: refused. Is this machine's clock right? \
                 Otherwise an old request was sent again"
            );
        }
    }

    /// Reads the body and verifies who sent it. `harmless` bodies need no signature: they are answered here.
    async fn admit(&self, request: Request, harmless: impl Fn(&[u8]) -> bool) -> Result<Bytes, Response> {
        let timestamp = header(&request, TIMESTAMP);
        let signature = header(&request, SIGNATURE);
        let (parts, body) = request.into_parts();
        let held = self
            .bodies
            .read(&parts.headers, body)
            .await
            .map_err(|no_body| no_body.counted(&self.front.metrics).into_response())?;
        let body = &held.bytes;
        let now = self.front.clock.now();
        match self.verifier.verify(timestamp.as_deref(), signature.as_deref(), body, now) {
            Ok(()) => Ok(held.bytes),
            Err(_) if harmless(body) => Err(StatusCode::OK.into_response()),
            Err(rejected) => {
                self.front.metrics.refused_signature();
                debug!(reason = rejected.word(), "a request was not believed");
                if let (Rejected::Stale, Some(timestamp), Some(signature)) = (rejected, timestamp, signature)
                    && self.verifier.fits(&timestamp, &signature, body)
                {
                    self.tell_of_the_clock(&timestamp, now);
                }
                Err(StatusCode::UNAUTHORIZED.into_response())
            }
        }
    }
}
