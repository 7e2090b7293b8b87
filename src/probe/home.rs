//! A program's own folder, as its `HOME`: the Vercel CLI, for one, ends with an error where it cannot keep its settings.

use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::Path;

use super::user::User;

/// Nobody else looks into it: a program may keep a token there.
const OWN: u32 = 0o700;
/// The folder above is passed through, and not listed, by the user as whom programs run.
const THROUGH: u32 = 0o711;

/// Makes `folder` where it is missing, and gives it to `user`, as whom programs run.
pub fn made(folder: &Path, user: Option<&User>) -> io::Result<()> {
    if let Some(above) = folder.parent() {
        let mode = if user.is_some() { THROUGH } else { OWN };
        DirBuilder::new().recursive(true).mode(mode).create(above)?;
    }
    match DirBuilder::new().mode(OWN).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if let Some(user) = user {
        chown(folder, Some(user.uid), Some(user.gid))?;
    }
    std::fs::set_permissions(folder, Permissions::from_mode(OWN))
}
