//! A procedure for people: the same parts as a message and as Markdown.

mod answer;
mod change;
mod difference;
mod drill;
mod home;
mod markdown;
mod not_approved;
mod parts;
mod ran;
mod release;
mod run;
mod said;
mod undo;

use self::parts::{Part, parts};
use super::Message;
use super::blocks::Draft;
use super::words::{Words, bold, words};
use domain::procedure::Procedure;

pub(super) use answer::answer;
pub use answer::runbook_at_a_shell;
pub use drill::drill;
pub(super) use drill::drilled;
use drill::last_drilled;
pub(super) use home::{to_approve, to_release};
pub use markdown::markdown;
pub use parts::quoted;
pub use run::{dry_run, run_card, shorter_run_cards};
pub(super) use said::noted;
pub use said::{freeze_said, run_news, run_said, unanswered_request};

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
