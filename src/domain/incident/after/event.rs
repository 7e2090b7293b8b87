//! What happens after an incident: sections of its report, deadlines and follow-ups.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::deadline::{Deadline, Next, Step};
use super::follow_up::FollowUp;
use super::publication::{Came, Part, Place, Pull};
use crate::actor::Actor;
use crate::effect::Issue;
use crate::timer::Lateness;

/// A part of the report that people write (runbook 6.1). Timeline, duration and follow-ups are read off the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Summary,
    RootCause,
    Witnesses,
    DataLoss,
    Resolution,
    Lessons,
}

impl Section {
    pub const ALL: [Self; 6] =
        [Self::Summary, Self::RootCause, Self::Witnesses, Self::DataLoss, Self::Resolution, Self::Lessons];

    /// What people type for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::RootCause => "root cause",
            Self::Witnesses => "witnesses",
            Self::DataLoss => "data loss",
            Self::Resolution => "resolution",
            Self::Lessons => "lessons",
        }
    }
}

/// Something that somebody owes after an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    Report,
    Retro,
    /// By its number within the incident.
    FollowUp(u32),
}

impl fmt::Display for Owed {
    /// As people type it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Report => f.write_str("report"),
            Self::Retro => f.write_str("retro"),
            Self::FollowUp(number) => write!(f, "follow-up {number}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterNews {
    /// Somebody wrote a section of the report; an empty text leaves it to what the events tell.
    Written {
        section: Section,
        text: String,
    },
    /// Somebody wants the report as a file.
    FileAsked,
    /// It is resolved: what is owed now, and until when.
    Begun {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report: Option<Box<Deadline>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retro: Option<Box<Deadline>>,
    },
    Added {
        follow_ups: Vec<FollowUp>,
    },
    /// A reminder came due. `next`: when the following one does.
    Reminded {
        owed: Owed,
        step: Step,
        next: Next,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        late: Option<Lateness>,
    },
    /// The reminders wait, the deadline does not.
    PutOff {
        owed: Owed,
        until: Timestamp,
        why: String,
        next: Next,
    },
    Done {
        owed: Owed,
    },
    /// It was not done after all.
    Undone {
        owed: Owed,
        next: Next,
    },
    /// Somebody else owes it.
    Given {
        owed: Owed,
        to: Actor,
        next: Next,
    },
    /// Only follow-ups: a report and a retrospective are due when the runbook says.
    Moved {
        owed: Owed,
        due: Timestamp,
        next: Next,
    },
    /// Somebody wants the report published there. `anew`: also where the last pull request was closed without being merged.
    PublishAsked {
        place: Place,
        anew: bool,
    },
    /// What came of publishing it.
    Published(Box<Came>),
    /// How its pull request stands.
    PullSeen {
        pull: Pull,
    },
    /// How the issue of a follow-up stands. `turned`: somebody closed or reopened it on GitHub.
    IssueSeen {
        number: u32,
        issue: Issue,
        closed: bool,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        turned: bool,
    },
    /// Somebody decided whose text of a part stands.
    Settled {
        part: Part,
        ours: bool,
    },
}

impl AfterNews {
    /// Whether people do not read it on the timeline.
    pub fn is_bookkeeping(&self) -> bool {
        matches!(self, Self::FileAsked)
    }
}
