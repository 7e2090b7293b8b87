//! An action from the offer to the proof: who may have it carried out, what exactly runs, once, and whether it helped.

use desk::Fault;
use domain::answer::Answer;
use domain::id::DeliveryId;
use domain::request::{Ask, Place, ReplyPath, Request};
use howler::data::{From, verify_audit};

use crate::harness::process::until;
use crate::harness::{EMERGENCIES, Town};
use domain::actor::Actor;

/// A rollback of high risk after a restart of medium risk.
pub const QUEUE: &str = r#"
schema = 1
title = "Queue failure"
section = "2.1"
rto = "5m"
rpo = "what was queued"
target = { cluster = "prod", namespace = "town", object = "deployment/queue" }
[check.errors]
title = "The log holds no error"
run = ["kubectl", "logs", "deployment/queue"]
expect = { "count:ERROR" = { max = 0 } }
[check.version]
title = "The version that runs"
run = ["kubectl", "get", "deployment/queue", "-o", "json"]
keep = { revision = "json:/revision" }
[[rung]]
when = { fail = ["errors"] }
do = "restart"
[[rung]]
when = { fail = ["errors"], tried = ["restart"] }
do = "roll_back"
[[rung]]
human = "Raise it."
[action.restart]
title = "Restart the queue"
risk = "medium"
freeze = ["version"]
changes = ["version.revision"]
plan = ["kubectl", "rollout", "status", "deployment/queue"]
run = ["kubectl", "rollout", "restart", "deployment/queue"]
undo = { run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={version.revision}"], risk = "medium", until = "24h" }
limit = "1m"
verify = { pass = ["errors"], within = "2m", every = "5s", hold = "30s" }
[action.roll_back]
title = "Roll the queue back"
risk = "high"
freeze = ["version"]
changes = ["version.revision"]
run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision=6"]
undo = "none: what was queued meanwhile is lost"
limit = "1m"
verify = { pass = ["errors"], within = "2m", every = "5s", hold = "30s" }
"#;

/// What this `kubectl` answers; `restart` and `undo` are files with what those do.
pub const KUBECTL: &str = r#"
case "$*" in
*" logs "*) cat log;;
*" get "*) cat version;;
*" status "*) echo "1 of 3 are there";;
*" restart "*) . ./restart;;
*" undo "*) . ./undo;;
esac
"#;
const RESTART: &str = "kubectl --context=prod --namespace=town rollout restart deployment/queue";
pub const PEOPLE: &str =
    "[runbook.approval]\npeople = [\"U0MAYA\", \"U0KOFI\", \"U0IAN\"]\non_call = false\n";

/// A queue whose restart helps.
pub async fn broken() -> Town {
    broken_by(PEOPLE).await
}

/// The same, by other rules of approval.
pub async fn broken_by(rules: &str) -> Town {
    let town = Town::with(&[("queue-failure", QUEUE)], rules).await;
    town.state(KUBECTL);
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town.write("restart", "echo restarted; echo fine >log; echo '{\"revision\": 8}' >version");
    town.write("undo", "echo back; echo fine >log");
    town
}

/// Approved by Maya; returns once the program, which goes on, has made the file `begun`.
pub async fn approved_until_begun(town: &Town) {
    let approve = town.world.maya().button(EMERGENCIES, "approve");
    town.world.slack.click("maya", EMERGENCIES, &approve.ts, "approve", None).await.unwrap();
    let begun = town.folder.path().join("begun");
    until(|| begun.exists()).await;
}

pub fn began(town: &Town, word: &str) -> usize {
    town.asked().iter().filter(|line| line.contains(word)).count()
}

#[tokio::test]
async fn approved_by_somebody_else_it_runs_once_and_is_proved() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/incident p2 Queue is stuck").await;
    let room = "#inc-1-queue-is-stuck";
    ian.types(room, "/runbook diagnose queue").await;
    ian.clicks(room, "propose").await;
    let card = town.card(room);
    for part in ["Approve? ", RESTART, "1 of 3 are there", "Needs 1 ", "--to-revision=7"] {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    assert_eq!(world.count(room, "needs 1 approval by"), 1);
    ian.clicks(room, "approve").await;
    assert!(ian.whisper(room).unwrap().text.contains("somebody else has to approve it"));
    let code = ian.types(room, "/runbook approve RUN-1").await;
    let code = code.split("RUN-1 ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let stranger =
        world.person("zoe").types(EMERGENCIES, &format!("/runbook approve RUN-1 {code} why not")).await;
    assert!(stranger.contains("you may not approve this"), "{stranger}");
    assert_eq!(began(&town, "restart"), 0, "nothing runs before it is approved");

    world.maya().clicks(room, "approve").await;
    assert_eq!(began(&town, "restart"), 1);
    let card = town.card(room);
    assert!(
        card.contains("Checking whether it helped") && card.contains("Its checks have passed since"),
        "{card}"
    );
    let late = format!("/runbook approve RUN-1 {code} late");
    let late = world.person("kofi").types(EMERGENCIES, &late).await;
    assert!(late.contains("approved already, last by <@U0MAYA>"), "{late}");
    assert_eq!(began(&town, "restart"), 1);
    let timeline = ian.types(room, "/incident timeline").await;
    for part in [
        "asked for approval: Restart the queue",
        "approved by <@U0MAYA>",
        "Restart the queue started. Audit at",
        "it finished",
    ] {
        assert!(timeline.contains(part), "{part} is not in {timeline}");
    }
}

#[tokio::test]
async fn its_checks_must_go_on_passing_before_it_counts_as_help() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    let logs = began(&town, " logs ");
    world.forward_seconds(29).await;
    assert!(!town.card(EMERGENCIES).contains("The action helped"), "{}", town.card(EMERGENCIES));
    world.forward_seconds(1).await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("The action helped"), "{card}");
    assert_eq!(
        world.count(EMERGENCIES, "RUN-1: Restart the queue helped"),
        1,
        "{:#?}",
        world.channel(EMERGENCIES).texts()
    );
    assert_eq!(world.channel(EMERGENCIES).last("Queue failure").buttons(), ["undo"]);
    assert_eq!(began(&town, " logs "), logs + 6, "asked every five seconds");
}

#[tokio::test]
async fn what_does_not_help_leads_to_the_next_rung() {
    let town = broken().await;
    town.write("restart", "echo restarted");
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    world.forward_seconds(119).await;
    assert!(town.card(EMERGENCIES).contains("don't pass yet"), "{}", town.card(EMERGENCIES));
    world.forward_seconds(6).await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("did not help in time") && card.contains("Roll the queue back"), "{card}");

    // Two must approve what is risky, and say why.
    ian.clicks(EMERGENCIES, "propose").await;
    assert!(town.card(EMERGENCIES).contains("Needs 2 "), "{}", town.card(EMERGENCIES));
    world.maya().clicks(EMERGENCIES, "approve").await;
    let empty = world.maya().submits(&[]).await;
    assert!(format!("{empty:?}").contains("comment"), "{empty:?}");
    world.maya().submits(&[("comment", "the log shows the bad release")]).await;
    assert!(town.card(EMERGENCIES).contains("Needs 1 "), "{}", town.card(EMERGENCIES));
    let again = world.maya().types(EMERGENCIES, "/runbook approve RUN-1").await;
    assert!(again.contains("approve with its code: `/runbook approve RUN-1 "), "{again}");
    let code = again.split("RUN-1 ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let twice = world.maya().types(EMERGENCIES, &format!("/runbook approve RUN-1 {code} again")).await;
    assert!(twice.contains("you said so already"), "{twice}");
    let silent = world.person("kofi").types(EMERGENCIES, &format!("/runbook approve RUN-1 {code}")).await;
    assert!(silent.contains("give a reason"), "{silent}");
    assert_eq!(began(&town, "undo"), 0);
    world.person("kofi").types(EMERGENCIES, &format!("/runbook approve RUN-1 {code} I see it too")).await;
    assert_eq!(began(&town, "undo"), 1);
    let used =
        world.person("kofi").types(EMERGENCIES, &format!("/runbook approve RUN-1 {code} once more")).await;
    assert!(used.contains("approved already"), "{used}");
    world.forward_seconds(35).await;
    assert!(town.card(EMERGENCIES).contains("The action helped"), "{}", town.card(EMERGENCIES));
}

#[tokio::test]
async fn denied_expired_and_withdrawn_requests_say_so_and_run_nothing() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    world.person("zoe").clicks(EMERGENCIES, "deny").await;
    assert!(world.person("zoe").whisper(EMERGENCIES).unwrap().text.contains("you may not approve this"));
    world.maya().clicks(EMERGENCIES, "deny").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("Denied by <@U0MAYA>") && card.contains("Ask for approval"), "{card}");
    let buttons = world.channel(EMERGENCIES).last("Queue failure").buttons();
    assert!(!buttons.iter().any(|button| button == "approve" || button == "deny"), "{buttons:?}");

    ian.clicks(EMERGENCIES, "propose").await;
    world.forward(10).await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("Nobody approved it in time"), "{card}");

    ian.clicks(EMERGENCIES, "propose").await;
    ian.clicks(EMERGENCIES, "deny").await;
    assert!(town.card(EMERGENCIES).contains("Denied by <@U0IAN>"));
    assert_eq!(began(&town, "restart"), 0);
}

#[tokio::test]
async fn what_moved_since_voids_the_approval() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    town.write("version", r#"{"revision": 9}"#);
    world.maya().clicks(EMERGENCIES, "approve").await;
    let card = town.card(EMERGENCIES);
    assert!(
        card.contains("the approval no longer counts") && card.contains("revision was 7, and is 9"),
        "{card}"
    );

    // The program is another one.
    world.forward_seconds(30).await;
    ian.clicks(EMERGENCIES, "propose").await;
    let kubectl = town.read("kubectl");
    town.write("kubectl", &format!("{kubectl}# changed\n"));
    world.maya().clicks(EMERGENCIES, "approve").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("is another one now"), "{card}");

    // A fact that cannot be read any more.
    world.forward_seconds(30).await;
    ian.clicks(EMERGENCIES, "propose").await;
    town.write("version", "no JSON");
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert!(town.card(EMERGENCIES).contains("version could not be told"), "{}", town.card(EMERGENCIES));
    assert_eq!(began(&town, "restart"), 0);
}

#[tokio::test]
async fn one_change_at_a_time_is_made_to_a_target() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    world.maya().types(EMERGENCIES, "/runbook diagnose queue").await;
    let held = world.maya().types(EMERGENCIES, "/runbook propose RUN-2").await;
    assert!(held.contains("is locked by RUN-1"), "{held}");
    ian.types(EMERGENCIES, "/runbook abort RUN-1").await;
    let now = world.maya().types(EMERGENCIES, "/runbook propose RUN-2").await;
    assert!(now.contains("then I'll ask for approval"), "{now}");
}

#[tokio::test]
async fn nothing_is_changed_while_changes_are_frozen() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    let frozen = world.person("zoe").types(EMERGENCIES, "/runbook freeze the auditors are here").await;
    assert!(frozen.contains("Changes are frozen, and everybody is told"), "{frozen}");
    assert_eq!(world.count(EMERGENCIES, "the auditors are here"), 1);
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert!(world.maya().whisper(EMERGENCIES).unwrap().text.contains("changes are frozen"));
    let status = ian.types(EMERGENCIES, "/runbook status").await;
    assert!(status.contains("changes are frozen") && status.contains("waiting for approval"), "{status}");
    let checks = began(&town, " logs ");
    ian.types(EMERGENCIES, "/runbook diagnose queue").await;
    assert!(began(&town, " logs ") > checks, "diagnosis works");
    ian.types(EMERGENCIES, "/runbook unfreeze").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1);
}

#[tokio::test]
async fn alone_at_night_it_begins_after_a_minute_in_which_anybody_can_stop_it() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    ian.clicks(EMERGENCIES, "break-glass").await;
    for skipped in ["maya", "kofi"] {
        assert_eq!(world.count(skipped, "goes ahead alone"), 1, "{skipped} is told");
    }
    world.forward_seconds(59).await;
    assert_eq!(began(&town, "restart"), 0);
    world.person("zoe").types(EMERGENCIES, "/runbook abort RUN-1").await;
    world.forward_seconds(5).await;
    assert_eq!(began(&town, "restart"), 0, "anybody can stop it");

    ian.types(EMERGENCIES, "/runbook run queue").await;
    ian.clicks(EMERGENCIES, "break-glass").await;
    world.forward_seconds(60).await;
    assert_eq!(began(&town, "restart"), 1);
}

#[tokio::test]
async fn a_program_that_fails_is_followed_by_a_look_at_the_world() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    town.write("restart", "echo 'Error from server (Forbidden): xoxb-1234567890-planted' >&2; exit 1");
    ian.types(EMERGENCIES, "/runbook run queue").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    let card = town.card(EMERGENCIES);
    for part in [
        "exit code 1",
        "Error from server (Forbidden): [secret]",
        "The facts say that it did not happen",
        "Ask for approval",
    ] {
        assert!(card.contains(part), "{part} is not in {card}");
    }
    town.write("restart", "echo '{\"revision\": 8}' >version; exit 3");
    // The edits of cards are paced.
    world.forward_seconds(30).await;
    ian.clicks(EMERGENCIES, "propose").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("it happened") && card.contains("Roll the queue back"), "{card}");
    assert_eq!(began(&town, "restart"), 2);
}

#[tokio::test]
async fn abort_empties_the_process_group_and_says_so_then() {
    let town = broken().await;
    let world = &town.world;
    // It does not hear TERM, and has a child.
    town.write("restart", "trap '' TERM; sleep 600 & echo $! >child; echo begun; while :; do sleep 1; done");
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    let approve = world.maya().button(EMERGENCIES, "approve");
    world.slack.click("maya", EMERGENCIES, &approve.ts, "approve", None).await.unwrap();
    until(|| !town.read("child").trim().is_empty()).await;
    until(|| world.channel(EMERGENCIES).last("Queue failure").buttons() == ["abort"]).await;
    let child = format!("/proc/{}", town.read("child").trim());
    assert!(std::path::Path::new(&child).exists());
    world.slack.command("zoe", EMERGENCIES, "/runbook abort RUN-1").await.unwrap();
    world.settle().await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("it was stopped. Nothing of it still runs."), "{card}");
    let state = std::fs::read_to_string(format!("{child}/stat")).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z "), "the child still runs: {state}");
}

#[tokio::test]
async fn a_crash_in_the_middle_is_never_followed_by_a_second_start() {
    let mut town = broken().await;
    town.write("restart", "echo '{\"revision\": 8}' >version; touch begun; sleep 600");
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    approved_until_begun(&town).await;
    town.world.crash().await;
    town.world.start_howler().await;
    town.world.settle().await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("howler stopped while it was running") && card.contains("it happened"), "{card}");
    assert_eq!(began(&town, "restart"), 1, "never a silent second run");
}

#[tokio::test]
async fn the_audit_is_a_chain_in_which_nothing_is_missing() {
    let mut town = broken().await;
    town.world.ian().types(EMERGENCIES, "/incident p2 Queue is stuck").await;
    let room = "#inc-1-queue-is-stuck";
    town.world.ian().types(room, "/runbook run queue").await;
    town.world.maya().clicks(room, "approve").await;
    town.world.forward_seconds(30).await;
    let timeline = town.world.ian().types(room, "/incident timeline").await;
    let head = timeline.split("Audit at ").nth(1).unwrap().trim_start_matches('`');
    let head = head.get(..64).unwrap().to_owned();
    town.world.crash().await;
    let (data, clock) = (town.world.data(), town.world.clock.clone());
    let verify = |head: &str| {
        let (data, clock, head) = (data.clone(), clock.clone(), head.to_owned());
        async move {
            verify_audit(From::Data(data), Some(head), None, &clock).await.map_err(|error| error.to_string())
        }
    };
    let whole = verify(&head).await.unwrap();
    assert!(whole.contains("the audit is whole: 5 rows"), "{whole}");
    assert!(verify(&"0".repeat(64)).await.unwrap_err().contains("no row has the hash"));
}

#[tokio::test]
async fn ten_thousand_clicks_spend_one_approval_once() {
    let town = broken().await;
    let world = &town.world;
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    let approve = world.maya().button(EMERGENCIES, "approve");
    let line = approve.value("approve");
    let desk = world.desk();
    let click = |number: usize, by: &str| Request {
        delivery: DeliveryId(format!("click-{number}-{by}")),
        by: Actor::from(by),
        place: Place { channel: "C0EMERG".into(), thread: None },
        reply: ReplyPath::Inline,
        ask: Ask::Line(serde_json::from_str(&line).unwrap()),
    };
    let clicks = (0..5_000).flat_map(|number| [click(number, "U0MAYA"), click(number, "U0KOFI")]);
    let answers = futures_util::future::join_all(clicks.map(|click| desk.submit(click))).await;
    world.settle().await;
    let kept = |answer: &Result<Answer, Fault>| format!("{answer:?}").contains("Done");
    assert_eq!(
        answers.iter().filter(|answer| kept(answer)).count(),
        1,
        "one approval was enough, and one was taken"
    );
    assert_eq!(began(&town, "restart"), 1);
}
