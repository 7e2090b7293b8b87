//! GitHub's answers in the shape that procedures point into; `commands/README.md` lists it.

use jiff::Timestamp;
use reqwest::Url;
use serde_json::{Value, json};

/// How a run or a job ends that went wrong.
const FAILED: [&str; 3] = ["failure", "timed_out", "startup_failure"];

/// A run of a workflow.
pub struct Run {
    pub id: u64,
    pub url: String,
}

/// A step that failed, or a job that failed without one.
pub struct Step {
    pub name: String,
    /// The job's name.
    pub of: String,
    pub job: u64,
    pub begun: Option<Timestamp>,
    pub ended: Option<Timestamp>,
}

/// The newest first. A run that is not over has no conclusion, so that nobody takes it for a failed one.
pub fn runs(all: &[Value], now: Timestamp) -> Value {
    let shown = |run: &Value| {
        let begun = at(&run["run_started_at"]).or_else(|| at(&run["created_at"]));
        let mut shown = json!({
            "workflow": run["name"],
            "event": run["event"],
            "branch": run["head_branch"],
            "status": run["status"],
            "attempt": run["run_attempt"],
            "url": run["html_url"],
        });
        if let Some(begun) = begun {
            let minutes = now.duration_since(begun).as_mins().max(0);
            // Six minutes are a tenth of an hour.
            let tenths = u32::try_from(minutes / 6).unwrap_or(u32::MAX);
            shown["started"] = json!(begun);
            shown["age_hours"] = json!(f64::from(tenths) / 10.0);
        }
        if run["conclusion"].is_string() {
            shown["conclusion"] = run["conclusion"].clone();
        }
        shown
    };
    all.iter().map(shown).collect()
}

/// A run that nobody took for so long waits for something that does not come by itself.
const QUEUED_MOST: i64 = 60;

/// Whether the workflow runs by its schedule: `runs_in_a_day` is a number also where there was none.
pub fn schedule(
    state: &str,
    branch: &str,
    of_schedule: &[Value],
    by_hand: &[Value],
    now: Timestamp,
) -> Value {
    let minutes = |run: &Value| {
        let begun = at(&run["run_started_at"]).or_else(|| at(&run["created_at"]));
        begun.map(|begun| now.duration_since(begun).as_mins().max(0))
    };
    let shown = |run: &Value| {
        json!({
            "outcome": outcome(run, minutes(run).unwrap_or_default()),
            "conclusion": run["conclusion"],
            "started": at(&run["run_started_at"]).or_else(|| at(&run["created_at"])),
            "url": run["html_url"],
        })
    };
    let in_a_day = of_schedule.iter().filter(|run| minutes(run).is_some_and(|ago| ago < 24 * 60)).count();
    json!({
        "state": state,
        "branch": branch,
        "runs_in_a_day": in_a_day,
        "last": of_schedule.first().map(shown),
        "by_hand": by_hand.first().map(shown),
        "begun": of_schedule.iter().chain(by_hand).map(|run| run["html_url"].clone()).collect::<Vec<_>>(),
    })
}

/// What became of a run, in the words that lead to steps.
fn outcome(run: &Value, minutes: i64) -> &'static str {
    match (run["conclusion"].as_str(), run["status"].as_str()) {
        (Some("success"), _) => "succeeded",
        (Some(failed), _) if FAILED.contains(&failed) => "failed",
        (Some("action_required"), _) | (None, Some("waiting")) => "waits",
        (Some(_), _) => "stopped",
        (None, Some("queued" | "pending" | "requested")) if minutes > QUEUED_MOST => "queued",
        (None, _) => "running",
    }
}

pub fn newest_failed(runs: &[Value]) -> Option<Run> {
    let run = runs.iter().find(|run| has_failed(run))?;
    Some(Run { id: run["id"].as_u64()?, url: text(&run["html_url"]) })
}

/// Of the first job that failed, the first step that did.
pub fn failing_step(jobs: &[Value]) -> Option<Step> {
    let job = jobs.iter().find(|job| has_failed(job))?;
    let step = job["steps"].as_array().into_iter().flatten().find(|step| has_failed(step));
    let of = text(&job["name"]);
    let name = step.map_or_else(|| of.clone(), |step| text(&step["name"]));
    let time = |field: &str| step.and_then(|step| at(&step[field]));
    Some(Step { name, of, job: job["id"].as_u64()?, begun: time("started_at"), ended: time("completed_at") })
}

/// By resource, with the reset as an instant that people read; none where there are no resources.
pub fn limits(answer: &Value) -> Option<Value> {
    let shown = |(name, of): (&String, &Value)| {
        let reset = of["reset"].as_i64().and_then(|reset| Timestamp::from_second(reset).ok());
        (name.clone(), json!({ "limit": of["limit"], "remaining": of["remaining"], "reset": reset }))
    };
    Some(Value::Object(answer["resources"].as_object()?.iter().map(shown).collect()))
}

/// A hook's address often is a key as well: what follows its first part stays away.
pub fn hooks(all: &[Value]) -> Value {
    let shown = |hook: &Value| {
        json!({
            "id": hook["id"],
            "active": hook["active"],
            "events": hook["events"],
            "config": { "url": short_address(&text(&hook["config"]["url"])) },
            "created": hook["created_at"],
            "updated": hook["updated_at"],
        })
    };
    all.iter().map(shown).collect()
}

fn short_address(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return "no address".into() };
    let mut parts = url.path().trim_matches('/').split('/');
    let (first, more) = (parts.next().unwrap_or_default(), parts.next().is_some() || url.query().is_some());
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let rest = if more { "/…" } else { "" };
    format!("{}://{host}{port}/{first}{rest}", url.scheme())
}

/// Names only; GitHub gives no values either.
pub fn secret_names(all: &[Value]) -> Value {
    let shown = |secret: &Value| json!({ "name": secret["name"], "updated": secret["updated_at"] });
    json!({ "secrets": all.iter().map(shown).collect::<Vec<_>>() })
}

/// Who did what, without what else GitHub knows of a person.
pub fn audit_log(all: &[Value]) -> Value {
    let shown = |entry: &Value| {
        let millis = entry["@timestamp"].as_i64().or_else(|| entry["created_at"].as_i64());
        json!({
            "at": millis.and_then(|millis| Timestamp::from_millisecond(millis).ok()),
            "actor": entry["actor"],
            "action": entry["action"],
            "repository": entry["repo"],
            "user": entry["user"],
        })
    };
    all.iter().map(shown).collect()
}

fn has_failed(one: &Value) -> bool {
    one["conclusion"].as_str().is_some_and(|conclusion| FAILED.contains(&conclusion))
}

fn at(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
