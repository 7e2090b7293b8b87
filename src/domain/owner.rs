//! What a timer or an effect belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{IncidentId, RunId};

/// Whose timer or effect it is. In the order in which timers of one instant fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Owner {
    /// howler as a whole: private answers, and what it tells of itself. It has no events.
    Howler,
    Rota,
    Run(RunId),
    Incident(IncidentId),
}

impl Owner {
    pub fn incident(self) -> Option<IncidentId> {
        match self {
            Self::Incident(id) => Some(id),
            Self::Howler | Self::Rota | Self::Run(_) => None,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Howler => f.write_str("howler"),
            Self::Rota => f.write_str("the rota"),
            Self::Run(id) => id.fmt(f),
            Self::Incident(id) => id.fmt(f),
        }
    }
}
