//! Why nothing is done of a line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::AlertsLine;
use crate::actor::Actor;
use crate::alert::AlertId;
use crate::alert::signal::Source;
use crate::alert::silence::SilenceId;
use crate::id::IncidentId;

/// Why a line was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unclear {
    /// No word of this command's.
    Word {
        word: String,
        nearest: Option<String>,
        /// The alerts that the line names.
        #[serde(default)]
        alerts: Vec<AlertId>,
    },
    /// More than one alert is named.
    Several {
        of: String,
        alerts: Vec<AlertId>,
    },
    /// No alert is named.
    NoAlert {
        of: String,
    },
    NotANumber {
        word: String,
        of: String,
    },
    /// No time, or nothing to be silent.
    NoTime,
    /// A silence by P1 to P4: those are no label, they are what the rules make of an alert.
    BySeverity,
    /// What stands before `=` is nearly one of the words that a silence goes by, so it is hardly a label.
    Selector {
        /// As it was typed.
        word: String,
        /// `source=events`.
        meant: String,
        /// `label=sorce=events`, where it is a label all the same.
        label: String,
        /// What either of them would set, where the line says for how long and why.
        lines: Vec<AlertsLine>,
    },
    NoReason,
    ReasonTooLong {
        most: usize,
        #[serde(default)]
        of: String,
    },
    NoIncident,
    /// No source of this name; a nearer one, where there is one.
    Source {
        word: String,
        #[serde(default)]
        nearest: Option<Source>,
        #[serde(default)]
        of: String,
        /// Beside it stands what is no severity.
        #[serde(default)]
        severity: Option<String>,
    },
    /// No severity of this name, of a source that there is.
    Severity {
        word: String,
        source: Source,
    },
}

/// Why a line that was understood does nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertsRefusal {
    NoSuch {
        alert: AlertId,
    },
    Over {
        alert: AlertId,
        at: Timestamp,
        /// Where a person said so.
        #[serde(default)]
        by: Option<Actor>,
    },
    AckedAlready {
        alert: AlertId,
        by: Actor,
        at: Timestamp,
    },
    /// It fits everything.
    Everything,
    TooLong {
        hours: i64,
    },
    TooMany {
        most: usize,
    },
    NoSuchSilence {
        silence: SilenceId,
    },
    SilenceOver {
        silence: SilenceId,
        at: Timestamp,
    },
    NotSilenced {
        alert: AlertId,
    },
    NoSuchIncident {
        incident: IncidentId,
    },
    /// `whole`: what it is merged into, which is over with it.
    IncidentOver {
        incident: IncidentId,
        #[serde(default)]
        whole: Option<IncidentId>,
        #[serde(default)]
        cancelled: bool,
    },
    AttachedAlready {
        alert: AlertId,
        incident: IncidentId,
    },
    NotAttached {
        alert: AlertId,
    },
    /// It belongs to an incident with all that share its message, by this one.
    AttachedWith {
        alert: AlertId,
        incident: IncidentId,
        with: AlertId,
    },
}
