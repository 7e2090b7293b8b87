//! The share of workflow runs that succeeded, of those that finished in the last 24 hours: what howler hears by GitHub's hook, counted in
//! slots of ten minutes, so that it stays small however many runs there are.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::reading::{Reading, Reason};

/// How long a slot is, and how long runs count, in seconds.
const SLOT: i64 = 600;
const DAY: i64 = 86_400;
/// Of fewer runs nobody can tell.
const LEAST: u32 = 5;

/// Runs by the slot in which they finished, by its beginning in seconds since 1970: so many succeeded, so many did not. One row of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runs(BTreeMap<i64, (u32, u32)>);

impl Runs {
    /// Counts a run that finished at `at`. What is too old at `now` goes; one that says that it finished later finished now.
    pub fn count(&mut self, at: Timestamp, succeeded: bool, now: Timestamp) {
        let (second, now) = (at.as_second().min(now.as_second()), now.as_second());
        let (well, ill) = self.0.entry(second - second.rem_euclid(SLOT)).or_default();
        let one = if succeeded { well } else { ill };
        *one = one.saturating_add(1);
        self.0.retain(|start, _| is_young(*start, now));
    }

    /// The share that succeeded, of 1. A slot counts for as long as a part of it lies within the 24 hours.
    pub fn share(&self, now: Timestamp) -> Reading {
        let young = self.0.iter().filter(|(start, _)| is_young(**start, now.as_second()));
        let (well, all) = young.fold((0_u32, 0_u32), |(well, all), (_, (one, ill))| {
            (well.saturating_add(*one), all.saturating_add(one.saturating_add(*ill)))
        });
        match all < LEAST {
            true => Reading::CannotTell(Reason::FewRuns { found: all, least: LEAST }),
            false => Reading::number(f64::from(well) / f64::from(all)),
        }
    }
}

fn is_young(start: i64, now: i64) -> bool {
    start + SLOT > now - DAY && start <= now
}
