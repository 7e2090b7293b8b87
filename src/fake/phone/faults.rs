//! What is made to go wrong.

use std::sync::{Mutex, PoisonError};

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
pub struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// The next `times` requests meet this.
    pub fn arm(&self, fault: Fault, times: usize) {
        let mut armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        armed.extend(std::iter::repeat_n(fault, times));
    }

    /// The fault that hits this request, used up.
    pub(super) fn strike(&self) -> Option<Fault> {
        let mut armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if armed.is_empty() { None } else { Some(armed.remove(0)) }
    }
}
