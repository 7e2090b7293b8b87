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

/// Which deployments the project's last change of what serves left behind: `lastAliasRequest` and `lastRollbackTarget`, each `{
/// fromDeploymentId, toDeploymentId, jobStatus, type }`. Vercel tells no change before that.
fn left(project: &Value, all: &[Value]) -> BTreeSet<String> {
    let at = |id: &Value| all.iter().position(|one| id.is_string() && one["uid"] == *id);
    let of = |change: &Value| {
        let (from, to) = (at(&change["fromDeploymentId"])?, at(&change["toDeploymentId"])?);
        if ["failed", "skipped"].iter().any(|status| change["jobStatus"] == *status) {
            return None;
        }
        // The newest first: back to an older one leaves what served, and all between; on to a newer one what was passed over.
        all.get(if from < to { from..to } else { to + 1..from })
    };
    let changes = [&project["lastAliasRequest"], &project["lastRollbackTarget"]];
    let left = changes.into_iter().filter_map(of).flatten();
    left.filter_map(|one| one["uid"].as_str()).map(str::to_owned).collect()
}

/// The newest first.
pub fn deployments(all: &[Value], current: Option<&str>, project: &Value) -> Value {
    let left = left(project, all);
    let shown = |one: &Value| {
        let mut shown = json!({
            "url": one["url"],
            "state": state(one),
            "created": created(one),
            "current": current.is_some() && one["uid"].as_str() == current,
            "released": released(one, project),
        });
        if let Some(served) = served(one) {
            shown["served"] = served.into();
        }
        if one["uid"].as_str().is_some_and(|id| left.contains(id)) {
            shown["left"] = true.into();
        }
        if one["errorMessage"].is_string() {
            shown["error"] = one["errorMessage"].clone();
        }
        shown
    };
    all.iter().map(shown).collect()
}

/// Whether it ever served production, as far as Vercel says: what never did is nothing to go back to, and Vercel refuses it.
fn served(deployment: &Value) -> Option<bool> {
    let promoted = deployment["readySubstate"].as_str().map(|state| state == "PROMOTED");
    match deployment["isRollbackCandidate"].as_bool() {
        Some(false) => Some(false),
        candidate => promoted.or(candidate),
    }
}

/// The first `count`, and where the current one is further back, all up to it and `count` more: the one before it is among those.
pub fn up_to_the_current<'a>(all: &'a [Value], current: Option<&str>, count: usize) -> &'a [Value] {
    let at = current.and_then(|current| all.iter().position(|one| one["uid"].as_str() == Some(current)));
    let end = at.map_or(count, |at| if at + 1 < count { count } else { at + 1 + count });
    all.get(..end).unwrap_or(all)
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

/// When it was put into service for the first time, as far as Vercel tells: one that was built and waited serves from its promotion on.
/// What a rollback brought back had served before.
fn released(deployment: &Value, project: &Value) -> Option<Timestamp> {
    let change = &project["lastAliasRequest"];
    let promoted = change["type"] == "promote"
        && change["jobStatus"] == "succeeded"
        && deployment["uid"].is_string()
        && change["toDeploymentId"] == deployment["uid"];
    let promoted = change["requestedAt"].as_i64().filter(|_| promoted);
    let promoted = promoted.and_then(|at| Timestamp::from_millisecond(at).ok());
    created(deployment).map(|created| promoted.map_or(created, |promoted| promoted.max(created)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_served_is_told_and_the_current_one_is_found_however_far_back() {
        let one = |uid: &str, extra: Value| {
            let mut one = json!({ "uid": uid, "url": uid, "state": "READY" });
            one.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            one
        };
        let all = [
            one("f", json!({ "readySubstate": "STAGED" })),
            one("e", json!({ "readySubstate": "PROMOTED" })),
            one("d", json!({ "readySubstate": "PROMOTED", "isRollbackCandidate": false })),
            one("c", json!({ "isRollbackCandidate": true })),
            one("b", json!({})),
        ];
        let told = deployments(&all, Some("e"), &Value::Null);
        let served: Vec<&Value> = told.as_array().unwrap().iter().map(|one| &one["served"]).collect();
        assert_eq!(served, [&json!(false), &json!(true), &json!(false), &json!(true), &Value::Null]);
        for (current, count, expected) in
            [(Some("f"), 3, 3), (Some("e"), 2, 4), (Some("d"), 2, 5), (None, 2, 2), (Some("gone"), 2, 2)]
        {
            assert_eq!(up_to_the_current(&all, current, count).len(), expected, "{current:?} of {count}");
        }
    }

    #[test]
    fn a_deployment_that_waited_is_released_by_its_promotion() {
        let (built, promoted) = (1_795_000_000_000_i64, 1_795_400_000_000_i64);
        let all = [json!({ "uid": "2", "url": "2", "created": built }), json!({ "uid": "1", "url": "1" })];
        let released = |change: Value| {
            deployments(&all, Some("2"), &json!({ "lastAliasRequest": change }))[0]["released"].clone()
        };
        let at = |millis: i64| json!(Timestamp::from_millisecond(millis).unwrap());
        let change = |kind: &str, to: &str, status: &str| json!({ "type": kind, "toDeploymentId": to, "jobStatus": status, "requestedAt": promoted });
        assert_eq!(released(change("promote", "2", "succeeded")), at(promoted));
        // What a rollback brought back had served before.
        assert_eq!(released(change("rollback", "2", "succeeded")), at(built));
        assert_eq!(released(change("promote", "1", "succeeded")), at(built));
        assert_eq!(released(change("promote", "2", "failed")), at(built));
        assert_eq!(released(Value::Null), at(built));
        assert_eq!(deployments(&all, None, &Value::Null)[1]["released"], Value::Null, "nobody says when");
    }

    #[test]
    fn what_a_rollback_left_is_told() {
        let all: Vec<Value> = ["6", "5", "4", "3"].iter().map(|id| json!({ "uid": id, "url": id })).collect();
        let change = |kind: &str, from: &str, to: &str, status: &str| json!({ "type": kind, "fromDeploymentId": from, "toDeploymentId": to, "jobStatus": status });
        let left = |project: Value| left(&project, &all).into_iter().collect::<Vec<_>>().concat();
        let last = |change: Value| json!({ "lastAliasRequest": change });
        assert_eq!(left(last(change("rollback", "5", "4", "succeeded"))), "5");
        assert_eq!(left(last(change("rollback", "6", "4", "in-progress"))), "56");
        // 4 served when 6 was promoted, so 5 had been left before.
        assert_eq!(left(last(change("promote", "4", "6", "succeeded"))), "5");
        assert_eq!(left(last(change("promote", "5", "6", "succeeded"))), "");
        assert_eq!(left(last(change("rollback", "5", "4", "failed"))), "");
        assert_eq!(left(last(change("rollback", "5", "1", "succeeded"))), "");
        assert_eq!(left(json!({ "lastRollbackTarget": change("", "5", "4", "succeeded") })), "5");
        assert_eq!(left(json!({ "lastAliasRequest": null })), "");
        let told = deployments(&all, Some("6"), &last(change("rollback", "5", "4", "succeeded")));
        assert_eq!((&told[1]["left"], &told[2]["left"]), (&json!(true), &Value::Null));
    }
}
