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
    /// A Slack user's id, such as `U0IAN`; or somebody at a shell of howler's machine who is not known in Slack.
    UserId;
    /// A Slack conversation's id, such as `C0EMERG` or `D0IAN`.
    ChannelId;
    /// A message's `ts`: seconds since 1970 with six decimals; unique within its channel.
    MessageTs;
    /// What tells one delivery from another: an event's id, a click's or command's trigger, a view's id.
    DeliveryId;
}

/// Slack's ids are letters and digits, so nobody there can be taken for somebody at a shell.
const SHELL: &str = "shell:";
const PAGERDUTY: &str = "pagerduty:";

impl UserId {
    /// Somebody at a shell of howler's machine whom `[shell] people` does not map to Slack: a name, and nobody who could
    /// be mentioned, written to or invited.
    pub fn at_shell(name: &str) -> Self {
        Self(format!("{SHELL}{name}"))
    }

    /// Somebody who answered at PagerDuty, by the name they have there.
    pub fn at_pagerduty(name: &str) -> Self {
        Self(format!("{PAGERDUTY}{name}"))
    }

    /// The name of somebody who is known at PagerDuty only.
    pub fn pagerduty_name(&self) -> Option<&str> {
        self.0.strip_prefix(PAGERDUTY)
    }

    /// The machine's name for somebody who is not known in Slack.
    pub fn shell_name(&self) -> Option<&str> {
        self.0.strip_prefix(SHELL)
    }

    /// Whether Slack can reach this person.
    pub fn is_in_slack(&self) -> bool {
        self.shell_name().is_none() && self.pagerduty_name().is_none()
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

/// A run's number, counted from 1 and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u64);

impl RunId {
    /// As people type it: `RUN-7`, `run-7.`, `#7` or `7`.
    pub fn typed(word: &str) -> Option<Self> {
        let digits = word.trim_end_matches([',', '.', ';', ':', '!', '?']).to_uppercase();
        digits.strip_prefix("RUN-").unwrap_or(&digits).trim_start_matches('#').parse().ok().map(Self)
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
