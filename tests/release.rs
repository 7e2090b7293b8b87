//! A target that is held is freed by two people, and by nothing else (research 2b, rule 16).

use std::sync::Arc;

use domain::id::RunId;
use domain::run::change::Ended;
use domain::run::{Last, Run};
use howler::data::{From, verify_audit};
use store::{Changes, Kinds, Of, Store};

use crate::harness::process::until;
use crate::harness::{EMERGENCIES, Town};
use crate::rollback::{began, broken};

const ROOM: &str = "#inc-1-queue-is-stuck";

/// A run that was closed, of whose program a part could not be ended.
async fn left_over() -> Town {
    let mut town = broken().await;
    town.world.ian().types(EMERGENCIES, "/incident p2 Queue is stuck").await;
    town.write("restart", "exit 3");
    town.world.ian().types(ROOM, "/runbook run queue").await;
    town.world.maya().clicks(ROOM, "approve").await;
    town.world.ian().types(ROOM, "/runbook abort RUN-1").await;
    town.world.stop().await;
    // No program of a test outlives KILL, so the store is told what a kernel would.
    {
        let store = Store::open(&town.world.data(), "test").unwrap();
        let loaded = store.load().unwrap();
        let mut run: Run = store.run(RunId(1)).unwrap().unwrap();
        run.leftover = true;
        if let Some(Last::Broke { ended, .. }) = &mut run.last {
            *ended = Ended::Stopped { empty: false };
        }
        let runs = Of { rows: vec![Arc::new(run)], events: Vec::new() };
        let kinds = Kinds { runs, ..Kinds::default() };
        let changes = Changes { kinds, next: loaded.next, ..Changes::default() };
        store.commit(&changes, town.world.clock.now()).unwrap();
    }
    town.world.start_howler().await;
    town.world.settle().await;
    town
}

fn code(answer: &str) -> String {
    answer.split("approve RUN-1 ").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_a_change_left_over_is_freed_once_somebody_else_agrees() {
    let mut town = left_over().await;
    town.write("restart", "echo restarted; echo fine >log; echo '{\"revision\": 8}' >version");
    let (ian, maya) = (town.world.ian(), town.world.maya());
    maya.types(ROOM, "/runbook diagnose queue").await;
    let held = maya.types(ROOM, "/runbook propose RUN-2").await;
    assert!(held.contains("is locked by RUN-1"), "a run that is over holds it still: {held}");
    let status = maya.types(ROOM, "/runbook status").await;
    for part in ["Locked, so that nobody else changes it", "RUN-1, started by <@U0IAN>", "release RUN-1 why"]
    {
        assert!(status.contains(part), "{part} is not in {status}");
    }
    let none = ian.types(ROOM, "/runbook release deployment/other gone").await;
    assert!(none.contains("Nothing locks"), "{none}");
    let asked = ian.types(ROOM, "/runbook release deployment/queue I looked, it is gone").await;
    assert!(asked.contains("I asked the others to agree"), "{asked}");
    assert_eq!(town.world.count(ROOM, "asks to release `deployment/queue`"), 1);
    let asked = ian.types(ROOM, "/runbook release RUN-1 once more").await;
    assert!(asked.contains("asked for the release already"), "{asked}");

    // It is still asked after a restart.
    town.world.crash().await;
    town.world.start_howler().await;
    town.world.settle().await;
    let (ian, maya, zoe) = (town.world.ian(), town.world.maya(), town.world.person("zoe"));
    let sign = code(&maya.types(ROOM, "/runbook approve RUN-1").await);
    let own = ian.types(ROOM, &format!("/runbook approve RUN-1 {sign} why not")).await;
    assert!(own.contains("you asked for it"), "{own}");
    let stranger = zoe.types(EMERGENCIES, &format!("/runbook approve RUN-1 {sign} why not")).await;
    assert!(stranger.contains("you may not approve this"), "{stranger}");
    let still = maya.types(ROOM, "/runbook propose RUN-2").await;
    assert!(still.contains("is locked by RUN-1"), "a wish frees nothing: {still}");
    let agreed = maya.types(ROOM, &format!("/runbook approve RUN-1 {sign} I looked too")).await;
    assert!(agreed.contains("is released"), "{agreed}");
    town.world.forward_seconds(30).await;

    let card = town
        .world
        .channel(ROOM)
        .messages
        .iter()
        .map(|message| message.everything())
        .find(|text| text.contains("RUN-1 ·"));
    let card = card.unwrap();
    for part in ["was released", "<@U0IAN> asked: I looked, it is gone; agreed by <@U0MAYA>", "I looked too"]
    {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    let timeline = ian.types(ROOM, "/incident timeline").await;
    for part in ["asks to release `deployment/queue`", "was released, asked for by"] {
        assert!(timeline.contains(part), "{part} is not in {timeline}");
    }
    let status = ian.types(ROOM, "/runbook status").await;
    assert!(!status.contains("Locked"), "{status}");
    let now = maya.types(ROOM, "/runbook propose RUN-2").await;
    assert!(now.contains("then I'll ask for approval"), "{now}");
    let again = maya.types(ROOM, "/runbook release RUN-1 again").await;
    assert!(again.contains("locks nothing"), "{again}");
    town.world.stop().await;
    let audit = verify_audit(From::Data(town.world.data()), None, None, &town.world.clock).await.unwrap();
    assert!(audit.starts_with("the audit is whole"), "{audit}");
}

#[tokio::test]
async fn a_release_that_is_denied_or_that_nobody_agrees_to_frees_nothing() {
    let town = left_over().await;
    let (ian, maya) = (town.world.ian(), town.world.maya());
    ian.types(ROOM, "/runbook release RUN-1 gone").await;
    let denied = maya.types(ROOM, "/runbook deny RUN-1 it is not").await;
    assert!(denied.contains("release denied"), "{denied}");
    ian.types(ROOM, "/runbook release RUN-1 gone by now").await;
    town.world.forward(10).await;
    assert_eq!(town.world.count(ROOM, "nobody agreed to the release in time"), 1);
    maya.types(ROOM, "/runbook diagnose queue").await;
    let held = maya.types(ROOM, "/runbook propose RUN-2").await;
    assert!(held.contains("is locked by RUN-1"), "{held}");
}

#[tokio::test]
async fn howlers_own_program_is_stopped_and_not_released() {
    let town = broken().await;
    let world = &town.world;
    town.write("restart", "echo begun; while :; do sleep 1; done");
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    let approve = world.maya().button(EMERGENCIES, "approve");
    world.slack.click("maya", EMERGENCIES, &approve.ts, "approve", None).await.unwrap();
    until(|| began(&town, "restart") > 0).await;
    world.slack.command("ian", EMERGENCIES, "/runbook release RUN-1 stuck").await.unwrap();
    let told = || world.ian().whisper(EMERGENCIES).map(|message| message.text).unwrap_or_default();
    assert!(told().contains("its program is still running") && told().contains("abort RUN-1"), "{}", told());
    world.slack.command("zoe", EMERGENCIES, "/runbook abort RUN-1").await.unwrap();
    world.settle().await;
}

#[tokio::test]
async fn a_proof_whose_target_was_released_is_never_called_help() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert!(town.card(EMERGENCIES).contains("Checking whether it helped"), "{}", town.card(EMERGENCIES));
    ian.types(EMERGENCIES, "/runbook release RUN-1 somebody deploys").await;
    let kofi = world.person("kofi");
    let sign = code(&kofi.types(EMERGENCIES, "/runbook approve RUN-1").await);
    kofi.types(EMERGENCIES, &format!("/runbook approve RUN-1 {sign} I deploy")).await;
    let logs = began(&town, " logs ");
    world.forward_seconds(120).await;
    assert!(town.card(EMERGENCIES).contains("Its target was released"), "{}", town.card(EMERGENCIES));
    assert_eq!(world.count(EMERGENCIES, "Restart the queue helped"), 0);
    assert_eq!(began(&town, " logs "), logs, "nothing of it is asked any more");
}

#[tokio::test]
async fn a_release_is_on_the_card_while_its_action_is_proved_and_void_once_that_is_over() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    let early = ian.types(EMERGENCIES, "/runbook release RUN-1 hurry").await;
    assert!(early.contains("it has not started"), "{early}");
    world.maya().clicks(EMERGENCIES, "approve").await;
    let buttons = || world.channel(EMERGENCIES).last("Queue failure").buttons();
    assert_eq!(buttons(), ["undo", "abort"]);
    ian.types(EMERGENCIES, "/runbook release RUN-1 somebody deploys").await;
    world.forward_seconds(2).await;
    assert_eq!(buttons(), ["approve", "deny"], "the message says that the card has them");
    assert!(town.card(EMERGENCIES).contains("Release?"), "{}", town.card(EMERGENCIES));
    world.forward_seconds(60).await;
    assert!(town.card(EMERGENCIES).contains("The action helped"), "{}", town.card(EMERGENCIES));
    assert_eq!(buttons(), ["undo"]);
    assert_eq!(world.count(EMERGENCIES, "no release needed"), 1);
    world.forward(15).await;
    assert_eq!(world.count(EMERGENCIES, "stays locked"), 0, "it is free");
}
