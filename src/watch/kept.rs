//! Goes on with the kept values of one watch: which stored rows it needs for that, and which it writes.
//!
//! Nothing of it stays in memory between two readings: what is needed is read again, five rows of a few kilobytes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::history::{History, Row, RowKey, Tier};

/// As much of a watch's values as the next one needs.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    history: History,
    known: BTreeSet<RowKey>,
    /// When the last value came.
    last: Option<Timestamp>,
}

impl Kept {
    /// Of a watch whose last value came then.
    pub fn after(last: Option<Timestamp>) -> Self {
        Self { last, ..Self::default() }
    }

    /// The rows that have to be known before a value of `at` can be kept.
    pub fn missing(&self, at: Timestamp) -> BTreeSet<RowKey> {
        let of_last = self.last.into_iter().flat_map(RowKey::around);
        RowKey::around(at).into_iter().chain(of_last).filter(|key| !self.known.contains(key)).collect()
    }

    /// Takes a row as it is stored; an empty one where there is none.
    pub fn know(&mut self, key: RowKey, row: Row) {
        self.known.insert(key);
        self.history.add(key, row);
    }

    /// Keeps a value, and gives the rows that are to be stored with it. A coarser row is stored when its bucket is over: a howler that
    /// was stopped in between stores it with its next reading, from the minutes that it finds.
    pub fn keep(&mut self, at: Timestamp, number: f64) -> BTreeMap<RowKey, Row> {
        let coarse =
            |last: Timestamp| RowKey::touched(last).into_iter().filter(|key| key.tier != Tier::Minute);
        let over = |last: Timestamp| coarse(last).filter(move |key| key.is_over(last, at));
        let over: Vec<RowKey> = self.last.into_iter().flat_map(over).collect();
        let mut rows: BTreeMap<RowKey, Row> =
            over.into_iter().map(|key| (key, self.history.row(key))).collect();
        self.history.keep(at, number);
        let [minutes, ..] = RowKey::touched(at);
        rows.insert(minutes, self.history.row(minutes));
        self.last = Some(at);
        let near: BTreeSet<RowKey> = RowKey::around(at).into_iter().collect();
        self.known.retain(|key| near.contains(key));
        self.history.only(&near);
        rows.retain(|key, row| !row.is_empty() && !key.is_out(at));
        rows
    }

    /// Whether a row that is stored is the first of its half hour: then it is time to look for old ones.
    pub fn begins(rows: &BTreeMap<RowKey, Row>) -> bool {
        rows.iter().any(|(key, row)| key.tier == Tier::Minute && row.len() == 1)
    }
}
