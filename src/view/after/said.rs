//! Who is told of what is owed after an incident: to the owner, and to others once it is late.

use super::{listed, publication, thing};
use crate::Message;
use crate::blocks::{Button, Draft};
use crate::time::late as admitted_late;
use crate::words::{Words, bold, code, counted, moment, words};
use domain::command::Command;
use domain::id::IncidentId;
use domain::incident::after::deadline::Step;
use domain::incident::after::event::Owed;
use domain::incident::after::line::AfterLine;
use domain::incident::after::{AfterSaid, Reminder};

pub fn said(said: &AfterSaid, incident: IncidentId) -> Message {
    let line = |rest: String| code(format!("/incident {} {rest}", incident.0));
    match said {
        AfterSaid::Begun { title, report, retro, not_known, .. } => {
            let retro = retro.map(|retro| words!["The retrospective is to be held by ", moment(retro), "."]);
            let missing = (!not_known.is_empty()).then(|| {
                words![bold("Not known yet"), format!(": {}. Only people can say that.", listed(not_known))]
            });
            let lines = [
                Some(words![
                    "I drafted the report from what happened. It is due ",
                    bold(moment(*report)),
                    "."
                ]),
                missing,
                retro,
                Some(words!["Somebody else should write it? ", line("report @name".to_owned())]),
            ];
            Draft::new()
                .headline(&format!("📝 The report of {incident} is begun: "), title)
                .lines(lines.into_iter().flatten().collect())
                .buttons(vec![open(incident).primary()])
                .finish()
        }
        AfterSaid::Yours { title, owed, what, due, by } => {
            let what = thing(*owed, what.as_ref());
            Draft::new()
                .lines(vec![
                    words![by, " gave you "].and(what).and(words![format!(", from {incident}: "), title]),
                    words!["It is due ", bold(moment(*due)), ". I'll remind you."],
                ])
                .buttons(vec![done(incident, *owed)])
                .finish()
        }
        AfterSaid::Published { title, place, commit, pull, not_known } => {
            let (head, lines) =
                publication::told(incident, place, commit.as_deref(), pull.as_ref(), not_known);
            Draft::new().headline(&head, title).lines(lines).buttons(vec![open(incident)]).finish()
        }
        AfterSaid::Conflict { title, part, conflict, place, pull } => Draft::new()
            .headline(&format!("Which stands? The report of {incident}: "), title)
            .lines(publication::conflict(*part, conflict, place, pull.as_ref()))
            .buttons(publication::choice(incident, *part))
            .finish(),
        AfterSaid::Reminder(reminder) => {
            let Reminder { owed, not_known, late, .. } = reminder.as_ref();
            let missing = (!not_known.is_empty())
                .then(|| words![bold("Not known yet"), format!(": {}.", listed(not_known))]);
            let admitted =
                late.as_ref().map(|late| words![bold("This comes late: "), admitted_late(late), "."]);
            let later = words!["Not now? Say until when and why: ", line(format!("{owed} snooze 1d why"))];
            let lines = [Some(head(reminder)), missing, admitted, Some(later)];
            let open = (*owed == Owed::Report).then(|| open(incident).primary());
            Draft::new()
                .headline(title_of(reminder.step), &format!("{incident} {}", reminder.title))
                .lines(lines.into_iter().flatten().collect())
                .buttons(open.into_iter().chain([done(incident, *owed)]).collect())
                .finish()
        }
    }
}

fn title_of(step: Step) -> &'static str {
    match step {
        Step::Half | Step::Near => "⏳ ",
        Step::Due => "⏰ Due now: ",
        Step::Daily(_) | Step::Weekly(_) => "⚠️ Overdue: ",
    }
}

fn head(reminder: &Reminder) -> Words {
    let what = thing(reminder.owed, reminder.what.as_ref());
    let whose = match &reminder.owner {
        Some(owner) => words![" (", owner, ")"],
        None => words![" (nobody has it)"],
    };
    let due = || bold(moment(reminder.due));
    let late = |many: u32, each: &str| {
        words![format!(" is {} late: it was due ", counted(many as usize, each)), due(), "."]
    };
    let states = match reminder.step {
        Step::Half => words![" is due ", due(), ". Half of the time is over."],
        Step::Near => words![" is due ", due(), ", in about two hours."],
        Step::Due => words![" was due ", due(), "."],
        Step::Daily(days) => late(days, "day"),
        Step::Weekly(weeks) => late(weeks, "week"),
    };
    let what = match reminder.owed {
        Owed::Report | Owed::Retro => capital(what),
        Owed::FollowUp(_) => what,
    };
    what.and(whose).and(states)
}

fn capital(what: Words) -> Words {
    let text = what.plain();
    words![text.replacen("the ", "The ", 1)]
}

fn button(incident: IncidentId, label: &str, line: AfterLine) -> Button {
    Button::new(label, incident, Command::After(Box::new(line)))
}

fn open(incident: IncidentId) -> Button {
    button(incident, "Open the report", AfterLine::Report)
}

fn done(incident: IncidentId, owed: Owed) -> Button {
    let label = match owed {
        Owed::Report => "Report is done",
        Owed::Retro => "It was held",
        Owed::FollowUp(_) => "It is done",
    };
    button(incident, label, AfterLine::Done { owed })
}
