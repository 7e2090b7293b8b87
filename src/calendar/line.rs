//! Content lines (RFC 5545, 3.1) and text values (3.3.11).

use super::problem::{Problem, Trouble};

/// `NAME;PARAM=value:value`, unfolded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins in the file, from 1.
    pub at: usize,
    /// In upper case.
    pub name: String,
    params: Vec<(String, String)>,
    pub value: String,
}

impl Line {
    /// A parameter's value, without its quotes.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// A parameter's value, which people write in any case, in upper case.
    pub fn param_upper(&self, name: &str) -> Option<String> {
        self.param(name).map(|value| value.trim().to_ascii_uppercase())
    }

    /// The value as text: escapes resolved.
    pub fn text(&self) -> String {
        unescape(&self.value)
    }
}

/// All lines of a file. Lines end with CRLF or LF; folding may cut a character in two.
pub(super) fn lines(bytes: &[u8], problems: &mut Vec<Problem>) -> Vec<Line> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut whole: Vec<(usize, Vec<u8>)> = Vec::new();
    for (at, raw) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        match (raw.split_first(), whole.last_mut()) {
            (Some((b' ' | b'\t', rest)), Some((_, line))) => line.extend_from_slice(rest),
            _ => whole.push((at + 1, raw.to_vec())),
        }
    }
    let mut lines = Vec::new();
    for (at, raw) in whole {
        let text = String::from_utf8_lossy(&raw);
        if matches!(text, std::borrow::Cow::Owned(_)) {
            problems.push(Trouble::NotText.at(at));
        }
        if text.trim().is_empty() {
            continue;
        }
        match parse(at, &text) {
            Some(line) => lines.push(line),
            None => problems.push(Trouble::NotALine(Trouble::quoted(&text)).at(at)),
        }
    }
    lines
}

/// A file as text, where only folding has cut characters in two: each fold goes behind its character. `None` where it
/// is not UTF-8 in other ways.
pub fn text(bytes: Vec<u8>) -> Option<String> {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Some(text),
        Err(error) => error.into_bytes(),
    };
    const FOLDS: [&[u8]; 4] = [b"\r\n ", b"\r\n\t", b"\n ", b"\n\t"];
    let mut whole: Vec<u8> = Vec::with_capacity(bytes.len());
    let (mut rest, mut folds, mut missing) = (bytes.as_slice(), Vec::new(), 0_usize);
    while let Some((byte, after)) = rest.split_first() {
        let fold = FOLDS.iter().find(|fold| missing > 0 && rest.starts_with(fold));
        if let Some(fold) = fold {
            folds.extend_from_slice(fold);
            rest = rest.get(fold.len()..)?;
            continue;
        }
        missing = match byte {
            0xC0..=0xDF => 1,
            0xE0..=0xEF => 2,
            0xF0..=0xF7 => 3,
            _ => missing.saturating_sub(1),
        };
        whole.push(*byte);
        if missing == 0 {
            whole.append(&mut folds);
        }
        rest = after;
    }
    String::from_utf8(whole).ok()
}

fn parse(at: usize, text: &str) -> Option<Line> {
    let (head, value) = split_outside_quotes(text, ':')?;
    let mut parts = Vec::new();
    let mut rest = head;
    while let Some((part, more)) = split_outside_quotes(rest, ';') {
        parts.push(part);
        rest = more;
    }
    parts.push(rest);
    let (name, params) = parts.split_first()?;
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return None;
    }
    let params = params.iter().map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.to_ascii_uppercase(), value.replace('"', ""))
    });
    Some(Line { at, name: name.to_ascii_uppercase(), params: params.collect(), value: value.to_owned() })
}

/// Splits at the first such character that does not stand in double quotes.
fn split_outside_quotes(text: &str, at: char) -> Option<(&str, &str)> {
    let mut quoted = false;
    let found = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        !quoted && *c == at
    });
    let (index, c) = found?;
    Some((text.get(..index)?, text.get(index + c.len_utf8()..)?))
}

pub(super) fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            c => text.push(c),
        }
    }
    text
}

/// Text as a value. Control characters, which a calendar cannot hold, become spaces.
pub(super) fn escape(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => value.extend(['\\', c]),
            '\n' => value.push_str("\\n"),
            c if c.is_control() => value.push(' '),
            c => value.push(c),
        }
    }
    value
}

/// Writes one line with its CRLF, folded so that no piece has more than 75 octets and no character is cut.
pub(super) fn fold(out: &mut String, line: &str) {
    const MOST: usize = 75;
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > MOST {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out.push_str("\r\n");
}
