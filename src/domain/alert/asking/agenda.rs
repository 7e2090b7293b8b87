//! When what is asked next: seldom, and ever more seldom where no answer comes.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::Subject;
use crate::alert::signal::Source;

/// Whether there is something to ask at all is looked at so often; that is no question.
const LOOK: SignedDuration = SignedDuration::from_mins(1);
/// After an answer.
pub const EVERY: SignedDuration = SignedDuration::from_mins(10);
/// About what did not change for [`DAY`].
const SELDOM: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(6);
/// After one that did not come, doubled each time up to [`SELDOM`].
const FIRST: SignedDuration = SignedDuration::from_mins(1);

/// What a question came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// There was nothing to ask.
    Nothing,
    /// An answer; the next one after so long.
    Answer { next: SignedDuration },
    /// None, and the next one may bring one.
    Passing,
    /// None until somebody changes something.
    Lasting,
}

/// What is asked, and when it is asked next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agenda(BTreeMap<(Source, Subject), Turn>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Turn {
    next: Timestamp,
    failed: u32,
}

impl Agenda {
    /// All of it at `now`.
    pub fn new(subjects: impl IntoIterator<Item = (Source, Subject)>, now: Timestamp) -> Self {
        Self(subjects.into_iter().map(|subject| (subject, Turn { next: now, failed: 0 })).collect())
    }

    /// What is asked at `now`.
    pub fn due(&self, now: Timestamp) -> Vec<(Source, Subject)> {
        self.0.iter().filter(|(_, turn)| turn.next <= now).map(|(subject, _)| *subject).collect()
    }

    /// When something is asked next; `None` where nothing ever is.
    pub fn next(&self) -> Option<Timestamp> {
        self.0.values().map(|turn| turn.next).min()
    }

    /// Takes in what a question came to.
    pub fn came(&mut self, subject: (Source, Subject), came: Came, now: Timestamp) {
        let Some(turn) = self.0.get_mut(&subject) else { return };
        let wait = match came {
            Came::Nothing => LOOK,
            Came::Answer { next } => next.max(FIRST),
            Came::Passing => (0..turn.failed.min(6)).fold(FIRST, |wait, _| wait * 2).min(SELDOM),
            Came::Lasting => SELDOM,
        };
        turn.failed = if came == Came::Passing { turn.failed + 1 } else { 0 };
        turn.next = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
    }

    /// The clock was set back: nothing waits longer than it was to.
    pub fn not_after(&mut self, latest: Timestamp) {
        self.0.values_mut().for_each(|turn| turn.next = turn.next.min(latest));
    }
}

/// After how long alerts of which nothing changes are asked about again: `silent` for so long.
pub fn every(silent: SignedDuration) -> SignedDuration {
    if silent >= DAY { SELDOM } else { EVERY }
}

/// The longest that anything waits.
pub const LONGEST: SignedDuration = SELDOM;

/// Whose turn it is where not all can be asked at a time: those who were asked longest ago.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    asked: BTreeMap<String, u64>,
    round: u64,
}

impl Turns {
    /// At most so many of `names`, and those who were never asked first.
    pub fn next(&mut self, mut names: Vec<String>, most: usize) -> Vec<String> {
        self.asked.retain(|name, _| names.contains(name));
        names.sort_by_cached_key(|name| (self.asked.get(name).copied(), name.clone()));
        names.truncate(most);
        self.round += 1;
        self.asked.extend(names.iter().map(|name| (name.clone(), self.round)));
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_turn() {
        let all = |names: &str| names.chars().map(String::from).collect::<Vec<_>>();
        let mut turns = Turns::default();
        let asked: Vec<String> = ["abcdefg", "abcdefg", "abcdefg", "abcdefghi", "a"]
            .map(|names| turns.next(all(names), 3).concat())
            .into();
        // Who is new comes before who was asked, and who is over leaves nothing behind.
        assert_eq!(asked, ["abc", "def", "gab", "hic", "a"]);
        assert_eq!(turns.asked.len(), 1);
    }
}
