//! Runs of procedures, as they are stored.

use std::path::Path;

use super::disk::Engine;
use super::{Store, StoreError, codec, keys};
use crate::domain::run::{Run, RunEvent};
use crate::id::RunId;

/// The number of a store's first run.
pub(super) fn first() -> u64 {
    1
}

/// Those that are not over or still hold a target, and why one of them cannot be read: then nobody knows what is being changed, and nothing else is.
pub(super) fn live(engine: &Engine, folder: &Path) -> Result<(Vec<Run>, Option<String>), StoreError> {
    let (mut runs, mut unreadable) = (Vec::new(), None);
    for row in engine.scan(keys::LIVE_RUN) {
        let id = keys::run_in(&row?.0).ok_or_else(|| StoreError::Row("a run's mark".into()))?;
        let missing = || StoreError::damaged(folder, &format!("{id} is missing"));
        match read(engine, id).and_then(|run| run.ok_or_else(missing)) {
            Ok(run) => runs.push(run),
            Err(error) => unreadable = Some(format!("{id} cannot be read: {error}")),
        }
    }
    Ok((runs, unreadable))
}

fn read(engine: &Engine, id: RunId) -> Result<Option<Run>, StoreError> {
    engine.get(&keys::run(id))?.map(|row| codec::decode(&row)).transpose()
}

impl Store {
    /// A run, whether it is over or not.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        self.with(|engine| read(engine, id))
    }

    /// A run's events in order.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn run_events(&self, id: RunId) -> Result<Vec<RunEvent>, StoreError> {
        self.with(|engine| super::values(engine, &keys::run_events(id)))
    }
}
