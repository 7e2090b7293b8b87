//! The words in which sources say how bad it is.

use domain::Severity;

/// `critical` is P1, `error` P2, `warning` P3, `info` P4, and what else is said for these; nothing where the word is none of them. The
/// runbook names a P0 once, which its matrix does not know: P1.
pub fn parse(word: &str) -> Option<Severity> {
    let word = word.trim().to_lowercase();
    Some(match word.as_str() {
        "p0" | "p1" | "sev0" | "sev1" | "critical" | "crit" | "fatal" | "emergency" | "emerg"
        | "disaster" | "page" => Severity::P1,
        "p2" | "sev2" | "error" | "err" | "high" | "major" | "alert" => Severity::P2,
        "p3" | "sev3" | "warning" | "warn" | "medium" | "average" | "minor" | "ticket" => Severity::P3,
        "p4" | "sev4" | "info" | "information" | "informational" | "notice" | "low" | "debug" => Severity::P4,
        _ => return None,
    })
}
