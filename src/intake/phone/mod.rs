//! What comes back from the phones: verified, read into one [`PhoneEvent`], and answered once it is saved.

mod handler;
pub mod pagerduty;
pub mod signature;
pub mod twilio;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::future::BoxFuture;
use tokio::time::timeout;
use tracing::debug;

pub use self::handler::ToDesk;
use self::pagerduty::PagerDutyDoor;
use self::signature::{PAGERDUTY_SIGNATURE, TWILIO_SIGNATURE};
use self::twilio::TwilioDoor;
use delivery::phone::answer::Claim;
use delivery::phone::escaped;
use domain::id::DeliveryId;
use domain::oncall::phone::PhoneNumber;

/// Longest body, in bytes: PagerDuty's webhooks have 256 KB at most.
const BODY_MOST: usize = 256 * 1024;
/// How long a body may take to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// What a callback says. The same callback, come again, has the same `delivery`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneEvent {
    /// Somebody has it.
    Acknowledged { by: Acknowledged, delivery: DeliveryId },
    /// It was resolved at PagerDuty.
    Resolved { dedup: String, who: Option<String>, delivery: DeliveryId },
    /// The call came to nobody.
    NotReached { mark: String, reason: Reason, delivery: DeliveryId },
    /// The call was taken, by a person or by a machine, and is over. A key would have been heard of before.
    Ended { mark: String, delivery: DeliveryId },
    /// The text did not arrive; `code` is Twilio's.
    NotTexted { mark: String, code: Option<u32>, delivery: DeliveryId },
    /// Somebody sent howler a text.
    Texted { from: PhoneNumber, text: String, delivery: DeliveryId },
    /// A key that means nothing; they are asked again.
    OtherKey,
    /// Nothing that howler acts on.
    Nothing,
}

/// Who has it, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acknowledged {
    /// By pressing 1.
    Key(Claim),
    /// At PagerDuty, which names its own people.
    PagerDuty { dedup: String, who: Option<String> },
}

/// Why a call came to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    NoAnswer,
    Busy,
    /// The number does not exist or the network failed.
    Failed,
    /// Hung up before it was taken.
    Canceled,
}

impl PhoneEvent {
    /// Whether the text goes out now: the call reached nobody, or a machine may have taken it, and nobody has it yet.
    pub fn wants_text(&self, acknowledged: bool) -> bool {
        !acknowledged && matches!(self, Self::NotReached { .. } | Self::Ended { .. })
    }
}

/// Why a callback is not taken. For the log alone: the sender is told nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    #[error("the signature is missing")]
    Missing,
    #[error("the signature or the body is not in the provider's form")]
    Malformed,
    #[error("the signature does not fit")]
    Wrong,
    /// Signed, but not understood.
    #[error("it cannot be read")]
    Unreadable,
}

/// Takes events; `Ok` only once what follows from one is saved. The text is said to who pressed the key, or answered to
/// who sent the text; empty says nothing.
pub trait Handler: Send + Sync + 'static {
    fn heard(&self, event: PhoneEvent) -> BoxFuture<'_, Result<String, NotSaved>>;
}

/// It could not be saved, or not in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSaved;

struct Doors {
    twilio: Option<TwilioDoor>,
    pagerduty: Option<PagerDutyDoor>,
    handler: Arc<dyn Handler>,
}

/// The providers' addresses; those of a provider without a door do not exist.
pub fn router(
    twilio: Option<TwilioDoor>,
    pagerduty: Option<PagerDutyDoor>,
    handler: Arc<dyn Handler>,
) -> Router {
    let mut router = Router::new();
    if twilio.is_some() {
        for path in ["/phone/twilio/key", "/phone/twilio/status", "/phone/twilio/text", "/phone/twilio/sms"] {
            router = router.route(path, post(from_twilio));
        }
    }
    if pagerduty.is_some() {
        router = router.route("/phone/pagerduty", post(from_pagerduty));
    }
    let doors = Arc::new(Doors { twilio, pagerduty, handler });
    router.layer(DefaultBodyLimit::max(BODY_MOST)).with_state(doors)
}

async fn from_twilio(State(doors): State<Arc<Doors>>, request: Request) -> Response {
    let uri = request.uri().clone();
    let Some(door) = &doors.twilio else { return StatusCode::NOT_FOUND.into_response() };
    let signature = header(request.headers(), TWILIO_SIGNATURE);
    let body = match body_of(request).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    let asked = uri.path_and_query().map_or("/", |asked| asked.as_str());
    let again = |words: &str| twiml(&gather(&door.address(asked), words));
    let is_key = uri.path() == "/phone/twilio/key";
    match door.read(asked, signature.as_deref(), &body) {
        Err(rejected) => refused(rejected),
        Ok(PhoneEvent::Nothing) => twiml(""),
        Ok(PhoneEvent::OtherKey) => again("That key means nothing here."),
        Ok(event) => match doors.handler.heard(event).await {
            Ok(words) if words.is_empty() => twiml(""),
            Ok(words) if is_key => twiml(&format!("<Say>{}</Say>", escaped(&words))),
            Ok(words) if uri.path() == "/phone/twilio/sms" => {
                twiml(&format!("<Message>{}</Message>", escaped(&words)))
            }
            Ok(_) => twiml(""),
            Err(NotSaved) if is_key => again("howler could not save this."),
            Err(NotSaved) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

async fn from_pagerduty(State(doors): State<Arc<Doors>>, request: Request) -> Response {
    let Some(door) = &doors.pagerduty else { return StatusCode::NOT_FOUND.into_response() };
    let signatures = header(request.headers(), PAGERDUTY_SIGNATURE);
    let body = match body_of(request).await {
        Ok(body) => body,
        Err(status) => return status.into_response(),
    };
    match door.read(signatures.as_deref(), &body) {
        Err(rejected) => refused(rejected),
        Ok(PhoneEvent::Nothing) => StatusCode::ACCEPTED.into_response(),
        // PagerDuty sends again after a 5xx.
        Ok(event) => match doors.handler.heard(event).await {
            Ok(_) => StatusCode::ACCEPTED.into_response(),
            Err(NotSaved) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

fn refused(rejected: Rejected) -> Response {
    debug!(reason = %rejected, "a callback about a phone was not taken");
    match rejected {
        Rejected::Unreadable => StatusCode::BAD_REQUEST.into_response(),
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn body_of(request: Request) -> Result<Bytes, StatusCode> {
    match timeout(BODY_WITHIN, Bytes::from_request(request, &())).await {
        Ok(body) => body.map_err(|rejection| rejection.status()),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn twiml(inner: &str) -> Response {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{inner}</Response>");
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], body).into_response()
}

fn gather(action: &str, words: &str) -> String {
    let action = escaped(action);
    format!(
        "<Gather numDigits=\"1\" timeout=\"10\" action=\"{action}\" method=\"POST\"><Say loop=\"3\">{} Press 1 to \
         acknowledge.</Say></Gather>",
        escaped(words)
    )
}
