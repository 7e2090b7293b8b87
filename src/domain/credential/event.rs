//! What happened to a secret that is to be rotated. It is its list of events; they are never changed, only added to.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::plan::{Lives, Plan};
use crate::actor::Actor;
use crate::timer::Lateness;

/// One event. `seq` counts from 1 within its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialEvent {
    pub seq: u32,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Actor::is_howler")]
    pub by: Actor,
    pub kind: CredentialEventKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialEventKind {
    /// The configuration lists it, or lists it otherwise than before.
    Listed(Box<Plan>),
    /// The configuration does not list it any more.
    Unlisted,
    /// It has a new value since `on`. `said`: who told; nobody in particular is the person who recorded it.
    Rotated {
        on: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<Lives>,
    },
    /// The last rotation was none.
    Undone,
    /// Its owner was reminded that it is due on `due`, at the reminder's instant `at`.
    Reminded { due: Date, at: Timestamp, late: Option<Lateness> },
    /// A reminder that came up at night waits until then.
    Held { until: Timestamp, late: Option<Lateness> },
}
