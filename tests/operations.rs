//! The HTTP front as the interface fixes it.

use crate::harness::{EMERGENCIES, SECRET, World};

#[tokio::test]
async fn wrong_stale_and_missing_signatures_are_refused_without_detail() {
    let world = World::start().await;
    let now = world.clock.now().as_second();
    let body = "command=%2Fincident&text=p3+x&user_id=U0IAN&channel_id=C0EMERG&trigger_id=1.1";
    for path in ["/slack/commands", "/slack/interactions", "/slack/events"] {
        for (timestamp, secret) in [(now, "other"), (now - 301, SECRET), (now + 301, SECRET)] {
            let answer = world.posts(path, body, timestamp, secret).await;
            assert_eq!(answer.status(), 401, "{path} {timestamp}");
            assert_eq!(answer.text().await.unwrap(), "");
        }
        let bare =
            reqwest::Client::new().post(format!("{}{path}", world.base())).body(body).send().await.unwrap();
        assert_eq!(bare.status(), 401);
    }
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "DECLARED"), 0);
    assert_eq!(world.posts("/slack/commands", body, now - 299, SECRET).await.status(), 200);
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_refused() {
    let world = World::start().await;
    let now = world.clock.now().as_second();
    let big = "x".repeat(1024 * 1024 + 1);
    for path in ["/slack/commands", "/slack/interactions", "/slack/events"] {
        assert_eq!(world.posts(path, &big, now, SECRET).await.status(), 413);
    }
}

#[tokio::test]
async fn slacks_own_questions_are_answered() {
    let world = World::start().await;
    let now = world.clock.now().as_second();
    let challenge = r#"{"type":"url_verification","challenge":"3eZbrw1a","token":"x"}"#;
    let answer = world.posts("/slack/events", challenge, now, SECRET).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("3eZbrw1a"));
    assert_eq!(world.posts("/slack/commands", "ssl_check=1&token=x", now, SECRET).await.status(), 200);
    let unknown = r#"{"type":"event_callback","event_id":"Ev1","event":{"type":"team_join"}}"#;
    assert_eq!(world.posts("/slack/events", unknown, now, SECRET).await.status(), 200);
    let metrics = reqwest::get(format!("{}/metrics", world.base())).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("howler_ignored_deliveries_total"), "{metrics}");
}

#[tokio::test]
async fn operations_answer() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(reqwest::get(format!("{}{path}", world.base())).await.unwrap().status(), 200, "{path}");
    }
    let metrics = reqwest::get(format!("{}/metrics", world.base())).await.unwrap().text().await.unwrap();
    for name in [
        "howler_acknowledgement_seconds",
        "howler_commit_seconds",
        "howler_open_incidents{severity=\"P1\",status=\"investigating\"} 1",
    ] {
        assert!(metrics.contains(name), "{name} in {metrics}");
    }
    assert!(!metrics.contains("Event stream"), "no text in metrics");
}
