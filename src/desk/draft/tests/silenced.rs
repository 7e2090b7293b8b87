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
