//! What people type about the time after an incident, and what they are told.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::deadline::Deadline;
use super::due::{Row, Whose};
use super::event::{Owed, Section};
use super::follow_up::{FollowUp, Tag};
use super::publication::{NoReports, Part, Place};
use crate::answer::Summary;
use crate::id::{IncidentId, UserId};
use crate::incident::report::Report;
use crate::oncall::when::{WhenProblem, WhenText};
use crate::refusal::Unfit;

/// A follow-up as somebody typed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    pub tag: Tag,
    pub text: String,
    /// `None`: nobody is named.
    pub owner: Option<UserId>,
    /// `None`: no day is named.
    pub by: Option<WhenText>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterLine {
    /// Shows the report as it is now.
    Report,
    /// Puts it as a file into the thread of the card.
    ReportFile,
    /// Publishes it in the repository; where the last pull request was closed, anew.
    Publish,
    /// Whose text of a part stands, where people and howler both changed it.
    Settle {
        part: Part,
        ours: bool,
    },
    /// Opens the form of a section.
    Edit {
        section: Section,
    },
    Write {
        section: Section,
        text: String,
    },
    /// Shows when the retrospective is due.
    Retro,
    Done {
        owed: Owed,
    },
    /// It was not done after all.
    Undone {
        owed: Owed,
    },
    PutOff {
        owed: Owed,
        by: SignedDuration,
        why: Option<String>,
    },
    Give {
        owed: Owed,
        to: UserId,
    },
    Move {
        number: u32,
        to: WhenText,
    },
    FollowUp {
        wanted: Vec<Wanted>,
    },
    /// The two of the runbook's template.
    FollowUpDefaults,
    /// Of all incidents.
    FollowUps,
    FollowUpsOf,
    Due {
        whose: Whose,
    },
    Unclear(AfterProblem),
}

impl AfterLine {
    /// The word people type for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Report | Self::ReportFile | Self::Edit { .. } | Self::Write { .. } => "report",
            Self::Publish | Self::Settle { .. } => "publish",
            Self::FollowUp { .. } | Self::FollowUpDefaults | Self::Move { .. } => "follow-up",
            Self::FollowUps | Self::FollowUpsOf => "follow-ups",
            Self::Retro => "retro",
            Self::Due { .. } | Self::Unclear(_) => "due",
            Self::Done { owed }
            | Self::Undone { owed }
            | Self::PutOff { owed, .. }
            | Self::Give { owed, .. } => match owed {
                Owed::Report => "report",
                Owed::Retro => "retro",
                Owed::FollowUp(_) => "follow-up",
            },
        }
    }

    /// Whether it is about one incident, named or not.
    pub fn is_about_one(&self) -> bool {
        !matches!(self, Self::Due { .. } | Self::FollowUps | Self::Unclear(_))
    }

    pub fn opens_form(&self) -> bool {
        matches!(self, Self::Edit { .. })
    }

    /// Whether it changes nothing.
    pub fn reads(&self) -> bool {
        matches!(
            self,
            Self::Report
                | Self::Retro
                | Self::Edit { .. }
                | Self::FollowUps
                | Self::FollowUpsOf
                | Self::Due { .. }
                | Self::Unclear(_)
        )
    }
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterProblem {
    /// A follow-up that says nothing.
    NoText,
    /// Nobody is named for it. `oncall`: the runbook's default owner, and nobody is on call.
    NoOwner {
        text: String,
        oncall: bool,
    },
    NotADay {
        words: String,
        problem: WhenProblem,
    },
    /// It is over, or more than a year away.
    OutOfReach {
        at: Timestamp,
    },
    /// No such section; or nothing of a report.
    NoSuchPart {
        words: String,
    },
    NoSuchFollowUp {
        incident: IncidentId,
        number: u32,
        most: u32,
    },
    /// Nothing is owed: its severity asks for none, it is not resolved, or it was none.
    NotOwed {
        incident: IncidentId,
        owed: Owed,
        why: NotOwed,
    },
    AlreadyDone {
        incident: IncidentId,
        owed: Owed,
        deadline: Box<Deadline>,
    },
    NotDone {
        incident: IncidentId,
        owed: Owed,
    },
    AlreadyTheirs {
        incident: IncidentId,
        owed: Owed,
        owner: UserId,
    },
    /// A reminder waits only with a reason.
    NoReason {
        incident: IncidentId,
        owed: Owed,
    },
    /// No report: it was no incident, or is another one's double.
    NoIncident {
        incident: IncidentId,
        of: Option<IncidentId>,
    },
    /// Its report is the one of what it is merged into.
    Part {
        incident: IncidentId,
        of: IncidentId,
    },
    /// Somebody else wrote the section since the form was opened. What was sent is not lost.
    WrittenMeanwhile {
        incident: IncidentId,
        section: Section,
        stands: String,
        sent: String,
    },
    /// It cannot be published: what is missing.
    NotPublished {
        incident: IncidentId,
        why: NoReports,
    },
    /// Of this part nobody is asked which text stands.
    NoConflict {
        incident: IncidentId,
        part: Part,
    },
    /// They left Slack, are a bot, or unknown to it.
    Unfit {
        person: UserId,
        why: Unfit,
    },
    /// It says that already.
    NothingNew {
        incident: IncidentId,
        section: Section,
    },
    /// The two of the runbook's template are on the list already.
    HasDefaults {
        incident: IncidentId,
    },
}

/// Why nothing is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotOwed {
    Open,
    Severity,
    /// `[sprint]` does not say when the next planning is.
    NoSprint,
}

/// What somebody is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterAnswer {
    Report(Box<Report>),
    Retro {
        incident: Box<Summary>,
        deadline: Box<Deadline>,
    },
    Written {
        incident: IncidentId,
        section: Section,
    },
    FileComes {
        incident: IncidentId,
    },
    /// It is on its way. `anew`: although the last pull request was closed.
    Publishes {
        incident: IncidentId,
        place: Place,
        anew: bool,
        not_known: Vec<Section>,
    },
    Settled {
        incident: IncidentId,
        part: Part,
        ours: bool,
    },
    /// `not_known`: what the report leaves open all the same.
    Done {
        incident: IncidentId,
        owed: Owed,
        late: Option<SignedDuration>,
        not_known: Vec<Section>,
    },
    Undone {
        incident: IncidentId,
        owed: Owed,
        due: Timestamp,
    },
    /// `limited`: less than was asked for.
    PutOff {
        incident: IncidentId,
        owed: Owed,
        until: Timestamp,
        limited: bool,
        due: Timestamp,
    },
    Given {
        incident: IncidentId,
        owed: Owed,
        to: UserId,
        due: Timestamp,
    },
    Moved {
        incident: IncidentId,
        number: u32,
        due: Timestamp,
    },
    Added {
        incident: IncidentId,
        follow_ups: Vec<FollowUp>,
    },
    FollowUps {
        of: Option<IncidentId>,
        rows: Vec<Row>,
        done: usize,
        now: Timestamp,
    },
    Due {
        whose: Whose,
        rows: Vec<Row>,
        others: usize,
        now: Timestamp,
    },
    Refused(AfterProblem),
}

impl AfterAnswer {
    /// Whether nothing was done of what was asked.
    pub fn refuses(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}
