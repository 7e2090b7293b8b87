//! Why the store cannot be used.

use std::path::{Path, PathBuf};

/// Why the store cannot be used. Nothing is overwritten in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the data folder {} is in use by another howler (process {holder}); stop that one first, or give this one another folder with --data", path.display())]
    InUse { path: PathBuf, holder: String },
    #[error("{} cannot be written: {source}", path.display())]
    Unwritable { path: PathBuf, source: std::io::Error },
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the data folder {} is damaged: {reason}. Nothing was begun anew: what Slack shows still stands, and no incident is forgotten that a backup holds. Leave the folder as it is and take the newest backup into a new one with `howler restore --newest`; what the damaged one still holds comes out with `howler salvage`", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("the data folder {} was written by a newer howler (format {found}, this one knows {known}); run that version", path.display())]
    Newer { path: PathBuf, found: u32, known: u32 },
    #[error("the data folder {} was taken away while howler ran: {what}. Nothing is saved and nothing is begun anew; put the folder back, or stop howler and start it on the folder that is meant", path.display())]
    Gone { path: PathBuf, what: String },
    #[error("a stored row cannot be read: {0}")]
    Row(String),
    #[error("the store is closed after a failed write")]
    Closed,
}

impl StoreError {
    pub(super) fn damaged(path: &Path, reason: &str) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.to_owned() }
    }
}
