//! howler's way to the phones, against the fake providers, over connections within the process.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::answer::{AckKey, Claim};
use super::trouble::without_numbers;
use super::*;
use crate::retry::Class;
use config::Config;
use domain::secret::Secret;
use fake::phone::{self as phones, CallState, Fault};

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const TO: &str = "+14155550123";
const KEY: &str = "0123456789abcdef0123456789abcdef";

struct Scene {
    fake: phones::Phones,
    phones: Phones,
    clock: Clock,
}

fn scene(provider: &str, verified: Option<&str>) -> Scene {
    let clock = Clock::standing_at("2026-11-24T02:00:00Z".parse().unwrap());
    let fake = phones::Phones::new(phones::Setup {
        clock: clock.clone(),
        account_sid: SID.into(),
        auth_token: "token".into(),
        owned: BTreeSet::from(["+14155550100".into()]),
        verified: verified.map(|number| BTreeSet::from([number.into()])),
        routing_key: KEY.into(),
        webhook_secret: "hook".into(),
    });
    let (loopback, listener) = Loopback::new();
    let api = fake.api();
    tokio::spawn(async move { axum::serve(listener, api).await });
    let config = format!(
        "[phone]\nprovider = \"{provider}\"\nfrom = \"+14155550100\"\npublic_url = \"https://howler.example\""
    );
    let secrets = PhoneSecrets {
        twilio_account_sid: Some(Secret::new(SID)),
        twilio_auth_token: Some(Secret::new("token")),
        twilio_api_url: "http://localhost".into(),
        pagerduty_routing_key: Some(Secret::new(KEY)),
        pagerduty_api_url: "http://localhost".into(),
        pagerduty_webhook_secret: None,
    };
    let config = Config::parse(&config).unwrap().phone;
    let phones = Phones::new(&config, &secrets, Some(loopback), clock.clone()).unwrap().unwrap();
    Scene { fake, phones, clock }
}

fn ring(words: &str) -> Ring {
    let claim = Claim { about: "INC-7".into(), person: "U0IAN".into(), mark: "a-1".into() };
    Ring {
        number: Some(PhoneNumber::parse(TO).unwrap()),
        words: words.into(),
        mark: "a-1".into(),
        answer: AckKey::new(&Secret::new("token"), "a").make(&claim),
        dedup: "howler-INC-7".into(),
        severity: Severity::P1,
    }
}

#[tokio::test]
async fn a_call_says_the_words_as_they_are_written() {
    let scene = scene("twilio", None);
    let words = "INC-7: </Say><Hangup/> & \"ever\" 'so' \u{7} <b>";
    let rung = scene.phones.ring(&ring(words)).await.unwrap();
    let calls = scene.fake.calls();
    assert_eq!((calls.len(), &calls[0].sid, calls[0].to.as_str()), (1, &rung.id, TO));
    assert_eq!(calls[0].words[0], format!("{} Press 1 to acknowledge.", words.replace('\u{7}', " ")));
    // The longest words, of the characters that grow most, are still taken.
    scene.phones.ring(&ring(&"\"".repeat(5_000))).await.unwrap();
}

#[tokio::test]
async fn a_ringing_phone_is_stopped_once_and_again() {
    let scene = scene("twilio", None);
    let rung = scene.phones.ring(&ring("w")).await.unwrap();
    scene.phones.stop(&rung, Stop::Acknowledged).await.unwrap();
    assert_eq!(scene.fake.calls()[0].state, CallState::Canceled);
    scene.phones.stop(&rung, Stop::Acknowledged).await.unwrap();
    let other = Rung { id: "../../Messages".into(), certain: true };
    scene.phones.stop(&other, Stop::Resolved).await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_is_found_and_an_older_call_is_not() {
    let scene = scene("twilio", None);
    scene.phones.ring(&ring("old")).await.unwrap();
    scene.clock.advance(SignedDuration::from_secs(60));
    let since = scene.clock.now();
    assert_eq!(scene.phones.find(&ring("w"), Sent::Call, since).await, Ok(None));
    scene.fake.faults().arm(Fault::LoseAnswer, 2);
    assert!(matches!(scene.phones.ring(&ring("w")).await, Err(PhoneTrouble::Lost(_))));
    assert!(matches!(scene.phones.text(&ring("w")).await, Err(PhoneTrouble::Lost(_))));
    let call = scene.phones.find(&ring("w"), Sent::Call, since).await.unwrap().unwrap();
    assert_eq!((&call.id, call.certain), (&scene.fake.calls()[1].sid, false));
    let text = scene.phones.find(&ring("w"), Sent::Text, since).await.unwrap().unwrap();
    assert_eq!((&text.id, text.certain), (&scene.fake.texts()[0].sid, true));
    assert_eq!(scene.phones.find(&ring("other"), Sent::Text, since).await, Ok(None));
}

#[tokio::test]
async fn a_text_is_cut_to_what_twilio_takes() {
    let scene = scene("twilio", None);
    scene.phones.text(&ring(&"ä".repeat(2_000))).await.unwrap();
    assert_eq!(scene.fake.texts()[0].body.chars().count(), 1_600);
}

#[tokio::test]
async fn a_limit_holds_until_it_ends() {
    let scene = scene("twilio", None);
    scene.fake.faults().arm(Fault::Limit(Some(7)), 1);
    let until = scene.clock.now() + SignedDuration::from_secs(7);
    let limited = Err(PhoneTrouble::Limited { until });
    assert_eq!(scene.phones.ring(&ring("w")).await, limited);
    assert_eq!(scene.phones.ring(&ring("w")).await, limited, "nothing is sent inside the limit");
    scene.clock.advance(SignedDuration::from_secs(7));
    scene.phones.ring(&ring("w")).await.unwrap();
    assert_eq!(scene.fake.calls().len(), 1);
}

#[tokio::test]
async fn a_fault_of_theirs_may_have_rung() {
    let scene = scene("twilio", None);
    scene.fake.faults().arm(Fault::Http(503), 1);
    let trouble = scene.phones.ring(&ring("w")).await.unwrap_err();
    assert_eq!(trouble.verdict().class, Class::Again { lost: true });
    let nobody = Ring { number: None, ..ring("w") };
    assert_eq!(scene.phones.ring(&nobody).await, Err(PhoneTrouble::NoNumber));
}

#[tokio::test]
async fn an_unverified_number_is_named_by_no_digit() {
    let scene = scene("twilio", Some("+14155550199"));
    let call = scene.phones.ring(&ring("w")).await.unwrap_err();
    let text = scene.phones.text(&ring("w")).await.unwrap_err();
    for (trouble, is) in [(call, 21219), (text, 21608)] {
        assert!(
            matches!(&trouble, PhoneTrouble::Twilio { code: Some(code), .. } if *code == is),
            "{trouble:?}"
        );
        let reason = trouble.verdict().reason;
        assert!(reason.contains("verify this one") && !reason.contains("415555"), "{reason}");
    }
}

#[test]
fn every_code_has_its_class_and_its_words() {
    for (status, code, class, part) in [
        (401, Some(20003), Class::Slow, "TWILIO_AUTH_TOKEN"),
        (401, None, Class::Slow, "TWILIO_AUTH_TOKEN"),
        (400, Some(21211), Class::Never, "no valid phone number"),
        (400, Some(21214), Class::Never, "cannot reach"),
        (400, Some(21215), Class::Slow, "Geographic Permissions"),
        (400, Some(21408), Class::Slow, "Geographic Permissions"),
        (400, Some(21610), Class::Never, "STOP"),
        (400, Some(21210), Class::Slow, "[phone] from"),
        (400, Some(12100), Class::Ours, "a fault of howler's"),
        (403, None, Class::Slow, "HTTP status 403"),
    ] {
        let verdict = PhoneTrouble::Twilio { status, code, message: "m".into() }.verdict();
        assert!(verdict.class == class && verdict.reason.contains(part), "{status} {code:?}: {verdict:?}");
    }
    for (status, message, class) in [
        (400, "Event object is invalid; Invalid routing key", Class::Slow),
        (400, "'payload.source' is missing", Class::Ours),
        (403, "", Class::Slow),
    ] {
        assert_eq!(PhoneTrouble::PagerDuty { status, message: message.into() }.verdict().class, class);
    }
    let unreached = PhoneTrouble::Unreached("x".into()).verdict();
    assert_eq!(unreached.class, Class::Again { lost: false });
}

#[test]
fn numbers_are_taken_out_of_a_providers_words() {
    for (said, clean) in [
        ("The number +14155550123 is unverified.", "The number …23 is unverified."),
        ("14155550123", "…23"),
        ("code 21211 at 123456", "code 21211 at 123456"),
        ("+1", "+1"),
        ("", ""),
    ] {
        assert_eq!(without_numbers(said), clean);
    }
}

#[tokio::test]
async fn one_incident_is_one_alert_at_pagerduty() {
    let scene = scene("pagerduty", None);
    scene.fake.faults().arm(Fault::LoseAnswer, 1);
    assert!(matches!(scene.phones.ring(&ring("w")).await, Err(PhoneTrouble::Lost(_))));
    assert_eq!(scene.phones.find(&ring("w"), Sent::Call, scene.clock.now()).await, Ok(None));
    let rung = scene.phones.ring(&Ring { number: None, ..ring(&"w".repeat(3_000)) }).await.unwrap();
    assert_eq!(scene.phones.text(&ring("w")).await, Ok(None));
    let alerts = scene.fake.alerts();
    assert_eq!((alerts.len(), alerts[0].triggers, alerts[0].severity.as_str()), (1, 2, "critical"));
    scene.phones.stop(&rung, Stop::Acknowledged).await.unwrap();
    assert_eq!(scene.fake.alerts()[0].state, "acknowledged");
    scene.phones.stop(&rung, Stop::Resolved).await.unwrap();
    assert_eq!(scene.fake.alerts()[0].state, "resolved");
}

#[tokio::test]
async fn what_is_missing_is_said_at_the_start() {
    let whole = "[phone]\nprovider = \"twilio\"\nfrom = \"+14155550100\"\npublic_url = \"https://h.example\"";
    let error = |toml: &str| {
        let config = Config::parse(toml).unwrap().phone;
        Phones::new(&config, &PhoneSecrets::default(), None, Clock::system())
            .err()
            .map(|error| error.to_string())
    };
    assert_eq!(error(""), None);
    assert!(error(whole).unwrap().contains("TWILIO_ACCOUNT_SID is not set"));
    assert!(error("[phone]\nprovider = \"twilio\"").unwrap().contains("phone.from"));
    assert!(error("[phone]\nprovider = \"pagerduty\"").unwrap().contains("PAGERDUTY_ROUTING_KEY is not set"));
}
