//! How what programs begin is found, so that it is known when nothing of it is left.

use std::io;
use std::path::PathBuf;

use super::{adopted, cgroup};

/// The ways, the surest first. By the mark in its limits (`marked`) it is looked for in each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Findable {
    /// Each program is in a control group of its own, below this folder.
    Cgroup(PathBuf),
    /// Orphans become howler's own children.
    Subreaper,
    /// By its mark alone.
    Mark,
}

/// Which way it is here for a howler that serves.
pub fn findable() -> Findable {
    match cgroup::base() {
        Some(base) => Findable::Cgroup(base.to_owned()),
        // The first process of a container is given everybody's orphans, also those of whoever looks into it.
        None if std::process::id() != 1 && rustix::process::child_subreaper().is_ok() => Findable::Subreaper,
        None => Findable::Mark,
    }
}

/// Does what the way takes, at the start of a howler that serves: it begins no process but programs.
///
/// # Errors
/// When the kernel lets it take in no orphans: they are found by their mark alone.
pub fn make_findable() -> io::Result<()> {
    match findable() {
        Findable::Subreaper => adopted::adopt(),
        Findable::Cgroup(_) => {
            cgroup::use_them();
            Ok(())
        }
        Findable::Mark => Ok(()),
    }
}
