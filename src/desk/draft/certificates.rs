//! When the certificates of what is watched run out: kept, and heard as alerts in the same commit.

use ::watch::certificate::{CertificateRead, CertificateRow, hosts};
use store::StoreError;
use tracing::error;

use super::Draft;
use crate::book::Book;
use config::Config;
use domain::metrics::RunsOut;

/// How all of them stand, by their hosts.
pub fn certificates(book: &Book<'_>, config: &Config) -> Vec<RunsOut> {
    let stands = hosts(&config.watches).into_iter().map(|of| {
        let row = book.state.certificates.get(&of.host).cloned();
        let row = row.unwrap_or_else(|| CertificateRow::new(&of.host));
        RunsOut { stands: row.line(book.now), is_well: row.is_well(), host: of.host }
    });
    stands.collect()
}

impl Draft<'_> {
    /// Lets go of those that are watched no longer.
    pub(super) fn tend_certificates(&mut self) {
        if self.state.certificates.is_empty() {
            return;
        }
        let hosts = hosts(&self.config.watches);
        let rows = self.state.certificates.values();
        let gone: Vec<CertificateRow> =
            rows.filter(|row| hosts.iter().all(|of| of.host != row.host)).cloned().collect();
        for row in gone {
            let let_go = self.whole(|draft| {
                draft.say(&row.gone())?;
                draft.certificates.insert(row.host.clone(), None);
                Ok(())
            });
            if let Err(error) = let_go {
                error!(%error, host = row.host, "the alerts of a certificate that is gone could not be ended; it is tried again");
            }
        }
    }

    /// Takes in a look at a certificate. One of a host that is not watched any more changes nothing.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is taken in.
    pub fn certificate(&mut self, read: &CertificateRead) -> Result<(), StoreError> {
        if hosts(&self.config.watches).iter().all(|of| of.host != read.host) {
            return Ok(());
        }
        self.whole(|draft| {
            let known = match draft.certificates.get(&read.host) {
                Some(known) => known.clone(),
                None => draft.state.certificates.get(&read.host).cloned(),
            };
            let mut row = known.unwrap_or_else(|| CertificateRow::new(&read.host));
            let signals = row.take(read);
            draft.say(&signals)?;
            draft.certificates.insert(read.host.clone(), Some(row));
            Ok(())
        })
    }
}
