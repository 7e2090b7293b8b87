//! What the asking person gets back about being on call. Words and blocks are made of it in `view`.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::change::Moved;
use super::confirm::Change;
use super::duty::{Call, Skipped};
use super::holding::{Holding, Segment};
use super::phone::PhoneNumber;
use super::reach::NoWay;
use super::report::Overload;
use super::schedule::Override;
use super::swap::{OtherHalf, Proposal};
use crate::actor::Actor;
use crate::alert::digest::Digest;
use crate::answer::Summary;
use crate::id::UserId;
use crate::incident::severity::Severity;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OncallAnswer {
    Who(Box<Who>),
    /// The weeks ahead, gaps among them; `heavy` is what is too much for one.
    Schedule {
        /// Who asks: their own turns are marked.
        #[serde(default)]
        me: Option<UserId>,
        weeks: u32,
        zone: String,
        segments: Vec<Segment>,
        heavy: Vec<Overload>,
        order: Vec<UserId>,
        /// Who of them cannot be reached, and why.
        #[serde(default)]
        unreachable: Vec<(UserId, NoWay)>,
    },
    /// What a change would move; carried out once it is confirmed.
    Proposed {
        change: Change,
        seen: u32,
        moved: Vec<Moved>,
        beaten: Vec<Override>,
        again: bool,
        /// Whom it gives a time in which they are paused, and until when.
        #[serde(default)]
        paused: Vec<(UserId, Timestamp)>,
        /// It takes back a half of a swap: what becomes of the other one.
        #[serde(default)]
        other_half: Option<OtherHalf>,
    },
    Changed {
        change: Change,
        moved: Vec<Moved>,
    },
    Covering {
        until: Timestamp,
        instead_of: Option<UserId>,
    },
    HandedOver {
        to: UserId,
        until: Option<Timestamp>,
        /// Who had it, and is called as well until the new one has said "I have it".
        #[serde(default)]
        from: Option<UserId>,
        /// The new one is paused until then.
        #[serde(default)]
        paused: Option<Timestamp>,
    },
    SwapAsked {
        number: u64,
        with: UserId,
        offer: Proposal,
        /// Whom it would give a time in which they are paused, and until when.
        #[serde(default)]
        paused: Vec<(UserId, Timestamp)>,
    },
    SwapAgreed {
        offer: Proposal,
        #[serde(default)]
        paused: Vec<(UserId, Timestamp)>,
    },
    SwapDeclined,
    SwapWithdrawn,
    /// It is the caller's, and was before they said so.
    Yours {
        until: Option<Timestamp>,
    },
    Paging {
        number: u64,
        whom: UserId,
        calls: Vec<Call>,
        skipped: Vec<Skipped>,
    },
    PageAnswered,
    /// The one who asked is told.
    PagePassed {
        by: Actor,
    },
    /// The caller's own phone is being rung.
    Ringing,
    RingHeard,
    Report {
        from: Timestamp,
        until: Timestamp,
        zone: String,
        rows: Vec<ReportRow>,
    },
    /// What waits for the weekly review: incidents that page nobody, and the week's alerts.
    Review {
        waiting: Vec<Summary>,
        more: usize,
        /// `None`: they cannot be read.
        #[serde(default)]
        alerts: Option<Box<Digest>>,
        #[serde(default)]
        now: Timestamp,
    },
    Test {
        severity: Severity,
        steps: Vec<TestStep>,
        breach: Option<Timestamp>,
        everybody: bool,
        /// Unanswered, all of it begins anew so long after the declaration.
        #[serde(default)]
        again: Option<SignedDuration>,
    },
    PhoneSet {
        number: Option<PhoneNumber>,
    },
    /// `at` is howler's own address, where it is configured.
    Calendar {
        of: Option<UserId>,
        key: Option<String>,
        at: Option<String>,
        /// There was an address before, which is dead now.
        #[serde(default)]
        replaces: bool,
    },
    Help,
}

/// Who is on call at an instant, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Who {
    pub at: Timestamp,
    pub is_now: bool,
    /// The rotation was never set up.
    pub unset: bool,
    pub primary: Option<Holding>,
    pub backup: Option<UserId>,
    /// Nobody in the rotation: the declared backup person has it.
    pub fallback: Option<UserId>,
    /// Is called as well, for the primary has not said "I have it".
    pub outgoing: Option<UserId>,
    pub next: Option<(UserId, Timestamp)>,
    /// The zone's clock shows the time that was asked for twice; this is the second.
    pub again: Option<Timestamp>,
    /// Who of them cannot be reached, and why.
    #[serde(default)]
    pub unreachable: Vec<(UserId, NoWay)>,
}

/// One person's share of a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    pub person: UserId,
    pub hours: i64,
    pub weekend_hours: i64,
    pub night_hours: i64,
    pub pages: usize,
    pub pages_at_night: usize,
}

/// What a step of a path would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestStep {
    pub at: Timestamp,
    pub after_seconds: i64,
    pub calls: Vec<Call>,
    pub skipped: Vec<Skipped>,
}
