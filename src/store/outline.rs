//! What stands beside the rows: whose folder it is, who served it last, and how far it had come. Read without opening the store.

use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::Path;

use jiff::Timestamp;

use super::guard::{self, FORMAT, Identity};
use super::{Store, StoreError};

/// This version of howler.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How far a store has come. Of two with one instance the greater knows more: commits count on from a backup that was
/// restored, so a later restore is compared first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    /// When the store was made of a backup; `None` is the first of its name.
    pub restored: Option<Timestamp>,
    pub commits: u64,
}

/// What a data folder tells without being opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    pub instance: String,
    pub format: u32,
    /// The version that served it last; folders of older versions do not tell.
    pub howler: Option<String>,
    pub restored: Option<Timestamp>,
    /// The commits that were acknowledged, and when howler was last alive; `None` where the mark does not read.
    pub mark: Option<(u64, Timestamp)>,
}

/// What a start of this version would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// The version before, where the folder tells it.
    pub from: Option<String>,
    /// Rows are written anew, which an older version may not read.
    pub rows: bool,
}

impl Outline {
    /// `None` where this very version served it last.
    pub fn upgrade(&self) -> Option<Upgrade> {
        let rows = self.format < FORMAT;
        (rows || self.howler.as_deref() != Some(VERSION)).then(|| Upgrade { from: self.howler.clone(), rows })
    }

    /// How far it had come, by its mark.
    pub fn standing(&self) -> Option<Standing> {
        self.mark.map(|(commits, _)| Standing { restored: self.restored, commits })
    }

    /// When howler was last alive on it (UTC).
    pub fn alive(&self) -> Option<Timestamp> {
        self.mark.map(|(_, alive)| alive)
    }
}

/// What the folder tells; `None` where no store was begun in it.
///
/// # Errors
/// When `howler.json` cannot be read, or is of a newer version.
pub fn outline(folder: &Path) -> Result<Option<Outline>, StoreError> {
    let Some(identity) = guard::read_identity(folder)? else { return Ok(None) };
    let Identity { format, instance, howler, restored } = identity;
    let mark = guard::read_mark(folder).map(|mark| (mark.commits, mark.alive));
    Ok(Some(Outline { instance, format, howler, restored, mark }))
}

/// Keeps every howler from starting on a folder, for as long as it lives. Nothing in the folder is changed.
pub struct Held {
    _lock: Option<File>,
}

/// Holds a folder that may be damaged, or not be there.
///
/// # Errors
/// When a howler runs on it, or its lock cannot be looked at.
pub fn hold(folder: &Path) -> Result<Held, StoreError> {
    let path = folder.join("howler.lock");
    let unreadable = |source| StoreError::Unreadable { path: path.clone(), source };
    let mut lock = match File::open(&path) {
        Ok(lock) => lock,
        // Whoever serves the folder has made it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Held { _lock: None }),
        Err(source) => return Err(unreadable(source)),
    };
    match lock.try_lock() {
        Ok(()) => Ok(Held { _lock: Some(lock) }),
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // The holder's number only helps the message.
            let _ = lock.read_to_string(&mut holder);
            Err(StoreError::InUse { path: folder.to_owned(), holder: holder.trim().to_owned() })
        }
        Err(TryLockError::Error(source)) => Err(unreadable(source)),
    }
}

impl Store {
    /// How far it has come.
    pub fn standing(&self) -> Standing {
        let commits = *self.commits.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Standing { restored: self.restored, commits }
    }

    /// Notes that this version serves the folder from now on.
    ///
    /// # Errors
    /// When the folder cannot be read or written.
    pub fn note_version(&self) -> Result<(), StoreError> {
        match guard::read_identity(&self.folder)? {
            Some(identity) if identity.howler.as_deref() != Some(VERSION) => {
                let identity = Identity { howler: Some(VERSION.to_owned()), ..identity };
                guard::write_identity(&self.folder, &identity)
            }
            _ => Ok(()),
        }
    }
}
