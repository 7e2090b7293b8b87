//! What happened in a run. A run is its list of events; they are never changed, only added to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::change::{Aftermath, Ended, Frozen, Prepared, Proposed};
use super::release::ReleaseAsked;
use super::undo::Undone;
use crate::actor::Actor;
use crate::effect::To;
use crate::id::{ChannelId, IncidentId, MessageTs, RunId, UserId};
use crate::procedure::drill::Drilled;
use crate::procedure::fill::Given;
use crate::procedure::{Finding, Procedure};

/// One event. `seq` counts from 1 within its run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunEvent {
    pub seq: u32,
    pub at: Timestamp,
    #[serde(default)]
    pub by: Actor,
    pub kind: RunEventKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RunEventKind {
    /// Somebody asked for a procedure; it is kept as it was then.
    Asked(Box<Asked>),
    /// The checks are asked anew.
    LookedAgain,
    /// A check's answer.
    Found {
        check: String,
        finding: Finding,
    },
    /// Somebody saw that it fails, where the check could not tell.
    Seen {
        check: String,
        says: Option<String>,
    },
    /// The facts lead to this rung, counted from 0.
    Led {
        rung: usize,
    },
    /// The facts lead to this rung, and its action cannot be made of them: the next one comes in its place.
    PassedOver {
        rung: usize,
        why: String,
    },
    /// The step was left behind: it was done, or does not fit.
    Stepped {
        rung: usize,
    },
    /// The step that was left behind last is not any more, and the checks are asked anew.
    Unskipped,
    /// Somebody wants the offered action to be carried out, or the last one to be taken back.
    Proposed(Box<Proposed>),
    /// The facts that the approval of an undo covers, as they are now.
    Captured(BTreeMap<String, Frozen>),
    /// The plan was asked and the program looked at: before people are asked, and again before the action begins.
    Prepared(Box<Prepared>),
    /// There is nothing to be approved, and why.
    Unprepared {
        why: String,
    },
    Approved {
        comment: Option<String>,
    },
    Denied {
        why: Option<String>,
    },
    /// Somebody alone goes ahead without approval, unless anybody stops it.
    GlassBroken {
        why: String,
    },
    /// That stands where everybody can read and stop it.
    GlassTold,
    /// Much of the request's time is gone and nobody has answered: those who may approve are asked once more, louder.
    AskedAgain,
    /// Nobody approved it in time.
    Expired,
    /// Enough people approved; everything that they approved is read once more.
    Rechecked,
    /// Something is not as it was approved.
    Voided {
        moved: Vec<String>,
    },
    /// The approval is spent. From here on the action is never begun a second time.
    Begun,
    /// The end of what it has printed so far.
    Heard {
        output: String,
    },
    /// Somebody wants the program to be stopped.
    StopAsked,
    Ended {
        ended: Ended,
        output: String,
    },
    /// What an action changed that did not end well, as far as the world tells.
    Judged(Aftermath),
    /// The checks that prove it are asked once more.
    LookedForProof,
    /// All of them are answered.
    Weighed {
        pass: bool,
    },
    DidNotHelp,
    /// An action is proved, and steps for people follow.
    Helped,
    /// An action was taken back, and what its facts say.
    Undone(Undone),
    Posted {
        channel: ChannelId,
        message: MessageTs,
    },
    /// Somebody asks that the target be freed which the run holds.
    ReleaseAsked(Box<ReleaseAsked>),
    /// Who may agree was looked up.
    ReleasePrepared {
        key: String,
        members: BTreeSet<UserId>,
    },
    /// Who may agree could not be looked up, and why.
    ReleaseUnprepared {
        why: String,
    },
    ReleaseDenied {
        why: Option<String>,
    },
    /// Nobody agreed in time.
    ReleaseExpired,
    /// The hold that was to be released is over, or another one by now.
    ReleaseMoot,
    /// Somebody else agreed: the target is free, and the run is over.
    Released {
        comment: Option<String>,
    },
    Over(End),
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub procedure: Arc<Procedure>,
    pub given: Given,
    pub incident: Option<IncidentId>,
    /// Where its card is.
    pub to: To,
    pub checks: BTreeSet<String>,
    /// The first action that the facts lead to is proposed at once.
    #[serde(default)]
    pub proposes: bool,
    /// The last drill of the procedure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drilled: Option<Drilled>,
    /// What earlier runs of the same incident carried out in vain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Before>,
    /// What earlier runs left as bad by a rollback, which the service itself does not tell for ever.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<String>,
}

/// An action that another run of the same incident carried out, and that is not known to have helped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub run: RunId,
    /// Its name in the procedure.
    pub action: String,
    /// When that run began.
    pub at: Timestamp,
    /// Nobody saw whether it helped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unseen: bool,
}

/// How a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Every check passes.
    Well,
    /// An action was carried out, and its checks prove that it helped.
    Helped,
    /// What was asked is answered; there is no step to take.
    Told,
    /// No further step is left.
    NoStepLeft,
    Aborted,
    /// Its target was freed.
    Released,
}
