//! Guarantees 1 to 3 over a crash: saved, once, on time or honest.

use ground::clock::Clock;
use howler::app::{App, Setup};
use jiff::SignedDuration;

use crate::harness::{EMERGENCIES, ROOM, World};

#[tokio::test]
async fn howler_goes_on_where_it_was() {
    let mut world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.maya().types(ROOM, "/incident take").await;
    world.crash().await;
    world.start_howler().await;
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    world.forward(30).await;
    assert_eq!(world.count(ROOM, "Update due"), 1);
    world.maya().types(ROOM, "/incident update Looking").await;
    assert_eq!(world.count(EMERGENCIES, "Looking"), 1);
}

#[tokio::test]
async fn a_post_whose_answer_was_lost_is_looked_up_and_not_posted_twice() {
    let mut world = World::start().await;
    world.slack.faults().lose_answer("chat.postMessage", 1);
    world.slack.command("ian", EMERGENCIES, "/incident p3 Slow search").await.unwrap();
    world.crash().await;
    world.start_howler().await;
    world.settle().await;
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
}

#[tokio::test]
async fn what_slack_did_not_take_before_the_crash_is_posted_after_it() {
    let mut world = World::start().await;
    world.slack.faults().down(true);
    let answer = world.slack.command("ian", EMERGENCIES, "/incident p1 Event stream down").await.unwrap();
    assert_eq!(answer.status, 200, "Slack being down does not stop the declaration");
    world.crash().await;
    world.slack.faults().down(false);
    world.start_howler().await;
    world.settle().await;
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    assert!(world.has_channel(ROOM));
}

#[tokio::test]
async fn missed_reminders_become_one_that_says_howler_was_down() {
    let mut world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(25).await;
    // The desk's next turn comes after it has noted that it is alive at 02:25.
    world.settle().await;
    world.crash().await;
    world.clock.advance(SignedDuration::from_mins(16));
    world.start_howler().await;
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "Update due"), 1);
    let reminder = world.channel(EMERGENCIES).last("Update due").clone();
    for part in ["02:30", "down", "02:25", "02:41"] {
        assert!(reminder.text.contains(part), "{part} in {}", reminder.text);
    }
    assert_eq!(world.count("ian", "Update due"), 0, "several missed ones are one message");
}

#[tokio::test]
async fn a_repeated_delivery_is_known_after_a_crash() {
    let mut world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.crash().await;
    world.start_howler().await;
    world.slack.deliver_again(1).await.unwrap();
    world.settle().await;
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
}

#[tokio::test]
async fn a_second_howler_on_the_same_folder_is_refused() {
    let world = World::start().await;
    let setup = Setup { data: world.data(), ..world.setup() };
    let refused = App::start(setup).err().unwrap().to_string();
    assert!(refused.contains("in use by another howler"), "{refused}");
}

#[tokio::test]
async fn a_clock_that_was_a_day_ahead_and_is_set_back_makes_nothing_a_day_late() {
    let mut world = World::start().await;
    let declared = world.clock.now();
    world.clock.advance(SignedDuration::from_hours(24));
    world.settle().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(10).await;
    world.crash().await;
    // Slack's clock is its own.
    world.clock = Clock::standing_at(declared + SignedDuration::from_mins(10));
    world.start_howler().await;
    world.forward(19).await;
    assert_eq!(world.count(EMERGENCIES, "Update due"), 0);
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "Update due"), 1);
}
