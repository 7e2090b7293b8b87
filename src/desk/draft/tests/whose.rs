//! Whose an alert is, and who has it: one answer, whatever became of its incident.

use std::sync::atomic::{AtomicU64, Ordering};

use super::alerts::{delivery, says};
use super::*;
use crate::alerts::shown;
use crate::book::Book;
use domain::aggregate::Aggregate;
use domain::alert::Alert;
use domain::alert::group::{Group, GroupId};
use domain::alert::line::{AlertsAnswer, AlertsLine, State as Stands};
use domain::alert::signal::{Said, Signal};
use domain::answer::{Answer, Private};
use domain::command::Retractable;
use domain::feature::{FeatureAnswer, FeatureLine};
use domain::incident::event::EventKind;

pub(super) fn minute(minute: i64) -> Timestamp {
    at(1) + SignedDuration::from_mins(minute)
}

pub(super) fn says_so(scene: &mut Scene, signal: Signal, now: i64) {
    let signal = Signal { at: Some(minute(now)), ..signal };
    let name = format!("{} {:?} {now}", signal.key, signal.said);
    scene.decide(minute(now), |draft| draft.hear(&delivery(&name, vec![signal])).unwrap().unwrap());
}

pub(super) fn fires(scene: &mut Scene, key: &str, severity: Severity, now: i64) {
    says_so(scene, Signal { severity: Some(severity), ..says(Said::Firing, key, 1) }, now);
}

pub(super) fn ends(scene: &mut Scene, key: &str, now: i64) {
    says_so(scene, says(Said::Resolved, key, 1), now);
}

/// Who asks what, in which minute.
pub(super) fn asks(
    scene: &mut Scene,
    who: &str,
    incident: Option<u64>,
    command: Command,
    now: i64,
) -> Answer {
    let line = Line { incident: incident.map(IncidentId), command };
    let mut asked = request(0, ReplyPath::Inline, Ask::Line(line));
    // Each is asked once.
    static ASKED: AtomicU64 = AtomicU64::new(0);
    asked.delivery = DeliveryId(format!("asked {}", ASKED.fetch_add(1, Ordering::Relaxed)));
    asked.by = who.into();
    scene.decide(minute(now), |draft| draft.handle(&asked).unwrap())
}

pub(super) fn types(scene: &mut Scene, who: &str, line: AlertsLine, now: i64) -> AlertsAnswer {
    let answer = asks(scene, who, None, Command::Feature(Box::new(FeatureLine::Alerts(line))), now);
    match answer {
        Answer::Private(Private::Feature(answer)) => match *answer {
            FeatureAnswer::Alerts(answer) => answer,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn alert(scene: &Scene, number: u64) -> Alert {
    scene.store.alert(AlertId(number)).unwrap().unwrap()
}

fn group(scene: &Scene, number: u64) -> Group {
    let id = alert(scene, number).group.unwrap();
    scene.store.alert_group(id).unwrap().unwrap()
}

pub(super) fn resolve() -> Command {
    Command::Resolve { root_cause: "Restarted".into() }
}

/// Whose an alert is, as it is shown.
pub(super) fn whose(scene: &mut Scene, number: u64) -> Option<u64> {
    let AlertsAnswer::Show { alert, .. } =
        types(scene, "U0IAN", AlertsLine::Show { alert: AlertId(number) }, 900)
    else {
        panic!("it is not shown")
    };
    alert.incident.map(|incident| incident.0)
}

/// How many alerts an incident counts, and how many of them fire.
fn counts(scene: &Scene, incident: u64) -> (u32, u32) {
    let tally = scene.store.incident(IncidentId(incident)).unwrap().unwrap().alerts.tally;
    (tally.alerts, tally.firing)
}

/// INC-3 is declared by A-1; INC-1 is resolved and INC-2 open before it.
fn declared() -> Scene {
    let mut scene = Scene::new();
    fires(&mut scene, "api", Severity::P1, 0);
    assert_eq!(whose(&mut scene, 1), Some(3));
    scene
}

/// Who has A-1: on its message, in the list, shown, and explained.
fn has_it(scene: &mut Scene) -> Vec<Option<String>> {
    let id = AlertId(1);
    let by = |stands: Stands| match stands {
        Stands::Acknowledged { by, .. } => by.in_slack().map(|person| person.as_str().to_owned()),
        _ => None,
    };
    let book = Book { state: &scene.state, ahead: None, round: None, store: &scene.store, now: minute(900) };
    let message = shown(&book, alert(scene, 1).group.unwrap()).unwrap().unwrap();
    let message = by(Stands::of(&message.alerts[0], Some(&message.group)));
    let mut all = vec![message];
    for line in [AlertsLine::List, AlertsLine::Show { alert: id }, AlertsLine::Why { alert: id }] {
        all.push(match types(scene, "U0IAN", line, 900) {
            AlertsAnswer::List(listed) => by(listed.rows[0].state.clone()),
            AlertsAnswer::Show { alert, group, .. } => by(Stands::of(&alert, group.as_deref())),
            AlertsAnswer::Why(why) => by(Stands::of(&why.alert, why.group.as_ref())),
            other => panic!("{other:?}"),
        });
    }
    all
}

/// Resolved, cancelled, or the end of what it was merged into.
#[test]
fn whoever_acknowledges_after_the_incident_is_over_has_it() {
    let cancel = Command::Cancel { why: None, of: None };
    for (end, merged) in [(resolve(), false), (cancel, false), (resolve(), true)] {
        let mut scene = declared();
        let ack = || AlertsLine::Ack { alert: AlertId(1) };
        types(&mut scene, "U0MAYA", ack(), 1);
        assert_eq!(has_it(&mut scene), vec![Some("U0MAYA".to_owned()); 4]);
        let leads = if merged { 2 } else { 3 };
        if merged {
            asks(&mut scene, "U0MAYA", Some(3), Command::Merge { into: IncidentId(2) }, 2);
        }
        asks(&mut scene, "U0MAYA", Some(leads), end, 3);
        assert_eq!(has_it(&mut scene), vec![None; 4], "it is nobody's now");
        let answer = types(&mut scene, "U0KOFI", ack(), 4);
        assert!(matches!(answer, AlertsAnswer::Acked { incident: None, .. }), "{answer:?}");
        assert_eq!(has_it(&mut scene), vec![Some("U0KOFI".to_owned()); 4]);
        asks(&mut scene, "U0MAYA", Some(leads), Command::Reopen, 5);
        asks(&mut scene, "U0MAYA", Some(leads), resolve(), 6);
        assert_eq!(has_it(&mut scene), vec![None; 4], "as after each end");
    }
}

/// 5 is merged into 4, which is the same as 3: A-1, of INC-5, goes along, and comes back with INC-4, whatever became of INC-3.
#[test]
fn what_was_lent_to_a_double_goes_along_and_comes_back() {
    let cancel = |of| Command::Cancel { why: None, of: Some(IncidentId(of)) };
    let merge = |into| Command::Merge { into: IncidentId(into) };
    for meanwhile in [
        vec![],
        vec![(3, merge(2))],
        vec![(3, merge(2)), (3, Command::Split)],
        vec![(3, cancel(2))],
        vec![(3, cancel(2)), (3, Command::Reopen)],
    ] {
        let mut scene = Scene::new();
        for title in ["Proxy is slow", "Queue stuck", "Login fails"] {
            let declare = Command::Declare { severity: Severity::P2, title: title.into() };
            asks(&mut scene, "U0IAN", None, declare, 0);
        }
        fires(&mut scene, "disk", Severity::P3, 1);
        types(&mut scene, "U0IAN", AlertsLine::Attach { alert: AlertId(1), incident: IncidentId(5) }, 2);
        asks(&mut scene, "U0IAN", Some(5), merge(4), 3);
        assert_eq!(whose(&mut scene, 1), Some(4));
        asks(&mut scene, "U0IAN", Some(4), cancel(3), 4);
        assert_eq!((whose(&mut scene, 1), counts(&scene, 3)), (Some(3), (1, 1)));
        let mut leads = 3;
        for (minute, (id, command)) in (5..).zip(meanwhile) {
            leads = if matches!(command, Command::Split | Command::Reopen) { 3 } else { 2 };
            asks(&mut scene, "U0IAN", Some(id), command, minute);
            assert_eq!((whose(&mut scene, 1), counts(&scene, leads)), (Some(leads), (1, 1)));
        }
        asks(&mut scene, "U0IAN", Some(4), Command::Reopen, 9);
        assert_eq!((whose(&mut scene, 1), counts(&scene, leads).1), (Some(4), 0));
        assert_eq!((counts(&scene, 4), alert(&scene, 1).incident), ((1, 1), Some(IncidentId(5))));
        asks(&mut scene, "U0IAN", Some(4), Command::Retract { what: Some(Retractable::Merge) }, 10);
        assert_eq!((whose(&mut scene, 1), counts(&scene, 4), counts(&scene, 5)), (Some(5), (0, 0), (1, 1)));
    }
}

/// The same alert, and a later one of its key; another one of the same message as well.
#[test]
fn what_was_taken_out_does_not_come_back_when_it_fires_again() {
    for (later, same) in [(4, true), (30, false)] {
        let mut scene = declared();
        fires(&mut scene, "web", Severity::P1, 1);
        let answer = types(&mut scene, "U0IAN", AlertsLine::Detach { alert: AlertId(1) }, 2);
        assert!(matches!(answer, AlertsAnswer::Detached { alerts: 2, .. }), "{answer:?}");
        assert_eq!((whose(&mut scene, 1), whose(&mut scene, 2), counts(&scene, 3)), (None, None, (0, 0)));
        let before = scene.state.next.incident;
        for key in ["api", "web"] {
            ends(&mut scene, key, 3);
            fires(&mut scene, key, Severity::P1, later);
        }
        let (one, other) = if same { (1, 2) } else { (3, 4) };
        if same {
            assert_eq!((whose(&mut scene, one), whose(&mut scene, other)), (None, None));
            assert_eq!(scene.state.next.incident, before, "somebody knows it");
        } else {
            // A new one that may page does: it is an incident of its own.
            assert_eq!((whose(&mut scene, one), whose(&mut scene, other)), (Some(before), Some(before)));
        }
        assert_eq!(counts(&scene, 3), (0, 0));
        // What never belonged to it joins, and takes nothing along.
        fires(&mut scene, "proxy", Severity::P1, later + 1);
        let joined = whose(&mut scene, if same { 3 } else { 5 });
        assert_eq!(joined, Some(if same { 3 } else { before }));
        // By hand it goes back.
        let back = AlertsLine::Attach { alert: AlertId(one), incident: IncidentId(3) };
        types(&mut scene, "U0IAN", back, later + 2);
        assert_eq!((whose(&mut scene, one), whose(&mut scene, other)), (Some(3), Some(3)));
        ends(&mut scene, "api", later + 3);
        fires(&mut scene, "api", Severity::P1, later + 4);
        assert_eq!(whose(&mut scene, one), Some(3));
    }
}

/// A P2 that was added to an incident by hand: once that is over somebody is reminded of it as at the first time.
#[test]
fn the_clock_of_a_message_begins_anew_when_its_incident_is_over() {
    for (end_before, again) in [(None, 100), (Some(95), 99)] {
        let mut scene = Scene::new();
        fires(&mut scene, "disk", Severity::P2, 0);
        types(&mut scene, "U0IAN", AlertsLine::Attach { alert: AlertId(1), incident: IncidentId(2) }, 1);
        if let Some(end) = end_before {
            ends(&mut scene, "disk", end);
        }
        asks(&mut scene, "U0IAN", Some(2), resolve(), 97);
        if end_before.is_some() {
            fires(&mut scene, "disk", Severity::P2, again);
        }
        let from = if end_before.is_some() { again } else { 97 };
        let owner = Owner::AlertGroup(GroupId(1));
        let timer =
            *scene.state.timers.iter().find(|timer| timer.owner == owner).expect("somebody is reminded");
        assert_eq!((timer.due, group(&scene, 1).due), (minute(from + 30), Some(minute(from + 60))));
        scene.decide(timer.due, |draft| draft.fire(timer).unwrap());
        assert!(group(&scene, 1).reminded);
        asks(&mut scene, "U0IAN", Some(2), Command::Reopen, from + 31);
        assert!(scene.state.timers.iter().all(|timer| timer.owner != owner), "it is an incident's again");
    }
}

const BY_CLUSTER: &str = "
[[alerts.rule]]
label = { level = \"down\" }
severity = \"P1\"
group_by = [\"cluster\"]

[[alerts.rule]]
label = { level = \"slow\" }
severity = \"P2\"
channel = \"#slow\"
group_by = [\"cluster\"]
";

/// Two rules, two severities and two channels: one incident, as bad as the worst.
#[test]
fn what_belongs_together_by_group_by_is_one_incident() {
    let level = |key: &str, level: &str| Signal {
        facts: [("level", level), ("cluster", "eu")].map(|(name, value)| (name.into(), value.into())).into(),
        ..says(Said::Firing, key, 1)
    };
    for order in [["down", "slow"], ["slow", "down"]] {
        let mut scene = Scene::new();
        scene.config = Config::parse(BY_CLUSTER).unwrap();
        for (at, what) in (0..).zip(order) {
            says_so(&mut scene, level(what, what), at * 60);
        }
        assert_eq!((whose(&mut scene, 1), whose(&mut scene, 2)), (Some(3), Some(3)), "{order:?}");
        assert_eq!((scene.state.next.incident, counts(&scene, 3)), (4, (2, 2)));
        assert_eq!(scene.state.open[&IncidentId(3)].severity, Severity::P1);
        assert_ne!(group(&scene, 1).channel, group(&scene, 2).channel);
        // Another cluster is another trouble.
        let mut other = level("other", "down");
        other.facts.insert("cluster".into(), "us".into());
        says_so(&mut scene, other, 70);
        assert_eq!(whose(&mut scene, 3), Some(4));
    }
}

/// However much is over: a merge, a split and what comes anew read none of it again.
#[test]
fn what_is_over_is_not_read_again() {
    let mut reads = Vec::new();
    for over in [3, 20] {
        let mut scene = declared();
        for number in 0..over {
            // More than ten minutes later each has a message of its own.
            let (key, now) = (format!("api/{number}"), 11 * (number + 1));
            fires(&mut scene, &key, Severity::P1, now);
            let id = 2 + number as u64;
            types(
                &mut scene,
                "U0IAN",
                AlertsLine::Attach { alert: AlertId(id), incident: IncidentId(3) },
                now,
            );
            ends(&mut scene, &key, now + 1);
        }
        assert_eq!(counts(&scene, 3), (1 + over as u32, 1));
        let now = 11 * (over + 1);
        let merge = Command::Merge { into: IncidentId(2) };
        let count = |scene: &mut Scene, incident: u64, command: Command| {
            let line = Line { incident: Some(IncidentId(incident)), command };
            let asked = request(77, ReplyPath::Inline, Ask::Line(line.clone()));
            let (refused, _) = scene.with_each_read_failing(minute(now), |draft| draft.handle(&asked));
            asks(scene, "U0IAN", Some(incident), line.command, now);
            refused
        };
        let merged = count(&mut scene, 3, merge);
        let split = count(&mut scene, 3, Command::Split);
        assert_eq!(counts(&scene, 3), (1 + over as u32, 1));
        asks(&mut scene, "U0IAN", Some(3), resolve(), now);
        assert!(scene.state.rested.is_empty(), "what is over with its incident takes no memory");
        asks(&mut scene, "U0IAN", Some(3), Command::Reopen, now);
        let again = count(&mut scene, 3, Command::Merge { into: IncidentId(2) });
        reads.push((merged, split, again));
    }
    assert_eq!(reads[0], reads[1], "it grows with what is over");
}

/// An alert's line on the timeline of what it was taken out of is the last.
#[test]
fn what_was_taken_out_tells_its_incident_nothing_more() {
    let mut scene = declared();
    fires(&mut scene, "web", Severity::P1, 1);
    types(&mut scene, "U0IAN", AlertsLine::Detach { alert: AlertId(1) }, 2);
    let before = scene.store.events(IncidentId(3)).unwrap().len();
    ends(&mut scene, "web", 3);
    ends(&mut scene, "api", 4);
    let events = scene.store.events(IncidentId(3)).unwrap();
    let news = events[before..].iter().filter(|event| matches!(event.kind, EventKind::Alerts(_)));
    assert_eq!(news.count(), 0, "{events:#?}");
    assert!(!alert(&scene, 2).is_live());
}

/// Pages that go out afterwards say when they ended, not when it was split off.
#[test]
fn what_is_split_off_knows_when_its_alerts_ended() {
    let mut scene = declared();
    ends(&mut scene, "api", 3);
    asks(&mut scene, "U0IAN", Some(3), Command::Merge { into: IncidentId(2) }, 5);
    asks(&mut scene, "U0IAN", Some(3), Command::Split, 7);
    let tally = scene.store.incident(IncidentId(3)).unwrap().unwrap().alerts.tally;
    assert_eq!((tally.firing, tally.over), (0, Some(minute(3))));
}

/// Nobody took the alert, and somebody has its incident.
#[test]
fn whoever_has_its_incident_is_named_where_people_read_of_an_alert() {
    let mut scene = declared();
    assert_eq!(has_it(&mut scene), vec![None; 4]);
    asks(&mut scene, "U0MAYA", Some(3), Command::Ack, 1);
    let maya = Some("U0MAYA".to_owned());
    // Its message says to look at the incident.
    assert_eq!(has_it(&mut scene), vec![None, maya.clone(), maya.clone(), maya]);
    asks(&mut scene, "U0MAYA", Some(3), resolve(), 2);
    assert_eq!(has_it(&mut scene), vec![None; 4]);
}
