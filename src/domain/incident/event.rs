//! What happened in an incident. An incident is its list of events; they are never changed, only added to.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::after::event::AfterNews;
use super::alerts::AlertNews;
use super::exposed::SecretNews;
use super::merge::MergeNews;
use super::page::Paged;
use super::severity::{Severity, Status};
use super::{Eta, Place, Rung};
use crate::actor::Actor;
use crate::command::{Retractable, Role};
use crate::effect::{Issue, PostKey, Room, To};
use crate::id::{ChannelId, IncidentId, MessageTs, RunId, UserId};
use crate::oncall::reach::NoWay;
use crate::run::announce::RunNote;
use crate::timer::Lateness;

/// One event. `seq` counts from 1 within its incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub seq: u32,
    pub at: Timestamp,
    #[serde(default)]
    pub by: Actor,
    /// Asked from a shell on howler's machine: the machine's word for who it was, not Slack's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_shell: bool,
    /// The event whose phone call it was said in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<u32>,
    pub kind: EventKind,
}

/// The clocks that a severity sets, frozen when it is set: a changed configuration never breaks a promise made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    pub update_every: Option<SignedDuration>,
    pub respond_within: Option<SignedDuration>,
    pub own_channel: bool,
    /// How long Slack may take for the news of this severity before it is told on GitHub.
    #[serde(default)]
    pub backup_after: Option<SignedDuration>,
}

/// A stakeholder update: what was said, and what it sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateFacts {
    pub text: Option<String>,
    pub status: Option<Status>,
    pub impact: Option<String>,
    pub action: Option<String>,
    pub eta: Option<Eta>,
}

/// An end without a report: it was no incident, or it is another one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    pub of: Option<IncidentId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    Declared {
        title: String,
        severity: Severity,
        clocks: Clocks,
        impact: Option<String>,
        action: Option<String>,
        eta: Option<Eta>,
        place: Place,
        /// When the trouble began, where that was earlier: see [`super::began`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        began: Option<Timestamp>,
    },
    /// Somebody has it; or, once it fell silent, somebody answered the page about that.
    Acknowledged,
    /// The phone call of the event `seq` reached nobody, or the text that followed it did not.
    CallMissed {
        seq: u32,
        person: UserId,
        texted: bool,
    },
    /// Somebody was called: see [`super::page`].
    Paged(Box<Paged>),
    /// News of its alerts: see [`super::alerts`].
    Alerts(Box<AlertNews>),
    /// Secrets that may be exposed: see [`super::exposed`].
    Secrets(Box<SecretNews>),
    /// What is owed after it: see [`super::after`].
    After(Box<AfterNews>),
    /// It is merged with another one, or split off: see [`super::merge`].
    Merge(Box<MergeNews>),
    /// Somebody wants the next step of paging now. `passes`: they were called and cannot take it, so they are not called
    /// again.
    Escalated {
        passes: bool,
        why: Option<String>,
    },
    /// The message or call of the page of event `seq` cannot arrive there.
    NotReached {
        seq: u32,
        to: To,
        why: NoWay,
    },
    /// The response time ran out at `due` without an acknowledgement.
    ResponseMissed {
        due: Timestamp,
        late: Option<Lateness>,
        /// Everybody in the emergencies channel is called.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        everybody: bool,
        /// Nobody is called: its severity pages nobody.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        quiet: bool,
    },
    /// `in_time`: the promise that was running is kept by it. `missed`: promises broken since the last count.
    Updated {
        facts: UpdateFacts,
        in_time: bool,
        missed: u32,
    },
    StatusChanged {
        from: Status,
        to: Status,
    },
    SeverityChanged {
        from: Severity,
        to: Severity,
        reason: Option<String>,
        clocks: Clocks,
        /// It came with this one, which was merged into it and was worse.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        merged: Option<IncidentId>,
        /// Nobody chose it, and people are to be called for what is worse: whoever has it said so of something milder.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        sets_aside: bool,
    },
    ImpactSet {
        text: String,
    },
    ActionSet {
        text: String,
    },
    EtaSet {
        eta: Eta,
    },
    Noted {
        text: String,
    },
    RoleTaken {
        role: Role,
        person: Actor,
        from: Option<Actor>,
    },
    /// The reminder due at `due` goes at `until` instead.
    Snoozed {
        due: Timestamp,
        until: Timestamp,
    },
    /// A rung of the update ladder was reached. `missed` is how many intervals ran out since the last rung;
    /// `next` is when the ladder goes on and with which rung.
    Reminded {
        due: Timestamp,
        rung: Rung,
        to: To,
        missed: u32,
        next: (Rung, Timestamp),
        late: Option<Lateness>,
        /// The severity pages nobody: the on-call is not called by its reminders either.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        quiet: bool,
    },
    /// The machine's clock was set back by so much, and what was due goes back with it.
    ClockSetBack {
        by: SignedDuration,
    },
    /// A procedure of the runbook was put to work on it.
    Runbook {
        run: RunId,
        note: Box<RunNote>,
    },
    Resolved {
        root_cause: String,
        impact: Option<String>,
        data_loss: Option<String>,
        from: Status,
        missed: u32,
        /// It was none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cancelled: Option<Cancelled>,
    },
    Renamed {
        title: String,
        from: String,
    },
    /// People into the incident's channel.
    Invited {
        people: Vec<UserId>,
    },
    Reopened {
        to: Status,
    },
    /// Takes back the event `seq`.
    Retracted {
        seq: u32,
        what: Retractable,
    },
    Pinned {
        channel: ChannelId,
        message: MessageTs,
        author: Option<UserId>,
    },
    /// The text of a pinned message was read.
    PinRead {
        channel: ChannelId,
        message: MessageTs,
        author: Option<UserId>,
        text: String,
    },
    Unpinned {
        channel: ChannelId,
        message: MessageTs,
    },
    /// The incident's own channel was made.
    RoomOpened {
        room: Room,
    },
    /// Slack had not taken the news of a P1 by `due`: it is told in an issue on GitHub.
    BackupDue {
        due: Timestamp,
        late: Option<Lateness>,
    },
    /// The issue stands.
    BackupOpened {
        issue: Issue,
    },
    /// A message of howler's stands in Slack; kept so that it can be edited.
    Posted {
        key: PostKey,
        channel: ChannelId,
        message: MessageTs,
    },
}
