//! What people ask about what is watched, and what they get back. Values are in words: only who reads them knows their units.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::vendor::VendorStands;

/// The longest span that is kept, and the shortest that is told.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);
pub const SHORTEST: SignedDuration = SignedDuration::from_mins(10);
/// What is told of one where no span is named.
pub const USUAL: SignedDuration = SignedDuration::from_hours(24);

/// One thing to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricsLine {
    /// All of them, as they stand.
    All,
    /// One over a span; half a name is enough.
    One { name: String, span: SignedDuration },
}

impl MetricsLine {
    /// The word people type for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::All | Self::One { .. } => "metrics",
        }
    }

    /// Whether it changes nothing.
    pub fn reads(&self) -> bool {
        match self {
            Self::All | Self::One { .. } => true,
        }
    }
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricsAnswer {
    /// What nobody can tell first, then what is breached.
    All {
        metrics: Vec<Metric>,
        /// How vendors stand.
        #[serde(default)]
        vendors: Vec<VendorStands>,
        /// When certificates run out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        certificates: Vec<RunsOut>,
        now: Timestamp,
    },
    One(Box<Course>),
    /// Several names hold what was typed.
    Which {
        typed: String,
        names: Vec<String>,
        span: SignedDuration,
    },
    /// None does.
    NoSuch {
        typed: String,
        near: Vec<String>,
    },
}

impl MetricsAnswer {
    /// Whether nothing was done of what was asked.
    pub fn refuses(&self) -> bool {
        matches!(self, Self::Which { .. } | Self::NoSuch { .. })
    }
}

/// When the certificate of a host runs out, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunsOut {
    pub host: String,
    pub stands: String,
    pub is_well: bool,
}

/// How something that is watched stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stands {
    CannotTell,
    Critical,
    Warning,
    Fine,
}

/// One that is watched, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    pub name: String,
    pub stands: Stands,
    /// The last value, with its unit.
    pub value: Option<String>,
    /// When it came.
    pub at: Option<Timestamp>,
    /// Why nobody can tell.
    pub why: Option<String>,
    /// The lowest and the highest of the last hour.
    pub hour: Option<(String, String)>,
}

/// How one went over a span.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    pub metric: Metric,
    /// What is asked, in words.
    pub asked: String,
    pub from: Timestamp,
    pub until: Timestamp,
    /// When the first value ever came, where that is within the span.
    pub begins: Option<Timestamp>,
    /// `None` where no number was kept in the span.
    pub went: Option<Went>,
    /// Where nobody saw anything.
    pub gaps: Spans,
    /// It is held against words, of which nothing is kept.
    pub words: bool,
}

/// The numbers of a span.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Went {
    pub lowest: (String, Timestamp),
    /// Half of the time it was at most this.
    pub middle: String,
    pub highest: (String, Timestamp),
    /// Each threshold in words, and when it was on its wrong side.
    pub over: Vec<(String, Spans)>,
}

/// Some of many stretches of time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spans {
    /// The newest ones, in order.
    pub newest: Vec<(Timestamp, Timestamp)>,
    pub many: usize,
    /// All of them together.
    pub long: SignedDuration,
}

impl Spans {
    /// Keeps at most `most` of them.
    pub fn of(all: &[(Timestamp, Timestamp)], most: usize) -> Self {
        let long = all.iter().map(|(from, until)| until.duration_since(*from));
        let long = long.fold(SignedDuration::ZERO, |sum, one| sum.saturating_add(one));
        let newest = all.get(all.len().saturating_sub(most)..).unwrap_or_default().to_vec();
        Self { newest, many: all.len(), long }
    }
}
