//! JSON, redacted text by text, so that it stays JSON and a secret is seen as it reads.

use serde_json::Value;

use super::{Redactor, without_escapes};
use domain::text::clean;

/// The same JSON without secrets; nothing where it is no list and no object. Where there is none in it, not a sign changes.
pub fn redacted(redactor: &Redactor, text: &str) -> Option<String> {
    let json: Value =
        serde_json::from_str(text).ok().filter(|json: &Value| json.is_array() || json.is_object())?;
    let shown = value(redactor, "", &json);
    Some(if shown == json {
        text.to_owned()
    } else {
        serde_json::to_string_pretty(&shown).unwrap_or_default()
    })
}

/// Logs are often JSON line by line.
pub fn lines_redacted(redactor: &Redactor, text: &str) -> String {
    let line = |line: &str| {
        let json: Option<Value> = serde_json::from_str(line).ok();
        match json.filter(Value::is_object) {
            Some(json) => {
                let shown = value(redactor, "", &json);
                if shown == json { line.to_owned() } else { shown.to_string() }
            }
            None => line.to_owned(),
        }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn value(redactor: &Redactor, name: &str, json: &Value) -> Value {
    match json {
        Value::String(text) => {
            let seen = clean(&without_escapes(text));
            let shown = redactor.redact_named(&seen, name);
            if shown == seen { json.clone() } else { shown.into() }
        }
        Value::Array(list) => list.iter().map(|one| value(redactor, name, one)).collect(),
        Value::Object(map) => {
            map.iter().map(|(name, one)| (redactor.redact(name), value(redactor, name, one))).collect()
        }
        Value::Number(number) => {
            let text = number.to_string();
            if redactor.without_known(&text) == text { json.clone() } else { super::TAKEN_OUT.into() }
        }
        Value::Bool(_) | Value::Null => json.clone(),
    }
}
