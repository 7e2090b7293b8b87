use super::*;
use domain::answer::{FormFill, FormToOpen};
use domain::request::FormContext;

#[tokio::test]
async fn a_limit_on_one_channel_delays_no_other_channel_and_no_other_method() {
    let scene = Scene::new().await;
    scene.slack.next("chat.postMessage", Fault::Limit(30));
    let (wait, unknown, _) = later(scene.perform(note(To::Room)).await);
    assert_eq!((wait, unknown), (SignedDuration::from_secs(30), false));

    posted(scene.perform_as(4, note(To::Emergencies)).await);
    assert_eq!(scene.perform_as(5, EffectKind::Topic).await, Outcome::Done(Receipt::Nothing));
    let asked = scene.slack.calls("chat.postMessage").len();
    // Its turn comes after the one that was there before it.
    assert_eq!(later(scene.perform_as(6, note(To::Room)).await).0, SignedDuration::from_secs(31));
    assert_eq!(scene.slack.calls("chat.postMessage").len(), asked);

    scene.clock.advance(SignedDuration::from_secs(30));
    posted(scene.perform(note(To::Room)).await);
}

#[tokio::test]
async fn what_came_of_it_decides_what_is_next() {
    for (fault, doubtful, most) in [
        (Fault::Status(500, ""), true, 1),
        (Fault::Status(403, ""), false, 60),
        (Fault::named("fatal_error"), true, 1),
        (Fault::named("ratelimited"), false, 30),
        (Fault::named("token_revoked"), false, 60),
    ] {
        let scene = Scene::new().await;
        scene.slack.next("chat.postMessage", fault);
        let (wait, unknown, reason) = later(scene.perform(note(To::Room)).await);
        assert_eq!(unknown, doubtful, "{reason}");
        assert!(wait.is_positive() && wait <= SignedDuration::from_secs(most), "{reason}: {wait}");
    }
    for (error, words) in [("invalid_blocks", "fault in howler"), ("is_archived", "#inc-7-event-stream-down")]
    {
        let scene = Scene::new().await;
        scene.slack.next("chat.postMessage", Fault::named(error));
        let reason = failed(scene.perform(note(To::Room)).await);
        assert!(reason.contains(words), "{reason}");
    }
}

#[tokio::test]
async fn a_refused_connection_sent_nothing() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let target = SlackTarget { api_url: format!("http://{nobody}/api/"), token: Secret::new("xoxb-test") };
    let clock = Clock::standing_at(at(DECLARED));
    let deliverer = Deliverer::new(target, Arc::new(Config::default()), clock).unwrap();
    let (_, unknown, reason) = later(deliverer.perform(&job(note(To::Room), incident_with_room())).await);
    assert!(!unknown);
    assert!(reason.starts_with("Slack cannot be reached: "), "{reason}");
    let asked = deliverer.who_am_i().await.unwrap_err();
    assert!(matches!(asked, NoIdentity::Unreachable(_)), "{asked:?}");
}

#[tokio::test]
async fn howler_knows_itself_or_why_not() {
    let scene = Scene::new().await;
    assert_eq!(scene.deliverer.who_am_i().await.unwrap().user.as_str(), "UHOWLER");
    for (fault, refused) in [(Fault::named("invalid_auth"), true), (Fault::Status(502, ""), false)] {
        scene.slack.next("auth.test", fault);
        let error = scene.deliverer.who_am_i().await.unwrap_err();
        assert_eq!(matches!(error, NoIdentity::Refused(_)), refused, "{error}");
    }
}

#[tokio::test]
async fn plain_http_is_for_this_machine_only() {
    for (address, fits) in [
        ("http://127.0.0.1:9/api/", true),
        ("http://localhost:9/api/", true),
        ("http://[::1]:9/api/", true),
        ("http://slack.test/api/", false),
        ("http://127.0.0.1.evil.test/api/", false),
        ("http://10.0.0.7/api/", false),
        ("ftp://127.0.0.1/api/", false),
        ("slack.com/api/", false),
    ] {
        let target = SlackTarget { api_url: address.into(), token: Secret::new("xoxb-test") };
        let made = Deliverer::new(target, Arc::new(Config::default()), Clock::system());
        assert_eq!(made.is_ok(), fits, "{address}");
        if let Err(error) = made {
            assert!(error.to_string().contains(address), "{error}");
        }
    }
}

#[tokio::test]
async fn a_form_opens_at_once_or_the_person_hears_why_not() {
    let scene = Scene::new().await;
    let place = Place { channel: EMERGENCIES.into(), thread: None };
    let form = FormToOpen {
        context: FormContext {
            incident: None,
            place,
            approval: None,
            shown: None,
            note: None,
            section: None,
        },
        fill: FormFill::Declare { title: Some("Event stream down".into()), note: None },
    };
    assert_eq!(scene.deliverer.open_form("1.2.abc", &form).await, Ok(()));
    assert_eq!(scene.slack.calls("views.open")[0]["trigger_id"], "1.2.abc");
    for (fault, words) in [
        (Fault::named("expired_trigger_id"), "three seconds"),
        (Fault::named("exchanged_trigger_id"), "already opened"),
        (Fault::named("invalid_arguments"), "fault in howler"),
        (Fault::Status(503, ""), "503"),
        (Fault::Limit(5), "slow down"),
    ] {
        scene.slack.next("views.open", fault);
        let reason = scene.deliverer.open_form("1.2.abc", &form).await.unwrap_err();
        assert!(reason.contains(words), "{reason}");
    }
}
