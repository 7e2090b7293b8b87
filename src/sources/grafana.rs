//! Grafana's webhook contact point: Alertmanager's form with more in it (its version is "1"), and the form of the alerting before
//! Grafana 9, which had a rule in place of a group.

use serde_json::Value;

use super::alertmanager::{group, unnamed};
use super::json::{is_list, list, pairs, text};
use super::text::{facts, links, title};
use super::{Body, Read, Reading, name, severity};
use domain::alert::signal::{Heard, Said, Signal, Source, Trouble};

/// What the delivery says.
pub fn read(reading: Reading<'_>, body: &Body<'_>) -> Read {
    let value = match body.value() {
        Ok(value) => value,
        Err(why) => return Read::not_understood(why, Some(unnamed(Source::Grafana, body))),
    };
    let is_legacy = !is_list(&value, &["alerts"]) && text(&value, &["ruleId"]).is_some();
    if is_legacy { legacy(reading, &value) } else { group(reading, Source::Grafana, &value, body) }
}

/// Nothing in it names the delivery, nor tells when it was: each counts.
fn legacy(reading: Reading<'_>, value: &Value) -> Read {
    let redactor = reading.redactor;
    let rule = text(value, &["ruleId"]).unwrap_or_default();
    let said = match text(value, &["state"]).unwrap_or_default().to_lowercase().as_str() {
        "alerting" | "no_data" => Said::Firing,
        "ok" => Said::Resolved,
        state @ ("pending" | "paused" | "unknown") => {
            return Read::passed_over(format!("a rule that is {state}"), None);
        }
        _ => return Read::not_understood("a rule without a state that is known", None),
    };
    let named = text(value, &["ruleName"])
        .or_else(|| text(value, &["title"]))
        .unwrap_or_else(|| format!("rule {rule}"));
    let matches = list(value, &["evalMatches"]).iter();
    let matches = matches.filter_map(|found| Some((text(found, &["metric"])?, text(found, &["value"])?)));
    let tags = pairs(value.get("tags"));
    let word = tags.iter().find(|(name, _)| name == "severity").and_then(|(_, word)| severity::parse(word));
    let message = text(value, &["message"]).map(|message| ("message".to_owned(), message));
    let state = text(value, &["state"]).map(|state| ("state".to_owned(), state));
    let pairs = message.into_iter().chain(state).chain(matches).chain(tags);
    let signal = Signal {
        source: Source::Grafana,
        key: name::key(redactor, &format!("rule {rule}")),
        said,
        trouble: Trouble::Other,
        severity: word,
        title: title(redactor, &named),
        facts: facts(redactor, pairs).0,
        links: links(
            redactor,
            [("Rule", text(value, &["ruleUrl"])), ("Picture", text(value, &["imageUrl"]))],
        ),
        at: None,
        order: None,
    };
    Read { heard: Heard { signals: vec![signal], ..Heard::default() }, id: None }
}
