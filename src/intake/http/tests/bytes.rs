//! Whatever comes with a good signature: an answer in time, never a fault of howler's.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config as Cases, TestRunner};

use super::*;

const COMMAND: &str = "command=%2Fincident&text=1+update+Looking+eta+5m&user_id=U1&channel_id=C1&trigger_id=1&\
                       response_url=https%3A%2F%2Fhooks.slack.com%2F1";
const CLICK: &str = r#"{"type":"block_actions","user":{"id":"U1"},"channel":{"id":"C1"},"trigger_id":"1.2",
    "message":{"ts":"1.1"},"actions":[{"type":"button","action_id":"x","action_ts":"1.2",
    "value":"{\"incident\":1,\"command\":\"Show\"}"}]}"#;
const FORM: &str = r#"{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1","callback_id":"declare",
    "private_metadata":"{\"incident\":null,\"place\":{\"channel\":\"C1\",\"thread\":null}}",
    "state":{"values":{"title":{"title":{"type":"plain_text_input","value":"x"}}}}}}"#;
const EVENT: &str = r#"{"type":"event_callback","event_id":"Ev1","authorizations":[{"user_id":"U9"}],"event":
    {"type":"app_mention","user":"U1","channel":"C1","text":"<@U9> p3 Slow","ts":"1.1","thread_ts":"1.0"}}"#;
/// Long enough for a loaded machine, short enough that a loop without end is seen.
const BOUND: Duration = Duration::from_secs(20);

fn form(payload: &[u8]) -> Vec<u8> {
    let mut body = b"payload=".to_vec();
    for byte in payload {
        body.extend_from_slice(format!("%{byte:02X}").as_bytes());
    }
    body
}

/// A good body of which a part is replaced by something else.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        vec(any::<u8>(), 0..40),
        select(vec![
            "null", "[]", "{}", "\"", "\\", "%", "&", "=", "1e999", "-1", "<@", "\u{202e}", "[[[[[[[["
        ])
        .prop_map(|part| part.as_bytes().to_vec()),
        "[{\\[\"0-9a-z,:\\]}]{0,60}".prop_map(String::into_bytes),
    ];
    (select(vec![COMMAND, CLICK, FORM, EVENT]), any::<prop::sample::Index>(), 0..40_usize, part).prop_map(
        |(good, at, gone, part)| {
            let mut bytes = good.as_bytes().to_vec();
            let at = at.index(bytes.len());
            let end = bytes.len().min(at + gone);
            drop(bytes.splice(at..end, part));
            bytes
        },
    )
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let nested = (1..2_000_usize).prop_map(|deep| "[".repeat(deep).into_bytes());
    let any = prop_oneof![2 => vec(any::<u8>(), 0..300), 6 => damaged(), 1 => nested];
    prop_oneof![any.clone(), any.prop_map(|payload| form(&payload))]
}

#[test]
fn any_signed_bytes_are_answered_and_never_with_a_fault() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let howler = runtime.block_on(Stand::start());
    let cases = Cases { cases: 200, failure_persistence: None, ..Cases::default() };
    let path = select(vec!["/slack/commands", "/slack/interactions", "/slack/events"]);
    let run = TestRunner::new(cases).run(&(path, body()), |(path, body)| {
        let answered = runtime.block_on(async { tokio::time::timeout(BOUND, howler.post(path, body)).await });
        let answered = answered.map_err(|_| TestCaseError::fail("no answer in time"))?;
        prop_assert!(answered.status.as_u16() < 500, "{path}: {answered:?}");
        Ok(())
    });
    run.expect("no fault");
    assert_eq!(runtime.block_on(howler.get("/healthz")).status, StatusCode::OK);
    assert!(howler.desk.writable());
}
