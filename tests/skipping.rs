//! Steps that are left behind: asked first, taken back, and known to the next run.

use crate::harness::EMERGENCIES;
use crate::rollback::{began, broken};

#[tokio::test]
async fn a_skipped_step_is_asked_for_first_and_can_be_come_back_to() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook diagnose queue").await;
    let card = town.card(EMERGENCIES);
    assert!(
        card.contains("Skip this step") && card.contains("It counts as not tried"),
        "it is confirmed: {card}"
    );
    assert!(!card.contains("Back to:"), "{card}");
    ian.clicks(EMERGENCIES, "next").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("Roll the queue back") && card.contains("Skipped, not tried: "), "{card}");
    // Down to the last step and over: nothing says that the rollback was tried.
    ian.clicks(EMERGENCIES, "next").await;
    ian.clicks(EMERGENCIES, "next").await;
    let card = town.card(EMERGENCIES);
    assert!(
        card.contains("no further step") && card.contains("Restart the queue; Roll the queue back"),
        "{card}"
    );
    for step in ["Raise it", "Roll the queue back", "Restart the queue"] {
        world.maya().clicks(EMERGENCIES, "unskip").await;
        let card = town.card(EMERGENCIES);
        assert!(card.contains("Next step: ") && card.contains(step), "{step}: {card}");
    }
    assert!(!town.card(EMERGENCIES).contains("Skipped, not tried"), "{}", town.card(EMERGENCIES));
    ian.clicks(EMERGENCIES, "propose").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1, "what was come back to is carried out");
    let refused = ian.types(EMERGENCIES, "/runbook unskip RUN-1").await;
    assert!(refused.contains("Nothing changed"), "{refused}");
}

#[tokio::test]
async fn a_new_run_knows_what_the_last_one_did_in_vain() {
    let town = broken().await;
    town.write("restart", "echo restarted");
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/incident p2 The queue is stuck").await;
    ian.types(EMERGENCIES, "/runbook run queue").await;
    let room = "#inc-1-the-queue-is-stuck";
    world.maya().clicks(room, "approve").await;
    world.forward_seconds(125).await;
    assert!(town.card(room).contains("did not help in time"), "{}", town.card(room));
    ian.clicks(room, "abort").await;
    ian.types(EMERGENCIES, "/runbook diagnose queue").await;
    let card = town.card(room);
    assert!(card.contains("RUN-2") && card.contains("RUN-1"), "{card}");
    assert!(card.contains("did this already, and it did not help: Restart the queue"), "{card}");
    assert!(card.contains("Roll the queue back"), "the next step is offered: {card}");
    ian.clicks(room, "unskip").await;
    assert!(town.card(room).contains("Next step: "), "{}", town.card(room));
    assert!(
        town.card(room).contains("rollout restart"),
        "whoever wants it once more gets it: {}",
        town.card(room)
    );
    // Another incident's run knows nothing of it.
    ian.types(EMERGENCIES, "/incident p3 The queue again").await;
    ian.types(EMERGENCIES, "/incident 1 resolve restarted").await;
    ian.types(EMERGENCIES, "/runbook diagnose queue").await;
    assert!(!town.card(EMERGENCIES).contains("did this already"), "{}", town.card(EMERGENCIES));
}
