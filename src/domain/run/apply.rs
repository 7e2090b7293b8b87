//! A run changes by its events. Nothing is decided here.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::change::{Aftermath, Change, Ended, Phase, Prepared, Proposed};
use super::event::{Asked, RunEvent, RunEventKind};
use super::release::{Release, Releasing};
use super::seen::Seen;
use super::undo::{Undoable, Undone};
use super::{End, Last, Run, Stage};
use crate::id::RunId;
use crate::procedure::{Rung, Verdict};

impl Run {
    /// A run by its first event.
    pub fn asked(id: RunId, event: &RunEvent) -> Option<Self> {
        let RunEventKind::Asked(asked) = &event.kind else { return None };
        let Asked { procedure, given, incident, to, checks, proposes, drilled, before, left } =
            asked.as_ref().clone();
        let tried: Vec<String> = before.iter().map(|before| before.action.clone()).collect();
        // What was of no help is not offered first; it can be all the same, as a step that was left behind.
        let is_tried = |(_, rung): &(usize, &Rung)| rung.action.as_ref().is_some_and(|it| tried.contains(it));
        let done: Vec<usize> =
            procedure.rungs.iter().enumerate().filter(is_tried).map(|(rung, _)| rung).collect();
        Some(Self {
            id,
            procedure,
            given,
            by: event.by.clone(),
            at: event.at,
            incident,
            to,
            waiting: checks.clone(),
            checks,
            asked: event.seq,
            findings: BTreeMap::new(),
            seen: BTreeMap::new(),
            stage: Stage::Looking,
            offered: done.clone(),
            skipped: done,
            before,
            left,
            drilled,
            hold: 0,
            leftover: false,
            release: None,
            tried,
            left_out: Vec::new(),
            passed_over: Vec::new(),
            helped: Vec::new(),
            last: None,
            ran: None,
            undo: None,
            not_undone: None,
            proposes,
            post: None,
            events: event.seq,
        })
    }

    pub fn apply(&mut self, event: &RunEvent) {
        if self.goes_on_by(&event.kind) {
            return self.apply_behind(event);
        }
        self.events = event.seq;
        match &event.kind {
            // The first event made it.
            RunEventKind::Asked(_) => {}
            RunEventKind::LookedAgain => self.look_again(),
            RunEventKind::Found { check, finding } => {
                self.waiting.remove(check);
                self.findings.insert(check.clone(), finding.clone());
                // What can be told is not seen by anybody.
                self.seen.retain(|seen, _| seen != check || finding.verdict == Verdict::Unknown);
            }
            RunEventKind::Seen { check, says } => {
                let by = event.by.not_howler().unwrap_or(&self.by).clone();
                self.seen.insert(check.clone(), Seen { by, at: event.at, says: says.clone() });
                self.offer_again();
                self.stage = Stage::Looking;
            }
            RunEventKind::Led { rung } => {
                if !self.offered.contains(rung) {
                    self.offered.push(*rung);
                }
                self.stage = Stage::Offered { rung: *rung };
                // Asked for once: later somebody who is there asks.
                self.proposes = false;
            }
            RunEventKind::PassedOver { rung, why } => self.pass_over(*rung, why),
            RunEventKind::Stepped { rung } => self.step(*rung),
            RunEventKind::Unskipped => self.unskip(),
            RunEventKind::Proposed(proposed) => self.propose(event, proposed),
            RunEventKind::Posted { channel, message } => self.post = Some((channel.clone(), message.clone())),
            RunEventKind::Judged(aftermath) => self.judged(*aftermath),
            RunEventKind::Undone(undone) => self.undone(undone),
            RunEventKind::Over(end) => self.over(event, *end),
            RunEventKind::ReleaseAsked(_)
            | RunEventKind::ReleasePrepared { .. }
            | RunEventKind::ReleaseUnprepared { .. }
            | RunEventKind::ReleaseDenied { .. }
            | RunEventKind::ReleaseExpired
            | RunEventKind::ReleaseMoot
            | RunEventKind::Released { .. } => self.releasing(event),
            _ => self.change_by(event),
        }
        self.keep_ran(event);
        let asks = matches!(
            event.kind,
            RunEventKind::LookedAgain
                | RunEventKind::Unskipped
                | RunEventKind::Rechecked
                | RunEventKind::Voided { .. }
                | RunEventKind::Ended { .. }
                | RunEventKind::LookedForProof
                | RunEventKind::DidNotHelp
                | RunEventKind::Helped
                | RunEventKind::Undone(_)
        ) || matches!(&event.kind, RunEventKind::Proposed(proposed) if !proposed.kind.is_step());
        if asks {
            self.asked = event.seq;
        }
    }

    /// An action that is left behind was not tried by that. A step for people that follows an action was done, and relies on it.
    fn step(&mut self, rung: usize) {
        let follows = |run: &Self, of: usize| {
            let action = run.rung(of).and_then(|rung| rung.action.as_ref());
            let helped = run.rung(rung).map(|rung| &rung.when.helped);
            action.zip(helped).is_some_and(|(action, helped)| helped.contains(action))
        };
        if self.undo.as_ref().is_some_and(|undo| follows(self, undo.rung)) {
            self.undo = None;
        }
        self.left_out.extend(self.rung(rung).and_then(|rung| rung.action.clone()));
        // What follows an action that helped is ticked, and not skipped.
        if self.rung(rung).is_some_and(|rung| rung.when.helped.is_empty()) {
            self.skipped.push(rung);
        }
        self.last = None;
        self.stage = Stage::Looking;
    }

    /// The last step that was left behind, and what was offered in its place, are offered again where their facts hold.
    fn unskip(&mut self) {
        let Some(rung) = self.skipped.pop() else { return };
        let action = self.rung(rung).and_then(|rung| rung.action.clone());
        if let Some(last) = self.left_out.iter().rposition(|left_out| Some(left_out) == action.as_ref()) {
            self.left_out.remove(last);
        }
        self.offered.retain(|offered| *offered != rung);
        self.look_again();
    }

    /// The change that is proved.
    fn proved(&mut self, at: Timestamp) {
        let Stage::Changing(change) = &self.stage else { return };
        let since = match change.phase {
            Phase::Proving { passing_since: Some(since), .. } => since,
            _ => at,
        };
        self.last = Some(Last::Helped { title: change.proposed.title.clone(), since });
        self.undo.take_if(|undo| undo.ends_with_proof);
    }

    fn look_again(&mut self) {
        self.offer_again();
        self.make_again();
        // Whoever saw it saw it then.
        self.seen.clear();
        self.waiting.clone_from(&self.checks);
        self.stage = Stage::Looking;
    }

    /// What goes on while people are asked about an undo happens to the run as it would be without it.
    fn apply_behind(&mut self, event: &RunEvent) {
        let Stage::Changing(asked) = &mut self.stage else { return };
        let Some(back) = asked.back.take() else { return };
        let undo = std::mem::replace(&mut self.stage, *back);
        self.apply(event);
        let back = std::mem::replace(&mut self.stage, undo);
        if let Stage::Changing(asked) = &mut self.stage {
            asked.back = Some(Box::new(back));
        }
    }

    fn propose(&mut self, event: &RunEvent, proposed: &Proposed) {
        self.proposes = false;
        self.not_undone = None;
        let step = proposed.kind.is_step();
        if step {
            self.last = None;
        } else {
            self.waiting = self.facts(proposed.rung);
            pause(&mut self.stage, event.at);
        }
        let back = std::mem::replace(&mut self.stage, Stage::Looking);
        self.hold = event.seq;
        self.stage = Stage::Changing(Box::new(Change {
            proposed: proposed.clone(),
            by: event.by.not_howler().unwrap_or(&self.by).clone(),
            at: event.at,
            witnesses: self.seen.values().map(|seen| seen.by.clone()).collect(),
            prepared: Prepared::default(),
            approvals: Vec::new(),
            glass: None,
            glass_told: None,
            asked_again: 0,
            phase: if step { Phase::Preparing } else { Phase::Reading },
            output: String::new(),
            back: (!step).then(|| Box::new(back)),
        }));
    }

    fn judged(&mut self, aftermath: Aftermath) {
        let Some(Last::Broke { rung, aftermath: told, undo, undoes, .. }) = &mut self.last else { return };
        *told = Some(aftermath);
        let (rung, undoes, undo) = (*rung, *undoes, undo.take());
        match aftermath {
            // Nothing changed: the step is offered again where its facts hold.
            Aftermath::DidNotHappen if !undoes => self.offered.retain(|offered| *offered != rung),
            Aftermath::DidNotHappen => {}
            Aftermath::Happened => {
                self.try_action(rung);
                if let Some(undo) = &undo {
                    self.leaves(&undo.did, Some(&undo.argv));
                }
                self.undo = undo.map(|undo| *undo);
            }
            // What may have happened may have to be taken back; whether an undo is still needed is not known either.
            Aftermath::CannotTell if undoes => {}
            Aftermath::CannotTell => self.undo = undo.map(|undo| *undo),
        }
    }

    /// The action of a rung was carried out, and is not what helps: no other rung offers it anew.
    pub(super) fn try_action(&mut self, rung: usize) {
        let Some(action) = self.rung(rung).and_then(|rung| rung.action.clone()) else { return };
        let rungs = self.procedure.rungs.iter().enumerate();
        let same = rungs.filter(|(_, rung)| rung.action.as_ref() == Some(&action)).map(|(rung, _)| rung);
        let new: Vec<usize> = same.filter(|rung| !self.offered.contains(rung)).collect();
        self.offered.extend(new);
        if !self.tried.contains(&action) {
            self.tried.push(action);
        }
    }

    /// No rung was tried by it; the action that it took back was.
    fn undone(&mut self, undone: &Undone) {
        let Some(of) = self.change().and_then(|change| change.proposed.kind.undoes().cloned()) else {
            return;
        };
        self.try_action(of.rung);
        // What nothing shows to be taken back can still be.
        self.undo.take_if(|_| *undone != Undone::NotMoved);
        self.last = Some(Last::Undone { title: of.title, undone: undone.clone(), did: of.did });
        self.look_again();
    }

    fn over(&mut self, event: &RunEvent, end: End) {
        match end {
            End::Helped => self.proved(event.at),
            _ => self.leave_change(),
        }
        self.waiting.clear();
        self.stage = Stage::Over { end, at: event.at, by: event.by.clone() };
    }

    fn releasing(&mut self, event: &RunEvent) {
        if let RunEventKind::ReleaseAsked(asked) = &event.kind {
            let (by, asked) = (event.by.clone(), asked.as_ref().clone());
            self.release = Some(Release { by, at: event.at, asked, stage: Releasing::Preparing });
            return;
        }
        let Some(release) = &mut self.release else { return };
        match &event.kind {
            RunEventKind::ReleasePrepared { key, members } => {
                let expires = event.at.saturating_add(release.asked.policy.stands).unwrap_or(event.at);
                let (key, members) = (key.clone(), members.clone());
                release.stage = Releasing::Asking { key, members, expires };
            }
            RunEventKind::Released { comment } => {
                let (by, comment) = (event.by.clone(), comment.clone());
                release.stage = Releasing::Released { by, at: event.at, comment };
                // What was left over concerns no later change of the run, such as an undo.
                self.leftover = false;
                if !self.is_over() {
                    self.over(event, End::Released);
                }
            }
            _ => self.release = None,
        }
    }

    fn change_by(&mut self, event: &RunEvent) {
        let Stage::Changing(change) = &mut self.stage else { return };
        let (rung, title) = (change.proposed.rung, change.proposed.title.clone());
        let back = match &event.kind {
            RunEventKind::Unprepared { why } => Some(Last::Unprepared { why: why.clone() }),
            RunEventKind::Denied { why } => {
                let by = event.by.not_howler().unwrap_or(&self.by).clone();
                Some(Last::Denied { by, why: why.clone() })
            }
            RunEventKind::Expired => Some(Last::Expired { at: event.at }),
            _ => None,
        };
        if let Some(why) = back {
            if change.back.is_some() {
                return self.give_back(event, why);
            }
            self.last = Some(why);
            self.waiting.clear();
            self.stage = Stage::Offered { rung };
            return;
        }
        match &event.kind {
            RunEventKind::Rechecked => {
                change.phase = Phase::Rechecking { since: event.at, again: None };
                self.waiting = change.proposed.frozen.keys().cloned().collect();
                if let Some(back) = &mut change.back {
                    pause(back, event.at);
                }
            }
            RunEventKind::AskedAgain => change.asked_again = change.asked_again.saturating_add(1),
            RunEventKind::Captured(facts) => {
                change.proposed.frozen.clone_from(facts);
                change.phase = Phase::Preparing;
            }
            RunEventKind::Voided { moved } if change.back.is_some() => {
                self.give_back(event, Last::Voided { moved: moved.clone() });
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
                self.try_action(rung);
                let told = self.proof_told(rung);
                self.last = Some(Last::DidNotHelp { title, told });
                self.look_again();
            }
            RunEventKind::Helped => {
                self.helped.extend(self.rung(rung).and_then(|rung| rung.action.clone()));
                self.proved(event.at);
                self.look_again();
            }
            RunEventKind::Begun => {
                // What was offered was not left behind by it.
                if let Some(Stage::Offered { rung }) = change.back.take().as_deref() {
                    self.offered.retain(|offered| offered != rung);
                }
                change.take(event, &event.kind);
            }
            kind => change.take(event, kind),
        }
    }

    /// An undo is not begun: the run is where it was. A proof goes on with new answers, and so does a look.
    fn give_back(&mut self, event: &RunEvent, why: Last) {
        let Stage::Changing(change) = &mut self.stage else { return };
        let Some(back) = change.back.take() else { return };
        // While people are asked, the questions that are on their way are those of the proof.
        let asking = matches!(change.phase, Phase::Asking { .. });
        let void = matches!(why, Last::Voided { .. });
        (self.stage, self.not_undone) = (*back, Some(why));
        if asking {
            return;
        }
        self.waiting.clear();
        if self.stage == Stage::Looking || (void && matches!(self.stage, Stage::Offered { .. })) {
            let last = self.last.take();
            self.look_again();
            (self.last, self.asked) = (last, event.seq);
        }
    }

    /// Whether every check of the proof could tell.
    fn proof_told(&self, rung: usize) -> bool {
        let unknown =
            |name: &String| self.findings.get(name).is_none_or(|finding| finding.verdict == Verdict::Unknown);
        !self.action_of(rung).is_some_and(|action| action.verify.pass.iter().any(unknown))
    }

    fn ended(&mut self, at: Timestamp, ended: &Ended, output: &str) {
        let undo =
            self.change().and_then(|change| Undoable::of(change, self.action_of(change.proposed.rung), at));
        let Stage::Changing(change) = &mut self.stage else { return };
        let undoes = !change.proposed.kind.is_step();
        if *ended == (Ended::Exit { code: Some(0) }) {
            output.clone_into(&mut change.output);
            let (did, undid) = (change.proposed.argv.clone(), change.proposed.undo.clone());
            change.phase = Phase::Proving { since: at, passing_since: None, next: None };
            self.undo = if undoes { self.undo.take() } else { undo };
            self.leaves(&did, undid.as_deref());
            return self.ask_for_proof();
        }
        let Proposed { rung, title, frozen, .. } = change.proposed.clone();
        let (ended, output, undo) = (ended.clone(), output.to_owned(), undo.map(Box::new));
        self.leftover |= !ended.is_empty();
        // What was never begun did nothing; nobody has to look.
        let not_begun = matches!(ended, Ended::NotBegun { .. });
        self.last = Some(Last::Broke { rung, title, ended, frozen, output, aftermath: None, undo, undoes });
        if not_begun {
            self.judged(Aftermath::DidNotHappen);
        }
        self.look_again();
    }

    fn ask_for_proof(&mut self) {
        let checks = self.change().and_then(|change| self.proof(change)).map(|proof| proof.checks);
        let Stage::Changing(change) = &mut self.stage else { return };
        if let Phase::Proving { next, .. } = &mut change.phase {
            *next = None;
        }
        self.waiting = checks.unwrap_or_default();
    }

    fn weighed(&mut self, at: Timestamp, pass: bool) {
        let Some(proof) = self.change().and_then(|change| self.proof(change)) else { return };
        let Stage::Changing(change) = &mut self.stage else { return };
        let Phase::Proving { passing_since, next, .. } = &mut change.phase else { return };
        let after = |from: Timestamp, wait: jiff::SignedDuration| from.saturating_add(wait).unwrap_or(from);
        *passing_since = if pass { passing_since.or(Some(at)) } else { None };
        let held = passing_since.map(|since| after(since, proof.hold)).filter(|held| *held > at);
        let regular = after(at, proof.every);
        *next = Some(held.map_or(regular, |held| held.min(regular)));
    }
}

/// A proof that is not asked for a while begins to hold anew, with the next look at once.
fn pause(stage: &mut Stage, at: Timestamp) {
    if let Stage::Changing(change) = stage
        && let Phase::Proving { passing_since, next, .. } = &mut change.phase
    {
        (*passing_since, *next) = (None, Some(at));
    }
}
