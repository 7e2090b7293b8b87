//! Whether two open incidents look the same: a plain measure, only ever a question.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::IncidentId;
use crate::text::{sounds_like, telling_words};

/// Titles say something where both were declared within so long of each other.
const WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// So many words must be in both titles: "down" alone is in every second one.
const WORDS: usize = 2;

/// Another open incident that looks the same, declared earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alike {
    pub incident: IncidentId,
    pub title: String,
    pub why: Likeness,
}

/// By what two incidents look the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Likeness {
    /// The same alert, by its source and key, or alerts that a rule groups.
    Alert,
    /// Titles that sound alike.
    Title,
}

/// What is compared of an incident.
#[derive(Clone, Debug)]
pub struct Face<'a> {
    pub title: &'a str,
    pub declared_at: Timestamp,
    /// What its alerts are known by: a name for each source and key, and for each group of a rule.
    pub alerts: BTreeSet<String>,
}

/// By what two incidents, both open, look the same; `None` where nothing says so.
pub fn alike(one: &Face<'_>, other: &Face<'_>) -> Option<Likeness> {
    if one.alerts.intersection(&other.alerts).next().is_some() {
        return Some(Likeness::Alert);
    }
    let apart = one.declared_at.duration_since(other.declared_at).abs();
    (apart <= WITHIN && titles_alike(one.title, other.title)).then_some(Likeness::Title)
}

/// Titles with different numbers are about different things: a node, a region, an order.
fn titles_alike(one: &str, other: &str) -> bool {
    let (words, others) = (telling_words(one), telling_words(other));
    let numbered = |words: &BTreeSet<String>| -> BTreeSet<String> {
        words.iter().filter(|word| word.chars().any(|c| c.is_ascii_digit())).cloned().collect()
    };
    let (numbers, other_numbers) = (numbered(&words), numbered(&others));
    let contradict = !numbers.is_subset(&other_numbers) && !other_numbers.is_subset(&numbers);
    let same = words.intersection(&others).filter(|word| !numbers.contains(*word)).count();
    same >= WORDS && !contradict && sounds_like(one, other)
}
