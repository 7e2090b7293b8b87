//! Severities and statuses (runbook 1.1, 7.1).

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad it is (runbook 1.1). `P1` is the worst and compares as the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    P1,
    P2,
    P3,
    P4,
}

impl Severity {
    pub const ALL: [Self; 4] = [Self::P1, Self::P2, Self::P3, Self::P4];

    /// `p1` to `p4` in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.to_string().eq_ignore_ascii_case(word))
    }

    /// The runbook's word beside the number.
    pub fn word(self) -> &'static str {
        match self {
            Self::P1 => "Critical",
            Self::P2 => "High",
            Self::P3 => "Medium",
            Self::P4 => "Low",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Where the work stands (runbook 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    Investigating,
    Identified,
    Mitigating,
    Resolved,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Investigating, Self::Identified, Self::Mitigating, Self::Resolved];

    /// The status's word in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.to_string().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
