//! The runbook's procedures as data: what to look at, which step the facts lead to, and the few things that change the world.
//!
//! A procedure is checks (they only read), a ladder of rungs (steps in order, each with the facts that it takes), and actions.
//! There is no expression language, so that a ladder always ends and can be read aloud.

mod against;
mod backups;
mod check;
mod command;
pub mod drill;
pub mod fill;
mod fitting;
mod heard;
mod here;
pub mod judge;
pub mod keep;
mod ladder;
mod owned;
mod part;
mod reason;
mod released;
mod revisions;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub use against::{Against, NowThen};
pub use check::{Check, Expected, Extract, Probe, Range};
pub use command::{Command, Slot, TakesBack, Undo};
pub use heard::{Answer, CannotTell, Heard, Question};
pub use here::Here;
pub use judge::{Finding, Kept, Note, Verdict};
pub use ladder::{Did, Reason};

use crate::duration::Humane;

/// One procedure, as its file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// The file's name without its ending; what people type.
    #[serde(default)]
    pub name: String,
    /// The format's number; 1 is the only one.
    pub schema: u32,
    pub title: String,
    /// The runbook's section that it puts to work.
    pub section: String,
    #[serde(default)]
    pub symptoms: Vec<String>,
    /// The recovery time objective.
    pub rto: Option<Humane>,
    /// The recovery point objective: what is lost.
    pub rpo: Option<String>,
    /// What an action changes: only one change at a time is made to it.
    pub target: Option<Target>,
    #[serde(default)]
    pub params: BTreeMap<String, Param>,
    #[serde(default, rename = "check")]
    pub checks: BTreeMap<String, Check>,
    #[serde(default, rename = "rung")]
    pub rungs: Vec<Rung>,
    #[serde(default, rename = "action")]
    pub actions: BTreeMap<String, Action>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The name of its context, which every `kubectl` and `helm` of the procedure gets.
    pub cluster: Option<String>,
    pub namespace: Option<String>,
    pub object: String,
}

impl Target {
    /// Whether a change of one is a change of the other: a part that is not named may be any.
    pub fn overlaps(&self, other: &Self) -> bool {
        let same =
            |one: &Option<String>, other: &Option<String>| one.is_none() || other.is_none() || one == other;
        self.object == other.object
            && same(&self.cluster, &other.cluster)
            && same(&self.namespace, &other.namespace)
    }
}

/// A value that a person may give. It fills one whole argument or the end of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Param {
    Int {
        min: i64,
        max: i64,
        /// A number, or one that a fact leads to: `owner.replicas + 2`, kept between `min` and `max`.
        default: Option<Usual>,
        /// A fact that the value must be greater than: to scale up is never to scale down.
        #[serde(skip_serializing_if = "Option::is_none")]
        above: Option<String>,
    },
    /// A name as Kubernetes takes it (DNS-1123), at most 63 characters.
    Name { default: Option<String> },
    /// One of what a check has just read, `history.revisions`, or of a list.
    OneOf { of: Choices, default: Option<String> },
    /// An instant, RFC 3339; where it says so no earlier and no later than facts.
    Time {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
    },
}

/// What an `int` is where nobody gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Usual {
    Number(i64),
    /// `owner.replicas + 2`
    Fact(String),
}

impl Usual {
    /// The fact, and what is added to it.
    pub fn fact(&self) -> Option<(&str, i64)> {
        let Self::Fact(text) = self else { return None };
        let (fact, add) = match (text.split_once(" + "), text.split_once(" - ")) {
            (Some((fact, add)), None) => (fact, add.parse::<i64>().ok()?),
            (None, Some((fact, less))) => (fact, -less.parse::<i64>().ok()?),
            _ => (text.as_str(), 0),
        };
        fact.contains('.').then_some((fact, add))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Choices {
    /// A check and what it keeps.
    Fact(String),
    Listed(Vec<String>),
}

/// A step of the ladder: offered once, in order, where all that it names holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    #[serde(default)]
    pub when: When,
    /// An action, or what a person does.
    #[serde(rename = "do")]
    pub action: Option<String>,
    pub human: Option<String>,
}

/// What a rung takes. A check that could not tell is neither passed nor failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    pub pass: Vec<String>,
    pub fail: Vec<String>,
    /// Of several reasons at least one holds as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<Reason>,
    /// Actions that were carried out and did not help, or that somebody left out.
    pub tried: Vec<String>,
    /// Actions that were carried out and are proved. Such a step belongs to the run until somebody ticks it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub helped: Vec<String>,
}

/// The only thing that changes the world.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    pub title: String,
    pub risk: Risk,
    /// Checks that must pass before it.
    #[serde(default)]
    pub require: Vec<String>,
    /// Facts that are read again just before it; where they differ, its approval is void. `history` is all that the check
    /// keeps, `history.current` one fact of it.
    #[serde(default)]
    pub freeze: Vec<String>,
    /// Those of the frozen facts that the action itself changes: they alone can say that it did not happen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// Shows what it would do; reads only.
    pub plan: Option<Command>,
    /// Shows the same of what runs now, so that the plan is shown as a difference; reads only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
    /// The difference in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<NowThen>,
    pub run: Command,
    pub undo: Undo,
    pub limit: Humane,
    /// How long it may take to end once it is asked to, before it is killed: some programs let go of a lock first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Humane>,
    pub verify: Verify,
}

/// An action's grace where its procedure says nothing of it.
const GRACE: Humane = Humane(SignedDuration::from_secs(3));

/// What an order of an earlier howler is given.
pub fn usual_grace() -> Humane {
    GRACE
}

impl Action {
    /// How risky it is to take it back: never less than the action itself.
    pub fn undo_risk(&self) -> Risk {
        let own = self.undo.command().and_then(|undo| undo.risk);
        own.unwrap_or(self.risk).max(self.risk)
    }

    /// How long it may take to end once it is asked to (research 2b, rule 6).
    pub fn grace(&self) -> Humane {
        self.grace.unwrap_or(GRACE)
    }
}

/// How many must approve: one for medium, two for high (the configuration decides who).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    Medium,
    High,
}

/// Proof that it helped: these checks pass, and go on passing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    pub pass: Vec<String>,
    pub within: Humane,
    pub every: Humane,
    pub hold: Humane,
}

/// The procedures by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runbook {
    procedures: BTreeMap<String, Procedure>,
    /// What is wrong with the files of those that are left out, by name, in words.
    left_out: BTreeMap<String, String>,
}

impl Runbook {
    pub fn new(procedures: impl IntoIterator<Item = Procedure>) -> Self {
        let named = procedures.into_iter().map(|procedure| (procedure.name.clone(), procedure));
        Self { procedures: named.collect(), left_out: BTreeMap::new() }
    }

    /// The same, knowing what is wrong with those that are left out.
    #[must_use]
    pub fn without(self, left_out: BTreeMap<String, String>) -> Self {
        Self { left_out, ..self }
    }

    /// What is wrong with the procedure that people mean by `typed`, where its file is why there is none.
    pub fn left_out(&self, typed: &str) -> Option<(&str, &str)> {
        let typed = as_named(typed);
        let mut meant = self.left_out.iter().filter(|(name, _)| !typed.is_empty() && name.contains(&typed));
        meant.next().map(|(name, fault)| (name.as_str(), fault.as_str()))
    }

    pub fn all(&self) -> impl Iterator<Item = &Procedure> {
        self.procedures.values()
    }

    pub fn get(&self, name: &str) -> Option<&Procedure> {
        self.procedures.get(name)
    }

    /// The procedure that people mean by `typed`: its name, or the only one whose name has the words.
    ///
    /// # Errors
    /// The name that is nearest, where none or several are meant.
    pub fn find(&self, typed: &str) -> Result<&Procedure, Option<&str>> {
        let typed = as_named(typed);
        if let Some(exact) = self.get(&typed) {
            return Ok(exact);
        }
        let mut holding =
            self.procedures.values().filter(|procedure| !typed.is_empty() && procedure.name.contains(&typed));
        if let (Some(one), None) = (holding.next(), holding.next()) {
            return Ok(one);
        }
        let like = |name: &str| strsim::jaro_winkler(&typed, name);
        let nearest = self.procedures.keys().max_by(|a, b| like(a).total_cmp(&like(b)));
        Err(nearest.map(String::as_str).filter(|name| like(name) > 0.7))
    }
}

/// As procedures are named: people type blanks and capitals.
fn as_named(typed: &str) -> String {
    typed.trim().to_lowercase().replace([' ', '_'], "-")
}

#[cfg(test)]
mod tests;
