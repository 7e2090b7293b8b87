//! A run changes by its events. Nothing is decided here.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::change::{Aftermath, Approval, Change, Ended, Phase, Prepared, Proposed};
use super::event::{Asked, RunEvent, RunEventKind};
use super::{End, Last, Run, Stage};
use crate::domain::procedure::Verdict;
use crate::id::RunId;

impl Run {
    /// A run by its first event.
    pub fn asked(id: RunId, event: &RunEvent) -> Option<Self> {
        let (RunEventKind::Asked(asked), Some(by)) = (&event.kind, &event.by) else { return None };
        let Asked { procedure, given, incident, to, checks, proposes } = asked.as_ref().clone();
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
            asked: event.seq,
            findings: BTreeMap::new(),
            stage: Stage::Looking,
            offered: Vec::new(),
            tried: Vec::new(),
            last: None,
            proposes,
            post: None,
            events: event.seq,
        })
    }

    pub fn apply(&mut self, event: &RunEvent) {
        self.events = event.seq;
        match &event.kind {
            // The first event made it.
            RunEventKind::Asked(_) => {}
            RunEventKind::LookedAgain => self.look_again(),
            RunEventKind::Found { check, finding } => {
                self.waiting.remove(check);
                self.findings.insert(check.clone(), finding.clone());
            }
            RunEventKind::Led { rung } => {
                if !self.offered.contains(rung) {
                    self.offered.push(*rung);
                }
                self.stage = Stage::Offered { rung: *rung };
                // Asked for once: later somebody who is there asks.
                self.proposes = false;
            }
            RunEventKind::Stepped { rung } => {
                self.tried.extend(self.rung(*rung).and_then(|rung| rung.action.clone()));
                self.last = None;
                self.stage = Stage::Looking;
            }
            RunEventKind::Proposed(proposed) => self.propose(event, proposed),
            RunEventKind::Posted { channel, message } => self.post = Some((channel.clone(), message.clone())),
            RunEventKind::Judged(aftermath) => self.judged(*aftermath),
            RunEventKind::Over(end) => self.over(event, *end),
            _ => self.change_by(event),
        }
        let asks = matches!(
            event.kind,
            RunEventKind::LookedAgain
                | RunEventKind::Rechecked
                | RunEventKind::Voided { .. }
                | RunEventKind::Ended { .. }
                | RunEventKind::LookedForProof
                | RunEventKind::DidNotHelp
        );
        if asks {
            self.asked = event.seq;
        }
    }

    fn look_again(&mut self) {
        // The offered step was not left behind: where its facts still hold it is offered again.
        if let Stage::Offered { rung } = self.stage {
            self.offered.retain(|offered| *offered != rung);
            self.last = None;
        }
        self.waiting.clone_from(&self.checks);
        self.stage = Stage::Looking;
    }

    fn propose(&mut self, event: &RunEvent, proposed: &Proposed) {
        self.proposes = false;
        self.last = None;
        self.stage = Stage::Changing(Box::new(Change {
            proposed: proposed.clone(),
            by: event.by.clone().unwrap_or_else(|| self.by.clone()),
            at: event.at,
            prepared: Prepared::default(),
            approvals: Vec::new(),
            glass: None,
            glass_told: None,
            phase: Phase::Preparing,
            output: String::new(),
        }));
    }

    fn judged(&mut self, aftermath: Aftermath) {
        let Some(Last::Broke { rung, aftermath: told, .. }) = &mut self.last else { return };
        *told = Some(aftermath);
        let rung = *rung;
        match aftermath {
            // Nothing changed: the step is offered again where its facts hold.
            Aftermath::DidNotHappen => self.offered.retain(|offered| *offered != rung),
            Aftermath::Happened => self.tried.extend(self.rung(rung).and_then(|rung| rung.action.clone())),
            Aftermath::CannotTell => {}
        }
    }

    fn over(&mut self, event: &RunEvent, end: End) {
        if let (End::Helped, Stage::Changing(change)) = (end, &self.stage) {
            let since = match change.phase {
                Phase::Proving { passing_since: Some(since), .. } => since,
                _ => event.at,
            };
            self.last = Some(Last::Helped { title: change.proposed.title.clone(), since });
        }
        self.waiting.clear();
        self.stage = Stage::Over { end, at: event.at, by: event.by.clone() };
    }

    fn change_by(&mut self, event: &RunEvent) {
        let Stage::Changing(change) = &mut self.stage else { return };
        let (rung, title) = (change.proposed.rung, change.proposed.title.clone());
        let back = match &event.kind {
            RunEventKind::Unprepared { why } => Some(Last::Unprepared { why: why.clone() }),
            RunEventKind::Denied { why } => {
                let by = event.by.clone().unwrap_or_else(|| self.by.clone());
                Some(Last::Denied { by, why: why.clone() })
            }
            RunEventKind::Expired => Some(Last::Expired { at: event.at }),
            _ => None,
        };
        if back.is_some() {
            self.last = back;
            self.waiting.clear();
            self.stage = Stage::Offered { rung };
            return;
        }
        match &event.kind {
            RunEventKind::Rechecked => {
                change.phase = Phase::Rechecking { since: event.at, again: None };
                self.waiting = self.rechecked(rung);
            }
            RunEventKind::Voided { moved } => {
                self.last = Some(Last::Voided { moved: moved.clone() });
                // The world is another one: the step is offered again only where all facts still lead to it.
                self.offered.retain(|offered| *offered != rung);
                self.look_again();
            }
            RunEventKind::Ended { ended, output } => self.ended(event.at, ended, output),
            RunEventKind::LookedForProof => self.ask_for_proof(),
            RunEventKind::Weighed { pass } => self.weighed(event.at, *pass),
            RunEventKind::DidNotHelp => {
                self.tried.extend(self.rung(rung).and_then(|rung| rung.action.clone()));
                let told = self.proof_told(rung);
                self.last = Some(Last::DidNotHelp { title, told });
                self.look_again();
            }
            kind => change.take(event, kind),
        }
    }

    /// Whether every check of the proof could tell.
    fn proof_told(&self, rung: usize) -> bool {
        let unknown =
            |name: &String| self.findings.get(name).is_none_or(|finding| finding.verdict == Verdict::Unknown);
        !self.action_of(rung).is_some_and(|action| action.verify.pass.iter().any(unknown))
    }

    fn ended(&mut self, at: Timestamp, ended: &Ended, output: &str) {
        let Stage::Changing(change) = &mut self.stage else { return };
        let rung = change.proposed.rung;
        if *ended == (Ended::Exit { code: Some(0) }) {
            output.clone_into(&mut change.output);
            change.phase = Phase::Proving { since: at, passing_since: None, next: None };
            return self.ask_for_proof();
        }
        let (title, frozen) = (change.proposed.title.clone(), change.proposed.frozen.clone());
        let (ended, output) = (ended.clone(), output.to_owned());
        // What was never begun did nothing; nobody has to look.
        let not_begun = matches!(ended, Ended::NotBegun { .. });
        self.last = Some(Last::Broke { rung, title, ended, frozen, output, aftermath: None });
        if not_begun {
            self.judged(Aftermath::DidNotHappen);
        }
        self.look_again();
    }

    fn ask_for_proof(&mut self) {
        let Stage::Changing(change) = &mut self.stage else { return };
        let rung = change.proposed.rung;
        if let Phase::Proving { next, .. } = &mut change.phase {
            *next = None;
        }
        let pass = self.action_of(rung).map(|action| action.verify.pass.clone());
        self.waiting = pass.unwrap_or_default().into_iter().collect();
    }

    fn weighed(&mut self, at: Timestamp, pass: bool) {
        let rung = self.change().map(|change| change.proposed.rung);
        let Some(verify) = rung.and_then(|rung| Some(self.action_of(rung)?.verify.clone())) else { return };
        let Stage::Changing(change) = &mut self.stage else { return };
        let Phase::Proving { passing_since, next, .. } = &mut change.phase else { return };
        let after = |from: Timestamp, wait: jiff::SignedDuration| from.saturating_add(wait).unwrap_or(from);
        *passing_since = if pass { passing_since.or(Some(at)) } else { None };
        let held = passing_since.map(|since| after(since, verify.hold.0));
        let regular = after(at, verify.every.0);
        *next = Some(held.map_or(regular, |held| held.min(regular)));
    }
}

impl Change {
    fn take(&mut self, event: &RunEvent, kind: &RunEventKind) {
        let approval =
            |comment: Option<String>| Some(Approval { by: event.by.clone()?, at: event.at, comment });
        match (kind, &mut self.phase) {
            (RunEventKind::Prepared(prepared), Phase::Preparing) => {
                self.prepared = prepared.as_ref().clone();
                let expires = event.at.saturating_add(self.proposed.policy.stands).unwrap_or(event.at);
                self.phase = Phase::Asking { expires };
            }
            (RunEventKind::Prepared(prepared), Phase::Rechecking { again, .. }) => {
                *again = Some(prepared.clone());
            }
            (RunEventKind::Approved { comment }, _) => self.approvals.extend(approval(comment.clone())),
            (RunEventKind::GlassBroken { why }, _) => self.glass = approval(Some(why.clone())),
            (RunEventKind::GlassTold, _) => self.glass_told = Some(event.at),
            (RunEventKind::Begun, phase) => {
                *phase = Phase::Acting { since: event.at, stopped_by: None };
            }
            (RunEventKind::StopAsked, Phase::Acting { stopped_by, .. }) => stopped_by.clone_from(&event.by),
            (RunEventKind::Heard { output }, _) => output.clone_into(&mut self.output),
            _ => {}
        }
    }
}
