use super::*;
use crate::{alertmanager, grafana};
use domain::Severity;
use domain::alert::signal::{Said, Source, Trouble};
use fake::alerts::{Alert, Alertmanager, Grafana};

const FIRING: &str = include_str!("../fixtures/alertmanager-firing.json");
const MIXED: &str = include_str!("../fixtures/alertmanager-mixed.json");

/// The fixtures were recorded on the 29th.
fn read(body: &str) -> Read {
    alertmanager::read(
        Reading { redactor: &redactor(), now: at("2026-11-29T18:30:00Z") },
        &Body::json(body.as_bytes()),
    )
}

#[test]
fn a_real_alertmanagers_group_is_an_alert_for_each_of_it() {
    let firing = read(FIRING).heard;
    assert_eq!(
        firing.not_understood,
        ["1 more alerts of this group, which the receiver's `max_alerts` left out"]
    );
    let keys: Vec<_> = firing.signals.iter().map(|signal| signal.key.as_str()).collect();
    assert_eq!(keys, ["3991a00814b29f40", "e606f45ac73691ad"]);
    let [first, second] = firing.signals.as_slice() else { panic!("two") };
    assert_eq!(
        (first.source, first.said, first.trouble),
        (Source::Alertmanager, Said::Firing, Trouble::Other)
    );
    assert_eq!((first.severity, first.title.as_str()), (Some(Severity::P2), "p99 over 1 s"));
    assert_eq!(second.title, "HighLatency (web-2)", "without a summary");
    assert_eq!(first.at, Some(at("2026-11-29T18:23:14.338763191Z")));
    assert_eq!(facts(first), [("alertname", "HighLatency"), ("instance", "web-1"), ("severity", "error")]);
    assert_eq!(links(first)[0], ("Source", "http://prometheus:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1"));
}

#[test]
fn each_alert_counts_by_its_own_status_and_the_same_group_has_the_same_id() {
    let mixed = read(MIXED);
    let said: Vec<_> = mixed.heard.signals.iter().map(|signal| (signal.said, signal.at)).collect();
    let ended = Some(at("2026-11-29T18:23:17Z"));
    assert_eq!(said, [(Said::Resolved, ended), (Said::Firing, Some(at("2026-11-29T18:23:14.338763191Z")))]);
    assert_ne!(read(FIRING).id, mixed.id);
    assert_eq!(read(MIXED).id, mixed.id);
    let mut turned: serde_json::Value = serde_json::from_str(MIXED).unwrap();
    turned["alerts"].as_array_mut().unwrap().reverse();
    turned["something_new"] = 5.into();
    turned["version"] = "5".into();
    assert_eq!(read(&turned.to_string()).id, mixed.id, "order and new fields are nothing");
}

#[test]
fn the_sender_makes_the_fingerprints_that_alertmanager_makes() {
    let alert = Alert::new("HighLatency", "error", "web-1", at(NOW));
    let sent = Alertmanager { token: "t".into() }.group(&[alert]);
    assert_eq!(one(read(&sent.body)).key, "3991a00814b29f40");
}

#[test]
fn severities_are_the_words_of_the_label() {
    for (word, severity) in [
        ("critical", Some(Severity::P1)),
        ("page", Some(Severity::P1)),
        ("P0", Some(Severity::P1)),
        ("Error", Some(Severity::P2)),
        ("warning", Some(Severity::P3)),
        ("info", Some(Severity::P4)),
        ("p3", Some(Severity::P3)),
        ("purple", None),
    ] {
        let sent = Alertmanager { token: "t".into() }.group(&[Alert::new("A", word, "i", at(NOW))]);
        assert_eq!(one(read(&sent.body)).severity, severity, "{word}");
    }
    let sent = Alertmanager { token: "t".into() }.group(&[Alert::new("Watchdog", "none", "i", at(NOW))]);
    assert_eq!(reason(read(&sent.body)), "an alert of the severity \"none\"");
}

#[test]
fn grafanas_alerts_bring_their_panel_values_and_silence() {
    let heard = json(grafana::read, include_str!("../fixtures/grafana.json")).heard;
    let [firing, resolved] = heard.signals.as_slice() else { panic!("{heard:?}") };
    assert_eq!((firing.source, firing.said, firing.severity), (Source::Grafana, Said::Firing, None));
    assert_eq!(firing.at, Some(at("2026-11-24T01:51:03.157076Z")));
    assert!(facts(firing).contains(&("values", "B = 44.23943737541908, C = 1")), "{:?}", firing.facts);
    assert!(facts(firing).contains(&("team", "stream")));
    assert_eq!(links(firing)[0], ("Runbook", "https://wiki.monkeytown.ai/memory"));
    assert_eq!((resolved.said, resolved.severity), (Said::Resolved, Some(Severity::P1)));
    let texts: Vec<_> = links(resolved).into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["Panel", "Dashboard", "Source", "Silence there", "Grafana"]);
    let sent = Grafana { token: "t".into(), secret: None };
    let sent = sent.group(&[Alert::new("A", "error", "i", at("2026-11-24T01:00:00Z"))], at(NOW));
    assert_eq!(one(json(grafana::read, &sent.body)).said, Said::Firing);
}

#[test]
fn the_alerting_before_grafana_9_is_a_rule() {
    let legacy = include_str!("../fixtures/grafana-legacy.json");
    let signal = one(json(grafana::read, legacy));
    assert_eq!((signal.said, signal.key.as_str(), signal.title.as_str()), (Said::Firing, "rule 3", "Disk"));
    assert_eq!(signal.severity, Some(Severity::P3));
    assert!(facts(&signal).contains(&("used", "97")));
    assert_eq!(one(json(grafana::read, &legacy.replace(r#""alerting""#, r#""ok""#))).said, Said::Resolved);
    assert_eq!(
        reason(json(grafana::read, &legacy.replace(r#""alerting""#, r#""paused""#))),
        "a rule that is paused"
    );
}
