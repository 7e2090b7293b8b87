//! A file that appears whole or not at all: written beside its name, synced, renamed. For its owner's eyes only.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::DataError;

/// A file being written; gone when it is dropped before [`finish`](Self::finish).
pub struct Draft {
    file: File,
    path: PathBuf,
    target: PathBuf,
    force: bool,
    finished: bool,
}

impl Draft {
    /// # Errors
    /// When `target` is there and not to be written over, or its folder cannot be written.
    pub fn of(target: PathBuf, force: bool) -> Result<Self, DataError> {
        if !force && target.symlink_metadata().is_ok() {
            return Err(DataError::Exists(target));
        }
        let unwritable = |source| DataError::Unwritable { path: target.clone(), source };
        let name = target.file_name().ok_or_else(|| unwritable(io::ErrorKind::IsADirectory.into()))?;
        let mut draft = std::ffi::OsString::from(".");
        draft.push(name);
        draft.push(format!(".{}.new", std::process::id()));
        let path = target.with_file_name(draft);
        let file =
            File::options().write(true).create_new(true).mode(0o600).open(&path).map_err(unwritable)?;
        Ok(Self { file, path, target, force, finished: false })
    }

    /// Some file systems have no links.
    fn rename_where_links_are_unknown(&self, error: io::Error) -> io::Result<()> {
        let unknown = matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported);
        match unknown && self.target.symlink_metadata().is_err() {
            true => fs::rename(&self.path, &self.target),
            false => Err(error),
        }
    }

    /// Where it stands until it is finished.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name, once it is on the disk.
    ///
    /// # Errors
    /// When it cannot be written, or another file has got the name meanwhile.
    pub fn finish(mut self) -> Result<(), DataError> {
        let named = self.file.sync_all().and_then(|()| match self.force {
            true => fs::rename(&self.path, &self.target),
            // Unlike a rename, a link never writes over anything.
            false => fs::hard_link(&self.path, &self.target)
                .and_then(|()| fs::remove_file(&self.path))
                .or_else(|error| self.rename_where_links_are_unknown(error)),
        });
        let target = self.target.clone();
        named.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => DataError::Exists(target.clone()),
            _ => DataError::Unwritable { path: target.clone(), source },
        })?;
        self.finished = true;
        let folder =
            target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| DataError::Unwritable { path: target, source })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.finished {
            // What cannot be removed is a hidden file that says by its name what it is.
            let _ = fs::remove_file(&self.path);
        }
    }
}
