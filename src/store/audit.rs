//! The audit of changes, as it is stored: rows that are only added to.

use super::disk::Engine;
use super::{Changes, Store, StoreError, codec, keys};
use crate::domain::run::audit::{AuditRow, Head, Ledger};

/// Where the chain stands. One that cannot be read, or is broken, lets nothing be changed, and everything else goes on.
pub(super) fn ledger(engine: &Engine, expected: &Head) -> Ledger {
    let mut ledger = Ledger::default();
    for row in engine.scan(keys::AUDIT) {
        let row = row.and_then(|(_, row)| codec::decode::<AuditRow>(&row));
        let taken = row.map_err(|error| error.to_string()).and_then(|row| ledger.take(&row));
        if let Err(why) = taken {
            ledger.broken = Some(why);
            break;
        }
    }
    if ledger.broken.is_none() && ledger.head.rows < expected.rows {
        ledger.broken = Some(format!("{} rows at its end are missing", expected.rows - ledger.head.rows));
    }
    ledger
}

/// Where the audit stands after `changes`.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn head(engine: &Engine, changes: &Changes) -> Result<Head, StoreError> {
    match changes.audit.last() {
        Some(row) => Ok(Head { rows: row.seq, hash: row.hash.clone() }),
        None => Ok(super::read_meta(engine)?.map(|meta| meta.audit).unwrap_or_default()),
    }
}

impl Store {
    /// The rows of the audit, oldest first.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn audit(&self) -> Result<Vec<AuditRow>, StoreError> {
        self.with(|engine| super::values(engine, keys::AUDIT))
    }
}
