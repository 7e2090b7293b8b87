//! An engine that is only read any more: after a write failed, or a copy because the disk cannot be written.
//!
//! sled goes on reading after a failed write, and shows what the failed write had put into its cache. Nobody may read
//! that: what it would have replaced is laid aside before each write, and read instead.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tracing::{info, warn};

use super::StoreError;
use super::disk::{Disk, Engine, Row};
use super::engine::Write;

/// What a failed write would have replaced.
pub(super) type Before = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Rows as they stood before the write that failed.
pub(super) struct Kept {
    engine: Box<Engine>,
    before: Before,
    /// Taken away after the engine: fields go in order.
    _copy: Option<Copied>,
}

impl Kept {
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.before.get(key) {
            Some(before) => Ok(before.clone()),
            None => self.engine.get(key),
        }
    }

    /// Rows under `prefix`, in key order.
    pub fn scan(&self, prefix: &[u8]) -> Box<dyn DoubleEndedIterator<Item = Result<Row, StoreError>> + '_> {
        let aside = self.before.range(prefix.to_vec()..).take_while(|(key, _)| key.starts_with(prefix));
        let aside: BTreeMap<&Vec<u8>, &Option<Vec<u8>>> = aside.collect();
        if aside.is_empty() {
            return self.engine.scan(prefix);
        }
        // A failed write is small, so what is under the prefix is read at once only where it touched it.
        let mut rows = BTreeMap::new();
        for row in self.engine.scan(prefix) {
            match row {
                Ok((key, value)) => drop(rows.insert(key, value)),
                Err(error) => return Box::new(std::iter::once(Err(error))),
            }
        }
        for (key, before) in aside {
            match before {
                Some(value) => drop(rows.insert(key.clone(), value.clone())),
                None => drop(rows.remove(key)),
            }
        }
        Box::new(rows.into_iter().map(Ok))
    }
}

impl Engine {
    /// Laid aside before `writes` are written.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn before(&self, writes: &[Write]) -> Result<Before, StoreError> {
        writes.iter().map(|(key, _)| Ok((key.clone(), self.get(key)?))).collect()
    }

    /// The same rows, for reading alone.
    pub fn kept(self, before: Before) -> Self {
        match self {
            // What it showed already stays as it is.
            Self::Kept(kept) => Self::Kept(kept),
            engine => Self::Kept(Kept { engine: Box::new(engine), before, _copy: None }),
        }
    }

    /// The rows of the store at `path`, in a copy elsewhere.
    ///
    /// # Errors
    /// When nothing elsewhere takes a copy, or it cannot be read.
    pub fn copied(path: &Path) -> Result<Self, StoreError> {
        let copy = Copied::of(path)?;
        let engine = Box::new(Self::open(&Disk::Machine, &copy.0)?);
        info!(copy = %copy.0.display(), "the store is read from a copy: its own disk cannot be written");
        Ok(Self::Kept(Kept { engine, before: Before::new(), _copy: Some(copy) }))
    }
}

/// Folders that begin with this, and the number of the process, hold a copy.
const NAME: &str = "howler-reading-";
/// In memory, where Linux has it: the disk may be what is full.
const MEMORY: &str = "/dev/shm";

/// A copy of the store's files, taken away when it is dropped.
struct Copied(PathBuf);

impl Drop for Copied {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            warn!(%error, copy = %self.0.display(), "a copy of the store was left behind");
        }
    }
}

impl Copied {
    /// Copies the folder to where there is room for it, on another disk than its own.
    fn of(store: &Path) -> Result<Self, StoreError> {
        let unreadable = |source| StoreError::Unwritable { path: store.to_owned(), source };
        let home = fs::metadata(store).map_err(unreadable)?.dev();
        let bytes = size(store).map_err(unreadable)?;
        let mut why = io::Error::from(io::ErrorKind::StorageFull);
        for place in [std::env::temp_dir(), PathBuf::from(MEMORY)] {
            if !fs::metadata(&place).is_ok_and(|found| found.is_dir() && found.dev() != home) {
                continue;
            }
            sweep(&place);
            // Half of what is free stays free: in memory it is everybody's.
            let free = rustix::fs::statvfs(&place).map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize));
            if free.is_ok_and(|free| free / 2 < bytes) {
                continue;
            }
            match Self::into(&place, store) {
                Ok(copy) => return Ok(copy),
                Err(error) => why = error,
            }
        }
        Err(StoreError::Unwritable { path: store.to_owned(), source: why })
    }

    fn into(place: &Path, store: &Path) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let copy = Self(place.join(format!("{NAME}{}-{number}", std::process::id())));
        DirBuilder::new().mode(0o700).create(&copy.0)?;
        copy_all(store, &copy.0)?;
        Ok(copy)
    }
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            DirBuilder::new().mode(0o700).create(&target)?;
            copy_all(&entry.path(), &target)?;
        } else {
            // Not `fs::copy`, which takes over that a file may not be written.
            io::copy(&mut fs::File::open(entry.path())?, &mut fs::File::create_new(&target)?)?;
        }
    }
    Ok(())
}

fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let found = entry.metadata()?;
        bytes += if found.is_dir() { size(&entry.path())? } else { found.len() };
    }
    Ok(bytes)
}

/// Copies of howlers that were killed go.
fn sweep(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(NAME)?.split('-').next());
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Somebody else's stays.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}
