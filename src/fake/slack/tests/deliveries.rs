//! What people do, as howler receives it.

use std::collections::BTreeMap;
use std::time::Duration;

use slack_morphism::prelude::*;

use super::*;

#[tokio::test]
async fn a_command_is_signed_escaped_and_answered_to_the_person_alone() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    ear.answers(200, "application/json; charset=utf-8", r#"{"text": "Declared"}"#);
    let reply =
        town.slack.command("ian", "#monkeytown-emergencies", "/incident p1 tell @maya <now>").await.unwrap();
    assert!(reply.is_ok());
    let request = ear.last();
    assert_eq!(request.path, "/slack/commands");
    let timestamp = request.header("x-slack-request-timestamp");
    assert_eq!(timestamp, "1800000000");
    assert_eq!(request.header("x-slack-signature"), sign("secret", timestamp, &request.body));
    let form = request.form();
    assert_eq!(form["text"], "p1 tell <@U0MAYA|maya> &lt;now&gt;");
    assert_eq!((form["command"].as_str(), form["user_id"].as_str()), ("/incident", "U0IAN"));
    assert_eq!((form["channel_name"].as_str(), form.len()), ("monkeytown-emergencies", 13));
    serde_urlencoded::from_str::<SlackCommandEvent>(&request.body).unwrap();
    let message = &town.messages(EMERGENCIES)[0];
    assert_eq!((message.text.as_str(), message.only_for.as_deref()), ("Declared", Some("U0IAN")));
    town.slack.command("ian", EMERGENCIES, "/plain @maya").await.unwrap();
    assert_eq!(ear.last().form()["text"], "@maya");
}

#[tokio::test]
async fn slackbot_says_what_went_wrong_with_a_command() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    let unknown = town.slack.command("ian", EMERGENCIES, "/shout hi").await;
    assert_eq!(unknown, Err(PersonError::UnknownCommand("/shout".to_owned())));
    ear.answers(500, "text/plain", "");
    town.slack.command("ian", EMERGENCIES, "/incident list").await.unwrap();
    ear.answers(200, "application/json", r#"{"blocks": [{"type": "nothing"}]}"#);
    town.slack.command("ian", EMERGENCIES, "/incident list").await.unwrap();
    let said: Vec<String> = town.messages(EMERGENCIES).into_iter().map(|message| message.text).collect();
    assert!(said[0].starts_with("/shout is not a valid command."));
    assert_eq!(said[1], "/incident failed with the error \"dispatch_failed\"");
    assert_eq!(said[2], "/incident failed with the error \"invalid_command_response\"");
}

#[tokio::test]
async fn a_slow_answer_is_a_timeout() {
    let town = Town::new().await;
    let deaf = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    town.slack.point_at(&format!("http://{}", deaf.local_addr().unwrap()));
    town.slack.faults().patience(Duration::from_millis(50));
    let reply = town.slack.command("ian", EMERGENCIES, "/incident list").await.unwrap();
    assert_eq!((reply.status, reply.failed), (0, Some("operation_timeout")));
    assert_eq!(town.messages(EMERGENCIES)[0].text, "/incident failed with the error \"operation_timeout\"");
}

#[tokio::test]
async fn a_mention_reaches_howler_only_where_it_is_a_member() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    let root = town.post("root").await;
    let said = town.slack.say("ian", EMERGENCIES, Some(&root), "@howler ask @maya & co").await.unwrap();
    assert!(said.reply.unwrap().is_ok());
    let envelope: Value = serde_json::from_str(&ear.last().body).unwrap();
    let event = &envelope["event"];
    assert_eq!(event["text"], "<@U0HOWLER> ask <@U0MAYA> &amp; co");
    assert_eq!((&event["thread_ts"], &event["ts"]), (&json!(root), &json!(said.ts)));
    assert!(crate::slack::blocks::check_message(event["blocks"].as_array().unwrap()).is_empty());
    serde_json::from_value::<SlackPushEvent>(envelope).unwrap();
    assert_eq!(town.slack.say("ian", "general", None, "@howler hi").await.unwrap().reply, None);
    assert_eq!(town.slack.say("ian", EMERGENCIES, None, "no mention").await.unwrap().reply, None);
    assert_eq!(ear.requests().len(), 1);
}

#[tokio::test]
async fn deliver_again_sends_the_same_bytes_with_a_fresh_signature() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    town.slack.say("ian", EMERGENCIES, None, "@howler list").await.unwrap();
    town.pass(60);
    town.slack.deliver_again(2).await.unwrap();
    let requests = ear.requests();
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.body == requests[0].body));
    assert_eq!(requests[2].header("x-slack-request-timestamp"), "1800000060");
    let numbers: Vec<&str> = requests.iter().map(|request| request.header("x-slack-retry-num")).collect();
    assert_eq!(numbers, ["", "1", "2"]);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "real time lets the tasks run")]
async fn events_are_retried_on_the_clock_when_asked() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    ear.answers(500, "text/plain", "");
    town.slack.faults().retry_events(true);
    town.slack.say("ian", EMERGENCIES, None, "@howler list").await.unwrap();
    for _ in 0..200 {
        if ear.requests().len() == 4 {
            break;
        }
        // The next retry is due a little later on the clock; real time only lets the tasks run.
        town.pass(60);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(ear.requests().len(), 4);
    assert_eq!(ear.last().header("x-slack-retry-reason"), "http_error");
}

#[tokio::test]
async fn reactions_are_told_once() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    let ts = town.post("root").await;
    town.slack.react("ian", EMERGENCIES, &ts, "pushpin").await.unwrap().unwrap();
    assert_eq!(town.slack.react("ian", EMERGENCIES, &ts, ":pushpin:").await.unwrap(), None);
    let envelope: Value = serde_json::from_str(&ear.last().body).unwrap();
    assert_eq!(envelope["event"]["item_user"], "U0HOWLER");
    let seen = town.get("reactions.get", &[("channel", EMERGENCIES), ("timestamp", &ts)]).await;
    assert_eq!(seen["message"]["reactions"][0]["count"], 1);
    town.slack.unreact("ian", EMERGENCIES, &ts, "pushpin").await.unwrap().unwrap();
    assert_eq!(ear.requests().len(), 2);
}

#[tokio::test]
async fn a_click_carries_message_action_and_state() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    let blocks =
        json!([{ "type": "actions", "block_id": "row", "elements": [button("ack"), button("done")] }]);
    let posted = json!({ "channel": EMERGENCIES, "text": "card", "blocks": blocks });
    let ts = town.call("chat.postMessage", posted).await["ts"].as_str().unwrap().to_owned();
    town.slack.click("ian", EMERGENCIES, &ts, "ack", None).await.unwrap();
    let payload = ear.last().payload();
    assert_eq!(payload["actions"][0]["value"], "ack");
    assert_eq!(payload["container"]["message_ts"], ts.as_str());
    assert_eq!(payload["message"]["blocks"][0]["block_id"], "row");
    serde_json::from_value::<SlackInteractionEvent>(payload).unwrap();
    let missing = town.slack.click("ian", EMERGENCIES, &ts, "roll_back", None).await;
    assert_eq!(missing, Err(PersonError::NoSuchAction("roll_back".to_owned())));
}

#[tokio::test]
async fn a_trigger_opens_one_modal_within_three_seconds() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    town.slack.command("ian", EMERGENCIES, "/incident").await.unwrap();
    let trigger = ear.last().form()["trigger_id"].clone();
    let open =
        |trigger: &str, view: Value| town.error("views.open", json!({ "trigger_id": trigger, "view": view }));
    assert_eq!(open("1.2.3", modal()).await, "invalid_trigger_id");
    assert_eq!(open(&trigger, json!({ "type": "modal" })).await, "invalid_arguments");
    assert_eq!(open(&trigger, modal()).await, "none");
    assert_eq!(open(&trigger, modal()).await, "exchanged_trigger_id");
    town.slack.command("ian", EMERGENCIES, "/incident").await.unwrap();
    let trigger = ear.last().form()["trigger_id"].clone();
    town.pass(4);
    assert_eq!(open(&trigger, modal()).await, "expired_trigger_id");
}

async fn opened(town: &Town, ear: &Ear) -> Value {
    town.slack.command("ian", EMERGENCIES, "/incident").await.unwrap();
    let trigger = ear.last().form()["trigger_id"].clone();
    let answer = town.call("views.open", json!({ "trigger_id": trigger, "view": modal() })).await;
    serde_json::from_value::<SlackApiViewsOpenResponse>(answer.clone()).unwrap();
    answer["view"].clone()
}

#[tokio::test]
async fn a_submission_is_checked_by_the_client_and_then_by_howler() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    let view = opened(&town, &ear).await;
    let fill = |title: &str| {
        let values = [("title", title), ("severity", "p2")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
        town.slack.submit("ian", BTreeMap::from(values))
    };
    let before = ear.requests().len();
    for (title, says) in [("", "required"), ("much too long", "at most 10")] {
        let Submission::Errors(errors) = fill(title).await.unwrap() else { panic!("taken: {title}") };
        assert!(errors["title"].contains(says), "{errors:?}");
    }
    assert_eq!(ear.requests().len(), before);
    ear.answers(200, "application/json", r#"{"response_action": "errors", "errors": {"title": "no"}}"#);
    assert!(matches!(fill("Down").await.unwrap(), Submission::Errors(_)));
    ear.answers(200, "application/json", r#"{"response_action": "errors", "errors": {"elsewhere": "no"}}"#);
    assert!(matches!(fill("Down").await.unwrap(), Submission::Failed(_)));
    let mut next = modal();
    next["private_metadata"] = json!("there");
    ear.answers(200, "application/json", json!({ "response_action": "update", "view": next }).to_string());
    assert_eq!(fill("Down").await.unwrap(), Submission::Updated);
    ear.answers(200, "text/plain", "");
    assert_eq!(fill("Down").await.unwrap(), Submission::Closed);
    let payload = ear.last().payload();
    assert_eq!(payload["view"]["id"], view["id"]);
    assert_eq!(payload["view"]["private_metadata"], "there");
    assert_eq!(payload["view"]["state"]["values"]["title"]["title"]["value"], "Down");
    assert_eq!(payload["view"]["state"]["values"]["severity"]["severity"]["selected_option"]["value"], "p2");
    serde_json::from_value::<SlackInteractionEvent>(payload).unwrap();
    assert_eq!(fill("Down").await, Err(PersonError::NoView));
}

#[tokio::test]
async fn closing_is_told_and_an_old_hash_is_refused() {
    let town = Town::new().await;
    let ear = Ear::of(&town).await;
    let view = opened(&town, &ear).await;
    let update = |hash: &Value| json!({ "view_id": view["id"], "hash": hash, "view": modal() });
    assert_eq!(town.error("views.update", update(&view["hash"])).await, "none");
    assert_eq!(town.error("views.update", update(&view["hash"])).await, "hash_conflict");
    town.slack.close_view("ian").await.unwrap().unwrap();
    let payload = ear.last().payload();
    assert_eq!((&payload["type"], &payload["is_cleared"]), (&json!("view_closed"), &json!(false)));
    serde_json::from_value::<SlackInteractionEvent>(payload).unwrap();
    assert_eq!(town.error("views.update", update(&Value::Null)).await, "not_found");
}

#[tokio::test]
async fn what_the_manifest_leaves_out_is_not_sent() {
    let quiet =
        MANIFEST.replace("bot_events: [app_mention, reaction_added, reaction_removed]", "bot_events: []");
    let town = Town::with(&quiet.replace("is_enabled: true", "is_enabled: false")).await;
    let ear = Ear::of(&town).await;
    let ts = town.post("x").await;
    assert_eq!(town.slack.say("ian", EMERGENCIES, None, "@howler").await.unwrap().reply, None);
    assert_eq!(town.slack.click("ian", EMERGENCIES, &ts, "a", None).await, Err(PersonError::NotInteractive));
    assert!(ear.requests().is_empty());
    assert_eq!(town.slack.scopes_used().into_iter().collect::<Vec<_>>(), ["chat:write"]);
}

#[tokio::test]
async fn without_the_messages_tab_nobody_writes_directly() {
    let tab = "messages_tab_enabled: true, messages_tab_read_only_enabled: false";
    for (app_home, app_may) in [
        ("messages_tab_enabled: false", false),
        ("messages_tab_enabled: true", true),
        ("messages_tab_enabled: true, messages_tab_read_only_enabled: true", true),
    ] {
        let town = Town::with(&MANIFEST.replace(tab, app_home)).await;
        town.slack.open_direct("ian").unwrap();
        let said = town.slack.say("ian", "@howler", None, "on it").await;
        assert_eq!(said.err(), Some(PersonError::MessagesOff), "{app_home}");
        let sent = town.error("chat.postMessage", json!({ "channel": "U0IAN", "text": "x" })).await;
        assert_eq!(sent == "none", app_may, "{app_home}: {sent}");
        assert!(app_may || sent == "messages_tab_disabled");
    }
}
