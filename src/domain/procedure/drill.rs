//! Drills: every procedure is tried by day, so that it can be trusted by night. All of its checks are asked and all of its actions
//! prepared; nothing is changed. What could not be told is said with the reason.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::oncall::zone::Zone;

/// One that was tried longer ago than this says nothing about tonight.
pub const STALE: SignedDuration = SignedDuration::from_hours(90 * 24);
/// People are there to read what is found.
const HOURS: std::ops::Range<i8> = 10..16;
/// Most gaps of one procedure that are kept.
const GAPS_MOST: usize = 8;
/// A drill that could not be saved, or that an incident keeps waiting, is looked at again after this.
const AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// How often every procedure is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Drill {
    Off,
    Daily,
    Weekly,
}

impl Drill {
    /// The days from one drill to the next.
    fn days(self) -> Option<i64> {
        match self {
            Self::Off => None,
            Self::Daily => Some(1),
            Self::Weekly => Some(7),
        }
    }
}

/// What a drill of one procedure found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drilled {
    pub at: Timestamp,
    pub checks: usize,
    /// Checks that could tell, whatever they told.
    pub could: usize,
    pub actions: usize,
    /// Actions that could be prepared.
    pub ready: usize,
    /// The first of what could not.
    pub gaps: Vec<Gap>,
}

/// What could not be told or prepared, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub what: String,
    pub why: String,
}

impl Drilled {
    /// Of one that could not even begin: nothing was asked.
    pub fn not_begun(at: Timestamp, why: String) -> Self {
        let gap = Gap { what: String::new(), why };
        Self { at, checks: 0, could: 0, actions: 0, ready: 0, gaps: vec![gap] }
    }

    /// `gaps` in any number.
    pub fn with_gaps(self, gaps: impl Iterator<Item = Gap>) -> Self {
        Self { gaps: gaps.take(GAPS_MOST).collect(), ..self }
    }

    /// All of it could be told and prepared.
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty() && self.could == self.checks && self.ready == self.actions
    }
}

/// The last drill of each procedure by its name: a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drills {
    pub last: BTreeMap<String, Drilled>,
}

impl Drills {
    /// Takes in a drill. What is not in the runbook any more is forgotten.
    pub fn take(&mut self, found: &BTreeMap<String, Drilled>, runbook: impl Fn(&str) -> bool) {
        self.last.extend(found.iter().map(|(name, drilled)| (name.clone(), drilled.clone())));
        self.last.retain(|name, _| runbook(name));
    }

    /// The procedures that are to be tried at `now`, of those that `all` names: by day, while nothing is wrong.
    pub fn due<'a>(&self, all: impl Iterator<Item = &'a str>, drill: Drill, now: Now<'_>) -> Vec<String> {
        let Some(days) = drill.days() else { return Vec::new() };
        if !now.is_working_time() || now.open > 0 {
            return Vec::new();
        }
        let today = now.zone.civil(now.at).date();
        let is_old = |name: &&str| {
            let last = self.last.get(*name).map(|drilled| now.zone.civil(drilled.at).date());
            last.is_none_or(|last| last > today || today.duration_since(last).as_hours() >= days * 24)
        };
        all.filter(is_old).map(str::to_owned).collect()
    }
}

/// What a drill waits for.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    pub at: Timestamp,
    /// Whose working time counts: the rotation's.
    pub zone: &'a Zone,
    /// Open incidents: while there is one the tools are people's.
    pub open: usize,
}

impl Now<'_> {
    fn is_working_time(&self) -> bool {
        let local = self.zone.civil(self.at);
        !matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday) && HOURS.contains(&local.hour())
    }
}

/// When it is looked again whether something is due.
pub fn again(now: Timestamp) -> Timestamp {
    now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Timestamp {
        format!("{}:00Z", text.replace(' ', "T")).parse().unwrap()
    }

    fn drilled(at: &str) -> Drilled {
        Drilled { at: ts(at), checks: 2, could: 2, actions: 1, ready: 1, gaps: Vec::new() }
    }

    #[test]
    fn by_day_in_the_week_and_while_nothing_is_wrong() {
        let zone = Zone::named("Europe/Berlin").unwrap();
        let mut drills = Drills::default();
        drills.take(&BTreeMap::from([("queue".to_owned(), drilled("2026-11-23 09:30"))]), |_| true);
        let due = |drill, at: &str, open| {
            let now = Now { at: ts(at), zone: &zone, open };
            drills.due(["queue", "redis"].into_iter(), drill, now).join(" ")
        };
        // 2026-11-23 is a Monday, and Berlin is an hour ahead.
        for (drill, at, open, expected) in [
            (Drill::Weekly, "2026-11-23 10:00", 0, "redis"),
            (Drill::Weekly, "2026-11-29 10:00", 0, ""),
            (Drill::Weekly, "2026-11-30 08:59", 0, ""),
            (Drill::Weekly, "2026-11-30 09:00", 0, "queue redis"),
            (Drill::Weekly, "2026-11-30 14:59", 0, "queue redis"),
            (Drill::Weekly, "2026-11-30 15:00", 0, ""),
            (Drill::Weekly, "2026-11-30 09:00", 1, ""),
            (Drill::Daily, "2026-11-23 14:00", 0, "redis"),
            (Drill::Daily, "2026-11-24 09:00", 0, "queue redis"),
            (Drill::Off, "2026-11-30 09:00", 0, ""),
            // A clock that went back says nothing of the last one.
            (Drill::Weekly, "2026-11-20 09:00", 0, "queue redis"),
        ] {
            assert_eq!(due(drill, at, open), expected, "{drill:?} {at} {open}");
        }
    }

    #[test]
    fn what_left_the_runbook_is_forgotten() {
        let mut drills = Drills::default();
        let one = |name: &str| BTreeMap::from([(name.to_owned(), drilled("2026-11-23 09:30"))]);
        drills.take(&one("queue"), |_| true);
        drills.take(&one("redis"), |name| name != "queue");
        assert_eq!(drills.last.keys().collect::<Vec<_>>(), ["redis"]);
    }
}
