//! The HTTP front: read the body, verify, parse, submit to the desk, answer.
//!
//! A delivery is answered within Slack's three seconds, and with 2xx only once the desk has saved it.

mod answers;
mod operations;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, RawQuery, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::{Instrument, Span, debug, info, info_span, warn};

use self::answers::Failure;
use self::operations::Reach;
use super::bearer::Bearer;
use super::signature::{SIGNATURE, TIMESTAMP, Verifier};
use super::slack::{Incoming, Parsed, command, event, interaction};
use crate::clock::Clock;
use crate::config::secrets::Secret;
use crate::delivery::Deliverer;
use crate::desk::Desk;
use crate::domain::answer::{Answer, FormToOpen};
use crate::domain::command::{Command, Line};
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, ReplyPath};
use crate::id::DeliveryId;
use crate::telemetry::Metrics;

/// Longest body, in bytes; Slack's are far shorter.
const BODY_MOST: usize = 1024 * 1024;
/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// Slack gives up after three seconds; by then a humane answer must be on its way.
const PATIENCE: Duration = Duration::from_millis(2_500);
/// What is left after [`PATIENCE`] to say that a form could not be opened.
const LAST_WORD: Duration = Duration::from_millis(400);

/// What the front works with.
#[derive(Clone)]
pub struct Front {
    pub desk: Desk,
    pub deliverer: Arc<Deliverer>,
    pub clock: Clock,
    pub metrics: Metrics,
}

struct Context {
    front: Front,
    verifier: Verifier,
    reach: Reach,
    /// Who may read the metrics; without one everybody who reaches the address.
    watchers: Option<Bearer>,
}

type Shared = State<Arc<Context>>;

/// Slack's three addresses and the operators' three. `/metrics` asks for `metrics_secret` where there is one.
pub fn router(front: Front, signing_secret: &Secret, metrics_secret: Option<&Secret>) -> Router {
    let (verifier, watchers) = (Verifier::new(signing_secret), metrics_secret.map(Bearer::new));
    let context = Arc::new(Context { front, verifier, reach: Reach::default(), watchers });
    let slack = Router::new()
        .route("/slack/commands", post(slash_command).get(certificate_check))
        .route("/slack/interactions", post(interaction))
        .route("/slack/events", post(event))
        .layer(from_fn_with_state(Arc::clone(&context), timed))
        .layer(DefaultBodyLimit::max(BODY_MOST));
    let operations = Router::new()
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/metrics", get(operations::metrics));
    slack.merge(operations).with_state(context)
}

/// Observes how long an acknowledgement takes, body included. What is refused is no acknowledgement.
async fn timed(State(context): Shared, request: Request, next: Next) -> Response {
    let kind = match request.uri().path() {
        "/slack/commands" => "command",
        "/slack/interactions" => "interaction",
        _ => "event",
    };
    let started = Instant::now();
    let response = next.run(request).await;
    if response.status().is_success() {
        context.front.metrics.acknowledged(kind, started.elapsed());
    }
    response
}

/// Slack may look at the certificate by GET; nothing is asked and nothing is told.
async fn certificate_check(RawQuery(query): RawQuery) -> StatusCode {
    let checks = query.is_some_and(|query| command::is_ssl_check(query.as_bytes()));
    if checks { StatusCode::OK } else { StatusCode::METHOD_NOT_ALLOWED }
}

async fn slash_command(State(context): Shared, request: Request) -> Response {
    let deadline = Instant::now() + PATIENCE;
    let body = match context.admit(request, command::is_ssl_check).await {
        Ok(body) => body,
        Err(response) => return response,
    };
    match context.parsed("command", command::parse(&body)) {
        Parsed::Request(incoming) => {
            let span = span("command", &incoming.request.delivery);
            watched(span, context.answer_command(*incoming, deadline)).await
        }
        Parsed::OtherCommand { command } => answers::other_command(&command),
        Parsed::Malformed => StatusCode::BAD_REQUEST.into_response(),
        _ => StatusCode::OK.into_response(),
    }
}

async fn interaction(State(context): Shared, request: Request) -> Response {
    let deadline = Instant::now() + PATIENCE;
    let body = match context.admit(request, command::is_ssl_check).await {
        Ok(body) => body,
        Err(response) => return response,
    };
    match context.parsed("interaction", interaction::parse(&body)) {
        Parsed::Request(incoming) => {
            let span = span("interaction", &incoming.request.delivery);
            watched(span, context.answer_interaction(*incoming, deadline)).await
        }
        Parsed::FormErrors(errors) => answers::form_errors(&errors),
        Parsed::Malformed => StatusCode::BAD_REQUEST.into_response(),
        _ => StatusCode::OK.into_response(),
    }
}

async fn event(State(context): Shared, request: Request) -> Response {
    let deadline = Instant::now() + PATIENCE;
    if let Some(retry) = request.headers().get("x-slack-retry-num").and_then(|retry| retry.to_str().ok()) {
        debug!(retry, "Slack sends this again");
    }
    let body = match context.admit(request, |_| false).await {
        Ok(body) => body,
        Err(response) => return response,
    };
    match context.parsed("event", event::parse(&body)) {
        Parsed::Request(incoming) => {
            let span = span("event", &incoming.request.delivery);
            watched(span, async {
                match context.submit(&incoming, deadline).await {
                    Ok(_) => StatusCode::OK.into_response(),
                    // Slack sends it again, and again gets one answer.
                    Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                }
            })
            .await
        }
        Parsed::Challenge(text) => text.into_response(),
        Parsed::Malformed => StatusCode::BAD_REQUEST.into_response(),
        _ => StatusCode::OK.into_response(),
    }
}

/// One per delivery. It never holds a text, a trigger's use or a token.
fn span(kind: &'static str, delivery: &DeliveryId) -> Span {
    info_span!("delivery", kind, id = %delivery)
}

/// Answers inside the delivery's span, and says how it went and how long it took.
async fn watched(span: Span, answer: impl Future<Output = Response>) -> Response {
    let started = Instant::now();
    async move {
        let response = answer.await;
        info!(status = response.status().as_u16(), micros = started.elapsed().as_micros() as u64, "answered");
        response
    }
    .instrument(span)
    .await
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

impl Context {
    /// Reads the body and verifies who sent it. `harmless` bodies need no signature: they are answered here.
    async fn admit(&self, request: Request, harmless: impl Fn(&[u8]) -> bool) -> Result<Bytes, Response> {
        let timestamp = header(&request, TIMESTAMP);
        let signature = header(&request, SIGNATURE);
        let body = match timeout(BODY_WITHIN, Bytes::from_request(request, &())).await {
            Ok(Ok(body)) => body,
            Ok(Err(rejection)) => return Err(rejection.status().into_response()),
            Err(_) => return Err(StatusCode::REQUEST_TIMEOUT.into_response()),
        };
        let now = self.front.clock.now();
        match self.verifier.verify(timestamp.as_deref(), signature.as_deref(), &body, now) {
            Ok(()) => Ok(body),
            Err(_) if harmless(&body) => Err(StatusCode::OK.into_response()),
            Err(rejected) => {
                self.front.metrics.refused_signature();
                debug!(reason = rejected.word(), "a request was not believed");
                Err(StatusCode::UNAUTHORIZED.into_response())
            }
        }
    }

    /// Counts what howler does nothing about.
    fn parsed(&self, kind: &'static str, parsed: Parsed) -> Parsed {
        let why = match &parsed {
            Parsed::Ignored { why } => *why,
            Parsed::Malformed => "malformed",
            Parsed::OtherCommand { .. } => "other_command",
            _ => return parsed,
        };
        self.front.metrics.ignored(why);
        match parsed {
            Parsed::Malformed => warn!(kind, "a signed delivery is not in Slack's form"),
            _ => debug!(kind, why, "a delivery was ignored"),
        }
        parsed
    }

    async fn submit(&self, incoming: &Incoming, deadline: Instant) -> Result<Answer, Failure> {
        let mut request = incoming.request.clone();
        if let Ask::Line(Line { command: Command::Role { person, .. }, .. }) = &request.ask
            && self.front.deliverer.is_me(person)
        {
            request.ask = Ask::Unclear(Refusal::NotAPerson { word: "@howler".into() });
        }
        let submitted = self.front.desk.submit(request);
        let answer = match timeout_at(deadline, submitted).await {
            Ok(answer) => answer.map_err(Failure::Fault),
            Err(_) => Err(Failure::Slow),
        };
        if let Err(failure) = &answer {
            warn!(%failure, "a delivery could not be answered");
        }
        answer
    }

    async fn answer_command(&self, incoming: Incoming, deadline: Instant) -> Response {
        match self.submit(&incoming, deadline).await {
            Ok(Answer::Nothing) => StatusCode::OK.into_response(),
            Ok(Answer::Private(private)) => answers::private(&private),
            Ok(Answer::OpenForm(form)) => match self.open(&incoming, &form, deadline).await {
                Ok(()) => StatusCode::OK.into_response(),
                Err(reason) => answers::form_failed(&form, &reason),
            },
            Err(failure) => answers::failed(&failure),
        }
    }

    /// A click's private answers go through the outbox, so its body is empty; a form's are shown in the form.
    async fn answer_interaction(&self, incoming: Incoming, deadline: Instant) -> Response {
        let form = match &incoming.request.ask {
            Ask::Form(form) => Some(form),
            _ => None,
        };
        match (self.submit(&incoming, deadline).await, form) {
            (Ok(Answer::OpenForm(to_open)), _) => match self.open(&incoming, &to_open, deadline).await {
                Ok(()) => StatusCode::OK.into_response(),
                Err(_) => self.offer_instead(incoming).await,
            },
            (Ok(answer), Some(form)) => answers::submitted(form, &answer),
            (Ok(_), None) => StatusCode::OK.into_response(),
            (Err(failure), Some(form)) => answers::form_not_saved(form, &failure),
            (Err(_), None) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    /// Opens a form. The error is the reason, in words.
    async fn open(&self, incoming: &Incoming, form: &FormToOpen, deadline: Instant) -> Result<(), String> {
        let trigger = incoming.trigger.as_deref().unwrap_or("");
        match timeout_at(deadline, self.front.deliverer.open_form(trigger, form)).await {
            Ok(opened) => opened,
            Err(_) => {
                warn!("a form could not be opened in time");
                Err("Slack did not answer in time".to_owned())
            }
        }
    }

    /// After a click whose form did not open: asked as without a trigger, the desk offers the form by a private
    /// message.
    async fn offer_instead(&self, incoming: Incoming) -> Response {
        let mut request = incoming.request;
        request.delivery = DeliveryId(format!("{}:offer", request.delivery));
        request.reply = ReplyPath::Ephemeral;
        match timeout(LAST_WORD, self.front.desk.submit(request)).await {
            Ok(Ok(_)) => StatusCode::OK.into_response(),
            Ok(Err(_)) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
