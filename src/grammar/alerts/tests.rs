//! Lines about alerts, as people type them.

use std::collections::BTreeMap;

use super::*;
use domain::alert::line::Silenced;
use domain::alert::silence::Matcher;
use domain::id::IncidentId;

#[test]
fn each_line_is_read() {
    let alert = AlertId(12);
    let hours = SignedDuration::from_hours;
    let silence = |what, long, why: &str| AlertsLine::Silence { what, long, why: why.into() };
    let team = Matcher {
        source: Some(Source::Grafana),
        key: None,
        labels: BTreeMap::from([("team".to_owned(), "stream".to_owned())]),
    };
    for (text, line) in [
        ("", AlertsLine::List),
        ("list", AlertsLine::List),
        ("what is firing?", AlertsLine::List),
        ("what's open", AlertsLine::List),
        ("A-12", AlertsLine::Show { alert }),
        ("A-12 ack", AlertsLine::Ack { alert }),
        ("a-12: why?", AlertsLine::Why { alert }),
        ("A-12 silence 2h being fixed", silence(Silenced::Alert(alert), hours(2), "being fixed")),
        ("ack A-12, A-12 is mine", AlertsLine::Ack { alert }),
        ("show a-12.", AlertsLine::Show { alert }),
        ("ack A-12", AlertsLine::Ack { alert }),
        ("ack 12", AlertsLine::Ack { alert }),
        ("silence A-12 2h being fixed", silence(Silenced::Alert(alert), hours(2), "being fixed")),
        ("mute A-12 for 2h being fixed", silence(Silenced::Alert(alert), hours(2), "being fixed")),
        (
            "silence source=grafana team=stream 2h the move",
            silence(Silenced::Matching(team.clone()), hours(2), "the move"),
        ),
        (
            "silence source=grafana label=team=stream 2h the move",
            silence(Silenced::Matching(team), hours(2), "the move"),
        ),
        ("unsilence A-12", AlertsLine::Unsilence { which: Unsilenced::Of(alert) }),
        ("unsilence S-3", AlertsLine::Unsilence { which: Unsilenced::Silence(SilenceId(3)) }),
        ("why A-12", AlertsLine::Why { alert }),
        ("attach A-12 to 7", AlertsLine::Attach { alert, incident: IncidentId(7) }),
        ("attach A-12 INC-7", AlertsLine::Attach { alert, incident: IncidentId(7) }),
        ("detach A-12", AlertsLine::Detach { alert }),
        ("declare A-12", AlertsLine::Declare { alert, severity: None }),
        ("declare A-12 p1", AlertsLine::Declare { alert, severity: Some(Severity::P1) }),
        ("sources", AlertsLine::Sources),
        (
            "test p1 uptimerobot",
            AlertsLine::Test { severity: Some(Severity::P1), source: Source::UptimeRobot },
        ),
        ("test uptime-robot", AlertsLine::Test { severity: None, source: Source::UptimeRobot }),
        ("help", AlertsLine::Help),
    ] {
        assert_eq!(parse(text), line, "{text}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let none = |of: &str| Unclear::NoAlert { of: of.into() };
    let ids = |alerts: &[u64]| alerts.iter().copied().map(AlertId).collect();
    let word = |word: &str, nearest: Option<&str>, alerts: &[u64]| Unclear::Word {
        word: word.into(),
        nearest: nearest.map(str::to_owned),
        alerts: ids(alerts),
    };
    let several = |of: &str, alerts: &[u64]| Unclear::Several { of: of.into(), alerts: ids(alerts) };
    for (text, unclear) in [
        ("ack", none("ack")),
        ("ack everything", Unclear::NotANumber { word: "everything".into(), of: "ack".into() }),
        ("silence", Unclear::NoTime),
        ("silence source=grafana", Unclear::NoTime),
        ("silence severity=P1 2h noise", Unclear::BySeverity),
        ("silence source=grafana severity=p2 2h noise", Unclear::BySeverity),
        ("silence source=grafana 2h", Unclear::NoReason),
        ("silence source=nagios 2h x", no_source("nagios", None, "silence", None)),
        ("silence source=grafna 2h x", no_source("grafna", Some(Source::Grafana), "silence", None)),
        ("silence source=gihub team=x 2h x", no_source("gihub", Some(Source::GitHub), "silence", None)),
        ("attach A-12", Unclear::NoIncident),
        ("attach A-12 to the other", Unclear::NoIncident),
        ("test p1", no_source("", None, "test", None)),
        ("test p1 grafna", no_source("grafna", Some(Source::Grafana), "test", None)),
        ("test p5 foo", no_source("foo", None, "test", Some("p5"))),
        ("test foo sev1", no_source("foo", None, "test", Some("sev1"))),
        ("test p5", no_source("", None, "test", Some("p5"))),
        ("test p0 grafana", Unclear::Severity { word: "p0".into(), source: Source::Grafana }),
        ("test p1 prometeus", no_source("prometeus", Some(Source::Alertmanager), "test", None)),
        ("silense A-12 2h x", word("silense", Some("silence"), &[12])),
        ("done with A-1", word("done", None, &[1])),
        ("A-1 is fixed", word("is", None, &[1])),
        ("please look", word("please", None, &[])),
        ("ack A-1 and A-2", several("ack", &[1, 2])),
        ("why A-1 A-2 A-3 A-4", several("why", &[1, 2, 3, 4])),
    ] {
        assert_eq!(parse(text), AlertsLine::Unclear(unclear), "{text}");
    }
}

fn no_source(word: &str, nearest: Option<Source>, of: &str, severity: Option<&str>) -> Unclear {
    let (word, of, severity) = (word.into(), of.into(), severity.map(str::to_owned));
    Unclear::Source { word, nearest, of, severity }
}

#[test]
fn every_source_is_known_by_its_name() {
    for source in Source::ALL {
        assert_eq!(
            parse(&format!("test {}", source_word(source))),
            AlertsLine::Test { severity: None, source }
        );
        assert!(SOURCES.iter().any(|row| row.first() == Some(&source_word(source))), "{source:?}");
    }
}

fn ids(alerts: &[u64]) -> Vec<AlertId> {
    alerts.iter().copied().map(AlertId).collect()
}

fn resolve(why: &str) -> AlertsLine {
    AlertsLine::Resolve {
        alert: AlertId(12),
        why: Some(why).filter(|why| !why.is_empty()).map(str::to_owned),
    }
}

/// At night, on a phone.
#[test]
fn tired_people_are_understood() {
    let alert = AlertId(12);
    let hours = SignedDuration::from_hours;
    let silence =
        |long, why: &str| AlertsLine::Silence { what: Silenced::Alert(alert), long, why: why.into() };
    let grafana = Matcher { source: Some(Source::Grafana), ..Matcher::default() };
    let test = |severity, source| AlertsLine::Test { severity, source };
    for (text, line) in [
        ("Ack a12", AlertsLine::Ack { alert }),
        ("ack A–12", AlertsLine::Ack { alert }),
        ("ack alert 12", AlertsLine::Ack { alert }),
        ("ack A 12 pls", AlertsLine::Ack { alert }),
        ("ack “A-12”", AlertsLine::Ack { alert }),
        ("A12 ack", AlertsLine::Ack { alert }),
        ("A-12?", AlertsLine::Show { alert }),
        ("what's up with A-12?", AlertsLine::Show { alert }),
        ("open A-12", AlertsLine::Show { alert }),
        ("show me A-12", AlertsLine::Show { alert }),
        ("why did A-12 page me", AlertsLine::Why { alert }),
        ("resolve A-12", resolve("")),
        ("close a12: the deploy was rolled back", resolve("the deploy was rolled back")),
        ("A-12 resolved", resolve("")),
        ("resolve A-12 it's the same as A-13", resolve("it's the same as A-13")),
        ("silence A-12", AlertsLine::SilenceHow { alert }),
        ("silence A-12 2h", AlertsLine::SilenceHow { alert }),
        ("mute A-12 until 9", AlertsLine::SilenceHow { alert }),
        ("silence A-12 being fixed 2h", AlertsLine::SilenceHow { alert }),
        ("snooze A-12 30", AlertsLine::SilenceHow { alert }),
        ("silence A-12 for 2 hours being fixed", silence(hours(2), "being fixed")),
        ("silence A-12 1h 60m being fixed", silence(hours(2), "being fixed")),
        ("silence 2h A-12 being fixed", silence(hours(2), "being fixed")),
        (
            "silence grafana 2h the move",
            AlertsLine::Silence { what: Silenced::Matching(grafana), long: hours(2), why: "the move".into() },
        ),
        ("unsilence s3", AlertsLine::Unsilence { which: Unsilenced::Silence(SilenceId(3)) }),
        ("attach INC-7 A-12", AlertsLine::Attach { alert, incident: IncidentId(7) }),
        ("attach 7 to A-12", AlertsLine::Attach { alert, incident: IncidentId(7) }),
        ("A-12 to 7", AlertsLine::Attach { alert, incident: IncidentId(7) }),
        ("A-12 into INC-7", AlertsLine::Attach { alert, incident: IncidentId(7) }),
        ("add A-12 to incident 7", AlertsLine::Attach { alert, incident: IncidentId(7) }),
        ("join A-12 with inc 7", AlertsLine::Attach { alert, incident: IncidentId(7) }),
        ("declare A-12 critical", AlertsLine::Declare { alert, severity: Some(Severity::P1) }),
        ("declare A-12, traffic is low", AlertsLine::Declare { alert, severity: None }),
        ("test grafana p1", test(Some(Severity::P1), Source::Grafana)),
        ("test p1 uptime robot", test(Some(Severity::P1), Source::UptimeRobot)),
    ] {
        assert_eq!(parse(text), line, "{text}");
    }
}

/// What could mean two things ends in buttons.
#[test]
fn nothing_is_guessed() {
    let several = |of: &str, alerts: &[u64]| Unclear::Several { of: of.into(), alerts: ids(alerts) };
    let word =
        |word: &str, alerts: &[u64]| Unclear::Word { word: word.into(), nearest: None, alerts: ids(alerts) };
    for (text, unclear) in [
        ("ack 12 13", several("ack", &[12, 13])),
        ("ack A-12,A-13", several("ack", &[12, 13])),
        ("ack 12+13 and 14", several("ack", &[12, 13, 14])),
        ("resolve A-12 and A-13", several("resolve", &[12, 13])),
        ("close 12, 13 fixed", several("resolve", &[12, 13])),
        ("silence A-12 and A-13 2h the move", several("silence", &[12, 13])),
        ("attach A-12 and A-13 to 7", several("attach", &[12, 13])),
        ("declare A-12 A-13", several("declare", &[12, 13])),
        ("ack A-12 and INC-7", word("INC-7", &[12])),
        ("declare A-12 p0", word("p0", &[12])),
        ("declare A-12 as sev1", word("sev1", &[12])),
        ("take over A-12", word("over", &[12])),
        ("got it A-12", word("got", &[12])),
        ("A-12 fixed", word("fixed", &[12])),
        ("A-12 2h silence", word("2h", &[12])),
        ("resolve", Unclear::NoAlert { of: "resolve".into() }),
        ("resolve alert", Unclear::NoAlert { of: "resolve".into() }),
        ("resolve everything", Unclear::NotANumber { word: "everything".into(), of: "resolve".into() }),
        ("silence everything 2h x", Unclear::NotANumber { word: "everything".into(), of: "silence".into() }),
        ("attach A-12 to the incident", Unclear::NoIncident),
        ("test", no_source("", None, "test", None)),
    ] {
        assert_eq!(parse(text), AlertsLine::Unclear(unclear), "{text}");
    }
}

/// What a silence goes by, mistyped: it is asked back, and nothing is silent meanwhile.
#[test]
fn a_selector_that_is_nearly_one_is_asked_back() {
    let matching = |source, labels: &[(&str, &str)]| Matcher {
        source,
        key: None,
        labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let set = |matcher| AlertsLine::Silence {
        what: Silenced::Matching(matcher),
        long: SignedDuration::from_hours(2),
        why: "the move".into(),
    };
    for (typed, meant) in [
        ("sorce=events", matching(Some(Source::Events), &[])),
        ("soruce=events", matching(Some(Source::Events), &[])),
        ("sources=events", matching(Some(Source::Events), &[])),
        ("SORCE=events", matching(Some(Source::Events), &[])),
        ("lable=team=stream", matching(None, &[("team", "stream")])),
        ("severty=critical", matching(None, &[("severity", "critical")])),
        ("sev=critical", matching(None, &[("severity", "critical")])),
        ("resource=db", matching(None, &[])),
    ] {
        let AlertsLine::Unclear(Unclear::Selector { word, lines, .. }) =
            parse(&format!("silence {typed} 2h the move"))
        else {
            // What was most likely meant is wrong as well.
            assert_eq!(typed, "resource=db");
            continue;
        };
        let (name, value) = typed.split_once('=').unwrap();
        let as_label = set(matching(None, &[(name, value)]));
        assert_eq!((word.as_str(), lines), (typed, vec![set(meant), as_label]), "{typed}");
        // Without time and reason nothing can be pressed, and it is asked all the same.
        let bare = parse(&format!("silence {typed}"));
        assert!(matches!(bare, AlertsLine::Unclear(Unclear::Selector { lines, .. }) if lines.is_empty()));
    }
    let plain = |text: &str| match parse(&format!("silence {text} 2h the move")) {
        AlertsLine::Silence { what: Silenced::Matching(matcher), .. } => matcher,
        other => panic!("{text}: {other:?}"),
    };
    for text in ["level=critical", "env=prod", "team=key", "job=api", "host=db-1", "label=sorce=events"] {
        assert_eq!(plain(text).source, None, "{text}");
    }
    for text in [
        "source=events",
        "Source=events",
        "source = events",
        "source: events",
        "source:events",
        "source= events",
    ] {
        assert_eq!(plain(text), matching(Some(Source::Events), &[]), "{text}");
    }
    assert_eq!(
        parse("silence sorce=evnts 2h x"),
        AlertsLine::Unclear(no_source("evnts", Some(Source::Events), "silence", None))
    );
    assert_eq!(parse("silence severty=P1 2h x"), AlertsLine::Unclear(Unclear::BySeverity));
    assert!(matches!(
        parse("silence team=stream sorce=events 2h x"),
        AlertsLine::Unclear(Unclear::Selector { .. })
    ));
}
