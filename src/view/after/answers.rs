//! Answers to lines about the time after an incident.

use jiff::Timestamp;

use super::{listed, publication, thing};
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::lines::Via;
use crate::time::spoken;
use crate::words::{Words, bold, code, counted, moment, words};
use domain::answer::Summary;
use domain::command::Command;
use domain::id::IncidentId;
use domain::incident::after::deadline::Deadline;
use domain::incident::after::due::{Row, Whose};
use domain::incident::after::event::Owed;
use domain::incident::after::follow_up::FollowUp;
use domain::incident::after::line::{AfterAnswer, AfterLine};
use domain::text::shorten;

/// Lines of one list.
const ROWS_MOST: usize = 20;
/// Longest title in a list, in characters.
const TITLE_MOST: usize = 60;

pub(super) fn answer(answer: &AfterAnswer, via: Via) -> Message {
    let line = |incident: &IncidentId, rest: &str| code(via.line(&format!("{} {rest}", incident.0)));
    let said = |incident: &IncidentId, rest: Words| words!["✅ ", bold(incident.to_string()), ": "].and(rest);
    let one = |words: Words| Draft::new().line(words);
    match answer {
        AfterAnswer::Retro { incident, deadline } => retro(incident, deadline, via),
        AfterAnswer::Written { incident, section } => {
            let what = words![
                format!("{} of the report is written. To read it: ", section.words()),
                line(incident, "report")
            ];
            one(said(incident, what)).buttons(vec![open(*incident)]).finish()
        }
        AfterAnswer::FileComes { incident } => {
            one(said(incident, words!["the report comes as a file into the thread of its card."])).finish()
        }
        AfterAnswer::Publishes { incident, place, anew, not_known } => {
            one(said(incident, publication::publishes(place, *anew, not_known))).finish()
        }
        AfterAnswer::Settled { incident, part, ours } => {
            one(said(incident, publication::settled(*part, *ours))).finish()
        }
        AfterAnswer::Done { incident, owed, late, not_known } => {
            let late = late.map(|late| words![format!(" {} late.", spoken(late))]);
            let missing =
                (!not_known.is_empty()).then(|| words![format!(" Still not known: {}.", listed(not_known))]);
            let what = thing(*owed, None).and(words![" is done."]).and_if(late).and_if(missing);
            let undo = words![" To undo: ", line(incident, &format!("{owed} reopen"))];
            one(said(incident, what.and(undo))).finish()
        }
        AfterAnswer::Undone { incident, owed, due } => {
            one(said(incident, thing(*owed, None).and(words![" is open again, due ", moment(*due), "."])))
                .finish()
        }
        AfterAnswer::PutOff { incident, owed, until, limited, due } => {
            let most = if *limited { ", the longest possible" } else { "" };
            let until = words!["I'll say nothing of "].and(thing(*owed, None)).and(words![
                " until ",
                moment(*until),
                most,
                ". "
            ]);
            one(said(incident, until.and(words!["It is due ", moment(*due), " all the same."]))).finish()
        }
        AfterAnswer::Given { incident, owed, to, due } => {
            let gives = thing(*owed, None).and(words![" is ", to, "'s now, due ", moment(*due), "."]);
            one(said(incident, gives)).finish()
        }
        AfterAnswer::Moved { incident, number, due } => {
            one(said(incident, words![format!("follow-up {number} is due "), moment(*due), "."])).finish()
        }
        AfterAnswer::Added { incident, follow_ups } => added(*incident, follow_ups, via),
        AfterAnswer::FollowUps { of, rows, done, now } => follow_ups(*of, rows, *done, *now, via),
        AfterAnswer::Due { whose, rows, others, now } => due(*whose, rows, *others, *now, via),
        // They have a form of their own.
        AfterAnswer::Report(_) | AfterAnswer::Refused(_) => Draft::new().finish(),
    }
}

fn open(incident: IncidentId) -> Button {
    Button::new("Open the report", incident, Command::After(Box::new(AfterLine::Report)))
}

fn retro(incident: &Summary, deadline: &Deadline, via: Via) -> Message {
    let id = incident.incident;
    let line = |rest: &str| code(via.line(&format!("{} {rest}", id.0)));
    let head = words![bold(id.to_string()), " ", &incident.title, ": the retrospective "];
    if let Some(done) = &deadline.done {
        return Draft::new()
            .line(head.and(words!["was held, ", &done.by, " said ", moment(done.at), "."]))
            .finish();
    }
    let owner = deadline.owner.as_ref().map(|owner| words![", by ", owner]);
    let held =
        Button::new("It was held", id, Command::After(Box::new(AfterLine::Done { owed: Owed::Retro })));
    Draft::new()
        .lines(vec![
            head.and(words!["is to be held by ", bold(moment(deadline.due))]).and_if(owner).and(words!["."]),
            words!["When it was: ", line("retro done"), ". Somebody else: ", line("retro @name")],
        ])
        .buttons(vec![held.primary()])
        .finish()
}

fn added(incident: IncidentId, follow_ups: &[FollowUp], via: Via) -> Message {
    let row = |one: &FollowUp| {
        let owner = one.deadline.owner.as_ref().map(|owner| words![" · ", owner]);
        words![format!("{}. [{}] {}", one.number, one.tag.word(), one.text)]
            .and_if(owner)
            .and(words![" · due ", moment(one.deadline.due)])
    };
    let first = follow_ups.first().map_or(1, |one| one.number);
    let line = |rest: String| code(via.line(&format!("{} {rest}", incident.0)));
    Draft::new()
        .line(words![
            "✅ ",
            bold(incident.to_string()),
            format!(": {} added.", counted(follow_ups.len(), "follow-up"))
        ])
        .bullets(follow_ups.iter().map(row).collect())
        .line(words![
            "Another day: ",
            line(format!("follow-up {first} by fri")),
            ". Done: ",
            line(format!("follow-up {first} done"))
        ])
        .finish()
}

/// What it is, whose, since when and until when.
fn row(row: &Row, now: Timestamp) -> Words {
    let deadline = &row.deadline;
    let what = match row.owed {
        Owed::FollowUp(number) => {
            words![format!("{} #{number} ", row.incident)].and(thing(row.owed, row.what.as_ref()))
        }
        Owed::Report | Owed::Retro => words![
            format!("{} ", row.incident),
            bold(row.owed.to_string()),
            " · ",
            shorten(&row.title, TITLE_MOST)
        ],
    };
    let owner = deadline.owner.as_ref().map_or_else(|| words![" · nobody's"], |owner| words![" · ", owner]);
    let due = match now.duration_since(deadline.due) {
        late if late.is_positive() => words![" · ⚠️ ", bold(format!("{} late", spoken(late)))],
        _ => words![" · due ", moment(deadline.due)],
    };
    let age = match row.owed {
        Owed::FollowUp(_) => words![format!(" · {} old", spoken(now.duration_since(deadline.from)))],
        Owed::Report | Owed::Retro => Words::default(),
    };
    let put_off = deadline
        .put_off
        .as_ref()
        .map(|off| words![" · put off until ", moment(off.until), ": ", shorten(&off.why, TITLE_MOST)]);
    what.and(owner).and(due).and(age).and_if(put_off)
}

fn rows(all: &[Row], now: Timestamp) -> (Vec<Words>, Option<Words>) {
    let more = all.len().saturating_sub(ROWS_MOST);
    let lines = all.iter().take(ROWS_MOST).map(|one| row(one, now)).collect();
    (lines, (more > 0).then(|| words![format!("… and {more} more.")]))
}

fn follow_ups(of: Option<IncidentId>, all: &[Row], done: usize, now: Timestamp, via: Via) -> Message {
    let whose = of.map_or_else(String::new, |of| format!(" of {of}"));
    let finished = if done > 0 { format!(" {done} done.") } else { String::new() };
    if all.is_empty() {
        let number = of.map_or(7, |of| of.0);
        let example =
            via.example(&format!("{number} follow-up [action] Add an alert on Redis memory @name by +7d"));
        let none = words![format!("No follow-up{whose} is open.{finished} Add one: "), code(example)];
        return Draft::new().line(none).finish();
    }
    let (lines, more) = rows(all, now);
    Draft::new()
        .line(words![bold(format!("Follow-ups{whose}")), format!(": {} open.{finished}", all.len())])
        .bullets(lines)
        .lines(more.into_iter().collect())
        .finish()
}

fn due(whose: Whose, all: &[Row], others: usize, now: Timestamp, via: Via) -> Message {
    let line = |rest: &str| code(via.line(rest));
    let others = (others > 0).then(|| match whose {
        Whose::Overdue => words![format!("{others} more are not late: "), line("due all")],
        _ => words![format!("{others} more are other people's: "), line("due all")],
    });
    let head = match (whose, all.len()) {
        (Whose::Mine | Whose::Usual, 0) => words!["You owe no report, no retrospective and no follow-up."],
        (Whose::Overdue, 0) => words!["Nothing is overdue."],
        (Whose::All, 0) => words!["Nobody owes a report, a retrospective or a follow-up."],
        (Whose::Mine | Whose::Usual, many) => {
            words![bold("What you owe"), format!(": {many}, the soonest first")]
        }
        (Whose::Overdue, many) => words![bold("Overdue"), format!(": {many}, the latest first")],
        (Whose::All, many) => words![bold("Owed after incidents"), format!(": {many}, the soonest first")],
    };
    let (lines, more) = rows(all, now);
    Draft::new()
        .line(head)
        .bullets(lines)
        .lines(more.into_iter().chain(others).collect())
        .buttons(
            all.iter()
                .find(|row| row.owed == Owed::Report)
                .map(|row| open(row.incident))
                .into_iter()
                .collect(),
        )
        .finish()
}
