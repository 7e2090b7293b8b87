//! What must be there: how many rows of each kind, and a hash of them all that does not depend on their order.
//!
//! The totals stand in the store's own row and change in the same commit as the rows. Damage that an engine passes over
//! in silence shows as a difference.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::xxh3_128;

use super::engine::Write;
use super::kept::Before;
use super::keys;

/// The rows of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    pub rows: u64,
    /// The sum of the rows' hashes, modulo 2^128.
    sum: u128,
}

/// The totals by kind, which is the first byte of a row's key. The store's own row is none of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<u8, Total>);

/// A kind whose rows are not those that must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    pub kind: u8,
    pub due: u64,
    pub found: u64,
}

/// XXH3 over key and value, each behind its length: 128 bits, against accidents and not against a forger.
pub(super) fn hash(key: &[u8], value: &[u8]) -> u128 {
    let mut row = Vec::with_capacity(8 + key.len() + value.len());
    for part in [key, value] {
        row.extend((part.len() as u64).to_be_bytes());
        row.extend_from_slice(part);
    }
    xxh3_128(&row)
}

impl Totals {
    pub fn add(&mut self, key: &[u8], value: &[u8]) {
        let Some(total) = self.of_key(key) else { return };
        total.rows += 1;
        total.sum = total.sum.wrapping_add(hash(key, value));
    }

    fn take(&mut self, key: &[u8], value: &[u8]) {
        let Some(total) = self.of_key(key) else { return };
        total.rows = total.rows.saturating_sub(1);
        total.sum = total.sum.wrapping_sub(hash(key, value));
    }

    fn of_key(&mut self, key: &[u8]) -> Option<&mut Total> {
        let kind = key.first().filter(|_| key != keys::META)?;
        Some(self.0.entry(*kind).or_default())
    }

    /// The rows of a kind, by the first byte of its prefix.
    pub fn of(&self, prefix: &[u8]) -> Total {
        prefix.first().and_then(|kind| self.0.get(kind)).copied().unwrap_or_default()
    }

    /// Rows of all kinds.
    pub fn rows(&self) -> u64 {
        self.0.values().map(|total| total.rows).sum()
    }

    /// The totals once `writes` are done. An old value that was damaged is taken out as it stands, so the totals stay
    /// wrong for good: what was lost does not become right by being written over. `before` holds what they replace.
    pub(super) fn after(&self, before: &Before, writes: &[Write]) -> Self {
        let last: BTreeMap<&[u8], Option<&[u8]>> =
            writes.iter().map(|(key, value)| (key.as_slice(), value.as_deref())).collect();
        let mut after = self.clone();
        for (key, value) in last {
            if let Some(Some(old)) = before.get(key) {
                after.take(key, old);
            }
            if let Some(value) = value {
                after.add(key, value);
            }
        }
        after
    }

    /// The kinds whose rows were `found` to be others than these.
    pub fn differences(&self, found: &Self) -> Vec<Difference> {
        let kinds = self.0.keys().chain(found.0.keys().filter(|kind| !self.0.contains_key(kind)));
        kinds.filter_map(|kind| self.difference(&[*kind], found)).collect()
    }

    /// The difference of one kind.
    pub fn difference(&self, prefix: &[u8], found: &Self) -> Option<Difference> {
        let (due, is) = (self.of(prefix), found.of(prefix));
        let kind = *prefix.first()?;
        (due != is).then_some(Difference { kind, due: due.rows, found: is.rows })
    }
}

impl Serialize for Totals {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = |(kind, total): (&u8, &Total)| {
            (char::from(*kind).to_string(), format!("{}:{:032x}", total.rows, total.sum))
        };
        to.collect_map(self.0.iter().filter(|(_, total)| **total != Total::default()).map(text))
    }
}

impl<'de> Deserialize<'de> for Totals {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let texts = BTreeMap::<char, String>::deserialize(from)?;
        let read = |(kind, text): (char, String)| {
            let (rows, sum) = text.split_once(':')?;
            let total = Total { rows: rows.parse().ok()?, sum: u128::from_str_radix(sum, 16).ok()? };
            Some((u8::try_from(kind).ok()?, total))
        };
        let totals: Option<BTreeMap<u8, Total>> = texts.into_iter().map(read).collect();
        totals.map(Self).ok_or_else(|| D::Error::custom("a total does not parse"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(&str, &str)]) -> Totals {
        let mut totals = Totals::default();
        rows.iter().for_each(|(key, value)| totals.add(key.as_bytes(), value.as_bytes()));
        totals
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_every_byte_does() {
        let whole = of(&[("i/1", "one"), ("i/2", "two"), ("n/1", "")]);
        assert_eq!(whole, of(&[("n/1", ""), ("i/2", "two"), ("i/1", "one")]));
        let lost = whole.differences(&of(&[("i/1", "one"), ("n/1", "")]));
        assert_eq!(lost, [Difference { kind: b'i', due: 2, found: 1 }]);
        for other in [("i/2", "twp"), ("i/3", "two"), ("i/2t", "wo")] {
            let differences = whole.differences(&of(&[("i/1", "one"), other, ("n/1", "")]));
            assert_eq!(differences, [Difference { kind: b'i', due: 2, found: 2 }], "{other:?}");
        }
        assert_eq!(of(&[]).differences(&whole).len(), 2);
    }

    #[test]
    fn the_stores_own_row_is_not_counted_and_totals_are_read_as_they_were_written() {
        assert_eq!(of(&[("m", "meta")]), Totals::default());
        let totals = of(&[("i/1", "one"), ("r", "rota")]);
        let text = serde_json::to_string(&totals).unwrap();
        assert_eq!(serde_json::from_str::<Totals>(&text).unwrap(), totals, "{text}");
        for wrong in [r#"{"i":"1"}"#, r#"{"i":"x:00"}"#, r#"{"i":"1:zz"}"#, r#"{"ü":"1:00"}"#] {
            // ü is one byte of Latin-1, and a kind that howler does not have: read, and then a difference.
            let read = serde_json::from_str::<Totals>(wrong);
            assert!(read.is_err() || wrong.contains('ü'), "{wrong}");
        }
    }
}
