//! Interactive elements: which block takes which, and what each may hold.

use serde_json::Value;

use super::check::{Check, Object};
use super::inputs;
use super::objects::{Text, confirm, filter, image, placeholder, text_field};
use super::options::{BOXES, MENU, OVERFLOW, options};

/// Where an element stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Accessory,
    Actions,
    Input,
}

/// Checks one element against what its place takes.
pub(super) fn element(check: &mut Check, value: &Value, at: &str, place: Place) {
    let Some(element) = check.object(value, at) else { return };
    let Some(kind) = check.kind(element, at) else { return };
    if !taken(kind, place) {
        check.complain(&format!("{at}/type"), format!("unsupported type: {kind}"));
        return;
    }
    match kind {
        "image" => {
            check.fields(element, at, &["alt_text"], &["image_url", "slack_file"]);
            image(check, element, at);
            return;
        }
        "button" => button(check, element, at),
        "overflow" => overflow(check, element, at),
        "checkboxes" | "radio_buttons" => boxes(check, element, at, kind),
        "datepicker" | "timepicker" | "datetimepicker" => inputs::picker(check, element, at, kind),
        _ if kind.ends_with("_select") => select(check, element, at, kind),
        _ => inputs::text_input(check, element, at, kind),
    }
    check.action_id(element, at);
    confirm(check, element, at);
    check.focus(element, at);
}

fn taken(kind: &str, place: Place) -> bool {
    match kind {
        "image" => place == Place::Accessory,
        "button" | "overflow" => place != Place::Input,
        "checkboxes" | "radio_buttons" | "datepicker" | "timepicker" => true,
        "datetimepicker" => place != Place::Accessory,
        "plain_text_input" | "number_input" | "email_text_input" | "url_text_input" => place == Place::Input,
        _ => kind.ends_with("_select") && what_is_listed(kind).is_some(),
    }
}

fn button(check: &mut Check, button: &Object, at: &str) {
    let optional = ["action_id", "url", "value", "style", "confirm", "accessibility_label"];
    check.fields(button, at, &["text"], &optional);
    text_field(check, button, "text", at, Text::Plain, 75);
    check.filled(button, "url", at, 3000);
    check.string(button, "value", at, 2000);
    check.string(button, "accessibility_label", at, 75);
    check.one_of(button, "style", at, &["primary", "danger"]);
}

fn overflow(check: &mut Check, menu: &Object, at: &str) {
    check.fields(menu, at, &["options"], &["action_id", "confirm"]);
    options(check, menu, at, &OVERFLOW);
}

fn boxes(check: &mut Check, boxes: &Object, at: &str, kind: &str) {
    let initial = if kind == "checkboxes" { "initial_options" } else { "initial_option" };
    check.fields(boxes, at, &["options"], &["action_id", "confirm", "focus_on_load", initial]);
    options(check, boxes, at, &BOXES);
}

/// What a menu lists: its kind without `multi_` and `_select`.
fn what_is_listed(kind: &str) -> Option<&str> {
    let listed = kind.strip_prefix("multi_").unwrap_or(kind).strip_suffix("_select")?;
    ["static", "users", "conversations", "channels", "external"].contains(&listed).then_some(listed)
}

fn select(check: &mut Check, menu: &Object, at: &str, kind: &str) {
    let many = kind.starts_with("multi_");
    let listed = what_is_listed(kind).unwrap_or_default();
    let mut optional = vec!["action_id", "confirm", "focus_on_load", "placeholder"];
    optional.extend(match (listed, many) {
        ("static", false) => &["options", "option_groups", "initial_option"][..],
        ("static", true) => &["options", "option_groups", "initial_options"],
        ("external", false) => &["min_query_length", "initial_option"],
        ("external", true) => &["min_query_length", "initial_options"],
        ("users", false) => &["initial_user"],
        ("users", true) => &["initial_users"],
        ("channels", false) => &["initial_channel", "response_url_enabled"],
        ("channels", true) => &["initial_channels"],
        (_, false) => {
            &["initial_conversation", "default_to_current_conversation", "response_url_enabled", "filter"]
        }
        (_, true) => &["initial_conversations", "default_to_current_conversation", "filter"],
    });
    if many {
        optional.push("max_selected_items");
        check.number(menu, "max_selected_items", at, (1, i64::MAX));
    }
    check.fields(menu, at, &[], &optional);
    placeholder(check, menu, at);
    filter(check, menu, at);
    for initial in ["initial_user", "initial_channel", "initial_conversation"] {
        check.filled(menu, initial, at, 255);
    }
    for initial in ["initial_users", "initial_channels", "initial_conversations"] {
        check.array(menu, initial, at, (0, usize::MAX));
    }
    if listed == "static" {
        options(check, menu, at, &MENU);
    }
}
