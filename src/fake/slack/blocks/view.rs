//! Modals and Home tabs.

use serde_json::Value;

use super::check::Check;
use super::layout;
use super::objects::{Text, text_field};

const OPTIONAL: [&str; 8] = [
    "close",
    "submit",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
];

pub(super) fn view(check: &mut Check, value: &Value) {
    let at = "/view";
    let Some(view) = check.object(value, at) else { return };
    match check.kind(view, at) {
        Some("modal") => {}
        Some(other) => return check.complain("/view/type", format!("unsupported type: {other}")),
        None => return,
    }
    check.fields(view, at, &["title", "blocks"], &OPTIONAL);
    for name in ["title", "submit", "close"] {
        text_field(check, view, name, at, Text::Plain, 24);
    }
    check.string(view, "private_metadata", at, 3000);
    check.string(view, "callback_id", at, 255);
    check.string(view, "external_id", at, 255);
    for name in ["clear_on_close", "notify_on_close", "submit_disabled"] {
        check.flag(view, name, at);
    }
    let list = check.array(view, "blocks", at, (1, usize::MAX));
    layout::blocks(check, list, "/view/blocks", 100);
    let asks = list.iter().any(|block| block.get("type").and_then(Value::as_str) == Some("input"));
    if asks && !view.contains_key("submit") {
        check.complain(at, "missing required field: submit");
    }
}

/// docs.slack.dev, Home tab views: blocks and three texts, and nothing of a modal.
pub(super) fn home(check: &mut Check, value: &Value) {
    let at = "/view";
    let Some(view) = check.object(value, at) else { return };
    match check.kind(view, at) {
        Some("home") => {}
        Some(other) => return check.complain("/view/type", format!("unsupported type: {other}")),
        None => return,
    }
    check.fields(view, at, &["blocks"], &["private_metadata", "callback_id", "external_id"]);
    check.string(view, "private_metadata", at, 3000);
    check.string(view, "callback_id", at, 255);
    check.string(view, "external_id", at, 255);
    let list = check.array(view, "blocks", at, (1, usize::MAX));
    layout::blocks(check, list, "/view/blocks", 100);
}
