//! What a watch knows between two readings, and the step from one to the next.
//!
//! Three states: fine, breached (at warning or critical), cannot tell. A level is breached when every reading of the last `for` was on
//! the wrong side and no two readings of that time were further apart than [`Rules::bears`]: after a longer gap it is counted anew. So a
//! gap is never a breach, and it ends none either: nobody saw that it was over.
//!
//! A breach ends with one reading that is clear of the line ([`Rules::margin`]), or with a whole window ([`Rules::settle`], or `for`
//! where that is longer) of readings on the right side. So a value on the line does not flap.
//!
//! Instants are howler's own clock as the reading arrived, in UTC: never the source's. Readings that are not after the last one are
//! ignored: of the past only the beginnings of two runs are kept, into which a late one cannot be put, and what was told stays told.
//! One that lies further back than the gap means that the clock was set back: then it is counted anew from there.

mod catch_up;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::reading::{Reading, Reason};
use crate::threshold::Threshold;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Warning,
    Critical,
}

impl Level {
    /// The mildest first.
    pub const ALL: [Self; 2] = [Self::Warning, Self::Critical];
}

/// What a watch is held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    pub warning: Option<Threshold>,
    pub critical: Option<Threshold>,
    /// The longest time between two readings that still counts as seen.
    pub gap: SignedDuration,
    /// How long nobody may be able to tell before that is told.
    pub absent_after: SignedDuration,
    /// How far from the line, as a part of the limit, one reading ends a breach.
    pub margin: f64,
    /// How long readings on the right side within the margin end a breach, where `for` is shorter.
    pub settle: SignedDuration,
}

impl Rules {
    /// The usual ones for a watch that is asked every so often: a reading may be missing once, ten minutes of nothing are told (or three
    /// missed readings, where that is longer), 5 % margin, 5 minutes (or two readings) to settle.
    pub fn every(every: SignedDuration, warning: Option<Threshold>, critical: Option<Threshold>) -> Self {
        let times = |half: i32| every.checked_mul(half).map_or(every, |many| many / 2);
        Self {
            warning,
            critical,
            gap: times(5),
            absent_after: times(6).max(SignedDuration::from_mins(10)),
            margin: 0.05,
            settle: times(4).max(SignedDuration::from_mins(5)),
        }
    }

    /// The threshold of a level.
    pub fn of(&self, level: Level) -> Option<&Threshold> {
        match level {
            Level::Warning => self.warning.as_ref(),
            Level::Critical => self.critical.as_ref(),
        }
    }

    /// How far apart two readings may be for a level's windows: the gap, or a tenth of `for` where that is longer, so that a restart of
    /// a few minutes does not begin an hour anew.
    pub fn bears(&self, level: Level) -> SignedDuration {
        self.of(level).map_or(self.gap, |threshold| self.gap.max(threshold.lasting / 10))
    }

    /// What is counted, in words: runs that were counted by other thresholds do not hold any more.
    fn counted(&self) -> String {
        let said =
            |threshold: &Option<Threshold>| threshold.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{} | {}", said(&self.warning), said(&self.critical))
    }
}

/// Unbroken readings on one side of a threshold, and whether it is told to be breached.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Run {
    /// Since when every reading was on the wrong side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wrong: Option<Timestamp>,
    /// Since when every reading was on the right side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    right: Option<Timestamp>,
    #[serde(default)]
    breached: bool,
}

impl Run {
    fn count_anew(&mut self) {
        (self.wrong, self.right) = (None, None);
    }
}

/// Since when nobody can tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Blind {
    since: Timestamp,
    /// The last reason, in words.
    reason: String,
    #[serde(default)]
    told: bool,
}

/// What a watch knows. One row of the store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    #[serde(default)]
    warning: Run,
    #[serde(default)]
    critical: Run,
    /// Since when a level is told: from the first wrong reading on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    /// When the last reading came that told something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Timestamp>,
    /// When the last reading came, whatever it told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    heard: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blind: Option<Blind>,
    /// The last thing that was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Last>,
    #[serde(default)]
    counted: String,
}

/// The last thing that was read, in the base unit of the watch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Last {
    Number(f64),
    State(String),
}

/// What happened by a reading, or by none.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It is breached, and was not. `since` is its first wrong reading.
    Began { level: Level, since: Timestamp },
    /// Critical took the place of warning.
    Worsened { since: Timestamp },
    /// Warning took the place of critical.
    Eased { since: Timestamp },
    /// It is on the right side again.
    Ended { level: Level, since: Timestamp },
    /// Nobody could tell for [`Rules::absent_after`].
    Blind { since: Timestamp, reason: String },
    /// It is seen again.
    Seeing { since: Timestamp },
}

/// How a watch stands.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    Fine,
    /// `since` is the first wrong reading.
    Breached {
        level: Level,
        since: Timestamp,
    },
    /// `was` is the breach that was told last and did not end.
    CannotTell {
        since: Option<Timestamp>,
        reason: String,
        was: Option<Level>,
    },
}

impl Standing {
    /// Takes a reading that arrived at `at`.
    pub fn take(&mut self, reading: &Reading, at: Timestamp, rules: &Rules) -> Vec<Change> {
        if !self.is_next(at, rules) {
            return Vec::new();
        }
        self.heard = Some(at);
        let mut changes = Vec::new();
        match told(reading, rules) {
            Ok(last) => self.see(reading, last, at, rules, &mut changes),
            Err(reason) => self.miss(&reason, at, rules, &mut changes),
        }
        changes
    }

    /// Where nothing was asked for longer than the gap, as while howler was down, that nobody could tell counts anew from `at` on: the
    /// time in between is nobody's fault. What was told stays told.
    pub fn begins_blind_anew(&mut self, at: Timestamp, rules: &Rules) {
        let unheard = self.heard.is_some_and(|heard| at.duration_since(heard) > rules.gap);
        self.blind = self.blind.take().filter(|blind| blind.told || !unheard);
    }

    /// Looks at the clock where no reading came: a source that is silent for longer than the gap is cannot tell.
    pub fn look(&mut self, at: Timestamp, rules: &Rules) -> Vec<Change> {
        let mut changes = Vec::new();
        let later = self.heard.is_none_or(|heard| at > heard);
        if !later && !self.is_next(at, rules) {
            return changes;
        }
        if self.seen.is_none_or(|seen| at.duration_since(seen) > rules.gap) {
            let reason =
                self.blind.as_ref().map_or_else(|| Reason::Silent.to_string(), |blind| blind.reason.clone());
            self.miss_in_words(reason, at, rules, &mut changes);
        }
        changes
    }

    /// Looks at the clock where readings are sent to howler: silence counts from the newest one, or from when howler began to listen.
    pub fn silent(&mut self, at: Timestamp, listening: Option<Timestamp>, rules: &Rules) -> Vec<Change> {
        let mut changes = Vec::new();
        let begun = self.blind.as_ref().map(|blind| blind.since);
        let Some(since) = self.seen.or(begun).max(listening) else {
            self.miss(&Reason::Silent, at, rules, &mut changes);
            return changes;
        };
        if at.duration_since(since) > rules.gap {
            match &mut self.blind {
                Some(blind) if !blind.told => blind.since = since,
                Some(_) => {}
                None => self.blind = Some(Blind { since, reason: String::new(), told: false }),
            }
            self.miss(&Reason::Silent, at, rules, &mut changes);
        }
        changes
    }

    /// Whether a reading of `at` comes after what is known. One that is known to lie ahead of `now` came while the clock was wrong.
    pub fn is_news(&self, at: Timestamp, now: Timestamp, ahead: SignedDuration) -> bool {
        self.heard.is_none_or(|heard| at > heard || heard.duration_since(now) > ahead)
    }

    /// How it stands at that instant.
    pub fn state(&self, at: Timestamp, rules: &Rules) -> State {
        let is_seen = self.seen.is_some_and(|seen| at.duration_since(seen) <= rules.gap);
        match (is_seen, self.level(), self.since) {
            (true, Some(level), Some(since)) => State::Breached { level, since },
            (true, _, _) => State::Fine,
            (false, was, _) => {
                let reason = self
                    .blind
                    .as_ref()
                    .map_or_else(|| Reason::Silent.to_string(), |blind| blind.reason.clone());
                State::CannotTell { since: self.blind.as_ref().map(|blind| blind.since), reason, was }
            }
        }
    }

    /// The level that is told to be breached, whether or not it can still be seen.
    pub fn level(&self) -> Option<Level> {
        let breached = |level: &Level| self.run(*level).breached;
        Level::ALL.into_iter().rev().find(breached)
    }

    /// Whether it was told that nobody can tell.
    pub fn is_told_blind(&self) -> bool {
        self.blind.as_ref().is_some_and(|blind| blind.told)
    }

    /// The last thing that was read, and when.
    pub fn last(&self) -> Option<(&Last, Timestamp)> {
        self.last.as_ref().zip(self.seen)
    }

    /// When [`Self::look`] would find something new if no reading came until then. `None` where it would not; a watch that was never
    /// looked at is to be looked at once.
    pub fn look_again(&self, rules: &Rules) -> Option<Timestamp> {
        let at = match &self.blind {
            Some(blind) if blind.told => return None,
            Some(blind) => blind.since.checked_add(rules.absent_after),
            None => {
                self.seen?.checked_add(rules.gap).and_then(|at| at.checked_add(SignedDuration::from_secs(1)))
            }
        };
        at.ok()
    }

    /// What would begin if it stays as it is: the level, and when. Nothing where the last reading was right.
    pub fn ahead(&self, rules: &Rules) -> Vec<(Level, Timestamp)> {
        let begins = |level: Level| {
            let run = self.run(level);
            let threshold = rules.of(level).filter(|_| !run.breached)?;
            let at = run.wrong?.checked_add(threshold.lasting).ok()?;
            Some((level, at))
        };
        Level::ALL.into_iter().filter_map(begins).collect()
    }

    fn run(&self, level: Level) -> &Run {
        match level {
            Level::Warning => &self.warning,
            Level::Critical => &self.critical,
        }
    }

    fn run_mut(&mut self, level: Level) -> &mut Run {
        match level {
            Level::Warning => &mut self.warning,
            Level::Critical => &mut self.critical,
        }
    }

    /// Whether it comes after what is known. Where the clock was set back, it does, and what was counted is forgotten.
    fn is_next(&mut self, at: Timestamp, rules: &Rules) -> bool {
        let Some(heard) = self.heard else { return true };
        if at > heard {
            return true;
        }
        if heard.duration_since(at) <= rules.gap {
            return false;
        }
        Level::ALL.into_iter().for_each(|level| self.run_mut(level).count_anew());
        (self.seen, self.heard) = (None, Some(at));
        if let Some(blind) = &mut self.blind {
            blind.since = blind.since.min(at);
        }
        self.since = self.since.map(|since| since.min(at));
        true
    }

    fn see(
        &mut self,
        reading: &Reading,
        last: Last,
        at: Timestamp,
        rules: &Rules,
        changes: &mut Vec<Change>,
    ) {
        let counted = rules.counted();
        for level in Level::ALL {
            let far = self.seen.is_none_or(|seen| at.duration_since(seen) > rules.bears(level));
            if far || counted != self.counted {
                self.run_mut(level).count_anew();
            }
        }
        self.counted = counted;
        (self.seen, self.last) = (Some(at), Some(last));
        if let Some(blind) = self.blind.take().filter(|blind| blind.told) {
            changes.push(Change::Seeing { since: blind.since });
        }
        let before = self.level();
        self.judge(Level::Critical, reading, at, rules);
        if self.critical.breached && rules.warning.is_some() {
            // Worse than a warning is a warning too: it falls back to it, and does not begin again.
            self.warning.breached = true;
        }
        self.judge(Level::Warning, reading, at, rules);
        changes.extend(self.compared(before, at));
    }

    /// Goes on with one level.
    fn judge(&mut self, level: Level, reading: &Reading, at: Timestamp, rules: &Rules) {
        let run = self.run_mut(level);
        let Some(threshold) = rules.of(level) else {
            *run = Run::default();
            return;
        };
        if threshold.is_wrong(reading) == Ok(true) {
            run.right = None;
            let wrong = *run.wrong.get_or_insert(at);
            run.breached |= at.duration_since(wrong) >= threshold.lasting;
        } else {
            run.wrong = None;
            let right = *run.right.get_or_insert(at);
            let settled = at.duration_since(right) >= threshold.lasting.max(rules.settle);
            run.breached &= !(settled || threshold.is_clear(reading, rules.margin));
        }
    }

    /// One alert, which gets worse or better.
    fn compared(&mut self, before: Option<Level>, at: Timestamp) -> Option<Change> {
        let now = self.level();
        let since = self.since.unwrap_or(at);
        match (before, now) {
            (None, Some(level)) => {
                let since = self.run(level).wrong.unwrap_or(at);
                // A warning's run may be the longer one: it was wrong for that long.
                let since = self.warning.wrong.map_or(since, |warning| since.min(warning));
                self.since = Some(since);
                Some(Change::Began { level, since })
            }
            (Some(Level::Warning), Some(Level::Critical)) => Some(Change::Worsened { since }),
            (Some(Level::Critical), Some(Level::Warning)) => Some(Change::Eased { since }),
            (Some(level), None) => {
                self.since = None;
                Some(Change::Ended { level, since })
            }
            _ => None,
        }
    }

    fn miss(&mut self, reason: &Reason, at: Timestamp, rules: &Rules, changes: &mut Vec<Change>) {
        self.miss_in_words(reason.to_string(), at, rules, changes);
    }

    fn miss_in_words(&mut self, reason: String, at: Timestamp, rules: &Rules, changes: &mut Vec<Change>) {
        let blind = self.blind.get_or_insert_with(|| Blind { since: at, reason: String::new(), told: false });
        blind.reason = reason;
        if !blind.told && at.duration_since(blind.since) >= rules.absent_after {
            blind.told = true;
            changes.push(Change::Blind { since: blind.since, reason: blind.reason.clone() });
        }
    }
}

/// What the reading tells about every threshold there is, else why not.
fn told(reading: &Reading, rules: &Rules) -> Result<Last, Reason> {
    for threshold in Level::ALL.into_iter().filter_map(|level| rules.of(level)) {
        threshold.is_wrong(reading)?;
    }
    match reading {
        Reading::Number(number) if number.is_finite() => Ok(Last::Number(*number)),
        Reading::Number(number) => Err(Reason::NotANumber { what: number.to_string() }),
        Reading::State(state) => Ok(Last::State(state.clone())),
        Reading::CannotTell(reason) => Err(reason.clone()),
    }
}
