//! PagerDuty's events, and howler's own.

use super::*;
use crate::{events, pagerduty};
use domain::Severity;
use domain::alert::signal::{Said, Source};
use fake::alerts::{Event, PagerDuty};

fn enqueued(body: &str) -> pagerduty::Enqueued {
    pagerduty::read(Reading { redactor: &redactor(), now: at(NOW) }, &Body::json(body.as_bytes()))
}

#[test]
fn pagerdutys_own_example_is_read() {
    let body = include_str!("../fixtures/pagerduty-trigger.json");
    assert_eq!(pagerduty::routing_key(&Body::json(body.as_bytes())).as_deref(), Some("samplekeyhere"));
    let read = enqueued(body);
    assert_eq!((read.dedup_key.as_deref(), &read.read.id), (Some("samplekeyhere"), &None));
    let signal = one(read.read);
    assert_eq!(
        (signal.source, signal.said, signal.severity),
        (Source::PagerDuty, Said::Firing, Some(Severity::P1))
    );
    assert_eq!(signal.title, "DISK at 99% on machine prod-datapipe03.example.com");
    assert_eq!(signal.at, Some(at("2026-11-17T08:42:58.315Z")));
    assert_eq!(
        facts(&signal),
        [
            ("class", "disk"),
            ("component", "mysql"),
            ("free space", "1%"),
            ("group", "prod-datapipe"),
            ("load avg", "0.75"),
            ("ping time", "1500ms"),
            ("source", "prod-datapipe03.example.com"),
        ]
    );
    assert_eq!(
        links(&signal),
        [
            ("An example link.", "http://pagerduty.example.com"),
            ("Sample Monitoring Service", "https://monitoring.service.com"),
        ]
    );
}

#[test]
fn acknowledge_and_resolve_are_about_their_key() {
    for (action, said) in [("acknowledge", Said::Acknowledged), ("resolve", Said::Resolved)] {
        let body = format!(r#"{{"routing_key":"k","dedup_key":"disk","event_action":"{action}"}}"#);
        let signal = one(enqueued(&body).read);
        assert_eq!((signal.said, signal.key.as_str()), (said, "disk"));
        let unnamed = format!(r#"{{"routing_key":"k","event_action":"{action}"}}"#);
        assert!(reason(enqueued(&unnamed).read).contains("names no key"));
    }
    assert_eq!(reason(enqueued(r#"{"event_action":"snooze"}"#).read), "the action \"snooze\" is none");
}

#[test]
fn an_event_without_a_key_is_told_one_that_is_the_same_for_the_same() {
    let pagerduty = PagerDuty { routing_key: "k".into() };
    let event = |summary: &str| Event {
        action: "trigger".into(),
        dedup_key: None,
        summary: summary.into(),
        severity: "error".into(),
        at: at(NOW),
    };
    let key = |summary| enqueued(&pagerduty.event(&event(summary)).body).dedup_key.unwrap();
    assert_eq!(key("disk"), key("disk"));
    assert_ne!(key("disk"), key("memory"));
    let signal = one(enqueued(&pagerduty.event(&event("disk")).body).read);
    assert_eq!(signal.key, key("disk"));
}

#[test]
fn a_change_event_stands_on_timelines() {
    let change = include_str!("../fixtures/pagerduty-change.json");
    let heard = json(pagerduty::read_change, change).heard;
    assert!(heard.signals.is_empty());
    let title = "Build Success - Increase snapshot create timeout to 30 seconds (acme-build-pipeline-tool-default-i-9999)";
    assert_eq!(
        (heard.changes[0].title.as_str(), heard.changes[0].at),
        (title, Some(at("2026-11-17T08:42:58.315Z")))
    );
    let sent = PagerDuty { routing_key: "k".into() }.change("Build 7", at(NOW));
    assert_eq!(
        json(pagerduty::read_change, &sent.body).heard.changes[0].title,
        "Build 7 (acme-build-pipeline)"
    );
}

#[test]
fn howlers_own_form_is_the_same_in_fewer_words() {
    let signal = one(json(
        events::read,
        r#"{"action":"trigger","key":"db-1/disk","summary":"Disk is full","severity":"P2","source":"db-1",
            "at":"2026-11-24T01:59:00Z","facts":{"free":"1 %"},"links":[{"text":"Runbook","url":"https://a.example/disk"}]}"#,
    ));
    assert_eq!(
        (signal.source, signal.said, signal.severity),
        (Source::Events, Said::Firing, Some(Severity::P2))
    );
    assert_eq!((signal.key.as_str(), signal.title.as_str()), ("db-1/disk", "Disk is full"));
    assert_eq!(facts(&signal), [("free", "1 %"), ("source", "db-1")]);
    assert_eq!(links(&signal), [("Runbook", "https://a.example/disk")]);
    // The least that can be sent, and PagerDuty's own form.
    assert_eq!(one(json(events::read, r#"{"summary":"Disk is full"}"#)).title, "Disk is full");
    let pagerdutys = one(json(events::read, include_str!("../fixtures/pagerduty-trigger.json")));
    assert_eq!((pagerdutys.key.as_str(), pagerdutys.severity), ("samplekeyhere", Some(Severity::P1)));
}

#[test]
fn a_list_of_events_is_read_one_by_one() {
    let read = json(
        events::read,
        r#"[{"summary":"a"},{"action":"deploy","summary":"v7"},5,{"action":"resolve"},{"action":"ack","key":"k"}]"#,
    );
    assert_eq!(
        (read.heard.signals.len(), read.heard.changes.len(), read.heard.not_understood.len()),
        (2, 1, 2)
    );
    assert_eq!(reason(json(events::read, "[]")), "a list without events");
    assert_eq!(json(events::read, r#"{"events":[{"summary":"a"}]}"#).heard.signals.len(), 1);
}

#[test]
fn an_idempotency_key_names_a_delivery() {
    let named = |key| events::named(Source::Events, key);
    assert_eq!(named(Some("a")), named(Some(" a ")));
    assert_ne!(named(Some("a")), named(Some("b")));
    assert_eq!((named(Some(" ")), named(None)), (None, None));
}
