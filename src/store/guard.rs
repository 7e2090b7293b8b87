//! What guards the folder from the outside: the lock, the identity, and the mark of the last commit.
//!
//! The engine recovers from a torn log by forgetting its end. That is right after a crash in the middle of a write,
//! and wrong when the end had been acknowledged. The mark tells the two apart: it is written after each commit.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::StoreError;

/// What this version writes and reads.
pub(super) const FORMAT: u32 = 1;

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

/// The last commit that was acknowledged, and when howler was last seen alive (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub commits: u64,
    pub alive: Timestamp,
}

const MARK_BYTES: usize = 48;

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
        fs::create_dir_all(folder).map_err(unwritable(folder))?;
        let path = folder.join("howler.lock");
        let open =
            |path: &Path| File::options().read(true).write(true).create(true).truncate(false).open(path);
        let mut lock = open(&path).map_err(unwritable(&path))?;
        if lock.try_lock().is_err() {
            let mut holder = String::new();
            // The holder's number only helps the message; without it the refusal is the same.
            let _ = lock.read_to_string(&mut holder);
            return Err(StoreError::InUse { path: folder.to_owned(), holder: holder.trim().to_owned() });
        }
        lock.set_len(0).map_err(unwritable(&path))?;
        write!(lock, "{}", std::process::id()).map_err(unwritable(&path))?;
        let mark_path = folder.join("mark");
        let mark = open(&mark_path).map_err(unwritable(&mark_path))?;
        Ok(Self { lock, mark, mark_path })
    }

    pub fn mark(&self) -> Option<Mark> {
        mark_in(&self.mark)
    }

    /// Writes the mark again with this number of commits: proves that it can be written.
    pub fn renew_mark(&self, commits: u64) -> Result<(), StoreError> {
        let alive = self.mark().map_or(Timestamp::UNIX_EPOCH, |mark| mark.alive);
        self.set_mark(Mark { commits, alive })
    }

    /// Not synced: after a power cut an older mark is as good.
    pub fn set_mark(&self, mark: Mark) -> Result<(), StoreError> {
        let text = format!("{} {}", mark.commits, mark.alive.as_millisecond());
        let padded = format!("{text:<width$}\n", width = MARK_BYTES - 1);
        self.mark
            .write_all_at(padded.as_bytes(), 0)
            .map_err(|source| StoreError::Unwritable { path: self.mark_path.clone(), source })
    }
}

fn mark_in(file: &File) -> Option<Mark> {
    let mut bytes = [0; MARK_BYTES];
    file.read_exact_at(&mut bytes, 0).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let (commits, alive) = text.trim().split_once(' ')?;
    let alive = Timestamp::from_millisecond(alive.trim().parse().ok()?).ok()?;
    Some(Mark { commits: commits.parse().ok()?, alive })
}

/// The mark of a folder that is not opened; `None` where there is none that reads.
pub(super) fn read_mark(folder: &Path) -> Option<Mark> {
    mark_in(&File::open(folder.join("mark")).ok()?)
}

/// Reads `howler.json`; `None` where there is none.
pub(super) fn read_identity(folder: &Path) -> Result<Option<Identity>, StoreError> {
    let path = folder.join("howler.json");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::Unwritable { path, source }),
    };
    let identity: Identity =
        serde_json::from_str(&text).map_err(|_| StoreError::damaged(&path, "it does not parse"))?;
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
        let mut file = File::create(&draft)?;
        serde_json::to_writer(&mut file, identity)?;
        file.sync_all()?;
        fs::rename(&draft, &path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(|source| StoreError::Unwritable { path, source })
}
