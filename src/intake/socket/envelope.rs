//! Slack's frames, and howler's acknowledgements.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::front::{Kind, Reply};
use crate::slack::{Parsed, command, event, interaction};

/// What Slack says over a connection.
#[derive(Debug, PartialEq)]
pub enum Frame {
    /// The connection is good. With how many the app has, this one included.
    Hello {
        connections: Option<u64>,
    },
    /// The connection is about to end, and why.
    Disconnect(Goodbye),
    Envelope(Box<Envelope>),
    /// Not in Slack's form.
    Unreadable,
}

/// Why Slack ends a connection, by its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goodbye {
    /// In about ten seconds.
    Warning,
    Refresh,
    /// Socket Mode was turned off in the app's settings.
    LinkDisabled,
    /// The app has more than ten connections.
    TooMany,
    Other,
}

/// A delivery, to be acknowledged by its envelope's id.
#[derive(Debug, PartialEq)]
pub struct Envelope {
    pub id: String,
    /// None where howler does not know the kind.
    pub kind: Option<Kind>,
    pub parsed: Parsed,
    /// Whether the acknowledgement may carry an answer.
    pub takes_answer: bool,
    /// Which repetition this is, and why.
    pub retry: Option<(u64, String)>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    r#type: String,
    envelope_id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    accepts_response_payload: Option<bool>,
    retry_attempt: Option<u64>,
    retry_reason: Option<String>,
    reason: Option<String>,
    num_connections: Option<u64>,
}

#[derive(Serialize)]
struct Acknowledgement<'a> {
    envelope_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a RawValue>,
}

/// Reads one frame's text.
pub fn read(text: &str) -> Frame {
    let Ok(wire) = serde_json::from_str::<Wire<'_>>(text) else { return Frame::Unreadable };
    let kind = match wire.r#type.as_str() {
        "hello" => return Frame::Hello { connections: wire.num_connections },
        "disconnect" => return Frame::Disconnect(goodbye(wire.reason.as_deref())),
        "slash_commands" => Some(Kind::Command),
        "interactive" => Some(Kind::Interaction),
        "events_api" => Some(Kind::Event),
        _ => None,
    };
    let Some(id) = wire.envelope_id else { return Frame::Unreadable };
    let payload = wire.payload.map(|payload| payload.get().as_bytes());
    let parsed = match (kind, payload) {
        (None, _) => Parsed::Ignored { why: "unknown_envelope" },
        (Some(_), None) => Parsed::Malformed,
        (Some(Kind::Command), Some(payload)) => command::parse_payload(payload),
        (Some(Kind::Interaction), Some(payload)) => interaction::parse_payload(payload),
        (Some(Kind::Event), Some(payload)) => event::parse(payload),
    };
    let retry = wire.retry_attempt.filter(|attempt| *attempt > 0);
    Frame::Envelope(Box::new(Envelope {
        id,
        kind,
        parsed,
        takes_answer: wire.accepts_response_payload == Some(true),
        retry: retry.map(|attempt| (attempt, wire.retry_reason.unwrap_or_default())),
    }))
}

fn goodbye(reason: Option<&str>) -> Goodbye {
    match reason {
        Some("warning") => Goodbye::Warning,
        Some("refresh_requested") => Goodbye::Refresh,
        Some("link_disabled") => Goodbye::LinkDisabled,
        Some("too_many_websockets") => Goodbye::TooMany,
        _ => Goodbye::Other,
    }
}

/// The acknowledgement that says `reply`; none where the envelope must not pass for taken: what was not saved and cannot
/// be told in the answer, and what howler cannot read. Slack sends events again, and tells the person of the rest that
/// it failed.
pub fn acknowledgement(envelope_id: &str, takes_answer: bool, reply: &Reply) -> Option<String> {
    let answer = match reply {
        Reply::Nothing | Reply::Echo(_) => None,
        Reply::Json(answer) => Some(answer).filter(|_| takes_answer),
        Reply::NotSaved(Some(words)) if takes_answer => Some(words),
        Reply::NotSaved(_) | Reply::Malformed => return None,
    };
    let payload = answer.map(|answer| serde_json::from_str::<&RawValue>(answer)).transpose().ok()?;
    serde_json::to_string(&Acknowledgement { envelope_id, payload }).ok()
}

#[cfg(test)]
mod tests;
