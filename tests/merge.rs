//! Two incidents that are one, over the whole path: what people type and press, and what Slack shows of both.

use fake::alerts::{Alert, Alertmanager};
use jiff::SignedDuration;

use crate::harness::{EMERGENCIES, ROOM, World};
use crate::hooks::{TOKEN, sends, world};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";
const ROOM_2: &str = "#inc-2-login-fails";

fn plain(text: &str) -> String {
    text.replace('*', "")
}

/// INC-1 and INC-2, each with a channel of its own.
async fn two() -> World {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p2 Event stream down").await;
    world.forward(3).await;
    world.person("zoe").types(EMERGENCIES, "/incident p2 Login fails").await;
    world
}

/// The one message of an incident in the emergencies channel.
fn card(world: &World, incident: &str) -> String {
    let footer = format!("{incident} · declared by");
    plain(&world.channel(EMERGENCIES).last(&footer).everything())
}

async fn timeline(world: &World, incident: u32) -> String {
    plain(&world.ian().types(EMERGENCIES, &format!("/incident timeline {incident}")).await)
}

fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn two_become_one_and_two_again() {
    let mut world = two().await;
    world.person("zoe").types(ROOM_2, "/incident note The gate answers 502").await;
    world.forward(2).await;
    let answer = plain(&world.person("zoe").types(ROOM_2, "/incident merge into 1").await);
    holds(&answer, &["INC-2", "merged into INC-1 Event stream down", "/incident split 2"]);
    holds(
        &card(&world, "INC-2"),
        &[
            "MERGED INTO INC-1: Login fails",
            "INC-1 Event stream down leads both",
            "Everything goes on in",
            "C0",
        ],
    );
    holds(
        &plain(&world.channel(ROOM_2).last("MERGED INTO INC-1").everything()),
        &["Show INC-1", "Open the channel"],
    );
    assert!(world.channel(ROOM_2).topic.contains("merged into INC-1"), "{}", world.channel(ROOM_2).topic);
    holds(&plain(&world.channel(ROOM).last("merged INC-2 into it").text), &["Login fails"]);
    holds(&card(&world, "INC-1"), &["Merged into it: INC-2 Login fails"]);
    assert!(
        world.channel(ROOM).members.contains(&"U0ZOE".to_owned()),
        "who works on the other one comes along"
    );
    let both = timeline(&world, 1).await;
    let order = [
        "declared P2 High: Event stream down",
        "INC-2 · ",
        "Login fails",
        "The gate answers 502",
        "merged INC-2",
    ];
    let places: Vec<_> =
        order.iter().map(|part| both.find(part).unwrap_or_else(|| panic!("{part} in {both}"))).collect();
    assert!(places.is_sorted(), "{both}");

    // Nothing is asked for under its number any more, after a crash as before.
    world.crash().await;
    world.start_howler().await;
    let listed = plain(&world.ian().types(EMERGENCIES, "/incident list").await);
    assert!(listed.contains("1 incident is open") && !listed.contains("INC-2 P2"), "{listed}");
    holds(
        &plain(&world.ian().types(EMERGENCIES, "/incident show 2").await),
        &["merged into INC-1", "Now: INC-1 P2"],
    );
    holds(
        &plain(&world.ian().types(EMERGENCIES, "/incident find login").await),
        &["INC-2 P2 Login fails · merged into INC-1"],
    );
    world.forward(60).await;
    let asked = world.channel(ROOM_2).texts().iter().filter(|text| text.contains("Update due:")).count();
    assert_eq!(asked, 0, "its clocks rest: {:#?}", world.channel(ROOM_2).texts());

    let answer = plain(&world.ian().types(ROOM, "/incident split 2").await);
    holds(&answer, &["INC-2", "on its own again, no longer a part of INC-1"]);
    holds(&card(&world, "INC-2"), &["INCIDENT DECLARED: Login fails", "Post update"]);
    assert!(!card(&world, "INC-1").contains("Merged into it"));
    holds(&plain(&world.channel(ROOM_2).last("merge was taken back").text), &["MERGED INTO INC-1"]);
    world.forward(29).await;
    assert_eq!(world.count(ROOM_2, "Update due:"), 0);
    world.forward(2).await;
    assert!(
        world.count(ROOM_2, "Update due:") > 0,
        "its promise counts from the split: {:#?}",
        world.channel(ROOM_2).texts()
    );
}

#[tokio::test]
async fn what_is_asked_for_a_part_is_offered_for_the_whole() {
    let world = two().await;
    world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await;
    let ian = world.ian();
    let answer = plain(&ian.types(ROOM_2, "/incident update Restarted the stream").await);
    holds(&answer, &["INC-2 is merged into INC-1, which leads both.", "Nothing changed yet"]);
    ian.clicks(ROOM_2, "update").await;
    assert_eq!(world.count(ROOM, "Restarted the stream"), 1);
    assert_eq!(world.count(ROOM_2, "Restarted the stream"), 0);
    // A note stands where it was written, and on the timeline of both.
    ian.types(ROOM_2, "/incident note Somebody still looks here").await;
    holds(&timeline(&world, 1).await, &["INC-2 · 02:03"].map(|_| "Somebody still looks here"));
    let answer = plain(&ian.types(ROOM_2, "/incident reopen").await);
    holds(&answer, &["INC-2 is merged into INC-1"]);
    ian.clicks(ROOM_2, "split").await;
    holds(&card(&world, "INC-2"), &["INCIDENT DECLARED"]);
    holds(&plain(&ian.types(EMERGENCIES, "/incident 2 split").await), &["INC-2 is merged into nothing."]);
    // Undone is the last that happened, and that is named by either number.
    ian.types(EMERGENCIES, "/incident 2 merge into 1").await;
    ian.types(ROOM, "/incident undo").await;
    holds(&card(&world, "INC-2"), &["INCIDENT DECLARED"]);
    ian.types(EMERGENCIES, "/incident 1 resolve A bad release").await;
    holds(
        &plain(&ian.types(EMERGENCIES, "/incident 2 merge into 1").await),
        &["INC-1 is resolved since", "1 reopen"],
    );
}

#[tokio::test]
async fn a_p1_that_is_merged_into_a_p3_keeps_calling_until_somebody_has_it() {
    let world = World::with_config(ROSTER).await;
    world.ian().types(EMERGENCIES, "/incident p3 Login slow").await;
    world.forward(20).await;
    world.ian().types(EMERGENCIES, "/incident p1 Login is down").await;
    world.forward(2).await;
    assert_eq!(world.count("maya", "P1 page"), 1);
    let answer = plain(&world.person("zoe").types(EMERGENCIES, "/incident 2 merge into 1").await);
    holds(&answer, &["INC-1 is P1 Critical now, as this one was.", "Nobody has INC-1 yet."]);
    assert_eq!(world.count("maya", "P1 page"), 1 + 1 - 1, "the old page says where it goes on");
    let pages = world.channel("maya");
    assert!(
        pages.texts().iter().any(|text| plain(text).contains("merged into INC-1. Nobody had that yet")),
        "{:#?}",
        pages.texts()
    );
    assert!(pages.last("P1 page").everything().contains("INC-1"), "{:#?}", pages.texts());
    holds(&card(&world, "INC-1"), &["P1 Critical"]);
    // The channel that it got with that is told to those who look at the other one's.
    let room = "#inc-2-login-is-down";
    holds(&plain(&world.channel(room).last("is a part of INC-1").everything()), &["Everything goes on in"]);
    // 02:20 and 15 minutes: the response time of the one that was merged.
    world.forward(12).await;
    assert_eq!(world.count(EMERGENCIES, "Nobody has acknowledged"), 0);
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "Nobody has acknowledged"), 1);
    // The button on the page of the one that is merged takes the whole.
    let old = pages
        .said()
        .into_iter()
        .find(|message| message.text.contains("Nobody had that yet"))
        .unwrap()
        .clone();
    world.maya().clicks_on("@howler", &old.ts, "ack").await;
    holds(&card(&world, "INC-1"), &["Acknowledged by"]);
    let old = world.channel("maya").messages.into_iter().find(|message| message.ts == old.ts).unwrap();
    holds(&plain(&old.text), &["merged into INC-1, which <@U0MAYA> has. No need to respond."]);
    assert_eq!(old.buttons(), [""; 0]);
    world.ian().types(EMERGENCIES, "/incident 1 rename The proxy is down").await;
    holds(&card(&world, "INC-2"), &["INC-1 The proxy is down leads both."]);
    let before = world.count("maya", "P1 page");
    world.forward(20).await;
    assert_eq!(world.count("maya", "P1 page"), before);
    let answer = plain(&world.ian().types(EMERGENCIES, "/incident split 2").await);
    holds(&answer, &["INC-1 is back to P3 Medium"]);
}

#[tokio::test]
async fn a_yes_to_the_page_of_a_part_takes_the_whole() {
    let world = World::with_config(ROSTER).await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    world.ian().types(EMERGENCIES, "/incident p1 Login fails").await;
    let page = world.channel("maya").last("Login fails").clone();
    world.person("zoe").types(EMERGENCIES, "/incident merge 2 into 1").await;
    world.maya().reacts("@howler", &page.ts, "eyes").await;
    holds(&card(&world, "INC-1"), &["Acknowledged by"]);
    holds(&plain(&world.maya().types(ROOM_2, "/incident ack").await), &["INC-1 was acknowledged already"]);
}

/// Alertmanager says so, and it is saved.
async fn says(world: &World, alerts: &[Alert]) {
    let status = sends(world, &Alertmanager { token: TOKEN.into() }.group(alerts)).await;
    assert_eq!(status / 100, 2, "{status}");
    world.settle().await;
}

/// The one message of the alerts.
fn message(world: &World) -> String {
    plain(&world.channel("#metrics").last("It belongs to INC-").everything())
}

fn alert(world: &World, name: &str, instance: &str) -> Alert {
    Alert::new(name, "critical", instance, world.clock.now())
}

#[tokio::test]
async fn the_alerts_of_a_part_belong_to_the_whole_and_come_back() {
    let mut world = world(ROSTER).await;
    world.ian().types(EMERGENCIES, "/incident p1 Event stream down").await;
    let first = alert(&world, "Down", "db-1");
    says(&world, std::slice::from_ref(&first)).await;
    holds(&card(&world, "INC-2"), &["Alerts: A-1 Down on db-1"]);
    holds(&message(&world), &["It belongs to INC-2"]);
    world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await;
    holds(&card(&world, "INC-1"), &["Alerts: A-1 Down on db-1"]);
    holds(&message(&world), &["It belongs to INC-1"]);
    holds(&plain(&world.ian().types(EMERGENCIES, "/alerts show A-1").await), &["It belongs to INC-1"]);
    // What belongs together with the other one's joins the whole: no third incident, no page.
    let second = alert(&world, "Slow", "db-1");
    says(&world, std::slice::from_ref(&second)).await;
    world.crash().await;
    world.start_howler().await;
    let third = alert(&world, "Disk", "db-1");
    says(&world, std::slice::from_ref(&third)).await;
    assert_eq!(
        world.count(EMERGENCIES, "declared by howler"),
        1,
        "{:#?}",
        world.channel(EMERGENCIES).texts()
    );
    holds(&card(&world, "INC-1"), &["A-1 Down on db-1; A-2 Slow on db-1; A-3 Disk on db-1"]);
    holds(&timeline(&world, 1).await, &["A-2 joined (Alertmanager): Slow on db-1.", "A-3 joined"]);
    says(&world, &[first.clone().resolved(world.clock.now())]).await;
    holds(&card(&world, "INC-1"), &["A-1 Down on db-1 (over)"]);
    let listed = plain(&world.ian().types(EMERGENCIES, "/alerts list").await);
    assert!(listed.contains("INC-1") && !listed.contains("INC-2"), "{listed}");
    // Another group that belongs to what is merged, once the first one's time is over.
    world.forward(15).await;
    let answer = plain(&world.ian().types(EMERGENCIES, "/alerts attach A-2 to 2").await);
    holds(&answer, &["A-2"]);
    world.ian().types(EMERGENCIES, "/incident split 2").await;
    assert!(!card(&world, "INC-1").contains("Alerts:"), "{}", card(&world, "INC-1"));
    holds(&message(&world), &["It belongs to INC-2"]);
    let said = card(&world, "INC-2");
    holds(&said, &["Alerts:", "A-1 Down on db-1 (over)"]);
    says(&world, &[second.resolved(world.clock.now()), third.resolved(world.clock.now())]).await;
    holds(&card(&world, "INC-2"), &["none fires since"]);
}

/// Nobody has touched either: somebody who merges them has.
#[tokio::test]
async fn what_was_merged_by_hand_is_not_resolved_by_itself() {
    let world = world(&format!("{ROSTER}[alerts]\ngroup_within = \"1m\"\n")).await;
    let first = alert(&world, "Down", "db-1");
    says(&world, std::slice::from_ref(&first)).await;
    world.forward(2).await;
    let second = alert(&world, "Slow", "api-2");
    says(&world, std::slice::from_ref(&second)).await;
    holds(&card(&world, "INC-2"), &["Slow on api-2"]);
    world.ian().types(EMERGENCIES, "/incident 2 merge into 1").await;
    says(&world, &[first.resolved(world.clock.now())]).await;
    assert_eq!(world.count("ian", "It looks over") + world.count("#on-call", "It looks over"), 0);
    says(&world, &[second.resolved(world.clock.now())]).await;
    let asked = world.count("#on-call", "It looks over");
    assert_eq!(asked, 1, "{:#?}", world.channel("#on-call").texts());
    world.forward(60).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT RESOLVED"), 0);
    world.ian().types(EMERGENCIES, "/incident 1 resolve A full disk").await;
    assert_eq!(
        world.count(EMERGENCIES, "INCIDENT RESOLVED"),
        1 + 1,
        "one end for both: the card, and the word"
    );
    holds(&card(&world, "INC-2"), &["MERGED INTO INC-1"]);
    world.ian().types(EMERGENCIES, "/incident 1 reopen").await;
    holds(&card(&world, "INC-1"), &["INCIDENT REOPENED", "Merged into it: INC-2"]);
}

#[tokio::test]
async fn two_that_look_the_same_get_a_button() {
    let world = World::start().await;
    world.ian().types(EMERGENCIES, "/incident p2 Event stream down").await;
    world.forward(11).await;
    world.person("zoe").types(EMERGENCIES, "/incident p2 The event stream is down again").await;
    holds(
        &card(&world, "INC-2"),
        &["Maybe the same as INC-1 Event stream down: a similar title.", "Merge into INC-1"],
    );
    assert!(!card(&world, "INC-1").contains("Maybe the same"));
    let message = world.channel(EMERGENCIES).last("INC-2 · declared by").clone();
    world.ian().clicks_on(EMERGENCIES, &message.ts, "merge").await;
    holds(&card(&world, "INC-2"), &["MERGED INTO INC-1"]);
    let message = world.channel(EMERGENCIES).last("INC-2 · declared by").clone();
    world.ian().clicks_on(EMERGENCIES, &message.ts, "split").await;
    let said = card(&world, "INC-2");
    assert!(
        said.contains("INCIDENT DECLARED") && !said.contains("Maybe the same"),
        "not asked twice: {said}"
    );
    // What looks like one that is over looks like it no more.
    world.forward(11).await;
    world.person("zoe").types(EMERGENCIES, "/incident anyway p3 Event stream down").await;
    holds(&card(&world, "INC-3"), &["Maybe the same as INC-2"]);
    world.ian().types(EMERGENCIES, "/incident 2 resolve It was the proxy").await;
    assert!(!card(&world, "INC-3").contains("Maybe the same"), "{}", card(&world, "INC-3"));
}

/// The same alert is the same trouble, whatever the incidents are called and however long ago.
#[tokio::test]
async fn the_same_alert_again_says_so_on_the_card() {
    let world = world(ROSTER).await;
    let at = world.clock.now();
    let first = Alert::new("Disk", "warning", "db-1", at);
    says(&world, std::slice::from_ref(&first)).await;
    world.ian().types(EMERGENCIES, "/alerts declare A-1 p3").await;
    world.ian().types(EMERGENCIES, "/incident 1 rename Database is slow").await;
    world.forward(1).await;
    says(&world, &[first.clone().resolved(world.clock.now())]).await;
    world.forward(90).await;
    let again = Alert { began: world.clock.now() - SignedDuration::from_secs(5), ..first };
    says(&world, std::slice::from_ref(&again)).await;
    world.ian().types(EMERGENCIES, "/alerts declare A-2 p3").await;
    holds(&card(&world, "INC-2"), &["Maybe the same as INC-1 Database is slow: the same alert."]);
}

#[tokio::test]
async fn a_chain_goes_along_and_the_backup_issue_says_it() {
    let world = World::start().await;
    for (line, who) in [("p3 Search slow", "ian"), ("p3 Login slow", "zoe"), ("p3 Queue stuck", "kofi")] {
        world.person(who).types(EMERGENCIES, &format!("/incident {line}")).await;
        world.forward(1).await;
    }
    let ian = world.ian();
    ian.types(EMERGENCIES, "/incident 3 merge into 2").await;
    holds(
        &plain(&ian.types(EMERGENCIES, "/incident 1 merge into 3").await),
        &["INC-3 is merged into INC-2 itself", "1 merge into 2"],
    );
    holds(&plain(&ian.types(EMERGENCIES, "/incident 2 merge into 1").await), &["INC-3 came along"]);
    holds(&card(&world, "INC-3"), &["MERGED INTO INC-1: Queue stuck", "It came along with INC-2."]);
    holds(&timeline(&world, 1).await, &["INC-2 · ", "INC-3 · ", "Queue stuck"]);
    ian.types(EMERGENCIES, "/incident split 2").await;
    holds(&card(&world, "INC-3"), &["MERGED INTO INC-2"]);
    holds(&plain(&ian.types(EMERGENCIES, "/incident list").await), &["2 incidents are open"]);
}

/// What was queued for it and is not true any more does not go out, killed in the middle or not.
#[tokio::test]
async fn what_slack_did_not_take_before_the_merge_is_overtaken_by_it() {
    let mut world = World::with_config(ROSTER).await;
    world.slack.faults().down(true);
    let lines = [
        ("ian", "/incident p1 Event stream down"),
        ("zoe", "/incident p1 Login fails"),
        ("zoe", "/incident 2 merge into 1"),
    ];
    for (who, line) in lines {
        let reply = world.slack.command(who, EMERGENCIES, line).await.unwrap();
        assert_eq!(reply.status, 200, "{line}");
        world.settle().await;
    }
    world.crash().await;
    world.start_howler().await;
    world.slack.faults().down(false);
    world.forward(2).await;
    let pages: Vec<String> = world
        .channel("maya")
        .texts()
        .into_iter()
        .filter(|text| text.contains("P1 page"))
        .map(plain)
        .collect();
    assert!(pages.iter().all(|page| page.contains("Event stream down")) && !pages.is_empty(), "{pages:#?}");
    assert!(!world.has_channel(ROOM_2), "nobody needs it");
    holds(&card(&world, "INC-2"), &["MERGED INTO INC-1"]);
    world.ian().types(EMERGENCIES, "/incident split 2").await;
    world.forward(1).await;
    assert!(world.has_channel(ROOM_2), "on its own it has one");
    assert!(
        world.count("maya", "Login fails") > 0,
        "and nobody has it: {:#?}",
        world.channel("maya").texts()
    );
    holds(&card(&world, "INC-2"), &["INCIDENT DECLARED", "Not acknowledged yet"]);
}

#[tokio::test]
async fn the_issue_on_github_is_closed_and_opened_with_it() {
    let world = World::with_github("").await;
    world.slack.faults().down(true);
    let types = async |who: &str, line: &str| {
        let reply = world.slack.command(who, EMERGENCIES, line).await.unwrap();
        assert_eq!(reply.status, 200, "{line}");
        world.settle().await;
    };
    types("ian", "/incident p1 Event stream down").await;
    types("zoe", "/incident p1 Login fails").await;
    world.forward(2).await;
    let issue = |number: usize| world.github().issues()[number].clone();
    assert!(issue(0).open && issue(1).open);
    types("zoe", "/incident 2 merge into 1").await;
    let (first, second) = (issue(0), issue(1));
    assert!(first.open && !second.open);
    holds(&second.title, &["INC-2 P1 · merged into INC-1: Login fails"]);
    holds(&second.comments.last().unwrap().body, &["merged it into", "INC-1"]);
    holds(&first.comments.last().unwrap().body, &["merged", "INC-2", "into it"]);
    types("zoe", "/incident split 2").await;
    let second = issue(1);
    assert!(second.open);
    assert!(second.comments.iter().any(|comment| comment.body.contains("split it off from")));
}

/// At a shell and by mention the same words do the same.
#[tokio::test]
async fn a_mention_merges_and_splits() {
    let world = two().await;
    world.ian().says(EMERGENCIES, "@howler merge 2 into 1").await;
    holds(&card(&world, "INC-2"), &["MERGED INTO INC-1"]);
    world.ian().says(ROOM_2, "@howler split").await;
    holds(&card(&world, "INC-2"), &["INCIDENT DECLARED"]);
}
