//! What no source should send.

use serde_json::{Value, json as value};

use super::*;
use crate::{alertmanager, events, github, grafana, pagerduty, uptimerobot, vercel};
use domain::alert::signal::{KEY_MOST, Said};

const KEPT_MOST: usize = 20_000;

fn alert(labels: &Value) -> Value {
    value!({ "status": "firing", "labels": labels, "annotations": {}, "startsAt": NOW, "fingerprint": "f" })
}

fn group(alerts: &[Value]) -> String {
    value!({ "version": "4", "status": "firing", "alerts": alerts }).to_string()
}

fn readers(body: &str) -> Vec<Read> {
    (0..8).map(|reader| reader_of(reader, body)).collect()
}

fn reader_of(reader: usize, body: &str) -> Read {
    let redactor = redactor();
    let reading = Reading { redactor: &redactor, now: at(NOW) };
    let body = Body::json(body.as_bytes());
    match reader {
        0 => github::read(reading, &github::Rules::default(), Some("workflow_run"), &body),
        1 => vercel::read(reading, &body),
        2 => uptimerobot::read(reading, &body),
        3 => alertmanager::read(reading, &body),
        4 => grafana::read(reading, &body),
        5 => pagerduty::read(reading, &body).read,
        6 => pagerduty::read_change(reading, &body),
        _ => events::read(reading, &body),
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_reason() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        "",
        " ",
        "{",
        "5",
        "null",
        "\"text\"",
        "[5]",
        "{}",
        "\u{feff}{}",
        "<html>502</html>",
        &deep,
        "{\"alerts\":{}}",
    ] {
        for read in readers(body) {
            let shown: String = body.chars().take(20).collect();
            assert!(!reason(read).is_empty(), "{shown}");
        }
    }
}

#[test]
fn every_field_may_be_of_any_kind() {
    let kinds = [
        value!(null),
        value!(5),
        value!(-1.5e300),
        value!(true),
        value!("x"),
        value!([]),
        value!([1]),
        value!({}),
        value!({"a": {"b": []}}),
    ];
    // Each with its own reader, by its place in `readers`.
    let bodies = [
        (0, include_str!("../fixtures/github-run-completed.json")),
        (1, include_str!("../fixtures/vercel-error.json")),
        (2, include_str!("../fixtures/uptimerobot-up.json")),
        (3, include_str!("../fixtures/alertmanager-mixed.json")),
        (4, include_str!("../fixtures/grafana-legacy.json")),
        (5, include_str!("../fixtures/pagerduty-trigger.json")),
    ];
    let mut read = 0;
    for (reader, body) in bodies {
        let body: Value = serde_json::from_str(body).unwrap();
        let mut paths = Vec::new();
        pointers(&body, "", &mut paths);
        for (path, kind) in paths.iter().flat_map(|path| kinds.iter().map(move |kind| (path, kind))) {
            let mut changed = body.clone();
            *changed.pointer_mut(path).unwrap() = kind.clone();
            let heard = reader_of(reader, &changed.to_string()).heard;
            let told = heard.signals.len()
                + heard.changes.len()
                + heard.passed_over.len()
                + heard.not_understood.len();
            assert!(told > 0, "{path} as {kind} is lost");
            read += 1;
        }
    }
    assert!(read > 1_000, "{read}");
}

fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                pointers(inner, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(place, inner)| pointers(inner, &format!("{at}/{place}"), found)),
        _ => {}
    }
}

#[test]
fn long_and_many_labels_are_cut_to_size() {
    let long = "x".repeat(100_000);
    let mut labels = value!({ "alertname": long, "severity": "critical", "zzz": long });
    for number in 0..10_000 {
        labels[format!("label_{number}")] = value!(long.get(..20));
    }
    let read = json(alertmanager::read, &group(&[alert(&labels)]));
    assert_eq!(read.heard.passed_over, ["9963 more labels of one alert"]);
    let signal = &read.heard.signals[0];
    assert!(
        signal.facts.contains_key("severity") && signal.facts.contains_key("alertname"),
        "those that rules ask for stay"
    );
    assert!(serde_json::to_string(signal).unwrap().len() < KEPT_MOST);
    assert!(signal.title.chars().count() <= 120);
    let long_key = |end: &str| {
        one(json(events::read, &value!({ "key": format!("{long}{end}"), "summary": "s" }).to_string())).key
    };
    assert_eq!(long_key("a").chars().count(), KEY_MOST);
    assert_ne!(long_key("a"), long_key("b"), "two long keys are two");
}

#[test]
fn ten_thousand_alerts_in_one_body_are_ten_thousand() {
    let alerts: Vec<_> =
        (0..10_000).map(|number| value!({ "status": "firing", "labels": { "n": number } })).collect();
    let read = json(alertmanager::read, &group(&alerts));
    let keys: std::collections::BTreeSet<_> = read.heard.signals.iter().map(|signal| &signal.key).collect();
    assert_eq!(keys.len(), 10_000);
    let odd: Vec<_> =
        (0..10_000).map(|number| value!({ "status": format!("odd {number}"), "labels": {} })).collect();
    let read = json(alertmanager::read, &group(&odd));
    assert_eq!(
        (read.heard.not_understood.len(), read.heard.not_understood.last().unwrap().as_str()),
        (21, "9980 more")
    );
}

#[test]
fn control_characters_and_mentions_stay_text() {
    let odd = "a\u{0}b\u{1b}[31m\u{202e}c\n<!channel> <@U0MAYA> &lt;b&gt; *bold*";
    let signal = one(json(
        alertmanager::read,
        &group(&[alert(&value!({ "alertname": odd, "": "no name", "x\u{7}y": odd, "  ": "blank" }))]),
    ));
    let kept = serde_json::to_string(&signal).unwrap();
    assert!(
        !kept.contains("\\u0000")
            && !kept.contains("\\u001b")
            && !kept.contains('\u{202e}')
            && !kept.contains("\\n"),
        "{kept}"
    );
    // What it means in Slack is the view's to take away.
    assert!(signal.title.contains("<!channel>") && signal.title.contains("&lt;b&gt;"), "{}", signal.title);
    assert!(signal.facts.contains_key("(no name)") && signal.facts.contains_key("x y"), "{:?}", signal.facts);
}

#[test]
fn times_that_cannot_be_meant_are_none() {
    let mut of = alert(&value!({ "alertname": "A" }));
    let mut happened = |status: &str, starts: Value, ends: Value| {
        of["status"] = status.into();
        of["startsAt"] = starts;
        of["endsAt"] = ends;
        one(json(alertmanager::read, &group(&[of.clone()]))).at
    };
    let (early, late) = ("2026-11-24T01:00:00Z", "2026-11-24T01:30:00Z");
    assert_eq!(happened("firing", early.into(), "0001-01-01T00:00:00Z".into()), Some(at(early)));
    assert_eq!(happened("resolved", early.into(), late.into()), Some(at(late)));
    assert_eq!(happened("resolved", late.into(), early.into()), None, "it ended before it began");
    for nonsense in [
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2026-11-24T02:05:01Z",
        "9999-12-31T23:59:59Z",
        "soon",
        "",
    ] {
        assert_eq!(happened("firing", nonsense.into(), Value::Null), None, "{nonsense}");
    }
    assert_eq!(
        happened("firing", 1_795_485_000.into(), Value::Null),
        Some(at("2026-11-24T01:50:00Z")),
        "a number"
    );
    assert_eq!(
        happened("firing", "1795485000000".into(), Value::Null),
        Some(at("2026-11-24T01:50:00Z")),
        "milliseconds in a text"
    );
    assert_eq!(happened("firing", value!(1e300), Value::Null), None);
}

#[test]
fn of_a_key_that_stands_twice_the_last_counts() {
    let body = r#"{"alerts":[{"status":"firing","status":"resolved","fingerprint":"a","fingerprint":"b","labels":{"x":"1","x":"2"}}]}"#;
    let signal = one(json(alertmanager::read, body));
    assert_eq!((signal.said, signal.key.as_str(), facts(&signal)), (Said::Resolved, "b", vec![("x", "2")]));
}

#[test]
fn secrets_in_labels_and_addresses_are_taken_out() {
    let mut leaky = alert(&value!({
        "alertname": format!("Login with {SECRET} failed"),
        "db_password": "hunter2hunter2",
        "target": "https://maya:opensesame@db.example/x?token=abcdef123456&page=2",
        "note": "Authorization: Bearer abcdefghijklmnop1234",
    }));
    leaky["generatorURL"] =
        "https://prom.example/graph?g0.expr=up&access_token=abcdef123456#api_key=s3cr3ts3cr3t".into();
    leaky["annotations"] =
        value!({ "runbook_url": "javascript:alert(1)", "dashboard": "https://a.example/<script>" });
    let signal = one(json(alertmanager::read, &group(&[leaky])));
    let kept = serde_json::to_string(&signal).unwrap();
    for secret in [
        SECRET,
        "hunter2",
        "opensesame",
        "abcdef123456",
        "abcdefghijklmnop1234",
        "s3cr3t",
        "javascript",
        "<script>",
    ] {
        assert!(!kept.contains(secret), "{secret} in {kept}");
    }
    assert_eq!(
        links(&signal),
        [("Source", "https://prom.example/graph?g0.expr=up&access_token=[secret]#api_key=[secret]")]
    );
    assert_eq!(signal.facts["target"], "https://maya:[secret]@db.example/x?token=[secret]&page=2");
}

#[test]
fn a_secret_in_a_key_is_taken_out_and_two_keys_stay_two() {
    let key = |text: &str| one(json(events::read, &value!({ "key": text, "summary": "s" }).to_string())).key;
    let (first, second) = (key(&format!("{SECRET} a")), key(&format!("{SECRET} b")));
    assert!(!first.contains(SECRET) && !second.contains(SECRET), "{first}");
    assert_ne!(first, second);
    assert_eq!(key("db-1/disk"), "db-1/disk");
    assert_eq!(key("42"), "42");
    assert_ne!(key("a\u{7}b"), key("a b"));
}
