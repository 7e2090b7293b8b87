//! What people ask about maintenance, what they get back, and what is said of it in the emergencies channel.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Maintenance, MaintenanceId};
use crate::actor::Actor;
use crate::oncall::when::{RangeText, WhenProblem};
use crate::timer::Lateness;

/// One thing to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MaintenanceLine {
    List,
    /// As it was typed: the time is made an instant when it is decided.
    Schedule {
        range: RangeText,
        title: String,
    },
    /// The one that is named, or the only one there is.
    Done {
        which: Option<MaintenanceId>,
    },
    Help,
    /// What was not understood.
    Unclear(Unclear),
}

impl MaintenanceLine {
    /// The word people type for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Schedule { .. } => "schedule",
            Self::Done { .. } => "done",
            Self::Help | Self::Unclear(_) => "help",
        }
    }

    /// Whether it changes nothing.
    pub fn reads(&self) -> bool {
        match self {
            Self::List | Self::Help | Self::Unclear(_) => true,
            Self::Schedule { .. } | Self::Done { .. } => false,
        }
    }
}

/// Why a line was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unclear {
    /// No word of this command's.
    Word {
        word: String,
        nearest: Option<String>,
    },
    /// No time, or one without an end.
    NoEnd,
    NoTitle,
    TitleTooLong {
        most: usize,
    },
    NotANumber {
        word: String,
    },
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MaintenanceAnswer {
    /// Those that are not over, the first to begin first.
    List {
        all: Vec<Maintenance>,
        now: Timestamp,
    },
    Scheduled {
        id: MaintenanceId,
        title: String,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
    },
    Done {
        id: MaintenanceId,
        title: String,
    },
    Help,
    Unclear(Unclear),
    Refused(MaintenanceRefusal),
}

impl MaintenanceAnswer {
    /// Whether nothing was done of what was asked.
    pub fn refuses(&self) -> bool {
        matches!(self, Self::Unclear(_) | Self::Refused(_))
    }
}

/// Why a line that was understood does nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MaintenanceRefusal {
    /// The clock of the zone has no such time.
    When(WhenProblem),
    /// It would be over already, or have begun in the past.
    Past {
        from: Timestamp,
    },
    /// It would end no later than it begins.
    NoLength,
    TooLong {
        hours: i64,
    },
    TooFar {
        days: i64,
    },
    /// The same title at a time that overlaps.
    Twice {
        id: MaintenanceId,
        until: Timestamp,
    },
    TooMany {
        most: usize,
    },
    NothingScheduled,
    NoSuch {
        id: MaintenanceId,
    },
    OverAlready {
        id: MaintenanceId,
        at: Timestamp,
    },
    Several {
        all: Vec<Maintenance>,
    },
}

/// What is said of one in the emergencies channel, beside what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// Scheduled at `at`.
    Scheduled {
        at: Timestamp,
    },
    Over {
        late: Option<Lateness>,
    },
    Done {
        by: Actor,
        at: Timestamp,
    },
}
