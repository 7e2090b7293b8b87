//! What happened to a group of alerts. It is its list of events; they are never changed, only added to.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Severity;
use crate::actor::Actor;
use crate::alert::AlertId;
use crate::alert::rules::Channel;
use crate::id::{ChannelId, IncidentId, MessageTs};
use crate::timer::Lateness;

/// One event. `seq` counts from 1 within its group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupEvent {
    pub seq: u32,
    pub at: Timestamp,
    /// howler itself where the source says it.
    #[serde(default, skip_serializing_if = "Actor::is_howler")]
    pub by: Actor,
    pub kind: GroupEventKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupEventKind {
    Opened(Box<GroupOpened>),
    Joined {
        alert: AlertId,
        severity: Severity,
        /// How soon somebody is to take it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock: Option<Clock>,
    },
    /// One of them is over, since `at` by its source's clock.
    Over {
        alert: AlertId,
        at: Timestamp,
    },
    /// One that was over fires again.
    Again {
        alert: AlertId,
    },
    /// One of them became worse.
    Raised {
        severity: Severity,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock: Option<Clock>,
    },
    /// Somebody has it.
    Acked,
    Attached {
        incident: IncidentId,
    },
    Detached,
    /// Its incident is over, though it fires: it is nobody's again.
    IncidentOver,
    /// Its incident is open again.
    IncidentBack,
    /// Half of the response time is over, and nobody has it.
    Reminded {
        late: Option<Lateness>,
    },
    /// The response time is over, and nobody has it.
    Breached {
        late: Option<Lateness>,
    },
    /// Its message stands.
    Posted {
        channel: ChannelId,
        message: MessageTs,
        /// Why it stands elsewhere than in its channel, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        elsewhere: Option<String>,
    },
}

/// The first alert of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupOpened {
    pub key: String,
    pub channel: Channel,
    pub mention: bool,
    pub severity: Severity,
    pub first: AlertId,
    pub since: Timestamp,
    /// See [`Group::remind`](super::Group): they count from the alert's own time, and from the end of a silence that held it back.
    pub remind: Option<Timestamp>,
    pub due: Option<Timestamp>,
    /// The time in which somebody is to take it; `None` where nobody is reminded, or an older howler opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond: Option<SignedDuration>,
    /// What its first alert was taken out of by a person: see [`Group::out_of`](super::Group).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub out_of: BTreeSet<IncidentId>,
}

/// Since when somebody is to take what is told, and within how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    pub from: Timestamp,
    pub within: SignedDuration,
}
