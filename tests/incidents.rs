//! An incident's life as people see it.

use fake::slack::Submission;

use crate::harness::{EMERGENCIES, ROOM, SECRET, World};

#[tokio::test]
async fn one_line_declares() {
    let world = World::start().await;
    let answer = world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    assert!(answer.contains("INC-1"), "{answer}");

    let emergencies = world.channel(EMERGENCIES);
    let declaration = emergencies.last("INCIDENT DECLARED");
    for part in ["S0ONCALL", "S0ENG", "🚨 INCIDENT DECLARED: Event stream down", "P1", "Investigating"] {
        assert!(declaration.everything().contains(part), "{part} in {declaration:#?}");
    }
    assert!(declaration.text.contains("Updates will be posted every 30 minutes."), "{}", declaration.text);

    let room = world.channel(ROOM);
    assert!(room.topic.contains("P1") && room.topic.contains("Investigating"), "{}", room.topic);
    assert!(room.members.contains(&"U0IAN".to_owned()), "who declared");
    assert!(room.members.contains(&"U0MAYA".to_owned()), "who is on call");
    assert!(!room.members.contains(&"U0ZOE".to_owned()), "nobody else");
    let card = room.last("Commander");
    assert_eq!(room.pins, vec![card.ts.clone()]);
    assert!(emergencies.last("Commander").everything().contains("C0"), "the card leads to the room");
}

#[tokio::test]
async fn severities_decide_about_channels() {
    let world = World::with_config("[severity.P4]\nown_channel = true\n").await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow search").await;
    world.ian().types(EMERGENCIES, "/incident p4 Wrong colour").await;
    assert!(!world.has_channel("#inc-1-slow-search"));
    assert!(world.has_channel("#inc-2-wrong-colour"));
    let declaration = world.channel(EMERGENCIES).last("Wrong colour").clone();
    assert!(!world.channel(EMERGENCIES).last("DECLARED: Wrong").text.contains("every"), "{declaration:#?}");
}

#[tokio::test]
async fn the_form_declares_with_everything() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident declare").await;
    let missing = ian.submits(&[("severity", "P2")]).await;
    assert!(matches!(missing, Submission::Errors(_)), "{missing:?}");
    let done = ian
        .submits(&[
            ("title", "Queue stuck"),
            ("severity", "P2"),
            ("impact", "Agents wait"),
            ("action", "Looking"),
            ("eta", "20m"),
        ])
        .await;
    assert!(matches!(done, Submission::Closed), "{done:?}");
    let declaration = world.channel(EMERGENCIES).last("INCIDENT DECLARED").clone();
    for part in ["Queue stuck", "Agents wait", "Looking", "P2"] {
        assert!(declaration.everything().contains(part), "{part}");
    }
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
}

#[tokio::test]
async fn from_declaration_to_resolution() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.forward(4).await;
    world.maya().types(ROOM, "/incident take").await;
    assert!(world.channel("maya").last("Event stream down").text.contains("commander"), "she gets a brief");
    world.maya().types(ROOM, "/incident impact No witness sees live updates").await;
    world.maya().types(ROOM, "/incident status identified").await;
    assert!(world.channel(ROOM).last("status is now Identified").text.contains("was Investigating"));
    world.maya().types(ROOM, "/incident update Restarted the stream").await;
    for channel in [EMERGENCIES, ROOM] {
        assert_eq!(world.count(channel, "Restarted the stream"), 1, "{channel}");
    }
    world.forward(20).await;
    world.maya().types(ROOM, "/incident resolve Redis credentials had expired").await;
    for channel in [EMERGENCIES, ROOM] {
        let shown = world.channel(channel);
        let resolution = shown.last("INCIDENT RESOLVED");
        for part in [
            "✅ INCIDENT RESOLVED: Event stream down",
            "Root cause: Redis credentials had expired",
            "Impact: No witness sees live updates",
            "24 min",
            "Full report will be posted in .monkeytown/decisions/incidents/",
            "4 min",
        ] {
            assert!(resolution.text.contains(part), "{part:?} in {}", resolution.text);
        }
    }
    world.forward(600).await;
    assert_eq!(world.count(ROOM, "Update due"), 0, "no reminder after the end");
}

#[tokio::test]
async fn taking_back_edits_in_place() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p2 Event stream down").await;
    ian.types(ROOM, "/incident update It was the database").await;
    let before = world.channel(EMERGENCIES).last("It was the database").ts.clone();
    ian.types(ROOM, "/incident retract").await;
    for channel in [EMERGENCIES, ROOM] {
        let shown = world.channel(channel);
        let update = shown.last("It was the database");
        assert!(update.text.contains("taken back by <@U0IAN>"), "{update:#?}");
    }
    assert_eq!(world.channel(EMERGENCIES).last("It was the database").ts, before, "edited in place");

    ian.types(ROOM, "/incident resolve It healed").await;
    ian.types(ROOM, "/incident reopen").await;
    let resolution = world.channel(EMERGENCIES).last("INCIDENT RESOLVED").clone();
    assert!(resolution.text.contains("taken back by <@U0IAN>"), "{resolution:#?}");

    ian.types(ROOM, "/incident severity p1 all witnesses are out").await;
    ian.types(ROOM, "/incident retract").await;
    let card = world
        .channel(ROOM)
        .messages
        .iter()
        .find(|m| m.by_howler && m.everything().contains("Commander"))
        .cloned();
    assert!(card.unwrap().everything().contains("P2"));
}

#[tokio::test]
async fn the_same_words_after_a_mention_threads_included() {
    let world = World::start().await;
    let ian = world.ian();
    ian.says(EMERGENCIES, "@howler p3 Slow search").await;
    let declaration = world.channel(EMERGENCIES).last("INCIDENT DECLARED").clone();
    ian.says_in(EMERGENCIES, Some(&declaration.ts), "@howler note It began with the deploy").await;
    let timeline = ian.types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("It began with the deploy"), "{timeline}");
    ian.says(EMERGENCIES, "@howler list").await;
    assert!(ian.whisper(EMERGENCIES).unwrap().text.contains("Slow search"));
    ian.says(EMERGENCIES, "@howler update").await;
    ian.clicks(EMERGENCIES, "update").await;
    let done = ian.submits(&[("action", "Reindexing")]).await;
    assert!(matches!(done, Submission::Closed), "{done:?}");
    assert_eq!(world.count(EMERGENCIES, "Reindexing"), 2, "the update and the card");
}

#[tokio::test]
async fn several_open_incidents_are_asked_about() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p3 Slow search").await;
    ian.types(EMERGENCIES, "/incident p3 Broken images").await;
    ian.types(EMERGENCIES, "/incident update Looking").await;
    let asked = ian.whisper(EMERGENCIES).unwrap();
    let buttons = asked.buttons();
    assert_eq!(buttons.len(), 2, "{asked:#?}");
    // The newest stands first.
    ian.clicks_on(EMERGENCIES, &asked.ts, &buttons[0]).await;
    assert!(ian.types(EMERGENCIES, "/incident timeline 2").await.contains("Looking"));
    assert!(!ian.types(EMERGENCIES, "/incident timeline 1").await.contains("Looking"));
    ian.types(EMERGENCIES, "/incident 1 update Found it").await;
    assert!(ian.types(EMERGENCIES, "/incident timeline 1").await.contains("Found it"));
    assert!(ian.types(EMERGENCIES, "/incident show 2").await.contains("Broken images"));
    let found = ian.types(EMERGENCIES, "/incident find images").await;
    assert!(found.contains("Broken images") && !found.contains("Slow search"), "{found}");
}

#[tokio::test]
async fn a_pushpin_puts_a_message_on_the_timeline_and_off_again() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    let ts = world.maya().says(ROOM, "CPU is at 100 % on *all* pods `since 01:50` <&>").await;
    world.forward(5).await;
    ian.reacts(ROOM, &ts, "pushpin").await;
    ian.reacts(ROOM, &ts, "eyes").await;
    let timeline = ian.types(ROOM, "/incident timeline").await;
    assert!(timeline.contains("CPU is at 100 %"), "{timeline}");
    assert!(ian.whisper(ROOM).unwrap().everything().contains("U0MAYA"), "its author");
    ian.unreacts(ROOM, &ts, "pushpin").await;
    assert!(!ian.types(ROOM, "/incident timeline").await.contains("CPU is at 100 %"));
}

#[tokio::test]
async fn long_timelines_come_in_pages() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p3 Slow search").await;
    for number in 0..45 {
        ian.types(EMERGENCIES, &format!("/incident note fact number {number}.")).await;
    }
    let first = ian.types(EMERGENCIES, "/incident timeline 1").await;
    let second = ian.types(EMERGENCIES, "/incident timeline 1 page 2").await;
    let third = ian.types(EMERGENCIES, "/incident timeline 1 page 3").await;
    let all = [first, second, third].join("\n");
    for number in 0..45 {
        assert!(all.contains(&format!("fact number {number}.")), "{number}");
    }
    let fourth = ian.types(EMERGENCIES, "/incident timeline 1 page 4").await;
    assert!(fourth.contains('3'), "{fourth}");
}

#[tokio::test]
async fn hostile_words_do_nothing() {
    // With somebody on call: else the page calls the whole channel.
    let world = World::with_config("[rotation]\nmembers = [\"U0MAYA\"]\n").await;
    let title = "<!channel> `x` *b* <https://evil.example|ok> \u{202e}drawkcab @channel";
    world.ian().types(EMERGENCIES, &format!("/incident p1 {title}")).await;
    for message in world.channel(EMERGENCIES).messages.iter().filter(|message| message.by_howler) {
        assert!(
            !message.text.contains("<!channel>") && !message.text.contains("<https://evil"),
            "{message:#?}"
        );
        assert!(!message.everything().contains('\u{202e}'), "{message:#?}");
        assert_inert(&message.blocks);
    }
}

/// Nothing that Slack would parse holds what was typed, and nothing rings a bell or leads away.
fn assert_inert(block: &serde_json::Value) {
    let parsed = block["type"] == "mrkdwn";
    let text = block["text"].as_str().unwrap_or_default();
    assert!(!(parsed && (text.contains("<!") || text.contains("<http"))), "{block}");
    assert!(block["type"] != "broadcast" && block["type"] != "link", "{block}");
    match block {
        serde_json::Value::Array(values) => values.iter().for_each(assert_inert),
        serde_json::Value::Object(fields) => fields.values().for_each(assert_inert),
        _ => {}
    }
}

#[tokio::test]
async fn everything_not_understood_is_answered() {
    let world = World::start().await;
    let ian = world.ian();
    let long = "x".repeat(3_500);
    let lines = [
        ("/incident", "declare"),
        ("/incident updaet hello", "update"),
        ("/incident p7 Title", "P4"),
        ("/incident p1", "p1"),
        ("/incident p1 \u{200b}\u{202e}", "p1"),
        ("/incident resolve", "/incident"),
        ("/incident reopen", "/incident"),
        ("/incident show 99", "99"),
        ("/incident snooze soon", "15m"),
        ("/incident 🔥", "/incident"),
        ("/incident severity", "/incident"),
    ];
    for (line, part) in lines {
        let answer = ian.types(EMERGENCIES, line).await;
        assert!(answer.contains(part), "{line}: {part:?} in {answer:?}");
    }
    let answer = ian.types(EMERGENCIES, &format!("/incident p1 {long}")).await;
    assert!(answer.contains("is declared"), "a P1 is never refused for its length: {answer}");
    assert!(ian.types(EMERGENCIES, "/incident p0 Title").await.contains("P1"));
    assert_eq!(world.count(EMERGENCIES, "DECLARED"), 2, "these two and no other");

    ian.types(EMERGENCIES, "/incident p3 🔥🔥").await;
    assert_eq!(world.count(EMERGENCIES, "DECLARED"), 3, "an emoji is a title");
    ian.types(EMERGENCIES, "/incident resolve done").await;
    let again = ian.types(EMERGENCIES, "/incident 1 resolve done").await;
    assert!(again.contains("reopen"), "{again}");
}

#[tokio::test]
async fn an_answered_reminder_loses_its_buttons() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(30).await;
    let reminder = ian.button(EMERGENCIES, "snooze");
    ian.types(EMERGENCIES, "/incident resolve healed").await;
    let shown = world.channel(EMERGENCIES);
    let shown = shown.messages.iter().find(|message| message.ts == reminder.ts).unwrap();
    assert!(shown.buttons().is_empty(), "{shown:#?}");
}

#[tokio::test]
async fn a_stale_button_says_why() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p3 Slow search").await;
    world.forward(30).await;
    // Slack takes no edits, so the buttons stay.
    world.slack.faults().rate_limit("chat.update", None, 100, 600);
    ian.types(EMERGENCIES, "/incident update Looking").await;
    ian.clicks(EMERGENCIES, "snooze").await;
    let why = ian.whisper(EMERGENCIES).unwrap().text;
    assert!(why.contains("answered") || why.contains("no longer"), "{why}");
    ian.types(EMERGENCIES, "/incident resolve healed").await;
    ian.clicks(EMERGENCIES, "snooze").await;
    let why = ian.whisper(EMERGENCIES).unwrap().text;
    assert!(why.contains("resolved") && why.contains("reopen"), "{why}");
}

#[tokio::test]
async fn double_clicks_do_it_once() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    let card = ian.button(ROOM, "ack");
    let (one, two) = tokio::join!(
        world.slack.click("ian", ROOM, &card.ts, "ack", None),
        world.slack.click("ian", ROOM, &card.ts, "ack", None)
    );
    one.unwrap();
    two.unwrap();
    world.settle().await;
    let timeline = ian.types(ROOM, "/incident timeline").await;
    assert_eq!(timeline.matches("cknowledged").count(), 1, "{timeline}");
}

#[tokio::test]
async fn a_delivery_that_comes_again_changes_nothing_and_gets_the_same_answer() {
    let world = World::start().await;
    let first = world.slack.command("ian", EMERGENCIES, "/incident p1 Event stream down").await.unwrap();
    let again = world.slack.deliver_again(1).await.unwrap();
    world.settle().await;
    assert_eq!(again[0].body, first.body);
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    world.ian().says(EMERGENCIES, "@howler p3 Slow search").await;
    world.slack.deliver_again(3).await.unwrap();
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 2);
    world.ian().says(EMERGENCIES, "@howler list").await;
    world.slack.deliver_again(2).await.unwrap();
    world.settle().await;
    let told = world.slack.calls().iter().filter(|call| call.method == "chat.postEphemeral").count();
    // One for the mention that declared, one for the list.
    assert_eq!(told, 2);
}

#[tokio::test]
async fn a_refusal_that_comes_again_stays_one() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p1 Event stream down").await;
    ian.types(EMERGENCIES, "/incident 1 resolve Redis was full").await;
    let late = "command=%2Fincident&text=1+update+Too+late&user_id=U0IAN&channel_id=C0EMERG&trigger_id=9.9";
    let now = world.clock.now().as_second();
    let refused = world.posts("/slack/commands", late, now, SECRET).await.text().await.unwrap();
    assert!(refused.contains("resolved already"), "{refused}");
    ian.types(EMERGENCIES, "/incident 1 reopen").await;
    let again = world.posts("/slack/commands", late, now, SECRET).await.text().await.unwrap();
    world.settle().await;
    assert_eq!(again, refused);
    assert_eq!(world.count(EMERGENCIES, "Too late"), 0);
}

#[tokio::test]
async fn a_question_is_answered_once_for_each_incident() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p3 Slow search").await;
    ian.types(EMERGENCIES, "/incident p3 Slow uploads").await;
    ian.types(EMERGENCIES, "/incident update Looking").await;
    let question = ian.button(EMERGENCIES, "update:2");
    for action in ["update:2", "update:2", "update"] {
        ian.clicks_on(EMERGENCIES, &question.ts, action).await;
    }
    assert_eq!(world.count(EMERGENCIES, "INC-2 update 1: Slow uploads\n\nLooking"), 1);
    assert_eq!(world.count(EMERGENCIES, "INC-2 update 2"), 0);
    assert_eq!(world.count(EMERGENCIES, "INC-1 update 1"), 1);
}

#[tokio::test]
async fn a_form_that_was_taken_is_confirmed_privately() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident declare").await;
    ian.submits(&[("title", "Queue stuck"), ("severity", "P3")]).await;
    assert!(ian.whisper(EMERGENCIES).unwrap().text.contains("INC-1"));
    ian.types(EMERGENCIES, "/incident update").await;
    let nothing_new = ian.submits(&[]).await;
    assert!(matches!(nothing_new, Submission::Errors(_)), "{nothing_new:?}");
}

#[tokio::test]
async fn howler_takes_no_role() {
    let world = World::start().await;
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident p3 Slow search").await;
    let answer = ian.types(EMERGENCIES, "/incident role commander @howler").await;
    assert!(answer.contains("@howler") && answer.contains("take"), "{answer}");
    assert!(!ian.types(EMERGENCIES, "/incident show 1").await.contains("Commander: "));
}
