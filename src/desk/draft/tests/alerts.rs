//! What sources of alerts say, as the desk takes it in.

use std::collections::BTreeMap;

use super::{Draft, EffectKind, Scene, at};
use crate::state::State;
use domain::Severity;
use domain::actor::Actor;
use domain::aggregate::Aggregate;
use domain::aggregate::Cause;
use domain::alert::bound;
use domain::alert::event::AlertEventKind;
use domain::alert::hear::{Delivery, NotHeard, RAW_MOST, Raw};
use domain::alert::signal::{Change, Heard, Link, Said, Signal, Source, Trouble};
use domain::alert::{Alert, AlertId};
use domain::id::DeliveryId;
use domain::id::IncidentId;
use domain::incident::event::EventKind;
use domain::run::signed::Keys;

pub(super) fn says(said: Said, key: &str, hour: i64) -> Signal {
    Signal {
        source: Source::Alertmanager,
        key: key.into(),
        said,
        trouble: Trouble::Other,
        severity: None,
        title: format!("{key} is full"),
        facts: BTreeMap::new(),
        links: Vec::new(),
        at: Some(at(hour)),
        order: None,
    }
}

pub(super) fn delivery(name: &str, signals: Vec<Signal>) -> Delivery {
    let heard = Heard { signals, ..Heard::default() };
    Delivery {
        id: DeliveryId(name.into()),
        source: Source::Alertmanager,
        heard,
        raw: None,
        checked: None,
        body: None,
    }
}

fn alert(scene: &Scene, number: u64) -> Alert {
    scene.store.alert(AlertId(number)).unwrap().unwrap()
}

#[test]
fn a_delivery_counts_once_and_each_key_has_one_row() {
    let mut scene = Scene::new();
    let first = delivery("d1", vec![says(Said::Firing, "disk/1", 1), says(Said::Firing, "disk/2", 1)]);
    let again = delivery("d2", vec![says(Said::Firing, "disk/1", 2)]);
    scene.decide(at(2), |draft| {
        draft.hear(&first).unwrap().unwrap();
        draft.hear(&first).unwrap().unwrap();
        draft.hear(&again).unwrap().unwrap();
    });
    scene.decide(at(2), |draft| {
        draft.hear(&first).unwrap().unwrap();
        draft.hear(&again).unwrap().unwrap();
        assert!(draft.parts.events() == 0, "a repeat changes nothing");
    });
    assert_eq!((alert(&scene, 1).count, alert(&scene, 2).count), (2, 1));
    assert_eq!(scene.store.alert(AlertId(3)).unwrap(), None);
    assert_eq!(
        scene.store.alert_events(AlertId(1)).unwrap().len(),
        3,
        "opened, put into a group, heard again"
    );
    let ear = &scene.state.alerts.ears[&Source::Alertmanager];
    assert_eq!((ear.deliveries, ear.signals), (2, 3));
}

#[test]
fn after_a_start_a_key_leads_to_the_same_alert() {
    let mut scene = Scene::new();
    scene.decide(at(1), |draft| {
        draft
            .hear(&delivery("d1", vec![says(Said::Firing, "disk/1", 1), says(Said::Firing, "disk/2", 1)]))
            .unwrap()
            .unwrap();
        draft.hear(&delivery("d2", vec![says(Said::Resolved, "disk/3", 1)])).unwrap().unwrap();
    });
    scene.decide(at(2), |draft| {
        draft.hear(&delivery("d3", vec![says(Said::Resolved, "disk/2", 2)])).unwrap().unwrap()
    });
    scene.state = State::loaded(scene.store.load().unwrap(), &Keys::default());
    assert_eq!(scene.state.plain.alerts.len(), 1, "what is over takes no memory");
    scene.decide(at(3), |draft| {
        draft
            .hear(&delivery("d4", vec![says(Said::Firing, "disk/1", 3), says(Said::Firing, "disk/2", 1)]))
            .unwrap()
            .unwrap();
        draft.hear(&delivery("d5", vec![says(Said::Firing, "disk/3", 0)])).unwrap().unwrap();
    });
    assert_eq!((alert(&scene, 1).count, alert(&scene, 2).count), (2, 2));
    assert!(!alert(&scene, 2).is_live(), "it came late, and is over");
    assert!(!alert(&scene, 3).is_live(), "its recovery had overtaken it");
    scene.decide(at(4), |draft| {
        draft.hear(&delivery("d6", vec![says(Said::Firing, "disk/2", 4)])).unwrap().unwrap()
    });
    assert_eq!((alert(&scene, 4).key.as_str(), alert(&scene, 4).after), ("disk/2", Some(at(2))));
}

#[test]
fn a_delivery_whose_read_fails_leaves_nothing_behind() {
    let mut scene = Scene::new();
    scene.decide(at(1), |draft| {
        let signals = vec![says(Said::Firing, "disk/1", 1), says(Said::Resolved, "disk/1", 2)];
        draft.hear(&delivery("d1", signals)).unwrap().unwrap();
    });
    let signals = ["disk/9", "disk/8", "disk/1"].map(|key| says(Said::Firing, key, 5)).to_vec();
    let mut next = delivery("d2", signals);
    next.heard.not_understood = vec!["a part".into()];
    next.raw = Some(Raw::of(b"{}"));
    let (refused, _) = scene.with_each_read_failing(at(5), |draft: &mut Draft<'_>| draft.hear(&next));
    assert!(refused > 3, "{refused}");
}

#[test]
fn what_cannot_be_understood_is_kept_whole_the_newest_twenty() {
    let mut scene = Scene::new();
    for number in 0..25 {
        let mut delivery = delivery(&format!("d{number}"), Vec::new());
        delivery.heard.not_understood = vec![format!("no `alerts` in {number}")];
        delivery.raw = Some(Raw::of(&vec![b'x'; if number == 24 { RAW_MOST + 9 } else { 9 }]));
        scene.decide(at(number), |draft| draft.hear(&delivery).unwrap().unwrap());
    }
    let kept = scene.store.misread(Source::Alertmanager).unwrap();
    assert_eq!((kept.len(), kept[0].misread.why[0].as_str()), (20, "no `alerts` in 24"));
    assert_eq!(
        (kept[0].body.text.len(), kept[0].body.bytes, kept[0].body.is_cut()),
        (RAW_MOST, RAW_MOST + 9, true)
    );
    let ear = &scene.state.alerts.ears[&Source::Alertmanager];
    assert_eq!((ear.misread, ear.misreads.len(), ear.misreads[0].number), (25, 20, 6));
    assert!(scene.store.misread(Source::Grafana).unwrap().is_empty());
}

#[test]
fn a_timer_of_an_alert_fires_and_stays_right() {
    let mut scene = Scene::new();
    let down = Signal { source: Source::UptimeRobot, trouble: Trouble::Down, ..says(Said::Firing, "m1", 1) };
    scene.decide(at(1), |draft| draft.hear(&delivery("d1", vec![down])).unwrap().unwrap());
    assert!(!alert(&scene, 1).counts);
    let timer = *scene.state.timers.iter().find(|timer| timer.owner == alert(&scene, 1).owner()).unwrap();
    scene.with_each_read_failing(timer.due, |draft| draft.fire(timer));
    scene.decide(timer.due, |draft| draft.fire(timer).unwrap());
    assert!(alert(&scene, 1).counts);
    assert!(scene.state.timers.iter().all(|timer| timer.owner != alert(&scene, 1).owner()));
}

fn worst(key: &str, hour: i64) -> Signal {
    Signal { severity: Some(Severity::P1), ..says(Said::Firing, key, hour) }
}

/// One incident out of what belongs together, and its clocks count from the alert's own time.
#[test]
fn a_p1_declares_at_once_and_what_belongs_together_joins() {
    let mut scene = Scene::new();
    let before = scene.state.next.incident;
    let many = (0..500).map(|number| worst(&format!("api/{number}"), 1)).collect();
    scene.decide(at(2), |draft| draft.hear(&delivery("d1", many)).unwrap().unwrap());
    scene.decide(at(2), |draft| draft.hear(&delivery("d2", vec![worst("api/999", 2)])).unwrap().unwrap());
    let incident = IncidentId(before);
    assert_eq!(scene.state.next.incident, before + 1, "one incident");
    let declared = scene.state.open[&incident].clone();
    assert_eq!(declared.declared_by, Actor::Alert(AlertId(1)));
    assert_eq!((declared.began, declared.title.as_str()), (Some(at(1)), "api/0 is full"));
    for number in [1, 500, 501] {
        assert_eq!(alert(&scene, number).incident, Some(incident), "A-{number}");
    }
    // Said again it declares nothing, and what a person took out stays out.
    scene.decide(at(3), |draft| {
        draft.record::<Alert>(AlertId(1), &Cause::howler(), AlertEventKind::Detached).unwrap();
        draft.hear(&delivery("d3", vec![worst("api/0", 3)])).unwrap().unwrap();
    });
    assert_eq!((alert(&scene, 1).incident, scene.state.next.incident), (None, before + 1));
    // Another source is another trouble.
    let other = Signal { source: Source::Grafana, ..worst("web", 3) };
    scene.decide(at(3), |draft| draft.hear(&delivery("d4", vec![other])).unwrap().unwrap());
    assert_eq!(scene.state.next.incident, before + 2);
    // An hour later it is another one, though the first is open still.
    scene.decide(at(4), |draft| draft.hear(&delivery("d5", vec![worst("late", 4)])).unwrap().unwrap());
    assert_eq!(scene.state.next.incident, before + 3);
}

/// The group's alerts are over, and one more comes within ten minutes: it is the same trouble.
#[test]
fn what_comes_soon_after_joins_the_open_incident() {
    let mut scene = Scene::new();
    let before = scene.state.next.incident;
    scene.decide(at(1), |draft| {
        draft
            .hear(&delivery("d1", vec![worst("api/1", 1), says(Said::Resolved, "api/1", 1)]))
            .unwrap()
            .unwrap();
        draft.hear(&delivery("d2", vec![worst("api/2", 1)])).unwrap().unwrap();
    });
    assert_eq!(scene.state.next.incident, before + 1);
    assert_eq!(alert(&scene, 2).incident, Some(IncidentId(before)));
    assert_ne!(alert(&scene, 1).group, alert(&scene, 2).group, "its message is its own");
}

/// What is open is found in memory: one read tells whether the delivery came before, and one more what is known of a new key.
#[test]
fn nothing_in_it_grows_with_what_is_open() {
    let mut scene = Scene::new();
    let keys = |from: usize| (from..from + 1_000).map(|number| says(Said::Firing, &format!("k/{number}"), 1));
    for (many, from) in [(1, 0), (2, 1_000), (3, 2_000)] {
        scene.decide(at(1), |draft| {
            draft.hear(&delivery(&format!("d{many}"), keys(from).collect())).unwrap().unwrap()
        });
        for (key, reads) in [("k/7", 1), ("new", 2)] {
            let name = format!("{key} among {many}");
            let heard = delivery(&name, vec![says(Said::Firing, key, 2)]);
            scene.disk.fail_read_after(Some(reads));
            let mut draft = scene.draft(at(2));
            let taken = draft.hear(&heard).is_ok();
            let effects = draft.effects.len();
            scene.disk.fail_read_after(None);
            assert!(taken, "{name} reads more than {reads}");
            assert!(effects <= 1, "{name}: its message alone");
        }
    }
    assert_eq!(scene.state.plain.alerts.len(), 3_000);
    let waiting =
        scene.state.outbox.iter().filter(|effect| matches!(effect.kind, EffectKind::AlertCard { .. }));
    assert_eq!(waiting.count(), 1, "one message waits, however much is said");
}

#[test]
fn a_deploy_stands_on_the_timelines_of_what_is_open() {
    let mut scene = Scene::new();
    let change = Change {
        source: Source::Vercel,
        title: "Promoted web\nto production".into(),
        links: vec![Link { text: "x".into(), url: "https://vercel.com/d/7".into() }],
        at: None,
    };
    let heard = Heard { changes: vec![change], ..Heard::default() };
    let deployed = Delivery {
        id: DeliveryId("v1".into()),
        source: Source::Vercel,
        heard,
        raw: None,
        checked: None,
        body: None,
    };
    scene.decide(at(2), |draft| {
        draft.hear(&deployed).unwrap().unwrap();
        draft.hear(&deployed).unwrap().unwrap();
    });
    let noted = |incident: u64| {
        let events = scene.store.events(IncidentId(incident)).unwrap();
        let texts = events.into_iter().filter_map(|event| match event.kind {
            EventKind::Noted { text } => Some(text),
            _ => None,
        });
        texts.collect::<Vec<_>>()
    };
    assert_eq!(noted(2), ["Promoted web to production https://vercel.com/d/7"]);
    assert!(noted(1).is_empty(), "it is resolved");
}

/// What is open fills memory: the rest is to come again, what is bad has places of its own, and what ends something makes room.
#[test]
fn more_alerts_than_may_be_open_are_refused_and_ends_are_not() {
    let mut scene = Scene::new();
    scene.decide(at(1), |draft| {
        draft.hear(&delivery("d1", vec![says(Said::Firing, "disk/1", 1)])).unwrap().unwrap()
    });
    let first = alert(&scene, 1);
    for number in 1..bound::ROOMY as u64 {
        let (id, key) = (AlertId(1_000 + number), format!("other/{number}"));
        scene.state.alerts.take(&Alert { id, key, ..first.clone() });
    }
    let bad = |key| Signal { severity: Some(Severity::P1), ..says(Said::Firing, key, 2) };
    let heard = scene.decide(at(2), |draft| {
        let mut hear = |name: &str, signals| draft.hear(&delivery(name, signals)).unwrap();
        let end = says(Said::Resolved, "disk/1", 2);
        [
            hear("d2", vec![says(Said::Firing, "disk/2", 2)]),
            hear("d3", vec![bad("disk/3")]),
            hear("d4", vec![says(Said::Firing, "disk/1", 2)]),
            hear("d5", vec![says(Said::Firing, "disk/4", 2), end]),
            // A small one hides nothing bad beside it, and what is sent again counts once.
            hear("d6", vec![says(Said::Firing, "disk/2", 2), bad("disk/5")]),
            hear("d6", vec![says(Said::Firing, "disk/2", 2), bad("disk/5")]),
        ]
    });
    let full = Err(NotHeard::Full);
    assert_eq!(heard, [full, Ok(()), Ok(()), full, full, full]);
    assert_eq!((alert(&scene, 1).count, alert(&scene, 1).is_live()), (2, false), "its end is saved");
    assert_eq!(alert(&scene, 2).key, "disk/3");
    assert_eq!((alert(&scene, 3).key.as_str(), alert(&scene, 3).count), ("disk/5", 1));
    for number in 1..=2 {
        let (id, key) = (AlertId(1_000 + number), format!("other/{number}"));
        scene.state.alerts.take(&Alert { id, key, ended: Some(at(2)), ..first.clone() });
    }
    let again = delivery("d2", vec![says(Said::Firing, "disk/2", 2)]);
    let heard = scene.decide(at(3), |draft| draft.hear(&again).unwrap());
    assert_eq!((heard, alert(&scene, 4).key.as_str()), (Ok(()), "disk/2"), "sent again it counts");
}

/// An older message that changes does not take the place of the newer one, which takes in what comes.
#[test]
fn what_comes_joins_the_newest_message() {
    let mut scene = Scene::new();
    let minute = |minute: i64| at(1) + jiff::SignedDuration::from_mins(minute);
    let mut hear = |name: &str, said, key: &str, now| {
        let signal = Signal { at: Some(now), ..says(said, key, 1) };
        scene.decide(now, |draft| draft.hear(&delivery(name, vec![signal])).unwrap().unwrap());
    };
    hear("d1", Said::Firing, "disk/1", minute(0));
    hear("d2", Said::Firing, "disk/2", minute(20));
    hear("d3", Said::Resolved, "disk/1", minute(21));
    hear("d4", Said::Firing, "disk/1", minute(22));
    hear("d5", Said::Firing, "disk/3", minute(23));
    let groups = [1, 2, 3].map(|number| alert(&scene, number).group.map(|group| group.0));
    assert_eq!(groups, [Some(1), Some(2), Some(2)]);
}

#[test]
fn a_name_that_is_used_again_is_told() {
    let mut scene = Scene::new();
    let named = |body: &str, key: &str| Delivery {
        body: Some(body.into()),
        ..delivery("events:key:k1", vec![says(Said::Firing, key, 1)])
    };
    let mut hear = |delivery: &Delivery| scene.decide(at(2), |draft| draft.hear(delivery).unwrap());
    assert_eq!(hear(&named("b1", "disk/1")), Ok(()));
    assert_eq!(hear(&named("b1", "disk/1")), Err(NotHeard::Repeated));
    assert_eq!(hear(&named("b2", "disk/2")), Err(NotHeard::OtherBody));
    assert_eq!(hear(&named("b1", "disk/1")), Err(NotHeard::Repeated));
    // One that an older howler saved has no body.
    assert_eq!(hear(&delivery("events:key:k2", vec![says(Said::Firing, "disk/3", 1)])), Ok(()));
    let old = Delivery { id: DeliveryId("events:key:k2".into()), ..named("b3", "disk/3") };
    assert_eq!(hear(&old), Err(NotHeard::Repeated));
    assert_eq!(scene.state.plain.alerts.len(), 2);
}
