//! Where rows are kept: on the machine's disk, or in memory for a simulation.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;

use super::StoreError;
use super::engine::{SledEngine, Write};
use crate::clock::Clock;

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
    full: bool,
    writes: u64,
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
        self.lock().full = full;
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

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key and its value.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// Open rows.
pub(super) enum Engine {
    Sled(SledEngine),
    Memory { disk: MemoryDisk, path: PathBuf },
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
            Self::Memory { disk, .. } => Ok(disk.lock().rows.get(key).cloned()),
        }
    }

    /// Rows under `prefix`, in key order.
    pub fn scan<'e>(
        &'e self,
        prefix: &'e [u8],
    ) -> Box<dyn DoubleEndedIterator<Item = Result<Row, StoreError>> + 'e> {
        match self {
            Self::Sled(engine) => Box::new(engine.scan(prefix)),
            Self::Memory { disk, .. } => {
                let rows: Vec<_> = disk
                    .lock()
                    .rows
                    .range(prefix.to_vec()..)
                    .take_while(|(key, _)| key.starts_with(prefix))
                    .map(|(key, value)| Ok((key.clone(), value.clone())))
                    .collect();
                Box::new(rows.into_iter())
            }
        }
    }

    /// Writes everything or nothing, and returns once it is on the disk.
    pub fn write(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let (disk, path) = match self {
            Self::Sled(engine) => return engine.write(writes),
            Self::Memory { disk, path } => (disk, path),
        };
        let mut inner = disk.lock();
        if inner.full {
            let source = io::Error::from(io::ErrorKind::StorageFull);
            return Err(StoreError::Unwritable { path: path.clone(), source });
        }
        for (key, value) in writes {
            match value {
                Some(value) => inner.rows.insert(key, value),
                None => inner.rows.remove(&key),
            };
        }
        inner.writes += 1;
        Ok(())
    }
}
