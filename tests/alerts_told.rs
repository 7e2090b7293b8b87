//! Alerts that a person closes, and what people are told beside the messages: the week, and of what nobody is called.

use domain::Severity;
use domain::alert::signal::{Said, Signal, Source, Trouble};

use crate::alerts::{METRICS, ON_CALL, Speaker, messages};
use crate::harness::{EMERGENCIES, World};

const ROSTER: &str = "[rotation]\nmembers = [\"U0MAYA\", \"U0KOFI\"]\n";

#[tokio::test]
async fn a_person_says_that_an_alert_is_over() {
    let world = World::start().await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("disk", Severity::P3).await;
    assert!(
        !world.channel(METRICS).last("A-1").buttons().contains(&"resolve".to_owned()),
        "it tells its end"
    );
    world.forward(9).await;
    let ian = world.ian();
    let told = ian.types(ON_CALL, "/alerts resolve A-1 rolled back").await.replace('*', "");
    assert!(told.contains("A-1 is over, by your word: disk"), "{told}");
    let said = world.channel(METRICS).last("A-1").text.replace('*', "");
    assert!(said.contains("✅ Resolved") && said.contains("after 9 min, by <@U0IAN>: rolled back"), "{said}");
    assert_eq!(messages(&world, METRICS).len(), 1, "its message is edited");
    assert!(world.alerts().is_empty());
    let again = ian.types(ON_CALL, "/alerts resolve A-1").await.replace('*', "");
    assert!(again.contains("A-1 is over already") && again.contains("by <@U0IAN>"), "{again}");
    let none = ian.types(ON_CALL, "/alerts close A-9").await.replace('*', "");
    assert!(none.contains("There is no A-9"), "{none}");
    world.forward(10).await;
    prometheus.fires("disk", Severity::P3).await;
    assert_eq!(world.alerts()[0].id.0, 2, "said later it is a new one");
    prometheus.fires("pods", Severity::P3).await;
    let several = ian.types(ON_CALL, "/alerts resolve A-2 and A-3").await;
    assert!(several.contains("One at a time"), "{several}");
    ian.clicks(ON_CALL, "resolve").await;
    assert_eq!(world.alerts().len(), 1, "its button closes the first");
}

#[tokio::test]
async fn what_never_tells_its_end_has_a_button_for_it() {
    let world = World::start().await;
    let vercel = Speaker::of(&world, Source::Vercel);
    vercel.fires("anomaly", Severity::P3).await;
    let deployments = "#deployments";
    assert!(world.channel(deployments).last("A-1").buttons().contains(&"resolve".to_owned()));
    world.maya().clicks(deployments, "resolve").await;
    let said = world.channel(deployments).last("A-1").text.replace('*', "");
    assert!(said.contains("✅ Resolved") && said.contains("by <@U0MAYA>"), "{said}");
    assert!(world.alerts().is_empty());
}

/// It is an end as any other: whoever leads is asked, and howler ends nothing that a person touched.
#[tokio::test]
async fn an_incident_whose_last_alert_a_person_closes_is_asked_about() {
    let world = World::with_config(ROSTER).await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("down", Severity::P1).await;
    assert_eq!(world.count(EMERGENCIES, "INCIDENT DECLARED"), 1);
    world.forward(3).await;
    let told = world.maya().types(ON_CALL, "/alerts resolve A-1 a wrong threshold").await.replace('*', "");
    assert!(told.contains("INC-1, which it is a part of, counts it as over"), "{told}");
    let asked = world.count(ON_CALL, "It looks over") + world.count("maya", "It looks over");
    assert_eq!(asked, 1, "somebody is asked");
    let timeline = world.ian().types(EMERGENCIES, "/incident timeline 1").await.replace('*', "");
    assert!(timeline.contains("<@U0MAYA> says that A-1 is over: down"), "{timeline}");
    world.forward(40).await;
    let list = world.ian().types(EMERGENCIES, "/incident list").await;
    assert!(list.contains("INC-1"), "a person did something about it, so it is theirs: {list}");
}

/// A rotation of one person has no hand-over, and its weeks are told all the same.
#[tokio::test]
async fn the_week_is_told_where_nobody_hands_over() {
    let world = World::with_config("[rotation]\nmembers = [\"U0MAYA\"]\n").await;
    let ci = Speaker::of(&world, Source::Events);
    ci.fires("bundle", Severity::P4).await;
    world.forward(7 * 24 * 60).await;
    let told = |world: &World| {
        let seen = world.channel("maya");
        let said = seen.texts().into_iter().map(|text| text.replace('*', ""));
        said.filter(|text| text.contains("The week's alerts")).collect::<Vec<_>>()
    };
    let said = told(&world);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("P4 of the week: bundle is in trouble (once)"), "{said:?}");
    world.forward(7 * 24 * 60).await;
    assert_eq!(told(&world).len(), 1, "a week of which there is nothing to tell");
    ci.fires("lint", Severity::P4).await;
    world.forward(7 * 24 * 60).await;
    assert_eq!(told(&world).len(), 2);
}

#[tokio::test]
async fn whoever_hands_over_is_told_the_week_in_the_brief_alone() {
    let world = World::with_config(ROSTER).await;
    Speaker::of(&world, Source::Events).fires("bundle", Severity::P4).await;
    let count = |part: &str| world.count("maya", part) + world.count("kofi", part);
    world.forward(7 * 24 * 60).await;
    assert_eq!((count("P4 of the week"), count("The week's alerts")), (1, 0));
    world.forward(8 * 24 * 60).await;
    assert_eq!(count("The week's alerts"), 0);
}

#[tokio::test]
async fn of_what_nobody_would_be_called_is_said_plainly() {
    let world = World::with_config("[sources]\nuptimerobot = \"1h\"\n").await;
    let prometheus = Speaker::of(&world, Source::Alertmanager);
    prometheus.fires("small", Severity::P3).await;
    prometheus.fires("bad", Severity::P1).await;
    let plain = "It fits what would page: until then nobody is called for a new one.";
    let ian = world.ian();
    for (line, calls) in [
        ("silence A-1 2h known", false),
        ("silence A-2 2h known", true),
        ("silence source=uptimerobot 2h the move", true),
        ("silence source=github 2h the move", false),
        ("silence team=stream 2h the move", true),
    ] {
        let told = ian.types(ON_CALL, &format!("/alerts {line}")).await.replace('*', "");
        assert_eq!(told.contains(plain), calls, "{line}: {told}");
    }
    let told = ian.types(ON_CALL, "/alerts sources").await.replace('*', "");
    for part in [
        "Nobody is called for what would page and fits S-2: bad is in trouble, until",
        "Nobody is called for what would page and fits S-3: `source=uptimerobot`, until",
        "What Uptime Robot says may page, but that it falls silent is P3 and calls nobody",
    ] {
        assert!(told.replace('ˋ', "`").contains(part), "{part} in {told}");
    }
    assert!(!told.contains("fits S-1") && !told.contains("fits S-4"), "{told}");
}

/// A signal of a source that says nothing of its trouble.
#[tokio::test]
async fn an_end_by_word_and_one_by_its_source_come_to_the_same() {
    let world = World::start().await;
    let robot = Speaker::of(&world, Source::UptimeRobot);
    let expires = Signal { trouble: Trouble::Expires, ..robot.signal(Said::Firing, "m1 ssl", Severity::P3) };
    robot.says(vec![expires]).await;
    world.ian().types(ON_CALL, "/alerts A-1 close").await;
    assert!(world.alerts().is_empty());
    let shown = world.ian().types(ON_CALL, "/alerts show A-1").await.replace('*', "");
    assert!(shown.contains("by <@U0IAN>."), "{shown}");
}
