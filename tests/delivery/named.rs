//! Slack's errors by name: what the person sees, and that it heals.

use crate::harness::{EMERGENCIES, ROOM, World};

const GENERAL: &str = "#general";
const DELIVERED: &str = "Everything is delivered";

/// The delivery board, as ian sees it.
async fn board(world: &World) -> String {
    world.ian().types(GENERAL, "/incident doctor").await
}

/// Presses *Retry now* on each line of the board until nothing is left.
async fn retry_all(world: &World) {
    for _ in 0..20 {
        if board(world).await.contains(DELIVERED) {
            return;
        }
        world.ian().clicks(GENERAL, "retry").await;
    }
    panic!("it does not heal: {}", board(world).await);
}

fn archive(world: &World, channel: &str, archived: bool) {
    world.slack.arrange(|world| {
        let id = world.channel_called(channel).unwrap().id.clone();
        world.channel_mut(&id).unwrap().is_archived = archived;
    });
}

#[tokio::test]
async fn is_archived_waits_for_a_person_and_heals() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    archive(&world, ROOM, true);
    world.ian().types(EMERGENCIES, "/incident update Looking").await;
    assert_eq!(world.count(EMERGENCIES, "Looking"), 1, "the other channel has it");
    let board = board(&world).await;
    assert!(board.contains("inc-1-event-stream-down is archived: unarchive it, then retry"), "{board}");
    let shown = world.ian().types(GENERAL, "/incident show 1").await;
    assert!(shown.contains("is archived"), "{shown}");
    archive(&world, ROOM, false);
    retry_all(&world).await;
    assert_eq!(world.count(ROOM, "Looking"), 1);
}

#[tokio::test]
async fn channel_not_found_says_what_to_create_or_set() {
    let world = World::start().await;
    let rename = |name: &'static str| {
        world.slack.arrange(|world| {
            world.channels.iter_mut().find(|one| one.id == "C0EMERG").unwrap().name = name.into()
        })
    };
    rename("something-else");
    world.ian().types(GENERAL, "/incident p1 Event stream down").await;
    let board = board(&world).await;
    assert!(board.contains("does not exist, is archived, or howler cannot see it"), "{board}");
    assert!(board.contains("create it, unarchive it, or set"), "{board}");
    assert!(world.channel("ian").last("the declaration").text.contains("monkeytown-emergencies"));
    rename("monkeytown-emergencies");
    retry_all(&world).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
}

#[tokio::test]
async fn missing_scope_is_named_and_granted() {
    let world = World::start().await;
    world.slack.faults().drop_scope("channels:manage");
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    let board = board(&world).await;
    assert!(
        board.contains("lacks the scope channels:")
            && board.contains("manage")
            && board.contains("reinstall"),
        "{board}"
    );
    world.slack.faults().grant_scope("channels:manage");
    retry_all(&world).await;
    assert!(world.has_channel(ROOM));
}

#[tokio::test]
async fn no_permission_asks_for_an_admin_and_heals() {
    for error in ["restricted_action", "no_permission"] {
        let world = World::start().await;
        world.slack.faults().fail_in("chat.postMessage", EMERGENCIES, error, 1);
        world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
        let board = board(&world).await;
        assert!(board.contains("ask an admin") && board.contains("Waiting for you"), "{error}: {board}");
        retry_all(&world).await;
        assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1, "{error}");
    }
}

#[tokio::test]
async fn giving_up_takes_a_line_off_the_board() {
    let world = World::start().await;
    world.slack.faults().fail_in("chat.postMessage", EMERGENCIES, "restricted_action", 1);
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    board(&world).await;
    world.ian().clicks(GENERAL, "give_up").await;
    assert!(board(&world).await.contains(DELIVERED));
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 0);
}

#[tokio::test]
async fn ratelimited_says_when_the_next_try_is() {
    let world = World::start().await;
    world.slack.faults().rate_limit("chat.postMessage", Some(EMERGENCIES), 1, 120);
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    let shown = board(&world).await;
    assert!(shown.contains("slow down") && shown.contains("Next try") && shown.contains("02:02"), "{shown}");
    world.forward(2).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    // The card comes behind what is said, a message a second.
    world.forward_seconds(2).await;
    assert!(board(&world).await.contains(DELIVERED));
}

#[tokio::test]
async fn not_in_channel_joins_and_sends() {
    let world = World::start().await;
    let bot = world.slack.look(|world| world.bot.user_id.clone());
    world.slack.arrange(|world| {
        world.channel_mut("C0EMERG").unwrap().members.retain(|member| *member != bot);
    });
    world.slack.faults().drop_scope("chat:write.public");
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    assert!(world.channel(EMERGENCIES).members.contains(&bot), "it joined");
}

#[tokio::test]
async fn name_taken_by_somebody_else_gets_the_next_name() {
    let world = World::start().await;
    world.slack.arrange(|world| {
        let name = ROOM.trim_start_matches('#').to_owned();
        let theirs = world.channel_called("#general").unwrap().clone();
        world.channels.push(fake::slack::world::Channel { id: "C0THEIRS".into(), name, ..theirs });
    });
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    assert!(world.count("#inc-1-event-stream-down-2", "Not acknowledged yet") > 0, "the card is there");
    assert_eq!(world.count(ROOM, "Event stream down"), 0, "theirs stays theirs");
}

#[tokio::test]
async fn msg_too_long_goes_out_in_numbered_parts_once() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.slack.faults().longest_message(700);
    // The second part's answer is lost, so the parts are looked up before the rest goes out.
    let text: Vec<String> = (0..40).map(|n| format!("finding-{n}: it is about the index.")).collect();
    world.slack.faults().fail_in("chat.postMessage", EMERGENCIES, "msg_too_long", 1);
    world.slack.faults().lose_answer("chat.postMessage", 2);
    world.ian().types(EMERGENCIES, &format!("/incident update {}", text.join(" "))).await;
    world.forward(2).await;
    world.slack.faults().clear();
    let shown = world.channel(EMERGENCIES);
    let parts: Vec<_> =
        shown.said().into_iter().filter(|message| message.text.starts_with("Part ")).collect();
    assert!(parts.len() > 1, "{:#?}", shown.texts());
    for (at, part) in parts.iter().enumerate() {
        let number = format!("Part {} of {}", at + 1, parts.len());
        assert!(part.everything().contains(&number), "each once and in order: {}", part.text);
    }
    let whole: String = parts.iter().map(|part| part.blocks.to_string()).collect();
    for n in 0..40 {
        assert_eq!(whole.matches(&format!("finding-{n}:")).count(), 1, "finding-{n} in {whole}");
    }
    assert!(board(&world).await.contains(DELIVERED));
}

#[tokio::test]
async fn an_edit_that_is_too_long_is_shortened() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.slack.faults().fail("chat.update", "msg_too_long", 1);
    world.ian().types(EMERGENCIES, "/incident impact Nobody finds anything").await;
    let card = world.channel(EMERGENCIES).last("Too long for Slack here").clone();
    assert!(card.everything().contains("/incident show 1"));
    assert!(card.buttons().contains(&"ack".to_owned()), "its buttons stay");
    assert!(board(&world).await.contains(DELIVERED));
}

#[tokio::test]
async fn a_revoked_token_is_told_once_and_everything_goes_out_in_order_after_it() {
    for error in ["token_revoked", "invalid_auth", "account_inactive"] {
        let world = World::start().await;
        world.slack.faults().refuse_token(error);
        world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
        world.ian().types(EMERGENCIES, "/incident update First").await;
        world.ian().types(EMERGENCIES, "/incident update Second").await;
        world.ian().types(EMERGENCIES, "/incident 1 take").await;
        world.forward(3).await;
        let shown = board(&world).await;
        assert!(shown.contains("for the same reason") && shown.contains("SLACK_BOT_TOKEN"), "{shown}");
        assert_eq!(shown.matches("SLACK_BOT_TOKEN").count(), 1, "told once: {shown}");
        let asked = world.slack.calls().iter().filter(|call| call.answer["error"] == error).count();
        assert!(asked <= 12, "{asked} calls in three minutes");
        let ready = reqwest::get(format!("{}/readyz", world.base())).await.unwrap();
        assert_eq!(ready.status(), 200, "it takes declarations all the same");
        assert!(ready.text().await.unwrap().contains("SLACK_BOT_TOKEN"));

        world.slack.faults().restore_token();
        world.forward(3).await;
        assert!(board(&world).await.contains(DELIVERED), "{}", board(&world).await);
        in_order(&world);
    }
}

#[tokio::test]
async fn after_a_restart_with_a_working_token_everything_goes_out_in_order() {
    let mut world = World::start().await;
    world.slack.faults().revoke_token();
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.ian().types(EMERGENCIES, "/incident update First").await;
    world.ian().types(EMERGENCIES, "/incident update Second").await;
    world.crash().await;
    world.slack.faults().restore_token();
    world.start_howler().await;
    world.forward(2).await;
    assert!(board(&world).await.contains(DELIVERED), "{}", board(&world).await);
    in_order(&world);
}

fn in_order(world: &World) {
    let shown = world.channel(EMERGENCIES);
    let texts = shown.texts();
    let at =
        |part: &str| texts.iter().position(|text| text.contains(part)).unwrap_or_else(|| panic!("no {part}"));
    assert!(at("INCIDENT DECLARED") < at("First") && at("First") < at("Second"), "{texts:#?}");
    for part in ["INCIDENT DECLARED", "First", "Second"] {
        assert_eq!(world.count(EMERGENCIES, part), 1, "{part}");
    }
    assert!(world.has_channel(ROOM));
}

#[tokio::test]
async fn a_page_waits_neither_for_cosmetics_nor_for_another_channels_limit() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    let faults = world.slack.faults();
    faults.rate_limit("chat.update", None, 500, 3_600);
    faults.rate_limit("conversations.setTopic", None, 500, 3_600);
    faults.rate_limit("chat.postMessage", Some(EMERGENCIES), 500, 3_600);
    world.ian().types(EMERGENCIES, "/incident status identified").await;
    world.forward(30).await;
    assert_eq!(world.count(ROOM, "Update due"), 1, "at its minute");
    world.forward(5).await;
    assert_eq!(world.count("ian", "Update due"), 1, "at its minute");
    let shown = board(&world).await;
    assert!(shown.contains("slow down"), "the rest waits on the board: {shown}");
}

#[tokio::test]
async fn a_reminder_that_arrived_unheard_of_and_was_answered_is_settled() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(29).await;
    world.slack.faults().lose_answer("chat.postMessage", 1);
    // To the minute: the answer is lost, and the next try comes a second later.
    world.clock.advance(jiff::SignedDuration::from_mins(1));
    world.settle().await;
    let standing = world.channel(EMERGENCIES).last("Update due").clone();
    assert!(standing.buttons().contains(&"snooze".to_owned()));
    world.ian().types(EMERGENCIES, "/incident update Looking").await;
    world.forward(1).await;
    let settled =
        world.channel(EMERGENCIES).messages.iter().find(|one| one.ts == standing.ts).unwrap().clone();
    assert!(!settled.buttons().contains(&"snooze".to_owned()), "its buttons are gone: {}", settled.text);
    assert_eq!(world.count(EMERGENCIES, "Update due"), 0);
    assert!(board(&world).await.contains(DELIVERED));
}
