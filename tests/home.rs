//! howler's Home tab and shortcuts, as people use them.

use fake::slack::{Call, Submission};
use jiff::SignedDuration;
use serde_json::Value;

use crate::harness::process::until;
use crate::harness::{EMERGENCIES, ROOM, World};
use crate::rollback::{began, broken};

/// What stands on somebody's Home tab, as JSON.
fn home(world: &World, id: &str) -> String {
    world.slack.look(|world| world.homes.get(id).map(|home| home.view.to_string()).unwrap_or_default())
}

/// The Home tab is nobody's effect, so it is waited for.
async fn shows(world: &World, id: &str, part: &str) {
    until(|| home(world, id).contains(part)).await;
}

async fn opens(world: &World, name: &str) {
    world.slack.open_home(name).await.unwrap().expect("howler is told").is_ok().then_some(()).expect("taken");
    let id = format!("U0{}", name.to_uppercase());
    let before = published(world, &id);
    until(|| published(world, &id) > before || !home(world, &id).is_empty()).await;
}

fn published_to(world: &World, id: &str) -> Vec<Call> {
    let calls = world.slack.calls().into_iter();
    calls.filter(|call| call.method == "views.publish" && call.args["user_id"] == id).collect()
}

fn published(world: &World, id: &str) -> usize {
    published_to(world, id).len()
}

async fn presses(world: &World, name: &str, action: &str) {
    let reply = world.slack.click_home(name, action, None).await.unwrap();
    assert!(reply.is_ok(), "{reply:?}");
    world.settle().await;
}

/// The latest of howler's direct messages to somebody.
fn told(world: &World, name: &str) -> String {
    world.channel(name).said().last().map(|message| message.text.clone()).unwrap_or_default()
}

#[tokio::test]
async fn it_shows_who_is_on_call_and_follows_what_happens() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/oncall add @maya").await;
    let shown = world.ian().whisper(EMERGENCIES).unwrap();
    world.ian().clicks_on(EMERGENCIES, &shown.ts, "confirm").await;
    assert_eq!(home(&world, "U0MAYA"), "", "nobody opened it");
    opens(&world, "maya").await;
    shows(&world, "U0MAYA", "You are on call").await;
    assert!(home(&world, "U0MAYA").contains("No incident is open"), "{}", home(&world, "U0MAYA"));

    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.forward_seconds(4).await;
    shows(&world, "U0MAYA", "You are paged").await;
    assert!(home(&world, "U0MAYA").contains("Event stream down"));
    assert_eq!(home(&world, "U0IAN"), "", "ian never opened his");
    presses(&world, "maya", "ack").await;
    assert!(world.channel(EMERGENCIES).last("Event stream down").everything().contains("Acknowledged by"));
    assert!(told(&world, "maya").contains("INC-1"), "{}", told(&world, "maya"));
    // The click itself asks for it anew: no clock has to move.
    until(|| !home(&world, "U0MAYA").contains("You are paged")).await;
}

#[tokio::test]
async fn what_happens_at_once_is_one_publication_and_nothing_new_is_none() {
    let world = World::start().await;
    opens(&world, "ian").await;
    let first = published(&world, "U0IAN");
    world.maya().types(EMERGENCIES, "/incident p3 Search is slow").await;
    shows(&world, "U0IAN", "Search is slow").await;
    for n in 0..10 {
        world.maya().types(EMERGENCIES, &format!("/incident 1 note number {n}")).await;
        world.maya().types(EMERGENCIES, &format!("/incident p4 Colour {n} is wrong")).await;
    }
    world.forward_seconds(4).await;
    shows(&world, "U0IAN", "more: ").await;
    assert!(published(&world, "U0IAN") <= first + 4, "{}", published(&world, "U0IAN"));
    let before = published(&world, "U0IAN");
    for n in 0..5 {
        // A note changes nothing that the tab shows.
        world.maya().types(EMERGENCIES, &format!("/incident 1 note again {n}")).await;
        world.forward_seconds(4).await;
    }
    assert_eq!(published(&world, "U0IAN"), before);
}

#[tokio::test]
async fn it_is_followed_for_an_hour_and_forgotten_by_a_start() {
    let mut world = World::start().await;
    opens(&world, "ian").await;
    world.forward(61).await;
    let before = published(&world, "U0IAN");
    world.maya().types(EMERGENCIES, "/incident p3 Search is slow").await;
    world.forward_seconds(10).await;
    assert_eq!(published(&world, "U0IAN"), before, "nobody looks at it any more");
    opens(&world, "ian").await;
    shows(&world, "U0IAN", "Search is slow").await;

    world.crash().await;
    world.start_howler().await;
    world.settle().await;
    let before = published(&world, "U0IAN");
    world.maya().types(EMERGENCIES, "/incident p3 Images are broken").await;
    world.forward_seconds(10).await;
    assert_eq!(published(&world, "U0IAN"), before, "a start forgets");
    // A press tells as well as opening that somebody looks.
    presses(&world, "ian", "schedule").await;
    shows(&world, "U0IAN", "Images are broken").await;
}

#[tokio::test]
async fn a_press_on_it_is_answered_by_direct_message_or_with_a_form() {
    let world = World::start().await;
    opens(&world, "ian").await;
    presses(&world, "ian", "schedule").await;
    assert!(told(&world, "ian").contains("weeks ahead"), "{}", told(&world, "ian"));
    presses(&world, "ian", "declare").await;
    let done = world.ian().submits(&[("title", "Queue stuck"), ("severity", "P2")]).await;
    assert!(matches!(done, Submission::Closed), "{done:?}");
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED: Queue stuck"), 1);
    assert!(told(&world, "ian").contains("Queue stuck"), "{}", told(&world, "ian"));
    world.forward_seconds(4).await;
    shows(&world, "U0IAN", "You owe an update").await;
    presses(&world, "ian", "update").await;
    world.ian().submits(&[("action", "Restarting it")]).await;
    assert_eq!(world.count(EMERGENCIES, "Restarting it"), 2, "the update and the card");
}

#[tokio::test]
async fn where_no_form_opens_a_button_comes_by_direct_message() {
    let world = World::start().await;
    opens(&world, "ian").await;
    world.slack.faults().fail("views.open", "internal_error", 1);
    presses(&world, "ian", "declare").await;
    assert!(told(&world, "ian").contains("Press the button to open the form"), "{}", told(&world, "ian"));
    world.ian().clicks_direct("declare").await;
    let done = world.ian().submits(&[("title", "Queue stuck"), ("severity", "P2")]).await;
    assert!(matches!(done, Submission::Closed), "{done:?}");
}

#[tokio::test]
async fn an_approval_waits_there_and_counts_as_on_the_card() {
    let town = broken().await;
    let world = &town.world;
    opens(world, "ian").await;
    opens(world, "maya").await;
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    world.forward_seconds(4).await;
    shows(world, "U0MAYA", "To be approved: ").await;
    let command = home(world, "U0MAYA");
    assert!(command.contains("rollout restart deployment/queue"), "whole: {command}");
    assert!(!home(world, "U0IAN").contains("To be approved"), "nobody approves his own");
    presses(world, "maya", "approve").await;
    assert_eq!(began(&town, "restart"), 1, "{}", town.card(EMERGENCIES));
    until(|| !home(world, "U0MAYA").contains("To be approved")).await;
}

#[tokio::test]
async fn a_failure_holds_up_nothing_and_is_tried_again() {
    let world = World::start().await;
    world.slack.faults().fail("views.publish", "internal_error", 2);
    world.slack.open_home("ian").await.unwrap();
    until(|| published(&world, "U0IAN") == 1).await;
    world.maya().types(EMERGENCIES, "/incident p1 Event stream down").await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1, "lanes wait for no Home tab");
    assert_eq!(home(&world, "U0IAN"), "");
    for attempts in [2, 3] {
        world.forward_seconds(11).await;
        until(|| published(&world, "U0IAN") >= attempts).await;
    }
    shows(&world, "U0IAN", "Event stream down").await;
}

#[tokio::test]
async fn slacks_limit_is_kept() {
    let world = World::start().await;
    world.slack.faults().rate_limit("views.publish", None, 1, 30);
    world.slack.open_home("ian").await.unwrap();
    until(|| published(&world, "U0IAN") == 1).await;
    world.slack.open_home("maya").await.unwrap();
    world.forward_seconds(20).await;
    assert_eq!((published(&world, "U0IAN"), published(&world, "U0MAYA")), (1, 0), "nobody calls meanwhile");
    world.forward_seconds(11).await;
    shows(&world, "U0IAN", "No incident is open").await;
    shows(&world, "U0MAYA", "No incident is open").await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_published_over() {
    let world = World::start().await;
    opens(&world, "ian").await;
    world.slack.faults().lose_answer("views.publish", 1);
    world.maya().types(EMERGENCIES, "/incident p3 Search is slow").await;
    world.forward_seconds(4).await;
    shows(&world, "U0IAN", "Search is slow").await;
    world.maya().types(EMERGENCIES, "/incident p3 Images are broken").await;
    world.forward_seconds(10).await;
    shows(&world, "U0IAN", "Images are broken").await;
    let conflicts =
        published_to(&world, "U0IAN").iter().filter(|call| call.answer["error"] == "hash_conflict").count();
    assert_eq!(conflicts, 1, "what stood there was not known");
}

#[tokio::test]
async fn people_of_another_workspace_see_nothing_and_press_in_vain() {
    let world = World::start().await;
    // Slack has told who howler is.
    world.ian().types(EMERGENCIES, "/incident list").await;
    world.slack.arrange(|slack| slack.team.id = "T0OTHER".into());
    world.slack.open_home("maya").await.unwrap();
    world.slack.arrange(|slack| slack.team.id = "T0MONKEY".into());
    opens(&world, "ian").await;
    assert_eq!(published(&world, "U0MAYA"), 0);
    world.slack.arrange(|slack| slack.team.id = "T0OTHER".into());
    presses(&world, "ian", "declare").await;
    assert!(told(&world, "ian").contains("another Slack workspace"), "{}", told(&world, "ian"));
    world.slack.shortcut("ian", "declare").await.unwrap();
    assert!(world.slack.look(|slack| slack.views.is_empty()), "no form opens");
}

#[tokio::test]
async fn the_shortcut_declares_from_everywhere() {
    let world = World::start().await;
    assert!(world.slack.shortcut("ian", "declare").await.unwrap().is_ok());
    let done = world.ian().submits(&[("title", "Queue stuck"), ("severity", "P2")]).await;
    assert!(matches!(done, Submission::Closed), "{done:?}");
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED: Queue stuck"), 1);
    assert!(told(&world, "ian").contains("INC-1"), "{}", told(&world, "ian"));
}

/// The fields of the form that is open, as JSON.
fn form(world: &World) -> Value {
    world.slack.look(|world| world.views.last().map(|open| open.view.clone()).unwrap_or_default())
}

#[tokio::test]
async fn a_message_declares_and_is_the_first_note() {
    let world = World::start().await;
    let text = format!("Since noon <x> {}", "the search answers nobody ".repeat(8));
    let said = world.slack.say("maya", "#general", None, &text).await.unwrap();
    let used = world.slack.message_shortcut("ian", "#general", &said.ts, "declare_from_message").await;
    assert!(used.unwrap().is_ok());
    let title =
        form(&world).pointer("/blocks/0/element/initial_value").and_then(Value::as_str).unwrap().to_owned();
    assert!(title.starts_with("Since noon <x> the search") && title.chars().count() <= 120, "{title}");
    let done = world.ian().submits(&[("severity", "P2")]).await;
    assert!(matches!(done, Submission::Closed), "{done:?}");
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    let link = format!("monkeytown.slack.com/archives/C0GENERAL/p{}", said.ts.replace('.', ""));
    let timeline = timeline.replace('\u{2060}', "");
    for part in ["the search answers nobody", "@maya", &link] {
        assert!(timeline.contains(part), "{part}: {timeline}");
    }
    assert_eq!(world.channel(EMERGENCIES).last("INCIDENT DECLARED").text.matches("@maya").count(), 0);
}

#[tokio::test]
async fn a_message_goes_onto_the_timeline_that_is_chosen() {
    let world = World::start().await;
    let said = world.slack.say("maya", "#general", None, "I restarted redis").await.unwrap();
    let add = |ts: String| {
        let slack = world.slack.clone();
        async move { slack.message_shortcut("ian", "#general", &ts, "add_to_timeline").await.unwrap() }
    };
    assert!(add(said.ts.clone()).await.is_ok());
    world.settle().await;
    assert!(world.ian().whisper("#general").unwrap().text.contains("No incident is open"));
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.ian().types(EMERGENCIES, "/incident p3 Search is slow").await;
    assert!(add(said.ts.clone()).await.is_ok());
    assert_eq!(form(&world).pointer("/blocks/1/element/options").unwrap().as_array().unwrap().len(), 2);
    let missing = world.ian().submits(&[]).await;
    assert!(matches!(missing, Submission::Errors(_)), "{missing:?}");
    let done = world.ian().submits(&[("incident", "2")]).await;
    assert!(matches!(done, Submission::Closed), "{done:?}");
    let timeline = |number: u32| {
        let ian = world.ian();
        async move { ian.types(EMERGENCIES, &format!("/incident timeline {number}")).await }
    };
    assert!(timeline(2).await.contains("I restarted redis"), "{}", timeline(2).await);
    assert!(!timeline(1).await.contains("I restarted redis"));

    // In an incident's own channel that one is chosen already.
    let there = world.maya().says(ROOM, "It is back").await;
    world.slack.message_shortcut("ian", ROOM, &there, "add_to_timeline").await.unwrap();
    world.ian().submits(&[]).await;
    assert!(timeline(1).await.contains("It is back"));
}

#[tokio::test]
async fn a_shortcut_that_comes_twice_opens_one_form() {
    let world = World::start().await;
    world.slack.shortcut("ian", "declare").await.unwrap();
    world.slack.deliver_again(2).await.unwrap();
    world.settle().await;
    assert_eq!(world.slack.look(|slack| slack.views.len()), 1);
    world.ian().submits(&[("title", "Queue stuck"), ("severity", "P2")]).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED: Queue stuck"), 1);
    // The form that could not be opened again is offered, once.
    assert_eq!(
        world
            .channel("ian")
            .texts()
            .iter()
            .filter(|text| text.contains("Press the button to open the form"))
            .count(),
        1
    );
    world.clock.advance(SignedDuration::from_secs(1));
}
