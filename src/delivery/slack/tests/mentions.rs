use super::*;
use domain::effect::OwedMention;

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

/// What a message is done with that called nobody.
#[track_caller]
fn owed(outcome: Outcome) -> OwedMention {
    match outcome {
        Outcome::DoneBut(Receipt::Message { .. }, aside) => aside.owes.expect("a mention is owed"),
        other => panic!("nothing is owed: {other:?}"),
    }
}

fn mention(owed: OwedMention) -> EffectKind {
    EffectKind::Mention(Box::new(owed))
}

#[tokio::test]
async fn what_could_not_mention_goes_out_at_once_and_is_made_good() {
    let scene = Scene::new().await;
    scene.slack.next("usergroups.list", Fault::Status(503, "service_unavailable"));
    let owed = owed(scene.perform(declared()).await);
    assert!(scene.slack.texts(EMERGENCIES)[0].contains("@monkeytown-oncall"));
    // As long as Slack does not tell, it is tried again.
    scene.slack.next("usergroups.list", Fault::Status(503, "service_unavailable"));
    later(scene.perform_as(5, mention(owed.clone())).await);
    groups(&scene);
    posted(scene.perform_as(5, mention(owed)).await);
    let calls = scene.slack.calls("chat.postMessage");
    let text = calls[1]["text"].as_str().unwrap();
    assert!(calls.len() == 2 && text.contains("<!subteam^S0ONCALL>"), "{text}");
    assert!(calls[1]["thread_ts"].is_string());
}

/// Killed between Slack's answer and its saving: the message is found by its mark, and says itself that it called nobody.
#[tokio::test]
async fn what_was_found_again_owes_what_it_did_not_say() {
    let scene = Scene::new().await;
    scene.slack.next("usergroups.list", Fault::Status(503, "service_unavailable"));
    let first = job(declared(), plain_incident());
    owed(scene.deliverer.perform(&first).await);
    owed(scene.deliverer.perform(&in_doubt(first)).await);
    assert_eq!(scene.slack.calls("chat.postMessage").len(), 1);
}

#[tokio::test]
async fn nothing_is_owed_where_there_is_no_group_and_nobody_is_called_for_what_is_old() {
    let scene = Scene::new().await;
    scene.slack.0.lock().unwrap().groups = Some(Vec::new());
    posted(scene.perform(declared()).await);
    let old = OwedMention {
        channel: EMERGENCIES.into(),
        root: "1.1".into(),
        at: scene.clock.now() - SignedDuration::from_hours(1),
    };
    for (owed, why) in
        [(OwedMention { at: scene.clock.now(), ..old.clone() }, "no such group"), (old, "so long ago")]
    {
        let outcome = scene.perform_as(6, mention(owed)).await;
        assert!(matches!(&outcome, Outcome::Dropped { reason } if reason.contains(why)), "{outcome:?}");
    }
    assert_eq!(scene.slack.calls("chat.postMessage").len(), 1);
}
