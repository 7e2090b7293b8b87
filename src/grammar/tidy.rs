//! What telephones, keyboards and habits put around a line, taken off before it is read: quotes, bold, marks that nobody sees,
//! full-width letters, and signs that stick to the first word.

use super::parts::split_word;
use super::words;
use domain::text;

/// Signs that open and close a whole line.
const AROUND: [(char, char); 13] = [
    ('`', '`'),
    ('"', '"'),
    ('\'', '\''),
    ('“', '”'),
    ('„', '“'),
    ('„', '”'),
    ('“', '“'),
    ('‘', '’'),
    ('«', '»'),
    ('「', '」'),
    ('*', '*'),
    ('_', '_'),
    ('~', '~'),
];
/// Signs at either end of a first word that say nothing.
const BESIDE: [char; 19] =
    ['*', '_', '~', '`', '(', ')', '[', ']', '"', '\'', '“', '”', '„', '‘', '’', '«', '»', '「', '」'];

/// Signs between a first word and what follows.
pub(super) fn is_sign(c: char) -> bool {
    matches!(
        c,
        ':' | ','
            | ';'
            | '.'
            | '!'
            | '-'
            | '–'
            | '—'
            | '―'
            | '…'
            | '·'
            | '•'
            | '|'
            | '/'
            | '：'
            | '，'
            | '！'
            | '。'
    )
}

/// The line without what stands around it. Phones write one long dash for two short ones.
pub(super) fn bare(wire: &str) -> String {
    let seen: String = wire.chars().filter(|c| !text::is_hidden(*c)).collect();
    let line = unwrapped(seen.trim());
    match line.strip_prefix(['–', '—']) {
        Some(rest) if rest.starts_with(char::is_alphabetic) => format!("--{rest}"),
        _ => line.to_owned(),
    }
}

/// The line as it would have been typed with care.
pub(super) fn tidied(wire: &str) -> String {
    let line = bare(wire);
    let (first, rest) = split_word(&line);
    // A sign that stands alone, as in a list.
    if !first.is_empty() && first.chars().all(is_sign) && !rest.is_empty() && !first.starts_with("--") {
        return tidied(rest);
    }
    let bare = ascii(first.trim_start_matches('!')).trim_matches(BESIDE).to_owned();
    let first = if bare.is_empty() { first.to_owned() } else { bare };
    match stuck(&first) {
        Some((word, more)) => format!("{word} {} {rest}", more.trim_start_matches(is_sign)).trim().to_owned(),
        None if rest.is_empty() => first,
        None => format!("{first} {rest}"),
    }
}

fn unwrapped(line: &str) -> &str {
    let inside = AROUND.iter().find_map(|(open, close)| {
        let inside = line.strip_prefix(*open)?.strip_suffix(*close)?;
        (*open == '`' || !inside.contains([*open, *close])).then_some(inside)
    });
    match inside {
        Some(inside) => unwrapped(inside.trim_matches('`').trim()),
        None => line,
    }
}

/// Full-width letters, digits and signs as the ones of every keyboard.
fn ascii(word: &str) -> String {
    let narrow = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    };
    word.chars().map(narrow).collect()
}

/// A severity or a verb, and what sticks to it behind a sign: `p1—T`, `update:Restarted`.
fn stuck(first: &str) -> Option<(&str, &str)> {
    let end = severity_end(first).or_else(|| {
        let end = first.find(|c: char| is_sign(c) && c != '-')?;
        words::verb(first.get(..end)?).map(|_| end)
    })?;
    let (word, more) = first.split_at_checked(end)?;
    let sign = more.chars().next()?;
    is_sign(sign).then_some((word, more))
}

/// Where a severity at the beginning of a word ends.
fn severity_end(word: &str) -> Option<usize> {
    let rest = ["severity", "sev", "p"].iter().find_map(|prefix| {
        let head = word.get(..prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then(|| word.get(prefix.len()..)).flatten()
    })?;
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    (length == 1).then(|| word.len() - digits.len() + length)
}
