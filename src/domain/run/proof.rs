//! What proves that a change did what it was for: of an action its checks, of an undo the facts that were frozen before the action.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Run;
use super::change::{Change, Phase, stand};
use super::undo::{Kind, moving};
use crate::procedure::Verdict;

/// What is asked, how often, and for how long it must pass.
pub(super) struct Proof {
    pub checks: BTreeSet<String>,
    pub within: SignedDuration,
    pub every: SignedDuration,
    pub hold: SignedDuration,
}

impl Run {
    /// When the action was asked for whose proof is looked for.
    pub fn proves_since(&self) -> Option<Timestamp> {
        let change = self.change()?;
        let proved = change.behind().unwrap_or(change);
        matches!(proved.phase, Phase::Proving { .. }).then_some(proved.at)
    }

    pub(super) fn proof(&self, change: &Change) -> Option<Proof> {
        let verify = &self.action_of(change.proposed.rung)?.verify;
        let (within, every) = (verify.within.0, verify.every.0);
        Some(match &change.proposed.kind {
            Kind::Step => {
                Proof { checks: verify.pass.iter().cloned().collect(), within, every, hold: verify.hold.0 }
            }
            Kind::Undo { of, .. } => {
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
            Kind::Undo { of, .. } => {
                let action = self.action_of(change.proposed.rung);
                of.before.is_empty()
                    || stand(moving(&of.before, action), &self.findings) == Some(true)
                    || stand(moving(&change.proposed.frozen, action), &self.findings) == Some(false)
            }
        }
    }
}
