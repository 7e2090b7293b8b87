//! Why not: specific, for the person, with the next thing to type. Faults of our own are not refusals.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::{Retractable, Role};
use super::incident::severity::{Severity, Status};
use crate::id::{IncidentId, UserId};

/// A request that changes nothing, and the reason. `view::refusal` has the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    UnknownWord {
        word: String,
        nearest: Option<String>,
    },
    UnknownSeverity {
        word: String,
    },
    UnknownStatus {
        word: String,
    },
    UnknownRole {
        word: String,
    },
    NotAPerson {
        word: String,
    },
    NotADuration {
        word: String,
    },
    NotAnIncidentNumber {
        word: String,
    },
    TitleMissing,
    TextMissing {
        command: String,
    },
    /// Lengths in characters.
    TooLong {
        what: String,
        length: usize,
        most: usize,
    },
    NothingOpen,
    NoSuchIncident {
        incident: IncidentId,
    },
    AlreadyResolved {
        incident: IncidentId,
        at: Timestamp,
        by: UserId,
    },
    NotResolved {
        incident: IncidentId,
    },
    AlreadyAcknowledged {
        incident: IncidentId,
        at: Timestamp,
        by: UserId,
    },
    AlreadyStatus {
        incident: IncidentId,
        status: Status,
    },
    AlreadySeverity {
        incident: IncidentId,
        severity: Severity,
    },
    AlreadyInRole {
        incident: IncidentId,
        role: Role,
        person: UserId,
    },
    NothingToRetract {
        incident: IncidentId,
        what: Option<Retractable>,
    },
    /// The severity has no update interval.
    NoUpdateClock {
        incident: IncidentId,
        severity: Severity,
    },
    /// The button stands on a message that is no longer true.
    StaleReminder {
        incident: IncidentId,
        reminder: Timestamp,
    },
    /// The button or form is of an older howler, or not howler's.
    UnknownButton,
    /// A form that was sent as it was shown.
    NothingNew {
        incident: IncidentId,
    },
    NoSuchEffect,
    NoSuchPage {
        incident: IncidentId,
        pages: usize,
    },
    AlreadyPinned {
        incident: IncidentId,
    },
}
