//! Who may have an action carried out: proposals, approvals, refusals, and going ahead alone (research 2b, rules 13 to 17).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::change::{Change, Frozen, Phase, Policy, Proposed};
use super::decide::RunRefusal;
use super::difference::{Compared, Difference};
use super::event::RunEventKind;
use super::identity::under;
use super::settle::Around;
use super::undo::Kind;
use super::word::says_no;
use super::{Run, Stage};
use jiff::Timestamp;

use crate::actor::Actor;
use crate::id::RunId;
use crate::procedure::fill::Unfilled;
use crate::procedure::{Action, NowThen, Undo, Verdict};

/// Longest command that Slack shows whole on a card, in bytes.
pub(super) const SHOWN_WHOLE: usize = 2_000;

/// Why an action is not proposed, approved or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotApproved {
    /// The offered step is one for people.
    ForPeople,
    /// Nothing may be changed now, and why.
    Barred { why: String },
    /// Another run changes the same target.
    Held { by: RunId, target: String },
    /// A check that must pass before it does not, or could not tell.
    Requires { check: String, verdict: Option<Verdict> },
    /// A fact that the approval would cover could not be read.
    NoFact { check: String },
    /// The procedure is not the one that howler has now.
    FileMoved { why: String },
    /// The command cannot be made.
    Unfilled { why: String },
    /// It acts under the name of whoever asks, and the configuration knows none for them.
    Nameless { program: String },
    /// Nobody could ever approve it.
    Nobody,
    /// Nobody is asked for approval now.
    NotAsked,
    /// The button is of an older request, or of none.
    OtherRequest,
    /// Typed without the request's code, so it is not known what was read.
    NoCode { code: String },
    /// Whoever asks for it does not approve it.
    Own,
    /// Nor does whoever saw what led to it, where no check could tell.
    Witness,
    /// The reason is a no, or a question.
    SaysNo,
    /// Not among those who may.
    NotAllowed,
    /// The same person did.
    Already,
    /// It was used, by the last who approved.
    Used { by: Option<Actor> },
    /// A comment is needed.
    NoComment,
    /// The configuration has no going ahead alone.
    NoGlass,
    /// A milder action comes before it, and did not run.
    NotTried { action: String },
    /// It cannot be taken back, so two people decide.
    Irreversible,
    /// No action was carried out that a command takes back.
    NothingToUndo,
    /// Something ran, and no command takes it back, or not any more; `why` as its procedure says it.
    NoUndo { title: String, why: Option<String> },
    /// The time in which it could be taken back is over.
    UndoOver { until: Timestamp },
    /// Only whoever asked for it goes ahead alone.
    OthersRequest,
    /// It would not be shown whole to those who approve it.
    TooLong,
    /// Nobody approves it in time any more.
    TooLate,
    /// It holds no target that could be freed.
    NotHeld,
    /// howler's own program runs: it is stopped, not left behind.
    StillRuns,
    /// Nothing of it has begun: it is denied or closed, and nothing is left to be released.
    NotBegun,
    /// A release is asked for already.
    ReleaseAsked,
    /// At a shell nobody knows which person of Slack's it is.
    FromShell,
}

/// What is asked of a request for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Vote {
    Approve {
        comment: Option<String>,
    },
    Deny {
        why: Option<String>,
    },
    /// Go ahead alone.
    BreakGlass {
        why: String,
    },
}

/// Proposes the offered action. `policy` is what the configuration says of its risk; `holder` another run that changes the same
/// target.
///
/// # Errors
/// When no action is offered, or nothing may be changed.
pub fn propose(
    run: &Run,
    by: &Actor,
    policy: Policy,
    around: &Around,
    holder: Option<RunId>,
) -> Result<RunEventKind, RunRefusal> {
    let Stage::Offered { rung } = run.stage else { return Err(super::decide::not_now(run)) };
    let refused = |why| RunRefusal::NotApproved { run: run.id, why };
    let action = run.action_of(rung).ok_or_else(|| refused(NotApproved::ForPeople))?;
    may_propose(run, by, &policy, around, holder).map_err(refused)?;
    if let Some(why) = around.rules.as_ref().and_then(|rules| rules.file_moved(run)) {
        return Err(refused(NotApproved::FileMoved { why }));
    }
    let frozen = frozen(run, rung, action).map_err(refused)?;
    let made = |command| {
        run.filling().command(command).map_err(|why| refused(NotApproved::Unfilled { why: why.to_string() }))
    };
    let theirs = |command| under(command, by, &around.names).map_err(refused);
    let undo = match &action.undo {
        Undo::Command(undo) => Some(theirs(made(&undo.run)?)?),
        Undo::None(_) => None,
    };
    let plan = action.plan.as_ref().map(made).transpose()?;
    let against = action.against.as_ref().map(|against| {
        Ok(Compared {
            argv: made(&against.run)?,
            given: against.given.clone(),
            ignore: against.ignore.clone(),
        })
    });
    let title = run.filling().text(&action.title).unwrap_or_else(|_| action.title.clone());
    let argv = theirs(made(&action.run)?)?;
    if argv.iter().map(String::len).sum::<usize>() > SHOWN_WHOLE {
        return Err(refused(NotApproved::TooLong));
    }
    Ok(RunEventKind::Proposed(Box::new(Proposed {
        rung,
        title,
        argv,
        plan,
        against: against.transpose()?,
        difference: in_words(run, action)
            .map_err(|why| refused(NotApproved::Unfilled { why: why.to_string() }))?,
        undo,
        frozen,
        policy,
        kind: Kind::Step,
    })))
}

/// What the action changes, where the facts say it in words.
///
/// # Errors
/// The slot that cannot be filled.
pub fn in_words(run: &Run, action: &Action) -> Result<Option<Difference>, Unfilled> {
    let Some(NowThen { now, then }) = &action.difference else { return Ok(None) };
    Ok(Some(Difference::of_words(run.filling().text(now)?, run.filling().text(then)?)))
}

/// Whether anything may be proposed: an action, or its undo.
pub(super) fn may_propose(
    run: &Run,
    by: &Actor,
    policy: &Policy,
    around: &Around,
    holder: Option<RunId>,
) -> Result<(), NotApproved> {
    if by.in_slack().is_none() {
        return Err(NotApproved::FromShell);
    }
    if let Some(why) = &around.barred {
        return Err(NotApproved::Barred { why: why.clone() });
    }
    if let (Some(by), Some(target)) = (holder, &run.procedure.target) {
        return Err(NotApproved::Held { by, target: target.object.clone() });
    }
    if policy.is_empty() {
        return Err(NotApproved::Nobody);
    }
    Ok(())
}

/// The facts that the approval covers. What must pass passes; a fact that could not be read is not approved blindly.
fn frozen(run: &Run, rung: usize, action: &Action) -> Result<BTreeMap<String, Frozen>, NotApproved> {
    for check in &action.require {
        let verdict = run.findings.get(check).map(|finding| finding.verdict);
        if verdict != Some(Verdict::Pass) {
            return Err(NotApproved::Requires { check: check.clone(), verdict });
        }
    }
    let findings = run.findings_as_seen();
    // Of several reasons those that could be told are looked at again.
    let could = |check: &String| findings.get(check).is_some_and(|found| found.verdict != Verdict::Unknown);
    let reasons = run.reasons(rung).into_iter().filter(could);
    let facts = run.rechecked(rung).into_iter().chain(reasons).map(|check| match findings.get(&check) {
        // Of what only led here the verdict counts: a log goes on.
        Some(finding) if finding.verdict != Verdict::Unknown => {
            let frozen = Frozen::of(&check, &action.freeze, finding);
            Ok((check, frozen))
        }
        _ => Err(NotApproved::NoFact { check }),
    });
    facts.collect()
}

/// Takes one person's word on the request whose `key` the button carries.
///
/// # Errors
/// When there is no such request, or the person may not say so.
pub fn vote(
    run: &Run,
    by: &Actor,
    key: Option<&str>,
    vote: &Vote,
    around: &Around,
) -> Result<RunEventKind, RunRefusal> {
    let refused = |why| RunRefusal::NotApproved { run: run.id, why };
    let change = run.change().ok_or_else(|| refused(NotApproved::NotAsked))?;
    // To stop something needs no proof of what was read.
    let denies = matches!(vote, Vote::Deny { .. });
    asked(change, key, denies, around.now).map_err(refused)?;
    let may = change.allows(by, &change.prepared.members, &around.on_call);
    match vote {
        Vote::Approve { comment } => approve(change, by, may, comment, around),
        // Stopping somebody who goes ahead alone, and taking back what one asked for, is anybody's and one's own.
        Vote::Deny { why } if may || change.glass.is_some() || *by == change.by => {
            Ok(RunEventKind::Denied { why: why.clone() })
        }
        Vote::Deny { .. } => Err(NotApproved::NotAllowed),
        Vote::BreakGlass { why } => {
            let alone = break_glass(run, change, by, may, around);
            alone
                .and_then(|()| if says_no(why) { Err(NotApproved::SaysNo) } else { Ok(()) })
                .map(|()| RunEventKind::GlassBroken { why: why.clone() })
        }
    }
    .map_err(refused)
}

/// Whether this request, and no other, is being asked.
fn asked(change: &Change, key: Option<&str>, denies: bool, now: Timestamp) -> Result<(), NotApproved> {
    match change.phase {
        Phase::Asking { .. } | Phase::Rechecking { .. } if denies => {}
        Phase::Asking { expires } if now >= expires => return Err(NotApproved::TooLate),
        Phase::Asking { .. } => {}
        Phase::Reading | Phase::Preparing => return Err(NotApproved::NotAsked),
        _ => {
            let last = change.approvals.last().or(change.glass.as_ref());
            return Err(NotApproved::Used { by: last.map(|approval| approval.by.clone()) });
        }
    }
    match key {
        None if denies => Ok(()),
        None => Err(NotApproved::NoCode { code: change.code().to_owned() }),
        Some(key) if key == change.prepared.key || key.eq_ignore_ascii_case(change.code()) => Ok(()),
        Some(_) => Err(NotApproved::OtherRequest),
    }
}

fn approve(
    change: &Change,
    by: &Actor,
    may: bool,
    comment: &Option<String>,
    around: &Around,
) -> Result<RunEventKind, NotApproved> {
    if let Some(why) = &around.barred {
        return Err(NotApproved::Barred { why: why.clone() });
    }
    if *by == change.by {
        return Err(NotApproved::Own);
    }
    if change.witnesses.contains(by) {
        return Err(NotApproved::Witness);
    }
    if !may {
        return Err(NotApproved::NotAllowed);
    }
    if change.approvals.iter().any(|approval| approval.by == *by) {
        return Err(NotApproved::Already);
    }
    if change.proposed.policy.comment && comment.is_none() {
        return Err(NotApproved::NoComment);
    }
    if comment.as_deref().is_some_and(says_no) {
        return Err(NotApproved::SaysNo);
    }
    Ok(RunEventKind::Approved { comment: comment.clone() })
}

fn break_glass(
    run: &Run,
    change: &Change,
    by: &Actor,
    may: bool,
    around: &Around,
) -> Result<(), NotApproved> {
    if let Some(why) = &around.barred {
        return Err(NotApproved::Barred { why: why.clone() });
    }
    match () {
        () if !change.proposed.policy.break_glass => Err(NotApproved::NoGlass),
        () if change.glass.is_some() => Err(NotApproved::Already),
        () if *by != change.by => Err(NotApproved::OthersRequest),
        () if !may => Err(NotApproved::NotAllowed),
        () if untried(run, change).is_some() => {
            Err(NotApproved::NotTried { action: untried(run, change).unwrap_or_default() })
        }
        () if !change.is_reversible(run) => Err(NotApproved::Irreversible),
        () if change.is_too_late_to_go_alone(around.now) => Err(NotApproved::TooLate),
        () => Ok(()),
    }
}

/// A milder action that comes first and that was left out: who does that alone goes straight for the riskier one.
pub fn untried(run: &Run, change: &Change) -> Option<String> {
    let wanted = &run.rung(change.proposed.rung)?.when.tried;
    let left_out = wanted.iter().find(|action| !run.tried.contains(action))?;
    Some(run.procedure.actions.get(left_out).map_or_else(|| left_out.clone(), |action| action.title.clone()))
}

/// Whether `person` would only be refused if they approved now, before a comment is asked of them.
///
/// # Errors
/// The refusal.
pub fn may_comment(run: &Run, by: &Actor, key: &str, around: &Around) -> Result<(), RunRefusal> {
    let comment = Some("to come".to_owned());
    vote(run, by, Some(key), &Vote::Approve { comment }, around).map(drop)
}

/// The run that holds the same target: another one that changes it, or one of whose change a part may still run, be it this very one.
pub fn holder<'r>(run: &Run, runs: impl IntoIterator<Item = &'r Run>) -> Option<RunId> {
    let target = run.procedure.target.as_ref()?;
    let same = |other: &&Run| {
        (other.id != run.id || other.leftover)
            && other.holds()
            && other.procedure.target.as_ref().is_some_and(|theirs| theirs.overlaps(target))
    };
    runs.into_iter().find(same).map(|other| other.id)
}
