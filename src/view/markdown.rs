//! Texts from people where GitHub would make something of them: mentions, references, links, formatting, HTML.

use super::text::begins_something;

/// Parts what would be read as one thing, and shows nothing itself.
const JOINER: char = '\u{2060}';

/// Text that GitHub's Markdown shows as it stands, in one line: nobody is mentioned, no issue or commit referred to,
/// nothing closed, linked or formatted. For phrases inside a line, not at its beginning.
pub(super) fn inert(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 32);
    for (at, c) in chars.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(at + 1).copied();
        match c {
            '\n' => out.push_str("<br>"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Formulas; a backslash does not stop them.
            '$' => out.push_str("<span>$</span>"),
            // A backslash would not stop these: GitHub looks for them in the finished text.
            '@' | '#' => out.extend([c, JOINER]),
            ':' if begins_something(before, after) => out.extend([c, JOINER]),
            '.' if before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphabetic) => {
                out.extend([c, JOINER]);
            }
            '-' if matches!(before, Some('h' | 'H')) && after.is_some_and(|c| c.is_ascii_digit()) => {
                out.extend([c, JOINER]);
            }
            '\\' | '`' | '^' | '*' | '_' | '[' | ']' | '~' | '|' | '!' => out.extend(['\\', c]),
            c if begins_commit(&chars, at) => out.extend([c, JOINER]),
            c => out.push(c),
        }
    }
    out
}

/// The same as lines of their own: none of them begins a heading, a list, a quotation, a definition or code.
pub(super) fn inert_lines(text: &str) -> String {
    let line = |line: &str| begun(&inert(line.trim()));
    let paragraph = |lines: &[&str]| lines.iter().map(|it| line(it)).collect::<Vec<_>>().join("\\\n");
    let lines: Vec<&str> = text.lines().collect();
    let paragraphs = lines.split(|line| line.trim().is_empty()).filter(|lines| !lines.is_empty());
    paragraphs.map(paragraph).collect::<Vec<_>>().join("\n\n")
}

/// A line that begins with what would make something of it at the beginning alone.
fn begun(line: &str) -> String {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let sign = if digits == 0 { ['-', '+', '=', '#', ':'].as_slice() } else { ['.', ')'].as_slice() };
    match line.split_at_checked(digits) {
        Some((before, after)) if after.starts_with(sign) => format!("{before}\\{after}"),
        _ => line.to_owned(),
    }
}

/// A title, which knows no Markdown but code, and shows entities as they stand.
pub(super) fn inert_title(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in chars.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        match c {
            '`' => out.push('\u{02CB}'),
            '@' | '#' => out.extend([c, JOINER]),
            ':' if begins_something(before, chars.get(at + 1).copied()) => out.extend([c, JOINER]),
            c => out.push(c),
        }
    }
    out
}

/// Whether a word of 7 or more hexadecimal digits, both letters and numbers, begins at `at`.
fn begins_commit(chars: &[char], at: usize) -> bool {
    let inside = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric());
    if inside(at.checked_sub(1).and_then(|at| chars.get(at))) {
        return false;
    }
    let word: Vec<char> = chars.iter().skip(at).copied().take_while(|c| c.is_alphanumeric()).collect();
    word.len() >= 7
        && word.iter().all(char::is_ascii_hexdigit)
        && word.iter().any(char::is_ascii_digit)
        && word.iter().any(char::is_ascii_alphabetic)
}
