//! What a run says beside its card, and what the incident's timeline says of it.

use super::parts::quoted;
use super::release;
use super::run::{ended, facts};
use super::undo;
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::words::{Words, bold, clock, code, counted, mention, words};
use domain::Command;
use domain::actor::Actor;
use domain::id::RunId;
use domain::run::announce::RunNote;
use domain::run::change::{Aftermath, Ended};
use domain::run::says::{RunSays, RunWord};
use domain::run::{End, Run};
use domain::runbook::RunbookLine;
use domain::text::shorten;

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
                        format!(" needs {} by ", counted(*needed, "approval")),
                        clock(*expires),
                        ". "
                    ])
                    .and(who),
                words![
                    by,
                    " asked. The card has the command, the facts and the buttons. Or type: ",
                    code(format!("/runbook approve {run} {sign} why"))
                ],
            ]
        }
        RunWord::AsksAgain { people, group, expires, code: sign, loud } => {
            let people = people.iter().map(|person| words![person]);
            let who = Words::joined(people.chain(group.iter().map(|group| words![mention(group)])), " ");
            let told = if *loud { "I told whoever is on call too. " } else { "" };
            vec![
                words!["📣 ✋ "]
                    .and(title())
                    .and(words![
                        " still waits: nobody has said yes or no. It expires at ",
                        clock(*expires),
                        ". ",
                        told
                    ])
                    .and(who),
                words![
                    by,
                    " asked. Look at its card, then approve or deny. Or type: ",
                    code(format!("/runbook approve {run} {sign} why"))
                ],
            ]
        }
        RunWord::GlassBroken { why } => vec![
            words!["🔨 "].and(title()).and(words![
                ": ",
                by,
                " goes ahead alone in a minute, unless somebody stops it. Why: ",
                why
            ]),
            words!["To stop it: ", code(format!("/runbook deny {run}")), ". Somebody reviews it afterwards."],
        ],
        RunWord::Begins => vec![words!["⚙️ "].and(title()).and(words![
            " is starting. ",
            by,
            " asked. To stop it: ",
            code(format!("/runbook abort {run}"))
        ])],
        RunWord::Helped => vec![words!["✅ "].and(title()).and(words![
            " helped, ",
            by,
            ". Its checks pass and kept passing."
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
            let by = by.not_howler().map(|by| words![" by ", by]);
            words!["denied"].and_if(by).and_if(why.as_ref().map(|why| words![": ", why])).and(words!["."])
        }
        RunWord::Expired => words!["nobody approved it in time. The request expired."],
        RunWord::Voided { moved } => {
            words!["nothing ran: the approval no longer counts. What changed: ", moved.join("; "), "."]
        }
        RunWord::Unprepared { why } => words!["I could not prepare it: ", why, "."],
        RunWord::Broke { ended } => words![broke(ended), " I'm checking what it did."],
        RunWord::Judged(aftermath) => words![told(*aftermath)],
        RunWord::Undone(undone) => undo::came(undone),
        RunWord::DidNotHelp { told: true } => words!["it ran and did not help in time."],
        RunWord::DidNotHelp { told: false } => {
            words!["it ran. I could not tell in time whether it helped."]
        }
        RunWord::Helped => words!["it helped."],
        RunWord::Asks { .. } | RunWord::AsksAgain { .. } | RunWord::GlassBroken { .. } | RunWord::Begins => {
            Words::default()
        }
        released => release::not_released(released).unwrap_or_default(),
    }
}

/// How a program ended that did not end well.
pub(super) fn broke(ended: &Ended) -> String {
    let left =
        |empty: &bool| if *empty { "Nothing of it still runs." } else { "A part of it may still run." };
    match ended {
        Ended::Exit { code: Some(code) } => format!("it failed with exit code {code}."),
        Ended::Exit { code: None } => "a signal killed it.".to_owned(),
        Ended::TimedOut { empty } => format!("it took too long and was stopped. {}", left(empty)),
        Ended::Stopped { empty } => format!("it was stopped. {}", left(empty)),
        Ended::NotBegun { why } => format!("it did not start: {why}."),
        Ended::Interrupted => "howler stopped while it was running. I won't start it again.".to_owned(),
    }
}

/// What the world says of a change that did not end well.
pub(super) fn told(aftermath: Aftermath) -> &'static str {
    match aftermath {
        Aftermath::Happened => "The facts say that it happened.",
        Aftermath::DidNotHappen => "The facts say that it did not happen.",
        Aftermath::CannotTell => "I can't tell whether it happened. Look before anybody tries again.",
    }
}

/// Why the incident's path is called for an approval.
pub fn unanswered_request(run: &Run) -> String {
    let step = run.change().map(|change| change.proposed.title.clone()).unwrap_or_default();
    format!("nobody has said yes or no to \"{step}\" ({}): approve or deny it on its card", run.id)
}

/// What a run's card is late to show, for its thread.
pub fn run_news(run: RunId, note: &RunNote, by: &Actor) -> Message {
    let late = words![" The card above follows as soon as Slack lets me edit it."];
    Draft::new().line(noted(run, note, by).and(late)).finish()
}

/// The freeze of all changes, or its end.
pub fn freeze_said(by: &Actor, why: Option<&String>) -> Message {
    let thaw = Button::new("Unfreeze", None, Command::Runbook(RunbookLine::Unfreeze));
    let draft = Draft::new();
    match why {
        Some(why) => draft
            .line(words![
                "🧊 ",
                bold("Changes are frozen"),
                " by ",
                by,
                ": ",
                why
            ])
            .line(words!["I start no new change until somebody unfreezes them. What runs goes on, and checks still work."])
            .buttons(vec![thaw.asking("Changes can then be approved and run again.", "Unfreeze")])
            .finish(),
        None => draft.line(words![bold("Changes are unfrozen"), " by ", by, "."]).finish(),
    }
}

/// What the incident's timeline says.
pub fn noted(run: RunId, note: &RunNote, who: &Actor) -> Words {
    let lead = words![format!("{run}: ")];
    let who = || words![who];
    match note {
        RunNote::Began { procedure } => {
            lead.and(who()).and(words![" started diagnosing ", code(procedure.clone()), "."])
        }
        RunNote::Looked { pass, fail, unknown, .. } => {
            let facts = facts(*pass, fail.len(), *unknown);
            let fail = (!fail.is_empty()).then(|| words![format!(" Failed: {}.", fail.join("; "))]);
            lead.and(words![format!("{facts}.")]).and_if(fail)
        }
        RunNote::Offered { step } => lead.and(words!["next step: ", shorten(step, 300)]),
        RunNote::PassedOver { step, why } => lead.and(words![
            "passed over ",
            shorten(step, 300),
            ", which cannot be made: ",
            shorten(why, 300)
        ]),
        RunNote::Seen { check, says } => {
            let says = says.as_ref().map(|says| words![": ", says]);
            let seen = words![" sees it failing, where no check could tell: ", check];
            lead.and(who()).and(seen).and_if(says)
        }
        RunNote::Asked { step, command, undo } => {
            let undo = undo.as_ref().map(|undo| words!["; undo: ", code(quoted(undo))]);
            lead.and(words!["asked for approval: ", step, ": ", code(quoted(command))]).and_if(undo)
        }
        RunNote::Approved { comment } => {
            let comment = comment.as_ref().map(|comment| words![": ", comment]);
            lead.and(words!["approved by "]).and(who()).and_if(comment)
        }
        RunNote::GlassBroken { why } => {
            lead.and(who()).and(words![" goes ahead alone (to be reviewed): ", why])
        }
        RunNote::NotGiven { word: what } => lead.and(word(what)),
        RunNote::Acting { step, audit } => {
            lead.and(words![step, " started. Audit at ", code(shorten(audit, 64)), "."])
        }
        RunNote::ReleaseAsked { target, why } => {
            lead.and(who()).and(words![" asks to release ", code(target.clone()), ": ", why])
        }
        RunNote::Released { target, asked_by, why } => {
            let asked = words![" was released, asked for by ", asked_by, ": ", why, "; agreed by "];
            lead.and(words![code(target.clone())]).and(asked).and(who()).and(words!["."])
        }
        RunNote::AskedAgain => {
            lead.and(words!["nobody has answered yet. Asked those who may approve once more."])
        }
        RunNote::StopAsked => lead.and(words!["stopped by "]).and(who()).and(words!["."]),
        RunNote::Ended { ended: Ended::Exit { code: Some(0) } } => {
            lead.and(words!["it finished. I'm checking whether it helped."])
        }
        RunNote::Ended { ended } => lead.and(words![broke(ended)]),
        RunNote::Judged(aftermath) => lead.and(words![told(*aftermath)]),
        RunNote::Undone(undone) => lead.and(undo::came(undone)),
        RunNote::Helped => lead.and(words!["it helped. What follows is still to do."]),
        RunNote::DidNotHelp => lead.and(words!["it did not help in time."]),
        RunNote::HelpNotTold => lead.and(words!["I could not tell in time whether it helped."]),
        RunNote::Over { end: End::Aborted, .. } => lead.and(words!["closed by "]).and(who()).and(words!["."]),
        RunNote::Over { end, .. } => lead.and(words![ended(*end)]),
    }
}
