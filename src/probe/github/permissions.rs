//! What the token may do that GitHub gives to a workflow's jobs: the repository's default, and over it what the workflow's file
//! says for all jobs or for one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use domain::procedure::CannotTell;

/// The permissions that procedures look at.
const SCOPES: [&str; 2] = ["contents", "pull_requests"];
/// From less to more.
const LEVELS: [&str; 3] = ["none", "read", "write"];

#[derive(Deserialize)]
struct Workflow {
    permissions: Option<Value>,
    #[serde(default)]
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize)]
struct Job {
    permissions: Option<Value>,
}

/// Without a file: what a workflow gets that says nothing itself.
pub fn by_default(settings: &Value) -> Result<Value, CannotTell> {
    answer(settings, "the repository's default", |_, default| default)
}

/// The most that any of the workflow's jobs gets.
pub fn of_workflow(settings: &Value, text: &str, file: &str) -> Result<Value, CannotTell> {
    let unreadable = |_| CannotTell(format!("{file} is no workflow that howler can read"));
    let workflow: Workflow = serde_saphyr::from_str(text).map_err(unreadable)?;
    let own = |job: &Job| job.permissions.as_ref().or(workflow.permissions.as_ref()).cloned();
    let granted: Vec<Option<Value>> = workflow.jobs.values().map(own).collect();
    let says = granted.iter().any(Option::is_some);
    let by = if says { file } else { "the repository's default" };
    answer(settings, by, |scope, default| {
        let levels = granted.iter().map(|own| own.as_ref().map_or(default, |own| level(own, scope)));
        levels.max().unwrap_or(default)
    })
}

fn answer(settings: &Value, by: &str, granted: impl Fn(&str, usize) -> usize) -> Result<Value, CannotTell> {
    let default = settings["default_workflow_permissions"].as_str();
    let may_open = settings["can_approve_pull_request_reviews"].as_bool();
    let (Some(default), Some(may_open)) = (default, may_open) else {
        return Err(CannotTell("GitHub does not say what a workflow's token may do".into()));
    };
    let mut answer = json!({ "default": default, "decided_by": by, "may_open_pull_requests": may_open });
    for scope in SCOPES {
        // The restricted default reads contents and packages, and nothing else.
        let by_default = match default {
            "write" => 2,
            _ => usize::from(scope == "contents"),
        };
        answer[scope] = json!(LEVELS[granted(scope, by_default).min(2)]);
    }
    Ok(answer)
}

/// What `permissions:` grants; what it does not name is none.
fn level(permissions: &Value, scope: &str) -> usize {
    let named = match permissions {
        Value::String(all) => all.strip_suffix("-all"),
        Value::Object(each) => each.get(&scope.replace('_', "-")).and_then(Value::as_str),
        _ => None,
    };
    LEVELS.iter().position(|level| Some(*level) == named).unwrap_or(0)
}
