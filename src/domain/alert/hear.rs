//! One delivery of a source, as the desk takes it.

use serde::{Deserialize, Serialize};

use super::bound::SHARE;
use super::signal::{Heard, Signal, Source};
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
    /// A sign for its body, where whoever sends it named it: another body under the same name is a mistake that is told.
    pub body: Option<String>,
    /// By what its source was known; `None` where it is howler's own.
    pub checked: Option<Checked>,
}

/// By what a source is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// It signs what it sends.
    Signature,
    /// It knows a secret, in the address, in a header or in the body.
    Token,
}

impl Delivery {
    /// How much there is to decide and to keep until then: a long signal counts as several, and so does what was not understood.
    pub fn weight(&self) -> usize {
        let signals: usize = self.heard.signals.iter().map(Signal::weight).sum();
        let raw = self.raw.as_ref().map_or(0, |raw| raw.text.len() / SHARE);
        1 + signals + self.heard.changes.len() + raw
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
    /// Whoever sends it named it, and it was saved under that name before: this time nothing changed.
    #[error("it was saved before")]
    Repeated,
    /// Under the name that it was given something else was saved before.
    #[error("something else was saved under the same name")]
    OtherBody,
    /// It could not be saved or decided.
    #[error("it could not be saved")]
    NotSaved,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::signal::{Said, Trouble};

    #[test]
    fn a_delivery_weighs_what_it_holds_and_not_what_it_counts() {
        let signal = |text: usize| Signal {
            source: Source::Events,
            key: "k".into(),
            said: Said::Firing,
            trouble: Trouble::Other,
            severity: None,
            title: "t".into(),
            facts: [("a".to_owned(), "x".repeat(text))].into(),
            links: Vec::new(),
            at: None,
            order: None,
        };
        let delivery = |signals: Vec<Signal>, raw: usize| Delivery {
            id: DeliveryId("d".into()),
            source: Source::Events,
            heard: Heard { signals, ..Heard::default() },
            raw: (raw > 0).then(|| Raw::of(&vec![b'x'; raw])),
            checked: None,
            body: None,
        };
        for (signals, raw, weight) in [
            (vec![], 0, 1),
            (vec![signal(10)], 0, 2),
            (vec![signal(10), signal(10)], 0, 3),
            (vec![signal(40 << 10)], 0, 12),
            (vec![], 32 << 10, 9),
        ] {
            assert_eq!(delivery(signals, raw).weight(), weight);
        }
    }
}
