//! Incidents, one line each: lists, search results, and the question which one is meant.

use super::Message;
use super::blocks::{Button, Draft};
use super::lines::{Via, typed};
use super::words::{Words, bold, clock, code, moment, words};
use domain::Command;
use domain::answer::Summary;
use domain::command::Line;
use domain::id::DeliveryId;
use domain::text::shorten;

/// Incidents that get a button.
const CHOICES_MOST: usize = 10;

/// `more` are open and not among `open`.
pub(super) fn list(open: &[Summary], more: usize, resolved: &[Summary], unread: bool, via: Via) -> Message {
    let mut draft = Draft::new();
    draft = match open.len() + more {
        0 => draft.line(words!["✅ No incident is open."]),
        1 => draft.line(words![bold("1 incident is open")]),
        count => draft.line(words![bold(format!("{count} incidents are open"))]),
    };
    draft = draft.bullets(open.iter().map(open_row).collect());
    if more > 0 {
        draft = draft.line(words![format!("{more} more: "), code(via.line("find words of the title"))]);
    }
    if !resolved.is_empty() {
        draft = draft
            .line(words![bold("Recently resolved")])
            .bullets(resolved.iter().map(row).collect())
            .line(words!["Earlier ones: ", code(via.line("find words of the title"))]);
    }
    if unread {
        draft = draft.line(words!["⚠️ I can't read the resolved ones right now. howler's log says why."]);
    }
    let declare = words!["To declare: ", code(via.line("p1 what is broken"))];
    let first = open.first().or(resolved.first()).map_or(7, |summary| summary.incident.0);
    let read = words!["To read one: ", code(via.line(&format!("show {first}"))), ". "];
    let nothing = open.is_empty() && resolved.is_empty();
    let draft = draft.line(if nothing { declare } else { read.and(declare) });
    match via {
        Via::Shell => draft.finish(),
        Via::Slash | Via::Mention => draft.buttons(menu()).finish(),
    }
}

/// What people do next who type nothing but the command.
fn menu() -> Vec<Button> {
    vec![
        Button::new("Declare an incident", None, Command::DeclareForm { title: None }).primary(),
        Button::new("Help", None, Command::Help),
    ]
}

pub(super) fn found(wanted: &str, found: &[Summary], more: usize, via: Via) -> Message {
    if found.is_empty() {
        return Draft::new()
            .lines(vec![
                words!["No incident mentions ", code(wanted.to_owned()), "."],
                words!["Try fewer words, or see what is open: ", code(via.line("list"))],
            ])
            .finish();
    }
    let first = found.first().map_or(7, |summary| summary.incident.0);
    let mut last = vec![words!["To read one: ", code(via.line(&format!("show {first}")))]];
    if more > 0 {
        let narrower = via.line(&format!("find {wanted} another word"));
        last.insert(0, words![format!("{more} more. Add a word to narrow it down: "), code(narrower)]);
    }
    Draft::new()
        .line(words![bold("Incidents with "), code(wanted.to_owned())])
        .bullets(found.iter().map(row).collect())
        .lines(last)
        .finish()
}

pub(super) fn row(summary: &Summary) -> Words {
    match (summary.merged, summary.resolved_at) {
        (Some(into), _) => head(summary).and(words![format!(" · merged into {into}")]),
        (None, Some(at)) => {
            let ended = if summary.cancelled { " · cancelled " } else { " · resolved " };
            head(summary).and(words![ended, moment(at)])
        }
        (None, None) => open_row(summary),
    }
}

fn open_row(summary: &Summary) -> Words {
    let commander = match &summary.commander {
        Some(person) => words![" · commander ", person],
        None => words![" · no commander"],
    };
    let lead = if summary.overdue { " · ⚠️ overdue since " } else { " · update due " };
    let due = summary.update_due.map(|due| words![lead, clock(due)]);
    head(summary)
        .and(words![format!(" · {}", summary.status)])
        .and(commander)
        .and(words![" · since ", moment(summary.declared_at)])
        .and_if(due)
}

fn head(summary: &Summary) -> Words {
    words![bold(format!("{} {} ", summary.incident, summary.severity)), &summary.title]
}

/// Several incidents are open: a button for each, or the lines to type where there are too many or too long ones.
pub(super) fn which(
    choices: &[Summary],
    more: usize,
    line: &Line,
    asked: Option<&DeliveryId>,
    via: Via,
) -> Message {
    let to = |summary: &Summary| Line { incident: Some(summary.incident), ..line.clone() };
    let buttons: Vec<Button> = choices
        .iter()
        .take(CHOICES_MOST)
        .map(|summary| choice(summary, to(summary)).answering(asked))
        .collect();
    let with_buttons = buttons.iter().all(Button::fits);
    let shown: Vec<Words> = choices.iter().take(CHOICES_MOST).map(choice_row).collect();
    let mut draft = Draft::new()
        .line(words![
            bold(format!("{} incidents match. Which one do you mean? ", choices.len() + more)),
            "Nothing changed yet."
        ])
        .bullets(shown);
    let more = more + choices.len().saturating_sub(CHOICES_MOST);
    if more > 0 {
        draft = draft.line(words![format!("{more} more: "), code(via.line("list"))]);
    }
    if with_buttons {
        draft = draft.buttons(buttons);
    }
    if with_buttons && more == 0 {
        return draft.finish();
    }
    say_the_number(draft, choices, line, via).finish()
}

fn choice_row(summary: &Summary) -> Words {
    head(summary).and(words![format!(" · {} · since ", summary.status), moment(summary.declared_at)])
}

fn choice(summary: &Summary, line: Line) -> Button {
    let label = format!("{} {} {}", summary.incident, summary.severity, summary.title);
    Button::of(shorten(&label, 60), line)
}

/// The line with a number in front, to be copied.
fn say_the_number(draft: Draft, choices: &[Summary], line: &Line, via: Via) -> Draft {
    let example = choices.last().map(|summary| Line { incident: Some(summary.incident), ..line.clone() });
    match example.and_then(|line| typed(&line, via)) {
        Some(line) => draft.line(words!["Or add the number yourself:"]).preformatted(&line),
        None => draft,
    }
}

/// A form needs a click: the button that brings it, and the line that does without.
pub(super) fn offer_form(incident: Option<&Summary>, line: &Line, via: Via) -> Message {
    let rest = match &line.command {
        Command::DeclareForm { .. } => "p1 what is broken",
        Command::DeclareFrom { .. } => "p1 what is broken",
        Command::NoteForm { .. } => "note what happened",
        Command::ResolveForm => "resolve the root cause",
        _ => "update what stakeholders should know",
    };
    let line_of_one =
        Line { incident: incident.map(|incident| incident.incident).or(line.incident), ..line.clone() };
    let number = incident.map(|incident| format!("{} ", incident.incident.0)).unwrap_or_default();
    let about = match (&line.command, incident) {
        (Command::DeclareForm { .. } | Command::DeclareFrom { .. }, _) | (_, None) => {
            words!["Press the button to open the form."]
        }
        (_, Some(incident)) => {
            words!["Press the button to open the form for "].and(head(incident)).and(words!["."])
        }
    };
    Draft::new()
        .line(about)
        .buttons(vec![Button::of("Open the form", line_of_one).primary()])
        .line(words!["Or type: ", code(via.line(&format!("{number}{rest}")))])
        .finish()
}
