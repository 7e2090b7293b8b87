//! Whatever ends a run, what it carried out is not forgotten.

use super::approving::{PROCEDURE, around, asking, on, why};
use super::undo::{acting, acting_by, after, asked, ended, finds, proving, refused, undo};
use crate::id::RunId;
use crate::procedure::Verdict;
use crate::run::approve::NotApproved;
use crate::run::change::{Aftermath, Ended};
use crate::run::decide::{abort, step};
use crate::run::difference::{Difference, Line};
use crate::run::ran::Became;
use crate::run::undo::{changed_since, changes_nothing, undoable};
use crate::run::{End, Last, Run, RunEventKind, Stage};

const UNDO: &str = r#"undo = { run = ["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={version.revision}"], risk = "high", until = "24h" }"#;

fn closed(mut run: Run) -> Run {
    let kind = abort(&run).unwrap();
    on(&mut run, "U0ZOE", kind);
    assert!(matches!(run.stage, Stage::Over { end: End::Aborted, .. }), "{:?}", run.stage);
    run
}

fn skipped(mut run: Run) -> Run {
    let kind = step(&run).unwrap();
    on(&mut run, "U0IAN", kind);
    run
}

/// Its undo was approved and begun.
fn undoing() -> Run {
    let mut run = asked(&proving(), 1, "8");
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut run, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    finds(&mut run, 1, Verdict::Pass, "8");
    after(run, [RunEventKind::Prepared(Box::new(super::approving::prepared()))])
}

#[test]
fn what_ran_is_kept_and_its_undo_offered_wherever_the_run_is_closed() {
    let stopped = || Ended::Stopped { empty: true };
    let unhelpful = || after(proving(), [RunEventKind::DidNotHelp]);
    let judged = |revision| {
        let mut run = ended(&acting(), stopped());
        finds(&mut run, 1, Verdict::Fail, revision);
        run
    };
    let refused_and = |revision| {
        let mut run = refused(&acting());
        finds(&mut run, 1, Verdict::Fail, revision);
        run
    };
    let mut offered = unhelpful();
    finds(&mut offered, 1, Verdict::Fail, "8");
    let table = [
        ("it is proved", proving(), Became::Unseen, true),
        ("what it changed is being looked at", ended(&acting(), stopped()), Became::Broke(None), true),
        ("it did not happen", refused_and("7"), Became::Broke(Some(Aftermath::DidNotHappen)), false),
        ("it happened", judged("8"), Became::Broke(Some(Aftermath::Happened)), true),
        ("howler was killed", ended(&acting(), Ended::Interrupted), Became::Broke(None), true),
        ("it did not help", unhelpful(), Became::DidNotHelp { told: true }, true),
        ("the next step was skipped", skipped(offered), Became::DidNotHelp { told: true }, true),
        ("its undo is asked for", asked(&proving(), 1, "8"), Became::Unseen, true),
        ("its undo is proved", ended(&undoing(), Ended::Exit { code: Some(0) }), Became::Unseen, true),
        ("its undo was stopped", ended(&undoing(), stopped()), Became::Broke(None), true),
    ];
    for (name, run, became, undo) in table {
        let run = if run.is_over() { run } else { closed(run) };
        let ran = run.ran.as_ref().unwrap_or_else(|| panic!("{name}"));
        assert_eq!((&ran.became, undoable(&run).is_some()), (&became, undo), "{name}");
        assert_eq!(
            (ran.approvals.len(), ran.argv.first().map(String::as_str)),
            (2, Some("kubectl")),
            "{name}"
        );
        assert_eq!(run.not_undone.is_some(), name == "its undo is asked for", "{name}");
    }
}

/// A run that is closed while its action is proved: the next one of the incident does not begin with the same.
#[test]
fn what_ran_is_tried_also_where_nobody_waited_for_its_proof() {
    let released = |run: Run| after(run, [RunEventKind::Over(End::Released)]);
    let table = [
        ("it is proved", closed(proving()), true),
        ("its undo is asked for meanwhile", closed(asked(&proving(), 1, "8")), true),
        ("its target is freed while it is proved", released(proving()), true),
        ("its target is freed while it runs", released(acting()), true),
        ("it was only asked for", closed(asking()), false),
    ];
    for (name, run, tried) in table {
        assert_eq!(!run.tried.is_empty(), tried, "{name}: {:?}", run.tried);
    }
}

#[test]
fn what_was_not_begun_is_told_to_be_so() {
    let mut approved = asking();
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut approved, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    let not_begun = ended(&acting(), Ended::NotBegun { why: "it is gone".into() });
    for run in [asking(), approved] {
        let run = closed(run);
        assert_eq!(run.last, Some(Last::NotBegun { title: "Restart it".into() }));
        assert!(run.ran.is_none() && undoable(&run).is_none());
    }
    assert!(closed(not_begun).ran.is_none());
}

#[test]
fn facts_are_of_before_until_they_are_read_again() {
    let mut run = proving();
    assert!(run.is_from_before("version") && run.is_from_before("health"));
    finds(&mut run, 1, Verdict::Pass, "7");
    let mut run = closed(run);
    assert!(run.is_from_before("version"), "nobody read it since");
    assert!(!run.is_from_before("health"), "it proves the action");
    run = after(proving(), [RunEventKind::DidNotHelp]);
    finds(&mut run, 1, Verdict::Fail, "8");
    assert!(!run.is_from_before("version") && !asking().is_from_before("version"));
}

#[test]
fn an_undo_says_that_it_would_change_nothing_and_what_changed_the_target_since() {
    for (now, expected) in [("7", true), ("8", false), ("9", false)] {
        let undo = asked(&proving(), 1, now);
        assert_eq!(changes_nothing(&undo, undo.change().unwrap()), expected, "{now}");
    }
    let mut run = closed(proving());
    let other = |id: u64, after: i64, text: &str| {
        let mut other = ended(&acting_by(text), Ended::Exit { code: Some(0) });
        other.id = RunId(id);
        other.ran.as_mut().unwrap().at = around(after).now;
        other
    };
    let elsewhere = PROCEDURE.replace("deployment/queue\" }", "deployment/other\" }");
    let asked_only = Run { id: RunId(9), ..asking() };
    for (others, expected) in [
        (vec![other(5, 60, PROCEDURE), other(4, 90, PROCEDURE), asked_only], Some(RunId(4))),
        (vec![other(5, -60, PROCEDURE)], None),
        (vec![other(5, 60, &elsewhere)], None),
        // Itself is no other.
        (vec![other(1, 60, PROCEDURE)], None),
    ] {
        assert_eq!(changed_since(&run, &others), expected);
    }
    run.ran = None;
    assert_eq!(changed_since(&run, &[other(5, 60, PROCEDURE)]), None, "it changed nothing itself");
}

#[test]
fn an_undo_turns_the_words_of_its_action_round() {
    let words = "freeze = [\"version\"]\n    difference = { now = \"revision: {version.revision}\", then = \"revision: 6\" }";
    let run =
        ended(&acting_by(&PROCEDURE.replace("freeze = [\"version\"]", words)), Ended::Exit { code: Some(0) });
    let lines = vec![Line::Goes("revision: 6".into()), Line::Comes("revision: 7".into())];
    let expected = Difference::Changes { lines, more: 0, sign: String::new() };
    assert_eq!(undoable(&run).unwrap().difference, Some(expected));
    assert_eq!(undoable(&proving()).unwrap().difference, None);
}

#[test]
fn nothing_ran_is_said_only_where_nothing_did() {
    let none = PROCEDURE.replace(UNDO, r#"undo = "nothing: a restart leaves nothing""#);
    let restarted = closed(ended(&acting_by(&none), Ended::Exit { code: Some(0) }));
    let refused = |why: Option<&str>| {
        Some(NotApproved::NoUndo { title: "Restart it".into(), why: why.map(str::to_owned) })
    };
    assert_eq!(why(undo(&restarted, None)), refused(Some("nothing: a restart leaves nothing")));
    let ends = PROCEDURE.replace(r#", until = "24h""#, "");
    let helped =
        after(ended(&acting_by(&ends), Ended::Exit { code: Some(0) }), [RunEventKind::Over(End::Helped)]);
    assert_eq!(why(undo(&helped, None)), refused(None));
    assert_eq!(why(undo(&closed(asking()), None)), Some(NotApproved::NothingToUndo));
}
