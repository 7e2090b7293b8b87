//! A store of format 1 becomes one of format 2: it gets totals, and its marks their values.
//!
//! Everything that follows from the rows is compared first, for the totals would call whole whatever is there. All is
//! one commit: whoever is killed in the middle begins again.

use std::path::Path;

use tracing::{info, warn};

use super::damage::{self, Gathered};
use super::disk::Disk;
use super::disk::Engine;
use super::guard::{FORMAT, Guard};
use super::verify::several;
use super::{Meta, StoreError, audit, codec, guard, keys, read_meta};

/// What stands before an upgrade: how many rows a folder of an older format holds, and what does not fit together in it.
/// `None` where this version wrote it. No row is changed.
///
/// # Errors
/// When the folder is in use or cannot be read.
pub fn before_upgrade(folder: &Path) -> Result<Option<(u64, Vec<String>)>, StoreError> {
    let older = guard::read_identity(folder)?.is_some_and(|identity| identity.format < FORMAT);
    if !older {
        return Ok(None);
    }
    let _guard = Guard::lock(folder)?;
    let engine = Engine::open(&Disk::Machine, &folder.join("store"))?;
    let meta = read_meta(&engine)?.ok_or_else(|| StoreError::damaged(folder, "it holds no store"))?;
    let gathered = gathered(&engine)?;
    Ok(Some((gathered.totals.rows(), gathered.by_itself(&meta))))
}

fn gathered(engine: &Engine) -> Result<Gathered, StoreError> {
    let mut gathered = Gathered::default();
    for row in engine.scan(b"") {
        let (key, value) = row?;
        gathered.take(&key, &value);
    }
    Ok(gathered)
}

/// Gives `engine` its totals.
///
/// # Errors
/// When rows are missing, by what other rows say, or it cannot be written.
pub(super) fn to_format_2(engine: &Engine, meta: Meta, folder: &Path) -> Result<Meta, StoreError> {
    let gathered = gathered(engine)?;
    let timers = gathered.without_timers();
    if !timers.is_empty() {
        warn!(
            of = damage::named(&timers),
            "timers had no rows; they follow from the incidents, and run all the same"
        );
    }
    let faults = gathered.by_itself(&meta);
    if !faults.is_empty() {
        return Err(StoreError::damaged(folder, &several(faults)));
    }
    let mut writes: Vec<_> = gathered.marks().into_iter().map(|(key, mark)| (key, Some(mark))).collect();
    writes.extend(audit::first_checkpoint(engine)?);
    let totals = gathered.totals.after(&engine.before(&writes)?, &writes);
    info!(rows = totals.rows(), "the data folder gets its totals: an older howler does not open it any more");
    let meta = Meta { totals: Some(totals), ..meta };
    writes.push((keys::META.to_vec(), Some(codec::encode(&meta)?)));
    engine.write(writes)?;
    Ok(meta)
}
