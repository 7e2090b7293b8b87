//! An action taken back: offered once it was carried out, and carried out itself as everything is that changes something.

use desk::Fault;
use domain::answer::Answer;
use domain::id::DeliveryId;
use domain::request::{Ask, Place, ReplyPath, Request};

use crate::harness::{EMERGENCIES, Town};
use crate::rollback::{KUBECTL, PEOPLE, QUEUE, approved_until_begun, began, broken};
use domain::actor::Actor;

/// As it was filled when the restart was approved: seven ran then.
const UNDO: &str = "--context=prod --namespace=town rollout undo deployment/queue --to-revision=7";

/// A queue that was restarted, which is being proved; its undo brings back the old revision and the error.
async fn restarted() -> Town {
    let town = broken().await;
    town.write("undo", "echo back; echo '{\"revision\": 7}' >version; echo 'one ERROR' >log");
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert!(town.card(EMERGENCIES).contains("Checking whether it helped"), "{}", town.card(EMERGENCIES));
    town
}

fn has(town: &Town, parts: &[&str]) {
    let card = town.card(EMERGENCIES);
    for part in parts {
        assert!(card.contains(part), "{part} is not in {card}");
    }
}

fn undone(town: &Town) -> usize {
    town.asked().iter().filter(|line| *line == UNDO).count()
}

fn buttons(town: &Town) -> Vec<String> {
    town.world.channel(EMERGENCIES).last("Queue failure").buttons()
}

fn request(number: usize, by: &str, line: &str) -> Request {
    Request {
        delivery: DeliveryId(format!("click-{number}-{by}-{}", line.len())),
        by: Actor::from(by),
        place: Place { channel: "C0EMERG".into(), thread: None },
        reply: ReplyPath::Inline,
        ask: Ask::Line(serde_json::from_str(line).unwrap()),
    }
}

#[tokio::test]
async fn while_it_is_proved_an_action_is_one_click_and_one_approval_from_its_undo() {
    let town = restarted().await;
    let (world, ian) = (&town.world, town.world.ian());
    assert_eq!(buttons(&town), ["undo", "abort"]);
    ian.clicks(EMERGENCIES, "undo").await;
    has(&town, &["Approve? Undo: Restart the queue", UNDO, "Needs 1 "]);
    has(
        &town,
        &["revision is 8 (was 7)", "Until it starts I keep checking", "undo:  kubectl", "rollout restart"],
    );
    assert_eq!(world.count(EMERGENCIES, "Undo: Restart the queue needs 1 approval by"), 1);
    ian.clicks(EMERGENCIES, "approve").await;
    assert!(ian.whisper(EMERGENCIES).unwrap().text.contains("somebody else has to approve it"));
    let logs = began(&town, " logs ");
    world.forward_seconds(11).await;
    assert!(began(&town, " logs ") > logs, "the proof goes on");
    assert_eq!(undone(&town), 0, "nothing runs before it is approved");

    world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!((undone(&town), began(&town, " undo ")), (1, 1));
    has(&town, &["Done. Checking whether it helped: Undo: Restart the queue"]);
    world.forward_seconds(30).await;
    has(&town, &["Restart the queue was undone: everything is as it was before."]);
    has(&town, &["To do it again yourself: `kubectl", "Next step: Roll the queue back"]);
    assert_eq!(
        world.count(EMERGENCIES, "undone: everything is as it was before"),
        2,
        "its card, and the thread"
    );
    assert_eq!(world.count(EMERGENCIES, "Restart the queue helped"), 0, "nothing of it counts any more");
    assert!(!buttons(&town).contains(&"undo".to_owned()), "{:?}", buttons(&town));
    assert_eq!((undone(&town), began(&town, "restart")), (1, 1));
}

#[tokio::test]
async fn what_did_not_help_is_taken_back_and_the_step_that_was_offered_is_offered_again() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    town.write("restart", "echo '{\"revision\": 8}' >version");
    // As Kubernetes does: what is rolled back gets a new number.
    town.write("undo", "echo '{\"revision\": 9}' >version");
    ian.types(EMERGENCIES, "/incident p2 Queue is stuck").await;
    let room = "#inc-1-queue-is-stuck";
    ian.types(room, "/runbook run queue").await;
    world.maya().clicks(room, "approve").await;
    world.forward_seconds(125).await;
    let card = town.card(room);
    assert!(card.contains("did not help in time") && card.contains("Roll the queue back"), "{card}");
    assert!(card.contains("Undo takes back Restart the queue") && card.contains(UNDO), "{card}");
    ian.types(room, "/runbook undo RUN-1").await;
    world.maya().clicks(room, "approve").await;
    world.forward_seconds(30).await;
    let card = town.card(room);
    for part in ["The undo of Restart the queue ran", "version: revision was 7, and is 9", "Ask for approval"]
    {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    assert!(card.contains("Next step: Roll the queue back"), "it was not left behind: {card}");
    assert_eq!(undone(&town), 1);
    let timeline = ian.types(room, "/incident timeline").await;
    for part in [
        "asked for approval: Undo: Restart the queue",
        "Undo: Restart the queue started. Audit at",
        "the undo ran: I can't tell whether it is undone: some facts differ from before",
    ] {
        assert!(timeline.contains(part), "{part} is not in {timeline}");
    }
}

#[tokio::test]
async fn what_helped_and_made_something_else_worse_is_taken_back_from_the_card_of_a_run_that_is_over() {
    let town = restarted().await;
    let world = &town.world;
    world.forward_seconds(60).await;
    has(&town, &["The action helped", "Undo takes back Restart the queue"]);
    assert_eq!(buttons(&town), ["undo"]);
    // Denied, it is as it was, and can be asked for again.
    world.ian().clicks(EMERGENCIES, "undo").await;
    world.maya().clicks(EMERGENCIES, "deny").await;
    assert_eq!(world.count(EMERGENCIES, "Undo: Restart the queue: denied by <@U0MAYA>"), 1);
    has(&town, &["The action helped", "It was not undone.", "Denied by <@U0MAYA>"]);
    assert_eq!(buttons(&town), ["undo"]);
    world.forward_seconds(10).await;
    world.ian().clicks(EMERGENCIES, "undo").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    world.forward_seconds(60).await;
    has(&town, &["was undone: everything is as it was", "Next step: Roll the queue back"]);
    assert_eq!(undone(&town), 1);
}

#[tokio::test]
async fn a_proof_that_ends_while_people_are_asked_is_told_and_the_request_stands() {
    let town = restarted().await;
    let world = &town.world;
    world.ian().clicks(EMERGENCIES, "undo").await;
    world.forward_seconds(60).await;
    assert_eq!(world.count(EMERGENCIES, "RUN-1: Restart the queue helped"), 1);
    has(&town, &["Approve? Undo: Restart the queue", "helped. Its checks have passed since then"]);
    world.forward(10).await;
    has(&town, &["The action helped", "It was not undone.", "Nobody approved it in time"]);
    assert_eq!((undone(&town), buttons(&town)), (0, vec!["undo".to_owned()]));
}

#[tokio::test]
async fn an_action_that_fails_while_its_undo_is_asked_for_leads_to_the_next_step_behind_it() {
    let town = broken().await;
    let world = &town.world;
    town.write("restart", "echo '{\"revision\": 8}' >version");
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    world.forward_seconds(60).await;
    world.ian().clicks(EMERGENCIES, "undo").await;
    world.forward_seconds(100).await;
    assert_eq!(world.count(EMERGENCIES, "Restart the queue: it ran and did not help"), 1);
    has(&town, &["Approve? Undo: Restart the queue", "did not help in time"]);
    world.maya().clicks(EMERGENCIES, "deny").await;
    world.forward_seconds(10).await;
    has(&town, &["did not help in time", "It was not undone.", "Next step: Roll the queue back"]);
    assert_eq!(undone(&town), 0);
}

#[tokio::test]
async fn what_somebody_else_changes_meanwhile_voids_the_undo_and_the_proof_goes_on() {
    let town = restarted().await;
    let world = &town.world;
    world.ian().clicks(EMERGENCIES, "undo").await;
    town.write("version", r#"{"revision": 12}"#);
    world.maya().clicks(EMERGENCIES, "approve").await;
    // The edits of cards are paced.
    world.forward_seconds(4).await;
    has(&town, &["It was not undone.", "the approval no longer counts", "revision was 8, and is 12"]);
    world.forward_seconds(60).await;
    has(&town, &["The action helped"]);
    // Asked again, it is told how far the world is from what it takes back.
    world.ian().clicks(EMERGENCIES, "undo").await;
    has(&town, &["revision is 12 (was 7)"]);
    // What cannot be read is not approved blindly.
    world.maya().clicks(EMERGENCIES, "deny").await;
    town.write("version", "no JSON");
    world.forward_seconds(10).await;
    world.ian().clicks(EMERGENCIES, "undo").await;
    has(&town, &["version could not be read, and nobody approves that blindly"]);
    assert_eq!(undone(&town), 0);
}

#[tokio::test]
async fn nobody_takes_back_alone_what_cannot_be_taken_back_again() {
    let town = restarted().await;
    let ian = town.world.ian();
    ian.clicks(EMERGENCIES, "undo").await;
    assert_eq!(buttons(&town), ["approve", "deny"]);
    let code = ian.types(EMERGENCIES, "/runbook approve RUN-1").await;
    let code = code.split("RUN-1 ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let alone = ian.types(EMERGENCIES, &format!("/runbook break-glass RUN-1 {code} alone")).await;
    assert!(alone.contains("it cannot be undone, so nobody can go ahead alone"), "{alone}");
    town.world.forward_seconds(120).await;
    assert_eq!(undone(&town), 0);
}

#[tokio::test]
async fn nothing_is_taken_back_while_changes_are_frozen_or_too_many_began() {
    let town = Town::with(&[("queue-failure", QUEUE)], &format!("{PEOPLE}per_hour = 1\n")).await;
    town.state(KUBECTL);
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town.write("restart", "echo fine >log; echo '{\"revision\": 8}' >version");
    let (world, ian) = (&town.world, town.world.ian());
    let nothing = ian.types(EMERGENCIES, "/runbook undo").await;
    assert!(nothing.contains("No run can take that now"), "{nothing}");
    ian.types(EMERGENCIES, "/runbook run queue").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    let capped = ian.types(EMERGENCIES, "/runbook undo RUN-1").await;
    assert!(capped.contains("1 changes began within the last hour"), "{capped}");
    ian.types(EMERGENCIES, "/runbook freeze the auditors are here").await;
    world.forward(61).await;
    let frozen = ian.types(EMERGENCIES, "/runbook undo RUN-1").await;
    assert!(frozen.contains("changes are frozen: the auditors are here"), "{frozen}");
    ian.types(EMERGENCIES, "/runbook unfreeze").await;
    let asked = ian.types(EMERGENCIES, "/runbook undo RUN-1").await;
    assert!(asked.contains("then I'll ask for approval of the undo"), "{asked}");
}

#[tokio::test]
async fn an_undo_that_is_stopped_or_fails_is_followed_by_a_look_and_stays_offered() {
    let town = restarted().await;
    let world = &town.world;
    town.write("undo", "touch begun; sleep 600");
    world.ian().clicks(EMERGENCIES, "undo").await;
    approved_until_begun(&town).await;
    world.slack.command("zoe", EMERGENCIES, "/runbook abort RUN-1").await.unwrap();
    world.settle().await;
    // The edits of cards are paced.
    world.forward_seconds(40).await;
    has(
        &town,
        &[
            "Undo: Restart the queue: it was stopped. Nothing of it still runs.",
            "I can't tell whether it happened",
        ],
    );
    assert_eq!(buttons(&town), ["undo"], "all is well, and the restart can still be taken back");

    town.write("undo", "echo '{\"revision\": 7}' >version; echo 'one ERROR' >log; exit 3");
    world.ian().clicks(EMERGENCIES, "undo").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    world.forward_seconds(10).await;
    has(&town, &["exit code 3", "The facts say that it happened", "Next step: Roll the queue back"]);
    assert!(!buttons(&town).contains(&"undo".to_owned()), "{:?}", buttons(&town));
    assert_eq!(undone(&town), 2);
}

#[tokio::test]
async fn an_old_card_takes_back_nothing_else_than_what_it_named() {
    let town = restarted().await;
    let world = &town.world;
    let old = world.ian().button(EMERGENCIES, "undo").value("undo");
    town.write("log", "one ERROR\n");
    world.forward_seconds(150).await;
    world.ian().clicks(EMERGENCIES, "propose").await;
    let code = world.maya().types(EMERGENCIES, "/runbook approve RUN-1").await;
    let code = code.split("RUN-1 ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    for name in ["maya", "kofi"] {
        world.person(name).types(EMERGENCIES, &format!("/runbook approve RUN-1 {code} seen")).await;
    }
    assert!(began(&town, "--to-revision=6") == 1, "{}", town.card(EMERGENCIES));
    let answer = world.desk().submit(request(1, "U0IAN", &old)).await;
    assert!(format!("{answer:?}").contains("Refused"), "{answer:?}");
    world.settle().await;
    assert_eq!(undone(&town), 0);
}

#[tokio::test]
async fn a_thousand_clicks_are_one_request_and_one_undo() {
    let town = restarted().await;
    let (world, desk) = (&town.world, town.world.desk());
    let submit = async |line: &str, people: [&str; 2]| {
        let clicks = (0..500).flat_map(|number| people.map(|by| request(number, by, line)));
        let answers = futures_util::future::join_all(clicks.map(|click| desk.submit(click))).await;
        world.settle().await;
        let kept = |answer: &Result<Answer, Fault>| format!("{answer:?}").contains("Done");
        answers.iter().filter(|answer| kept(answer)).count()
    };
    let line = world.ian().button(EMERGENCIES, "undo").value("undo");
    assert_eq!(submit(&line, ["U0IAN", "U0KOFI"]).await, 1);
    let line = world.maya().button(EMERGENCIES, "approve").value("approve");
    assert_eq!(submit(&line, ["U0MAYA", "U0ZOE"]).await, 1);
    world.forward_seconds(60).await;
    assert_eq!(undone(&town), 1);
}

#[tokio::test]
async fn an_undo_that_changed_nothing_is_not_called_taken_back_and_stays_offered() {
    let town = restarted().await;
    let world = &town.world;
    town.write("undo", "echo nothing to roll back");
    world.ian().clicks(EMERGENCIES, "undo").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    world.forward_seconds(150).await;
    has(&town, &["The undo of Restart the queue ran: nothing changed"]);
    assert!(!town.card(EMERGENCIES).contains("Restart the queue was undone"), "{}", town.card(EMERGENCIES));
    assert_eq!((undone(&town), buttons(&town)), (1, vec!["undo".to_owned()]));
}

#[tokio::test]
async fn it_is_taken_back_after_its_incident_is_resolved_and_the_timeline_has_it() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    town.write("undo", "echo '{\"revision\": 7}' >version");
    ian.types(EMERGENCIES, "/incident p2 Queue is stuck").await;
    let room = "#inc-1-queue-is-stuck";
    ian.types(room, "/runbook run queue").await;
    world.maya().clicks(room, "approve").await;
    world.forward_seconds(60).await;
    ian.types(room, "/incident resolve the queue was stuck").await;
    world.forward_seconds(10).await;
    ian.clicks(room, "undo").await;
    world.forward_seconds(5).await;
    world.maya().clicks(room, "approve").await;
    world.forward_seconds(60).await;
    assert_eq!(undone(&town), 1, "{}", town.card(room));
    assert!(town.card(room).contains("Restart the queue was undone"), "{}", town.card(room));
    let timeline = ian.types(room, "/incident timeline").await;
    assert!(timeline.contains("undone: everything is as it was"), "{timeline}");
}

#[tokio::test]
async fn a_run_that_is_closed_while_its_action_is_proved_tells_what_ran_and_offers_its_undo() {
    let town = restarted().await;
    town.world.ian().types(EMERGENCIES, "/runbook abort RUN-1").await;
    has(&town, &["Restart the queue ran", "nobody saw whether it helped", "Approved by <@U0MAYA>"]);
    has(&town, &["Asked for by <@U0IAN>", "(before the action)", "Undo takes back Restart the queue", UNDO]);
    assert_eq!(buttons(&town), ["undo"]);
}
