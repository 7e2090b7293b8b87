//! What tired people type: the right incident or a question, and never a deed that nobody asked for.

use fake::slack::Submission;

use crate::harness::{EMERGENCIES, ROOM, SECRET, World};

/// INC-1 is a P1 with a channel of its own, INC-2 a P3.
async fn two_open() -> World {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.ian().types(EMERGENCIES, "/incident p3 Search slow").await;
    world
}

async fn shows(world: &World, incident: u64) -> String {
    world.ian().types(EMERGENCIES, &format!("/incident show {incident}")).await
}

#[tokio::test]
async fn a_number_after_the_verb_names_the_incident() {
    let world = two_open().await;
    let answer = world.ian().types(ROOM, "/incident resolve INC-2 redis fixed").await;
    assert!(answer.contains("INC-2") && answer.contains("Search slow"), "{answer}");
    assert!(shows(&world, 1).await.contains("Investigating"), "INC-1 goes on");
    assert!(shows(&world, 2).await.contains("redis fixed"));
    assert_eq!(world.count(EMERGENCIES, "INCIDENT RESOLVED: Event stream down"), 0);
}

#[tokio::test]
async fn a_severity_goes_to_the_incident_of_its_number() {
    let world = two_open().await;
    let answer = world.ian().types(ROOM, "/incident severity 2 p2").await;
    assert!(answer.contains("INC-2") && answer.contains("P2"), "{answer}");
    assert!(shows(&world, 1).await.contains("P1"), "INC-1 is as bad as it was");
}

#[tokio::test]
async fn an_update_with_a_number_is_asked_for() {
    let world = two_open().await;
    let asked = world.ian().types(ROOM, "/incident update 2 restarting").await;
    assert!(asked.contains("INC-1") && asked.contains("INC-2"), "{asked}");
    assert_eq!(world.count(EMERGENCIES, "restarting"), 0, "nothing is announced");
    world.ian().clicks(ROOM, "update").await;
    assert!(world.channel(EMERGENCIES).last("restarting").text.contains("Search slow"), "INC-2 is told");
    // Nobody has an INC-9, so nine are pods.
    world.ian().types(ROOM, "/incident update 9 of 12 pods are back").await;
    assert!(world.channel(EMERGENCIES).last("9 of 12 pods").text.contains("Event stream down"));
}

#[tokio::test]
async fn sev_1_with_a_sentence_raises_nothing_unasked() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p3 Search slow").await;
    for line in ["sev 1 payments are down", "severity p1 payments are down"] {
        let asked = world.ian().types(EMERGENCIES, &format!("/incident {line}")).await;
        assert!(asked.contains("Search slow") && asked.contains("payments are down"), "{asked}");
        assert!(shows(&world, 1).await.contains("P3"), "{line}: Search slow is as bad as it was");
    }
    world.ian().types(EMERGENCIES, "/incident sev 1 payments are down").await;
    world.ian().clicks(EMERGENCIES, "declare").await;
    assert!(shows(&world, 2).await.contains("payments are down"));
}

/// Only a message that begins with howler's name is a command.
#[tokio::test]
async fn a_name_in_the_middle_never_acts() {
    let world = two_open().await;
    for line in [
        "please don't @howler resolve yet",
        "> @howler note It was the deploy",
        "Reminder: @howler resolve redis had expired",
        "don't use @howler p1 for that",
        "can somebody @howler ack",
    ] {
        world.ian().says(ROOM, line).await;
    }
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    for deed in ["resolved", "It was the deploy", "acknowledged: "] {
        assert!(!timeline.contains(deed), "{deed}: {timeline}");
    }
    assert!(!world.has_channel("#inc-3-for-that"), "nothing is declared");
    world.ian().says(ROOM, "hey, @howler note Redis is slow").await;
    world.ian().clicks(ROOM, "note").await;
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("Redis is slow"), "a click acts: {timeline}");
}

#[tokio::test]
async fn a_long_title_declares_and_is_noted_whole() {
    let world = World::start().await;
    let long =
        "the event stream lost its partition leader and every consumer in Frankfurt stopped ".repeat(3);
    let answer = world.ian().types(EMERGENCIES, &format!("/incident p1 {long}")).await;
    assert!(answer.contains("INC-1 P1"), "{answer}");
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains(long.trim().get(..200).unwrap_or_default()), "{timeline}");
    let answer = world.ian().types(EMERGENCIES, "/incident P0 Everything is gone").await;
    assert!(answer.contains("INC-2 P1") && answer.contains("\"P0\" is P1"), "{answer}");
}

#[tokio::test]
async fn what_is_written_beside_a_verb_is_noted() {
    let world = two_open().await;
    world.maya().types(ROOM, "/incident ack the partition leader is gone").await;
    world.maya().types(ROOM, "/incident resolve redis had expired").await;
    world.maya().types(ROOM, "/incident reopen still broken for agents").await;
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    for part in ["the partition leader is gone", "reopened", "still broken for agents"] {
        assert!(timeline.contains(part), "{part}: {timeline}");
    }
}

/// Understood, and carried out by the click alone, with the sentence as its argument.
#[tokio::test]
async fn a_sentence_is_carried_out_by_its_click() {
    let world = World::start().await;
    let asked = world.ian().types(EMERGENCIES, "/incident the site is down").await;
    assert!(asked.contains("the site is down"), "{asked}");
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 0);
    world.ian().clicks(EMERGENCIES, "declare").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED: the site is down"), 1);
    world.ian().types(EMERGENCIES, "/incident fixed, redis had expired").await;
    world.ian().clicks(EMERGENCIES, "resolve").await;
    assert!(shows(&world, 1).await.contains("fixed, redis had expired"));
}

#[tokio::test]
async fn the_same_title_by_somebody_else_is_asked_for() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Payments are down").await;
    let asked = world.maya().types(EMERGENCIES, "/incident p1 payments down!").await;
    assert!(asked.contains("INC-1") && asked.contains("same"), "{asked}");
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    world.maya().clicks(EMERGENCIES, "join").await;
    assert!(world.channel("#inc-1-payments-are-down").members.contains(&"U0MAYA".to_owned()));
    world.maya().types(EMERGENCIES, "/incident p1 payments down!").await;
    world.maya().clicks(EMERGENCIES, "declare").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 2);
    world.maya().types(EMERGENCIES, "/incident p2 Search is slow").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 3, "another title is another incident");
}

/// Somebody whose first try seemed to bring nothing tries again.
#[tokio::test]
async fn the_same_title_twice_by_the_same_person_is_asked_for() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Payments are down").await;
    let asked = world.ian().types(EMERGENCIES, "/incident p1 Payments are down").await;
    assert!(asked.contains("INC-1") && asked.contains("same"), "{asked}");
    let asked = world.ian().types(EMERGENCIES, "/incident P1 the payments are DOWN!!").await;
    assert!(asked.contains("INC-1") && asked.contains("same"), "{asked}");
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    // What a shell without buttons is told to type.
    world.ian().types(EMERGENCIES, "/incident anyway p1 Payments are down").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 2);
}

/// A form cannot show buttons: it stays open, and what was filled in is kept.
#[tokio::test]
async fn a_form_of_the_same_title_is_sent_once_more_and_loses_nothing() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Payments are down").await;
    world.maya().types(EMERGENCIES, "/incident declare payments down").await;
    let filled = [
        ("severity", "P1"),
        ("impact", "Nobody can pay"),
        ("action", "Rolling back the release"),
        ("eta", "20m"),
    ];
    let Submission::Errors(errors) = world.maya().submits(&filled).await else { panic!("it is asked") };
    let words = errors.get("title").unwrap();
    assert!(words.contains("INC-1") && words.contains("press Declare again"), "{words}");
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    let sent = world.maya().submits(&filled).await;
    assert!(matches!(sent, Submission::Closed), "{sent:?}");
    let shown = shows(&world, 2).await;
    for part in ["Nobody can pay", "Rolling back the release"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(
        world.channel(EMERGENCIES).last("INCIDENT DECLARED: payments down").text.contains("Nobody can pay")
    );
    // What is refused is mended and sent again under the form's own name.
    world.maya().types(EMERGENCIES, "/incident declare Search is slow").await;
    let past = [("severity", "P3"), ("eta", "2020-01-01 10:00 UTC")];
    assert!(matches!(world.maya().submits(&past).await, Submission::Errors(_)));
    world.maya().submits(&[("severity", "P3"), ("eta", "20m")]).await;
    assert!(shows(&world, 3).await.contains("Search is slow"));
}

/// Only what this person changed counts: somebody else's impact is not put back.
#[tokio::test]
async fn a_resolve_form_overwrites_nobodys_impact() {
    let world = two_open().await;
    world.ian().types(ROOM, "/incident impact Half of the witnesses").await;
    world.ian().types(ROOM, "/incident resolve").await;
    world.maya().types(ROOM, "/incident impact All of the witnesses").await;
    world.ian().submits(&[("root_cause", "Redis had no memory left")]).await;
    let told = world.channel(EMERGENCIES).last("INCIDENT RESOLVED").text.clone();
    assert!(told.contains("All of the witnesses") && !told.contains("Half of"), "{told}");
    world.ian().types(EMERGENCIES, "/incident 1 reopen").await;
    world.ian().types(ROOM, "/incident resolve").await;
    world.maya().types(ROOM, "/incident impact A third of the witnesses").await;
    let both = [("root_cause", "Redis"), ("impact", "Two thirds of the witnesses")];
    let Submission::Errors(errors) = world.ian().submits(&both).await else { panic!("both changed it") };
    assert!(errors.get("impact").is_some_and(|words| words.contains("A third")), "{errors:?}");
    assert!(!shows(&world, 1).await.contains("resolved"), "nothing is resolved");
}

/// One rule for what is over: it is opened again by that word alone.
#[tokio::test]
async fn a_status_opens_nothing_again() {
    let world = two_open().await;
    world.ian().types(ROOM, "/incident resolve redis had expired").await;
    for line in ["status mitigating", "update still broken", "impact all", "severity p2"] {
        let refused = world.ian().types(ROOM, &format!("/incident {line}")).await;
        assert!(refused.contains("resolved already") && refused.contains("1 reopen"), "{line}: {refused}");
    }
    assert!(shows(&world, 1).await.contains("Resolved"));
    world.ian().types(ROOM, "/incident reopen").await;
    assert!(world.ian().types(ROOM, "/incident status mitigating").await.contains("Mitigating"));
}

#[tokio::test]
async fn a_false_alarm_ends_without_a_report() {
    let world = two_open().await;
    let answer = world.ian().types(ROOM, "/incident cancel it was a test").await;
    assert!(answer.contains("cancelled"), "{answer}");
    let shown = world.channel(EMERGENCIES).last("INCIDENT CANCELLED").clone();
    assert!(shown.text.contains("it was a test") && !shown.text.contains("Full report"), "{}", shown.text);
    assert!(shows(&world, 1).await.contains("Not in the figures"));
    world.ian().types(EMERGENCIES, "/incident 1 reopen").await;
    let answer = world.ian().types(EMERGENCIES, "/incident 2 duplicate of 1").await;
    assert!(answer.contains("the same as INC-1"), "{answer}");
    let answer = world.ian().types(EMERGENCIES, "/incident 1 duplicate of 77").await;
    assert!(answer.contains("There is no INC-77"), "{answer}");
}

#[tokio::test]
async fn rename_invite_and_link() {
    let world = two_open().await;
    let answer = world.ian().types(ROOM, "/incident rename Event stream is slow").await;
    assert!(answer.contains("Event stream is slow"), "{answer}");
    assert!(world.channel(ROOM).topic.contains("Event stream is slow"), "{}", world.channel(ROOM).topic);
    world.ian().types(ROOM, "/incident invite @zoe").await;
    assert!(world.channel(ROOM).members.contains(&"U0ZOE".to_owned()));
    world.ian().types(ROOM, "/incident link https://dash.example/stream").await;
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("noted: Link: "), "{timeline}");
    assert!(timeline.contains("renamed it"), "{timeline}");
}

#[tokio::test]
async fn with_eleven_open_the_newest_is_offered_and_the_rest_is_counted() {
    let world = World::start().await;
    for title in ["ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay", "kiwi"] {
        world.ian().types(EMERGENCIES, &format!("/incident p3 {title}")).await;
    }
    let asked = world.ian().types(EMERGENCIES, "/incident note Which one?").await;
    assert!(
        asked.contains("kiwi") && asked.contains("11 incidents") && asked.contains("1 more: "),
        "{asked}"
    );
}

#[tokio::test]
async fn nobody_who_cannot_answer_holds_a_role() {
    let world = two_open().await;
    let ts = format!("{}.000100", world.clock.now().as_second());
    hears(&world, "Ev1", &ts, "@howler 1 role commander <@USLACKBOT>").await;
    let answer = world.ian().whisper(EMERGENCIES).unwrap().text;
    assert!(answer.contains("can't hold a role"), "{answer}");
    let asked = world.ian().types(ROOM, "/incident role comms maya").await;
    assert!(asked.contains("@maya") || asked.contains("Do you mean"), "{asked}");
    world.ian().clicks(ROOM, "role").await;
    assert!(shows(&world, 1).await.contains("U0MAYA"), "she has comms");
}

/// An event as Slack sends it, under an id of its own, about a message said at `ts`.
async fn hears(world: &World, event_id: &str, ts: &str, text: &str) {
    let body = serde_json::json!({
        "type": "event_callback", "event_id": event_id, "team_id": "T0MONKEY",
        "authorizations": [{ "user_id": "U0HOWLER", "team_id": "T0MONKEY" }],
        "event": { "type": "app_mention", "user": "U0IAN", "channel": "C0EMERG", "ts": ts,
            "text": text.replace("@howler", "<@U0HOWLER>") },
    });
    let now = world.clock.now().as_second();
    let answer = world.posts("/slack/events", &body.to_string(), now, SECRET).await;
    assert_eq!(answer.status(), 200);
    world.settle().await;
}

/// Slack sends a message again under another event when it is edited or its links unfold.
#[tokio::test]
async fn a_message_acts_once_for_each_text_and_an_edit_asks_before_it_acts_again() {
    let world = two_open().await;
    let ts = format!("{}.000100", world.clock.now().as_second());
    hears(&world, "Ev1", &ts, "@howler p3 Colours wrogn").await;
    hears(&world, "Ev2", &ts, "@howler p3 Colours wrogn").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED: Colours"), 1, "once");
    hears(&world, "Ev3", &ts, "@howler p3 Colours wrong").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED: Colours"), 1, "an edit asks");
    let later = format!("{}.000200", world.clock.now().as_second());
    hears(&world, "Ev4", &later, "@howler udpate 1 x").await;
    hears(&world, "Ev5", &later, "@howler 1 note the edit is heard").await;
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("the edit is heard"), "what was not understood is done once it is: {timeline}");
}

/// A message that Slack delivers late was written about another incident.
#[tokio::test]
async fn a_command_older_than_its_incident_asks_first() {
    let world = World::start().await;
    let before = world.clock.now().as_second() - 600;
    world.ian().types(EMERGENCIES, "/incident p3 Search slow").await;
    hears(&world, "Ev1", &format!("{before}.000100"), "@howler impact Half of them").await;
    assert!(!shows(&world, 1).await.contains("Half of them"));
    world.ian().clicks(EMERGENCIES, "impact").await;
    assert!(shows(&world, 1).await.contains("Half of them"), "a click says that it is meant");
}
