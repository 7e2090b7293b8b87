//! A run: one procedure put to work, from the question to the step that the facts lead to. Its state, read off its events.

pub mod announce;
pub mod decide;
pub mod event;
mod settle;
mod still_true;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use event::{End, RunEvent, RunEventKind};
pub use settle::settle;
pub use still_true::still_true;

use super::effect::To;
use super::procedure::fill::{Filling, Given};
use super::procedure::{Action, Finding, Procedure, Rung, Verdict};
use crate::id::{ChannelId, IncidentId, MessageTs, RunId, UserId};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    /// As it was when the run began: a file that is changed meanwhile changes no run.
    pub procedure: Arc<Procedure>,
    pub given: Given,
    pub by: UserId,
    pub at: Timestamp,
    pub incident: Option<IncidentId>,
    pub to: To,
    /// The checks that are asked.
    pub checks: BTreeSet<String>,
    pub findings: BTreeMap<String, Finding>,
    /// Checks whose answer has not come.
    pub waiting: BTreeSet<String>,
    pub stage: Stage,
    /// Rungs that were offered, counted from 0.
    pub offered: Vec<usize>,
    /// Actions that were left behind: carried out by hand, and of no help.
    pub tried: Vec<String>,
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
    Over {
        end: End,
        at: Timestamp,
        by: Option<UserId>,
    },
}

impl Run {
    /// A run by its first event.
    pub fn asked(id: RunId, event: &RunEvent) -> Option<Self> {
        let (RunEventKind::Asked(asked), Some(by)) = (&event.kind, &event.by) else { return None };
        let event::Asked { procedure, given, incident, to, checks } = asked.as_ref().clone();
        Some(Self {
            id,
            procedure,
            given,
            by: by.clone(),
            at: event.at,
            incident,
            to,
            waiting: checks.clone(),
            checks,
            findings: BTreeMap::new(),
            stage: Stage::Looking,
            offered: Vec::new(),
            tried: Vec::new(),
            post: None,
            events: event.seq,
        })
    }

    pub fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over { .. })
    }

    pub fn rung(&self, number: usize) -> Option<&Rung> {
        self.procedure.rungs.get(number)
    }

    /// The action of a rung, where it is no step for people.
    pub fn action_of(&self, rung: usize) -> Option<&Action> {
        self.procedure.actions.get(self.rung(rung)?.action.as_ref()?)
    }

    pub fn filling(&self) -> Filling<'_> {
        Filling { procedure: &self.procedure, given: &self.given, findings: &self.findings }
    }

    pub fn verdicts(&self) -> BTreeMap<String, Verdict> {
        self.findings.iter().map(|(name, finding)| (name.clone(), finding.verdict)).collect()
    }

    /// Changes the run by its next event. Nothing is decided here.
    pub fn apply(&mut self, event: &RunEvent) {
        self.events = event.seq;
        match &event.kind {
            // The first event made it.
            RunEventKind::Asked(_) => {}
            RunEventKind::LookedAgain => {
                // The offered step was not left behind: where its facts still hold it is offered again.
                if let Stage::Offered { rung } = self.stage {
                    self.offered.retain(|offered| *offered != rung);
                }
                self.waiting.clone_from(&self.checks);
                self.stage = Stage::Looking;
            }
            RunEventKind::Found { check, finding } => {
                self.waiting.remove(check);
                self.findings.insert(check.clone(), finding.clone());
            }
            RunEventKind::Led { rung } => {
                if !self.offered.contains(rung) {
                    self.offered.push(*rung);
                }
                self.stage = Stage::Offered { rung: *rung };
            }
            RunEventKind::Stepped { rung } => {
                self.tried.extend(self.rung(*rung).and_then(|rung| rung.action.clone()));
                self.stage = Stage::Looking;
            }
            RunEventKind::Posted { channel, message } => self.post = Some((channel.clone(), message.clone())),
            RunEventKind::Over(end) => {
                self.waiting.clear();
                self.stage = Stage::Over { end: *end, at: event.at, by: event.by.clone() };
            }
        }
    }
}

#[cfg(test)]
mod tests;
