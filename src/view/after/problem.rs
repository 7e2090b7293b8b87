//! Why nothing was done about the time after an incident, and what to type instead.

use super::{listed, thing};
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::lines::Via;
use crate::words::{Words, bold, code, moment, words};
use domain::command::Command;
use domain::incident::after::event::Section;
use domain::incident::after::line::{AfterLine, AfterProblem, NotOwed};
use domain::incident::after::publication::NoReports;
use domain::refusal::Unfit;

/// For a shell, without what to type in Slack's place.
pub fn in_words(problem: &AfterProblem) -> String {
    crate::terminal::terminal(&self::problem(problem, Via::Shell), &crate::terminal::Names::default())
}

pub(super) fn problem(problem: &AfterProblem, via: Via) -> Message {
    let line = |rest: &str| code(via.example(rest));
    let (words, button): (Vec<Words>, Option<Button>) = match problem {
        AfterProblem::NoText => (
            vec![
                words!["What is to be done? Type it with whose it is: "],
                words![line("7 follow-up [action] Add an alert on Redis memory @name by +7d")],
            ],
            None,
        ),
        AfterProblem::NoOwner { oncall: true, .. } => (
            vec![words![
                "Nobody is on call, so the runbook's follow-ups have no owner. Name one: ",
                line("7 follow-up [monitoring] Add monitoring @name by +7d")
            ]],
            None,
        ),
        AfterProblem::NoOwner { text, oncall: false } => (
            vec![
                words![
                    "Whose is it? A follow-up without an owner is nobody's. I have not added ",
                    bold(text.clone()),
                    "."
                ],
                words!["Name somebody: ", line(&format!("follow-up {text} @name by +7d"))],
            ],
            None,
        ),
        AfterProblem::NotADay { words, problem } => {
            let day = if words.is_empty() { words![] } else { words!["By \"", words.clone(), "\"? "] };
            (
                vec![
                    day.and(words![capital(&problem.to_string()), ". Nothing was changed."]),
                    words![
                        "Days are written like ",
                        line("7 follow-up 2 by +7d"),
                        ", by fri, by 2026-12-05."
                    ],
                ],
                None,
            )
        }
        AfterProblem::OutOfReach { at } => (
            vec![words![
                "That would be due ",
                moment(*at),
                ", which is over or more than a year away. Nothing was changed."
            ]],
            None,
        ),
        AfterProblem::NoSuchPart { words } => (
            vec![
                words![
                    "I don't know \"",
                    words.clone(),
                    "\" here. A report has these parts: ",
                    listed(&Section::ALL),
                    "."
                ],
                words![
                    "Write one: ",
                    line("7 report root cause: Redis was out of memory"),
                    ". It is done: ",
                    line("7 report done"),
                    ". Somebody else's: ",
                    line("7 report @name"),
                    ". Later: ",
                    line("7 report snooze 1d why")
                ],
            ],
            None,
        ),
        AfterProblem::NoSuchFollowUp { incident, number, most } => {
            let has = match most {
                0 => format!("{incident} has no follow-ups."),
                most => format!("{incident} has no follow-up {number}; it has {most}."),
            };
            (vec![words![has, " To see them: ", line(&format!("{} follow-ups", incident.0))]], None)
        }
        AfterProblem::NotOwed { incident, owed, why } => {
            let why = match why {
                NotOwed::Open => "it is not resolved yet".to_owned(),
                NotOwed::Severity => "its severity asks for none".to_owned(),
                NotOwed::NoSprint => {
                    "it is due at the next sprint planning, and [sprint] in howler.toml does not say when that is".to_owned()
                }
            };
            let head = words![format!("{incident} owes no "), owed.to_string(), format!(": {why}.")];
            (vec![head], None)
        }
        AfterProblem::AlreadyDone { incident, owed, deadline } => {
            let by = deadline.done.as_ref().map(|done| words![": ", &done.by, " said so ", moment(done.at)]);
            let done = words![bold(incident.to_string()), ": "]
                .and(thing(*owed, None))
                .and(words![" is done already"]);
            let undo = words![". Not done after all? ", line(&format!("{} {owed} reopen", incident.0))];
            (vec![done.and_if(by).and(undo)], None)
        }
        AfterProblem::NotDone { incident, owed } => (
            vec![
                words![bold(incident.to_string()), ": "]
                    .and(thing(*owed, None))
                    .and(words![" is not done, so there is nothing to undo."]),
            ],
            None,
        ),
        AfterProblem::AlreadyTheirs { incident, owed, owner } => (
            vec![words![bold(incident.to_string()), ": "].and(thing(*owed, None)).and(words![
                " is ",
                owner,
                "'s already."
            ])],
            None,
        ),
        AfterProblem::NoReason { incident, owed } => (
            vec![words![
                "Why does it wait? Reminders wait only with a reason: ",
                line(&format!("{} {owed} snooze 1d waiting for the vendor", incident.0))
            ]],
            None,
        ),
        AfterProblem::NoIncident { incident, of } => {
            let why = match of {
                Some(of) => format!("{incident} is the same as {of}, whose report tells of it."),
                None => format!(
                    "{incident} was cancelled: it was no incident, so there is no report and no deadline."
                ),
            };
            (vec![words![why, " If that is wrong: ", line(&format!("{} reopen", incident.0))]], None)
        }
        AfterProblem::Part { incident, of } => {
            let report = Command::After(Box::new(AfterLine::Report));
            let button = Button::new(format!("Open the report of {of}"), *of, report);
            (
                vec![words![format!("{incident} is merged into {of}, whose report tells of both.")]],
                Some(button),
            )
        }
        AfterProblem::WrittenMeanwhile { incident, section, stands, sent } => {
            let edit = Command::After(Box::new(AfterLine::Edit { section: *section }));
            let stands = if stands.is_empty() { "nothing, any more".to_owned() } else { stands.clone() };
            (
                vec![
                    words![
                        "Somebody else wrote ",
                        bold(section.words()),
                        " while you did. Nothing was changed."
                    ],
                    words![bold("What stands: "), stands],
                    words![bold("What you sent: "), sent.clone()],
                ],
                Some(Button::new(format!("Edit {}", section.words()), *incident, edit)),
            )
        }
        AfterProblem::NotPublished { incident, why } => {
            let why = match why {
                NoReports::Off => {
                    "[reports] repository is \"off\" in howler.toml, so there is nowhere to publish it. Name a repository there \
                                   and restart howler"
                }
                NoReports::NoToken => {
                    "GITHUB_TOKEN is not set, so I cannot write on GitHub. Set one with the permissions Contents and Pull \
                                       requests, read and write, and restart howler"
                }
            };
            let file = line(&format!("{} report file", incident.0));
            (
                vec![
                    words![why, "."],
                    words!["Until then the report is a file in the thread of its card: ", file],
                ],
                None,
            )
        }
        AfterProblem::NoConflict { incident, part } => (
            vec![words![format!("{incident}: of {} nobody is asked which text stands.", part.words())]],
            None,
        ),
        AfterProblem::Unfit { person, why } => {
            let why = match why {
                Unfit::Left => " has left this Slack, so nothing can be theirs. Name somebody else.",
                Unfit::Bot => " is a bot, so nothing can be theirs. Name somebody else.",
                Unfit::Unknown => " is unknown to Slack. Name somebody else.",
            };
            (vec![words![person, why]], None)
        }
        AfterProblem::NothingNew { incident, section } => {
            (vec![words![format!("{incident}: {} says that already.", section.words())]], None)
        }
        AfterProblem::HasDefaults { incident } => {
            (vec![words![format!("{incident} has both of the runbook's follow-ups already.")]], None)
        }
    };
    let draft = Draft::new().lines(words);
    match (button, via) {
        (Some(button), Via::Slash | Via::Mention) => draft.buttons(vec![button]).finish(),
        _ => draft.finish(),
    }
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
