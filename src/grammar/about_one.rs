//! Lines about one incident: the number before the verb, after it, or at the end.

use super::after;
use super::held;
use super::merge;
use super::number::{self, Named};
use super::parts::{self, split_last_word, split_word};
use super::together;
use super::verbs::{self, command};
use super::words::Verb;
use super::{here, not_known, unknown};
use domain::command::{Command, Line, Number};
use domain::id::IncidentId;
use domain::refusal::{Doubt, Refusal};

/// A line that names its incident first: `7 update Restarted`. A number alone shows the incident.
pub(super) fn named(named: Named, rest: &str) -> Result<Line, Refusal> {
    let (first, after) = split_word(rest);
    if first.is_empty() {
        return Ok(named.line(Command::Show));
    }
    if parts::looks_like_severity(first) {
        let command = verbs::severity(rest)?;
        return Err(Refusal::unsure(Doubt::Mistyped { word: parts::quoted(first) }, [named.line(command)]));
    }
    match super::verb_of(first) {
        Some(Verb::Split) => merge::split_of(named, after),
        Some(Verb::FollowUp) if after.is_empty() => Ok(named.line(after::of_one())),
        Some(verb) => match held::of_named(&named, verb, after) {
            Some(refusal) => Err(refusal),
            None => Ok(named.line(command(verb, after)?)),
        },
        None => match named {
            Named::Number(incident) => Err(not_known(Some(incident), rest)),
            Named::Channel(_) => Err(unknown(first, None)),
        },
    }
}

/// A line that begins with its verb.
pub(super) fn verb_line(verb: Verb, word: &str, rest: &str) -> Result<Line, Refusal> {
    if let Some(refusal) = held::asked(verb, rest) {
        return Err(refusal);
    }
    match verb {
        Verb::Declare | Verb::List | Verb::Find | Verb::Doctor | Verb::Help => Ok(here(command(verb, rest)?)),
        Verb::Severity => severity(word, rest),
        Verb::Ack | Verb::Reopen => answer(verb, rest),
        Verb::Status => status(rest),
        Verb::Update
        | Verb::Impact
        | Verb::Action
        | Verb::Eta
        | Verb::Note
        | Verb::Resolve
        | Verb::Escalate
        | Verb::Page
        | Verb::Cancel
        | Verb::Mistake
        | Verb::Rename
        | Verb::Link => with_text(verb, rest),
        Verb::Due => Ok(here(command(verb, rest)?)),
        Verb::Report | Verb::Publish | Verb::Retro => owed(verb, rest),
        Verb::FollowUp => follow_up(rest),
        Verb::Duplicate => duplicate(rest),
        Verb::Merge => merge::line(rest),
        Verb::Split => merge::split_line(rest),
        Verb::Role
        | Verb::Take
        | Verb::Invite
        | Verb::Join
        | Verb::Retract
        | Verb::Snooze
        | Verb::Show
        | Verb::Timeline => match together::said(None, rest).filter(|_| verb == Verb::Take) {
            // Nobody takes "2 out of 1".
            Some(meant) => Err(meant),
            None => without_text(verb, rest),
        },
    }
}

/// `report 7`, `report 7 file`, `retro INC-7 done`.
fn owed(verb: Verb, rest: &str) -> Result<Line, Refusal> {
    if let Some((named, after)) = number::first(rest)? {
        return Ok(named.line(command(verb, after)?));
    }
    let (first, after) = split_word(rest);
    match number::bare(first)? {
        Some(incident) => Ok(Named::Number(incident).line(command(verb, after)?)),
        None => Ok(here(command(verb, rest)?)),
    }
}

/// `follow-up INC-7 [action] ...`; a bare number is a follow-up's.
fn follow_up(rest: &str) -> Result<Line, Refusal> {
    match number::first(rest)? {
        Some((named, "")) => Ok(named.line(after::of_one())),
        Some((named, after)) => Ok(named.line(command(Verb::FollowUp, after)?)),
        None => Ok(here(command(Verb::FollowUp, rest)?)),
    }
}

fn either(number: Number, here: Line, named: Line) -> Line {
    let (here, named) = (Box::new(here), Box::new(named));
    Line { incident: None, command: Command::Either { number, here, named } }
}

/// Verbs that take people's words: a number among them may be one of the words.
fn with_text(verb: Verb, rest: &str) -> Result<Line, Refusal> {
    if let Some((named, after)) = number::first(rest)? {
        let line = named.line(command(verb, after)?);
        let tells = matches!(verb, Verb::Update | Verb::Note | Verb::Impact | Verb::Action);
        return match tells && !after.is_empty() {
            true => Ok(either(Number::Named, here(command(verb, rest)?), line)),
            false => Ok(line),
        };
    }
    let (first, after) = split_word(rest);
    if let Some(incident) = bare_before(verb, first, after, rest)? {
        let named = Named::Number(incident);
        if after.is_empty() || verb == Verb::Page {
            return Ok(named.line(command(verb, after)?));
        }
        let here = here(command(verb, rest)?);
        return Ok(command(verb, after)
            .map_or(here.clone(), |command| either(Number::Bare, here, named.line(command))));
    }
    let line = here(command(verb, rest)?);
    Ok(match number::last(rest)? {
        Some((named, before)) if !before.is_empty() => match command(verb, before) {
            Ok(command) => either(Number::Last, line, named.line(command)),
            Err(_) => line,
        },
        _ => line,
    })
}

/// A bare number in front of the text, where it may be an incident's.
fn bare_before(verb: Verb, first: &str, after: &str, rest: &str) -> Result<Option<IncidentId>, Refusal> {
    let alone = after.is_empty();
    let is_text = match verb {
        // Alone it is a text, if a senseless one; after `update 7` a form opens.
        Verb::Impact | Verb::Action | Verb::Note => alone,
        Verb::Eta => alone || parts::duration(rest).is_ok() || is_range(after),
        _ => false,
    };
    if is_text { Ok(None) } else { number::bare(first) }
}

/// What follows the first number of `30 or 40 minutes`.
fn is_range(after: &str) -> bool {
    let word = split_word(after).0;
    ["or", "to", "-", "–"].iter().any(|between| between.eq_ignore_ascii_case(word))
}

/// `severity p2 reason`, `severity 2 p1`, `severity INC-2 p1`. `sev 1 payments are down` may be a declaration.
fn severity(word: &str, rest: &str) -> Result<Line, Refusal> {
    let (mut named, mut rest) = match number::first(rest)? {
        Some((named, after)) => (Some(named), after),
        None => (None, rest),
    };
    let (first, after) = split_word(rest);
    let level = split_word(after).0;
    if named.is_none()
        && let Some(incident) = number::bare(first)?
        && (parts::is_level(level) || parts::severity(split_word(rest).1).is_ok())
    {
        let of_number = Named::Number(incident).line(verbs::severity(after)?);
        if number::bare(level)?.is_some() {
            return Err(Refusal::unsure(Doubt::Several, [of_number, here(verbs::severity(rest)?)]));
        }
        return Ok(of_number);
    }
    let (level, mut reason) = verbs::level(rest);
    if named.is_none()
        && let Some((after_level, why)) = number::first(reason)?
    {
        (named, reason) = (Some(after_level), why);
    } else if named.is_none()
        && let Some(incident) = number::bare(reason)?.filter(|_| !reason.is_empty())
    {
        (named, reason) = (Some(Named::Number(incident)), "");
    }
    let shown = format!("{level} {reason}");
    rest = shown.trim();
    let command = verbs::severity(rest)?;
    match named {
        Some(named) => Ok(named.line(command)),
        None if !reason.is_empty() && is_shorthand(word, level) => {
            let declares = verbs::declared(level, reason)?;
            Err(Refusal::unsure(Doubt::Several, [here(declares), here(command)]))
        }
        None => Ok(last_named(Verb::Severity, rest, command)),
    }
}

/// `sev 1`, `sev p1` and `severity 1` begin a declaration as often as a change.
fn is_shorthand(word: &str, level: &str) -> bool {
    !word.eq_ignore_ascii_case("severity") || level.bytes().all(|byte| byte.is_ascii_digit())
}

fn last_named(verb: Verb, rest: &str, whole: Command) -> Line {
    let named = number::last(rest).ok().flatten().filter(|(_, before)| !before.is_empty());
    match named.and_then(|(named, before)| Some((named, command(verb, before).ok()?))) {
        Some((named, command)) => either(Number::Last, here(whole), named.line(command)),
        None => here(whole),
    }
}

/// `ack`, `ack 7`, `ack on it`, `ack INC-7 looking at redis`.
fn answer(verb: Verb, rest: &str) -> Result<Line, Refusal> {
    let (named, left) = number::anywhere(rest)?;
    if let Some(named) = named {
        return Ok(named.line(command(verb, &left)?));
    }
    let (first, after) = split_word(rest);
    let (before, last) = split_last_word(rest);
    if let Some(incident) = number::bare(first)?.filter(|_| !first.is_empty()) {
        if number::bare(after)?.is_some() && !after.is_empty() {
            return Err(Refusal::NotAnIncidentNumber { word: parts::quoted(rest) });
        }
        let of_number = Named::Number(incident).line(command(verb, after)?);
        return match of_number.command {
            Command::With { .. } => Ok(either(Number::Bare, here(command(verb, rest)?), of_number)),
            _ => Ok(of_number),
        };
    }
    match number::bare(last)?.filter(|_| !last.is_empty()) {
        Some(incident) => {
            let of_number = Named::Number(incident).line(command(verb, before)?);
            match of_number.command {
                Command::With { .. } => Ok(either(Number::Bare, here(command(verb, rest)?), of_number)),
                _ => Ok(of_number),
            }
        }
        None => Ok(here(command(verb, rest)?)),
    }
}

/// `status mitigating 7`, `status 7 mitigating`, `status resolved INC-2 redis had expired`.
fn status(rest: &str) -> Result<Line, Refusal> {
    if let Some((named, after)) = number::first(rest)? {
        return Ok(named.line(command(Verb::Status, after)?));
    }
    let (first, after) = split_word(rest);
    if let Some(incident) = number::bare(first)?.filter(|_| !first.is_empty()) {
        return Ok(Named::Number(incident).line(command(Verb::Status, after)?));
    }
    let (word, after) = verbs::status_word(rest);
    if let Some((named, cause)) = number::first(after)? {
        return Ok(named.line(command(Verb::Status, format!("{word} {cause}").trim())?));
    }
    if let Some(incident) = number::bare(after)?.filter(|_| !after.is_empty()) {
        return Ok(Named::Number(incident).line(command(Verb::Status, word)?));
    }
    let whole = command(Verb::Status, rest)?;
    let (first, text) = split_word(after);
    match number::bare(first)?.filter(|_| !first.is_empty()) {
        Some(incident) => {
            let named = Named::Number(incident).line(command(Verb::Status, &format!("{word} {text}"))?);
            Ok(either(Number::Bare, here(whole), named))
        }
        None => Ok(last_named(Verb::Status, rest, whole)),
    }
}

/// `duplicate of 7`: this one is the other; `duplicate 3 of 7`: INC-3 is.
fn duplicate(rest: &str) -> Result<Line, Refusal> {
    let (first, after) = split_word(rest);
    let this = number::bare(first)?.map(Named::Number);
    let this = match this.filter(|_| !first.is_empty()) {
        Some(this) => Some(this),
        None => number::explicit(first)?,
    };
    match this.filter(|_| !after.is_empty()) {
        Some(this) => Ok(this.line(command(Verb::Duplicate, after)?)),
        None => Ok(here(command(Verb::Duplicate, rest)?)),
    }
}

/// Verbs that take no text: the number may stand anywhere.
fn without_text(verb: Verb, rest: &str) -> Result<Line, Refusal> {
    let (named, left) = number::anywhere(rest)?;
    if let Some(named) = named {
        return Ok(named.line(command(verb, &left)?));
    }
    let (first, after) = split_word(rest);
    let (before, last) = split_last_word(rest);
    let digits = |word: &str| Ok::<_, Refusal>(number::bare(word)?.filter(|_| !word.is_empty()));
    let found = match verb {
        Verb::Timeline | Verb::Show => digits(first)?.map(|incident| (incident, after)),
        // `snooze 15` may well mean minutes.
        Verb::Snooze if after.is_empty() => None,
        Verb::Snooze => match digits(first)?.filter(|_| parts::duration(rest).is_err()) {
            Some(incident) => Some((incident, after)),
            None => digits(last)?.map(|incident| (incident, before)),
        },
        _ => match digits(first)? {
            Some(incident) => Some((incident, after)),
            None => digits(last)?.map(|incident| (incident, before)),
        },
    };
    Ok(match found {
        Some((incident, rest)) => Named::Number(incident).line(command(verb, rest)?),
        None => here(command(verb, rest)?),
    })
}
