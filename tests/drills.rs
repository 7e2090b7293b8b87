//! Drills of procedures by the running howler: by day, reading only, and told where people on call read it.

use crate::harness::{EMERGENCIES, Town};

const ON_CALL: &str = "#on-call";

async fn town() -> Town {
    Town::ruled(&[("queue-failure", crate::harness::town::QUEUE)], "", "drill = \"weekly\"").await
}

/// Days on which it was told, at most one message each.
fn told(town: &Town) -> usize {
    town.world.count(ON_CALL, "🧯 Drill")
}

/// The world begins on a Tuesday at 02:00 UTC; people work from ten to four.
#[tokio::test]
async fn once_a_week_by_day_what_could_not_be_told_is_said_and_nothing_is_changed() {
    let mut town = town().await;
    town.state("echo one ERROR");
    town.world.drilled().await;
    assert_eq!((told(&town), town.asked().len()), (0, 0), "not by night");
    town.world.forward(8 * 60).await;
    town.world.drilled().await;
    assert_eq!(told(&town), 1, "{:#?}", town.world.channel(ON_CALL).texts());
    let said = town.world.channel(ON_CALL).last("🧯 Drill").everything().replace('*', "");
    for part in
        ["nothing was changed", "queue-failure: 2 of 3 checks could tell", "release: helm cannot be run"]
    {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    assert!(!town.asked().iter().any(|line| line.contains("restart")), "{:?}", town.asked());
    // It is known after a crash, and not tried again in the same week.
    town.world.crash().await;
    town.world.start_howler().await;
    town.world.forward(6 * 24 * 60).await;
    town.world.drilled().await;
    assert_eq!(told(&town), 1);
    let ian = town.world.ian();
    ian.types(EMERGENCIES, "/runbook diagnose queue").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("Last drilled 6 days ago: 2 of 3 checks could tell."), "{card}");
    ian.clicks(EMERGENCIES, "abort").await;
    // A week after it is due, while something is wrong the tools are people's.
    ian.types(EMERGENCIES, "/incident p2 Queue is stuck").await;
    town.world.forward(24 * 60).await;
    town.world.drilled().await;
    assert_eq!(told(&town), 1);
    ian.types(EMERGENCIES, "/incident 1 resolve A full disk").await;
    town.world.forward(30).await;
    town.world.drilled().await;
    assert_eq!(told(&town), 2);
}
