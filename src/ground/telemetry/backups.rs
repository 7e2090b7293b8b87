//! What is told of automatic backups.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::{Registry, Unit};

use super::Seconds;

/// No backup is known.
const NONE: i64 = i64::MIN;

/// Clones count into the same place.
#[derive(Clone)]
pub struct BackupMetrics {
    /// Milliseconds since 1970.
    newest: Arc<AtomicI64>,
    age: Seconds,
    failures: Counter,
}

impl Default for BackupMetrics {
    fn default() -> Self {
        Self { newest: Arc::new(AtomicI64::new(NONE)), age: Seconds::default(), failures: Counter::default() }
    }
}

impl BackupMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        let help = "Age of the newest verified automatic backup; -1 where there is none, or they are off";
        registry.register_with_unit("backup_age", help, Unit::Seconds, self.age.clone());
        registry.register("backup_failures", "Automatic backups that failed", self.failures.clone());
    }

    pub(super) fn look(&self, now: Timestamp) {
        self.age.set(match self.newest.load(Ordering::Relaxed) {
            NONE => -1.0,
            newest => (now.as_millisecond().saturating_sub(newest).max(0) as f64) / 1000.0,
        });
    }

    /// The newest backup that can be used holds everything up to `at`.
    pub fn newest(&self, at: Timestamp) {
        self.newest.store(at.as_millisecond(), Ordering::Relaxed);
    }

    /// When that was; `None` where no backup is known.
    pub fn known(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.newest.load(Ordering::Relaxed)).ok()
    }

    pub fn failed(&self) {
        self.failures.inc();
    }
}
