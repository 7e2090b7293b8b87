//! What is made to go wrong.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A bare status, nothing done.
    Http(u16),
    /// Too many requests, with `Retry-After` in seconds where given.
    Limit(Option<u64>),
    /// The work is done, then the connection breaks.
    LoseAnswer,
    /// The connection breaks with nothing done.
    Drop,
}

/// Faults to come, for both providers.
#[derive(Debug, Default)]
pub struct Faults(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    armed: Vec<Fault>,
    suspended: bool,
    refused: BTreeMap<String, u32>,
}

impl Faults {
    /// The next `times` requests meet this.
    pub fn arm(&self, fault: Fault, times: usize) {
        self.state().armed.extend(std::iter::repeat_n(fault, times));
    }

    /// Twilio suspends the account, or takes it back into use.
    pub fn suspend(&self, suspended: bool) {
        self.state().suspended = suspended;
    }

    /// Twilio takes no call to this number, by this code.
    pub fn refuse(&self, number: &str, code: u32) {
        self.state().refused.insert(number.to_owned(), code);
    }

    pub(super) fn refusal(&self, number: &str) -> Option<u32> {
        self.state().refused.get(number).copied()
    }

    pub(super) fn is_suspended(&self) -> bool {
        self.state().suspended
    }

    /// The fault that hits this request, used up.
    pub(super) fn strike(&self) -> Option<Fault> {
        let mut state = self.state();
        if state.armed.is_empty() { None } else { Some(state.armed.remove(0)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
