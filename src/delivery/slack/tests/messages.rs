use super::*;
use domain::effect::{Answered, Settled};
use domain::incident::Rung;

#[tokio::test]
async fn a_message_carries_its_mark_and_unfurls_nothing() {
    let scene = Scene::new().await;
    let (channel, _) = posted(scene.perform(note(To::Emergencies)).await);
    assert_eq!(channel, EMERGENCIES);
    let sent = &scene.slack.calls("chat.postMessage")[0];
    assert_eq!(
        sent["metadata"],
        json!({ "event_type": "howler_effect", "event_payload": { "id": "store-3" } })
    );
    assert_eq!((&sent["unfurl_links"], &sent["unfurl_media"]), (&json!(false), &json!(false)));
    assert!(sent.get("link_names").is_none());
    assert!(sent["text"].as_str().unwrap().contains("Redis was restarted"));
    let tokens = &scene.slack.0.lock().unwrap().tokens;
    assert!(tokens.iter().all(|token| token.as_deref() == Some("Bearer xoxb-test")));
}

#[tokio::test]
async fn the_room_is_used_where_there_is_one() {
    let scene = Scene::new().await;
    assert_eq!(posted(scene.perform(note(To::Room)).await).0, "CROOM");
    let without = job(note(To::Room), plain_incident());
    assert_eq!(posted(scene.deliverer.perform(&without).await).0, EMERGENCIES);
}

#[tokio::test]
async fn a_direct_message_goes_to_the_conversation_with_the_person() {
    let scene = Scene::new().await;
    for _ in 0..2 {
        assert_eq!(posted(scene.perform(note(To::Person("UANA".into()))).await).0, "DANA");
    }
    assert_eq!(scene.slack.calls("conversations.open").len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_and_nothing_is_said_twice() {
    for to in [To::Emergencies, To::Room, To::Person("UANA".into())] {
        let scene = Scene::new().await;
        scene.slack.next("chat.postMessage", Fault::Lose);
        let first = job(note(to), incident_with_room());
        let (wait, unknown, _) = later(scene.deliverer.perform(&first).await);
        assert!(unknown && wait.is_positive());
        let (channel, message) = posted(scene.deliverer.perform(&in_doubt(first)).await);
        let standing = &scene.slack.0.lock().unwrap().messages;
        assert_eq!(standing.len(), 1);
        assert_eq!((&standing[0]["channel"], &standing[0]["ts"]), (&json!(channel), &json!(message)));
    }
}

#[tokio::test]
async fn what_was_never_sent_is_sent_after_the_look_up() {
    let scene = Scene::new().await;
    scene.slack.0.lock().unwrap().messages = vec![
        json!({ "channel": EMERGENCIES, "ts": "990.1", "text": "no mark", "blocks": [{ "type": "unheard_of" }] }),
        json!({ "channel": EMERGENCIES, "ts": "991.1", "text": "another's",
            "metadata": { "event_type": "other_app", "event_payload": { "id": "store-3", "list": [1] } } }),
        json!({ "channel": EMERGENCIES, "ts": "992.1", "text": "another effect's",
            "metadata": { "event_type": "howler_effect", "event_payload": { "id": "store-31" } } }),
    ];
    posted(scene.deliverer.perform(&in_doubt(job(note(To::Emergencies), plain_incident()))).await);
    assert_eq!(scene.slack.calls("chat.postMessage").len(), 1);
    let looked = &scene.slack.calls("conversations.history")[0];
    assert_eq!(looked["oldest"], format!("{}.000000", DECLARED - 120));
    assert_eq!(looked["include_all_metadata"], "true");
}

#[tokio::test]
async fn nothing_is_sent_on_a_blind_spot() {
    for (fault, stays_open) in [
        (Fault::Limit(9), true),
        (Fault::named("internal_error"), true),
        (Fault::Status(503, ""), true),
        (Fault::named("missing_scope"), false),
    ] {
        let scene = Scene::new().await;
        scene.slack.next("conversations.history", fault);
        match scene.deliverer.perform(&in_doubt(job(note(To::Emergencies), plain_incident()))).await {
            Outcome::Later { unknown, .. } => assert!(unknown && stays_open),
            // As unknown as before.
            Outcome::Held { .. } => assert!(stays_open),
            Outcome::Failed { reason, .. } => assert!(!stays_open, "{reason}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(scene.slack.calls("chat.postMessage").len(), 0);
    }
}

#[tokio::test]
async fn a_failure_that_a_person_retries_is_looked_up_too() {
    let scene = Scene::new().await;
    let mut again = job(note(To::Emergencies), plain_incident());
    let failed = EffectState::Failed { reason: "no look-up".into(), unknown: true };
    again.effect.state = failed.retried(at(DECLARED));
    posted(scene.deliverer.perform(&again).await);
    assert_eq!(scene.slack.calls("conversations.history").len(), 1);
}

#[tokio::test]
async fn the_card_is_edited_where_it_stands_and_posted_anew_where_it_was_deleted() {
    let scene = Scene::new().await;
    let card = EffectKind::Card { place: CardPlace::Emergencies };
    let (_, anew) = posted(scene.deliverer.perform(&job(card.clone(), incident_with_card())).await);
    assert_ne!(anew, "999.000100");
    assert_eq!(
        scene.slack.methods(),
        ["usergroups.list", "chat.update", "conversations.list", "conversations.list", "chat.postMessage"]
    );

    let mut incident = incident_with_card();
    incident.posts[0].message = anew.as_str().into();
    incident.status = Status::Mitigating;
    assert_eq!(posted(scene.deliverer.perform(&job(card, incident)).await), (EMERGENCIES.into(), anew));
    let texts = scene.slack.texts(EMERGENCIES);
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("Mitigating"), "{texts:?}");
}

/// The declaration stands, and an effect of an earlier howler posted a card beside it, which was not saved.
#[tokio::test]
async fn a_card_that_an_earlier_howler_posted_beside_the_declaration_is_the_card() {
    let scene = Scene::new().await;
    let card = || EffectKind::Card { place: CardPlace::Emergencies };
    let (channel, beside) = posted(scene.deliverer.perform(&job(card(), plain_incident())).await);
    let declaration =
        Post { key: PostKey::DECLARATION, channel: EMERGENCIES.into(), message: "999.000100".into() };
    let declared = Incident { posts: vec![declaration.clone()], ..plain_incident() };
    let found = posted(scene.deliverer.perform(&in_doubt(job(card(), declared))).await);
    assert_eq!(found, (channel, beside.clone()), "found by its mark");
    let own = Post {
        key: PostKey::Card(CardPlace::Emergencies),
        message: beside.as_str().into(),
        ..declaration.clone()
    };
    let both = Incident { posts: vec![declaration, own], ..plain_incident() };
    let edited = posted(scene.deliverer.perform(&job(card(), both)).await);
    assert_eq!(edited.1, beside, "and it goes on being the card");
}

#[tokio::test]
async fn news_hang_from_the_card_and_are_found_there() {
    let scene = Scene::new().await;
    let card = EffectKind::Card { place: CardPlace::Emergencies };
    let (channel, root) = posted(scene.deliverer.perform(&job(card, plain_incident())).await);
    let post =
        Post { key: PostKey::DECLARATION, channel: channel.as_str().into(), message: root.as_str().into() };
    let incident = Incident { posts: vec![post], ..plain_incident() };
    let mut news = job(note(To::Emergencies), incident);
    news.effect.id = EffectId(9);
    news.mark = "store-9".into();
    scene.slack.next("chat.postMessage", Fault::Lose);
    assert!(later(scene.deliverer.perform(&news).await).1);
    let sent = scene.slack.calls("chat.postMessage").pop().unwrap();
    assert_eq!((&sent["thread_ts"], &sent["reply_broadcast"]), (&json!(root), &json!(false)));
    posted(scene.deliverer.perform(&in_doubt(news)).await);
    assert_eq!(scene.slack.calls("chat.postMessage").len(), 2, "the card and the news, each once");
}

#[tokio::test]
async fn a_card_whose_answer_was_lost_is_found_and_brought_up_to_date() {
    let scene = Scene::new().await;
    scene.slack.next("chat.postMessage", Fault::Lose);
    let card = EffectKind::Card { place: CardPlace::Room };
    assert!(later(scene.perform(card.clone()).await).1);
    let now = Incident { status: Status::Identified, ..incident_with_room() };
    posted(scene.deliverer.perform(&in_doubt(job(card, now))).await);
    let texts = scene.slack.texts("CROOM");
    assert_eq!(texts.len(), 1);
    assert!(texts[0].contains("Identified"), "{texts:?}");
}

#[tokio::test]
async fn an_edit_needs_its_message_and_never_posts_anew() {
    let answered = Settled {
        by: "UANA".into(),
        at: at(DECLARED + 60),
        how: Answered::Updated,
        rung: Rung::Channel,
        due: at(DECLARED),
    };
    let settle = EffectKind::Settle { seq: 2, to: To::Room, settled: answered };
    let amend = EffectKind::Amend { seq: 1, to: To::Emergencies };
    let scene = Scene::new().await;
    for (effect, reason) in
        [(&settle, "the reminder never went out"), (&amend, "the announcement never went out")]
    {
        assert_eq!(scene.perform(effect.clone()).await, Outcome::Dropped { reason: reason.into() });
    }
    let (_, message) = posted(scene.perform(note(To::Room)).await);
    for (ts, outcome) in [
        (message.as_str(), Outcome::Done(Receipt::Nothing)),
        ("1.1", Outcome::Dropped { reason: "the message was deleted in Slack".into() }),
    ] {
        let mut incident = incident_with_room();
        let EffectKind::Settle { seq, to, settled } = &settle else { unreachable!() };
        let key = settled.key(*seq, to);
        incident.posts.push(Post { key, channel: "CROOM".into(), message: ts.into() });
        assert_eq!(scene.deliverer.perform(&job(settle.clone(), incident)).await, outcome, "{ts}");
    }
    assert_eq!(scene.slack.calls("chat.postMessage").len(), 1);
    // Where a workspace lets messages be edited for a while only, an old reminder keeps buttons that do nothing any more.
    scene.slack.next("chat.update", Fault::named("edit_window_closed"));
    let mut incident = incident_with_room();
    let EffectKind::Settle { seq, to, settled } = &settle else { unreachable!() };
    incident.posts.push(Post {
        key: settled.key(*seq, to),
        channel: "CROOM".into(),
        message: message.as_str().into(),
    });
    let outcome = scene.deliverer.perform(&job(settle.clone(), incident)).await;
    assert!(matches!(&outcome, Outcome::Dropped { reason } if reason.contains("too old")), "{outcome:?}");
    assert_eq!(scene.slack.calls("chat.postMessage").len(), 1, "nothing is said twice");
}

#[tokio::test]
async fn a_pinned_message_is_read_as_people_saw_it() {
    let scene = Scene::new().await;
    scene.slack.0.lock().unwrap().messages = vec![
        json!({ "channel": "CROOM", "ts": "5.1", "user": "UANA", "text": "is <https://x.io|x.io> &lt;down&gt;?" }),
        json!({ "channel": "CROOM", "ts": "5.2", "thread_ts": "5.1", "user": "UIAN", "text": "yes" }),
        json!({ "channel": "CROOM", "ts": "5.3", "text": "", "attachments": [{ "fallback": "CPU at 100%" }] }),
    ];
    for (ts, read) in [
        ("5.1", Some((Some("UANA"), "is x.io <down>?"))),
        ("5.2", Some((Some("UIAN"), "yes"))),
        ("5.3", Some((None, "CPU at 100%"))),
        ("5.4", None),
    ] {
        let outcome =
            scene.perform(EffectKind::ReadMessage { channel: "CROOM".into(), message: ts.into() }).await;
        match (outcome, read) {
            (Outcome::Done(Receipt::Read { author, text }), Some((by, words))) => {
                assert_eq!((author.as_ref().map(|author| author.as_str()), text.as_str()), (by, words));
            }
            (Outcome::Dropped { reason }, None) => assert!(reason.contains("deleted")),
            (other, _) => panic!("{ts}: {other:?}"),
        }
    }
}
