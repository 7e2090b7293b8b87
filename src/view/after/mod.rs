//! The time after an incident in words: its report, its deadlines, its follow-ups.

mod answers;
mod file;
mod preview;
mod problem;
mod publication;
mod said;
mod told;
mod typed;

pub use self::file::{
    follow_up_issue, people_in, report_file, report_lead, report_parts, report_request, report_row,
};
pub use self::problem::in_words as problem_in_words;
pub(super) use self::said::said;
pub(super) use self::told::told;
pub(super) use self::typed::typed;

use super::Message;
use super::lines::Via;
use super::words::{Words, bold, words};
use domain::incident::after::event::{Owed, Section};
use domain::incident::after::follow_up::Tag;
use domain::incident::after::line::AfterAnswer;

/// Said where nobody has said it; it stands out on purpose.
const NOT_KNOWN: &str = "Not known yet";

pub(super) fn answer(answer: &AfterAnswer, via: Via) -> Message {
    match answer {
        AfterAnswer::Report(report) => preview::preview(report, via),
        AfterAnswer::Refused(problem) => problem::problem(problem, via),
        answer => answers::answer(answer, via),
    }
}

/// The section's heading, as the runbook's template has it, or its line's label there.
fn heading(section: Section) -> &'static str {
    match section {
        Section::Summary => "Summary",
        Section::RootCause => "Root Cause",
        Section::Witnesses => "Witnesses affected",
        Section::DataLoss => "Data loss",
        Section::Resolution => "Resolution",
        Section::Lessons => "Lessons Learned",
    }
}

/// What is asked of whoever writes it.
pub(super) fn hint(section: Section) -> &'static str {
    match section {
        Section::Summary => "What happened, in a few sentences",
        Section::RootCause => "What went wrong, technically. Empty: what the resolution said",
        Section::Witnesses => "How many witnesses were affected, and how you know",
        Section::DataLoss => "None, or what was lost",
        Section::Resolution => "What was done to fix it. Empty: the steps that were run",
        Section::Lessons => "What could be improved",
    }
}

/// The name of its form's field, and of the form.
pub(super) fn label(section: Section) -> &'static str {
    heading(section)
}

/// `the report`, `the retrospective`, `[action] Add an alert`.
fn thing(owed: Owed, what: Option<&(Tag, String)>) -> Words {
    match (owed, what) {
        (Owed::Report, _) => words!["the report"],
        (Owed::Retro, _) => words!["the retrospective"],
        (Owed::FollowUp(_), Some((tag, text))) => words![format!("[{}] ", tag.word()), bold(text.clone())],
        (Owed::FollowUp(number), None) => words![format!("follow-up {number}")],
    }
}

/// The sections in a sentence: `root cause, data loss and lessons`.
fn listed(sections: &[Section]) -> String {
    match sections {
        [] => String::new(),
        [one] => one.words().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(|section| section.words()).collect();
            format!("{} and {}", first.join(", "), last.words())
        }
    }
}
