//! Reads vendors' status pages, each a minute after it was read last, and tells the desk what came.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use ::watch::reading::Reason;
use ::watch::status_page::StatusPage;
use ::watch::vendor::{Brought, Vendor};
use config::Config;
use probe::{Fetched, Fetcher, Unfetched, Validators};

/// An answer may take this long, and be this long.
const LIMIT: Duration = Duration::from_secs(10);
const MOST: usize = 1 << 20;

/// Reads pages within what `[runbook] hosts` and `private` allow. What it read last it does not read again.
pub struct Pages {
    fetcher: Fetcher,
    /// By address.
    known: Mutex<BTreeMap<String, Known>>,
}

/// A document as it came last.
#[derive(Clone, Default)]
struct Known {
    validators: Validators,
    body: Vec<u8>,
}

impl Pages {
    pub fn new(config: &Config) -> Self {
        Self { fetcher: Fetcher::new(&config.runbook), known: Mutex::default() }
    }

    /// Reads one.
    pub async fn look(&self, vendor: &Vendor) -> Brought {
        let [summary, components] = vendor.addresses();
        let (summary, components) = tokio::join!(self.document(&summary), self.document(&components));
        let read = summary.and_then(|summary| Ok((summary, components?)));
        match read {
            Err(reason) => Brought::CannotTell(reason),
            Ok(((_, false), (_, false))) => Brought::Unchanged,
            Ok(((summary, _), (components, _))) => {
                let page = StatusPage::read(&summary, MOST);
                let page = page.and_then(|page| page.with_components(&components, MOST));
                page.map_or_else(Brought::CannotTell, |page| Brought::Page(Box::new(page)))
            }
        }
    }

    /// A document, and whether it is another one than before.
    async fn document(&self, address: &str) -> Result<(Vec<u8>, bool), Reason> {
        let known = self.known().get(address).cloned();
        let validators = known.as_ref().map(|known| known.validators.clone()).unwrap_or_default();
        let fetched = self.fetcher.fetch_newer(address, &validators, LIMIT, MOST).await;
        let Fetched { status, body, validators, .. } = fetched.map_err(|unfetched| match unfetched {
            Unfetched::TooLong => Reason::TooLong { most: MOST },
            Unfetched::Not(why) => Reason::NotReached { why },
        })?;
        match (status, known) {
            (304, Some(known)) => Ok((known.body, false)),
            (200, known) => {
                let is_new = known.is_none_or(|known| known.body != body);
                self.known().insert(address.to_owned(), Known { validators, body: body.clone() });
                Ok((body, is_new))
            }
            _ => {
                let hint = if (300..400).contains(&status) { ", and howler follows no redirect" } else { "" };
                Err(Reason::NotReached { why: format!("{address} answered {status}{hint}") })
            }
        }
    }

    /// What cannot be read is to be asked for whole the next time.
    pub fn forget(&self, vendor: &Vendor) {
        let mut known = self.known();
        for address in vendor.addresses() {
            known.remove(&address);
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
