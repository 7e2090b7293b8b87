mod commands;
mod events;
mod forms;
mod interactions;
mod shortcuts;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use domain::command::{Command, Line};
use domain::id::{ChannelId, IncidentId, MessageTs, UserId};
use domain::request::{Place, ReplyPath};
use view::fields;

/// A form body of these fields.
fn form_body(fields: &[(&str, &str)]) -> Vec<u8> {
    serde_urlencoded::to_string(fields).expect("fields").into_bytes()
}

fn payload_body(payload: &Value) -> Vec<u8> {
    form_body(&[("payload", &payload.to_string())])
}

#[track_caller]
fn incoming(parsed: Parsed) -> Incoming {
    match parsed {
        Parsed::Request(incoming) => *incoming,
        other => panic!("no request: {other:?}"),
    }
}

/// App, workspace, organization, and whoever acts.
fn origin(app: &str, team: &str, org: Option<&str>, person: Option<&str>) -> Origin {
    let person = person.map(str::to_owned);
    Origin { app: Some(app.into()), team: Some(team.into()), org: org.map(str::to_owned), person }
}

fn place(channel: &str, thread: Option<&str>) -> Place {
    Place { channel: ChannelId::from(channel), thread: thread.map(MessageTs::from) }
}

fn here(command: Command) -> Ask {
    Ask::Line(Line { incident: None, command })
}

fn digest(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = command::parse(&bytes);
        let _ = command::is_ssl_check(&bytes);
        let _ = interaction::parse(&bytes);
        let _ = interaction::parse_payload(&bytes);
        let _ = event::parse(&bytes);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,80}|.{0,80}") {
        let fields = [("command", "/incident"), ("user_id", "U1"), ("channel_id", "C1"), ("text", &text)];
        incoming(command::parse(&form_body(&fields)));
        interaction::parse(&form_body(&[("payload", &text)]));
        let event = json!({ "type": "app_mention", "user": "U1", "channel": "C1", "text": text });
        incoming(event::parse(&events::callback(event).to_string().into_bytes()));
    }

    #[test]
    fn a_damaged_payload_is_read(which in 0..3_usize, at in 0..900_usize, byte in any::<u8>(), cut in any::<bool>()) {
        let payload = [interactions::click(), forms::declaration(), events::mention("<@UBOT> list")];
        let mut json = payload[which].to_string().into_bytes();
        let at = at % json.len();
        if cut { json.truncate(at) } else { json[at] = byte }
        let _ = interaction::parse_payload(&json);
        let _ = event::parse(&json);
    }

    #[test]
    fn a_payload_with_another_kind_of_value_is_read(which in 0..3_usize, put in 0..6_usize, at in 0..60_usize) {
        let values = [json!(null), json!(7), json!("x"), json!([]), json!({}), json!([{ "id": [] }])];
        let payload = [interactions::click(), forms::declaration(), events::mention("<@UBOT> list")];
        let mut payload = payload[which].clone();
        let mut paths = Vec::new();
        all_paths(&payload, String::new(), &mut paths);
        if let Some(place) = payload.pointer_mut(&paths[at % paths.len()]) {
            *place = values[put].clone();
        }
        let json = payload.to_string().into_bytes();
        let _ = interaction::parse_payload(&json);
        let _ = event::parse(&json);
    }
}

fn all_paths(value: &Value, path: String, paths: &mut Vec<String>) {
    let escape = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, value)| all_paths(value, format!("{path}/{}", escape(key)), paths));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, value)| all_paths(value, format!("{path}/{i}"), paths));
        }
        _ => {}
    }
    paths.push(path);
}
