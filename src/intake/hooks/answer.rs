//! What a source is told.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::doors::Door;
use domain::alert::signal::Heard;

/// Keys that are told, at most.
const KEYS_MOST: usize = 100;

/// The answer that is given once it is saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    status: StatusCode,
    json: String,
}

impl Answer {
    /// 200, or 202 where something of it could not be understood, with what howler made of it.
    pub fn of(door: &Door, heard: &Heard) -> Self {
        let understood = heard.not_understood.is_empty();
        let mut json = json!({
            "status": if understood { "saved" } else { "not understood, and kept" },
            "alerts": heard.signals.len(),
            "changes": heard.changes.len(),
        });
        for (name, lines) in [("passed_over", &heard.passed_over), ("not_understood", &heard.not_understood)]
        {
            if !lines.is_empty() {
                json[name] = json!(lines);
            }
        }
        if *door == Door::Events {
            let keys = heard.signals.iter().take(KEYS_MOST).map(|signal| &signal.key);
            json["keys"] = json!(keys.collect::<Vec<_>>());
        }
        let status = if understood { StatusCode::OK } else { StatusCode::ACCEPTED };
        Self { status, json: json.to_string() }
    }

    /// As PagerDuty answers an event.
    pub fn enqueued(dedup_key: Option<&str>) -> Self {
        let json = match dedup_key {
            Some(key) => json!({ "status": "success", "message": "Event processed", "dedup_key": key }),
            None => json!({ "status": "success", "message": "Event kept, and not understood" }),
        };
        Self { status: StatusCode::ACCEPTED, json: json.to_string() }
    }

    /// As PagerDuty answers a change event.
    pub fn changed() -> Self {
        let json = json!({ "status": "success", "message": "Change event processed" });
        Self { status: StatusCode::ACCEPTED, json: json.to_string() }
    }

    pub fn said(self) -> Response {
        (self.status, [(CONTENT_TYPE, "application/json")], self.json).into_response()
    }
}

/// Nothing was saved: send it again in so many seconds.
pub(super) fn again(seconds: u64) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, seconds.to_string())]).into_response()
}

/// It was saved before under the same `Idempotency-Key`.
pub(super) fn repeated() -> Response {
    let json = json!({ "status": "repeated", "message": "saved before under this Idempotency-Key; nothing changed" });
    (StatusCode::OK, [(CONTENT_TYPE, "application/json")], json.to_string()).into_response()
}

/// Something else was saved under its `Idempotency-Key`.
pub(super) fn other_body() -> Response {
    let why = "this Idempotency-Key was used for another body, and nothing of this one is saved: give each delivery a key of its own";
    let json = json!({ "status": "not saved", "error": why });
    (StatusCode::CONFLICT, [(CONTENT_TYPE, "application/json")], json.to_string()).into_response()
}
