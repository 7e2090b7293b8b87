//! The words for secrets that are to be rotated: the list, answers, reminders, and the checklist on a card.

use jiff::civil::Date;

use crate::Message;
use crate::blocks::{Button, Draft};
use crate::lines::Via;
use crate::timeline::admitted;
use crate::words::{Words, bold, code, counted, moment, words};
use domain::command::{Command, Line};
use domain::credential::decide::days;
use domain::credential::line::{
    CredentialAnswer, CredentialLine, CredentialRefusal, Notice, On, Stands, Teller, Unclear, Week,
};
use domain::credential::plan::{Every, Lives, Plan};
use domain::feature::FeatureLine;
use domain::incident::Incident;
use domain::text::shorten;

/// Most rows of a list, and of what could not be asked.
const ROWS: usize = 40;
const CANNOT: usize = 5;
/// Most of a checklist that a card names, and of its buttons.
const CHECKED: usize = 10;
const BUTTONS: usize = 5;
/// Longest name in a button.
const BUTTON: usize = 40;
/// It is near from so many days before on.
const NEAR: i64 = 14;

/// The private answer.
pub(super) fn answer(answer: &CredentialAnswer, via: Via) -> Message {
    match answer {
        CredentialAnswer::List { all, cannot } => list(all, cannot, via),
        CredentialAnswer::Rotated { stands } => Draft::new()
            .line(
                words!["✅ ", bold(stands.name.clone()), " is rotated"]
                    .and_if(stands.rotated.map(|day| words![format!(", {day}")]))
                    .and(words!["."])
                    .and_if(stands.due.map(|due| words![format!(" Due again on {due}.")])),
            )
            .line(words!["I know its name alone. Revoke the old value where it was issued."])
            .buttons(vec![button("Undo", undo(&stands.name))])
            .finish(),
        CredentialAnswer::Undone { stands } => {
            Draft::new().line(words!["↩️ Taken back. "].and(row(stands))).finish()
        }
        CredentialAnswer::Unclear(Unclear::NoName) => Draft::new()
            .line(words!["Which one? Nothing was recorded."])
            .line(words!["Type it like this: ", code(via.oncall("rotated VERCEL_TOKEN"))])
            .finish(),
        CredentialAnswer::Unclear(Unclear::More) => Draft::new()
            .line(words![
                "I take a name and a day, and nothing else. Nothing was recorded, and I kept nothing of what you typed."
            ])
            .line(words![bold("If that was the secret itself"), ": it stands in Slack now. Rotate it again."])
            .line(words!["Type it like this: ", code(via.oncall("rotated VERCEL_TOKEN on 2026-11-20"))])
            .finish(),
        CredentialAnswer::Refused(refusal) => refused(refusal, via),
    }
}

fn undo(name: &str) -> CredentialLine {
    CredentialLine::Undo { name: name.to_owned() }
}

fn button(label: &str, line: CredentialLine) -> Button {
    let command = Command::Feature(Box::new(FeatureLine::Credential(line)));
    Button::of(label, Line { incident: None, command })
}

/// Records that it was rotated now.
fn rotated(label: &str, name: &str) -> Button {
    let question = "The new value is in use, and the old one is revoked where it was issued.";
    button(label, CredentialLine::Rotated { name: name.to_owned(), on: On::Now }).asking(question, "Rotated")
}

fn list(all: &[Stands], cannot: &[String], via: Via) -> Message {
    if all.is_empty() {
        return none();
    }
    let more = all.len().saturating_sub(ROWS);
    let more = (more > 0).then(|| words![format!("And {more} more, none of them due sooner.")]);
    let cannot = cannot.iter().take(CANNOT).map(|why| words!["⚠️ GitHub: ", shorten(why, 200)]);
    let example = all.iter().find(|one| one.every != Every::Automatic);
    let example = example.map_or("VERCEL_TOKEN", |one| one.name.as_str());
    Draft::new()
        .line(words![bold(counted(all.len(), "secret")), ", by name alone:"])
        .bullets(all.iter().take(ROWS).map(row).collect())
        .lines(more.into_iter().chain(cannot).collect())
        .line(words!["When one has a new value: ", code(via.oncall(&format!("rotated {example}")))])
        .finish()
}

fn none() -> Message {
    Draft::new().line(words!["No secrets are listed: howler.toml has no ", code("[[secret]]"), "."]).finish()
}

fn lives(lives: &Lives) -> String {
    match lives {
        Lives::GitHub => "GitHub".to_owned(),
        Lives::Vercel => "Vercel".to_owned(),
        Lives::Elsewhere(words) => words.clone(),
    }
}

fn often(every: Every) -> String {
    match every {
        Every::Automatic => "by itself".to_owned(),
        Every::Months(3) => "quarterly".to_owned(),
        Every::Months(6) => "semi-annually".to_owned(),
        Every::Months(12) => "annually".to_owned(),
        Every::Months(months) => format!("every {months} months"),
        Every::Days(days) => format!("every {}", counted(usize::try_from(days).unwrap_or(0), "day")),
    }
}

/// `in 14 days`, `today`, `3 days ago`.
fn when(days: i64) -> String {
    let many = counted(usize::try_from(days.unsigned_abs()).unwrap_or(0), "day");
    match days {
        0 => "today".to_owned(),
        days if days > 0 => format!("in {many}"),
        _ => format!("{many} ago"),
    }
}

fn row(one: &Stands) -> Words {
    let mark = match one.days {
        _ if one.every == Every::Automatic => "",
        None => "⚠️ ",
        Some(days) if days < 0 => "🔴 ",
        Some(days) if days <= NEAR => "🟠 ",
        Some(_) => "",
    };
    let name = words![mark, bold(one.name.clone()), format!(" ({}): ", lives(&one.lives))];
    if one.every == Every::Automatic {
        return name.and(words!["rotates by itself"]);
    }
    let stands = match (one.days, one.due) {
        (Some(days), Some(due)) if days < 0 => {
            words![bold("overdue"), format!(" since {due}, {}", when(days))]
        }
        (Some(days), Some(due)) => {
            let left = counted(usize::try_from(days).unwrap_or(0), "day");
            words![format!("{left} left, due {due}")]
        }
        _ => words![bold("cannot tell"), ", nobody recorded when it was rotated"],
    };
    let last = one.rotated.map(|day| words![format!("; rotated {day}")].and_if(told(one.by.as_ref())));
    let owner = one.owner.as_ref().map(|owner| words![", ", owner]);
    name.and(stands).and_if(last).and(words![format!("; {}", often(one.every))]).and_if(owner)
}

fn told(by: Option<&Teller>) -> Option<Words> {
    let by = by?;
    Some(match &by.said {
        Some(source) => words![format!(", says {}", lives(source))],
        None => words![", says ", &by.by],
    })
}

fn refused(refusal: &CredentialRefusal, via: Via) -> Message {
    let (wrong, next) = match refusal {
        CredentialRefusal::None => return none(),
        CredentialRefusal::NoSuch { near } => {
            let near = (!near.is_empty()).then(|| words![format!(" Near: {}.", near.join(", "))]);
            (words!["No secret has that name."].and_if(near), Some("secrets".to_owned()))
        }
        CredentialRefusal::Automatic { name } => {
            (words![bold(name.clone()), " rotates by itself: there is nothing to record."], None)
        }
        CredentialRefusal::Future { name } => {
            (words!["That day is to come: ", bold(name.clone()), " was not rotated then."], None)
        }
        CredentialRefusal::Older { name, known } => (
            words![bold(name.clone()), format!(" was rotated later than that, on {known}.")],
            Some(format!("rotated {name} undo")),
        ),
        CredentialRefusal::Again { name, on, by } => (
            words![bold(name.clone()), format!(" is recorded as rotated on {on} already")]
                .and_if(told(by.as_ref()))
                .and(words!["."]),
            Some(format!("rotated {name} undo")),
        ),
        CredentialRefusal::NothingToUndo { name, configured } => {
            let file = if *configured { " The day that I know stands in howler.toml." } else { "" };
            (words!["Nobody recorded a rotation of ", bold(name.clone()), ".", file], None)
        }
    };
    let next = next.map(|line| match line.ends_with("undo") {
        true => words!["If that was wrong: ", code(via.oncall(&line))],
        false => words!["See them all: ", code(via.oncall(&line))],
    });
    let lines = [Some(wrong.and(words![" Nothing was recorded."])), next];
    Draft::new().lines(lines.into_iter().flatten().collect()).finish()
}

/// What the owner of `plan` is told.
pub(super) fn notice(plan: &Plan, notice: &Notice) -> Message {
    let name = || words![bold(plan.name.clone()), format!(" ({})", lives(&plan.lives))];
    match notice {
        Notice::Due { due, today, late } => {
            let left = days(*today, *due).unwrap_or(0);
            let due = match left {
                0 => words![" is to be rotated ", bold("today"), "."],
                left if left > 0 => words![" is to be rotated ", bold(when(left)), format!(", on {due}.")],
                left => words![" was to be rotated ", bold(when(left)), format!(", on {due}.")],
            };
            Draft::new()
                .line(words!["🔑 "].and(name()).and(due).and_if(late.as_ref().map(admitted)))
                .line(words![
                    "Put the new value in place, then revoke the old one. Never send it to me: I need the name alone."
                ])
                .buttons(vec![rotated("Rotated", &plan.name).primary()])
                .finish()
        }
        Notice::Seen { on, said, due } => Draft::new()
            .line(
                words!["🔑 "]
                    .and(words![lives(said), " says that ", bold(plan.name.clone()), " was changed, "])
                    .and(words![moment(*on), ". I take that for its rotation."])
                    .and_if(due.map(|due| words![format!(" Due again on {due}.")])),
            )
            .buttons(vec![button("It was none", undo(&plan.name))])
            .finish(),
    }
}

/// What it is, on the delivery board.
pub(super) fn in_words(notice: &Notice) -> &'static str {
    match notice {
        Notice::Due { .. } => "the reminder that a secret is to be rotated",
        Notice::Seen { .. } => "the notice that a secret was changed",
    }
}

/// The line to type, behind the command.
pub(super) fn typed(line: &CredentialLine) -> Option<String> {
    match line {
        CredentialLine::List => Some(line.word().to_owned()),
        CredentialLine::Rotated { name, on: On::Now } => Some(format!("rotated {name}")),
        CredentialLine::Rotated { name, on: On::Day(day) } => Some(format!("rotated {name} on {day}")),
        CredentialLine::Undo { name } => Some(format!("rotated {name} undo")),
        CredentialLine::Rotated { on: On::Yesterday, .. } | CredentialLine::Unclear(_) => None,
    }
}

/// The lines of a brief.
pub(crate) fn week(week: &Week) -> Vec<Words> {
    let one = |(name, due, owner): &(String, Date, Option<domain::id::UserId>)| {
        words![bold(name.clone()), format!(" (due {due}")]
            .and_if(owner.as_ref().map(|owner| words![", ", owner]))
            .and(words![")"])
    };
    let due = (!week.due.is_empty()).then(|| {
        words!["🔑 To rotate this week: "].and(Words::joined(week.due.iter().map(one), ", ")).and(words!["."])
    });
    let unknown = (week.unknown > 0).then(|| {
        let many = counted(week.unknown, "secret");
        words![format!("{many} of which nobody recorded when it was rotated: "), code("/oncall secrets")]
    });
    due.into_iter().chain(unknown).collect()
}

/// The checklist of a card.
pub(crate) fn checklist(incident: &Incident) -> Vec<Words> {
    let all = &incident.exposed;
    if all.is_empty() {
        return Vec::new();
    }
    let done = all.iter().filter(|one| one.rotated.is_some()).count();
    let lead = words![bold("Secrets that may be exposed"), format!(": {done} of {} rotated.", all.len())];
    let one = |one: &domain::incident::exposed::Exposed| {
        let place = format!(" ({})", lives(&one.lives));
        match &one.rotated {
            Some((by, at)) => words!["☑ ", &one.name, place, ", by ", by, ", ", moment(*at)],
            None => words!["☐ ", bold(one.name.clone()), place],
        }
    };
    let mut sorted: Vec<_> = all.iter().collect();
    sorted.sort_by_key(|one| one.rotated.is_some());
    let more = all.len().saturating_sub(CHECKED);
    let more = (more > 0).then(|| words![format!("And {more} more: "), code("/oncall secrets")]);
    let rows = sorted.into_iter().take(CHECKED).map(one);
    [lead].into_iter().chain(rows).chain(more).collect()
}

/// A button for each of those that are not rotated yet.
pub(crate) fn checklist_buttons(incident: &Incident) -> Vec<Button> {
    let open = incident.exposed.iter().filter(|one| one.rotated.is_none() && incident.is_open());
    let label = |name: &str| format!("Rotated: {}", shorten(name, BUTTON));
    open.take(BUTTONS).map(|one| rotated(&label(&one.name), &one.name)).collect()
}
