//! When a P1 is told on GitHub, and what.

use super::*;
use crate::command::Command;
use crate::effect::{EffectKind, Issue, PostKey, To};
use crate::timer::Lateness;

fn rules() -> Severities {
    let mut rules = Severities::default();
    rules.back_up(Some(minutes(2)));
    rules
}

fn due(world: &mut World, now: Timestamp) -> bool {
    world.fires(now, None).iter().any(|event| matches!(event, EventKind::BackupDue { .. }))
}

fn stands(world: &mut World, second: i64, seq: u32) {
    let key = PostKey::Announcement { seq, to: To::Emergencies };
    let posted = EventKind::Posted { key, channel: "C0EMERG".into(), message: "1.2".into() };
    world.record(seconds(second), None, posted);
}

fn severity(world: &mut World, second: i64, to: Severity) -> u32 {
    world.asks(seconds(second), "U0IAN", Command::Severity { to, reason: None }).unwrap();
    world.incident.events
}

fn opened(world: &mut World, minute: i64) {
    let issue = Issue { repository: "o/r".into(), number: 3, url: "https://github.com/o/r/issues/3".into() };
    world.record(at(minute), None, EventKind::BackupOpened { issue });
}

fn told(world: &World) -> Vec<&EffectKind> {
    world.effects.iter().filter(|effect| effect.is_backup()).collect()
}

#[test]
fn a_p1_is_due_two_minutes_after_it_became_one() {
    let mut world = World::with_rules(Severity::P1, rules());
    assert_eq!(world.incident.backup_due(), Some(at(2)));
    assert!(!due(&mut world, seconds(119)));
    assert!(due(&mut world, at(2)));
    assert!(!due(&mut world, at(3)), "once");
    for mild in [Severity::P2, Severity::P3, Severity::P4] {
        let mut world = World::with_rules(mild, rules());
        assert_eq!(world.incident.backup_due(), None, "{mild}");
        severity(&mut world, 300, Severity::P1);
        assert_eq!(world.incident.backup_due(), Some(at(7)), "{mild} raised");
    }
    assert_eq!(World::declared(Severity::P1).incident.backup_due(), None, "off where the configuration is");
}

#[test]
fn what_slack_took_or_what_is_over_is_not_told() {
    let mut world = World::with_rules(Severity::P1, rules());
    stands(&mut world, 30, 1);
    assert!(!due(&mut world, at(5)));

    let mut world = World::with_rules(Severity::P1, rules());
    world.asks(at(1), "U0IAN", Command::Resolve { root_cause: "r".into() }).unwrap();
    assert!(!due(&mut world, at(5)));

    let mut world = World::with_rules(Severity::P1, rules());
    severity(&mut world, 30, Severity::P2);
    assert!(!due(&mut world, at(5)), "milder by then");
    world.asks(at(6), "U0IAN", Command::Retract { what: None }).unwrap();
    assert_eq!(world.incident.backup_due(), Some(at(2)), "taken back: a P1 since the declaration");

    let mut world = World::with_rules(Severity::P2, rules());
    stands(&mut world, 5, 1);
    let raise = severity(&mut world, 60, Severity::P1);
    assert_eq!(world.incident.backup_due(), Some(at(3)), "the raise is news of its own");
    stands(&mut world, 70, raise);
    assert_eq!(world.incident.backup_due(), None);
}

#[test]
fn a_late_one_says_so() {
    let mut world = World::with_rules(Severity::P1, rules());
    let outage = Outage { from: at(1), until: at(9) };
    let fired = world.fires(at(9), Some(outage));
    let late = Some(Lateness { due: at(2), outage: Some(outage) });
    assert!(fired.contains(&EventKind::BackupDue { due: at(2), late }), "{fired:?}");
}

#[test]
fn every_event_is_told_from_then_on_and_the_issue_closes_with_the_incident() {
    let mut world = World::with_rules(Severity::P1, rules());
    world.asks(at(1), "U0IAN", Command::Note { text: "before".into() }).unwrap();
    assert!(told(&world).is_empty());
    due(&mut world, at(2));
    assert_eq!(told(&world), [&EffectKind::OpenIssue]);
    opened(&mut world, 2);
    world.asks(at(3), "U0IAN", Command::Note { text: "after".into() }).unwrap();
    world.asks(at(4), "U0IAN", Command::Impact { text: "all".into() }).unwrap();
    stands(&mut world, 300, 1);
    world.asks(at(6), "U0IAN", Command::Resolve { root_cause: "r".into() }).unwrap();
    world.asks(at(7), "U0IAN", Command::Reopen).unwrap();
    let kinds: Vec<&str> = told(&world)
        .into_iter()
        .map(|kind| match kind {
            EffectKind::OpenIssue => "issue",
            EffectKind::Comment { .. } => "comment",
            EffectKind::IssueCard => "card",
            EffectKind::IssueState { open: false } => "close",
            EffectKind::IssueState { open: true } => "open",
            _ => "other",
        })
        .collect();
    assert_eq!(
        kinds,
        ["issue", "comment", "comment", "card", "comment", "close", "open", "comment"],
        "a note, the impact, the end, and no end"
    );
    let closing = EffectKind::IssueState { open: false };
    assert!(still_true(&world.incident, &closing).is_err(), "reopened meanwhile");
}

#[test]
fn without_its_issue_nothing_is_said_in_it() {
    let mut world = World::with_rules(Severity::P1, rules());
    due(&mut world, at(2));
    let comment = EffectKind::Comment { entries: Vec::new() };
    assert!(still_true(&world.incident, &EffectKind::OpenIssue).is_ok());
    assert!(still_true(&world.incident, &comment).is_err());
    opened(&mut world, 2);
    assert!(still_true(&world.incident, &EffectKind::OpenIssue).is_err(), "once");
    assert!(still_true(&world.incident, &comment).is_ok());
}
