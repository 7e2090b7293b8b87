//! The runbook's matrix (1.1, 4.1) as rules: docs/alerts.md shows them, and a test compares the two.

use crate::Severity;
use crate::alert::signal::{Signal, Source, Trouble};

/// One input of the matrix.
pub struct BuiltIn {
    /// In the words of docs/alerts.md.
    pub input: &'static str,
    pub severity: Severity,
    fits: fn(&Signal) -> bool,
}

/// The first that fits counts.
pub const BUILT_IN: &[BuiltIn] = &[
    // Before all that is about a metric: that nobody can tell is not that it fails.
    rule("a watch cannot tell", Severity::P3, |signal| watch(signal, "absent")),
    rule("Uptime Robot down ≥ 5 min", Severity::P1, |signal| {
        signal.source == Source::UptimeRobot && signal.trouble == Trouble::Down
    }),
    rule("`/health` failing", Severity::P1, |signal| metric(signal, "health") && !level(signal, "warning")),
    rule("error rate > 5 %", Severity::P1, |signal| {
        metric(signal, "error rate") && level(signal, "critical")
    }),
    rule("active witnesses < 1 for 1 h", Severity::P1, |signal| {
        metric(signal, "active witnesses") && level(signal, "critical")
    }),
    rule("websocket connections < 1", Severity::P1, |signal| {
        metric(signal, "websocket connections") && level(signal, "critical")
    }),
    rule("p99 > 1000 ms", Severity::P2, |signal| {
        metric(signal, "response time p99") && level(signal, "critical")
    }),
    rule("error rate > 1 %", Severity::P2, |signal| metric(signal, "error rate") && level(signal, "warning")),
    rule("production deploy failed", Severity::P2, |signal| {
        signal.trouble == Trouble::ProductionDeployFailed
    }),
    rule("agent success < 80 %", Severity::P2, |signal| {
        metric(signal, "agent run success") && level(signal, "critical")
    }),
    rule("witnesses < 5 for 1 h", Severity::P2, |signal| {
        metric(signal, "active witnesses") && level(signal, "warning")
    }),
    rule("single workflow failure on default branch", Severity::P3, |signal| {
        signal.trouble == Trouble::WorkflowFailed
    }),
    rule("p99 > 500 ms", Severity::P3, |signal| {
        metric(signal, "response time p99") && level(signal, "warning")
    }),
    rule("agent success < 90 %", Severity::P3, |signal| {
        metric(signal, "agent run success") && level(signal, "warning")
    }),
    rule("bundle > 300 KB", Severity::P3, |signal| {
        metric(signal, "bundle size") && level(signal, "critical")
    }),
    rule("preview deploy failed", Severity::P3, |signal| signal.trouble == Trouble::PreviewDeployFailed),
    rule("dependency status page major/critical", Severity::P3, |signal| {
        signal.facts.contains_key("status page")
    }),
    rule("bundle > 200 KB", Severity::P4, |signal| metric(signal, "bundle size") && level(signal, "warning")),
    rule("cosmetic", Severity::P4, |signal| level(signal, "cosmetic")),
    rule("another watch is critical", Severity::P1, |signal| watch(signal, "critical")),
    rule("another watch warns", Severity::P3, |signal| watch(signal, "warning")),
];

const fn rule(input: &'static str, severity: Severity, fits: fn(&Signal) -> bool) -> BuiltIn {
    BuiltIn { input, severity, fits }
}

/// The one that fits. What a watch's own configuration says goes before them.
pub(super) fn of(signal: &Signal) -> Option<&'static BuiltIn> {
    if signal.source == Source::Watch && signal.severity.is_some() {
        return None;
    }
    BUILT_IN.iter().find(|rule| (rule.fits)(signal))
}

/// Whether it is about this metric of the runbook's dashboard (4.1).
fn metric(signal: &Signal, name: &str) -> bool {
    signal.facts.get("metric").is_some_and(|metric| metric.eq_ignore_ascii_case(name))
}

/// Which of the dashboard's thresholds was passed.
fn level(signal: &Signal, level: &str) -> bool {
    signal.facts.get("level").is_some_and(|passed| passed.eq_ignore_ascii_case(level))
}

/// Whether it is howler's own watch that says so.
fn watch(signal: &Signal, passed: &str) -> bool {
    signal.source == Source::Watch && level(signal, passed)
}
