//! A token that Slack refuses is one trouble, not one per lane: it is told once, and asked about seldom.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tracing::{error, info};

use crate::retry::Trouble;

/// After a refusal nobody asks again for so long; all lanes hear the refusal that is known.
const HOLD: SignedDuration = SignedDuration::from_secs(5);

/// What Slack last said against the token; nothing while it works.
#[derive(Debug, Default)]
pub struct TokenRefused(Mutex<Option<(Timestamp, Trouble)>>);

impl TokenRefused {
    /// # Errors
    /// The refusal, while it is too early to ask again.
    pub fn held(&self, now: Timestamp) -> Result<(), Trouble> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((until, trouble)) if now < *until => Err(trouble.clone()),
            _ => Ok(()),
        }
    }

    /// Takes in how a call ended: `trouble`, or well. Only an answer of Slack's own tells anything of the token.
    pub fn learn(&self, trouble: Option<&Trouble>, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble {
            Some(trouble) if trouble.is_about_the_token() => {
                if known.is_none() {
                    let error = trouble.error().unwrap_or_default();
                    error!(error, "Slack refuses howler's token; nothing goes out until it takes it again");
                }
                *known = Some((now.saturating_add(HOLD).unwrap_or(Timestamp::MAX), trouble.clone()));
            }
            None | Some(Trouble::Refused(_)) => {
                if known.take().is_some() {
                    info!("Slack takes howler's token again; what waits goes out");
                }
            }
            Some(_) => {}
        }
    }
}
