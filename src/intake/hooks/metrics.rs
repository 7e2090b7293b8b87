//! What whoever pushes values is told.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use watch::push::Took;

/// 200 where something of it is saved, or was before; 422 where nothing is, with what would help.
pub(super) fn took(took: &Took) -> Response {
    let is_saved = took.saved + took.known > 0;
    let mut json = json!({
        "status": if is_saved { "saved" } else { "nothing is saved" },
        "saved": took.saved,
        "known": took.known,
    });
    let unknown = took.unknown.iter().map(|(name, near)| {
        let hint = match near.first() {
            // The same name with other labels is no other name.
            Some(near) if near.contains('{') => {
                format!("no watch asks for it with these labels; asked for is {near}")
            }
            Some(near) => format!("no watch asks for it; did you mean {near}?"),
            None => format!("no watch asks for it: a [[watch]] in howler.toml needs push = \"{name}\""),
        };
        json!({ "name": name, "why": hint })
    });
    for (name, lines) in [
        ("unknown", unknown.collect::<Vec<Value>>()),
        ("refused", took.refused.iter().map(|why| json!(why)).collect()),
    ] {
        if !lines.is_empty() {
            json[name] = json!(lines);
        }
    }
    said(if is_saved { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }, &json)
}

/// 400: it will not be better the next time, and nothing of it counts.
pub(super) fn not_understood(why: &str) -> Response {
    said(StatusCode::BAD_REQUEST, &json!({ "status": "not understood, and nothing is saved", "why": why }))
}

fn said(status: StatusCode, json: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], json.to_string()).into_response()
}
