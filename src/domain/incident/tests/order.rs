//! Any order of requests, timers and results leaves a valid incident.

use proptest::prelude::*;

use super::*;
use crate::command::Retractable;
use crate::incident::figures::Figures;

fn command() -> impl Strategy<Value = Command> {
    let severity = prop::sample::select(Severity::ALL.to_vec());
    let status = prop::sample::select(Status::ALL.to_vec());
    let role = prop::sample::select(Role::ALL.to_vec());
    let what = prop::sample::select(vec![
        None,
        Some(Retractable::Update),
        Some(Retractable::Severity),
        Some(Retractable::Resolution),
    ]);
    prop_oneof![
        Just(Command::Update { text: "u".into() }),
        status.prop_map(|to| Command::Status { to }),
        severity.prop_map(|to| Command::Severity { to, reason: None }),
        Just(Command::Impact { text: "i".into() }),
        Just(Command::Note { text: "n".into() }),
        Just(Command::Ack),
        role.prop_map(|role| Command::Take { role }),
        (1i64..500).prop_map(|by| Command::Snooze { by: minutes(by), reminder: None }),
        Just(Command::Resolve { root_cause: "r".into() }),
        Just(Command::Reopen),
        what.prop_map(|what| Command::Retract { what }),
    ]
}

/// What happens, and how many minutes after the last.
fn step() -> impl Strategy<Value = (i64, Option<Command>)> {
    (0i64..70, prop_oneof![3 => command().prop_map(Some), 1 => Just(None)])
}

fn check(world: &World, now: Timestamp) {
    let incident = &world.incident;
    assert_eq!(
        Some(incident),
        Incident::replay(incident.id, &world.events).as_ref(),
        "events tell everything"
    );
    assert_eq!(incident.is_open(), incident.resolution().is_none());
    assert_eq!(incident.ladder.is_some(), incident.is_open() && incident.clocks.update_every.is_some());
    assert_eq!(incident.clocks.update_every, world.rules.rule(incident.severity).update_every);
    assert_eq!(incident.backup_watch.is_some(), incident.clocks.backup_after.is_some());
    if !incident.is_open() {
        assert_eq!(incident.timers().count(), 0);
        assert!(incident.open_reminders.is_empty());
    }
    if let Some(ladder) = &incident.ladder {
        assert!(ladder.since <= now, "a promise is not made in the future");
        assert!(ladder.next.1 <= now + ladder.interval * 2, "a reminder is never put off for ever");
    }
    let figures = Figures::of(incident);
    assert!(figures.updates_kept <= figures.updates_promised);
    let seqs: Vec<u32> = world.events.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=incident.events).collect::<Vec<_>>());
    let _ = timeline::timeline(&world.events);
    let row = serde_json::to_string(incident).unwrap();
    assert_eq!(&serde_json::from_str::<Incident>(&row).unwrap(), incident, "the row keeps everything");
}

proptest! {
    #[test]
    fn any_order_leaves_a_valid_incident(
        severity in prop::sample::select(Severity::ALL.to_vec()),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut rules = Severities::default();
        rules.back_up(Some(minutes(2)));
        let mut world = World::with_rules(severity, rules);
        let mut minute = 0;
        for (wait, command) in steps {
            minute += wait;
            world.fires(at(minute), None);
            let due = world.incident.timers().filter(|(_, due)| *due <= at(minute)).count();
            prop_assert_eq!(due, 0, "what was due has fired");
            if let Some(command) = command {
                let before = world.events.len();
                if world.asks(at(minute), "U0IAN", command).is_err() {
                    prop_assert_eq!(world.events.len(), before, "a refusal changes nothing");
                }
            }
            check(&world, at(minute));
        }
    }
}
