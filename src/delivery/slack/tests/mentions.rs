use super::*;

fn declared() -> EffectKind {
    let say = Say::Declared {
        title: "Event stream down".into(),
        severity: Severity::P1,
        status: Status::Investigating,
        impact: None,
        action: None,
        eta: None,
        update_every: None,
        by: "UIAN".into(),
    };
    EffectKind::Say { to: To::Emergencies, say: Box::new(say), keep_as: None }
}

fn groups(scene: &Scene) {
    let group =
        json!({ "id": "S0ONCALL", "handle": "monkeytown-oncall", "name": "On call", "date_delete": 0 });
    scene.slack.0.lock().unwrap().groups = Some(vec![group]);
}

#[tokio::test]
async fn the_first_mention_after_a_start_calls_the_group() {
    let scene = Scene::new().await;
    groups(&scene);
    posted(scene.perform(declared()).await);
    let texts = scene.slack.texts(EMERGENCIES);
    assert!(texts[0].contains("<!subteam^S0ONCALL>"), "{texts:?}");
    posted(scene.perform_as(4, declared()).await);
    assert_eq!(scene.slack.calls("usergroups.list").len(), 1);
}

#[tokio::test]
async fn what_could_not_mention_goes_out_at_once_and_is_made_good() {
    let scene = Scene::new().await;
    scene.slack.next("usergroups.list", Fault::Status(503, "service_unavailable"));
    posted(scene.perform(declared()).await);
    assert!(scene.slack.texts(EMERGENCIES)[0].contains("@monkeytown-oncall"));
    assert!(scene.deliverer.owes_mentions());
    groups(&scene);
    scene.deliverer.make_mentions_good().await;
    assert!(!scene.deliverer.owes_mentions());
    let calls = scene.slack.calls("chat.postMessage");
    let text = calls[1]["text"].as_str().unwrap();
    assert!(calls.len() == 2 && text.contains("<!subteam^S0ONCALL>"), "{text}");
    assert!(calls[1]["thread_ts"].is_string());
}
