//! A part of an answer, taken out of it.

use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;

use super::backups::Backups;
use super::judge::Since;
use super::{Extract, Heard, Range};

/// The part of the answer; several where a pointer names every element. What is older than the trouble is left out.
pub(super) fn values(
    extract: &Extract,
    range: Option<&Range>,
    heard: &Heard,
    since: Since,
) -> Result<Vec<Value>, String> {
    if let Extract::Backup(part) = extract {
        if let Some(why) = heard.no_text() {
            return Err(why);
        }
        let until = since.at();
        return Ok(Backups::before(&heard.text, until).part(part, until).into_iter().collect());
    }
    let timed = range.and_then(|range| Some((range.at.as_ref()?, range.fresh?)));
    let (Extract::Json(pointer), Some((at, fresh))) = (extract, timed) else {
        return raw_values(extract, heard);
    };
    let (parents, last) = pointer.rsplit_once('/').unwrap_or_default();
    let (json, bound) = (json(heard)?, since.bound(fresh.0));
    let mut values = Vec::new();
    for parent in pointed(&json, parents) {
        let told = parent.get(at).and_then(Value::as_str).and_then(|at| at.parse::<Timestamp>().ok());
        let found = pointed(parent, &format!("/{last}")).into_iter().filter(|value| !value.is_null());
        let found: Vec<Value> = found.cloned().collect();
        match told {
            _ if found.is_empty() => {}
            None => return Err(format!("the answer does not say when {extract} was: it has no {at}")),
            Some(told) if told < bound => {}
            Some(_) => values.extend(found),
        }
    }
    Ok(values)
}

/// A part that is null is not there.
pub(super) fn raw_values(extract: &Extract, heard: &Heard) -> Result<Vec<Value>, String> {
    if let Some(why) = heard.no_text().filter(|_| extract.is_of_text()) {
        return Err(why);
    }
    Ok(match extract {
        Extract::Status => heard.status.map(Value::from).into_iter().collect(),
        Extract::Exit => heard.exit.map(Value::from).into_iter().collect(),
        Extract::Text => vec![Value::from(heard.text.as_str())],
        // They depend on when the trouble began.
        Extract::Backup(_) | Extract::Released(_) => Vec::new(),
        Extract::Count(text) => {
            vec![Value::from(heard.text.lines().filter(|line| line.contains(text.as_str())).count())]
        }
        Extract::Regex(pattern) => found(pattern, &heard.text).map(Value::from).collect(),
        Extract::Json(pointer) => {
            let json = json(heard)?;
            pointed(&json, pointer).into_iter().filter(|value| !value.is_null()).cloned().collect()
        }
    })
}

pub(super) fn json(heard: &Heard) -> Result<Value, String> {
    serde_json::from_str(&heard.text).map_err(|_| match heard.cut {
        true => "the answer is too large to be read whole: ask for less of it".to_owned(),
        false => "the answer is not the JSON that was expected".to_owned(),
    })
}

/// What a regular expression finds, each time: its first group, or all of it where it has none.
pub(super) fn found<'t>(pattern: &str, text: &'t str) -> impl Iterator<Item = &'t str> {
    // A file whose pattern is none was refused when it was read.
    let pattern = Regex::new(pattern).ok();
    let all: Vec<&str> = pattern
        .iter()
        .flat_map(|pattern| pattern.captures_iter(text))
        .filter_map(|found| found.get(1).or_else(|| found.get(0)))
        .map(|part| part.as_str())
        .collect();
    all.into_iter()
}

/// What a JSON pointer (RFC 6901) names; `*` is every element of a list or an object.
pub(super) fn pointed<'v>(json: &'v Value, pointer: &str) -> Vec<&'v Value> {
    let mut found = vec![json];
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        found = found.into_iter().flat_map(|value| into(value, &step)).collect();
    }
    found
}

fn into<'v>(value: &'v Value, step: &str) -> Vec<&'v Value> {
    match value {
        Value::Array(list) if step == "*" => list.iter().collect(),
        Value::Object(map) if step == "*" => map.values().collect(),
        Value::Array(list) => step.parse::<usize>().ok().and_then(|at| list.get(at)).into_iter().collect(),
        Value::Object(map) => map.get(step).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// What the last `*` of a pointer is an element of, or the answer's own part.
pub(super) fn container(pointer: &str) -> String {
    match pointer.rsplit_once("/*") {
        Some((before, _)) => format!("{before}/*"),
        None => format!("/{}", pointer.split('/').nth(1).unwrap_or_default()),
    }
}

pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
