//! The Home tab and shortcuts: what Slack takes of an app, and what it tells it.

use slack_morphism::prelude::*;

use super::*;
use crate::slack::{Manifest, Reach};

const SHORTCUTS: &str = "
  shortcuts:
    - { name: Declare an incident, type: global, callback_id: declare, description: Opens a form }
    - { name: Add to timeline, type: message, callback_id: add, description: Keeps this message }
";

/// The app has a Home tab, hears when it is opened, and has two shortcuts.
fn manifest() -> String {
    let events = "bot_events: [app_mention, reaction_added, reaction_removed]";
    MANIFEST
        .replace("app_home: { ", "app_home: { home_tab_enabled: true, ")
        .replace("  bot_user:", &format!("{}\n  bot_user:", SHORTCUTS.trim_matches('\n')))
        .replace(events, "bot_events: [app_home_opened]")
}

fn view() -> Value {
    json!({ "type": "home", "blocks": [{ "type": "actions", "elements": [button("ack")] }] })
}

#[tokio::test]
async fn what_is_published_is_checked_as_slack_does() {
    let town = Town::with(&manifest()).await;
    let publish = |args: Value| town.error("views.publish", args);
    let of = |view: Value| json!({ "user_id": "U0IAN", "view": view });
    assert_eq!(publish(json!({ "view": view() })).await, "invalid_arguments");
    assert_eq!(publish(json!({ "user_id": "U0IAN" })).await, "invalid_arguments");
    assert_eq!(publish(json!({ "user_id": "U0NOBODY", "view": view() })).await, "invalid_arguments");
    assert_eq!(publish(of(modal())).await, "invalid_arguments", "no modal");
    assert_eq!(publish(of(json!({ "type": "home", "blocks": [] }))).await, "invalid_arguments");
    let mut titled = view();
    titled["title"] = json!({ "type": "plain_text", "text": "Home" });
    assert_eq!(publish(of(titled)).await, "invalid_arguments", "a Home tab has no title");
    let many = |count: usize| json!({ "type": "home", "blocks": vec![json!({ "type": "divider" }); count] });
    assert_eq!(publish(of(many(100))).await, "none");
    assert_eq!(publish(of(many(101))).await, "invalid_arguments");
    let section = json!({ "type": "section", "text": { "type": "mrkdwn", "text": "x".repeat(3_000) } });
    let large = json!({ "type": "home", "blocks": vec![section; 90] });
    assert_eq!(publish(of(large)).await, "view_too_large");
    town.slack.faults().drop_scope("chat:write");
    assert_eq!(publish(of(view())).await, "none", "it takes no scope");
}

#[tokio::test]
async fn an_app_without_the_tab_publishes_nothing_and_nobody_opens_it() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    assert_eq!(
        town.error("views.publish", json!({ "user_id": "U0IAN", "view": view() })).await,
        "not_enabled"
    );
    assert_eq!(town.slack.open_home("ian").await, Err(PersonError::NoHomeTab));
    assert_eq!(town.slack.click_home("ian", "ack", None).await, Err(PersonError::NoHomeTab));
    assert_eq!(
        town.slack.shortcut("ian", "declare").await,
        Err(PersonError::NoSuchShortcut("declare".into()))
    );
    assert!(ear.requests().is_empty());
}

#[tokio::test]
async fn a_home_is_published_over_the_one_that_was_seen() {
    let town = Town::with(&manifest()).await;
    let publish = |hash: &Value| {
        let args = json!({ "user_id": "U0IAN", "view": view(), "hash": hash });
        async { town.call("views.publish", args).await }
    };
    let first = publish(&Value::Null).await;
    serde_json::from_value::<SlackApiViewsPublishResponse>(first.clone()).unwrap();
    let second = publish(&first["view"]["hash"]).await;
    assert_eq!(second["ok"], true);
    assert_eq!(first["view"]["id"], second["view"]["id"], "it is one view");
    assert_eq!(publish(&first["view"]["hash"]).await["error"], "hash_conflict");
    let theirs = json!({ "user_id": "U0MAYA", "view": view(), "hash": second["view"]["hash"] });
    assert_eq!(town.error("views.publish", theirs).await, "hash_conflict", "nothing stands there");
}

#[tokio::test]
async fn opening_and_pressing_reach_howler_as_slack_documents_them() {
    let town = Town::with(&manifest()).await;
    let ear = Ear::of(&town).await;
    town.slack.open_home("ian").await.unwrap().unwrap();
    let event: Value = serde_json::from_str(&ear.last().body).unwrap();
    assert_eq!(
        (&event["event"]["type"], &event["event"]["tab"]),
        (&json!("app_home_opened"), &json!("home"))
    );
    assert_eq!(event["event"]["user"], "U0IAN");
    assert!(event["event"]["channel"].as_str().unwrap().starts_with('D'));
    assert!(event["event"].get("view").is_none(), "nothing was published yet");
    serde_json::from_value::<SlackPushEvent>(event).unwrap();
    assert_eq!(town.slack.click_home("ian", "ack", None).await, Err(PersonError::NoHome));

    town.call("views.publish", json!({ "user_id": "U0IAN", "view": view() })).await;
    town.slack.open_home("ian").await.unwrap().unwrap();
    let event: Value = serde_json::from_str(&ear.last().body).unwrap();
    assert_eq!(event["event"]["view"]["type"], "home");
    assert!(event["event"]["view"]["hash"].is_string());
    serde_json::from_value::<SlackPushEvent>(event).unwrap();
    town.slack.open_messages("ian").await.unwrap().unwrap();
    let event: Value = serde_json::from_str(&ear.last().body).unwrap();
    assert_eq!(event["event"]["tab"], "messages");

    town.slack.click_home("ian", "ack", None).await.unwrap();
    let payload = ear.last().payload();
    assert_eq!((&payload["type"], &payload["container"]["type"]), (&json!("block_actions"), &json!("view")));
    assert_eq!((&payload["view"]["type"], &payload["actions"][0]["value"]), (&json!("home"), &json!("ack")));
    assert!(payload["trigger_id"].is_string());
    for absent in ["channel", "message", "response_url"] {
        assert!(payload.get(absent).is_none(), "{absent}");
    }
    serde_json::from_value::<SlackInteractionEvent>(payload).unwrap();
}

#[tokio::test]
async fn shortcuts_reach_howler_as_slack_documents_them() {
    let town = Town::with(&manifest()).await;
    let ear = Ear::of(&town).await;
    town.slack.shortcut("ian", "declare").await.unwrap();
    let payload = ear.last().payload();
    assert_eq!((&payload["type"], &payload["callback_id"]), (&json!("shortcut"), &json!("declare")));
    for absent in ["channel", "message", "response_url"] {
        assert!(payload.get(absent).is_none(), "{absent}");
    }
    serde_json::from_value::<SlackInteractionEvent>(payload).unwrap();
    let said = town.slack.say("maya", "general", None, "It is slow").await.unwrap();
    town.slack.message_shortcut("ian", "general", &said.ts, "add").await.unwrap();
    let payload = ear.last().payload();
    assert_eq!(
        (&payload["type"], &payload["message"]["text"]),
        (&json!("message_action"), &json!("It is slow"))
    );
    assert_eq!((&payload["message"]["user"], &payload["message_ts"]), (&json!("U0MAYA"), &json!(said.ts)));
    assert!(payload["response_url"].is_string() && payload["channel"]["id"].is_string());
    serde_json::from_value::<SlackInteractionEvent>(payload).unwrap();
    let wrong = town.slack.message_shortcut("ian", "general", &said.ts, "declare").await;
    assert_eq!(wrong, Err(PersonError::NoSuchShortcut("declare".into())), "it is of no message");
}

#[test]
fn a_manifest_tells_its_shortcuts_and_slack_refuses_long_names() {
    let read = Manifest::parse(&manifest()).unwrap();
    assert!(read.home_tab);
    let kinds: Vec<_> = read.shortcuts.iter().map(|one| (one.callback_id.as_str(), one.r#type)).collect();
    assert_eq!(kinds, [("declare", Reach::Global), ("add", Reach::Message)]);
    let long = manifest().replace("Add to timeline", "Add this message to the timeline of");
    assert!(Manifest::parse(&long).is_err());
}
