//! Whether the desk takes its turns, for those who would restart a howler that hangs.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::timeout;

use super::{Desk, Message};

/// What came of asking the desk for a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Taken,
    /// None yet: it waits for the disk. A howler that is started anew would wait too.
    AtDisk,
    /// None, and nothing explains it.
    Missing,
    /// The desk's task has ended.
    Gone,
}

/// Counts what the desk waits for the disk with.
#[derive(Debug, Default)]
pub(super) struct AtDisk(AtomicUsize);

/// One wait for the disk, until it is dropped.
pub(super) struct Waiting<'a>(&'a AtDisk);

impl AtDisk {
    pub(super) fn begin(&self) -> Waiting<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Waiting(self)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Desk {
    /// Asks the desk for a turn and waits for it no longer than that. Takes no lock.
    pub async fn turn(&self, within: Duration) -> Turn {
        match timeout(within, self.ask(Message::Nudge)).await {
            Ok(Ok(())) => Turn::Taken,
            Ok(Err(_)) => Turn::Gone,
            Err(_) => self.shared.upgrade().map_or(Turn::Gone, |shared| {
                let waits = shared.at_disk.0.load(Ordering::Relaxed) > 0;
                if waits { Turn::AtDisk } else { Turn::Missing }
            }),
        }
    }
}
