//! How secrets that are to be rotated are stored: names and days, never a value.

use super::kinds::{Stored, read};
use super::plain::PlainRows;
use super::{Store, StoreError, keys};
use domain::credential::{Credential, CredentialId};

impl Stored for Credential {
    const LIVE: Option<&'static [u8]> = Some(b"R/");

    fn key(id: CredentialId) -> Vec<u8> {
        keys::numbered(Self::ROWS, id.0)
    }

    fn events_key(id: CredentialId) -> Vec<u8> {
        keys::events_of(Self::EVENTS, id.0)
    }

    fn mark_key(id: CredentialId) -> Option<Vec<u8>> {
        Self::LIVE.map(|live| keys::numbered(live, id.0))
    }

    fn id_in(key: &[u8]) -> Option<CredentialId> {
        keys::number_in(key).map(CredentialId)
    }
}

impl PlainRows for Credential {
    const ROWS: &'static [u8] = b"P/";
    const EVENTS: &'static [u8] = b"Q/";
    const NAMES: [(u8, &'static str, &'static str); 3] = [
        (b'P', "secret", "secrets"),
        (b'Q', "event of a secret", "events of secrets"),
        (b'R', "secret that is known of", "secrets that are known of"),
    ];

    fn of(number: u64) -> CredentialId {
        CredentialId(number)
    }
}

impl Store {
    /// A secret's name and days.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn credential(&self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        self.with(|engine| read(engine, id))
    }
}
