//! Text from people, made safe to keep: plain, visible, and of a known length.

use std::collections::BTreeSet;

/// Longest title, in characters; a declaration's headline must fit a header block (150) with its lead.
pub const TITLE_MOST: usize = 120;
/// Longest free text (update, impact, note, root cause), in characters; Slack's inputs take 3,000.
pub const TEXT_MOST: usize = 2_500;

/// Keeps what can be seen: control characters become spaces, marks that reorder or hide text are dropped, lines
/// are kept, outer space goes.
pub fn clean(text: &str) -> String {
    let visible: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !is_hidden(*c))
        .map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
        .collect();
    visible.trim().to_owned()
}

/// [`clean`], on one line with single spaces.
pub fn clean_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Bidirectional controls, zero-width characters, the byte order mark and Unicode tags. The zero-width joiner
/// stays, for emoji are made with it.
pub fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{061C}' | '\u{200B}' | '\u{200C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// At most `most` characters, the last an ellipsis where something was cut.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// At most `most` characters, cut between two words where that leaves something of it.
pub fn cut_at_word(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short = shorten(text, most);
    let whole = short.trim_end_matches('…');
    let next_is_space = text.chars().nth(whole.chars().count()).is_some_and(char::is_whitespace);
    match whole.rsplit_once(char::is_whitespace).filter(|_| !next_is_space) {
        Some((words, _)) => format!("{}…", words.trim_end()),
        None => short,
    }
}

/// Whether two titles are most likely about the same thing: more than half of their words are the same, small ones apart.
pub fn sounds_like(one: &str, other: &str) -> bool {
    let (one, other) = (telling_words(one), telling_words(other));
    let (same, all) = (one.intersection(&other).count(), one.union(&other).count());
    match all {
        0 => one == other,
        _ => same * 5 >= all * 3,
    }
}

/// Whether two titles have the same words, whatever stands between them.
pub fn same_words(one: &str, other: &str) -> bool {
    telling_words(one) == telling_words(other)
}

/// The words of a title without the small ones, in lower case.
pub fn telling_words(text: &str) -> BTreeSet<String> {
    const SMALL: [&str; 14] =
        ["is", "are", "was", "the", "a", "an", "of", "on", "in", "for", "to", "at", "has", "have"];
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !SMALL.contains(word)).map(str::to_owned).collect()
}

/// A short sign for a text, the same for the same text (FNV-1a); nothing has 0.
pub fn fingerprint(text: Option<&str>) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.map_or(0, |text| text.bytes().fold(0xcbf2_9ce4_8422_2325, step))
}
