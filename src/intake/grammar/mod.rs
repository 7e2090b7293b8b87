//! The text after `/incident` or `@howler` becomes a [`Line`]. Pure: no clock, no state, no Slack calls.
//!
//! The text is as it came on the wire, so that a mention still says who is meant; every text that is kept goes
//! through [`super::slack_text`].

pub mod oncall;
pub mod parts;
pub mod runbook;
mod words;

#[cfg(test)]
mod tests;

use jiff::SignedDuration;

use self::parts::{split_last_word, split_word};
use self::words::Verb;
use super::slack_text;
use crate::domain::command::{Command, Line, Retractable, Role};
use crate::domain::refusal::Refusal;
use crate::domain::{Severity, incident::severity::Status};
use crate::id::IncidentId;

/// How long a bare `snooze` puts a reminder off.
pub const SNOOZE: SignedDuration = SignedDuration::from_mins(15);

/// Reads a line. Verbs are read in any case; nothing typed is help.
///
/// # Errors
/// What was not understood, or what is missing or too long.
pub fn parse(text: &str) -> Result<Line, Refusal> {
    let text = as_typed(text);
    let text = strip_own_name(&text);
    let (first, rest) = split_word(text);
    if is_oncall(first) {
        return oncall_line(rest);
    }
    // Nothing else is asked for by these words, and messages tell people to send `phone off`.
    if ["who", "who's", "whos", "phone"]
        .iter()
        .any(|word| first.trim_end_matches('?').eq_ignore_ascii_case(word))
    {
        return oncall_line(text);
    }
    if is_runbook(first) {
        return Ok(runbook_line(rest));
    }
    if only_looks(first, rest) {
        return Ok(runbook_line(text));
    }
    match parts::incident(first)? {
        Some(incident) => numbered(incident, rest),
        None => unnumbered(first, rest),
    }
}

/// Reads the text after `/oncall`.
///
/// # Errors
/// As [`parse`].
pub fn parse_oncall(text: &str) -> Result<Line, Refusal> {
    let typed = as_typed(text);
    let mut text = typed.as_str();
    while let (first, rest) = split_word(text)
        && is_oncall(first)
    {
        text = rest;
    }
    oncall_line(text)
}

/// Reads the text after `/runbook`.
pub fn parse_runbook(text: &str) -> Line {
    let text = as_typed(text);
    match split_word(&text) {
        (first, rest) if is_runbook(first) => runbook_line(rest),
        _ => runbook_line(&text),
    }
}

fn runbook_line(text: &str) -> Line {
    Line { incident: None, command: Command::Runbook(runbook::parse(text)) }
}

/// The runbook's words that nothing else is asked for by: `diagnose event-stream`, `health`, `logs web`. A sentence that begins
/// with one is none.
fn only_looks(first: &str, rest: &str) -> bool {
    let words = rest.split_whitespace().filter(|word| !word.contains('=')).count();
    let most = [("diagnose", usize::MAX), ("health", 0), ("logs", 1)];
    most.iter().any(|(word, most)| first.eq_ignore_ascii_case(word) && words <= *most)
}

fn is_runbook(word: &str) -> bool {
    word.strip_prefix('/').unwrap_or(word).eq_ignore_ascii_case("runbook")
}

fn oncall_line(text: &str) -> Result<Line, Refusal> {
    Ok(Line { incident: None, command: Command::Oncall(Box::new(oncall::parse(text)?)) })
}

fn is_oncall(word: &str) -> bool {
    let word = word.strip_prefix('/').unwrap_or(word);
    ["oncall", "on-call"].iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// Help shows lines in backticks, so people paste them in backticks. Phones put quotes around them that bend, signs that nobody
/// sees before them, and one long dash for two short ones.
fn as_typed(text: &str) -> String {
    let hidden =
        |c: char| matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}');
    let mut text = text.trim_start_matches(|c: char| c.is_whitespace() || hidden(c)).trim_end();
    for (open, close) in QUOTES {
        let inside = text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
        if let Some(inside) = inside.filter(|inside| open == '`' || !inside.contains([open, close])) {
            text = inside.trim_matches('`').trim();
        }
    }
    match text.strip_prefix(['\u{2013}', '\u{2014}']) {
        Some(rest) if rest.starts_with(char::is_alphabetic) => format!("--{rest}"),
        _ => text.to_owned(),
    }
}

/// What may stand around a whole line.
const QUOTES: [(char, char); 10] = [
    ('`', '`'),
    ('"', '"'),
    ('\'', '\''),
    ('\u{201C}', '\u{201D}'),
    ('\u{201E}', '\u{201C}'),
    ('\u{201C}', '\u{201C}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{AB}', '\u{BB}'),
    ('*', '*'),
    ('_', '_'),
];

/// `@howler /incident list` means `list`.
fn strip_own_name(mut text: &str) -> &str {
    loop {
        let (word, rest) = split_word(text);
        if !word.eq_ignore_ascii_case("/incident") && !word.eq_ignore_ascii_case("incident") {
            return text;
        }
        text = rest;
    }
}

fn unnumbered(first: &str, rest: &str) -> Result<Line, Refusal> {
    if parts::looks_like_severity(first) {
        let severity = parts::severity(first)?;
        return Ok(line(None, Command::Declare { severity, title: parts::title(rest)? }));
    }
    let verb = verb_of(first)?;
    let (incident, rest) = trailing_number(verb, rest)?;
    Ok(line(incident, command(verb, rest)?))
}

/// A line that names its incident first: `7 update Restarted`. A number alone shows the incident.
fn numbered(incident: IncidentId, rest: &str) -> Result<Line, Refusal> {
    let (first, rest) = split_word(rest);
    if first.is_empty() {
        return Ok(line(Some(incident), Command::Show));
    }
    if parts::looks_like_severity(first) {
        return Err(unknown(first, Some("severity")));
    }
    let verb = verb_of(first)?;
    Ok(line(Some(incident), command(verb, rest)?))
}

fn line(incident: Option<IncidentId>, command: Command) -> Line {
    let about_one = !matches!(
        command,
        Command::Declare { .. }
            | Command::DeclareForm { .. }
            | Command::List
            | Command::Find { .. }
            | Command::Doctor
            | Command::Oncall(_)
            | Command::Help
    );
    Line { incident: incident.filter(|_| about_one), command }
}

fn verb_of(word: &str) -> Result<Verb, Refusal> {
    if word.is_empty() {
        return Ok(Verb::Help);
    }
    let bare = word.trim_end_matches([':', ',', '.', '!']);
    let shown = if bare.is_empty() { word } else { bare };
    words::verb(bare).or_else(|| words::verb(word)).ok_or_else(|| unknown(shown, words::nearest(bare)))
}

fn unknown(word: &str, nearest: Option<&str>) -> Refusal {
    Refusal::UnknownWord { word: parts::quoted(word), nearest: nearest.map(str::to_owned) }
}

/// Finds the incident where it stands after the verb, and gives what is left of the rest. Where a text is
/// expected a number is text, unless it is all there is and would be a senseless text.
fn trailing_number(verb: Verb, rest: &str) -> Result<(Option<IncidentId>, &str), Refusal> {
    match verb {
        Verb::Update | Verb::Resolve | Verb::Ack | Verb::Reopen | Verb::Show => {
            Ok(parts::incident(rest)?.map_or((None, rest), |incident| (Some(incident), "")))
        }
        Verb::Timeline => {
            let (first, after) = split_word(rest);
            Ok(parts::incident(first)?.map_or((None, rest), |incident| (Some(incident), after)))
        }
        Verb::Role | Verb::Take | Verb::Retract => last_number(rest),
        // After `status resolved` a cause may follow, and end in a number.
        Verb::Status if rest.split_whitespace().nth(2).is_none() => last_number(rest),
        // `snooze 15` may well mean minutes.
        Verb::Snooze if !rest.bytes().all(|byte| byte.is_ascii_digit()) => last_number(rest),
        _ => Ok((None, rest)),
    }
}

fn last_number(rest: &str) -> Result<(Option<IncidentId>, &str), Refusal> {
    let (before, last) = split_last_word(rest);
    Ok(parts::incident(last)?.map_or((None, rest), |incident| (Some(incident), before)))
}

fn command(verb: Verb, rest: &str) -> Result<Command, Refusal> {
    Ok(match verb {
        Verb::Declare => return declare(rest),
        Verb::Update => match parts::optional_text("update", rest)? {
            Some(text) => Command::Update { text },
            None => Command::UpdateForm,
        },
        Verb::Status => return status(rest),
        Verb::Severity => return severity(rest),
        Verb::Impact => Command::Impact { text: parts::text("impact", rest)? },
        Verb::Action => Command::Action { text: parts::text("action", rest)? },
        Verb::Eta => match parts::optional_eta(rest)? {
            Some(eta) => Command::Eta { eta },
            None => return Err(Refusal::TextMissing { command: "eta".into() }),
        },
        Verb::Note => Command::Note { text: parts::text("note", rest)? },
        Verb::Escalate => Command::Escalate { why: parts::optional_text("reason", rest)? },
        Verb::Page => return page_person(rest),
        Verb::Role => return role(rest),
        Verb::Take if rest.is_empty() => Command::Take { role: Role::Commander },
        Verb::Take => Command::Take { role: role_named(rest)? },
        Verb::Snooze if rest.is_empty() => Command::Snooze { by: SNOOZE, reminder: None },
        Verb::Snooze => Command::Snooze { by: snooze(rest)?, reminder: None },
        Verb::Resolve => match parts::optional_text("root cause", rest)? {
            Some(root_cause) => Command::Resolve { root_cause },
            None => Command::ResolveForm,
        },
        Verb::Retract => Command::Retract { what: retractable(rest)? },
        Verb::Ack => only(Command::Ack, rest)?,
        Verb::Reopen => only(Command::Reopen, rest)?,
        Verb::Show => only(Command::Show, rest)?,
        Verb::Timeline => Command::Timeline { page: page(rest)? },
        Verb::Find => Command::Find { words: parts::search("find", rest)? },
        Verb::List => Command::List,
        Verb::Doctor => Command::Doctor,
        Verb::Help => Command::Help,
    })
}

/// `declare p1 Title` declares; without a severity it opens the form.
fn declare(rest: &str) -> Result<Command, Refusal> {
    let (first, title) = split_word(rest);
    if parts::looks_like_severity(first) {
        let severity = parts::severity(first)?;
        return Ok(Command::Declare { severity, title: parts::title(title)? });
    }
    match parts::optional_title(rest)? {
        None if !rest.is_empty() => Err(Refusal::TitleMissing),
        title => Ok(Command::DeclareForm { title }),
    }
}

/// `status identified`; a bare `status` asks how things stand. `status resolved` with a cause resolves.
fn status(rest: &str) -> Result<Command, Refusal> {
    let (first, after) = split_word(rest);
    if first.is_empty() {
        return Ok(Command::Show);
    }
    match (parts::status(first)?, after) {
        // The end is announced with its cause: ask for it, as bare `resolve` does.
        (Status::Resolved, "") => Ok(Command::ResolveForm),
        (to, "") => Ok(Command::Status { to }),
        (Status::Resolved, cause) => Ok(Command::Resolve { root_cause: parts::text("resolve", cause)? }),
        (_, _) => Err(Refusal::UnknownStatus { word: parts::quoted(rest) }),
    }
}

fn severity(rest: &str) -> Result<Command, Refusal> {
    let (first, reason) = split_word(rest);
    if first.is_empty() {
        return Err(Refusal::TextMissing { command: "severity".into() });
    }
    let to: Severity = parts::severity(first)?;
    Ok(Command::Severity { to, reason: parts::optional_text("reason", reason)? })
}

/// `page @user why`.
fn page_person(rest: &str) -> Result<Command, Refusal> {
    let (first, why) = split_word(rest);
    if first.is_empty() {
        return Err(Refusal::TextMissing { command: "page".into() });
    }
    let nobody = || Refusal::NoSuchPerson {
        word: parts::quoted(first),
        nearest: None,
        id: None,
        after: "incident page".into(),
    };
    let whom = slack_text::person(first).ok_or_else(nobody)?;
    if slack_text::person(split_word(why).0).is_some() {
        return Err(Refusal::OneAtATime { command: "incident page".into() });
    }
    Ok(Command::Page { whom, why: parts::optional_text("reason", why)? })
}

/// `role commander @user`, or the other way round; `me` takes it.
fn role(rest: &str) -> Result<Command, Refusal> {
    let (first, after) = split_word(rest);
    if first.is_empty() {
        return Err(Refusal::TextMissing { command: "role".into() });
    }
    if let Some(person) = slack_text::person(first) {
        return Ok(Command::Role { role: role_named(after)?, person });
    }
    let role = role_named(first)?;
    if after.is_empty() {
        return Err(Refusal::TextMissing { command: format!("role {role}") });
    }
    if ["me", "myself"].iter().any(|me| me.eq_ignore_ascii_case(after)) {
        return Ok(Command::Take { role });
    }
    match slack_text::person(after) {
        Some(person) => Ok(Command::Role { role, person }),
        None => Err(Refusal::NotAPerson { word: parts::quoted(after) }),
    }
}

fn role_named(word: &str) -> Result<Role, Refusal> {
    let synonyms = [
        ("ic", Role::Commander),
        ("command", Role::Commander),
        ("communications", Role::Comms),
        ("communication", Role::Comms),
    ];
    let synonym =
        || synonyms.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, role)| role);
    Role::parse(word).or_else(synonym).ok_or_else(|| Refusal::UnknownRole { word: parts::quoted(word) })
}

/// `15m`, `for 15m`.
fn snooze(rest: &str) -> Result<SignedDuration, Refusal> {
    match split_word(rest) {
        (first, after) if first.eq_ignore_ascii_case("for") => parts::duration(after),
        _ => parts::duration(rest),
    }
}

fn retractable(rest: &str) -> Result<Option<Retractable>, Refusal> {
    Ok(Some(match rest.to_lowercase().as_str() {
        "" => return Ok(None),
        "update" => Retractable::Update,
        "severity" | "sev" => Retractable::Severity,
        "resolution" | "resolve" | "resolved" => Retractable::Resolution,
        _ => return Err(unknown(rest, Some("retract update"))),
    }))
}

/// Nothing may follow but an incident's number, which is read before.
fn only(command: Command, rest: &str) -> Result<Command, Refusal> {
    if rest.is_empty() {
        Ok(command)
    } else {
        Err(Refusal::NotAnIncidentNumber { word: parts::quoted(rest) })
    }
}

/// `page 2`; nothing is the first page.
fn page(rest: &str) -> Result<usize, Refusal> {
    let (first, after) = split_word(rest);
    let number = if first.eq_ignore_ascii_case("page") { after } else { rest };
    match number.parse() {
        Ok(page) => Ok(usize::max(page, 1)),
        Err(_) if rest.is_empty() => Ok(1),
        Err(_) if first.eq_ignore_ascii_case("page") => Err(unknown(rest, Some("timeline page 2"))),
        Err(_) => Err(Refusal::NotAnIncidentNumber { word: parts::quoted(rest) }),
    }
}
