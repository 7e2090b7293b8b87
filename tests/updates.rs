//! The 30-minute promise.

use crate::harness::{EMERGENCIES, ROOM, World};

#[tokio::test]
async fn an_ignored_reminder_climbs_from_channel_to_person_to_on_call() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.maya().types(ROOM, "/incident take").await;
    world.forward(29).await;
    assert_eq!(world.count(ROOM, "Update due"), 0);
    world.forward(1).await;
    assert_eq!(world.count(ROOM, "Update due"), 1);
    let reminder = world.channel(ROOM).last("Update due").clone();
    assert!(reminder.everything().contains("U0MAYA"), "the commander is asked");
    for button in ["update", "snooze", "resolve"] {
        assert!(reminder.buttons().iter().any(|b| b == button), "{button} in {:?}", reminder.buttons());
    }
    world.forward(5).await;
    assert_eq!(world.count("maya", "Update due"), 1);
    world.forward(5).await;
    assert_eq!(world.count(EMERGENCIES, "Update due"), 1);
    assert!(world.channel(EMERGENCIES).last("Update due").everything().contains("S0ONCALL"));
    world.forward(20).await;
    assert_eq!(world.count(ROOM, "Update due"), 2, "and again at the next interval");
}

#[tokio::test]
async fn an_update_from_the_reminder_answers_it() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.forward(30).await;
    let ian = world.ian();
    ian.clicks(ROOM, "update").await;
    ian.submits(&[("action", "Rolling back"), ("impact", "Half of the witnesses")]).await;
    assert_eq!(world.count(ROOM, "Rolling back"), 2, "the update and the card");
    world.forward(10).await;
    assert_eq!(world.count("ian", "Update due"), 0);
    assert_eq!(world.count(EMERGENCIES, "Update due"), 0);
    world.forward(20).await;
    assert_eq!(
        world.count(ROOM, "Update due"),
        1,
        "due again half an hour after the update; the old one is settled"
    );
}

#[tokio::test]
async fn the_cards_show_when_the_next_update_is_due() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    let due = |world: &World| world.channel(EMERGENCIES).last("Commander").everything();
    assert!(due(&world).contains("02:30"), "{}", due(&world));
    world.forward(10).await;
    world.ian().types(ROOM, "/incident update Looking").await;
    assert!(due(&world).contains("02:40"), "{}", due(&world));
}

#[tokio::test]
async fn a_snooze_moves_this_reminder_only() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(30).await;
    world.ian().clicks(EMERGENCIES, "snooze").await;
    world.forward(14).await;
    assert_eq!(world.count("ian", "Update due"), 0, "not while it is snoozed");
    world.forward(1).await;
    world.ian().button(EMERGENCIES, "snooze");
    world.forward(5).await;
    assert_eq!(world.count("ian", "Update due"), 1);
}

#[tokio::test]
async fn a_missed_response_is_posted_once_and_stays_on_the_record() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.forward(14).await;
    assert_eq!(world.count(EMERGENCIES, "Nobody has acknowledged"), 0);
    world.forward(1).await;
    let missed = world.channel(EMERGENCIES).last("Nobody has acknowledged").clone();
    assert!(missed.text.contains("<!channel>"), "{missed:#?}");
    world.forward(120).await;
    assert_eq!(world.count(EMERGENCIES, &missed.text), 1);
    world.maya().types(ROOM, "/incident ack").await;
    ian.types(ROOM, "/incident resolve credentials expired").await;
    let resolution = world.channel(EMERGENCIES).last("INCIDENT RESOLVED").clone();
    assert!(resolution.text.contains("2 h 15 min"), "{}", resolution.text);
}
