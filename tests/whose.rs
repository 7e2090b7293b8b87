//! Whose a click is: another workspace's, another app's, a visitor's from a connected workspace, or nobody can tell (research 2b, rules 10 and 23).

use fake::slack::World as Workspace;

use crate::harness::{EMERGENCIES, Town, World};
use crate::rollback::{began, broken};

/// A run whose restart waits for approval, by a workspace that is as `change` leaves it.
async fn asked(change: impl FnOnce(&mut Workspace)) -> Town {
    let town = broken().await;
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.slack.arrange(change);
    town
}

fn told(town: &Town, who: &'static str) -> String {
    town.world.person(who).whisper(EMERGENCIES).map(|message| message.text).unwrap_or_default()
}

#[tokio::test]
async fn a_click_from_another_workspace_approves_nothing() {
    let town = asked(|world| world.team.id = "T0OTHER".into()).await;
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert!(told(&town, "maya").contains("another Slack workspace"), "{}", told(&town, "maya"));
    let typed = town.world.maya().types(EMERGENCIES, "/runbook status").await;
    assert!(typed.contains("another Slack workspace"), "{typed}");
    assert_eq!(began(&town, "restart"), 0);
    town.world.slack.arrange(|world| world.team.id = "T0MONKEY".into());
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1, "the same click from ours is taken");
}

#[tokio::test]
async fn a_click_through_another_app_approves_nothing() {
    let town = asked(|world| world.bot.app_id = "A0OTHER".into()).await;
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert!(told(&town, "maya").contains("another Slack app"), "{}", told(&town, "maya"));
    assert_eq!(began(&town, "restart"), 0);
}

#[tokio::test]
async fn a_visitor_reads_and_does_not_approve_deny_go_ahead_or_mention_a_change() {
    let visits = |world: &mut Workspace| {
        let maya = world.people.iter_mut().find(|person| person.id == "U0MAYA");
        maya.unwrap().is_stranger = true;
    };
    let town = asked(visits).await;
    let (world, maya) = (&town.world, town.world.maya());
    for action in ["approve", "deny"] {
        maya.clicks(EMERGENCIES, action).await;
        assert!(told(&town, "maya").contains("from another workspace"), "{action}: {}", told(&town, "maya"));
    }
    assert!(town.card(EMERGENCIES).contains("Needs 1 "), "{}", town.card(EMERGENCIES));
    let incidents = world.count(EMERGENCIES, "Declared by");
    maya.says(EMERGENCIES, "@howler p1 Everything is down").await;
    assert!(told(&town, "maya").contains("from another workspace"), "{}", told(&town, "maya"));
    assert_eq!(world.count(EMERGENCIES, "Declared by"), incidents);
    maya.says(EMERGENCIES, "@howler list").await;
    assert!(!told(&town, "maya").contains("from another workspace"), "{}", told(&town, "maya"));
    assert_eq!(began(&town, "restart"), 0);
    world.person("kofi").clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1, "people of the workspace approve in the shared channel too");
}

#[tokio::test]
async fn until_slack_tells_who_howler_is_nobody_approves_and_everything_else_works() {
    let mut town = broken().await;
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.stop().await;
    town.world.slack.faults().fail("auth.test", "internal_error", 1_000);
    town.world.start_howler().await;
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert!(told(&town, "maya").contains("can't take an approval"), "{}", told(&town, "maya"));
    assert_eq!(began(&town, "restart"), 0);
    let list = town.world.maya().types(EMERGENCIES, "/runbook status").await;
    assert!(list.contains("RUN-1"), "nobody is locked out: {list}");
    town.world.slack.faults().clear();
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1, "Slack is asked again at the click");
}

/// Whoever is of another workspace of the same organization is no stranger where the configuration says so; a visitor is one.
#[tokio::test]
async fn a_sibling_workspace_is_no_stranger_where_the_organisation_counts() {
    for (counts, of, taken) in [
        (true, Some("E0MONKEY"), true),
        (true, Some("E0OTHER"), false),
        (true, None, false),
        (false, Some("E0MONKEY"), false),
    ] {
        let config = format!("[slack]\norganisation = {counts}\n");
        let mut world = World::with_config(&config).await;
        world.stop().await;
        world.slack.arrange(|town| {
            town.team.organisation = Some("E0MONKEY".into());
            let maya = town.people.iter_mut().find(|person| person.id == "U0MAYA").unwrap();
            (maya.is_stranger, maya.organisation) = (true, of.map(str::to_owned));
        });
        world.start_howler().await;
        // Who howler is becomes known before somebody is taken for a stranger: an approval asks.
        world.ian().types(EMERGENCIES, "/runbook approve RUN-1").await;
        world.maya().says(EMERGENCIES, "@howler p2 Search is slow").await;
        let declared = world.count(EMERGENCIES, "INCIDENT DECLARED") == 1;
        assert_eq!(declared, taken, "{counts} {of:?}");
    }
}
