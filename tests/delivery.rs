//! Guarantee 4: Slack half broken, and the incident goes on; what failed is on the board.

mod named;

use crate::harness::{EMERGENCIES, MANIFEST, ROOM, Town, World};

#[tokio::test]
async fn a_channel_that_cannot_be_made_stops_nothing() {
    let world = World::start().await;
    let ian = world.ian();
    world.slack.faults().fail("conversations.create", "restricted_action", 1);
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    assert!(world.channel("ian").last("Event stream down").text.contains("channel"), "who declared is told");
    let board = ian.types(EMERGENCIES, "/incident doctor").await;
    assert!(board.contains("channel"), "{board}");
    ian.types(EMERGENCIES, "/incident update Looking").await;
    assert_eq!(world.count(EMERGENCIES, "Looking"), 1);
    ian.types(EMERGENCIES, "/incident note It began at 01:50").await;
    assert_eq!(world.count(EMERGENCIES, "It began at 01:50"), 1, "what is said inside is said here");
    world.forward(30).await;
    assert_eq!(world.count(EMERGENCIES, "Update due"), 1, "without a channel the reminder comes here");

    ian.types(EMERGENCIES, "/incident doctor").await;
    let retry = ian.whisper(EMERGENCIES).unwrap().buttons();
    let retry = retry.iter().find(|button| button.starts_with("retry")).unwrap().clone();
    ian.clicks(EMERGENCIES, &retry).await;
    assert!(world.has_channel(ROOM), "retried by hand");
}

#[tokio::test]
async fn a_taken_name_gets_the_next_one() {
    let world = World::start().await;
    world.slack.faults().fail("conversations.create", "name_taken", 1);
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    assert!(world.has_channel("#inc-1-event-stream-down-2"));
}

#[tokio::test]
async fn howler_joins_a_channel_that_it_is_not_in() {
    let world = World::start().await;
    world.slack.faults().fail("chat.postMessage", "not_in_channel", 1);
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
}

#[tokio::test]
async fn a_limit_on_one_channel_does_not_hold_up_a_page() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.slack.faults().rate_limit("chat.update", None, 50, 600);
    world.forward(30).await;
    assert_eq!(world.count(ROOM, "Update due"), 1);
    world.forward(5).await;
    assert_eq!(world.count("ian", "Update due"), 1);
}

#[tokio::test]
async fn retry_after_is_obeyed() {
    let world = World::start().await;
    world.slack.faults().rate_limit("chat.postMessage", None, 1, 60);
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(0).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 0);
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
}

#[tokio::test]
async fn ten_changes_become_few_edits() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.slack.faults().rate_limit("chat.update", None, 1, 30);
    for number in 0..10 {
        world.ian().types(EMERGENCIES, &format!("/incident impact part {number}")).await;
    }
    world.forward(1).await;
    let edits = world.slack.calls().iter().filter(|call| call.method == "chat.update").count();
    assert!(edits <= 3, "{edits} edits");
    assert!(world.channel(EMERGENCIES).last("Commander").everything().contains("part 9"));
}

#[tokio::test]
async fn a_form_that_cannot_be_opened_says_what_to_type() {
    let world = World::start().await;
    world.slack.faults().fail("views.open", "expired_trigger_id", 1);
    let answer = world.ian().types(EMERGENCIES, "/incident declare").await;
    assert!(answer.contains("/incident p1"), "{answer}");
}

#[tokio::test]
async fn the_manifest_asks_for_what_is_used_and_no_more() {
    let town = Town::with(&[], "[rotation]\nmembers = [\"U0MAYA\"]\n").await;
    let world = &town.world;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.maya().types(ROOM, "/incident take").await;
    // Long output becomes a file.
    town.state("seq 1000000 1000400");
    ian.types(ROOM, "/runbook logs event-stream").await;
    let ts = ian.says(ROOM, "@howler note It began at 01:50").await;
    ian.reacts(ROOM, &ts, "pushpin").await;
    ian.unreacts(ROOM, &ts, "pushpin").await;
    // The reminder in the channel and the direct message are looked up before they are sent again.
    world.slack.faults().lose_answer("chat.postMessage", 6);
    world.forward(36).await;
    world.slack.faults().fail("chat.postMessage", "not_in_channel", 1);
    ian.types(ROOM, "/incident update Looking").await;
    ian.types(ROOM, "/incident resolve done").await;
    ian.types(EMERGENCIES, "/oncall add @kofi").await;
    let manifest: Vec<String> = MANIFEST
        .lines()
        .skip_while(|line| line.trim() != "bot:")
        .skip(1)
        .map_while(|line| line.trim().strip_prefix("- "))
        .map(|scope| scope.split_whitespace().next().unwrap_or_default().to_owned())
        .collect();
    let used = world.slack.scopes_used();
    let unused: Vec<_> = manifest.iter().filter(|scope| !used.contains(*scope)).collect();
    assert!(unused.is_empty(), "never used: {unused:?}");
    assert_eq!(used.len(), manifest.len(), "{used:?} and {manifest:?}");
}
