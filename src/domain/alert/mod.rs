//! An alert: what a machine says is wrong. One row for each key while it is open, whatever comes how often and in which order.

pub mod signal;

use std::fmt;

use serde::{Deserialize, Serialize};

/// An alert's number, counted from 1 and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub u64);

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A-{}", self.0)
    }
}
