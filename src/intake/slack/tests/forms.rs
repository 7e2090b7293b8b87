use jiff::SignedDuration;

use super::*;
use domain::Severity;
use domain::command::EtaText;
use domain::incident::severity::Status;
use domain::request::Form;
use domain::text::{TEXT_MOST, TITLE_MOST};

fn input(value: impl Into<Value>) -> Value {
    json!({ "type": "plain_text_input", "value": value.into() })
}

fn select(value: &str) -> Value {
    json!({ "type": "static_select",
        "selected_option": { "text": { "type": "plain_text", "text": value }, "value": value } })
}

/// A submitted form as Slack sends it.
fn submission(callback: &str, incident: Option<u64>, fields: &[(&str, Value)]) -> Value {
    let context = json!({ "incident": incident, "place": { "channel": "C1", "thread": "1.1" } });
    let values: serde_json::Map<_, _> =
        fields.iter().map(|(field, value)| ((*field).to_owned(), json!({ *field: value }))).collect();
    json!({
        "type": "view_submission",
        "team": { "id": "T1", "domain": "example" },
        "user": { "id": "U1", "username": "ian", "team_id": "T1" },
        "api_app_id": "A1",
        "token": "x",
        "trigger_id": "1.2.3",
        "view": { "id": "VNHU13V36", "type": "modal", "callback_id": callback,
            "private_metadata": context.to_string(), "state": { "values": values }, "hash": "1.x", "blocks": [] },
        "response_urls": [],
    })
}

pub(super) fn declaration() -> Value {
    let fields = [
        (fields::TITLE, input("Event  stream &amp; all")),
        (fields::SEVERITY, select("P2")),
        (fields::IMPACT, input("Nobody connects")),
        (fields::ACTION, input(Value::Null)),
        (fields::ETA, input("20m")),
    ];
    submission(fields::DECLARE, None, &fields)
}

fn parse(payload: &Value) -> Parsed {
    interaction::parse(&payload_body(payload))
}

fn submitted(payload: &Value) -> Form {
    match incoming(parse(payload)).request.ask {
        Ask::Form(form) => form,
        other => panic!("no form: {other:?}"),
    }
}

#[track_caller]
fn refused(payload: &Value, wanted: Vec<(&'static str, Refusal)>) {
    let wanted = wanted.into_iter().map(|(field, refusal)| FieldError { field, refusal }).collect();
    assert_eq!(parse(payload), Parsed::FormErrors(wanted));
}

#[test]
fn a_declaration() {
    let Incoming { request, trigger, .. } = incoming(parse(&declaration()));
    assert_eq!((request.delivery.as_str(), trigger), ("view:VNHU13V36", None));
    assert_eq!(
        (request.by.to_string().as_str(), request.place, request.reply),
        ("U1", place("C1", Some("1.1")), ReplyPath::Inline)
    );
    let form = Form::Declare {
        title: "Event stream & all".into(),
        severity: Severity::P2,
        impact: Some("Nobody connects".into()),
        action: None,
        eta: Some(EtaText::In(SignedDuration::from_mins(20))),
        note: None,
    };
    assert_eq!(request.ask, Ask::Form(form));
}

#[test]
fn an_update() {
    let fields = [
        (fields::STATUS, select("Identified")),
        (fields::IMPACT, input("two\nlines")),
        (fields::ETA, input("14:30")),
    ];
    let form = Form::Update {
        incident: IncidentId(7),
        status: Some(Status::Identified),
        impact: Some("two\nlines".into()),
        action: None,
        eta: Some(EtaText::Words("14:30".into())),
        shown: None,
    };
    assert_eq!(submitted(&submission(fields::UPDATE, Some(7), &fields)), form);
}

#[test]
fn a_resolution() {
    let fields = [
        (fields::ROOT_CAUSE, input("Redis")),
        (fields::IMPACT, input("")),
        (fields::DATA_LOSS, input("none")),
    ];
    let form = Form::Resolve {
        incident: IncidentId(7),
        root_cause: "Redis".into(),
        impact: None,
        data_loss: Some("none".into()),
        shown: None,
    };
    assert_eq!(submitted(&submission(fields::RESOLVE, Some(7), &fields)), form);
}

#[test]
fn each_field_that_cannot_be_taken_is_named() {
    let long = |what: &str, length, most| Refusal::TooLong { what: what.into(), length, most };
    let fields = [
        (fields::TITLE, input("x".repeat(5_000))),
        (fields::SEVERITY, select("P9")),
        (fields::IMPACT, input("y".repeat(TEXT_MOST + 1))),
        (fields::ETA, input("z".repeat(TITLE_MOST + 1))),
    ];
    let wanted = vec![
        (fields::TITLE, long("title", 5_000, TITLE_MOST)),
        (fields::SEVERITY, Refusal::UnknownSeverity { word: "P9".into() }),
        (fields::IMPACT, long("impact", TEXT_MOST + 1, TEXT_MOST)),
        (fields::ETA, long("ETA", TITLE_MOST + 1, TITLE_MOST)),
    ];
    refused(&submission(fields::DECLARE, None, &fields), wanted);
}

#[test]
fn what_a_form_cannot_do_without() {
    let missing = |command: &str| Refusal::TextMissing { command: command.into() };
    let nothing = submission(fields::DECLARE, None, &[]);
    let wanted = vec![
        (fields::TITLE, Refusal::TitleMissing),
        (fields::SEVERITY, Refusal::UnknownSeverity { word: String::new() }),
    ];
    refused(&nothing, wanted);
    let invisible = [(fields::TITLE, input("\u{200b} \u{202e}")), (fields::SEVERITY, select("P1"))];
    refused(&submission(fields::DECLARE, None, &invisible), vec![(fields::TITLE, Refusal::TitleMissing)]);
    let blank = [(fields::ROOT_CAUSE, input("  "))];
    refused(&submission(fields::RESOLVE, Some(7), &blank), vec![(fields::ROOT_CAUSE, missing("resolve"))]);
    let empty = [(fields::IMPACT, input(Value::Null))];
    refused(&submission(fields::UPDATE, Some(7), &empty), vec![(fields::ACTION, missing("update"))]);
    let status = [(fields::STATUS, select("Fine")), (fields::IMPACT, input("x"))];
    let wanted = vec![(fields::STATUS, Refusal::UnknownStatus { word: "Fine".into() })];
    refused(&submission(fields::UPDATE, Some(7), &status), wanted);
}

#[test]
fn a_form_that_forgot_where_it_was_opened_says_so() {
    for metadata in [json!(""), json!("{}"), json!("x"), json!(null)] {
        let mut payload = declaration();
        payload["view"]["private_metadata"] = metadata;
        refused(&payload, vec![(fields::TITLE, Refusal::UnknownButton)]);
    }
    let without_incident = submission(fields::RESOLVE, None, &[(fields::ROOT_CAUSE, input("x"))]);
    refused(&without_incident, vec![(fields::ROOT_CAUSE, Refusal::UnknownButton)]);
}

#[test]
fn somebody_elses_form_is_ignored() {
    let mut payload = declaration();
    payload["view"]["callback_id"] = json!("poll");
    assert_eq!(parse(&payload), Parsed::Ignored { why: "unknown_form" });
    payload["view"] = json!({});
    assert_eq!(parse(&payload), Parsed::Ignored { why: "unknown_form" });
}

#[test]
fn a_block_may_name_its_action_as_it_likes() {
    let mut payload = declaration();
    payload["view"]["state"]["values"][fields::TITLE] = json!({ "other": input("Slow") });
    let Form::Declare { title, .. } = submitted(&payload) else { panic!("a declaration") };
    assert_eq!(title, "Slow");
}

#[test]
fn a_message_goes_where_the_form_says() {
    let note = |metadata: Value, chosen: &str| {
        let mut payload = submission(fields::NOTE, None, &[(fields::INCIDENT, select(chosen))]);
        if !metadata.is_null() {
            payload["view"]["private_metadata"] = json!(metadata.to_string());
        }
        payload
    };
    let place = json!({ "channel": "C1", "thread": null });
    let kept = json!({ "incident": null, "place": place, "note": "\u{201C}x\u{201D} (@ian, https://x)" });
    let wanted = Form::Note { incident: IncidentId(7), text: "\u{201C}x\u{201D} (@ian, https://x)".into() };
    assert_eq!(submitted(&note(kept.clone(), "7")), wanted);
    let no_number = Refusal::NotAnIncidentNumber { word: "x".into() };
    refused(&note(kept, "x"), vec![(fields::INCIDENT, no_number)]);
    refused(&note(Value::Null, "7"), vec![(fields::INCIDENT, Refusal::UnknownButton)]);
}

#[test]
fn a_declaration_from_a_message_keeps_it() {
    let mut payload = declaration();
    let place = json!({ "channel": "home:", "thread": null });
    payload["view"]["private_metadata"] = json!(json!({ "place": place, "note": "said" }).to_string());
    let Form::Declare { note, .. } = submitted(&payload) else { panic!("a declaration") };
    assert_eq!(note.as_deref(), Some("said"));
}
