//! `merge 9 into 7`, `9 merge into 7`, `split 9`.

use super::here;
use super::number::{self, Named};
use super::parts::{self, split_word};
use super::tidy::is_sign;
use super::together;
use super::verbs::noted;
use domain::command::{Command, Line};
use domain::id::IncidentId;
use domain::refusal::{Doubt, Refusal};

/// Words between the one and the other: the other one leads.
const INTO: [&str; 7] = ["into", "in", "to", "onto", "->", "→", "under"];
/// Either of them may lead.
const AND: [&str; 4] = ["and", "with", "&", "+"];
/// Words that stand for an incident that is told otherwise.
const THIS: [&str; 4] = ["it", "this", "that", "the"];
/// What may follow `split`.
const OFF: [&str; 5] = ["off", "out", "apart", "again", "up"];

/// `9 into 7`, `into 7`, with a note behind it.
pub(super) fn line(rest: &str) -> Result<Line, Refusal> {
    let rest = without(rest, &THIS);
    let Some((one, after)) = name(rest)? else { return Ok(here(command(rest)?)) };
    if after.is_empty() {
        // Which of the two leads is not said.
        return Err(missing());
    }
    if is_one_of(split_word(after).0, &AND) {
        let Some((other, _)) = name(without(after, &AND))? else { return Err(missing()) };
        return Err(Refusal::unsure(Doubt::Several, [into(&one, &other), into(&other, &one)]));
    }
    Ok(one.line(command(after)?))
}

/// `into 7`, with a note behind it, about an incident that is named before.
pub(super) fn command(rest: &str) -> Result<Command, Refusal> {
    let rest = without(without(without(rest, &THIS), &INTO), &AND);
    let (other, note) = name(rest)?.ok_or_else(missing)?;
    noted(merging(&other), note)
}

/// `split 9`, `split it off`.
pub(super) fn split_line(rest: &str) -> Result<Line, Refusal> {
    match name(without(rest, &THIS))? {
        Some((one, after)) => split_of(one, after),
        None => Ok(here(split(rest)?)),
    }
}

/// `9 split`, `9 split off from 7`; which of two leaves the other is asked where it is not said: `7 split 9`, `split 7 and 9`.
pub(super) fn split_of(one: Named, rest: &str) -> Result<Line, Refusal> {
    let after = without(without(without(rest, &THIS), &OFF), &AND);
    match name(after)? {
        Some((other, _)) => Err(Refusal::unsure(Doubt::Several, together::apart(&one, &other))),
        None => Ok(one.line(split(rest)?)),
    }
}

/// What follows is a note; from what it is split is known.
pub(super) fn split(rest: &str) -> Result<Command, Refusal> {
    let this = without(rest, &THIS);
    let off = without(this, &OFF);
    // "it off" says nothing more; "it is the database" does.
    let rest = if off.is_empty() || off != this { off } else { rest };
    let from = name(without(rest, &["from"]))?.filter(|_| is_one_of(split_word(rest).0, &["from"]));
    noted(Command::Split, from.map_or(rest, |(_, after)| after))
}

pub(super) fn into(one: &Named, other: &Named) -> Line {
    one.clone().line(merging(other))
}

pub(super) fn merging(into: &Named) -> Command {
    match into {
        Named::Number(into) => Command::Merge { into: *into },
        Named::Channel(channel) => Command::MergeIntoChannel { channel: channel.clone() },
    }
}

/// The incident that is named at the beginning, and what follows.
fn name(text: &str) -> Result<Option<(Named, &str)>, Refusal> {
    let (word, rest) = split_word(text);
    let (number, after) = match is_one_of(word, &["incident", "inc"]) {
        true => split_word(rest),
        false => (word, rest),
    };
    if let Some(named) = number::explicit(number)? {
        return Ok(Some((named, after)));
    }
    let number = number::bare(number)?.filter(|_| !number.is_empty());
    Ok(number.map(|number| (Named::Number(number), after)))
}

fn missing() -> Refusal {
    Refusal::TextMissing { command: "merge".into() }
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    let bare = word.trim_matches(|c: char| is_sign(c) && c != '-');
    words.iter().any(|known| known.eq_ignore_ascii_case(bare) || *known == word)
}

fn without<'t>(text: &'t str, words: &[&str]) -> &'t str {
    match split_word(text) {
        (first, after) if !first.is_empty() && is_one_of(first, words) => without(after, words),
        _ => text,
    }
}

/// `of 7`, `7`, `INC-7`.
pub(super) fn other(rest: &str) -> Result<IncidentId, Refusal> {
    let number = rest.trim_start_matches("as ").trim_start_matches("of ").trim();
    if number.is_empty() {
        return Err(Refusal::TextMissing { command: "duplicate".into() });
    }
    let found = match number::explicit(number)? {
        Some(Named::Number(incident)) => Some(incident),
        _ => number::bare(number)?,
    };
    found.ok_or_else(|| Refusal::NotAnIncidentNumber { word: parts::quoted(rest) })
}
