//! An incident is one message in the emergencies channel: its declaration, which is its card, with the history in its thread.

use crate::hand_over::ROSTER;
use crate::harness::{EMERGENCIES, Message, World};

fn card(world: &World) -> Message {
    world.channel(EMERGENCIES).last("INC-1 · declared by").clone()
}

#[tokio::test]
async fn a_p1s_first_minute_is_one_message_there() {
    let world = World::with_config(ROSTER).await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.forward(1).await;
    let emergencies = world.channel(EMERGENCIES);
    assert_eq!(emergencies.said().len(), 1, "{:#?}", emergencies.texts());
    let first = card(&world);
    assert!(first.text.contains("🚨 INCIDENT DECLARED: Event stream down"), "{}", first.text);
    assert!(first.text.contains("Impact, action and ETA: not known yet"), "{}", first.text);
    assert!(first.text.contains("<#C"), "it leads to the channel: {}", first.text);
    assert_eq!(first.buttons()[0], "ack");

    world.maya().clicks(EMERGENCIES, "ack").await;
    let acknowledged = card(&world);
    assert_eq!(acknowledged.ts, first.ts, "edited in place");
    assert!(acknowledged.text.contains("Acknowledged by <@U0MAYA>"), "{}", acknowledged.text);
    assert!(!acknowledged.buttons().contains(&"ack".to_owned()));
    assert_eq!(world.channel(EMERGENCIES).said().len(), 1, "nothing beside it");
}

#[tokio::test]
async fn updates_and_the_end_hang_from_it_and_are_sent_to_the_channel_too() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    let root = card(&world).ts;
    let maya = world.maya();
    maya.types(EMERGENCIES, "/incident update Redis is full").await;
    maya.types(EMERGENCIES, "/incident severity p2").await;
    maya.types(EMERGENCIES, "/incident resolve More memory").await;
    let emergencies = world.channel(EMERGENCIES);
    for part in ["INC-1 update 1", "INC-1 is now P2", "resolved by <@U0MAYA>"] {
        let news = emergencies.last(part);
        assert_eq!((news.thread.as_deref(), news.broadcast), (Some(root.as_str()), true), "{part}");
    }
    let end = card(&world);
    assert_eq!(end.ts, root);
    assert!(end.text.contains("✅ INCIDENT RESOLVED: Event stream down"), "{}", end.text);
    assert!(end.text.contains("Root cause: More memory"), "{}", end.text);
    assert_eq!(end.buttons(), ["reopen"]);
    maya.types(EMERGENCIES, "/incident reopen 1").await;
    assert!(card(&world).text.contains("🔁 INCIDENT REOPENED: Event stream down"));
}

#[tokio::test]
async fn what_is_said_inside_stays_in_the_thread_where_there_is_no_channel() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Search slow").await;
    world.maya().types(EMERGENCIES, "/incident note Looked at the index").await;
    world.maya().types(EMERGENCIES, "/incident ack").await;
    let emergencies = world.channel(EMERGENCIES);
    assert_eq!(emergencies.shown().len(), 1, "{:#?}", emergencies.texts());
    let note = emergencies.last("Looked at the index");
    assert_eq!((note.thread.as_deref(), note.broadcast), (Some(card(&world).ts.as_str()), false));
}

#[tokio::test]
async fn a_card_that_was_deleted_or_is_too_old_is_posted_anew_and_calls_nobody_again() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    let first = card(&world);
    assert!(first.text.contains("S0ONCALL"));
    let forget = |ts: String| {
        world.slack.arrange(|town| {
            let id = town.channel_called(EMERGENCIES).unwrap().id.clone();
            town.channel_mut(&id).unwrap().message_mut(&ts).unwrap().deleted = true;
        });
    };
    forget(first.ts.clone());
    world.maya().types(EMERGENCIES, "/incident update Redis is full").await;
    let anew = card(&world);
    assert_ne!(anew.ts, first.ts);
    assert!(!anew.text.contains("S0ONCALL"), "{}", anew.text);
    assert_eq!(world.count(EMERGENCIES, "INC-1 update 1"), 1, "the update is not lost with its thread");
    world.maya().types(EMERGENCIES, "/incident status mitigating").await;
    assert_eq!(card(&world).ts, anew.ts, "and it is edited from then on");
    world.slack.arrange(|town| town.team.edit_window_closed = true);
    world.maya().types(EMERGENCIES, "/incident resolve More memory").await;
    assert!(card(&world).text.contains("INCIDENT RESOLVED"));
    assert_ne!(card(&world).ts, anew.ts);
}

#[tokio::test]
async fn the_severity_says_whom_it_calls() {
    let world = World::with_config("[severity.P2]\nmention = \"on-call\"\n").await;
    let declared = async |severity: &str| {
        world.ian().types(EMERGENCIES, &format!("/incident {severity} Number {severity}")).await;
        world.channel(EMERGENCIES).last(&format!("DECLARED: Number {severity}")).text.clone()
    };
    let called = |text: &str| (text.contains("S0ONCALL"), text.contains("S0ENG"));
    assert_eq!(called(&declared("p1").await), (true, true));
    assert_eq!(called(&declared("p2").await), (true, false));
    assert_eq!(called(&declared("p3").await), (false, false));
    assert_eq!(called(&declared("p4").await), (false, false));
}
