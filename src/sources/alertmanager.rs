//! Alertmanager's webhook, version "4", as its documentation of `<webhook_config>` and its `template.Data` describe it. Each alert of the
//! group counts by its own status: the group's says `firing` as long as one of them does. Grafana sends the same with more in it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::json::{at, first, is_list, list, number, pairs, text};
use super::text::{facts, links, title};
use super::{Body, Read, Reading, gathered, name, severity, time};
use domain::alert::signal::{Heard, Said, Signal, Source, Trouble};

/// What the delivery says.
pub fn read(reading: Reading<'_>, body: &Body<'_>) -> Read {
    match body.value() {
        Ok(value) => group(reading, Source::Alertmanager, &value, body),
        Err(why) => Read::not_understood(why, Some(unnamed(Source::Alertmanager, body))),
    }
}

pub(super) fn unnamed(source: Source, body: &Body<'_>) -> String {
    name::hash([format!("{source:?}").as_bytes(), body.bytes])
}

/// A group of alerts from `source`.
pub(super) fn group(reading: Reading<'_>, source: Source, value: &Value, body: &Body<'_>) -> Read {
    if !is_list(value, &["alerts"]) {
        let why = "no list of `alerts`: is a `payload` of its own set in the receiver?";
        return Read::not_understood(why, Some(unnamed(source, body)));
    }
    let mut heard = Heard::default();
    let mut identities = Vec::new();
    for alert in list(value, &["alerts"]) {
        let labels: BTreeMap<String, String> = pairs(at(alert, &["labels"])).into_iter().collect();
        let status =
            text(alert, &["status"]).or_else(|| text(value, &["status"])).unwrap_or_default().to_lowercase();
        let said = match status.as_str() {
            "firing" => Said::Firing,
            "resolved" => Said::Resolved,
            other => {
                let other = title(reading.redactor, other);
                heard.not_understood.push(format!("an alert with the status \"{other}\""));
                continue;
            }
        };
        let fingerprint = text(alert, &["fingerprint"]).or_else(|| of_labels(&labels));
        let Some(fingerprint) = fingerprint else {
            heard.not_understood.push("an alert with neither labels nor fingerprint".into());
            continue;
        };
        identities.push(format!("{fingerprint} {status} {}", text(alert, &["startsAt"]).unwrap_or_default()));
        // Prometheus' operators have an alert that always fires (`Watchdog`): a heartbeat is for that.
        if labels.get("severity").is_some_and(|word| word == "none") {
            heard.passed_over.push("an alert of the severity \"none\"".into());
            continue;
        }
        let (signal, left_out) = signal(reading, source, value, alert, &labels, &fingerprint, said);
        heard.signals.push(signal);
        if left_out > 0 {
            heard.passed_over.push(format!("{left_out} more labels of one alert"));
        }
    }
    if let Some(cut) = number(value, &["truncatedAlerts"]).filter(|cut| *cut > 0) {
        heard
            .not_understood
            .push(format!("{cut} more alerts of this group, which the receiver's `max_alerts` left out"));
    }
    if list(value, &["alerts"]).is_empty() {
        heard.passed_over.push("a group without alerts".into());
    }
    heard.passed_over = gathered(heard.passed_over);
    heard.not_understood = gathered(heard.not_understood);
    if identities.is_empty() {
        return Read { heard, id: Some(unnamed(source, body)) };
    }
    identities.sort_unstable();
    let key = text(value, &["groupKey"]).unwrap_or_default();
    let parts = [key.as_bytes()].into_iter().chain(identities.iter().map(String::as_bytes));
    Read { heard, id: Some(format!("{source:?}:{}", name::hash(parts)).to_lowercase()) }
}

/// What stands in for a fingerprint: the labels, in order of their names.
fn of_labels(labels: &BTreeMap<String, String>) -> Option<String> {
    let parts = labels.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    (!labels.is_empty()).then(|| format!("labels {}", name::hash(parts)))
}

fn signal(
    reading: Reading<'_>,
    source: Source,
    group: &Value,
    alert: &Value,
    labels: &BTreeMap<String, String>,
    fingerprint: &str,
    said: Said,
) -> (Signal, usize) {
    let Reading { redactor, now } = reading;
    let instance = labels.get("instance").or_else(|| labels.get("pod")).map(|at| format!(" ({at})"));
    let called = labels.get("alertname").map(|name| format!("{name}{}", instance.unwrap_or_default()));
    let annotation = |name: &str| text(alert, &["annotations", name]);
    let summary = ["summary", "title", "message", "description"].into_iter().find_map(annotation);
    let title_of = summary
        .or(called)
        .or_else(|| text(group, &["title"]))
        .unwrap_or_else(|| format!("Alert {fingerprint}"));
    let description = annotation("description").filter(|description| *description != title_of);
    let values = at(alert, &["values"]).map(|values| pairs(Some(values)));
    let values = values.map(|values| {
        values.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
    });
    let extra = [("description", description), ("values", values.or_else(|| text(alert, &["valueString"])))];
    let extra = extra.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let (facts, left_out) = facts(redactor, extra.chain(labels.clone()));
    let said_severity =
        ["severity", "priority", "level"].into_iter().find_map(|name| severity::parse(labels.get(name)?));
    let shown = [
        ("Runbook", first(alert, &[&["annotations", "runbook_url"], &["annotations", "runbook"]])),
        ("Panel", text(alert, &["panelURL"])),
        (
            "Dashboard",
            first(
                alert,
                &[&["dashboardURL"], &["annotations", "dashboard_url"], &["annotations", "dashboard"]],
            ),
        ),
        ("Source", text(alert, &["generatorURL"])),
        ("Silence there", text(alert, &["silenceURL"])),
        (if source == Source::Grafana { "Grafana" } else { "Alertmanager" }, text(group, &["externalURL"])),
    ];
    let signal = Signal {
        source,
        key: name::key(redactor, fingerprint),
        said,
        trouble: Trouble::Other,
        severity: said_severity,
        title: title(redactor, &title_of),
        facts,
        links: links(redactor, shown),
        at: happened(alert, said, now),
        order: None,
    };
    (signal, left_out)
}

/// A firing alert began, a resolved one ended. An end before its beginning is none, and a zero date neither.
fn happened(alert: &Value, said: Said, now: Timestamp) -> Option<Timestamp> {
    let time = |name: &str| at(alert, &[name]).and_then(|at| time::read(at, now));
    let (began, ended) = (time("startsAt"), time("endsAt"));
    match said {
        Said::Firing | Said::Acknowledged => began,
        Said::Resolved => ended.filter(|ended| began.is_none_or(|began| *ended >= began)),
    }
}
