//! What was read of each watch, for 30 days in bounded space: see [`watch::history`]. Each row is a stretch of one watch's time.

use jiff::Timestamp;

use super::disk::Engine;
use super::engine::Write;
use super::{Store, StoreError, codec};
use watch::history::{Row, RowKey, Tier};

const VALUES: &[u8] = b"V/";

/// A row of values that a commit changes: the watch's name, which stretch, and the row as it is then; `None` where it goes.
pub type ValuesRow = ((String, RowKey), Option<Row>);

fn letter(tier: Tier) -> u8 {
    match tier {
        Tier::Minute => b'm',
        Tier::FiveMinutes => b'f',
        Tier::Hour => b'h',
    }
}

/// All of a watch; no name holds a zero.
fn of(name: &str) -> Vec<u8> {
    [VALUES, name.as_bytes(), &[0]].concat()
}

fn of_tier(name: &str, tier: Tier) -> Vec<u8> {
    [of(name), vec![letter(tier)]].concat()
}

/// Rows of a tier sort by time.
fn key(name: &str, key: RowKey) -> Vec<u8> {
    let start = u64::try_from(key.start).unwrap_or(0).to_be_bytes();
    [of_tier(name, key.tier), start.to_vec()].concat()
}

fn key_in(bytes: &[u8]) -> Option<RowKey> {
    let (before, start) = bytes.split_last_chunk::<8>()?;
    let tier = Tier::ALL.into_iter().find(|tier| before.last() == Some(&letter(*tier)))?;
    Some(RowKey { tier, start: i64::try_from(u64::from_be_bytes(*start)).ok()? })
}

pub(super) fn rows(values: &[ValuesRow], writes: &mut Vec<Write>) -> Result<(), StoreError> {
    for ((name, at), row) in values {
        writes.push((key(name, *at), row.as_ref().map(codec::encode).transpose()?));
    }
    Ok(())
}

fn scan(
    engine: &Engine,
    prefix: &[u8],
) -> impl DoubleEndedIterator<Item = Result<(RowKey, Vec<u8>), StoreError>> {
    engine.scan(prefix).map(|row| {
        let (key, value) = row?;
        let key = key_in(&key).ok_or_else(|| StoreError::Row("the key of kept values".into()))?;
        Ok((key, value))
    })
}

impl Store {
    /// A row of a watch's values; an empty one where there is none.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn values_row(&self, name: &str, at: RowKey) -> Result<Row, StoreError> {
        let row = self.with(|engine| engine.get(&key(name, at))?.map(|row| codec::decode(&row)).transpose());
        row.map(Option::unwrap_or_default)
    }

    /// All that is kept of a watch: about 120 rows.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn values(&self, name: &str) -> Result<Vec<(RowKey, Row)>, StoreError> {
        self.with(|engine| {
            let row = |row: Result<(RowKey, Vec<u8>), StoreError>| {
                let (key, row) = row?;
                Ok((key, codec::decode(&row)?))
            };
            scan(engine, &of(name)).map(row).collect()
        })
    }

    /// The rows of a watch that are too old at `now`, or too far ahead of it. Reads little more than those.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn values_out(&self, name: &str, now: Timestamp) -> Result<Vec<RowKey>, StoreError> {
        self.with(|engine| {
            let mut found = Vec::new();
            for tier in Tier::ALL {
                let prefix = of_tier(name, tier);
                let is_out = |row: &Result<(RowKey, Vec<u8>), StoreError>| {
                    row.as_ref().map_or(true, |(key, _)| key.is_out(now))
                };
                for row in scan(engine, &prefix).take_while(is_out) {
                    found.push(row?.0);
                }
                for row in scan(engine, &prefix).rev().take_while(is_out) {
                    found.push(row?.0);
                }
            }
            Ok(found)
        })
    }

    /// The keys of all that is kept of a watch.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn values_of(&self, name: &str) -> Result<Vec<RowKey>, StoreError> {
        self.with(|engine| scan(engine, &of(name)).map(|row| Ok(row?.0)).collect())
    }
}
