//! What an action would change beside what there is now: by two commands that print both alike, or in words that facts fill.

use serde::{Deserialize, Serialize};

use super::Command;

/// The command that prints what runs now, in the same form as the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Against {
    pub run: Command,
    /// What both must print, such as `Pod Template:`. Two answers that are alike and say nothing are no two that are the same.
    pub given: String,
    /// Regular expressions: what they find differs always and says nothing, such as the number of a revision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
}

/// What an action changes, in words: where no program prints what would be, facts and parameters say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NowThen {
    /// `replicas: {owner.replicas}`
    pub now: String,
    /// `replicas: {replicas}`
    pub then: String,
}
