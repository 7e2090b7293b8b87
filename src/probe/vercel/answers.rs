//! Vercel's answers in the shape that procedures point into; `commands/README.md` lists it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

/// A deployment that failed.
pub struct Failed {
    pub id: String,
    url: Value,
    /// Vercel's own words about it.
    why: String,
    /// No other is newer.
    is_newest: bool,
}

/// The newest first.
pub fn deployments(all: &[Value], current: Option<&str>) -> Value {
    let shown = |one: &Value| {
        let mut shown = json!({
            "url": one["url"],
            "state": state(one),
            "created": created(one),
            "current": current.is_some() && one["uid"].as_str() == current,
        });
        if one["errorMessage"].is_string() {
            shown["error"] = one["errorMessage"].clone();
        }
        shown
    };
    all.iter().map(shown).collect()
}

pub fn newest_failed(all: &[Value]) -> Option<Failed> {
    let (at, one) = all.iter().enumerate().find(|(_, one)| state(one) == "ERROR")?;
    Some(Failed {
        id: one["uid"].as_str()?.to_owned(),
        url: one["url"].clone(),
        why: one["errorMessage"].as_str().unwrap_or_default().to_owned(),
        is_newest: at == 0,
    })
}

/// `errors` counts those of the newest deployment; where an older one failed, its log is there to be read and counts no more.
pub fn build_errors(failed: &Failed, events: &[Value]) -> Value {
    let events: Vec<&Value> = events.iter().rev().collect();
    let errors: Vec<&str> =
        events.iter().filter(|event| is_error(event)).filter_map(|event| words(event)).collect();
    let all = || events.iter().filter_map(|event| words(event)).collect::<Vec<_>>();
    let lines = if errors.is_empty() { all() } else { errors.clone() };
    let log = lines.into_iter().chain(Some(failed.why.as_str())).filter(|line| !line.is_empty());
    json!({
        "deployment": failed.url,
        "newest": failed.is_newest,
        // Vercel says that it failed, also where no line of its log does.
        "errors": if failed.is_newest { errors.len().max(1) } else { 0 },
        "log": log.collect::<Vec<_>>().join("\n"),
    })
}

/// Names only, those of production apart. What Vercel says of values is not looked at.
pub fn environment_names(all: &[Value]) -> Value {
    let names = |production: bool| -> BTreeSet<&str> {
        let those = all.iter().filter(|one| is_of_production(one) == production);
        those.filter_map(|one| one["key"].as_str()).collect()
    };
    json!({ "production": names(true), "elsewhere": names(false).len() })
}

/// None where Vercel does not say.
pub fn quota(account: &Value) -> Option<Value> {
    let block = account.as_object()?.get("softBlock")?;
    let since = block["blockedAt"].as_i64().and_then(|at| Timestamp::from_millisecond(at).ok());
    match block["reason"].as_str() {
        Some(reason) => {
            let of = block["blockedDueToOverageType"].as_str().unwrap_or_default();
            let reason = [reason, of].join(" ").trim().to_owned();
            Some(json!({ "exceeded": true, "reason": reason, "since": since }))
        }
        None => block.is_null().then(|| json!({ "exceeded": false, "reason": "none" })),
    }
}

fn state(deployment: &Value) -> &str {
    deployment["state"].as_str().or_else(|| deployment["readyState"].as_str()).unwrap_or_default()
}

fn created(deployment: &Value) -> Option<Timestamp> {
    Timestamp::from_millisecond(deployment["created"].as_i64()?).ok()
}

/// What a build writes to its standard error holds warnings too, so there only lines count that say so.
fn is_error(event: &Value) -> bool {
    let level = event["level"].as_str().or_else(|| event["payload"]["level"].as_str());
    match (event["type"].as_str(), level) {
        (Some("fatal"), _) | (_, Some("error")) => true,
        (Some("stderr"), None) => words(event).is_some_and(|words| words.to_lowercase().contains("error")),
        _ => false,
    }
}

/// Of both forms that Vercel gives events in.
fn words(event: &Value) -> Option<&str> {
    event["payload"]["text"].as_str().or_else(|| event["text"].as_str())
}

fn is_of_production(variable: &Value) -> bool {
    match &variable["target"] {
        Value::String(target) => target == "production",
        Value::Array(targets) => targets.iter().any(|target| target == "production"),
        _ => false,
    }
}
