//! A fake Twilio and a fake PagerDuty, with phones that ring, in memory: what they check and answer follows their
//! documentation, on raw forms and JSON, and shares nothing with howler's own code for them.

mod callee;
mod faults;
mod pagerduty;
mod sign;
mod twilio;
mod twiml;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use jiff::Timestamp;

pub use callee::CalleeError;
pub use faults::{Fault, Faults};
use ground::clock::Clock;
pub use pagerduty::Alert;

/// What the fake providers are made from.
#[derive(Clone, Debug)]
pub struct Setup {
    pub clock: Clock,
    /// `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    pub auth_token: String,
    /// The account's own numbers.
    pub owned: BTreeSet<String>,
    /// Of a trial account: the only numbers that it reaches. `None`: an upgraded account.
    pub verified: Option<BTreeSet<String>>,
    /// 32 characters.
    pub routing_key: String,
    pub webhook_secret: String,
}

/// How a call stands, by Twilio's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    Ringing,
    InProgress,
    Completed,
    NoAnswer,
    Busy,
    Canceled,
}

/// A call, for whoever watches the phones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub sid: String,
    pub to: String,
    pub from: String,
    /// What is said, in order.
    pub words: Vec<String>,
    pub state: CallState,
    pub at: Timestamp,
    /// Keys pressed so far.
    pub keys: String,
    /// Ended through the API while it was spoken on: the sentence was cut off.
    pub cut: bool,
    /// Where a key goes, while the phone waits for one.
    action: Option<String>,
    status_callback: Option<String>,
}

/// A text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub sid: String,
    pub to: String,
    pub from: String,
    pub body: String,
    pub at: Timestamp,
}

/// The fake providers; clones are the same ones.
#[derive(Clone)]
pub struct Phones(Arc<Inner>);

struct Inner {
    setup: Setup,
    faults: Faults,
    world: Mutex<World>,
}

#[derive(Default)]
struct World {
    calls: Vec<Call>,
    texts: Vec<Text>,
    alerts: Vec<Alert>,
    /// howler, within the process; callbacks go over the network where there is none.
    inside: Option<Router>,
    made: u64,
}

impl Phones {
    pub fn new(setup: Setup) -> Self {
        Self(Arc::new(Inner { setup, faults: Faults::default(), world: Mutex::default() }))
    }

    /// Twilio's REST API and PagerDuty's events, from `/` on.
    pub fn api(&self) -> Router {
        twilio::router(self.clone()).merge(pagerduty::router(self.clone()))
    }

    /// Twilio's REST API alone, for a howler at the same address that hears events in PagerDuty's form itself.
    pub fn twilio_api(&self) -> Router {
        twilio::router(self.clone())
    }

    /// Callbacks go to `router`, whatever address they name.
    pub fn point_inside(&self, router: Router) {
        self.world().inside = Some(router);
    }

    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// Every call so far, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.world().calls.clone()
    }

    /// Every text so far, oldest first.
    pub fn texts(&self) -> Vec<Text> {
        self.world().texts.clone()
    }

    /// Every alert at PagerDuty, oldest first.
    pub fn alerts(&self) -> Vec<Alert> {
        self.world().alerts.clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    fn sid(&mut self, prefix: &str) -> String {
        self.made += 1;
        format!("{prefix}{:032x}", self.made)
    }
}

impl CallState {
    /// Twilio's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::NoAnswer => "no-answer",
            Self::Busy => "busy",
            Self::Canceled => "canceled",
        }
    }

    fn is_over(self) -> bool {
        !matches!(self, Self::Ringing | Self::InProgress)
    }
}
