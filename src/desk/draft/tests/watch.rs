//! What should be heard of every so often: its timer, and what moves it.

use domain::alert::hear::Delivery;
use domain::alert::signal::Source;
use domain::timer::Outage;

use super::*;

const CRON: &str = "[[heartbeat]]\nname = \"cron\"\nevery = \"1h\"\ngrace = \"1m\"\n";

fn minutes(minutes: i64) -> Timestamp {
    at(0) + SignedDuration::from_mins(minutes)
}

fn watched(toml: &str) -> Scene {
    let mut scene = Scene::new();
    scene.config = Config::parse(toml).unwrap();
    scene.decide(at(0), |draft| draft.tend_watches(None));
    scene
}

/// When the silence is due, in minutes.
fn due(scene: &Scene) -> Vec<i64> {
    let watch = scene.state.timers.iter().filter(|timer| matches!(timer.kind, TimerKind::Watch(_)));
    watch.map(|timer| timer.due.duration_since(at(0)).as_mins()).collect()
}

fn timer(scene: &Scene) -> Timer {
    scene.state.timers.iter().copied().find(|timer| matches!(timer.kind, TimerKind::Watch(_))).expect("one")
}

#[test]
fn looking_again_changes_nothing() {
    let scene = watched(CRON);
    assert_eq!(due(&scene), [61]);
    let mut draft = scene.draft(minutes(30));
    draft.tend_watches(None);
    assert!(draft.finish().is_empty());
}

#[test]
fn a_time_in_which_nothing_could_be_saved_counts_once() {
    let mut scene = watched(CRON);
    let deaf = Outage { from: minutes(10), until: minutes(40) };
    for now in [40, 41] {
        scene.decide(minutes(now), |draft| draft.tend_watches(Some(deaf)));
        assert_eq!(due(&scene), [91]);
    }
}

#[test]
fn another_time_in_the_configuration_moves_it_and_none_takes_it_away() {
    let mut scene = watched(CRON);
    scene.config = Config::parse(&CRON.replace("1h", "3h")).unwrap();
    scene.decide(minutes(5), |draft| draft.tend_watches(None));
    assert_eq!(due(&scene), [181]);
    scene.config = Config::default();
    scene.decide(minutes(6), |draft| draft.tend_watches(None));
    assert_eq!((due(&scene), scene.state.alerts.beats.len()), (vec![], 0));
}

#[test]
fn its_silence_is_heard_whole_or_not_at_all() {
    let mut scene = watched(CRON);
    let timer = timer(&scene);
    let (refused, _) = scene.with_each_read_failing(timer.due, |draft| draft.fire(timer));
    assert!(refused > 0);
    scene.decide(timer.due, |draft| draft.fire(timer).unwrap());
    assert_eq!((due(&scene), scene.state.plain.alerts.len()), (vec![], 1));
}

fn beats(scene: &mut Scene, now: i64) {
    let heard = scene.config.expected().remove(0).beat(minutes(now));
    let (id, source) = (DeliveryId(format!("beat {now}")), Source::Heartbeat);
    let beat = Delivery { id, source, heard, raw: None, checked: None, body: None };
    scene.decide(minutes(now), |draft| draft.hear(&beat).unwrap().unwrap());
}

/// Its silence lies ahead of the clock then.
#[test]
fn a_beat_ends_a_silence_though_the_clock_was_set_back() {
    let mut scene = watched(CRON);
    for (silent, closed) in [(61, false), (81, true), (101, false)] {
        assert_eq!(due(&scene), [silent]);
        let timer = timer(&scene);
        scene.decide(timer.due, |draft| draft.fire(timer).unwrap());
        assert_eq!(scene.state.plain.alerts.len(), 1, "{silent}");
        if closed {
            let kind = domain::alert::event::AlertEventKind::Closed { why: None };
            let closes = |draft: &mut Draft<'_>| {
                draft.record::<domain::alert::Alert>(AlertId(1), &Cause::earlier("U0IAN".into()), kind)
            };
            scene.decide(timer.due, |draft| closes(draft).unwrap());
        }
        beats(&mut scene, silent - 41);
        assert_eq!(scene.state.plain.alerts.len(), 0, "{silent}");
    }
}

#[test]
fn nobody_may_be_silent_for_longer_because_the_clock_was_set_back() {
    let mut scene = watched(CRON);
    scene.decide(minutes(-30), |draft| draft.tend_watches(None));
    assert_eq!(due(&scene), [31]);
}
