//! Names of messages that are edited later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CardPlace, To};
use crate::incident::Rung;

/// Names a message of howler's that is edited later.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PostKey {
    Card(CardPlace),
    /// The announcement of the event `seq`.
    Announcement {
        seq: u32,
        to: To,
    },
    /// The reminder of the event `seq`, itself due at `due`.
    Reminder {
        seq: u32,
        to: To,
        rung: Rung,
        due: Timestamp,
    },
    /// The brief of the hand-over at `since`, with *I have it*.
    Brief {
        since: Timestamp,
    },
    /// The pinned message that says who is on call, where there is no group for it.
    OnCallNow,
    /// The question to the other person of a swap.
    Swap {
        number: u64,
    },
    /// A page that belongs to no incident, by the rota's event `seq`.
    Summons {
        number: u64,
        seq: u32,
        to: To,
    },
    /// The page of the event `seq`.
    Page {
        seq: u32,
        to: To,
    },
}

impl PostKey {
    /// One place, one reminder: an older one there is not edited any more.
    pub fn is_replaced_by(&self, newer: &Self) -> bool {
        match (self, newer) {
            (Self::Reminder { seq: old, to, .. }, Self::Reminder { seq, to: same, .. }) => {
                to == same && old < seq
            }
            _ => false,
        }
    }

    /// The event that asked whether an incident is over, where this is that question: nothing else is announced to one person, or to
    /// whoever is on call.
    pub fn asks_whether_it_is_over(&self) -> Option<u32> {
        match self {
            Self::Announcement { seq, to: To::Person(_) | To::OnCall } => Some(*seq),
            _ => None,
        }
    }

    /// The declaration is every incident's first event.
    pub const DECLARATION: Self = Self::Announcement { seq: 1, to: To::Emergencies };
}
