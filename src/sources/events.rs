//! howler's own form, `POST /hooks/events`: PagerDuty's fields in howler's words, one event or a list of them. `docs/alerts.md` has
//! each field; PagerDuty's names are read too.

use serde_json::Value;

use super::json::{first, list};
use super::pagerduty::{change, event};
use super::{Body, Read, Reading, gathered, name};
use domain::alert::signal::{Heard, Source};

/// The header that names a delivery, so that it counts once however often it is sent.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What the delivery says.
pub fn read(reading: Reading<'_>, body: &Body<'_>) -> Read {
    let value = match body.value() {
        Ok(value) => value,
        Err(why) => return Read::not_understood(why, None),
    };
    let one = std::slice::from_ref(&value);
    let events = match &value {
        Value::Array(events) => events.as_slice(),
        Value::Object(object) if object.contains_key("events") => list(&value, &["events"]),
        _ => one,
    };
    let mut heard = Heard::default();
    if events.is_empty() {
        heard.not_understood.push("a list without events".into());
    }
    for event_of in events {
        if !event_of.is_object() {
            heard.not_understood.push("an event that is no object".into());
            continue;
        }
        let action =
            first(event_of, &[&["action"], &["event_action"]]).unwrap_or_default().trim().to_lowercase();
        if matches!(action.as_str(), "change" | "deploy") {
            match change(reading, Source::Events, event_of) {
                Ok(change) => heard.changes.push(change),
                Err(why) => heard.not_understood.push(why),
            }
            continue;
        }
        match event(reading, Source::Events, event_of) {
            Ok((signal, _)) => heard.signals.push(signal),
            Err(why) => heard.not_understood.push(why),
        }
    }
    heard.not_understood = gathered(heard.not_understood);
    Read { heard, id: None }
}

/// The id of a delivery that names itself; a blank name is none.
pub fn named(source: Source, key: Option<&str>) -> Option<String> {
    let key = key.map(str::trim).filter(|key| !key.is_empty())?;
    Some(format!("{source:?}:key:{}", name::hash([key.as_bytes()])).to_lowercase())
}

/// A sign for a body, by which another one under the same name is told from the same sent again.
pub fn sign_of(body: &[u8]) -> String {
    name::hash([body])
}
