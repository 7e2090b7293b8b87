//! Effects that are known by a name.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The name of an effect that is the same whenever its timer fires, in place of its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub name: String,
    /// It was not sent before.
    pub since: Timestamp,
}
