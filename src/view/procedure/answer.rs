//! Private answers about the runbook.

use super::shown;
use crate::domain::effect::To;
use crate::domain::run::decide::RunRefusal;
use crate::domain::runbook::{RunAsk, RunShort, RunbookAnswer, Short};
use crate::id::RunId;
use crate::view::Message;
use crate::view::blocks::Draft;
use crate::view::lines::Via;
use crate::view::words::{Words, bold, code, moment, words};

/// The answer, for a person who speaks to howler `via` a slash command, a mention or a shell.
pub(in crate::view) fn answer(answer: &RunbookAnswer, via: Via) -> Message {
    match answer {
        RunbookAnswer::List(procedures) => list(procedures, via),
        RunbookAnswer::Show(procedure) => shown(procedure),
        RunbookAnswer::Status(runs) => status(runs, via),
        RunbookAnswer::Started { run, procedure, to } => Draft::new()
            .line(words![
                "Looking: ",
                code(procedure.clone()),
                format!(" ({run}). Its card comes {} and changes as the checks answer.", place(to))
            ])
            .finish(),
        RunbookAnswer::Done { run, what } => Draft::new().line(done(*run, *what)).finish(),
        RunbookAnswer::NotYet { word } => Draft::new()
            .line(words![
                code(word.clone()),
                " is not in this version: howler looks and says which step the facts lead to, and runs nothing that \
                 changes anything. Nothing was done."
            ])
            .line(words![
                "To look, and to see the exact command: ",
                code(via.runbook("diagnose event-stream-failure"))
            ])
            .finish(),
        RunbookAnswer::Refused(refusal) => {
            Draft::new().lines(refused(refusal, via)).line(words!["Nothing was done."]).finish()
        }
    }
}

fn place(to: &To) -> &'static str {
    match to {
        To::Room => "in the incident's channel",
        To::Person(_) => "here, in your messages with howler",
        _ => "in the emergencies channel",
    }
}

fn done(run: RunId, what: RunAsk) -> Words {
    match what {
        RunAsk::Step => {
            words![format!("{run} goes on to the next step that its facts lead to; its card shows it.")]
        }
        RunAsk::LookAgain => {
            words![format!("{run} asks all its checks again; its card changes as they answer.")]
        }
        RunAsk::Abort => words![format!("{run} is closed. What it had found stays on its card.")],
    }
}

fn list(procedures: &[Short], via: Via) -> Message {
    let row = |short: &Short| {
        let rto = short.rto.as_ref().map(|rto| words![format!(", to be over in {rto}")]);
        words![code(short.name.clone()), format!(" {}", short.title)].and_if(rto)
    };
    let nothing = procedures.is_empty().then(|| words!["There is no procedure."]);
    Draft::new()
        .line(words![bold("Procedures")])
        .bullets(procedures.iter().map(row).collect())
        .lines(nothing.into_iter().collect())
        .line(words!["To read one: ", code(via.runbook("show event-stream-failure"))])
        .line(words![
            "To look at the world with one, which changes nothing: ",
            code(via.runbook("diagnose event-stream-failure")),
            ", ",
            code(via.runbook("health")),
            ", ",
            code(via.runbook("logs web"))
        ])
        .finish()
}

fn status(runs: &[RunShort], via: Via) -> Message {
    let row = |short: &RunShort| {
        let doing = match short.waiting {
            0 => "a step is offered".to_owned(),
            waiting => format!("{waiting} checks still asked"),
        };
        words![
            format!("{} ", short.run),
            code(short.procedure.clone()),
            format!(": {doing}, asked by "),
            &short.by,
            ", ",
            moment(short.at)
        ]
    };
    if runs.is_empty() {
        return Draft::new()
            .line(words![
                "No procedure is under way. To begin one: ",
                code(via.runbook("diagnose event-stream-failure"))
            ])
            .finish();
    }
    Draft::new().line(words![bold("Under way")]).bullets(runs.iter().map(row).collect()).finish()
}

fn refused(refusal: &RunRefusal, via: Via) -> Vec<Words> {
    match refusal {
        RunRefusal::NoSuchProcedure { word, nearest } => {
            let nearest = nearest
                .as_ref()
                .map(|nearest| words!["Perhaps you mean: ", code(via.runbook(&format!("show {nearest}")))]);
            let all = words!["All there are: ", code(via.runbook("list"))];
            let lead = words!["There is no procedure ", code(word.clone()), "."];
            [Some(lead), nearest, Some(all)].into_iter().flatten().collect()
        }
        RunRefusal::NoSuchCheck { procedure, word, known } => vec![words![
            code(procedure.clone()),
            " has no ",
            code(word.clone()),
            format!("; there are: {}.", known.join(", "))
        ]],
        RunRefusal::Unfilled { procedure, unfilled } => {
            vec![words![code(procedure.clone()), format!(": {unfilled}.")]]
        }
        RunRefusal::NoSuchRun { run } => {
            vec![words![format!("There is no {run}. Those under way: "), code(via.runbook("status"))]]
        }
        RunRefusal::NothingRuns => {
            vec![words!["Nothing is under way that could take that: ", code(via.runbook("status"))]]
        }
        RunRefusal::Several { runs } => vec![words![
            "Several are under way; say which by its number: ",
            runs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            "."
        ]],
        RunRefusal::NotNow { run, over: true } => vec![words![format!("{run} is over; its card says how.")]],
        RunRefusal::NotNow { run, over: false } => {
            vec![words![format!("{run} is still asking its checks: its card says when it is done.")]]
        }
    }
}
