//! The one file that names the engine: sled, one tree, one atomic batch per commit, the flush awaited.
//!
//! sled's flush ends in `sync_file_range`, which survives a killed process but not a power cut; so the log file is
//! also synced through a handle of our own.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::StoreError;
use super::disk::Row;

/// Page cache; howler's working set is small and read mostly at start.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;

/// How long, and how often, an engine that was just closed is waited for.
const LET_GO: Duration = Duration::from_millis(10);
const LET_GO_TRIES: usize = 200;

/// One write: a key, and its new value or its removal.
pub(super) type Write = (Vec<u8>, Option<Vec<u8>>);

/// An open engine on the machine's disk.
pub(super) struct SledEngine {
    db: sled::Db,
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
        let db = match open_when_let_go(&config) {
            Ok(Ok(db)) => db,
            Ok(Err(error)) => return Err(fault(path, error)),
            Err(_) => return Err(StoreError::damaged(path, "its log cannot be read")),
        };
        let file = path.join("db");
        let log = File::options().write(true).open(&file);
        let log = log.map_err(|source| StoreError::Unwritable { path: file, source })?;
        Ok(Self { db, log, path: path.to_owned() })
    }

    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.db.get(key).map_err(|error| fault(&self.path, error))?;
        Ok(value.map(|value| value.to_vec()))
    }

    /// Rows under `prefix`, in key order.
    pub fn scan(&self, prefix: &[u8]) -> impl DoubleEndedIterator<Item = Result<Row, StoreError>> {
        self.db.scan_prefix(prefix).map(|row| match row {
            Ok((key, value)) => Ok((key.to_vec(), value.to_vec())),
            Err(error) => Err(fault(&self.path, error)),
        })
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
        self.db.apply_batch(batch).map_err(|error| fault(&self.path, error))?;
        self.db.flush().map_err(|error| fault(&self.path, error))?;
        self.log.sync_data().map_err(|source| StoreError::Unwritable { path: self.path.join("db"), source })
    }
}

/// sled's threads let go of its file a little after the handle is dropped. Other processes are kept out by howler's own
/// lock, so whoever still holds it is an engine of ours that was just closed.
fn open_when_let_go(config: &sled::Config) -> std::thread::Result<sled::Result<sled::Db>> {
    let held =
        |error: &sled::Error| matches!(error, sled::Error::Io(io) if io.to_string().contains("acquire lock"));
    for _ in 0..LET_GO_TRIES {
        // sled answers some kinds of damage with a panic.
        match catch_unwind(AssertUnwindSafe(|| config.open())) {
            Ok(Err(error)) if held(&error) => std::thread::sleep(LET_GO),
            opened => return opened,
        }
    }
    catch_unwind(AssertUnwindSafe(|| config.open()))
}

fn fault(path: &Path, error: sled::Error) -> StoreError {
    match error {
        sled::Error::Io(source) => StoreError::Unwritable { path: path.to_owned(), source },
        sled::Error::Corruption { .. } => StoreError::damaged(path, "a part of its log does not add up"),
        sled::Error::Unsupported(reason) | sled::Error::ReportableBug(reason) => {
            StoreError::damaged(path, &reason)
        }
        sled::Error::CollectionNotFound(_) => StoreError::damaged(path, "its tree is missing"),
    }
}
