//! Methods: what they do, and what they refuse.

use slack_morphism::prelude::*;

use super::*;

#[tokio::test]
async fn answers_parse_as_howlers_client_reads_them() {
    let town = Town::new().await;
    let posted =
        town.call("chat.postMessage", json!({ "channel": "#monkeytown-emergencies", "text": "hi" })).await;
    let posted: SlackApiChatPostMessageResponse = serde_json::from_value(posted).unwrap();
    let listed = town.get("conversations.list", &[]).await;
    let listed: SlackApiConversationsListResponse = serde_json::from_value(listed).unwrap();
    assert_eq!(listed.channels.len(), 6);
    let history = town.get("conversations.history", &[("channel", EMERGENCIES)]).await;
    let history: SlackApiConversationsHistoryResponse = serde_json::from_value(history).unwrap();
    assert_eq!(history.messages[0].origin.ts, posted.ts);
    let groups = town.get("usergroups.list", &[("include_users", "true")]).await;
    serde_json::from_value::<SlackApiUserGroupsListResponse>(groups).unwrap();
    let made = town.call("conversations.create", json!({ "name": "inc-1" })).await;
    serde_json::from_value::<SlackApiConversationsCreateResponse>(made).unwrap();
    let who = town.call("auth.test", json!({})).await;
    serde_json::from_value::<SlackApiAuthTestResponse>(who).unwrap();
    let direct = town.call("conversations.open", json!({ "users": "U0IAN", "return_im": true })).await;
    serde_json::from_value::<SlackApiConversationsOpenResponse<SlackChannelInfo>>(direct).unwrap();
    let ts = posted.ts.to_string();
    let updated = town.call("chat.update", json!({ "channel": EMERGENCIES, "ts": ts, "text": "ho" })).await;
    serde_json::from_value::<SlackApiChatUpdateResponse>(updated).unwrap();
}

#[tokio::test]
async fn token_scope_and_method_are_checked_in_this_order() {
    let town = Town::new().await;
    let plain = |token: Option<&str>, method: &str| {
        let mut request = town.client.post(format!("{}/api/{method}", town.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        async { request.send().await.unwrap().json::<Value>().await.unwrap()["error"].clone() }
    };
    assert_eq!(plain(None, "auth.test").await, "not_authed");
    assert_eq!(plain(Some("xoxb-2"), "auth.test").await, "invalid_auth");
    assert_eq!(plain(Some("xoxb-1"), "chat.shout").await, "unknown_method");
    let answer = town.get("users.list", &[]).await;
    assert_eq!((&answer["error"], &answer["needed"]), (&json!("missing_scope"), &json!("users:read")));
    assert!(answer["provided"].as_str().unwrap().contains("chat:write"));
    town.slack.faults().drop_scope("chat:write");
    assert_eq!(
        town.error("chat.postMessage", json!({ "channel": EMERGENCIES, "text": "x" })).await,
        "missing_scope"
    );
    town.slack.faults().revoke_token();
    assert_eq!(town.error("auth.test", json!({})).await, "token_revoked");
}

#[tokio::test]
async fn messages_are_refused_for_slacks_reasons() {
    let town = Town::new().await;
    let say = |args: Value| town.error("chat.postMessage", args);
    assert_eq!(say(json!({ "channel": "C1", "text": "x" })).await, "channel_not_found");
    assert_eq!(say(json!({ "channel": "#metrics", "text": "x" })).await, "not_in_channel");
    assert_eq!(say(json!({ "text": "x" })).await, "invalid_arguments");
    assert_eq!(say(json!({ "channel": EMERGENCIES })).await, "no_text");
    assert_eq!(say(json!({ "channel": EMERGENCIES, "text": "x".repeat(40_001) })).await, "msg_too_long");
    assert_eq!(say(json!({ "channel": EMERGENCIES, "blocks": { "a": 1 } })).await, "invalid_blocks_format");
    assert_eq!(
        say(json!({ "channel": EMERGENCIES, "text": "x", "thread_ts": "1.000000" })).await,
        "thread_not_found"
    );
    let with = |metadata: Value| json!({ "channel": EMERGENCIES, "text": "x", "metadata": metadata });
    assert_eq!(say(with(json!("{"))).await, "invalid_metadata_format");
    assert_eq!(say(with(json!({ "event_type": "a" }))).await, "invalid_metadata_schema");
    let section = json!({ "type": "section", "text": { "type": "mrkdwn", "text": "x".repeat(3000) } });
    let long = json!({ "channel": EMERGENCIES, "blocks": vec![section; 5] });
    assert_eq!(say(long).await, "msg_blocks_too_long");
    let answer = town
        .call("chat.postMessage", json!({ "channel": EMERGENCIES, "blocks": [{ "type": "section" }] }))
        .await;
    assert_eq!(answer["error"], "invalid_blocks");
    assert_eq!(
        answer["response_metadata"]["messages"][0],
        "[ERROR] must define either `text` or `fields` [json-pointer:/blocks/0/type]"
    );
}

#[tokio::test]
async fn metadata_comes_back_only_when_asked_for() {
    let town = Town::new().await;
    let metadata = json!({ "event_type": "howler", "event_payload": { "id": "1" } });
    town.call("chat.postMessage", json!({ "channel": EMERGENCIES, "text": "x", "metadata": metadata })).await;
    let plain = town.get("conversations.history", &[("channel", EMERGENCIES)]).await;
    assert_eq!(plain["messages"][0]["metadata"], Value::Null);
    let full = [("channel", EMERGENCIES), ("include_all_metadata", "true")];
    assert_eq!(town.get("conversations.history", &full).await["messages"][0]["metadata"], metadata);
}

#[tokio::test]
async fn updates_keep_what_they_leave_out() {
    let town = Town::new().await;
    let blocks = json!([{ "type": "divider" }]);
    let posted =
        town.call("chat.postMessage", json!({ "channel": EMERGENCIES, "text": "a", "blocks": blocks })).await;
    let ts = &posted["ts"];
    let answer = town.call("chat.update", json!({ "channel": EMERGENCIES, "ts": ts, "text": "b" })).await;
    assert_eq!((&answer["text"], &answer["message"]["blocks"][0]["type"]), (&json!("b"), &json!("divider")));
    let long = json!({ "channel": EMERGENCIES, "ts": ts, "text": "x".repeat(4_001) });
    assert_eq!(town.error("chat.update", long).await, "msg_too_long");
    let theirs = town.slack.say("ian", EMERGENCIES, None, "mine").await.unwrap();
    let update = |ts: &str| json!({ "channel": EMERGENCIES, "ts": ts, "text": "b" });
    assert_eq!(town.error("chat.update", update(&theirs.ts)).await, "cant_update_message");
    assert_eq!(town.error("chat.update", update("1.000000")).await, "message_not_found");
    let gone = json!({ "channel": EMERGENCIES, "ts": ts });
    assert_eq!(town.error("chat.delete", gone.clone()).await, "none");
    assert_eq!(town.error("chat.delete", gone).await, "message_not_found");
}

#[tokio::test]
async fn channel_names_are_checked() {
    let town = Town::new().await;
    let long = "x".repeat(81);
    for (name, error) in [
        ("", "invalid_name_required"),
        (long.as_str(), "invalid_name_maxlength"),
        ("---", "invalid_name_punctuation"),
        ("Inc 1", "invalid_name_specials"),
        ("general", "name_taken"),
        ("engineering", "name_taken"),
        ("inc-2026-störung", "none"),
    ] {
        assert_eq!(town.error("conversations.create", json!({ "name": name })).await, error, "{name}");
    }
}

#[tokio::test]
async fn channels_are_made_filled_and_archived() {
    let town = Town::new().await;
    let made = town.call("conversations.create", json!({ "name": "inc-1" })).await;
    let id = made["channel"]["id"].as_str().unwrap();
    let invite = |users: Value| town.error("conversations.invite", json!({ "channel": id, "users": users }));
    assert_eq!(invite(json!("U0IAN,U0MAYA")).await, "none");
    assert_eq!(invite(json!(["U0IAN"])).await, "already_in_channel");
    assert_eq!(invite(json!("U0HOWLER")).await, "cant_invite_self");
    assert_eq!(invite(json!("U1")).await, "user_not_found");
    assert_eq!(invite(json!("")).await, "no_user");
    let topic =
        |topic: String| town.error("conversations.setTopic", json!({ "channel": id, "topic": topic }));
    assert_eq!(topic("x".repeat(251)).await, "too_long");
    assert_eq!(topic("P1".to_owned()).await, "none");
    let notes: Vec<_> = town.messages(id).into_iter().filter_map(|message| message.subtype).collect();
    assert_eq!(notes, ["channel_join", "channel_join", "channel_join", "channel_topic"]);
    assert_eq!(town.error("conversations.archive", json!({ "channel": id })).await, "none");
    assert_eq!(town.error("conversations.archive", json!({ "channel": id })).await, "already_archived");
    assert_eq!(town.error("chat.postMessage", json!({ "channel": id, "text": "x" })).await, "is_archived");
    assert_eq!(town.error("conversations.create", json!({ "name": "inc-1" })).await, "name_taken");
    let outside = json!({ "channel": "C0METRICS", "topic": "x" });
    assert_eq!(town.error("conversations.setTopic", outside).await, "not_in_channel");
    assert_eq!(town.error("conversations.join", json!({ "channel": "C0METRICS" })).await, "none");
    let again = town.call("conversations.join", json!({ "channel": "C0METRICS" })).await;
    assert_eq!(again["warning"], "already_in_channel");
}

#[tokio::test]
async fn lists_come_in_pages_with_the_archived_left_out_after_paging() {
    let town = Town::new().await;
    town.slack.arrange(|world| world.channel_mut("C0ACTIONS").unwrap().is_archived = true);
    let first = town.get("conversations.list", &[("limit", "2"), ("exclude_archived", "true")]).await;
    assert_eq!(first["channels"].as_array().unwrap().len(), 1);
    let cursor = first["response_metadata"]["next_cursor"].as_str().unwrap();
    let second = town.get("conversations.list", &[("limit", "2"), ("cursor", cursor)]).await;
    assert_eq!(second["channels"][0]["name"], "deployments");
    assert_eq!(town.get("conversations.list", &[("cursor", "zz")]).await["error"], "invalid_cursor");
    assert_eq!(town.get("conversations.list", &[("types", "im")]).await["needed"], "im:read");
    // Methods that read do not look into a JSON body.
    assert_eq!(
        town.error("conversations.info", json!({ "channel": EMERGENCIES })).await,
        "invalid_arguments"
    );
}

#[tokio::test]
async fn history_pages_back_from_the_newest_or_forward_from_oldest() {
    let town = Town::new().await;
    let mut all = Vec::new();
    for text in ["a", "b", "c", "d"] {
        all.push(town.post(text).await);
    }
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{all:?}");
    let texts = |answer: &Value| {
        let texts =
            answer["messages"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap().to_owned());
        texts.collect::<String>()
    };
    let newest = town.get("conversations.history", &[("channel", EMERGENCIES), ("limit", "3")]).await;
    assert_eq!((texts(&newest).as_str(), &newest["has_more"]), ("dcb", &json!(true)));
    let cursor = newest["response_metadata"]["next_cursor"].as_str().unwrap();
    let rest = [("channel", EMERGENCIES), ("limit", "3"), ("cursor", cursor)];
    assert_eq!(texts(&town.get("conversations.history", &rest).await), "a");
    let forward = [("channel", EMERGENCIES), ("oldest", &all[0]), ("limit", "2")];
    assert_eq!(texts(&town.get("conversations.history", &forward).await), "cb");
    let one = [("channel", EMERGENCIES), ("oldest", &all[1]), ("latest", &all[1]), ("inclusive", "true")];
    assert_eq!(texts(&town.get("conversations.history", &one).await), "b");
    let outside = town.get("conversations.history", &[("channel", "C0METRICS")]).await;
    assert_eq!(outside["error"], "not_in_channel");
}

#[tokio::test]
async fn threads_hang_from_their_first_message() {
    let town = Town::new().await;
    let root = town.post("root").await;
    let reply = json!({ "channel": EMERGENCIES, "text": "reply", "thread_ts": root });
    let reply = town.call("chat.postMessage", reply).await;
    let deeper = json!({ "channel": EMERGENCIES, "text": "deeper", "thread_ts": reply["ts"] });
    assert_eq!(town.call("chat.postMessage", deeper).await["message"]["thread_ts"], root.as_str());
    let thread = town.get("conversations.replies", &[("channel", EMERGENCIES), ("ts", &root)]).await;
    assert_eq!(thread["messages"][0]["reply_count"], 2);
    assert_eq!(thread["messages"].as_array().unwrap().len(), 3);
    let top = town.get("conversations.history", &[("channel", EMERGENCIES)]).await;
    assert_eq!(top["messages"].as_array().unwrap().len(), 1);
    let link = [("channel", EMERGENCIES), ("message_ts", reply["ts"].as_str().unwrap())];
    let link = town.get("chat.getPermalink", &link).await;
    assert!(link["permalink"].as_str().unwrap().ends_with(&format!("?thread_ts={root}&cid={EMERGENCIES}")));
}

#[tokio::test]
async fn pins_direct_messages_and_ephemerals() {
    let town = Town::new().await;
    let ts = town.post("card").await;
    let item = json!({ "channel": EMERGENCIES, "timestamp": ts });
    assert_eq!(town.error("pins.add", item.clone()).await, "none");
    assert_eq!(town.error("pins.add", item.clone()).await, "already_pinned");
    assert_eq!(town.error("pins.remove", item.clone()).await, "none");
    assert_eq!(town.error("pins.remove", item).await, "no_pin");
    let direct = town.call("chat.postMessage", json!({ "channel": "U0IAN", "text": "you" })).await;
    assert!(direct["channel"].as_str().unwrap().starts_with('D'));
    let again = town.call("conversations.open", json!({ "users": "U0IAN" })).await;
    assert_eq!((&again["channel"]["id"], &again["already_open"]), (&direct["channel"], &json!(true)));
    let only = json!({ "channel": EMERGENCIES, "user": "U0IAN", "text": "psst" });
    let only = town.call("chat.postEphemeral", only).await;
    let update = json!({ "channel": EMERGENCIES, "ts": only["message_ts"], "text": "b" });
    assert_eq!(town.error("chat.update", update).await, "message_not_found");
}

#[tokio::test]
async fn a_saved_world_goes_on_where_it_was() {
    let town = Town::new().await;
    let ts = town.post("kept").await;
    let setup = Setup {
        clock: town.clock.clone(),
        manifest: MANIFEST.to_owned(),
        signing_secret: String::new(),
        bot_token: String::new(),
    };
    let again = Slack::restore(setup, &town.slack.save()).unwrap();
    assert_eq!(again.look(|world| world.channel(EMERGENCIES).unwrap().messages[0].ts.clone()), ts);
    assert_eq!(again.save(), town.slack.save());
}
