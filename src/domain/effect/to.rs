//! Where messages go.

use serde::{Deserialize, Serialize};

use crate::alert::rules::Channel;
use crate::id::UserId;

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum To {
    Emergencies,
    /// The incident's own channel; the emergencies channel where it has none.
    Room,
    Person(UserId),
    /// `[channels] on_call`.
    OnCall,
    /// The channel of a source of alerts.
    Source(Channel),
    /// A call to the person's phone.
    Phone(UserId),
    /// A text to the person's phone, where the call reached nobody.
    Text(UserId),
}

impl To {
    /// The person whom it reaches, and whether by phone.
    pub fn person(&self) -> Option<(&UserId, bool)> {
        match self {
            Self::Person(person) => Some((person, false)),
            Self::Phone(person) | Self::Text(person) => Some((person, true)),
            Self::Emergencies | Self::Room | Self::OnCall | Self::Source(_) => None,
        }
    }
}
