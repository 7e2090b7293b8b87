//! Effects that are known by a name.

use jiff::Timestamp;

/// A name that is the same for every howler that has the same to say, in place of the effect's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub name: String,
    /// It was not sent before.
    pub since: Timestamp,
}
