//! Which incident a line names, before the verb or after it: `2`, `INC-2`, `#inc-2-redis`, a mention of its channel.

use super::parts::{self, split_last_word, split_word};
use super::tidy::is_sign;
use crate::slack_text;
use domain::command::{Command, Line};
use domain::id::{ChannelId, IncidentId};
use domain::refusal::Refusal;

/// The incident that a line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Number(IncidentId),
    Channel(ChannelId),
}

impl Named {
    /// The command about this incident; one that is about none keeps to itself.
    pub fn line(self, command: Command) -> Line {
        if !command.is_about_one() {
            return Line { incident: None, command };
        }
        match self {
            Self::Number(incident) => Line { incident: Some(incident), command },
            Self::Channel(channel) => {
                let line = Box::new(Line { incident: None, command });
                Line { incident: None, command: Command::InChannel { channel, line } }
            }
        }
    }
}

/// Words that may stand before an incident that is named.
const BEFORE: [&str; 6] = ["for", "in", "on", "of", "to", "about"];
/// Words that make the number behind them an incident's.
const CALLED: [&str; 2] = ["incident", "inc"];

/// `INC-2`, `#2`, `#inc-2-redis` or a channel's mention; a bare number is none.
///
/// # Errors
/// It looks like one, and no incident can have it.
pub fn explicit(word: &str) -> Result<Option<Named>, Refusal> {
    let word = word.trim_matches(|c: char| is_sign(c) || matches!(c, '(' | ')' | '[' | ']' | '?'));
    if let Some(channel) = slack_text::channel(word) {
        return Ok(Some(Named::Channel(channel)));
    }
    let head = word.strip_prefix('#').unwrap_or(word);
    let tagged = word.starts_with('#');
    let inc = head.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("inc"));
    if !tagged && !inc {
        return Ok(None);
    }
    let rest = if inc { head.get(3..).unwrap_or_default() } else { head };
    let rest = rest.strip_prefix(['-', '_']).unwrap_or(rest);
    // A channel's name goes on with words of the title.
    let digits = rest.split_once('-').filter(|_| inc).map_or(rest, |(digits, _)| digits);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    match digits.parse() {
        Ok(number) => Ok(Some(Named::Number(IncidentId(number)))),
        Err(_) => Err(Refusal::NotAnIncidentNumber { word: parts::quoted(word) }),
    }
}

/// A number alone.
///
/// # Errors
/// No incident can have it.
pub fn bare(word: &str) -> Result<Option<IncidentId>, Refusal> {
    let digits = word.trim_end_matches([':', ',', '.', '!', '?']);
    match digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => parts::incident(digits),
        false => Ok(None),
    }
}

/// The incident that is named at the beginning, and what follows.
///
/// # Errors
/// As [`explicit`].
pub fn first(text: &str) -> Result<Option<(Named, &str)>, Refusal> {
    let (word, rest) = split_word(text);
    if let Some(named) = explicit(word)? {
        return Ok(Some((named, rest.trim_start_matches(is_sign).trim_start())));
    }
    let says = |words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    if says(&CALLED) {
        let (number, after) = split_word(rest);
        return Ok(bare(number)?.map(|number| (Named::Number(number), after)));
    }
    match says(&BEFORE) {
        true => first_called(rest),
        false => Ok(None),
    }
}

fn first_called(text: &str) -> Result<Option<(Named, &str)>, Refusal> {
    let (word, _) = split_word(text);
    if BEFORE.iter().any(|known| known.eq_ignore_ascii_case(word)) { Ok(None) } else { first(text) }
}

/// The incident that is named at the end, and what comes before it.
///
/// # Errors
/// As [`explicit`].
pub fn last(text: &str) -> Result<Option<(Named, &str)>, Refusal> {
    let (before, word) = split_last_word(text);
    let named = match explicit(word)? {
        Some(named) => Some((named, before)),
        None => {
            let (earlier, called) = split_last_word(before);
            let called = CALLED.iter().any(|known| known.eq_ignore_ascii_case(called));
            bare(word)?.filter(|_| called).map(|number| (Named::Number(number), earlier))
        }
    };
    Ok(named.map(|(named, before)| (named, without_preposition(before))))
}

fn without_preposition(before: &str) -> &str {
    let (rest, word) = split_last_word(before);
    if BEFORE.iter().any(|known| known.eq_ignore_ascii_case(word)) { rest } else { before }
}

/// The incident that is named anywhere in a line without a text, and the line without it.
///
/// # Errors
/// As [`explicit`], and where more than one is named.
pub fn anywhere(text: &str) -> Result<(Option<Named>, String), Refusal> {
    let mut found = None;
    let mut left: Vec<&str> = Vec::new();
    let mut rest = text;
    while !rest.trim().is_empty() {
        match first(rest)? {
            Some((named, after)) => {
                if found.replace(named).is_some() {
                    return Err(Refusal::NotAnIncidentNumber { word: parts::quoted(text) });
                }
                rest = after;
            }
            None => {
                let (word, after) = split_word(rest);
                left.push(word);
                rest = after;
            }
        }
    }
    match found {
        Some(named) => Ok((Some(named), left.join(" "))),
        None => Ok((None, text.to_owned())),
    }
}
