//! Every row of a damaged store that can still be read, and what is missing beside them. It works on a copy: opening a store
//! changes its files.

mod missing;
mod named;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use jiff::Timestamp;

use super::archive::{Head, Row, Writer};
use super::disk::{Disk, Engine};
use super::guard::FORMAT;
use super::outline::{Outline, VERSION};
use super::totals::Totals;
use super::{Meta, PlainNumbers, StoreError, codec, damage, keys, plain};
use domain::id::{IncidentId, RunId};

/// No incident or run has more events than this: one that says so is damaged.
const EVENTS_MOST: u32 = 100_000;

/// What a damaged store still gives.
#[derive(Debug, Default)]
pub struct Salvaged {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Where reading broke off, in words.
    broken: Vec<String>,
}

/// Reads all that can be read of `store`, a copy of a data folder's `store`.
///
/// # Errors
/// When the engine cannot open it at all.
pub fn read(store: &Path) -> Result<Salvaged, StoreError> {
    let opened = caught(|| Engine::open(&Disk::Machine, store));
    let engine =
        opened.ok_or_else(|| StoreError::damaged(store, "the engine broke off while it opened it"))??;
    let mut found = Salvaged::default();
    if !found.walk(&engine, b"", "all rows") {
        found.walk_by_letter(&engine);
        found.ask_for_expected(&engine);
    }
    if !found.broken.is_empty() {
        // Closing it would write to a log that is damaged, and may never end. It is a copy.
        std::mem::forget(engine);
    }
    Ok(found)
}

/// `None` where the engine panicked: its answer to some kinds of damage.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

impl Salvaged {
    /// Reads the rows under `prefix` from both ends. False when it broke off.
    fn walk(&mut self, engine: &Engine, prefix: &[u8], what: &str) -> bool {
        let forwards = self.step_through(|| engine.scan(prefix));
        let Err(fault) = forwards else { return true };
        // From the other end, up to the same place.
        let _ = self.step_through(|| engine.scan(prefix).rev());
        self.broken.push(format!("reading {what} broke off: {fault}"));
        false
    }

    /// Each kind of rows alone, where the walk over all of them breaks off: keys begin with a letter.
    fn walk_by_letter(&mut self, engine: &Engine) {
        for letter in (b'A'..=b'Z').chain(b'a'..=b'z') {
            self.walk(engine, &[letter], named::kind(letter));
        }
    }

    fn step_through<I>(&mut self, begin: impl FnOnce() -> I) -> Result<(), String>
    where
        I: Iterator<Item = Result<Row, StoreError>>,
    {
        let broke = || "the engine broke off".to_owned();
        let mut rows = caught(begin).ok_or_else(broke)?;
        loop {
            match caught(|| rows.next()) {
                Some(None) => return Ok(()),
                Some(Some(Ok((key, value)))) => drop(self.rows.insert(key, value)),
                Some(Some(Err(error))) => return Err(error.to_string()),
                None => {
                    // It is in no state to be dropped.
                    std::mem::forget(rows);
                    return Err(broke());
                }
            }
        }
    }

    /// Rows that must be there by what others say: they may stand where no walk comes.
    fn ask_for_expected(&mut self, engine: &Engine) {
        let meta = self.meta();
        let incidents = 1..meta.as_ref().map_or(1, |meta| meta.next.incident);
        let runs = 1..meta.as_ref().map_or(1, |meta| meta.next.run);
        for id in incidents.map(IncidentId) {
            self.ask_for(engine, keys::incident(id));
            let events = self.incident(id).map_or(0, |incident| incident.events.min(EVENTS_MOST));
            (1..=events).for_each(|seq| self.ask_for(engine, keys::event(id, seq)));
        }
        for id in runs.map(RunId) {
            self.ask_for(engine, keys::run(id));
            let events = self.run(id).map_or(0, |run| run.events.min(EVENTS_MOST));
            (1..=events).for_each(|seq| self.ask_for(engine, keys::run_event(id, seq)));
        }
        let next = meta.as_ref().map_or_else(PlainNumbers::default, |meta| meta.next.plain);
        plain::ask_for_expected(&next, |key| {
            self.ask_for(engine, key.clone());
            self.rows.get(&key).cloned()
        });
        let rows = meta.map_or(0, |meta| meta.audit.rows);
        (1..=rows).for_each(|seq| self.ask_for(engine, keys::audit(seq)));
    }

    fn ask_for(&mut self, engine: &Engine, key: Vec<u8>) {
        if self.rows.contains_key(&key) {
            return;
        }
        if let Some(Ok(Some(value))) = caught(|| engine.get(&key)) {
            self.rows.insert(key, value);
        }
    }

    fn meta(&self) -> Option<Meta> {
        codec::decode(self.rows.get(keys::META)?).ok()
    }

    fn incident(&self, id: IncidentId) -> Option<domain::incident::Incident> {
        codec::decode(self.rows.get(&keys::incident(id))?).ok()
    }

    fn run(&self, id: RunId) -> Option<domain::run::Run> {
        codec::decode(self.rows.get(&keys::run(id))?).ok()
    }

    /// The rows, in key order.
    pub fn rows(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.rows.iter().map(|(key, value)| (key.as_slice(), value.as_slice()))
    }

    /// What of the store cannot be read or is missing, a line each. None says only that nothing was found missing.
    pub fn missing(&self, outline: Option<&Outline>) -> Vec<String> {
        let mut lines = self.broken.clone();
        lines.extend(missing::lines(self, outline));
        if let Some(due) = self.meta().and_then(|meta| meta.totals) {
            let mut found = Totals::default();
            self.rows().for_each(|(key, value)| found.add(key, value));
            lines.extend(due.differences(&found).iter().map(damage::words));
        }
        lines
    }

    /// What an export or a backup of it says of itself, as of `now`.
    pub fn head(&self, outline: Option<&Outline>, now: Timestamp) -> Head {
        let meta = self.meta();
        let instance = outline.map(|outline| outline.instance.clone());
        Head {
            store_format: outline.map_or(FORMAT, |outline| outline.format),
            howler: outline.and_then(|outline| outline.howler.clone()).unwrap_or_else(|| VERSION.to_owned()),
            instance: meta.as_ref().map(|meta| meta.instance.clone()).or(instance).unwrap_or_default(),
            at: now,
            alive: outline.and_then(Outline::alive).unwrap_or(now),
            commits: meta.as_ref().map_or(0, |meta| meta.commits),
            incidents: meta.map_or(0, |meta| meta.next.incident.saturating_sub(1)),
            restored: outline.and_then(|outline| outline.restored),
        }
    }

    /// A backup of the rows. Only where nothing is missing is it one that may be restored.
    ///
    /// # Errors
    /// When the head cannot be written as JSON, which it always can.
    pub fn backup(&self, head: &Head) -> Result<Vec<u8>, StoreError> {
        let (mut writer, mut bytes) =
            Writer::begin(head).map_err(|error| StoreError::Row(error.to_string()))?;
        for (key, value) in &self.rows {
            bytes.extend(writer.rows(&[(key.clone(), value.clone())]));
        }
        bytes.extend(writer.end());
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    #[test]
    fn rows_are_found_letter_by_letter_too() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), "one").unwrap();
        let rows =
            [&b"K/k"[..], b"L/l", b"c/1", b"i/1", b"k", b"z/1"].map(|key| (key.to_vec(), Some(vec![1])));
        store.with(|engine| engine.write(rows.to_vec())).unwrap();
        let mut found = [Salvaged::default(), Salvaged::default()];
        let all = store.with(|engine| {
            found[1].walk_by_letter(engine);
            Ok(found[0].walk(engine, b"", "all rows"))
        });
        assert!(all.unwrap() && found[0].rows.len() > rows.len());
        assert_eq!(found[0].rows, found[1].rows);
    }
}
