//! Why somebody could not be reached, as Slack or the phone provider said it.

use serde::{Deserialize, Serialize};

/// Why a page did not arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoWay {
    /// Their Slack account is deactivated. They left, so their phone is left alone as well.
    Left,
    /// Slack knows nobody by this id.
    Unknown,
    /// It is a bot's account.
    Bot,
    /// howler's app takes and sends no direct messages.
    DirectMessagesOff,
    /// The provider calls no such number.
    Number,
    /// Anything else, in words.
    Other(String),
}

impl NoWay {
    /// Whether it is about the person and lasts until somebody changes something: they are not called again meanwhile.
    pub fn lasts(&self) -> bool {
        matches!(self, Self::Left | Self::Unknown | Self::Bot)
    }
}
