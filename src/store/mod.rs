//! The state folder: events, incidents, timers, outbox and deliveries seen, in one atomic commit.
//!
//! Nothing outside this module knows the engine.

pub mod archive;
mod as_it_stands;
mod audit;
mod backup;
mod begin;
mod changes;
mod codec;
mod damage;
mod disk;
mod engine;
mod error;
mod guard;
mod keys;
mod load;
mod look;
mod mark;
mod migrate;
mod outline;
mod panics;
pub mod record;
mod restore;
mod rights;
mod rows;
mod runs;
pub mod salvage;
mod totals;
mod verify;
mod words;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock, Weak};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::answer::Answer;
use crate::domain::incident::Incident;
use crate::domain::incident::event::Event;
use crate::domain::oncall::event::PageRecord;
use crate::domain::run::audit::Head;
use crate::domain::timer::{Outage, Timer};
use crate::id::{ChannelId, DeliveryId, IncidentId, MessageTs};
use disk::Engine;
pub use disk::{Disk, MemoryDisk};
pub use error::StoreError;
use guard::{FORMAT, Guard, Identity, Mark};
use look::Known;
use totals::Totals;

pub use as_it_stands::AsItStands;
pub use backup::{Backup, BackupError};
pub use changes::{Changes, Loaded};
pub use look::{AuditKnown, Look};
pub use migrate::before_upgrade;
pub use outline::{Held, Outline, Standing, Upgrade, VERSION, hold, outline};
pub use restore::{DRAFT as RESTORING, RestoreError, Restored};

/// Deliveries are remembered this long: Slack re-sends for minutes, and events that it held back for an hour or so.
const REMEMBER: SignedDuration = SignedDuration::from_hours(6);
/// A commit forgets at most this many deliveries, or twice what it adds, so that none grows slow.
const FORGET_AT_ONCE: usize = 64;

/// The store's own row, written in every commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Meta {
    instance: String,
    commits: u64,
    next_incident: u64,
    next_effect: u64,
    /// Stores of older versions had no runs.
    #[serde(default = "runs::first")]
    next_run: u64,
    /// Where the audit stands: rows missing at its end are seen. Stores of older versions had none.
    #[serde(default)]
    audit: Head,
    /// Every incident has its row of words; stores of older versions had none.
    #[serde(default)]
    words: bool,
    /// What must be there; stores of format 1 had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    totals: Option<Totals>,
}

/// The open state folder. One process at a time.
pub struct Store {
    folder: PathBuf,
    disk: Disk,
    instance: String,
    guard: Guard,
    /// `None` after a failed write, until [`recover`](Self::recover).
    engine: RwLock<Option<Engine>>,
    commits: RwLock<u64>,
    /// When howler was last alive before it was opened.
    last_alive: Option<Timestamp>,
    /// When it was made of a backup.
    restored: Option<Timestamp>,
    backups: backup::Backups,
    looks: backup::Backups,
    /// What must be there after the last commit.
    totals: Mutex<Totals>,
    known: Mutex<Known>,
}

impl Store {
    /// Opens the folder, or makes it. `instance` names a new store, and is not used for an existing one.
    ///
    /// # Errors
    /// When it is in use, cannot be written, is damaged, or is of a newer version.
    pub fn open(folder: &Path, instance: &str) -> Result<Self, StoreError> {
        Self::open_on(Disk::Machine, folder, instance)
    }

    /// [`open`](Self::open), with the rows on `disk`; what guards them stays in the folder.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_on(disk: Disk, folder: &Path, instance: &str) -> Result<Self, StoreError> {
        let guard = Guard::lock(folder)?;
        let identity = guard::read_identity(folder)?;
        if folder.join(restore::DRAFT).exists() {
            return Err(StoreError::damaged(
                folder,
                "a restore into it was cut off: empty it and restore again",
            ));
        }
        let restored = identity.as_ref().and_then(|identity| identity.restored);
        let engine = Engine::open(&disk, &folder.join("store"))?;
        rights::tighten(folder);
        let meta = read_meta(&engine)?;
        let format = identity.as_ref().map_or(FORMAT, |identity| identity.format);
        let howler = identity.as_ref().and_then(|identity| identity.howler.clone());
        let meta = match (identity, meta) {
            (None, None) => begin::create(folder, &engine, &guard, instance)?,
            // Stopped in the middle of being made.
            (None, Some(meta)) if meta.commits == 0 => {
                guard::write_identity(folder, &Identity::new(&meta.instance))?;
                meta
            }
            (None, Some(_)) => return Err(StoreError::damaged(folder, "howler.json is missing")),
            (Some(_), None) => return Err(StoreError::damaged(folder, "it holds no store any more")),
            (Some(identity), Some(meta)) if identity.instance != meta.instance => {
                return Err(StoreError::damaged(folder, "howler.json is of another store"));
            }
            (Some(_), Some(meta)) => meta,
        };
        let (mark, untold) = begin::marked(&guard, meta.commits, folder)?;
        let (meta, totals) = begin::whole(&engine, meta, format, folder)?;
        if let Disk::Memory(_) = disk {
            verify::all(&engine, &meta, &totals, folder)?;
        }
        if format < FORMAT {
            // Last of all: a howler of the old format may open the folder until here.
            guard.renew_mark(meta.commits)?;
            guard.sync_mark()?;
            let identity = Identity { howler, restored, ..Identity::new(&meta.instance) };
            guard::write_identity(folder, &identity)?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            disk,
            instance: meta.instance,
            guard,
            engine: RwLock::new(Some(engine)),
            commits: RwLock::new(meta.commits),
            last_alive: mark.map(|mark| mark.alive),
            restored,
            backups: backup::Backups::default(),
            looks: backup::Backups::default(),
            totals: Mutex::new(totals),
            known: Mutex::new(Known { untold, ..Known::default() }),
        })
    }

    /// Runs `work` where it may block without holding up the runtime; `None` when the store is gone, or `work` panicked.
    pub async fn aside<T: Send + 'static>(
        store: Weak<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Option<T> {
        let held = store.upgrade()?;
        let disk = match &held.disk {
            Disk::Machine => return tokio::task::spawn_blocking(move || work(&held)).await.ok(),
            Disk::Memory(disk) => disk.clone(),
        };
        drop(held);
        disk.turn().await;
        let done = work(&*store.upgrade()?);
        disk.turn().await;
        Some(done)
    }

    /// The name that sets this store's effects apart.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// How much of the disk the store takes, in bytes; what cannot be looked at is not counted.
    pub fn bytes(&self) -> u64 {
        let (mut folders, mut bytes) = (vec![self.folder.clone()], 0);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                match entry.metadata() {
                    Ok(found) if found.is_dir() => folders.push(entry.path()),
                    Ok(found) => bytes += found.len(),
                    Err(_) => {}
                }
            }
        }
        bytes
    }

    /// The time in which howler did not run, up to `now`; `None` for a new store.
    pub fn outage(&self, now: Timestamp) -> Option<Outage> {
        self.last_alive.map(|from| Outage { from: from.min(now), until: now })
    }

    /// Notes that howler is alive at `now`.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn alive(&self, now: Timestamp) -> Result<(), StoreError> {
        let commits = *self.commits.read().unwrap_or_else(PoisonError::into_inner);
        self.guard.set_mark(Mark { commits, alive: now })
    }

    /// Writes all changes or none, and returns once they are on the disk. Blocks.
    ///
    /// # Errors
    /// When they could not be written; the store is closed then until [`recover`](Self::recover).
    pub fn commit(&self, changes: &Changes, now: Timestamp) -> Result<(), StoreError> {
        let mut commits = self.commits.write().unwrap_or_else(PoisonError::into_inner);
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let written = self.with(|engine| {
            let mut writes = rows::of(changes, now)?;
            words::rows(engine, changes, &mut writes)?;
            let most = FORGET_AT_ONCE.max(2 * changes.seen.len());
            rows::forget(engine, now, most, &mut writes)?;
            writes.extend(audit::next_checkpoint(engine, changes)?);
            let after = totals.after(engine, &writes)?;
            let meta = Meta {
                instance: self.instance.clone(),
                commits: *commits + 1,
                next_incident: changes.next_incident,
                next_effect: changes.next_effect,
                next_run: changes.next_run,
                audit: audit::head(engine, changes)?,
                words: true,
                totals: Some(after.clone()),
            };
            writes.push((keys::META.to_vec(), Some(codec::encode(&meta)?)));
            self.backups.before(engine, &writes)?;
            self.looks.before(engine, &writes)?;
            engine.write(writes)?;
            Ok(after)
        });
        match written {
            Ok(after) => *totals = after,
            Err(error) => {
                *self.engine.write().unwrap_or_else(PoisonError::into_inner) = None;
                return Err(error);
            }
        }
        *commits += 1;
        self.guard.set_mark(Mark { commits: *commits, alive: now })
    }

    /// Opens the engine again after a failed write. What memory held must be loaded again: the failed commit may
    /// have reached the disk after all.
    ///
    /// # Errors
    /// While the folder still cannot be written.
    pub fn recover(&self) -> Result<(), StoreError> {
        let mut commits = self.commits.write().unwrap_or_else(PoisonError::into_inner);
        let mut slot = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        *slot = None;
        let engine = Engine::open(&self.disk, &self.folder.join("store"))?;
        let meta =
            read_meta(&engine)?.ok_or_else(|| StoreError::damaged(&self.folder, "it holds no store"))?;
        let lost = commits.saturating_sub(meta.commits);
        if lost > 0 {
            return Err(StoreError::damaged(
                &self.folder,
                &format!("its last {lost} saved changes are missing"),
            ));
        }
        let (meta, totals) = begin::whole(&engine, meta, FORMAT, &self.folder)?;
        // Proves that it can be written, before anybody is promised anything.
        engine.write(vec![(keys::META.to_vec(), Some(codec::encode(&meta)?))])?;
        self.guard.renew_mark(meta.commits)?;
        *commits = meta.commits;
        *self.totals.lock().unwrap_or_else(PoisonError::into_inner) = totals;
        *slot = Some(engine);
        Ok(())
    }

    fn with<T>(&self, read: impl FnOnce(&Engine) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        read(engine.as_ref().ok_or(StoreError::Closed)?)
    }

    /// # Errors
    /// When the row cannot be read.
    pub fn incident(&self, id: IncidentId) -> Result<Option<Incident>, StoreError> {
        self.with(|engine| read_incident(engine, id))
    }

    /// An incident's events in order.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn events(&self, id: IncidentId) -> Result<Vec<Event>, StoreError> {
        self.with(|engine| values(engine, &keys::events(id)))
    }

    /// Who was called from `from` on, in order of time.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn paged(&self, from: Timestamp) -> Result<Vec<PageRecord>, StoreError> {
        self.with(|engine| {
            let mut found = Vec::new();
            for row in engine.scan(keys::PAGED).rev() {
                let (key, record) = row?;
                if key < keys::paged_from(from) {
                    break;
                }
                found.push(codec::decode(&record)?);
            }
            found.reverse();
            Ok(found)
        })
    }

    /// The answer that a delivery got, when it was seen before.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn seen(&self, delivery: &DeliveryId) -> Result<Option<Answer>, StoreError> {
        self.with(|engine| engine.get(&keys::delivery(delivery))?.map(|row| codec::decode(&row)).transpose())
    }

    /// Whose own channel `channel` is.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn incident_of_channel(&self, channel: &ChannelId) -> Result<Option<IncidentId>, StoreError> {
        self.with(|engine| engine.get(&keys::room(channel))?.map(|row| codec::decode(&row)).transpose())
    }

    /// Which incident a message of howler's is about.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn incident_of_message(
        &self,
        channel: &ChannelId,
        message: &MessageTs,
    ) -> Result<Option<IncidentId>, StoreError> {
        self.with(|engine| {
            engine.get(&keys::post(channel, message))?.map(|row| codec::decode(&row)).transpose()
        })
    }

    /// The latest resolved incidents, newest first.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn resolved(&self, most: usize) -> Result<Vec<Incident>, StoreError> {
        self.with(|engine| {
            let id = |row: Result<archive::Row, StoreError>| {
                keys::incident_in(&row?.0).ok_or_else(|| StoreError::Row("a resolved mark".into()))
            };
            let ids: Result<Vec<_>, _> = engine.scan(keys::RESOLVED).rev().take(most).map(id).collect();
            load::given(self, engine, ids?)
        })
    }

    /// Incidents in which every word of `text` occurs, newest first: at most `most`, and how many more. Blocks for
    /// as long as it takes to read every incident's words.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn find(&self, text: &str, most: usize) -> Result<(Vec<Incident>, usize), StoreError> {
        self.with(|engine| {
            let (found, more) = words::find(engine, text, most)?;
            Ok((load::given(self, engine, found)?, more))
        })
    }
}

fn read_meta(engine: &Engine) -> Result<Option<Meta>, StoreError> {
    engine.get(keys::META)?.map(|row| codec::decode(&row)).transpose()
}

fn read_incident(engine: &Engine, id: IncidentId) -> Result<Option<Incident>, StoreError> {
    engine.get(&keys::incident(id))?.map(|row| codec::decode(&row)).transpose()
}

fn values<T: serde::de::DeserializeOwned>(engine: &Engine, prefix: &[u8]) -> Result<Vec<T>, StoreError> {
    engine.scan(prefix).map(|row| codec::decode(&row?.1)).collect()
}

/// The timers that an incident says.
fn own_timers(incident: &Incident) -> impl Iterator<Item = Timer> + use<> {
    let id = incident.id;
    incident.timers().map(move |(kind, due)| Timer { due, incident: Some(id), kind })
}

#[cfg(test)]
mod tests;
