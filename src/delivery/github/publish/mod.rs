//! Publishes a report: one commit with the report's file and its row in the index, on a branch with a pull request, or
//! on the default branch. By the git database alone, so that it is one commit, and a file of any size.
//!
//! An attempt whose end is not known is looked up before anything is made again: a commit by the publication's mark in its
//! message, a pull request by its branch and the report's mark in its text.

mod catch_up;
mod commit;
mod find;
mod repository;
mod run;
mod why;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use repository::CanPublish;
pub(in crate::github) use repository::is_name;
pub(in crate::github) use why::Step;
pub use why::{Permission, Undone, Why};

use crate::report::{Became, Digest, IndexRow, Section, Wrote};

/// One publication of a report, ready to be sent. The same one again, after a crash, makes nothing twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// `owner/name`.
    pub repository: String,
    pub mode: Mode,
    /// `.monkeytown/decisions/incidents`.
    pub folder: String,
    /// `2026-11-29-inc-7-event-stream-down.md`; it keeps its name when the incident's title changes.
    pub file: String,
    /// Of the pull request, and the commit's first line.
    pub title: String,
    /// What stands before the sections in a new file: `# Incident Report: INC-7`.
    pub lead: String,
    pub sections: Vec<Section>,
    /// What howler wrote last.
    pub wrote: Wrote,
    /// The row of `README.md` in the folder.
    pub index: Option<IndexRow>,
    /// This publication's, and nobody else's; it stands in the commit's message.
    pub mark: String,
    /// The same for all publications of this report.
    pub report_mark: String,
    /// An earlier attempt may have been carried out.
    pub unsure: bool,
}

/// How a report comes to stand on the default branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A commit to it.
    Commit,
    PullRequest {
        /// `howler/inc-7`; where that is taken or done with, `howler/inc-7-2` and so on.
        branch: String,
        body: String,
        /// The number of the last one, where it is known.
        known: Option<u64>,
        /// Opens a new one also where the last was closed without being merged.
        anew: bool,
    },
}

/// What came of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The commit that this publication made; none where nothing had to change.
    pub commit: Option<String>,
    /// Where the report stands now.
    pub branch: String,
    /// The report's path.
    pub path: String,
    pub pull: Option<PullRequest>,
    pub sections: BTreeMap<String, Became>,
    /// What howler wrote last, to be kept for the next publication.
    pub wrote: Wrote,
    pub index: Option<Became>,
    pub index_wrote: BTreeSet<Digest>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    pub number: u64,
    pub url: String,
    pub state: PullState,
    /// The branch that it asks to merge.
    pub branch: String,
}

/// A pull request as it is looked at by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullSeen {
    pub pull: PullRequest,
    /// It cannot be merged as it stands. Where only another report's row of the index is in its way, the next publication
    /// puts that right.
    pub conflicts: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullState {
    Open,
    Merged,
    /// Without being merged.
    Closed,
}
