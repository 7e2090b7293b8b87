//! What guards the folder from the outside: the lock, the identity, and the mark of the last commit.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::mark::{self, Found};
use super::place::{self, KnownFile};
use super::{StoreError, rights};

pub(super) use super::mark::Mark;

/// What this version writes. 1: until the rows had totals. 2: totals in the store's own row, values in the marks of
/// open incidents and live runs, a mark with a checksum. 3: timers and effects name their owner, and there are kinds that an
/// older howler would take for nothing; older rows stay as they are, and are read. 4: alerts, and doers who are no person, which an
/// older howler would take for somebody in Slack. 5: incidents that are merged, which an older howler would take for open.
/// 6: watches, and alerts of theirs. 7: secrets and their rotation, reports with their deadlines and follow-ups, whose timers and
/// events an older howler cannot read.
pub(super) const FORMAT: u32 = 7;

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
    folder: PathBuf,
    /// Held for the lock. One that could be opened for reading only keeps others out all the same.
    lock: File,
    mark: RwLock<File>,
    mark_path: PathBuf,
    /// The folder, the lock and the mark, as they were opened.
    known: Vec<KnownFile>,
    /// Why lock and mark could be opened for reading only.
    unwritable: RwLock<Option<String>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A program that is being started holds a copy of the file until it runs, and with the copy the lock.
        let _ = self.lock.unlock();
    }
}

impl Guard {
    /// Locks the folder, creating it where it is missing.
    ///
    /// # Errors
    /// When it is in use or cannot be written.
    pub fn lock(folder: &Path) -> Result<Self, StoreError> {
        let guard = Self::hold(folder)?;
        match guard.write_holder() {
            Ok(()) => Ok(guard),
            Err(source) => Err(StoreError::Unwritable { path: folder.to_owned(), source }),
        }
    }

    /// [`lock`](Self::lock), where the disk takes no writes too: then there is only reading, see
    /// [`unwritable`](Self::unwritable). Two howlers are kept apart all the same.
    ///
    /// # Errors
    /// When it is in use, or holds no lock and cannot be written.
    pub fn hold(folder: &Path) -> Result<Self, StoreError> {
        rights::own(folder)?;
        let (path, mark_path) = (folder.join("howler.lock"), folder.join("mark"));
        let (mut lock, lock_trouble) = open(&path, lock_options().open(&path))?;
        if lock.try_lock().is_err() {
            let mut holder = String::new();
            // The holder's number only helps the message; without it the refusal is the same.
            let _ = lock.read_to_string(&mut holder);
            return Err(StoreError::InUse { path: folder.to_owned(), holder: holder.trim().to_owned() });
        }
        let (mark, mark_trouble) = open(&mark_path, mark::open(&mark_path))?;
        let known = [folder, &path, &mark_path].into_iter().map(KnownFile::at).collect::<Result<_, _>>()?;
        let guard = Self {
            folder: folder.to_owned(),
            lock,
            mark: RwLock::new(mark),
            mark_path,
            known,
            unwritable: RwLock::new(lock_trouble.or(mark_trouble)),
        };
        if guard.unwritable().is_none()
            && let Err(error) = guard.write_holder()
        {
            guard.set_unwritable(Some(error.to_string()));
        }
        Ok(guard)
    }

    /// Why there is only reading.
    pub fn unwritable(&self) -> Option<String> {
        self.unwritable.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_unwritable(&self, why: Option<String>) {
        *self.unwritable.write().unwrap_or_else(PoisonError::into_inner) = why;
    }

    /// Whose lock it is, for whoever is refused.
    fn write_holder(&self) -> std::io::Result<()> {
        let process = std::process::id().to_string();
        self.lock.set_len(0)?;
        self.lock.write_all_at(process.as_bytes(), 0)
    }

    /// Opens for writing what could be opened for reading only.
    ///
    /// # Errors
    /// While that is impossible, or where something else lies at the path now.
    pub fn make_writable(&self) -> Result<(), StoreError> {
        if self.unwritable().is_none() {
            return Ok(());
        }
        let write = |path: &Path| File::options().read(true).write(true).open(path).map_err(unwritable(path));
        let path = self.folder.join("howler.lock");
        // The lock itself stays with the file that holds it.
        let lock = write(&path)?;
        let process = std::process::id().to_string();
        lock.set_len(0).and_then(|()| lock.write_all_at(process.as_bytes(), 0)).map_err(unwritable(&path))?;
        let mark = write(&self.mark_path)?;
        self.in_place(None)?;
        *self.mark.write().unwrap_or_else(PoisonError::into_inner) = mark;
        self.set_unwritable(None);
        Ok(())
    }

    /// Refuses a folder that is not the one that was opened; `log` is the engine's.
    ///
    /// # Errors
    /// [`StoreError::Gone`].
    pub fn in_place(&self, log: Option<&KnownFile>) -> Result<(), StoreError> {
        place::check(&self.folder, self.known.iter().chain(log))
    }

    pub fn mark(&self) -> Option<Mark> {
        mark::in_file(&self.mark_file())
    }

    /// What the mark says, and whether it can be trusted.
    pub fn marked(&self) -> Found {
        mark::read(&self.mark_file())
    }

    fn mark_file(&self) -> RwLockReadGuard<'_, File> {
        self.mark.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the mark again with this number of commits: proves that it can be written.
    pub fn renew_mark(&self, commits: u64) -> Result<(), StoreError> {
        let alive = self.mark().map_or(Timestamp::UNIX_EPOCH, |mark| mark.alive);
        self.set_mark(Mark { commits, alive })
    }

    /// Not synced: after a power cut an older mark is as good.
    pub fn set_mark(&self, mark: Mark) -> Result<(), StoreError> {
        mark::write(&self.mark_file(), mark).map_err(unwritable(&self.mark_path))
    }

    /// Makes a mark that was written for the first time outlive a power cut.
    pub fn sync_mark(&self) -> Result<(), StoreError> {
        self.mark_file().sync_all().map_err(unwritable(&self.mark_path))
    }
}

fn unwritable(path: &Path) -> impl FnOnce(std::io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Unwritable { path, source }
}

fn lock_options() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false).mode(0o600);
    options
}

/// What was `opened` at `path`; where the disk takes no writes, the file that is there, for reading alone, with the reason.
fn open(path: &Path, opened: std::io::Result<File>) -> Result<(File, Option<String>), StoreError> {
    let refused = match opened {
        Ok(file) => return Ok((file, None)),
        Err(error) => unwritable(path)(error),
    };
    match File::open(path) {
        Ok(file) if refused.is_trouble_of_the_disk() => Ok((file, Some(refused.to_string()))),
        _ => Err(refused),
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
