//! Where rows are kept: on the machine's disk, or in memory for a simulation.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;

use super::StoreError;
use super::commit::CommitError;
use super::engine::{SledEngine, Write};
use super::kept::Kept;
use super::place;
use ground::clock::Clock;

/// What a store is built on.
#[derive(Clone, Default)]
pub enum Disk {
    #[default]
    Machine,
    Memory(MemoryDisk),
}

/// A disk in memory. Clones are the same one, so that it outlives the howler that is killed on it: what a commit has
/// not written yet is lost, what it has written stays.
#[derive(Clone)]
pub struct MemoryDisk {
    clock: Clock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    rows: BTreeMap<Vec<u8>, Vec<u8>>,
    latency: SignedDuration,
    trouble: Trouble,
    writes: u64,
    /// Reads that still succeed, where the one after them fails.
    reads_left: Option<u64>,
}

/// What is wrong with a disk in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    #[default]
    None,
    /// Writes fail and change nothing.
    Full,
    /// A write fails after it was carried out, as where a flush or the mark fails.
    AfterWriting,
    /// A write fails, and whether it was carried out shows later: here it was not.
    Doubtful,
}

impl MemoryDisk {
    pub fn new(clock: Clock) -> Self {
        Self { clock, inner: Arc::default() }
    }

    /// How long a commit waits before it writes, and again before it returns.
    pub fn set_latency(&self, latency: SignedDuration) {
        self.lock().latency = latency;
    }

    /// While it is full, writes fail and change nothing.
    pub fn set_full(&self, full: bool) {
        self.set_trouble(if full { Trouble::Full } else { Trouble::None });
    }

    /// How writes fail from now on.
    pub fn set_trouble(&self, trouble: Trouble) {
        self.lock().trouble = trouble;
    }

    /// After so many reads that succeed, one fails; `None` for never.
    pub fn fail_read_after(&self, reads: Option<u64>) {
        self.lock().reads_left = reads;
    }

    /// Whether the read that was to fail has failed.
    pub fn has_failed_a_read(&self) -> bool {
        self.lock().reads_left.is_none()
    }

    /// How many commits were written.
    pub fn writes(&self) -> u64 {
        self.lock().writes
    }

    /// The disk is slow; whoever waits for it can be killed here.
    pub(super) async fn turn(&self) {
        let until = self.clock.now().saturating_add(self.lock().latency);
        self.clock.sleep_until(until.unwrap_or(jiff::Timestamp::MAX)).await;
    }

    fn read(&self) -> Result<(), StoreError> {
        let mut inner = self.lock();
        match inner.reads_left {
            None => Ok(()),
            Some(0) => {
                inner.reads_left = None;
                Err(StoreError::Row("made unreadable".into()))
            }
            Some(left) => {
                inner.reads_left = Some(left - 1);
                Ok(())
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key and its value.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// Open rows.
pub(super) enum Engine {
    Sled(SledEngine),
    Memory {
        disk: MemoryDisk,
        path: PathBuf,
    },
    /// For reading alone.
    Kept(Kept),
}

impl Engine {
    /// # Errors
    /// When the folder cannot be read or written, or its log is damaged.
    pub fn open(disk: &Disk, path: &Path) -> Result<Self, StoreError> {
        match disk {
            Disk::Machine => SledEngine::open(path).map(Self::Sled),
            Disk::Memory(disk) => Ok(Self::Memory { disk: disk.clone(), path: path.to_owned() }),
        }
    }

    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Sled(engine) => engine.get(key),
            Self::Memory { disk, .. } => {
                disk.read()?;
                Ok(disk.lock().rows.get(key).cloned())
            }
            Self::Kept(kept) => kept.get(key),
        }
    }

    /// Rows under `prefix`, in key order.
    pub fn scan<'e>(
        &'e self,
        prefix: &[u8],
    ) -> Box<dyn DoubleEndedIterator<Item = Result<Row, StoreError>> + 'e> {
        match self {
            Self::Sled(engine) => Box::new(engine.scan(prefix)),
            Self::Memory { disk, .. } => {
                if let Err(error) = disk.read() {
                    return Box::new(std::iter::once(Err(error)));
                }
                let rows: Vec<_> = disk
                    .lock()
                    .rows
                    .range(prefix.to_vec()..)
                    .take_while(|(key, _)| key.starts_with(prefix))
                    .map(|(key, value)| Ok((key.clone(), value.clone())))
                    .collect();
                Box::new(rows.into_iter())
            }
            Self::Kept(kept) => kept.scan(prefix),
        }
    }

    /// Writes everything or nothing, and returns once it is on the disk.
    ///
    /// # Errors
    /// When that could not be confirmed.
    pub fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        Ok(self.commit(writes)?)
    }

    /// [`write`](Self::write), and what is known where it fails. Whatever step of sled's fails, a part may be written or
    /// in its cache, and only the next open tells.
    ///
    /// # Errors
    /// When that could not be confirmed.
    pub fn commit(&self, writes: Vec<Write>) -> Result<(), CommitError> {
        match self {
            Self::Sled(engine) => engine.write(writes).map_err(CommitError::Uncertain),
            Self::Memory { disk, path } => disk.commit(path, writes),
            Self::Kept(_) => Err(CommitError::Nothing(StoreError::Closed)),
        }
    }

    /// Proves that there is room at `folder`.
    ///
    /// # Errors
    /// When there is none.
    pub fn probe(disk: &Disk, folder: &Path) -> Result<(), StoreError> {
        match disk {
            Disk::Machine => place::probe(folder),
            Disk::Memory(disk) => disk.lock().refusal(folder).map_or(Ok(()), Err),
        }
    }
}

impl MemoryDisk {
    fn commit(&self, path: &Path, writes: Vec<Write>) -> Result<(), CommitError> {
        let mut inner = self.lock();
        let refusal = inner.refusal(path);
        match (inner.trouble, refusal) {
            (Trouble::Full, Some(error)) => Err(CommitError::Nothing(error)),
            (Trouble::Doubtful, Some(error)) => Err(CommitError::Uncertain(error)),
            (_, refusal) => {
                for (key, value) in writes {
                    match value {
                        Some(value) => inner.rows.insert(key, value),
                        None => inner.rows.remove(&key),
                    };
                }
                inner.writes += 1;
                refusal.map_or(Ok(()), |error| Err(CommitError::Uncertain(error)))
            }
        }
    }
}

impl Inner {
    fn refusal(&self, path: &Path) -> Option<StoreError> {
        let source = io::Error::from(io::ErrorKind::StorageFull);
        (self.trouble != Trouble::None).then(|| StoreError::Unwritable { path: path.to_owned(), source })
    }
}
