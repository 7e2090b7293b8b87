//! One watch as it is configured: what is asked, in which unit it answers, and what it is held against.

use std::fmt;
use std::time::Duration;

use domain::Severity;
use domain::text::fingerprint;
use jiff::{SignedDuration, Timestamp};

use crate::reading::{Reading, Reason};
use crate::selector::Selector;
use crate::standing::{Level, Rules};
use crate::text_format::{Fold, Page};
use crate::value::{Unit, Value};
use crate::{json, promql};

/// Longest answer that is read, in bytes.
pub const MOST: usize = 2 << 20;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Asks {
    /// A page in Prometheus' text format.
    Page {
        url: String,
        metric: Selector,
        fold: Option<Fold>,
    },
    /// A Prometheus server, by its query API.
    Query {
        query: String,
        fold: Option<Fold>,
    },
    Json {
        url: String,
        pointer: String,
    },
    /// How long the whole answer takes.
    Latency {
        url: String,
    },
    /// The answer's HTTP status, whatever it is.
    Status {
        url: String,
    },
    /// Whether `host:port` takes a connection.
    Port {
        address: String,
    },
    /// Nothing: howler counts the runs that it hears of by GitHub's hook, see [`crate::runs`].
    Runs,
    /// Nothing: it is sent to howler, see [`crate::push`].
    Push {
        metric: Selector,
    },
}

impl Asks {
    /// Where; nothing where it is the Prometheus server's.
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Page { url, .. }
            | Self::Json { url, .. }
            | Self::Latency { url }
            | Self::Status { url } => Some(url),
            Self::Query { .. } | Self::Port { .. } | Self::Push { .. } | Self::Runs => None,
        }
    }
}

impl fmt::Display for Asks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |fold: &Option<Fold>| match fold {
            None => "",
            Some(Fold::Sum) => "the sum of ",
            Some(Fold::Max) => "the largest ",
            Some(Fold::Min) => "the smallest ",
            Some(Fold::Avg) => "the average ",
        };
        match self {
            Self::Page { url, metric, fold } => write!(f, "{}{metric} at {url}", of(fold)),
            Self::Query { query, fold } => write!(f, "{}{query} at PROMETHEUS_URL", of(fold)),
            Self::Json { url, pointer } if pointer.is_empty() => write!(f, "all of {url}"),
            Self::Json { url, pointer } => write!(f, "{pointer} of {url}"),
            Self::Latency { url } => write!(f, "how long {url} takes"),
            Self::Status { url } => write!(f, "the status of {url}"),
            Self::Port { address } => write!(f, "whether {address} takes a connection"),
            Self::Runs => f.write_str("the share of GitHub's workflow runs of the last 24 h that succeeded"),
            Self::Push { metric } => write!(f, "what is pushed as {metric}"),
        }
    }
}

/// Of its alerts, where the configuration says them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Severities {
    pub warning: Option<Severity>,
    pub critical: Option<Severity>,
    pub absent: Option<Severity>,
}

impl Severities {
    pub fn of(&self, level: Level) -> Option<Severity> {
        match level {
            Level::Warning => self.warning,
            Level::Critical => self.critical,
        }
    }
}

/// One `[[watch]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    pub name: String,
    pub asks: Asks,
    /// Of the numbers that come.
    pub unit: Unit,
    /// The numbers are a counter's, and what counts is how much it grows a second.
    pub per_second: bool,
    pub every: SignedDuration,
    pub rules: Rules,
    pub severities: Severities,
}

/// An answer as it came.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub status: u16,
    pub content_type: Option<&'a str>,
    pub body: &'a [u8],
    /// How long all of it took.
    pub took: Duration,
    /// When it came, by howler's clock.
    pub at: Timestamp,
}

impl Watch {
    /// As people say it: `Response time p99` for `response-time-p99`.
    pub fn spoken(&self) -> String {
        let words = self.name.replace(['-', '_'], " ");
        let mut letters = words.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// Whether it is sent to howler, and cannot be asked.
    pub fn is_pushed(&self) -> bool {
        matches!(self.asks, Asks::Push { .. })
    }

    /// Whether nobody is asked for it.
    pub fn is_heard(&self) -> bool {
        matches!(self.asks, Asks::Push { .. } | Asks::Runs)
    }

    /// Whether it is held against words.
    pub fn is_state(&self) -> bool {
        Level::ALL.into_iter().filter_map(|level| self.rules.of(level)).any(|threshold| threshold.is_state())
    }

    /// A number in the base unit, as people write it.
    pub fn shown(&self, number: f64) -> String {
        let value = Value { number, kind: self.unit.kind };
        if self.per_second { format!("{value} a second") } else { value.to_string() }
    }

    /// What changes when something else is watched, or by other thresholds: then all is counted anew.
    pub fn fingerprint(&self) -> String {
        let said = |level| self.rules.of(level).map(ToString::to_string).unwrap_or_default();
        let [warning, critical] = Level::ALL.map(said);
        let all = format!("{}|{warning}|{critical}", self.measures());
        format!("{:016x}", fingerprint(Some(&all)))
    }

    /// What changes when its values are of something else: then those that are kept say nothing of it. Thresholds may change.
    pub fn measured(&self) -> String {
        format!("{:016x}", fingerprint(Some(&self.measures())))
    }

    fn measures(&self) -> String {
        let (unit, rate) = (self.unit.name(), if self.per_second { "/s" } else { "" });
        format!("{:?}|{unit}{rate}", self.asks.to_string())
    }

    /// What a source says of its past, in order of time, in the base unit.
    ///
    /// # Errors
    /// Why that tells nothing.
    pub fn read_range(&self, status: u16, body: &[u8]) -> Result<Vec<(Timestamp, f64)>, Reason> {
        let Asks::Query { fold, .. } = &self.asks else { return Err(Reason::Silent) };
        match promql::read_range(body, MOST, *fold) {
            // What is wrong with a query is said in an answer of 400 or 422.
            Err(Reason::Refused { what }) => Err(Reason::Refused { what }),
            _ if status != 200 => Err(Reason::NotReached { why: format!("it answered {status}") }),
            read => {
                let points = read?.points.into_iter();
                Ok(points.map(|(at, number)| (at, self.unit.of(number).number)).collect())
            }
        }
    }

    /// What an answer tells, before counters become rates.
    pub fn read(&self, answer: &Answer<'_>) -> Reading {
        let Answer { status, content_type, body, took, at } = *answer;
        let is_well = status == 200;
        let not_well = || {
            let hint = if (300..400).contains(&status) { ", and howler follows no redirect" } else { "" };
            Reading::CannotTell(Reason::NotReached { why: format!("it answered {status}{hint}") })
        };
        match &self.asks {
            Asks::Status { .. } => Reading::number(f64::from(status)),
            Asks::Push { .. } | Asks::Port { .. } | Asks::Runs => Reading::CannotTell(Reason::Silent),
            Asks::Query { fold, .. } => match promql::read(body, MOST, *fold) {
                // What is wrong with a query is said in an answer of 400 or 422.
                Err(Reason::Refused { what }) => Reading::CannotTell(Reason::Refused { what }),
                _ if !is_well => not_well(),
                read => read.map_or_else(Reading::CannotTell, |answer| answer.reading.in_unit(self.unit)),
            },
            _ if !is_well => not_well(),
            Asks::Page { metric, fold, .. } => {
                let page = Page { body, content_type, most: MOST, at };
                Reading::from(page.number(metric, *fold)).in_unit(self.unit)
            }
            Asks::Json { pointer, .. } => {
                let wants = if self.is_state() { json::Wants::State } else { json::Wants::Number(self.unit) };
                json::read(body, MOST, pointer, wants)
            }
            Asks::Latency { .. } => Reading::number(took.as_secs_f64()),
        }
    }
}
