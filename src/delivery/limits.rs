//! `Retry-After`, kept per method and channel: a limit on one never delays another.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::domain::effect::Lane;
use crate::id::ChannelId;

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

/// What Slack takes of one app in one channel, in the long run: a message a second.
const PACE: SignedDuration = SignedDuration::from_secs(1);

/// Whose turn it is when a limit ends. Thousands may wait behind one: were they all to try at its end, one would get
/// through and the others would be told to wait again, every time.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<(&'static str, ChannelId), Timestamp>>);

impl Turns {
    /// When `lane` tries again in `channel`, where it is limited until `until`: a page at once, the others in the order
    /// in which they ask, a second apart, and a card after what has something new to say.
    pub fn take(&self, lane: &Lane, channel: &ChannelId, until: Timestamp, now: Timestamp) -> Timestamp {
        let later = |at: Timestamp| at.saturating_add(PACE).unwrap_or(Timestamp::MAX);
        let first = match lane {
            Lane::Page(_) => return until,
            Lane::Announce(_) | Lane::Room(_) | Lane::Whisper(_) | Lane::Backup(_) => until,
            Lane::Show(_) => later(until),
        };
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.retain(|_, last| *last > now);
        let key = (lane.class(), channel.clone());
        let turn = last.get(&key).map_or(first, |last| first.max(later(*last)));
        last.insert(key, turn);
        turn
    }
}

#[cfg(test)]
mod tests;
