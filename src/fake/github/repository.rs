//! What is read of a repository beside its issues.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// As a test sets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    /// The newest first.
    pub runs: Vec<Run>,
    /// The state of each workflow, by its file; `active` where nothing is said.
    pub states: BTreeMap<String, String>,
    /// Texts by path.
    pub files: BTreeMap<String, String>,
    /// When a file was changed last, by its path; long ago where nothing is said.
    pub changed: BTreeMap<String, Timestamp>,
    /// The default permission of a workflow's token: whether it writes.
    pub workflows_write: bool,
    pub workflows_open_pull_requests: bool,
    pub hooks: Vec<Hook>,
    /// Those of its owner, numbered from 101.
    pub organisation_hooks: Vec<Hook>,
    /// Names of Actions' secrets.
    pub secrets: Vec<String>,
    /// When a secret was changed last, by its name; long ago where nothing is said.
    pub secrets_changed: BTreeMap<String, Timestamp>,
    /// Who did what, the newest first; none where the organisation has no such log.
    pub audit_log: Option<Vec<(String, String)>>,
    /// Calls that are used up of the hour's allowance.
    pub used: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: u64,
    /// The workflow's file, by its name.
    pub file: String,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    pub conclusion: Option<String>,
    pub started: Timestamp,
    /// Counted within its workflow, and how often it was begun.
    pub number: u64,
    pub attempt: u64,
    /// When anything of it changed last: its end, where it is over.
    pub updated: Timestamp,
    pub jobs: Vec<Job>,
    /// What began it: `schedule`, `workflow_dispatch`, `pull_request`.
    pub event: String,
    pub branch: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: u64,
    pub name: String,
    pub conclusion: String,
    pub steps: Vec<Step>,
    /// None where it is no longer kept.
    pub log: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub name: String,
    pub conclusion: String,
    pub started: Timestamp,
    pub completed: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    pub url: String,
    pub events: Vec<String>,
}
