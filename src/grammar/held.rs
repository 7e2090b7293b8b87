//! Verbs that would change an incident, with words that speak of something else: of alerts, of a later time, of several things, or of
//! something that is one word. None of them acts by itself.

use super::alerts;
use super::here;
use super::number::{self, Named};
use super::parts::{self, split_word};
use super::sentence::normal;
use super::tagged;
use super::verbs::{self, FILLERS};
use super::words::Verb;
use domain::alert::line::AlertsLine;
use domain::command::{Command, Line};
use domain::incident::severity::Status;
use domain::oncall::said::{Heard, heard};
use domain::refusal::{Doubt, Refusal};

/// What the words behind a verb speak of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Alerts,
    Time,
    Many,
    OneWord,
}

const ALERTS: [&str; 6] = ["alert", "alerts", "alarm", "alarms", "allert", "alerst"];
/// What is no alert, though it says so.
const FALSE: [&str; 4] = ["false alarm", "false alert", "false alarms", "false alerts"];
/// At the beginning: when something may be done.
const WHEN: [&str; 11] =
    ["when", "once", "if", "until", "till", "after", "before", "as soon as", "unless", "in case", "whenever"];
/// Not now.
const LATER: [&str; 10] = [
    "later",
    "soon",
    "tomorrow",
    "tonight",
    "eventually",
    "next week",
    "on monday",
    "this evening",
    "in the morning",
    "maybe",
];
/// A sentence longer than this tells more than a time or a number of things.
const SHORT_MOST: usize = 3;
const MANY: [&str; 9] = ["both", "all", "everything", "them", "these", "those", "every", "each", "any"];
/// `all good` is no number of things.
const WELL: [&str; 9] = ["good", "clear", "fine", "green", "ok", "okay", "done", "well", "healthy"];
/// Single words that are a reason.
const REASONS: [&str; 23] = [
    "test",
    "tests",
    "drill",
    "noise",
    "mistake",
    "false",
    "duplicate",
    "dup",
    "done",
    "ok",
    "okay",
    "restart",
    "rollback",
    "revert",
    "redeploy",
    "deploy",
    "timeout",
    "unknown",
    "nothing",
    "none",
    "na",
    "upstream",
    "yes",
];

/// What may be meant, where `verb` must not act on what is said behind it.
pub(super) fn asked(verb: Verb, rest: &str) -> Option<Refusal> {
    if verb == Verb::Status {
        return of_status(None, rest);
    }
    if let Some((named, after)) = number::first(rest).ok().flatten() {
        return of_named(&named, verb, after);
    }
    let (first, after) = split_word(rest);
    if let Some(incident) = number::bare(first).ok().flatten().filter(|_| !after.is_empty()) {
        let named = Named::Number(incident);
        // No incident may have that number: `ack 539 alert`.
        return match speaks(verb, after, None) {
            Some(Of::Alerts) => {
                let line = |command| named.clone().line(command);
                Some(refusal(Of::Alerts, |text| verbs::command(verb, text).ok(), after, line))
            }
            _ => of_named(&named, verb, after),
        };
    }
    if let Some((named, before)) = number::last(rest).ok().flatten().filter(|(_, before)| !before.is_empty())
    {
        return of_named(&named, verb, before);
    }
    let of = speaks(verb, rest, None)?;
    Some(refusal(of, |text| verbs::command(verb, text).ok(), rest, here))
}

/// An incident that is named is meant; but not later, and not with others.
pub(super) fn of_named(named: &Named, verb: Verb, rest: &str) -> Option<Refusal> {
    if verb == Verb::Status {
        return of_status(Some(named), rest);
    }
    let of = speaks(verb, rest, Some(named))?;
    Some(refusal(of, |text| verbs::command(verb, text).ok(), rest, |command| named.clone().line(command)))
}

/// `status resolved later`
fn of_status(named: Option<&Named>, rest: &str) -> Option<Refusal> {
    let (word, after) = verbs::status_word(rest);
    let resolves = parts::status(word).ok()? == Status::Resolved;
    let of = speaks(if resolves { Verb::Resolve } else { Verb::Status }, after, named)?;
    let line = |command| match named {
        Some(named) => named.clone().line(command),
        None => here(command),
    };
    Some(refusal(of, |text| verbs::command(Verb::Status, &format!("{word} {text}")).ok(), after, line))
}

fn refusal(
    of: Of,
    command: impl Fn(&str) -> Option<Command>,
    said: &str,
    line: impl Fn(Command) -> Line,
) -> Refusal {
    let list = tagged::line(match alerts::named(said).as_slice() {
        [alert] if of == Of::Alerts => AlertsLine::Show { alert: *alert },
        _ => AlertsLine::List,
    });
    // "Resolve: later" is no root cause.
    let keeps = matches!(of, Of::Alerts | Of::OneWord);
    let command = command(said).filter(|_| keeps).or_else(|| command("")).map(|command| match command {
        Command::With { command, .. } if !keeps || matches!(*command, Command::Ack) => *command,
        command => command,
    });
    let (doubt, lines) = match of {
        Of::Alerts => (Doubt::Several, [Some(list), command.map(line)]),
        Of::Time => (Doubt::Hesitant, [command.map(line), None]),
        Of::Many | Of::OneWord => (Doubt::Several, [command.map(line), Some(list)]),
    };
    Refusal::unsure(doubt, lines.into_iter().flatten())
}

/// Whether words between single spaces speak of alerts.
pub(super) fn says_alert(words: &str) -> bool {
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(&format!(" {phrase} ")));
    has(&ALERTS) && !has(&FALSE)
}

fn speaks(verb: Verb, rest: &str, named: Option<&Named>) -> Option<Of> {
    // A "not" has its own answer.
    if verbs::is_refused(rest) {
        return None;
    }
    let words = normal(rest);
    let has = |phrase: &&str| words.contains(&format!(" {phrase} "));
    let said: Vec<&str> = words.split_whitespace().filter(|word| !FILLERS.contains(word)).collect();
    let &first = said.first()?;
    let clock = ["in", "at", "by"].contains(&first)
        && said.get(1).is_some_and(|word| word.starts_with(|sign: char| sign.is_ascii_digit()));
    let time = WHEN.iter().any(|when| words.trim_start().starts_with(&format!("{when} ")))
        || (said.len() <= SHORT_MOST && (clock || LATER.iter().any(has)));
    let many = said.iter().enumerate().any(|(at, word)| {
        let well = said.get(at + 1).is_some_and(|next| WELL.contains(next));
        MANY.contains(word) && !well && (at == 0 || said.len() <= SHORT_MOST)
    });
    // A root cause may name an alert by its number.
    let numbered = verb != Verb::Resolve && !alerts::named(rest).is_empty();
    let alerts = says_alert(&words) || numbered;
    let of = match () {
        () if alerts && named.is_none() => Of::Alerts,
        () if time => Of::Time,
        () if many => Of::Many,
        () if named.is_none() && is_one(verb, &words, &said, rest) => Of::OneWord,
        () => return None,
    };
    let holds = match verb {
        Verb::Ack | Verb::Resolve | Verb::Cancel | Verb::Reopen => true,
        Verb::Status | Verb::Mistake => of != Of::OneWord,
        Verb::Retract => of == Of::Alerts,
        // Whoever wants more people gets them: "everything is down".
        Verb::Escalate => of == Of::Alerts || (of == Of::Time && said.len() <= SHORT_MOST),
        _ => false,
    };
    holds.then_some(of)
}

/// Whether what is said is one thing's name rather than a reason: `wombat`, and after `ack` also `the event stream`.
fn is_one(verb: Verb, words: &str, said: &[&str], rest: &str) -> bool {
    if verb == Verb::Ack && heard(rest) != Heard::Unclear {
        return false;
    }
    let is_reason = |word: &&str| {
        REASONS.contains(word)
            || (word.chars().count() > 4 && (word.ends_with("ed") || word.ends_with("ing")))
            // Some scripts have no spaces between words.
            || word.chars().any(|sign| sign.is_alphabetic() && !sign.is_lowercase())
    };
    match said {
        // A number is an incident's.
        [only] if only.bytes().all(|byte| byte.is_ascii_digit()) => false,
        [only] => !rest.contains("://") && !is_reason(only),
        [_, _] => verb != Verb::Resolve && words.starts_with(" the "),
        _ => false,
    }
}
