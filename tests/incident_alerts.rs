//! Incidents out of alerts over the whole path: Alertmanager speaks over HTTP, and Slack shows what becomes of it.

use fake::alerts::{Alert, Alertmanager};
use jiff::SignedDuration;

use crate::harness::{EMERGENCIES, World};
use crate::hooks::{TOKEN, sends, world};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";
const ON_CALL: &str = "#on-call";
const ROOM: &str = "#inc-1-down-on-db-1";

fn alert(world: &World, name: &str, severity: &str, minutes_ago: i64) -> Alert {
    Alert::new(name, severity, "db-1", world.clock.now() - SignedDuration::from_mins(minutes_ago))
}

/// Alertmanager says so, and it is saved.
async fn says(world: &World, alerts: &[Alert]) {
    let status = sends(world, &Alertmanager { token: TOKEN.into() }.group(alerts)).await;
    assert_eq!(status / 100, 2, "{status}");
    world.settle().await;
}

async fn resolves(world: &World, alert: &Alert) {
    says(world, &[alert.clone().resolved(world.clock.now())]).await;
}

fn plain(text: &str) -> String {
    text.replace('*', "")
}

/// The one message of an incident in the emergencies channel.
fn card(world: &World) -> String {
    plain(&world.channel(EMERGENCIES).last("declared by howler").everything())
}

async fn timeline(world: &World) -> String {
    plain(&world.ian().types(EMERGENCIES, "/incident timeline 1").await)
}

/// How many messages ask whether it is over.
fn asked(world: &World, channel: &str) -> usize {
    world.count(channel, "It looks over")
}

/// With one alert of six minutes ago that declared INC-1.
async fn declared() -> (World, Alert) {
    let world = world(ROSTER).await;
    let first = alert(&world, "Down", "critical", 6);
    says(&world, std::slice::from_ref(&first)).await;
    (world, first)
}

#[tokio::test]
async fn a_p1_declares_by_itself_and_its_clock_runs_since_the_alerts_own_time() {
    let (world, _) = declared().await;
    let said = card(&world);
    for part in ["INCIDENT DECLARED", "Down on db-1", "howler, from A-1", "02:09", "Alerts: A-1 Down on db-1"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(world.count("maya", "P1 page"), 1, "the path of 1.1 begins");
    // 01:54 and 15 minutes.
    world.forward(8).await;
    assert_eq!(world.count(EMERGENCIES, "Nobody has acknowledged"), 0);
    world.forward(1).await;
    assert_eq!(world.count(EMERGENCIES, "Nobody has acknowledged"), 1);
}

#[tokio::test]
async fn what_joins_is_a_line_of_the_timeline_and_calls_nobody() {
    let (world, _) = declared().await;
    let pages = world.count("maya", "P1 page");
    world.forward(1).await;
    says(&world, &[alert(&world, "Slow", "critical", 0)]).await;
    let told = timeline(&world).await;
    for part in ["A-1 joined (Alertmanager): Down on db-1.", "A-2 joined (Alertmanager): Slow on db-1."] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(world.count("maya", "P1 page"), pages, "no second page");
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    assert!(card(&world).contains("Alerts: A-1 Down on db-1; A-2 Slow on db-1"), "{}", card(&world));
    // A person adds what howler did not, and takes it away again.
    says(&world, &[alert(&world, "Disk", "warning", 0)]).await;
    world.ian().types(ON_CALL, "/alerts attach A-3 to 1").await;
    assert!(card(&world).contains("A-3 Disk on db-1"), "{}", card(&world));
    world.ian().types(ON_CALL, "/alerts detach A-3").await;
    let told = timeline(&world).await;
    for part in ["<@U0IAN> added A-3 (Alertmanager): Disk on db-1.", "<@U0IAN> took away A-3: Disk on db-1."]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!card(&world).contains("A-3"), "{}", card(&world));
}

#[tokio::test]
async fn what_nobody_touched_is_resolved_once_it_was_quiet() {
    let (mut world, first) = declared().await;
    resolves(&world, &first).await;
    assert_eq!(asked(&world, ON_CALL), 1);
    let question = world.channel(ON_CALL).last("It looks over").clone();
    let text = plain(&question.everything());
    for part in ["resolve INC-1?", "Its alert is over since", "Nobody has touched it. I resolve it at"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(question.buttons(), ["resolve", "ack"]);
    // It fires again: the time begins anew, though howler crashes in it.
    world.forward(3).await;
    let again = Alert { began: world.clock.now(), ..first.clone() };
    says(&world, std::slice::from_ref(&again)).await;
    assert_eq!(world.count(ROOM, "is not over"), 1, "{:#?}", world.channel(ROOM).texts());
    world.forward(13).await;
    assert!(card(&world).contains("Not acknowledged yet"), "no timer of before ends it: {}", card(&world));
    let void = |world: &World| world.count(ON_CALL, "Whether it is over needs no answer here");
    assert_eq!((asked(&world, ON_CALL), void(&world)), (0, 1), "the question is taken back");
    resolves(&world, &again).await;
    assert_eq!((asked(&world, ON_CALL), void(&world)), (1, 1));
    world.crash().await;
    world.start_howler().await;
    world.forward(14).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT RESOLVED"), 0);
    world.forward(2).await;
    assert_eq!(
        world.count(EMERGENCIES, "all of its alerts were resolved, and nobody touched it"),
        1 + 1,
        "the card, and the word in the channel"
    );
    world.forward(120).await;
    assert_eq!((asked(&world, ON_CALL), void(&world)), (0, 2), "asked once for each time, and answered");
}

#[tokio::test]
async fn whoever_has_it_is_asked_and_ends_it() {
    let (world, first) = declared().await;
    let second = alert(&world, "Slow", "critical", 0);
    says(&world, std::slice::from_ref(&second)).await;
    world.maya().clicks_direct("ack").await;
    world.forward(10).await;
    resolves(&world, &first).await;
    assert_eq!((asked(&world, "maya"), asked(&world, ON_CALL)), (0, 0), "one still fires");
    resolves(&world, &second).await;
    assert_eq!((asked(&world, "maya"), asked(&world, ON_CALL)), (1, 0));
    let text = plain(&world.channel("maya").last("It looks over").everything());
    for part in ["All 2 of its alerts are over since", "You have it, so I'm asking you."] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(card(&world).contains("none fires since"), "{}", card(&world));
    world.forward(25).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT RESOLVED"), 0, "a person leads it");
    world.maya().clicks_direct("resolve").await;
    world.maya().submits(&[("root_cause", "A full disk")]).await;
    assert_eq!(world.count(EMERGENCIES, "A full disk"), 1 + 1, "the card, and the word in the channel");
}

#[tokio::test]
async fn whoever_has_the_alert_is_on_its_incident() {
    let (world, first) = declared().await;
    let told = plain(&world.channel("#metrics").last("A-1").everything());
    assert!(told.contains("It belongs to INC-1") && !told.contains("S0ONCALL"), "its incident calls: {told}");
    let told = plain(&world.maya().types(ON_CALL, "/alerts ack A-1").await);
    assert!(told.contains("You are on INC-1") && told.contains("paging has stopped"), "{told}");
    assert!(card(&world).contains("Acknowledged by <@U0MAYA>"), "{}", card(&world));
    let pages = world.count("maya", "P1 page");
    world.forward(20).await;
    assert_eq!(world.count("maya", "P1 page"), pages);
    // Its figures count from the alert's own time, six minutes before howler heard of it.
    resolves(&world, &first).await;
    world.maya().types(EMERGENCIES, "/incident 1 resolve A full disk").await;
    let told = plain(&world.channel(EMERGENCIES).last("INCIDENT RESOLVED").everything());
    for part in ["(26 min)", "Root cause: A full disk"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let told = plain(&world.channel(ROOM).last("resolved after").everything());
    assert!(told.contains("Acknowledged after 6 min, resolved after 26 min"), "{told}");
}

/// Thousands of alerts in seconds: few messages, and a timeline that can be read.
#[tokio::test]
async fn a_storm_stays_readable() {
    let (world, first) = declared().await;
    let named = |from: u32, to: u32| -> Vec<Alert> {
        (from..to).map(|number| alert(&world, &format!("Pod{number}"), "critical", 0)).collect()
    };
    let mut storm = Vec::new();
    for round in 0..6 {
        let more = named(round * 400, round * 400 + 400);
        says(&world, &more).await;
        storm.extend(more);
        world.forward_seconds(20).await;
    }
    world.forward(1).await;
    assert!(card(&world).contains("Alerts: 2,401"), "{}", card(&world));
    let told = timeline(&world).await;
    assert!(told.contains("page 1 of 3") || told.contains("page 1 of 4"), "{told}");
    let mut all = String::new();
    for page in 1..=4 {
        let line = format!("/incident timeline 1 page {page}");
        all.push_str(&plain(&world.ian().types(EMERGENCIES, &line).await));
    }
    assert_eq!(all.matches(" joined (").count(), 50, "{all}");
    assert!(all.contains("And 1,200 alerts more. In all 2,401, all of them firing."), "{all}");
    let messages = world.channel(EMERGENCIES).messages.len() + world.channel(ON_CALL).messages.len();
    assert!(messages < 12, "{messages}");
    assert_eq!(world.count("maya", "P1 page"), 1);
    for some in storm.chunks(400) {
        let over: Vec<_> = some.iter().map(|alert| alert.clone().resolved(world.clock.now())).collect();
        says(&world, &over).await;
    }
    resolves(&world, &first).await;
    assert_eq!(asked(&world, ON_CALL), 1, "the last one of thousands is known");
    assert!(card(&world).contains("Alerts: 2,401, none fires since"), "{}", card(&world));
}

/// A rule that declares a P2 at once, so that its alert can become worse.
const WORSENS: &str = "
[[alerts.rule]]
label = { alertname = \"Slow\" }
declare = \"at once\"
group_by = [\"instance\"]
";

#[tokio::test]
async fn an_alert_that_becomes_worse_raises_its_incident() {
    let world = world(&format!("{ROSTER}{WORSENS}")).await;
    says(&world, &[alert(&world, "Slow", "error", 0)]).await;
    assert!(card(&world).contains("P2"), "{}", card(&world));
    assert_eq!(world.count("maya", "P1 page"), 0);
    world.forward(3).await;
    says(&world, &[alert(&world, "Slow", "critical", 3)]).await;
    assert_eq!(world.count(EMERGENCIES, "INC-1 is now P1"), 1, "{:#?}", world.channel(EMERGENCIES).texts());
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    assert_eq!(world.count("maya", "P1 page"), 1, "the path of a P1 begins");
    assert!(timeline(&world).await.contains("Reason: A-2 is P1"), "{}", timeline(&world).await);
}

/// Whoever has a P2 said so of a P2.
#[tokio::test]
async fn an_alert_that_becomes_worse_calls_though_somebody_had_the_incident() {
    let world = world(&format!("{ROSTER}{WORSENS}")).await;
    says(&world, &[alert(&world, "Slow", "error", 0)]).await;
    world.person("zoe").types(EMERGENCIES, "/incident 1 ack").await;
    world.forward(3).await;
    says(&world, &[alert(&world, "Slow", "critical", 3)]).await;
    let page = plain(&world.channel("maya").last("P1 page").text);
    assert!(page.contains("<@U0ZOE> had it, and it is worse now."), "{page}");
    assert!(card(&world).contains("Not acknowledged yet"), "{}", card(&world));
    world.person("zoe").types(EMERGENCIES, "/incident 1 ack").await;
    assert!(card(&world).contains("Acknowledged by"), "{}", card(&world));
    says(&world, &[alert(&world, "Slow", "critical", 0).resolved(world.clock.now())]).await;
    world.forward(20).await;
    assert_eq!(world.count("maya", "P1 page"), 0, "she has it");
}

#[tokio::test]
async fn whoever_lowered_it_knew_better() {
    let world = world(&format!("{ROSTER}{WORSENS}")).await;
    says(&world, &[alert(&world, "Slow", "error", 0)]).await;
    world.ian().types(EMERGENCIES, "/incident 1 severity p3 only the test machine").await;
    world.forward(3).await;
    says(&world, &[alert(&world, "Slow", "critical", 3)]).await;
    assert_eq!(world.count(EMERGENCIES, "is now P1"), 0, "{:#?}", world.channel(EMERGENCIES).texts());
}

#[tokio::test]
async fn what_belongs_together_is_one_incident_whatever_channel_it_is_told_in() {
    let toml = "[[alerts.rule]]\nlabel = { alertname = \"Slow\" }\nchannel = \"#deployments\"\n";
    let world = world(&format!("{ROSTER}{toml}")).await;
    says(&world, &[alert(&world, "Down", "critical", 0)]).await;
    says(&world, &[alert(&world, "Slow", "critical", 0)]).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    assert_eq!(world.count("#deployments", "A-2 Slow on db-1"), 1);
    assert!(card(&world).contains("Alerts: A-1 Down on db-1; A-2 Slow on db-1"), "{}", card(&world));
}

#[tokio::test]
async fn who_has_the_alert_is_on_what_its_incident_is_merged_into() {
    let (world, _) = declared().await;
    world.maya().types(ON_CALL, "/alerts ack A-1").await;
    world.ian().types(EMERGENCIES, "/incident p3 Small thing").await;
    world.ian().types(EMERGENCIES, "/incident 1 merge into 2").await;
    let told = plain(&world.maya().types(ON_CALL, "/alerts ack A-1").await);
    assert!(told.contains("You are on INC-2"), "{told}");
    let told = plain(&world.maya().types(ON_CALL, "/alerts ack A-1").await);
    assert!(told.contains("has A-1 already"), "{told}");
}
