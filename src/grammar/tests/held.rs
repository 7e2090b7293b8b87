//! Verbs that change an incident, with words that speak of something else: nothing is done to the one open incident unasked.

use super::*;
use domain::alert::AlertId;
use domain::alert::line::{AlertsLine, Silenced};
use domain::feature::FeatureLine;

fn alert(line: AlertsLine) -> Line {
    here(Command::Feature(Box::new(FeatureLine::Alerts(line))))
}

fn meant(text: &str) -> Vec<Line> {
    match parse(text) {
        Err(Refusal::Unsure { meanings, .. }) => meanings.into_iter().map(|meaning| meaning.line).collect(),
        other => panic!("{text:?} was read as {other:?}"),
    }
}

#[test]
fn an_alerts_number_is_read_in_any_spelling() {
    let ack = |id| alert(AlertsLine::Ack { alert: AlertId(id) });
    let resolve = |id| alert(AlertsLine::Resolve { alert: AlertId(id), why: None });
    check(vec![
        ("resolve A539", resolve(539)),
        ("resolve a 539", resolve(539)),
        ("resolve alert 20", resolve(20)),
        ("resolve the alert A-539", resolve(539)),
        ("close alert #539", resolve(539)),
        ("ack a539", ack(539)),
        ("ack A 539", ack(539)),
        ("ack alert A539", ack(539)),
        ("ack alerts 539", ack(539)),
        ("ack alert-539", ack(539)),
        ("ack alert number 539", ack(539)),
        ("ack on A539", ack(539)),
        ("acked A–539", ack(539)),
        ("take A539", ack(539)),
        ("A539 ack", ack(539)),
        ("show A539", alert(AlertsLine::Show { alert: AlertId(539) })),
    ]);
    for text in
        ["cancel A539", "cancel alert 539", "reopen A539", "reopen a 539", "snooze A539 15m", "ack A-1,A-2"]
    {
        match parse(text) {
            Ok(Line { command: Command::Feature(line), .. }) => match *line {
                FeatureLine::Alerts(line) => assert!(line.reads(), "{text}: {line:?}"),
                line => panic!("{text}: {line:?}"),
            },
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn words_about_alerts_times_and_several_things_are_asked_about() {
    for text in [
        "resolve alerts",
        "resolve wombat",
        "resolve later",
        "resolve when wombat is quiet",
        "resolve the queue alert",
        "resolve the wombat",
        "resolve both",
        "resolve all",
        "resolve everything",
        "resolve tomorrow",
        "resolve it later",
        "resolve once it is quiet",
        "resolved the alert",
        "close the disk alert",
        "close alerts",
        "closed both",
        "cancel the alert",
        "cancel wombat",
        "cancel the queue alert",
        "cancel alarms",
        "cancel both",
        "cancel later",
        "ack the disk alert",
        "ack the queue alert",
        "ack both",
        "ack everything",
        "ack all alerts",
        "ack them",
        "ack later",
        "ack when i am back",
        "ack wombat",
        "ack the event stream",
        "ack 539 alert",
        "acknowledge the alerts",
        "reopen the alert",
        "reopen wombat",
        "reopen both",
        "reopen later",
        "escalate the disk alert",
        "escalate later",
        "status resolved the alert",
        "status resolved wombat",
        "status resolved later",
        "status mitigating the disk alert",
        "status monitoring later",
        "undo resolution of the alert",
        "7 resolve later",
        "7 status resolved later",
        "ack in 5 min",
        "resolve at 5pm",
        "ack yes both",
        "close out everything",
        "ack later A-539",
        "severity p1 A-539",
        "akc the disk alert",
        "akc both",
        "resolve 7 later",
        "INC-7 ack both",
        "resolve INC-7 when it is quiet",
        "resolve everything in INC-7",
    ] {
        let lines = meant(text);
        assert!(!lines.is_empty(), "{text}");
        // "Resolve: later" would be a root cause that nobody meant.
        for line in &lines {
            if let Command::Resolve { root_cause } = &line.command {
                assert!(!root_cause.contains("later") && !root_cause.contains("both"), "{text}: {lines:?}");
            }
        }
    }
    let list = alert(AlertsLine::List);
    assert_eq!(meant("ack the disk alert"), vec![list.clone(), here(Command::Ack)]);
    assert_eq!(
        meant("resolve wombat"),
        vec![here(Command::Resolve { root_cause: "wombat".into() }), list.clone()]
    );
    assert_eq!(meant("resolve later"), vec![here(Command::ResolveForm)]);
    assert_eq!(meant("7 resolve later"), vec![of(7, Command::ResolveForm)]);
    assert_eq!(meant("7 status resolved later"), vec![of(7, Command::ResolveForm)]);
    assert_eq!(meant("ack everything"), vec![here(Command::Ack), list.clone()]);
    assert_eq!(meant("ack 539 alert"), vec![list, of(539, Command::Ack)]);
}

/// What docs/commands.md promises goes on without a click.
#[test]
fn reasons_still_act() {
    let cause = |text: &str| Command::Resolve { root_cause: text.into() };
    let cancel = |text: &str| Command::Cancel { why: Some(text.into()), of: None };
    for (text, command) in [
        ("resolve Redis credentials had expired", cause("Redis credentials had expired")),
        ("resolve Restarted", cause("Restarted")),
        ("close Redis died", cause("Redis died")),
        ("resolve done", cause("done")),
        ("resolve false alarm", cause("false alarm")),
        ("resolve redis fixed", cause("redis fixed")),
        ("resolve a 2 GB heap was too small", cause("a 2 GB heap was too small")),
        ("resolve rolled back, will look again tomorrow", cause("rolled back, will look again tomorrow")),
        ("resolve all good", cause("all good")),
        ("resolve 認証情報の期限切れ", cause("認証情報の期限切れ")),
        ("cancel was a test", cancel("was a test")),
        ("cancel false alarm", cancel("false alarm")),
        ("cancel test", cancel("test")),
        ("ack", Command::Ack),
        ("ack mine", Command::Ack),
        ("ack it", Command::Ack),
        ("ack 👍", Command::Ack),
        ("reopen", Command::Reopen),
    ] {
        assert_eq!(parse(text), Ok(here(command)), "{text}");
    }
    check(vec![("7 resolve Redis", of(7, cause("Redis"))), ("resolve INC-7 redis", of(7, cause("redis")))]);
}

/// Only alerts are silenced: nobody who asks for that is offered to take an incident.
#[test]
fn silence_is_about_alerts() {
    let alert_20 = AlertId(20);
    let what = Silenced::Alert(alert_20);
    let silence = AlertsLine::Silence { what, long: SignedDuration::from_hours(2), why: "known".into() };
    check(vec![
        ("silence A20 2h known", alert(silence.clone())),
        ("silence a 20 2h known", alert(silence.clone())),
        ("mute alert 20 for 2h known", alert(silence)),
        ("silence A20", alert(AlertsLine::SilenceHow { alert: alert_20 })),
    ]);
    for text in
        ["silence redis", "mute redis 2h", "silence everything", "silence the queue", "unsilence redis"]
    {
        let Ok(Line { command: Command::Feature(line), .. }) = parse(text) else { panic!("{text}") };
        assert!(matches!(*line, FeatureLine::Alerts(AlertsLine::Unclear(_))), "{text}: {line:?}");
    }
    let snooze = |by| of(13, Command::Snooze { by, reminder: None });
    let how = alert(AlertsLine::SilenceHow { alert: AlertId(13) });
    assert_eq!(meant("silence 13"), vec![how, snooze(crate::SNOOZE)]);
    let list = alert(AlertsLine::List);
    assert_eq!(meant("silence INC-13 2h"), vec![list, snooze(SignedDuration::from_hours(2))]);
    assert!(meant("silence me please").contains(&here(Command::Ack)));
}

#[test]
fn a_severity_with_an_alert_declares_it() {
    let p1 = |id| alert(AlertsLine::Declare { alert: AlertId(id), severity: Some(Severity::P1) });
    check(vec![
        ("p1 A-539", p1(539)),
        ("P1: a-539", p1(539)),
        ("sev1 A-539", p1(539)),
        ("p1 alert 539", p1(539)),
        ("p1 the alert A539 please", p1(539)),
        ("declare p1 A-539", p1(539)),
        ("raise A-539 to p1", p1(539)),
        ("declare A539 p1", p1(539)),
        ("declare A4 printer is on fire", form(Some("A4 printer is on fire"))),
        ("p1 A4 printer is on fire", declare(Severity::P1, "A4 printer is on fire")),
    ]);
    assert_eq!(meant("p1 A539"), vec![p1(539), declare(Severity::P1, "A539")]);
}

#[test]
fn an_alert_and_an_incident_are_two_lines() {
    let ack = alert(AlertsLine::Ack { alert: AlertId(20) });
    let resolve = alert(AlertsLine::Resolve { alert: AlertId(20), why: None });
    for text in [
        "ack A-20 and INC-13",
        "ack A20, INC-13",
        "ack A-20 + INC-13",
        "ack INC-13 and A-20",
        "ack 13 and A-20",
        "ack alert 20 and incident 13",
        "ack INC-13, A-20",
    ] {
        assert_eq!(meant(text), vec![ack.clone(), of(13, Command::Ack)], "{text}");
    }
    assert_eq!(meant("ack A-20 and the incident"), vec![ack, here(Command::Ack)]);
    for text in ["resolve A-20 and INC-13", "resolve INC-13 and A-20"] {
        assert_eq!(meant(text), vec![resolve.clone(), of(13, Command::ResolveForm)], "{text}");
    }
}

/// Nobody who says that an alert is over has one tap to end an incident as the first.
#[test]
fn a_sentence_about_an_alert_offers_the_alert_first() {
    let resolve = alert(AlertsLine::Resolve { alert: AlertId(539), why: None });
    for text in ["done with A539", "done with A-539", "A539 is fixed", "fixed A539"] {
        assert_eq!(meant(text).first(), Some(&resolve), "{text}");
    }
    for text in ["done with the alert", "please ack the disk alert", "mitigated the alert", "reslove alerts"]
    {
        assert_eq!(meant(text).first(), Some(&alert(AlertsLine::List)), "{text}");
    }
}
