//! GitHub's webhooks: finished workflow runs (`workflow_run`), and what may be howler's own (`pull_request`, `issues`), as its page "Webhook events and payloads" describes them.

use serde_json::Value;

use super::body::form_value;
use super::json::{at, first, number, text};
use super::text::{facts, links, title};
use super::{Body, Read, Reading, name, time};
use domain::alert::signal::{Heard, RunEnd, Said, Signal, Source, Touched, TouchedWhat, Trouble};
use domain::id::IncidentId;

/// The header that names the event. It is not signed, so the body's shape has the last word.
pub const EVENT: &str = "x-github-event";
/// The header with the delivery's GUID. It is not signed either.
pub const DELIVERY: &str = "x-github-delivery";

/// Which runs count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Branches beside the default one whose failures are alerts.
    pub branches: Vec<String>,
}

/// Whether GitHub only tries the address out: it is answered, and nothing is kept. `event` is the header's word.
pub fn is_ping(event: Option<&str>, body: &Body<'_>) -> bool {
    event == Some("ping") && value(body).is_ok_and(|value| at(&value, &["workflow_run"]).is_none())
}

/// What the delivery says. Hooks that send forms have the JSON in `payload`.
pub fn read(reading: Reading<'_>, rules: &Rules, event: Option<&str>, body: &Body<'_>) -> Read {
    let unnamed = || Some(name::hash([b"github".as_slice(), body.bytes]));
    let value = match value(body) {
        Ok(value) => value,
        Err(why) => return Read::not_understood(why, unnamed()),
    };
    let event = event.unwrap_or("unnamed event");
    let Some(run) = at(&value, &["workflow_run"]).filter(|run| run.is_object()) else {
        return match event {
            "pull_request" | "issues" => touched(&value, event)
                .unwrap_or_else(|why| Read::passed_over(format!("{event}: {why}"), unnamed())),
            "workflow_run" => Read::not_understood("a `workflow_run` without its run", unnamed()),
            // A hook may be set to send everything.
            other => Read::passed_over(format!("{other}: no workflow run"), unnamed()),
        };
    };
    let id = identity(&value, run).or_else(unnamed);
    let repository = text(&value, &["repository", "full_name"]);
    let heard = match judge(rules, &value, run, repository.as_deref()) {
        Verdict::PassedOver(why) => Heard { passed_over: vec![why], ..Heard::default() },
        Verdict::NotUnderstood(why) => Heard { not_understood: vec![why], ..Heard::default() },
        Verdict::Said(said) => {
            let repository = repository.unwrap_or_else(|| "an unnamed repository".into());
            let signal = signal(reading, &value, run, &repository, said);
            let branch = text(run, &["head_branch"]);
            let is_default = branch.is_some() && branch == text(&value, &["repository", "default_branch"]);
            let end = RunEnd { succeeded: said == Said::Resolved, at: signal.at };
            let runs = is_default.then_some(end).into_iter().collect();
            Heard { signals: vec![signal], runs, ..Heard::default() }
        }
    };
    Read { heard, id }
}

/// A pull request or an issue that has one of howler's names: `howler/inc-7`, or a follow-up's mark in its text.
///
/// # Errors
/// It has none, in words.
fn touched(value: &Value, event: &str) -> Result<Read, String> {
    let field = if event == "issues" { "issue" } else { "pull_request" };
    let one = at(value, &[field]).filter(|one| one.is_object()).ok_or("without what it is about")?;
    let repository = text(value, &["repository", "full_name"]).ok_or("of an unnamed repository")?;
    let number = number(one, &["number"]).ok_or("without its number")?;
    let (incident, what) = if event == "issues" {
        let body = text(one, &["body"]).unwrap_or_default();
        let (incident, follow_up) = marked(&body).ok_or("none of howler's issues")?;
        (incident, TouchedWhat::Issue { number, follow_up })
    } else {
        let from = text(one, &["head", "repo", "full_name"]);
        if from.is_some_and(|from| !from.eq_ignore_ascii_case(&repository)) {
            return Err("of a fork".into());
        }
        let branch = text(one, &["head", "ref"]).unwrap_or_default();
        (incident_of(&branch).ok_or("none of howler's branches")?, TouchedWhat::Pull(number))
    };
    let (action, changed) = (text(value, &["action"]), text(one, &["updated_at"]));
    let id =
        changed.map(|at| format!("github:{event}:{repository}:{number}:{}:{at}", action.unwrap_or_default()));
    let touched = vec![Touched { repository, incident, what }];
    Ok(Read { heard: Heard { touched, ..Heard::default() }, id })
}

/// `howler/inc-7` and `howler/inc-7-2` are of INC-7.
fn incident_of(branch: &str) -> Option<IncidentId> {
    let rest = branch.strip_prefix("howler/inc-")?;
    let (incident, count) = rest.split_once('-').map_or((rest, None), |(id, count)| (id, Some(count)));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (plain(incident) && count.is_none_or(plain)).then(|| incident.parse().ok().map(IncidentId))?
}

/// The incident and the follow-up that a hidden line names: `<!-- howler store-INC-7-2 -->`.
fn marked(body: &str) -> Option<(IncidentId, u32)> {
    let (_, after) = body.rsplit_once("<!-- howler ")?;
    let (mark, _) = after.split_once(" -->")?;
    let (rest, follow_up) = mark.rsplit_once('-')?;
    let (_, incident) = rest.rsplit_once("-INC-")?;
    Some((IncidentId(incident.parse().ok()?), follow_up.parse().ok()?))
}

fn value(body: &Body<'_>) -> Result<Value, String> {
    if !body.is_form() {
        return body.value();
    }
    let payload = form_value(body.bytes, "payload").ok_or("a form without `payload`")?;
    Body::json(payload.as_bytes()).value()
}

/// What of the signed body is the same when it comes again: redelivered, or replayed under another GUID.
fn identity(value: &Value, run: &Value) -> Option<String> {
    let id = number(run, &["id"])?;
    let attempt = number(run, &["run_attempt"]).unwrap_or(1);
    let action = text(value, &["action"]).unwrap_or_default();
    let conclusion = text(run, &["conclusion"]).unwrap_or_default();
    let repository = number(value, &["repository", "id"]).unwrap_or_default();
    Some(format!("github:{repository}:{id}:{attempt}:{action}:{conclusion}"))
}

enum Verdict {
    Said(Said),
    PassedOver(String),
    NotUnderstood(String),
}

fn judge(rules: &Rules, value: &Value, run: &Value, repository: Option<&str>) -> Verdict {
    let pass = |why: &str| Verdict::PassedOver(why.into());
    let action = text(value, &["action"]).unwrap_or_default();
    let conclusion = text(run, &["conclusion"]);
    if action != "completed" {
        return pass("a run that is not finished");
    }
    let (event, branch) = (text(run, &["event"]), text(run, &["head_branch"]));
    let from = text(run, &["head_repository", "full_name"]);
    if from.as_deref().zip(repository).is_some_and(|(from, own)| !from.eq_ignore_ascii_case(own)) {
        return pass("a run of a fork");
    }
    let is_listed = branch.as_ref().is_some_and(|branch| rules.branches.contains(branch));
    let is_pull_request = event.as_deref().is_some_and(|event| event.starts_with("pull_request"));
    if is_pull_request && !is_listed {
        return pass("a run of a pull request");
    }
    let default = text(value, &["repository", "default_branch"]);
    let is_scheduled = event.as_deref() == Some("schedule");
    // Where GitHub does not tell the default branch it may be any.
    let is_default = default.is_none() || branch == default;
    if !(is_default || is_listed || is_scheduled) {
        return pass("a run of a branch that is not listed");
    }
    match conclusion.as_deref() {
        Some("success") => Verdict::Said(Said::Resolved),
        Some(none @ ("cancelled" | "skipped" | "neutral" | "stale")) => {
            Verdict::PassedOver(format!("a run that ended as {none}"))
        }
        // `failure`, `timed_out`, `startup_failure`, `action_required`, and what GitHub may add: it did not succeed.
        Some(_) => Verdict::Said(Said::Firing),
        None => Verdict::NotUnderstood("a finished run without a conclusion".into()),
    }
}

fn signal(reading: Reading<'_>, value: &Value, run: &Value, repository: &str, said: Said) -> Signal {
    let Reading { redactor, now } = reading;
    let path = first(value, &[&["workflow", "path"], &["workflow_run", "path"]]);
    // The path of a run may carry `@refs/heads/main`.
    let path = path.map(|path| path.split('@').next().unwrap_or_default().to_owned());
    let workflow = first(value, &[&["workflow", "name"], &["workflow_run", "name"]]).or_else(|| path.clone());
    let workflow = workflow.unwrap_or_else(|| "a workflow".into());
    let branch = text(run, &["head_branch"]).unwrap_or_else(|| "no branch".into());
    let place = path.unwrap_or_else(|| workflow.clone());
    let conclusion = text(run, &["conclusion"]).unwrap_or_default();
    let sha: String = text(run, &["head_sha"]).unwrap_or_default().chars().take(10).collect();
    let run_number = number(run, &["run_number"]);
    let attempt = number(run, &["run_attempt"]).unwrap_or(1);
    let fact = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
    let pairs = [
        fact("repository", Some(repository.to_owned())),
        fact("workflow", Some(workflow.clone())),
        fact("branch", Some(branch.clone())),
        fact("event", text(run, &["event"])),
        fact("conclusion", Some(conclusion.clone())),
        fact("commit", Some(sha)),
        fact("run", run_number.map(|number| number.to_string())),
        fact("attempt", (attempt > 1).then(|| attempt.to_string())),
        fact("actor", first(run, &[&["triggering_actor", "login"], &["actor", "login"]])),
        fact("title", first(run, &[&["display_title"], &["head_commit", "message"]])),
    ];
    let words = match conclusion.as_str() {
        "success" => "succeeded",
        "timed_out" => "timed out",
        "startup_failure" => "could not start",
        "action_required" => "waits for somebody",
        _ => "failed",
    };
    Signal {
        source: Source::GitHub,
        key: name::key(redactor, &format!("{repository} {place} {branch}")),
        said,
        trouble: Trouble::WorkflowFailed,
        severity: None,
        title: title(redactor, &format!("{workflow} {words} on {branch} ({repository})")),
        facts: facts(redactor, pairs.into_iter().flatten()).0,
        links: links(
            redactor,
            [("Run", text(run, &["html_url"])), ("Workflow", text(value, &["workflow", "html_url"]))],
        ),
        at: at(run, &["updated_at"]).or_else(|| at(run, &["created_at"])).and_then(|at| time::read(at, now)),
        // A run's number grows with each run of the workflow, its attempt with each re-run; ids grow too, where there is no number.
        order: run_number.or_else(|| number(run, &["id"])).map(|number| (number, attempt)),
    }
}
