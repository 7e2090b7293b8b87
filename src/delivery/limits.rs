//! `Retry-After`, kept per method and channel: a limit on one never delays another. Behind a limit calls go one a second, the
//! most pressing first.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::job::Urgency;
use domain::effect::Lane;
use domain::id::{ChannelId, EffectId};

type Key = (&'static str, Option<String>);

/// The limits that Slack has set. Nothing here waits; callers are told until when.
#[derive(Debug, Default)]
pub struct Limits(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    until: HashMap<Key, Timestamp>,
    last: Last,
}

/// The last look at the clock. A limit is so many seconds long: where the clock was set back since, its end is, too.
#[derive(Debug, Default)]
struct Last(Timestamp);

impl Last {
    /// How far the clock was set back since, at least.
    fn set_back(&mut self, now: Timestamp) -> Option<SignedDuration> {
        let before = std::mem::replace(&mut self.0, now);
        (now < before).then(|| before.duration_since(now))
    }
}

fn earlier(instant: &mut Timestamp, by: SignedDuration) {
    *instant = instant.saturating_sub(by).unwrap_or(Timestamp::MIN);
}

impl Held {
    fn look(&mut self, now: Timestamp) -> &mut HashMap<Key, Timestamp> {
        if let Some(by) = self.last.set_back(now) {
            self.until.values_mut().for_each(|until| earlier(until, by));
        }
        &mut self.until
    }
}

/// So long after a limit its end is remembered: who calls meanwhile keeps the pace.
const CROWDED: SignedDuration = SignedDuration::from_secs(10);

impl Limits {
    /// Takes leave to call `method` on `channel` at `now`. After a limit one call has it, and the next a second later: were
    /// all to call at the limit's end, one would get through, and Slack would count the others.
    ///
    /// # Errors
    /// Until when it must not be called.
    pub fn enter(
        &self,
        method: &'static str,
        channel: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.look(now);
        let Some(until) = held.get_mut(&(method, channel.map(str::to_owned))) else { return Ok(()) };
        if *until > now {
            return Err(*until);
        }
        // Crowds form where messages go. An invitation may call twice, and would wait for itself for ever.
        if method.starts_with("chat.") && channel.is_some() && is_crowded(*until, now) {
            *until = now.saturating_add(PACE).unwrap_or(Timestamp::MAX);
        }
        Ok(())
    }

    /// Holds `method` on `channel` until `until`. A longer limit that was set before stays.
    pub fn hold(&self, method: &'static str, channel: Option<&str>, until: Timestamp, now: Timestamp) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.look(now);
        held.retain(|_, until| is_crowded(*until, now));
        let entry = held.entry((method, channel.map(str::to_owned))).or_insert(until);
        *entry = until.max(*entry);
    }
}

fn is_crowded(until: Timestamp, now: Timestamp) -> bool {
    until.saturating_add(CROWDED).is_ok_and(|forgotten| forgotten > now)
}

/// What Slack takes of one app in one channel, in the long run: a message a second.
const PACE: SignedDuration = SignedDuration::from_secs(1);

/// Others come back after so long where something more pressing has its turn.
const COURTESY: SignedDuration = SignedDuration::from_millis(100);

/// An effect that did not come back at its turn was given up or overtaken, and is not waited for.
const ABSENT: SignedDuration = SignedDuration::from_secs(60);

type Queue = (&'static str, ChannelId);

/// Lines that go before the others of their channel.
const PAGES: &str = "pages";
const PRESSING: &str = "pressing";

/// Whose turn it is when a limit ends. Thousands may wait behind one: were they all to try at its end, one would get
/// through and the others would be told to wait again, every time.
#[derive(Debug, Default)]
pub struct Turns(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    lines: HashMap<Queue, Line>,
    /// Where an effect stands.
    places: HashMap<EffectId, Queue>,
    last: Last,
}

impl Lines {
    fn look(&mut self, now: Timestamp) -> &mut Self {
        if let Some(by) = self.last.set_back(now) {
            for line in self.lines.values_mut() {
                earlier(&mut line.opens, by);
                line.turns.values_mut().for_each(|turn| earlier(turn, by));
            }
        }
        self
    }
}

/// Effects behind one limit, the oldest first: whoever is limited again keeps the place.
#[derive(Debug)]
struct Line {
    /// When the next may try.
    opens: Timestamp,
    /// When each tries.
    turns: BTreeMap<EffectId, Timestamp>,
}

impl Line {
    /// Whether somebody of it is about to call.
    fn is_due(&self, now: Timestamp) -> bool {
        let soon = now.saturating_add(COURTESY).unwrap_or(Timestamp::MAX);
        self.turns
            .values()
            .any(|turn| *turn <= soon && turn.saturating_add(PACE).is_ok_and(|over| now < over))
    }

    /// The turn of `effect`: a second after each of those before it.
    fn turn(&self, effect: EffectId) -> Timestamp {
        let before = i64::try_from(self.turns.range(..effect).count()).unwrap_or(i64::MAX);
        self.opens
            .saturating_add(SignedDuration::from_secs(before.saturating_mul(PACE.as_secs())))
            .unwrap_or(Timestamp::MAX)
    }
}

impl Turns {
    /// When `effect` of `lane` tries again in `channel`, where it is limited until `until`: a page at once, what is pressing in a
    /// line of its own, the others after these, a second apart in the order in which they came to be, and a card after what has
    /// something new to say.
    pub fn take(
        &self,
        effect: EffectId,
        (lane, urgency): (&Lane, Urgency),
        channel: &ChannelId,
        until: Timestamp,
        now: Timestamp,
    ) -> Timestamp {
        let shows = matches!(
            lane,
            Lane::Show(_)
                | Lane::Group
                | Lane::RunCard(_)
                | Lane::RunNews(_)
                | Lane::Alerts(_)
                | Lane::Pictures(_)
        );
        let (class, opens) = match urgency {
            Urgency::Page => (PAGES, until),
            Urgency::Pressing => (PRESSING, until),
            Urgency::Usual if shows => (lane.class(), until.saturating_add(PACE).unwrap_or(Timestamp::MAX)),
            Urgency::Usual => (lane.class(), until),
        };
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Lines { lines, places, .. } = lines.look(now);
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
        let key = (class, channel.clone());
        let line = lines.entry(key.clone()).or_insert_with(|| Line { opens, turns: BTreeMap::new() });
        line.opens = line.opens.max(opens);
        let turn = if class == PAGES { until } else { line.turn(effect) };
        line.turns.insert(effect, turn);
        places.insert(effect, key);
        turn
    }

    /// Until when `effect` must wait because the limit was set anew after its turn was told, and others are before it.
    /// Where it need not, it leaves the line, and the next one's second begins: many may have been told the same time before
    /// the others were there.
    pub fn early(&self, effect: EffectId, now: Timestamp) -> Option<Timestamp> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Lines { lines, places, .. } = lines.look(now);
        let (class, channel) = places.get(&effect)?.clone();
        let before: &[_] = match class {
            PAGES => &[],
            PRESSING => &[PAGES],
            _ => &[PAGES, PRESSING],
        };
        let is_due =
            |class: &&'static str| lines.get(&(*class, channel.clone())).is_some_and(|line| line.is_due(now));
        let yields = before.iter().any(is_due);
        let line = lines.get_mut(&(class, channel))?;
        let turn = match class {
            PAGES => now,
            _ if yields => line.turn(effect).max(now.saturating_add(COURTESY).unwrap_or(Timestamp::MAX)),
            _ => line.turn(effect),
        };
        if turn > now {
            line.turns.insert(effect, turn);
            return Some(turn);
        }
        line.turns.remove(&effect);
        places.remove(&effect);
        line.opens = line.opens.saturating_add(PACE).unwrap_or(Timestamp::MAX);
        None
    }
}

/// Edits of run cards, of all runs together: Slack takes 50 edits a minute of one app, and incidents need some of them.
/// Whoever has to wait shows what is true then, so ticks that come meanwhile become one edit.
#[derive(Debug, Default)]
pub struct Edits(Mutex<(Timestamp, Last)>);

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
        let (paid, last) = &mut *paid;
        if let Some(by) = last.set_back(now) {
            earlier(paid, by);
        }
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
