//! Paging, severity by severity (runbook 1.1), and every way in which it stops or climbs again.

use super::*;
use crate::effect::{PostKey, Say, To};
use crate::incident::page::PageReason;
use crate::oncall::duty::Unreachable;
use crate::oncall::path::{Called, Step};
use crate::oncall::path_entry::PathEntry;
use crate::timer::Outage;

pub(super) fn duty() -> Duty {
    Duty {
        primary: Some("U0MAYA".into()),
        outgoing: None,
        backup: Some("U0KOFI".into()),
        phones: ["U0MAYA".into(), "U0KOFI".into()].into(),
        rings: true,
        ..Duty::default()
    }
}

pub(super) fn paged(severity: Severity, duty: Duty) -> World {
    let mut world = World::declared(severity);
    world.duty = Some(duty);
    let declared = world.events.first().cloned().unwrap();
    world.page(&declared);
    world
}

pub(super) fn person(id: &str) -> To {
    To::Person(id.into())
}

pub(super) fn phone(id: &str) -> To {
    To::Phone(id.into())
}

/// Where pages went by `until`, minute by minute.
pub(super) fn pages(world: &mut World, until: i64) -> Vec<(i64, Vec<To>)> {
    let first = world.events.iter().find_map(|event| calls(&event.kind));
    let mut pages: Vec<_> = first.map(|calls| (0, calls)).into_iter().collect();
    for minute in 1..=until {
        let fired = world.fires(at(minute), None);
        pages.extend(fired.iter().filter_map(calls).map(|calls| (minute, calls)));
    }
    pages
}

pub(super) fn calls(event: &EventKind) -> Option<Vec<To>> {
    match event {
        EventKind::Paged(paged) => Some(paged.calls.iter().map(|call| call.to.clone()).collect()),
        _ => None,
    }
}

#[test]
fn a_p1_rings_at_once_and_again_with_the_backup_and_then_calls_everybody() {
    let mut world = paged(Severity::P1, duty());
    let at_once = vec![person("U0MAYA"), To::OnCall, phone("U0MAYA")];
    let again = vec![person("U0MAYA"), phone("U0MAYA"), person("U0KOFI"), phone("U0KOFI"), To::OnCall];
    assert_eq!(pages(&mut world, 14), [(0, at_once), (5, again)]);
    let missed = world.fires(at(15), None);
    assert!(matches!(missed[0], EventKind::ResponseMissed { everybody: true, .. }), "{missed:?}");
}

#[test]
fn a_p2_stays_in_slack_and_is_said_again_after_half_of_its_hour() {
    let mut world = paged(Severity::P2, duty());
    // Its updates are due every half hour as well; here only pages count.
    let step = vec![person("U0MAYA"), To::OnCall];
    assert_eq!(pages(&mut world, 39), [(0, step.clone()), (30, step)]);
    let missed: Vec<_> = (40..=60).flat_map(|minute| world.fires(at(minute), None)).collect();
    let everybody = missed.iter().find_map(|event| match event {
        EventKind::ResponseMissed { everybody, .. } => Some(*everybody),
        _ => None,
    });
    assert_eq!(everybody, Some(false), "after an hour, and not by calling everybody");
}

#[test]
fn a_response_that_a_p3_misses_is_said_and_calls_nobody() {
    let mut world = paged(Severity::P3, duty());
    let missed: Vec<_> = (24 * 60..=24 * 60 + 1).flat_map(|minute| world.fires(at(minute), None)).collect();
    let called = missed.iter().find_map(|event| match event {
        EventKind::ResponseMissed { everybody, quiet, .. } => Some((*everybody, *quiet)),
        _ => None,
    });
    assert_eq!(called, Some((false, true)), "{missed:?}");
}

#[test]
fn a_p3_and_a_p4_never_page() {
    for severity in [Severity::P3, Severity::P4] {
        let mut world = paged(severity, duty());
        assert_eq!(pages(&mut world, 3 * 24 * 60), [], "{severity}");
    }
}

#[test]
fn an_acknowledgement_stops_every_step_and_closes_every_page() {
    let mut world = paged(Severity::P1, duty());
    world.fires(at(5), None);
    let open = world.incident.open_pages.len();
    assert_eq!(open, 8, "both steps' messages offer an answer");
    world.effects.clear();
    world.asks(at(6), "U0KOFI", Command::Ack).unwrap();
    assert!(world.incident.open_pages.is_empty());
    let closed = world.effects.iter().filter(|effect| matches!(effect, EffectKind::Close { .. })).count();
    assert_eq!(closed, open);
    assert_eq!(world.incident.page_due(), None);
    assert!(
        (7..=25).all(|minute| { world.fires(at(minute), None).iter().all(|event| calls(event).is_none()) })
    );
}

#[test]
fn a_page_that_was_answered_is_not_sent_and_one_that_stands_late_is_closed() {
    let mut world = paged(Severity::P1, duty());
    let page = world.effects.iter().find(
        |effect| matches!(effect, EffectKind::Say { say, .. } if matches!(say.as_ref(), Say::Page { .. })),
    );
    let page = page.cloned().unwrap();
    assert_eq!(still_true(&world.incident, &page), Ok(()));
    world.asks(at(1), "U0MAYA", Command::Ack).unwrap();
    assert_eq!(still_true(&world.incident, &page), Err("somebody answered before it went out"));
    world.effects.clear();
    let key = PostKey::Page { seq: 2, to: person("U0MAYA") };
    let posted = EventKind::Posted { key, channel: "D0MAYA".into(), message: "1.0".into() };
    world.record(at(2), None, posted);
    let close = EffectKind::Close { seq: 2, to: person("U0MAYA") };
    assert!(world.effects.contains(&close), "it stands all the same, and loses its button");
}

#[test]
fn a_step_with_nobody_in_it_is_skipped_at_once_and_says_so() {
    let alone = Duty { backup: Some("U0KOFI".into()), ..Duty::default() };
    let world = paged(Severity::P1, alone);
    let EventKind::Paged(first) = &world.events[1].kind else { panic!("{:?}", world.events) };
    let called: Vec<&To> = first.calls.iter().map(|call| &call.to).collect();
    assert_eq!(called, [&person("U0KOFI"), &To::OnCall], "the backup does not wait five minutes");
    let why: Vec<&Unreachable> = first.skipped.iter().map(|skipped| &skipped.why).collect();
    assert_eq!(why, [&Unreachable::OnlyBackup("U0KOFI".into()), &Unreachable::NoPhone("U0KOFI".into())]);
}

#[test]
fn a_p1_that_reaches_nobody_calls_everybody_at_once_and_again_with_each_round() {
    let mut world = paged(Severity::P1, Duty::default());
    let all = vec![To::OnCall, To::Emergencies];
    let EventKind::Paged(first) = &world.events[1].kind else { panic!("{:?}", world.events) };
    assert!(first.skipped.iter().any(|skipped| skipped.why == Unreachable::NobodyOnCall), "{first:?}");
    assert_eq!(first.paging.as_ref().unwrap().next, Some((0, at(15))), "no step of the first round waits");
    // At minute 15 the missed response time calls everybody: once is enough.
    assert_eq!(pages(&mut world, 30), [(0, all.clone()), (15, vec![To::OnCall]), (30, all)]);
}

#[test]
fn a_p2_that_reaches_nobody_wakes_no_channel() {
    let mut world = paged(Severity::P2, Duty::default());
    assert_eq!(pages(&mut world, 59), [(0, vec![To::OnCall])]);
}

#[test]
fn with_nobody_on_call_the_backup_that_was_set_is_called_by_a_p2_too() {
    let alone = Duty { backup: Some("U0KOFI".into()), ..Duty::default() };
    let mut world = paged(Severity::P2, alone);
    assert_eq!(pages(&mut world, 1), [(0, vec![person("U0KOFI"), To::OnCall])]);
}

#[test]
fn an_incoming_person_who_has_not_said_so_does_not_bear_it_alone() {
    let mut unsure = duty();
    unsure.outgoing = Some("U0IAN".into());
    let mut world = paged(Severity::P2, unsure);
    assert_eq!(pages(&mut world, 1), [(0, vec![person("U0MAYA"), person("U0IAN"), To::OnCall])]);
}

#[test]
fn a_raise_begins_the_new_severitys_path_and_a_fall_ends_it() {
    let mut world = paged(Severity::P3, duty());
    assert_eq!(world.incident.page_due(), None);
    let raise = |to| Command::Severity { to, reason: None };
    world.asks(at(10), "U0IAN", raise(Severity::P1)).unwrap();
    assert_eq!(world.incident.page_due(), Some(at(15)));
    world.asks(at(12), "U0IAN", raise(Severity::P4)).unwrap();
    assert_eq!(world.incident.page_due(), None);
    world.asks(at(13), "U0IAN", Command::Ack).unwrap();
    world.asks(at(14), "U0IAN", raise(Severity::P1)).unwrap();
    assert_eq!(world.incident.page_due(), None, "a named person has it");
}

#[test]
fn after_an_outage_what_was_missed_is_one_page_that_admits_it() {
    let mut world = paged(Severity::P1, duty());
    let outage = Outage { from: at(2), until: at(9) };
    let fired = world.fires(at(9), Some(outage));
    let [EventKind::Paged(late)] = fired.as_slice() else { panic!("{fired:?}") };
    assert_eq!((late.due, late.late.unwrap().outage), (at(5), Some(outage)));
    assert_eq!(late.reason, PageReason::Unanswered);
}

/// A P3's rules with this path.
fn with_path(path: Vec<PathEntry>) -> Severities {
    let mut rules = Severities::default();
    rules.rule_mut(Severity::P3).path = path;
    rules
}

fn own(minutes: i64, calls: Vec<Called>) -> PathEntry {
    PathEntry::Own(Step { after: SignedDuration::from_mins(minutes), calls })
}

#[test]
fn a_path_of_ones_own() {
    let zoe = Called::Person("U0ZOE".into());
    let rules = with_path(vec![
        PathEntry::Alert,
        own(10, vec![Called::Backup, zoe]),
        own(20, vec![Called::Everybody]),
    ]);
    let mut world = World::with_rules(Severity::P3, rules);
    world.duty = Some(duty());
    let declared = world.events.first().cloned().unwrap();
    world.page(&declared);
    let expected = [
        (0, vec![person("U0MAYA"), To::OnCall]),
        (10, vec![person("U0KOFI"), person("U0ZOE")]),
        (20, vec![To::Emergencies]),
    ];
    assert_eq!(pages(&mut world, 29), expected);
}

#[test]
fn a_path_that_begins_later_pages_later() {
    let rules = with_path(vec![own(10, vec![Called::Backup])]);
    let mut world = World::with_rules(Severity::P3, rules);
    world.duty = Some(duty());
    let declared = world.events.first().cloned().unwrap();
    world.page(&declared);
    assert_eq!(pages(&mut world, 29), [(0, vec![]), (10, vec![person("U0KOFI")])]);
    let reasons = world.events.iter().filter_map(|event| match &event.kind {
        EventKind::Paged(paged) => Some(paged.reason),
        _ => None,
    });
    assert!(reasons.into_iter().all(|reason| reason == PageReason::Begun), "it is new to whoever is called");
}
