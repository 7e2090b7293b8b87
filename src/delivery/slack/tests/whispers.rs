use super::*;
use domain::answer::Private;
use domain::request::ReplyPath;

fn whisper(reply: ReplyPath) -> EffectKind {
    let place = Place { channel: "CPLACE".into(), thread: Some("4.1".into()) };
    EffectKind::Whisper { to: "UANA".into(), place, reply, private: Box::new(Private::Help) }
}

#[tokio::test]
async fn an_answer_for_one_pair_of_eyes_stays_in_its_thread() {
    let scene = Scene::new().await;
    assert_eq!(scene.perform(whisper(ReplyPath::Ephemeral)).await, Outcome::Done(Receipt::Nothing));
    let sent = &scene.slack.calls("chat.postEphemeral")[0];
    assert_eq!((&sent["channel"], &sent["user"]), (&json!("CPLACE"), &json!("UANA")));
    assert_eq!(sent["thread_ts"], "4.1");
}

#[tokio::test]
async fn where_nothing_can_be_shown_there_is_the_direct_message() {
    for error in ["user_not_in_channel", "channel_not_found", "not_in_channel"] {
        let scene = Scene::new().await;
        scene.slack.next("chat.postEphemeral", Fault::named(error));
        assert_eq!(posted(scene.perform(whisper(ReplyPath::Ephemeral)).await).0, "DANA", "{error}");
        assert!(scene.slack.calls("conversations.join").is_empty(), "{error}");
    }
}

#[tokio::test]
async fn a_lost_direct_answer_is_not_given_twice() {
    let scene = Scene::new().await;
    let first = job(whisper(ReplyPath::Ephemeral), plain_incident());
    for _ in 0..2 {
        scene.slack.next("chat.postEphemeral", Fault::named("user_not_in_channel"));
    }
    scene.slack.next("chat.postMessage", Fault::Lose);
    assert!(later(scene.deliverer.perform(&first).await).1);
    posted(scene.deliverer.perform(&in_doubt(first)).await);
    assert_eq!(scene.slack.texts("DANA").len(), 1);
}

#[tokio::test]
async fn a_click_is_answered_at_its_address_without_the_token() {
    let scene = Scene::new().await;
    let address = format!("{}click", scene.slack.start().await);
    let reply = ReplyPath::ResponseUrl(address);
    assert_eq!(scene.perform(whisper(reply.clone())).await, Outcome::Done(Receipt::Nothing));
    let sent = &scene.slack.calls("click")[0];
    assert_eq!((&sent["response_type"], &sent["replace_original"]), (&json!("ephemeral"), &json!(false)));
    assert_eq!(scene.slack.0.lock().unwrap().tokens, [None]);

    scene.slack.next("click", Fault::Status(404, "expired_url"));
    assert_eq!(posted(scene.perform(whisper(reply.clone())).await).0, "DANA");
    scene.slack.next("click", Fault::named("used_url"));
    assert_eq!(posted(scene.perform(whisper(reply.clone())).await).0, "DANA");
    scene.slack.next("click", Fault::Lose);
    assert!(later(scene.perform(whisper(reply)).await).1);
}
