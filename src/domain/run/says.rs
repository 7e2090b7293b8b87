//! What a run says out loud, beside its card, with its facts frozen: who is asked for approval, and how a change ended.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::change::{Aftermath, Change, Ended, Phase};
use super::event::{End, RunEvent, RunEventKind};
use super::settle::Around;
use super::undo::{Undone, about};
use super::{Last, Run};
use crate::actor::Actor;
use crate::id::UserId;

/// One message. `step` is the action's title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSays {
    pub step: String,
    /// Who asked for the change.
    pub by: Actor,
    pub what: RunWord,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunWord {
    Asks {
        people: BTreeSet<UserId>,
        group: Option<String>,
        needed: usize,
        expires: Timestamp,
        code: String,
    },
    /// Nobody has answered, and much of the request's time is gone. `loud`: whoever is on call is called for it.
    AsksAgain {
        people: BTreeSet<UserId>,
        group: Option<String>,
        expires: Timestamp,
        code: String,
        loud: bool,
    },
    GlassBroken {
        why: String,
    },
    /// It begins now.
    Begins,
    Denied {
        #[serde(default)]
        by: Actor,
        why: Option<String>,
    },
    Expired,
    Voided {
        moved: Vec<String>,
    },
    Unprepared {
        why: String,
    },
    Broke {
        ended: Ended,
    },
    Judged(Aftermath),
    Helped,
    Undone(Undone),
    /// Somebody asks that `target` be freed.
    ReleaseAsks {
        target: String,
        why: String,
        people: BTreeSet<UserId>,
        group: Option<String>,
        expires: Timestamp,
        code: String,
    },
    ReleaseDenied {
        #[serde(default)]
        by: Actor,
        why: Option<String>,
    },
    ReleaseUnprepared {
        why: String,
    },
    ReleaseExpired,
    /// The hold that was to be released is over, or another one.
    ReleaseMoot,
    Released {
        target: String,
        #[serde(default)]
        by: Actor,
        why: String,
    },
    /// `told`: its checks could tell.
    DidNotHelp {
        told: bool,
    },
}

/// What an event makes a run say; `before` is the run as it was.
pub fn says(before: &Run, after: &Run, event: &RunEvent, around: &Around) -> Option<RunSays> {
    if let (RunEventKind::Judged(aftermath), Some(Last::Broke { title, .. })) = (&event.kind, &before.last) {
        return Some(RunSays {
            step: title.clone(),
            by: before.by.clone(),
            what: RunWord::Judged(*aftermath),
        });
    }
    if let Some(said) = released(before, after, event, around) {
        return Some(said);
    }
    let change = about(before, after)?;
    let told = !matches!(after.last, Some(Last::DidNotHelp { told: false, .. }));
    let what = word(change, event, around, told)?;
    Some(RunSays { step: change.proposed.title.clone(), by: change.by.clone(), what })
}

/// What becomes of a release, where it is one and comes to nothing.
pub fn not_released(by: &Actor, kind: &RunEventKind) -> Option<RunWord> {
    Some(match kind {
        RunEventKind::ReleaseDenied { why } => RunWord::ReleaseDenied { by: by.clone(), why: why.clone() },
        RunEventKind::ReleaseUnprepared { why } => RunWord::ReleaseUnprepared { why: why.clone() },
        RunEventKind::ReleaseExpired => RunWord::ReleaseExpired,
        RunEventKind::ReleaseMoot => RunWord::ReleaseMoot,
        _ => return None,
    })
}

fn released(before: &Run, after: &Run, event: &RunEvent, around: &Around) -> Option<RunSays> {
    let release = after.release.as_ref().or(before.release.as_ref())?;
    let target = || after.procedure.target.as_ref().map(|target| target.object.clone()).unwrap_or_default();
    let what = match &event.kind {
        RunEventKind::ReleasePrepared { .. } => {
            let (code, (_, expires)) = (release.code().to_owned(), release.asking()?);
            let (why, group) = (release.asked.why.clone(), release.asked.policy.group.clone());
            let people = release.approvers(&around.on_call);
            RunWord::ReleaseAsks { target: target(), why, people, group, expires, code }
        }
        RunEventKind::Released { .. } => {
            RunWord::Released { target: target(), by: event.by.clone(), why: release.asked.why.clone() }
        }
        kind => not_released(&event.by, kind)?,
    };
    Some(RunSays { step: after.procedure.title.clone(), by: release.by.clone(), what })
}

/// Whether those who may approve were just asked again for the second time, in vain: whoever is on call is called now.
pub fn became_loud(before: Option<&Run>, after: &Run) -> bool {
    let asked = |run: &Run| run.change().map_or(0, |change| change.asked_again);
    before.is_some_and(|before| asked(before) <= 1) && asked(after) > 1
}

fn word(change: &Change, event: &RunEvent, around: &Around, told: bool) -> Option<RunWord> {
    Some(match (&event.kind, &change.phase) {
        (RunEventKind::Prepared(_), Phase::Asking { expires }) => RunWord::Asks {
            people: change.approvers(&around.on_call),
            group: change.proposed.policy.group.clone(),
            needed: change.proposed.policy.needed,
            expires: *expires,
            code: change.code().to_owned(),
        },
        (RunEventKind::AskedAgain, Phase::Asking { expires }) => RunWord::AsksAgain {
            people: change.approvers(&around.on_call),
            group: change.proposed.policy.group.clone(),
            expires: *expires,
            code: change.code().to_owned(),
            loud: change.asked_again > 1,
        },
        (RunEventKind::GlassBroken { why }, _) => RunWord::GlassBroken { why: why.clone() },
        (RunEventKind::Denied { why }, _) => RunWord::Denied { by: event.by.clone(), why: why.clone() },
        (RunEventKind::Begun, _) => RunWord::Begins,
        (RunEventKind::Expired, _) => RunWord::Expired,
        (RunEventKind::Voided { moved }, _) => RunWord::Voided { moved: moved.clone() },
        (RunEventKind::Unprepared { why }, _) => RunWord::Unprepared { why: why.clone() },
        (RunEventKind::Ended { ended, .. }, _) if *ended != (Ended::Exit { code: Some(0) }) => {
            RunWord::Broke { ended: ended.clone() }
        }
        (RunEventKind::DidNotHelp, _) => RunWord::DidNotHelp { told },
        (RunEventKind::Helped | RunEventKind::Over(End::Helped), _) => RunWord::Helped,
        (RunEventKind::Undone(undone), _) => RunWord::Undone(undone.clone()),
        _ => return None,
    })
}
