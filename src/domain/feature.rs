//! Parts of howler with a slash command of their own and nothing to do with one incident: what is asked of each, what it answers,
//! and what it says in a channel. A new part is a line in each of the three, and its folder.

use serde::{Deserialize, Serialize};

use super::alert::bound::PutOff;
use super::alert::group::Group;
use super::alert::line::{self as alerts, AlertsAnswer, AlertsLine};
use super::alert::signal::Source;
use super::alert::silence::Silence;
use super::credential::line::{self as credential, CredentialAnswer, CredentialLine};
use super::credential::plan::Plan;
use super::maintenance::Maintenance;
use super::maintenance::line::{self as maintenance, MaintenanceAnswer, MaintenanceLine};
use super::metrics::{MetricsAnswer, MetricsLine};

/// What is asked of a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeatureLine {
    Maintenance(MaintenanceLine),
    Alerts(AlertsLine),
    Metrics(MetricsLine),
    Credential(CredentialLine),
}

impl FeatureLine {
    /// The slash command, without its slash.
    pub fn command(&self) -> &'static str {
        match self {
            Self::Maintenance(_) => "maintenance",
            Self::Alerts(_) => "alerts",
            // What is watched is a page of the runbook, and has no command beside that.
            Self::Metrics(_) => "runbook",
            // Whoever is on call sees that they are rotated.
            Self::Credential(_) => "oncall",
        }
    }

    /// The word people type for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Maintenance(line) => line.word(),
            Self::Alerts(line) => line.word(),
            Self::Metrics(line) => line.word(),
            Self::Credential(line) => line.word(),
        }
    }

    /// Whether it changes nothing.
    pub fn reads(&self) -> bool {
        match self {
            Self::Maintenance(line) => line.reads(),
            Self::Alerts(line) => line.reads(),
            Self::Metrics(line) => line.reads(),
            Self::Credential(line) => line.reads(),
        }
    }
}

/// What a part answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeatureAnswer {
    Maintenance(MaintenanceAnswer),
    Alerts(AlertsAnswer),
    Metrics(MetricsAnswer),
    Credential(CredentialAnswer),
}

impl FeatureAnswer {
    /// Whether nothing was done of what was asked.
    pub fn refuses(&self) -> bool {
        match self {
            Self::Maintenance(answer) => answer.refuses(),
            Self::Alerts(answer) => answer.refuses(),
            Self::Metrics(answer) => answer.refuses(),
            Self::Credential(answer) => answer.refuses(),
        }
    }
}

/// Whether there is room for what a source says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Room {
    None,
    Again,
}

/// What a part says in a channel: frozen facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    Maintenance(Box<Maintenance>, maintenance::Notice),
    Alerts(Box<Group>, alerts::Notice),
    Silence(Box<Silence>, alerts::Notice),
    Credential(Box<Plan>, credential::Notice),
    /// What a source says is put off, or is no more.
    PutOff(Source, Box<PutOff>, Room),
}
