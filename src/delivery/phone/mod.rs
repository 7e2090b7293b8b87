//! Rings people: through Twilio, which calls and texts the numbers that howler knows, or through PagerDuty, which knows
//! its own people.

mod account;
pub mod answer;
mod client;
mod pagerduty;
mod perform;
mod trouble;
mod twilio;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::account::{Account, AccountTrouble};
use self::answer::AckToken;
use self::pagerduty::PagerDuty;
pub use self::perform::Caller;
pub use self::trouble::PhoneTrouble;
use self::twilio::Twilio;
pub use self::twilio::WORDS_MOST;
pub use self::twilio::escaped;
use super::slack::DelivererError;
use config::secrets::PhoneSecrets;
use config::{Phone, PhoneDoubt, Provider};
use domain::Severity;
use domain::oncall::phone::PhoneNumber;
use ground::clock::Clock;
use ground::loopback::Loopback;

/// One person to ring.
#[derive(Clone, Debug)]
pub struct Ring {
    /// Needed by Twilio; PagerDuty has its own.
    pub number: Option<PhoneNumber>,
    /// What is spoken, and the text's text.
    pub words: String,
    /// Unique to the effect, `instance-effect`; comes back with what became of the call.
    pub mark: String,
    /// What pressing 1 acknowledges.
    pub answer: AckToken,
    /// One for each step, at most 255 characters: PagerDuty makes one alert of all that share it, and an alert that is open
    /// or acknowledged rings nobody a second time.
    pub dedup: String,
    pub severity: Severity,
}

/// What was set going, by the provider's name for it: it can be stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// A call's or message's SID, or PagerDuty's `dedup_key`.
    pub id: String,
    /// `false` where a look-up found something that is most likely it: Twilio's list of calls carries no mark.
    pub certain: bool,
}

/// What is looked for after its answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    Call,
    Text,
}

/// Why a ringing phone is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Somebody has it.
    Acknowledged,
    /// It is over.
    Resolved,
}

/// Why nobody can be rung at all.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    #[error(transparent)]
    Config(#[from] PhoneDoubt),
    #[error("{name} is not set: {hint}")]
    Missing { name: &'static str, hint: &'static str },
    #[error("{name} must be a full http or https address, not `{value}`")]
    NotAnAddress { name: &'static str, value: String },
    #[error(
        "{name} is `{value}`: plain http would show the secrets to the network, so it is allowed for this machine only \
         (localhost, 127.0.0.1, [::1]); use https"
    )]
    PlainHttp { name: &'static str, value: String },
    #[error("{name} holds characters that it cannot have")]
    Characters { name: &'static str },
    #[error(transparent)]
    Connector(#[from] DelivererError),
}

/// The one way to the phones.
pub struct Phones(By);

enum By {
    Twilio(Twilio),
    PagerDuty(PagerDuty),
}

impl Phones {
    /// `None` where `[phone] provider` is off. Must be called inside a runtime.
    ///
    /// # Errors
    /// When a key or a variable that the provider needs is missing or cannot be used.
    pub fn new(
        config: &Phone,
        secrets: &PhoneSecrets,
        loopback: Option<Loopback>,
        clock: Clock,
    ) -> Result<Option<Self>, PhoneError> {
        Ok(match config.provider {
            Provider::Off => None,
            Provider::Twilio => Some(Self(By::Twilio(Twilio::new(config, secrets, loopback, clock)?))),
            Provider::PagerDuty => Some(Self(By::PagerDuty(PagerDuty::new(secrets, loopback, clock)?))),
        })
    }

    /// Whether howler must know people's numbers.
    pub fn needs_numbers(&self) -> bool {
        matches!(self.0, By::Twilio(_))
    }

    /// Calls. At PagerDuty it triggers an alert.
    ///
    /// # Errors
    /// Why the phone may not ring.
    pub async fn ring(&self, ring: &Ring) -> Result<Rung, PhoneTrouble> {
        match &self.0 {
            By::Twilio(twilio) => twilio.ring(ring).await,
            By::PagerDuty(pagerduty) => pagerduty.trigger(ring).await,
        }
    }

    /// Sends the text. `None`: PagerDuty texts its people by their own rules.
    ///
    /// # Errors
    /// Why the text may not arrive.
    pub async fn text(&self, ring: &Ring) -> Result<Option<Rung>, PhoneTrouble> {
        match &self.0 {
            By::Twilio(twilio) => twilio.text(ring).await.map(Some),
            By::PagerDuty(_) => Ok(None),
        }
    }

    /// Hangs up, at Twilio; acknowledges or resolves the alert, at PagerDuty. What is over already is well.
    ///
    /// # Errors
    /// Why it may ring on.
    pub async fn stop(&self, rung: &Rung, why: Stop) -> Result<(), PhoneTrouble> {
        match &self.0 {
            By::Twilio(twilio) => twilio.hang_up(rung).await,
            By::PagerDuty(pagerduty) => pagerduty.end(rung, why).await,
        }
    }

    /// What the account can do, as it says itself. `None`: PagerDuty tells nothing without an alert.
    ///
    /// # Errors
    /// Why it can do nothing.
    pub async fn account(&self) -> Result<Option<Account>, AccountTrouble> {
        match &self.0 {
            By::Twilio(twilio) => twilio.account().await.map(Some),
            By::PagerDuty(_) => Ok(None),
        }
    }

    /// Whether a trial account may call the number.
    ///
    /// # Errors
    /// Why nothing can be told.
    pub async fn verified(&self, number: &PhoneNumber) -> Result<bool, PhoneTrouble> {
        match &self.0 {
            By::Twilio(twilio) => twilio.verified(number).await,
            By::PagerDuty(_) => Ok(true),
        }
    }

    /// Looks for what was sent at `since` or later and whose answer was lost. A text is known by its words; a call only by
    /// the two numbers and the time. At PagerDuty there is nothing to look at and no need: triggering again under the same
    /// `dedup` changes nothing.
    ///
    /// # Errors
    /// Why nothing can be told.
    pub async fn find(
        &self,
        ring: &Ring,
        sent: Sent,
        since: Timestamp,
    ) -> Result<Option<Rung>, PhoneTrouble> {
        match &self.0 {
            By::Twilio(twilio) => twilio.find(ring, sent, since).await,
            By::PagerDuty(_) => Ok(None),
        }
    }
}
