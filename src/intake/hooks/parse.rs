//! A believed request becomes a delivery for the desk.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use jiff::Timestamp;

use super::answer::Answer;
use super::doors::{Door, Doors};
use domain::alert::hear::{Delivery, Raw};
use domain::alert::signal::Source;
use domain::id::DeliveryId;
use redact::Redactor;
use sources::{Body, Read, Reading, alertmanager, events, github, grafana, pagerduty, uptimerobot, vercel};
use watch::push::{self, Pushed};

/// What a request comes to.
pub(super) enum Said {
    /// It is answered at once, and nothing is kept.
    Nothing(StatusCode),
    Delivery(Box<Delivery>, Answer),
    /// Values of what is watched.
    Values(Vec<Pushed>),
    /// Why they are none, in words.
    NotValues(String),
}

pub(super) fn read(
    doors: &Doors,
    redactor: &Redactor,
    now: Timestamp,
    door: &Door,
    parts: &Parts,
    bytes: &[u8],
) -> Said {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let body = Body { content_type: header(CONTENT_TYPE.as_str()), query: parts.uri.query(), bytes };
    let reading = Reading { redactor, now };
    if *door == Door::Metrics {
        return match push::read(bytes, body.content_type) {
            Ok(values) => Said::Values(values),
            Err(why) => Said::NotValues(redactor.shown(&why)),
        };
    }
    let (source, mut read, mut answer) = match door {
        Door::GitHub => {
            let event = header(github::EVENT);
            if github::is_ping(event, &body) {
                return Said::Nothing(StatusCode::OK);
            }
            (Source::GitHub, github::read(reading, &doors.branches, event, &body), None)
        }
        Door::Vercel => (Source::Vercel, vercel::read(reading, &body), None),
        Door::UptimeRobot { .. } => (Source::UptimeRobot, uptimerobot::read(reading, &body), None),
        Door::Alertmanager => (Source::Alertmanager, alertmanager::read(reading, &body), None),
        Door::Grafana => (Source::Grafana, grafana::read(reading, &body), None),
        Door::Events => (Source::Events, events::read(reading, &body), None),
        Door::Enqueue => {
            let enqueued = pagerduty::read(reading, &body);
            let answer = Answer::enqueued(enqueued.dedup_key.as_deref());
            (Source::PagerDuty, enqueued.read, Some(answer))
        }
        Door::Change => (Source::PagerDuty, pagerduty::read_change(reading, &body), Some(Answer::changed())),
        Door::Heartbeat { name, .. } => {
            let Some(expected) = doors.heartbeat(name) else { return Said::Nothing(StatusCode::NOT_FOUND) };
            let heard = expected.beat(now);
            (Source::Heartbeat, Read { heard, id: None }, None)
        }
        Door::Metrics => return Said::Nothing(StatusCode::NOT_FOUND),
    };
    if matches!(door, Door::Events | Door::Enqueue | Door::Change) {
        read.id = events::named(source, header(events::IDEMPOTENCY_KEY));
    }
    // PagerDuty's addresses answer as PagerDuty does.
    let body_of = (*door == Door::Events && read.id.is_some()).then(|| events::sign_of(bytes));
    let Read { heard, id } = read;
    let answer = answer.take().unwrap_or_else(|| Answer::of(door, &heard));
    let checked = Some(doors.checked(door, &parts.headers));
    let raw = (!heard.not_understood.is_empty()).then(|| raw(redactor, door, &body));
    let id = DeliveryId(id.unwrap_or_else(|| unnamed(door, now)));
    Said::Delivery(Box::new(Delivery { id, source, heard, raw, body: body_of, checked }), answer)
}

/// What is kept of a body that is not understood: all of it, without secrets. One without a body is in its address.
fn raw(redactor: &Redactor, door: &Door, body: &Body<'_>) -> Raw {
    let bytes = match (door, body.bytes.is_empty(), body.query) {
        (Door::UptimeRobot { .. }, true, Some(query)) => query.as_bytes(),
        _ => body.bytes,
    };
    let shown = Raw::of(redactor.shown(&Raw::of(bytes).text).as_bytes());
    Raw { bytes: bytes.len(), ..shown }
}

/// A name for a delivery that has none: each counts.
fn unnamed(door: &Door, now: Timestamp) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}:{:x}-{:x}-{number:x}", door.word(), now.as_nanosecond(), std::process::id())
}
