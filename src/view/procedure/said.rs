//! What a run says beside its card, and what the incident's timeline says of it.

use super::parts::quoted;
use super::release;
use super::run::{ended, facts};
use super::undo;
use crate::domain::Command;
use crate::domain::run::End;
use crate::domain::run::announce::RunNote;
use crate::domain::run::change::{Aftermath, Ended};
use crate::domain::run::says::{RunSays, RunWord};
use crate::domain::run::undo::Undone;
use crate::domain::runbook::RunbookLine;
use crate::domain::text::shorten;
use crate::id::{RunId, UserId};
use crate::view::Message;
use crate::view::blocks::{Button, Draft};
use crate::view::time::utc;
use crate::view::words::{Words, bold, clock, code, mention, words};

/// A message of a run's.
pub fn run_said(run: RunId, says: &RunSays) -> Message {
    let RunSays { step, by, what } = says;
    let title = || words![format!("{run}: "), bold(step)];
    if let Some(lines) = release::said(run, by, what) {
        return Draft::new().lines(lines).finish();
    }
    let lines = match what {
        RunWord::Asks { people, group, needed, expires, code: sign } => {
            let people = people.iter().map(|person| words![person]);
            let who = Words::joined(people.chain(group.iter().map(|group| words![mention(group)])), " ");
            vec![
                words!["✋ "]
                    .and(title())
                    .and(words![
                        format!(" needs {needed} to approve it, by "),
                        clock(*expires),
                        format!(" ({}). ", utc(*expires))
                    ])
                    .and(who),
                words![
                    by,
                    " asks for it; the card has the command, the facts and the buttons. By text: ",
                    code(format!("/runbook approve {run} {sign} why"))
                ],
            ]
        }
        RunWord::GlassBroken { why } => vec![
            words!["🔨 "].and(title()).and(words![
                ": ",
                by,
                " goes ahead alone a minute after this, unless anybody stops it. Why: ",
                why
            ]),
            words![
                "To stop it: ",
                code(format!("/runbook deny {run}")),
                ". It is to be reviewed afterwards."
            ],
        ],
        RunWord::Begins => vec![words!["⚙️ "].and(title()).and(words![
            " begins, asked for by ",
            by,
            ". To stop it: ",
            code(format!("/runbook abort {run}"))
        ])],
        RunWord::Helped => vec![words!["✅ "].and(title()).and(words![
            " helped, ",
            by,
            ". Its checks pass, and went on passing."
        ])],
        RunWord::Undone(_) => {
            vec![words!["↩️ "].and(title()).and(words![": "]).and(word(what)).and(words![" ", by])]
        }
        other => vec![words!["⚠️ "].and(title()).and(words![": "]).and(word(other)).and(words![" ", by])],
    };
    Draft::new().lines(lines).finish()
}

/// What became of a change.
fn word(word: &RunWord) -> Words {
    match word {
        RunWord::Denied { by, why } => {
            let by = by.as_ref().map(|by| words![" by ", by]);
            words!["denied"].and_if(by).and_if(why.as_ref().map(|why| words![": ", why])).and(words!["."])
        }
        RunWord::Expired => words!["nobody approved it in time, so the request is void."],
        RunWord::Voided { moved } => {
            words!["the approval is void, and nothing was run: ", moved.join("; "), "."]
        }
        RunWord::Unprepared { why } => words!["it could not be prepared: ", why, "."],
        RunWord::Broke { ended } => words![broke(ended), " howler looks at the world now."],
        RunWord::Judged(aftermath) => words![told(*aftermath)],
        RunWord::Undone(undone) => words!["carried out; ", undo::told(undone)],
        RunWord::DidNotHelp { told: true } => words!["it was carried out and did not help in time."],
        RunWord::DidNotHelp { told: false } => {
            words!["it was carried out; whether it helped could not be told in time."]
        }
        RunWord::Helped => words!["it helped."],
        RunWord::Asks { .. } | RunWord::GlassBroken { .. } | RunWord::Begins => Words::default(),
        released => release::not_released(released).unwrap_or_default(),
    }
}

/// How a program ended that did not end well.
pub(super) fn broke(ended: &Ended) -> String {
    let left = |empty: &bool| if *empty { "Nothing of it is left." } else { "A part of it may still run." };
    match ended {
        Ended::Exit { code: Some(code) } => format!("it ended with {code}."),
        Ended::Exit { code: None } => "it was ended by a signal.".to_owned(),
        Ended::TimedOut { empty } => format!("its time was up, and it was stopped. {}", left(empty)),
        Ended::Stopped { empty } => format!("it was stopped. {}", left(empty)),
        Ended::NotBegun { why } => format!("it was not begun: {why}."),
        Ended::Interrupted => "howler was stopped while it ran. It is not begun again.".to_owned(),
    }
}

/// What the world says of a change that did not end well.
pub(super) fn told(aftermath: Aftermath) -> &'static str {
    match aftermath {
        Aftermath::Happened => "The world says that it did happen.",
        Aftermath::DidNotHappen => "The world says that it did not happen.",
        Aftermath::CannotTell => "Whether it happened cannot be told: look, before anybody does it again.",
    }
}

/// What a run's card is late to show, for its thread.
pub fn run_news(run: RunId, note: &RunNote, by: Option<&UserId>) -> Message {
    let late = words![" The card above follows as soon as Slack lets it be edited."];
    Draft::new().line(noted(run, note, by).and(late)).finish()
}

/// The freeze of all changes, or its end.
pub fn freeze_said(by: &UserId, why: Option<&String>) -> Message {
    let thaw = Button::new("Let changes begin again", None, Command::Runbook(RunbookLine::Unfreeze));
    let draft = Draft::new();
    match why {
        Some(why) => draft
            .line(words![
                "🧊 ",
                bold("No change is begun"),
                " by howler until further notice, says ",
                by,
                ": ",
                why
            ])
            .line(words!["What runs goes on; checks work as ever."])
            .buttons(vec![thaw.asking("Changes can be approved and carried out again.", "Unfreeze")])
            .finish(),
        None => draft.line(words![bold("Changes may begin again"), ", says ", by, "."]).finish(),
    }
}

/// What the incident's timeline says.
pub fn noted(run: RunId, note: &RunNote, who: Option<&UserId>) -> Words {
    let lead = words![format!("{run}: ")];
    let who = || who.map_or_else(|| words!["howler"], |who| words![who]);
    match note {
        RunNote::Began { procedure } => {
            lead.and(who()).and(words![" began to diagnose ", code(procedure.clone()), "."])
        }
        RunNote::Looked { pass, fail, unknown, .. } => {
            let facts = facts(*pass, fail.len(), *unknown);
            let fail = (!fail.is_empty()).then(|| words![format!(" Fails: {}.", fail.join("; "))]);
            lead.and(words![format!("{facts}.")]).and_if(fail)
        }
        RunNote::Offered { step } => lead.and(words!["the facts lead to: ", shorten(step, 300)]),
        RunNote::Asked { step, command, undo } => {
            let undo = undo.as_ref().map(|undo| words!["; undo: ", code(quoted(undo))]);
            lead.and(words!["approval is asked for: ", step, ": ", code(quoted(command))]).and_if(undo)
        }
        RunNote::Approved { comment } => {
            let comment = comment.as_ref().map(|comment| words![": ", comment]);
            lead.and(words!["approved by "]).and(who()).and_if(comment)
        }
        RunNote::GlassBroken { why } => {
            lead.and(who()).and(words![" goes ahead alone, which is to be reviewed: ", why])
        }
        RunNote::NotGiven { word: what } => lead.and(word(what)),
        RunNote::Acting { step, audit } => {
            lead.and(words![step, " begins. The audit stands at ", code(shorten(audit, 64)), "."])
        }
        RunNote::ReleaseAsked { target, why } => {
            lead.and(who()).and(words![" asks that ", code(target.clone()), " be released: ", why])
        }
        RunNote::Released { target, asked_by, why } => {
            let asked = words![" was released, asked for by ", asked_by, ": ", why, "; agreed by "];
            lead.and(words![code(target.clone())]).and(asked).and(who()).and(words!["."])
        }
        RunNote::StopAsked => lead.and(words!["stopped by "]).and(who()).and(words!["."]),
        RunNote::Ended { ended: Ended::Exit { code: Some(0) } } => {
            lead.and(words!["it ended well; what it did is to be proved."])
        }
        RunNote::Ended { ended } => lead.and(words![broke(ended)]),
        RunNote::Judged(aftermath) => lead.and(words![told(*aftermath)]),
        RunNote::Undone(undone @ Undone::NotMoved) => {
            lead.and(words!["the undo was carried out; ", undo::told(undone)])
        }
        RunNote::Undone(undone) => lead.and(words!["taken back; ", undo::told(undone)]),
        RunNote::Helped => lead.and(words!["it helped; what follows is left to be done."]),
        RunNote::DidNotHelp => lead.and(words!["it did not help in time."]),
        RunNote::HelpNotTold => lead.and(words!["whether it helped could not be told in time."]),
        RunNote::Over { end: End::Aborted, .. } => lead.and(words!["closed by "]).and(who()).and(words!["."]),
        RunNote::Over { end, .. } => lead.and(words![ended(*end)]),
    }
}
