use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tower_service::Service;

use super::*;

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const SAY: &str = "<Response><Say>hello</Say></Response>";

fn phones() -> Phones {
    Phones::new(Setup {
        clock: Clock::standing_at("2026-11-24T02:00:00Z".parse().unwrap()),
        account_sid: SID.into(),
        auth_token: "t".into(),
        owned: BTreeSet::from(["+14155550100".into()]),
        verified: None,
        routing_key: "0".repeat(32),
        webhook_secret: "hook".into(),
    })
}

async fn post(phones: &Phones, list: &str, token: &str, form: &[(&str, &str)]) -> (u16, serde_json::Value) {
    let pair = STANDARD.encode(format!("{SID}:{token}"));
    let request = Request::post(format!("/2010-04-01/Accounts/{SID}/{list}"))
        .header("authorization", format!("Basic {pair}"))
        .body(Body::from(serde_urlencoded::to_string(form).unwrap()))
        .unwrap();
    let Ok(response) = phones.api().call(request).await;
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn it_refuses_what_twilio_refuses() {
    let phones = phones();
    let (to, from) = (("To", "+14155550123"), ("From", "+14155550100"));
    let long = "b".repeat(1_601);
    for (list, form, code) in [
        ("Calls.json", vec![from, ("Twiml", SAY)], 21201),
        ("Calls.json", vec![to, ("Twiml", SAY)], 21213),
        ("Calls.json", vec![("To", "4155550123"), from, ("Twiml", SAY)], 21211),
        ("Calls.json", vec![to, ("From", "+14155550199"), ("Twiml", SAY)], 21210),
        ("Calls.json", vec![to, from], 21205),
        ("Calls.json", vec![to, from, ("Twiml", "<Response><Say>a & b</Say></Response>")], 12100),
        ("Calls.json", vec![to, from, ("Twiml", "<Response><Shout/></Response>")], 12100),
        ("Calls.json", vec![to, from, ("Twiml", SAY), ("Timeout", "-1")], 21208),
        ("Messages.json", vec![("To", "+14155550100"), from, ("Body", "b")], 21266),
        ("Messages.json", vec![to, from], 21602),
        ("Messages.json", vec![to, from, ("Body", &long)], 21617),
    ] {
        assert_eq!(post(&phones, list, "t", &form).await.1["code"], code, "{list} {form:?}");
    }
    assert_eq!(post(&phones, "Calls.json", "wrong", &[to, from, ("Twiml", SAY)]).await.1["code"], 20003);
    assert!(phones.calls().is_empty() && phones.texts().is_empty());
    assert_eq!(post(&phones, "Calls.json", "t", &[to, from, ("Twiml", SAY)]).await.0, 201);
    let call = phones.calls().remove(0);
    assert_eq!((call.words.as_slice(), call.state), (["hello".to_owned()].as_slice(), CallState::Ringing));
    phones.pick_up(&call.sid).unwrap();
    assert_eq!(phones.press(&call.sid, '1').await, Err(CalleeError::NoKeyAsked));
    assert_eq!(phones.no_answer(&call.sid).await, Err(CalleeError::NotNow));
}

#[tokio::test]
async fn a_limit_says_how_long_and_does_nothing() {
    let phones = phones();
    phones.faults().arm(Fault::Limit(Some(3)), 1);
    let form = [("To", "+14155550123"), ("From", "+14155550100"), ("Twiml", SAY)];
    let (status, body) = post(&phones, "Calls.json", "t", &form).await;
    assert_eq!((status, body["code"].as_u64()), (429, Some(20429)));
    assert!(phones.calls().is_empty());
}
