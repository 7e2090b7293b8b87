//! JSON read leniently: a number may be written as a text, a text as a number, and anything may be missing.

use serde_json::{Map, Value};

/// What stands at `path`, a name for each level.
pub fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, name| value.get(*name)).filter(|value| !value.is_null())
}

/// A text, or a number or truth written as one; nothing where it is blank or is no single value.
pub fn text(value: &Value, path: &[&str]) -> Option<String> {
    single(at(value, path)?)
}

/// The first of several places at which there is a text.
pub fn first(value: &Value, paths: &[&[&str]]) -> Option<String> {
    paths.iter().find_map(|path| text(value, path))
}

/// A single value as text.
pub fn single(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// A whole number, also where it is written as a text.
pub fn number(value: &Value, path: &[&str]) -> Option<u64> {
    match at(value, path)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The elements of a list; none where it is no list.
pub fn list<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    at(value, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether it is a list, an empty one too.
pub fn is_list(value: &Value, path: &[&str]) -> bool {
    at(value, path).is_some_and(Value::is_array)
}

/// The names and single values of an object; what is nested is written as JSON.
pub fn pairs(object: Option<&Value>) -> Vec<(String, String)> {
    let written = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::Null => return None,
            Value::Array(_) | Value::Object(_) => value.to_string(),
            other => single(other)?,
        };
        Some((name.clone(), value))
    };
    object.and_then(Value::as_object).into_iter().flat_map(Map::iter).filter_map(written).collect()
}
