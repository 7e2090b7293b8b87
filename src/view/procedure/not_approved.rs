//! Why an action is not proposed, approved or refused, in words.

use crate::lines::Via;
use crate::time::utc;
use crate::words::{Words, bold, code, words};
use domain::id::RunId;
use domain::procedure::Verdict;
use domain::run::approve::NotApproved;

pub(super) fn not_approved(run: RunId, why: &NotApproved, via: Via) -> Words {
    match why {
        NotApproved::ForPeople => words!["this step is for people, so there is nothing to approve."],
        NotApproved::Barred { why } => words!["no change can start: ", why, "."],
        NotApproved::Held { by, target } => {
            words![
                code(target.clone()),
                format!(" is locked by {by}: one change at a time. What that is doing: "),
                code(via.runbook("status"))
            ]
        }
        NotApproved::Requires { check, verdict: Some(Verdict::Fail) } => {
            words![code(check.clone()), " must pass first, and it fails."]
        }
        NotApproved::Requires { check, .. } => {
            words![code(check.clone()), " must pass first, and I could not tell."]
        }
        NotApproved::NoFact { check } => {
            words![
                code(check.clone()),
                " could not be read, and nobody should approve blindly. Press Look again."
            ]
        }
        NotApproved::FileMoved { why } => words![why, ". Close this run and start it again."],
        NotApproved::Unfilled { why } => words!["I can't build the command: ", why, "."],
        NotApproved::Nameless { program } => words![
            code(program.clone()),
            " runs under your name, and I don't know your name there. Ask somebody listed in ",
            code("[runbook.acts_as]"),
            " in howler.toml, or have whoever runs howler add you."
        ],
        NotApproved::Nobody => {
            words!["nobody can approve: ", code("[runbook.approval]"), " in howler.toml names nobody."]
        }
        NotApproved::NotAsked => words!["nothing is waiting for approval."],
        NotApproved::OtherRequest => {
            words!["that was an older request. Read the card again before you approve."]
        }
        NotApproved::NoCode { code: sign } => words![
            "read the card first, then approve with its code: ",
            code(via.runbook(&format!("approve {run} {sign} why")))
        ],
        NotApproved::Witness => {
            words!["you saw what led to it, where no check could tell, so somebody else has to approve it."]
        }
        NotApproved::SaysNo => words![
            "your reason reads like a no, or a question. To say no: ",
            code(via.runbook(&format!("deny {run}"))),
            ". To say yes, give a reason that says so."
        ],
        NotApproved::Own => words!["you asked for it, so somebody else has to approve it."],
        NotApproved::NotAllowed => {
            words!["you may not approve this. The card names who may; howler.toml has the list."]
        }
        NotApproved::Already => words!["you said so already."],
        NotApproved::Used { by: Some(by) } => {
            words!["it was approved already, last by ", by, "."]
        }
        NotApproved::Used { by: None } => words!["it was approved already."],
        NotApproved::NoComment => {
            words![
                "its risk is high, so give a reason: ",
                code(via.runbook(&format!("approve {run} CODE why")))
            ]
        }
        NotApproved::NoGlass => words!["howler.toml does not allow going ahead alone."],
        NotApproved::NotTried { action } => {
            words![
                bold(action.clone()),
                " comes first and did not run, so nobody can go ahead alone with this."
            ]
        }
        NotApproved::Irreversible => words!["it cannot be undone, so nobody can go ahead alone."],
        NotApproved::NothingToUndo => words!["nothing ran that could be undone."],
        NotApproved::NoUndo { title, why: Some(why) } => {
            let why = why.split_once(": ").map_or(why.as_str(), |(_, why)| why).to_owned();
            words![bold(title.clone()), " ran, and no command takes it back: ", why, "."]
        }
        NotApproved::NoUndo { title, why: None } => words![
            bold(title.clone()),
            " ran, and its undo is not offered any more: it changed nothing, it was undone, or others rely on it by now. Its card says which."
        ],
        NotApproved::UndoOver { until } => words![format!(
            "the undo was possible until {}. Others may rely on the change by now: look, and ask for a new change.",
            utc(*until)
        )],
        NotApproved::TooLong => {
            words!["the command is too long to show, and nobody should approve what they can't read."]
        }
        NotApproved::TooLate => words!["the request has expired, or is about to. Ask for approval again."],
        NotApproved::NotHeld => {
            words!["it locks nothing, so there is nothing to release: ", code(via.runbook("status"))]
        }
        NotApproved::StillRuns => words![
            "its program is still running. Stop that first: ",
            code(via.runbook(&format!("abort {run}")))
        ],
        NotApproved::NotBegun => words![
            "it has not started, so there is nothing to release. Deny or close it instead: ",
            code(via.runbook(&format!("abort {run}")))
        ],
        NotApproved::ReleaseAsked => {
            words!["somebody asked for the release already. Its card has the code and the buttons."]
        }
        NotApproved::FromShell => {
            words!["I don't know who you are in Slack. Ask there."]
        }
        NotApproved::OthersRequest => words!["somebody else asked, so you can simply approve it."],
    }
}
