//! Whether the lanes take turns: whoever asks gets a beat from the task that begins and ends them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    lost: AtomicUsize,
}

impl Heart {
    /// Whether a beat comes within that time.
    pub async fn beats(&self, within: Duration) -> bool {
        let mut beats = self.0.beats.subscribe();
        beats.mark_unchanged();
        self.0.asked.notify_one();
        matches!(timeout(within, beats.changed()).await, Ok(Ok(())))
    }

    /// Lanes that ended by a fault inside howler. What they were to send goes out after the next start.
    pub fn lost(&self) -> usize {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// Returns when somebody wants a beat.
    pub(crate) async fn asked(&self) {
        self.0.asked.notified().await;
    }

    pub(crate) fn beat(&self) {
        self.0.beats.send_modify(|beats| *beats += 1);
    }

    pub(crate) fn lose(&self) {
        self.0.lost.fetch_add(1, Ordering::Relaxed);
    }
}
