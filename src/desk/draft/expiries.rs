//! When the expiries of what is watched run out: kept, and heard as alerts in the same commit.

use ::watch::expiry::{self, ExpiryRead, ExpiryRow, all};
use store::StoreError;
use tracing::error;

use super::Draft;
use crate::book::Book;
use config::Config;
use domain::metrics::RunsOut;

/// How all of them stand, by their hosts.
pub fn expiries(book: &Book<'_>, config: &Config) -> Vec<RunsOut> {
    let stands = all(&config.watches, &config.domains).into_iter().map(|of| {
        let row = book.state.expiries.get(&of.host).cloned();
        let row = row.unwrap_or_else(|| ExpiryRow::new(&of.host));
        RunsOut {
            stands: row.line(book.now),
            is_well: row.is_well(),
            host: expiry::shown(&of.host).to_owned(),
        }
    });
    stands.collect()
}

impl Draft<'_> {
    /// Lets go of those that are watched no longer.
    pub(super) fn tend_expiries(&mut self) {
        if self.state.expiries.is_empty() {
            return;
        }
        let hosts = all(&self.config.watches, &self.config.domains);
        let rows = self.state.expiries.values();
        let gone: Vec<ExpiryRow> =
            rows.filter(|row| hosts.iter().all(|of| of.host != row.host)).cloned().collect();
        for row in gone {
            let let_go = self.whole(|draft| {
                draft.say(&row.gone())?;
                draft.expiries.insert(row.host.clone(), None);
                Ok(())
            });
            if let Err(error) = let_go {
                error!(%error, host = row.host, "the alerts of something that runs out no longer could not be ended; it is tried again");
            }
        }
    }

    /// Takes in a look at something that runs out. What is not watched any more changes nothing.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is taken in.
    pub fn expiry(&mut self, read: &ExpiryRead) -> Result<(), StoreError> {
        if all(&self.config.watches, &self.config.domains).iter().all(|of| of.host != read.host) {
            return Ok(());
        }
        self.whole(|draft| {
            let known = match draft.expiries.get(&read.host) {
                Some(known) => known.clone(),
                None => draft.state.expiries.get(&read.host).cloned(),
            };
            let mut row = known.unwrap_or_else(|| ExpiryRow::new(&read.host));
            let signals = row.take(read);
            draft.say(&signals)?;
            draft.expiries.insert(read.host.clone(), Some(row));
            Ok(())
        })
    }
}
