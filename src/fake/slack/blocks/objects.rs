//! Composition objects: text, confirmation dialogs, dispatch settings, filters.

use serde_json::Value;

use super::check::{Check, Object};

/// Which kinds of text a place takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Plain,
    Any,
}

/// A text object of 1 to `most` characters in the field `name`, if it is there.
pub(super) fn text_field(check: &mut Check, object: &Object, name: &str, at: &str, kind: Text, most: usize) {
    if let Some(value) = object.get(name) {
        text(check, value, &format!("{at}/{name}"), kind, most);
    }
}

pub(super) fn text(check: &mut Check, value: &Value, at: &str, allowed: Text, most: usize) {
    let Some(object) = check.object(value, at) else { return };
    let Some(kind) = check.kind(object, at) else { return };
    match (kind, allowed) {
        ("plain_text", _) => check.fields(object, at, &["text"], &["emoji"]),
        ("mrkdwn", Text::Any) => check.fields(object, at, &["text"], &["verbatim"]),
        ("mrkdwn", Text::Plain) => {
            check.complain(&format!("{at}/type"), "must be a valid enum value: plain_text");
            return;
        }
        (other, _) => {
            check.complain(&format!("{at}/type"), format!("unsupported type: {other}"));
            return;
        }
    }
    check.flag(object, "emoji", at);
    check.flag(object, "verbatim", at);
    check.filled(object, "text", at, most);
}

pub(super) fn placeholder(check: &mut Check, element: &Object, at: &str) {
    text_field(check, element, "placeholder", at, Text::Plain, 150);
}

/// "Are you sure?": a title, a text, and two buttons.
pub(super) fn confirm(check: &mut Check, element: &Object, at: &str) {
    let Some(value) = element.get("confirm") else { return };
    let at = format!("{at}/confirm");
    let Some(dialog) = check.object(value, &at) else { return };
    check.fields(dialog, &at, &["title", "text", "confirm", "deny"], &["style"]);
    text_field(check, dialog, "title", &at, Text::Plain, 100);
    text_field(check, dialog, "text", &at, Text::Any, 300);
    text_field(check, dialog, "confirm", &at, Text::Plain, 30);
    text_field(check, dialog, "deny", &at, Text::Plain, 30);
    check.one_of(dialog, "style", &at, &["primary", "danger"]);
}

/// When a text input sends a `block_actions`.
pub(super) fn dispatch_config(check: &mut Check, element: &Object, at: &str) {
    let Some(value) = element.get("dispatch_action_config") else { return };
    let at = format!("{at}/dispatch_action_config");
    let Some(config) = check.object(value, &at) else { return };
    check.fields(config, &at, &[], &["trigger_actions_on"]);
    let known = ["on_enter_pressed", "on_character_entered"];
    for (i, word) in check.array(config, "trigger_actions_on", &at, (1, 2)).iter().enumerate() {
        if !word.as_str().is_some_and(|word| known.contains(&word)) {
            check.complain(&format!("{at}/trigger_actions_on/{i}"), "must be a valid enum value");
        }
    }
}

/// Which conversations a conversation menu lists.
pub(super) fn filter(check: &mut Check, element: &Object, at: &str) {
    let Some(value) = element.get("filter") else { return };
    let at = format!("{at}/filter");
    let Some(filter) = check.object(value, &at) else { return };
    check.fields(filter, &at, &[], &["include", "exclude_external_shared_channels", "exclude_bot_users"]);
    let known = ["im", "mpim", "private", "public"];
    for (i, word) in check.array(filter, "include", &at, (1, 4)).iter().enumerate() {
        if !word.as_str().is_some_and(|word| known.contains(&word)) {
            check.complain(&format!("{at}/include/{i}"), "must be a valid enum value");
        }
    }
}

/// A picture, as a block or inside one.
pub(super) fn image(check: &mut Check, image: &Object, at: &str) {
    check.filled(image, "alt_text", at, 2000);
    check.filled(image, "image_url", at, 3000);
    let url = image.get("image_url").and_then(Value::as_str);
    if url.is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
        check.complain(&format!("{at}/image_url"), "must be a valid url");
    }
    if image.contains_key("image_url") == image.contains_key("slack_file") {
        check.complain(at, "must define either `image_url` or `slack_file`");
    }
    if let Some(file) = image.get("slack_file") {
        slack_file(check, file, &format!("{at}/slack_file"));
    }
}

/// A file that Slack has: by its id or by its address, never both.
fn slack_file(check: &mut Check, value: &Value, at: &str) {
    let Some(file) = check.object(value, at) else { return };
    check.fields(file, at, &[], &["id", "url"]);
    if file.contains_key("id") == file.contains_key("url") {
        check.complain(at, "must define either `id` or `url`");
    }
    check.string(file, "url", at, 3000);
    let is_an_id = |id: &str| {
        let rest = id.strip_prefix('F').unwrap_or_default();
        rest.len() >= 8 && rest.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit())
    };
    if file.get("id").is_some_and(|id| !id.as_str().is_some_and(is_an_id)) {
        check.complain(&format!("{at}/id"), "input must match regex pattern: ^[F][A-Z0-9]{8,}$");
    }
}
