//! The parts of a line: numbers, severities, durations, texts.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::config::parse_duration;
use crate::domain::command::EtaText;
use crate::domain::refusal::Refusal;
use crate::domain::text::{self, TEXT_MOST, TITLE_MOST};
use crate::domain::{Severity, incident::severity::Status};
use crate::id::IncidentId;
use crate::intake::slack_text::plain;

/// Longest word that is quoted back.
const QUOTED_MOST: usize = 40;
/// Nobody who types a shorter time means it.
const SHORTEST: SignedDuration = SignedDuration::from_mins(1);
/// Nobody knows an end that is longer away.
const ETA_MOST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// The first word and what follows it.
pub fn split_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.split_once(char::is_whitespace).map_or((text, ""), |(word, rest)| (word, rest.trim()))
}

/// What comes before the last word, and that word.
pub fn split_last_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    text.rsplit_once(char::is_whitespace).map_or(("", text), |(rest, word)| (rest.trim(), word))
}

/// A person's words, safe and short enough to be quoted in a refusal.
pub fn quoted(wire: &str) -> String {
    let start: String = wire.chars().take(4 * QUOTED_MOST).collect();
    text::shorten(&text::clean_line(&plain(&start)), QUOTED_MOST)
}

/// `7`, `#7`, `INC-7`, `inc7`. `None` where it does not look like a number at all.
///
/// # Errors
/// Where it looks like one, and no incident can have it.
pub fn incident(word: &str) -> Result<Option<IncidentId>, Refusal> {
    let digits = digits_of_incident(word);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    match digits.parse() {
        Ok(number) => Ok(Some(IncidentId(number))),
        Err(_) => Err(Refusal::NotAnIncidentNumber { word: quoted(word) }),
    }
}

fn digits_of_incident(word: &str) -> &str {
    let word = word.strip_suffix([':', ',', '.', '!']).unwrap_or(word);
    let Some(rest) = word.strip_prefix('#') else {
        let inc = word.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("inc"));
        let rest = word.get(3..).filter(|_| inc);
        return rest.map_or(word, |rest| rest.strip_prefix('-').unwrap_or(rest));
    };
    rest
}

/// Whether a word is meant as a severity at the head of a declaration: `p1`, `P0`, `sev2`, `p1:`.
pub fn looks_like_severity(word: &str) -> bool {
    let digits = digits_of_severity(word);
    digits.is_some_and(|digits| (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn digits_of_severity(word: &str) -> Option<&str> {
    let word = word.trim_end_matches([':', ',', '.', '!', ';']);
    let prefixes = ["severity", "sev", "p"];
    let rest = prefixes.iter().find_map(|prefix| {
        let start = word.get(..prefix.len())?;
        start.eq_ignore_ascii_case(prefix).then(|| word.get(prefix.len()..)).flatten()
    })?;
    Some(rest.strip_prefix('-').unwrap_or(rest))
}

/// `p1`, `sev1`, `1`, or the runbook's word (`critical`).
///
/// # Errors
/// The word is no severity.
pub fn severity(word: &str) -> Result<Severity, Refusal> {
    let word = word.trim_end_matches(['.', '!', ';']);
    let bare = word.trim_end_matches([':', ',']);
    let named = Severity::ALL.into_iter().find(|severity| severity.word().eq_ignore_ascii_case(bare));
    let digits = digits_of_severity(word).unwrap_or(bare);
    named
        .or_else(|| Severity::parse(&format!("p{digits}")))
        .ok_or_else(|| Refusal::UnknownSeverity { word: quoted(bare) })
}

/// # Errors
/// The word is no status.
pub fn status(word: &str) -> Result<Status, Refusal> {
    Status::parse(word.trim_end_matches([':', ',', '.']))
        .ok_or_else(|| Refusal::UnknownStatus { word: quoted(word) })
}

/// A length of time from a minute up: nobody who types less means it.
///
/// # Errors
/// The word is no duration, or under a minute.
pub fn duration(word: &str) -> Result<SignedDuration, Refusal> {
    match parse_duration(&text::clean_line(word)) {
        Ok(duration) if duration < SHORTEST => Err(Refusal::TooShortATime { word: quoted(word) }),
        Ok(duration) => Ok(duration),
        Err(_) => Err(Refusal::NotADuration { word: quoted(word) }),
    }
}

/// A headline, on one line.
///
/// # Errors
/// Nothing is left of it, or it is too long.
pub fn title(wire: &str) -> Result<String, Refusal> {
    optional_title(wire)?.ok_or(Refusal::TitleMissing)
}

/// A headline, where there is one.
///
/// # Errors
/// It is too long.
pub fn optional_title(wire: &str) -> Result<Option<String>, Refusal> {
    let line = text::clean_line(&plain(wire));
    short("title", line.trim_start_matches(['-', ':', '–', '—', ' ']), TITLE_MOST)
}

/// A text that `command` cannot do without.
///
/// # Errors
/// Nothing is left of it, or it is too long.
pub fn text(command: &str, wire: &str) -> Result<String, Refusal> {
    optional_text(command, wire)?.ok_or_else(|| Refusal::TextMissing { command: command.into() })
}

/// A text, where there is one.
///
/// # Errors
/// It is too long.
pub fn optional_text(what: &str, wire: &str) -> Result<Option<String>, Refusal> {
    short(what, &plain(wire), TEXT_MOST)
}

/// `20m`, `in 20 minutes`, `~1h`, or an instant as howler's own forms show it (`2026-11-24 03:10 UTC`); everything else
/// is words, on one line, unless it is numbers that are no time to wait for (`-5m`, `99999999999h`, `1e308`).
///
/// # Errors
/// The words are too long, or such numbers.
pub fn optional_eta(wire: &str) -> Result<Option<EtaText>, Refusal> {
    let Some(words) = short("ETA", &text::clean_line(&plain(wire)), TITLE_MOST)? else { return Ok(None) };
    let bare = words.trim_start_matches(['~', '≈', '+']);
    let bare = match split_word(bare) {
        (first, rest) if first.eq_ignore_ascii_case("in") => rest,
        _ => bare,
    };
    let no_time = || Refusal::NotADuration { word: quoted(wire) };
    if let Ok(at) = DateTime::strptime("%Y-%m-%d %H:%M UTC", &words) {
        let at = at.to_zoned(TimeZone::UTC).map_err(|_| no_time())?;
        return Ok(Some(EtaText::At(at.timestamp())));
    }
    Ok(Some(match parse_duration(bare) {
        Ok(after) if after < SHORTEST => return Err(Refusal::TooShortATime { word: quoted(wire) }),
        Ok(after) if after <= ETA_MOST => EtaText::In(after),
        Ok(_) => return Err(no_time()),
        Err(_) if is_numbers(bare) => return Err(no_time()),
        Err(_) => EtaText::Words(words),
    }))
}

/// Whether nothing is said but numbers with their units: `-5 minutes`, `1e308`, `5m ago`. A clock (`18:00`) and a date are words.
fn is_numbers(text: &str) -> bool {
    const UNITS: [&str; 8] = ["ago", "sec", "min", "h", "day", "week", "month", "year"];
    let is_unit = |word: &str| UNITS.iter().any(|unit| word.to_lowercase().starts_with(unit));
    let is_number = |word: &str| {
        let bare = word.trim_start_matches(['-', '+', '.', '\u{2212}']);
        let unit = bare.trim_start_matches(|c: char| c.is_numeric() || matches!(c, '.' | ',' | '_'));
        bare.starts_with(char::is_numeric) && unit.chars().all(char::is_alphanumeric)
    };
    let mut words = text.split_whitespace();
    words.next().is_some_and(is_number) && words.all(|word| is_number(word) || is_unit(word))
}

/// Words to search for, on one line.
///
/// # Errors
/// Nothing is left of them, or they are too long.
pub fn search(command: &str, wire: &str) -> Result<String, Refusal> {
    let words = short("search", &text::clean_line(&plain(wire)), TITLE_MOST)?;
    words.ok_or_else(|| Refusal::TextMissing { command: command.into() })
}

fn short(what: &str, clean: &str, most: usize) -> Result<Option<String>, Refusal> {
    let length = clean.chars().count();
    if length > most {
        return Err(Refusal::TooLong { what: what.into(), length, most });
    }
    Ok(Some(clean.to_owned()).filter(|clean| !clean.is_empty()))
}
