//! What GitHub and Vercel answer when they are asked, read as if they had said it themselves: the answer is put into the form of the
//! webhook, which the source's own reader reads.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::json::{first, number, text};
use super::{Body, Read, Reading, github, name, vercel};
use domain::alert::signal::{Said, Signal};

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What the webhook's delivery of the same is called, so that it counts once; of Vercel a name of its own.
    pub id: String,
    pub signal: Signal,
    /// `run 12 succeeded`.
    pub what: String,
}

/// A run of a list (`GET /repos/{owner}/{repo}/actions/runs`). Nothing where it is not over, or is no alert by the rules.
/// `repository` is what `GET /repos/{owner}/{repo}` tells.
pub fn run(reading: Reading<'_>, rules: &github::Rules, repository: &Value, run: &Value) -> Option<Asked> {
    if text(run, &["status"]).as_deref() != Some("completed") {
        return None;
    }
    // Without the branch that is the default any would be it.
    text(repository, &["default_branch"])?;
    let told = json!({ "action": "completed", "workflow_run": run, "repository": repository });
    let read = github::read(reading, rules, Some("workflow_run"), &Body::json(told.to_string().as_bytes()));
    let (id, signal) = only(read)?;
    let run_number = number(run, &["run_number"]).or_else(|| number(run, &["id"]));
    let ended = text(run, &["conclusion"]).unwrap_or_default().replace('_', " ");
    let ended =
        if signal.said == Said::Resolved { "succeeded".to_owned() } else { format!("ended as {ended}") };
    let what = match run_number {
        Some(number) => format!("run {number} {ended}"),
        None => format!("the newest run {ended}"),
    };
    Some(Asked { id, signal, what })
}

/// A deployment of a list (`GET /v6/deployments`) of the project with this id. Nothing where it is neither ready nor failed.
pub fn deployment(reading: Reading<'_>, project: &str, one: &Value) -> Option<Asked> {
    let state = first(one, &[&["readyState"], &["state"]])?;
    let (kind, said, time) = match state.as_str() {
        // The webhook tells of the end; that of a failure is not in the list.
        "READY" => {
            ("deployment.succeeded", "is ready", first(one, &[&["ready"], &["createdAt"], &["created"]]))
        }
        "ERROR" => ("deployment.error", "failed", first(one, &[&["createdAt"], &["created"]])),
        _ => return None,
    };
    let uid = text(one, &["uid"])?;
    let told = json!({
        "type": kind,
        "createdAt": time?,
        "payload": {
            "deployment": { "id": uid, "name": one["name"], "url": one["url"], "meta": one["meta"] },
            "project": { "id": project, "name": one["name"] },
            "target": one["target"],
            "links": { "deployment": one["inspectorUrl"] },
        },
    });
    let read = vercel::read(reading, &Body::json(told.to_string().as_bytes()));
    let (_, signal) = only(read)?;
    let shown = name::key(reading.redactor, &text(one, &["url"]).unwrap_or_else(|| uid.clone()));
    let id = name::key(reading.redactor, &format!("asked:vercel:{uid}:{state}"));
    Some(Asked { id, signal, what: format!("deployment {shown} {said}") })
}

/// Whose run it is and when it began: the path of the workflow's file.
pub fn began(run: &Value) -> Option<(String, Timestamp)> {
    let path = text(run, &["path"])?;
    let path = path.split('@').next().unwrap_or_default().to_owned();
    Some((path, text(run, &["created_at"])?.parse().ok()?))
}

fn only(read: Read) -> Option<(String, Signal)> {
    let Read { heard, id } = read;
    let mut signals = heard.signals;
    let signal = signals.pop().filter(|_| signals.is_empty())?;
    Some((id?, signal))
}
