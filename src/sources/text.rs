//! Texts of others, made fit to keep: plain, cut to size, without secrets. They are not escaped yet: that is the view's.

use std::collections::BTreeMap;

use domain::alert::signal::Link;
use domain::text::{TITLE_MOST, clean_line, shorten};
use redact::{Redactor, is_secret};

/// Longest value of a fact, in signs.
const VALUE_MOST: usize = 300;
/// Longest name of a fact, in signs.
const NAME_MOST: usize = 64;
/// Most facts of one alert.
const FACTS_MOST: usize = 40;
/// Longest address, in bytes; a longer one is left out, for half an address leads nowhere.
const URL_MOST: usize = 2_000;
/// Most links of one alert.
const LINKS_MOST: usize = 6;
/// How much of a text is looked at before it is cut: secrets at the cut are seen whole.
const LOOKED_AT: usize = 4;

/// Shorter texts hold no secret, in bytes: neither a known one nor one that a pattern tells.
const SHORTEST: usize = 6;

/// Facts that rules and people ask for first; where there are too many, these stay.
const FIRST: [&str; 14] = [
    "alertname",
    "severity",
    "team",
    "service",
    "instance",
    "job",
    "namespace",
    "cluster",
    "env",
    "environment",
    "region",
    "component",
    "host",
    "source",
];

/// On one line, at most `most` signs, without secrets. `name` is what the text is called where it stands.
pub fn line(redactor: &Redactor, name: &str, text: &str, most: usize) -> String {
    if is_secret(name, "") {
        return "[secret]".to_owned();
    }
    let begins: String = text.chars().take(most * LOOKED_AT).collect();
    let plain = clean_line(&begins);
    if plain.len() < SHORTEST {
        return plain;
    }
    shorten(&redactor.redact_named(&plain, name), most)
}

/// A title.
pub fn title(redactor: &Redactor, text: &str) -> String {
    line(redactor, "", text, TITLE_MOST)
}

/// Facts by name; tells how many were left out.
pub fn facts(
    redactor: &Redactor,
    pairs: impl IntoIterator<Item = (String, String)>,
) -> (BTreeMap<String, String>, usize) {
    let mut pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
    let rank = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
    // Of the same name the last one counts, as with JSON.
    let all: BTreeMap<_, _> = pairs.drain(..).collect();
    let mut sorted: Vec<_> = all.into_iter().collect();
    sorted.sort_by_key(|(name, _)| rank(name));
    let left_out = sorted.len().saturating_sub(FACTS_MOST);
    let kept = sorted.into_iter().take(FACTS_MOST).map(|(name, value)| {
        let shown = match address(redactor, &value) {
            Some(address) => shorten(&address, VALUE_MOST),
            None => line(redactor, &name, &value, VALUE_MOST),
        };
        let name = match clean_line(&name) {
            blank if blank.is_empty() => "(no name)".to_owned(),
            name if name.len() < SHORTEST => name,
            name => shorten(&redactor.redact(&name), NAME_MOST),
        };
        (name, shown)
    });
    (kept.collect(), left_out)
}

/// Links that can be followed, each once.
pub fn links<'t>(redactor: &Redactor, all: impl IntoIterator<Item = (&'t str, Option<String>)>) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for (text, url) in all {
        let Some(url) = url.and_then(|url| address(redactor, &url)) else { continue };
        if links.len() < LINKS_MOST && links.iter().all(|known| known.url != url) {
            let text = line(redactor, "", text, NAME_MOST);
            links.push(Link { text: if text.is_empty() { "Link".into() } else { text }, url });
        }
    }
    links
}

/// An address of the web without secrets: known values, passwords, and what is called a token in its query. Long ids in its path stay,
/// for without them it leads nowhere.
pub fn address(redactor: &Redactor, url: &str) -> Option<String> {
    let url = url.trim();
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let is_web = lower.starts_with("https://") || lower.starts_with("http://");
    let is_plain = !url
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '|' | '"' | '`' | '\\'));
    let has_host = url
        .split_once("://")
        .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['));
    if !is_web || !is_plain || !has_host || url.len() > URL_MOST {
        return None;
    }
    let (place, rest) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
    let mut shown = place.to_owned();
    for part in rest.split_inclusive(['?', '#', '&', ';']) {
        let (pair, end) = match part.char_indices().last() {
            Some((at, '?' | '#' | '&' | ';')) => part.split_at(at),
            _ => (part, ""),
        };
        match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_secret_parameter(name) => {
                shown.push_str(name);
                shown.push_str("=[secret]");
            }
            _ => shown.push_str(pair),
        }
        shown.push_str(end);
    }
    Some(redactor.without_known(&shown))
}

fn is_secret_parameter(name: &str) -> bool {
    let lower = name.to_lowercase();
    is_secret(name, "") || matches!(lower.as_str(), "sig" | "signature" | "code" | "key" | "session")
}

/// A text in which HTML's signs are written out, as Uptime Robot does.
pub fn without_entities(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        // The longest entity that is read: `&#x10FFFF;`.
        let end = from.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(from.get(1..end)?)?, end))) {
            Some((sign, end)) => {
                plain.push(sign);
                rest = from.get(end + 1..).unwrap_or_default();
            }
            None => {
                plain.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}
