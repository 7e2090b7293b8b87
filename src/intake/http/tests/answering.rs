//! What people get back.

use super::*;
use domain::answer::Private;
use domain::effect::EffectKind;
use domain::refusal::Refusal;
use domain::request::ReplyPath;

#[track_caller]
fn ephemeral(answered: &Answered) -> String {
    assert_eq!(answered.status, StatusCode::OK, "{answered:?}");
    let json = answered.json();
    assert_eq!(json["response_type"], "ephemeral", "{json}");
    assert!(json["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty()), "{json}");
    let text = json["text"].as_str().unwrap_or("").to_owned();
    assert!(!text.is_empty(), "{json}");
    text
}

fn mention(id: &str, text: &str) -> Value {
    let event = json!({ "type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.1", "text": text });
    json!({ "type": "event_callback", "event_id": id, "event": event })
}

fn submission(id: &str, callback: &str, incident: Option<u64>, values: Value) -> Value {
    let context = json!({ "incident": incident, "place": { "channel": "C1", "thread": null } });
    let view = json!({ "id": id, "callback_id": callback, "private_metadata": context.to_string(),
        "state": { "values": values } });
    json!({ "type": "view_submission", "user": { "id": "U1" }, "view": view })
}

fn filled(field: &str, value: &str) -> (String, Value) {
    (field.to_owned(), json!({ field: { "type": "plain_text_input", "value": value } }))
}

#[tokio::test]
async fn a_declaration_is_saved_once_and_answered_alike() {
    let howler = Stand::start().await;
    let first = howler.types("p1 Event stream down", "1").await;
    ephemeral(&first);
    let again = howler.types("p1 Event stream down", "1").await;
    assert_eq!(first.body, again.body);
    let open = howler.open();
    assert_eq!(
        open.iter().map(|incident| incident.title.as_str()).collect::<Vec<_>>(),
        ["Event stream down"]
    );
}

#[tokio::test]
async fn every_line_that_is_not_understood_is_answered() {
    let howler = Stand::start().await;
    let lines =
        ["updaet x", "P7 x", "p1", "declare p1 \u{7}", "🐒", "resolve x", "7 ack", "show x", "reopen 9"];
    for line in lines {
        ephemeral(&howler.types(line, line.get(..2).unwrap_or("x")).await);
    }
    assert!(howler.open().is_empty());
}

#[tokio::test]
async fn the_other_commands_are_still_to_come() {
    let howler = Stand::start().await;
    let answered = howler.post("/slack/commands", "command=%2Fdeploys&user_id=U1&channel_id=C1").await;
    assert!(ephemeral(&answered).contains("/deploys"));
}

#[tokio::test]
async fn a_form_opens_at_once() {
    let howler = Stand::start().await;
    let answered = howler.types("declare", "12.34").await;
    assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, ""));
    let calls = howler.calls("views.open");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0]["trigger_id"], "12.34");
}

#[tokio::test]
async fn a_form_that_does_not_open_is_offered() {
    let howler = Stand::with_slack(json!({ "ok": false, "error": "expired_trigger_id" })).await;
    ephemeral(&howler.types("declare", "1").await);
    let answered = howler.clicks("{\"command\":{\"DeclareForm\":{\"title\":null}}}", "2").await;
    assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, ""));
    let whispers = howler.whispers();
    let [EffectKind::Whisper { private, reply: ReplyPath::Ephemeral, .. }] = whispers.as_slice() else {
        panic!("{whispers:?}")
    };
    assert!(matches!(**private, Private::OfferForm { .. }));
}

#[tokio::test]
async fn a_mention_is_answered_through_the_outbox() {
    let howler = Stand::start().await;
    for _retry in 0..3 {
        let answered = howler.sends(&mention("Ev1", "<@UBOT> p2 Slow")).await;
        assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, ""));
    }
    assert_eq!(howler.open().len(), 1);
    assert_eq!(howler.whispers().len(), 1);
}

#[tokio::test]
async fn a_click_does_what_its_button_says_or_says_why_not() {
    let howler = Stand::start().await;
    howler.types("p1 Slow", "1").await;
    let answered = howler.clicks("{\"incident\":1,\"command\":\"Ack\"}", "2").await;
    assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, ""));
    assert!(howler.open()[0].acknowledged.is_some());
    let answered = howler.clicks("an older howler's", "3").await;
    assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, ""));
    let refused = Private::Refused(Refusal::UnknownButton);
    let told = howler
        .whispers()
        .into_iter()
        .any(|whisper| matches!(whisper, EffectKind::Whisper { private, .. } if *private == refused));
    assert!(told);
}

#[tokio::test]
async fn a_form_is_taken_or_stays_open_with_the_reason() {
    let howler = Stand::start().await;
    let title = filled("title", "Slow");
    let severity = ("severity".to_owned(), json!({ "severity": { "selected_option": { "value": "P3" } } }));
    let values = |fields: Vec<(String, Value)>| Value::Object(fields.into_iter().collect());
    let empty = howler.interacts(&submission("V1", "declare", None, values(vec![severity.clone()]))).await;
    assert_eq!(empty.json()["response_action"], "errors");
    assert!(empty.json()["errors"]["title"].is_string(), "{empty:?}");
    let good = howler.interacts(&submission("V1", "declare", None, values(vec![title, severity]))).await;
    assert_eq!((good.status, good.body.as_str()), (StatusCode::OK, ""));
    assert_eq!(howler.open().len(), 1);
    let cause = values(vec![filled("root_cause", "Redis")]);
    let gone = howler.interacts(&submission("V2", "resolve", Some(9), cause.clone())).await;
    assert!(gone.json()["errors"]["root_cause"].is_string(), "{gone:?}");
    let resolved = howler.interacts(&submission("V3", "resolve", Some(1), cause)).await;
    assert_eq!((resolved.status, resolved.body.as_str()), (StatusCode::OK, ""));
    assert!(howler.open().is_empty());
}

#[tokio::test]
async fn a_fault_is_told_and_nothing_is_claimed() {
    let mut howler = Stand::start().await;
    howler.lose_the_desk().await;
    assert!(ephemeral(&howler.types("p1 Slow", "1").await).contains("did nothing"));
    assert_eq!(
        howler.sends(&mention("Ev1", "<@UBOT> p1 Slow")).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    let click = howler.clicks("{\"incident\":1,\"command\":\"Ack\"}", "2").await;
    assert_eq!(click.status, StatusCode::INTERNAL_SERVER_ERROR);
    let cause = Value::Object([filled("root_cause", "Redis")].into_iter().collect());
    let form = howler.interacts(&submission("V1", "resolve", Some(1), cause)).await;
    assert!(form.json()["errors"]["root_cause"].as_str().is_some_and(|text| text.contains("did nothing")));
    assert_eq!(howler.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(howler.get("/healthz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}
