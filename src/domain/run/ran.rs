//! What a run carried out last. It stays once the change is over: whatever ends the run, its card tells what ran, by whose
//! approval, what it printed, and which facts are of before it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::approve::NotApproved;
use super::change::{Aftermath, Approval, Change, Ended};
use super::event::{End, RunEvent, RunEventKind};
use super::undo::Undone;
use super::{Last, Run, Stage};
use crate::actor::Actor;
use crate::procedure::Undo;

/// A change that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    pub rung: usize,
    pub title: String,
    pub argv: Vec<String>,
    /// Who asked for it.
    pub by: Actor,
    pub approvals: Vec<Approval>,
    pub glass: Option<Approval>,
    /// When it began.
    pub at: Timestamp,
    pub output: String,
    /// It was to take an action back.
    pub undoes: bool,
    /// Checks that were answered since.
    pub answered: BTreeSet<String>,
    pub became: Became,
}

/// What is known of a change that ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Became {
    /// Nothing showed whether it helped.
    #[default]
    Unseen,
    /// It did not end well, and what it changed, where that was looked at.
    Broke(Option<Aftermath>),
    Helped,
    /// `told`: its checks could tell.
    DidNotHelp {
        told: bool,
    },
    Undone(Undone),
}

impl Ran {
    fn of(change: &Change, at: Timestamp) -> Self {
        Self {
            rung: change.proposed.rung,
            title: change.proposed.title.clone(),
            argv: change.proposed.argv.clone(),
            by: change.by.clone(),
            approvals: change.approvals.clone(),
            glass: change.glass.clone(),
            at,
            output: String::new(),
            undoes: !change.proposed.kind.is_step(),
            answered: BTreeSet::new(),
            became: Became::Unseen,
        }
    }
}

impl Run {
    /// What was found by the check `name` is of before what ran last.
    pub fn is_from_before(&self, name: &str) -> bool {
        self.ran.as_ref().is_some_and(|ran| !ran.answered.contains(name))
    }

    /// Whether nobody saw if `action`, which ran last, helped.
    pub fn is_unseen(&self, action: &str) -> bool {
        let same = |ran: &&Ran| self.rung(ran.rung).and_then(|rung| rung.action.as_deref()) == Some(action);
        let ran = self.ran.as_deref().filter(same);
        ran.is_some_and(|ran| matches!(ran.became, Became::Unseen | Became::DidNotHelp { told: false }))
    }

    /// Keeps what an event tells of the change that ran, once it is applied.
    pub(super) fn keep_ran(&mut self, event: &RunEvent) {
        if let (RunEventKind::Begun, Some(change)) = (&event.kind, self.change()) {
            self.ran = Some(Box::new(Ran::of(change, event.at)));
            return;
        }
        if let RunEventKind::Ended { ended: Ended::NotBegun { .. }, .. } = &event.kind {
            self.ran = None;
        }
        let Some(ran) = &mut self.ran else { return };
        let became = match &event.kind {
            RunEventKind::Found { check, .. } => {
                ran.answered.insert(check.clone());
                return;
            }
            RunEventKind::Ended { ended, output } => {
                ran.output.clone_from(output);
                if *ended == (Ended::Exit { code: Some(0) }) { Became::Unseen } else { Became::Broke(None) }
            }
            RunEventKind::Judged(aftermath) => Became::Broke(Some(*aftermath)),
            RunEventKind::DidNotHelp => {
                Became::DidNotHelp { told: !matches!(self.last, Some(Last::DidNotHelp { told: false, .. })) }
            }
            RunEventKind::Undone(undone) => Became::Undone(undone.clone()),
            RunEventKind::Helped => Became::Helped,
            // A run whose last step people did ends so too.
            RunEventKind::Over(End::Helped) if ran.became == Became::Unseen => Became::Helped,
            _ => return,
        };
        ran.became = became;
    }

    /// The run is closed, or its target released, whatever is under way: what did not begin is told to be so, and what may have
    /// happened may have to be taken back.
    pub(super) fn leave_change(&mut self) {
        if let Some(Last::Broke { aftermath: None, undo, undoes: false, .. }) = &mut self.last
            && let Some(undo) = undo.take()
        {
            self.undo = Some(*undo);
        }
        let Stage::Changing(change) = &self.stage else { return };
        // Tried is what ran, also where nobody waited for its proof; while people are asked about its undo, it is behind that.
        let ran = [Some(change.as_ref()), change.behind()].into_iter().flatten();
        let ran: Vec<usize> =
            ran.filter(|change| change.has_begun()).map(|change| change.proposed.rung).collect();
        let (has_begun, is_step) = (change.has_begun(), change.proposed.kind.is_step());
        let title = change.proposed.title.clone();
        for rung in ran {
            self.try_action(rung);
        }
        if has_begun {
            return;
        }
        let not_begun = Some(Last::NotBegun { title });
        match is_step {
            true => self.last = not_begun,
            false => self.not_undone = not_begun,
        }
    }

    /// Why nothing can be taken back: that nothing ran is said where nothing did, and never else.
    pub(super) fn no_undo(&self) -> NotApproved {
        let Some(ran) = &self.ran else { return NotApproved::NothingToUndo };
        let why = self.action_of(ran.rung).and_then(|action| match &action.undo {
            Undo::None(why) => Some(why.clone()),
            Undo::Command(_) => None,
        });
        NotApproved::NoUndo { title: ran.title.clone(), why }
    }
}
