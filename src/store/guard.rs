//! What guards the folder from the outside: the lock, the identity, and the mark of the last commit.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::mark::{self, Found};
use super::{StoreError, rights};

pub(super) use super::mark::Mark;

/// What this version writes. 1: until the rows had totals. 2: totals in the store's own row, values in the marks of
/// open incidents and live runs, a mark with a checksum.
pub(super) const FORMAT: u32 = 2;

/// Whose folder it is: `howler.json`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Identity {
    pub format: u32,
    /// Sets this store's effects apart from every other's, in the marks on Slack messages.
    pub instance: String,
    /// The version that served this folder last. Folders of older versions do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub howler: Option<String>,
    /// When it was made of a backup. The store before that had the same instance, and may have come further.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Timestamp>,
}

impl Identity {
    /// Of a store that is made now.
    pub fn new(instance: &str) -> Self {
        Self { format: FORMAT, instance: instance.to_owned(), howler: None, restored: None }
    }
}

/// The lock and the mark, held while the store is open.
pub(super) struct Guard {
    /// Held for the lock.
    lock: File,
    mark: File,
    mark_path: PathBuf,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A program that is being started holds a copy of the file until it runs, and with the copy the lock.
        let _ = self.lock.unlock();
    }
}

impl Guard {
    /// Locks the folder, creating it where it is missing.
    pub fn lock(folder: &Path) -> Result<Self, StoreError> {
        let unwritable = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Unwritable { path, source }
        };
        rights::own(folder)?;
        let path = folder.join("howler.lock");
        let mut lock = File::options();
        lock.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut lock = lock.open(&path).map_err(unwritable(&path))?;
        if lock.try_lock().is_err() {
            let mut holder = String::new();
            // The holder's number only helps the message; without it the refusal is the same.
            let _ = lock.read_to_string(&mut holder);
            return Err(StoreError::InUse { path: folder.to_owned(), holder: holder.trim().to_owned() });
        }
        lock.set_len(0).map_err(unwritable(&path))?;
        write!(lock, "{}", std::process::id()).map_err(unwritable(&path))?;
        let mark_path = folder.join("mark");
        let mark = mark::open(&mark_path).map_err(unwritable(&mark_path))?;
        Ok(Self { lock, mark, mark_path })
    }

    pub fn mark(&self) -> Option<Mark> {
        mark::in_file(&self.mark)
    }

    /// What the mark says, and whether it can be trusted.
    pub fn marked(&self) -> Found {
        mark::read(&self.mark)
    }

    /// Writes the mark again with this number of commits: proves that it can be written.
    pub fn renew_mark(&self, commits: u64) -> Result<(), StoreError> {
        let alive = self.mark().map_or(Timestamp::UNIX_EPOCH, |mark| mark.alive);
        self.set_mark(Mark { commits, alive })
    }

    /// Not synced: after a power cut an older mark is as good.
    pub fn set_mark(&self, mark: Mark) -> Result<(), StoreError> {
        mark::write(&self.mark, mark)
            .map_err(|source| StoreError::Unwritable { path: self.mark_path.clone(), source })
    }

    /// Makes a mark that was written for the first time outlive a power cut.
    pub fn sync_mark(&self) -> Result<(), StoreError> {
        let synced = self.mark.sync_all();
        synced.map_err(|source| StoreError::Unwritable { path: self.mark_path.clone(), source })
    }
}

/// The mark of a folder that is not opened; `None` where there is none that reads.
pub(super) fn read_mark(folder: &Path) -> Option<Mark> {
    mark::in_file(&File::open(folder.join("mark")).ok()?)
}

/// Reads `howler.json`; `None` where there is none.
pub(super) fn read_identity(folder: &Path) -> Result<Option<Identity>, StoreError> {
    let path = folder.join("howler.json");
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::Unwritable { path, source }),
    };
    let unreadable =
        |_| StoreError::damaged(folder, "howler.json, which says whose folder it is, cannot be read");
    let identity: Identity = serde_json::from_slice(&text).map_err(unreadable)?;
    if identity.format == 0 {
        return Err(StoreError::damaged(folder, "howler.json names a format that there never was"));
    }
    if identity.format > FORMAT {
        return Err(StoreError::Newer { path: folder.to_owned(), found: identity.format, known: FORMAT });
    }
    Ok(Some(identity))
}

/// Writes `howler.json` whole or not at all.
pub(super) fn write_identity(folder: &Path, identity: &Identity) -> Result<(), StoreError> {
    let path = folder.join("howler.json");
    let draft = folder.join("howler.json.new");
    let write = || -> std::io::Result<()> {
        let mut options = File::options();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        serde_json::to_writer(&mut file, identity)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|source| StoreError::Unwritable { path, source })
}
