//! Whatever is sent: nothing panics, everything is told, what is kept has a size.

use proptest::prelude::*;

use super::*;
use crate::{alertmanager, events, github, grafana, pagerduty, text, uptimerobot, vercel};
use domain::alert::signal::KEY_MOST;

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let names = prop::sample::select(vec![
        "alerts",
        "status",
        "labels",
        "annotations",
        "fingerprint",
        "startsAt",
        "endsAt",
        "summary",
        "severity",
        "action",
        "workflow_run",
        "repository",
        "conclusion",
        "type",
        "payload",
        "deployment",
        "project",
        "id",
        "monitorID",
        "alertType",
        "event_action",
        "dedup_key",
        "links",
        "custom_details",
        "ruleId",
        "state",
    ]);
    let words = prop::sample::select(vec![
        "firing",
        "resolved",
        "completed",
        "failure",
        "success",
        "deployment.error",
        "deployment.promoted",
        "alerts.triggered",
        "1",
        "2",
        "trigger",
        "resolve",
        "alerting",
        "ok",
        "0001-01-01T00:00:00Z",
        "2026-11-24T01:00:00Z",
        "https://a.example/?token=abc",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(|number| serde_json::json!(number)),
        words.prop_map(Into::into),
        ".{0,20}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((names.clone(), inner), 0..8).prop_map(|pairs| serde_json::Value::Object(
                pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

fn all(body: &[u8], form: bool) -> Vec<Read> {
    let redactor = redactor();
    let reading = Reading { redactor: &redactor, now: at(NOW) };
    let content_type = if form { "application/x-www-form-urlencoded" } else { "application/json" };
    let body = Body { content_type: Some(content_type), query: None, bytes: body };
    vec![
        github::read(reading, &github::Rules::default(), None, &body),
        vercel::read(reading, &body),
        uptimerobot::read(reading, &body),
        alertmanager::read(reading, &body),
        grafana::read(reading, &body),
        pagerduty::read(reading, &body).read,
        pagerduty::read_change(reading, &body),
        events::read(reading, &body),
    ]
}

fn told(read: &Read) -> usize {
    let heard = &read.heard;
    heard.signals.len() + heard.changes.len() + heard.passed_over.len() + heard.not_understood.len()
}

fn has_its_size(read: &Read) -> bool {
    read.heard.signals.iter().all(|signal| {
        let key = signal.key.chars().count();
        (1..=KEY_MOST).contains(&key)
            && signal.facts.len() <= 40
            && signal.links.len() <= 6
            && signal.title.chars().count() <= 120
    })
}

proptest! {
    #[test]
    fn any_json_is_told(body in any_json()) {
        for read in all(body.to_string().as_bytes(), false) {
            prop_assert!(has_its_size(&read), "{read:?}");
            prop_assert!(told(&read) > 0, "{body} is lost");
        }
    }

    #[test]
    fn any_bytes_are_told(body in prop::collection::vec(any::<u8>(), 0..200), form in any::<bool>()) {
        for read in all(&body, form) {
            prop_assert!(told(&read) > 0, "{body:?} is lost");
        }
    }

    #[test]
    fn an_address_stays_one_or_is_left_out(text in "(https?://)?.{0,40}") {
        if let Some(address) = text::address(&redactor(), &text) {
            prop_assert!(address.starts_with("http") && !address.contains(['<', '>', '|', ' ', '\n', '"']));
        }
    }

    #[test]
    fn texts_without_entities_stay_as_they_are(text in "[^&]{0,40}") {
        prop_assert_eq!(text::without_entities(&text), text);
    }
}

#[test]
fn entities_are_read_once() {
    for (written, read) in [
        ("Town&#39;s", "Town's"),
        ("a &amp; b", "a & b"),
        ("&amp;lt;", "&lt;"),
        ("&#x27;&#X27;", "''"),
        ("&unknown; &", "&unknown; &"),
        ("&#xD800; &#99999999;", "&#xD800; &#99999999;"),
        ("&;&&amp;", "&;&&"),
    ] {
        assert_eq!(text::without_entities(written), read, "{written}");
    }
}
