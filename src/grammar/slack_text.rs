//! Slack's wire text to plain text: what people saw when they typed it.
//!
//! On the wire a mention is `<@U1|ian>`, a link `<https://x|label>`, and `&`, `<` and `>` are entities. Tokens are
//! read first and entities decoded afterwards, once: a typed `<!channel>` comes as entities and stays mere text.

#[cfg(test)]
mod tests;

use super::emoji;
use domain::id::{ChannelId, UserId};
use domain::text;

/// Plain, clean text.
pub fn plain(wire: &str) -> String {
    text::clean(&emoji::signs(&decode(&untoken(wire))))
}

/// The person that a mention names: `<@U1>` or `<@U1|ian>`, with nothing beside it.
pub fn person(wire: &str) -> Option<UserId> {
    // Phones end a line with a full stop.
    let inside = wire.trim().trim_end_matches(['.', ',', '!']).strip_prefix("<@")?.strip_suffix('>')?;
    let (id, _) = split_label(inside);
    (is_id(id) && !inside.contains(['<', '>'])).then(|| UserId::from(id))
}

/// The channel that a mention names: `<#C1>` or `<#C1|inc-2-redis>`, with nothing beside it.
pub fn channel(wire: &str) -> Option<ChannelId> {
    let inside = wire.trim().strip_prefix("<#")?.strip_suffix('>')?;
    let (id, _) = split_label(inside);
    (is_id(id) && !inside.contains(['<', '>'])).then(|| ChannelId::from(id))
}

/// Where `<@...>` stands first, as byte offsets; with `of` only that person's mention.
pub fn mention(wire: &str, of: Option<&str>) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(start) = wire.get(from..)?.find("<@").map(|at| from + at) {
        let end = token_end(wire.get(start + 1..)?).map(|length| start + 1 + length + 1);
        let who = end.and_then(|end| wire.get(start..end)).and_then(person);
        if who.is_some_and(|who| of.is_none_or(|of| of == who.as_str())) {
            return end.map(|end| (start, end));
        }
        from = start + 2;
    }
    None
}

/// Whether it has the form of an id of Slack's.
pub fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric())
}

/// `target|label` in two; an empty label is none.
fn split_label(inside: &str) -> (&str, Option<&str>) {
    match inside.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.trim().is_empty())),
        None => (inside, None),
    }
}

/// Where the token that began before `after` ends; it holds no other token.
fn token_end(after: &str) -> Option<usize> {
    after.find(['<', '>']).filter(|end| after.as_bytes().get(*end) == Some(&b'>'))
}

fn untoken(wire: &str) -> String {
    let mut plain = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((before, after)) = rest.split_once('<') {
        plain.push_str(before);
        let inside = token_end(after).and_then(|end| after.get(..end));
        match inside.and_then(|inside| Some((spoken(inside)?, after.get(inside.len() + 1..)?))) {
            Some((words, after)) => {
                plain.push_str(&words);
                rest = after;
            }
            None => {
                plain.push('<');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// What a token says; `None` where it is no token of Slack's.
fn spoken(inside: &str) -> Option<String> {
    let (target, label) = split_label(inside);
    if let Some(id) = target.strip_prefix('@') {
        return is_id(id).then(|| with_sign('@', label.unwrap_or(id)));
    }
    if let Some(id) = target.strip_prefix('#') {
        return is_id(id).then(|| with_sign('#', label.unwrap_or(id)));
    }
    if let Some(special) = target.strip_prefix('!') {
        return special_mention(special, label);
    }
    is_link(target).then(|| link(target, label))
}

fn with_sign(sign: char, name: &str) -> String {
    if name.starts_with(sign) { name.to_owned() } else { format!("{sign}{name}") }
}

/// `<!channel>`, `<!subteam^S1|@oncall>`, `<!date^...|yesterday>`.
fn special_mention(special: &str, label: Option<&str>) -> Option<String> {
    let (kind, rest) = special.split_once('^').unwrap_or((special, ""));
    match kind {
        "channel" | "here" | "everyone" => Some(format!("@{kind}")),
        "subteam" => Some(with_sign('@', label.unwrap_or(rest))),
        _ => label.map(str::to_owned),
    }
}

fn is_link(target: &str) -> bool {
    let scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    !target.contains(char::is_whitespace)
        && target.split_once(':').is_some_and(|(name, rest)| {
            !rest.is_empty()
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.chars().all(scheme)
        })
}

/// A label that hides where the link goes is followed by the address.
fn link(target: &str, label: Option<&str>) -> String {
    match label {
        None => target.to_owned(),
        Some(label) if label == target || bare(label) == bare(target) => label.to_owned(),
        // A number is written with spaces, and dialled without.
        Some(label) if target.starts_with("tel:") && dialled(label) == dialled(target) => label.to_owned(),
        Some(label) => format!("{label} ({target})"),
    }
}

fn dialled(number: &str) -> String {
    number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// An address as people type it.
fn bare(target: &str) -> &str {
    let schemes = ["https://", "http://", "mailto:", "tel:"];
    let bare = schemes.iter().find_map(|scheme| target.strip_prefix(scheme)).unwrap_or(target);
    bare.trim_end_matches('/')
}

/// `&lt;`, `&gt;` and `&amp;`: the three that Slack writes, decoded once.
fn decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let entity = [("lt;", '<'), ("gt;", '>'), ("amp;", '&')]
            .into_iter()
            .find_map(|(name, c)| Some((c, after.strip_prefix(name)?)));
        let (c, after) = entity.unwrap_or(('&', after));
        decoded.push(c);
        rest = after;
    }
    decoded.push_str(rest);
    decoded
}
