//! Who did something: somebody in Slack, somebody who is known elsewhere, an alert, or howler itself.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::alert::AlertId;
use crate::id::UserId;

/// Whoever does something, be it a person or not. A [`UserId`] is somebody in Slack and nobody else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    Slack(UserId),
    /// An alert, whose rule does it.
    Alert(AlertId),
    /// By the name they have at PagerDuty.
    PagerDuty(String),
    /// Somebody at a shell of howler's machine whom `[shell] people` does not map to Slack: a name, and nobody who could
    /// be mentioned, written to or invited.
    Shell(String),
    #[default]
    Howler,
}

impl Actor {
    /// Whom Slack can reach.
    pub fn in_slack(&self) -> Option<&UserId> {
        match self {
            Self::Slack(person) => Some(person),
            Self::Alert(_) | Self::PagerDuty(_) | Self::Shell(_) | Self::Howler => None,
        }
    }

    /// Whether it is somebody who can be asked, hold a role and have an incident.
    pub fn is_person(&self) -> bool {
        match self {
            Self::Slack(_) | Self::PagerDuty(_) | Self::Shell(_) => true,
            Self::Alert(_) | Self::Howler => false,
        }
    }

    pub fn is_howler(&self) -> bool {
        *self == Self::Howler
    }

    /// Everybody but howler itself.
    pub fn not_howler(&self) -> Option<&Self> {
        Some(self).filter(|actor| !actor.is_howler())
    }
}

impl From<UserId> for Actor {
    fn from(person: UserId) -> Self {
        Self::Slack(person)
    }
}

impl From<&UserId> for Actor {
    fn from(person: &UserId) -> Self {
        Self::Slack(person.clone())
    }
}

impl PartialEq<UserId> for Actor {
    fn eq(&self, person: &UserId) -> bool {
        self.in_slack() == Some(person)
    }
}

/// As rows have it. Slack's ids are letters and digits, so none of them can be taken for another's.
const SHELL: &str = "shell:";
const PAGERDUTY: &str = "pagerduty:";
const ALERT: &str = "alert:";

/// As it was stored.
impl From<&str> for Actor {
    fn from(stored: &str) -> Self {
        let alert = stored.strip_prefix(ALERT).and_then(|number| number.parse().ok());
        match (stored.strip_prefix(SHELL), stored.strip_prefix(PAGERDUTY), alert) {
            (Some(name), ..) => Self::Shell(name.to_owned()),
            (_, Some(name), _) => Self::PagerDuty(name.to_owned()),
            (.., Some(number)) => Self::Alert(AlertId(number)),
            (None, None, None) => Self::Slack(stored.into()),
        }
    }
}

/// For logs; people read what the view makes of it.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slack(person) => person.fmt(f),
            Self::Alert(AlertId(number)) => write!(f, "{ALERT}{number}"),
            Self::PagerDuty(name) => write!(f, "{PAGERDUTY}{name}"),
            Self::Shell(name) => write!(f, "{SHELL}{name}"),
            Self::Howler => f.write_str("howler"),
        }
    }
}

/// A text; nothing for howler itself.
impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Howler => to.serialize_none(),
            actor => to.collect_str(actor),
        }
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let stored = Option::<String>::deserialize(from)?;
        Ok(stored.map_or(Self::Howler, |stored| stored.as_str().into()))
    }
}

#[cfg(test)]
mod tests;
