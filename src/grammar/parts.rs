//! The parts of a line: numbers, severities, durations, texts.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::slack_text::plain;
use domain::command::EtaText;
use domain::duration::parse_duration;
use domain::id::IncidentId;
use domain::refusal::Refusal;
use domain::text::{self, TEXT_MOST, TITLE_MOST};
use domain::{Severity, incident::severity::Status};

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

/// Whether a word is meant as a severity at the head of a declaration: `p1`, `P0`, `sev2`, `p1:`, `critical`. `p95` is a latency.
pub fn looks_like_severity(word: &str) -> bool {
    let digits = digits_of_severity(word);
    let is_worst =
        || ["critical", "blocker"].iter().any(|worst| worst.eq_ignore_ascii_case(severity_word(word)));
    digits.is_some_and(|digits| digits.len() == 1 && digits.bytes().all(|b| b.is_ascii_digit())) || is_worst()
}

/// Whether a word is a level that cannot be read otherwise: `p1`, `sev2`.
pub fn is_level(word: &str) -> bool {
    digits_of_severity(word).is_some_and(|digits| Severity::parse(&format!("p{digits}")).is_some())
}

/// Other people's words for how bad it is.
const ELSEWHERE: [(&str, Severity); 13] = [
    ("p0", Severity::P1),
    ("sev0", Severity::P1),
    ("sev-0", Severity::P1),
    ("blocker", Severity::P1),
    ("emergency", Severity::P1),
    ("disaster", Severity::P1),
    ("major", Severity::P2),
    ("urgent", Severity::P2),
    ("moderate", Severity::P3),
    ("normal", Severity::P3),
    ("minor", Severity::P3),
    ("trivial", Severity::P4),
    ("cosmetic", Severity::P4),
];

/// The severity that a word from elsewhere stands for.
pub fn from_elsewhere(word: &str) -> Option<Severity> {
    let word = severity_word(word);
    ELSEWHERE.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, severity)| *severity)
}

fn severity_word(word: &str) -> &str {
    word.trim_end_matches([':', ',', '.', '!', ';'])
}

fn digits_of_severity(word: &str) -> Option<&str> {
    let word = severity_word(word);
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
    let bare = severity_word(word);
    let named = Severity::ALL.into_iter().find(|severity| severity.word().eq_ignore_ascii_case(bare));
    let digits = digits_of_severity(word).unwrap_or(bare);
    named
        .or_else(|| Severity::parse(&format!("p{digits}")))
        .or_else(|| from_elsewhere(bare))
        .ok_or_else(|| Refusal::UnknownSeverity { word: quoted(bare) })
}

/// Words that say nothing at the end of a line.
const MANNERS: [&str; 9] = ["please", "pls", "plz", "thanks", "thx", "ty", "now", "bitte", "danke"];

/// The line without what is only polite.
pub fn without_manners(words: &str) -> &str {
    let (before, last) = split_last_word(words);
    let bare = last.trim_end_matches(['!', '.', ',', '?', ';']);
    let polite = MANNERS.iter().any(|manners| manners.eq_ignore_ascii_case(bare));
    if polite || (bare.is_empty() && !last.is_empty()) {
        return without_manners(before);
    }
    words.trim_end_matches(['!', '.', ',', '?', ';'])
}

/// # Errors
/// The word is no status.
pub fn status(word: &str) -> Result<Status, Refusal> {
    Status::parse(word.trim_end_matches([':', ',', '.', '!', ';']))
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

/// A headline that is never too long: it is cut at a word, and all of it comes beside it where something was cut.
pub fn headline(wire: &str) -> Option<(String, Option<String>)> {
    let whole = plain(wire);
    let line = text::clean_line(&whole);
    let line = line.trim_start_matches(super::tidy::is_sign).trim_start();
    // "???" is a title, "..." is one too.
    let line = if line.is_empty() { whole.trim() } else { line };
    let title = text::cut_at_word(&text::clean_line(line), TITLE_MOST);
    let cut = title.chars().count() < line.chars().count();
    (!title.is_empty()).then(|| (title, cut.then(|| text::shorten(&whole, TEXT_MOST))))
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
