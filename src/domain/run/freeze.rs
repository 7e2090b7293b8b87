//! A freeze of all changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::request::Place;

/// Who wants to lift a freeze, and may where a user group says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskUnfreeze {
    pub by: UserId,
    /// The user group's id.
    pub group: String,
    /// When that freeze began: no other is meant.
    pub frozen: Timestamp,
    /// Where it is answered.
    pub place: Place,
}
