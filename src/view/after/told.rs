//! What happened after an incident, as lines of its timeline.

use jiff::Timestamp;

use super::{publication, thing};
use crate::timeline::{admitted, name};
use crate::words::{Words, link, moment, words};
use domain::actor::Actor;
use domain::incident::after::deadline::Step;
use domain::incident::after::event::{AfterNews, Owed};
use domain::incident::after::follow_up::FollowUp;
use domain::text::shorten;

/// One line, with every text at most `most` characters long.
pub fn told(news: &AfterNews, by: &Actor, most: usize) -> Words {
    let who = words![name(by)];
    let of = |owed: Owed| thing(owed, None);
    match news {
        AfterNews::Written { section, text } if text.is_empty() => {
            who.and(words![format!(" took back what stood in the report under {}.", section.words())])
        }
        AfterNews::Written { section, text } => {
            who.and(words![format!(" wrote in the report, {}: ", section.words()), shorten(text, most)])
        }
        AfterNews::FileAsked => who.and(words![" asked for the report as a file."]),
        AfterNews::Begun { report, retro } => {
            let due = |what: &'static str, due: Timestamp| words![what, moment(due)];
            let report = report.as_ref().map(|report| due("The report is due ", report.due));
            let retro = retro.as_ref().map(|retro| due("The retrospective is due ", retro.due));
            Words::joined(report.into_iter().chain(retro), ". ").and(words!["."])
        }
        AfterNews::Added { follow_ups } => {
            let one = |one: &FollowUp| {
                let owner = one.deadline.owner.as_ref().map(|owner| words![", for ", owner]);
                words![format!("[{}] {}", one.tag.word(), shorten(&one.text, most))].and_if(owner)
            };
            who.and(words![" added to the follow-ups: "]).and(Words::joined(follow_ups.iter().map(one), "; "))
        }
        AfterNews::Reminded { owed, step, late, .. } => {
            let when = match step {
                Step::Half => "half of its time is over",
                Step::Near => "it is due in two hours",
                Step::Due => "it is due",
                Step::Daily(_) | Step::Weekly(_) => "it is late",
            };
            words!["howler reminded of "]
                .and(of(*owed))
                .and(words![": ", when, "."])
                .and_if(late.as_ref().map(admitted))
        }
        AfterNews::PutOff { owed, until, why, .. } => who
            .and(words![" put off the reminders of "])
            .and(of(*owed))
            .and(words![" until ", moment(*until), ": ", shorten(why, most)]),
        AfterNews::PublishAsked { place, anew } => publication::asked(who, place, *anew),
        AfterNews::Published(came) => publication::came(came),
        AfterNews::PullSeen { pull } => publication::seen(pull),
        AfterNews::Settled { part, ours } => publication::decided(who, *part, *ours),
        AfterNews::IssueSeen { number, issue, closed, .. } => {
            let state = if *closed { " is closed." } else { " is open." };
            words![format!("The issue of follow-up {number}, "), link(issue), ",", state]
        }
        AfterNews::Done { owed } if by.is_howler() && matches!(owed, Owed::FollowUp(_)) => {
            of(*owed).and(words![" is done: its issue was closed on GitHub."])
        }
        AfterNews::Undone { owed, .. } if by.is_howler() => {
            of(*owed).and(words![" is open again: its issue was reopened on GitHub."])
        }
        AfterNews::Done { owed: Owed::Report } if by.is_howler() => {
            words!["The report is done: its pull request was merged."]
        }
        AfterNews::Done { owed: Owed::Retro } => who.and(words![" said that the retrospective was held."]),
        AfterNews::Done { owed } => who.and(words![" finished "]).and(of(*owed)).and(words!["."]),
        AfterNews::Undone { owed, .. } => {
            who.and(words![" said that "]).and(of(*owed)).and(words![" is not done yet."])
        }
        AfterNews::Given { owed, to, .. } => {
            who.and(words![" gave "]).and(of(*owed)).and(words![" to ", to, "."])
        }
        AfterNews::Moved { owed, due, .. } => {
            who.and(words![" moved "]).and(of(*owed)).and(words![" to ", moment(*due), "."])
        }
    }
}
