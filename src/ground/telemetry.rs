//! Metrics, named by Prometheus' conventions. They count and time; they never hold a text. `docs/operations.md` lists
//! them, and a test compares the list.

mod backups;
mod log;
mod process;
mod socket;
mod watches;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry, Unit};

pub use backups::BackupMetrics;
use domain::effect::{Effect, EffectState, Lane as EffectLane};
use domain::incident::Incident;
use domain::timer::TimerKind;
use domain::{Severity, Status};
pub use socket::{Connected, SocketMetrics};
pub use watches::WatchMetrics;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Lane {
    lane: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LaneResult {
    lane: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Why {
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LaneReason {
    lane: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    method: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Standing {
    severity: &'static str,
    status: &'static str,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;
type Seconds = Gauge<f64, AtomicU64>;

/// Everything that is counted. Clones count into the same place.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    counted: Counted,
    gauges: Gauges,
    socket: SocketMetrics,
    backups: BackupMetrics,
    watches: WatchMetrics,
    /// Gauges are set and written by one scrape at a time.
    scraping: Mutex<()>,
}

/// What is counted when it happens.
struct Counted {
    acknowledged: Histograms<Kind>,
    committed: Histogram,
    round: Histogram,
    timer_lateness: Histograms<Kind>,
    timer_failures: Counter,
    lane_faults: Family<Lane, Counter>,
    attempts: Family<LaneResult, Counter>,
    retries: Family<LaneReason, Counter>,
    held: Histograms<Lane>,
    calls: Family<Call, Counter>,
    call_time: Histogram,
    refused_signatures: Counter,
    refused_deliveries: Family<Kind, Counter>,
    put_off: Family<Kind, Counter>,
    ignored: Family<Kind, Counter>,
    repeated: Counter,
}

/// What is looked at when it is asked for.
struct Gauges {
    open: Family<Standing, Gauge>,
    declared: Gauge,
    timers: Gauge,
    outbox: Family<Lane, Gauge>,
    outbox_age: Family<Lane, Seconds>,
    failed: Gauge,
    writable: Gauge,
    damaged: Gauge,
    saving: Seconds,
    store: Gauge,
}

/// What a scrape looks at, beside the incidents and the outbox.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub now: Timestamp,
    /// Incidents ever.
    pub declared: u64,
    /// Timers that wait.
    pub timers: usize,
    /// The store takes changes.
    pub writable: bool,
    /// Rows are missing from the store or are not as they were written.
    pub damaged: bool,
    /// How long the save in hand has taken so far; nothing where none is.
    pub saving: Duration,
    /// The store's size on the disk.
    pub store_bytes: u64,
}

fn latency() -> Histogram {
    Histogram::new([0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 3.0])
}

fn lateness() -> Histogram {
    Histogram::new([0.01, 0.1, 0.5, 1.0, 2.0, 10.0, 60.0, 600.0, 3_600.0])
}

/// A Slack answers in a tenth of a second or so, and is given up after ten.
fn outside() -> Histogram {
    Histogram::new([0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0])
}

fn sizes() -> Histogram {
    Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0])
}

/// Puts a metric into the registry and gives it back.
fn add<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

fn add_seconds<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register_with_unit(name, help, Unit::Seconds, metric.clone());
    metric
}

impl Counted {
    fn new(to: &mut Registry) -> Self {
        let kinds = |made: fn() -> Histogram| Histograms::new_with_constructor(made);
        let lanes = Histograms::new_with_constructor(lateness as fn() -> Histogram);
        Self {
            acknowledged: add_seconds(to, "acknowledgement", "From a delivery to its 2xx", kinds(latency)),
            committed: add_seconds(to, "commit", "One commit, its flush included", latency()),
            round: add(to, "round_messages", "Messages that one round of the desk decided", sizes()),
            timer_failures: add(to, "timer_failures", "Timers whose firing failed", Counter::default()),
            lane_faults: add(
                to,
                "lane_faults",
                "Lanes that ended by a fault inside howler and began again",
                Family::default(),
            ),
            timer_lateness: add_seconds(
                to,
                "timer_lateness",
                "From a timer's due time to its firing",
                kinds(lateness),
            ),
            attempts: add(to, "attempts", "Attempts to carry out an effect", Family::default()),
            retries: add(to, "retries", "Attempts that will be made again, by reason", Family::default()),
            held: add_seconds(to, "rate_limit_wait", "How long an effect is held back", lanes),
            calls: add(to, "slack_calls", "Calls of Slack's methods", Family::default()),
            call_time: add_seconds(to, "slack_call", "One call of Slack's methods", outside()),
            refused_signatures: add(
                to,
                "refused_signatures",
                "Requests with a wrong or stale signature",
                Counter::default(),
            ),
            refused_deliveries: add(
                to,
                "refused_deliveries",
                "Of them, what claims to be of a source of alerts",
                Family::default(),
            ),
            put_off: add(to, "put_off_deliveries", "Deliveries that are to come again", Family::default()),
            ignored: add(
                to,
                "ignored_deliveries",
                "Deliveries that howler does nothing about",
                Family::default(),
            ),
            repeated: add(to, "repeated_deliveries", "Deliveries that had come before", Counter::default()),
        }
    }
}

impl Gauges {
    fn new(to: &mut Registry) -> Self {
        let store = Gauge::default();
        to.register_with_unit("store", "The store's size on the disk", Unit::Bytes, store.clone());
        Self {
            open: add(to, "open_incidents", "Open incidents", Family::default()),
            declared: add(to, "known_incidents", "Incidents ever, open and resolved", Gauge::default()),
            timers: add(to, "waiting_timers", "Timers that wait", Gauge::default()),
            outbox: add(to, "outbox_effects", "Effects that are not done", Family::default()),
            outbox_age: add_seconds(
                to,
                "outbox_oldest",
                "Age of the oldest undone effect",
                Family::default(),
            ),
            failed: add(to, "failed_effects", "Effects that wait for a person", Gauge::default()),
            writable: add(to, "store_writable", "1 while the store takes changes", Gauge::default()),
            damaged: add(
                to,
                "store_damaged",
                "1 once rows of the store were found missing or changed",
                Gauge::default(),
            ),
            saving: add_seconds(
                to,
                "save_waiting",
                "How long the save in hand has taken so far",
                Seconds::default(),
            ),
            store,
        }
    }

    fn look<'a>(
        &self,
        look: Look,
        open: impl Iterator<Item = &'a Incident>,
        outbox: impl Iterator<Item = &'a Effect>,
    ) {
        self.open.clear();
        self.outbox.clear();
        self.outbox_age.clear();
        for incident in open {
            let (severity, status) = (severity(incident.severity), status(incident.status));
            self.open.get_or_create(&Standing { severity, status }).inc();
        }
        let mut failed = 0;
        for effect in outbox {
            failed += i64::from(matches!(effect.state, EffectState::Failed { .. }));
            self.count(effect, look.now);
        }
        self.failed.set(failed);
        self.declared.set(whole(look.declared));
        self.timers.set(i64::try_from(look.timers).unwrap_or(i64::MAX));
        self.writable.set(i64::from(look.writable));
        self.damaged.set(i64::from(look.damaged));
        self.saving.set(look.saving.as_secs_f64());
        self.store.set(whole(look.store_bytes));
    }

    fn count(&self, effect: &Effect, now: Timestamp) {
        let lane = Lane { lane: effect.lane.class() };
        self.outbox.get_or_create(&lane).inc();
        let age = now.duration_since(effect.created_at).as_secs_f64().max(0.0);
        let oldest = self.outbox_age.get_or_create(&lane);
        if age > oldest.get() {
            oldest.set(age);
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(process::Process));
        let howlers = registry.sub_registry_with_prefix("howler");
        howlers.register_collector(Box::new(log::Log));
        let (counted, gauges, socket) =
            (Counted::new(howlers), Gauges::new(howlers), SocketMetrics::default());
        socket.register(howlers);
        let backups = BackupMetrics::default();
        backups.register(howlers);
        let watches = WatchMetrics::default();
        watches.register(howlers);
        let scraping = Mutex::default();
        Self(Arc::new(Inner { registry, counted, gauges, socket, backups, watches, scraping }))
    }
}

impl Metrics {
    /// A delivery of this kind was answered 2xx.
    pub fn acknowledged(&self, kind: &'static str, after: Duration) {
        self.0.counted.acknowledged.get_or_create(&Kind { kind }).observe(after.as_secs_f64());
    }

    pub fn committed(&self, after: Duration) {
        self.0.counted.committed.observe(after.as_secs_f64());
    }

    /// A round of the desk took this many messages.
    pub fn round(&self, messages: usize) {
        self.0.counted.round.observe(messages as f64);
    }

    pub fn timer_fired(&self, kind: TimerKind, late: SignedDuration) {
        let lateness = self.0.counted.timer_lateness.get_or_create(&Kind { kind: kind.word() });
        lateness.observe(late.as_secs_f64().max(0.0));
    }

    /// A timer that could not be fired, and is tried again.
    pub fn timer_failed(&self) {
        self.0.counted.timer_failures.inc();
    }

    /// A lane ended by a fault inside howler, and begins again.
    pub fn lane_fell(&self, lane: &'static str) {
        self.0.counted.lane_faults.get_or_create(&Lane { lane }).inc();
    }

    /// One attempt of an effect: `done`, `dropped`, `later`, `unknown`, `held` or `failed`.
    pub fn attempted(&self, lane: &'static str, result: &'static str) {
        self.0.counted.attempts.get_or_create(&LaneResult { lane, result }).inc();
    }

    /// An attempt brought nothing and will be made again; `reason` is one of a fixed set of words.
    pub fn retried(&self, lane: &EffectLane, reason: &'static str) {
        self.0.counted.retries.get_or_create(&LaneReason { lane: lane.class(), reason }).inc();
    }

    /// An effect waits for a limit to end.
    pub fn held(&self, lane: &'static str, wait: SignedDuration) {
        self.0.counted.held.get_or_create(&Lane { lane }).observe(wait.as_secs_f64().max(0.0));
    }

    /// A method of Slack's was called; `result` is `ok` or one of a fixed set of words.
    pub fn called(&self, method: &'static str, result: &'static str, after: Duration) {
        self.0.counted.calls.get_or_create(&Call { method, result }).inc();
        self.0.counted.call_time.observe(after.as_secs_f64());
    }

    pub fn refused_signature(&self) {
        self.0.counted.refused_signatures.inc();
    }

    /// What claims to be of a source of alerts has no right signature or token.
    pub fn refused_delivery(&self, source: &'static str) {
        self.refused_signature();
        self.0.counted.refused_deliveries.get_or_create(&Kind { kind: source }).inc();
    }

    /// A delivery was answered with 503, and is to come again.
    pub fn put_off(&self, why: &'static str) {
        self.0.counted.put_off.get_or_create(&Kind { kind: why }).inc();
    }

    pub fn ignored(&self, kind: &'static str) {
        self.0.counted.ignored.get_or_create(&Kind { kind }).inc();
    }

    pub fn repeated(&self, deliveries: u64) {
        self.0.counted.repeated.inc_by(deliveries);
    }

    /// What is counted of Socket Mode.
    pub fn socket(&self) -> &SocketMetrics {
        &self.0.socket
    }

    /// What is told of automatic backups.
    pub fn backups(&self) -> &BackupMetrics {
        &self.0.backups
    }

    /// What is counted of watches.
    pub fn watches(&self) -> &WatchMetrics {
        &self.0.watches
    }

    /// The text that Prometheus reads, with the gauges as they are now.
    pub fn scrape<'a>(
        &self,
        look: Look,
        open: impl Iterator<Item = &'a Incident>,
        outbox: impl Iterator<Item = &'a Effect>,
    ) -> String {
        let _alone = self.0.scraping.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.backups.look(look.now);
        self.0.watches.look(look.now);
        self.0.gauges.look(look, open, outbox);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::P1 => "P1",
        Severity::P2 => "P2",
        Severity::P3 => "P3",
        Severity::P4 => "P4",
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Investigating => "investigating",
        Status::Identified => "identified",
        Status::Mitigating => "mitigating",
        Status::Resolved => "resolved",
    }
}
