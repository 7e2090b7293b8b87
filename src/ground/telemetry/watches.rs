//! What is counted of watches.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::{Registry, Unit};

use super::Seconds;

/// Its name stands in the configuration and in nothing that people write.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Watch {
    watch: String,
}

/// What became of a value that was pushed.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Became {
    became: &'static str,
}

/// Clones count into the same place.
#[derive(Clone, Default)]
pub struct WatchMetrics {
    readings: Counter,
    failures: Family<Watch, Counter>,
    age: Family<Watch, Seconds>,
    pushed: Family<Became, Counter>,
    /// When each told something last.
    newest: Arc<Mutex<BTreeMap<String, Timestamp>>>,
}

impl WatchMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register("watch_readings", "Readings of watches that told something", self.readings.clone());
        registry.register("watch_failures", "Readings of watches that could not tell", self.failures.clone());
        registry.register(
            "pushed_values",
            "Values that were pushed, by what became of them",
            self.pushed.clone(),
        );
        let help = "Age of the newest reading that told something";
        registry.register_with_unit("watch_reading_age", help, Unit::Seconds, self.age.clone());
    }

    pub(super) fn look(&self, now: Timestamp) {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        for (watch, at) in newest.iter() {
            let age = now.duration_since(*at).as_secs_f64().max(0.0);
            self.age.get_or_create(&Watch { watch: watch.clone() }).set(age);
        }
    }

    /// Values that were pushed.
    pub fn pushed(&self, became: &'static str, many: usize) {
        self.pushed.get_or_create(&Became { became }).inc_by(u64::try_from(many).unwrap_or(u64::MAX));
    }

    /// A reading that came at `at`, and whether it told something.
    pub fn read(&self, watch: &str, tells: bool, at: Timestamp) {
        if !tells {
            self.failures.get_or_create(&Watch { watch: watch.to_owned() }).inc();
            return;
        }
        self.readings.inc();
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        newest.insert(watch.to_owned(), at);
    }
}
