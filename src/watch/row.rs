//! What is kept of a watch: a row of the store. The step from one reading to the next, and what it says of the watch's alerts.

use domain::alert::signal::Signal;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::rate::Counter;
use crate::reading::{Reading, Reason};
use crate::standing::{Last, Standing, State};
use crate::told;
use crate::watched::Watch;

/// One reading, as the desk takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The watch's.
    pub name: String,
    pub reading: Reading,
    /// When it arrived, by howler's clock.
    pub at: Timestamp,
    /// What its source kept while nobody could tell, in order of time, in the base unit of the watch; all before `at`.
    pub meanwhile: Vec<(Timestamp, f64)>,
}

impl Read {
    /// One that came alone.
    pub fn new(name: &str, reading: Reading, at: Timestamp) -> Self {
        Self { name: name.to_owned(), reading, at, meanwhile: Vec::new() }
    }
}

/// What is known of one watch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub name: String,
    /// Of the configuration by which it was counted: see [`Watch::fingerprint`].
    pub of: String,
    /// Of what its kept values are: see [`Watch::measured`]. Rows of earlier versions have none.
    #[serde(default)]
    pub measured: String,
    #[serde(default)]
    pub standing: Standing,
    #[serde(default)]
    counter: Counter,
}

impl Row {
    /// Of a watch that was not read yet.
    pub fn new(watch: &Watch) -> Self {
        let standing = Standing::default();
        Self {
            name: watch.name.clone(),
            of: watch.fingerprint(),
            measured: watch.measured(),
            standing,
            counter: Counter::default(),
        }
    }

    /// Takes a reading that arrived at `at`; what there is to say of its alerts.
    pub fn take(&mut self, watch: &Watch, reading: Reading, at: Timestamp) -> Vec<Signal> {
        let rules = &watch.rules;
        let reading = if watch.per_second { self.counter.rate(reading, at, rules.gap) } else { reading };
        self.standing.begins_blind_anew(at, rules);
        let changes = self.standing.take(&reading, at, rules);
        changes.iter().map(|change| told::signal(watch, change, &reading)).collect()
    }

    /// Takes what the source kept while nobody could tell; what there is to say of its alerts, and the values that are new.
    pub fn catch_up(
        &mut self,
        watch: &Watch,
        meanwhile: &[(Timestamp, f64)],
    ) -> (Vec<Signal>, Vec<(Timestamp, f64)>) {
        let seen = self.seen();
        let is_new =
            |(at, number): &(Timestamp, f64)| seen.is_none_or(|seen| *at > seen) && number.is_finite();
        let new: Vec<(Timestamp, f64)> = meanwhile.iter().copied().filter(is_new).collect();
        let changes = self.standing.catch_up(&new, &watch.rules);
        let Some((_, last)) = new.last() else { return (Vec::new(), new) };
        let reading = Reading::Number(*last);
        (changes.iter().map(|change| told::signal(watch, change, &reading)).collect(), new)
    }

    /// Looks at the clock of one that is pushed; howler listens since `listening`.
    pub fn silent(&mut self, watch: &Watch, listening: Option<Timestamp>, at: Timestamp) -> Vec<Signal> {
        let changes = self.standing.silent(at, listening, &watch.rules);
        let reading = Reading::CannotTell(Reason::Silent);
        changes.iter().map(|change| told::signal(watch, change, &reading)).collect()
    }

    /// When the last reading came that told something.
    pub fn seen(&self) -> Option<Timestamp> {
        self.standing.last().map(|(_, at)| at)
    }

    /// The number that was read since `seen`, which is to be kept.
    pub fn since(&self, seen: Option<Timestamp>) -> Option<(Timestamp, f64)> {
        match self.standing.last()? {
            (Last::Number(number), at) if Some(at) != seen => Some((at, *number)),
            _ => None,
        }
    }

    /// The ends of its open alerts, where it is not watched any more, or otherwise: `why`.
    pub fn gone(&self, why: &str) -> Vec<Signal> {
        let end = |key: &str| told::end(key, why.to_owned());
        let breach = self.standing.level().map(|_| end(&self.name));
        let blind = self.standing.is_told_blind().then(|| end(&told::absent(&self.name)));
        breach.into_iter().chain(blind).collect()
    }

    /// In a line: how it stands at that instant.
    pub fn line(&self, watch: &Watch, at: Timestamp) -> String {
        let last = self.standing.last().map(|(last, _)| told::shown(watch, last));
        let value = last.unwrap_or_else(|| "no value yet".to_owned());
        match self.standing.state(at, &watch.rules) {
            State::Fine => value,
            State::Breached { level, .. } => format!("{value}, {}", told::word(level)),
            State::CannotTell { reason, .. } => format!("cannot tell: {reason}; last {value}"),
        }
    }
}
