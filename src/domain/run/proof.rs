//! What proves that a change did what it was for: of an action its checks, of an undo the facts that were frozen before the action.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::Run;
use super::change::{Aftermath, Change, aftermath};
use super::undo::Kind;
use crate::domain::procedure::Verdict;

/// What is asked, how often, and for how long it must pass.
pub(super) struct Proof {
    pub checks: BTreeSet<String>,
    pub within: SignedDuration,
    pub every: SignedDuration,
    pub hold: SignedDuration,
}

impl Run {
    pub(super) fn proof(&self, change: &Change) -> Option<Proof> {
        let verify = &self.action_of(change.proposed.rung)?.verify;
        let (within, every) = (verify.within.0, verify.every.0);
        Some(match &change.proposed.kind {
            Kind::Step => {
                Proof { checks: verify.pass.iter().cloned().collect(), within, every, hold: verify.hold.0 }
            }
            Kind::Undo { of } => {
                let checks: BTreeSet<String> = of.before.keys().cloned().collect();
                // Seen twice; where there is nothing to see, nobody waits for it.
                let hold = if checks.is_empty() { SignedDuration::ZERO } else { every };
                Proof { checks, within, every, hold }
            }
        })
    }

    /// Whether what was found last proves it: the checks of an action pass; an undo moved the facts, or they are as they were
    /// before the action.
    pub(super) fn is_proved(&self, change: &Change) -> bool {
        match &change.proposed.kind {
            Kind::Step => {
                let pass = |name: &String| {
                    self.findings.get(name).is_some_and(|finding| finding.verdict == Verdict::Pass)
                };
                self.action_of(change.proposed.rung).is_some_and(|action| action.verify.pass.iter().all(pass))
            }
            Kind::Undo { of } => {
                of.before.is_empty()
                    || aftermath(&of.before, &self.findings) == Aftermath::DidNotHappen
                    || aftermath(&change.proposed.frozen, &self.findings) == Aftermath::Happened
            }
        }
    }
}
