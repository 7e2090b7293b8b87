//! A procedure for people: the same parts as a message and as Markdown.

mod markdown;
mod parts;

use self::parts::{Part, parts};
use super::Message;
use super::blocks::Draft;
use super::lines::Via;
use super::words::{Words, bold, code, words};
use crate::domain::procedure::Procedure;
use crate::domain::runbook::{RunbookAnswer, Short};

pub use markdown::markdown;

/// The answer, for a person who speaks to howler `via` a slash command, a mention or a shell.
pub(super) fn answer(answer: &RunbookAnswer, via: Via) -> Message {
    match answer {
        RunbookAnswer::List(procedures) => list(procedures, via),
        RunbookAnswer::Show(procedure) => shown(procedure),
        RunbookAnswer::NotYet { word } => Draft::new()
            .line(words![
                code(word.clone()),
                " is not in this version: it shows procedures and runs nothing. Nothing was done."
            ])
            .line(words![
                "To read one and do its steps by hand: ",
                code(via.runbook("show event-stream-failure"))
            ])
            .finish(),
        RunbookAnswer::Unknown { word, nearest } => {
            let nearest = nearest
                .as_ref()
                .map(|nearest| words!["Perhaps you mean: ", code(via.runbook(&format!("show {nearest}")))]);
            Draft::new()
                .line(words!["There is no procedure ", code(word.clone()), ". Nothing was done."])
                .lines(nearest.into_iter().collect())
                .line(words!["All there are: ", code(via.runbook("list"))])
                .finish()
        }
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
        .line(words![
            "To read one: ",
            code(via.runbook("show event-stream-failure")),
            ". This version runs none of it."
        ])
        .finish()
}

fn shown(procedure: &Procedure) -> Message {
    parts(procedure)
        .into_iter()
        .fold(Draft::new(), |draft, part| match part {
            Part::Title(text) => draft.headline("📖 ", &text),
            Part::Heading(text) => draft.line(words![bold(text)]),
            Part::Line(text) => draft.line(words![text]),
            Part::Bullets(rows) => {
                draft.bullets(rows.into_iter().map(|row| words![row]).collect::<Vec<Words>>())
            }
            Part::Commands(lines) => draft.preformatted(&lines.join("\n")),
        })
        .finish()
}
