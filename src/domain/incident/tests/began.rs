//! A declaration by nobody, and a trouble that is older than its declaration.

use proptest::prelude::*;

use super::paging::{duty, person, phone};
use super::*;
use crate::alert::AlertId;
use crate::command::Role;
use crate::effect::{Say, To};
use crate::severities::Severities;
use crate::timer::Lateness;
use Rung::{Channel, OnCall};

fn declared(by: Actor, severity: Severity, began: Option<Timestamp>) -> World {
    let rules = Severities::default();
    let (title, place) = ("Event stream down".to_owned(), Place::howler());
    let declaration = Declaration { title, severity, impact: None, action: None, eta: None, began };
    let decision = declare(IncidentId(7), declaration, &place, &rules);
    assert!(matches!(decision.answer, Answer::Private(Private::Declared { .. })));
    let kind = decision.events.into_iter().next().unwrap();
    let event = Event { seq: 1, at: at(0), by, from_shell: false, call: None, kind };
    let incident = Incident::declared(IncidentId(7), &event).expect("whoever declares, it is declared");
    let effects = consequences(None, &incident, &event).into_iter().map(|intent| intent.kind).collect();
    World { incident, events: vec![event], effects, rules, duty: None }
}

fn nobodies() -> [Actor; 2] {
    [Actor::Howler, Actor::Alert(AlertId(12))]
}

#[test]
fn whoever_is_no_person_declares_and_is_asked_for_nothing() {
    for by in nobodies() {
        let mut world = declared(by.clone(), Severity::P2, None);
        let said = |effect: &EffectKind| matches!(effect, EffectKind::Say { say, .. } if matches!(say.as_ref(), Say::Declared { by: named, .. } if *named == by));
        assert!(world.effects.iter().any(said), "its declaration names it");
        let room = Room { channel: "C0INC7".into(), name: "inc-7".into() };
        world.record(at(1), None, EventKind::RoomOpened { room });
        // The on-call is asked sooner, and once, as where whoever declared is at a shell.
        assert_eq!(world.reminders(1, 75), [(30, Channel), (35, OnCall), (60, Channel), (65, OnCall)]);
        for effect in &world.effects {
            match effect {
                EffectKind::Say { to: To::Person(_), .. } => panic!("{effect:?}"),
                EffectKind::Invite { people, .. } => assert!(people.is_empty(), "{effect:?}"),
                _ => {}
            }
        }
        assert_eq!(Incident::replay(IncidentId(7), &world.events), Some(world.incident));
    }
}

#[test]
fn whoever_is_no_person_has_no_role_and_acknowledges_nothing() {
    for by in nobodies() {
        let mut world = declared(by.clone(), Severity::P1, None);
        let (place, duty) = (Place::howler(), Duty::default());
        let asked = Asked { by: &by, place: &place, now: at(1), duty: &duty };
        for command in [Command::Ack, Command::Pass, Command::Take { role: Role::Commander }] {
            let refused = decide(&world.incident, &command, &asked, &world.rules);
            assert_eq!(refused, Err(Refusal::NoPerson { by: by.clone() }), "{command:?}");
        }
        // Its updates are no word that somebody has it.
        let update = Command::Update { text: "still down".into() };
        let decision = decide(&world.incident, &update, &asked, &world.rules).unwrap();
        assert!(matches!(decision.events.as_slice(), [EventKind::Updated { .. }]), "{:?}", decision.events);
        let event = Event {
            seq: 2,
            at: at(1),
            by: by.clone(),
            from_shell: false,
            call: None,
            kind: EventKind::Acknowledged,
        };
        world.incident.apply(&event);
        assert_eq!(world.incident.acknowledged, None);
        assert_eq!(world.incident.response_due(), Some(at(15)));
    }
}

#[test]
fn the_response_time_counts_from_the_beginning_of_the_trouble() {
    let day = 24 * 60;
    for (began, known, due) in [
        (None, None, 15),
        (Some(-4), Some(-4), 11),
        (Some(-20), Some(-20), -5),
        (Some(0), None, 15),
        // A source whose clock is ahead.
        (Some(5), None, 15),
        (Some(-day), Some(-day), 15 - day),
        // Told as it was; the clock reaches back a day.
        (Some(-3 * day), Some(-3 * day), 15 - day),
    ] {
        let world = declared(Actor::Howler, Severity::P1, began.map(at));
        assert_eq!(world.incident.began, known.map(at), "{began:?}");
        assert_eq!(world.incident.response_due(), Some(at(due)), "{began:?}");
        assert_eq!(
            world.incident.update_due(),
            Some(at(30)),
            "an update is promised from the declaration on"
        );
    }
}

#[test]
fn a_severity_that_is_raised_counts_from_the_beginning_too() {
    let mut world = declared(Actor::Howler, Severity::P2, Some(at(-10)));
    assert_eq!(world.incident.response_due(), Some(at(50)));
    world.asks(at(2), "U0IAN", Command::Severity { to: Severity::P1, reason: None }).unwrap();
    assert_eq!(world.incident.response_due(), Some(at(5)));
    world.asks(at(3), "U0IAN", Command::Severity { to: Severity::P2, reason: None }).unwrap();
    world.asks(at(6), "U0IAN", Command::Severity { to: Severity::P1, reason: None }).unwrap();
    assert_eq!(
        world.incident.response_due(),
        Some(at(21)),
        "nobody can have kept what was over at the raise"
    );
}

/// A time that was over when howler heard of it is missed at once, and howler is not late with that.
#[test]
fn what_was_over_at_the_declaration_is_said_at_once() {
    let mut world = declared(Actor::Alert(AlertId(12)), Severity::P1, Some(at(-20)));
    let fired = world.fires(at(0), None);
    let expected = EventKind::ResponseMissed { due: at(-5), late: None, everybody: true, quiet: false };
    assert_eq!(fired, [expected]);
    let says = world.effects.iter().find_map(|effect| match effect {
        EffectKind::Say { say, .. } => match say.as_ref() {
            Say::ResponseMissed { began, within, .. } => Some((*began, *within)),
            _ => None,
        },
        _ => None,
    });
    assert_eq!(says, Some((Some((at(-20), at(0))), minutes(15))));
    // What howler itself is late with it admits.
    let mut world = declared(Actor::Howler, Severity::P1, Some(at(-20)));
    let fired = world.fires(at(3), None);
    let late = Some(Lateness { due: at(0), outage: None });
    assert!(matches!(&fired[0], EventKind::ResponseMissed { late: told, .. } if *told == late), "{fired:?}");
}

#[test]
fn paging_begins_with_every_step_whose_time_is_over() {
    let maya = || vec![person("U0MAYA"), To::OnCall, phone("U0MAYA")];
    let both = || vec![person("U0MAYA"), To::OnCall, phone("U0MAYA"), person("U0KOFI"), phone("U0KOFI")];
    for (began, first, next) in [(0, maya(), 5), (-4, maya(), 1), (-5, both(), 10), (-600, both(), 10)] {
        let mut world = declared(Actor::Howler, Severity::P1, Some(at(began)));
        world.duty = Some(duty());
        let event = world.events[0].clone();
        world.page(&event);
        let EventKind::Paged(paged) = &world.events[1].kind else { panic!("{:?}", world.events) };
        let mut called: Vec<To> = paged.calls.iter().map(|call| call.to.clone()).collect();
        let mut expected = first;
        called.sort();
        expected.sort();
        assert_eq!(called, expected, "{began}");
        assert_eq!(paged.late, None, "{began}: howler knew of nothing before");
        let due = world.incident.page_due().map(|due| due.duration_since(at(0)).as_mins());
        assert_eq!(due, Some(next), "{began}");
    }
}

#[test]
fn a_declaration_of_an_older_howler_is_read_and_written_as_it_was() {
    let world = World::declared(Severity::P1);
    let stored = serde_json::to_string(&world.events[0]).unwrap();
    assert!(!stored.contains("began"), "{stored}");
    assert_eq!(serde_json::from_str::<Event>(&stored).unwrap(), world.events[0]);
    let row = serde_json::to_string(&world.incident).unwrap();
    assert!(!row.contains("began"), "{row}");
}

proptest! {
    #[test]
    fn clocks_never_begin_after_the_declaration_nor_a_day_before_it(
        began in proptest::option::of(-3_000_000i64..3_000_000),
        severity in prop_oneof![Just(Severity::P1), Just(Severity::P2), Just(Severity::P3), Just(Severity::P4)],
        by in prop_oneof![Just(Actor::Howler), any::<u64>().prop_map(|n| Actor::Alert(AlertId(n))), Just("U0IAN".into())],
        later in 0i64..3_000,
    ) {
        let mut world = declared(by, severity, began.map(seconds));
        world.duty = Some(duty());
        let event = world.events[0].clone();
        world.page(&event);
        let from = world.incident.counts_from();
        prop_assert!(from <= at(0) && from >= at(-24 * 60));
        prop_assert_eq!(world.incident.response_from, from);
        prop_assert_eq!(world.incident.began.is_some(), began.is_some_and(|began| began < 0));
        for minute in 0..later.min(90) {
            world.fires(at(minute), None);
            prop_assert!(world.incident.timers().all(|(_, due)| due > at(minute)), "what is due fires once");
        }
        let row = serde_json::to_string(&world.incident).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Incident>(&row).unwrap(), &world.incident);
        prop_assert_eq!(Incident::replay(IncidentId(7), &world.events), Some(world.incident));
    }
}
