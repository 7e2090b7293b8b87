//! What is said about being on call: messages with their frozen facts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::change::Moved;
use super::confirm::Change;
use super::duty::Skipped;
use super::holding::Why;
use super::reach::NoWay;
use super::rota::SwapOutcome;
use super::swap::Proposal;
use crate::actor::Actor;
use crate::alert::asking::missed::Missed;
use crate::alert::digest::Digest;
use crate::answer::Summary;
use crate::credential::line::Week;
use crate::id::{IncidentId, UserId};
use crate::incident::severity::Severity;
use crate::procedure::drill::Drilled;
use crate::timer::Lateness;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Tell {
    /// Who has it from now on, for the on-call channel. `to` is nobody, or the declared backup person (`fallback`),
    /// where the rotation has nobody.
    HandedOver {
        since: Timestamp,
        from: Option<UserId>,
        to: Option<UserId>,
        backup: Option<UserId>,
        until: Option<Timestamp>,
        why: Option<Why>,
        fallback: bool,
        late: Option<Lateness>,
    },
    /// What the incoming person inherits.
    Brief(Box<Brief>),
    /// Who has it now, for the one who had it: pages still come to them.
    Outgoing {
        to: UserId,
        since: Timestamp,
    },
    /// The incoming person said "I have it", for the one who had it.
    Relieved {
        to: UserId,
        at: Timestamp,
        /// They are the backup now, so that some pages come to them all the same.
        backup: bool,
    },
    /// The incoming person has not said "I have it".
    Unconfirmed {
        to: UserId,
        from: Option<UserId>,
        since: Timestamp,
        late: Option<Lateness>,
    },
    /// Somebody changed who has it when; nobody in particular did where two agreed to swap.
    Changed {
        by: Actor,
        change: Option<Change>,
        moved: Vec<Moved>,
    },
    /// Asks the other person.
    SwapAsked {
        number: u64,
        by: Actor,
        offer: Proposal,
        /// Whom it would give a time in which they are paused, and until when.
        #[serde(default)]
        paused: Vec<(UserId, Timestamp)>,
    },
    /// What became of it, for the person who asked.
    SwapEnded {
        with: UserId,
        offer: Proposal,
        how: SwapOutcome,
    },
    /// Somebody is called, without an incident.
    Summons {
        number: u64,
        by: Actor,
        reason: String,
        at: Timestamp,
        call: u32,
        late: Option<Lateness>,
    },
    /// Nobody has answered such a call, for the person who asked.
    SummonsUnanswered {
        whom: UserId,
        reason: String,
        at: Timestamp,
        skipped: Vec<Skipped>,
    },
    /// Somebody has it, for the person who asked.
    SummonsAnswered {
        by: Actor,
        reason: String,
        at: Timestamp,
    },
    GroupRepaired,
    /// howler cannot save what people ask: its disk takes no writes, or its folder is `gone`.
    CannotSave {
        since: Timestamp,
        gone: bool,
    },
    /// It can again.
    SavesAgain {
        since: Timestamp,
    },
    /// What sources tried to tell while howler did not listen, and what became of it.
    Missed(Missed),
    /// What the week's alerts leave for the review, where nobody hands over who would read it in the brief.
    Week(Box<Digest>),
    /// What drills of procedures found, by their names.
    Drilled(BTreeMap<String, Drilled>),
    /// A person's own phone is rung, to see whether it does.
    TestRing {
        number: u64,
    },
}

/// Of a brief that was written before anything was owed.
fn nothing() -> Option<(usize, usize)> {
    Some((0, 0))
}

/// What the incoming person inherits, as it was at the hand-over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    pub since: Timestamp,
    pub until: Option<Timestamp>,
    pub from: Option<UserId>,
    pub backup: Option<UserId>,
    /// With their clocks, the worst first.
    pub open: Vec<Summary>,
    pub more_open: usize,
    /// The open ones of which a page waits for an answer, the worst first.
    #[serde(default)]
    pub unanswered: Vec<(IncidentId, Severity)>,
    /// Calls in the seven days before.
    pub paged: usize,
    pub paged_at_night: usize,
    /// Incidents that wait for the weekly review.
    pub review: usize,
    /// Reports, retrospectives and follow-ups that anybody owes, and how many of them are late; `None`: they could not be read.
    #[serde(default = "nothing")]
    pub owed: Option<(usize, usize)>,
    /// The week's alerts; `None`: they could not be read.
    #[serde(default)]
    pub alerts: Option<Box<Digest>>,
    /// Secrets that are to be rotated in its first week.
    #[serde(default, skip_serializing_if = "Week::is_empty")]
    pub secrets: Week,
    /// Who has it afterwards, and since when.
    pub next: Vec<(UserId, Timestamp)>,
    /// People of the next two weeks whom a phone cannot reach.
    pub unreachable: Vec<UserId>,
    /// Those whom no message or no call reaches, and why.
    #[serde(default)]
    pub no_way: Vec<(UserId, NoWay)>,
    /// Those who did not hear the last test call.
    #[serde(default)]
    pub not_heard: Vec<UserId>,
    /// Those whose phone was never tried.
    #[serde(default)]
    pub untried: Vec<UserId>,
    /// Whether phones are set up at all.
    pub phones: bool,
    /// They took it themselves: nobody waits for their word.
    #[serde(default)]
    pub taken: bool,
    /// The pages of the week could not be read, so their counts say nothing.
    #[serde(default)]
    pub pages_unknown: bool,
}
