//! The one file that names the engine: sled, one tree, one atomic batch per commit, the flush awaited.
//!
//! sled's flush ends in `sync_file_range`, which survives a killed process but not a power cut; so the log file is
//! also synced through a handle of our own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing::debug;

use super::StoreError;
use super::disk::Row;
use super::panics::{caught, caught_quietly};

/// Page cache; howler's working set is small and read mostly at start.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;

/// How long, and how often, an engine that was just closed is waited for.
const LET_GO: Duration = Duration::from_millis(10);
const LET_GO_TRIES: usize = 200;

/// One write: a key, and its new value or its removal.
pub(super) type Write = (Vec<u8>, Option<Vec<u8>>);

/// An open engine on the machine's disk.
pub(super) struct SledEngine {
    /// `None` only while it is dropped.
    db: Option<sled::Db>,
    log: File,
    path: PathBuf,
}

impl SledEngine {
    /// Opens or creates the engine's folder.
    ///
    /// # Errors
    /// When it cannot be read or written, or its log is damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let config = sled::Config::new()
            .path(path)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None)
            .mode(sled::Mode::HighThroughput);
        let db = open_when_let_go(path, &config)?;
        let file = path.join("db");
        let log = File::options().write(true).open(&file);
        let log = log.map_err(|source| StoreError::Unwritable { path: file, source })?;
        Ok(Self { db: Some(db), log, path: path.to_owned() })
    }

    fn db(&self) -> Result<&sled::Db, StoreError> {
        self.db.as_ref().ok_or(StoreError::Closed)
    }

    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let db = self.db()?;
        let value = caught(&self.path, "reading", || db.get(key))?;
        Ok(value.map_err(|error| fault(&self.path, error))?.map(|value| value.to_vec()))
    }

    /// Rows under `prefix`, in key order.
    pub fn scan<'e>(
        &'e self,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row, StoreError>> + use<'e> {
        let begun = self.db().and_then(|db| caught(&self.path, "reading", || db.scan_prefix(prefix)));
        let (rows, broken) = match begun {
            Ok(rows) => (Some(rows), None),
            Err(error) => (None, Some(error)),
        };
        Scan { rows, broken, path: &self.path }
    }

    /// Writes everything or nothing, and returns once it is on the disk.
    pub fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        let db = self.db()?;
        let written = caught(&self.path, "writing", || db.apply_batch(batch).and_then(|()| db.flush()))?;
        written.map_err(|error| fault(&self.path, error))?;
        self.log.sync_data().map_err(|source| StoreError::Unwritable { path: self.path.join("db"), source })
    }
}

impl Drop for SledEngine {
    fn drop(&mut self) {
        let db = self.db.take();
        // What it had left to write was not acknowledged.
        drop(caught_quietly(|| drop(db)));
    }
}

/// Rows that are read one by one; the first fault ends it.
struct Scan<'e> {
    rows: Option<sled::Iter>,
    broken: Option<StoreError>,
    path: &'e Path,
}

impl Scan<'_> {
    fn step(
        &mut self,
        step: fn(&mut sled::Iter) -> Option<<sled::Iter as Iterator>::Item>,
    ) -> Option<Result<Row, StoreError>> {
        if let Some(error) = self.broken.take() {
            return Some(Err(error));
        }
        let rows = self.rows.as_mut()?;
        let row = match caught(self.path, "reading", || step(rows)) {
            Ok(None) => return None,
            Ok(Some(Ok((key, value)))) => Ok((key.to_vec(), value.to_vec())),
            Ok(Some(Err(error))) => Err(fault(self.path, error)),
            Err(error) => Err(error),
        };
        if row.is_err() {
            let rows = self.rows.take();
            drop(caught_quietly(|| drop(rows)));
        }
        Some(row)
    }
}

impl Iterator for Scan<'_> {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step(Iterator::next)
    }
}

impl DoubleEndedIterator for Scan<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.step(DoubleEndedIterator::next_back)
    }
}

/// sled's threads let go of its file a little after the handle is dropped. Other processes are kept out by howler's own
/// lock, so whoever still holds it is an engine of ours: one that was just closed, or one that broke off over damage
/// and never lets go.
#[expect(clippy::disallowed_methods, reason = "nothing tells when sled lets go")]
fn open_when_let_go(path: &Path, config: &sled::Config) -> Result<sled::Db, StoreError> {
    let held =
        |error: &sled::Error| matches!(error, sled::Error::Io(io) if io.to_string().contains("acquire lock"));
    for _ in 0..LET_GO_TRIES {
        // sled answers some kinds of damage with a panic.
        match caught(path, "opening", || config.open())? {
            Err(error) if held(&error) => std::thread::sleep(LET_GO),
            opened => return opened.map_err(|error| fault(path, error)),
        }
    }
    let folder = path.parent().unwrap_or(path);
    Err(StoreError::damaged(folder, "reading it broke off before, and this process still holds its log"))
}

fn fault(path: &Path, error: sled::Error) -> StoreError {
    let folder = path.parent().unwrap_or(path);
    match error {
        sled::Error::Io(source) => StoreError::Unwritable { path: path.to_owned(), source },
        sled::Error::Corruption { .. } => StoreError::damaged(folder, "a part of its log does not add up"),
        sled::Error::Unsupported(reason) | sled::Error::ReportableBug(reason) => {
            debug!(reason, "the engine says");
            StoreError::damaged(folder, "its log cannot be read")
        }
        sled::Error::CollectionNotFound(_) => StoreError::damaged(folder, "its tree is missing"),
    }
}
