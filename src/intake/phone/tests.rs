//! Callbacks, from the fake providers through the router to a handler that writes down what it hears.

use std::collections::BTreeSet;
use std::sync::Mutex;

use axum::body::Body;
use axum::http::Request;
use tower_service::Service;

use super::*;
use config::secrets::PhoneSecrets;
use config::{Config, PublicUrl};
use delivery::phone::answer::AckKey;
use delivery::phone::{Phones, Ring, Stop};
use domain::Severity;
use domain::secret::Secret;
use fake::phone as phones;
use ground::clock::Clock;
use ground::loopback::Loopback;

const SID: &str = "AC0123456789abcdef0123456789abcdef";

#[derive(Default)]
struct Heard {
    events: Mutex<Vec<PhoneEvent>>,
    full: Mutex<bool>,
}

impl Handler for Heard {
    fn heard(&self, event: PhoneEvent) -> BoxFuture<'_, Result<String, NotSaved>> {
        let full = *self.full.lock().unwrap();
        if !full {
            self.events.lock().unwrap().push(event);
        }
        Box::pin(async move { if full { Err(NotSaved) } else { Ok("INC-7 is yours & saved.".into()) } })
    }
}

impl Heard {
    fn events(&self) -> Vec<PhoneEvent> {
        self.events.lock().unwrap().clone()
    }
}

struct Scene {
    fake: phones::Phones,
    phones: Phones,
    heard: Arc<Heard>,
    router: Router,
    claim: Claim,
    key: AckKey,
}

fn scene() -> Scene {
    let fake = phones::Phones::new(phones::Setup {
        clock: Clock::standing_at("2026-11-24T02:00:00Z".parse().unwrap()),
        account_sid: SID.into(),
        auth_token: "token".into(),
        owned: BTreeSet::from(["+14155550100".into()]),
        verified: None,
        routing_key: "0".repeat(32),
        webhook_secret: "hook".into(),
    });
    let (loopback, listener) = Loopback::new();
    let api = fake.api();
    tokio::spawn(async move { axum::serve(listener, api).await });
    let config =
        "[phone]\nprovider = \"twilio\"\nfrom = \"+14155550100\"\npublic_url = \"https://howler.example\"";
    let secrets = PhoneSecrets {
        twilio_account_sid: Some(Secret::new(SID)),
        twilio_auth_token: Some(Secret::new("token")),
        twilio_api_url: "http://localhost".into(),
        ..PhoneSecrets::default()
    };
    let config = Config::parse(config).unwrap().phone;
    let phones = Phones::new(&config, &secrets, Some(loopback), Clock::system()).unwrap().unwrap();
    let heard = Arc::<Heard>::default();
    let key = AckKey::new(&Secret::new("token"), "a");
    let address = PublicUrl::parse("https://howler.example").unwrap();
    let twilio = TwilioDoor::new(&Secret::new("token"), key.clone(), address);
    let pagerduty = PagerDutyDoor::new(&Secret::new("hook"));
    let router = router(Some(twilio), Some(pagerduty), heard.clone());
    fake.point_inside(router.clone());
    let claim = Claim { about: "INC-7".into(), person: "U0IAN".into(), mark: "a b&c-1".into() };
    Scene { fake, phones, heard, router, claim, key }
}

impl Scene {
    async fn rings(&self) -> String {
        let ring = Ring {
            number: Some(PhoneNumber::parse("+14155550123").unwrap()),
            words: "P1".into(),
            mark: self.claim.mark.clone(),
            answer: self.key.make(&self.claim),
            dedup: "howler-INC-7".into(),
            severity: Severity::P1,
        };
        self.phones.ring(&ring).await.unwrap().id
    }

    async fn posted(&self, path: &str, head: &[(&str, &str)], body: &str) -> u16 {
        let mut request = Request::post(path);
        for (name, value) in head {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let Ok(response) = self.router.clone().call(request).await;
        response.status().as_u16()
    }
}

#[tokio::test]
async fn one_acknowledges_and_another_key_is_asked_again() {
    let scene = scene();
    let call = scene.rings().await;
    scene.fake.pick_up(&call).unwrap();
    assert_eq!(scene.fake.press(&call, '7').await, Ok(200));
    assert_eq!(scene.heard.events(), []);
    *scene.heard.full.lock().unwrap() = true;
    assert_eq!(scene.fake.press(&call, '1').await, Ok(200));
    *scene.heard.full.lock().unwrap() = false;
    assert_eq!(scene.fake.press(&call, '1').await, Ok(200));
    let events = scene.heard.events();
    assert!(
        matches!(events.as_slice(), [PhoneEvent::Acknowledged { by: Acknowledged::Key(claim), .. }] if *claim == scene.claim)
    );
    let words = scene.fake.calls()[0].words.clone();
    let told = ["That key means nothing", "could not save this", "INC-7 is yours & saved."];
    assert!(told.iter().zip(&words[2..]).all(|(part, said)| said.contains(part)), "{words:?}");
    assert_eq!(scene.fake.hang_up_phone(&call).await, Ok(200));
    assert!(matches!(&scene.heard.events()[1], PhoneEvent::Ended { mark, .. } if *mark == scene.claim.mark));
}

#[tokio::test]
async fn a_call_that_reaches_nobody_wants_a_text() {
    let scene = scene();
    let (first, second) = (scene.rings().await, scene.rings().await);
    scene.fake.no_answer(&first).await.unwrap();
    scene.fake.busy(&second).await.unwrap();
    scene.fake.tell_again(&first).await.unwrap();
    let events = scene.heard.events();
    let reason = |event: &PhoneEvent| match event {
        PhoneEvent::NotReached { mark, reason, delivery } if *mark == scene.claim.mark => {
            Some((*reason, delivery.clone()))
        }
        _ => None,
    };
    let reasons: Vec<_> = events.iter().filter_map(reason).collect();
    assert_eq!((reasons[0].0, reasons[1].0), (Reason::NoAnswer, Reason::Busy));
    assert_eq!(reasons[2], reasons[0], "the same callback has the same name");
    assert_ne!(reasons[0].1, reasons[1].1);
    assert!(events.iter().all(|event| event.wants_text(false) && !event.wants_text(true)));
    assert!(!PhoneEvent::OtherKey.wants_text(false));
}

#[tokio::test]
async fn a_call_that_howler_stops_is_canceled() {
    let scene = scene();
    let id = scene.rings().await;
    scene
        .phones
        .stop(&delivery::phone::Rung { id: id.clone(), certain: true }, Stop::Acknowledged)
        .await
        .unwrap();
    scene.fake.tell_again(&id).await.unwrap();
    let events = scene.heard.events();
    assert!(
        matches!(events.last(), Some(PhoneEvent::NotReached { reason: Reason::Canceled, .. })),
        "{events:?}"
    );
}

#[tokio::test]
async fn an_acknowledgement_at_pagerduty_is_heard_once_it_is_signed() {
    let scene = scene();
    let body = r#"{"event":{"id":"1","event_type":"incident.acknowledged","agent":null,"data":{"incident_key":"k"}}}"#;
    assert_eq!(scene.posted("/phone/pagerduty", &[], body).await, 401);
    assert_eq!(scene.posted("/phone/pagerduty", &[("x-pagerduty-signature", "v1=00")], body).await, 401);
    assert_eq!(scene.heard.events(), []);
    let door = PagerDutyDoor::new(&Secret::new("hook"));
    assert_eq!(door.read(None, body.as_bytes()), Err(Rejected::Missing));
}

#[tokio::test]
async fn what_is_not_signed_or_too_long_is_refused() {
    let scene = scene();
    for path in ["/phone/twilio/key?answer=a.b", "/phone/twilio/status?mark=m", "/phone/twilio/sms"] {
        assert_eq!(scene.posted(path, &[], "CallSid=CA1").await, 401, "{path}");
        let head = [("x-twilio-signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")];
        assert_eq!(scene.posted(path, &head, "CallSid=CA1").await, 401, "{path}");
        assert_eq!(scene.posted(path, &head, &"a".repeat(BODY_MOST + 1)).await, 413, "{path}");
    }
    assert_eq!(scene.heard.events(), []);
}
