//! A copy of a stopped howler's rows as an older version left them: [`Store::open`](super::Store::open) would bring them to this
//! version's form first.

use std::path::Path;

use jiff::Timestamp;

use super::archive::{Head, Writer};
use super::backup::Way;
use super::disk::{Disk, Engine};
use super::guard::{self, Guard};
use super::outline::VERSION;
use super::{StoreError, read_meta};

/// A backup of a folder in which no row was changed; its bytes come piece by piece. It holds the folder's lock.
pub struct AsItStands {
    engine: Engine,
    way: Way,
    head: Head,
    first: Option<Vec<u8>>,
    /// `None` once the last bytes are given out.
    writer: Option<Writer>,
    /// Let go after the engine.
    _guard: Guard,
}

impl AsItStands {
    /// # Errors
    /// When the folder is in use, holds no store, or cannot be read.
    pub fn of(folder: &Path, now: Timestamp) -> Result<Self, StoreError> {
        let guard = Guard::lock(folder)?;
        let nothing = || StoreError::damaged(folder, "it holds no store");
        let identity = guard::read_identity(folder)?.ok_or_else(nothing)?;
        if !folder.join("store").exists() {
            return Err(nothing());
        }
        let engine = Engine::open(&Disk::Machine, &folder.join("store"))?;
        let meta = read_meta(&engine)?.ok_or_else(nothing)?;
        let head = Head {
            store_format: identity.format,
            howler: identity.howler.unwrap_or_else(|| VERSION.to_owned()),
            instance: meta.instance,
            at: now,
            alive: guard.mark().map_or(now, |mark| mark.alive),
            commits: meta.commits,
            incidents: meta.next.incident.saturating_sub(1),
            restored: identity.restored,
        };
        let (writer, first) = Writer::begin(&head).map_err(|error| StoreError::Row(error.to_string()))?;
        let way = Way::default();
        Ok(Self { engine, way, head, first: Some(first), writer: Some(writer), _guard: guard })
    }

    /// The next bytes of the file; `None` when it is whole. Blocks.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn next_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let Some(writer) = self.writer.as_mut() else { return Ok(None) };
        let rows = self.way.chunk(&self.engine)?;
        if rows.is_empty() {
            return Ok(self.writer.take().map(Writer::end));
        }
        Ok(Some(writer.rows(&rows)))
    }

    /// What the backup says of itself.
    pub fn head(&self) -> &Head {
        &self.head
    }
}
