//! The folder of automatic backups: what they are called, which are kept, and which is the newest that can be used.
//!
//! A file is a store's own by its name and by its head. Nothing else in the folder is ever touched.

mod keep;
pub mod name;

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::{DataError, Draft};
use store::archive::{ArchiveError, Head, Reader};

/// A second may hold no more backups than this, of all howlers that share a folder.
const SAME_SECOND: i64 = 10;

/// A folder of backups, which may not be there yet.
#[derive(Clone, Debug)]
pub struct BackupFolder {
    path: PathBuf,
}

/// A backup in the folder whose head reads; its rows may still be damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub path: PathBuf,
    /// It holds everything up to then, by its name. Its bytes may be older: nothing had changed since.
    pub at: Timestamp,
    pub head: Head,
}

/// Files named as backups that cannot be used, and why.
pub type Damaged = Vec<(PathBuf, ArchiveError)>;

impl Kept {
    /// Reads it through.
    ///
    /// # Errors
    /// When it is damaged or cannot be read.
    pub fn verify(&self) -> Result<u64, ArchiveError> {
        Reader::open(BufReader::new(File::open(&self.path)?))?.verify()
    }
}

impl BackupFolder {
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The backups of whichever store, the newest first by name, and what is named as one and has no head that reads.
    ///
    /// # Errors
    /// When the folder cannot be read. One that is not there holds nothing.
    pub fn all(&self) -> Result<(Vec<Kept>, Damaged), DataError> {
        let unreadable = |source| DataError::Unreadable { path: self.path.clone(), source };
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Default::default()),
            entries => entries.map_err(unreadable)?,
        };
        let (mut kept, mut damaged) = (Vec::new(), Vec::new());
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            let path = entry.path();
            let Some(at) = name::instant(&path) else { continue };
            if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
                continue;
            }
            match head_of(&path) {
                Ok(head) => kept.push(Kept { path, at, head }),
                Err(error) => damaged.push((path, error)),
            }
        }
        kept.sort_by(|one, other| other.path.cmp(&one.path));
        damaged.sort_by(|one, other| other.0.cmp(&one.0));
        Ok((kept, damaged))
    }

    /// The backups of one store, the newest first by name.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub fn of(&self, instance: &str) -> Result<Vec<Kept>, DataError> {
        let (mut kept, _) = self.all()?;
        kept.retain(|kept| kept.head.instance == instance);
        Ok(kept)
    }

    /// Writes a backup that holds everything up to `at`, of the bytes that `next` gives: whole, read through, or not at
    /// all. The folder is made where it is missing.
    ///
    /// # Errors
    /// When `next` fails, or the folder or the file cannot be written.
    pub fn write(
        &self,
        at: Timestamp,
        mut next: impl FnMut() -> Result<Option<Vec<u8>>, DataError>,
    ) -> Result<Kept, DataError> {
        self.make()?;
        let (path, at) = self.free_name(at);
        let mut draft = Draft::of(path.clone(), false)?;
        while let Some(bytes) = next()? {
            draft.write_all(&bytes).map_err(|source| DataError::Unwritable { path: path.clone(), source })?;
        }
        let written = draft.path().to_owned();
        let reader =
            File::open(&written).map_err(|source| DataError::Unreadable { path: written, source })?;
        let reader = Reader::open(BufReader::new(reader)).map_err(DataError::BadBackup)?;
        let head = reader.head().clone();
        reader.verify().map_err(DataError::BadBackup)?;
        draft.finish()?;
        Ok(Kept { path, at, head })
    }

    /// Gives a backup a later name: nothing has changed since it was written.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn renew(&self, kept: &Kept, at: Timestamp) -> Result<Kept, DataError> {
        let (path, at) = self.free_name(at);
        let unwritable = |source| DataError::Unwritable { path: path.clone(), source };
        fs::rename(&kept.path, &path).map_err(unwritable)?;
        File::open(&self.path).and_then(|folder| folder.sync_all()).map_err(unwritable)?;
        Ok(Kept { path: path.clone(), at, head: kept.head.clone() })
    }

    /// Removes those of the store's own that are kept no longer, and gives how many.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file cannot be removed.
    pub fn prune(&self, instance: &str, now: Timestamp) -> Result<usize, DataError> {
        let own = self.of(instance)?;
        let going = keep::going(&own.iter().map(|kept| kept.at).collect(), now);
        let going: BTreeSet<Timestamp> = going.into_iter().collect();
        let mut removed = 0;
        for kept in own.iter().filter(|kept| going.contains(&kept.at)) {
            let path = kept.path.clone();
            fs::remove_file(&kept.path).map_err(|source| DataError::Unwritable { path, source })?;
            removed += 1;
        }
        Ok(removed)
    }

    /// Removes what the store's own howler had begun to write when it was killed. Nobody writes to the folder now.
    pub fn sweep(&self, instance: &str) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let path = entry.path();
            let empty = entry.metadata().is_ok_and(|found| found.is_file() && found.len() == 0);
            let own = || head_of(&path).is_ok_and(|head| head.instance == instance);
            if name::is_draft(&path) && (empty || own()) {
                // It counts as nothing wherever it is; only its room is lost.
                let _ = fs::remove_file(&path);
            }
        }
    }

    /// Makes the folder, for its owner's eyes only.
    fn make(&self) -> Result<(), DataError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&self.path);
        made.map_err(|source| DataError::Unwritable { path: self.path.clone(), source })
    }

    /// A name that nobody has: a second may be taken already.
    fn free_name(&self, at: Timestamp) -> (PathBuf, Timestamp) {
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        let later = |seconds| at.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(at);
        let names = (0..SAME_SECOND).map(later).map(|at| (self.path.join(name::of(at)), at));
        let mut names = names.filter(|(path, _)| path.symlink_metadata().is_err());
        names.next().unwrap_or_else(|| (self.path.join(name::of(at)), at))
    }
}

fn head_of(path: &Path) -> Result<Head, ArchiveError> {
    Ok(Reader::open(BufReader::new(File::open(path)?))?.head().clone())
}

#[cfg(test)]
mod tests;
