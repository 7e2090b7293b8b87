//! What happened to a maintenance. It is its list of events; they are never changed, only added to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::timer::Lateness;

/// One event. `seq` counts from 1 within its maintenance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaintenanceEvent {
    pub seq: u32,
    pub at: Timestamp,
    #[serde(default)]
    pub by: Actor,
    pub kind: MaintenanceEventKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MaintenanceEventKind {
    Scheduled {
        title: String,
        from: Timestamp,
        until: Timestamp,
    },
    /// Its time is over.
    Over {
        late: Option<Lateness>,
    },
    /// Somebody ended it, or called it off before it began.
    Done,
}
