//! What became of effects.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EffectState, Issue, Room};
use crate::id::{ChannelId, EffectId, IncidentId, MessageTs, UserId};
use crate::oncall::reach::NoWay;
use crate::procedure::Finding;
use crate::run::change::{Ended, Prepared};

/// An effect that is not done, for the delivery board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undone {
    pub effect: EffectId,
    pub incident: Option<IncidentId>,
    /// In words: "the declaration in the emergencies channel".
    pub what: String,
    pub state: EffectState,
    pub attempts: u32,
    pub since: Timestamp,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done(Receipt),
    /// No longer true or no longer needed; the reason is logged and counted.
    Dropped {
        reason: String,
    },
    Later {
        at: Timestamp,
        reason: String,
        unknown: bool,
    },
    /// Slack takes no such call before `until`, and nothing was sent. It is no attempt: whether an earlier one was
    /// carried out is as known or unknown as before.
    Held {
        until: Timestamp,
        reason: String,
    },
    /// A page that cannot arrive: the next step does not wait for it. It is tried `again` then, or not without a person.
    NotReached {
        why: NoWay,
        again: Option<Timestamp>,
        reason: String,
        unknown: bool,
    },
    /// `unknown`: an earlier attempt may have succeeded all the same.
    Failed {
        reason: String,
        unknown: bool,
    },
}

/// What the other side gave back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    Nothing,
    Message {
        channel: ChannelId,
        message: MessageTs,
    },
    Room(Room),
    Issue(Issue),
    Read {
        author: Option<UserId>,
        text: String,
    },
    /// What a check found.
    Found(Finding),
    /// What would be run; or why it cannot be, in words.
    Prepared(Box<Result<Prepared, String>>),
    /// A release's key, and who is in the policy's user group; or why they cannot be looked up.
    ReleasePrepared(Result<(String, BTreeSet<UserId>), String>),
    /// Who is in the user group of those who approve; or why that cannot be looked up.
    Approvers(Result<BTreeSet<UserId>, String>),
    /// How an action ended, and what it printed last.
    Acted {
        ended: Ended,
        output: String,
    },
}
