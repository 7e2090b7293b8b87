//! When somebody is to answer what a silence held back, and what came late.

use std::collections::BTreeMap;

use super::alerts::{delivery, says};
use super::*;
use domain::alert::group::GroupId;
use domain::alert::line::{AlertsLine, Silenced, Unsilenced};
use domain::alert::signal::{Said, Signal, Source};
use domain::alert::silence::{Matcher, SilenceId};
use domain::feature::FeatureLine;

fn minute(minute: i64) -> Timestamp {
    at(1) + SignedDuration::from_mins(minute)
}

fn hears(scene: &mut Scene, key: &str, began: i64, now: i64) {
    let signal =
        Signal { severity: Some(Severity::P2), at: Some(minute(began)), ..says(Said::Firing, key, 1) };
    scene.decide(minute(now), |draft| draft.hear(&delivery(key, vec![signal])).unwrap().unwrap());
}

fn types(scene: &mut Scene, number: u32, line: AlertsLine, now: i64) {
    let line = Line { incident: None, command: Command::Feature(Box::new(FeatureLine::Alerts(line))) };
    let asked = request(number, ReplyPath::Inline, Ask::Line(line));
    scene.decide(minute(now), |draft| drop(draft.handle(&asked).unwrap()));
}

/// When somebody is reminded and when the response time is over, in minutes.
fn clocks(scene: &Scene, group: u64) -> (Option<i64>, Option<i64>) {
    let group = scene.store.alert_group(GroupId(group)).unwrap().unwrap();
    let minutes = |at: Timestamp| at.duration_since(minute(0)).as_mins();
    (group.remind.map(minutes), group.due.map(minutes))
}

#[test]
fn what_a_silence_held_back_is_to_be_answered_from_its_end_on() {
    let mut scene = Scene::new();
    let what = Silenced::Matching(Matcher {
        source: Some(Source::Alertmanager),
        key: None,
        labels: Default::default(),
    });
    types(
        &mut scene,
        800,
        AlertsLine::Silence { what, long: SignedDuration::from_hours(3), why: "a move".into() },
        0,
    );
    hears(&mut scene, "disk/1", 1, 1);
    types(&mut scene, 801, AlertsLine::Unsilence { which: Unsilenced::Silence(SilenceId(1)) }, 47);
    assert_eq!(clocks(&scene, 1), (Some(77), Some(107)));
}

/// A P1's clocks count from there too: nobody was late before.
#[test]
fn an_incident_of_what_a_silence_held_back_begins_with_its_end() {
    let mut scene = Scene::new();
    let matcher = Matcher { source: Some(Source::Alertmanager), key: None, labels: BTreeMap::default() };
    let (what, long) = (Silenced::Matching(matcher), SignedDuration::from_hours(3));
    types(&mut scene, 800, AlertsLine::Silence { what, long, why: "a move".into() }, 0);
    let signal =
        Signal { severity: Some(Severity::P1), at: Some(minute(1)), ..says(Said::Firing, "disk/1", 1) };
    scene.decide(minute(1), |draft| draft.hear(&delivery("d1", vec![signal])).unwrap().unwrap());
    types(&mut scene, 801, AlertsLine::Unsilence { which: Unsilenced::Silence(SilenceId(1)) }, 47);
    let incident = scene.state.open.values().max_by_key(|incident| incident.id).unwrap();
    assert_eq!((incident.severity, incident.response_from, incident.began), (Severity::P1, minute(47), None));
}

/// Its first message is the reminder; nothing was late.
#[test]
fn what_comes_late_is_not_reminded_of_at_once() {
    for (began, clocks_of) in [(30, (Some(60), Some(90))), (10, (None, Some(70))), (-100, (None, Some(45)))] {
        let mut scene = Scene::new();
        hears(&mut scene, "disk/1", began, 45);
        assert_eq!(clocks(&scene, 1), clocks_of, "{began}");
    }
}

fn p1(key: &str) -> Signal {
    Signal {
        severity: Some(Severity::P1),
        source: Source::Events,
        at: Some(minute(1)),
        ..says(Said::Firing, key, 1)
    }
}

fn silences(scene: &mut Scene, number: u32, now: i64) {
    let matcher = Matcher { source: Some(Source::Events), key: None, labels: BTreeMap::default() };
    let (what, long) = (Silenced::Matching(matcher), SignedDuration::from_hours(3));
    types(scene, number, AlertsLine::Silence { what, long, why: "a move".into() }, now);
}

fn unsilences(scene: &mut Scene, number: u32, silence: u64, now: i64) {
    types(scene, number, AlertsLine::Unsilence { which: Unsilenced::Silence(SilenceId(silence)) }, now);
}

fn ends(scene: &mut Scene, number: u32, incident: u64, now: i64) {
    let resolve = Command::Resolve { root_cause: "false alarm".into() };
    let asked = request(
        number,
        ReplyPath::Inline,
        Ask::Line(Line { incident: Some(IncidentId(incident)), command: resolve }),
    );
    scene.decide(minute(now), |draft| drop(draft.handle(&asked).unwrap()));
}

#[test]
fn the_end_of_a_silence_is_no_news_of_what_a_person_had_ended() {
    let mut scene = Scene::new();
    scene.decide(minute(1), |draft| draft.hear(&delivery("y1", vec![p1("yak")])).unwrap().unwrap());
    let first = *scene.state.open.keys().max().unwrap();
    ends(&mut scene, 810, first.0, 10);
    assert!(!scene.state.open.contains_key(&first));
    silences(&mut scene, 811, 70);
    unsilences(&mut scene, 812, 1, 71);
    assert!(scene.state.open.keys().all(|id| *id <= first), "nothing was said of it since");
    // Its source says it again meanwhile: that is news.
    silences(&mut scene, 813, 80);
    let again = Signal { at: Some(minute(85)), ..p1("yak") };
    scene.decide(minute(85), |draft| draft.hear(&delivery("y2", vec![again])).unwrap().unwrap());
    unsilences(&mut scene, 814, 2, 90);
    assert!(scene.state.open.keys().any(|id| *id > first), "it was said again");
}

#[test]
fn what_a_silence_held_back_for_long_is_one_incident() {
    let mut scene = Scene::new();
    silences(&mut scene, 811, 0);
    let signals = ["one", "two", "three"].map(p1).to_vec();
    scene.decide(minute(1), |draft| draft.hear(&delivery("y1", signals)).unwrap().unwrap());
    let before = scene.state.open.len();
    unsilences(&mut scene, 812, 1, 100);
    assert_eq!(scene.state.open.len(), before + 1);
}
