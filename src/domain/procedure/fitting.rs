//! Which procedures fit what somebody wrote, such as an incident's title.

use std::collections::BTreeSet;

use super::{Procedure, Runbook};

/// Words that say nothing about what is broken.
const EMPTY: [&str; 24] = [
    "the", "and", "for", "with", "not", "does", "are", "was", "has", "is", "of", "in", "on", "to", "a", "an",
    "no", "failure", "down", "broken", "incident", "since", "that", "web",
];

impl Runbook {
    /// The procedures that share words with `text`, the best first; at most `most`.
    pub fn fitting(&self, text: &str, most: usize) -> Vec<&Procedure> {
        let wanted = words(text);
        let mut scored: Vec<(usize, &Procedure)> = self
            .all()
            .map(|procedure| (score(procedure, &wanted), procedure))
            .filter(|(score, _)| *score > 0)
            .collect();
        scored.sort_by_key(|(score, procedure)| (std::cmp::Reverse(*score), procedure.name.clone()));
        scored.into_iter().take(most).map(|(_, procedure)| procedure).collect()
    }
}

/// A word of the name counts more than one of the symptoms.
fn score(procedure: &Procedure, wanted: &BTreeSet<String>) -> usize {
    let shared = |text: &str| words(text).intersection(wanted).count();
    let symptoms = procedure.symptoms.iter().map(|symptom| shared(symptom));
    3 * shared(&procedure.name).max(shared(&procedure.title)) + symptoms.max().unwrap_or_default()
}

fn words(text: &str) -> BTreeSet<String> {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1);
    words.filter(|word| !EMPTY.contains(word)).map(|word| word.trim_end_matches('s').to_owned()).collect()
}
