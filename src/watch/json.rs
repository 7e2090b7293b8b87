//! A value at a place in a JSON answer: `/status`, `/data/0/p99`.

use serde_json::Value as Json;

use crate::reading::{Reading, Reason, near, words};
use crate::value::{Kind, Unit, Value};

/// What the threshold needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wants {
    /// A number; one without a unit of its own is in this one.
    Number(Unit),
    /// A word, `true` and `false` among them.
    State,
}

/// Whether it is a pointer (RFC 6901): nothing for the whole answer, else names with a `/` before each.
///
/// # Errors
/// What it looks like.
pub fn check_pointer(pointer: &str) -> Result<(), String> {
    if pointer.is_empty() || pointer.starts_with('/') {
        Ok(())
    } else {
        Err(format!("`{pointer}` is not a pointer; write it like /status or /data/0/p99"))
    }
}

/// Reads what stands at the pointer. Numbers are in the base unit of what is wanted.
pub fn read(body: &[u8], most: usize, pointer: &str, wants: Wants) -> Reading {
    found(body, most, pointer, wants).unwrap_or_else(Reading::CannotTell)
}

fn found(body: &[u8], most: usize, pointer: &str, wants: Wants) -> Result<Reading, Reason> {
    if body.len() > most {
        return Err(Reason::TooLong { most });
    }
    if body.trim_ascii().is_empty() {
        return Err(Reason::Empty);
    }
    let json: Json = serde_json::from_slice(body).map_err(|_| Reason::NotThis { what: "JSON".to_owned() })?;
    let place = if pointer.is_empty() { "the answer".to_owned() } else { words(pointer) };
    let value = json.pointer(pointer).ok_or_else(|| nothing_there(&json, pointer))?;
    let holds = |what: &str| Reason::Holds { pointer: place.clone(), what: what.to_owned() };
    match (value, wants) {
        (Json::Null, _) => Err(holds("nothing (null)")),
        (Json::Array(_), _) => Err(holds("a list")),
        (Json::Object(_), _) => Err(holds("an object")),
        (Json::Bool(state), Wants::State) => Ok(Reading::state(&state.to_string())),
        (Json::Bool(state), Wants::Number(_)) => Err(holds(&format!("{state}, which is no number"))),
        (Json::String(text), Wants::State) if text.trim().is_empty() => Err(holds("an empty text")),
        (Json::String(text), Wants::State) => Ok(Reading::state(text)),
        (Json::Number(number), Wants::State) => Ok(Reading::state(&number.to_string())),
        (Json::Number(number), Wants::Number(unit)) => {
            Ok(Reading::number(number.as_f64().unwrap_or(f64::NAN)).in_unit(unit))
        }
        (Json::String(text), Wants::Number(unit)) => {
            let value =
                Value::parse(text).map_err(|_| holds(&format!("\"{}\", which is no number", words(text))))?;
            match value.kind {
                Kind::Count => Ok(Reading::number(value.number).in_unit(unit)),
                has if has == unit.kind => Ok(Reading::number(value.number)),
                has => Err(Reason::OtherUnit { has, wants: unit.kind }),
            }
        }
    }
}

/// What stands nearby: the names at the deepest place that there is.
fn nothing_there(json: &Json, pointer: &str) -> Reason {
    let mut at = pointer;
    let mut names = Vec::new();
    while let Some((before, wanted)) = at.rsplit_once('/') {
        at = before;
        if let Some(deepest) = json.pointer(before) {
            names = deepest
                .as_object()
                .map(|object| near(wanted, object.keys().map(String::as_str)))
                .unwrap_or_default();
            break;
        }
    }
    Reason::NothingThere { pointer: words(pointer), near: names }
}
