//! What vendors say of themselves on their status pages, as people are told it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::alert::signal::Source;

/// One thing that a vendor says is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorSays {
    pub vendor: String,
    /// `Actions degraded`; what the vendor wrote is in it, plain.
    pub what: String,
    /// When it began, as the vendor says, else when howler read it first.
    pub since: Timestamp,
    pub link: Option<String>,
    /// Whose alerts come from it, and may be late.
    pub source: Option<Source>,
}

/// How a vendor stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VendorStands {
    pub name: String,
    /// What it said last is wrong.
    pub says: Vec<VendorSays>,
    /// Why nobody can tell now.
    pub why: Option<String>,
    /// When its page was read last.
    pub at: Option<Timestamp>,
}
