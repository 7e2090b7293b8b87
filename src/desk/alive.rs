//! Whether the desk takes its turns, for those who would restart a howler that hangs.

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

impl Desk {
    /// Asks the desk for a turn and waits for it no longer than that. Takes no lock.
    pub async fn turn(&self, within: Duration) -> Turn {
        match timeout(within, self.ask(Message::Nudge)).await {
            Ok(Ok(())) => Turn::Taken,
            Ok(Err(_)) => Turn::Gone,
            Err(_) => self.shared.upgrade().map_or(Turn::Gone, |shared| {
                if shared.health.is_at_disk() { Turn::AtDisk } else { Turn::Missing }
            }),
        }
    }
}
