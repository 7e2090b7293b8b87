use super::*;
use crate::answer::Done;
use crate::command::Retractable;
use crate::effect::{CardPlace, Say, To};
use crate::request::{Form, Shown};

fn said(world: &World) -> Vec<(&To, &Say)> {
    world
        .effects
        .iter()
        .filter_map(|effect| match effect {
            EffectKind::Say { to, say, .. } => Some((to, say.as_ref())),
            _ => None,
        })
        .collect()
}

#[test]
fn a_declaration_is_the_card_and_gets_a_channel_by_severity() {
    for (severity, room) in
        [(Severity::P1, true), (Severity::P2, true), (Severity::P3, false), (Severity::P4, false)]
    {
        let mut world = World::declared(severity);
        assert!(matches!(world.effects[0], EffectKind::Say { to: To::Emergencies, .. }));
        let name = "inc-7-event-stream-down".to_owned();
        assert_eq!(world.effects.get(1), room.then_some(&EffectKind::OpenRoom { name }), "{severity}");
        let card = EffectKind::Card { place: CardPlace::Emergencies };
        assert!(still_true(&world.incident, &card).is_err(), "not before the declaration stands");
        let posted = EventKind::Posted {
            key: crate::effect::PostKey::DECLARATION,
            channel: "C0EMERG".into(),
            message: "1.1".into(),
        };
        let mut delayed = World { incident: world.incident.clone(), ..World::declared(severity) };
        world.record(at(0), None, posted.clone());
        assert!(!world.effects.contains(&card), "the declaration is the card, as it is");
        assert_eq!(world.incident.card(CardPlace::Emergencies).unwrap().message, "1.1".into());
        delayed.asks(at(1), "U0MAYA", Command::Ack).unwrap();
        delayed.effects.clear();
        delayed.record(at(2), None, posted);
        assert_eq!(delayed.effects, std::slice::from_ref(&card), "what happened meanwhile is shown");
        assert_eq!(still_true(&world.incident, &card), Ok(()));
    }
}

#[test]
fn names_of_channels_fit_slack() {
    for (title, name) in [
        ("Event stream down", "inc-7-event-stream-down"),
        ("  502 & <!channel> `x`  ", "inc-7-502-channel-x"),
        ("数据库 down", "inc-7-down"),
        ("🔥🔥", "inc-7"),
        ("", "inc-7"),
    ] {
        assert_eq!(announce::room_name(IncidentId(7), title), name);
    }
    let long = announce::room_name(IncidentId(u64::MAX), &"word ".repeat(50));
    assert!(long.len() <= 78 && !long.ends_with('-'), "{long}");
}

#[test]
fn refusals_by_state() {
    let open: &[(Command, Refusal)] = &[
        (Command::Reopen, Refusal::NotResolved { incident: IncidentId(7) }),
        (Command::Retract { what: None }, Refusal::NothingToRetract { incident: IncidentId(7), what: None }),
        (
            Command::Status { to: Status::Investigating },
            Refusal::AlreadyStatus { incident: IncidentId(7), status: Status::Investigating },
        ),
        (
            Command::Severity { to: Severity::P1, reason: None },
            Refusal::AlreadySeverity { incident: IncidentId(7), severity: Severity::P1 },
        ),
        (
            Command::Retract { what: Some(Retractable::Resolution) },
            Refusal::NothingToRetract { incident: IncidentId(7), what: Some(Retractable::Resolution) },
        ),
    ];
    for (command, refusal) in open {
        let mut world = World::declared(Severity::P1);
        assert_eq!(world.asks(at(1), "U0IAN", command.clone()), Err(refusal.clone()));
        assert_eq!(world.events.len(), 1, "a refusal changes nothing");
    }
    let text = || "x".to_owned();
    let after_resolution = [
        Command::Update { text: text() },
        Command::UpdateForm,
        Command::Impact { text: text() },
        Command::Ack,
        Command::Take { role: Role::Scribe },
        Command::Severity { to: Severity::P2, reason: None },
        Command::Snooze { by: minutes(5), reminder: None },
        Command::Resolve { root_cause: text() },
        Command::ResolveForm,
        Command::Status { to: Status::Resolved },
    ];
    for command in after_resolution {
        let mut world = World::declared(Severity::P1);
        world.asks(at(2), "U0MAYA", Command::Resolve { root_cause: text() }).unwrap();
        let refused = world.asks(at(3), "U0IAN", command.clone());
        let expected = Refusal::AlreadyResolved {
            incident: IncidentId(7),
            at: at(2),
            by: "U0MAYA".into(),
            cancelled: None,
        };
        assert_eq!(refused, Err(expected), "{command:?}");
    }
}

#[test]
fn the_second_acknowledgement_names_the_first() {
    let mut world = World::declared(Severity::P1);
    world.asks(at(1), "U0MAYA", Command::Ack).unwrap();
    let again = world.asks(at(2), "U0IAN", Command::Ack);
    assert_eq!(
        again,
        Err(Refusal::AlreadyAcknowledged { incident: IncidentId(7), at: at(1), by: "U0MAYA".into() })
    );
}

#[test]
fn status_moves_any_way_round() {
    let mut world = World::declared(Severity::P2);
    for (to, expected) in [
        (Status::Mitigating, Done::Status(Status::Mitigating)),
        (Status::Identified, Done::Status(Status::Identified)),
        (Status::Resolved, Done::Resolved),
    ] {
        assert_eq!(done(world.asks(at(1), "U0IAN", Command::Status { to })), expected);
        assert_eq!(world.incident.status, to);
    }
    // What is over is opened again by that word alone, as every other line about it says.
    for to in Status::ALL {
        let refused = world.asks(at(2), "U0IAN", Command::Status { to }).unwrap_err();
        assert!(matches!(refused, Refusal::AlreadyResolved { .. }), "{refused:?}");
    }
    assert_eq!(done(world.asks(at(3), "U0IAN", Command::Reopen)), Done::Reopened);
}

#[test]
fn an_update_sets_what_it_names_and_a_retraction_puts_it_back() {
    let mut world = World::declared(Severity::P2);
    world.asks(at(1), "U0IAN", Command::Impact { text: "half of the witnesses".into() }).unwrap();
    let form = crate::request::Form::Update {
        incident: IncidentId(7),
        status: Some(Status::Mitigating),
        impact: Some("all witnesses".into()),
        action: Some("restarting".into()),
        eta: None,
        shown: None,
    };
    let decision = world.submits(&form, at(2)).unwrap();
    for kind in decision.events {
        world.record(at(2), Some("U0IAN"), kind);
    }
    assert_eq!(world.incident.status, Status::Mitigating);
    assert_eq!(world.incident.impact.as_deref(), Some("all witnesses"));
    world.asks(at(3), "U0IAN", Command::Action { text: "rolling back".into() }).unwrap();
    assert_eq!(done(world.asks(at(4), "U0MAYA", Command::Retract { what: None })), Done::RetractedUpdate);
    assert_eq!(world.incident.status, Status::Investigating);
    assert_eq!(world.incident.impact.as_deref(), Some("half of the witnesses"));
    assert_eq!(world.incident.action.as_deref(), Some("rolling back"), "changed since, so it stays");
    assert!(world.effects.iter().any(|effect| matches!(effect, EffectKind::Amend { to: To::Room, .. })));
}

#[test]
fn retract_takes_the_latest_first() {
    let mut world = World::declared(Severity::P3);
    world.update(1);
    world.asks(at(2), "U0IAN", Command::Severity { to: Severity::P1, reason: Some("worse".into()) }).unwrap();
    let back = done(world.asks(at(3), "U0IAN", Command::Retract { what: None }));
    assert_eq!(back, Done::RetractedSeverity { back_to: Severity::P3 });
    assert_eq!(world.incident.severity, Severity::P3);
    assert_eq!(done(world.asks(at(4), "U0IAN", Command::Retract { what: None })), Done::RetractedUpdate);
    assert!(world.asks(at(5), "U0IAN", Command::Retract { what: None }).is_err());
}

#[test]
fn retracting_a_resolution_reopens() {
    let mut world = World::declared(Severity::P2);
    world.asks(at(1), "U0IAN", Command::Status { to: Status::Mitigating }).unwrap();
    world.asks(at(2), "U0IAN", Command::Resolve { root_cause: "x".into() }).unwrap();
    assert_eq!(done(world.asks(at(3), "U0IAN", Command::Retract { what: None })), Done::Reopened);
    assert_eq!(world.incident.status, Status::Mitigating, "where it stood before");
}

#[test]
fn a_hand_over_briefs_the_new_person() {
    let mut world = World::declared(Severity::P1);
    world.asks(at(1), "U0IAN", Command::Take { role: Role::Commander }).unwrap();
    world.asks(at(9), "U0MAYA", Command::Take { role: Role::Commander }).unwrap();
    let briefs: Vec<_> = said(&world)
        .into_iter()
        .filter_map(|(to, say)| match say {
            Say::Brief { from, .. } => Some((to.clone(), from.clone())),
            _ => None,
        })
        .collect();
    let person = |id: &str| To::Person(id.into());
    assert_eq!(briefs, vec![(person("U0IAN"), None), (person("U0MAYA"), Some("U0IAN".into()))]);
    let taken = world.asks(at(9), "U0MAYA", Command::Take { role: Role::Commander });
    assert!(matches!(taken, Err(Refusal::AlreadyInRole { .. })));
}

#[test]
fn raising_to_a_severity_with_a_channel_opens_one() {
    let mut world = World::declared(Severity::P3);
    world.asks(at(1), "U0IAN", Command::Severity { to: Severity::P1, reason: None }).unwrap();
    let rooms = world.effects.iter().filter(|effect| matches!(effect, EffectKind::OpenRoom { .. })).count();
    assert_eq!(rooms, 1);
    world.asks(at(2), "U0IAN", Command::Severity { to: Severity::P2, reason: None }).unwrap();
    let rooms = world.effects.iter().filter(|effect| matches!(effect, EffectKind::OpenRoom { .. })).count();
    assert_eq!(rooms, 1, "one channel is enough");
}

#[test]
fn overtaken_reminders_are_not_sent() {
    let mut world = World::declared(Severity::P2);
    world.reminders(0, 30);
    let reminder =
        world.effects.iter().rev().find(|effect| matches!(effect, EffectKind::Say { .. })).unwrap().clone();
    assert_eq!(still_true(&world.incident, &reminder), Ok(()));
    world.update(31);
    assert!(still_true(&world.incident, &reminder).is_err());
}

#[test]
fn an_update_form_that_says_resolved_resolves() {
    let mut world = World::declared(Severity::P2);
    world.asks(at(1), "U0IAN", Command::Impact { text: "all witnesses".into() }).unwrap();
    let form = crate::request::Form::Update {
        incident: IncidentId(7),
        status: Some(Status::Resolved),
        impact: None,
        action: Some("restarted it".into()),
        eta: None,
        shown: None,
    };
    for kind in world.submits(&form, at(2)).unwrap().events {
        world.record(at(2), Some("U0IAN"), kind);
    }
    let resolution = world.incident.resolution().unwrap();
    assert_eq!(resolution.root_cause, "restarted it");
    assert_eq!(resolution.impact.as_deref(), Some("all witnesses"), "what was announced is kept");
    assert_eq!(world.incident.timers().count(), 0);
}

#[test]
fn what_was_overtaken_on_its_way_is_put_right_when_it_stands() {
    use crate::effect::PostKey;
    let posted =
        |key: &PostKey| EventKind::Posted { key: key.clone(), channel: "C1".into(), message: "1.1".into() };
    let kept = |world: &World| -> PostKey {
        let key = world.effects.iter().rev().find_map(|effect| match effect {
            EffectKind::Say { keep_as, .. } => keep_as.clone(),
            _ => None,
        });
        key.unwrap()
    };
    let mut world = World::declared(Severity::P3);
    world.reminders(0, 30);
    let reminder = kept(&world);
    world.update(31);
    let update = kept(&world);
    world.asks(at(32), "U0IAN", Command::Retract { what: None }).unwrap();
    let before = world.effects.len();
    world.record(at(33), None, posted(&reminder));
    world.record(at(33), None, posted(&update));
    let then: Vec<_> = world.effects[before..].to_vec();
    assert!(matches!(then[0], EffectKind::Settle { .. }), "{then:?}");
    assert!(matches!(then[1], EffectKind::Amend { .. }), "{then:?}");
}

#[test]
fn reopening_an_incident_that_nobody_acknowledged_gives_time_anew() {
    let mut world = World::declared(Severity::P1);
    world.asks(at(5), "U0IAN", Command::Resolve { root_cause: "healed".into() }).unwrap();
    world.asks(at(125), "U0IAN", Command::Reopen).unwrap();
    assert_eq!(world.incident.response_due(), Some(at(140)));
    assert_eq!(world.incident.response_missed, None);
}

/// An update's form, opened and sent.
fn update_form(world: &World, shown: &Shown, fields: [Option<&str>; 2], status: Status) -> Form {
    let [impact, action] = fields.map(|field| field.map(str::to_owned));
    let (incident, shown) = (world.incident.id, Some(shown.clone()));
    Form::Update { incident, status: Some(status), impact, action, eta: None, shown }
}

#[test]
fn a_form_changes_only_what_its_person_changed() {
    let mut world = World::declared(Severity::P2);
    world.asks(at(1), "U0IAN", Command::Impact { text: "half".into() }).unwrap();
    let shown = Shown::of(&world.incident);
    // Meanwhile somebody else goes on.
    world.asks(at(2), "U0MAYA", Command::Impact { text: "all of them".into() }).unwrap();
    world.asks(at(2), "U0MAYA", Command::Status { to: Status::Mitigating }).unwrap();
    let form = update_form(&world, &shown, [Some("half"), Some("restarting")], Status::Investigating);
    for kind in world.submits(&form, at(3)).unwrap().events {
        world.record(at(3), Some("U0IAN"), kind);
    }
    assert_eq!(world.incident.impact.as_deref(), Some("all of them"));
    assert_eq!(world.incident.status, Status::Mitigating);
    assert_eq!(world.incident.action.as_deref(), Some("restarting"));
}

#[test]
fn a_field_that_two_people_changed_is_asked_for() {
    let mut world = World::declared(Severity::P2);
    let shown = Shown::of(&world.incident);
    world.asks(at(2), "U0MAYA", Command::Impact { text: "all of them".into() }).unwrap();
    let form = update_form(&world, &shown, [Some("some of them"), None], Status::Investigating);
    let (incident, field, now) = (world.incident.id, "impact".to_owned(), "all of them".to_owned());
    let refused = Refusal::ChangedMeanwhile { incident, field, now };
    assert_eq!(world.submits(&form, at(3)), Err(refused));
    let same = update_form(&world, &shown, [Some("all of them"), None], Status::Investigating);
    assert!(matches!(world.submits(&same, at(3)), Err(Refusal::NothingNew { .. })), "both said the same");
}
