//! What a rollback left is kept in mind, from run to run.

use super::approving::{PROCEDURE, on, prepared};
use super::undo::{acting_by, after, asked, ended, finds};
use crate::procedure::Verdict;
use crate::run::change::Ended;
use crate::run::left::left;
use crate::run::{End, Run, RunEventKind};

/// At Vercel, where `7` served.
fn rolled_back(became: Ended) -> Run {
    let text = PROCEDURE
        .replace(
            r#"run = ["kubectl", "rollout", "restart", "deployment/queue"]"#,
            r#"run = ["vercel", "rollback", "5"]"#,
        )
        .replace(
            r#"["kubectl", "rollout", "undo", "deployment/queue", "--to-revision={version.revision}"]"#,
            r#"["vercel", "promote", "{version.revision}", "--scope=town"]"#,
        );
    assert!(text.contains("rollback") && text.contains("promote"), "{text}");
    ended(&acting_by(&text), became)
}

#[test]
fn what_howlers_own_rollback_left_is_no_target_of_the_next() {
    let done = || rolled_back(Ended::Exit { code: Some(0) });
    assert_eq!(done().left, ["7"]);
    assert_eq!(rolled_back(Ended::Exit { code: Some(1) }).left, [""; 0], "nothing tells that it happened");
    let closed = after(done(), [RunEventKind::Over(End::Aborted)]);
    assert_eq!(closed.left, ["7"], "whatever ends the run");

    // Taken back, it serves again.
    let mut undoing = asked(&done(), 1, "5");
    for by in ["U0MAYA", "U0GROUP"] {
        on(&mut undoing, by, RunEventKind::Approved { comment: Some("seen".into()) });
    }
    finds(&mut undoing, 1, Verdict::Pass, "5");
    let undoing = after(undoing, [RunEventKind::Prepared(Box::new(prepared()))]);
    assert_eq!(ended(&undoing, Ended::Exit { code: Some(0) }).left, [""; 0]);

    // A later run begins with all that earlier ones left, however long ago; a bound is kept.
    let run = |names: &[&str]| Run { left: names.iter().map(|name| (*name).to_owned()).collect(), ..done() };
    assert_eq!(left(&[run(&["7", "8"]), run(&["7"]), run(&["3"])]), ["3", "7", "8"]);
    assert_eq!(left(&[]), [""; 0]);
    let many: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let kept = left(&[run(&many)]);
    assert_eq!((kept.len(), kept.last().map(String::as_str)), (50, Some("59")), "the oldest goes first");
}
