//! How the connections are, for those who run howler.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// A view on the connections; clones show the same.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Mutex<Vec<Slot>>>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Slot {
    /// The first attempt is under way.
    Opening,
    Open,
    /// Broken, and why.
    Waiting {
        reason: String,
        until: Timestamp,
    },
}

impl Watch {
    pub(super) fn new(slots: usize) -> Self {
        Self(Arc::new(Mutex::new(vec![Slot::Opening; slots])))
    }

    pub(super) fn open(&self, slot: usize) {
        self.set(slot, Slot::Open);
    }

    /// Not connected; the next attempt is at `until`.
    pub(super) fn waiting(&self, slot: usize, reason: String, until: Timestamp) {
        self.set(slot, Slot::Waiting { reason, until });
    }

    /// One line: connected, or known not to be and why.
    pub fn words(&self) -> String {
        let slots = self.slots();
        let open = slots.iter().filter(|slot| **slot == Slot::Open).count();
        let trouble = slots.iter().find_map(|slot| match slot {
            Slot::Waiting { reason, until } => Some(format!("{reason}; next try {until:.0}")),
            Slot::Opening | Slot::Open => None,
        });
        let all = slots.len();
        match (open, trouble) {
            (0, Some(trouble)) => format!("not connected: {trouble}"),
            (0, None) => "not connected yet".to_owned(),
            (open, Some(trouble)) => format!("connected ({open} of {all} connections; {trouble})"),
            (open, None) => format!("connected ({open} of {all} connections)"),
        }
    }

    fn set(&self, slot: usize, state: Slot) {
        if let Some(slot) = self.slots().get_mut(slot) {
            *slot = state;
        }
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_the_connections() {
        let watch = Watch::new(2);
        assert_eq!(watch.words(), "not connected yet");
        watch.open(0);
        assert_eq!(watch.words(), "connected (1 of 2 connections)");
        watch.open(1);
        assert_eq!(watch.words(), "connected (2 of 2 connections)");
        let at = Timestamp::from_second(0).expect("an instant");
        watch.waiting(1, "it broke".into(), at);
        assert_eq!(watch.words(), "connected (1 of 2 connections; it broke; next try 1970-01-01T00:00:00Z)");
        watch.waiting(0, "no token".into(), at);
        assert_eq!(watch.words(), "not connected: no token; next try 1970-01-01T00:00:00Z");
    }
}
