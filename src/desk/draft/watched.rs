//! What is watched: each reading is kept with what follows from it, and what changes is heard as an alert in the same commit.

use ::watch::kept::Kept;
use ::watch::push::{self, Pushed, Routed, Took};
use ::watch::reading::Reading;
use ::watch::row::{Read, Row};
use ::watch::runs::Runs;
use domain::aggregate::Aggregate;
use domain::aggregate::Cause;
use domain::alert::Alert;
use domain::alert::event::AlertEventKind;
use domain::alert::signal::{RunEnd, Said, Signal};
use jiff::Timestamp;
use store::StoreError;
use tracing::error;

use super::Draft;
use crate::book::Book;
use ::watch::standing::State;
use ::watch::watched::{Asks, Watch};
use config::Config;
use domain::alert::line::Watched;

/// How all that is watched stands: what nobody can tell first.
pub(super) fn all(book: &Book<'_>, config: &Config) -> Vec<Watched> {
    let stands = |watch: &Watch| {
        let row = book.state.alerts.watched.get(&watch.name).filter(|row| row.of == watch.fingerprint());
        let state = row.map(|row| row.standing.state(book.now, &watch.rules));
        Watched {
            name: watch.name.clone(),
            stands: row.map_or_else(|| "not read yet".to_owned(), |row| row.line(watch, book.now)),
            cannot_tell: state.is_none_or(|state| matches!(state, State::CannotTell { .. })),
            at: row.and_then(|row| row.standing.last()).map(|(_, at)| at),
        }
    };
    let mut all: Vec<Watched> = config.watches.iter().map(stands).collect();
    all.sort_by_key(|one| !one.cannot_tell);
    all
}

/// Why alerts of a watch end without a reading.
const TAKEN_OUT: &str = "its watch was taken out of the configuration";
const CHANGED: &str = "its watch was changed in the configuration, and counts anew";

impl Draft<'_> {
    /// Lets go of what is watched no longer.
    pub(super) fn tend_watched(&mut self) {
        let config = self.config;
        let rows = self.state.alerts.watched.values();
        let gone: Vec<Row> = rows.filter(|row| config.watch(&row.name).is_none()).cloned().collect();
        for row in gone {
            let let_go = self.whole(|draft| {
                draft.say(&row.gone(TAKEN_OUT))?;
                draft.forget_values(&row.name)?;
                draft.watched.insert(row.name.clone(), None);
                Ok(())
            });
            if let Err(error) = let_go {
                error!(%error, watch = row.name, "the alerts of a watch that is gone could not be ended; it is tried again");
            }
        }
    }

    /// Takes in a reading. One of a watch that is not there any more changes nothing.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is taken in.
    pub fn watched(&mut self, read: &Read) -> Result<(), StoreError> {
        self.whole(|draft| draft.watched_it(read))
    }

    /// Takes in what was pushed: in order of time, each that is newer than what is known.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is taken in.
    pub fn pushed(&mut self, values: &[Pushed]) -> Result<Took, StoreError> {
        let (routed, mut took) = push::route(values, &self.config.watches, self.now);
        self.whole(|draft| {
            for Routed { watch, at, reading } in routed {
                match draft.is_news(&watch, at) {
                    true => {
                        took.saved += usize::from(!matches!(reading, Reading::CannotTell(_)));
                        draft.watched_it(&Read::new(&watch, reading, at))?;
                    }
                    false => took.known += 1,
                }
            }
            Ok(took)
        })
    }

    fn is_news(&self, name: &str, at: Timestamp) -> bool {
        let known = self.known_watch(name);
        known.is_none_or(|row| row.standing.is_news(at, self.now, push::AHEAD))
    }

    fn known_watch(&self, name: &str) -> Option<&Row> {
        match self.watched.get(name) {
            Some(known) => known.as_ref(),
            None => self.state.alerts.watched.get(name),
        }
    }

    /// Counts finished runs of workflows.
    pub(super) fn count_runs(&mut self, ends: &[RunEnd]) {
        if ends.is_empty() {
            return;
        }
        let mut runs = self.finished().clone();
        ends.iter().for_each(|end| runs.count(end.at.unwrap_or(self.now), end.succeeded, self.now));
        self.finished.insert((), runs);
    }

    fn finished(&self) -> &Runs {
        self.finished.get(&()).unwrap_or(&self.state.finished)
    }

    /// Looks at one that nobody is asked for: how the runs went that were heard of, or whether what is pushed fell silent.
    ///
    /// # Errors
    /// When something could not be read; then it is as it was.
    pub fn look(&mut self, name: &str) -> Result<(), StoreError> {
        match self.config.watch(name) {
            Some(watch) if watch.asks == Asks::Runs => {
                let (reading, at) = (self.finished().share(self.now), self.now);
                self.watched(&Read::new(name, reading, at))
            }
            _ => self.silent(name),
        }
    }

    /// Looks at the clock of one that is pushed. What changes nothing leaves no row.
    ///
    /// # Errors
    /// When something could not be read; then it is as it was.
    fn silent(&mut self, name: &str) -> Result<(), StoreError> {
        let config = self.config;
        let Some(watch) = config.watch(name) else { return Ok(()) };
        let known = self.known_watch(name).filter(|row| row.of == watch.fingerprint());
        let mut row = known.cloned().unwrap_or_else(|| Row::new(watch));
        let signals = row.silent(watch, self.outage.map(|outage| outage.until), self.now);
        if known == Some(&row) {
            return Ok(());
        }
        self.whole(|draft| {
            draft.say(&signals)?;
            draft.watched.insert(name.to_owned(), Some(row));
            Ok(())
        })
    }

    fn watched_it(&mut self, read: &Read) -> Result<(), StoreError> {
        let config = self.config;
        let Some(watch) = config.watch(&read.name) else { return Ok(()) };
        let mut last = None;
        let mut row = match self.known_watch(&read.name).cloned() {
            Some(mut known) if known.of == watch.fingerprint() => {
                known.measured = watch.measured();
                known
            }
            Some(other) => {
                self.say(&other.gone(CHANGED))?;
                let row = Row::new(watch);
                match other.measured == row.measured {
                    true => last = other.seen(),
                    false => self.forget_values(&row.name)?,
                }
                row
            }
            None => Row::new(watch),
        };
        let mut last = last.or(row.seen());
        let (signals, meanwhile) = row.catch_up(watch, &read.meanwhile);
        self.say(&signals)?;
        for value in meanwhile {
            self.keep_value(&read.name, last, value)?;
            last = Some(value.0);
        }
        let seen = row.seen();
        let signals = row.take(watch, read.reading.clone(), read.at);
        self.say(&signals)?;
        if let Some(value) = row.since(seen) {
            self.keep_value(&read.name, last, value)?;
        }
        self.watched.insert(read.name.clone(), Some(row));
        Ok(())
    }

    /// Keeps a number that came after the one of `last`, and drops what is too old.
    fn keep_value(
        &mut self,
        name: &str,
        last: Option<Timestamp>,
        (at, number): (Timestamp, f64),
    ) -> Result<(), StoreError> {
        let mut kept = match self.kept.get(name) {
            Some(kept) => kept.clone(),
            None => Kept::after(last),
        };
        for key in kept.missing(at) {
            let row = match self.values.get(&(name.to_owned(), key)) {
                Some(written) => written.clone().unwrap_or_default(),
                None => self.store.values_row(name, key)?,
            };
            kept.know(key, row);
        }
        let rows = kept.keep(at, number);
        if Kept::begins(&rows) {
            for key in self.store.values_out(name, at)? {
                self.values.insert((name.to_owned(), key), None);
            }
        }
        for (key, row) in rows {
            self.values.insert((name.to_owned(), key), Some(row));
        }
        self.kept.insert(name.to_owned(), kept);
        Ok(())
    }

    /// Values of what is not watched any more, or of something else.
    fn forget_values(&mut self, name: &str) -> Result<(), StoreError> {
        for key in self.store.values_of(name)? {
            self.values.insert((name.to_owned(), key), None);
        }
        self.kept.insert(name.to_owned(), Kept::default());
        Ok(())
    }

    /// What ends stands with what ended it.
    pub(super) fn say(&mut self, signals: &[Signal]) -> Result<(), StoreError> {
        for signal in signals {
            if signal.said == Said::Resolved
                && let Some(alert) =
                    self.alert_of_key(signal.source, &signal.key)?.filter(|alert| alert.is_live())
            {
                let kind = AlertEventKind::Answered { what: signal.title.clone() };
                self.record::<Alert>(alert.id, &Cause::howler(), kind)?;
            }
            self.hear_signal(signal, None)?;
        }
        Ok(())
    }
}
