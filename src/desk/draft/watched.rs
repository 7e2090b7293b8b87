//! What is watched: each reading is kept with what follows from it, and what changes is heard as an alert in the same commit.

use ::watch::row::{Read, Row};
use domain::aggregate::Aggregate;
use domain::aggregate::Cause;
use domain::alert::Alert;
use domain::alert::event::AlertEventKind;
use domain::alert::signal::{Said, Signal};
use store::StoreError;
use tracing::error;

use super::Draft;
use crate::book::Book;
use ::watch::standing::State;
use ::watch::watched::Watch;
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

    fn watched_it(&mut self, read: &Read) -> Result<(), StoreError> {
        let config = self.config;
        let Some(watch) = config.watch(&read.name) else { return Ok(()) };
        let known = match self.watched.get(&read.name) {
            Some(known) => known.clone(),
            None => self.state.alerts.watched.get(&read.name).cloned(),
        };
        let mut row = match known {
            Some(known) if known.of == watch.fingerprint() => known,
            Some(other) => {
                self.say(&other.gone(CHANGED))?;
                Row::new(watch)
            }
            None => Row::new(watch),
        };
        let signals = row.take(watch, read.reading.clone(), read.at);
        self.say(&signals)?;
        self.watched.insert(read.name.clone(), Some(row));
        Ok(())
    }

    /// What ends stands with what ended it.
    fn say(&mut self, signals: &[Signal]) -> Result<(), StoreError> {
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
