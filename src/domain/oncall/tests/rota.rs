//! The rota: hand-overs at their instants, and what changes bring about at once.

use jiff::{SignedDuration, Timestamp};

use crate::actor::Actor;
use crate::id::UserId;
use crate::oncall::confirm::Change;
use crate::oncall::duty::PhoneReach;
use crate::oncall::event::{RotaEvent, RotaEventKind};
use crate::oncall::fire::{fire, settle};
use crate::oncall::rota::Rota;
use crate::oncall::{Schedule, Turns};
use crate::timer::{Outage, TimerKind};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A rota under test; what follows at once is recorded as the desk does it.
struct World {
    rota: Rota,
    told: Vec<RotaEventKind>,
}

impl World {
    /// Weekly, Sunday 00:00 UTC, from Wednesday 25 November 2026 on.
    fn of(people: &[&str], fallback: Option<&str>) -> Self {
        let people = people.iter().map(|id| UserId::from(*id)).collect();
        let now = at("2026-11-25T12:00:00Z");
        let mut schedule = Schedule::new(Turns::runbook(), people, now);
        schedule.fallback = fallback.map(UserId::from);
        let mut world = Self { rota: Rota::default(), told: Vec::new() };
        world.record(now, None, RotaEventKind::Set { schedule: Box::new(schedule) });
        world
    }

    fn record(&mut self, now: Timestamp, by: Option<&str>, kind: RotaEventKind) {
        let actor = by.map_or(Actor::Howler, Actor::from);
        let event = RotaEvent { seq: self.rota.events + 1, at: now, by: actor.clone(), kind };
        self.rota.apply(&event);
        self.told.push(event.kind);
        if let Some(kind) = settle(&self.rota, &actor, now) {
            self.record(now, by, kind);
        }
    }

    fn changes(&mut self, now: Timestamp, by: &str, change: Change) {
        self.record(now, Some(by), RotaEventKind::Changed { change });
    }

    fn fires(&mut self, now: Timestamp, outage: Option<Outage>) -> Vec<RotaEventKind> {
        let due: Vec<TimerKind> =
            self.rota.timers().into_iter().filter(|(_, due)| *due <= now).map(|(kind, _)| kind).collect();
        let mut fired = Vec::new();
        for kind in due {
            for event in fire(&self.rota, kind, now, outage, PhoneReach::Off) {
                fired.push(event.clone());
                self.record(now, None, event);
            }
        }
        fired
    }

    fn called(&self, now: Timestamp) -> (Option<String>, Option<String>) {
        let duty = self.rota.duty(now, PhoneReach::Off);
        (duty.primary.map(|person| person.0), duty.outgoing.map(|person| person.0))
    }
}

fn some(id: &str) -> Option<String> {
    Some(id.to_owned())
}

const SUNDAY: &str = "2026-11-29T00:00:00Z";

#[test]
fn at_the_second_of_the_hand_over_the_next_one_has_it_and_the_outgoing_one_is_called_too() {
    let mut world = World::of(&["U0A", "U0B"], None);
    assert_eq!(world.called(at("2026-11-28T23:59:59Z")), (some("U0A"), None));
    assert!(world.fires(at("2026-11-28T23:59:59Z"), None).is_empty());
    let fired = world.fires(at(SUNDAY), None);
    assert!(
        matches!(fired.as_slice(), [RotaEventKind::HandedOver { to, late: None, .. }] if *to == Some("U0B".into())),
        "{fired:?}"
    );
    assert_eq!(world.called(at(SUNDAY)), (some("U0B"), some("U0A")));
    world.record(at("2026-11-29T00:10:00Z"), Some("U0B"), RotaEventKind::Confirmed);
    assert_eq!(world.called(at("2026-11-29T00:10:00Z")), (some("U0B"), None));
    assert!(world.fires(at("2026-11-29T01:00:00Z"), None).is_empty());
}

#[test]
fn whoever_does_not_say_so_within_half_an_hour_is_told_to_the_backup() {
    let mut world = World::of(&["U0A", "U0B", "U0C"], None);
    world.fires(at(SUNDAY), None);
    assert!(world.fires(at("2026-11-29T00:29:59Z"), None).is_empty());
    let fired = world.fires(at("2026-11-29T00:30:00Z"), None);
    assert!(
        matches!(fired.as_slice(), [RotaEventKind::Unconfirmed { tell, .. }] if *tell == Some("U0C".into())),
        "{fired:?}"
    );
    assert!(world.fires(at("2026-11-29T02:00:00Z"), None).is_empty(), "once");
}

#[test]
fn hand_overs_that_were_missed_become_one_that_admits_it() {
    let mut world = World::of(&["U0A", "U0B", "U0C"], None);
    let back = at("2026-12-07T08:00:00Z");
    let outage = Outage { from: at("2026-11-28T20:00:00Z"), until: back };
    let fired = world.fires(back, Some(outage));
    let handed_over: Vec<_> = fired
        .iter()
        .filter_map(|event| match event {
            RotaEventKind::HandedOver { since, to, late, .. } => Some((*since, to.clone(), *late)),
            _ => None,
        })
        .collect();
    let [(since, to, Some(late))] = handed_over.as_slice() else { panic!("{fired:?}") };
    assert_eq!((*since, to.clone()), (at("2026-12-06T00:00:00Z"), Some("U0C".into())));
    assert_eq!(late.outage, Some(outage));
}

#[test]
fn taking_it_oneself_needs_no_word_and_its_end_is_a_hand_over_back() {
    let mut world = World::of(&["U0A", "U0B"], None);
    let now = at("2026-11-26T10:00:00Z");
    world.changes(now, "U0B", Change::Cover { long: SignedDuration::from_hours(2) });
    assert_eq!(world.called(now), (some("U0B"), None), "confirmed by the deed");
    let fired = world.fires(at("2026-11-26T12:00:00Z"), None);
    assert!(
        matches!(fired.as_slice(), [RotaEventKind::HandedOver { to, .. }] if *to == Some("U0A".into())),
        "{fired:?}"
    );
}

#[test]
fn nobody_on_call_is_told_at_once_and_the_declared_backup_is_called() {
    let pause = |id: &str| Change::Pause {
        person: id.into(),
        from: at("2026-11-26T00:00:00Z"),
        until: at("2026-12-20T00:00:00Z"),
    };
    let now = at("2026-11-26T10:00:00Z");
    for (fallback, to) in [(Some("U0Z"), some("U0Z")), (None, None)] {
        let mut world = World::of(&["U0A", "U0B"], fallback);
        world.changes(now, "U0A", pause("U0A"));
        assert_eq!(world.called(now).0, some("U0B"), "the next one stands in");
        world.changes(now, "U0A", pause("U0B"));
        let RotaEventKind::HandedOver { to: told, fallback: is_fallback, .. } = world.told.last().unwrap()
        else {
            panic!("{:?}", world.told)
        };
        assert_eq!((told.clone().map(|to| to.0), *is_fallback), (to.clone(), fallback.is_some()));
        assert_eq!(world.called(now).0, to);
        let back = world.fires(at("2026-12-20T00:00:00Z"), None);
        assert!(matches!(back.as_slice(), [RotaEventKind::HandedOver { to: Some(_), .. }, ..]), "{back:?}");
    }
}

#[test]
fn a_clock_that_is_set_back_takes_no_hand_over_back() {
    let mut world = World::of(&["U0A", "U0B"], None);
    world.fires(at(SUNDAY), None);
    let before = at("2026-11-28T23:30:00Z");
    assert_eq!(world.called(before).0, some("U0B"));
    let told = world.told.len();
    world.record(before, None, RotaEventKind::GroupRepaired);
    assert_eq!(world.told.len(), told + 1, "nothing is handed over: {:?}", world.told);
}

#[test]
fn a_rotation_that_was_never_set_up_tells_nobody() {
    let mut world = World { rota: Rota::default(), told: Vec::new() };
    world.record(at(SUNDAY), None, RotaEventKind::GroupRepaired);
    assert_eq!(world.told.len(), 1);
    assert!(world.rota.timers().is_empty());
}

#[test]
fn the_row_is_what_its_events_make() {
    let mut world = World::of(&["U0A", "U0B"], Some("U0Z"));
    world.changes(at("2026-11-26T10:00:00Z"), "U0A", Change::Add { person: "U0C".into() });
    world.fires(at(SUNDAY), None);
    world.changes(at("2026-11-30T10:00:00Z"), "U0C", Change::HandOver { to: Some("U0C".into()) });
    let row = serde_json::to_string(&world.rota).unwrap();
    assert_eq!(serde_json::from_str::<Rota>(&row).unwrap(), world.rota);
}
