//! Alerts whose incident is over, and alerts that people move: what fires calls somebody.

use fake::alerts::{Alert, Alertmanager};
use jiff::SignedDuration;

use crate::harness::{EMERGENCIES, World};
use crate::hooks::{TOKEN, sends, world};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";
const ON_CALL: &str = "#on-call";

fn alert(world: &World, name: &str, severity: &str) -> Alert {
    Alert::new(name, severity, "db-1", world.clock.now() - SignedDuration::from_mins(1))
}

async fn says(world: &World, alerts: &[Alert]) {
    let status = sends(world, &Alertmanager { token: TOKEN.into() }.group(alerts)).await;
    assert_eq!(status / 100, 2, "{status}");
    world.settle().await;
}

fn plain(text: &str) -> String {
    text.replace('*', "")
}

fn message(world: &World, alert: &str) -> String {
    plain(&world.channel("#metrics").last(alert).everything())
}

async fn declared() -> (World, Alert) {
    let world = world(ROSTER).await;
    let first = alert(&world, "Down", "critical");
    says(&world, std::slice::from_ref(&first)).await;
    world.maya().clicks_direct("ack").await;
    (world, first)
}

fn incidents(world: &World) -> usize {
    world.count(EMERGENCIES, "INCIDENT DECLARED")
}

#[tokio::test]
async fn what_still_fires_after_its_incident_was_ended_is_said_and_calls_again() {
    for (end, told) in [("resolve Restarted", "INC-1 is resolved."), ("cancel", "INC-1 is cancelled.")] {
        let (world, first) = declared().await;
        let answer = plain(&world.maya().types(EMERGENCIES, &format!("/incident 1 {end}")).await);
        assert!(answer.contains("A-1 still fires."), "{answer}");
        let shown = message(&world, "A-1");
        assert!(shown.contains(told) && !shown.contains("look there who has it"), "{shown}");
        assert!(shown.contains("Declare incident"), "{shown}");
        // What was on its way when it was ended calls nobody.
        world.forward(9).await;
        says(&world, std::slice::from_ref(&first)).await;
        assert_eq!(world.count(EMERGENCIES, "INC-2"), 0);
        world.forward(2).await;
        // Alertmanager repeats what it said, with the same start.
        says(&world, std::slice::from_ref(&first)).await;
        assert_eq!(incidents(&world), 1, "{:#?}", world.channel(EMERGENCIES).texts());
        assert!(message(&world, "A-1").contains("It belongs to INC-2"), "{}", message(&world, "A-1"));
        let told = plain(&world.ian().types(EMERGENCIES, "/incident timeline 2").await);
        assert!(told.contains("INC-1 was") && told.contains("A-1 still fires"), "{told}");
        says(&world, std::slice::from_ref(&first)).await;
        assert_eq!(world.count(EMERGENCIES, "INC-3"), 0, "once");
    }
}

#[tokio::test]
async fn what_is_said_anew_calls_again_after_its_incident_was_ended() {
    let (world, first) = declared().await;
    world.maya().types(EMERGENCIES, "/incident 1 resolve Restarted").await;
    world.forward(12).await;
    let pages = world.count("maya", "P1 page: INC-2");
    let anew = Alert { began: world.clock.now(), ..first.clone() };
    says(&world, std::slice::from_ref(&anew)).await;
    assert_eq!(world.count("maya", "INC-2") - pages, 1, "{:#?}", world.channel("maya").texts());
}

#[tokio::test]
async fn an_alert_whose_incident_is_over_can_be_declared_and_added_elsewhere() {
    let (world, _) = declared().await;
    world.maya().types(ON_CALL, "/alerts ack A-1").await;
    world.maya().types(EMERGENCIES, "/incident 1 resolve Restarted").await;
    let told = plain(&world.ian().types(ON_CALL, "/alerts declare A-1").await);
    assert!(told.contains("INC-2"), "{told}");
    let shown = message(&world, "A-1");
    assert!(shown.contains("It belongs to INC-2") && !shown.contains("has it since"), "{shown}");
    world.maya().types(EMERGENCIES, "/incident 2 resolve Restarted").await;
    world.ian().types(EMERGENCIES, "/incident p1 Something bad").await;
    let told = plain(&world.ian().types(ON_CALL, "/alerts attach A-1 to 3").await);
    assert!(told.contains("A-1 belongs to INC-3"), "{told}");
}

#[tokio::test]
async fn a_p1_added_by_hand_raises_its_incident_as_joining_does() {
    let (world, _) = declared().await;
    world.ian().types(EMERGENCIES, "/incident p3 Slow dashboard").await;
    world.ian().types(EMERGENCIES, "/incident 2 ack").await;
    let pages = world.count("maya", "P1 page");
    world.ian().types(ON_CALL, "/alerts attach A-1 to 2").await;
    assert_eq!(world.count(EMERGENCIES, "INC-2 is now P1"), 1, "{:#?}", world.channel(EMERGENCIES).texts());
    assert_eq!(world.count("maya", "P1 page") - pages, 1, "who has a P3 said so of a P3");
}

#[tokio::test]
async fn the_alerts_of_a_double_go_along_and_come_back() {
    let world = world(ROSTER).await;
    world.ian().types(EMERGENCIES, "/incident p1 Down").await;
    says(&world, &[alert(&world, "Down", "critical")]).await;
    world.ian().types(EMERGENCIES, "/incident 2 duplicate of 1").await;
    assert!(message(&world, "A-1").contains("It belongs to INC-1"), "{}", message(&world, "A-1"));
    let card = |n: u32| format!("/incident show {n}");
    let told = plain(&world.ian().types(EMERGENCIES, &card(1)).await);
    assert!(told.contains("A-1"), "{told}");
    world.ian().types(EMERGENCIES, "/incident 2 reopen").await;
    assert!(message(&world, "A-1").contains("It belongs to INC-2"), "{}", message(&world, "A-1"));
    let told = plain(&world.ian().types(EMERGENCIES, &card(1)).await);
    assert!(!told.contains("A-1"), "{told}");
}

#[tokio::test]
async fn taking_away_what_is_over_says_of_nothing_that_it_fires() {
    let (world, first) = declared().await;
    says(&world, &[first.clone().resolved(world.clock.now())]).await;
    world.ian().types(ON_CALL, "/alerts detach A-1").await;
    assert_eq!(world.count("#inc-1-down-on-db-1", "alerts fire again"), 0);
}

#[tokio::test]
async fn what_a_person_took_out_is_not_taken_back_by_another_alert() {
    let (world, _) = declared().await;
    says(&world, &[alert(&world, "Slow", "critical")]).await;
    world.ian().types(ON_CALL, "/alerts detach A-1").await;
    world.ian().types(ON_CALL, "/alerts detach A-2").await;
    says(&world, &[alert(&world, "Third", "critical")]).await;
    let told = plain(&world.ian().types(ON_CALL, "/alerts show A-2").await);
    assert!(!told.contains("INC-1"), "{told}");
    let told = plain(&world.ian().types(ON_CALL, "/alerts show A-3").await);
    assert!(told.contains("INC-1"), "{told}");
}

#[tokio::test]
async fn a_silenced_alert_that_was_declared_by_hand_says_so_after_the_silence() {
    let world = world(ROSTER).await;
    let line = "/alerts silence source=alertmanager 10m deploy";
    world.ian().types(ON_CALL, line).await;
    says(&world, &[alert(&world, "Down", "critical")]).await;
    world.ian().types(ON_CALL, "/alerts declare A-1").await;
    world.forward(11).await;
    let shown = message(&world, "A-1");
    assert!(shown.contains("It belongs to INC-1") && !shown.contains("Declare incident"), "{shown}");
    assert!(!shown.contains("Nobody has it yet"), "{shown}");
    let told = plain(&world.ian().types(EMERGENCIES, "/incident show 1").await);
    assert!(told.contains("A-1"), "{told}");
}
