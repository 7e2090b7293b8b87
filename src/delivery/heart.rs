//! Whether the lanes take turns: whoever asks gets a beat from the task that begins and ends them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::timeout;

/// Clones are of one heart.
#[derive(Clone, Debug, Default)]
pub struct Heart(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    asked: Notify,
    beats: watch::Sender<u64>,
}

impl Heart {
    /// Whether a beat comes within that time.
    pub async fn beats(&self, within: Duration) -> bool {
        let mut beats = self.0.beats.subscribe();
        beats.mark_unchanged();
        self.0.asked.notify_one();
        matches!(timeout(within, beats.changed()).await, Ok(Ok(())))
    }

    /// Returns when somebody wants a beat.
    pub async fn asked(&self) {
        self.0.asked.notified().await;
    }

    /// Answers everybody who asks now.
    pub fn beat(&self) {
        self.0.beats.send_modify(|beats| *beats += 1);
    }
}
