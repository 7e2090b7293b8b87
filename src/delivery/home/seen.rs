//! Who opened howler's Home tab lately, and what stands there. In memory alone: a start forgets it, and opening the tab
//! publishes it anew.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use domain::home::Home;
use domain::id::UserId;

/// So long after somebody opened it a Home follows what happens.
const FOLLOWED: SignedDuration = SignedDuration::from_hours(1);
/// So many are followed, those that were opened last: what all of them cost in calls stays within Slack's limit.
const MOST: usize = 100;
/// After so many failures in a row a Home is left alone until it is opened again.
const FAILURES_MOST: u32 = 5;
/// The first wait after a failure; it doubles.
const AGAIN: SignedDuration = SignedDuration::from_secs(5);

/// The Homes that are looked at.
#[derive(Debug, Default)]
pub struct Homes {
    seen: Mutex<BTreeMap<UserId, Seen>>,
    /// Rings when one is opened.
    pub news: Notify,
}

#[derive(Debug, Default)]
struct Seen {
    opened: Timestamp,
    /// Counts how often it was asked for, and what of that is answered.
    asked: u64,
    answered: u64,
    /// Slack's name for what stands there.
    hash: Option<String>,
    shown: Option<Home>,
    not_before: Timestamp,
    failures: u32,
}

impl Seen {
    fn waits(&self) -> bool {
        self.answered < self.asked
    }
}

/// One Home to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub person: UserId,
    /// It was opened, and nothing was published since.
    pub opened: bool,
    pub hash: Option<String>,
    asked: u64,
}

impl Homes {
    /// `person` opened the tab, where Slack shows what it calls `hash`; `None` where nothing stands yet.
    pub fn opened(&self, person: &UserId, hash: Option<String>, now: Timestamp) {
        self.asked(person, now, |seen| seen.hash = hash);
    }

    /// `person` pressed something there, so it is open.
    pub fn used(&self, person: &UserId, now: Timestamp) {
        self.asked(person, now, |_| {});
    }

    fn asked(&self, person: &UserId, now: Timestamp, change: impl FnOnce(&mut Seen)) {
        let mut all = self.lock();
        let seen = all.entry(person.clone()).or_default();
        (seen.opened, seen.failures) = (now, 0);
        seen.asked += 1;
        change(seen);
        if all.len() > MOST
            && let Some(oldest) =
                all.iter().min_by_key(|(_, seen)| seen.opened).map(|(person, _)| person.clone())
        {
            all.remove(&oldest);
        }
        drop(all);
        self.news.notify_one();
    }

    /// Those that are followed at `now`; the others are forgotten. Whoever has just opened theirs comes first.
    pub fn followed(&self, now: Timestamp) -> Vec<UserId> {
        let mut all = self.lock();
        all.retain(|_, seen| seen.waits() || now.duration_since(seen.opened) < FOLLOWED);
        let mut people: Vec<_> = all.iter().map(|(person, seen)| (!seen.waits(), person.clone())).collect();
        people.sort();
        people.into_iter().map(|(_, person)| person).collect()
    }

    /// The first that was opened and may be published at `now`.
    pub fn waiting(&self, now: Timestamp) -> Option<UserId> {
        let all = self.lock();
        let waiting = all.iter().filter(|(_, seen)| seen.waits() && seen.not_before <= now);
        waiting.min_by_key(|(_, seen)| seen.opened).map(|(person, _)| person.clone())
    }

    /// When the next may be published that was held back.
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let held = |seen: &Seen| Some(seen.not_before).filter(|at| *at > now);
        self.lock().values().filter_map(held).min()
    }

    /// What publishing `person`'s needs to know; nothing where it is not followed or held back.
    pub fn due(&self, person: &UserId, now: Timestamp) -> Option<Due> {
        let all = self.lock();
        let seen = all.get(person).filter(|seen| seen.not_before <= now)?;
        let (person, opened, hash) = (person.clone(), seen.waits(), seen.hash.clone());
        Some(Due { person, opened, hash, asked: seen.asked })
    }

    /// Whether `home` stands there already.
    pub fn stands(&self, home: &Home) -> bool {
        self.lock().get(&home.person).is_some_and(|seen| seen.shown.as_ref() == Some(home))
    }

    pub fn published(&self, due: &Due, home: Home, hash: Option<String>) {
        if let Some(seen) = self.lock().get_mut(&due.person) {
            (seen.answered, seen.failures) = (due.asked, 0);
            (seen.hash, seen.shown, seen.not_before) = (hash, Some(home), Timestamp::MIN);
        }
    }

    /// Slack asked to wait.
    pub fn hold(&self, person: &UserId, until: Timestamp) {
        if let Some(seen) = self.lock().get_mut(person) {
            seen.not_before = until;
        }
    }

    /// What stands there is not known. It is tried again later; false where it was tried often enough, and is left alone until it
    /// is opened again.
    pub fn failed(&self, person: &UserId, now: Timestamp) -> bool {
        let mut all = self.lock();
        let Some(seen) = all.get_mut(person) else { return false };
        seen.failures += 1;
        if seen.failures > FAILURES_MOST {
            all.remove(person);
            return false;
        }
        seen.shown = None;
        let wait = AGAIN.saturating_mul(1 << (seen.failures - 1));
        seen.not_before = now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        true
    }

    /// It cannot be published before somebody changes something.
    pub fn forget(&self, person: &UserId) {
        self.lock().remove(person);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<UserId, Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
