//! `Retry-After`, kept per method and channel: a limit on one never delays another.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::domain::effect::Lane;
use crate::id::{ChannelId, EffectId};

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

/// An effect that did not come back at its turn was given up or overtaken, and is not waited for.
const ABSENT: SignedDuration = SignedDuration::from_secs(60);

type Queue = (&'static str, ChannelId);

/// Whose turn it is when a limit ends. Thousands may wait behind one: were they all to try at its end, one would get
/// through and the others would be told to wait again, every time.
#[derive(Debug, Default)]
pub struct Turns(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    lines: HashMap<Queue, Line>,
    /// Where an effect stands.
    places: HashMap<EffectId, Queue>,
}

/// Effects behind one limit, the oldest first: whoever is limited again keeps the place.
#[derive(Debug)]
struct Line {
    /// When the first may try.
    opens: Timestamp,
    /// When each tries.
    turns: BTreeMap<EffectId, Timestamp>,
}

impl Line {
    /// The turn of `effect`: a second after each of those before it.
    fn turn(&self, effect: EffectId) -> Timestamp {
        let before = i64::try_from(self.turns.range(..effect).count()).unwrap_or(i64::MAX);
        self.opens
            .saturating_add(SignedDuration::from_secs(before.saturating_mul(PACE.as_secs())))
            .unwrap_or(Timestamp::MAX)
    }
}

impl Turns {
    /// When `effect` of `lane` tries again in `channel`, where it is limited until `until`: a page at once, the others a
    /// second apart in the order in which they came to be, and a card after what has something new to say.
    pub fn take(
        &self,
        effect: EffectId,
        lane: &Lane,
        channel: &ChannelId,
        until: Timestamp,
        now: Timestamp,
    ) -> Timestamp {
        let opens = match lane {
            // Pages without an incident are among these.
            Lane::Page(_) | Lane::OnCall => return until,
            Lane::Announce(_) | Lane::Room(_) | Lane::Whisper(_) | Lane::Backup(_) => until,
            // Looks do not speak to Slack.
            Lane::Look(..) | Lane::Act(_) | Lane::Stop(_) => until,
            Lane::RunSays(_) => until,
            Lane::Show(_) | Lane::Group | Lane::RunCard(_) | Lane::RunNews(_) => {
                until.saturating_add(PACE).unwrap_or(Timestamp::MAX)
            }
        };
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Lines { lines, places } = &mut *lines;
        lines.retain(|_, line| {
            line.turns.retain(|effect, turn| {
                let waits = turn.saturating_add(ABSENT).is_ok_and(|gone| gone > now);
                if !waits {
                    places.remove(effect);
                }
                waits
            });
            !line.turns.is_empty()
        });
        let key = (lane.class(), channel.clone());
        let line = lines.entry(key.clone()).or_insert_with(|| Line { opens, turns: BTreeMap::new() });
        line.opens = line.opens.max(opens);
        let turn = line.turn(effect);
        line.turns.insert(effect, turn);
        places.insert(effect, key);
        turn
    }

    /// Until when `effect` must wait because the limit was set anew after its turn was told, and others are before it.
    /// Where it need not, it leaves the line.
    pub fn early(&self, effect: EffectId, now: Timestamp) -> Option<Timestamp> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Lines { lines, places } = &mut *lines;
        let line = lines.get_mut(places.get(&effect)?)?;
        let turn = line.turn(effect);
        if turn > now {
            line.turns.insert(effect, turn);
            return Some(turn);
        }
        line.turns.remove(&effect);
        places.remove(&effect);
        None
    }
}

/// Edits of run cards, of all runs together: Slack takes 50 edits a minute of one app, and incidents need some of them.
/// Whoever has to wait shows what is true then, so ticks that come meanwhile become one edit.
#[derive(Debug, Default)]
pub struct Edits(Mutex<Timestamp>);

/// In the long run an edit comes after the last one by this.
const EDIT_EVERY: SignedDuration = SignedDuration::from_millis(1_600);
/// So many may come at once.
const EDITS_AT_ONCE: i32 = 12;

impl Edits {
    /// Takes one edit at `now`. A `tick`, which shows only what a program printed meanwhile, leaves half of them to news.
    ///
    /// # Errors
    /// When one may be taken again.
    pub fn take(&self, now: Timestamp, tick: bool) -> Result<(), Timestamp> {
        let mut paid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = (*paid).max(now);
        let at_once = if tick { EDITS_AT_ONCE / 2 } else { EDITS_AT_ONCE };
        let ahead = EDIT_EVERY * (at_once - 1);
        let free = next.saturating_sub(ahead).unwrap_or(now);
        if free > now {
            return Err(free);
        }
        *paid = next.saturating_add(EDIT_EVERY).unwrap_or(Timestamp::MAX);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
