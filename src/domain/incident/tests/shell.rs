//! Somebody at a shell whom Slack cannot reach: nobody waits for an answer that cannot come.

use super::*;
use crate::effect::Say;
use Rung::{Channel, Direct, OnCall};

const ROOT: &str = "shell:root";

fn declared() -> World {
    let mut world = World::declared(Severity::P2);
    world.incident.declared_by = ROOT.into();
    world.events[0].by = ROOT.into();
    world
}

fn asked(world: &World) -> Vec<(Rung, Actor)> {
    let says = world.effects.iter().filter_map(|effect| match effect {
        EffectKind::Say { say, .. } => Some(say.as_ref()),
        _ => None,
    });
    says.filter_map(|say| match say {
        Say::Reminder { rung, asked, .. } => Some((*rung, asked.clone())),
        _ => None,
    })
    .collect()
}

#[test]
fn where_nobody_can_be_written_to_the_on_call_is_asked_sooner_and_once() {
    let mut world = declared();
    let expected = vec![(30, Channel), (35, OnCall), (60, Channel), (65, OnCall)];
    assert_eq!(world.reminders(0, 75), expected);
    assert_eq!(world.incident.promises_missed, 2, "missed promises count as ever");
    assert!(world.effects.iter().all(|effect| !matches!(effect, EffectKind::Say { to: To::Person(_), .. })));
}

#[test]
fn the_next_in_charge_who_is_in_slack_is_asked() {
    let mut world = declared();
    world.asks(at(1), "U0MAYA", Command::Ack).unwrap();
    world.asks(at(2), ROOT, Command::Take { role: Role::Commander }).unwrap();
    assert_eq!(world.reminders(2, 40), vec![(30, Channel), (35, Direct), (40, OnCall)]);
    assert_eq!(world.incident.person_in_charge().to_string(), ROOT);
    assert!(asked(&world).iter().all(|(_, asked)| asked.to_string() == "U0MAYA"), "{:?}", asked(&world));
}

#[test]
fn after_an_outage_the_loudest_rung_is_said_once() {
    let mut world = declared();
    let fired = world.fires(at(37), None);
    assert!(
        matches!(fired.as_slice(), [EventKind::Reminded { rung: OnCall, to: To::Emergencies, .. }]),
        "{fired:?}"
    );
    assert_eq!(world.reminders(38, 59), vec![]);
}

#[test]
fn nothing_is_sent_to_somebody_at_a_shell() {
    let mut world = declared();
    let room = Room { channel: "C0INC7".into(), name: "inc-7".into() };
    world.record(at(1), None, EventKind::RoomOpened { room });
    for command in [
        Command::Ack,
        Command::Take { role: Role::Commander },
        Command::Take { role: Role::Scribe },
        Command::Update { text: "x".into() },
        Command::Resolve { root_cause: "x".into() },
        Command::Reopen,
    ] {
        world.asks(at(2), ROOT, command).unwrap();
    }
    world.reminders(2, 120);
    for effect in &world.effects {
        let people = match effect {
            EffectKind::Say { to: To::Person(person), .. } => vec![person.clone()],
            EffectKind::Invite { people, .. } => people.clone(),
            _ => Vec::new(),
        };
        assert!(people.iter().all(|person: &UserId| !person.as_str().contains(':')), "{effect:?}");
    }
    let invites = world.effects.iter().filter(|effect| matches!(effect, EffectKind::Invite { .. }));
    assert_eq!(invites.count(), 1, "the on-call, when the channel was made");
}
