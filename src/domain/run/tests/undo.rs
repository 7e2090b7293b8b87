//! When an action can be taken back, who decides it, and what its facts say afterwards, by tables.

use std::collections::BTreeMap;

use super::approving::{
    KEY, PROCEDURE, around, asking, asking_by, found, now, offered, on, policy, prepared, why,
};
use crate::actor::Actor;
use crate::id::RunId;
use crate::procedure::{Finding, Verdict};
use crate::run::approve::{NotApproved, Vote, vote};
use crate::run::audit::{Audited, audited};
use crate::run::change::{Aftermath, Ended, Frozen, Phase, Proposed};
use crate::run::decide::{RunRefusal, abort, step};
use crate::run::undo::{Undone, propose_undo, undoable, undone};
use crate::run::{Around, End, Last, Run, RunEvent, RunEventKind, Stage, fire, settle};
use jiff::SignedDuration;

/// Moves the run on by what howler itself does so many seconds later.
fn at(run: &mut Run, after: i64, kind: RunEventKind) {
    let event =
        |run: &Run, kind| RunEvent { seq: run.events + 1, at: around(after).now, by: Actor::Howler, kind };
    run.apply(&event(run, kind));
    while let Some(next) = settle(run, &around(after)) {
        run.apply(&event(run, next));
    }
}

pub(super) fn finds(run: &mut Run, after: i64, health: Verdict, revision: &str) {
    for (check, finding) in
        [("health", found(health, &[])), ("version", found(Verdict::Pass, &[("revision", revision)]))]
    {
        if run.waiting.contains(check) {
            at(run, after, RunEventKind::Found { check: check.into(), finding });
        }
    }
}

/// The action was approved and begun.
pub(super) fn acting() -> Run {
    acting_by(PROCEDURE)
}

pub(super) fn acting_by(text: &str) -> Run {
    let mut run = asking_by(text);
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut run, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    finds(&mut run, 0, Verdict::Fail, "7");
    at(&mut run, 0, RunEventKind::Prepared(Box::new(prepared())));
    assert!(matches!(run.change().unwrap().phase, Phase::Acting { .. }), "{:?}", run.stage);
    run
}

pub(super) fn ended(run: &Run, ended: Ended) -> Run {
    let mut run = run.clone();
    at(&mut run, 0, RunEventKind::Ended { ended, output: String::new() });
    run
}

/// The API said no.
pub(super) fn refused(run: &Run) -> Run {
    let mut run = run.clone();
    let output = "Error from server (Forbidden): deployments.apps \"queue\" is forbidden".to_owned();
    at(&mut run, 0, RunEventKind::Ended { ended: Ended::Exit { code: Some(1) }, output });
    run
}

pub(super) fn proving() -> Run {
    ended(&acting(), Ended::Exit { code: Some(0) })
}

pub(super) fn undo(run: &Run, key: Option<&str>) -> Result<RunEventKind, RunRefusal> {
    propose_undo(run, &"U0IAN".into(), key, policy(), &around(0), None)
}

/// People are asked about the undo, so many seconds after the action began to be proved.
pub(super) fn asked(run: &Run, after: i64, revision: &str) -> Run {
    let mut run = run.clone();
    let proposed = undo(&run, Some(KEY)).unwrap();
    on(&mut run, "U0IAN", proposed);
    finds(&mut run, after, Verdict::Pass, revision);
    at(&mut run, after, RunEventKind::Prepared(Box::new(prepared())));
    assert!(matches!(run.change().unwrap().phase, Phase::Asking { .. }), "{:?}", run.stage);
    run
}

pub(super) fn after(mut run: Run, kinds: impl IntoIterator<Item = RunEventKind>) -> Run {
    kinds.into_iter().for_each(|kind| at(&mut run, 0, kind));
    run
}

#[test]
fn where_an_undo_is_offered() {
    let broke = |revision| {
        let mut run = refused(&acting());
        finds(&mut run, 1, Verdict::Fail, revision);
        run
    };
    let mut unhelpful = after(proving(), [RunEventKind::DidNotHelp]);
    assert!(undoable(&unhelpful).is_none(), "the world is being looked at");
    finds(&mut unhelpful, 1, Verdict::Fail, "8");
    let unknown = {
        let mut run = ended(&acting(), Ended::Interrupted);
        at(&mut run, 1, RunEventKind::Found { check: "version".into(), finding: Finding::unknown("no") });
        finds(&mut run, 1, Verdict::Fail, "8");
        run
    };
    let none = PROCEDURE.replace(
        r#"undo = { run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={version.revision}"], risk = "high", until = "24h" }"#,
        r#"undo = "none: nothing to take back""#,
    );
    let table = [
        ("nothing was carried out", offered(PROCEDURE), false),
        ("it is approved", asking(), false),
        ("it runs", acting(), false),
        ("it is proved", proving(), true),
        ("it did not help", unhelpful, true),
        ("it helped", after(proving(), [RunEventKind::Over(End::Helped)]), true),
        ("closed while it was proved", after(proving(), [RunEventKind::Over(End::Aborted)]), true),
        ("it broke and happened", broke("8"), true),
        ("it broke and did not happen", broke("7"), false),
        ("nobody can tell", unknown, true),
        ("its undo is asked for", asked(&proving(), 1, "8"), false),
        ("it has none", offered(&none), false),
    ];
    for (name, run, expected) in table {
        assert_eq!(undoable(&run).is_some(), expected, "{name}: {:?}", run.stage);
        assert_eq!(undo(&run, None).is_ok(), expected, "{name}");
    }
    let not_begun = ended(&acting(), Ended::NotBegun { why: "it is gone".into() });
    assert!(not_begun.undo.is_none());
}

#[test]
fn an_undo_takes_the_approvals_of_its_action_and_nobody_goes_ahead_alone() {
    let Ok(RunEventKind::Proposed(proposed)) = undo(&proving(), Some(KEY)) else { panic!() };
    let revision = |argv: &[String]| argv.last().cloned();
    assert_eq!(revision(&proposed.argv).as_deref(), Some("--to-revision=7"), "as it was approved");
    assert_eq!((proposed.policy.needed, proposed.policy.comment), (2, true), "the risk is still high");
    assert_eq!(why(undo(&proving(), Some("another"))), Some(NotApproved::OtherRequest));
    assert_eq!(why(undo(&offered(PROCEDURE), None)), Some(NotApproved::NothingToUndo));
    let barred = Around { barred: Some("frozen".into()), ..around(0) };
    let ask = |around: &Around, holder, by: &str| {
        why(propose_undo(&proving(), &by.into(), None, policy(), around, holder))
    };
    assert_eq!(ask(&barred, None, "U0IAN"), Some(NotApproved::Barred { why: "frozen".into() }));
    let held = NotApproved::Held { by: RunId(2), target: "deployment/queue".into() };
    assert_eq!(ask(&around(0), Some(RunId(2)), "U0IAN"), Some(held));

    let run = asked(&proving(), 1, "8");
    let approve = Vote::Approve { comment: Some("seen".into()) };
    let alone = Vote::BreakGlass { why: "alone".into() };
    for (by, said, expected) in [
        ("U0IAN", &approve, Some(NotApproved::Own)),
        ("U0ZOE", &approve, Some(NotApproved::NotAllowed)),
        ("U0MAYA", &Vote::Approve { comment: None }, Some(NotApproved::NoComment)),
        ("U0IAN", &alone, Some(NotApproved::Irreversible)),
        ("U0MAYA", &approve, None),
    ] {
        assert_eq!(why(vote(&run, &by.into(), Some(KEY), said, &around(1))), expected, "{by} {said:?}");
    }
}

#[test]
fn an_undo_ends_with_the_proof_or_at_its_time_and_once_a_later_step_relies_on_what_was_made() {
    let made = PROCEDURE.replace(r#", until = "24h""#, "");
    let follows = made.replace(
        "    [[rung]]\n    human",
        "    [[rung]]\n    when = { helped = [\"restart\"] }\n    human = \"move to it\"\n    [[rung]]\n    human",
    );
    let stays = follows.replace(r#"risk = "high" }"#, r#"risk = "high", until = "2h" }"#);
    let helped = |text: &str, kind| after(ended(&acting_by(text), Ended::Exit { code: Some(0) }), [kind]);
    assert!(undoable(&helped(&made, RunEventKind::Over(End::Helped))).is_none(), "with its proof");
    assert!(undoable(&helped(PROCEDURE, RunEventKind::Over(End::Helped))).is_some(), "for a day");
    let run = helped(PROCEDURE, RunEventKind::Over(End::Helped));
    for (hours, expected) in [(23, true), (24, false)] {
        let asked = propose_undo(&run, &"U0IAN".into(), None, policy(), &around(hours * 3_600), None);
        assert_eq!(asked.is_ok(), expected, "after {hours} h: {asked:?}");
    }
    let mut run = helped(&stays, RunEventKind::Helped);
    finds(&mut run, 1, Verdict::Pass, "8");
    assert_eq!(run.stage, Stage::Offered { rung: 1 }, "what follows belongs to the run");
    assert!(undoable(&run).is_some());
    let ticked = step(&run).unwrap();
    on(&mut run, "U0IAN", ticked);
    assert!(undoable(&run).is_none(), "somebody moved to what it made");
    assert!(matches!(run.stage, Stage::Over { end: End::Helped, .. }), "{:?}", run.stage);
}

#[test]
fn what_follows_an_action_is_not_offered_where_that_did_not_help() {
    let follows = PROCEDURE.replace(
        "    [[rung]]\n    human",
        "    [[rung]]\n    when = { helped = [\"restart\"] }\n    human = \"move to it\"\n    [[rung]]\n    human",
    );
    let proving = ended(&acting_by(&follows), Ended::Exit { code: Some(0) });
    let mut not_helped = after(proving, [RunEventKind::DidNotHelp]);
    finds(&mut not_helped, 1, Verdict::Fail, "8");
    let mut broke = ended(&acting_by(&follows), Ended::Exit { code: Some(1) });
    finds(&mut broke, 1, Verdict::Fail, "8");
    let mut left = offered(&follows);
    let next = step(&left).unwrap();
    on(&mut left, "U0IAN", next);
    for run in [not_helped, broke, left] {
        assert_eq!(run.stage, Stage::Offered { rung: 2 }, "{:?}", run.last);
    }
}

#[test]
fn only_facts_that_the_action_moves_say_that_it_did_not_happen() {
    let late = PROCEDURE
        .replace(r#"run = ["kubectl", "rollout", "restart", "#, r#"run = ["aws", "rds", "restart", "#);
    let still = PROCEDURE.replace("    changes = [\"version.revision\"]\n", "");
    let (exit, stopped) = (Ended::Exit { code: Some(1) }, |empty| Ended::Stopped { empty });
    for (text, how, revision, expected) in [
        // What was asked of the API may come once the program is gone.
        (PROCEDURE, exit.clone(), "7", Aftermath::CannotTell),
        (PROCEDURE, exit.clone(), "8", Aftermath::Happened),
        (PROCEDURE, stopped(true), "7", Aftermath::CannotTell),
        (PROCEDURE, Ended::TimedOut { empty: true }, "7", Aftermath::CannotTell),
        (PROCEDURE, Ended::Interrupted, "7", Aftermath::CannotTell),
        // A part of it may still do it.
        (PROCEDURE, stopped(false), "7", Aftermath::CannotTell),
        (PROCEDURE, stopped(false), "8", Aftermath::Happened),
        // AWS took it, and shows nothing yet.
        (&late, stopped(true), "7", Aftermath::CannotTell),
        (&late, exit.clone(), "8", Aftermath::Happened),
        // Nothing says that the action moves the fact.
        (&still, exit, "7", Aftermath::CannotTell),
    ] {
        judged(
            ended(&acting_by(text), how.clone()),
            revision,
            expected,
            &format!("{how:?} {revision} {text}"),
        );
    }
    for (text, revision, expected) in [
        (PROCEDURE, "7", Aftermath::DidNotHappen),
        (PROCEDURE, "8", Aftermath::Happened),
        (&late, "7", Aftermath::CannotTell),
        (&still, "7", Aftermath::CannotTell),
    ] {
        judged(refused(&acting_by(text)), revision, expected, &format!("refused {revision} {text}"));
    }
}

/// What is said of an action that broke, once its facts are in; and what is offered then.
fn judged(mut run: Run, revision: &str, expected: Aftermath, of: &str) {
    finds(&mut run, 1, Verdict::Fail, revision);
    let Some(Last::Broke { aftermath, .. }) = &run.last else { panic!("{:?}", run.last) };
    assert_eq!(*aftermath, Some(expected), "{of}");
    let offers = run.stage == Stage::Offered { rung: 0 };
    let did_not = expected == Aftermath::DidNotHappen;
    assert_eq!((offers, undoable(&run).is_some()), (did_not, !did_not), "{of}");
}

#[test]
fn what_its_facts_say_afterwards() {
    let fact = |revision: &str| found(Verdict::Pass, &[("revision", revision)]);
    let before = BTreeMap::from([("version".to_owned(), Frozen::from(&fact("7")))]);
    let otherwise = Undone::Otherwise { what: vec!["version: revision was 7, and is 9".into()] };
    let approved = BTreeMap::from([("version".to_owned(), Frozen::from(&fact("8")))]);
    for (before, now, expected) in [
        (before.clone(), fact("7"), Undone::AsBefore),
        (before.clone(), fact("8"), Undone::NotMoved),
        (before.clone(), fact("9"), otherwise),
        (before, Finding::unknown("no answer"), Undone::CannotTell),
        (BTreeMap::new(), fact("7"), Undone::CannotTell),
    ] {
        let found = BTreeMap::from([("version".to_owned(), now)]);
        assert_eq!(undone(&before, &approved, &found, None), expected);
    }
    // What the action moved, and what something else did: (running, others) before it, when its undo was approved, and now.
    let moved_back = Undone::MovedBack { what: vec!["version: others was a, and is b".into()] };
    let both = "version: others was a, and is b; version: running was 5, and is 6";
    for (was, approved, is, expected) in [
        (("5", "a"), ("4", "a"), ("5", "a"), Undone::AsBefore),
        (("5", "a"), ("4", "a"), ("5", "b"), moved_back),
        // Somebody put it back by hand.
        (("5", "a"), ("4", "a"), ("4", "b"), Undone::NotMoved),
        (
            ("5", "a"),
            ("4", "a"),
            ("6", "b"),
            Undone::Otherwise { what: both.split("; ").map(str::to_owned).collect() },
        ),
        (
            ("5", "a"),
            ("4", "b"),
            ("5", "b"),
            Undone::Otherwise { what: vec!["version: others was a, and is b".into()] },
        ),
        // The action moved nothing that shows.
        (
            ("5", "a"),
            ("5", "a"),
            ("4", "a"),
            Undone::Otherwise { what: vec!["version: running was 5, and is 4".into()] },
        ),
    ] {
        let fact = |(running, others)| found(Verdict::Pass, &[("running", running), ("others", others)]);
        let frozen = |at| BTreeMap::from([("version".to_owned(), Frozen::from(&fact(at)))]);
        let now = BTreeMap::from([("version".to_owned(), fact(is))]);
        assert_eq!(
            undone(&frozen(was), &frozen(approved), &now, None),
            expected,
            "{was:?} {approved:?} {is:?}"
        );
    }
}

#[test]
fn it_is_over_once_the_facts_stand_still_and_the_action_counts_as_tried() {
    let mut run = asked(&proving(), 1, "8");
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut run, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    finds(&mut run, 1, Verdict::Pass, "8");
    assert!(run.change().unwrap().back.is_some(), "until it begins it may be void");
    at(&mut run, 1, RunEventKind::Prepared(Box::new(prepared())));
    assert!(run.change().unwrap().back.is_none(), "spent");
    at(&mut run, 2, RunEventKind::Ended { ended: Ended::Exit { code: Some(0) }, output: String::new() });
    finds(&mut run, 2, Verdict::Pass, "8");
    at(&mut run, 7, RunEventKind::LookedForProof);
    finds(&mut run, 7, Verdict::Pass, "9");
    assert!(run.change().is_some(), "seen once");
    at(&mut run, 12, RunEventKind::LookedForProof);
    finds(&mut run, 12, Verdict::Pass, "9");
    assert!(
        matches!(&run.last, Some(Last::Undone { undone: Undone::Otherwise { .. }, .. })),
        "{:?}",
        run.last
    );
    assert_eq!((run.stage.clone(), run.tried.clone()), (Stage::Looking, vec!["restart".to_owned()]));
    finds(&mut run, 13, Verdict::Fail, "9");
    assert_eq!((run.stage.clone(), undoable(&run)), (Stage::Offered { rung: 1 }, None));
}

#[test]
fn to_close_what_would_take_back_a_run_that_is_over_leaves_it_as_it_was() {
    let helped = after(proving(), [RunEventKind::Over(End::Helped)]);
    let mut reading = helped.clone();
    let proposed = undo(&reading, Some(KEY)).unwrap();
    on(&mut reading, "U0IAN", proposed);
    for mut run in [reading, asked(&helped, 1, "8")] {
        let closed = abort(&run).unwrap();
        on(&mut run, "U0ZOE", closed);
        assert!(matches!(run.stage, Stage::Over { end: End::Helped, .. }), "{:?}", run.stage);
        assert_eq!(run.not_undone, Some(Last::Denied { by: "U0ZOE".into(), why: None }));
        assert!(run.is_done() && undoable(&run).is_some());
    }
    let mut run = asked(&proving(), 1, "8");
    let closed = abort(&run).unwrap();
    on(&mut run, "U0ZOE", closed);
    assert!(matches!(run.stage, Stage::Over { end: End::Aborted, .. }), "{:?}", run.stage);
}

#[test]
fn the_proof_goes_on_until_the_undo_begins_and_never_on_old_answers() {
    let mut run = proving();
    finds(&mut run, 1, Verdict::Pass, "8");
    let mut run = asked(&run, 40, "8");
    let due = run.timers().next().unwrap().1;
    assert!(due <= around(40).now, "the proof is asked at once: {due}");
    // It passed for more than its thirty seconds, as far as it was asked; it was not, for a while.
    assert_eq!(settle(&run, &around(40)), None);
    assert_eq!(fire(&run, around(40).now), Some(RunEventKind::LookedForProof));
    at(&mut run, 40, RunEventKind::LookedForProof);
    finds(&mut run, 40, Verdict::Pass, "8");
    assert!(run.change().unwrap().behind().is_some(), "it holds anew from here");
    at(&mut run, 70, RunEventKind::LookedForProof);
    finds(&mut run, 70, Verdict::Pass, "8");
    let back = run.change().unwrap().back.as_deref();
    assert!(matches!(back, Some(Stage::Over { end: End::Helped, .. })), "{back:?}");
    assert_eq!(run.change().unwrap().proposed.title, "Undo: Restart it", "and people are still asked");
    at(&mut run, 641, RunEventKind::Expired);
    assert!(run.is_over() && undoable(&run).is_some(), "{:?}", run.stage);
}

#[test]
fn what_was_stored_before_is_read_and_hashed_as_it_was() {
    let run = asking();
    let proposed = serde_json::to_value(&run.change().unwrap().proposed).unwrap();
    assert!(proposed.get("kind").is_none(), "{proposed}");
    assert!(serde_json::from_value::<Proposed>(proposed).unwrap().kind.is_step());
    let row = |run: &Run| {
        let denied = RunEventKind::Denied { why: None };
        let event = RunEvent {
            seq: run.events + 1,
            at: now() + SignedDuration::ZERO,
            by: Actor::Howler,
            kind: denied,
        };
        let mut after = run.clone();
        after.apply(&event);
        audited(run, &after, &event).unwrap()
    };
    let step = serde_json::to_value(row(&run)).unwrap();
    assert!(step["Change"].get("undo").is_none(), "{step}");
    let Audited::Change { undo, step, .. } = row(&asked(&proving(), 1, "8")) else { panic!() };
    assert!(undo && step == "Undo: Restart it");
}
