//! Frames as Slack's documentation shows them, and what goes back.

use serde_json::{Value, json};

use super::*;
use domain::id::DeliveryId;

fn envelope(kind: &str, payload: &Value) -> Envelope {
    let text = json!({
        "envelope_id": "e-1", "type": kind, "payload": payload, "accepts_response_payload": true,
        "retry_attempt": 1, "retry_reason": "timeout",
    });
    match read(&text.to_string()) {
        Frame::Envelope(envelope) => *envelope,
        other => panic!("{other:?}"),
    }
}

fn delivery(parsed: Parsed) -> DeliveryId {
    match parsed {
        Parsed::Request(incoming) => incoming.request.delivery,
        other => panic!("{other:?}"),
    }
}

fn command() -> Vec<(&'static str, &'static str)> {
    vec![
        ("command", "/incident"),
        ("text", "p1 Event stream down"),
        ("user_id", "U1"),
        ("channel_id", "C1"),
        ("trigger_id", "1.2"),
    ]
}

#[test]
fn greetings_and_goodbyes() {
    let hello = r#"{"type":"hello","num_connections":2,"debug_info":{"host":"applink-1"},
        "connection_info":{"app_id":"A1"}}"#;
    assert_eq!(read(hello), Frame::Hello { connections: Some(2) });
    for (reason, goodbye) in [
        ("warning", Goodbye::Warning),
        ("refresh_requested", Goodbye::Refresh),
        ("link_disabled", Goodbye::LinkDisabled),
        ("too_many_websockets", Goodbye::TooMany),
        ("something new", Goodbye::Other),
    ] {
        let text = json!({ "type": "disconnect", "reason": reason, "debug_info": {} }).to_string();
        assert_eq!(read(&text), Frame::Disconnect(goodbye), "{reason}");
    }
}

#[test]
fn a_command_is_the_same_request_as_over_http() {
    let payload: Value = command().into_iter().collect();
    let envelope = envelope("slash_commands", &payload);
    assert_eq!((envelope.id.as_str(), envelope.kind), ("e-1", Some(Kind::Command)));
    assert_eq!(envelope.retry, Some((1, "timeout".to_owned())));
    let form = serde_urlencoded::to_string(command()).expect("a form");
    assert_eq!(envelope.parsed, command::parse(form.as_bytes()));
    assert_eq!(delivery(envelope.parsed), DeliveryId("cmd:1.2".into()));
}

#[test]
fn clicks_and_events_are_named_as_over_http() {
    let click = json!({
        "type": "block_actions", "user": { "id": "U1" }, "channel": { "id": "C1" }, "trigger_id": "3.4",
        "actions": [{ "action_id": "ack", "value": "{\"incident\":1,\"command\":\"Ack\"}" }],
    });
    let form = serde_urlencoded::to_string([("payload", click.to_string())]).expect("a form");
    let parsed = envelope("interactive", &click).parsed;
    assert_eq!(parsed, interaction::parse(form.as_bytes()));
    assert_eq!(delivery(parsed), DeliveryId("act:3.4".into()));
    let mention = json!({
        "type": "event_callback", "event_id": "Ev1",
        "event": { "type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.1", "text": "list" },
    });
    let parsed = envelope("events_api", &mention).parsed;
    assert_eq!(parsed, event::parse(mention.to_string().as_bytes()));
    let DeliveryId(id) = delivery(parsed);
    assert!(id.starts_with("msg:C1:1.1:"), "{id}");
}

#[test]
fn what_cannot_be_read_is_told_apart_from_what_is_not_known() {
    for text in ["", "{", "[]", "{}", "7", r#"{"type":7}"#, r#"{"type":"events_api","payload":{}}"#] {
        assert_eq!(read(text), Frame::Unreadable, "{text}");
    }
    assert_eq!(envelope("events_api", &json!([])).parsed, Parsed::Malformed);
    assert_eq!(envelope("slash_commands", &json!({ "command": 7 })).parsed, Parsed::Malformed);
    let bare = r#"{"envelope_id":"e","type":"interactive"}"#;
    assert!(matches!(read(bare), Frame::Envelope(envelope) if envelope.parsed == Parsed::Malformed));
    let unknown = envelope("from_the_future", &json!({}));
    assert_eq!((unknown.kind, unknown.parsed), (None, Parsed::Ignored { why: "unknown_envelope" }));
}

#[test]
fn an_acknowledgement_says_the_answer_and_never_claims() {
    let words = || r#"{"text":"said"}"#.to_owned();
    let bare = Some(r#"{"envelope_id":"e\"1"}"#);
    let with = Some(r#"{"envelope_id":"e\"1","payload":{"text":"said"}}"#);
    for (takes_answer, reply, expected) in [
        (true, Reply::Nothing, bare),
        (false, Reply::Nothing, bare),
        (true, Reply::Json(words()), with),
        (false, Reply::Json(words()), bare),
        (true, Reply::NotSaved(Some(words())), with),
        (false, Reply::NotSaved(Some(words())), None),
        (true, Reply::NotSaved(None), None),
        (false, Reply::NotSaved(None), None),
        (true, Reply::Malformed, None),
    ] {
        assert_eq!(acknowledgement("e\"1", takes_answer, &reply).as_deref(), expected, "{reply:?}");
    }
}
