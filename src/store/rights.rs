//! The folder holds incidents and phone numbers: it is its owner's alone.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tracing::{info, warn};

use super::StoreError;

const FOLDER: u32 = 0o700;
const FILE: u32 = 0o600;
/// What in the folder is the store's; sockets see to themselves, and other files are somebody else's.
const OURS: [&str; 5] = ["howler.json", "howler.lock", "mark", "store", "restoring"];

/// Makes the folder, or takes what others may do in it away. What cannot be tightened is said, and is no reason not to
/// start: the folder may be another user's who gives howler access by its group.
///
/// # Errors
/// When it cannot be made.
pub(super) fn own(folder: &Path) -> Result<(), StoreError> {
    let unwritable = |source| StoreError::Unwritable { path: folder.to_owned(), source };
    if let Some(above) = folder.parent() {
        fs::create_dir_all(above).map_err(unwritable)?;
    }
    match DirBuilder::new().mode(FOLDER).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        made => return made.map_err(unwritable),
    }
    tighten(folder);
    Ok(())
}

/// Takes from others what they may do in the folder and with the store's files.
pub(super) fn tighten(folder: &Path) {
    let mut loose = Vec::new();
    let taken = narrow(folder, FOLDER, &mut loose)
        .and_then(|()| OURS.iter().try_for_each(|name| narrow_all(&folder.join(name), &mut loose)));
    if let Some((path, mode)) = loose.first() {
        info!(
            path = %path.display(), was = format!("{mode:o}"), files = loose.len(),
            "others could read the data folder; now only its owner can"
        );
    }
    if let Err(error) = taken {
        warn!(%error, folder = %folder.display(), "others may be able to read the data folder: its rights cannot be changed");
    }
}

fn narrow_all(path: &Path, loose: &mut Vec<(PathBuf, u32)>) -> io::Result<()> {
    let kind = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?.file_type(),
    };
    if kind.is_file() {
        return narrow(path, FILE, loose);
    }
    if kind.is_dir() {
        narrow(path, FOLDER, loose)?;
        for entry in fs::read_dir(path)? {
            narrow_all(&entry?.path(), loose)?;
        }
    }
    Ok(())
}

fn narrow(path: &Path, to: u32, loose: &mut Vec<(PathBuf, u32)>) -> io::Result<()> {
    let mode = match fs::metadata(path) {
        // The engine drops files of its own at any time.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?.permissions().mode() & 0o7777,
    };
    if mode & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(to))?;
        loose.push((path.to_owned(), mode));
    }
    Ok(())
}

/// Makes what was just made outlive a power cut: every file of the folder, the folders, and the one above.
///
/// # Errors
/// When something cannot be synced.
pub(super) fn sync_all(folder: &Path) -> Result<(), StoreError> {
    let above = folder.canonicalize().ok().and_then(|folder| folder.parent().map(Path::to_owned));
    let synced = sync(folder).and_then(|()| above.map_or(Ok(()), |above| fs::File::open(above)?.sync_all()));
    synced.map_err(|source| StoreError::Unwritable { path: folder.to_owned(), source })
}

fn sync(path: &Path) -> io::Result<()> {
    let kind = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        found => found?.file_type(),
    };
    if kind.is_dir() {
        for entry in fs::read_dir(path)? {
            sync(&entry?.path())?;
        }
    }
    if kind.is_dir() || kind.is_file() { fs::File::open(path)?.sync_all() } else { Ok(()) }
}
