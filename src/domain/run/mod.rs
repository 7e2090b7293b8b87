//! A run: one procedure put to work, from the question to the proof that a step helped. Its state, read off its events.

mod aggregate;
pub mod announce;
mod apply;
pub mod approve;
pub mod audit;
pub mod change;
pub mod decide;
pub mod difference;
pub mod event;
mod fire;
pub mod freeze;
pub mod identity;
pub mod left;
mod moved;
mod pass_over;
mod proof;
pub mod ran;
mod refused;
pub mod release;
pub mod says;
pub mod seen;
mod settle;
pub mod signed;
mod still_true;
mod taken;
pub mod undo;
pub mod word;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use change::{Aftermath, Change, Ended, Frozen, Phase};
pub use event::{Before, End, RunEvent, RunEventKind};
pub use fire::fire;
use ran::Ran;
use release::Release;
use seen::Seen;
pub use settle::{Around, Rules, settle};
pub use still_true::still_true;
use undo::{Undoable, Undone};

use super::effect::To;
use super::procedure::drill::Drilled;
use super::procedure::fill::{Filling, Given};
use super::procedure::{Action, Finding, Procedure, Reason, Rung, Verdict};
use super::timer::TimerKind;
use crate::actor::Actor;
use crate::id::{ChannelId, IncidentId, MessageTs, RunId};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    /// As it was when the run began: a file that is changed meanwhile changes no run.
    pub procedure: Arc<Procedure>,
    pub given: Given,
    pub by: Actor,
    pub at: Timestamp,
    pub incident: Option<IncidentId>,
    pub to: To,
    /// The checks that are asked.
    pub checks: BTreeSet<String>,
    pub findings: BTreeMap<String, Finding>,
    /// Of checks that could not tell, who saw that it fails.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub seen: BTreeMap<String, Seen>,
    /// Checks whose answer has not come.
    pub waiting: BTreeSet<String>,
    /// The event with which they were asked last.
    #[serde(default)]
    pub asked: u32,
    pub stage: Stage,
    /// Rungs that were offered, counted from 0.
    pub offered: Vec<usize>,
    /// Actions that were carried out and were of no help.
    pub tried: Vec<String>,
    /// Actions that somebody left out: the next step is offered, and nobody goes ahead alone with it.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// Rungs whose actions cannot be made of what the last look found, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<(usize, String)>,
    /// Steps that were left behind without being done, the last one last: they can be offered again.
    #[serde(default)]
    pub skipped: Vec<usize>,
    /// The last drill of the procedure before it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drilled: Option<Drilled>,
    /// What earlier runs of the same incident carried out in vain.
    #[serde(default)]
    pub before: Vec<Before>,
    /// What this run and those before it left as bad by a rollback, the last one last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
    /// Actions that are proved; what follows them is left to be done.
    #[serde(default)]
    pub helped: Vec<String>,
    /// What became of the last change, until there is another.
    #[serde(default)]
    pub last: Option<Last>,
    /// What was begun last, by whose approval, and what is known of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ran: Option<Box<Ran>>,
    /// The last action that was carried out, where a command takes it back.
    #[serde(default)]
    pub undo: Option<Undoable>,
    /// Why it was not taken back when somebody wanted to.
    #[serde(default)]
    pub not_undone: Option<Last>,
    /// The first action that the facts lead to is proposed at once.
    #[serde(default)]
    pub proposes: bool,
    /// The event with which its last change was proposed: together with the run's number the name of its hold on the target.
    #[serde(default)]
    pub hold: u32,
    /// A part of a change of its may still run. Only a release ends that.
    #[serde(default)]
    pub leftover: bool,
    #[serde(default)]
    pub release: Option<Release>,
    /// Its card.
    pub post: Option<(ChannelId, MessageTs)>,
    pub events: u32,
}

/// Where a run is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    Looking,
    /// The facts lead to this rung.
    Offered {
        rung: usize,
    },
    /// An action is being approved, carried out or proved.
    Changing(Box<Change>),
    Over {
        end: End,
        at: Timestamp,
        #[serde(default)]
        by: Actor,
    },
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Last {
    /// The run was closed before it began.
    NotBegun {
        title: String,
    },
    Unprepared {
        why: String,
    },
    Denied {
        by: Actor,
        why: Option<String>,
    },
    Expired {
        at: Timestamp,
    },
    Voided {
        moved: Vec<String>,
    },
    /// It did not end well; what it changed is told once the checks are in.
    Broke {
        rung: usize,
        title: String,
        ended: Ended,
        frozen: BTreeMap<String, Frozen>,
        output: String,
        aftermath: Option<Aftermath>,
        /// What takes it back, should it have happened all the same.
        #[serde(default)]
        undo: Option<Box<Undoable>>,
        /// It was to take an action back.
        #[serde(default)]
        undoes: bool,
    },
    /// An action was taken back.
    Undone {
        title: String,
        undone: Undone,
        /// What does it again.
        did: Vec<String>,
    },
    Helped {
        title: String,
        since: Timestamp,
    },
    DidNotHelp {
        title: String,
        /// Its checks could tell; otherwise whether it helped is not known.
        told: bool,
    },
}

/// The check of a fact: `history` and `history.current` are of the check `history`.
fn check_of(fact: &str) -> &str {
    fact.split_once('.').map_or(fact, |(check, _)| check)
}

impl Run {
    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over { .. })
    }

    /// The change that is under way.
    pub fn change(&self) -> Option<&Change> {
        match &self.stage {
            Stage::Changing(change) => Some(change),
            _ => None,
        }
    }

    /// Whether the answer to the check `name`, asked by the event `asked`, is still waited for.
    pub fn waits_for(&self, name: &str, asked: u32) -> bool {
        self.waiting.contains(name) && self.asked == asked
    }

    /// Whether what `Prepare` brings is still waited for: an answer for an earlier request is none for this one.
    pub fn waits_for_plan(&self, hold: u32, again: bool) -> bool {
        let waits = match self.change().map(|change| &change.phase) {
            Some(Phase::Preparing) => hold == 0 || !again,
            Some(Phase::Rechecking { again: None, .. }) => hold == 0 || again,
            _ => false,
        };
        waits && (hold == 0 || hold == self.hold)
    }

    /// Whether its card stands in `channel`.
    pub fn stands_in(&self, channel: &ChannelId) -> bool {
        self.post.as_ref().is_none_or(|(card, _)| card == channel)
    }

    pub fn rung(&self, number: usize) -> Option<&Rung> {
        self.procedure.rungs.get(number)
    }

    /// The action of a rung, where it is no step for people.
    pub fn action_of(&self, rung: usize) -> Option<&Action> {
        self.procedure.actions.get(self.rung(rung)?.action.as_ref()?)
    }

    /// Whether steps for people follow once the change helped.
    fn goes_on_after(&self, change: &Change) -> bool {
        let action = self.rung(change.proposed.rung).and_then(|rung| rung.action.as_ref());
        action.is_some_and(|action| self.procedure.goes_on_after(action))
    }

    pub fn filling(&self) -> Filling<'_> {
        Filling { procedure: &self.procedure, given: &self.given, findings: &self.findings }
    }

    pub fn verdicts(&self) -> BTreeMap<String, Verdict> {
        self.findings_as_seen().into_iter().map(|(name, finding)| (name, finding.verdict)).collect()
    }

    /// The facts that the action of a rung freezes.
    pub fn facts(&self, rung: usize) -> BTreeSet<String> {
        let named = self.action_of(rung).into_iter().flat_map(|action| &action.freeze);
        named.map(|name| check_of(name).to_owned()).collect()
    }

    /// The checks that are asked again before the action of a rung begins: the facts that it freezes, those that must pass, and
    /// those that led to it.
    pub fn rechecked(&self, rung: usize) -> BTreeSet<String> {
        let required = self.action_of(rung).into_iter().flat_map(|action| &action.require);
        let when = self.rung(rung).into_iter().flat_map(|rung| rung.when.pass.iter().chain(&rung.when.fail));
        required.chain(when).cloned().chain(self.facts(rung)).collect()
    }

    /// The checks that speak for one of several reasons for the step, and for nothing else of it: which reason holds may change, as long
    /// as one does.
    pub fn reasons(&self, rung: usize) -> BTreeSet<String> {
        let all = self.rung(rung).into_iter().flat_map(|rung| rung.when.any.iter().flat_map(Reason::checks));
        let fixed = self.rechecked(rung);
        all.filter(|name| !fixed.contains(*name)).cloned().collect()
    }

    pub fn timers(&self) -> impl Iterator<Item = (TimerKind, Timestamp)> {
        let release = self.release.as_ref().and_then(Release::asking).map(|(_, expires)| expires);
        let due = self.change().and_then(Change::due).into_iter().chain(release);
        due.min().map(|due| (TimerKind::Run, due)).into_iter()
    }
}

#[cfg(test)]
mod tests;
