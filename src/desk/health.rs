//! How saving goes, for those who look from outside.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use domain::fault::Saving;
use store::StoreError;

/// A save that takes longer is told.
const SLOW: Duration = Duration::from_secs(3);

/// What keeps howler from saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The store takes no writes.
    Disk,
    /// The data folder was taken away.
    FolderGone,
}

impl Trouble {
    pub fn of(error: &StoreError) -> Self {
        match error {
            StoreError::Gone { .. } => Self::FolderGone,
            _ => Self::Disk,
        }
    }
}

/// Set by the desk, read by everybody.
#[derive(Debug, Default)]
pub struct Health(Mutex<Inner>);

#[derive(Clone, Copy, Debug, Default)]
struct Inner {
    trouble: Option<Trouble>,
    saving_since: Option<Instant>,
}

impl Health {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn set_trouble(&self, trouble: Option<Trouble>) {
        self.lock().trouble = trouble;
    }

    /// A save, a sign of life or the opening of the store is in hand until the result is dropped.
    pub fn begin(&self) -> InHand<'_> {
        self.lock().saving_since = Some(Instant::now());
        InHand(self)
    }

    /// How long the save in hand has taken; nothing where none is.
    pub fn waiting(&self) -> Duration {
        let since = self.lock().saving_since;
        elapsed(since)
    }

    /// Whether the desk waits for the disk.
    pub fn is_at_disk(&self) -> bool {
        self.lock().saving_since.is_some()
    }

    pub fn saving(&self) -> Saving {
        let Inner { trouble, saving_since } = *self.lock();
        let waiting = elapsed(saving_since);
        match trouble {
            Some(Trouble::FolderGone) => Saving::FolderGone,
            Some(Trouble::Disk) => Saving::Impossible,
            None if waiting > SLOW => Saving::Waits { seconds: waiting.as_secs() },
            None => Saving::Well,
        }
    }
}

fn elapsed(since: Option<Instant>) -> Duration {
    since.map_or(Duration::ZERO, |since| since.elapsed())
}

/// See [`Health::begin`].
#[must_use]
pub struct InHand<'h>(&'h Health);

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.lock().saving_since = None;
    }
}
