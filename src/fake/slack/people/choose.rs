//! What an element holds once a person has chosen: its part of `actions` and of `state.values`.

use serde_json::{Map, Value, json};

use super::PersonError;
use crate::slack::shape::object;

/// An element and the block it stands in.
pub(super) struct Found {
    pub block_id: String,
    pub block: Value,
    pub element: Value,
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Found {
    pub fn action_id(&self) -> &str {
        word(&self.element, "action_id")
    }

    pub fn kind(&self) -> &str {
        word(&self.element, "type")
    }

    pub fn is_input(&self) -> bool {
        word(&self.block, "type") == "input"
    }
}

/// The interactive elements of some blocks, in order.
pub(super) fn elements(blocks: &[Value]) -> Vec<Found> {
    let mut found = Vec::new();
    for block in blocks {
        let inside: Vec<&Value> = match word(block, "type") {
            "actions" => block.get("elements").and_then(Value::as_array).into_iter().flatten().collect(),
            "section" => block.get("accessory").into_iter().collect(),
            "input" => block.get("element").into_iter().collect(),
            _ => Vec::new(),
        };
        for element in inside.into_iter().filter(|element| element.get("action_id").is_some()) {
            let (block, element) = (block.clone(), element.clone());
            found.push(Found { block_id: word(&block, "block_id").to_owned(), block, element });
        }
    }
    found
}

/// The element a person means: by action id, and among several alike by the value.
pub(super) fn find(blocks: &[Value], action_id: &str, value: Option<&str>) -> Result<Found, PersonError> {
    let mut alike: Vec<Found> = elements(blocks);
    alike.retain(|found| found.action_id() == action_id);
    let wanted = alike.iter().position(|found| {
        found.kind() == "button" && value.is_some_and(|value| word(&found.element, "value") == value)
    });
    if alike.is_empty() {
        return Err(PersonError::NoSuchAction(action_id.to_owned()));
    }
    Ok(alike.swap_remove(wanted.unwrap_or(0)))
}

/// What the element holds: `value`, or what it starts with, or nothing.
pub(super) fn held(element: &Value, value: Option<&str>) -> Result<Map<String, Value>, PersonError> {
    let kind = word(element, "type");
    let mut held = object(json!({ "type": kind }));
    let mut put = |name: &str, value: Value| _ = held.insert(name.to_owned(), value);
    let initial = |name: &str| element.get(name).cloned().unwrap_or(Value::Null);
    match kind {
        "static_select" | "external_select" | "radio_buttons" | "overflow" => {
            let chosen = value.filter(|value| !value.is_empty());
            let chosen = chosen.map(|value| option(element, value)).transpose()?;
            put("selected_option", chosen.unwrap_or_else(|| initial("initial_option")));
        }
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            let chosen = value
                .map(|value| split(value).map(|one| option(element, one)).collect::<Result<Vec<_>, _>>());
            let chosen = chosen.transpose()?.map(Value::from);
            put("selected_options", chosen.unwrap_or_else(|| list(initial("initial_options"))));
        }
        _ => {
            let (name, first) = names(kind);
            let many = name.ends_with('s');
            let chosen = value.map(|value| match (many, value) {
                (true, value) => split(value).collect::<Vec<_>>().into(),
                (false, "") => Value::Null,
                (false, value) => json!(value),
            });
            let chosen = chosen.unwrap_or_else(|| if many { list(initial(first)) } else { initial(first) });
            put(name, if kind == "datetimepicker" { number(chosen) } else { chosen });
        }
    }
    Ok(held)
}

/// What a kind of element calls what it holds, and what it starts with.
fn names(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "users_select" => ("selected_user", "initial_user"),
        "channels_select" => ("selected_channel", "initial_channel"),
        "conversations_select" => ("selected_conversation", "initial_conversation"),
        "multi_users_select" => ("selected_users", "initial_users"),
        "multi_channels_select" => ("selected_channels", "initial_channels"),
        "multi_conversations_select" => ("selected_conversations", "initial_conversations"),
        "datepicker" => ("selected_date", "initial_date"),
        "timepicker" => ("selected_time", "initial_time"),
        "datetimepicker" => ("selected_date_time", "initial_date_time"),
        _ => ("value", "initial_value"),
    }
}

fn list(value: Value) -> Value {
    if value.is_null() { json!([]) } else { value }
}

fn number(value: Value) -> Value {
    value.as_str().and_then(|text| text.parse::<i64>().ok()).map_or(value, Value::from)
}

fn split(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|one| !one.is_empty())
}

/// The option with this value, in a plain list or in groups.
fn option(element: &Value, value: &str) -> Result<Value, PersonError> {
    let listed =
        |holder: &Value| holder.get("options").and_then(Value::as_array).cloned().unwrap_or_default();
    let groups = element.get("option_groups").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut all = listed(element).into_iter().chain(groups.iter().flat_map(listed));
    let found = all.find(|option| word(option, "value") == value);
    found.ok_or_else(|| PersonError::NoSuchOption(value.to_owned()))
}

/// Whether nothing is held.
pub(super) fn is_empty(held: &Map<String, Value>) -> bool {
    held.iter().filter(|(name, _)| *name != "type").all(|(_, value)| match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    })
}
