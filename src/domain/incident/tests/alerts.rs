//! What an incident knows of its alerts, and when it is over by itself.

use super::*;
use crate::alert::AlertId;
use crate::alert::group::GroupId;
use crate::alert::signal::Source;
use crate::effect::{PostKey, Say, To};
use crate::incident::alerts::{AlertNews, AlertWhat, LINES, Tally};

const GROUP: GroupId = GroupId(3);

fn tally(alerts: u32, firing: u32) -> Tally {
    Tally { alerts, groups: 1, firing, over: None }
}

fn joined(alert: u64) -> AlertWhat {
    let title = format!("pod {alert} is down");
    AlertWhat::Joined {
        alert: AlertId(alert),
        title,
        source: Source::Alertmanager,
        group: Some(GROUP),
        link: None,
        of: None,
    }
}

fn cleared(alert: u64) -> AlertWhat {
    AlertWhat::Cleared { alert: AlertId(alert), title: "pod is down".into() }
}

fn again(alert: u64) -> AlertWhat {
    AlertWhat::Again { alert: AlertId(alert), title: "pod is down".into() }
}

/// An incident that an alert declared at 0, or a person.
fn declared(by: Actor) -> World {
    let mut world = World::declared(Severity::P1);
    world.events[0].by = by;
    world.incident = Incident::declared(IncidentId(7), &world.events[0]).unwrap();
    world
}

fn by_alert() -> World {
    let mut world = declared(Actor::Alert(AlertId(1)));
    world.hears(0, joined(1), tally(1, 1));
    world
}

impl World {
    /// Takes in what the timeline tells of `what`; whether it tells anything.
    fn hears(&mut self, minute: i64, what: AlertWhat, tally: Tally) -> bool {
        let Some(news) = self.incident.alerts.news(what, tally) else { return false };
        self.record(at(minute), None, EventKind::Alerts(Box::new(news)));
        true
    }

    /// Fires at this minute; the kinds of what it brings.
    fn quiet(&mut self, now: Timestamp, outage: Option<Outage>) -> Vec<&'static str> {
        let fired = Fired { now, outage, rules: &self.rules, duty: &Duty::default() };
        let events = fire(&self.incident, TimerKind::Quiet, &fired);
        let kinds = events.iter().map(|event| match event {
            EventKind::Resolved { .. } => "resolved",
            EventKind::Alerts(news) if matches!(news.what, AlertWhat::Unheard { .. }) => "unheard",
            _ => "other",
        });
        let kinds = kinds.collect();
        events.into_iter().for_each(|event| self.record(now, None, event));
        kinds
    }

    /// Whom it has asked whether it is over, and whether it says when it resolves.
    fn asked(&self) -> Vec<(To, Option<Timestamp>)> {
        let says = self.effects.iter().filter_map(|effect| match effect {
            EffectKind::Say { to, say, .. } => Some((to, say.as_ref())),
            _ => None,
        });
        let asks = says.filter_map(|(to, say)| match say {
            Say::LooksOver { resolves_at, .. } => Some((to.clone(), *resolves_at)),
            _ => None,
        });
        asks.collect()
    }
}

#[test]
fn what_nobody_touched_is_over_after_fifteen_quiet_minutes() {
    let mut world = by_alert();
    assert_eq!(world.incident.over_due(), None, "it fires");
    world.hears(20, cleared(1), tally(1, 0));
    assert_eq!(world.incident.over_due(), Some(at(35)));
    assert_eq!(world.asked(), [(To::OnCall, Some(at(35)))], "the on-call is asked, and told what follows");
    assert!(world.quiet(at(34), None).is_empty());
    assert_eq!(world.quiet(at(35), None), ["resolved"]);
    assert!(!world.incident.is_open());
    let by = &world.incident.resolution().unwrap().by;
    assert_eq!((by, world.incident.over_due()), (&Actor::Howler, None));
    assert_eq!(Incident::replay(IncidentId(7), &world.events).as_ref(), Some(&world.incident));
}

#[test]
fn an_alert_that_fires_again_stops_the_quiet_time() {
    let mut world = by_alert();
    world.hears(20, cleared(1), tally(1, 0));
    world.hears(30, again(1), tally(1, 1));
    assert_eq!(world.incident.over_due(), None);
    let says_so = |effect: &EffectKind| matches!(effect, EffectKind::Say { say, .. } if matches!(say.as_ref(), Say::FiresAgain { alert: Some(AlertId(1)), .. }));
    assert_eq!(world.effects.iter().filter(|effect| says_so(effect)).count(), 1);
    assert!(world.quiet(at(35), None).is_empty(), "an overtaken timer does nothing");
    world.hears(40, cleared(1), tally(1, 0));
    assert_eq!(world.incident.over_due(), Some(at(55)));
    assert_eq!(world.asked().len(), 2, "asked once for each time that it goes quiet");
    world.hears(41, joined(2), tally(2, 0));
    assert_eq!((world.asked().len(), world.incident.over_due()), (2, Some(at(55))), "one that came and went");
}

/// What a person did, who is asked then, and whether it ends by itself.
#[test]
fn whoever_touched_it_is_asked_and_howler_never_ends_it() {
    let commander =
        EventKind::RoleTaken { role: crate::command::Role::Commander, person: "U0MAYA".into(), from: None };
    let maya = || To::Person("U0MAYA".into());
    let cases = [
        ("has it", "U0MAYA", EventKind::Acknowledged, maya()),
        ("commands", "U0IAN", commander, maya()),
        ("wrote a note", "U0IAN", EventKind::Noted { text: "I see it".into() }, To::OnCall),
        ("has it at a shell", "shell:root", EventKind::Acknowledged, To::OnCall),
    ];
    for (did, by, kind, asked) in cases {
        let mut world = by_alert();
        world.record(at(5), Some(by), kind);
        world.hears(20, cleared(1), tally(1, 0));
        assert_eq!(world.asked(), [(asked, None)], "{did}");
        assert_eq!(world.incident.over_due(), None, "{did}");
        assert!(world.quiet(at(60), None).is_empty(), "{did}");
    }
    // Touched in the quiet time.
    let mut world = by_alert();
    world.hears(20, cleared(1), tally(1, 0));
    world.record(at(30), Some("U0IAN"), EventKind::Acknowledged);
    assert_eq!((world.incident.over_due(), world.quiet(at(35), None).len()), (None, 0));
    // A person declared it: nobody is asked, and it stays theirs.
    let mut world = declared("U0IAN".into());
    world.hears(1, joined(1), tally(1, 1));
    world.hears(20, cleared(1), tally(1, 0));
    assert_eq!((world.asked().len(), world.incident.over_due()), (0, None));
    assert!(!world.incident.alerts.touched, "and its row holds nothing of that");
}

#[test]
fn time_in_which_howler_heard_nothing_is_no_quiet_time() {
    let outage = |from, until| Some(Outage { from: at(from), until: at(until) });
    let cases = [
        // Quiet from 20 on; down from, until; looked at; what it brings; due then.
        (outage(22, 26), 35, vec!["unheard"], Some(41)),
        (outage(22, 90), 90, vec!["unheard"], Some(105)),
        (outage(2, 10), 35, vec!["resolved"], None),
        (None, 35, vec!["resolved"], None),
    ];
    for (outage, now, brings, due) in cases {
        let mut world = by_alert();
        world.hears(20, cleared(1), tally(1, 0));
        assert_eq!(world.quiet(at(now), outage), brings, "{outage:?}");
        assert_eq!(world.incident.over_due(), due.map(at), "{outage:?}");
        if let Some(due) = due {
            assert_eq!(world.quiet(at(due), outage), ["resolved"], "the same outage counts once");
        }
    }
}

/// 60,000 alerts, a thousand a second, then all of them over.
#[test]
fn a_storm_is_a_few_lines() {
    let mut world = by_alert();
    let counted = |world: &mut World, second: u32, now: Tally| {
        if world.incident.recount_due().is_some_and(|due| due <= seconds(second.into())) {
            let news = world.incident.alerts.recounted(now);
            world.record(seconds(second.into()), None, EventKind::Alerts(Box::new(news)));
        }
    };
    let mut alerts = 1;
    for second in 0..180 {
        for _ in 0..1_000 {
            let now = match second {
                0..60 => {
                    alerts += 1;
                    tally(alerts, alerts)
                }
                _ => tally(alerts, alerts.saturating_sub(501 * (second - 59))),
            };
            let what = if second < 60 { joined(alerts.into()) } else { cleared(1) };
            let news = world.incident.alerts.news(what, now);
            if let Some(news) = news {
                world.record(seconds(second.into()), None, EventKind::Alerts(Box::new(news)));
            }
        }
        counted(&mut world, second, tally(alerts, alerts.saturating_sub(501 * second.saturating_sub(59))));
    }
    assert_eq!(world.incident.alerts.tally, tally(60_001, 0));
    assert!(world.events.len() < LINES as usize + 12, "{}", world.events.len());
    assert_eq!(world.asked().len(), 1);
    assert!(world.incident.alerts.quiet.is_some());
    let row = serde_json::to_string(&world.incident.alerts).unwrap().len();
    assert!(row < 1_000, "{row}");
    assert_eq!(Incident::replay(IncidentId(7), &world.events).as_ref(), Some(&world.incident));
}

#[test]
fn counting_stops_where_nothing_more_comes() {
    let mut world = by_alert();
    for alert in 2..=u64::from(LINES) {
        assert!(world.hears(0, joined(alert), tally(alert as u32, alert as u32)));
    }
    assert!(world.hears(0, joined(51), tally(51, 51)), "the first that is counted is told at once");
    assert_eq!(world.incident.recount_due(), Some(at(1)));
    assert!(!world.hears(0, joined(52), tally(52, 52)), "the next waits for the minute");
    let news = world.incident.alerts.recounted(tally(52, 52));
    assert_eq!(news.what, AlertWhat::Counted { more: 1 });
    world.record(at(1), None, EventKind::Alerts(Box::new(news)));
    let news = world.incident.alerts.recounted(tally(52, 52));
    assert_eq!(news, AlertNews::of(AlertWhat::Still, tally(52, 52)));
    let (cards, lines) = (world.effects.len(), timeline::timeline(&world.events).len());
    world.record(at(2), None, EventKind::Alerts(Box::new(news)));
    assert_eq!(world.incident.recount_due(), None);
    assert_eq!(
        (world.effects.len(), timeline::timeline(&world.events).len()),
        (cards, lines),
        "no word of that"
    );
    // A group that is new is named however many there are.
    let other = AlertWhat::Joined {
        alert: AlertId(99),
        title: "web is down".into(),
        source: Source::Grafana,
        group: Some(GroupId(4)),
        link: None,
        of: None,
    };
    assert!(matches!(
        world.incident.alerts.news(other, Tally { groups: 2, ..tally(53, 53) }),
        Some(AlertNews { what: AlertWhat::Joined { .. }, .. })
    ));
}

#[test]
fn what_left_counts_no_more() {
    let mut world = by_alert();
    let left = AlertWhat::Left { alert: AlertId(1), title: "pod 1 is down".into(), group: Some(GROUP) };
    world.hears(5, left, Tally::default());
    let alerts = &world.incident.alerts;
    assert!(alerts.groups.is_empty() && alerts.named.is_empty());
    assert_eq!((alerts.quiet, world.asked().len()), (None, 0), "nothing was resolved");
}

/// A clock that was ahead is set back, and the quiet time goes back with it.
#[test]
fn the_quiet_time_goes_back_with_the_clock() {
    let mut world = by_alert();
    world.hears(80, cleared(1), tally(1, 0));
    let kind = set_back(&world.incident, minutes(60), at(20)).unwrap();
    world.record(at(20), None, kind);
    assert_eq!(world.incident.over_due(), Some(at(35)));
}

/// What edits the question whether it is over, once its message stands.
#[test]
fn the_question_is_taken_back_where_it_is_answered_or_void() {
    let resolve = || EventKind::Resolved {
        root_cause: "x".into(),
        impact: None,
        data_loss: None,
        from: Status::Investigating,
        missed: 0,
        cancelled: None,
    };
    type Deed = fn(&mut World);
    let deeds: [(&str, Deed, bool, bool); 6] = [
        ("it fires again", |world| assert!(world.hears(25, again(1), tally(1, 1))), true, true),
        ("another one comes", |world| assert!(world.hears(25, joined(2), tally(2, 1))), true, true),
        ("one more came and went", |world| assert!(world.hears(25, joined(2), tally(2, 0))), false, false),
        (
            "somebody touched it",
            |world| world.record(at(25), Some("U0IAN"), EventKind::Acknowledged),
            true,
            false,
        ),
        (
            "nothing to do with it",
            |world| world.record(at(25), None, EventKind::Noted { text: "x".into() }),
            false,
            false,
        ),
        ("over", |_| {}, true, true),
    ];
    for late in [false, true] {
        for (name, deed, edits, void) in deeds {
            let mut world = by_alert();
            world.hears(20, cleared(1), tally(1, 0));
            let seq = world.incident.alerts.asked.unwrap();
            let key = PostKey::Announcement { seq, to: To::OnCall };
            let kept = |effect: &EffectKind| matches!(effect, EffectKind::Say { keep_as: Some(known), .. } if *known == key);
            let question = world.effects.iter().find(|effect| kept(effect)).cloned().expect("it is kept");
            let posted =
                || EventKind::Posted { key: key.clone(), channel: "C1".into(), message: "1.2".into() };
            if !late {
                world.record(at(21), None, posted());
            }
            match name {
                "over" => world.record(at(25), Some("U0IAN"), resolve()),
                _ => deed(&mut world),
            }
            assert_eq!(still_true(&world.incident, &question).is_err(), void, "{name}");
            if late {
                world.record(at(26), None, posted());
            }
            let amends = |effect: &&EffectKind| matches!(effect, EffectKind::Amend { to: To::OnCall, .. });
            assert_eq!(world.effects.iter().any(|effect| amends(&effect)), edits, "{name}, late: {late}");
            assert_eq!(world.incident.alerts.asked.is_none(), void, "{name}");
        }
    }
    // A question of before is none of the one that is asked now.
    let mut world = by_alert();
    world.hears(20, cleared(1), tally(1, 0));
    let first = world.incident.alerts.asked;
    world.hears(21, again(1), tally(1, 1));
    world.hears(22, cleared(1), tally(1, 0));
    assert!(world.incident.alerts.asked > first);
}
