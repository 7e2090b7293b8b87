//! The text after `/incident` or `@howler` becomes a [`Line`]. Pure: no clock, no state, no Slack calls.
//!
//! The text is as it came on the wire, so that a mention still says who is meant; every text that is kept goes
//! through [`slack_text`].
//!
//! A number before or after the verb names the incident, whatever the verb. Where it may be a part of the text as well the
//! line is a [`Command::Either`], and whoever knows the incidents decides or asks.

mod about_one;
mod after;
mod alerts;
mod credential;
mod emoji;
mod held;
mod maintenance;
mod merge;
mod metrics;
mod number;
pub mod oncall;
pub mod parts;
pub mod runbook;
mod sentence;
pub mod slack_text;
mod tagged;
mod tidy;
mod together;
mod verbs;
mod words;

#[cfg(test)]
mod tests;

use jiff::SignedDuration;

use self::parts::split_word;
use self::words::Verb;
use domain::alert::line::AlertsLine;
use domain::command::{Command, Line};
use domain::feature::FeatureLine;
use domain::id::IncidentId;
use domain::oncall::line::Oncall;
use domain::refusal::{Doubt, Refusal};

/// How long a bare `snooze` puts a reminder off.
pub const SNOOZE: SignedDuration = SignedDuration::from_mins(15);

/// Reads a line. Verbs are read in any case; nothing typed is help.
///
/// # Errors
/// What was not understood, or what is missing or too long; with lines to choose from where something like it is known.
pub fn parse(text: &str) -> Result<Line, Refusal> {
    let text = tidy::tidied(text);
    let text = strip_own_name(&text);
    let (first, rest) = split_word(text);
    if is_oncall(first) {
        return oncall_line(rest);
    }
    // Nothing else is asked for by these words, and messages tell people to send `phone off`.
    if ["who", "who's", "whos", "phone"]
        .iter()
        .any(|word| first.trim_end_matches('?').replace('’', "'").eq_ignore_ascii_case(word))
    {
        return oncall_line(text).map_err(|refusal| sentence::known(text).unwrap_or(refusal));
    }
    if is_runbook(first) {
        return Ok(runbook_line(rest));
    }
    if let Some(line) = parse_feature(first, rest) {
        return line;
    }
    if only_looks(first, rest) {
        return Ok(runbook_line(text));
    }
    if let Some(line) = tagged::tagged(text) {
        return line;
    }
    if let Some((named, rest)) = number::first(text)? {
        return about_one::named(named, rest);
    }
    match number::bare(first)? {
        Some(incident) => about_one::named(number::Named::Number(incident), rest),
        None => unnumbered(text),
    }
}

/// Reads the text after `/oncall`.
///
/// # Errors
/// As [`parse`].
pub fn parse_oncall(text: &str) -> Result<Line, Refusal> {
    let text = tidy::tidied(text);
    let mut text = text.as_str();
    while let (first, rest) = split_word(text)
        && is_oncall(first)
    {
        text = rest;
    }
    oncall_line(text)
}

/// Reads the text after `/runbook`.
pub fn parse_runbook(text: &str) -> Line {
    let text = tidy::bare(text);
    match split_word(&text) {
        (first, rest) if is_runbook(first) => runbook_line(rest),
        _ => runbook_line(&text),
    }
}

fn runbook_line(text: &str) -> Line {
    let (first, rest) = split_word(text);
    let word = first.trim_end_matches([':', ',', '.', '!', '?']);
    if ["metrics", "metric"].iter().any(|name| word.eq_ignore_ascii_case(name)) {
        return here(Command::Feature(Box::new(FeatureLine::Metrics(metrics::parse(rest)))));
    }
    Line { incident: None, command: Command::Runbook(runbook::parse(text)) }
}

/// Reads the text after the slash command of a part that has one of its own; `None` where `command` is none of these. What is said there
/// of incidents, as `merge 2 into 1`, is asked about.
pub fn parse_feature(command: &str, text: &str) -> Option<Result<Line, Refusal>> {
    let text = tidy::tidied(text);
    let is = |name: &str| command.strip_prefix('/').unwrap_or(command).eq_ignore_ascii_case(name);
    let line = match () {
        () if is("alerts") || is("alert") => match alerts::parse(&text) {
            AlertsLine::Unclear(unclear) if alerts::may_be_of_incidents(&unclear) => match of_two(&text) {
                Some(asks) => return Some(Err(asks)),
                None => FeatureLine::Alerts(AlertsLine::Unclear(unclear)),
            },
            line => FeatureLine::Alerts(line),
        },
        () if is("maintenance") => FeatureLine::Maintenance(maintenance::parse(&text)),
        () => return None,
    };
    Some(Ok(here(Command::Feature(Box::new(line)))))
}

/// What a line says of two incidents that are one, or two again, as a question.
fn of_two(text: &str) -> Option<Refusal> {
    let of_two = |line: &Line| {
        matches!(
            line.command.core(),
            Command::Merge { .. } | Command::MergeIntoChannel { .. } | Command::Split
        ) || matches!(line.command.core(), Command::Cancel { of: Some(_), .. })
    };
    match parse(text) {
        Ok(line) if of_two(&line) => Some(Refusal::unsure(Doubt::Sentence, [line])),
        Err(Refusal::Unsure { doubt, meanings, asked })
            if meanings.iter().all(|meaning| of_two(&meaning.line)) =>
        {
            Some(Refusal::Unsure { doubt, meanings, asked })
        }
        _ => None,
    }
}

/// The runbook's words that nothing else is asked for by: `diagnose event-stream`, `health`, `logs web`. A sentence that begins
/// with one is none.
fn only_looks(first: &str, rest: &str) -> bool {
    let words = rest.split_whitespace().filter(|word| !word.contains('=')).count();
    let most = [("diagnose", usize::MAX), ("health", 0), ("logs", 1), ("metrics", 3)];
    most.iter().any(|(word, most)| first.eq_ignore_ascii_case(word) && words <= *most)
}

fn is_runbook(word: &str) -> bool {
    word.strip_prefix('/').unwrap_or(word).eq_ignore_ascii_case("runbook")
}

fn oncall_line(text: &str) -> Result<Line, Refusal> {
    if let Some(line) = credential::parse(text) {
        return Ok(here(Command::Feature(Box::new(FeatureLine::Credential(line)))));
    }
    match oncall::parse(text) {
        Ok(line) => Ok(Line { incident: None, command: Command::Oncall(Box::new(line)) }),
        Err(refusal @ Refusal::UnknownWord { .. }) => Err(oncall_meant(text).unwrap_or(refusal)),
        Err(Refusal::When { after, .. }) if after == "who" => Err(when_is_it()),
        Err(refusal) => Err(refusal),
    }
}

/// What somebody may want who says something else after `/oncall`.
fn oncall_meant(text: &str) -> Option<Refusal> {
    let (first, rest) = split_word(text);
    if let Some(line) = oncall::mistyped(text) {
        let command = Command::Oncall(Box::new(line));
        let doubt = Doubt::Mistyped { word: parts::quoted(first) };
        return Some(Refusal::unsure(doubt, [Line { incident: None, command }]));
    }
    if parts::looks_like_severity(first) || words::verb(first).is_some() {
        let line = parse(text).ok()?;
        return Some(Refusal::unsure(Doubt::Mistyped { word: parts::quoted(first) }, [line]));
    }
    sentence::about_oncall(text, rest)
}

/// A question about who it is at a time that nobody can tell from the words.
fn when_is_it() -> Refusal {
    let lines = [Oncall::Who { when: None }, Oncall::Schedule { weeks: sentence::WEEKS }];
    Refusal::unsure(Doubt::Sentence, lines.map(|line| here(Command::Oncall(Box::new(line)))))
}

fn is_oncall(word: &str) -> bool {
    let word = word.strip_prefix('/').unwrap_or(word);
    ["oncall", "on-call"].iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// `@howler /incident list` means `list`.
fn strip_own_name(mut text: &str) -> &str {
    loop {
        let (word, rest) = split_word(text);
        if !["/incident", "incident", "@howler", "howler"].iter().any(|own| own.eq_ignore_ascii_case(word)) {
            return text;
        }
        text = rest;
    }
}

fn unnumbered(text: &str) -> Result<Line, Refusal> {
    let (first, rest) = split_word(text);
    if parts::looks_like_severity(first) {
        return Ok(here(verbs::declared(first, rest)?));
    }
    if let Some(verb) = verb_of(first) {
        let line = about_one::verb_line(verb, first, rest)?;
        let asks = after::may_be_a_title(&line.command, verb, rest).then(|| sentence::unknown(None, text));
        return asks.flatten().map_or(Ok(line), Err);
    }
    if let Some(command) = anyway(first, rest) {
        return Ok(here(command));
    }
    // The example that people shorten: `commander @name`.
    if let Ok(role) = verbs::role_named(first)
        && let Ok(command) = verbs::role(text)
        && !matches!(command, Command::Take { role: taken } if taken != role)
    {
        return Ok(here(command));
    }
    Err(not_known(None, text))
}

/// `anyway p1 Title`: what a question about the same title is answered with where there are no buttons.
fn anyway(first: &str, rest: &str) -> Option<Command> {
    let (severity, rest) = split_word(rest);
    if !first.eq_ignore_ascii_case("anyway") || !parts::looks_like_severity(severity) {
        return None;
    }
    let (command, note) = match verbs::declared(severity, rest).ok()? {
        Command::With { command, note } => (*command, Some(note)),
        command => (command, None),
    };
    match command {
        Command::Declare { severity, title } => Some(Command::DeclareAnyway { severity, title, note }),
        _ => None,
    }
}

fn here(command: Command) -> Line {
    Line { incident: None, command }
}

fn verb_of(word: &str) -> Option<Verb> {
    // What is open, with the buttons to go on.
    if word.is_empty() {
        return Some(Verb::List);
    }
    let bare = word.trim_end_matches([':', ',', '.', '!', ';']);
    let asks = bare.strip_suffix('?').and_then(words::verb);
    // A question about what would change something is no order.
    let reads = [Verb::List, Verb::Show, Verb::Timeline, Verb::Doctor, Verb::Help, Verb::Status];
    words::verb(bare).or_else(|| words::verb(word)).or(asks.filter(|verb| reads.contains(verb)))
}

/// Why a line was not understood, with what it may mean.
fn not_known(incident: Option<IncidentId>, text: &str) -> Refusal {
    tagged::first(not_understood(incident, text), text)
}

fn not_understood(incident: Option<IncidentId>, text: &str) -> Refusal {
    if let Some(meant) = together::said(incident, text) {
        return meant;
    }
    let (first, rest) = split_word(text);
    let bare = first.trim_end_matches([':', ',', '.', '!', ';', '?']);
    let shown = parts::quoted(first);
    let trimmed = shown.trim_end_matches([':', ',', '.', '!', ';', '?']);
    let word = if trimmed.is_empty() { shown.clone() } else { trimmed.to_owned() };
    let named = |line: Line| match line.command.is_about_one() {
        true => Line { incident: incident.or(line.incident), ..line },
        false => line,
    };
    let hesitant = words::verb(bare).filter(|_| first.ends_with('?'));
    let verb = hesitant.map(|_| bare).or_else(|| words::nearest(bare));
    let (line, asked) = match verb.map(|verb| parse(&format!("{verb} {rest}"))) {
        Some(Ok(line)) => (Some(line), None),
        Some(Err(asked @ Refusal::Unsure { .. })) => (None, Some(asked)),
        _ => (None, None),
    };
    let doubt = |word: &str| match hesitant {
        Some(_) => Doubt::Hesitant,
        None => Doubt::Mistyped { word: word.to_owned() },
    };
    // Ordinary words are near to some of howler's: a sentence of a known kind is one.
    let sentence = || sentence::known(text);
    match line {
        Some(line) if hesitant.is_some() => Refusal::unsure(doubt(&word), [named(line)]),
        Some(line) => sentence().unwrap_or_else(|| Refusal::unsure(doubt(&word), [named(line)])),
        None => sentence()
            .or_else(|| oncall_word(bare, text))
            .or_else(|| asked.filter(|_| incident.is_none()))
            .or_else(|| sentence::unknown(incident, text))
            .unwrap_or_else(|| Refusal::UnknownWord { word, nearest: verb.map(str::to_owned) }),
    }
}

/// A word of `/oncall` that was typed without it. `add @user` may mean the incident's channel.
fn oncall_word(first: &str, text: &str) -> Option<Refusal> {
    let line = oncall::parse(text).ok().filter(|_| !first.is_empty())?;
    let invite = match &line {
        Oncall::Add { person } => Some(here(Command::Invite { people: vec![person.clone()] })),
        _ => None,
    };
    let lines = invite.into_iter().chain([here(Command::Oncall(Box::new(line)))]);
    Some(Refusal::unsure(Doubt::Mistyped { word: parts::quoted(first) }, lines))
}

fn unknown(word: &str, nearest: Option<&str>) -> Refusal {
    Refusal::UnknownWord { word: parts::quoted(word), nearest: nearest.map(str::to_owned) }
}
