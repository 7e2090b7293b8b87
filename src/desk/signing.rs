//! The first row that a key signs, before anything else is decided.

use jiff::Timestamp;

use domain::actor::Actor;
use domain::run::signed::Keys;
use store::{Changes, Loaded, Store, StoreError};

/// What the store holds, once the audit says with which key its rows are signed from now on.
///
/// # Errors
/// When the store cannot be read or written.
pub fn begin(store: &Store, keys: &Keys, now: Timestamp) -> Result<Loaded, StoreError> {
    let mut loaded = store.load()?;
    if store.is_read_only() {
        return Ok(loaded);
    }
    let Some(what) = keys.begins(&loaded.ledger) else { return Ok(loaded) };
    let row = loaded.ledger.next(now, Actor::Howler, what, keys);
    match loaded.ledger.take(&row) {
        Ok(()) => {
            let audit = vec![row];
            store.commit(&Changes { audit, next: loaded.next, ..Changes::default() }, now)?;
        }
        Err(why) => loaded.ledger.broken = Some(why),
    }
    Ok(loaded)
}
