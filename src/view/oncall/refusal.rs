//! Why not, about being on call: what is wrong, what is safe, what to type next.

use super::change::{change_problem, swap_problem};
use super::who::when_problem;
use crate::Message;
use crate::blocks::Draft;
use crate::facts::severity;
use crate::lines::Via;
use crate::time::spoken;
use crate::words::{Words, code, moment, words};
use domain::id::UserId;
use domain::oncall::rota::SwapOutcome;
use domain::refusal::{Refusal, Unfit};

/// `None` for what is not about being on call.
pub(crate) fn refused(refusal: &Refusal, via: Via) -> Option<Message> {
    let wrong = wrong(refusal, via)?;
    let safe = match refusal {
        Refusal::PageAnswered { .. } | Refusal::SwapIsOver { .. } | Refusal::HasItAlready { .. } => {
            "Nothing changed."
        }
        _ => "Nothing changed.",
    };
    let next = next(refusal, via).map(|(lead, rest)| match rest.strip_prefix("incident ") {
        Some(rest) => words![lead, ": ", code(via.example(rest))],
        None => words![lead, ": ", code(via.oncall(&rest))],
    });
    let own = incident_instead(refusal, via).map(|(lead, rest)| words![lead, ": ", code(via.line(&rest))]);
    let lines = [Some(wrong.and(words![" ", safe])), next, own];
    Some(Draft::new().lines(lines.into_iter().flatten().collect()).finish())
}

fn wrong(refusal: &Refusal, via: Via) -> Option<Words> {
    Some(match refusal {
        Refusal::UnknownWord { word, nearest } if is_oncall(nearest.as_deref()) => {
            words!["I don't know ", code(word), "."]
        }
        Refusal::TextMissing { command } if is_oncall(Some(command)) => {
            words![missing(command)]
        }
        Refusal::OneAtATime { command } => {
            words!["You named more than one person. ", code(command), " takes one at a time."]
        }
        Refusal::NoSuchPerson { word, .. } if via == Via::Shell => {
            words![code(word), " is nobody here. At a shell, use a Slack id."]
        }
        Refusal::NoSuchPerson { word, .. } => {
            words![code(word), " is nobody here. Type @ and pick the name from Slack's list."]
        }
        Refusal::CannotBeOnCall { person, why } => words![
            person,
            match why {
                Unfit::Left => " has left this Slack, so I can't page them.",
                Unfit::Bot => " is a bot, so I can't page it.",
                Unfit::Unknown => " is unknown to Slack.",
            }
        ],
        Refusal::ImportAtShell => words![
            "Import a calendar at a shell on howler's machine: ",
            code("howler oncall import FILE.ics"),
            "."
        ],
        Refusal::When { problem, .. } => when_problem(problem),
        Refusal::Change { problem } => change_problem(problem),
        Refusal::Swap { problem } => swap_problem(problem),
        Refusal::NotWeeks { word, most } => {
            words![code(word), format!(" is not a number of weeks from 1 to {most}.")]
        }
        Refusal::NotANumber { word } => words![code(word), " is not a number."],
        Refusal::NotAPhoneNumber => {
            words!["That is not an international phone number, such as +49 30 901820."]
        }
        Refusal::PhoneInPublic => {
            words!["Send me your number by direct message, so that nobody else reads it."]
        }
        Refusal::NoSuchSwap { number } => words![format!("Swap {number} no longer exists.")],
        Refusal::SwapIsOver { how: SwapOutcome::Agreed } => words!["That swap is agreed already."],
        Refusal::SwapIsOver { how: SwapOutcome::Ended(_) } => {
            words!["That swap is over, or the schedule has changed since."]
        }
        Refusal::SwapWaits { number, with } => {
            words![
                "You asked ",
                with,
                format!(" for that turn already. Swap {number} is waiting for their answer.")
            ]
        }
        Refusal::NotYourSwap => words!["That swap is between two other people."],
        Refusal::CoverTooLong { most } => {
            words![format!("You can cover for {} at most.", spoken(*most))]
        }
        Refusal::HasItAlready { person } => words![person, " is on call already."],
        Refusal::NobodyToHandTo => words!["There is nobody to hand over to."],
        Refusal::NotYourTurn { person: Some(person) } => {
            words!["That shift is over, or not yours. ", person, " is on call now."]
        }
        Refusal::NotYourTurn { person: None } => words!["That shift is over, or not yours."],
        Refusal::NoSuchPageCall { number } => words![format!("Page {number} no longer exists.")],
        Refusal::PageAnswered { by, at } => words![by, " answered that page, ", moment(*at), "."],
        Refusal::NoNumberToRing => {
            words!["I have no phone number for you. Send me a direct message: ", code("phone +49 30 901820")]
        }
        Refusal::NobodyRings { elsewhere: true } => {
            words!["PagerDuty rings its own people: send yourself a test page from your profile there."]
        }
        Refusal::NobodyRings { elsewhere: false } => {
            words!["No phone provider is set up, so I can't ring anybody: see [phone] in howler.toml."]
        }
        Refusal::OutOfReach { person } => {
            words![
                person,
                " is unknown to Slack, so I could not page them. Whoever is on call must be in Slack."
            ]
        }
        Refusal::NeverPages { severity: which, .. } => {
            words![format!("{} pages nobody: it goes to the weekly review.", severity(*which))]
        }
        _ => return None,
    })
}

fn is_oncall(line: Option<&str>) -> bool {
    line.is_some_and(|line| line == "oncall" || line.starts_with("oncall "))
}

/// What to type next.
fn next(refusal: &Refusal, via: Via) -> Option<(&'static str, String)> {
    let example = |rest: &str| Some(("For example", rest.to_owned()));
    match refusal {
        Refusal::UnknownWord { nearest, .. } => {
            let nearest = nearest.as_deref()?.strip_prefix("oncall")?.trim();
            Some(if nearest.is_empty() {
                ("All commands", "help".into())
            } else {
                ("Did you mean", nearest.into())
            })
        }
        Refusal::TextMissing { command } => example(whole(command.strip_prefix("oncall")?.trim())),
        Refusal::NoSuchPerson { after, .. } | Refusal::OneAtATime { command: after }
            if after.starts_with("incident ") =>
        {
            None
        }
        Refusal::NoSuchPerson { id: Some(id), after, .. } if via == Via::Shell => {
            Some(("Did you mean", whole(after).replacen("@name", id.as_str(), 1)))
        }
        Refusal::NoSuchPerson { nearest: Some(nearest), after, .. } => {
            Some(("Did you mean", whole(after).replacen("@name", nearest, 1)))
        }
        Refusal::NoSuchPerson { after, .. }
        | Refusal::When { after, .. }
        | Refusal::OneAtATime { command: after } => example(whole(after)),
        Refusal::NotWeeks { .. } => example("schedule 8 weeks"),
        Refusal::Swap { .. } | Refusal::Change { .. } | Refusal::NotANumber { .. } => {
            Some(("The weeks ahead", "schedule".into()))
        }
        Refusal::NoSuchSwap { .. } | Refusal::SwapIsOver { .. } => {
            Some(("To ask again", "swap with @name week of 12-06".into()))
        }
        Refusal::SwapWaits { number, .. } => Some(("To withdraw it", format!("withdraw {number}"))),
        Refusal::CoverTooLong { .. } => example("cover 8h"),
        Refusal::NobodyToHandTo => Some(("To fill the rotation", "add @name".into())),
        Refusal::NotYourTurn { .. } | Refusal::HasItAlready { .. } => Some(("Who is on call", "who".into())),
        _ => None,
    }
}

/// What a line lacks, as a question.
fn missing(command: &str) -> &'static str {
    let words = command.strip_prefix("oncall").unwrap_or(command).trim();
    match words.split_whitespace().next().unwrap_or_default() {
        "order" => "In which order?",
        "pause" if words.contains("until") => "Pause until when?",
        "pause" => "Pause whom, until when?",
        "override" if words.contains("to") => "Until when?",
        "override" => "Who, and from when to when?",
        "swap" if words.contains("week") => "Swap which week?",
        "swap" => "Swap with whom, and which week?",
        "cover" => "Cover for how long?",
        "cancel" => "Cancel which override?",
        "confirm" => "Confirm which change?",
        "withdraw" => "Withdraw which swap?",
        "page" if words.contains('@') => "Page them why?",
        "page" => "Page whom, and why?",
        "add" | "remove" | "resume" | "backup" => "Who?",
        "phone" => "Which number?",
        _ => "Something is missing.",
    }
}

/// A whole line for a word that came alone.
fn whole(word: &str) -> &'static str {
    match word.strip_prefix("incident ") {
        Some(role) if role.starts_with("role") => return "incident role commander @name",
        Some(invite) if invite.starts_with("invite") => return "incident invite @name",
        Some(_) => return "incident page @name Redis needs you",
        None => {}
    }
    match word.split_whitespace().next().unwrap_or_default() {
        "order" => "order @a @b @c",
        "pause" => "pause @name until 2026-12-01",
        "override" => "override @name fri 18:00 to mon 09:00",
        "swap" => "swap with @name week of 12-06",
        "who" => "who tomorrow 09:00",
        "cover" => "cover 8h",
        "handoff" => "handoff @name",
        "cancel" => "cancel 3",
        "confirm" => "confirm 7 add @name",
        "withdraw" => "withdraw 3",
        "page" => "page @name The event stream needs you",
        "remove" => "remove @name",
        "resume" => "resume @name",
        "backup" => "backup @name",
        "phone" => "phone off",
        _ => "add @name",
    }
}

fn incident_instead(refusal: &Refusal, via: Via) -> Option<(&'static str, String)> {
    match refusal {
        Refusal::NoSuchPerson { nearest, id, after, .. } if after == "incident page" => {
            let person = if via == Via::Shell { id.as_ref().map(UserId::as_str) } else { nearest.as_deref() };
            Some(("Did you mean", format!("page {} why", person.unwrap_or("@name"))))
        }
        Refusal::OneAtATime { command } if command == "incident page" => {
            Some(("For example", "page @name Redis needs you".into()))
        }
        Refusal::NeverPages { severity, title } => {
            Some(("To put it there", format!("{} {title}", severity.to_string().to_lowercase())))
        }
        _ => None,
    }
}
