//! Anybody freezes changes; whoever froze them, or may approve one, lets them begin again. Where Slack does not tell who is in the user group,
//! nothing is unfrozen, and whoever asked is told so.

use crate::harness::{EMERGENCIES, Town};
use crate::rollback::broken_by;

const GROUP: &str = "[runbook.approval]\ngroup = \"S0ENG\"\non_call = false\n";
const BOTH: &str = "[runbook.approval]\npeople = [\"U0MAYA\"]\ngroup = \"S0ENG\"\non_call = false\n";
const NOBODY: &str = "[runbook.approval]\non_call = false\n";
const ON_CALL: &str = "[rotation]\nmembers = [\"U0ZOE\"]\n[runbook.approval]\non_call = true\n";

/// What somebody is answered who wants to unfreeze, wherever howler says it.
async fn unfreezes(town: &Town, name: &'static str) -> String {
    let person = town.world.person(name);
    let said = person.types(EMERGENCIES, "/runbook unfreeze").await;
    town.world.settle().await;
    match said.contains("asking Slack") {
        true => person.whisper(EMERGENCIES).unwrap().text,
        false => said,
    }
}

async fn is_frozen(town: &Town) -> bool {
    town.world.ian().types(EMERGENCIES, "/runbook status").await.contains("frozen")
}

#[tokio::test]
async fn who_may_approve_unfreezes_and_nobody_else() {
    // The rules, whether Slack tells who is in the group, who asks, and whether changes may begin again.
    for (rules, tells, name, may) in [
        (GROUP, true, "kofi", true),
        (GROUP, true, "zoe", false),
        (GROUP, false, "kofi", false),
        (BOTH, true, "maya", true),
        (BOTH, true, "kofi", true),
        (BOTH, true, "zoe", false),
        // Who is named needs no group.
        (BOTH, false, "maya", true),
        (NOBODY, true, "maya", false),
        (ON_CALL, true, "zoe", true),
        (ON_CALL, true, "maya", false),
        // Who froze them takes it back.
        (GROUP, false, "ian", true),
        (NOBODY, true, "ian", true),
    ] {
        let town = broken_by(rules).await;
        town.world.slack.edit_group("ian", "S0ENG", &["kofi"]).await.unwrap();
        if !tells {
            town.world.slack.faults().fail("usergroups.users.list", "internal_error", 1_000);
        }
        town.world.ian().types(EMERGENCIES, "/runbook freeze the auditors are here").await;
        let told = unfreezes(&town, name).await;
        let about = format!("{rules} {tells} {name}: {told}");
        assert_eq!(is_frozen(&town).await, !may, "{about}");
        let expected = match (may, tells) {
            (true, _) => "Changes are unfrozen",
            (false, true) => "Only whoever froze changes",
            (false, false) => "I cannot tell whether you may unfreeze",
        };
        assert!(told.contains(expected), "{about}");
    }
}

#[tokio::test]
async fn an_answer_of_slack_lifts_the_freeze_that_was_meant_and_no_other() {
    let mut town = broken_by(GROUP).await;
    town.world.slack.edit_group("ian", "S0ENG", &["kofi"]).await.unwrap();
    let ian = town.world.ian();
    ian.types(EMERGENCIES, "/runbook freeze the auditors are here").await;
    town.world.slack.faults().hang("usergroups.users.list");
    town.world.slack.command("kofi", EMERGENCIES, "/runbook unfreeze").await.unwrap();
    town.world.slack.command("ian", EMERGENCIES, "/runbook unfreeze").await.unwrap();
    town.world.clock.advance(jiff::SignedDuration::from_secs(1));
    town.world.slack.command("ian", EMERGENCIES, "/runbook freeze they are back").await.unwrap();
    town.world.slack.faults().release("usergroups.users.list");
    town.world.settle().await;
    assert!(is_frozen(&town).await);
    let kofi = town.world.person("kofi");
    assert!(kofi.whisper(EMERGENCIES).unwrap().text.contains("Changes are frozen already"));
    // What was asked goes on after a crash.
    town.world.slack.faults().hang("usergroups.users.list");
    town.world.slack.command("kofi", EMERGENCIES, "/runbook unfreeze").await.unwrap();
    town.world.crash().await;
    town.world.slack.faults().release("usergroups.users.list");
    town.world.start_howler().await;
    town.world.settle().await;
    assert!(!is_frozen(&town).await);
}

#[tokio::test]
async fn at_a_shell_nobody_unfreezes_what_somebody_else_froze() {
    use domain::actor::Actor;
    use domain::id::DeliveryId;
    use domain::request::{Ask, Place, ReplyPath, Request};

    let town = broken_by(GROUP).await;
    town.world.ian().types(EMERGENCIES, "/runbook freeze the auditors are here").await;
    let asked = Request {
        delivery: DeliveryId("shell:1000:a".into()),
        by: Actor::Shell("kofi".into()),
        place: Place::shell(),
        reply: ReplyPath::Inline,
        ask: Ask::Line(grammar::parse_runbook("unfreeze")),
    };
    let answer = town.world.desk().submit(asked).await.unwrap();
    assert!(format!("{answer:?}").contains("MayNotUnfreeze") && is_frozen(&town).await, "{answer:?}");
}

#[tokio::test]
async fn a_card_says_where_too_few_may_approve() {
    for (rules, members, said) in [
        (GROUP, &["ian"][..], Some("Nobody else may approve it now")),
        (GROUP, &["kofi"], None),
        (ON_CALL, &[], None),
    ] {
        let town = broken_by(rules).await;
        town.world.slack.edit_group("ian", "S0ENG", members).await.unwrap();
        town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
        let card = town.card(EMERGENCIES);
        assert!(card.contains("Approve? "), "{card}");
        assert_eq!(card.contains("may approve it now"), said.is_some(), "{members:?}: {card}");
        assert!(said.is_none_or(|said| card.contains(said)), "{card}");
    }
}
