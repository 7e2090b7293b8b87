//! What a timer or an effect belongs to.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::alert::AlertId;
use super::alert::group::GroupId;
use super::alert::silence::SilenceId;
use super::credential::CredentialId;
use super::maintenance::MaintenanceId;
use crate::id::{IncidentId, RunId};

/// Whose timer or effect it is. In the order in which timers of one instant fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Owner {
    /// howler as a whole: private answers, and what it tells of itself. It has no events.
    Howler,
    Rota,
    Run(RunId),
    Maintenance(MaintenanceId),
    Alert(AlertId),
    Silence(SilenceId),
    AlertGroup(GroupId),
    Credential(CredentialId),
    Incident(IncidentId),
}

impl Owner {
    pub fn incident(self) -> Option<IncidentId> {
        match self {
            Self::Incident(id) => Some(id),
            _ => None,
        }
    }

    /// Its number among those of its kind; `None` where there is one alone.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Howler | Self::Rota => None,
            Self::Run(id) => Some(id.0),
            Self::Maintenance(id) => Some(id.0),
            Self::Alert(id) => Some(id.0),
            Self::Silence(id) => Some(id.0),
            Self::AlertGroup(id) => Some(id.0),
            Self::Credential(id) => Some(id.0),
            Self::Incident(id) => Some(id.0),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Howler => f.write_str("howler"),
            Self::Rota => f.write_str("the rota"),
            Self::Run(id) => id.fmt(f),
            Self::Maintenance(id) => id.fmt(f),
            Self::Alert(id) => id.fmt(f),
            Self::Silence(id) => id.fmt(f),
            Self::AlertGroup(id) => id.fmt(f),
            Self::Credential(id) => id.fmt(f),
            Self::Incident(id) => id.fmt(f),
        }
    }
}
