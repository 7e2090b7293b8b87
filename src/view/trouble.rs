//! When howler itself, or Slack, stands in the way.

use super::Message;
use super::blocks::Draft;
use super::lines::Via;
use super::words::{Words, code, words};
use domain::answer::{FormFill, FormToOpen};
use domain::id::RunId;
use domain::text::clean_line;

/// A form that could not be opened: why, and the line that does the same.
pub fn form_failed(form: &FormToOpen, reason: &str, via: Via) -> Message {
    Draft::new()
        .lines(vec![
            words![format!("I could not open the form: {}. Nothing changed.", reason.trim_end_matches('.'))],
            words!["Type it instead: "].and(line_instead(form, via)),
        ])
        .finish()
}

/// At a shell there are no forms.
pub fn type_instead(form: &FormToOpen) -> Message {
    Draft::new()
        .lines(vec![
            words!["Forms open only in Slack. Nothing changed."],
            words!["Type it instead: "].and(line_instead(form, Via::Shell)),
        ])
        .finish()
}

/// The line that does what the form would have done.
fn line_instead(form: &FormToOpen, via: Via) -> Words {
    let number = form.context.incident.map(|incident| format!("{} ", incident.0)).unwrap_or_default();
    match &form.fill {
        FormFill::Declare { title, .. } => {
            let title = title.as_deref().unwrap_or("what is broken");
            words![code(via.line(&format!("p1 {title}"))), " (P1 is the worst, P4 the mildest)"]
        }
        FormFill::Update { .. } => words![
            code(via.line(&format!("{number}update what stakeholders should know"))),
            ", and to change the status ",
            code(via.line(&format!("{number}status identified")))
        ],
        FormFill::Note { note, .. } => words![code(via.line(&format!("note {}", clean_line(note))))],
        FormFill::Resolve { .. } => words![code(via.line(&format!("{number}resolve the root cause")))],
        FormFill::Section { section, .. } => {
            words![code(via.line(&format!("{number}report {}: your words", section.words())))]
        }
        FormFill::Approve { .. } => {
            let (run, key) = form.context.approval.clone().unwrap_or_else(|| (RunId(0), String::new()));
            words![code(via.runbook(&format!("approve {run} {} why", key.get(..6).unwrap_or_default())))]
        }
    }
}

/// A failure of howler's own, in its own words; what stands between backticks is to be typed.
pub fn failed(reason: &str) -> Message {
    let pieces = reason.split('`').enumerate();
    let line = pieces.fold(words![], |line, (at, piece)| match at % 2 {
        0 => line.and(words![piece.to_owned()]),
        _ => line.and(words![code(piece.to_owned())]),
    });
    Draft::new().line(line).finish()
}

/// A command that this version of howler does not have.
pub fn other_command(command: &str, via: Via) -> Message {
    Draft::new()
        .lines(vec![
            words![code(command.to_owned()), " does nothing in this version of howler. Nothing changed."],
            words!["Incidents: ", code(via.line("help"))],
        ])
        .finish()
}
