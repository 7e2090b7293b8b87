//! The state folder: events, incidents, timers, outbox and deliveries seen, in one atomic commit.
//!
//! Nothing outside this module knows the engine.

mod alerts;
pub mod archive;
mod as_it_stands;
mod audit;
mod backup;
mod begin;
mod changes;
mod codec;
mod commit;
mod credentials;
mod damage;
mod disk;
mod drills;
mod engine;
mod error;
mod guard;
mod heard;
mod kept;
mod keys;
mod kinds;
mod load;
mod look;
mod mark;
mod migrate;
mod opening;
mod outline;
mod panics;
mod place;
mod plain;
pub mod record;
mod restore;
mod rights;
mod rows;
pub mod salvage;
mod series;
mod totals;
mod verify;
mod words;

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError, RwLock, Weak};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use commit::CommitError;
use disk::Engine;
pub use disk::{Disk, MemoryDisk, Trouble};
use domain::answer::Answer;
use domain::id::{ChannelId, DeliveryId, IncidentId, MessageTs, RunId};
use domain::incident::Incident;
use domain::incident::event::Event;
use domain::oncall::event::PageRecord;
use domain::run::audit::Head;
use domain::run::{Run, RunEvent};
use domain::timer::Outage;
pub use error::StoreError;
use ground::clock::STEADY;
use guard::{Guard, Mark};
use look::Known;
use place::KnownFile;
use totals::Totals;

pub use as_it_stands::AsItStands;
pub use backup::{Backup, BackupError};
pub use changes::{Changes, Kinds, Loaded, Numbers, Of};
pub use heard::HeardRows;
pub use look::{AuditKnown, Look};
pub use migrate::before_upgrade;
pub use outline::{Held, Outline, Standing, Upgrade, VERSION, hold, outline};
pub use plain::{Plain, PlainNumbers};
pub use restore::{DRAFT as RESTORING, RestoreError, Restored};
pub use series::ValuesRow;

/// Deliveries are remembered this long: Slack re-sends for minutes, and events that it held back for an hour or so.
const REMEMBER: SignedDuration = SignedDuration::from_hours(6);
/// A commit forgets at most this many deliveries, or twice what it adds, so that none grows slow.
const FORGET_AT_ONCE: usize = 64;

/// The store's own row, written in every commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Meta {
    instance: String,
    commits: u64,
    #[serde(flatten)]
    next: Numbers,
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
    /// For reading alone after a failed write, until [`recover`](Self::recover); `None` where not even that is possible.
    engine: RwLock<Option<Engine>>,
    /// The engine's log, as it was opened.
    log: RwLock<Option<KnownFile>>,
    /// Why it was opened for reading alone.
    read_only: Option<String>,
    /// Since the last failure it was tried whether all rows can be read.
    read_through: Mutex<bool>,
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

    /// How far the machine's clock was set back while howler did not run, as far as that can be told.
    pub fn set_back(&self, now: Timestamp) -> Option<SignedDuration> {
        self.last_alive.map(|alive| alive.duration_since(now)).filter(|by| *by > STEADY)
    }

    /// Why the store was opened for reading alone: its disk takes no writes.
    pub fn read_only(&self) -> Option<&str> {
        self.read_only.as_deref()
    }

    /// Whether it can only be read now.
    pub fn is_read_only(&self) -> bool {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        !matches!(*engine, Some(Engine::Sled(_) | Engine::Memory { .. }))
    }

    /// How many commits are known to stand.
    pub fn commits(&self) -> u64 {
        *self.commits.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that howler is alive at `now`.
    ///
    /// # Errors
    /// When the folder cannot be written, or was taken away.
    pub fn alive(&self, now: Timestamp) -> Result<(), StoreError> {
        self.in_place()?;
        let commits = *self.commits.read().unwrap_or_else(PoisonError::into_inner);
        self.guard.set_mark(Mark { commits, alive: now })
    }

    /// Whether the folder is still the one that was opened. A few `stat` calls.
    ///
    /// # Errors
    /// [`StoreError::Gone`], with what was taken away.
    pub fn in_place(&self) -> Result<(), StoreError> {
        let log = self.log.read().unwrap_or_else(PoisonError::into_inner);
        self.guard.in_place(log.as_ref())
    }

    /// Writes all changes or none, and returns once they are on the disk. Blocks.
    ///
    /// # Errors
    /// When that could not be confirmed; the store can only be read then, as it was before, until
    /// [`recover`](Self::recover).
    pub fn commit(&self, changes: &Changes, now: Timestamp) -> Result<(), CommitError> {
        let mut commits = self.commits.write().unwrap_or_else(PoisonError::into_inner);
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        self.in_place().map_err(CommitError::Nothing)?;
        let number = *commits + 1;
        let drawn = self.writes(changes, number, &totals, now);
        let (writes, before, after) = drawn.map_err(CommitError::Nothing)?;
        let written = self.committed(writes).and_then(|()| {
            // Acknowledged is only what the next start will find.
            let kept =
                self.in_place().and_then(|()| self.guard.set_mark(Mark { commits: number, alive: now }));
            kept.map_err(CommitError::Uncertain)
        });
        match &written {
            Ok(()) => (*commits, *totals) = (number, after),
            Err(_) => self.keep(before),
        }
        written
    }

    fn committed(&self, writes: Vec<engine::Write>) -> Result<(), CommitError> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        engine.as_ref().ok_or(CommitError::Nothing(StoreError::Closed))?.commit(writes)
    }

    /// The rows of the commit with this number, what they replace, and what must be there after it.
    fn writes(
        &self,
        changes: &Changes,
        number: u64,
        totals: &Totals,
        now: Timestamp,
    ) -> Result<(Vec<engine::Write>, kept::Before, Totals), StoreError> {
        self.with(|engine| {
            let mut writes = rows::of(changes, now)?;
            words::rows(engine, changes, &mut writes)?;
            let most = FORGET_AT_ONCE.max(2 * changes.seen.len());
            rows::forget(engine, now, most, &mut writes)?;
            writes.extend(audit::next_checkpoint(engine, changes)?);
            let mut before = engine.before(&writes)?;
            let after = totals.after(&before, &writes);
            let meta = Meta {
                instance: self.instance.clone(),
                commits: number,
                next: changes.next,
                audit: audit::head(engine, changes)?,
                words: true,
                totals: Some(after.clone()),
            };
            before.insert(keys::META.to_vec(), engine.get(keys::META)?);
            writes.push((keys::META.to_vec(), Some(codec::encode(&meta)?)));
            self.backups.before(engine, &writes)?;
            self.looks.before(engine, &writes)?;
            Ok((writes, before, after))
        })
    }

    /// From here on the rows are only read, as they were before the write that failed.
    fn keep(&self, before: kept::Before) {
        let mut slot = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        *slot = slot.take().map(|engine| engine.kept(before));
    }

    fn with<T>(&self, read: impl FnOnce(&Engine) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        read(engine.as_ref().ok_or(StoreError::Closed)?)
    }

    /// # Errors
    /// When the row cannot be read.
    pub fn incident(&self, id: IncidentId) -> Result<Option<Incident>, StoreError> {
        self.with(|engine| kinds::read(engine, id))
    }

    /// A run, whether it is over or not.
    ///
    /// # Errors
    /// When the row cannot be read.
    pub fn run(&self, id: RunId) -> Result<Option<Run>, StoreError> {
        self.with(|engine| kinds::read(engine, id))
    }

    /// A run's events in order.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn run_events(&self, id: RunId) -> Result<Vec<RunEvent>, StoreError> {
        self.with(|engine| values(engine, &keys::run_events(id)))
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

fn values<T: serde::de::DeserializeOwned>(engine: &Engine, prefix: &[u8]) -> Result<Vec<T>, StoreError> {
    engine.scan(prefix).map(|row| codec::decode(&row?.1)).collect()
}

#[cfg(test)]
mod tests;
