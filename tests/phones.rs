//! Pages by phone, through the fakes of Twilio and PagerDuty: every way in which a phone answers, or does not.

use fake::phone::{Call, CallState, Fault};

use crate::harness::{EMERGENCIES, World};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";
const MAYA: &str = "+4930901820";
const KOFI: &str = "+233302123456";

async fn world() -> World {
    let world = World::with_phones("twilio", ROSTER).await;
    number(&world, "maya", MAYA).await;
    number(&world, "kofi", KOFI).await;
    world
}

async fn number(world: &World, name: &'static str, number: &str) {
    world.slack.open_direct(name).unwrap();
    let said = world.slack.command(name, "@howler", &format!("/oncall phone {number}")).await.unwrap();
    assert!(said.body.contains("Nobody else sees your number"), "{}", said.body);
    world.settle().await;
}

async fn p1(world: &World) {
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
}

fn only(world: &World) -> Call {
    let mut calls = world.phones().calls();
    assert_eq!(calls.len(), 1, "{calls:#?}");
    calls.remove(0)
}

fn acknowledged(world: &World) -> bool {
    world.count(EMERGENCIES, "Acknowledged by") == 1
}

#[tokio::test]
async fn a_p1_rings_the_on_call_and_a_key_answers_it_everywhere() {
    let world = world().await;
    p1(&world).await;
    let call = only(&world);
    assert_eq!((call.to.as_str(), call.state), (MAYA, CallState::Ringing));
    assert!(call.words.concat().contains("Event stream down"), "{call:?}");
    world.phones().pick_up(&call.sid).unwrap();
    assert_eq!(world.phones().press(&call.sid, '7').await, Ok(200), "a key that means nothing");
    assert!(!acknowledged(&world));
    assert_eq!(world.phones().press(&call.sid, '1').await, Ok(200));
    world.settle().await;
    assert!(acknowledged(&world));
    assert!(only(&world).words.concat().contains("You're on it"), "{:?}", only(&world));
    assert!(!only(&world).cut, "the call speaks to its end");
    assert_eq!(world.count("maya", "Work on it in"), 1);
    assert_eq!(world.count("#on-call", "No need to respond"), 1);
    world.forward(20).await;
    assert_eq!(world.phones().calls().len(), 1, "nobody is called any more");
}

#[tokio::test]
async fn what_rings_stops_when_somebody_answers_in_slack() {
    let world = world().await;
    p1(&world).await;
    let at = world.clock.now();
    world.person("kofi").types(EMERGENCIES, "/incident 1 ack").await;
    assert_eq!(only(&world).state, CallState::Canceled);
    assert_eq!(world.clock.now(), at, "within a second: no time passed at all");
}

#[tokio::test]
async fn after_five_minutes_it_rings_again_and_at_the_backup() {
    let world = world().await;
    p1(&world).await;
    world.forward(5).await;
    let to: Vec<_> = world.phones().calls().into_iter().map(|call| call.to).collect();
    assert_eq!(to, [MAYA, MAYA, KOFI]);
}

#[tokio::test]
async fn a_call_that_reaches_nobody_is_followed_by_a_text_once() {
    let world = world().await;
    p1(&world).await;
    let call = only(&world);
    assert_eq!(world.phones().no_answer(&call.sid).await, Ok(200));
    world.settle().await;
    assert_eq!(world.phones().tell_again(&call.sid).await, Ok(200), "the same callback, come again");
    world.settle().await;
    let texts = world.phones().texts();
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(texts[0].to == MAYA && texts[0].body.contains("Event stream down"), "{texts:#?}");
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
    assert!(timeline.contains("did not answer the call"), "{timeline}");
}

#[tokio::test]
async fn a_text_says_how_to_answer_it_and_a_no_takes_nothing() {
    let world = world().await;
    p1(&world).await;
    world.phones().no_answer(&only(&world).sid).await.unwrap();
    world.settle().await;
    let text = world.phones().texts().remove(0);
    assert!(text.body.ends_with("To take it, answer OK, or press I'm on it in Slack."), "{text:?}");
    let webhook = "https://howler.test/phone/twilio/sms";
    let (status, said) = world.phones().answer_text(webhook, &text, "no, I can't").await.unwrap();
    assert_eq!(status, 200);
    assert!(said.contains("still looking for someone") && said.contains("answer OK"), "{said}");
    world.settle().await;
    assert!(!acknowledged(&world));
    let (_, said) = world.phones().answer_text(webhook, &text, "OK").await.unwrap();
    assert!(said.contains("re on it. Thank you."), "{said}");
    world.settle().await;
    assert!(acknowledged(&world));
}

#[tokio::test]
async fn a_call_that_ends_after_the_answer_brings_no_text() {
    let world = world().await;
    p1(&world).await;
    let call = only(&world);
    world.phones().pick_up(&call.sid).unwrap();
    world.phones().press(&call.sid, '1').await.unwrap();
    world.settle().await;
    // Acknowledged, so howler hung up already; what Twilio says of it brings nothing.
    let _ = world.phones().hang_up_phone(&call.sid).await;
    world.settle().await;
    assert!(world.phones().texts().is_empty());
}

#[tokio::test]
async fn a_page_without_an_incident_rings_too() {
    let world = world().await;
    world.ian().types(EMERGENCIES, "/oncall page @kofi The release waits for you").await;
    let call = only(&world);
    assert_eq!(call.to, KOFI);
    assert!(call.words.concat().contains("The release waits for you"), "{call:?}");
    world.phones().pick_up(&call.sid).unwrap();
    world.phones().press(&call.sid, '1').await.unwrap();
    world.settle().await;
    assert_eq!(world.count("kofi", "is on it"), 1);
    world.forward(20).await;
    assert_eq!(world.phones().calls().len(), 1);
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_looked_up_and_not_placed_twice() {
    let mut world = world().await;
    world.phones().faults().arm(Fault::LoseAnswer, 1);
    p1(&world).await;
    world.forward(1).await;
    assert_eq!(world.phones().calls().len(), 1, "{:#?}", world.phones().calls());
    world.crash().await;
    world.start_howler().await;
    world.settle().await;
    assert_eq!(world.phones().calls().len(), 1, "nor after a crash");
}

#[tokio::test]
async fn without_a_number_the_page_says_so_and_slack_is_used() {
    let world = World::with_phones("twilio", ROSTER).await;
    p1(&world).await;
    assert!(world.phones().calls().is_empty());
    assert_eq!(world.count("#on-call", "No phone number for"), 1);
}

#[tokio::test]
async fn a_number_is_told_in_private_only_and_shown_nowhere() {
    let world = world().await;
    let refused = world.ian().types(EMERGENCIES, "/oncall phone +14155550123").await;
    assert!(refused.contains("me your number by direct message"), "{refused}");
    p1(&world).await;
    let everything = world.slack.look(|world| serde_json::to_string(world).unwrap());
    for number in [MAYA, KOFI, "30901820"] {
        assert!(!everything.contains(number), "{number} stands somewhere in Slack");
    }
}

#[tokio::test]
async fn a_number_is_set_and_taken_away_without_oncall_before_it() {
    let world = World::with_phones("twilio", ROSTER).await;
    let maya = world.maya();
    world.slack.open_direct("maya").unwrap();
    maya.says("@howler", "phone +49 30 901820").await;
    let told = maya.whisper("maya").unwrap().text;
    assert!(told.contains("Nobody else sees your number"), "{told}");
    maya.says("@howler", "phone off").await;
    let told = maya.whisper("maya").unwrap().text;
    assert!(told.contains("Pages reach you in Slack only"), "{told}");
    let refused = maya.types(EMERGENCIES, "/incident phone off").await;
    assert!(refused.contains("me your number by direct message"), "{refused}");
    // A number without its country is no number; and what only begins with the word still answers a page.
    maya.says("@howler", "phone 030 901820").await;
    let told = maya.whisper("maya").unwrap().text;
    assert!(told.contains("not an international phone number"), "{told}");
    p1(&world).await;
    maya.says("@howler", "phone died, I am on it").await;
    assert_eq!(world.count(EMERGENCIES, "Acknowledged by <@U0MAYA>"), 1);
}

#[tokio::test]
async fn pagerduty_alerts_and_its_people_acknowledge() {
    let world = World::with_phones("pagerduty", ROSTER).await;
    p1(&world).await;
    let alerts = world.phones().alerts();
    assert_eq!(alerts.len(), 1, "one alert, however many steps: {alerts:#?}");
    let address = "https://howler.test/phone/pagerduty";
    let key = alerts[0].key.clone();
    let told = world.phones().acknowledge_at_pagerduty(address, &key, "Maya Lindqvist").await;
    assert_eq!(told, Ok(202));
    world.settle().await;
    assert_eq!(world.count(EMERGENCIES, "Maya Lindqvist at PagerDuty"), 1);
}

#[tokio::test]
async fn every_step_rings_at_pagerduty_and_one_answer_ends_them_all() {
    let world = World::with_phones("pagerduty", ROSTER).await;
    p1(&world).await;
    world.forward(5).await;
    let alerts = world.phones().alerts();
    assert!(alerts.len() == 2 && alerts[0].triggers == 1, "a key of its own rings again: {alerts:#?}");
    world.person("kofi").types(EMERGENCIES, "/incident 1 ack").await;
    assert!(world.phones().alerts().iter().all(|alert| alert.state == "acknowledged"));
}

#[tokio::test]
async fn a_resolve_at_pagerduty_leaves_a_trace_and_a_person_who_does_it_has_it() {
    let address = "https://howler.test/phone/pagerduty";
    for (who, has_it) in [(Some("Maya Lindqvist"), true), (None, false)] {
        let world = World::with_phones("pagerduty", ROSTER).await;
        p1(&world).await;
        let key = world.phones().alerts()[0].key.clone();
        assert_eq!(world.phones().resolve_at_pagerduty(address, &key, who).await, Ok(202));
        world.settle().await;
        let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await;
        assert!(timeline.contains("Resolved the alert in PagerDuty"), "{timeline}");
        assert_eq!(acknowledged(&world), has_it, "{who:?}");
        assert_eq!(world.count(EMERGENCIES, "INCIDENT RESOLVED"), 0, "the incident goes on");
    }
}

#[tokio::test]
async fn a_test_call_rings_the_asker_once_and_its_result_is_kept() {
    let world = world().await;
    let maya = world.maya();
    let told = maya.types(EMERGENCIES, "/oncall ring me").await;
    assert!(told.contains("ringing your phone now"), "{told}");
    let call = only(&world);
    assert!(call.to == MAYA && call.words.concat().contains("test call"), "{call:?}");
    world.phones().pick_up(&call.sid).unwrap();
    world.phones().press(&call.sid, '1').await.unwrap();
    world.settle().await;
    assert!(only(&world).words.concat().contains("Your phone works"), "{:?}", only(&world));
    assert_eq!(world.count("#on-call", "page"), 0, "nobody is paged by it");
    // Whoever does not hear it is told so in the brief of the next hand-over.
    world.person("kofi").types(EMERGENCIES, "/oncall ring me").await;
    let call = world.phones().calls().pop().unwrap();
    world.phones().no_answer(&call.sid).await.unwrap();
    world.settle().await;
    world.ian().types(EMERGENCIES, "/oncall handoff @zoe").await;
    world.ian().clicks(EMERGENCIES, "confirm").await;
    let brief = world.channel("zoe").last("You are on call").text.clone();
    assert!(
        brief.contains("<@U0KOFI> missed the last test call")
            && !brief.contains("<@U0MAYA> missed the last test call"),
        "{brief}"
    );
    let refused = world.ian().types(EMERGENCIES, "/oncall ring me").await;
    assert!(refused.contains("no phone number for you"), "{refused}");
}

#[tokio::test]
async fn a_number_that_does_not_work_brings_the_next_step_in_seconds() {
    let world = world().await;
    world.phones().faults().refuse(MAYA, 21211);
    let at = world.clock.now();
    p1(&world).await;
    let to: Vec<_> = world.phones().calls().into_iter().map(|call| call.to).collect();
    assert_eq!((to, world.clock.now()), (vec![KOFI.to_owned()], at));
    assert_eq!(world.count("#on-call", "<@U0MAYA> can't be called: their phone number doesn't work"), 1);
    let who = world.ian().types(EMERGENCIES, "/oncall who").await;
    assert!(who.contains("<@U0MAYA> can't be called"), "{who}");
    number(&world, "maya", MAYA).await;
    let who = world.ian().types(EMERGENCIES, "/oncall who").await;
    assert!(!who.contains("can't be called"), "a new number is not known to fail: {who}");
}
