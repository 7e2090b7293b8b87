use super::*;
use domain::actor::Actor;

/// A click on a button in a thread as Slack sends it.
pub(super) fn click() -> Value {
    json!({
        "type": "block_actions",
        "user": { "id": "U0CA5", "username": "amy", "name": "amy", "team_id": "T9TK3CUKW" },
        "api_app_id": "AABA1ABCD",
        "token": "9s8d9as89d8as9d8as989",
        "container": { "type": "message", "message_ts": "1548261231.000200", "channel_id": "CBR2V3XEX",
            "is_ephemeral": false },
        "trigger_id": "12466734323.1395872398",
        "team": { "id": "T9TK3CUKW", "domain": "example" },
        "enterprise": null,
        "is_enterprise_install": false,
        "channel": { "id": "CBR2V3XEX", "name": "inc-7" },
        "message": { "bot_id": "B1", "type": "message", "text": "x", "user": "UBOT", "ts": "1548261231.000200",
            "thread_ts": "1548261230.000100", "blocks": [] },
        "state": { "values": {} },
        "response_url": "https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209",
        "actions": [{ "action_id": "ack", "block_id": "=qXel", "text": { "type": "plain_text", "text": "Ack" },
            "value": "{\"incident\":7,\"command\":\"Ack\"}", "type": "button", "action_ts": "1548426417.840180" }],
    })
}

fn parse(payload: &Value) -> Parsed {
    interaction::parse(&payload_body(payload))
}

fn with(path: &str, value: Value) -> Value {
    let mut payload = click();
    *payload.pointer_mut(path).expect("a place") = value;
    payload
}

fn without(fields: &[&str]) -> Value {
    let mut payload = click();
    for field in fields {
        payload.as_object_mut().expect("a payload").remove(*field);
    }
    payload
}

#[test]
fn a_click_is_a_request() {
    let Incoming { request, trigger, origin: from, at_home, .. } = incoming(parse(&click()));
    assert_eq!(from, origin("AABA1ABCD", "T9TK3CUKW", None, Some("T9TK3CUKW")));
    assert_eq!((trigger.as_deref(), at_home), (Some("12466734323.1395872398"), false));
    let address = "https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209";
    let wanted = Request {
        delivery: DeliveryId::from("act:12466734323.1395872398"),
        by: Actor::from("U0CA5"),
        place: place("CBR2V3XEX", Some("1548261230.000100")),
        reply: ReplyPath::ResponseUrl(address.into()),
        ask: Ask::Line(Line { incident: Some(IncidentId(7)), command: Command::Ack }),
    };
    assert_eq!(request, wanted);
}

#[test]
fn a_form_that_was_opened_elsewhere_names_the_workspace_that_has_the_app() {
    let mut form = forms::declaration();
    form["team"] = json!({ "id": "T2", "domain": "elsewhere", "enterprise_id": "E2" });
    form["user"]["team_id"] = json!("E2");
    form["view"]["app_installed_team_id"] = json!("T1");
    assert_eq!(incoming(parse(&form)).origin, origin("A1", "T1", Some("E2"), Some("E2")));
}

#[test]
fn every_line_that_a_button_can_carry_comes_back() {
    let lines = ["7 update Restarted", "snooze 15m", "7 update", "p1 `Event` <down>", "take scribe", "help"];
    for text in lines {
        let line = grammar::parse(text).expect("a line");
        let value = serde_json::to_string(&line).expect("a value");
        let request = incoming(parse(&with("/actions/0/value", json!(value)))).request;
        assert_eq!(request.ask, Ask::Line(line));
    }
}

#[test]
fn a_choice_carries_a_line_too() {
    let chosen = json!({ "action_id": "show", "type": "static_select",
        "selected_option": { "text": { "type": "plain_text", "text": "7" },
            "value": "{\"incident\":7,\"command\":\"Show\"}" } });
    let request = incoming(parse(&with("/actions/0", chosen))).request;
    assert_eq!(request.ask, Ask::Line(Line { incident: Some(IncidentId(7)), command: Command::Show }));
}

#[test]
fn a_value_that_is_no_line_is_answered() {
    for value in ["", "ack", "{}", "{\"command\":\"Fly\"}", "{\"command\":{\"Declare\":{}}}", "7"] {
        let request = incoming(parse(&with("/actions/0/value", json!(value)))).request;
        assert_eq!(request.ask, Ask::Unclear(Refusal::UnknownButton), "{value}");
    }
    let bare = json!({ "action_id": "x", "type": "button" });
    let request = incoming(parse(&with("/actions/0", bare))).request;
    assert_eq!(request.ask, Ask::Unclear(Refusal::UnknownButton));
}

#[test]
fn where_it_was_clicked() {
    let ephemeral = json!({ "type": "message", "message_ts": "1.2", "channel_id": "C9", "thread_ts": "1.1",
        "is_ephemeral": true });
    let mut in_container = without(&["channel", "message"]);
    in_container["container"] = ephemeral;
    let cases = [
        (click(), place("CBR2V3XEX", Some("1548261230.000100"))),
        (with("/message/thread_ts", json!("1548261231.000200")), place("CBR2V3XEX", None)),
        (with("/message/thread_ts", json!(null)), place("CBR2V3XEX", None)),
        (with("/channel", json!(null)), place("CBR2V3XEX", Some("1548261230.000100"))),
        (without(&["message"]), place("CBR2V3XEX", None)),
        (in_container, place("C9", Some("1.1"))),
    ];
    for (payload, wanted) in cases {
        assert_eq!(incoming(parse(&payload)).request.place, wanted, "{payload}");
    }
}

#[test]
fn without_an_address_the_answer_is_ephemeral() {
    for payload in
        [without(&["response_url"]), with("/response_url", json!("")), with("/response_url", json!(null))]
    {
        assert_eq!(incoming(parse(&payload)).request.reply, ReplyPath::Ephemeral);
    }
}

#[test]
fn without_a_trigger_the_click_itself_is_the_name() {
    let Incoming { request, trigger, .. } = incoming(parse(&without(&["trigger_id"])));
    assert_eq!((request.delivery.as_str(), trigger), ("act:1548426417.840180:U0CA5:ack", None));
    let mut payload = without(&["trigger_id"]);
    payload["actions"][0].as_object_mut().expect("an action").remove("action_ts");
    let name = incoming(parse(&payload)).request.delivery.0;
    assert_eq!(name, format!("act:sha256:{}", digest(payload.to_string().as_bytes())));
}

#[test]
fn what_is_ignored_says_why() {
    let link = json!({ "action_id": "l", "type": "button", "url": "https://x.io", "action_ts": "1.2" });
    let mut in_view = without(&["channel", "message"]);
    in_view["container"] = json!({ "type": "view", "view_id": "V1" });
    let cases = [
        (with("/actions/0", link), "link"),
        (with("/actions", json!([])), "no_action"),
        (without(&["actions"]), "no_action"),
        (in_view, "outside_messages"),
        (json!({ "type": "view_closed", "user": { "id": "U1" } }), "view_closed"),
        (json!({ "type": "shortcut", "callback_id": "x" }), "unknown_shortcut"),
        (json!({ "type": "message_action", "channel": { "id": "C1" } }), "unknown_shortcut"),
        (json!({ "type": "block_suggestion" }), "unknown_interaction"),
    ];
    for (payload, why) in cases {
        assert_eq!(parse(&payload), Parsed::Ignored { why }, "{payload}");
    }
}

#[test]
fn what_is_not_in_slacks_form() {
    let payloads = [
        json!({}),
        json!([]),
        json!("x"),
        json!({ "type": 7 }),
        without(&["user"]),
        with("/user", json!("U1")),
        with("/actions", json!("x")),
        json!({ "type": "view_submission" }),
        json!({ "type": "view_submission", "user": { "id": "U1" } }),
    ];
    for payload in payloads {
        assert_eq!(parse(&payload), Parsed::Malformed, "{payload}");
    }
    for body in ["", "payload=", "payload={", "payload=%7B%7D&payload=%7B%7D", "other=1", "{}"] {
        assert_eq!(interaction::parse(body.as_bytes()), Parsed::Malformed, "{body}");
    }
}

/// A click on the Home tab as Slack sends it: a view, and no channel, no message, no address to answer to.
fn click_at_home() -> Value {
    let mut payload = without(&["channel", "message", "response_url"]);
    payload["container"] = json!({ "type": "view", "view_id": "V01" });
    payload["view"] = json!({
        "id": "V01", "team_id": "T9TK3CUKW", "type": "home", "blocks": [], "private_metadata": "", "callback_id": "",
        "state": { "values": {} }, "hash": "1.a", "clear_on_close": false, "notify_on_close": false, "close": null,
        "submit": null, "previous_view_id": null, "root_view_id": "V01", "app_id": "AABA1ABCD",
        "external_id": "", "app_installed_team_id": "T9TK3CUKW", "bot_id": "B1",
    });
    payload
}

#[test]
fn a_click_on_the_home_tab_is_answered_by_direct_message() {
    let Incoming { request, trigger, origin: from, at_home, .. } = incoming(parse(&click_at_home()));
    assert_eq!(from, origin("AABA1ABCD", "T9TK3CUKW", None, Some("T9TK3CUKW")));
    assert_eq!((trigger.is_some(), at_home), (true, true), "a form can be opened");
    assert_eq!((request.place, request.reply), (Place::home(), ReplyPath::Direct));
    assert_eq!(request.ask, Ask::Line(Line { incident: Some(IncidentId(7)), command: Command::Ack }));
    let mut form = click_at_home();
    form["view"]["type"] = json!("modal");
    assert_eq!(parse(&form), Parsed::Ignored { why: "outside_messages" }, "howler's forms have no buttons");
}
