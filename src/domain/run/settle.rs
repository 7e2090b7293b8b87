//! What follows by itself once a run's answers are in.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::approve::NotApproved;
use super::change::{Aftermath, Change, Phase, Policy, Prepared, RECHECK_MOST, aftermath};
use super::event::{End, RunEventKind};
use super::identity::{Names, under};
use super::moved::moved;
use super::undo::{Kind, captured, undone};
use super::{Last, Run, Stage};
use crate::id::UserId;
use crate::procedure::{Did, Risk, Runbook};

/// What a run is decided with, beside itself.
#[derive(Clone, Debug, Default)]
pub struct Around {
    pub now: Timestamp,
    /// Whoever is on call, and the backup.
    pub on_call: BTreeSet<UserId>,
    /// Why nothing may be changed now, in words.
    pub barred: Option<String>,
    /// Under which name whoever asks has an action carried out.
    pub names: Arc<Names>,
    /// The procedures and the rules of approval as howler has them now; what was approved by others is void.
    pub rules: Option<Rules>,
}

/// What stands outside of a run, as it is now.
#[derive(Clone, Debug)]
pub struct Rules {
    pub runbook: Arc<Runbook>,
    pub medium: Policy,
    pub high: Policy,
}

impl Rules {
    fn policy(&self, risk: Risk) -> &Policy {
        match risk {
            Risk::Medium => &self.medium,
            Risk::High => &self.high,
        }
    }

    /// What became of the procedure's file since the run began, in words.
    pub fn file_moved(&self, run: &Run) -> Option<String> {
        match self.runbook.get(&run.procedure.name) {
            Some(now) if *now == *run.procedure => None,
            Some(_) => Some(format!("the file of {} is another one now", run.procedure.name)),
            None => Some(format!("there is no procedure {} any more", run.procedure.name)),
        }
    }

    /// What the rules of now would not have let through.
    fn moved(&self, run: &Run, change: &Change, members: &BTreeSet<UserId>) -> Vec<String> {
        // An undo is that of its action, as it was approved.
        let file = change.proposed.kind.is_step().then(|| self.file_moved(run)).flatten();
        let mut moved: Vec<String> = file.into_iter().collect();
        let Some(action) = run.action_of(change.proposed.rung) else { return moved };
        let risk = if change.proposed.kind.is_step() { action.risk } else { action.undo_risk() };
        let (then, now) = (&change.proposed.policy, self.policy(risk));
        let none = BTreeSet::new();
        let members = if then.group == now.group { members } else { &none };
        let rota = then.rota.clone().unwrap_or_default();
        let agreed = change.approvals.iter().chain(&change.glass);
        let out = agreed.filter(|approval| then.rota.is_some() && !now.allows(&approval.by, members, &rota));
        moved.extend(out.map(|approval| format!("by the rules of now {} may not approve it", approval.by)));
        if change.glass.is_none() && change.approvals.len() < now.needed {
            moved.push(format!("by the rules of now {} must approve it", now.needed));
        }
        if change.glass.is_some() && !now.break_glass {
            moved.push("by the rules of now nobody goes ahead alone".to_owned());
        }
        moved
    }
}

/// The next event that nobody has to ask for; none where a person or a check is waited for.
pub fn settle(run: &Run, around: &Around) -> Option<RunEventKind> {
    if run.release_is_moot() {
        return Some(RunEventKind::ReleaseMoot);
    }
    at(run, &run.stage, around)
}

/// The same for a run in this stage: while people are asked about an undo, what they may go back to goes on.
fn at(run: &Run, stage: &Stage, around: &Around) -> Option<RunEventKind> {
    match stage {
        Stage::Changing(change) if matches!(change.phase, Phase::Asking { .. }) => match &change.back {
            _ if change.is_approved() => Some(RunEventKind::Rechecked),
            Some(back) => at(run, back, around),
            None => None,
        },
        _ if !run.waiting.is_empty() => None,
        Stage::Looking => Some(looked(run)),
        Stage::Changing(change) => changing(run, change, around),
        Stage::Offered { .. } | Stage::Over { .. } => None,
    }
}

fn looked(run: &Run) -> RunEventKind {
    if let Some(Last::Broke { rung, ended, frozen, output, aftermath: None, .. }) = &run.last {
        let action = run.action_of(*rung);
        let judged = action.map(|action| aftermath(action, ended, output, frozen, &run.findings));
        return RunEventKind::Judged(judged.unwrap_or(Aftermath::CannotTell));
    }
    // Rungs speak of the whole procedure: a part of its checks leads to none.
    let all = run.checks.len() == run.procedure.checks.len();
    let did = Did { tried: &run.tried, left_out: &run.left_out, helped: &run.helped };
    let next = run.procedure.next_rung(&run.verdicts(), &run.offered, did).filter(|_| all);
    match next {
        Some((rung, _)) => match run.cannot_be_made(rung) {
            Some(why) => RunEventKind::PassedOver { rung, why },
            None => RunEventKind::Led { rung },
        },
        None if !run.helped.is_empty() => RunEventKind::Over(End::Helped),
        None if run.procedure.rungs.is_empty() || !all => RunEventKind::Over(End::Told),
        None if run.procedure.all_well(&run.verdicts()) => RunEventKind::Over(End::Well),
        None => RunEventKind::Over(End::NoStepLeft),
    }
}

fn changing(run: &Run, change: &Change, around: &Around) -> Option<RunEventKind> {
    match &change.phase {
        Phase::Reading => Some(captured(run, change)),
        Phase::Rechecking { since, again: Some(again) } => {
            Some(rechecked(run, change, again, around.now.duration_since(*since) > RECHECK_MOST, around))
        }
        Phase::Proving { since, passing_since, next } => {
            let proof = run.proof(change)?;
            let Some(next) = next else {
                return Some(RunEventKind::Weighed { pass: run.is_proved(change) });
            };
            // What was found is old where it is time to ask again.
            if *next <= around.now {
                return None;
            }
            let held = passing_since.is_some_and(|since| around.now.duration_since(since) >= proof.hold);
            let late = around.now.duration_since(*since) >= proof.within && passing_since.is_none();
            match &change.proposed.kind {
                Kind::Step if held && run.goes_on_after(change) => Some(RunEventKind::Helped),
                Kind::Step if held => Some(RunEventKind::Over(End::Helped)),
                Kind::Step if late => Some(RunEventKind::DidNotHelp),
                Kind::Undo { of, .. } if held || late => Some(RunEventKind::Undone(undone(
                    &of.before,
                    &change.proposed.frozen,
                    &run.findings,
                    run.action_of(of.rung),
                ))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The last look before an action begins: rights, the request's age and all that was approved are judged anew (rules 13, 14).
fn rechecked(run: &Run, change: &Change, again: &Prepared, late: bool, around: &Around) -> RunEventKind {
    let mut wrong = moved(run, change, again, &run.findings_as_seen());
    wrong.extend(around.barred.clone());
    wrong.extend(around.rules.iter().flat_map(|rules| rules.moved(run, change, &again.members)));
    if late {
        wrong.push("it took too long to begin".to_owned());
    }
    match command_now(run, change, &around.names) {
        Some(Ok(argv)) if argv == change.proposed.argv => {}
        Some(Err(_)) => wrong.push(format!("{} has no name any more under which it would act", change.by)),
        _ => wrong.push("the facts, or the name under which it acts, make another command of it".to_owned()),
    }
    let agreed = change.approvals.iter().chain(&change.glass);
    for approval in agreed.filter(|approval| !change.allows(&approval.by, &again.members, &around.on_call)) {
        wrong.push(format!("{} may not approve it any more", approval.by));
    }
    if wrong.is_empty() { RunEventKind::Begun } else { RunEventKind::Voided { moved: wrong } }
}

/// What the facts, and the names under which people act, make of the approved command now. An undo's is that of when its action
/// was approved.
fn command_now(run: &Run, change: &Change, names: &Names) -> Option<Result<Vec<String>, NotApproved>> {
    let argv = match change.proposed.kind.undoes() {
        Some(of) => of.argv.clone(),
        None => run.filling().command(&run.action_of(change.proposed.rung)?.run).ok()?,
    };
    Some(under(argv, &change.by, names))
}
