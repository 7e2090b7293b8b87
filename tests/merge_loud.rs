//! Nothing gets quieter by a merge, over the whole path: who is called, who is told, and what is asked first.

use fake::alerts::{Alert, Alertmanager};
use fake::phone::CallState;

use crate::harness::{EMERGENCIES, World};
use crate::hooks::{TOKEN, sends, world};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";
const ROOM_2: &str = "#inc-2-login-is-down";
const DOWN: &str = "/incident p1 Login is down";

fn plain(text: &str) -> String {
    text.replace('*', "")
}

fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} in {text}");
    }
}

/// The one message of an incident in the emergencies channel.
fn card(world: &World, incident: &str) -> String {
    plain(&world.channel(EMERGENCIES).last(&format!("{incident} · declared by")).everything())
}

fn pages(world: &World) -> usize {
    world.count("maya", "P1 page: INC-1")
}

/// INC-1 is a P3 that zoe has, and INC-2 a P1 that nobody has.
async fn mild_and_bad(world: &World) {
    world.person("zoe").types(EMERGENCIES, "/incident p3 Login slow").await;
    world.person("zoe").types(EMERGENCIES, "/incident 1 ack").await;
    world.forward(20).await;
    world.ian().types(EMERGENCIES, DOWN).await;
    world.forward(2).await;
}

#[tokio::test]
async fn a_p1_that_nobody_has_calls_on_for_the_p3_that_somebody_has() {
    let world = World::with_phones("twilio", ROSTER).await;
    world.slack.open_direct("maya").unwrap();
    let number = world.slack.command("maya", "@howler", "/oncall phone +4930901820").await.unwrap();
    assert!(number.body.contains("Nobody else sees your number"), "{}", number.body);
    mild_and_bad(&world).await;
    let before = world.phones().calls().len();
    let answer = plain(&world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await);
    holds(&answer, &["INC-1 is P1 Critical now, as this one was.", "Nobody has INC-1 yet."]);
    assert_eq!(pages(&world), 1);
    let page = plain(&world.channel("maya").last("P1 page: INC-1").everything());
    holds(&page, &["Login slow", "With it: INC-2 Login is down", "I'm on it"]);
    assert!(!page.contains("This came late"), "{page}");
    holds(&card(&world, "INC-1"), &["Not acknowledged yet"]);
    let calls = world.phones().calls();
    assert_eq!(calls.len(), before + 1, "{calls:#?}");
    let call = calls.last().unwrap();
    assert_eq!(call.state, CallState::Ringing);
    holds(
        &call.words.concat(),
        &["incident 1, severity P1: Login slow", "With it incident 2: Login is down"],
    );
    // The clock of the P1 counts on: 02:20 and 15 minutes.
    world.forward(13).await;
    assert_eq!(world.count(EMERGENCIES, "Nobody has acknowledged"), 1);
    world.person("zoe").types(EMERGENCIES, "/incident 1 ack").await;
    holds(&card(&world, "INC-1"), &["Acknowledged by"]);
    // One that a newer one overtook is over by itself.
    assert_eq!(world.phones().calls().last().unwrap().state, CallState::Canceled);
    let rung = world.phones().calls().len();
    world.forward(20).await;
    assert_eq!((world.phones().calls().len(), pages(&world)), (rung, 0), "she has it as it is now");
}

/// What is merged reads of it once, and in order.
#[tokio::test]
async fn a_merge_that_sets_somebody_aside_is_said_once_in_the_channel_of_the_part() {
    let world = World::with_config(ROSTER).await;
    world.person("zoe").types(EMERGENCIES, "/incident p2 Login slow").await;
    world.person("zoe").types(EMERGENCIES, "/incident 1 ack").await;
    world.ian().types(EMERGENCIES, DOWN).await;
    world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await;
    holds(&card(&world, "INC-1"), &["Severity: P1", "Not acknowledged yet"]);
    let said = world.channel(ROOM_2).texts().iter().map(|text| plain(text)).collect::<Vec<_>>();
    assert!(said.iter().all(|text| !text.contains("is a part of INC-1")), "{said:#?}");
    assert_eq!(said.iter().filter(|text| text.contains("MERGED INTO INC-1")).count(), 1, "once");
}

#[tokio::test]
async fn a_split_hangs_up_and_who_had_the_p3_has_it_again() {
    let world = World::with_phones("twilio", ROSTER).await;
    world.slack.open_direct("maya").unwrap();
    world.slack.command("maya", "@howler", "/oncall phone +4930901820").await.unwrap();
    mild_and_bad(&world).await;
    world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await;
    let calls = world.phones().calls();
    let answer = plain(&world.ian().types(EMERGENCIES, "/incident split 2").await);
    holds(&answer, &["INC-1 is back to P3 Medium"]);
    let ended = |sid: &str| world.phones().calls().into_iter().find(|call| call.sid == sid).unwrap().state;
    assert_eq!(ended(&calls.last().unwrap().sid), CallState::Canceled, "INC-1 rings nobody");
    holds(&card(&world, "INC-1"), &["Severity: P3", "Acknowledged by"]);
    let rings = world.phones().calls().into_iter().filter(|call| call.state == CallState::Ringing);
    let words: Vec<String> = rings.map(|call| call.words.concat()).collect();
    assert!(words.iter().all(|words| words.contains("incident 2")) && !words.is_empty(), "{words:?}");
}

#[tokio::test]
async fn those_at_work_on_it_hear_of_the_merge_and_of_the_end_of_the_whole() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p2 Event stream down").await;
    world.forward(3).await;
    world.person("zoe").types(EMERGENCIES, "/incident p2 Login is down").await;
    world.person("kofi").types(EMERGENCIES, "/incident 2 take").await;
    world.person("zoe").types(EMERGENCIES, "/incident 2 merge into 1").await;
    let told = plain(&world.channel("kofi").last("Merged into INC-1").everything());
    holds(
        &told,
        &["INC-2 Login is down", "INC-1 Event stream down leads from now on", "I'm on it", "Show INC-1"],
    );
    assert_eq!(world.count("zoe", "Merged into INC-1"), 0, "who did it knows");
    world.ian().types(EMERGENCIES, "/incident 1 resolve A bad release").await;
    let over = plain(&world.channel(ROOM_2).last("is a part of").everything());
    holds(&over, &["INC-1 Event stream down, which INC-2 is a part of, was resolved by"]);
    holds(&card(&world, "INC-2"), &["MERGED INTO INC-1", "INC-1 was resolved by"]);
    world.ian().types(EMERGENCIES, "/incident 1 reopen").await;
    holds(&plain(&world.channel(ROOM_2).last("is a part of").text), &["is open again."]);
    assert!(!card(&world, "INC-2").contains("was resolved"), "{}", card(&world, "INC-2"));
    world.ian().types(EMERGENCIES, "/incident 1 cancel It was a test").await;
    holds(&plain(&world.channel(ROOM_2).last("is a part of").text), &["was cancelled as no incident by"]);
    // Somebody has it, so nobody is called, and nothing is asked.
    world.ian().types(EMERGENCIES, "/incident 2 split").await;
    holds(&plain(&world.channel("kofi").last("On its own again").everything()), &["INC-2 Login is down"]);
    let refused = plain(&world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await);
    holds(&refused, &["INC-1 was cancelled as no incident at"]);
    assert!(!refused.contains("resolved"), "{refused}");
    let refused = plain(&world.ian().types(EMERGENCIES, "/incident 1 update still here").await);
    holds(&refused, &["INC-1 was cancelled already, as no incident"]);
}

#[tokio::test]
async fn what_was_said_of_a_merge_is_quoted_as_it_was_said() {
    let world = World::with_config(ROSTER).await;
    world.person("zoe").types(EMERGENCIES, "/incident p3 Login slow").await;
    world.ian().types(EMERGENCIES, DOWN).await;
    world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await;
    let said = plain(&world.channel(ROOM_2).last("MERGED INTO INC-1").text);
    holds(&said, &["Everything goes on in INC-1's channel, which I'm making now."]);
    world.ian().types(EMERGENCIES, "/incident 1 rename The proxy is down").await;
    world.ian().types(EMERGENCIES, "/incident split 2").await;
    let quoted = plain(&world.channel(ROOM_2).last("merge was taken back").text);
    holds(
        &quoted,
        &["INC-1 Login slow leads both.", "INC-1's channel, which I'm making now.", "INC-2, merged by"],
    );
    assert!(!quoted.contains("The proxy"), "{quoted}");
}

#[tokio::test]
async fn what_is_worse_does_not_end_as_a_double_without_a_question() {
    let world = World::with_config(ROSTER).await;
    mild_and_bad(&world).await;
    let zoe = world.person("zoe");
    let asked = plain(&zoe.types(EMERGENCIES, "/incident 2 dup of 1").await);
    holds(&asked, &["INC-2 is worse than INC-1, which is P3 Medium", "Nothing changed yet", "Merge INC-2"]);
    assert!(card(&world, "INC-2").contains("INCIDENT DECLARED"));
    zoe.clicks(EMERGENCIES, "cancel").await;
    holds(&card(&world, "INC-2"), &["INCIDENT CANCELLED", "The same as INC-1"]);
    zoe.types(EMERGENCIES, "/incident 2 reopen").await;
    zoe.types(EMERGENCIES, "/incident 2 dup of 1").await;
    zoe.clicks(EMERGENCIES, "merge").await;
    holds(&card(&world, "INC-2"), &["MERGED INTO INC-1"]);
    // As bad as the other one, it ends; and the other one is called for.
    world.ian().types(EMERGENCIES, "/incident anyway p1 Logins fail").await;
    world.ian().types(EMERGENCIES, "/incident 3 dup of 2").await;
    holds(&card(&world, "INC-3"), &["INCIDENT CANCELLED"]);
    // What is over is told of nobody: people are called for this one.
    zoe.types(EMERGENCIES, "/incident 1 resolve It was the proxy").await;
    world.ian().types(EMERGENCIES, "/incident anyway p1 Logins fail again").await;
    let asked = plain(&world.ian().types(EMERGENCIES, "/incident 4 dup of 2").await);
    holds(&asked, &["INC-2 is over. People are called for INC-4", "Reopen INC-1"]);
    world.ian().types(EMERGENCIES, "/incident anyway p3 Logins are slow").await;
    world.ian().types(EMERGENCIES, "/incident 5 dup of 1").await;
    holds(&card(&world, "INC-5"), &["INCIDENT CANCELLED"]);
}

#[tokio::test]
async fn what_is_over_calls_nobody_by_a_split_that_did_not_say_so() {
    let world = World::with_config(ROSTER).await;
    world.person("zoe").types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.ian().types(EMERGENCIES, DOWN).await;
    world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await;
    world.maya().types(EMERGENCIES, "/incident 1 resolve A bad release").await;
    let called = world.count("maya", "INC-2 Login is down");
    let answer = plain(&world.ian().types(EMERGENCIES, "/incident split 2").await);
    holds(
        &answer,
        &["INC-1 is over. On its own INC-2 is open again as P1 Critical, nobody has it", "called at once"],
    );
    holds(&card(&world, "INC-2"), &["MERGED INTO INC-1"]);
    assert_eq!(world.count("maya", "INC-2 Login is down"), called);
    world.ian().clicks(EMERGENCIES, "split").await;
    holds(&card(&world, "INC-2"), &["INCIDENT DECLARED", "Not acknowledged yet"]);
    assert!(world.channel("maya").last("P1 page").text.contains("INC-2"), "it said so");
}

/// Alertmanager says so, and it is saved.
async fn says(world: &World, alerts: &[Alert]) {
    let status = sends(world, &Alertmanager { token: TOKEN.into() }.group(alerts)).await;
    assert_eq!(status / 100, 2, "{status}");
    world.settle().await;
}

fn alert(world: &World, name: &str, instance: &str) -> Alert {
    Alert::new(name, "critical", instance, world.clock.now())
}

#[tokio::test]
async fn the_commander_of_the_whole_is_asked_once_the_alerts_of_a_part_are_over() {
    let world = world(ROSTER).await;
    world.person("zoe").types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.person("zoe").types(EMERGENCIES, "/incident 1 take").await;
    let first = alert(&world, "Down", "db-1");
    says(&world, std::slice::from_ref(&first)).await;
    world.person("zoe").types(EMERGENCIES, "/incident 2 merge into 1").await;
    says(&world, &[first.clone().resolved(world.clock.now())]).await;
    holds(&plain(&world.channel("zoe").last("It looks over").text), &["INC-1", "You're in command"]);
    world.forward(60).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT RESOLVED"), 0, "and ended by nobody else");
}

/// What the whole keeps for a part tells where an alert belongs, and not what the part had when it was merged.
#[tokio::test]
async fn what_came_to_a_part_after_the_merge_draws_the_next_one_to_it() {
    let rule = |name: &str, channel: &str| {
        format!("[[alerts.rule]]\nlabel = {{ alertname = \"{name}\" }}\nchannel = \"{channel}\"\n")
    };
    let rules = format!("{}{}", rule("Slow", "#deployments"), rule("Disk", "#on-call"));
    let world = world(&format!("{ROSTER}{rules}")).await;
    says(&world, &[alert(&world, "Down", "db-1")]).await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.ian().types(EMERGENCIES, "/incident 1 merge into 2").await;
    for (name, number) in [("Slow", 2), ("Disk", 3)] {
        world.forward(8).await;
        says(&world, &[alert(&world, name, "db-1")]).await;
        holds(&card(&world, "INC-2"), &[&format!("A-{number} {name} on db-1")]);
    }
    assert_eq!(world.count(EMERGENCIES, "declared by howler"), 1);
}

/// Nobody was to have it while it belonged to an incident.
#[tokio::test]
async fn what_is_taken_out_of_an_incident_was_not_late() {
    let world = world(ROSTER).await;
    let slow = Alert::new("Slow", "error", "db-1", world.clock.now());
    says(&world, std::slice::from_ref(&slow)).await;
    world.ian().types(EMERGENCIES, "/incident p3 Search slow").await;
    holds(
        &plain(&world.ian().types(EMERGENCIES, "/alerts attach A-1 to 1").await),
        &["A-1 belongs to INC-1"],
    );
    world.forward(90).await;
    world.ian().types(EMERGENCIES, "/alerts detach A-1").await;
    world.forward(1).await;
    let told = plain(&world.channel("#metrics").last("The response time of P2 is over").text);
    assert!(!told.contains("late"), "{told}");
}

#[tokio::test]
async fn what_ended_while_the_incident_was_over_fires_no_more_at_its_reopening() {
    let world = world(ROSTER).await;
    let (first, second) = (alert(&world, "Down", "db-1"), alert(&world, "Slow", "api-2"));
    says(&world, std::slice::from_ref(&first)).await;
    world.ian().types(EMERGENCIES, "/incident p3 Search slow").await;
    says(&world, std::slice::from_ref(&second)).await;
    holds(&card(&world, "INC-1"), &["Alerts: A-1 Down on db-1; A-2 Slow on api-2"]);
    world.ian().types(EMERGENCIES, "/incident 1 resolve A full disk").await;
    says(&world, &[first.resolved(world.clock.now()), second.resolved(world.clock.now())]).await;
    world.ian().types(EMERGENCIES, "/incident 1 reopen").await;
    holds(&card(&world, "INC-1"), &["none fires since"]);
    let timeline = plain(&world.ian().types(EMERGENCIES, "/incident timeline 1").await);
    holds(&timeline, &["Meanwhile its alerts changed. In all 2, and none fires any more."]);
    assert_eq!(world.count("ian", "It looks over"), 0, "somebody has just opened it");
}

#[tokio::test]
async fn the_home_tab_names_what_is_merged() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p2 Event stream down").await;
    world.ian().types(EMERGENCIES, DOWN).await;
    world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await;
    world.slack.open_home("zoe").await.unwrap().expect("howler is told");
    let home = || world.slack.look(|slack| slack.homes.get("U0ZOE").map(|home| home.view.to_string()));
    crate::harness::process::until(|| home().is_some_and(|home| home.contains("(with INC-2)"))).await;
    holds(
        &plain(&world.ian().types(EMERGENCIES, "/incident list").await),
        &["Event stream down (with INC-2)"],
    );
}
