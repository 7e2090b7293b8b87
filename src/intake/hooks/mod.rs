//! Alerts from their sources: verified, read, and answered once they are saved.
//!
//! An answer of 2xx means that it is on the disk. Where too much waits, or it cannot be saved, the answer is 503 with `Retry-After`:
//! those that send again do it after that, and never 429, at which Alertmanager gives up.

mod answer;
mod doors;
mod metrics;
mod parse;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use tracing::{Instrument, debug, info, info_span, warn};

pub use doors::Doors;
use doors::{Door, Known};
use parse::Said;

use super::budget::{Budget, Held};
use super::doubts::{Doubts, OnceAMinute, Peer};

use desk::Desk;
use domain::alert::hear::{Delivery, NotHeard};
use ground::clock::Clock;
use ground::telemetry::Metrics;
use redact::Redactor;
use watch::push::{Pushed, Took};

/// Longest body, in bytes.
const BODY_MOST: usize = 1024 * 1024;
/// Bodies in hand together, in bytes: of those who show a token before they send one, and of those whom only the body tells.
const KNOWN_BYTES: usize = 32 * 1024 * 1024;
const UNKNOWN_BYTES: usize = 16 * 1024 * 1024;
/// How long saving may take: GitHub waits ten seconds for its answer.
const SAVED_WITHIN: Duration = Duration::from_secs(8);
/// Deliveries that are read and saved at a time; for more the answer is 503.
const AT_ONCE: usize = 256;
/// Longer bodies are read on a thread of their own, in bytes.
const LONG: usize = 64 * 1024;
/// When to send again, in seconds: where much waits, and where nothing can be saved.
const SOON: u64 = 5;
const LATER: u64 = 30;

/// Takes what was heard; `Ok` only once it is saved.
pub trait Hear: Send + Sync + 'static {
    fn hear(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), NotHeard>>;
    /// What became of values that were pushed.
    fn pushed(&self, values: Vec<Pushed>) -> BoxFuture<'_, Result<Took, NotHeard>>;
}

impl Hear for Desk {
    fn hear(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), NotHeard>> {
        Box::pin(Self::hear(self, delivery))
    }

    fn pushed(&self, values: Vec<Pushed>) -> BoxFuture<'_, Result<Took, NotHeard>> {
        Box::pin(Self::pushed(self, values))
    }
}

/// What the addresses of all sources work with.
pub struct Hall {
    pub doors: Doors,
    pub ear: Arc<dyn Hear>,
    pub redactor: Arc<Redactor>,
    pub clock: Clock,
    pub metrics: Metrics,
}

struct Open {
    hall: Hall,
    at_once: Semaphore,
    known: Budget,
    unknown: Budget,
    doubts: Doubts,
    /// That too many alerts are open.
    full_told: OnceAMinute,
}

type Shared = State<Arc<Open>>;

/// The addresses of those sources that have a secret; those of the others do not exist.
pub fn router(hall: Hall) -> Router {
    let mut router = Router::new();
    let doors = &hall.doors;
    let mut open = |is_on: bool, path: &str, method: MethodRouter<Arc<Open>>| {
        if is_on {
            router = std::mem::take(&mut router).route(path, method);
        }
    };
    open(doors.github.is_some(), "/hooks/github", post(|hall, request| enter(hall, request, Door::GitHub)));
    open(doors.vercel.is_some(), "/hooks/vercel", post(|hall, request| enter(hall, request, Door::Vercel)));
    open(doors.uptimerobot.is_some(), "/hooks/uptimerobot/{token}", get(uptimerobot).post(uptimerobot));
    let token = doors.token.is_some();
    open(token, "/hooks/alertmanager", post(|hall, request| enter(hall, request, Door::Alertmanager)));
    let grafana = |hall, request| enter(hall, request, Door::Grafana);
    open(token || doors.grafana.is_some(), "/hooks/grafana", put(grafana).post(grafana));
    open(token, "/hooks/events", post(|hall, request| enter(hall, request, Door::Events)));
    open(token, "/v1/metrics", post(|hall, request| enter(hall, request, Door::Metrics)));
    open(token, "/v2/enqueue", post(|hall, request| enter(hall, request, Door::Enqueue)));
    open(token, "/v2/change/enqueue", post(|hall, request| enter(hall, request, Door::Change)));
    open(token, "/hooks/heartbeat/{name}/{token}", get(heartbeat).post(heartbeat));
    router.with_state(Arc::new(Open {
        hall,
        at_once: Semaphore::new(AT_ONCE),
        known: Budget::new(KNOWN_BYTES, BODY_MOST),
        unknown: Budget::new(UNKNOWN_BYTES, BODY_MOST),
        doubts: Doubts::default(),
        full_told: OnceAMinute::default(),
    }))
}

async fn uptimerobot(hall: Shared, Path(token): Path<String>, request: Request) -> Response {
    enter(hall, request, Door::UptimeRobot { token }).await
}

async fn heartbeat(hall: Shared, Path((name, token)): Path<(String, String)>, request: Request) -> Response {
    enter(hall, request, Door::Heartbeat { name, token }).await
}

async fn enter(State(open): Shared, request: Request, door: Door) -> Response {
    let started = Instant::now();
    let word = door.word();
    let response = open.take(request, door).await;
    if response.status().is_success() {
        open.hall.metrics.acknowledged(word, started.elapsed());
    }
    response
}

impl Open {
    async fn take(self: &Arc<Self>, request: Request, door: Door) -> Response {
        let (parts, body) = request.into_parts();
        // Whoever has no token need not send a body.
        let budget = match self.hall.doors.before_the_body(&door, &parts.headers) {
            Ok(Known::Yes) => &self.known,
            Ok(Known::NotYet) => &self.unknown,
            Err(rejected) => return self.refused(&door, &parts, rejected),
        };
        let body = match budget.read(&parts.headers, body).await {
            Ok(body) => body,
            Err(no_body) => return no_body.counted(&self.hall.metrics).into_response(),
        };
        let now = self.hall.clock.now();
        if let Err(rejected) = self.hall.doors.with_the_body(&door, &parts.headers, &body.bytes, now) {
            return self.refused(&door, &parts, rejected);
        }
        let Ok(_turn) = self.at_once.try_acquire() else {
            return self.again("busy", SOON);
        };
        let word = door.word();
        match self.read(door, parts, body).await {
            Said::Nothing(status) => status.into_response(),
            Said::NotValues(why) => {
                self.hall.metrics.watches().pushed("not_understood", 1);
                metrics::not_understood(&why)
            }
            Said::Values(values) => self.push(values).await,
            Said::Delivery(delivery, answer) => {
                let span = info_span!("delivery", kind = word, id = %delivery.id);
                self.save(*delivery, answer).instrument(span).await
            }
        }
    }

    /// Reads it, a long one where it holds up nobody.
    async fn read(self: &Arc<Self>, door: Door, parts: Parts, body: Held) -> Said {
        let open = Arc::clone(self);
        let length = body.bytes.len();
        let read = move || {
            let hall = &open.hall;
            parse::read(&hall.doors, &hall.redactor, hall.clock.now(), &door, &parts, &body.bytes)
        };
        if length < LONG {
            return read();
        }
        match tokio::task::spawn_blocking(read).await {
            Ok(said) => said,
            Err(_) => Said::Nothing(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    async fn push(&self, values: Vec<Pushed>) -> Response {
        match timeout(SAVED_WITHIN, self.hall.ear.pushed(values)).await {
            Ok(Ok(took)) => {
                let counts = [("saved", took.saved), ("known", took.known)];
                let counts = counts
                    .into_iter()
                    .chain([("unknown", took.unknown.len()), ("refused", took.refused.len())]);
                counts.for_each(|(became, many)| self.hall.metrics.watches().pushed(became, many));
                metrics::took(&took)
            }
            Ok(Err(NotHeard::Busy)) => self.again("busy", SOON),
            // The same time again is the same value.
            Ok(Err(_)) | Err(_) => self.again("not_saved", LATER),
        }
    }

    async fn save(&self, delivery: Delivery, answer: answer::Answer) -> Response {
        let started = Instant::now();
        let saved = timeout(SAVED_WITHIN, self.hall.ear.hear(delivery)).await;
        let response = match saved {
            Ok(Ok(())) => answer.said(),
            Ok(Err(NotHeard::Repeated)) => answer::repeated(),
            Ok(Err(NotHeard::OtherBody)) => answer::other_body(),
            Ok(Err(NotHeard::Busy)) => self.again("busy", SOON),
            Ok(Err(NotHeard::Full)) => {
                if self.full_told.is_time(self.hall.clock.now()) {
                    warn!(
                        "too many alerts are open: new ones are put off until some are over, `/alerts list` shows them"
                    );
                }
                self.again("full", LATER)
            }
            // Where it was saved after all, it counts once when it comes again.
            Ok(Err(NotHeard::NotSaved)) | Err(_) => self.again("not_saved", LATER),
        };
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        info!(status = response.status().as_u16(), micros, "answered");
        response
    }

    fn again(&self, why: &'static str, seconds: u64) -> Response {
        self.hall.metrics.put_off(why);
        answer::again(seconds)
    }

    fn refused(&self, door: &Door, parts: &Parts, rejected: doors::Refused) -> Response {
        match rejected {
            doors::Refused::Off => StatusCode::NOT_FOUND.into_response(),
            doors::Refused::Unknown(reason) => {
                self.hall.metrics.refused_delivery(door.word());
                debug!(door = door.word(), %reason, "a delivery was not believed");
                let from = Peer::of(&parts.extensions);
                if let Some(told) = self.doubts.count(from, door.word(), self.hall.clock.now()) {
                    warn!(%told, %reason, "deliveries of alerts are not believed: is a secret wrong, or does somebody guess?");
                }
                StatusCode::UNAUTHORIZED.into_response()
            }
        }
    }
}
