//! Who is let in, and what is done with bodies that are none.

use super::*;
use crate::signature::{SIGNATURE, TIMESTAMP};
use domain::secret::Secret;

const PATHS: [&str; 3] = ["/slack/commands", "/slack/interactions", "/slack/events"];
const BODY: &str = "command=%2Fincident&user_id=U1&channel_id=C1&text=p1+Slow&trigger_id=1";

#[tokio::test]
async fn a_request_without_a_fitting_signature_is_refused_without_a_word() {
    let howler = Stand::start().await;
    let (at, good) = howler.signed(BODY.as_bytes(), 0);
    let (_, other) = howler.signed(b"other", 0);
    let (late, stale) = howler.signed(BODY.as_bytes(), 301);
    let (early, future) = howler.signed(BODY.as_bytes(), -301);
    let cases = [
        ("none", vec![]),
        ("no signature", vec![(TIMESTAMP, at.clone())]),
        ("no timestamp", vec![(SIGNATURE, good.clone())]),
        ("another body's", vec![(TIMESTAMP, at.clone()), (SIGNATURE, other)]),
        ("stale", vec![(TIMESTAMP, late), (SIGNATURE, stale)]),
        ("from the future", vec![(TIMESTAMP, early), (SIGNATURE, future)]),
        ("another timestamp's", vec![(TIMESTAMP, "1531420619".to_owned()), (SIGNATURE, good)]),
        ("no words", vec![(TIMESTAMP, at), (SIGNATURE, "v0=".to_owned())]),
    ];
    for (name, headers) in &cases {
        for path in PATHS {
            let answered = howler.raw(path, headers, BODY.into()).await;
            assert_eq!(
                (answered.status, answered.body.as_str()),
                (StatusCode::UNAUTHORIZED, ""),
                "{name} {path}"
            );
        }
    }
    assert!(howler.open().is_empty());
    let metrics = howler.get("/metrics").await.body;
    assert!(
        metrics.contains(&format!("howler_refused_signatures_total {}", cases.len() * PATHS.len())),
        "{metrics}"
    );
}

#[tokio::test]
async fn a_signature_is_good_for_five_minutes() {
    let howler = Stand::start().await;
    for (trigger, seconds) in [("a", 299), ("b", -299)] {
        let body = BODY.replace("trigger_id=1", &format!("trigger_id={trigger}"));
        // The same title twice would be asked about.
        let body = body.replace("&text=", "&text=anyway+").into_bytes();
        let (at, signature) = howler.signed(&body, seconds);
        let answered = howler.raw("/slack/commands", &[(TIMESTAMP, at), (SIGNATURE, signature)], body).await;
        assert_eq!(answered.status, StatusCode::OK);
    }
    assert_eq!(howler.open().len(), 2);
}

#[tokio::test]
async fn a_long_body_is_refused() {
    let howler = Stand::start().await;
    for path in PATHS {
        assert_eq!(
            howler.post(path, vec![b'x'; 1024 * 1024 + 1]).await.status,
            StatusCode::PAYLOAD_TOO_LARGE,
            "{path}"
        );
        assert_eq!(
            howler.post(path, vec![b'x'; 1024 * 1024]).await.status,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
    assert_eq!(howler.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_certificate_may_be_looked_at() {
    let howler = Stand::start().await;
    for path in ["/slack/commands", "/slack/interactions"] {
        let answered = howler.raw(path, &[], b"ssl_check=1&token=x".to_vec()).await;
        assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, ""), "{path}");
    }
    assert_eq!(howler.post("/slack/commands", "ssl_check=1").await.status, StatusCode::OK);
    assert_eq!(howler.get("/slack/commands?ssl_check=1").await.status, StatusCode::OK);
    assert_eq!(howler.get("/slack/commands").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let smuggled = howler.raw("/slack/commands", &[], format!("ssl_check=1&{BODY}").into_bytes()).await;
    assert_eq!(smuggled.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_challenge_goes_back_if_it_is_signed() {
    let howler = Stand::start().await;
    let challenge = json!({ "type": "url_verification", "challenge": "3eZbrw1aBm2r" });
    let answered = howler.sends(&challenge).await;
    assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, "3eZbrw1aBm2r"));
    let unsigned = howler.raw("/slack/events", &[], challenge.to_string().into_bytes()).await;
    assert_eq!(unsigned.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_is_not_in_slacks_form_is_a_bad_request() {
    let howler = Stand::start().await;
    let bodies: [&[u8]; 8] =
        [b"", b"{", b"{}", b"payload={", b"payload=%7B%7D", b"command=x", b"\xff\xfe\x00", b"[[[["];
    for path in PATHS {
        for body in bodies {
            assert_eq!(howler.post(path, body).await.status, StatusCode::BAD_REQUEST, "{path} {body:?}");
        }
    }
    let metrics = howler.get("/metrics").await.body;
    assert!(metrics.contains("howler_ignored_deliveries_total{kind=\"malformed\"} 24"), "{metrics}");
}

#[tokio::test]
async fn what_howler_does_not_know_is_counted_and_answered_200() {
    let howler = Stand::start().await;
    let event = json!({ "type": "event_callback", "event_id": "Ev1", "event": { "type": "team_join" } });
    assert_eq!(howler.sends(&event).await.status, StatusCode::OK);
    assert_eq!(howler.interacts(&json!({ "type": "workflow_step_edit" })).await.status, StatusCode::OK);
    let form =
        json!({ "type": "view_submission", "user": { "id": "U1" }, "view": { "callback_id": "poll" } });
    let answered = howler.interacts(&form).await;
    assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, ""));
    let metrics = howler.get("/metrics").await.body;
    for kind in ["unknown_event", "unknown_interaction", "unknown_form"] {
        assert!(
            metrics.contains(&format!("howler_ignored_deliveries_total{{kind=\"{kind}\"}} 1")),
            "{metrics}"
        );
    }
}

#[tokio::test]
async fn operators_see_that_it_lives_works_and_how() {
    let howler = Stand::start().await;
    let health = howler.get("/healthz").await;
    assert_eq!((health.status, health.body.as_str()), (StatusCode::OK, "ok\n"));
    let ready = howler.get("/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (StatusCode::OK, "store: writable\nslack: reachable\n"));
    assert!(howler.get("/readyz").await.body.contains("as of 2018-07-12T18:36:58Z"));
    assert_eq!(howler.calls("auth.test").len(), 1);
    howler.types("list", "1").await;
    let metrics = howler.get("/metrics").await;
    assert!(metrics.body.contains("howler_acknowledgement_seconds_count{kind=\"command\"} 1"), "{metrics:?}");
    assert!(metrics.body.ends_with("# EOF\n"));
    let kind = metrics.headers.get("content-type").and_then(|kind| kind.to_str().ok());
    assert!(kind.is_some_and(|kind| kind.starts_with("application/openmetrics-text")));
}

#[tokio::test]
async fn a_slack_that_cannot_be_reached_is_known() {
    let howler = Stand::with_slack(json!({ "ok": false, "error": "invalid_auth" })).await;
    let ready = howler.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert!(ready.body.contains("slack: not reachable: "), "{ready:?}");
}

#[tokio::test]
async fn metrics_ask_for_their_secret_where_there_is_one() {
    let ok = json!({ "ok": true, "user_id": "UBOT", "bot_id": "B1", "team_id": "T1" });
    let howler = Stand::with(ok, Some(&Secret::new("open sesame"))).await;
    let shown = async |header: Option<&str>| {
        let request = howler.client.get(format!("{}/metrics", howler.base));
        let request = match header {
            Some(header) => request.header("authorization", header),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a body"))
    };
    for header in [None, Some("Bearer open"), Some("Basic open sesame"), Some("Bearer open sesame2")] {
        assert_eq!(shown(header).await, (StatusCode::UNAUTHORIZED, String::new()), "{header:?}");
    }
    let (status, text) = shown(Some("Bearer open sesame")).await;
    assert!(status == StatusCode::OK && text.contains("process_cpu_seconds_total"), "{text}");
    assert_eq!(howler.get("/healthz").await.status, StatusCode::OK, "the others ask for nothing");
}
