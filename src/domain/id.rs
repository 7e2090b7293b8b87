//! Names of things: typed, so that a channel is never taken for a person.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text_id! {
    /// A Slack user's id, such as `U0IAN`. Whoever else does something is an [`Actor`](crate::actor::Actor).
    UserId;
    /// A Slack conversation's id, such as `C0EMERG` or `D0IAN`.
    ChannelId;
    /// A message's `ts`: seconds since 1970 with six decimals; unique within its channel.
    MessageTs;
    /// What tells one delivery from another: an event's id, a click's or command's trigger, a view's id.
    DeliveryId;
}

impl DeliveryId {
    /// Whether a button was pressed: it said what it does before.
    pub fn is_press(&self) -> bool {
        self.0.starts_with("act:")
    }
}

/// An incident's number, counted from 1 and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(pub u64);

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INC-{}", self.0)
    }
}

/// A number as people type it, with or without its `prefix` in capitals: `RUN-7`, `run-7.`, `#7` or `7`.
pub(crate) fn typed_number(word: &str, prefix: &str) -> Option<u64> {
    let digits = word.trim_end_matches([',', '.', ';', ':', '!', '?']).to_uppercase();
    digits.strip_prefix(prefix).unwrap_or(&digits).trim_start_matches('#').parse().ok()
}

/// A run's number, counted from 1 and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u64);

impl RunId {
    /// As people type it: `RUN-7`, `run-7.`, `#7` or `7`.
    pub fn typed(word: &str) -> Option<Self> {
        typed_number(word, "RUN-").map(Self)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RUN-{}", self.0)
    }
}

/// An outgoing effect's number, counted from 1 within one store and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectId(pub u64);
