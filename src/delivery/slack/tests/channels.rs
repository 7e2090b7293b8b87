use super::*;
use config::Mentions;
use domain::alert::bound::PutOff;
use domain::alert::rules::Channel;
use domain::alert::signal::Source;
use domain::feature::{self, Notice};

const NAME: &str = "inc-7-event-stream-down";

fn open() -> EffectKind {
    EffectKind::OpenRoom { name: NAME.into() }
}

fn taken(name: &str, creator: &str, created: i64) -> serde_json::Value {
    json!({ "id": format!("C{}", name.to_uppercase()), "name": name, "creator": creator, "created": created })
}

#[track_caller]
fn opened(outcome: Outcome) -> Room {
    match outcome {
        Outcome::Done(Receipt::Room(room)) => room,
        other => panic!("no room: {other:?}"),
    }
}

#[tokio::test]
async fn somebody_elses_channel_is_left_alone_and_the_next_name_taken() {
    for other in [taken(NAME, "UANA", DECLARED), taken(NAME, "UHOWLER", DECLARED - 3_600)] {
        let scene = Scene::new().await;
        scene.slack.0.lock().unwrap().channels.push(other);
        assert_eq!(opened(scene.perform(open()).await).name, format!("{NAME}-2"));
    }
}

#[tokio::test]
async fn a_channel_whose_making_was_not_heard_of_is_howlers_own() {
    let scene = Scene::new().await;
    scene.slack.0.lock().unwrap().channels.push(taken(NAME, "UANA", 1));
    scene.slack.next("conversations.create", Fault::named("name_taken"));
    scene.slack.next("conversations.create", Fault::Lose);
    let first = job(open(), plain_incident());
    assert!(later(scene.deliverer.perform(&first).await).1);
    let room = opened(scene.deliverer.perform(&in_doubt(first)).await);
    assert_eq!(room.name, format!("{NAME}-2"));
    let channels = scene.slack.0.lock().unwrap().channels.len();
    assert_eq!(channels, 4);
}

#[tokio::test]
async fn nine_names_are_enough() {
    let scene = Scene::new().await;
    for number in 1..=9 {
        let name = if number == 1 { NAME.to_owned() } else { format!("{NAME}-{number}") };
        scene.slack.0.lock().unwrap().channels.push(taken(&name, "UANA", 1));
    }
    assert!(failed(scene.perform(open()).await).contains("exist already"));
    assert_eq!(scene.slack.calls("conversations.create").len(), 9);
}

#[tokio::test]
async fn howler_joins_where_it_is_not_in_the_channel() {
    let scene = Scene::new().await;
    scene.slack.next("chat.postMessage", Fault::named("not_in_channel"));
    posted(scene.perform(note(To::Emergencies)).await);
    assert_eq!(scene.slack.calls("conversations.join"), [json!({ "channel": EMERGENCIES })]);
    assert_eq!(scene.slack.texts(EMERGENCIES).len(), 1);
}

#[tokio::test]
async fn where_joining_is_refused_the_person_is_told_how_to_invite() {
    for (fault, words) in [
        (Fault::named("method_not_supported_for_channel_type"), "/invite @howler"),
        (Fault::Refuse(json!({ "error": "missing_scope", "needed": "channels:join" })), "channels:join"),
    ] {
        let scene = Scene::new().await;
        scene.slack.next("chat.postMessage", Fault::named("not_in_channel"));
        scene.slack.next("conversations.join", fault);
        let reason = failed(scene.perform(note(To::Emergencies)).await);
        assert!(reason.contains(words), "{reason}");
    }
}

#[tokio::test]
async fn a_missing_emergencies_channel_names_the_key_to_set() {
    let scene = Scene::new().await;
    scene.slack.0.lock().unwrap().channels.pop();
    let reason = failed(scene.perform(note(To::Emergencies)).await);
    assert_eq!(
        reason,
        "#monkeytown-emergencies does not exist, is archived, or howler cannot see it: create it, unarchive it, or set [channels] \
         emergencies in howler.toml"
    );
}

/// Twenty pages a minute, and the channel on the last of many: a limit must not send the search back to the first.
#[tokio::test]
async fn a_search_goes_on_from_where_a_limit_stopped_it() {
    let scene = Scene::new().await;
    for number in 0..3 {
        let name = format!("random-{number}");
        scene.slack.0.lock().unwrap().channels.insert(0, taken(&name, "UANA", 1));
    }
    scene.slack.answer("conversations.list", 3);
    scene.slack.next("conversations.list", Fault::Limit(30));
    let (wait, ..) = later(scene.perform(note(To::Emergencies)).await);
    assert_eq!(wait, SignedDuration::from_secs(30));
    scene.clock.advance(SignedDuration::from_secs(30));
    posted(scene.perform(note(To::Emergencies)).await);
    let cursors: Vec<_> =
        scene.slack.calls("conversations.list").iter().map(|call| call["cursor"].clone()).collect();
    assert_eq!(cursors, [json!(null), json!("1"), json!("2"), json!("3"), json!("3"), json!("4")]);
    // Slack forgets a place in a list after a while: the search begins anew.
    scene.deliverer.directory.forget_channel("#monkeytown-emergencies");
    scene.slack.answer("conversations.list", 1);
    scene.slack.next("conversations.list", Fault::Limit(30));
    later(scene.perform(note(To::Emergencies)).await);
    scene.clock.advance(SignedDuration::from_secs(30));
    scene.slack.next("conversations.list", Fault::named("invalid_cursor"));
    posted(scene.perform(note(To::Emergencies)).await);
}

#[tokio::test]
async fn a_channel_that_was_renamed_is_found_by_the_id_that_is_remembered() {
    let scene = Scene::new().await;
    let name = "#monkeytown-emergencies".to_owned();
    scene.deliverer.remember_channels([(&name, &EMERGENCIES.into())]);
    scene.slack.0.lock().unwrap().channels[1]["name"] = json!("fires");
    assert_eq!(posted(scene.perform(note(To::Emergencies)).await).0, EMERGENCIES);
    scene.slack.0.lock().unwrap().channels.pop();
    scene.deliverer.directory.forget_channel(&name);
    let reason = failed(scene.perform(note(To::Emergencies)).await);
    assert!(reason.contains("does not exist"), "what is gone is not posted to: {reason}");
}

#[tokio::test]
async fn where_private_channels_may_not_be_seen_the_missing_scope_is_no_fault() {
    let scene = Scene::new().await;
    scene.slack.0.lock().unwrap().channels.pop();
    scene.slack.answer("conversations.list", 1);
    scene.slack.next(
        "conversations.list",
        Fault::Refuse(json!({ "error": "missing_scope", "needed": "groups:read" })),
    );
    assert!(failed(scene.perform(note(To::Emergencies)).await).contains("howler cannot see it"));
    let types: Vec<_> =
        scene.slack.calls("conversations.list").iter().map(|call| call["types"].clone()).collect();
    assert_eq!(types, ["public_channel", "private_channel"]);
}

#[tokio::test]
async fn a_channel_that_moved_is_looked_up_anew() {
    let scene = Scene::new().await;
    posted(scene.perform(note(To::Emergencies)).await);
    scene.slack.0.lock().unwrap().channels[1]["id"] = json!("CNEWHOME");
    scene.slack.next("chat.postMessage", Fault::named("channel_not_found"));
    assert_eq!(posted(scene.perform(note(To::Emergencies)).await).0, "CNEWHOME");
}

#[tokio::test]
async fn a_channel_given_by_id_is_not_looked_up() {
    let mut config = Config::default();
    config.channels.emergencies = "C0EMERG".into();
    let scene = Scene::with(config).await;
    assert_eq!(posted(scene.perform(note(To::Emergencies)).await).0, "C0EMERG");
    assert_eq!(scene.slack.methods(), ["usergroups.list", "chat.postMessage"]);
}

#[tokio::test]
async fn topic_and_pin() {
    let scene = Scene::new().await;
    assert_eq!(scene.perform(EffectKind::Topic).await, Outcome::Done(Receipt::Nothing));
    assert_eq!(scene.slack.calls("conversations.setTopic")[0]["channel"], "CROOM");
    scene.slack.next("pins.add", Fault::named("already_pinned"));
    let pin = scene.deliverer.perform(&job(EffectKind::PinCard, incident_with_card())).await;
    assert_eq!(pin, Outcome::Done(Receipt::Nothing));
    assert_eq!(scene.slack.calls("pins.add"), [json!({ "channel": "CROOM", "timestamp": "999.000100" })]);
}

async fn invite(oncall: &str, faults: &[(&'static str, &str)]) -> (Scene, Outcome) {
    let mentions = Mentions { oncall: oncall.into(), ..Mentions::default() };
    let scene = Scene::with(Config { mentions, ..Config::default() }).await;
    for (method, error) in faults {
        scene.slack.next(method, Fault::named(error));
    }
    let invite = EffectKind::Invite { people: vec!["UIAN".into(), "UHOWLER".into()], oncall: true };
    let outcome = scene.perform(invite).await;
    (scene, outcome)
}

#[tokio::test]
async fn the_people_and_who_is_on_call_are_invited_without_howler() {
    for (oncall, users) in
        [("SONCALL", "UANA,UIAN"), ("UBEN", "UBEN,UIAN"), ("@monkeytown-oncall", "UIAN"), ("@SRE", "UIAN")]
    {
        let (scene, outcome) = invite(oncall, &[]).await;
        assert_eq!(outcome, Outcome::Done(Receipt::Nothing), "{oncall}");
        let sent = json!({ "channel": "CROOM", "users": users, "force": true });
        assert_eq!(scene.slack.calls("conversations.invite"), [sent], "{oncall}");
    }
}

#[tokio::test]
async fn one_person_who_cannot_come_keeps_nobody_out() {
    let invited = "conversations.invite";
    let (scene, outcome) = invite("UBEN", &[(invited, "user_not_found"), (invited, "user_not_found")]).await;
    let reason = failed(outcome);
    assert!(reason.starts_with("UBEN was not invited"), "{reason}");
    let users: Vec<_> = scene.slack.calls(invited).into_iter().map(|call| call["users"].clone()).collect();
    assert_eq!(users, ["UBEN,UIAN", "UBEN", "UIAN"]);

    for error in [
        "org_user_not_in_team",
        "app_cannot_join_channel",
        "user_is_restricted",
        "cant_invite",
        "user_disabled",
    ] {
        let (scene, outcome) = invite("UBEN", &[(invited, error), (invited, error)]).await;
        assert!(failed(outcome).starts_with("UBEN was not invited"), "{error}");
        let last = scene.slack.calls(invited).pop().unwrap();
        assert_eq!(last["users"], "UIAN", "{error}: the others come all the same");
    }

    let (_, outcome) =
        invite("UBEN", &[(invited, "already_in_channel"), (invited, "already_in_channel")]).await;
    assert_eq!(outcome, Outcome::Done(Receipt::Nothing));
    let (scene, outcome) = invite("UBEN", &[(invited, "is_archived")]).await;
    assert!(failed(outcome).contains("#inc-7-event-stream-down is archived"));
    assert_eq!(scene.slack.calls(invited).len(), 1);
}

#[tokio::test]
async fn a_group_that_cannot_be_read_keeps_nobody_out_either() {
    let (scene, outcome) = invite("SGONE", &[("usergroups.users.list", "no_such_subteam")]).await;
    assert!(failed(outcome).contains("[mentions] oncall"));
    assert_eq!(scene.slack.calls("conversations.invite")[0]["users"], "UIAN");
}

fn put_off(channel: Channel) -> EffectKind {
    let put_off = PutOff { since: at(0), last: at(1), deliveries: 3, wants: 9, told: at(0) };
    let notice = Notice::PutOff(Source::Grafana, Box::new(put_off), feature::Room::None);
    EffectKind::Notice { to: To::Source(channel), notice }
}

/// The channel of a rule or a source is not there, or howler may not enter it: what is to be told there comes to the on-call channel, else
/// to the emergencies channel, and says why.
#[tokio::test]
async fn what_cannot_be_told_in_the_channel_of_its_source_is_told_elsewhere() {
    let named = || Channel::Named("#nowhere".into());
    let missing = |name: &str| {
        format!(
            "#{name} does not exist, is archived, or howler cannot see it: create it, unarchive it, or set it in [channels] or the rule of howler.toml"
        )
    };
    // What is not there; whether there is an on-call channel, and whether howler may enter where it is told first.
    for (channel, oncall, enters, wanted, why) in [
        (named(), true, true, "CONCALL", missing("nowhere")),
        (Channel::Metrics, true, true, "CONCALL", missing("metrics")),
        (named(), false, true, EMERGENCIES, missing("nowhere")),
        (Channel::OnCall, false, true, EMERGENCIES, missing("on-call")),
        (Channel::Named("#secret".into()), true, false, "CONCALL", "/invite @howler".to_owned()),
    ] {
        let scene = Scene::new().await;
        let listed =
            |id: &str, name: &str| json!({ "id": id, "name": name, "creator": "UANA", "created": 1 });
        scene.slack.0.lock().unwrap().channels.push(listed("CSECRET", "secret"));
        if oncall {
            scene.slack.0.lock().unwrap().channels.push(listed("CONCALL", "on-call"));
        }
        if !enters {
            scene.slack.next("chat.postMessage", Fault::named("not_in_channel"));
            scene.slack.next("conversations.join", Fault::named("method_not_supported_for_channel_type"));
        }
        let Outcome::DoneBut(Receipt::Message { channel: there, .. }, aside) =
            scene.perform(put_off(channel.clone())).await
        else {
            panic!("{channel:?} is not told")
        };
        let elsewhere = aside.elsewhere.unwrap();
        assert!(there.as_str() == wanted && elsewhere.contains(&why), "{channel:?} {there} {elsewhere}");
        let texts = scene.slack.texts(wanted);
        assert!(texts[0].contains("This comes here because"), "{texts:?}");
    }
    // A limit, or Slack's own trouble, is no reason.
    let scene = Scene::new().await;
    scene.slack.next("conversations.list", Fault::Limit(30));
    later(scene.perform(put_off(named())).await);
    // Where nobody can be told anywhere, that stands on the board.
    let scene = Scene::new().await;
    scene.slack.0.lock().unwrap().channels.clear();
    assert!(failed(scene.perform(put_off(named())).await).contains("does not exist"));
}
