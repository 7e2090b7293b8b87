use super::*;
use Rung::{Channel, Direct, OnCall};

const DAY: i64 = 24 * 60;

/// The clock is set back by `by` minutes, to `now`.
fn goes_back(world: &mut World, by: i64, now: i64) -> bool {
    let kind = set_back(&world.incident, minutes(by), at(now));
    kind.map(|kind| world.record(at(now), None, kind)).is_some()
}

#[test]
fn a_day_ahead_and_back_makes_no_update_late() {
    let mut world = World::declared(Severity::P2);
    assert_eq!(world.reminders(DAY, DAY), vec![(DAY, OnCall)], "all that was due meanwhile");
    assert!(goes_back(&mut world, DAY, 10));
    assert_eq!(
        world.reminders(10, 70),
        vec![(30, Channel), (35, Direct), (40, OnCall), (60, Channel), (65, Direct), (70, OnCall)]
    );
    assert_eq!(world.incident.ladder.as_ref().map(|ladder| ladder.missed), Some(2));
}

#[test]
fn what_was_declared_by_the_clock_that_was_ahead_is_due_as_if_it_were_declared_now() {
    let mut world = World::declared(Severity::P1);
    world.update(20);
    let response = minutes(15);
    assert_eq!(world.incident.response_due(), Some(at(15)));
    assert!(goes_back(&mut world, DAY, 21 - DAY));
    assert_eq!(world.incident.response_due(), Some(at(-DAY) + response));
    assert_eq!(world.reminders(21 - DAY, 50 - DAY), vec![(50 - DAY, Channel)]);
}

#[test]
fn a_page_is_no_further_away_than_its_path_says() {
    let mut world = World::declared(Severity::P1);
    world.duty =
        Some(Duty { primary: Some("U0MAYA".into()), backup: Some("U0ZOE".into()), ..Duty::default() });
    let declared = world.events[0].clone();
    world.page(&declared);
    let waits = world.incident.page_due().unwrap().duration_since(at(0));
    assert!(goes_back(&mut world, DAY, 2 - DAY));
    assert_eq!(world.incident.page_due(), Some(at(2 - DAY) + waits));
}

#[test]
fn what_is_within_reach_stays_as_it_was() {
    let mut world = World::declared(Severity::P1);
    for now in [1, 15, 29] {
        assert!(!goes_back(&mut world, 2, now), "at {now}");
    }
    world.asks(at(31), "U0IAN", Command::Resolve { root_cause: "x".into() }).unwrap();
    assert!(!goes_back(&mut world, DAY, 31 - DAY), "nothing is due any more");
}
