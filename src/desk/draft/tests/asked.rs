//! What sources answered, as the desk takes it in.

use super::alerts::{delivery, says};
use super::*;
use domain::alert::Alert;
use domain::alert::asking::missed::{Found, Listed};
use domain::alert::asking::{Answer, Learned, Subject};
use domain::alert::signal::{Said, Source};
use domain::timer::Outage;

fn learned(answers: Vec<Answer>) -> Learned {
    Learned { answers, heard: true, ..Learned::of(Source::Alertmanager, Subject::Alerts) }
}

fn answer(name: &str, said: Said, hour: i64) -> Answer {
    Answer { id: DeliveryId(name.into()), signal: says(said, "disk", hour), what: format!("run {hour}") }
}

fn scene() -> Scene {
    let mut scene = Scene::new();
    let fires = delivery("d1", vec![says(Said::Firing, "disk", 1)]);
    scene.decide(at(1), |draft| draft.hear(&fires).unwrap().unwrap());
    scene
}

fn alert(scene: &Scene) -> Alert {
    scene.store.alert(AlertId(1)).unwrap().unwrap()
}

#[test]
fn an_answer_goes_the_way_of_what_is_said_and_is_no_word_of_the_sources() {
    let mut scene = scene();
    let ear = scene.state.alerts.ears[&Source::Alertmanager].clone();
    scene.decide(at(3), |draft| draft.learn(&learned(vec![answer("d3", Said::Resolved, 2)])).unwrap());
    let after = alert(&scene);
    assert_eq!((after.ended, after.count), (Some(at(2)), 1));
    let answered = after.answered.as_ref().unwrap();
    assert_eq!((answered.at, answered.what.as_str()), (at(3), "run 2"));
    assert_eq!(scene.state.alerts.ears[&Source::Alertmanager], ear, "the source did not speak");
    // The source says the same under the same name, and howler asks again.
    let same = delivery("d3", vec![says(Said::Resolved, "disk", 2)]);
    scene.decide(at(3), |draft| {
        draft.hear(&same).unwrap().unwrap();
        draft.learn(&learned(vec![answer("d3", Said::Resolved, 2)])).unwrap();
    });
    assert_eq!(alert(&scene), after);
    // What is older than what is known changes nothing.
    scene.decide(at(4), |draft| draft.learn(&learned(vec![answer("d0", Said::Firing, 0)])).unwrap());
    assert_eq!(alert(&scene).ended, Some(at(2)));
}

#[test]
fn it_is_taken_in_whole_or_not_at_all() {
    let mut scene = scene();
    let outage = Outage { from: at(1), until: at(2) };
    scene.decide(at(2), |draft| draft.tend_asking(Some(outage)));
    let listed = Listed { missed: 1, here: 1, ..Listed::default() };
    let found = Some(Found::Listed { until: at(3), listed });
    let all = Learned { found, ..learned(vec![answer("d3", Said::Resolved, 2)]) };
    let (refused, _) = scene.with_each_read_failing(at(3), |draft| draft.learn(&all));
    assert!(refused > 0);
}

#[test]
fn what_was_missed_is_told_once_and_in_the_commit_that_says_so() {
    let mut scene = scene();
    let outage = Outage { from: at(1), until: at(2) };
    let told = |scene: &Scene| {
        let tells = scene.state.outbox.iter().filter(
            |effect| matches!(&effect.kind, EffectKind::Tell { tell, .. } if matches!(**tell, Tell::Missed(_))),
        );
        tells.count()
    };
    scene.decide(at(2), |draft| draft.tend_asking(Some(outage)));
    assert_eq!(scene.state.alerts.asking.down, [outage]);
    assert_eq!(State::loaded(scene.store.load().unwrap(), &Keys::default()).alerts.asking.down, [outage]);
    let listed = |until| Learned {
        found: Some(Found::Listed { until, listed: Listed { missed: 2, here: 2, ..Listed::default() } }),
        ..Learned::of(Source::GitHub, Subject::Deliveries)
    };
    scene.decide(at(3), |draft| draft.learn(&listed(at(3))).unwrap());
    assert_eq!((told(&scene), scene.state.alerts.asking.down.len()), (1, 0));
    // The round goes on with the same outage until the next start.
    scene.decide(at(3), |draft| draft.tend_asking(Some(outage)));
    assert!(scene.state.alerts.asking.down.is_empty());
}

#[test]
fn where_no_source_ever_spoke_nothing_was_missed() {
    let mut scene = Scene::new();
    let outage = Outage { from: at(1), until: at(2) };
    scene.decide(at(2), |draft| draft.tend_asking(Some(outage)));
    assert!(scene.state.alerts.asking.down.is_empty());
}
