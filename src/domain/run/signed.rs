//! Who wrote the audit: rows signed with a key that is not in the data folder, so that whoever can write the folder cannot write the
//! audit anew unseen (research 2b, rule 18).
//!
//! Ed25519 (RFC 8032): the key's public half is its id, stands in the audit, and lets anybody check a row without the secret.

use std::fmt;
use std::sync::Arc;

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::audit::{AuditRow, Audited, Ledger};
use crate::secret::Secret;

/// What sets these signatures apart from any others made with the same secret.
const CONTEXT: &str = "howler audit row ";
/// Signs of a key's id that tell it from others for a person.
const SHORT: usize = 12;

/// From which row on rows are signed, and with which key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedFrom {
    pub row: u64,
    pub key: String,
    /// The key before it was said to be lost, so it did not sign the change-over.
    pub lost: bool,
}

/// One key.
pub struct Key {
    pair: Ed25519KeyPair,
    id: String,
}

impl Key {
    /// `None` where `ring` takes no such seed, which it does of any 32 bytes.
    fn new(secret: &Secret) -> Option<Self> {
        let seed = Sha256::digest(secret.reveal().as_bytes());
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        let id = hex::encode(pair.public_key().as_ref());
        Some(Self { pair, id })
    }

    fn sign(&self, hash: &str) -> String {
        hex::encode(self.pair.sign(format!("{CONTEXT}{hash}").as_bytes()).as_ref())
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(short(&self.id))
    }
}

/// The first signs of a key's id.
pub fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

/// What becomes of the key that signed before.
#[derive(Clone, Debug, PartialEq)]
enum Before {
    Known(Arc<Key>),
    /// By the first signs of its id.
    Lost(String),
}

/// What `HOWLER_AUDIT_KEY_BEFORE` begins with where the key is gone; the first signs of the key's id follow.
const LOST: &str = "lost:";

/// The keys that howler was started with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keys {
    now: Option<Arc<Key>>,
    before: Option<Before>,
}

impl Keys {
    /// `before` is the key that is changed over from, or `lost:` and the first signs of its id.
    pub fn new(now: Option<&Secret>, before: Option<&Secret>) -> Self {
        let key = |secret| Key::new(secret).map(Arc::new);
        let before = before.and_then(|before| match before.reveal().strip_prefix(LOST) {
            Some(id) => Some(Before::Lost(id.to_owned())),
            None => key(before).map(Before::Known),
        });
        Self { now: now.and_then(key), before }
    }

    /// The id of the key that signs, where there is one.
    pub fn id(&self) -> Option<&str> {
        self.now.as_ref().map(|key| key.id.as_str())
    }

    /// The row that must be written before any other: from here on rows are signed, or signed with another key.
    pub fn begins(&self, ledger: &Ledger) -> Option<Audited> {
        let now = self.now.as_ref().filter(|_| ledger.broken.is_none())?;
        let key = now.id.clone();
        match (ledger.key(), &self.before) {
            (None, _) => Some(Audited::SignedFrom { key, lost: false }),
            (Some(signed), _) if signed == now.id => None,
            (Some(signed), Some(Before::Known(before))) if signed == before.id => {
                Some(Audited::SignedFrom { key, lost: false })
            }
            (Some(signed), Some(Before::Lost(id)))
                if id.len() >= SHORT && signed.starts_with(id.as_str()) =>
            {
                Some(Audited::SignedFrom { key, lost: true })
            }
            _ => None,
        }
    }

    /// Why no row can be added to a signed audit, in words, with what to do.
    pub fn missing(&self, ledger: &Ledger) -> Option<String> {
        let signed = ledger.key()?;
        let other = "set HOWLER_AUDIT_KEY to the key that signed it, and start howler again";
        match &self.now {
            Some(now) if now.id == signed => None,
            None => Some(format!("it is signed with the key {}, and no key is set: {other}", short(signed))),
            Some(now) => Some(format!(
                "it is signed with the key {0}, and HOWLER_AUDIT_KEY is the key {1}: {other}; or, to change over to {1}, set \
                 HOWLER_AUDIT_KEY_BEFORE to the key {0}, or to {LOST}{0} where it is lost",
                short(signed),
                short(&now.id),
            )),
        }
    }

    /// Signs a row that comes next after `ledger`. A change-over is signed by the key before it, a beginning by the new one.
    pub fn sign(&self, ledger: &Ledger, row: &AuditRow) -> Option<String> {
        let beginning = matches!(row.what, Audited::SignedFrom { .. });
        let lost = matches!(row.what, Audited::SignedFrom { lost: true, .. });
        let key = match (&self.before, ledger.key()) {
            (_, None) if !beginning => return None,
            (Some(Before::Known(before)), Some(_)) if beginning && !lost => before,
            _ => self.now.as_ref()?,
        };
        Some(key.sign(&row.hash))
    }
}

/// Whether the row that comes next after `ledger` is signed as it must be.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check(ledger: &Ledger, row: &AuditRow) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("row {} {what}", row.seq));
    let by = match (&row.what, ledger.key()) {
        (Audited::SignedFrom { key, lost }, before) => match before {
            Some(before) if !lost => before,
            _ => key,
        },
        (_, Some(key)) => key,
        (_, None) if row.signature.is_none() => return Ok(()),
        (_, None) => return wrong("is signed, and no row says with which key"),
    };
    let Some(signature) = &row.signature else { return wrong("is not signed, though rows before it are") };
    let (Ok(key), Ok(signature)) = (hex::decode(by), hex::decode(signature)) else {
        return wrong("is not signed in howler's form");
    };
    let message = format!("{CONTEXT}{}", row.hash);
    match UnparsedPublicKey::new(&ED25519, key).verify(message.as_bytes(), &signature) {
        Ok(()) => Ok(()),
        Err(_) => wrong(&format!("is not signed with the key {}", short(by))),
    }
}

/// What the signatures of an audit that was followed to its end come to, in words; `ours` is the id of the key that they must be made
/// with now, where it is known.
///
/// # Errors
/// When they are of another key, or there are none.
pub fn told(ledger: &Ledger, ours: Option<&str>) -> Result<String, String> {
    let Some(first) = ledger.signed.first() else {
        return match ours.filter(|_| ledger.head.rows > 0) {
            None => Ok("Its rows are not signed.".to_owned()),
            Some(key) => Err(format!(
                "no row is signed, though a key ({}) is given: howler was never started with it, or the audit was written anew",
                short(key)
            )),
        };
    };
    let last = ledger.key().unwrap_or_default();
    if let Some(key) = ours.filter(|key| !last.starts_with(*key)) {
        return Err(format!("its last rows are signed with the key {last}, and not with {key}"));
    }
    let unsigned = first.row - 1;
    let before =
        if unsigned > 0 { format!("; the {unsigned} rows before are not signed") } else { String::new() };
    let mut said = format!("Rows from {} on are signed{before}.", first.row);
    for change in ledger.signed.iter().skip(1) {
        said += &match change.lost {
            false => format!(" At row {} the key was changed, which the key before it signed.", change.row),
            true => format!(
                " AT ROW {} THE KEY BEFORE IT WAS SAID TO BE LOST, so nothing but the hashes ties what is before to what is after: \
                 compare with the hashes on the incidents' timelines.",
                change.row
            ),
        };
    }
    match ours {
        Some(_) => Ok(format!("{said} The signatures fit the key that is given.")),
        None => Ok(format!(
            "{said} The signatures fit the key that the audit itself names; that it is yours was not checked, for no key is given: {last}"
        )),
    }
}

#[cfg(test)]
mod tests;
