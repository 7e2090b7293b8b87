//! What must not come of an approval: whoever asks approves, what heals meanwhile is changed, nobody could stop it, rows of the
//! audit are written over.

use domain::id::DeliveryId;
use domain::request::{Ask, Place, ReplyPath, Request};
use howler::data::{From, verify_audit};
use jiff::SignedDuration;
use store::{Changes, Store};

use crate::harness::process::until;
use crate::harness::{EMERGENCIES, Town};
use crate::rollback::{KUBECTL, PEOPLE, QUEUE, approved_until_begun, began, broken, broken_by};
use domain::actor::Actor;

#[tokio::test]
async fn going_ahead_alone_is_void_where_howler_was_down_meanwhile() {
    let mut town = broken().await;
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.ian().clicks(EMERGENCIES, "break-glass").await;
    town.world.crash().await;
    town.world.clock.advance(SignedDuration::from_mins(5));
    town.world.start_howler().await;
    town.world.settle().await;
    assert_eq!(began(&town, "restart"), 0, "nobody could stop it: {}", town.card(EMERGENCIES));
    assert!(town.card(EMERGENCIES).contains("The request expired"), "{}", town.card(EMERGENCIES));
}

#[tokio::test]
async fn nobody_goes_ahead_alone_whom_nobody_heard() {
    let town = broken().await;
    let world = &town.world;
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    world.slack.faults().fail("chat.postMessage", "internal_error", 1_000);
    let glass = world.ian().button(EMERGENCIES, "break-glass");
    world.slack.click("ian", EMERGENCIES, &glass.ts, "break-glass", None).await.unwrap();
    world.settle().await;
    world.forward_seconds(90).await;
    assert_eq!(began(&town, "restart"), 0, "nobody was told");
    world.slack.faults().clear();
    world.forward_seconds(300).await;
    assert_eq!(world.count(EMERGENCIES, "goes ahead alone"), 1);
    assert_eq!(began(&town, "restart"), 1, "the minute counts from when it could be read");
}

#[tokio::test]
async fn nobody_goes_ahead_alone_in_the_last_minute() {
    let town = broken().await;
    let world = &town.world;
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    world.forward_seconds(9 * 60 + 30).await;
    world.ian().clicks(EMERGENCIES, "break-glass").await;
    assert!(world.ian().whisper(EMERGENCIES).unwrap().text.contains("Ask for approval again"));
}

#[tokio::test]
async fn whoever_asks_at_a_shell_is_not_another_person_in_slack() {
    let town = broken().await;
    let world = &town.world;
    let asked = Request {
        delivery: DeliveryId("shell:1000:a".into()),
        by: Actor::Shell("ian".into()),
        place: Place::shell(),
        reply: ReplyPath::Inline,
        ask: Ask::Line(grammar::parse_runbook("run queue")),
    };
    world.desk().submit(asked).await.unwrap();
    world.settle().await;
    assert!(town.card(EMERGENCIES).contains("Next step: Restart the queue"), "{}", town.card(EMERGENCIES));
    assert_eq!(world.count(EMERGENCIES, "to approve it"), 0, "nobody is asked");
}

#[tokio::test]
async fn what_heals_meanwhile_is_not_changed() {
    let town = broken().await;
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.write("log", "fine\n");
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 0);
    let card = town.card(EMERGENCIES);
    assert!(
        card.contains("the approval no longer counts") && card.contains("Nothing is wrong here"),
        "{card}"
    );
    assert!(!card.contains("Ask for approval"), "what is well is not offered to be restarted: {card}");
}

#[tokio::test]
async fn deny_wins_until_the_action_begins() {
    let town = broken().await;
    let world = &town.world;
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.state(&KUBECTL.replace("cat version", "until [ -e go ]; do sleep 0.05; done; cat version"));
    let approve = world.maya().button(EMERGENCIES, "approve");
    let asked = began(&town, " get ");
    world.slack.click("maya", EMERGENCIES, &approve.ts, "approve", None).await.unwrap();
    until(|| began(&town, " get ") > asked).await;
    world.slack.command("kofi", EMERGENCIES, "/runbook deny RUN-1 not now").await.unwrap();
    until(|| town.card(EMERGENCIES).contains("Denied by <@U0KOFI>: not now")).await;
    town.write("go", "");
    world.settle().await;
    assert_eq!(began(&town, "restart"), 0);
}

#[tokio::test]
async fn nothing_is_proposed_later_in_the_name_of_whoever_is_gone() {
    let ladder = QUEUE.replacen(
        "[[rung]]\n",
        "[[rung]]\nwhen = { fail = [\"errors\"] }\nhuman = \"Look at it.\"\n[[rung]]\n",
        1,
    );
    let town = Town::with(&[("queue-failure", &ladder)], PEOPLE).await;
    town.state(KUBECTL);
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.forward(120).await;
    town.world.maya().clicks(EMERGENCIES, "next").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("Next step: Restart the queue") && card.contains("Ask for approval"), "{card}");
}

#[tokio::test]
async fn a_child_in_a_session_of_its_own_is_ended_too() {
    let town = broken().await;
    let world = &town.world;
    town.write("restart", "setsid sleep 600 & echo $! >child; while :; do sleep 1; done");
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    let approve = world.maya().button(EMERGENCIES, "approve");
    world.slack.click("maya", EMERGENCIES, &approve.ts, "approve", None).await.unwrap();
    until(|| !town.read("child").trim().is_empty()).await;
    until(|| world.channel(EMERGENCIES).last("Queue failure").buttons() == ["abort"]).await;
    world.slack.command("zoe", EMERGENCIES, "/runbook abort RUN-1").await.unwrap();
    world.settle().await;
    assert!(town.card(EMERGENCIES).contains("Nothing of it still runs"), "{}", town.card(EMERGENCIES));
    let state = std::fs::read_to_string(format!("/proc/{}/stat", town.read("child").trim()));
    assert!(state.as_ref().map_or(true, |state| state.contains(") Z ")), "{state:?}");
}

#[tokio::test]
async fn a_stop_of_yesterday_stops_not_the_next_action() {
    let town = broken().await;
    let world = &town.world;
    town.write("restart", "touch begun; sleep 600");
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    approved_until_begun(&town).await;
    world.slack.command("zoe", EMERGENCIES, "/runbook abort RUN-1").await.unwrap();
    world.settle().await;
    world.forward(24 * 60).await;
    assert!(town.card(EMERGENCIES).contains("it was stopped. Nothing of it still runs."));

    town.write("restart", "sleep 0.3; echo fine >log; echo '{\"revision\": 8}' >version");
    world.ian().types(EMERGENCIES, "/runbook abort RUN-1").await;
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 2);
    world.forward_seconds(60).await;
    assert!(town.card(EMERGENCIES).contains("The action helped"), "{}", town.card(EMERGENCIES));
}

#[tokio::test]
async fn a_proof_that_cannot_be_told_is_not_called_a_failure() {
    let town = broken().await;
    town.write("restart", "echo '{\"revision\": 8}' >version; rm log");
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    town.world.forward_seconds(126).await;
    let card = town.card(EMERGENCIES);
    assert!(
        card.contains("could not tell in time whether it helped") && !card.contains("did not help"),
        "{card}"
    );
}

#[tokio::test]
async fn what_is_taken_back_stands_in_the_audit() {
    let mut town = broken().await;
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.person("zoe").types(EMERGENCIES, "/runbook abort RUN-1").await;
    town.world.crash().await;
    let rows = Store::open(&town.world.data(), "x").unwrap().audit().unwrap();
    let last = format!("{:?}", rows.last().unwrap());
    assert!(last.contains("U0ZOE") && last.contains("Closed"), "{last}");
}

/// Changes the last row of the audit, or forgets it, past howler.
async fn tampered(town: &mut Town, by: &str) {
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    town.world.forward_seconds(40).await;
    town.world.crash().await;
    {
        let store = Store::open(&town.world.data(), "x").unwrap();
        let loaded = store.load().unwrap();
        let mut row = store.audit().unwrap().pop().unwrap();
        row.by = Actor::from(by);
        let changes = Changes { audit: vec![row], next: loaded.next, ..Changes::default() };
        store.commit(&changes, town.world.clock.now()).unwrap();
    }
    town.write("log", "one ERROR\n");
    town.world.start_howler().await;
}

#[tokio::test]
async fn a_broken_audit_bars_every_change_and_is_left_as_it_is() {
    let mut town = broken().await;
    tampered(&mut town, "U0KOFI").await;
    let ian = town.world.ian();
    ian.types(EMERGENCIES, "/runbook diagnose queue").await;
    assert!(town.card(EMERGENCIES).contains("Next step: Restart the queue"), "diagnosis works");
    for line in ["/runbook propose", "/runbook freeze x", "/runbook unfreeze"] {
        let said = ian.types(EMERGENCIES, line).await;
        assert!(
            said.contains("audit cannot be trusted") || said.contains("audit is damaged"),
            "{line}: {said}"
        );
    }
    town.world.crash().await;
    let verified = verify_audit(From::Data(town.world.data()), None, None, &town.world.clock).await;
    assert!(verified.unwrap_err().to_string().contains("is not as it was written"));
    let rows = Store::open(&town.world.data(), "x").unwrap().audit().unwrap();
    assert_eq!(rows.last().unwrap().by, Actor::from("U0KOFI"), "the evidence is there");
}

#[tokio::test]
async fn a_user_group_as_it_is_now_and_whoever_is_on_call_may_approve() {
    let toml = "[rotation]\nmembers = [\"U0ZOE\"]\n[runbook.approval]\ngroup = \"S0ENG\"\n";
    let town = Town::with(&[("queue-failure", QUEUE)], toml).await;
    let world = &town.world;
    town.state(KUBECTL);
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town.write("restart", "echo fine >log");
    world.slack.edit_group("ian", "S0ENG", &["ian", "kofi"]).await.unwrap();
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert!(world.maya().whisper(EMERGENCIES).unwrap().text.contains("you may not approve this"));
    // Whoever leaves the group before it begins has approved nothing.
    world.slack.edit_group("ian", "S0ENG", &["ian"]).await.unwrap();
    world.person("kofi").clicks(EMERGENCIES, "approve").await;
    assert!(
        town.card(EMERGENCIES).contains("U0KOFI may not approve it any more"),
        "{}",
        town.card(EMERGENCIES)
    );
    world.forward_seconds(30).await;
    world.ian().clicks(EMERGENCIES, "propose").await;
    assert_eq!(began(&town, "restart"), 0);
    world.person("zoe").clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1, "{}", town.card(EMERGENCIES));
}

#[tokio::test]
async fn one_change_at_a_time_holds_across_procedures_and_a_restart() {
    let other = QUEUE.replace("Queue failure", "Queue overload");
    let mut town = Town::with(&[("queue-failure", QUEUE), ("queue-overload", &other)], PEOPLE).await;
    town.state(KUBECTL);
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town.world.ian().types(EMERGENCIES, "/runbook run queue-failure").await;
    town.world.crash().await;
    town.world.start_howler().await;
    town.world.maya().types(EMERGENCIES, "/runbook diagnose queue-overload").await;
    let held = town.world.maya().types(EMERGENCIES, "/runbook propose RUN-2").await;
    assert!(held.contains("is locked by RUN-1"), "{held}");
}

#[tokio::test]
async fn a_rule_that_changes_while_people_are_asked_lets_nobody_in_and_voids_what_it_no_longer_allows() {
    let mut town = broken().await;
    town.world.ian().types(EMERGENCIES, "/runbook run queue").await;
    town.world.crash().await;
    town.world.configure(|config| config.runbook.approval.people = ["U0ZOE".into()].into());
    town.world.start_howler().await;
    town.world.person("zoe").clicks(EMERGENCIES, "approve").await;
    assert!(town.world.person("zoe").whisper(EMERGENCIES).unwrap().text.contains("you may not approve this"));
    town.world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 0);
    let card = town.card(EMERGENCIES);
    assert!(card.contains("by the rules of now U0MAYA may not approve it"), "{card}");
}

#[tokio::test]
async fn who_puts_himself_on_call_has_no_rights_by_that() {
    let town = broken_by("[runbook.approval]\non_call = true\n").await;
    let (world, zoe) = (&town.world, town.world.person("zoe"));
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    zoe.clicks(EMERGENCIES, "approve").await;
    assert!(zoe.whisper(EMERGENCIES).unwrap().text.contains("you may not approve this"));
    zoe.types(EMERGENCIES, "/oncall cover 2h").await;
    zoe.clicks(EMERGENCIES, "approve").await;
    assert!(zoe.whisper(EMERGENCIES).unwrap().text.contains("you may not approve this"));
    // Nor alone, in a run of her own.
    world.ian().types(EMERGENCIES, "/runbook abort RUN-1").await;
    zoe.types(EMERGENCIES, "/runbook run queue").await;
    let card = town.card(EMERGENCIES);
    let code: String =
        card.split("Code: `").nth(1).unwrap().chars().take_while(|sign| *sign != '`').collect();
    let told = zoe.types(EMERGENCIES, &format!("/runbook break-glass RUN-2 {code} nobody is awake")).await;
    assert!(told.contains("you may not approve this"), "{told}");
    world.forward_seconds(90).await;
    assert_eq!(began(&town, "restart"), 0, "{}", town.card(EMERGENCIES));
    // Nor does she lift what somebody else froze.
    world.maya().types(EMERGENCIES, "/runbook freeze the auditors are here").await;
    let told = zoe.types(EMERGENCIES, "/runbook unfreeze").await;
    assert!(told.contains("Only whoever froze changes"), "{told}");
    let told = world.maya().types(EMERGENCIES, "/runbook unfreeze").await;
    assert!(!told.contains("Only those"), "{told}");
}

#[tokio::test]
async fn a_request_that_nobody_answers_goes_on_the_incidents_path() {
    let rules = "[rotation]\nmembers = [\"U0ZOE\", \"U0KOFI\"]\n[runbook.approval]\npeople = [\"U0MAYA\"]\non_call = false\n";
    let town = broken_by(rules).await;
    let world = &town.world;
    world.ian().types(EMERGENCIES, "/incident p2 Queue is stuck").await;
    let room = "#inc-1-queue-is-stuck";
    world.ian().types(room, "/incident ack").await;
    world.ian().types(room, "/runbook run queue").await;
    let why = "nobody has said yes or no to \"Restart the queue\" (RUN-1)";
    world.forward_seconds(6 * 60).await;
    assert_eq!((world.count("maya", "still waits"), world.count("zoe", why)), (1, 0), "those who may, first");
    world.forward_seconds(2 * 60).await;
    assert_eq!(world.count("zoe", why), 1, "whoever is on call is paged");
    world.maya().clicks(room, "approve").await;
    assert_eq!(began(&town, "restart"), 1);
}

#[tokio::test]
async fn a_button_counts_on_its_card_only() {
    let town = broken().await;
    let world = &town.world;
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    let line = world.maya().button(EMERGENCIES, "approve").value("approve");
    let click = |channel: &str| Request {
        delivery: DeliveryId(format!("click-{channel}")),
        by: Actor::from("U0MAYA"),
        place: Place { channel: channel.into(), thread: None },
        reply: ReplyPath::Inline,
        ask: Ask::Line(serde_json::from_str(&line).unwrap()),
    };
    let elsewhere = world.desk().submit(click("C0OTHER")).await.unwrap();
    world.settle().await;
    assert!(
        format!("{elsewhere:?}").contains("OtherRequest") && began(&town, "restart") == 0,
        "{elsewhere:?}"
    );
    world.desk().submit(click("C0EMERG")).await.unwrap();
    world.settle().await;
    assert_eq!(began(&town, "restart"), 1);
}

#[tokio::test]
async fn what_was_done_alone_is_reviewed_by_somebody_else() {
    let town = broken().await;
    let (world, ian) = (&town.world, town.world.ian());
    ian.types(EMERGENCIES, "/runbook run queue").await;
    ian.clicks(EMERGENCIES, "break-glass").await;
    world.forward_seconds(120).await;
    assert_eq!(began(&town, "restart"), 1);
    let status = world.maya().types(EMERGENCIES, "/runbook status").await;
    assert!(
        status.contains("To be reviewed") && status.contains("RUN-1: <@U0IAN> went ahead alone"),
        "{status}"
    );
    let own = ian.types(EMERGENCIES, "/runbook reviewed RUN-1 it was right").await;
    assert!(own.contains("somebody else has to review it"), "{own}");
    world.maya().types(EMERGENCIES, "/runbook reviewed RUN-1 it was right").await;
    let status = world.maya().types(EMERGENCIES, "/runbook status").await;
    assert!(!status.contains("To be reviewed"), "{status}");
}

#[tokio::test]
async fn no_more_changes_begin_within_an_hour_than_the_configuration_says() {
    let town = Town::with(&[("queue-failure", QUEUE)], &format!("{PEOPLE}per_hour = 1\n")).await;
    let (world, ian) = (&town.world, town.world.ian());
    town.state(KUBECTL);
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    town.write("restart", "echo '{\"revision\": 8}' >version; exit 1");
    ian.types(EMERGENCIES, "/runbook run queue").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1);
    world.forward_seconds(60).await;
    let barred = ian.types(EMERGENCIES, "/runbook propose").await;
    assert!(barred.contains("1 changes began within the last hour"), "{barred}");
    world.forward(60).await;
    let again = ian.types(EMERGENCIES, "/runbook propose").await;
    assert!(again.contains("then I'll ask for approval"), "{again}");
}

#[tokio::test]
async fn whose_rights_cannot_be_read_approves_nothing_and_the_diagnosis_stands() {
    let toml = "[runbook.approval]\ngroup = \"S0ENG\"\non_call = false\n";
    let town = Town::with(&[("queue-failure", QUEUE)], toml).await;
    let world = &town.world;
    town.state(KUBECTL);
    town.write("log", "one ERROR\n");
    town.write("version", r#"{"revision": 7}"#);
    world.slack.edit_group("ian", "S0ENG", &["ian", "maya"]).await.unwrap();
    world.slack.faults().fail("usergroups.users.list", "internal_error", 1_000);
    world.ian().types(EMERGENCIES, "/runbook run queue").await;
    let card = town.card(EMERGENCIES);
    assert!(card.contains("Next step: Restart the queue"), "the diagnosis stands: {card}");
    assert!(!world.channel(EMERGENCIES).last("Queue failure").buttons().contains(&"approve".to_owned()));
    world.slack.faults().clear();
    world.ian().clicks(EMERGENCIES, "propose").await;
    // Read again just before it begins, and not readable then.
    world.slack.faults().fail("usergroups.users.list", "internal_error", 1_000);
    world.maya().clicks(EMERGENCIES, "approve").await;
    world.forward_seconds(30).await;
    assert_eq!(began(&town, "restart"), 0, "{}", town.card(EMERGENCIES));
    world.slack.faults().clear();
    world.ian().clicks(EMERGENCIES, "propose").await;
    world.maya().clicks(EMERGENCIES, "approve").await;
    assert_eq!(began(&town, "restart"), 1, "{}", town.card(EMERGENCIES));
}
