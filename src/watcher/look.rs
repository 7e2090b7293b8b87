//! One look at what a watch asks.

use std::sync::Arc;
use std::time::Duration;

use ::watch::reading::{Reading, Reason};
use ::watch::watched::{Answer, Asks, MOST, Watch};
use config::Config;
use config::secrets::Secrets;
use ground::clock::Clock;
use probe::{Fetched, Fetcher, Unfetched};
use redact::Redactor;

/// An answer may take this long.
const LIMIT: Duration = Duration::from_secs(10);

/// Asks for watches, within what `[runbook] hosts` and `private` allow.
pub struct Looker {
    fetcher: Fetcher,
    prometheus: Option<String>,
    redactor: Arc<Redactor>,
}

impl Looker {
    pub fn new(config: &Config, secrets: &Secrets, redactor: Arc<Redactor>) -> Self {
        let fetcher = Fetcher::new(&config.runbook);
        Self { fetcher, prometheus: secrets.prometheus_url.clone(), redactor }
    }

    /// Asks once. Of a counter it is the total.
    pub async fn look(&self, watch: &Watch, clock: &Clock) -> Reading {
        let read = match self.address(&watch.asks) {
            Err(reason) => Reading::CannotTell(reason),
            Ok(address) => match self.fetcher.fetch(&address, LIMIT, MOST).await {
                Err(Unfetched::TooLong) => Reading::CannotTell(Reason::TooLong { most: MOST }),
                Err(Unfetched::Not(why)) => Reading::CannotTell(Reason::NotReached { why }),
                Ok(Fetched { status, content_type, body, took }) => {
                    let content_type = content_type.as_deref();
                    watch.read(&Answer { status, content_type, body: &body, took, at: clock.now() })
                }
            },
        };
        self.shown(read)
    }

    /// The address that is asked.
    fn address(&self, asks: &Asks) -> Result<String, Reason> {
        let Asks::Query { query, .. } = asks else {
            return Ok(asks.url().unwrap_or_default().to_owned());
        };
        let base = self.prometheus.as_ref().ok_or_else(|| {
            let why = "PROMETHEUS_URL is not set, so nobody can be asked for promql".to_owned();
            Reason::NotReached { why }
        })?;
        let query = serde_urlencoded::to_string([("query", query)]);
        let query = query.map_err(|error| Reason::NotReached { why: error.to_string() })?;
        Ok(format!("{base}/api/v1/query?{query}"))
    }

    /// What others wrote, without secrets.
    fn shown(&self, read: Reading) -> Reading {
        match read {
            Reading::State(state) => Reading::State(self.redactor.shown(&state)),
            Reading::CannotTell(Reason::Refused { what }) => {
                Reading::CannotTell(Reason::Refused { what: self.redactor.shown(&what) })
            }
            Reading::CannotTell(Reason::NotReached { why }) => {
                Reading::CannotTell(Reason::NotReached { why: self.redactor.shown(&why) })
            }
            Reading::CannotTell(Reason::NotANumber { what }) => {
                Reading::CannotTell(Reason::NotANumber { what: self.redactor.shown(&what) })
            }
            Reading::CannotTell(Reason::Holds { pointer, what }) => {
                Reading::CannotTell(Reason::Holds { pointer, what: self.redactor.shown(&what) })
            }
            other => other,
        }
    }
}
