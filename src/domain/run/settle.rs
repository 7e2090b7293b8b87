//! What follows by itself once a run's answers are in.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::change::{Change, Phase, Prepared, RECHECK_MOST, aftermath, moved};
use super::event::{End, RunEventKind};
use super::identity::{Names, under};
use super::{Last, Run, Stage};
use crate::domain::procedure::{Action, Verdict};
use crate::id::UserId;

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
}

/// The next event that nobody has to ask for; none where a person or a check is waited for.
pub fn settle(run: &Run, around: &Around) -> Option<RunEventKind> {
    if !run.waiting.is_empty() {
        return None;
    }
    match &run.stage {
        Stage::Looking => Some(looked(run)),
        Stage::Changing(change) => {
            let action = run.action_of(change.proposed.rung)?;
            changing(run, change, action, around)
        }
        Stage::Offered { .. } | Stage::Over { .. } => None,
    }
}

fn looked(run: &Run) -> RunEventKind {
    if let Some(Last::Broke { frozen, aftermath: None, .. }) = &run.last {
        return RunEventKind::Judged(aftermath(frozen, &run.findings));
    }
    // Rungs speak of the whole procedure: a part of its checks leads to none.
    let all = run.checks.len() == run.procedure.checks.len();
    let next = run.procedure.next_rung(&run.verdicts(), &run.offered, &run.tried).filter(|_| all);
    match next {
        Some((rung, _)) => RunEventKind::Led { rung },
        None if run.procedure.rungs.is_empty() || !all => RunEventKind::Over(End::Told),
        None if run.procedure.all_well(&run.verdicts()) => RunEventKind::Over(End::Well),
        None => RunEventKind::Over(End::NoStepLeft),
    }
}

fn changing(run: &Run, change: &Change, action: &Action, around: &Around) -> Option<RunEventKind> {
    match &change.phase {
        Phase::Asking { .. } if change.is_approved() => Some(RunEventKind::Rechecked),
        Phase::Rechecking { since, again: Some(again) } => {
            Some(rechecked(run, change, again, around.now.duration_since(*since) > RECHECK_MOST, around))
        }
        Phase::Proving { since, passing_since, next } => {
            let pass = |name: &String| {
                run.findings.get(name).is_some_and(|finding| finding.verdict == Verdict::Pass)
            };
            if next.is_none() {
                return Some(RunEventKind::Weighed { pass: action.verify.pass.iter().all(pass) });
            }
            let held =
                passing_since.is_some_and(|since| around.now.duration_since(since) >= action.verify.hold.0);
            let late = around.now.duration_since(*since) >= action.verify.within.0;
            match (held, passing_since) {
                (true, _) => Some(RunEventKind::Over(End::Helped)),
                (false, None) if late => Some(RunEventKind::DidNotHelp),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The last look before an action begins: rights, the request's age and all that was approved are judged anew (rules 13, 14).
fn rechecked(run: &Run, change: &Change, again: &Prepared, late: bool, around: &Around) -> RunEventKind {
    let mut wrong = moved(change, again, &run.findings);
    wrong.extend(around.barred.clone());
    if late {
        wrong.push("it took too long to begin".to_owned());
    }
    let action = run.action_of(change.proposed.rung);
    let argv = action.and_then(|action| run.filling().command(&action.run).ok());
    match argv.map(|argv| under(argv, &change.by, &around.names)) {
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
