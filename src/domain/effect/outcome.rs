//! What became of effects.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{EffectState, Issue, Room};
use crate::id::{ChannelId, EffectId, IncidentId, MessageTs, UserId};
use crate::incident::after::publication::{Came, Pull};
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

/// A message that was to call the on-call's group and could not, for Slack did not tell then which it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwedMention {
    pub channel: ChannelId,
    /// What the mention is to stand under: the message, or the thread that it stands in.
    pub root: MessageTs,
    /// When it went out (UTC).
    pub at: Timestamp,
}

/// What is to be known of what was carried out, beside what came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    pub owes: Option<OwedMention>,
    /// Why it went out elsewhere than it was to, in words.
    pub elsewhere: Option<String>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Done(Receipt),
    /// It is done, and something of it is not as it should be.
    DoneBut(Receipt, Box<Aside>),
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

impl Outcome {
    /// What came back of what is done.
    pub fn receipt(&self) -> Option<&Receipt> {
        match self {
            Self::Done(receipt) | Self::DoneBut(receipt, _) => Some(receipt),
            _ => None,
        }
    }
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
    /// How the issue of a follow-up stands.
    FollowUp {
        issue: Issue,
        closed: bool,
    },
    /// What came of publishing a report.
    Published(Box<Came>),
    /// How its pull request stands.
    Pull(Pull),
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
