//! What is to be done about an alert: how bad it is, where it goes and who is called. The first rule of the configuration that
//! fits goes before the built-in ones; what it leaves open they decide.

mod built_in;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use serde::{Deserialize, Serialize};

pub use self::built_in::{BUILT_IN, BuiltIn};
use super::signal::{Signal, Source};
use super::source_word;
use crate::Severity;
use crate::oncall::zone::Zone;

/// What the rules say of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub severity: Severity,
    pub by: By,
    pub channel: Channel,
    /// Its message calls whoever is on call.
    pub mention: bool,
    /// Whoever is on call is paged, by the path of the incident that it declares.
    pub page: bool,
    pub declare: Declare,
    /// Alerts of one group share a message.
    pub group: String,
    /// It shares one however long ago the last of its group came.
    pub group_stays: bool,
    /// The rule of the configuration that fits, counted from 1.
    pub rule: Option<usize>,
}

/// What says how bad it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum By {
    /// The rule of the configuration.
    Rule,
    /// A built-in one, in the runbook's words.
    BuiltIn(String),
    /// The source itself.
    Source,
    /// Nobody does, and it is P3.
    Nobody,
}

/// Where its message stands (runbook 1.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Channel {
    GithubActions,
    Deployments,
    OnCall,
    Metrics,
    /// A rule's own, by name or id.
    Named(String),
}

impl Channel {
    /// The runbook's channel of a source (1.3).
    pub fn of(source: Source) -> Self {
        match source {
            Source::GitHub => Self::GithubActions,
            Source::Vercel => Self::Deployments,
            Source::UptimeRobot | Source::Heartbeat => Self::OnCall,
            Source::Alertmanager | Source::Grafana | Source::PagerDuty | Source::Events | Source::Watch => {
                Self::Metrics
            }
        }
    }
}

/// Whether it declares an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Declare {
    #[serde(rename = "at once")]
    AtOnce,
    #[serde(rename = "ask")]
    Ask,
    #[serde(rename = "never")]
    Never,
}

impl Declare {
    /// What the runbook's matrix makes of a severity (1.1).
    fn of(severity: Severity) -> Self {
        match severity {
            Severity::P1 => Self::AtOnce,
            Severity::P2 => Self::Ask,
            Severity::P3 | Severity::P4 => Self::Never,
        }
    }
}

/// The rules of a configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub rules: Vec<Rule>,
    /// Alerts of the same source and severity share a message and an incident where no more than this lies between two of them.
    pub group_within: SignedDuration,
}

impl Default for Rules {
    fn default() -> Self {
        Self { rules: Vec::new(), group_within: SignedDuration::from_mins(10) }
    }
}

/// One rule: what it fits, and what it sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// One of these; any where there are none.
    pub sources: Vec<Source>,
    /// All of these facts.
    pub labels: BTreeMap<String, String>,
    pub key: Option<Pattern>,
    pub between: Option<Between>,
    pub severity: Option<Severity>,
    pub channel: Option<String>,
    pub mention: Option<bool>,
    pub declare: Option<Declare>,
    pub group_by: Option<Vec<String>>,
}

/// A regular expression, the same where it is written the same.
#[derive(Clone, Debug)]
pub struct Pattern(pub Regex);

/// Longest regular expression, in bytes.
const PATTERN_MOST: usize = 1_000;

impl Pattern {
    /// # Errors
    /// It is too long, or none: why, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > PATTERN_MOST {
            return Err(format!("`key` is longer than {PATTERN_MOST} bytes"));
        }
        Regex::new(text).map(Self).map_err(|error| format!("`{text}` is no regular expression: {error}"))
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

/// A time of day by a clock on the wall; it may go over midnight.
#[derive(Clone, Debug, PartialEq)]
pub struct Between {
    pub from: Time,
    pub until: Time,
    pub zone: Zone,
}

impl Between {
    fn holds(&self, now: Timestamp) -> bool {
        let time = self.zone.civil(now).time();
        match self.from <= self.until {
            true => self.from <= time && time < self.until,
            false => self.from <= time || time < self.until,
        }
    }
}

impl Rule {
    /// Whether it is about `signal`, heard at `now`.
    pub fn fits(&self, signal: &Signal, now: Timestamp) -> bool {
        let source = self.sources.is_empty() || self.sources.contains(&signal.source);
        let labels = || self.labels.iter().all(|(name, value)| signal.facts.get(name) == Some(value));
        let key = || self.key.as_ref().is_none_or(|key| key.0.is_match(&signal.key));
        let time = || self.between.as_ref().is_none_or(|between| between.holds(now));
        source && labels() && key() && time()
    }
}

/// What `rules` say of `signal`, heard at `now`.
pub fn judge(signal: &Signal, rules: &Rules, now: Timestamp) -> Verdict {
    let nothing = Rule::default();
    let found = rules.rules.iter().position(|rule| rule.fits(signal, now));
    let rule = found.and_then(|at| rules.rules.get(at)).unwrap_or(&nothing);
    let (severity, by) = match (rule.severity, built_in::of(signal), signal.severity) {
        (Some(severity), ..) => (severity, By::Rule),
        (None, Some(built_in), _) => (built_in.severity, By::BuiltIn(built_in.input.to_owned())),
        (None, None, Some(severity)) => (severity, By::Source),
        (None, None, None) => (Severity::P3, By::Nobody),
    };
    let channel = rule.channel.clone().map_or_else(|| Channel::of(signal.source), Channel::Named);
    let calls = severity <= Severity::P2;
    let by_labels = rule.group_by.as_ref().and_then(|labels| match (labels.as_slice(), found) {
        // All of the rule's.
        ([], Some(at)) => Some(format!("rule {}", at + 1)),
        (labels, _) => in_common(labels, &signal.facts),
    });
    let group_stays = by_labels.is_some();
    let group = by_labels.unwrap_or_else(|| format!("{} {severity}", source_word(signal.source)));
    let declare = rule.declare.unwrap_or_else(|| Declare::of(severity));
    Verdict {
        severity,
        by,
        channel,
        mention: rule.mention.unwrap_or(calls),
        page: calls && declare == Declare::AtOnce,
        declare,
        group,
        group_stays,
        rule: found.map(|at| at + 1),
    }
}

/// What alerts with the same values of these labels have in common, whichever rule names them and however bad they are. One that has
/// none of them has nothing in common by them.
fn in_common(labels: &[String], facts: &BTreeMap<String, String>) -> Option<String> {
    let names: BTreeSet<&String> = labels.iter().collect();
    let values: Vec<(&String, Option<&String>)> =
        names.into_iter().map(|name| (name, facts.get(name))).collect();
    values.iter().any(|(_, value)| value.is_some_and(|value| !value.is_empty())).then_some(())?;
    let shown = values.iter().map(|(name, value)| format!("{name}={:?}", value.map_or("", String::as_str)));
    Some(format!("group_by {}", shown.collect::<Vec<_>>().join(" ")))
}
