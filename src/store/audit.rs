//! The audit of changes, as it is stored: rows that are only added to, and a checkpoint that says what all of them come to.

use super::disk::Engine;
use super::engine::Write;
use super::look::AuditKnown;
use super::{Changes, Meta, Store, StoreError, codec, keys};
use domain::run::audit::{AuditRow, Head, Ledger, StoredRow};

/// Of an audit of at most so many rows each start follows the whole chain; a longer one is taken from its checkpoint, and
/// followed beside the work. Nothing is changed before that is done.
pub(super) const FOLLOWED_AT_START: u64 = 1_000;

/// Where the chain stands. One that cannot be read, or is broken, lets nothing be changed, and everything else goes on.
pub(super) fn ledger(engine: &Engine, meta: &Meta, known: &AuditKnown) -> Ledger {
    let checkpoint = (meta.audit.rows > FOLLOWED_AT_START).then(|| checkpoint(engine, &meta.audit)).flatten();
    let mut ledger = match (checkpoint, known) {
        (Some(ledger), AuditKnown::Broken(why)) => Ledger { broken: Some(why.clone()), ..ledger },
        (Some(ledger), known) => Ledger { unread: *known == AuditKnown::NotYet, ..ledger },
        (None, _) => follow(engine),
    };
    if ledger.broken.is_none() && ledger.head.rows < meta.audit.rows {
        ledger.broken = Some(format!("{} rows at its end are missing", meta.audit.rows - ledger.head.rows));
    }
    ledger
}

/// What the checkpoint says, where it and the last row are those of `head`.
fn checkpoint(engine: &Engine, head: &Head) -> Option<Ledger> {
    let ledger: Ledger = codec::decode(&engine.get(keys::LEDGER).ok()??).ok()?;
    let last = stored(&engine.get(&keys::audit(head.rows)).ok()??).ok()?;
    (ledger.head == *head && last.row.hash == head.hash).then_some(ledger)
}

/// The whole chain.
fn follow(engine: &Engine) -> Ledger {
    let mut ledger = Ledger::default();
    for row in engine.scan(keys::AUDIT) {
        let row = row.and_then(|(_, row)| stored(&row));
        let taken = row.map_err(|error| error.to_string()).and_then(|row| ledger.take_stored(&row));
        if let Err(why) = taken {
            ledger.broken = Some(why);
            break;
        }
    }
    ledger
}

/// A row of the audit, with the hash of the bytes that stand there.
pub(super) fn stored(row: &[u8]) -> Result<StoredRow, StoreError> {
    StoredRow::read(codec::json(row)?).map_err(|error| StoreError::Row(error.to_string()))
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

/// The checkpoint after `changes`, where they add to the audit. Where there is none to go on from, the next start follows
/// the whole chain.
pub(super) fn next_checkpoint(engine: &Engine, changes: &Changes) -> Result<Option<Write>, StoreError> {
    let Some(first) = changes.audit.first() else { return Ok(None) };
    let before = engine.get(keys::LEDGER)?.and_then(|row| codec::decode::<Ledger>(&row).ok());
    let Some(mut ledger) = before.or_else(|| (first.seq == 1).then(Ledger::default)) else { return Ok(None) };
    match changes.audit.iter().try_for_each(|row| ledger.take(row)) {
        Ok(()) => Ok(Some((keys::LEDGER.to_vec(), Some(codec::encode(&ledger)?)))),
        Err(_) => Ok(None),
    }
}

/// The checkpoint of an audit that never had one.
pub(super) fn first_checkpoint(engine: &Engine) -> Result<Option<Write>, StoreError> {
    let ledger = follow(engine);
    let usable = ledger.broken.is_none() && ledger.head.rows > 0;
    usable.then(|| Ok((keys::LEDGER.to_vec(), Some(codec::encode(&ledger)?)))).transpose()
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
