//! What programs print that nobody should have to look at: bytes that are no text, endless lines (research 2b, rule 7).

use crate::harness::EMERGENCIES;
use crate::rollback::{KUBECTL, began, broken};

/// 3,000 bytes, none of which is UTF-8.
const BYTES: &str = "head -c 3000 /dev/zero | tr '\\0' '\\377'";

#[tokio::test]
async fn bytes_that_are_no_text_are_counted_and_never_shown_or_uploaded() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    town.state(&KUBECTL.replace("cat log", BYTES));
    ian.types(EMERGENCIES, "/runbook diagnose queue").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("it printed 3000 bytes that are no text"), "{card}");
    assert!(!card.contains("Restart the queue"), "what could not be told leads to no action: {card}");

    // A plan that cannot be read is not approved.
    town.state(&KUBECTL.replace("echo \"1 of 3 are there\"", BYTES));
    ian.types(EMERGENCIES, "/runbook run queue").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("its plan brings nothing: it printed 3000 bytes that are no text"), "{card}");

    town.state(KUBECTL);
    town.write("restart", BYTES);
    world.forward_seconds(30).await;
    ian.clicks(EMERGENCIES, "propose").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1);
    let card = town.card(EMERGENCIES);
    assert!(card.contains("… 3000 bytes that are no text …"), "{card}");
    let slack = world.slack.look(|slack| serde_json::to_string(slack).unwrap());
    assert!(!slack.contains('\u{fffd}'), "no garbage anywhere, in no file either");
}

#[tokio::test]
async fn a_log_of_too_many_lines_is_not_taken_for_a_quiet_one() {
    let town = broken().await;
    let ian = town.world.ian();
    // The only error is in the middle, which is left out.
    town.state(&KUBECTL.replace("cat log", "seq 1 30000; echo ERROR; seq 1 30000"));
    ian.types(EMERGENCIES, "/runbook diagnose queue").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("the middle of the answer is missing"), "{card}");
    assert!(!card.contains("Nothing is wrong here"), "{card}");
}
