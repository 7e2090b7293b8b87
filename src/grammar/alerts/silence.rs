//! What is to be silent, for how long, and why.

use std::collections::BTreeMap;

use super::{REASON_MOST, alert, beside, is_named, several, source, time};
use crate::parts::{self, quoted, split_word};
use crate::slack_text;
use domain::alert::line::{AlertsLine, Silenced, Unclear};
use domain::alert::silence::Matcher;
use domain::text;

/// `A-12 2h why`, `source=grafana team=stream 2h why`, and the time before what is to be silent. Where an alert is named and the rest is
/// not clear, its buttons ask.
pub(super) fn silence(rest: &str) -> Result<AlertsLine, Unclear> {
    let plain = equal_signs(&slack_text::plain(rest));
    match slip(&plain) {
        Some((word, known)) => Err(asks_back(&plain, word, known)),
        None => silence_of(&plain),
    }
}

fn silence_of(plain: &str) -> Result<AlertsLine, Unclear> {
    let (first, why) = match time(plain) {
        Some((long, rest)) => (Some(long), rest),
        None => (None, plain),
    };
    let (what, behind) = silenced(why)?;
    let how = |unclear| match &what {
        Silenced::Alert(alert) => Ok(AlertsLine::SilenceHow { alert: *alert }),
        Silenced::Matching(_) => Err(unclear),
    };
    let timed = first.map(|long| (long, behind)).or_else(|| time(behind));
    let Some((long, why)) = timed else { return how(Unclear::NoTime) };
    let why = text::clean_line(why);
    match why.chars().count() {
        0 => how(Unclear::NoReason),
        many if many > REASON_MOST => {
            Err(Unclear::ReasonTooLong { most: REASON_MOST, of: "silence".to_owned() })
        }
        _ => Ok(AlertsLine::Silence { what, long, why }),
    }
}

/// What is to be silent, and what is behind it.
fn silenced(text: &str) -> Result<(Silenced, &str), Unclear> {
    let (first, _) = split_word(text);
    if first.is_empty() {
        return Err(Unclear::NoTime);
    }
    if !is_named(first) && (first.contains('=') || source("silence", first).is_ok()) {
        let (matcher, behind) = matcher(text)?;
        return Ok((Silenced::Matching(matcher), behind));
    }
    let (alert, behind) = alert("silence", text)?;
    // A number right behind one is a time, or one without its unit.
    if !behind.trim_start().starts_with(|sign: char| sign.is_ascii_digit()) {
        several("silence", alert, beside(behind))?;
    }
    Ok((Silenced::Alert(alert), behind))
}

/// `source=grafana team=stream`, and what is behind it.
fn matcher(mut text: &str) -> Result<(Matcher, &str), Unclear> {
    let mut matcher = Matcher { source: None, key: None, labels: BTreeMap::new() };
    loop {
        let (word, rest) = split_word(text);
        // `grafana 2h the move`
        if matcher == Matcher::default() && !word.contains('=') {
            matcher.source = Some(source("silence", word)?);
            text = rest;
            continue;
        }
        let Some((name, value)) = word.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            return Ok((matcher, text));
        };
        match name.to_lowercase().as_str() {
            "source" => matcher.source = Some(source("silence", value)?),
            "key" => matcher.key = Some(value.to_owned()),
            known => {
                // `label=team=stream`, as the help may be read.
                let (name, value) = match known {
                    "label" => value.split_once('=').unwrap_or((name, value)),
                    _ => (name, value),
                };
                let is_level = parts::is_level(value) && !value.bytes().all(|byte| byte.is_ascii_digit());
                if name.eq_ignore_ascii_case("severity") && is_level {
                    return Err(Unclear::BySeverity);
                }
                matcher.labels.insert(name.to_owned(), value.to_owned());
            }
        }
        text = rest;
    }
}

/// What a silence goes by.
const SELECTORS: [&str; 4] = ["source", "key", "label", "severity"];

/// `source = grafana` and `source: grafana` are `source=grafana`.
fn equal_signs(text: &str) -> String {
    let (before, text) = match time(text) {
        Some((_, rest)) => (text.get(..text.len() - rest.len()).unwrap_or_default(), rest),
        None => ("", text),
    };
    let (first, rest) = split_word(text);
    let known = |word: &str| SELECTORS.iter().any(|known| known.eq_ignore_ascii_case(word));
    let (name, value) = match (first.split_once(':'), rest.strip_prefix('=')) {
        (Some((name, value)), None) if known(name) => (name, format!("{value} {rest}")),
        (None, Some(value)) if known(first) => (first, value.trim_start().to_owned()),
        (None, None) if first.ends_with('=') => (first.trim_end_matches('='), rest.to_owned()),
        _ => return format!("{before}{text}"),
    };
    format!("{before}{name}={}", value.trim_start())
}

/// The first of the selectors that is nearly one of howler's words, and that word.
fn slip(text: &str) -> Option<(&str, &'static str)> {
    let mut rest = time(text).map_or(text, |(_, rest)| rest);
    loop {
        let (word, behind) = split_word(rest);
        let (name, _) = word.split_once('=')?;
        let name = name.to_lowercase();
        if !SELECTORS.contains(&name.as_str())
            && let Some(known) = SELECTORS.iter().find(|known| is_nearly(&name, known))
        {
            return Some((word, known));
        }
        rest = behind;
    }
}

/// One letter wrong, missing, too many or swapped; two in a longer word. The beginning of one is meant as well.
fn is_nearly(word: &str, known: &str) -> bool {
    let most = if known.len() <= 5 { 1 } else { 2 };
    let begun = word.len() >= 3 && known.starts_with(word);
    begun || strsim::damerau_levenshtein(word, known) <= most
}

/// A slip is asked back; what is wrong with what was most likely meant is told at once.
fn asks_back(text: &str, word: &str, known: &str) -> Unclear {
    let value = word.split_once('=').map_or("", |(_, value)| value);
    let (meant, label) = (format!("{known}={value}"), format!("label={word}"));
    let line = |with: &str| silence_of(&text.replacen(word, with, 1));
    let meant_line = match line(&meant) {
        Err(wrong @ (Unclear::Source { .. } | Unclear::BySeverity)) => return wrong,
        read => read.ok(),
    };
    let lines = meant_line.into_iter().zip(line(&label).ok()).flat_map(|(one, other)| [one, other]);
    let lines = lines.filter(|line| matches!(line, AlertsLine::Silence { .. })).collect();
    Unclear::Selector { word: quoted(word), meant: quoted(&meant), label: quoted(&label), lines }
}
