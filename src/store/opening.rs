//! Opening the store, for writing or for reading alone, and opening it again after a failed write.

use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock};

use tracing::warn;

use super::disk::{Disk, Engine};
use super::guard::{self, FORMAT, Guard, Identity};
use super::look::Known;
use super::place::KnownFile;
use super::totals::Totals;
use super::{Meta, Store, StoreError, backup, begin, codec, kept, keys, read_meta, restore, rights, verify};

impl Store {
    /// Opens the folder, or makes it. `instance` names a new store, and is not used for an existing one. Where the disk of an
    /// existing one takes no writes, it is opened for reading alone: see [`read_only`](Self::read_only).
    ///
    /// # Errors
    /// When it is in use, can be neither written nor read, is damaged, or is of a newer version.
    pub fn open(folder: &Path, instance: &str) -> Result<Self, StoreError> {
        Self::open_on(Disk::Machine, folder, instance)
    }

    /// [`open`](Self::open), with the rows on `disk`; what guards them stays in the folder.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_on(disk: Disk, folder: &Path, instance: &str) -> Result<Self, StoreError> {
        let guard = Guard::hold(folder)?;
        let identity = guard::read_identity(folder)?;
        if folder.join(restore::DRAFT).exists() {
            return Err(StoreError::damaged(
                folder,
                "a restore into it was cut off: empty it and restore again",
            ));
        }
        let read_only = read_only(&disk, folder, &guard, identity.is_some())?;
        let path = folder.join("store");
        let engine = match &read_only {
            None => Engine::open(&disk, &path)?,
            Some(_) => for_reading(&disk, &path)?,
        };
        if read_only.is_none() {
            rights::tighten(folder);
        }
        let (identity, meta) = matching(folder, &engine, &guard, instance, identity)?;
        let (mark, untold) = begin::marked(&guard, meta.commits, folder, read_only.is_some())?;
        let (meta, totals) = match (&read_only, &meta.totals) {
            // It gets its totals once it can be written.
            (Some(_), None) => (meta, Totals::default()),
            _ => begin::whole(&engine, meta, identity.format, folder)?,
        };
        if let Disk::Memory(_) = disk {
            verify::all(&engine, &meta, &totals, folder)?;
        }
        let restored = identity.restored;
        if identity.format < FORMAT && read_only.is_none() {
            begin::upgraded(&guard, identity, meta.commits, folder)?;
        }
        let log = log_of(&disk, &path)?;
        Ok(Self {
            folder: folder.to_owned(),
            disk,
            instance: meta.instance,
            guard,
            engine: RwLock::new(Some(engine)),
            log: RwLock::new(log),
            read_only,
            read_through: Mutex::new(false),
            commits: RwLock::new(meta.commits),
            last_alive: mark.map(|mark| mark.alive),
            restored,
            backups: backup::Backups::default(),
            looks: backup::Backups::default(),
            totals: Mutex::new(totals),
            known: Mutex::new(Known { untold, ..Known::default() }),
        })
    }

    /// Opens the engine again after a failed write. What memory held must be loaded again: the failed commit may
    /// have reached the disk after all.
    ///
    /// # Errors
    /// While the folder still cannot be written, or is not the one that was opened; what can be read stays readable.
    pub fn recover(&self) -> Result<(), StoreError> {
        let mut commits = self.commits.write().unwrap_or_else(PoisonError::into_inner);
        self.in_place()?;
        Engine::probe(&self.disk, &self.folder).inspect_err(|_| self.read_elsewhere())?;
        self.guard.make_writable()?;
        let mut slot = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        drop(slot.take());
        let path = self.folder.join("store");
        let reopened = Engine::open(&self.disk, &path).map_err(|error| Box::new((error, None)));
        let reopened = reopened.and_then(|engine| self.proved(engine, *commits));
        match reopened {
            Ok((engine, meta)) => {
                *slot = Some(engine);
                *commits = meta.commits;
                *self.totals.lock().unwrap_or_else(PoisonError::into_inner) = meta.totals.unwrap_or_default();
                *self.read_through.lock().unwrap_or_else(PoisonError::into_inner) = false;
                Ok(())
            }
            Err(failed) => {
                let (error, engine) = *failed;
                *slot = match engine {
                    Some(engine) => Some(engine.kept(kept::Before::new())),
                    None if error.is_trouble_of_the_disk() => for_reading(&self.disk, &path)
                        .inspect_err(|why| warn!(%why, "the store cannot be read either: only memory can"))
                        .ok(),
                    None => None,
                };
                Err(error)
            }
        }
    }
}

/// Why, and the engine where it can still be read.
type Failed = Box<(StoreError, Option<Engine>)>;

impl Store {
    /// Reads, and once more where the store can only be read and a failed write left rows that sled cannot read.
    ///
    /// # Errors
    /// As `read`.
    pub fn read_again<T>(&self, read: impl Fn() -> Result<T, StoreError>) -> Result<T, StoreError> {
        read().or_else(|error| {
            if !self.is_read_only() {
                return Err(error);
            }
            self.read_elsewhere();
            read()
        })
    }

    /// sled may be unable to read what a failed write left half done. Once after a failure all is read through, and where
    /// that fails, a copy is read instead. Whoever comes meanwhile waits for it.
    fn read_elsewhere(&self) {
        let mut read_through = self.read_through.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(self.disk, Disk::Machine) || *read_through {
            return;
        }
        *read_through = true;
        let read = self.with(|engine| engine.scan(&[]).try_for_each(|row| row.map(drop)));
        let Err(error) = read else { return };
        warn!(%error, "not all rows can be read after the failed write; a copy is read instead");
        match Engine::copied(&self.folder.join("store")) {
            Ok(copy) => {
                let mut slot = self.engine.write().unwrap_or_else(PoisonError::into_inner);
                drop(slot.replace(copy));
            }
            Err(why) => warn!(%why, "there is no room for a copy elsewhere"),
        }
    }

    /// The engine, once it is proved that it holds all that was acknowledged and can be written, before anybody is promised
    /// anything.
    fn proved(&self, engine: Engine, commits: u64) -> Result<(Engine, Meta), Failed> {
        let meta = match self.whole(&engine, commits) {
            Ok(meta) => meta,
            Err(error) => return Err(Box::new((error, None))),
        };
        let written = codec::encode(&meta)
            .and_then(|row| engine.write(vec![(keys::META.to_vec(), Some(row))]))
            .and_then(|()| self.in_place())
            .and_then(|()| self.guard.renew_mark(meta.commits));
        match written {
            Ok(()) => Ok((engine, meta)),
            Err(error) => Err(Box::new((error, Some(engine)))),
        }
    }

    fn whole(&self, engine: &Engine, commits: u64) -> Result<Meta, StoreError> {
        let missing = |what: &str| StoreError::damaged(&self.folder, what);
        let meta = read_meta(engine)?.ok_or_else(|| missing("it holds no store"))?;
        if let Some(lost) = commits.checked_sub(meta.commits).filter(|lost| *lost > 0) {
            return Err(missing(&format!("its last {lost} saved changes are missing")));
        }
        let identity =
            guard::read_identity(&self.folder)?.ok_or_else(|| missing("howler.json is missing"))?;
        let (meta, totals) = begin::whole(engine, meta, identity.format, &self.folder)?;
        if identity.format < FORMAT {
            begin::upgraded(&self.guard, identity, meta.commits, &self.folder)?;
        }
        Ok(Meta { totals: Some(totals), ..meta })
    }
}

/// The folder's identity and the store's own row, where they are of one store; a new one where there is none.
fn matching(
    folder: &Path,
    engine: &Engine,
    guard: &Guard,
    instance: &str,
    identity: Option<Identity>,
) -> Result<(Identity, Meta), StoreError> {
    match (identity, read_meta(engine)?) {
        (None, None) => Ok((Identity::new(instance), begin::create(folder, engine, guard, instance)?)),
        // Stopped in the middle of being made.
        (None, Some(meta)) if meta.commits == 0 => {
            let identity = Identity::new(&meta.instance);
            guard::write_identity(folder, &identity)?;
            Ok((identity, meta))
        }
        (None, Some(_)) => Err(StoreError::damaged(folder, "howler.json is missing")),
        (Some(_), None) => Err(StoreError::damaged(folder, "it holds no store any more")),
        (Some(identity), Some(meta)) if identity.instance != meta.instance => {
            Err(StoreError::damaged(folder, "howler.json is of another store"))
        }
        (Some(identity), Some(meta)) => Ok((identity, meta)),
    }
}

/// Why an existing store is opened for reading alone.
fn read_only(disk: &Disk, folder: &Path, guard: &Guard, exists: bool) -> Result<Option<String>, StoreError> {
    if let Some(why) = guard.unwritable() {
        return Ok(Some(why));
    }
    match Engine::probe(disk, folder) {
        Err(error) if exists && error.is_trouble_of_the_disk() => Ok(Some(error.to_string())),
        probed => probed.map(|()| None),
    }
}

fn for_reading(disk: &Disk, path: &Path) -> Result<Engine, StoreError> {
    match disk {
        Disk::Machine => Engine::copied(path),
        Disk::Memory(_) => Ok(Engine::open(disk, path)?.kept(kept::Before::new())),
    }
}

fn log_of(disk: &Disk, path: &Path) -> Result<Option<KnownFile>, StoreError> {
    match disk {
        Disk::Machine => KnownFile::at(&path.join("db")).map(Some),
        Disk::Memory(_) => Ok(None),
    }
}
