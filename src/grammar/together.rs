//! Sentences that say of two incidents that they are one, or that they are not: `2 is the same as 1`, `take 2 out of 1`.

use super::number::{self, Named};
use super::parts::split_word;
use super::sentence::normal;
use super::{here, merge};
use domain::command::{Command, Line};
use domain::id::IncidentId;
use domain::refusal::{Doubt, Refusal};

/// A sentence longer than this is about more than the two.
const LONGEST: usize = 14;

/// What says that two are one.
const ONE: [&str; 16] = [
    "same",
    "identical",
    "combine",
    "combined",
    "together",
    "belongs",
    "belong",
    "part of",
    "fold",
    "goes with",
    "are one",
    "is really",
    "is actually",
    "just like",
    "join up",
    "in favour of",
];
/// What says that they are two.
const TWO: [&str; 11] = [
    "out of",
    "apart",
    "separate",
    "separated",
    "unrelated",
    "different",
    "differ",
    "nothing to do",
    "no longer",
    "away from",
    "undo",
];
/// With one of these, what says that they are one says that they are two.
const NOT: [&str; 7] = ["not", "isnt", "arent", "doesnt", "dont", "never", "wasnt"];

/// What somebody may want who says that of `incident`, or of those that the text names; `None` where it says no such thing.
pub(super) fn said(incident: Option<IncidentId>, text: &str) -> Option<Refusal> {
    let words = normal(text);
    if words.split_whitespace().count() > LONGEST {
        return None;
    }
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(&format!(" {phrase} ")));
    let (one, two) = (says(&ONE), says(&TWO) || (says(&ONE) && says(&NOT)));
    let lines = match named(incident, text)?.as_slice() {
        [this, other] if two => apart(this, other),
        [this, other] if one => vec![merge::into(this, other), merge::into(other, this)],
        [other] if one && !two && incident.is_none() => vec![here(merge::merging(other))],
        _ => return None,
    };
    Some(Refusal::unsure(Doubt::Sentence, lines))
}

/// Either may be the one that was merged: whoever knows them can tell.
pub(super) fn apart(one: &Named, other: &Named) -> Vec<Line> {
    [one, other].map(|named| named.clone().line(Command::Split)).to_vec()
}

/// The one or two incidents of a sentence, in their order; more, or numbers that may be anything else, are none.
fn named(incident: Option<IncidentId>, text: &str) -> Option<Vec<Named>> {
    let mut found: Vec<Named> = incident.map(Named::Number).into_iter().collect();
    let mut rest = text;
    while let (word, after) = split_word(rest)
        && !word.is_empty()
    {
        let bare = |word| number::bare(word).ok().flatten().filter(|_| !word.is_empty()).map(Named::Number);
        if let Some(named) = number::explicit(word).ok().flatten().or_else(|| bare(word)) {
            found.push(named);
        } else if word.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        rest = after;
    }
    found.dedup();
    // A number alone counts only where the sentence leads up to it.
    let ends = text.trim_end().ends_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '!' | '>'));
    match found.len() {
        2 => Some(found),
        1 if ends => Some(found),
        _ => None,
    }
}
