//! Vercel's webhooks, as its page "Webhooks API Reference" describes them: deployments, and the anomalies of its observability.
//! Old names with hyphens (`deployment-error`) and their flat payloads are read too.

use serde_json::Value;

use super::json::{at, first, list, text};
use super::text::{facts, links, title};
use super::{Body, Read, Reading, gathered, name, time};
use domain::alert::signal::{Change, Heard, Said, Signal, Source, Trouble, VariableChanged};
use domain::text::shorten;

/// What the delivery says.
pub fn read(reading: Reading<'_>, body: &Body<'_>) -> Read {
    let unnamed = || Some(name::hash([b"vercel".as_slice(), body.bytes]));
    let value = match body.value() {
        Ok(value) => value,
        Err(why) => return Read::not_understood(why, unnamed()),
    };
    // It is inside of what is signed.
    let id = text(&value, &["id"])
        .map(|id| format!("vercel:{}", name::key(reading.redactor, &id)))
        .or_else(unnamed);
    let Some(kind) = text(&value, &["type"]) else { return Read::not_understood("no `type`", id) };
    let kind = kind.replacen("deployment-", "deployment.", 1);
    let heard = match kind.as_str() {
        "alerts.triggered" => anomalies(reading, &value),
        "deployment.error" => deployed(reading, &value, Said::Firing),
        "deployment.succeeded" | "deployment.ready" => deployed(reading, &value, Said::Resolved),
        "deployment.promoted" => {
            let mut heard = deployed(reading, &value, Said::Resolved);
            heard.changes.push(change(reading, &value, "was promoted to production"));
            heard
        }
        "deployment.rollback" => {
            let change = change(reading, &value, "was rolled back to");
            Heard { changes: vec![change], ..Heard::default() }
        }
        "project.env-variable.updated" | "project.env-variable.created" => variable(reading, &value),
        other => {
            return Read::passed_over(
                format!("{}: no failure and no deploy", title(reading.redactor, other)),
                id,
            );
        }
    };
    Read { heard, id }
}

/// What Vercel tells of a deployment, in the new payload or the old one.
struct Deployment {
    project: Option<String>,
    /// Its id, which stays when it is renamed.
    project_id: Option<String>,
    is_production: bool,
    target: String,
    branch: Option<String>,
    url: Option<String>,
}

fn deployment(value: &Value) -> Deployment {
    let promoted = text(value, &["type"]).is_some_and(|kind| kind.ends_with("promoted"));
    let target = text(value, &["payload", "target"]);
    let target = match target {
        Some(target) => target.to_lowercase(),
        None if promoted => "production".into(),
        None => "preview".into(),
    };
    let branch = |sign: &str| text(value, &["payload", "deployment", "meta", sign]);
    Deployment {
        project: first(
            value,
            &[
                &["payload", "project", "name"],
                &["payload", "deployment", "name"],
                &["payload", "name"],
                &["payload", "project"],
            ],
        ),
        project_id: first(value, &[&["payload", "project", "id"], &["payload", "projectId"]]),
        is_production: target == "production",
        target,
        branch: ["githubCommitRef", "gitlabCommitRef", "bitbucketCommitRef"].into_iter().find_map(branch),
        url: first(value, &[&["payload", "deployment", "url"], &["payload", "url"]]),
    }
}

fn deployed(reading: Reading<'_>, value: &Value, said: Said) -> Heard {
    let Reading { redactor, now } = reading;
    let deployment = deployment(value);
    let Some(id) = deployment.project_id.as_ref().or(deployment.project.as_ref()) else {
        return Heard { not_understood: vec!["a deployment without its project".into()], ..Heard::default() };
    };
    let Deployment { is_production, target, branch, .. } = &deployment;
    // Previews of two branches have nothing to do with each other.
    let of_branch = branch.as_ref().filter(|_| !is_production);
    let key = match of_branch {
        Some(branch) => format!("{id} {target} {branch}"),
        None => format!("{id} {target}"),
    };
    let project = deployment.project.as_deref().unwrap_or(id);
    let words = if said == Said::Firing { "failed" } else { "succeeded" };
    let of = of_branch.map(|branch| format!(" of {branch}")).unwrap_or_default();
    let meta = |sign: &str| text(value, &["payload", "deployment", "meta", sign]);
    let fact = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
    let pairs = [
        fact("project", Some(project.to_owned())),
        fact("target", Some(target.clone())),
        fact("branch", branch.clone()),
        fact("commit", meta("githubCommitSha").map(|sha| sha.chars().take(10).collect())),
        fact("author", meta("githubCommitAuthorLogin")),
        fact("message", meta("githubCommitMessage")),
        fact("deployment", first(value, &[&["payload", "deployment", "id"], &["payload", "deploymentId"]])),
        fact("address", deployment.url.clone()),
        fact(
            "regions",
            Some(
                list(value, &["payload", "regions"])
                    .iter()
                    .filter_map(Value::as_str)
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        ),
    ];
    let signal = Signal {
        source: Source::Vercel,
        key: name::key(redactor, &key),
        said,
        trouble: if *is_production { Trouble::ProductionDeployFailed } else { Trouble::PreviewDeployFailed },
        severity: None,
        title: title(redactor, &format!("{project}: {target} deployment{of} {words}")),
        facts: facts(redactor, pairs.into_iter().flatten()).0,
        links: shown_at(reading, value, &deployment),
        at: created(value, now),
        order: None,
    };
    Heard { signals: vec![signal], ..Heard::default() }
}

fn created(value: &Value, now: jiff::Timestamp) -> Option<jiff::Timestamp> {
    at(value, &["createdAt"]).and_then(|at| time::read(at, now))
}

fn shown_at(
    reading: Reading<'_>,
    value: &Value,
    deployment: &Deployment,
) -> Vec<domain::alert::signal::Link> {
    let site = deployment.url.as_ref().map(|url| match url.contains("://") {
        true => url.clone(),
        false => format!("https://{url}"),
    });
    let inspect =
        first(value, &[&["payload", "links", "deployment"], &["payload", "deployment", "inspectorUrl"]]);
    let project = text(value, &["payload", "links", "project"]);
    links(reading.redactor, [("Deployment", inspect), ("Site", site), ("Project", project)])
}

fn change(reading: Reading<'_>, value: &Value, words: &str) -> Change {
    let deployment = deployment(value);
    let project = deployment.project.clone().or_else(|| deployment.project_id.clone());
    let project = project.unwrap_or_else(|| "a project".into());
    let what = first(
        value,
        &[&["payload", "deployment", "url"], &["payload", "deployment", "id"], &["payload", "deploymentId"]],
    );
    let what = what.unwrap_or_else(|| "a deployment".into());
    let words = if words.ends_with(" to") {
        format!("{project} {words} {what}")
    } else {
        format!("{project}: {what} {words}")
    };
    Change {
        source: Source::Vercel,
        title: title(reading.redactor, &words),
        links: shown_at(reading, value, &deployment),
        at: created(value, reading.now),
    }
}

/// Longest id of a variable, in characters.
const ID_MOST: usize = 100;

/// A variable of a project got a new value. Vercel tells its id alone, neither its name nor the value.
fn variable(reading: Reading<'_>, value: &Value) -> Heard {
    match text(value, &["payload", "envVarId"]) {
        Some(id) => {
            let at = created(value, reading.now);
            // It is compared and never shown, and looks as random as a secret.
            let changed = VariableChanged { id: shorten(&id, ID_MOST), at };
            Heard { variables: vec![changed], ..Heard::default() }
        }
        None => Heard { not_understood: vec!["a variable without its id".into()], ..Heard::default() },
    }
}

/// Nothing ever tells that an anomaly is over.
fn anomalies(reading: Reading<'_>, value: &Value) -> Heard {
    let Reading { redactor, now } = reading;
    let project = first(value, &[&["payload", "projectSlug"], &["payload", "projectId"]])
        .unwrap_or_else(|| "a project".into());
    let project_id =
        first(value, &[&["payload", "projectId"], &["payload", "projectSlug"]]).unwrap_or_default();
    let mut heard = Heard::default();
    let alerts = list(value, &["payload", "alerts"]);
    if alerts.is_empty() {
        heard.not_understood.push("`alerts.triggered` without alerts".into());
    }
    for alert in alerts {
        let kind = text(alert, &["type"]).unwrap_or_else(|| "anomaly".into());
        let metric = text(alert, &["metric"]).unwrap_or_default();
        let said = text(alert, &["title"]).unwrap_or_else(|| format!("{kind} {metric}"));
        let names =
            ["type", "metric", "unit", "count", "average", "stddev", "zscore", "zscoreThreshold", "alertId"];
        let pairs = names.into_iter().filter_map(|name| Some((name.to_owned(), text(alert, &[name])?)));
        let pairs = pairs.chain([("project".to_owned(), project.clone())]);
        let began = at(alert, &["startedAt"]).or_else(|| at(value, &["payload", "startedAt"]));
        heard.signals.push(Signal {
            source: Source::Vercel,
            key: name::key(redactor, &format!("{project_id} {kind} {metric}")),
            said: Said::Firing,
            trouble: Trouble::Other,
            severity: None,
            title: title(redactor, &format!("{project}: {said}")),
            facts: facts(redactor, pairs).0,
            links: links(redactor, [("Observability", text(value, &["payload", "links", "observability"]))]),
            at: began.and_then(|at| time::read(at, now)).or_else(|| created(value, now)),
            order: None,
        });
    }
    heard.not_understood = gathered(heard.not_understood);
    heard
}
