//! Whose the time and the questions of two incidents are, once they are one, and two again.

use super::merge::{OLD, Town, YOUNG};
use super::*;
use crate::alert::AlertId;
use crate::effect::{Say, To};

use Severity::{P1, P2, P3};

/// A P1 of minute 60 must be acknowledged by minute 75, however often it is merged and split off.
#[test]
fn a_split_gives_no_time_but_where_nobody_was_to_answer() {
    let resolve = || Command::Resolve { root_cause: "x".into() };
    let third = IncidentId(3);
    for (name, deeds, split, wanted) in [
        ("nobody had it", vec![], 70, Some(75)),
        ("nobody had it, and that was told", vec![], 80, None),
        ("somebody had the whole", vec![(64, Command::Ack)], 70, Some(85)),
        ("the whole was over", vec![(64, resolve())], 70, Some(85)),
        ("the whole was over for a while", vec![(64, resolve()), (66, Command::Reopen)], 70, Some(85)),
        ("the whole was raised", vec![(64, Command::Severity { to: P2, reason: None })], 70, Some(75)),
    ] {
        let mut town = Town::with(&[(third, 0, P1), (OLD, 0, P3), (YOUNG, 60, P1)]);
        town.merges(62, "U0ZOE", YOUNG, OLD).unwrap();
        for (minute, deed) in deeds {
            town.asks(OLD, at(minute), "U0MAYA", deed).unwrap();
        }
        (63..=split).for_each(|minute| town.fires(minute));
        town.splits(split, YOUNG).unwrap();
        assert_eq!(town.due(YOUNG, TimerKind::Response), wanted, "{name}");
        assert_eq!(town.of(YOUNG).missed_its_response(), wanted.is_none(), "{name}");
        town.fires(split);
        let told = |event: &Event| matches!(event.kind, EventKind::ResponseMissed { .. });
        assert!(!town.events[&YOUNG].iter().any(told), "{name}: it is told once");
    }
    // What leads it now missed its own long before.
    let mut town = Town::with(&[(third, 0, P1), (OLD, 0, P3), (YOUNG, 60, P1)]);
    (0..=61).for_each(|minute| town.fires(minute));
    town.merges(62, "U0ZOE", YOUNG, third).unwrap();
    town.splits(63, YOUNG).unwrap();
    assert_eq!(town.due(YOUNG, TimerKind::Response), Some(75));
}

/// Whoever is in command, else whoever has the louder one; whoever only declared it, or had it before it became worse, is not asked.
#[test]
fn whether_it_looks_over_is_asked_of_whoever_has_it_as_it_is_now() {
    let asked = |town: &Town| {
        let asks = |kind: &EffectKind| match kind {
            EffectKind::Say { say, to, .. } if matches!(say.as_ref(), Say::LooksOver { .. }) => {
                Some(to.clone())
            }
            _ => None,
        };
        town.said.iter().rev().find_map(|(_, kind)| asks(kind)).expect("it is asked")
    };
    let of = |person: &str| To::Person(person.into());
    let takes = || Command::Take { role: Role::Commander };
    // Who has INC-7, a P3, and who INC-9, a P1, before the merge; who does what after it; and who is asked.
    for (old, young, after, wanted) in [
        (None, None, None, To::OnCall),
        (Some("U0IAN"), None, None, To::OnCall),
        (Some("U0IAN"), Some("U0KOFI"), None, of("U0KOFI")),
        (None, Some("U0KOFI"), None, of("U0KOFI")),
        (None, Some("U0KOFI"), Some(("U0MAYA", Command::Ack)), of("U0MAYA")),
        (Some("U0IAN"), Some("U0KOFI"), Some(("U0MAYA", takes())), of("U0MAYA")),
    ] {
        let mut town = Town::with(&[(OLD, 0, P3), (YOUNG, 60, P1)]);
        for (id, person) in [(OLD, old), (YOUNG, young)] {
            if let Some(person) = person {
                town.asks(id, at(61), person, Command::Ack).unwrap();
            }
        }
        for id in [OLD, YOUNG] {
            town.incidents.get_mut(&id).unwrap().declared_by = Actor::Alert(AlertId(9));
        }
        town.alert(61, AlertId(1), YOUNG, true);
        town.merges(62, "U0ZOE", YOUNG, OLD).unwrap();
        if let Some((person, command)) = after.clone() {
            town.asks(OLD, at(63), person, command).unwrap();
        }
        town.alert(64, AlertId(1), YOUNG, false);
        assert_eq!(asked(&town), wanted, "{old:?} {young:?} {after:?}");
    }
}
