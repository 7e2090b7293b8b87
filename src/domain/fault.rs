//! What goes wrong inside howler while somebody asks for something.

use serde::{Deserialize, Serialize};

/// A fault of howler's own, and what it means for the request. The words are made in `view`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// The change could not be saved, so nothing was done.
    NotSaved,
    /// The same, for what Slack sends again by itself for some minutes.
    NotSavedYet,
    /// Nobody knows yet whether the change was saved.
    Uncertain,
    /// The data folder was taken away, so nothing was done.
    FolderGone,
    /// A stored row could not be read, so nothing was done.
    Unreadable,
    /// howler is stopping, and nothing was done.
    Stopping,
}

/// How saving goes, for the delivery board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saving {
    #[default]
    Well,
    /// A save has been waiting for so long.
    Waits { seconds: u64 },
    /// The disk takes no writes.
    Impossible,
    /// The data folder was taken away.
    FolderGone,
}
