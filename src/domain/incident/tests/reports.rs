//! What a report says: chosen lines of the timeline, how long it was, and what nobody has said. Times are minutes after the
//! declaration.

use super::*;
use crate::alert::AlertId;
use crate::command::Retractable;
use crate::incident::after::event::{AfterNews, Section};
use crate::incident::alerts::{AlertNews, AlertWhat, Tally};
use crate::incident::event::UpdateFacts;
use crate::incident::report::{Did, Report, report};
use crate::incident::severity::Status;
use crate::run::announce::RunNote;

fn of(world: &World, minute: i64) -> Report {
    report(&world.incident, &world.events, &[], at(minute))
}

/// The lines by what they are, in order.
fn lines(report: &Report) -> Vec<String> {
    let name = |kind: &EventKind| {
        let name = format!("{kind:?}");
        name.split([' ', '(', '{']).next().unwrap_or_default().to_owned()
    };
    report.timeline.iter().map(|entry| name(&entry.what)).collect()
}

fn resolve(world: &mut World, minute: i64, why: &str) {
    world.asks(at(minute), "U0IAN", Command::Resolve { root_cause: why.into() }).unwrap();
}

#[test]
fn the_timeline_tells_how_it_went_and_not_every_edit() {
    let mut world = World::declared(Severity::P2);
    let tally = Tally::default();
    let joined = AlertWhat::Joined {
        alert: AlertId(12),
        title: "Stream down".into(),
        source: crate::alert::signal::Source::Alertmanager,
        group: None,
        link: None,
        of: None,
    };
    let news = |what| EventKind::Alerts(Box::new(AlertNews::of(what, tally)));
    world.record(at(1), None, news(joined));
    world.record(at(1), None, news(AlertWhat::Still));
    world.asks(at(2), "U0IAN", Command::Ack).unwrap();
    world.asks(at(3), "U0IAN", Command::Impact { text: "No updates".into() }).unwrap();
    world.asks(at(4), "U0IAN", Command::Action { text: "Looking".into() }).unwrap();
    world.asks(at(5), "U0IAN", Command::Status { to: Status::Identified }).unwrap();
    world.update(6);
    let moves = UpdateFacts { status: Some(Status::Mitigating), ..UpdateFacts::default() };
    world.record(at(7), Some("U0IAN"), EventKind::Updated { facts: moves.clone(), in_time: true, missed: 0 });
    world.record(at(8), Some("U0IAN"), EventKind::Updated { facts: moves, in_time: true, missed: 0 });
    world.asks(at(9), "U0IAN", Command::Severity { to: Severity::P1, reason: None }).unwrap();
    world.asks(at(10), "U0IAN", Command::Severity { to: Severity::P3, reason: None }).unwrap();
    world.asks(at(11), "U0IAN", Command::Retract { what: Some(Retractable::Severity) }).unwrap();
    world.asks(at(12), "U0IAN", Command::Note { text: "Redis was restarted".into() }).unwrap();
    resolve(&mut world, 20, "Redis");
    let expected = [
        "Declared",
        "Alerts",
        "Acknowledged",
        "StatusChanged",
        "Updated",
        "SeverityChanged",
        "Noted",
        "Resolved",
    ];
    assert_eq!(lines(&of(&world, 21)), expected);
    // Where somebody pinned what matters, the notes are left out.
    let (channel, message) = (ChannelId::from("C1"), MessageTs("1795485900.000100".into()));
    let pinned = EventKind::Pinned { channel: channel.clone(), message: message.clone(), author: None };
    world.record(at(22), Some("U0IAN"), pinned);
    let text = "It was the cache".to_owned();
    world.record(at(22), None, EventKind::PinRead { channel, message, author: None, text });
    let pinned = lines(&of(&world, 23));
    assert!(pinned.contains(&"PinRead".to_owned()) && !pinned.contains(&"Noted".to_owned()), "{pinned:?}");
}

#[test]
fn what_ran_stands_there_with_command_approver_and_proof() {
    let mut world = World::declared(Severity::P1);
    let run = crate::id::RunId(3);
    let mut note = |minute, by, note| {
        world.record(at(minute), by, EventKind::Runbook { run, note: Box::new(note) });
    };
    note(1, Some("U0IAN"), RunNote::Began { procedure: "event-stream".into() });
    let asked = RunNote::Asked {
        step: "Roll back".into(),
        command: vec!["kubectl".into(), "rollout".into(), "undo".into()],
        undo: None,
    };
    note(2, Some("U0IAN"), asked);
    note(3, Some("U0ZOE"), RunNote::Approved { comment: None });
    note(4, None, RunNote::Acting { step: "Roll back".into(), audit: "abc".into() });
    note(5, None, RunNote::Helped);
    note(6, None, RunNote::Acting { step: "Restart".into(), audit: "abd".into() });
    let report = of(&world, 10);
    assert_eq!(lines(&report), ["Declared", "Runbook", "Runbook", "Runbook", "Runbook", "Runbook"]);
    let did = |step: &str, minute, helped| Did { run, step: step.into(), at: at(minute), helped };
    assert_eq!(report.did, [did("Roll back", 4, true), did("Restart", 6, false)]);
}

#[test]
fn the_duration_leaves_out_what_counted_as_resolved() {
    let mut world = World::declared(Severity::P1);
    let open = of(&world, 25).lasted;
    assert_eq!((open.open, open.until, open.reopened), (minutes(25), None, 0));
    resolve(&mut world, 30, "Redis");
    world.asks(at(50), "U0IAN", Command::Reopen).unwrap();
    // More than a day, over a change to winter time in every zone that has one: instants know of none.
    resolve(&mut world, 50 + 30 * 60, "The vendor");
    let lasted = of(&world, 10_000).lasted;
    assert_eq!((lasted.from, lasted.until), (at(0), Some(at(50 + 30 * 60))));
    assert_eq!((lasted.open, lasted.reopened), (minutes(30 + 30 * 60), 1));
}

#[test]
fn what_nobody_said_is_not_known_and_never_made_up() {
    let mut world = World::declared(Severity::P1);
    assert_eq!(
        of(&world, 1).not_known,
        [Section::RootCause, Section::Witnesses, Section::DataLoss, Section::Lessons]
    );
    resolve(&mut world, 30, "Not known yet");
    let report = of(&world, 31);
    assert_eq!((report.root_cause.as_ref(), report.data_loss.as_ref()), (None, None));
    assert!(report.not_known.contains(&Section::RootCause));
    let write =
        |section, text: &str| EventKind::After(Box::new(AfterNews::Written { section, text: text.into() }));
    world.record(at(32), Some("U0IAN"), write(Section::Witnesses, "About 40"));
    world.record(at(32), Some("U0IAN"), write(Section::DataLoss, "unknown"));
    world.record(at(33), Some("U0IAN"), write(Section::RootCause, "Redis was full"));
    let report = of(&world, 34);
    assert_eq!(report.not_known, [Section::DataLoss, Section::Lessons]);
    assert_eq!(report.text(Section::RootCause).as_deref(), Some("Redis was full"));
    // Taken back, what the resolution said stands again, and that was nothing.
    world.record(at(35), Some("U0IAN"), write(Section::RootCause, ""));
    assert!(of(&world, 36).not_known.contains(&Section::RootCause));
}

#[test]
fn the_events_of_what_is_merged_into_it_are_in_it() {
    let mut world = World::declared(Severity::P1);
    resolve(&mut world, 30, "Redis");
    let mut other = World::declared(Severity::P2);
    other.asks(at(2), "U0MAYA", Command::Ack).unwrap();
    other.asks(at(3), "U0MAYA", Command::Note { text: "The same".into() }).unwrap();
    let report = report(&world.incident, &world.events, &[(IncidentId(9), other.events)], at(40));
    let of_nine = report.timeline.iter().filter(|entry| entry.of == Some(IncidentId(9))).count();
    assert_eq!((of_nine, report.timeline.len()), (3, 5));
}

#[test]
fn two_thousand_lines_are_all_there_in_order() {
    let mut world = World::declared(Severity::P1);
    for minute in 1..=2_000 {
        let text = format!("note {minute}");
        world.record(at(minute), Some("U0IAN"), EventKind::Noted { text });
    }
    let report = of(&world, 3_000);
    assert_eq!(report.timeline.len(), 2_001);
    assert!(report.timeline.windows(2).all(|pair| pair[0].at <= pair[1].at));
}

#[test]
fn one_that_howler_ended_is_nobodys_and_says_what_is_known() {
    let mut world = World::declared(Severity::P2);
    let kind = EventKind::Resolved {
        root_cause: "Not known: all of its alerts were resolved".into(),
        impact: None,
        data_loss: None,
        from: Status::Investigating,
        missed: 0,
        cancelled: None,
    };
    world.record(at(30), None, kind);
    let begun = after::begins(&world.incident, world.events.last().unwrap(), &world.rules).unwrap();
    world.record(at(30), None, begun);
    let deadline = world.incident.after.report.clone().unwrap();
    assert_eq!(deadline.owner, Some("U0IAN".into()), "whoever declared it");
    assert_eq!(lines(&of(&world, 31)), ["Declared", "Resolved"], "no update, no acknowledgement");
    world.incident.declared_by = Actor::Howler;
    let begun = after::begins(&world.incident, &world.events[1], &world.rules).unwrap();
    let EventKind::After(news) = begun else { panic!() };
    assert!(matches!(*news, AfterNews::Begun { report: Some(ref report), .. } if report.owner.is_none()));
}
