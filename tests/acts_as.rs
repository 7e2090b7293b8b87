//! Actions in the cluster act under the name of whoever asked for them (research 2b, rule 20).

use std::sync::Arc;

use domain::id::UserId;
use domain::run::identity::Names;

use crate::harness::{EMERGENCIES, Town};
use crate::rollback::{KUBECTL, PEOPLE, QUEUE};

const NAMES: &str = "[runbook.acts_as]\nU0IAN = \"ian@monkeytown.ai\"\n";

async fn named() -> Town {
    let town = Town::with(&[("queue-failure", QUEUE)], &format!("{PEOPLE}{NAMES}")).await;
    town.state(KUBECTL);
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town.write("restart", "echo restarted; echo fine >log; echo '{\"revision\": 8}' >version");
    town
}

#[tokio::test]
async fn the_program_gets_exactly_the_name_that_was_shown_and_approved() {
    let town = named().await;
    let world = &town.world;
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    let card = town.card(EMERGENCIES);
    let command = "--as=ian@monkeytown.ai --context=prod --namespace=town rollout restart deployment/queue";
    let undo = "--as=ian@monkeytown.ai --context=prod --namespace=town rollout undo deployment/queue --to-revision=7";
    for part in [command, undo] {
        assert!(card.contains(&format!("kubectl {part}")), "{part} is not in {card}");
    }
    world.maya().clicks(EMERGENCIES, "approve").await;
    let asked = town.asked();
    assert_eq!(asked.iter().filter(|line| *line == command).count(), 1, "{asked:#?}");
    let others: Vec<_> = asked.iter().filter(|line| line.contains("--as")).collect();
    assert_eq!(others.len(), 1, "checks and plans read under howler's own identity: {others:#?}");
    assert!(asked.contains(&"--context=prod --namespace=town rollout status deployment/queue".to_owned()));
}

#[tokio::test]
async fn whoever_has_no_name_cannot_ask_and_is_told_why() {
    let town = named().await;
    let maya = town.world.maya();
    maya.types(EMERGENCIES, "/runbook run queue").await;
    assert!(town.card(EMERGENCIES).contains("Next step: Restart the queue"), "{}", town.card(EMERGENCIES));
    let told = maya.types(EMERGENCIES, "/runbook propose RUN-1").await;
    assert!(told.contains("I don't know your name there") && told.contains("acts_as"), "{told}");
    assert_eq!(town.world.count(EMERGENCIES, "to approve it"), 0, "nobody is asked");
    town.world.ian().clicks(EMERGENCIES, "propose").await;
    maya.clicks(EMERGENCIES, "approve").await;
    let begun = town.asked().iter().filter(|line| line.contains("--as=ian@monkeytown.ai")).count();
    assert_eq!(begun, 1, "who approves needs no name");
}

#[tokio::test]
async fn a_name_that_changes_before_it_begins_voids_the_approval() {
    for names in [Names::new(), Names::from([(UserId::from("U0IAN"), "root".to_owned())])] {
        let mut town = named().await;
        town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
        town.world.stop().await;
        town.world.configure(|config| config.runbook.acts_as = Arc::new(names));
        town.world.start_howler().await;
        town.world.maya().clicks(EMERGENCIES, "approve").await;
        let card = town.card(EMERGENCIES);
        assert!(
            card.contains("the approval no longer counts") && card.contains("the name under which it acts"),
            "{card}"
        );
        assert!(!town.asked().iter().any(|line| line.contains("restart")), "nothing began");
    }
}
