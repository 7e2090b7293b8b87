//! What one person sees on howler's Home tab. It is read off what is saved; two that are equal need no second drawing.

use std::sync::Arc;

use jiff::Timestamp;

use super::answer::Summary;
use super::oncall::phone::PhoneNumber;
use super::oncall::reach::NoWay;
use super::oncall::swap::Proposal;
use super::run::Run;
use super::runbook::Review;
use crate::actor::Actor;
use crate::id::{ChannelId, UserId};

#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    pub person: UserId,
    pub on_call: OnCallNow,
    /// Why nothing may be changed, where people or the audit bar it.
    pub barred: Option<String>,
    /// What waits for this person, the most pressing first; and how much more does.
    pub waits: Vec<Waits>,
    pub more_waits: usize,
    /// The worst open incidents, and how many more are open.
    pub open: Vec<OpenIncident>,
    pub more_open: usize,
    /// The next times that this person is on call; without an end where none is in sight.
    pub turns: Vec<(Timestamp, Option<Timestamp>)>,
    pub phone: MyPhone,
    /// Why no message reaches this person.
    pub no_way: Option<NoWay>,
}

/// Who is on call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OnCallNow {
    /// The rotation was never set up.
    pub unset: bool,
    pub primary: Option<UserId>,
    pub until: Option<Timestamp>,
    pub backup: Option<UserId>,
    /// The declared backup person, where nobody of the rotation has it.
    pub fallback: Option<UserId>,
    /// Is called as well, as long as the primary has not taken over.
    pub outgoing: Option<UserId>,
    pub next: Option<(UserId, Timestamp)>,
}

/// Something that this person is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Waits {
    /// A page about an incident.
    Page(OpenIncident),
    /// A page without one: its number, who called, and why.
    Summons {
        number: u64,
        by: Actor,
        reason: String,
    },
    /// A request for approval.
    Approval(Arc<Run>),
    /// A request that a target be released.
    Release(Arc<Run>),
    /// The shift that began at this instant is not taken over.
    Shift(Timestamp),
    /// Stakeholders are owed an update by this person.
    Update(OpenIncident),
    Swap {
        number: u64,
        by: Actor,
        offer: Proposal,
    },
    /// Somebody went ahead alone, and nobody has looked at it.
    Review(Review),
}

impl Waits {
    /// The incident that it is about.
    pub fn incident(&self) -> Option<&OpenIncident> {
        match self {
            Self::Page(incident) | Self::Update(incident) => Some(incident),
            _ => None,
        }
    }
}

/// An open incident with its clocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenIncident {
    pub summary: Summary,
    pub acknowledged: Option<Actor>,
    /// When somebody must have acknowledged.
    pub response_due: Option<Timestamp>,
    /// Nobody did in time.
    pub response_missed: bool,
    pub room: Option<ChannelId>,
}

/// Whether this person's phone can ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MyPhone {
    /// No provider is set up.
    Off,
    /// The provider knows its own people.
    Elsewhere,
    Missing,
    Set {
        number: PhoneNumber,
        /// Whether the last test was heard; `None` where there was none.
        heard: Option<bool>,
        /// The provider does not call it.
        refused: bool,
    },
}
