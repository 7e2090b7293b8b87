use super::*;
use crate::answer::Done;
use crate::timer::Lateness;
use Rung::{Channel, Direct, OnCall};

fn updated_every(severity: Severity, minutes: i64) -> Severities {
    let mut rules = Severities::default();
    rules.rule_mut(severity).update_every = Some(SignedDuration::from_mins(minutes));
    rules
}

#[test]
fn an_ignored_update_climbs_and_comes_again_every_interval() {
    let mut world = World::declared(Severity::P2);
    let expected =
        [30, 60, 90].into_iter().flat_map(|due| [(due, Channel), (due + 5, Direct), (due + 10, OnCall)]);
    assert_eq!(world.reminders(0, 100), expected.collect::<Vec<_>>());
    assert_eq!(world.incident.promises_missed, 3);
}

#[test]
fn intervals_shorter_than_the_ladder_do_not_overlap() {
    let rules = updated_every(Severity::P2, 4);
    let mut world = World::with_rules(Severity::P2, rules);
    let expected = vec![(4, Channel), (9, Direct), (14, OnCall), (16, Channel), (21, Direct), (26, OnCall)];
    assert_eq!(world.reminders(0, 27), expected);
    assert_eq!(world.incident.promises_missed, 6);
}

#[test]
fn an_update_answers_and_promises_anew() {
    let mut world = World::declared(Severity::P1);
    world.update(20);
    assert_eq!(world.reminders(20, 55), vec![(50, Channel), (55, Direct)]);
    world.update(57);
    assert!(world.incident.open_reminders.is_empty());
    assert_eq!(world.reminders(57, 87), vec![(87, Channel)]);
    let figures = figures::Figures::of(&world.incident);
    assert_eq!(
        (figures.updates_promised, figures.updates_kept),
        (2, 1),
        "20 kept; 50 missed; 87 may still be kept"
    );
}

#[test]
fn a_snooze_moves_one_reminder_and_never_the_interval() {
    let mut world = World::declared(Severity::P2);
    assert_eq!(world.reminders(0, 30), vec![(30, Channel)]);
    let snooze = Command::Snooze { by: minutes(15), reminder: Some(at(30)) };
    assert_eq!(
        done(world.asks(at(31), "U0IAN", snooze.clone())),
        Done::Snoozed { until: at(46), limited: false }
    );
    let again = world.asks(at(31), "U0IAN", snooze);
    assert_eq!(
        again,
        Err(Refusal::StaleReminder { incident: IncidentId(7), reminder: at(30) }),
        "a double click"
    );
    assert_eq!(
        world.reminders(31, 75),
        vec![(46, Channel), (51, Direct), (56, OnCall), (60, Channel), (65, Direct), (70, OnCall)]
    );
}

#[test]
fn a_snooze_ends_where_the_next_update_is_due() {
    let snooze = |by| Command::Snooze { by: minutes(by), reminder: None };
    for (said_at, by, until, limited) in [
        (0, 15, 45, false),
        (0, 600, 60, true),
        (30, 15, 45, false),
        (50, 15, 60, true),
        (61, 15, 76, false),
        (29, 1, 31, false),
    ] {
        let mut world = World::declared(Severity::P2);
        world.reminders(0, said_at);
        let answer = world.asks(at(said_at), "U0IAN", snooze(by));
        assert_eq!(done(answer), Done::Snoozed { until: at(until), limited }, "at {said_at} by {by}");
    }
}

#[test]
fn a_severity_without_updates_has_no_clock() {
    let mut world = World::declared(Severity::P4);
    assert_eq!(world.reminders(0, 600), vec![]);
    let refused = world.asks(at(601), "U0IAN", Command::Snooze { by: minutes(15), reminder: None });
    assert!(matches!(refused, Err(Refusal::NoUpdateClock { .. })));
    world.asks(at(700), "U0IAN", Command::Severity { to: Severity::P2, reason: None }).unwrap();
    assert_eq!(world.incident.update_due(), Some(at(730)), "the promise starts when it is made");
}

#[test]
fn a_shorter_interval_counts_from_the_last_update_while_that_lies_ahead() {
    let rules = updated_every(Severity::P3, 120);
    for (changed_at, due) in [(10, 30), (29, 30), (40, 70)] {
        let mut world = World::with_rules(Severity::P3, rules.clone());
        world.asks(at(changed_at), "U0IAN", Command::Severity { to: Severity::P2, reason: None }).unwrap();
        assert_eq!(world.incident.update_due(), Some(at(due)), "changed at {changed_at}");
    }
}

#[test]
fn a_retracted_update_lets_the_old_promise_run_again() {
    let mut world = World::declared(Severity::P2);
    world.update(10);
    world.update(20);
    world.asks(at(25), "U0IAN", Command::Retract { what: None }).unwrap();
    assert_eq!(world.incident.update_due(), Some(at(40)));
    world.asks(at(35), "U0IAN", Command::Retract { what: None }).unwrap();
    assert_eq!(world.incident.update_due(), Some(at(30)));
    let fired = world.fires(at(35), None);
    let [EventKind::Reminded { rung: Channel, late: None, missed: 1, .. }] = fired.as_slice() else {
        panic!("due long ago, said at once, and nobody was late: {fired:?}");
    };
}

#[test]
fn overdue_reminders_become_one_and_say_why() {
    let outage = Outage { from: at(25), until: at(41) };
    let mut world = World::declared(Severity::P2);
    let fired = world.fires(at(41), Some(outage));
    let late = Some(Lateness { due: at(30), outage: Some(outage) });
    let next = (Channel, at(60));
    let to = crate::effect::To::Emergencies;
    assert_eq!(
        fired,
        vec![EventKind::Reminded { due: at(30), rung: OnCall, to, missed: 1, next, late, quiet: false }]
    );
    assert_eq!(world.fires(at(41), Some(outage)), vec![]);
    assert_eq!(world.reminders(42, 60), vec![(60, Channel)]);
}

#[test]
fn a_long_outage_is_still_one_message() {
    let mut world = World::declared(Severity::P2);
    let outage = Outage { from: at(1), until: at(1_000) };
    let fired = world.fires(at(1_000), Some(outage));
    let reminders = fired.iter().filter(|event| matches!(event, EventKind::Reminded { .. })).count();
    assert_eq!(reminders, 1);
    assert_eq!(world.incident.promises_missed, 33);
    assert_eq!(world.incident.update_due(), Some(at(30)));
}

#[test]
fn the_response_clock_runs_from_the_declaration_to_the_first_acknowledgement() {
    for (severity, limit) in [(Severity::P1, 15), (Severity::P2, 60), (Severity::P3, 24 * 60)] {
        let mut world = World::declared(severity);
        assert_eq!(world.incident.response_due(), Some(at(limit)), "{severity}");
        assert!(world.fires(seconds(limit * 60 - 1), None).iter().all(|event| !is_miss(event)));
        assert!(world.fires(at(limit), None).iter().any(is_miss));
        assert!(!world.fires(at(limit + 60), None).iter().any(is_miss), "posted once");
        world.asks(at(limit + 61), "U0MAYA", Command::Ack).unwrap();
        let figures = figures::Figures::of(&world.incident);
        assert!(figures.response_missed, "stays on the record");
        assert_eq!(figures.to_acknowledge, Some(minutes(limit + 61)));
    }
    assert_eq!(World::declared(Severity::P4).incident.response_due(), None);
}

#[test]
fn acknowledging_or_taking_command_stops_the_response_clock() {
    for command in [Command::Ack, Command::Take { role: Role::Commander }] {
        let mut world = World::declared(Severity::P1);
        world.asks(at(3), "U0MAYA", command).unwrap();
        assert_eq!(world.incident.response_due(), None);
        assert_eq!(world.incident.acknowledged.as_ref().map(|a| a.by.clone()), Some("U0MAYA".into()));
    }
    let mut world = World::declared(Severity::P1);
    let named = Command::Role { role: Role::Commander, person: "U0MAYA".into() };
    world.asks(at(3), "U0IAN", named).unwrap();
    assert_eq!(world.incident.response_due(), Some(at(15)), "being named is not saying that one has it");
}

#[test]
fn a_raised_severity_shortens_the_response_time() {
    for (raised_at, due) in [(5, 15), (14, 15), (20, 35), (120, 135)] {
        let mut world = World::declared(Severity::P3);
        world.asks(at(raised_at), "U0IAN", Command::Severity { to: Severity::P1, reason: None }).unwrap();
        assert_eq!(world.incident.response_due(), Some(at(due)), "raised at {raised_at}");
        assert!(!world.fires(at(raised_at), None).iter().any(is_miss), "nobody can have kept it before");
        assert!(world.fires(at(due), None).iter().any(is_miss));
    }
}

#[test]
fn an_update_at_the_reminder_keeps_the_promise_and_a_late_one_breaks_it() {
    for (updated_at, promised, kept) in
        [(29, 1, 1), (30, 1, 1), (34, 1, 1), (35, 1, 0), (50, 1, 0), (66, 2, 0)]
    {
        let mut world = World::declared(Severity::P2);
        world.reminders(0, updated_at);
        world.update(updated_at);
        let figures = figures::Figures::of(&world.incident);
        assert_eq!(
            (figures.updates_promised, figures.updates_kept),
            (promised, kept),
            "updated at {updated_at}"
        );
    }
}

#[test]
fn a_snoozed_promise_that_is_broken_counts() {
    let mut world = World::declared(Severity::P2);
    world.asks(at(29), "U0IAN", Command::Snooze { by: minutes(15), reminder: None }).unwrap();
    world.update(40);
    assert_eq!(world.incident.promises_missed, 1, "put off, and not kept");
    world.asks(at(106), "U0IAN", Command::Resolve { root_cause: "x".into() }).unwrap();
    assert_eq!(world.incident.promises_missed, 3, "70 and 100 were not kept either");
}

#[test]
fn a_retraction_counts_no_promise_twice() {
    let mut world = World::declared(Severity::P2);
    world.asks(seconds(60), "U0IAN", Command::Update { text: "one".into() }).unwrap();
    world.asks(seconds(62), "U0IAN", Command::Update { text: "two".into() }).unwrap();
    world.reminders(31, 40);
    assert_eq!(world.incident.promises_missed, 1);
    world.asks(at(41), "U0IAN", Command::Retract { what: None }).unwrap();
    world.fires(at(41), None);
    assert_eq!(world.incident.promises_missed, 1, "the same half hour");
}

#[test]
fn a_severity_with_the_same_interval_leaves_the_promise_alone() {
    let mut world = World::declared(Severity::P1);
    world.asks(at(5), "U0IAN", Command::Severity { to: Severity::P2, reason: None }).unwrap();
    world.reminders(6, 39);
    world.asks(at(40), "U0IAN", Command::Retract { what: None }).unwrap();
    assert_eq!(world.reminders(40, 60), vec![(40, OnCall), (60, Channel)], "the ladder goes on where it was");
    assert_eq!(world.incident.promises_missed, 1, "and the half hour counts once");
}

#[test]
fn a_severity_that_is_taken_back_brings_its_promise_back() {
    let mut world = World::declared(Severity::P2);
    world.asks(at(10), "U0IAN", Command::Severity { to: Severity::P4, reason: None }).unwrap();
    assert_eq!(world.incident.update_due(), None);
    world.asks(at(20), "U0IAN", Command::Retract { what: None }).unwrap();
    assert_eq!(world.incident.update_due(), Some(at(30)));
}

fn is_miss(event: &EventKind) -> bool {
    matches!(event, EventKind::ResponseMissed { .. })
}

#[test]
fn resolving_stops_every_clock_and_reopening_promises_anew() {
    let mut world = World::declared(Severity::P1);
    world.asks(at(5), "U0IAN", Command::Resolve { root_cause: "credentials".into() }).unwrap();
    assert_eq!(world.incident.timers().count(), 0);
    world.asks(at(50), "U0IAN", Command::Reopen).unwrap();
    assert_eq!(world.incident.update_due(), Some(at(80)));
    assert_eq!(world.incident.response_due(), Some(at(65)), "a new start for the response too");
}

#[test]
fn an_eta_lies_ahead_and_within_a_year() {
    let (now, said) = (at(100), |eta, before: Option<&Eta>| Eta::said_at(eta, at(100), before));
    for ahead in [now, now + SignedDuration::from_secs(1), now + SignedDuration::from_hours(24 * 366)] {
        assert_eq!(said(EtaText::At(ahead), None), Ok(Eta::At(ahead)));
    }
    let far = "9999-12-30T00:00:00Z".parse().expect("a time");
    for at in [at(98), Timestamp::UNIX_EPOCH, "0001-01-01T00:00:00Z".parse().expect("a time"), far] {
        assert_eq!(said(EtaText::At(at), None), Err(Refusal::EtaOutOfReach { at }), "{at}");
        // A form shows it to the minute, and sends it back as it was.
        let before = Eta::At(at + SignedDuration::from_secs(7));
        assert_eq!(said(EtaText::At(at), Some(&before)), Ok(before.clone()), "{at}");
    }
}
