//! A page must not end by accident, and not wait for somebody who cannot be reached.

use super::paging::{calls, duty, paged, person, phone};
use super::*;
use crate::answer::Done;
use crate::command::Role;
use crate::effect::{Say, To};
use crate::incident::page::{PageReason, Paged};
use crate::incident::severity::Status;
use crate::oncall::duty::Unreachable;
use crate::oncall::reach::NoWay;
use crate::request::Form;

fn last_page(world: &World) -> Paged {
    let pages = world.events.iter().rev().find_map(|event| match &event.kind {
        EventKind::Paged(paged) => Some(Paged::clone(paged)),
        _ => None,
    });
    pages.expect("somebody was paged")
}

fn places(paged: &Paged) -> Vec<To> {
    paged.calls.iter().map(|call| call.to.clone()).collect()
}

fn fails(world: &mut World, when: Timestamp, seq: u32, to: To, why: NoWay) {
    world.record(when, None, EventKind::NotReached { seq, to, why });
}

#[test]
fn whoever_cannot_take_it_is_left_alone_and_the_next_step_comes_at_once() {
    let mut world = paged(Severity::P1, duty());
    world.effects.clear();
    assert_eq!(done(world.asks(at(1), "U0MAYA", Command::Pass)), Done::Escalated);
    let page = last_page(&world);
    assert_eq!(places(&page), [person("U0KOFI"), phone("U0KOFI"), To::OnCall]);
    assert_eq!(page.reason, PageReason::Asked);
    assert!(page.asked.is_some_and(|asked| asked.passes && asked.by.to_string() == "U0MAYA"));
    let hung_up = EffectKind::Close { seq: 2, to: phone("U0MAYA") };
    assert!(world.effects.contains(&hung_up), "a phone that rings for maya stops");
    assert!(!world.incident.calls(&"U0MAYA".into()) && world.incident.acknowledged.is_none());
    // The next round calls everybody but whoever passed.
    let later: Vec<To> = (2..=29)
        .flat_map(|minute| world.fires(at(minute), None))
        .filter_map(|event| calls(&event))
        .flatten()
        .collect();
    assert!(later.contains(&person("U0KOFI")) && !later.contains(&person("U0MAYA")), "{later:?}");
    // Whoever passed may still take it.
    assert_eq!(done(world.asks(at(30), "U0MAYA", Command::Ack)), Done::Acknowledged);
}

#[test]
fn escalate_takes_the_next_step_now_and_is_on_the_record() {
    let mut world = paged(Severity::P1, duty());
    let why = Some("no idea about Redis".to_owned());
    world.asks(at(2), "U0IAN", Command::Escalate { why: why.clone() }).unwrap();
    let page = last_page(&world);
    assert_eq!(page.asked.as_ref().and_then(|asked| asked.why.clone()), why);
    assert!(
        places(&page).contains(&phone("U0KOFI")) && places(&page).contains(&person("U0MAYA")),
        "{page:?}"
    );
    assert!(
        world.events.iter().any(|event| matches!(event.kind, EventKind::Escalated { passes: false, .. }))
    );
    assert_eq!(world.incident.page_due(), Some(at(15)), "the step of minute 5 is not taken twice");
}

#[test]
fn an_incident_that_somebody_has_can_still_be_escalated_to_somebody_else() {
    let mut world = paged(Severity::P1, duty());
    world.asks(at(1), "U0MAYA", Command::Ack).unwrap();
    world.asks(at(9), "U0MAYA", Command::Escalate { why: None }).unwrap();
    let page = last_page(&world);
    assert!(
        !places(&page).contains(&person("U0MAYA")) && places(&page).contains(&phone("U0KOFI")),
        "{page:?}"
    );
    assert!(world.incident.acknowledged.is_some(), "maya still has it");
    world.asks(at(10), "U0MAYA", Command::Update { text: "Still looking".into() }).unwrap();
    assert!(
        world.incident.calls(&"U0KOFI".into()),
        "an update by whoever asked for help ends no call for help"
    );
    assert_eq!(done(world.asks(at(11), "U0KOFI", Command::Ack)), Done::Answered);
    assert_eq!(world.incident.page_due(), None);
}

#[test]
fn a_severity_that_pages_nobody_is_not_escalated() {
    let mut world = paged(Severity::P4, duty());
    let refused = world.asks(at(1), "U0IAN", Command::Escalate { why: None });
    assert!(matches!(refused, Err(Refusal::NeverPages { .. })), "{refused:?}");
}

#[test]
fn one_person_can_be_paged_to_an_incident() {
    let mut world = paged(Severity::P1, duty());
    let page = Command::Page { whom: "U0ZOE".into(), why: Some("you wrote it".into()) };
    world.asks(at(1), "U0MAYA", page).unwrap();
    assert_eq!(places(&last_page(&world)), [person("U0ZOE")]);
    assert_eq!(world.incident.page_due(), Some(at(5)), "the path goes on");
    assert_eq!(done(world.asks(at(2), "U0ZOE", Command::Ack)), Done::Acknowledged);
    assert_eq!(world.incident.page_due(), None);
}

#[test]
fn work_of_whoever_is_called_is_an_answer() {
    let update = || Command::Update { text: "Restarting".into() };
    let role = || Command::Role { role: Role::Comms, person: "U0ZOE".into() };
    let works: [Command; 6] = [
        update(),
        Command::Status { to: Status::Identified },
        role(),
        Command::Action { text: "Restarting".into() },
        Command::Take { role: Role::Commander },
        Command::Resolve { root_cause: "Redis".into() },
    ];
    for work in works {
        for by in ["U0MAYA", "U0KOFI"] {
            let mut world = paged(Severity::P1, duty());
            world.asks(at(1), by, work.clone()).unwrap();
            let had = world.incident.acknowledged.as_ref().map(|answer| answer.by.to_string());
            assert_eq!(had, Some(by.to_owned()), "{work:?}");
            let rings = (2..=4)
                .any(|minute| world.fires(at(minute), None).iter().any(|event| calls(event).is_some()));
            assert!(!rings, "{work:?}");
        }
        let mut world = paged(Severity::P1, duty());
        world.asks(at(1), "U0IAN", work.clone()).unwrap();
        let by_self = matches!(work, Command::Take { .. });
        assert_eq!(world.incident.acknowledged.is_some(), by_self, "a passer-by's {work:?}");
    }
    // Notes and reading are no work.
    let mut world = paged(Severity::P1, duty());
    world.asks(at(1), "U0MAYA", Command::Note { text: "saw it".into() }).unwrap();
    assert!(world.incident.acknowledged.is_none());
}

#[test]
fn a_form_of_whoever_is_called_is_an_answer_too() {
    let mut world = paged(Severity::P1, duty());
    let (by, place, duty) = (UserId::from("U0MAYA"), place(), duty());
    let asked = Asked { by: &by.clone().into(), place: &place, now: at(1), duty: &duty };
    let form = Form::Update {
        incident: world.incident.id,
        status: Some(Status::Identified),
        impact: None,
        action: None,
        eta: None,
        shown: None,
    };
    for kind in decide_form(&world.incident, &form, &asked).unwrap().events {
        world.record(at(1), Some("U0MAYA"), kind);
    }
    assert!(world.incident.acknowledged.is_some());
}

#[test]
fn a_step_that_cannot_arrive_is_followed_by_the_next_one_at_once() {
    // The message fails while the phone rings: the phone may still be heard.
    let mut world = paged(Severity::P1, duty());
    fails(&mut world, seconds(1), 2, person("U0MAYA"), NoWay::DirectMessagesOff);
    assert_eq!(world.incident.page_due(), Some(at(5)));
    // The phone fails as well.
    fails(&mut world, seconds(2), 2, phone("U0MAYA"), NoWay::Number);
    let page = last_page(&world);
    assert!(places(&page).contains(&phone("U0KOFI")), "{page:?}");
    assert_eq!(world.incident.page_due(), Some(at(15)));
    let told = world.effects.iter().filter(|effect| {
        matches!(effect, EffectKind::Say { to: To::OnCall, say, .. } if matches!(say.as_ref(), Say::NotReached { .. }))
    });
    assert_eq!(told.count(), 2, "the channel that can be reached hears both");
}

#[test]
fn a_phone_that_should_ring_and_cannot_is_not_made_up_for_by_a_message() {
    let mut world = paged(Severity::P1, duty());
    fails(&mut world, seconds(1), 2, phone("U0MAYA"), NoWay::Other("Twilio refuses".into()));
    assert!(places(&last_page(&world)).contains(&phone("U0KOFI")), "the backup's phone rings now");
    // The same where no number is known at all.
    let only_kofi = Duty { phones: ["U0KOFI".into()].into(), ..duty() };
    let world = paged(Severity::P1, only_kofi);
    assert!(places(&last_page(&world)).contains(&phone("U0KOFI")), "{:?}", world.events);
    // Without a provider there is no phone to wait for.
    let silent = Duty { phones: Default::default(), rings: false, ..duty() };
    let world = paged(Severity::P1, silent);
    assert!(!places(&last_page(&world)).contains(&person("U0KOFI")), "{:?}", world.events);
}

#[test]
fn a_failure_of_an_older_step_hurries_nothing() {
    let mut world = paged(Severity::P1, duty());
    world.fires(at(5), None);
    let pages = world.events.len();
    fails(&mut world, at(6), 2, phone("U0MAYA"), NoWay::Number);
    assert_eq!(world.events.len(), pages + 1);
    // Nor one that comes after the answer.
    let mut world = paged(Severity::P1, duty());
    world.asks(at(1), "U0KOFI", Command::Ack).unwrap();
    let pages = world.events.len();
    fails(&mut world, at(2), 2, phone("U0MAYA"), NoWay::Number);
    assert_eq!(world.events.len(), pages + 1);
}

#[test]
fn somebody_who_left_is_not_waited_for() {
    let maya = UserId::from("U0MAYA");
    let gone = Unreachable::Gone(maya.clone(), NoWay::Left);
    let without = Duty { left_out: [(maya, gone.clone())].into(), ..duty() };
    let world = paged(Severity::P1, without);
    let page = last_page(&world);
    assert_eq!(places(&page), [To::OnCall, person("U0KOFI"), phone("U0KOFI")]);
    assert!(page.skipped.iter().any(|skipped| skipped.why == gone), "{page:?}");
}

#[test]
fn a_key_in_the_call_does_not_hang_up_that_call() {
    let mut world = paged(Severity::P1, duty());
    world.fires(at(5), None);
    let second = world.events.last().unwrap().seq;
    world.effects.clear();
    let before = world.incident.clone();
    let event = Event {
        seq: before.events + 1,
        at: at(6),
        by: "U0MAYA".into(),
        from_shell: false,
        call: Some(second),
        kind: EventKind::Acknowledged,
    };
    world.incident.apply(&event);
    let closed: Vec<(u32, To)> = consequences(Some(&before), &world.incident, &event)
        .into_iter()
        .filter_map(|intent| match intent.kind {
            EffectKind::Close { seq, to: to @ To::Phone(_) } => Some((seq, to)),
            _ => None,
        })
        .collect();
    assert_eq!(closed, [(2, phone("U0MAYA")), (second, phone("U0KOFI"))]);
}

#[test]
fn a_page_names_the_incidents_channel_once_there_is_one() {
    let mut world = paged(Severity::P1, duty());
    let key = crate::effect::PostKey::Page { seq: 2, to: person("U0MAYA") };
    let posted = EventKind::Posted { key, channel: "D0MAYA".into(), message: "1.0".into() };
    world.record(seconds(1), None, posted);
    let room = Room { channel: "C0ROOM".into(), name: "inc-7".into() };
    world.effects.clear();
    world.record(seconds(2), None, EventKind::RoomOpened { room });
    assert!(world.effects.contains(&EffectKind::Close { seq: 2, to: person("U0MAYA") }));
    assert!(
        !world.effects.contains(&EffectKind::Close { seq: 2, to: phone("U0MAYA") }),
        "no phone is hung up"
    );
    let shown = world.incident.page_again(2, &person("U0MAYA"));
    assert!(matches!(shown, Some(Say::Page { room: Some(_), .. })), "{shown:?}");
}

/// Direct messages are off for the whole workspace, and every page fails the moment it is sent.
#[test]
fn pages_that_all_fail_end_with_everybody_and_do_not_go_round_and_round() {
    let silent = Duty { phones: Default::default(), rings: false, ..duty() };
    let mut world = paged(Severity::P1, silent);
    for _ in 0..50 {
        let open = world.incident.open_pages.iter().find(|page| page.to.person().is_some());
        let Some((seq, to)) = open.map(|page| (page.seq, page.to.clone())) else { break };
        fails(&mut world, seconds(1), seq, to, NoWay::DirectMessagesOff);
    }
    assert!(world.events.len() < 15, "{} events", world.events.len());
    let everybody = world.events.iter().filter_map(|event| calls(&event.kind)).flatten();
    assert_eq!(everybody.filter(|to| *to == To::Emergencies).count(), 1, "{:#?}", world.events);
    assert_eq!(world.incident.page_due(), Some(at(15)), "the next round waits for its time");
}
