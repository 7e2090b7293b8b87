//! The list of all reports: a table in a section of its own, a row an incident. Each row is merged by itself, so that a
//! word that somebody put right in one holds up no other.

use std::collections::BTreeSet;
use std::ops::Range;

use super::marks::{Place, marks, place, read};
use super::merge::{
    Became, Digest, Ends, Merged, Section, Wrote, appended, block, edited, fresh, judge_text,
};

/// The section of the table.
const NAME: &str = "incidents";

/// One row as howler wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRow {
    /// What stands before the table in a new file.
    pub lead: String,
    /// The table's two first lines.
    pub head: String,
    /// The report's file; the row that links to it is this incident's.
    pub file: String,
    /// `| [INC-7](2026-11-29-inc-7-event-stream-down.md) | ... |`, with that link in it.
    pub row: String,
    /// What howler wrote last.
    pub wrote: BTreeSet<Digest>,
}

/// The index with this row; what became of the row stands under its file's name. A new row is the first of the table.
pub fn merge_index(stands: Option<&str>, wanted: &IndexRow) -> Merged {
    let row = one_line(&wanted.row);
    let table = Section::new(NAME, &format!("{}\n{row}", wanted.head.trim_end_matches('\n')));
    let digest = Digest::of(&row);
    let Some(stands) = stands else {
        return match wanted.wrote.is_empty() {
            true => told(fresh(&wanted.lead, &[table]).text, wanted, Became::Written, digest),
            false => told(String::new(), wanted, Became::Missing, digest),
        };
    };
    let same = |became| told(stands.to_owned(), wanted, became, digest.clone());
    let (inside, whole) = match place(&marks(stands), NAME) {
        Place::Torn => return same(Became::Torn),
        Place::Absent if !wanted.wrote.is_empty() => return same(Became::Missing),
        Place::Absent => {
            let ends = Ends::of(stands);
            let text = format!("{stands}{}", appended(stands, &block(&table, ends), ends));
            return told(text, wanted, Became::Written, digest);
        }
        Place::At { text, whole } => (text, whole),
    };
    let end = Ends::of(&stands[whole.start..]).sign();
    let mut at = inside.start;
    let (mut found, mut below_head) = (Vec::new(), None);
    for line in stands[inside.clone()].split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        if links_to(line, &wanted.file) {
            found.push(range);
        } else if below_head.is_none() && is_rule(line) {
            below_head = Some(range.end);
        }
    }
    let new = format!("{row}{end}");
    let (became, edit) = match found.as_slice() {
        [] if !wanted.wrote.is_empty() => (Became::Missing, None),
        [] => {
            let at = below_head.unwrap_or(inside.end);
            (Became::Written, Some((at..at, new)))
        }
        [one] => match judge_text(&stands[one.clone()], Some(&wanted.wrote), &digest) {
            Became::Written => (Became::Written, Some((one.clone(), new))),
            other => (other, None),
        },
        _ => (Became::Torn, None),
    };
    told(edited(stands, edit.into_iter().collect()), wanted, became, digest)
}

/// What stands in the row of a file.
pub fn standing_row(text: &str, file: &str) -> Option<Digest> {
    row_of(text, file).map(|range| Digest::of(&text[range]))
}

/// The index with the row of a file taken out, and the row; nothing where it has none.
pub fn without_row(text: &str, file: &str) -> Option<(String, String)> {
    let range = row_of(text, file)?;
    Some((format!("{}{}", &text[..range.start], &text[range.end..]), text[range].trim_end().to_owned()))
}

/// The first line of the table that links to the file.
fn row_of(text: &str, file: &str) -> Option<Range<usize>> {
    let Place::At { text: inside, .. } = place(&marks(text), NAME) else { return None };
    let mut at = inside.start;
    text[inside].split_inclusive('\n').find_map(|line| {
        let range = at..at + line.len();
        at = range.end;
        links_to(line, file).then_some(range)
    })
}

fn told(text: String, wanted: &IndexRow, became: Became, digest: Digest) -> Merged {
    let wrote = match became {
        Became::Written | Became::Unchanged => BTreeSet::from([digest]),
        _ => wanted.wrote.clone(),
    };
    let (sections, wrote) = ([(wanted.file.clone(), became)].into(), [(wanted.file.clone(), wrote)].into());
    Merged { text, sections, wrote: Wrote(wrote) }
}

fn links_to(line: &str, file: &str) -> bool {
    line.contains(&format!("]({file})")) || line.contains(&format!("](./{file})"))
}

/// The line below a table's head.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.starts_with('|') && line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn one_line(row: &str) -> String {
    let row = row.split(['\r', '\n']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    if read(&row).is_some() { row.replacen('<', "&lt;", 1) } else { row }
}
