//! PagerDuty's Events API v2, as its page "Events API v2" describes it: whatever has an integration for PagerDuty sends it. Events at
//! `/v2/enqueue`, change events at `/v2/change/enqueue`.

use serde_json::Value;

use super::json::{at, first, list, pairs, text};
use super::text::{facts, links, title};
use super::{Body, Read, Reading, name, severity, time};
use domain::alert::signal::{Change, Heard, Said, Signal, Source, Trouble};

/// A header that may hold the routing key in place of the body.
pub const ROUTING_KEY: &str = "x-routing-key";

/// An event that was read, and the key that its sender is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enqueued {
    pub read: Read,
    /// As it was sent; where it was not, one that is the same for the same event, so that the sender can resolve it.
    pub dedup_key: Option<String>,
}

/// The integration key, in the body where PagerDuty wants it.
pub fn routing_key(body: &Body<'_>) -> Option<String> {
    text(&body.value().ok()?, &["routing_key"])
}

/// What an event says. Nothing in it names the delivery.
pub fn read(reading: Reading<'_>, body: &Body<'_>) -> Enqueued {
    let value = match body.value() {
        Ok(value) => value,
        Err(why) => return Enqueued { read: Read::not_understood(why, None), dedup_key: None },
    };
    match event(reading, Source::PagerDuty, &value) {
        Ok((signal, key)) => {
            let heard = Heard { signals: vec![signal], ..Heard::default() };
            Enqueued { read: Read { heard, id: None }, dedup_key: Some(key) }
        }
        Err(why) => {
            Enqueued { read: Read::not_understood(why, None), dedup_key: text(&value, &["dedup_key"]) }
        }
    }
}

/// What a change event says.
pub fn read_change(reading: Reading<'_>, body: &Body<'_>) -> Read {
    match body.value() {
        Ok(value) => match change(reading, Source::PagerDuty, &value) {
            Ok(change) => Read { heard: Heard { changes: vec![change], ..Heard::default() }, id: None },
            Err(why) => Read::not_understood(why, None),
        },
        Err(why) => Read::not_understood(why, None),
    }
}

/// A field of the event, in its payload or beside it, under one of several names.
fn field(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| first(value, &[&["payload", name], &[name]]))
}

fn details(value: &Value) -> Vec<(String, String)> {
    let places: [&[&str]; 4] =
        [&["payload", "custom_details"], &["custom_details"], &["facts"], &["payload", "facts"]];
    match places.into_iter().find_map(|place| at(value, place)) {
        Some(object @ Value::Object(_)) => pairs(Some(object)),
        Some(other) => {
            super::json::single(other).map(|text| ("details".to_owned(), text)).into_iter().collect()
        }
        None => Vec::new(),
    }
}

fn shown_at(reading: Reading<'_>, value: &Value) -> Vec<domain::alert::signal::Link> {
    let given = list(value, &["links"]).iter().map(|link| {
        let named = first(link, &[&["text"], &["alt"]]).unwrap_or_else(|| "Link".into());
        (named, first(link, &[&["href"], &["url"]]).or_else(|| super::json::single(link)))
    });
    let client = text(value, &["client_url"])
        .map(|url| (text(value, &["client"]).unwrap_or_else(|| "Source".into()), Some(url)));
    let all: Vec<_> = given.chain(client).collect();
    links(reading.redactor, all.iter().map(|(text, url)| (text.as_str(), url.clone())))
}

fn happened(reading: Reading<'_>, value: &Value) -> Option<jiff::Timestamp> {
    let places: [&[&str]; 4] = [&["payload", "timestamp"], &["timestamp"], &["at"], &["payload", "at"]];
    places.into_iter().find_map(|place| at(value, place)).and_then(|at| time::read(at, reading.now))
}

/// One event, and its key as its sender knows it.
pub(super) fn event(reading: Reading<'_>, source: Source, value: &Value) -> Result<(Signal, String), String> {
    let redactor = reading.redactor;
    let action = first(value, &[&["event_action"], &["action"]]).unwrap_or_else(|| "trigger".into());
    let said = match action.trim().to_lowercase().as_str() {
        "trigger" | "firing" => Said::Firing,
        "acknowledge" | "ack" => Said::Acknowledged,
        "resolve" | "resolved" => Said::Resolved,
        other => return Err(format!("the action \"{}\" is none", title(redactor, other))),
    };
    let summary = field(value, &["summary"]);
    let own = ["source", "component", "group", "class"].map(|name| field(value, &[name]));
    let given = first(value, &[&["dedup_key"], &["key"]]);
    let key = match (&given, &summary, said) {
        (Some(key), ..) => key.clone(),
        (None, Some(summary), Said::Firing) => {
            let parts = own.iter().map(|part| part.as_deref().unwrap_or_default());
            name::hash([summary.as_str()].into_iter().chain(parts).map(str::as_bytes))
        }
        (None, None, Said::Firing) => return Err("neither a summary nor a key".into()),
        (None, ..) => return Err("it names no key, so nobody knows what it is about".into()),
    };
    let named = ["source", "component", "group", "class"].into_iter().zip(own);
    let named = named.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let word = field(value, &["severity"]);
    let signal = Signal {
        source,
        key: name::key(redactor, &key),
        said,
        trouble: Trouble::Other,
        severity: word.and_then(|word| severity::parse(&word)),
        title: title(redactor, &summary.unwrap_or_else(|| key.clone())),
        facts: facts(redactor, details(value).into_iter().chain(named)).0,
        links: shown_at(reading, value),
        at: happened(reading, value),
        order: None,
    };
    Ok((signal, key))
}

/// One change.
pub(super) fn change(reading: Reading<'_>, source: Source, value: &Value) -> Result<Change, String> {
    let summary = field(value, &["summary"]).ok_or("a change without a summary")?;
    let from = field(value, &["source"]).map(|from| format!(" ({from})")).unwrap_or_default();
    Ok(Change {
        source,
        title: title(reading.redactor, &format!("{summary}{from}")),
        links: shown_at(reading, value),
        at: happened(reading, value),
    })
}
