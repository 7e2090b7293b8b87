//! Lines of `/incident` and `@howler` that name an alert are about that alert, and about no incident.

use super::*;
use domain::alert::AlertId;
use domain::alert::line::{AlertsLine, Silenced, Unclear, Unsilenced};
use domain::alert::signal::Source;
use domain::alert::silence::{Matcher, SilenceId};
use domain::feature::FeatureLine;

fn alert(line: AlertsLine) -> Line {
    here(Command::Feature(Box::new(FeatureLine::Alerts(line))))
}

fn resolves(why: Option<&str>) -> AlertsLine {
    AlertsLine::Resolve { alert: AlertId(1), why: why.map(str::to_owned) }
}

#[test]
fn an_alert_that_is_named_is_meant() {
    let ack = || alert(AlertsLine::Ack { alert: AlertId(1) });
    let shown = || alert(AlertsLine::Show { alert: AlertId(1) });
    check(vec![
        ("ack A-1", ack()),
        ("ACK a-1.", ack()),
        ("take A-1", ack()),
        ("ack the alert A-1", ack()),
        ("A-1 ack", ack()),
        ("A-1", shown()),
        ("show A-1", shown()),
        ("why A-1", alert(AlertsLine::Why { alert: AlertId(1) })),
        ("resolve A-1", alert(resolves(None))),
        ("close A-1", alert(resolves(None))),
        ("detach A-1", alert(AlertsLine::Detach { alert: AlertId(1) })),
        ("declare A-1 p1", alert(AlertsLine::Declare { alert: AlertId(1), severity: Some(Severity::P1) })),
    ]);
}

/// Each word of `/alerts` without it; a number alone is an incident's, and never an alert's.
#[test]
fn bare_forms_mean_the_alert_and_a_bare_number_does_not() {
    let two = AlertId(2);
    let silence = AlertsLine::Silence {
        what: Silenced::Alert(two),
        long: SignedDuration::from_hours(2),
        why: "why".into(),
    };
    check(vec![
        ("silence A-2 2h why", alert(silence)),
        ("silence A-2", alert(AlertsLine::SilenceHow { alert: two })),
        ("unsilence A-2", alert(AlertsLine::Unsilence { which: Unsilenced::Of(two) })),
        ("unsilence S-3", alert(AlertsLine::Unsilence { which: Unsilenced::Silence(SilenceId(3)) })),
        (
            "silence source=grafana 2h why",
            alert(AlertsLine::Silence {
                what: Silenced::Matching(Matcher { source: Some(Source::Grafana), ..Matcher::default() }),
                long: SignedDuration::from_hours(2),
                why: "why".into(),
            }),
        ),
        ("why A-2", alert(AlertsLine::Why { alert: two })),
        ("why A-2?", alert(AlertsLine::Why { alert: two })),
        ("attach A-2 to 7", alert(AlertsLine::Attach { alert: two, incident: IncidentId(7) })),
        ("detach A-2", alert(AlertsLine::Detach { alert: two })),
        ("declare A-2", alert(AlertsLine::Declare { alert: two, severity: None })),
    ]);
    for word in ["silence", "unsilence", "why", "attach", "detach", "declare", "ack", "show", "resolve"] {
        for rest in ["2", "2 2h why", "2 to 7", "2 p1"] {
            let text = format!("{word} {rest}");
            let about_alerts = |line: &Line| match &line.command {
                Command::Feature(line) => match line.as_ref() {
                    FeatureLine::Alerts(line) => !line.reads(),
                    _ => false,
                },
                _ => false,
            };
            match parse(&text) {
                Ok(line) => assert!(!about_alerts(&line), "{text}: {line:?}"),
                Err(Refusal::Unsure { meanings, .. }) => {
                    assert!(
                        meanings.iter().all(|meaning| !about_alerts(&meaning.line)),
                        "{text}: {meanings:?}"
                    );
                }
                Err(_) => {}
            }
        }
    }
}

/// What has no meaning for an alert changes nothing, and least of all the one open incident.
#[test]
fn what_cannot_be_done_to_an_alert_is_done_to_nothing() {
    for text in ["cancel A-9", "reopen A-9", "severity A-9 p1", "merge A-9 into 1", "snooze A-9"] {
        let Ok(Line { command: Command::Feature(line), .. }) = parse(text) else { panic!("{text}") };
        let FeatureLine::Alerts(line) = *line else { panic!("{text}") };
        let asks = matches!(line, AlertsLine::Unclear(_) | AlertsLine::SilenceHow { .. });
        assert!(asks, "{text}: {line:?}");
    }
    let Ok(Line { command: Command::Feature(line), .. }) = parse("cancel A-9") else { panic!() };
    assert!(
        matches!(*line, FeatureLine::Alerts(AlertsLine::Unclear(Unclear::Word { ref alerts, .. })) if *alerts == [AlertId(9)])
    );
}

#[test]
fn a_root_cause_that_begins_with_an_alert_is_asked_for() {
    let cause = here(Command::Resolve { root_cause: "A-1 was a full disk".into() });
    let meant = [alert(resolves(Some("was a full disk"))), cause];
    assert_eq!(parse("resolve A-1 was a full disk"), Err(Refusal::unsure(Doubt::Several, meant)));
}

#[test]
fn whoever_asks_what_fires_is_offered_the_list() {
    for text in ["whats firing", "what's firing?", "any alerts?", "which alarms are open"] {
        let Err(Refusal::Unsure { meanings, .. }) = parse(text) else { panic!("{text}") };
        assert_eq!(meanings[0].line, alert(AlertsLine::List), "{text}");
    }
}

/// A text may name one.
#[test]
fn texts_keep_their_words() {
    check(vec![
        ("note A-1 was the first", here(Command::Note { text: "A-1 was the first".into() })),
        ("update A-1 is over", here(Command::Update { text: "A-1 is over".into() })),
        ("resolve fixed what A-1 told", here(Command::Resolve { root_cause: "fixed what A-1 told".into() })),
        (
            "p1 A-1 fires for good",
            here(Command::Declare { severity: Severity::P1, title: "A-1 fires for good".into() }),
        ),
        ("find A-1", here(Command::Find { words: "A-1".into() })),
    ]);
}
