//! Metrics, named by Prometheus' conventions. They count and time; they never hold a text.

mod socket;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::domain::effect::{Effect, EffectState};
use crate::domain::incident::Incident;
use crate::domain::timer::TimerKind;
pub use socket::{Connected, SocketMetrics};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Lane {
    lane: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Result {
    lane: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Why {
    reason: &'static str,
}

type Seconds = Family<Kind, Histogram, fn() -> Histogram>;
type Age = Family<Lane, Gauge<f64, AtomicU64>>;

/// Everything that is counted. Clones count into the same place.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    acknowledged: Seconds,
    committed: Histogram,
    timer_lateness: Seconds,
    attempts: Family<Result, Counter>,
    refused_signatures: Counter,
    ignored: Family<Kind, Counter>,
    repeated: Counter,
    open: Family<Kind, Gauge>,
    outbox: Family<Lane, Gauge>,
    outbox_age: Age,
    failed: Gauge,
    socket: SocketMetrics,
}

fn latency() -> Histogram {
    Histogram::new([0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 3.0])
}

fn lateness() -> Histogram {
    Histogram::new([0.01, 0.1, 0.5, 1.0, 2.0, 10.0, 60.0, 600.0, 3_600.0])
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("howler");
        let inner = Inner {
            acknowledged: Seconds::new_with_constructor(latency),
            committed: latency(),
            timer_lateness: Seconds::new_with_constructor(lateness),
            attempts: Family::default(),
            refused_signatures: Counter::default(),
            ignored: Family::default(),
            repeated: Counter::default(),
            open: Family::default(),
            outbox: Family::default(),
            outbox_age: Age::default(),
            failed: Gauge::default(),
            socket: SocketMetrics::default(),
            registry: Registry::default(),
        };
        let seconds = Unit::Seconds;
        registry.register_with_unit(
            "acknowledgement",
            "From a delivery to its answer",
            seconds.clone(),
            inner.acknowledged.clone(),
        );
        registry.register_with_unit(
            "commit",
            "One commit, its flush included",
            seconds.clone(),
            inner.committed.clone(),
        );
        registry.register_with_unit(
            "timer_lateness",
            "From a timer's due time to its firing",
            seconds.clone(),
            inner.timer_lateness.clone(),
        );
        registry.register("attempts", "Attempts to carry out an effect", inner.attempts.clone());
        registry.register(
            "refused_signatures",
            "Requests with a wrong or stale signature",
            inner.refused_signatures.clone(),
        );
        registry.register(
            "ignored_deliveries",
            "Deliveries that howler does nothing about",
            inner.ignored.clone(),
        );
        registry.register("repeated_deliveries", "Deliveries that had come before", inner.repeated.clone());
        registry.register("open_incidents", "Open incidents by severity", inner.open.clone());
        registry.register("outbox_effects", "Effects that are not done", inner.outbox.clone());
        registry.register_with_unit(
            "outbox_oldest",
            "Age of the oldest effect that is not done",
            seconds,
            inner.outbox_age.clone(),
        );
        registry.register("failed_effects", "Effects that wait for a person", inner.failed.clone());
        inner.socket.register(&mut registry);
        Self(Arc::new(Inner { registry, ..inner }))
    }
}

impl Metrics {
    pub fn acknowledged(&self, kind: &'static str, after: Duration) {
        self.0.acknowledged.get_or_create(&Kind { kind }).observe(after.as_secs_f64());
    }

    pub fn committed(&self, after: Duration) {
        self.0.committed.observe(after.as_secs_f64());
    }

    pub fn timer_fired(&self, kind: TimerKind, late: SignedDuration) {
        let kind = match kind {
            TimerKind::Update => "update",
            TimerKind::Response => "response",
            TimerKind::Backup => "backup",
        };
        self.0.timer_lateness.get_or_create(&Kind { kind }).observe(late.as_secs_f64().max(0.0));
    }

    /// One attempt of an effect: `done`, `dropped`, `later`, `unknown` or `failed`.
    pub fn attempted(&self, lane: &'static str, result: &'static str) {
        self.0.attempts.get_or_create(&Result { lane, result }).inc();
    }

    pub fn refused_signature(&self) {
        self.0.refused_signatures.inc();
    }

    pub fn ignored(&self, kind: &'static str) {
        self.0.ignored.get_or_create(&Kind { kind }).inc();
    }

    pub fn repeated(&self, deliveries: u64) {
        self.0.repeated.inc_by(deliveries);
    }

    /// What is counted of Socket Mode.
    pub fn socket(&self) -> &SocketMetrics {
        &self.0.socket
    }

    /// The text that Prometheus reads, with the gauges as of `now`.
    pub fn scrape<'a>(
        &self,
        open: impl Iterator<Item = &'a Incident>,
        outbox: impl Iterator<Item = &'a Effect>,
        now: Timestamp,
    ) -> String {
        self.0.open.clear();
        self.0.outbox.clear();
        self.0.outbox_age.clear();
        for incident in open {
            let kind = severity(incident.severity);
            self.0.open.get_or_create(&Kind { kind }).inc();
        }
        let mut failed = 0;
        for effect in outbox {
            failed += i64::from(matches!(effect.state, EffectState::Failed { .. }));
            self.count_effect(effect, now);
        }
        self.0.failed.set(failed);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }

    fn count_effect(&self, effect: &Effect, now: Timestamp) {
        let lane = Lane { lane: effect.lane.class() };
        self.0.outbox.get_or_create(&lane).inc();
        let age = now.duration_since(effect.created_at).as_secs_f64().max(0.0);
        let oldest = self.0.outbox_age.get_or_create(&lane);
        if age > oldest.get() {
            oldest.set(age);
        }
    }
}

fn severity(severity: crate::domain::Severity) -> &'static str {
    use crate::domain::Severity;
    match severity {
        Severity::P1 => "P1",
        Severity::P2 => "P2",
        Severity::P3 => "P3",
        Severity::P4 => "P4",
    }
}
