//! The runbook's procedures in Slack: read, by every way to howler. None of it is run.

use crate::harness::{EMERGENCIES, World};

#[tokio::test]
async fn procedures_are_listed_and_shown() {
    let world = World::start().await;
    let ian = world.ian();
    for line in ["/runbook", "/runbook list", "/runbook help"] {
        let list = ian.types(EMERGENCIES, line).await;
        for part in [
            "`event-stream-failure` Event stream failure, to be over in 5 min",
            "`web-rollback`",
            "runs none of it",
        ] {
            assert!(list.contains(part), "{line}: {part} is not in {list}");
        }
    }
    for line in ["/runbook show event-stream-failure", "/runbook event stream", "/runbook show Event-Stream"]
    {
        let shown = ian.types(EMERGENCIES, line).await;
        for part in [
            "Event stream failure",
            "Redis takes connections",
            "kubectl rollout undo deployment/event-stream --to-revision={revision}",
            "undo:  none: a restart leaves nothing to take back",
        ] {
            assert!(shown.contains(part), "{line}: {part} is not in {shown}");
        }
    }
}

#[tokio::test]
async fn every_procedure_fits_into_a_message_of_slacks() {
    let world = World::start().await;
    let names = howler::procedure::load(None).runbook;
    for procedure in names.all() {
        let shown = world.ian().types(EMERGENCIES, &format!("/runbook show {}", procedure.name)).await;
        assert!(shown.contains(&procedure.title), "{}: {shown}", procedure.name);
    }
}

#[tokio::test]
async fn a_mention_shows_it_where_it_was_asked() {
    let world = World::start().await;
    world.ian().says(EMERGENCIES, "@howler runbook show logs").await;
    let shown = world.ian().whisper(EMERGENCIES).unwrap();
    assert!(shown.text.contains("The event stream's log"), "{}", shown.text);
}

#[tokio::test]
async fn what_is_not_there_says_what_is() {
    let world = World::start().await;
    for (line, part) in [
        ("/runbook show web-rolback", "/runbook show web-rollback"),
        ("/runbook show <!channel> *x*", "There is no procedure"),
        ("/runbook xyzzy", "/runbook list"),
        ("/runbook run web-rollback", "is not in this version: it shows procedures and runs nothing"),
        ("/runbook diagnose event-stream-failure tail=200", "is not in this version"),
    ] {
        let said = world.ian().types(EMERGENCIES, line).await;
        assert!(said.contains(part) && !said.contains("<!channel>"), "{line}: {said}");
    }
    let long = world.ian().types(EMERGENCIES, &format!("/runbook show {}", "x".repeat(3_000))).await;
    assert!(long.contains("There is no procedure") && long.chars().count() < 500, "{long}");
}
