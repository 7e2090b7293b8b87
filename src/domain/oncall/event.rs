//! What happened to the rota. The rota is its list of events; they are never changed, only added to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::confirm::Change;
use super::holding::Why;
use super::phone::PhoneNumber;
use super::reach::NoWay;
use super::schedule::Schedule;
use super::swap::Proposal;
use crate::actor::Actor;
use crate::effect::{PostKey, To};
use crate::id::{ChannelId, IncidentId, MessageTs, UserId};
use crate::incident::severity::Severity;
use crate::oncall::duty::{Call, Skipped};
use crate::timer::Lateness;

/// One event. `seq` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotaEvent {
    pub seq: u32,
    pub at: Timestamp,
    #[serde(default)]
    pub by: Actor,
    pub kind: RotaEventKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RotaEventKind {
    /// The rota begins, or the configuration gave it other turns.
    Set {
        schedule: Box<Schedule>,
    },
    /// Somebody changed who has it when. The change is already resolved to instants.
    Changed {
        change: Change,
    },
    /// Somebody else has it, since `since`. `to` is nobody where the rotation is empty or all are paused, and no backup
    /// person is declared.
    HandedOver {
        since: Timestamp,
        from: Option<UserId>,
        to: Option<UserId>,
        why: Option<Why>,
        /// Nobody in the rotation can have it: `to` is the declared backup person.
        fallback: bool,
        /// It was taken by the person who has it now, so nobody has to say "I have it".
        taken: bool,
        late: Option<Lateness>,
    },
    /// The incoming person said "I have it".
    Confirmed,
    /// The incoming person had not said so by `due`.
    Unconfirmed {
        due: Timestamp,
        tell: Option<UserId>,
        late: Option<Lateness>,
    },
    /// One person asked another to swap turns.
    SwapAsked {
        swap: u64,
        with: UserId,
        offer: Proposal,
    },
    SwapAgreed {
        swap: u64,
    },
    SwapEnded {
        swap: u64,
        how: SwapEnd,
    },
    /// A page that belongs to no incident.
    Summoned {
        summons: u64,
        whom: UserId,
        reason: String,
        calls: Vec<Call>,
        skipped: Vec<Skipped>,
    },
    SummonedAgain {
        summons: u64,
        due: Timestamp,
        calls: Vec<Call>,
        skipped: Vec<Skipped>,
        late: Option<Lateness>,
    },
    SummonsAnswered {
        summons: u64,
        /// The event whose phone call it was said in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<u32>,
    },
    /// Whoever is called cannot take it: whoever asked is told at once, and howler stops calling.
    SummonsPassed {
        summons: u64,
    },
    /// The message or call of the event `seq` cannot arrive there.
    SummonsNotReached {
        summons: u64,
        seq: u32,
        to: To,
        why: NoWay,
    },
    /// A person had their own phone rung, to see whether it does.
    RingTested {
        number: u64,
        person: UserId,
    },
    /// They heard it and pressed 1.
    RingHeard {
        number: u64,
    },
    /// Nobody took the call, or it could not be placed.
    RingMissed {
        number: u64,
    },
    /// A call about a page without an incident reached nobody, or its text did not.
    CallMissed {
        summons: u64,
        person: UserId,
        texted: bool,
    },
    /// A person set a phone number, or took it away. The number itself is in the rota's state alone.
    PhoneSet {
        person: UserId,
        number: Option<PhoneNumber>,
    },
    /// No message reaches somebody, or no call (`phone`); `why` is `None` where it does again.
    Reach {
        person: UserId,
        phone: bool,
        why: Option<NoWay>,
    },
    /// A calendar's address was made, or revoked.
    FeedMade {
        key: String,
        of: Option<UserId>,
    },
    FeedRevoked {
        of: Option<UserId>,
    },
    /// The user group was not as the rota has it, and is set again.
    GroupRepaired,
    /// It holds whoever is on call again, read back.
    GroupHolds,
    /// Where a channel of the configuration is: found by its id where somebody renames it.
    ChannelKnown {
        name: String,
        channel: ChannelId,
    },
    Posted {
        key: PostKey,
        channel: ChannelId,
        message: MessageTs,
    },
}

/// How a swap that was asked for ended without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SwapEnd {
    Declined,
    Withdrawn,
    /// Nobody agreed before the first of the two turns began.
    TooLate,
    /// The schedule had changed, so that it could not hold any more.
    Overtaken,
}

/// Who was called, and when: what reports count. Kept beside the rota, by time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRecord {
    pub at: Timestamp,
    pub person: UserId,
    pub incident: Option<IncidentId>,
    pub severity: Option<Severity>,
    pub phone: bool,
}
