//! Runs of procedures, as they are stored.

use std::path::Path;

use super::disk::Engine;
use super::{Store, StoreError, codec, keys};
use crate::domain::run::Run;
use crate::id::RunId;

/// The number of a store's first run.
pub(super) fn first() -> u64 {
    1
}

/// Those that are not over.
pub(super) fn live(engine: &Engine, folder: &Path) -> Result<Vec<Run>, StoreError> {
    let mut runs = Vec::new();
    for row in engine.scan(keys::LIVE_RUN) {
        let id = keys::run_in(&row?.0).ok_or_else(|| StoreError::Row("a run's mark".into()))?;
        let missing = || StoreError::damaged(folder, &format!("{id} is missing"));
        runs.push(read(engine, id)?.ok_or_else(missing)?);
    }
    Ok(runs)
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
}
