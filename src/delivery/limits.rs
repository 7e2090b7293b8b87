//! `Retry-After`, kept per method and channel: a limit on one never delays another.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

type Key = (&'static str, Option<String>);

/// The limits that Slack has set and that have not run out. Nothing here waits; callers are told until when.
#[derive(Debug, Default)]
pub struct Limits(Mutex<HashMap<Key, Timestamp>>);

impl Limits {
    /// Until when `method` must not be called on `channel`; `None` when it may be called at `now`.
    pub fn held(&self, method: &'static str, channel: Option<&str>, now: Timestamp) -> Option<Timestamp> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(&(method, channel.map(str::to_owned))).copied().filter(|until| *until > now)
    }

    /// Holds `method` on `channel` until `until`. A longer limit that was set before stays.
    pub fn hold(&self, method: &'static str, channel: Option<&str>, until: Timestamp, now: Timestamp) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|_, until| *until > now);
        let entry = held.entry((method, channel.map(str::to_owned))).or_insert(until);
        *entry = until.max(*entry);
    }
}

#[cfg(test)]
mod tests;
