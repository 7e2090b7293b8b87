//! A local socket's file: whom it lets in, and what becomes of one that a dead howler left.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::SocketAddr;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;
use tracing::warn;

/// Where a socket is made, before anybody but its owner can see it. With the name in it, shorter than any socket's name in howler's folder.
const WORKSHOP: &str = ".sock";

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    #[error(
        "{} is longer than a socket's path may be (about 100 bytes); give howler a folder with a shorter path (--data)",
        path.display()
    )]
    TooLong { path: PathBuf },
    #[error("{} cannot be made: {source}", path.display())]
    Unusable { path: PathBuf, source: io::Error },
}

/// Listens at `path`, for this user and root only. It is made aside and moved there, so that at no instant others can
/// connect, and a socket that lies there is replaced: only who holds the store of the folder may call this.
///
/// # Errors
/// When no socket can be made there.
pub fn bind(path: &Path) -> Result<UnixListener, SocketError> {
    if SocketAddr::from_pathname(path).is_err() {
        return Err(SocketError::TooLong { path: path.to_owned() });
    }
    let workshop = path.with_file_name(WORKSHOP);
    let make = || {
        clear(&workshop)?;
        DirBuilder::new().mode(0o700).create(&workshop)?;
        let made = workshop.join("s");
        let listener = UnixListener::bind(&made)?;
        fs::set_permissions(&made, Permissions::from_mode(0o600))?;
        fs::rename(&made, path)?;
        fs::remove_dir(&workshop)?;
        Ok(listener)
    };
    make().map_err(|source| SocketError::Unusable { path: path.to_owned(), source })
}

/// What a howler that was killed in [`bind`] left.
fn clear(workshop: &Path) -> io::Result<()> {
    match fs::remove_dir_all(workshop) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        cleared => cleared,
    }
}

/// Takes the socket away.
pub fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        warn!(%error, socket = %path.display(), "the socket could not be taken away; the next start replaces it");
    }
}
