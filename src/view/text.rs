//! Texts from people where Slack could take them for mark-up.

use domain::text::{clean, shorten};

/// Drops what reorders or hides text, as the intake does, and keeps the outer blanks that join phrases.
pub(super) fn visible(text: &str) -> String {
    let blank = |c: &char| matches!(c, ' ' | '\n');
    let core = clean(text);
    let before: String = text.chars().take_while(blank).collect();
    if core.is_empty() {
        return before;
    }
    let after = text.chars().rev().take_while(blank).count();
    let after: String = text.chars().skip(text.chars().count() - after).collect();
    format!("{before}{core}{after}")
}

/// At most `most` UTF-16 units, the strictest way to count that Slack may have.
pub(super) fn within(text: &str, most: usize) -> String {
    let units = |text: &String| text.encode_utf16().count();
    let fitting = (1..=most).rev().map(|chars| shorten(text, chars)).find(|short| units(short) <= most);
    fitting.unwrap_or_default()
}

/// Text that Slack's mark-up (mrkdwn) shows as it stands: no mention, link, emoji code or formatting comes of it.
///
/// Slack knows no escape for its formatting characters, so they become look-alikes, and an invisible joiner parts
/// what would be read as an address or an emoji.
pub(super) fn inert(text: &str) -> String {
    const JOINER: char = '\u{2060}';
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in chars.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(at + 1).copied();
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => {
                // Slack takes even the escaped sign for a quotation at the start of a line.
                if before.is_none_or(|before| before == '\n') {
                    out.push(JOINER);
                }
                out.push_str("&gt;");
            }
            '*' => out.push('\u{2217}'),
            '~' => out.push('\u{223C}'),
            '`' => out.push('\u{02CB}'),
            // Inside a plain name (`api_key`) it is a letter to everyone; next to other signs only Slack knows.
            '_' if !(ascii(before) && ascii(after)) => out.push('\u{FF3F}'),
            ':' if begins_something(before, after) => out.extend([':', JOINER]),
            '.' if alphanumeric(before) && after.is_some_and(char::is_alphabetic) => {
                out.extend(['.', JOINER])
            }
            c => out.push(c),
        }
    }
    out
}

fn ascii(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_ascii_alphanumeric())
}

fn alphanumeric(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

/// An address (`https://`) or an emoji (`:wave:`), but not a time (`12:30`).
pub(super) fn begins_something(before: Option<char>, after: Option<char>) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let joins = after.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '+' | '-' | '_'));
    joins && !(digit(before) && digit(after))
}
