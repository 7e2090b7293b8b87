//! Pages that nobody answers come again, and so does the path of an incident that was acknowledged and fell silent.

use super::paging::{calls, duty, paged, pages, person, phone};
use super::*;
use crate::answer::Done;
use crate::effect::{PostKey, Say, To};
use crate::incident::page::PageReason;
use crate::timer::Outage;

fn alert() -> Vec<To> {
    vec![person("U0MAYA"), To::OnCall, phone("U0MAYA")]
}

fn with_backup() -> Vec<To> {
    vec![person("U0MAYA"), phone("U0MAYA"), person("U0KOFI"), phone("U0KOFI"), To::OnCall]
}

/// A P1 that was acknowledged by Maya and has been paged for its silence at minute 70: two updates in a row are missing.
fn silent() -> World {
    let mut world = paged(Severity::P1, duty());
    world.asks(at(1), "U0MAYA", Command::Ack).unwrap();
    let fired: Vec<_> = (2..=70).flat_map(|minute| world.fires(at(minute), None)).collect();
    let silent: Vec<_> = fired.iter().filter_map(calls).collect();
    assert_eq!(silent, [alert()], "at the ladder's last rung, the second time");
    world.effects.clear();
    world
}

fn later(world: &mut World, from: i64, until: i64) -> Vec<(i64, Vec<To>)> {
    let mut pages = Vec::new();
    for minute in from..=until {
        let fired = world.fires(at(minute), None);
        pages.extend(fired.iter().filter_map(calls).map(|calls| (minute, calls)));
    }
    pages
}

#[test]
fn a_p1_that_nobody_acknowledges_is_paged_from_the_beginning_every_fifteen_minutes() {
    let mut world = paged(Severity::P1, duty());
    let expected = [
        (0, alert()),
        (5, with_backup()),
        (15, alert()),
        (20, with_backup()),
        (30, all_last()),
        (35, with_backup()),
    ];
    assert_eq!(pages(&mut world, 44), expected);
    world.asks(at(44), "U0KOFI", Command::Ack).unwrap();
    assert_eq!(later(&mut world, 45, 59), [], "somebody has it");
}

/// The path from its beginning, and everybody: the end of the round before it.
fn all_last() -> Vec<To> {
    [alert(), vec![To::Emergencies]].concat()
}

#[test]
fn one_that_is_resolved_unacknowledged_is_not_paged_again() {
    let mut world = paged(Severity::P1, duty());
    world.asks(at(10), "U0IAN", Command::Resolve { root_cause: "A full disk".into() }).unwrap();
    assert_eq!(later(&mut world, 11, 90), []);
}

#[test]
fn after_a_long_outage_the_rounds_that_were_missed_are_one_page() {
    let mut world = paged(Severity::P1, duty());
    let fired = world.fires(at(100), Some(Outage { from: at(2), until: at(100) }));
    let pages: Vec<_> = fired.iter().filter_map(calls).collect();
    assert_eq!(pages, [[with_backup(), vec![To::Emergencies]].concat()]);
    assert_eq!(world.incident.page_due(), Some(at(105)), "the running round goes on at its own times");
}

#[test]
fn a_newer_page_takes_the_place_of_the_older_one_where_it_stands() {
    let mut world = paged(Severity::P1, duty());
    world.fires(at(5), None);
    let seq = world.incident.open_pages.last().unwrap().seq;
    world.effects.clear();
    let key = |to| PostKey::Page { seq, to };
    for to in [person("U0MAYA"), phone("U0MAYA"), person("U0KOFI")] {
        let posted = EventKind::Posted { key: key(to), channel: "D0".into(), message: "1.0".into() };
        world.record(at(6), None, posted);
    }
    let closed: Vec<_> = world.effects.iter().filter(|it| matches!(it, EffectKind::Close { .. })).collect();
    let first = EffectKind::Close { seq: 2, to: person("U0MAYA") };
    assert_eq!(closed, [&first], "an old call has ended by itself");
    assert!(world.incident.offers(seq, &person("U0MAYA")) && !world.incident.offers(2, &person("U0MAYA")));
    assert!(world.incident.offers(2, &To::OnCall), "the newer one does not stand there yet");
}

#[test]
fn one_late_update_of_an_incident_that_somebody_has_is_a_message_and_rings_nobody() {
    let mut world = paged(Severity::P1, duty());
    world.asks(at(1), "U0MAYA", Command::Ack).unwrap();
    world.effects.clear();
    assert_eq!(later(&mut world, 2, 69), [], "no page, and no phone");
    let reminded = world.effects.iter().filter(|effect| match effect {
        EffectKind::Say { say, .. } => matches!(say.as_ref(), Say::Reminder { .. }),
        _ => false,
    });
    assert_eq!(reminded.count(), 5, "channel, person, on-call, and the first two again");
}

#[test]
fn reminders_that_howler_never_made_are_not_held_against_anybody() {
    let mut world = paged(Severity::P1, duty());
    world.asks(at(1), "U0MAYA", Command::Ack).unwrap();
    let fired = world.fires(at(200), Some(Outage { from: at(2), until: at(200) }));
    assert_eq!(fired.iter().filter_map(calls).count(), 0, "howler was down and reminded nobody");
}

#[test]
fn acknowledged_and_then_silent_the_whole_path_begins_anew() {
    let mut world = silent();
    assert!(world.incident.open_pages.iter().all(|page| page.reason == PageReason::Silent));
    let expected = [(75, with_backup()), (85, all_last()), (90, with_backup())];
    assert_eq!(later(&mut world, 71, 99), expected);
    world.update(100);
    assert!(world.incident.open_pages.is_empty(), "the update answers it");
    assert_eq!(later(&mut world, 101, 129), [], "and no step follows");
}

#[test]
fn whoever_answers_the_page_about_the_silence_has_it_from_then_on() {
    let mut world = silent();
    let done = done(world.asks(at(72), "U0KOFI", Command::Ack));
    assert_eq!(done, Done::Answered);
    assert!(world.incident.open_pages.is_empty());
    let closed = world.effects.iter().filter(|effect| matches!(effect, EffectKind::Close { .. })).count();
    assert_eq!(closed, 3, "its buttons go, and its phone stops");
    let told =
        EffectKind::Say { to: To::Room, say: Box::new(Say::Answered { by: "U0KOFI".into() }), keep_as: None };
    assert!(world.effects.contains(&told));
    assert_eq!(
        world.incident.acknowledged.as_ref().unwrap().by,
        Actor::from("U0MAYA"),
        "the first one stays"
    );
    assert_eq!(world.incident.person_in_charge(), &UserId::from("U0KOFI"));
    assert!(matches!(world.asks(at(73), "U0IAN", Command::Ack), Err(Refusal::AlreadyAcknowledged { .. })));
    // The update is as late as before: unposted, it is asked for again after its interval.
    assert_eq!(later(&mut world, 74, 99), []);
    assert_eq!(later(&mut world, 100, 100), [(100, alert())]);
}

#[test]
fn taking_command_answers_it_too_and_so_does_a_snooze() {
    let mut world = silent();
    world.asks(at(72), "U0KOFI", Command::Take { role: Role::Commander }).unwrap();
    assert!(world.incident.open_pages.is_empty());
    let mut world = silent();
    world.asks(at(72), "U0MAYA", Command::Snooze { by: minutes(10), reminder: None }).unwrap();
    assert!(world.incident.open_pages.is_empty());
    assert_eq!(later(&mut world, 73, 81), []);
}

#[test]
fn raised_after_it_was_acknowledged_it_falls_silent_by_the_new_path() {
    let mut world = paged(Severity::P3, duty());
    world.asks(at(1), "U0MAYA", Command::Ack).unwrap();
    world.asks(at(2), "U0MAYA", Command::Severity { to: Severity::P1, reason: None }).unwrap();
    assert_eq!(later(&mut world, 3, 74), [(70, alert())]);
}

#[test]
fn the_reminders_of_a_severity_that_pages_nobody_are_quiet() {
    for (severity, is_quiet) in [(Severity::P1, false), (Severity::P2, false), (Severity::P3, true)] {
        let mut world = paged(severity, duty());
        let fired: Vec<_> = (1..=40).flat_map(|minute| world.fires(at(minute), None)).collect();
        let quiet: Vec<bool> = fired
            .iter()
            .filter_map(|event| match event {
                EventKind::Reminded { quiet, .. } => Some(*quiet),
                _ => None,
            })
            .collect();
        assert_eq!(quiet, [is_quiet; 3], "{severity}");
    }
}

#[test]
fn a_p2_that_was_missed_and_is_raised_calls_everybody_after_the_p1s_response_time() {
    let mut world = paged(Severity::P2, duty());
    (1..=61).for_each(|minute| drop(world.fires(at(minute), None)));
    assert!(world.incident.response_missed.is_some());
    world.asks(at(62), "U0IAN", Command::Severity { to: Severity::P1, reason: None }).unwrap();
    let later = later(&mut world, 63, 81);
    assert_eq!(later, [(67, with_backup()), (77, all_last())]);
}
