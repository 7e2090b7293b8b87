//! What counts as touching an incident that an alert declared, and since when all of its alerts are over.

use super::alerts::says;
use super::whose::{asks, ends, fires, minute, says_so, types};
use super::*;
use domain::alert::line::{AlertsLine, Silenced, Unsilenced};
use domain::alert::signal::{Said, Signal, Source};
use domain::alert::silence::{Matcher, SilenceId};
use domain::effect::{Aside, OwedMention};
use domain::incident::event::EventKind;
use std::collections::BTreeMap;

fn incident(scene: &Scene, id: u64) -> Incident {
    scene.store.incident(IncidentId(id)).unwrap().unwrap()
}

/// INC-3, declared by A-1; nobody has it. A-2 shares its message.
fn declared() -> Scene {
    let mut scene = Scene::new();
    fires(&mut scene, "api", Severity::P1, 0);
    fires(&mut scene, "web", Severity::P1, 1);
    scene
}

fn matching(source: Source) -> Silenced {
    Silenced::Matching(Matcher { source: Some(source), key: None, labels: BTreeMap::new() })
}

/// Lines about alerts that somebody types before minute 10, and whether INC-3 is theirs by it.
#[test]
fn whatever_a_person_does_about_an_alert_is_a_touch_of_its_incident() {
    let long = SignedDuration::from_hours(1);
    let silence = |what| AlertsLine::Silence { what, long, why: "known".into() };
    let (one, two) = (AlertId(1), AlertId(2));
    for (name, lines, touched) in [
        ("nothing", vec![], false),
        ("looked at", vec![AlertsLine::Show { alert: one }, AlertsLine::Why { alert: one }], false),
        ("acknowledged", vec![AlertsLine::Ack { alert: two }], true),
        ("silenced", vec![silence(Silenced::Alert(one))], true),
        ("silenced what fits", vec![silence(matching(Source::Alertmanager))], true),
        ("silenced something else", vec![silence(matching(Source::Grafana))], false),
        ("said to be over", vec![AlertsLine::Resolve { alert: two, why: None }], true),
        ("taken out", vec![AlertsLine::Detach { alert: two }], true),
    ] {
        let mut scene = declared();
        assert!(!incident(&scene, 3).alerts.touched);
        for line in lines {
            types(&mut scene, "U0MAYA", line, 2);
        }
        assert_eq!(incident(&scene, 3).alerts.touched, touched, "{name}");
    }
}

/// A silence of before the incident is none; its end by a person is.
#[test]
fn a_silence_that_somebody_ends_is_a_touch_and_the_note_says_what_was_done() {
    let mut scene = Scene::new();
    let line = AlertsLine::Silence {
        what: Silenced::Alert(AlertId(1)),
        long: SignedDuration::from_hours(2),
        why: "being fixed".into(),
    };
    fires(&mut scene, "api", Severity::P1, 0);
    types(&mut scene, "U0MAYA", line, 1);
    let notes = |scene: &Scene| {
        let events = scene.store.events(IncidentId(3)).unwrap();
        let note = |kind: &EventKind| match kind {
            EventKind::Noted { text } => Some(text.clone()),
            _ => None,
        };
        events.iter().filter_map(|event| note(&event.kind)).collect::<Vec<_>>()
    };
    assert_eq!(notes(&scene), ["Silenced A-1 for 2 h (S-1): being fixed"]);
    let line = AlertsLine::Unsilence { which: Unsilenced::Silence(SilenceId(1)) };
    types(&mut scene, "U0MAYA", line, 2);
    assert_eq!(notes(&scene).last().unwrap(), "Ended the silence of A-1 (S-1)");
}

/// In a storm nobody's single alert is a line, but what a person does is.
#[test]
fn a_person_is_seen_in_a_storm_and_so_is_whoever_has_it_at_its_source() {
    let storm = || {
        let mut scene = Scene::new();
        for n in 0..60 {
            fires(&mut scene, &format!("pod/{n}"), Severity::P1, 0);
        }
        assert!(incident(&scene, 3).alerts.counted.is_some());
        scene
    };
    let mut scene = storm();
    ends(&mut scene, "pod/7", 1);
    assert!(!incident(&scene, 3).alerts.touched, "its source said so");
    types(&mut scene, "U0MAYA", AlertsLine::Resolve { alert: AlertId(9), why: None }, 2);
    assert!(incident(&scene, 3).alerts.touched);
    let mut scene = storm();
    says_so(&mut scene, says(Said::Acknowledged, "pod/7", 1), 1);
    let known = incident(&scene, 3).alerts;
    assert!(known.touched && known.counted.is_some() && known.tally.firing == 60, "{known:?}");
    assert_eq!(incident(&scene, 3).acknowledged, None, "nobody is named, so people are called all the same");
}

/// Each part is over since the last of its own alerts ended, whatever was merged and split in between.
#[test]
fn after_a_split_each_is_over_since_its_own_alerts_are() {
    let p1 =
        |key: &str, source| Signal { source, severity: Some(Severity::P1), ..says(Said::Firing, key, 1) };
    let over = |key: &str, source| Signal { source, ..says(Said::Resolved, key, 1) };
    let (here, there) = (Source::Alertmanager, Source::Grafana);
    let over_since = |scene: &Scene, id| {
        incident(scene, id).alerts.over_since().map(|at| at.duration_since(minute(0)).as_mins())
    };
    // When each ends; merged in minute 40, split in minute 50.
    for (first, second, whole) in [(10, 20, Some(20)), (20, 10, Some(20)), (10, 45, Some(45)), (10, 90, None)]
    {
        let mut scene = Scene::new();
        says_so(&mut scene, p1("api", here), 0);
        says_so(&mut scene, p1("web", there), 1);
        let mut ends: Vec<(i64, Signal)> = vec![(first, over("api", here)), (second, over("web", there))];
        ends.sort_by_key(|(minute, _)| *minute);
        let says = |scene: &mut Scene, from: i64, until: i64| {
            for (minute, signal) in ends.iter().filter(|(minute, _)| (from..until).contains(minute)) {
                says_so(scene, signal.clone(), *minute);
            }
        };
        says(&mut scene, 0, 40);
        asks(&mut scene, "U0MAYA", Some(4), Command::Merge { into: IncidentId(3) }, 40);
        says(&mut scene, 40, 50);
        assert_eq!(over_since(&scene, 3), whole, "{first} {second}");
        asks(&mut scene, "U0MAYA", Some(4), Command::Split, 50);
        let of_second = Some(second).filter(|second| *second < 50);
        assert_eq!(
            (over_since(&scene, 3), over_since(&scene, 4)),
            (Some(first), of_second),
            "{first} {second}"
        );
    }
}

/// A message that stands elsewhere than in its channel is on the delivery board, after a restart too, as long as it fires.
#[test]
fn what_is_told_elsewhere_is_on_the_board() {
    let why = "#nowhere does not exist";
    let mut scene = Scene::new();
    fires(&mut scene, "disk", Severity::P3, 1);
    let card = |effect: &&domain::effect::Effect| matches!(effect.kind, EffectKind::AlertCard { .. });
    let effect = scene.state.outbox.iter().find(card).unwrap().id;
    let message = Receipt::Message { channel: "CONCALL".into(), message: "1.1".into() };
    let aside = Aside { elsewhere: Some(why.into()), owes: None };
    let done = Outcome::DoneBut(message, Box::new(aside));
    scene.decide(minute(2), |draft| draft.report(effect, done).unwrap());
    let told = |state: &State| state.alerts.troubles(state.plain.groups.values());
    assert_eq!(told(&scene.state), [format!("1 message of alerts stands elsewhere, because {why}")]);
    scene.state = State::loaded(scene.store.load().unwrap(), &Keys::default());
    assert_eq!(told(&scene.state).len(), 1);
    ends(&mut scene, "disk", 3);
    assert_eq!(told(&scene.state), Vec::<String>::new());
}

/// A message went out without its mention: that is made good by an effect of its own, which a restart finds.
#[test]
fn a_mention_that_is_owed_outlives_a_restart() {
    let mut scene = Scene::new();
    let announces = |effect: &&domain::effect::Effect| {
        matches!(effect.kind, EffectKind::Say { .. }) && effect.incident == Some(IncidentId(2))
    };
    let effect = scene.state.outbox.iter().find(announces).unwrap().id;
    let message = Receipt::Message { channel: "CEMERG".into(), message: "1.1".into() };
    let owed = OwedMention { channel: "CEMERG".into(), root: "1.1".into(), at: minute(2) };
    let done = Outcome::DoneBut(message, Box::new(Aside { owes: Some(owed.clone()), elsewhere: None }));
    scene.decide(minute(2), |draft| draft.report(effect, done).unwrap());
    let loaded = State::loaded(scene.store.load().unwrap(), &Keys::default());
    let waits: Vec<_> = loaded
        .outbox
        .iter()
        .filter(|effect| effect.kind == EffectKind::Mention(Box::new(owed.clone())))
        .collect();
    assert!(matches!(waits.as_slice(), [one] if one.incident == Some(IncidentId(2))), "{waits:?}");
}
