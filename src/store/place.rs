//! Whether the folder is still the one that was opened, and whether it has room.
//!
//! A folder that is deleted, moved away or mounted over goes on taking writes through the files that are open. What is
//! written there is lost at the stop, so it must not be acknowledged.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::StoreError;

/// Which file it is, whatever its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId {
    device: u64,
    inode: u64,
}

impl From<Metadata> for FileId {
    fn from(found: Metadata) -> Self {
        Self { device: found.dev(), inode: found.ino() }
    }
}

/// A path, and the file that was there when it was opened.
#[derive(Clone, Debug)]
pub(super) struct KnownFile {
    path: PathBuf,
    id: FileId,
}

impl KnownFile {
    /// # Errors
    /// When there is nothing.
    pub fn at(path: &Path) -> Result<Self, StoreError> {
        let found = fs::metadata(path);
        let found = found.map_err(|source| StoreError::Unwritable { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), id: found.into() })
    }

    fn is_there(&self) -> io::Result<bool> {
        fs::metadata(&self.path).map(|found| FileId::from(found) == self.id)
    }
}

/// Refuses a folder of which one of `files`, itself the first, is not the one that was opened. A few `stat` calls.
///
/// # Errors
/// [`StoreError::Gone`], with what is gone.
pub(super) fn check<'k>(folder: &Path, files: impl Iterator<Item = &'k KnownFile>) -> Result<(), StoreError> {
    for known in files {
        let what = match known.is_there() {
            Ok(true) => continue,
            Ok(false) => replaced(folder, &known.path),
            Err(error) => format!("{} is not there any more ({error})", known.path.display()),
        };
        return Err(StoreError::Gone { path: folder.to_owned(), what });
    }
    Ok(())
}

fn replaced(folder: &Path, path: &Path) -> String {
    let what =
        format!("{} is another one now: it was replaced, or something is mounted over it", path.display());
    match holder(folder) {
        Some(holder) => format!("{what}; another howler (process {holder}) has begun there"),
        None => what,
    }
}

/// The process that has locked what is at the path now.
fn holder(folder: &Path) -> Option<String> {
    let mut lock = File::open(folder.join("howler.lock")).ok()?;
    match lock.try_lock() {
        Ok(()) => None,
        Err(_) => {
            let mut holder = String::new();
            lock.read_to_string(&mut holder).ok()?;
            Some(holder.trim().to_owned()).filter(|holder| !holder.is_empty())
        }
    }
}

/// So much must be free: sled's log grows by half a megabyte at a time, and a start writes a little more.
const ROOM: usize = 1024 * 1024;
const PROBE: &str = "howler.probe";

/// Proves that the folder takes another megabyte, in a file as long as the log would become.
///
/// # Errors
/// When it does not.
pub(super) fn probe(folder: &Path) -> Result<(), StoreError> {
    // A log that is not there yet is as long as nothing.
    let log = fs::metadata(folder.join("store/db")).map_or(0, |found| found.len());
    let path = folder.join(PROBE);
    let write = || {
        let mut file = File::options().write(true).create(true).truncate(true).open(&path)?;
        // Not all zeros, which some file systems do not store.
        let piece: Vec<u8> = (0..64 * 1024_u32).map(|at| (at % 251) as u8).collect();
        // What lies before is a hole, which takes no room.
        file.seek(SeekFrom::Start(log))?;
        for _ in 0..ROOM / piece.len() {
            file.write_all(&piece)?;
        }
        file.sync_data()
    };
    let written = write();
    // What is left of it is written over the next time.
    let removed = fs::remove_file(&path);
    let removed = removed.or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    });
    written.and(removed).map_err(|source| StoreError::Unwritable { path: folder.to_owned(), source })
}

impl StoreError {
    /// Whether the disk is full, read-only or failing: then what is there can still be read. A folder of somebody else's
    /// is not meant.
    pub(super) fn is_trouble_of_the_disk(&self) -> bool {
        const NOT_PERMITTED: i32 = 1;
        const IO: i32 = 5;
        let Self::Unwritable { source, .. } = self else { return false };
        matches!(
            source.kind(),
            io::ErrorKind::StorageFull
                | io::ErrorKind::ReadOnlyFilesystem
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::FileTooLarge
        ) || matches!(source.raw_os_error(), Some(NOT_PERMITTED | IO))
    }
}
