//! What counters say: how much more it is than at the last reading.
//!
//! A counter that is smaller than before was reset, and nobody knows how far it had come: that step is cannot tell. It is one missing
//! reading, so a watch's window bears it as it bears a scrape that failed.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::reading::{Reading, Reason};

/// The last total of a counter. A part of the watch's row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Total>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Total {
    at: Timestamp,
    total: f64,
}

impl Counter {
    /// The increase a second between the last total and this one, which arrived at `at`. Totals further apart than `gap` give none, for
    /// it would be the middle of what nobody saw. What is not after the last one changes nothing and tells nothing.
    pub fn rate(&mut self, reading: Reading, at: Timestamp, gap: SignedDuration) -> Reading {
        let total = match reading {
            Reading::Number(total) if total.is_finite() => total,
            Reading::Number(other) => {
                return Reading::CannotTell(Reason::NotANumber { what: other.to_string() });
            }
            other => return other,
        };
        let before = self.last;
        let is_late = before.is_some_and(|before| at <= before.at && before.at.duration_since(at) <= gap);
        if is_late {
            return Reading::CannotTell(Reason::FirstOfTwo);
        }
        self.last = Some(Total { at, total });
        let Some(before) = before.filter(|before| before.at < at) else {
            return Reading::CannotTell(Reason::FirstOfTwo);
        };
        let passed = at.duration_since(before.at);
        if passed > gap {
            Reading::CannotTell(Reason::TooFarApart)
        } else if is_less(total, before.total) {
            Reading::CannotTell(Reason::Reset)
        } else {
            Reading::number((total - before.total).max(0.0) / passed.as_secs_f64())
        }
    }
}

/// Whether a total is less than before by more than a number changes when it is stored as text and read again.
pub(crate) fn is_less(now: f64, before: f64) -> bool {
    now < before - before.abs() * 1e-12
}

/// One rate as a share of another: errors of all requests, as a share of 1. Nothing of nothing is cannot tell.
pub fn share(part: &Reading, whole: &Reading) -> Reading {
    match (part, whole) {
        (Reading::Number(part), Reading::Number(whole)) if *whole > 0.0 => Reading::number(part / whole),
        (Reading::Number(_), Reading::Number(_)) => Reading::CannotTell(Reason::NoObservations),
        (Reading::CannotTell(reason), _) | (_, Reading::CannotTell(reason)) => {
            Reading::CannotTell(reason.clone())
        }
        _ => Reading::CannotTell(Reason::WordOrNumber),
    }
}
