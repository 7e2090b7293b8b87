//! Freeing a target that a run still holds: its change did not end clean, or is stuck. Somebody asks, another agrees, and the audit has
//! both (research 2b, rule 16).
//!
//! What is agreed to is one hold: the run, and the event with which its change was proposed. A run that was released is over, so
//! nothing of it begins or counts as help afterwards.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::approve::{NotApproved, Vote};
use super::change::{Ended, Phase, Policy};
use super::decide::RunRefusal;
use super::event::RunEventKind;
use super::settle::Around;
use super::word::says_no;
use super::{Last, Run};
use crate::actor::Actor;
use crate::id::UserId;

/// A release that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub by: Actor,
    pub at: Timestamp,
    pub asked: ReleaseAsked,
    pub stage: Releasing,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseAsked {
    pub why: String,
    pub policy: Policy,
    /// The event with which the change was proposed that holds the target.
    pub hold: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Releasing {
    /// Who may agree is looked up.
    Preparing,
    Asking {
        /// 128 random bits; what the buttons carry.
        key: String,
        /// Who is in the policy's user group.
        members: BTreeSet<UserId>,
        expires: Timestamp,
    },
    Released {
        by: Actor,
        at: Timestamp,
        comment: Option<String>,
    },
}

impl Release {
    /// The request's key and end, while people are asked.
    pub fn asking(&self) -> Option<(&str, Timestamp)> {
        match &self.stage {
            Releasing::Asking { key, expires, .. } => Some((key, *expires)),
            Releasing::Preparing | Releasing::Released { .. } => None,
        }
    }

    /// What people type to name this request.
    pub fn code(&self) -> &str {
        self.asking().and_then(|(key, _)| key.get(..6)).unwrap_or_default()
    }

    /// Everybody who could agree.
    pub fn approvers(&self, on_call: &BTreeSet<UserId>) -> BTreeSet<UserId> {
        let none = BTreeSet::new();
        let members = match &self.stage {
            Releasing::Asking { members, .. } => members,
            Releasing::Preparing | Releasing::Released { .. } => &none,
        };
        self.asked.policy.everybody(members, on_call).filter(|person| self.by != **person).cloned().collect()
    }
}

impl Run {
    /// Whether nobody else may change its target: it changes it, or a part of its change may still run.
    pub fn holds(&self) -> bool {
        let released = self.release.as_ref().is_some_and(|release| {
            matches!(release.stage, Releasing::Released { .. }) && release.asked.hold == self.hold
        });
        !released && (self.change().is_some() || self.may_still_change())
    }

    /// Whether its last change was not seen to be over: the world is being looked at, or a part of it may still run.
    pub fn may_still_change(&self) -> bool {
        let (empty, looking) = match &self.last {
            Some(Last::Broke { ended, aftermath, .. }) => (ended.is_empty(), aftermath.is_none()),
            _ => (true, false),
        };
        // A row that counts no holds yet does not say what is left over either.
        self.leftover || (self.hold == 0 && !empty) || (looking && !self.is_over())
    }

    /// Whether a release is asked for of a hold that is over, or that another change took the place of.
    pub(super) fn release_is_moot(&self) -> bool {
        let moot = |release: &Release| {
            !matches!(release.stage, Releasing::Released { .. })
                && (release.asked.hold != self.hold || !self.holds())
        };
        self.release.as_ref().is_some_and(moot)
    }

    /// Whether nothing of it is of any concern any more.
    pub fn is_done(&self) -> bool {
        self.is_over() && !self.holds()
    }

    /// Whether a word with this key, or with none, is about its release.
    pub fn release_is_meant(&self, key: Option<&str>) -> bool {
        let Some((own, _)) = self.release.as_ref().and_then(Release::asking) else { return false };
        key.is_none_or(|key| key == own || own.get(..6).is_some_and(|code| key.eq_ignore_ascii_case(code)))
    }
}

impl Ended {
    /// Whether nothing of the program was left.
    pub fn is_empty(&self) -> bool {
        !matches!(self, Self::TimedOut { empty: false } | Self::Stopped { empty: false })
    }
}

fn refused(run: &Run, why: NotApproved) -> RunRefusal {
    RunRefusal::NotApproved { run: run.id, why }
}

/// That there is a hold which a word can end. howler's own program is stopped, not left behind.
fn held(run: &Run) -> Result<(), NotApproved> {
    match run.change().map(|change| &change.phase) {
        Some(Phase::Acting { .. }) => Err(NotApproved::StillRuns),
        _ if !run.holds() || run.procedure.target.is_none() => Err(NotApproved::NotHeld),
        _ => Ok(()),
    }
}

/// Asks for the release of a run's target.
///
/// # Errors
/// When it holds none, nothing of its change has begun, howler's program runs, a release is asked for already, or nobody could agree.
pub fn ask(run: &Run, by: &Actor, why: &str, policy: Policy) -> Result<RunEventKind, RunRefusal> {
    held(run).map_err(|why| refused(run, why))?;
    if run.change().is_some_and(|change| !change.has_begun()) {
        return Err(refused(run, NotApproved::NotBegun));
    }
    if by.in_slack().is_none() {
        return Err(refused(run, NotApproved::FromShell));
    }
    if policy.is_empty() {
        return Err(refused(run, NotApproved::Nobody));
    }
    let pending = |release: &Release| !matches!(release.stage, Releasing::Released { .. });
    if run.release.as_ref().is_some_and(pending) {
        return Err(refused(run, NotApproved::ReleaseAsked));
    }
    // One other person is enough, whatever the risk of the change was.
    let policy = Policy { needed: 1, comment: false, break_glass: false, ..policy };
    let asked = ReleaseAsked { why: why.to_owned(), policy, hold: run.hold };
    Ok(RunEventKind::ReleaseAsked(Box::new(asked)))
}

/// Takes one person's word on the release that is asked for.
///
/// # Errors
/// When the person may not say so, or the hold is another one by now.
pub fn vote(
    run: &Run,
    by: &Actor,
    key: Option<&str>,
    vote: &Vote,
    around: &Around,
) -> Result<RunEventKind, RunRefusal> {
    let not_asked = || refused(run, NotApproved::NotAsked);
    let release = run.release.as_ref().ok_or_else(not_asked)?;
    let Releasing::Asking { members, expires, .. } = &release.stage else { return Err(not_asked()) };
    let may = release.asked.policy.allows(by, members, &around.on_call);
    let agreed = |comment: &str| {
        held(run)?;
        match () {
            () if run.hold != release.asked.hold => Err(NotApproved::OtherRequest),
            () if around.now >= *expires => Err(NotApproved::TooLate),
            () if *by == release.by => Err(NotApproved::Own),
            () if !may => Err(NotApproved::NotAllowed),
            () if key.is_none() => Err(NotApproved::NoCode { code: release.code().to_owned() }),
            () if says_no(comment) => Err(NotApproved::SaysNo),
            () => Ok(()),
        }
    };
    match vote {
        Vote::Approve { comment } => agreed(comment.as_deref().unwrap_or_default())
            .map(|()| RunEventKind::Released { comment: comment.clone() }),
        Vote::Deny { why } if may || *by == release.by => {
            Ok(RunEventKind::ReleaseDenied { why: why.clone() })
        }
        Vote::Deny { .. } => Err(NotApproved::NotAllowed),
        Vote::BreakGlass { .. } => Err(NotApproved::NoGlass),
    }
    .map_err(|why| refused(run, why))
}
