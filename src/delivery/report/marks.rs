//! Where howler's sections stand in a text.
//!
//! A mark is a line of its own, from its first column on: `<!-- howler:summary -->` opens, `<!-- /howler:summary -->`
//! closes. Rendered Markdown shows neither. A line in a block of code is no mark, so that people may write about marks;
//! inside a section code is not looked at, so that code which somebody left open there hides no other section.

use std::ops::Range;

/// Lines of code begin and end with at least so many.
const FENCE_LEAST: usize = 3;

/// What stands in the line of a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark<'t> {
    pub name: &'t str,
    pub opens: bool,
    /// The line, its end included.
    pub line: Range<usize>,
}

/// Where a section stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Absent,
    /// Its marks are there, and not just one pair with nothing of howler's in between.
    Torn,
    /// The text between its marks, and the lines of the marks with it.
    At {
        text: Range<usize>,
        whole: Range<usize>,
    },
}

pub fn opening(name: &str) -> String {
    format!("<!-- howler:{name} -->")
}

pub fn closing(name: &str) -> String {
    format!("<!-- /howler:{name} -->")
}

/// The marks of a text, in order.
pub fn marks(text: &str) -> Vec<Mark<'_>> {
    let (mut marks, mut at) = (Vec::new(), 0);
    let mut code: Option<(char, usize)> = None;
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        // A byte order mark stands before the first line and is none of it.
        let said = if range.start == 0 { line.strip_prefix('\u{FEFF}').unwrap_or(line) } else { line };
        if let Some((sign, length)) = code {
            if ends_code(said, sign, length) {
                code = None;
            }
        } else if let Some((name, opens)) = read(said) {
            marks.push(Mark { name, opens, line: range });
            inside = opens;
        } else if !inside {
            code = begins_code(said);
        }
    }
    marks
}

/// Whether a line is a mark: its name, and whether it opens.
pub fn read(line: &str) -> Option<(&str, bool)> {
    let inner = line.trim_end().strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    let (inner, opens) = match inner.strip_prefix('/') {
        Some(inner) => (inner, false),
        None => (inner, true),
    };
    let name = inner.strip_prefix("howler:")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (!name.is_empty() && name.chars().all(plain)).then_some((name, opens))
}

/// Where the section of this name stands: exactly one pair of marks, with no other between.
pub fn place(marks: &[Mark<'_>], name: &str) -> Place {
    let at: Vec<usize> = (0..marks.len()).filter(|at| marks[*at].name == name).collect();
    match at[..] {
        [] => Place::Absent,
        [first, second] if second == first + 1 && marks[first].opens && !marks[second].opens => {
            let (open, close) = (&marks[first].line, &marks[second].line);
            Place::At { text: open.end..close.start, whole: open.start..close.end }
        }
        _ => Place::Torn,
    }
}

/// A line that begins code, as CommonMark has it: its sign, and how many.
fn begins_code(line: &str) -> Option<(char, usize)> {
    let (sign, length, rest) = fence(line)?;
    (sign == '~' || !rest.contains('`')).then_some((sign, length))
}

fn ends_code(line: &str, sign: char, length: usize) -> bool {
    fence(line)
        .is_some_and(|(ends, so_many, rest)| ends == sign && so_many >= length && rest.trim().is_empty())
}

fn fence(line: &str) -> Option<(char, usize, &str)> {
    let inner = line.trim_start_matches(' ');
    let sign = inner.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = inner.trim_start_matches(sign);
    let length = inner.len() - rest.len();
    (line.len() - inner.len() <= 3 && length >= FENCE_LEAST).then_some((sign, length, rest))
}
