//! "I see that it is down": a person says so in place of a check that could not tell, by name and with a time. It leads on where howler is
//! blind, and takes no word of a check back that could tell.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::decide::{RunRefusal, not_now};
use super::event::RunEventKind;
use super::word::says_well;
use super::{Run, Stage};
use crate::actor::Actor;
use crate::procedure::{Check, Finding, Probe, Verdict};

/// Who saw it, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub by: Actor,
    pub at: Timestamp,
    /// In whose words.
    pub says: Option<String>,
}

/// What a person can look at as howler does: whether an address answers. Facts that decide which step fits are no matter of opinion.
fn can_be_seen(check: &Check) -> bool {
    matches!(check.probe, Probe::Http(_)) && check.is_judged() && !check.decides
}

impl Run {
    /// The checks that could not tell, and of which a person may say that they fail.
    pub fn to_be_seen(&self) -> Vec<String> {
        let unknown =
            |name: &String| self.findings.get(name).is_some_and(|found| found.verdict == Verdict::Unknown);
        let leads = |name: &String| {
            self.procedure.rungs.iter().any(|rung| rung.when.fails().any(|fails| fails == name))
        };
        let named =
            self.checks.iter().filter(|name| unknown(name) && leads(name) && !self.seen.contains_key(*name));
        named.filter(|name| self.procedure.checks.get(*name).is_some_and(can_be_seen)).cloned().collect()
    }

    /// What was found, with what a person saw in place of what could not be told.
    pub fn findings_as_seen(&self) -> BTreeMap<String, Finding> {
        let seen = |(name, finding): (&String, &Finding)| {
            let is_seen = finding.verdict == Verdict::Unknown && self.seen.contains_key(name);
            let verdict = if is_seen { Verdict::Fail } else { finding.verdict };
            (name.clone(), Finding { verdict, ..finding.clone() })
        };
        self.findings.iter().map(seen).collect()
    }
}

/// Takes a person's word for a check, by its name or the only one that it can be.
///
/// # Errors
/// When no step is offered, or nothing that could not tell is to be seen by a person.
pub fn see(run: &Run, check: Option<&str>, says: Option<String>) -> Result<RunEventKind, RunRefusal> {
    if !matches!(run.stage, Stage::Offered { .. }) {
        return Err(not_now(run));
    }
    let could = run.to_be_seen();
    let named = check.map(|check| check.to_lowercase().replace('-', "_"));
    let check = match (&named, could.as_slice()) {
        (Some(named), could) => could.iter().find(|name| *name == named),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    if says.as_deref().is_some_and(says_well) {
        return Err(RunRefusal::SeenWell { run: run.id });
    }
    match check {
        Some(check) => Ok(RunEventKind::Seen { check: check.clone(), says }),
        None => Err(RunRefusal::NotToBeSeen { run: run.id, could }),
    }
}
