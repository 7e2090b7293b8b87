//! What howler took a line for, with a button for each thing that it may mean.

use crate::Message;
use crate::blocks::{Button, Draft};
use crate::facts::severity;
use crate::lines::{Via, retractable, typed};
use crate::words::{Words, bold, code, words};
use domain::Severity;
use domain::answer::Summary;
use domain::command::{Command, Line};
use domain::id::DeliveryId;
use domain::oncall::line::Oncall;
use domain::refusal::{Doubt, Meaning};
use domain::text::shorten;

/// How much of a text stands on a button.
const TEXT_MOST: usize = 40;

pub(super) fn unsure(doubt: &Doubt, meanings: &[Meaning], asked: Option<&DeliveryId>, via: Via) -> Message {
    let asks =
        if meanings.len() > 1 { "Nothing changed yet. Which do you want?" } else { "Nothing changed yet." };
    let first = lead(doubt).and(words![" ", asks]);
    if via == Via::Shell {
        let lines = meanings
            .iter()
            .filter_map(|meaning| Some(words![does(meaning), ": ", code(typed(&meaning.line, via)?)]));
        return Draft::new().line(first).bullets(lines.collect()).finish();
    }
    let button = |(index, meaning): (usize, &Meaning)| {
        // Each of them is carried out once, however often it is pressed.
        let asked = asked.map(|asked| DeliveryId(format!("{asked}:{index}")));
        let button = Button::of(does(meaning), meaning.line.clone()).answering(asked.as_ref());
        if index == 0 { button.primary() } else { button }
    };
    let buttons: Vec<Button> = meanings.iter().enumerate().map(button).collect();
    // What is too long for a button is typed.
    let long = meanings.iter().zip(&buttons).filter(|(_, button)| !button.fits());
    let long: Vec<Words> = long
        .filter_map(|(meaning, _)| Some(words![does(meaning), ": ", code(typed(&meaning.line, via)?)]))
        .collect();
    Draft::new().line(first).buttons(buttons).bullets(long).finish()
}

fn lead(doubt: &Doubt) -> Words {
    match doubt {
        Doubt::Sentence => words!["I'm not sure what you mean."],
        Doubt::Mistyped { word } => words!["I don't know ", code(word.clone()), "."],
        Doubt::Several => words!["That could mean more than one thing."],
        Doubt::Hesitant => words!["That sounds like a question or a no."],
        Doubt::Aside => words!["To tell me something, begin the message with my name."],
        Doubt::Edited => words!["I already did what this message said before you edited it."],
        Doubt::Older => words!["You wrote this before the incident was declared."],
        Doubt::SameTitle { incident, by } => {
            words![by, " declared ", bold(incident.to_string()), " some minutes ago. Is it the same?"]
        }
        Doubt::Merged { incident, into } => words![
            bold(incident.to_string()),
            " is merged into ",
            bold(into.to_string()),
            ", which leads both."
        ],
        Doubt::Double { incident, of, is } => words![
            bold(incident.to_string()),
            format!(" is worse than {of}, which is {}, and would end.", severity(*is))
        ],
        Doubt::DoubleOfOver { incident, of } => words![
            format!("{of} is over. People are called for "),
            bold(incident.to_string()),
            ", which would end with nobody on it."
        ],
        Doubt::CallsAgain { incident, whole, severity: how_bad } => words![
            format!("{whole} is over. On its own "),
            bold(incident.to_string()),
            format!(
                " is open again as {}, nobody has it, and whoever is on call is called at once.",
                severity(*how_bad)
            )
        ],
        Doubt::Reaction => words!["You reacted to a page. If you have it, say so."],
        Doubt::NoTitle => {
            words!["The incident has no title yet. A few words about what is broken are enough."]
        }
        Doubt::Person { word } => words!["Do you mean ", bold(word.clone()), "?"],
    }
}

/// What the button does, with number and title where it is about an incident.
fn does(meaning: &Meaning) -> String {
    let about = meaning
        .incident
        .as_deref()
        .map(|summary| format!("{} {}", summary.incident, shorten(&summary.title, TEXT_MOST)));
    let about = about.or_else(|| meaning.line.incident.map(|incident| incident.to_string()));
    let about = about.unwrap_or_else(|| "an incident (I'll ask which)".to_owned());
    of(&meaning.line, &about, meaning.incident.as_deref())
}

fn of(line: &Line, about: &str, incident: Option<&Summary>) -> String {
    let quoted = |text: &str| format!("\"{}\"", shorten(text, TEXT_MOST));
    match &line.command {
        Command::Declare { severity: how_bad, title } => format!("Declare {}: {}", how_bad, quoted(title)),
        Command::DeclareAnyway { severity: how_bad, title, .. } => {
            format!("Declare all the same: {how_bad} {}", quoted(title))
        }
        Command::Cancel { of: Some(of), .. } => format!("Cancel {about}: the same as {of}"),
        Command::Cancel { of: None, why: None } => format!("Cancel {about}: a false alarm"),
        Command::Cancel { of: None, why: Some(why) } => format!("Cancel {about}: {}", quoted(why)),
        Command::Merge { into } => format!("Merge {about} into {into}"),
        Command::Split => format!("Split {about} off"),
        Command::Rename { title } => format!("Rename {about} to {}", quoted(title)),
        Command::Invite { .. } => format!("Invite them to {about}"),
        Command::Join => format!("Join {about}"),
        Command::DeclareForm { title: Some(title) } => format!("Open the form for {}", quoted(title)),
        Command::DeclareForm { title: None } | Command::DeclareFrom { .. } | Command::NoteForm { .. } => {
            "Open the form".to_owned()
        }
        Command::Update { text } => format!("Post an update to {about}: {}", quoted(text)),
        Command::UpdateForm => format!("Write an update to {about}"),
        Command::Status { to } => format!("Set {about} to {to}"),
        Command::Severity { to, .. } => format!("{} {about} to {}", moves(*to, incident), severity(*to)),
        Command::Impact { text } => format!("Set the impact of {about}: {}", quoted(text)),
        Command::Action { text } => format!("Set the action of {about}: {}", quoted(text)),
        Command::Eta { .. } => format!("Set the ETA of {about}"),
        Command::Note { text } => format!("Note on {about}: {}", quoted(text)),
        Command::Ack => format!("I'm on it: {about}"),
        Command::Pass | Command::Escalate { .. } => format!("Page the next person: {about}"),
        Command::Page { .. } => format!("Page this person: {about}"),
        Command::Role { role, .. } => format!("Make them {role} of {about}"),
        Command::Take { role } => format!("Take {role} of {about}"),
        Command::Snooze { .. } => format!("Snooze the reminder of {about}"),
        Command::Resolve { root_cause } => format!("Resolve {about}: {}", quoted(root_cause)),
        Command::ResolveForm => format!("Resolve {about}"),
        Command::Reopen => format!("Reopen {about}"),
        Command::Retract { what: Some(what) } => {
            format!("Take back the last {} of {about}", retractable(*what))
        }
        Command::Retract { what: None } => format!("Undo the last change of {about}"),
        Command::List => "Show what is open".to_owned(),
        Command::Show => format!("Show {about}"),
        Command::Timeline { .. } => format!("Show the timeline of {about}"),
        Command::Find { words } => format!("Search for {}", quoted(words)),
        Command::Doctor => "Show what could not be delivered".to_owned(),
        Command::Help => "Show what I can do now".to_owned(),
        Command::HelpAll => "Show all commands".to_owned(),
        Command::With { command, note } => {
            let line = Line { incident: line.incident, command: command.as_ref().clone() };
            format!("{} (and note {})", of(&line, about, incident), quoted(note))
        }
        Command::Oncall(line) => oncall(line),
        Command::Runbook(line) => format!("Runbook: {}", line.word()),
        Command::After(line) => {
            let typed = crate::after::typed(line).unwrap_or_else(|| line.word().to_owned());
            format!("{about}: {}", shorten(&typed, TEXT_MOST))
        }
        Command::Feature(line) => {
            let typed = crate::feature::typed(line).unwrap_or_else(|| line.word().to_owned());
            format!("/{} {typed}", line.command())
        }
        Command::RetryNow { .. }
        | Command::GiveUp { .. }
        | Command::PinTo { .. }
        | Command::Either { .. }
        | Command::MergeIntoChannel { .. }
        | Command::InChannel { .. } => line.command.word().to_owned(),
    }
}

fn moves(to: Severity, incident: Option<&Summary>) -> &'static str {
    match incident {
        Some(summary) if to < summary.severity => "Raise",
        Some(summary) if to > summary.severity => "Lower",
        _ => "Set",
    }
}

fn oncall(line: &Oncall) -> String {
    match line {
        Oncall::Who { .. } => "Who is on call?".to_owned(),
        Oncall::Schedule { .. } => "Show the schedule".to_owned(),
        Oncall::Cover { .. } => "Cover: I'm on call for now".to_owned(),
        Oncall::Handoff { .. } => "Hand over".to_owned(),
        Oncall::RingMe => "Ring my phone once as a test".to_owned(),
        Oncall::Help => "Show the on-call commands".to_owned(),
        line => format!("On-call: {}", line.word()),
    }
}
