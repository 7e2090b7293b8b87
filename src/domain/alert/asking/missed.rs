//! What a source tried to deliver while howler did not listen, by the source's own list of its attempts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{LONG, PATIENCE};
use crate::alert::signal::Source;
use crate::timer::Outage;

/// GitHub keeps its attempts for so long ("Redelivering webhooks").
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 3);
/// An attempt stands in the list after this at the latest: GitHub waits ten seconds for an answer.
pub const LISTED_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// How long an attempt that was asked for may take.
pub const ATTEMPT: SignedDuration = SignedDuration::from_mins(1);
/// Attempts of one delivery, the first one included.
const TRIES: usize = 4;

/// One attempt to deliver something, as the list tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub id: u64,
    /// The same for all attempts of one delivery.
    pub guid: String,
    pub at: Timestamp,
    /// howler's answer; 0 where there was none.
    pub status: u16,
    /// It is no first one.
    pub again: bool,
}

impl Attempt {
    fn arrived(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// What became of what was not delivered at first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Deliveries whose first attempt failed.
    pub missed: u32,
    /// Those of them that arrived later.
    pub here: u32,
    /// When the first and the last of them were tried first.
    pub between: Option<(Timestamp, Timestamp)>,
    /// What howler answered last to those that did not, and how many; 0 where there was no answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left: BTreeMap<u16, u32>,
    /// Why they could not be sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The outage began before what the list keeps.
    #[serde(default)]
    pub too_old: bool,
    /// The list was too long: what is older than its newest part was not looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub too_many: bool,
}

/// A reckoning of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reckoning {
    pub listed: Listed,
    /// To be sent again now, the oldest first, by the attempt's id.
    pub again: Vec<u64>,
    /// Something was just sent again, and nobody knows yet what became of it.
    pub waits: bool,
    /// When the first of those was tried first of which nobody knows yet what becomes of them.
    pub in_hand: Option<Timestamp>,
}

/// What became of deliveries whose first attempt lies after `after` and not after `until`. `gone`: attempts that cannot be made again.
pub fn reckon(
    attempts: &[Attempt],
    after: Timestamp,
    until: Timestamp,
    now: Timestamp,
    gone: &BTreeSet<u64>,
) -> Reckoning {
    let mut of: BTreeMap<&str, Vec<&Attempt>> = BTreeMap::new();
    attempts.iter().for_each(|attempt| of.entry(&attempt.guid).or_default().push(attempt));
    let mut found = Reckoning::default();
    let mut again = Vec::new();
    for mut tries in of.into_values() {
        tries.sort_by_key(|attempt| (attempt.at, attempt.id));
        let (Some(first), Some(last)) = (tries.first(), tries.last()) else { continue };
        // Where the list begins in the middle of its attempts, it is of an earlier time.
        let is_of_then = first.at > after && first.at <= until && !first.again;
        if !is_of_then || first.arrived() {
            continue;
        }
        let listed = &mut found.listed;
        listed.missed += 1;
        let (from, to) = listed.between.unwrap_or((first.at, first.at));
        listed.between = Some((from.min(first.at), to.max(first.at)));
        if tries.iter().any(|attempt| attempt.arrived()) {
            listed.here += 1;
        } else if tries.len() >= TRIES || gone.contains(&last.id) {
            *listed.left.entry(last.status).or_default() += 1;
        } else {
            found.in_hand = Some(found.in_hand.map_or(first.at, |known| known.min(first.at)));
            match now.duration_since(last.at) < ATTEMPT && last.again {
                true => found.waits = true,
                false => again.push((first.at, last.id)),
            }
        }
    }
    again.sort_unstable();
    found.again = again.iter().map(|(_, id)| *id).collect();
    found
}

impl Reckoning {
    /// Until when all is settled, where the rest is not to be waited for: something was missed more than [`PATIENCE`] ago, and since
    /// then there was always something in hand.
    pub fn settled(&self, now: Timestamp) -> Option<Timestamp> {
        let first = self.listed.between.map(|(first, _)| first)?;
        let settled = self.in_hand?.saturating_sub(SignedDuration::from_nanos(1)).ok()?;
        (now.duration_since(first) >= PATIENCE && settled >= first).then_some(settled)
    }

    /// Nothing more will be sent again, for this reason: what did not arrive is left.
    #[must_use]
    pub fn given_up(mut self, why: String) -> Self {
        let left = self.listed.missed - self.listed.here - self.listed.left.values().sum::<u32>();
        if left > 0 {
            *self.listed.left.entry(0).or_default() += left;
        }
        self.listed.why = Some(why);
        Self { again: Vec::new(), waits: false, in_hand: None, ..self }
    }
}

/// What asking for it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Something is on its way.
    Waits,
    /// All that was tried up to `until` is known.
    Listed { until: Timestamp, listed: Listed },
    /// `lasting`: it will not answer before somebody changes something.
    Cannot { why: String, lasting: bool },
    /// No source here keeps such a list.
    NoSource,
}

/// What people are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// When howler did not listen; empty where it did and could not be reached.
    pub down: Vec<Outage>,
    /// `None` where GitHub is no source here.
    pub github: Option<OfGitHub>,
    /// Sources of which nobody can tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unasked: Vec<Source>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OfGitHub {
    Listed(Listed),
    CannotAsk { why: String },
}

impl Missed {
    /// Whether anybody wants to read it: something was missed, or howler was away for long and something cannot be told.
    pub fn is_worth_telling(&self) -> bool {
        let long = self.down.iter().any(|outage| outage.until.duration_since(outage.from) >= LONG);
        match &self.github {
            Some(OfGitHub::Listed(listed)) if listed.missed > 0 => true,
            Some(OfGitHub::Listed(listed)) => {
                long && (listed.too_old || listed.too_many || !self.unasked.is_empty())
            }
            Some(OfGitHub::CannotAsk { .. }) => long,
            None => long && !self.unasked.is_empty(),
        }
    }
}
