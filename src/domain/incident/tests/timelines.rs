use super::*;
use crate::incident::timeline::{message_time, timeline};

fn pin(world: &mut World, minute: i64, by: &str, message: &str, added: bool) -> Result<(), Refusal> {
    let author = Some("U0KOFI".into());
    let decision =
        super::super::pin(&world.incident, &by.into(), &"C1".into(), &message.into(), author, added)?;
    for kind in decision.events {
        world.record(at(minute), Some(by), kind);
    }
    Ok(())
}

#[test]
fn a_message_stays_until_the_last_pushpin_is_gone() {
    let mut world = World::declared(Severity::P2);
    let message = format!("{}.000100", at(3).as_second());
    pin(&mut world, 4, "U0IAN", &message, true).unwrap();
    pin(&mut world, 5, "U0MAYA", &message, true).unwrap();
    assert_eq!(timeline(&world.events).len(), 2, "once, however many pushpins");
    let reads =
        world.effects.iter().filter(|effect| matches!(effect, EffectKind::ReadMessage { .. })).count();
    assert_eq!(reads, 1);
    pin(&mut world, 6, "U0IAN", &message, false).unwrap();
    assert_eq!(timeline(&world.events).len(), 2);
    pin(&mut world, 7, "U0MAYA", &message, false).unwrap();
    assert_eq!(timeline(&world.events).len(), 1);
}

#[test]
fn a_pinned_message_stands_once_at_its_own_time_until_it_is_taken_off() {
    let mut world = World::declared(Severity::P2);
    world.update(5);
    let message = format!("{}.000100", at(3).as_second());
    pin(&mut world, 9, "U0IAN", &message, true).unwrap();
    assert!(matches!(pin(&mut world, 9, "U0IAN", &message, true), Err(Refusal::AlreadyPinned { .. })));
    let read = EventKind::PinRead {
        channel: "C1".into(),
        message: message.as_str().into(),
        author: Some("U0KOFI".into()),
        text: "It broke here".into(),
    };
    world.record(at(9), None, read.clone());
    let entries = timeline(&world.events);
    let kinds: Vec<_> = entries.iter().map(|entry| (entry.at, &entry.what)).collect();
    assert_eq!(kinds[1], (at(3), &read), "between the declaration and the update");
    assert_eq!(kinds.len(), 3);
    pin(&mut world, 10, "U0IAN", &message, false).unwrap();
    assert_eq!(timeline(&world.events).len(), 2);
    pin(&mut world, 11, "U0IAN", &message, false).unwrap();
    pin(&mut world, 12, "U0IAN", &message, true).unwrap();
    assert_eq!(timeline(&world.events).len(), 3, "and can be put back");
}

#[test]
fn retracted_entries_are_marked_and_stay() {
    let mut world = World::declared(Severity::P2);
    world.update(5);
    world.asks(at(6), "U0IAN", Command::Retract { what: None }).unwrap();
    let marks: Vec<bool> = timeline(&world.events).iter().map(|entry| entry.retracted).collect();
    assert_eq!(marks, vec![false, true, false]);
}

#[test]
fn message_times() {
    assert_eq!(
        message_time(&"1795485600.123456".into()),
        Some(seconds(0) + SignedDuration::from_millis(123))
    );
    for odd in ["", "x", "1.", "1795485600", "99999999999999999999.1", "-5.x"] {
        let _ = message_time(&odd.into());
    }
}
