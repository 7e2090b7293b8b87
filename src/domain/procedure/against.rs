//! What an action would change beside what there is now: by two commands that print both alike, or in words that facts fill.

use serde::{Deserialize, Serialize};

use super::Command;

/// The command that prints what runs now, in the same form as the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Against {
    pub run: Command,
    /// Regular expressions: what they find differs always and says nothing, such as the number of a revision.
    pub ignore: Vec<String>,
}

/// As a file has it: a bare command, or one with what is to be ignored.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "`against` is a command, or `{ run = [...], ignore = [...] }`")]
enum Written {
    Bare(Command),
    Full(Full),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    run: Command,
    #[serde(default)]
    ignore: Vec<String>,
}

impl From<Written> for Against {
    fn from(written: Written) -> Self {
        match written {
            Written::Bare(run) => Self { run, ignore: Vec::new() },
            Written::Full(Full { run, ignore }) => Self { run, ignore },
        }
    }
}

impl From<Against> for Written {
    fn from(Against { run, ignore }: Against) -> Self {
        if ignore.is_empty() { Self::Bare(run) } else { Self::Full(Full { run, ignore }) }
    }
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
