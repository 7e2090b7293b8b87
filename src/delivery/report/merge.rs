//! Three-way, section by section: what howler wrote last, what stands now, what howler wants to write.
//!
//! | stands | | becomes |
//! |---|---|---|
//! | as wanted | | unchanged |
//! | as howler wrote it | | written |
//! | otherwise, so people changed it | howler has nothing new | kept |
//! | | howler has something new | conflict: stays, and people are asked |
//! | nowhere | howler never wrote it | written, at its place among the others |
//! | | howler wrote it | missing: people took the marks away, so it is theirs |
//! | doubled, nested or half | | torn: nobody can tell what is howler's, so it stays |
//!
//! Where what howler wrote is not known, whatever stands counts as people's: nothing is no evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::marks::{Mark, Place, closing, marks, opening, place, read};

/// A section as howler wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Lower case letters, digits and `-`.
    pub name: String,
    /// Its heading included, without the marks.
    pub text: String,
}

/// A text that stood in a section, whatever its line ends: the first half of a SHA-256, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

/// What howler wrote last, section by section: one text, or several while it is not known which of them came to stand.
///
/// This is how a conflict is settled, too: where people take howler's text, what they saw of theirs is put here
/// ([`Became::Conflict`]), so that it may be written over; where they keep theirs, what howler wants is put here, so that
/// it is asked about only when howler has something newer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wrote(pub BTreeMap<String, BTreeSet<Digest>>);

/// What became of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    Written,
    Unchanged,
    /// People changed it, and howler has nothing new to say.
    Kept,
    /// People changed it, and so did howler: theirs stands.
    Conflict {
        theirs: String,
        seen: Digest,
    },
    /// People took it, or its marks, away.
    Missing,
    /// Its marks are doubled, nested or half there.
    Torn,
}

/// A text after [`merge`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    pub text: String,
    pub sections: BTreeMap<String, Became>,
    /// What howler wrote last, from now on.
    pub wrote: Wrote,
}

/// How line ends are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Unix,
    Windows,
}

impl Digest {
    /// As it was kept, of a text that is gone.
    pub fn stored(digest: String) -> Self {
        Self(digest)
    }

    pub fn of(text: &str) -> Self {
        let text = text.replace("\r\n", "\n");
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let mut whole = hex::encode(Sha256::digest(text.as_bytes()));
        whole.truncate(32);
        Self(whole)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Wrote {
    /// Of each section exactly this.
    pub fn of(sections: &[Section]) -> Self {
        let one = |section: &Section| (section.name.clone(), BTreeSet::from([section.digest()]));
        Self(sections.iter().map(one).collect())
    }

    /// Sections that may have been written as well, by an attempt whose end is not known.
    pub fn or_maybe(&mut self, sections: &[Section]) {
        for section in sections {
            self.0.entry(section.name.clone()).or_default().insert(section.digest());
        }
    }
}

impl Section {
    pub fn new(name: &str, text: &str) -> Self {
        Self { name: name.to_owned(), text: text.to_owned() }
    }

    /// Of what is written of it.
    pub fn digest(&self) -> Digest {
        Digest::of(&written(&self.text, Ends::Unix))
    }
}

/// A new file: what stands before the sections, and these.
pub fn fresh(lead: &str, sections: &[Section]) -> Merged {
    let mut text = written(lead, Ends::Unix);
    for section in sections {
        if !text.is_empty() {
            text.push('\n');
        }
        text += &block(section, Ends::Unix);
    }
    let became = sections.iter().map(|section| (section.name.clone(), Became::Written)).collect();
    Merged { text, sections: became, wrote: Wrote::of(sections) }
}

/// Writes what may be written. What stands outside of howler's sections is left as it is, byte by byte.
pub fn merge(stands: &str, wrote: &Wrote, wanted: &[Section]) -> Merged {
    let seen = marks(stands);
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut merged = Merged { text: String::new(), sections: BTreeMap::new(), wrote: wrote.clone() };
    for (at, section) in wanted.iter().enumerate() {
        let known = wrote.0.get(&section.name);
        let place = place(&seen, &section.name);
        let became = judge(stands, &place, known, &section.digest());
        match (&became, &place) {
            (Became::Written, Place::At { text, whole }) => {
                edits.push((text.clone(), written(&section.text, Ends::after(&stands[whole.start..]))));
            }
            (Became::Written, _) => edits.push(insertion(stands, &seen, wanted, at)),
            _ => {}
        }
        if matches!(became, Became::Written | Became::Unchanged) {
            merged.wrote.0.insert(section.name.clone(), BTreeSet::from([section.digest()]));
        }
        merged.sections.insert(section.name.clone(), became);
    }
    merged.text = edited(stands, edits);
    merged
}

/// What stands in each section that has its marks.
pub fn standing(text: &str) -> BTreeMap<String, Digest> {
    let seen = marks(text);
    let one = |mark: &Mark<'_>| match place(&seen, mark.name) {
        Place::At { text: inside, .. } => Some((mark.name.to_owned(), Digest::of(&text[inside]))),
        _ => None,
    };
    seen.iter().filter_map(one).collect()
}

/// The table above.
fn judge(stands: &str, place: &Place, known: Option<&BTreeSet<Digest>>, wanted: &Digest) -> Became {
    match place {
        Place::Torn => Became::Torn,
        Place::Absent if known.is_none_or(BTreeSet::is_empty) => Became::Written,
        Place::Absent => Became::Missing,
        Place::At { text, .. } => judge_text(&stands[text.clone()], known, wanted),
    }
}

pub(super) fn judge_text(theirs: &str, known: Option<&BTreeSet<Digest>>, wanted: &Digest) -> Became {
    let seen = Digest::of(theirs);
    let knows = |digest: &Digest| known.is_some_and(|known| known.contains(digest));
    if seen == *wanted {
        Became::Unchanged
    } else if knows(&seen) {
        Became::Written
    } else if knows(wanted) {
        Became::Kept
    } else {
        Became::Conflict { theirs: theirs.replace("\r\n", "\n"), seen }
    }
}

/// Where a section that stands nowhere goes: behind the one before it, before the one behind it, or to the end.
fn insertion(stands: &str, seen: &[Mark<'_>], wanted: &[Section], at: usize) -> (Range<usize>, String) {
    let whole = |section: &Section| match place(seen, &section.name) {
        Place::At { whole, .. } => Some(whole),
        _ => None,
    };
    let ends = Ends::of(stands);
    let (section, end) = (block(&wanted[at], ends), ends.sign());
    if let Some(before) = wanted[..at].iter().rev().find_map(whole) {
        let lead = if stands[..before.end].ends_with('\n') { "" } else { end };
        return (before.end..before.end, format!("{lead}{end}{section}"));
    }
    if let Some(behind) = wanted[at + 1..].iter().find_map(whole) {
        let start = behind.start + if behind.start == 0 { bom(stands) } else { 0 };
        return (start..start, format!("{section}{end}"));
    }
    (stands.len()..stands.len(), appended(stands, &section, ends))
}

/// A block behind the end of a text, an empty line in between.
pub(super) fn appended(stands: &str, block: &str, ends: Ends) -> String {
    let end = ends.sign();
    let lead = match stands {
        "" | "\u{FEFF}" => String::new(),
        _ if stands.ends_with('\n') => end.to_owned(),
        _ => format!("{end}{end}"),
    };
    format!("{lead}{block}")
}

fn bom(text: &str) -> usize {
    if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }
}

/// The text with these parts changed; of two at one place the first comes first.
pub(super) fn edited(stands: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let (mut text, mut at) = (String::with_capacity(stands.len()), 0);
    for (range, new) in edits {
        text += &stands[at..range.start];
        text += &new;
        at = range.end;
    }
    text + &stands[at..]
}

/// Marks, and the text between them.
pub(super) fn block(section: &Section, ends: Ends) -> String {
    let (text, end) = (written(&section.text, ends), ends.sign());
    format!("{}{end}{text}{}{end}", opening(&section.name), closing(&section.name))
}

/// A text as it is written: whole lines, and none that reads as a mark.
pub(super) fn written(text: &str, ends: Ends) -> String {
    let text = text.replace("\r\n", "\n");
    let lines = text.trim_end_matches('\n').split('\n').filter(|_| !text.trim_end_matches('\n').is_empty());
    let inert = |line: &str| match read(line) {
        Some(_) => line.replacen('<', "&lt;", 1),
        None => line.to_owned(),
    };
    lines.map(|line| inert(line) + ends.sign()).collect()
}

impl Ends {
    /// As the first line of a text ends.
    pub(super) fn of(text: &str) -> Self {
        Self::after(text)
    }

    fn after(text: &str) -> Self {
        match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => Self::Windows,
            _ => Self::Unix,
        }
    }

    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Unix => "\n",
            Self::Windows => "\r\n",
        }
    }
}
