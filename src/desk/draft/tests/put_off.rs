//! More alerts than may be open: whom it is told, and when it is over.

use super::alerts::{delivery, says};
use super::{EffectKind, Scene, at};
use crate::draft::read_feature;
use domain::alert::group::GroupId;
use domain::alert::hear::NotHeard;
use domain::alert::line::{AlertsAnswer, AlertsLine};
use domain::alert::signal::{Said, Signal, Source};
use domain::alert::{Alert, AlertId, bound};
use domain::answer::{Answer, Private};
use domain::effect::To;
use domain::feature::{FeatureAnswer, FeatureLine, Notice, Room};
use jiff::{SignedDuration, Timestamp};

fn minute(minute: i64) -> Timestamp {
    at(1) + SignedDuration::from_mins(minute)
}

/// All places for small ones are taken by alerts that are known to the memory alone.
fn full() -> Scene {
    let mut scene = Scene::new();
    scene.decide(at(1), |draft| {
        draft.hear(&delivery("d1", vec![says(Said::Firing, "disk/1", 1)])).unwrap().unwrap()
    });
    let first = scene.store.alert(AlertId(1)).unwrap().unwrap();
    for number in 1..bound::ROOMY as u64 {
        let (id, key) = (AlertId(1_000 + number), format!("other/{number}"));
        scene.state.alerts.take(&Alert { id, key, ..first.clone() });
    }
    scene
}

fn hears(scene: &mut Scene, name: &str, said: Said, key: &str, now: Timestamp) -> Result<(), NotHeard> {
    let delivery = delivery(name, vec![says(said, key, 2)]);
    scene.decide(now, |draft| draft.hear(&delivery).unwrap())
}

/// What was said of room so far, in whose channel.
fn told(scene: &Scene) -> Vec<(To, Room, u64)> {
    let notices = scene.state.outbox.iter().filter_map(|effect| match &effect.kind {
        EffectKind::Notice { to, notice: Notice::PutOff(_, put_off, room) } => {
            Some((to.clone(), *room, put_off.deliveries))
        }
        _ => None,
    });
    notices.collect()
}

/// Whether the list, the sources and the board say so.
fn shown(scene: &Scene) -> [bool; 3] {
    let draft = scene.draft(minute(9));
    let asked = |line| match read_feature(&draft.book(), &scene.config, &FeatureLine::Alerts(line)).unwrap() {
        Answer::Private(Private::Feature(answer)) => *answer,
        _ => panic!("no answer"),
    };
    let list = match asked(AlertsLine::List) {
        FeatureAnswer::Alerts(AlertsAnswer::List(listed)) => !listed.put_off.is_empty(),
        _ => panic!("no list"),
    };
    let sources = match asked(AlertsLine::Sources) {
        FeatureAnswer::Alerts(AlertsAnswer::Sources { ears, .. }) => {
            ears.iter().any(|ear| ear.put_off.is_some())
        }
        _ => panic!("no sources"),
    };
    let board = match draft.board() {
        Answer::Private(Private::Doctor { store, .. }) => {
            store.iter().any(|line| line.contains("Too many alerts"))
        }
        _ => panic!("no board"),
    };
    [list, sources, board]
}

#[test]
fn people_read_that_new_alerts_are_put_off_until_there_is_room() {
    let mut scene = full();
    assert_eq!(shown(&scene), [false; 3]);
    for number in 0..5 {
        let heard =
            hears(&mut scene, &format!("r{number}"), Said::Firing, &format!("new/{number}"), minute(number));
        assert_eq!(heard, Err(NotHeard::Full));
    }
    let channel = To::Source(domain::alert::rules::Channel::of(Source::Alertmanager));
    let oncall = To::Source(domain::alert::rules::Channel::OnCall);
    let none = [(channel.clone(), Room::None, 1), (oncall.clone(), Room::None, 1)];
    assert_eq!(told(&scene), none, "once, and not for each");
    assert_eq!(shown(&scene), [true; 3]);
    // What is known may repeat; that makes no room.
    assert_eq!(hears(&mut scene, "k1", Said::Firing, "disk/1", minute(6)), Ok(()));
    assert_eq!((told(&scene).len(), shown(&scene)), (2, [true; 3]));
    // An end makes room: the lines are gone at once, and the channel hears so with the next that is taken in.
    hears(&mut scene, "k2", Said::Resolved, "disk/1", minute(7)).unwrap();
    assert_eq!(shown(&scene), [false; 3]);
    assert_eq!(hears(&mut scene, "r0", Said::Firing, "new/0", minute(8)), Ok(()));
    let again = [(channel, Room::Again, 5), (oncall, Room::Again, 5)];
    assert_eq!(told(&scene), [none.as_slice(), &again].concat());
    assert_eq!(shown(&scene), [false; 3]);
}

/// A source that is put off is not silent.
#[test]
fn whoever_is_put_off_is_heard_of_all_the_same() {
    let mut scene = full();
    scene.config.sources.alertmanager = domain::duration::Every::Interval(SignedDuration::from_hours(1));
    scene.decide(minute(0), |draft| draft.tend_watches(None));
    let silent_at = |scene: &Scene| scene.state.alerts.beats["source:alertmanager"].due.unwrap();
    assert_eq!(silent_at(&scene), minute(60));
    assert_eq!(hears(&mut scene, "r1", Said::Firing, "new/1", minute(50)), Err(NotHeard::Full));
    assert_eq!(silent_at(&scene), minute(110));
    let ear = &scene.state.alerts.ears[&Source::Alertmanager];
    assert_eq!((ear.last, ear.deliveries), (minute(50), 1), "and it is not counted as taken in");
}

/// What is open grows with what is said of it, and not beyond what there is room for.
#[test]
fn an_open_alert_grows_no_further_than_there_is_room() {
    let long = |hour: i64| {
        let facts = (0..100).map(|n| (format!("{n:03}"), "x".repeat(1_000))).collect();
        Signal { facts, ..says(Said::Firing, "disk/1", hour) }
    };
    let told = |scene: &Scene| {
        let alert = scene.store.alert(AlertId(1)).unwrap().unwrap();
        (alert.count, alert.weight(), alert.told.title.clone())
    };
    let title = "disk/1 is full".to_owned();
    let mut scene = full();
    let heard = scene.decide(minute(1), |draft| draft.hear(&delivery("g1", vec![long(2)])).unwrap());
    assert_eq!((heard, told(&scene)), (Ok(()), (2, 1, title.clone())), "it repeats, and is cut");
    let mut scene = Scene::new();
    let more: Vec<_> = (0..3).map(|n| says(Said::Firing, &format!("more/{n}"), 1)).collect();
    scene.decide(at(1), |draft| {
        draft.hear(&delivery("d1", vec![says(Said::Firing, "disk/1", 1)])).unwrap().unwrap();
        draft.hear(&delivery("g1", vec![long(2)])).unwrap().unwrap();
        draft.hear(&delivery("m1", more)).unwrap().unwrap();
        assert_eq!(draft.grown, 25 + 3, "this round's count as much as they are long");
    });
    assert_eq!((told(&scene), scene.state.alerts.weight()), ((2, 25, title), 28));
}

/// However many are open: what is not shown is not read.
#[test]
fn a_list_and_a_week_read_what_they_show() {
    let mut scene = full();
    let first = scene.store.alert(AlertId(1)).unwrap().unwrap();
    for number in 1..30_000 {
        let (id, key, group) =
            (AlertId(1_000 + number), format!("other/{number}"), Some(GroupId(100 + number)));
        let one = Alert { id, key, group, ..first.clone() };
        scene.state.alerts.take(&one);
        scene.state.plain.alerts.insert(id, std::sync::Arc::new(one));
    }
    let draft = scene.draft(minute(9));
    let book = draft.book();
    // Each row reads its group, which is not in memory here.
    scene.disk.fail_read_after(Some(40));
    let list = read_feature(&book, &scene.config, &FeatureLine::Alerts(AlertsLine::List)).unwrap();
    let week = crate::draft::week_of_alerts(&book).unwrap();
    assert!(!scene.disk.has_failed_a_read());
    scene.disk.fail_read_after(None);
    let Answer::Private(Private::Feature(answer)) = list else { panic!("no answer") };
    let FeatureAnswer::Alerts(AlertsAnswer::List(listed)) = *answer else { panic!("no list") };
    assert_eq!((listed.rows.len(), listed.alerts, listed.more), (15, bound::ROOMY, bound::ROOMY - 15));
    assert_eq!((week.waiting.len(), week.more_waiting > 29_000), (8, true));
}

/// Whether a P1 belongs to an incident is asked of those that may be its own, not of all that are open.
#[test]
fn where_an_alert_belongs_costs_no_more_where_much_is_open() {
    let mut scene = Scene::new();
    let rule = "[[alerts.rule]]\nseverity = \"P1\"\ndeclare = \"at once\"\ngroup_by = [\"team\"]\n";
    scene.config.alerts = config::Config::parse(rule).unwrap().alerts;
    let of = |said, team: u32, key: &str| {
        let facts = [("team".to_owned(), team.to_string())].into();
        Signal { facts, ..says(said, key, 1) }
    };
    for team in 0..60 {
        let (name, key) = (format!("d{team}"), format!("first/{team}"));
        let fires = delivery(&name, vec![of(Said::Firing, team, &key)]);
        scene.decide(minute(0), |draft| draft.hear(&fires).unwrap().unwrap());
        let over = delivery(
            &format!("{name} over"),
            vec![Signal { at: Some(minute(1)), ..of(Said::Resolved, team, &key) }],
        );
        scene.decide(minute(1), |draft| draft.hear(&over).unwrap().unwrap());
    }
    assert_eq!(scene.state.open.len(), 61, "each team's is one");
    let incident = |scene: &Scene, alert: u64| scene.store.alert(AlertId(alert)).unwrap().unwrap().incident;
    let first = incident(&scene, 1).unwrap().0;
    for after_a_start in [false, true] {
        if after_a_start {
            scene.state = crate::state::State::loaded(
                scene.store.load().unwrap(),
                &domain::run::signed::Keys::default(),
            );
            scene.state.declared.look_up(&scene.store).unwrap();
        }
        let team = if after_a_start { 8 } else { 7 };
        let next = delivery(&format!("next {team}"), vec![of(Said::Firing, team, &format!("second/{team}"))]);
        let group = scene.store.alert(AlertId(u64::from(team) + 1)).unwrap().unwrap().verdict.group.clone();
        let mut draft = scene.draft(minute(30));
        // None of them is read from the store: those that may be its own are in memory.
        scene.disk.fail_read_after(Some(0));
        let standing: Vec<u64> =
            draft.standing(&group).unwrap().iter().map(|incident| incident.id.0).collect();
        scene.disk.fail_read_after(None);
        assert_eq!(standing, [first + u64::from(team)]);
        draft.hear(&next).unwrap().unwrap();
        let belongs = draft.parts.alerts.changed.values().find_map(|alert| alert.incident);
        assert_eq!(belongs.map(|id| id.0), Some(first + u64::from(team)), "its own team's");
    }
}
