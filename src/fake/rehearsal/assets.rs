//! The page's files, part of the binary: the rehearsal works from the one file somebody was handed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Stage, Workspace};

/// Nothing but this server's own files runs, and nothing is loaded from or sent to anywhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("page/", $name)))),*];
    };
}

files![
    "api.js",
    "app.js",
    "blocks.js",
    "channel.js",
    "clockbar.js",
    "composer.js",
    "confirm.js",
    "controls.js",
    "conversation.js",
    "dom.js",
    "emoji.js",
    "form.css",
    "hints.js",
    "home.js",
    "howler.svg",
    "icons.js",
    "inputs.js",
    "message.css",
    "message.js",
    "modal.js",
    "mrkdwn.js",
    "names.js",
    "oncall.css",
    "oncall.js",
    "page.css",
    "page.html",
    "production.js",
    "richtext.js",
    "sidebar.js",
    "threadpane.js",
    "time.js",
    "toast.js",
];

pub(super) async fn page() -> Response {
    serve("page.html")
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    serve(&name)
}

/// A picture of the workspace's. It never changes under its id.
pub(super) async fn picture<W: Workspace>(
    State(stage): State<Arc<Stage<W>>>,
    Path(id): Path<String>,
) -> Response {
    let Some(bytes) = stage.workspace.picture(&id) else {
        return (StatusCode::NOT_FOUND, "There is no such picture here.").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, bytes).into_response()
}

fn serve(name: &str) -> Response {
    let Some((_, text)) = FILES.iter().find(|(known, _)| *known == name) else {
        return (StatusCode::NOT_FOUND, "There is no such page here.").into_response();
    };
    let kind = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // A newer howler on the same address must not meet the older one's scripts.
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, *text).into_response()
}
