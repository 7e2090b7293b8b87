//! All rows of one commit boundary, looked through while howler works, and held against what must be there.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, Weak};

use super::archive::Row;
use super::backup::BackupError;
use super::damage::Gathered;
use super::totals::Totals;
use super::verify::several;
use super::{Meta, Store, StoreError, audit, keys, read_meta};
use domain::run::audit::Ledger;

/// What was found beside the work.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// What is missing or was changed, in words.
    pub damage: Option<String>,
    /// Rows that this version cannot read, in words: they are left where they are.
    pub aside: BTreeSet<String>,
    /// What nobody can tell, for the file `mark` was missing.
    pub untold: Option<String>,
    pub audit: AuditKnown,
}

/// Whether the audit's chain was followed since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AuditKnown {
    #[default]
    NotYet,
    Whole,
    /// Why it cannot be followed.
    Broken(String),
}

/// A look through all rows. Nothing is held between two steps.
pub struct Look {
    store: Weak<Store>,
    number: u64,
    due: Totals,
    meta: Meta,
    gathered: Gathered,
    ledger: Ledger,
}

impl Store {
    /// Begins a look through everything that is committed so far.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn begin_look(self: &Arc<Self>) -> Result<Look, StoreError> {
        let _commits = self.commits.read().unwrap_or_else(PoisonError::into_inner);
        let meta = self.with(read_meta)?;
        let meta = meta.ok_or_else(|| StoreError::damaged(&self.folder, "it holds no store"))?;
        let due = self.totals.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let number = self.looks.begin();
        let (gathered, ledger) = (Gathered::default(), Ledger::default());
        Ok(Look { store: Arc::downgrade(self), number, due, meta, gathered, ledger })
    }

    /// What is wrong with the store, in words: damage that was found, and rows that this version cannot read.
    pub fn troubles(&self) -> Vec<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let damage = known.damage.iter().map(|damage| {
            format!(
                "The data folder is damaged: {damage}. howler goes on with what is there. What is missing comes back from a \
                 backup alone: stop howler, then `howler restore --newest` into a new folder"
            )
        });
        damage.chain(known.untold.iter().cloned()).chain(known.aside.iter().cloned()).collect()
    }

    /// What is missing from the store or was changed in it, where that was found.
    pub fn damage(&self) -> Option<String> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).damage.clone()
    }

    /// What is known of the audit's chain.
    pub fn audit_known(&self) -> AuditKnown {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).audit.clone()
    }

    pub(super) fn note(&self, note: impl FnOnce(&mut Known)) {
        note(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Look {
    /// Looks through the next rows. True at the end; the store knows then what was found. Blocks for a few milliseconds.
    ///
    /// # Errors
    /// When the store is gone or is closed after a failed write, or too much changed meanwhile: begin again later.
    pub fn step(&mut self) -> Result<bool, BackupError> {
        let store = self.store.upgrade().ok_or(BackupError::Stopped)?;
        match store.chunk(&store.looks, self.number) {
            Ok(rows) if rows.is_empty() => {
                self.end(&store);
                Ok(true)
            }
            Ok(rows) => {
                rows.iter().for_each(|row| self.take(row));
                Ok(false)
            }
            Err(BackupError::Store(StoreError::Damaged { reason, .. })) => {
                store.note(|known| known.damage = Some(reason));
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, (key, value): &Row) {
        self.gathered.take(key, value);
        if key.starts_with(keys::AUDIT) && self.ledger.broken.is_none() {
            let row = audit::stored(value).map_err(|error| error.to_string());
            let taken = row.and_then(|row| self.ledger.take_stored(&row));
            self.ledger.broken = taken.err();
        }
    }

    fn end(&mut self, store: &Store) {
        store.looks.end(self.number);
        let faults = self.gathered.against(&self.due, &self.meta);
        let chain = match &self.ledger.broken {
            Some(why) => AuditKnown::Broken(why.clone()),
            None if self.ledger.head != self.meta.audit => {
                AuditKnown::Broken("its last rows are missing".to_owned())
            }
            None => AuditKnown::Whole,
        };
        store.note(|known| {
            known.audit = chain;
            known.damage = (!faults.is_empty()).then(|| several(faults));
        });
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        if let Some(store) = self.store.upgrade() {
            store.looks.end(self.number);
        }
    }
}
