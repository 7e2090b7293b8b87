//! Where a report stands in a repository, and what howler wrote there last: the base of the next three-way merge.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;

/// Of a text: the name of what stood, as the publisher makes it.
pub type Digest = String;

/// A part of the report's file that howler writes as one; [`Row`](Self::Row) is its line in the list of all reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Summary,
    Timeline,
    RootCause,
    Impact,
    Resolution,
    FollowUps,
    Lessons,
    Row,
}

impl Part {
    /// Those of the file, in its order.
    pub const OF_THE_FILE: [Self; 7] = [
        Self::Summary,
        Self::Timeline,
        Self::RootCause,
        Self::Impact,
        Self::Resolution,
        Self::FollowUps,
        Self::Lessons,
    ];

    /// Its name in the marks of the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Timeline => "timeline",
            Self::RootCause => "root-cause",
            Self::Impact => "impact",
            Self::Resolution => "resolution",
            Self::FollowUps => "follow-ups",
            Self::Lessons => "lessons",
            Self::Row => "row",
        }
    }

    /// What people type for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::RootCause => "root cause",
            Self::Row => "row of the list",
            part => part.name(),
        }
    }
}

/// How a report comes to stand on the default branch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Commit,
    #[default]
    PullRequest,
}

/// `[reports]`: where reports go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reports {
    /// `owner/name`.
    pub repository: String,
    pub how: How,
    pub folder: String,
    /// Of incidents of security (runbook 2.5).
    pub security_folder: String,
}

/// Why no report is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoReports {
    /// `[reports] repository` is "off".
    Off,
    /// GITHUB_TOKEN is not set.
    NoToken,
}

/// Where one report goes. It keeps its name when the incident gets another title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub repository: String,
    pub how: How,
    pub folder: String,
    /// `2026-11-29-inc-7-event-stream-down.md`
    pub file: String,
}

impl fmt::Display for Place {
    /// Its path in the repository.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.folder, self.file)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullState {
    Open,
    Merged,
    /// Without being merged.
    Closed,
}

/// The pull request of a report, as GitHub told last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub number: u64,
    /// The page that people open.
    pub url: String,
    pub state: PullState,
    /// The branch that it asks to merge.
    pub branch: String,
}

/// People and howler both changed a part: theirs stands until somebody says which does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Cut short.
    pub theirs: String,
    /// Cut short.
    pub ours: String,
    /// What of theirs was seen.
    pub seen: Digest,
    /// What howler wants to write.
    pub wanted: Digest,
}

/// What howler wrote last: several of a part while it is not known which of them came to stand.
pub type Wrote = BTreeMap<String, BTreeSet<Digest>>;

/// What came of publishing a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Came {
    /// None where nothing had to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Where the report stands now.
    pub branch: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<Pull>,
    pub wrote: Wrote,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub index_wrote: BTreeSet<Digest>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conflicts: BTreeMap<Part, Conflict>,
    /// Parts whose marks people took away or broke: howler leaves them alone.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub left: BTreeSet<Part>,
}

/// A report that somebody wanted published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    pub place: Place,
    /// Who wanted it last.
    pub by: Actor,
    pub at: Timestamp,
    /// A closed pull request does not stand in its way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anew: bool,
    /// None: it was not carried out yet, as far as is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<Box<Came>>,
}

impl Publication {
    pub fn pull(&self) -> Option<&Pull> {
        self.came.as_ref()?.pull.as_ref()
    }

    /// People closed its pull request, and nobody has wanted it anew.
    pub fn is_closed(&self) -> bool {
        !self.anew && self.pull().is_some_and(|pull| pull.state == PullState::Closed)
    }
}
