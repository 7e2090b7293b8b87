//! Timers: absolute due times, and honesty about being late.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::{IncidentId, RunId};

/// Which clock a timer belongs to; an incident, and the rota, has at most one timer of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TimerKind {
    /// The next rung of the update ladder.
    Update,
    /// The end of the response time.
    Response,
    /// The end of the time that Slack has for taking the news of a P1, before it is told on GitHub.
    Backup,
    /// The next step of paging.
    Page,
    /// Somebody else has the next turn of being on call. The rota's.
    HandOver,
    /// The end of the time in which the incoming person says "I have it". The rota's.
    Unconfirmed,
    /// The end of the time in which a swap can be agreed to. The rota's.
    Swap(u64),
    /// The next step of a page that belongs to no incident. The rota's.
    Summons(u64),
    /// The next thing that follows by itself in a run: the end of a request for approval, or another look for proof.
    Run(RunId),
}

impl TimerKind {
    /// One word, for metrics and exports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Response => "response",
            Self::Backup => "backup",
            Self::Page => "page",
            Self::HandOver => "hand_over",
            Self::Unconfirmed => "unconfirmed",
            Self::Swap(_) => "swap",
            Self::Summons(_) => "summons",
            Self::Run(_) => "run",
        }
    }
}

/// A row: this clock of this incident, or of the rota (`None`), is due then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timer {
    pub due: Timestamp,
    pub incident: Option<IncidentId>,
    pub kind: TimerKind,
}

/// A time in which howler did not run (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Why something was said after its due time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lateness {
    pub due: Timestamp,
    /// Set when howler was not running at the due time; otherwise it was running and slow.
    pub outage: Option<Outage>,
}

/// Under this howler is on time and says nothing about it.
pub const TOLERANCE: SignedDuration = SignedDuration::from_secs(10);

impl Lateness {
    /// What to admit about a timer that was due at `due` and fires at `now`.
    pub fn of(due: Timestamp, now: Timestamp, outage: Option<Outage>) -> Option<Self> {
        if now.duration_since(due) <= TOLERANCE {
            return None;
        }
        Some(Self { due, outage: outage.filter(|outage| outage.from <= due && due <= outage.until) })
    }
}
