//! Channels that people archive, rename and keep private, while incidents go on.

use crate::harness::{EMERGENCIES, Message, ROOM, SECRET, World};

/// Changes the channel of this name.
fn change(world: &World, name: &str, change: impl Fn(&mut fake::slack::world::Channel)) {
    let name = name.trim_start_matches('#').to_owned();
    world.slack.arrange(|town| town.channels.iter_mut().filter(|it| it.name == name).for_each(&change));
}

fn id(world: &World, name: &str) -> String {
    let name = name.trim_start_matches('#').to_owned();
    world.slack.look(|town| town.channels.iter().find(|it| it.name == name).unwrap().id.clone())
}

/// Slack tells that somebody unarchived it.
async fn unarchived(world: &World, name: &str) {
    change(world, name, |channel| channel.is_archived = false);
    let body = serde_json::json!({
        "type": "event_callback", "event_id": "Ev0BACK", "team_id": "T0MONKEY",
        "authorizations": [{ "user_id": "U0HOWLER", "team_id": "T0MONKEY" }],
        "event": { "type": "channel_unarchive", "user": "U0IAN", "channel": id(world, name) },
    });
    let now = world.clock.now().as_second();
    assert_eq!(world.posts("/slack/events", &body.to_string(), now, SECRET).await.status(), 200);
    world.settle().await;
}

fn not_delivered(world: &World, channel: &str) -> usize {
    world.count(channel, "Not delivered: ")
}

#[tokio::test]
async fn a_renamed_emergencies_channel_is_found_by_its_id_after_a_restart() {
    let mut world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.stop().await;
    change(&world, EMERGENCIES, |channel| channel.name = "fires".into());
    world.start_howler().await;
    world.ian().types("#fires", "/incident p1 Search is down").await;
    assert_eq!(world.count("#fires", "INCIDENT DECLARED: Search is down"), 1);
    assert!(!world.ian().types("#fires", "/incident doctor").await.contains("does not exist"));
}

#[tokio::test]
async fn an_archived_room_is_told_once_and_its_reminder_comes_where_it_is_read() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    change(&world, ROOM, |channel| channel.is_archived = true);
    for line in
        ["severity p2 half of it works", "severity p1 no it does not", "role comms @maya", "note Redis"]
    {
        ian.types(EMERGENCIES, &format!("/incident 1 {line}")).await;
    }
    assert_eq!((not_delivered(&world, EMERGENCIES), not_delivered(&world, "ian")), (1, 1), "one notice each");
    world.forward(31).await;
    let reminder: Message = world.channel(EMERGENCIES).last("Update due: INC-1").clone();
    assert!(reminder.text.contains("is archived, so this comes here"), "{}", reminder.text);
    assert!(reminder.buttons().contains(&"update".to_owned()), "{reminder:?}");
    ian.types(EMERGENCIES, "/incident 1 update Restarting it").await;
    let board = ian.types(EMERGENCIES, "/incident doctor").await;
    assert!(board.contains("is archived"), "{board}");
    unarchived(&world, ROOM).await;
    let board = ian.types(EMERGENCIES, "/incident doctor").await;
    assert!(!board.contains("is archived"), "what waited is posted: {board}");
    assert!(world.count(ROOM, "is now comms") >= 1, "{:#?}", world.channel(ROOM).texts());
}

#[tokio::test]
async fn a_reopened_incident_with_an_archived_room_says_so() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    change(&world, ROOM, |channel| channel.is_archived = true);
    ian.types(EMERGENCIES, "/incident 1 severity p2 better").await;
    ian.types(EMERGENCIES, "/incident 1 resolve redis").await;
    let before = not_delivered(&world, EMERGENCIES);
    world.forward(5).await;
    ian.types(EMERGENCIES, "/incident 1 reopen").await;
    assert_eq!(not_delivered(&world, EMERGENCIES), before + 1, "{:#?}", world.channel(EMERGENCIES).texts());
    assert!(world.channel(EMERGENCIES).last("Not delivered").text.contains("is archived: unarchive it"));
}

/// An announcement that the emergencies channel does not take is told in the incident's own, and not by direct message alone.
#[tokio::test]
async fn an_archived_emergencies_channel_is_told_where_people_are() {
    let mut world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    change(&world, EMERGENCIES, |channel| channel.is_archived = true);
    ian.types(ROOM, "/incident update Restarting it").await;
    for place in [ROOM, "ian"] {
        let told = world.channel(place).last("Not delivered").text.clone();
        assert!(told.contains("is archived: unarchive it") && !told.contains("create it"), "{place}: {told}");
    }
    // After a restart it is still known to be archived, and not taken for missing.
    world.stop().await;
    world.start_howler().await;
    world.ian().types(ROOM, "/incident p1 Search is down").await;
    let board = world.ian().types(ROOM, "/incident doctor").await;
    assert!(board.contains("is archived: unarchive it") && !board.contains("create it"), "{board}");
    unarchived(&world, EMERGENCIES).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED: Search is down"), 1);
}
