//! The audit of changes: whether it is whole, and whether it is signed with the key that howler is started with.

use std::path::Path;

use super::Line;
use crate::data::{self, DataError};
use config::secrets::AuditSecrets;
use domain::run::audit::Ledger;
use domain::run::signed::Keys;
use ground::clock::Clock;

const WHAT: &str = "audit";

pub async fn line(secrets: &AuditSecrets, data: &Path, clock: &Clock) -> Line {
    let keys = Keys::new(secrets.key.as_ref(), secrets.before.as_ref());
    match data::ledger(data, clock).await {
        Ok(ledger) => told(&ledger, &keys),
        Err(DataError::NoData(_)) => told(&Ledger::default(), &keys),
        Err(error) => Line::note(WHAT, format!("not checked, because the store can't be read: {error}")),
    }
}

pub(super) fn told(ledger: &Ledger, keys: &Keys) -> Line {
    if let Some(why) = &ledger.broken {
        return Line::fail(WHAT, format!("cannot be trusted, so no change can start: {why}"));
    }
    match (ledger.signed.last(), keys.id(), keys.begins(ledger)) {
        (None, None, _) => {
            let words = "not signed: whoever can write the data folder can write it anew. Set HOWLER_AUDIT_KEY to what \
                         `openssl rand -hex 32` prints";
            Line::note(WHAT, words)
        }
        (None, Some(key), _) => Line::note(WHAT, format!("from the next start on: signed with key {key}")),
        (Some(_), Some(key), Some(_)) => Line::note(WHAT, format!("switches to key {key} at the next start")),
        (Some(signed), _, _) => match keys.missing(ledger) {
            Some(why) => Line::fail(WHAT, format!("no change can start: {why}")),
            None => Line::ok(WHAT, format!("signed from row {} on, with key {}", signed.row, signed.key)),
        },
    }
}
