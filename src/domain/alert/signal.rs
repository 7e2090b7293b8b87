//! What a source says of one of its alerts, in howler's words: what is left of a delivery once it was read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Severity;
use crate::id::IncidentId;

/// Who speaks (runbook 1.3, and what a small team has beside it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    GitHub,
    Vercel,
    UptimeRobot,
    Alertmanager,
    Grafana,
    /// PagerDuty's Events API v2, spoken by whatever has an integration for it.
    PagerDuty,
    /// howler's own form of the same, `POST /hooks/events`.
    Events,
    /// The silence of a heartbeat.
    Heartbeat,
    /// A number or a state that howler reads itself.
    Watch,
}

impl Source {
    pub const ALL: [Self; 9] = [
        Self::GitHub,
        Self::Vercel,
        Self::UptimeRobot,
        Self::Alertmanager,
        Self::Grafana,
        Self::PagerDuty,
        Self::Events,
        Self::Heartbeat,
        Self::Watch,
    ];
}

/// What it says has become of the alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    Firing,
    /// Somebody has it, where the source knows of such a thing.
    Acknowledged,
    Resolved,
}

/// What kind of trouble it is, as far as the built-in rules tell one from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// A workflow of the default branch or of a schedule has failed.
    WorkflowFailed,
    ProductionDeployFailed,
    PreviewDeployFailed,
    /// A monitor says that something is down.
    Down,
    /// A certificate or a domain runs out.
    Expires,
    /// A program that should speak is silent.
    Silent,
    /// Anything else; its severity is what the source says.
    Other,
}

/// A place where more can be read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Link {
    pub text: String,
    /// `http` or `https`.
    pub url: String,
}

/// One thing that a source says of one alert. All of its texts are somebody else's: cut to size and without secrets, not yet
/// escaped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    pub source: Source,
    /// What is the same for everything said of one alert, at most [`KEY_MOST`] signs; a longer one is cut and ends in a hash of all.
    pub key: String,
    pub said: Said,
    pub trouble: Trouble,
    /// As the source names it, mapped: `critical` is P1, `error` P2, `warning` P3, `info` P4.
    pub severity: Option<Severity>,
    pub title: String,
    /// Small facts by name, such as `branch`, `monitor` or a label.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// When it happened, by the source's own clock; `None` where it does not say, or says nonsense.
    pub at: Option<Timestamp>,
    /// Orders what a source says of one alert where its clock does not: a run's number and attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<(u64, u64)>,
}

/// Longest key of an alert, in signs.
pub const KEY_MOST: usize = 255;

/// Something that is no alert but belongs on the timeline of what is open: a deploy, a rollback, a promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub source: Source,
    pub title: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    pub at: Option<Timestamp>,
}

/// All that one delivery says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub signals: Vec<Signal>,
    pub changes: Vec<Change>,
    /// Parts that are no alert by the rules of the source, in words, such as `a cancelled run`.
    pub passed_over: Vec<String>,
    /// Parts that could not be read, and why.
    pub not_understood: Vec<String>,
    /// Variables of a project that got new values, by their ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<VariableChanged>,
    /// Finished runs of a default branch.
    #[serde(default)]
    pub runs: Vec<RunEnd>,
    /// What may be howler's own on GitHub and was changed there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touched: Vec<Touched>,
}

/// Something was changed on GitHub that has one of howler's names. How it stands is asked, for deliveries come in any order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    /// `owner/name`.
    pub repository: String,
    /// Whose report or follow-up it is, as its name says.
    pub incident: IncidentId,
    pub what: TouchedWhat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TouchedWhat {
    /// The pull request of a report, by its number on GitHub.
    Pull(u64),
    /// The issue of a follow-up, by its number on GitHub and the follow-up's within its incident.
    Issue { number: u64, follow_up: u32 },
}

/// A variable got a new value, which is not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableChanged {
    pub id: String,
    /// When, as its source says.
    pub at: Option<Timestamp>,
}

/// The end of a workflow run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnd {
    pub succeeded: bool,
    /// When, as its source says.
    pub at: Option<Timestamp>,
}
