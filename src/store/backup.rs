//! A backup while howler works: the rows as they stood at one commit boundary.
//!
//! Rows are read in chunks, in key order, and commits go on between two chunks. A commit that changes a row which the
//! backup has still to read first lays the old value aside, so that the backup gives the row as it was at its
//! beginning. What is laid aside is bounded: where howler changes more than that meanwhile, the backup gives up.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use jiff::Timestamp;

use super::archive::{Head, Row, Writer};
use super::disk::Engine;
use super::engine::Write;
use super::guard::FORMAT;
use super::{Store, StoreError, read_meta};

/// A chunk ends after so many rows or bytes: a commit waits for one chunk at most, a few milliseconds.
const CHUNK_ROWS: usize = 512;
const CHUNK_BYTES: usize = 256 * 1024;
/// Old values laid aside for one backup, in bytes.
const ASIDE_MOST: usize = 64 * 1024 * 1024;

/// Why a backup came to no end. What was written of it is of no use.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("another backup was begun, which ends this one")]
    Overtaken,
    #[error("too much changed while it was made: take it again, to a faster place")]
    TooSlow,
    #[error("howler stopped while it was made: take it again")]
    Stopped,
    #[error("it cannot be written: {0}")]
    Unwritable(#[from] io::Error),
}

/// The walk through all rows that is under way, of which there is one at most: a new one ends the one before. Backups are
/// one kind of it, [looks](super::look) another.
#[derive(Default)]
pub(super) struct Backups(Mutex<Under>);

#[derive(Default)]
struct Under {
    number: u64,
    way: Option<Way>,
}

/// How far a backup has come.
#[derive(Default)]
pub(super) struct Way {
    /// The last key that was read.
    cursor: Vec<u8>,
    /// Rows behind the cursor that were changed since the beginning, as they were then.
    aside: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    bytes: usize,
    too_slow: bool,
}

impl Backups {
    fn lock(&self) -> MutexGuard<'_, Under> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self) -> u64 {
        let mut under = self.lock();
        under.number += 1;
        under.way = Some(Way::default());
        under.number
    }

    pub(super) fn end(&self, number: u64) {
        let mut under = self.lock();
        if under.number == number {
            under.way = None;
        }
    }

    /// Lays aside what `writes` is about to change, where a backup has still to read it.
    ///
    /// # Errors
    /// When an old value cannot be read.
    pub fn before(&self, engine: &Engine, writes: &[Write]) -> Result<(), StoreError> {
        let mut under = self.lock();
        let Some(way) = under.way.as_mut().filter(|way| !way.too_slow) else { return Ok(()) };
        for (key, _) in writes {
            if *key > way.cursor && !way.aside.contains_key(key) {
                let old = engine.get(key)?;
                way.bytes += key.len() + old.as_ref().map_or(0, Vec::len);
                way.aside.insert(key.clone(), old);
            }
        }
        if way.bytes > ASIDE_MOST {
            way.too_slow = true;
            way.aside.clear();
        }
        Ok(())
    }
}

impl Way {
    /// The next rows as they were at the beginning; none at the end.
    pub(super) fn chunk(&mut self, engine: &Engine) -> Result<Vec<Row>, StoreError> {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        let from = self.cursor.clone();
        for prefix in behind(&from) {
            for row in engine.scan(&prefix) {
                let (key, value) = row?;
                // Rows laid aside that are not there any more come in between.
                while let Some(entry) = self.aside.first_entry().filter(|entry| *entry.key() < key) {
                    let (key, old) = entry.remove_entry();
                    rows.extend(old.map(|old| (key, old)));
                }
                self.cursor.clone_from(&key);
                let value = self.aside.remove(&key).unwrap_or(Some(value));
                let Some(value) = value else { continue };
                bytes += key.len() + value.len();
                rows.push((key, value));
                if rows.len() >= CHUNK_ROWS || bytes >= CHUNK_BYTES {
                    return Ok(rows);
                }
            }
        }
        for (key, old) in std::mem::take(&mut self.aside) {
            self.cursor.clone_from(&key);
            rows.extend(old.map(|old| (key, old)));
        }
        Ok(rows)
    }
}

/// Prefixes that together hold every key behind `key`, in order: first what begins with `key`, then its neighbours,
/// from the last byte up. The engine is asked by prefix only.
pub(super) fn behind(key: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let longer = (0..=u8::MAX).map(move |byte| [key, &[byte]].concat());
    let neighbours = (0..key.len()).rev().flat_map(move |depth| {
        let (before, rest) = key.split_at(depth);
        let above = rest.first().and_then(|byte| byte.checked_add(1));
        let bytes = above.map(|byte| byte..=u8::MAX).into_iter().flatten();
        bytes.map(move |byte| [before, &[byte]].concat())
    });
    longer.chain(neighbours)
}

/// A backup that is being made; its bytes come piece by piece.
pub struct Backup {
    store: Weak<Store>,
    number: u64,
    /// The first bytes, until they are given out.
    first: Option<Vec<u8>>,
    /// `None` once the last bytes are given out.
    writer: Option<Writer>,
}

impl Store {
    /// Begins a backup of everything committed so far. It reads while howler works, holds no lock between two pieces,
    /// and ends by itself when it is dropped. `now` is written into it as the time at which howler was alive, unless
    /// this store is only open to be copied: then that is when howler last was.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn begin_backup(self: &Arc<Self>, now: Timestamp, serving: bool) -> Result<Backup, BackupError> {
        let commits = self.commits.read().unwrap_or_else(PoisonError::into_inner);
        let meta = self.with(read_meta)?;
        let meta = meta.ok_or_else(|| StoreError::damaged(&self.folder, "it holds no store"))?;
        let head = Head {
            store_format: FORMAT,
            howler: env!("CARGO_PKG_VERSION").to_owned(),
            instance: self.instance.clone(),
            at: now,
            alive: if serving { now } else { self.last_alive.unwrap_or(now) },
            commits: *commits,
            incidents: meta.next.incident.saturating_sub(1),
            restored: self.restored,
        };
        let (writer, first) = Writer::begin(&head).map_err(|error| StoreError::Row(error.to_string()))?;
        let number = self.backups.begin();
        Ok(Backup { store: Arc::downgrade(self), number, first: Some(first), writer: Some(writer) })
    }

    /// Whether a backup is being made. A new one would end it.
    pub fn backing_up(&self) -> bool {
        self.backups.lock().way.is_some()
    }

    /// Writes a whole backup, of what is committed when it begins. Blocks.
    ///
    /// # Errors
    /// When the store cannot be read, or `to` cannot be written.
    pub fn backup(
        self: &Arc<Self>,
        now: Timestamp,
        serving: bool,
        to: &mut impl io::Write,
    ) -> Result<(), BackupError> {
        let mut backup = self.begin_backup(now, serving)?;
        while let Some(bytes) = backup.next_bytes()? {
            to.write_all(&bytes)?;
        }
        Ok(())
    }

    /// The next rows of a walk; none at the end.
    pub(super) fn chunk(&self, of: &Backups, number: u64) -> Result<Vec<Row>, BackupError> {
        // No commit meanwhile.
        let _commits = self.commits.read().unwrap_or_else(PoisonError::into_inner);
        let mut under = of.lock();
        if under.number != number {
            return Err(BackupError::Overtaken);
        }
        let way = under.way.as_mut().ok_or(BackupError::Overtaken)?;
        if way.too_slow {
            return Err(BackupError::TooSlow);
        }
        Ok(self.with(|engine| way.chunk(engine))?)
    }
}

impl Backup {
    /// The next bytes of the file; `None` when it is whole. Blocks for a few milliseconds.
    ///
    /// # Errors
    /// When the store cannot be read any more, or another backup was begun.
    pub fn next_bytes(&mut self) -> Result<Option<Vec<u8>>, BackupError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let Some(writer) = self.writer.as_mut() else { return Ok(None) };
        let store = self.store.upgrade().ok_or(BackupError::Stopped)?;
        let rows = store.chunk(&store.backups, self.number)?;
        if !rows.is_empty() {
            return Ok(Some(writer.rows(&rows)));
        }
        store.backups.end(self.number);
        Ok(self.writer.take().map(Writer::end))
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        if let Some(store) = self.store.upgrade() {
            store.backups.end(self.number);
        }
    }
}
