//! What is left to do after an incident (runbook 6.3).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::deadline::Deadline;
use crate::actor::Actor;
use crate::effect::Issue;

/// What kind of work it is (runbook 6.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    /// Required remediation.
    #[default]
    Action,
    /// Further analysis.
    Investigation,
    /// Additional alerting.
    Monitoring,
}

impl Tag {
    pub const ALL: [Self; 3] = [Self::Action, Self::Investigation, Self::Monitoring];

    /// As the runbook writes it, without its brackets.
    pub fn word(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Investigation => "investigation",
            Self::Monitoring => "monitoring",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// Within its incident.
    pub number: u32,
    pub tag: Tag,
    /// On one line.
    pub text: String,
    pub by: Actor,
    pub deadline: Deadline,
    /// Where it stands on GitHub, once it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<Issue>,
    /// Where its issue goes; `None`: it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// Whether its issue was closed when that was known last: what differs from it is news, on either side.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub issue_closed: bool,
}

/// So much is left to whoever names no day.
pub const USUAL: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Farther ahead nobody plans.
pub const FAR: SignedDuration = SignedDuration::from_hours(366 * 24);

/// What the runbook's template asks for after each incident (6.1).
pub const DEFAULTS: [(Tag, &str, SignedDuration); 2] = [
    (Tag::Monitoring, "Add monitoring", SignedDuration::from_hours(7 * 24)),
    (Tag::Action, "Update runbook", SignedDuration::from_hours(3 * 24)),
];

impl FollowUp {
    /// Whether GitHub does not show yet what it is now.
    pub fn is_ahead_of_github(&self) -> bool {
        let done = self.deadline.done.is_some();
        match &self.issue {
            Some(_) => done != self.issue_closed,
            None => self.repository.is_some() && !done,
        }
    }

    /// Since when it is asked for.
    pub fn since(&self) -> Timestamp {
        self.deadline.from
    }
}
