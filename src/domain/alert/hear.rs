//! One delivery of a source, as the desk takes it.

use serde::{Deserialize, Serialize};

use super::signal::{Heard, Source};
use crate::id::DeliveryId;

/// Longest body that is kept of what could not be understood, in bytes.
pub const RAW_MOST: usize = 64 << 10;

/// What one delivery says, and its name. The same name counts once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub source: Source,
    pub heard: Heard,
    /// The body, where something of it could not be understood.
    pub raw: Option<Raw>,
}

impl Delivery {
    /// How much there is to decide.
    pub fn weight(&self) -> usize {
        1 + self.heard.signals.len() + self.heard.changes.len()
    }
}

/// A body as it came, cut to [`RAW_MOST`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raw {
    /// What is no UTF-8 is marked as such.
    pub text: String,
    /// How long it was before it was cut, in bytes.
    pub bytes: usize,
}

impl Raw {
    pub fn of(body: &[u8]) -> Self {
        let kept = body.get(..RAW_MOST).unwrap_or(body);
        Self { text: String::from_utf8_lossy(kept).into_owned(), bytes: body.len() }
    }

    pub fn is_cut(&self) -> bool {
        self.bytes > RAW_MOST
    }
}

/// Why a delivery does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHeard {
    /// More waits than is good for memory and for people's own requests.
    #[error("too much waits to be decided")]
    Busy,
    /// So many alerts are open that it may open no more; of what it says, ends and what is bad were saved.
    #[error("too many alerts are open")]
    Full,
    /// It could not be saved or decided.
    #[error("it could not be saved")]
    NotSaved,
}
