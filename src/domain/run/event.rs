//! What happened in a run. A run is its list of events; they are never changed, only added to.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::effect::To;
use crate::domain::procedure::fill::Given;
use crate::domain::procedure::{Finding, Procedure};
use crate::id::{ChannelId, IncidentId, MessageTs, UserId};

/// One event. `seq` counts from 1 within its run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunEvent {
    pub seq: u32,
    pub at: Timestamp,
    /// `None` is howler itself.
    pub by: Option<UserId>,
    pub kind: RunEventKind,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RunEventKind {
    /// Somebody asked for a procedure; it is kept as it was then.
    Asked(Box<Asked>),
    /// The checks are asked anew.
    LookedAgain,
    /// A check's answer.
    Found {
        check: String,
        finding: Finding,
    },
    /// The facts lead to this rung, counted from 0.
    Led {
        rung: usize,
    },
    /// The step was left behind: it was done, or does not fit.
    Stepped {
        rung: usize,
    },
    Posted {
        channel: ChannelId,
        message: MessageTs,
    },
    Over(End),
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub procedure: Arc<Procedure>,
    pub given: Given,
    pub incident: Option<IncidentId>,
    /// Where its card is.
    pub to: To,
    pub checks: BTreeSet<String>,
}

/// How a run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Every check passes.
    Well,
    /// What was asked is answered; there is no step to take.
    Told,
    /// No further step is left.
    NoStepLeft,
    Aborted,
}
