//! What is known of a commit that failed.

use super::StoreError;

/// Why a commit was not confirmed, and what that says of it.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// It failed before anything was written.
    #[error("{0}")]
    Nothing(StoreError),
    /// It may be on the disk, or get there yet: sled wrote a part of it, or keeps it in its cache; or it was written, and
    /// the flush, the sync or the mark failed.
    #[error("{0}")]
    Uncertain(StoreError),
}

impl From<CommitError> for StoreError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Nothing(error) | CommitError::Uncertain(error) => error,
        }
    }
}
