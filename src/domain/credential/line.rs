//! What people ask about secrets that are to be rotated, what they get back, and what their owners are told. No text that somebody typed
//! beside a name goes on: it may be the secret itself.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::plan::{Every, Lives};
use crate::actor::Actor;
use crate::id::UserId;
use crate::timer::Lateness;

/// One thing to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialLine {
    List,
    Rotated {
        name: String,
        on: On,
    },
    /// The last rotation of this one was none.
    Undo {
        name: String,
    },
    Unclear(Unclear),
}

/// A day as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum On {
    Now,
    Yesterday,
    Day(Date),
}

/// Why a line was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unclear {
    NoName,
    /// Something stands there that is neither a name nor a day. It is not said again.
    More,
}

impl CredentialLine {
    /// The word people type for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::List | Self::Unclear(_) => "secrets",
            Self::Rotated { .. } | Self::Undo { .. } => "rotated",
        }
    }

    /// Whether it changes nothing.
    pub fn reads(&self) -> bool {
        match self {
            Self::List | Self::Unclear(_) => true,
            Self::Rotated { .. } | Self::Undo { .. } => false,
        }
    }
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialAnswer {
    List {
        /// The soonest due first; what nobody knows of before them.
        all: Vec<Stands>,
        /// What could not be asked of those who would tell, and why.
        cannot: Vec<String>,
    },
    Rotated {
        stands: Box<Stands>,
    },
    /// It goes back to what was known before.
    Undone {
        stands: Box<Stands>,
    },
    Unclear(Unclear),
    Refused(CredentialRefusal),
}

impl CredentialAnswer {
    /// Whether nothing was done of what was asked.
    pub fn refuses(&self) -> bool {
        matches!(self, Self::Unclear(_) | Self::Refused(_))
    }
}

/// How one stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stands {
    pub name: String,
    pub lives: Lives,
    pub every: Every,
    pub owner: Option<UserId>,
    /// The day of the last rotation, where it is known.
    pub rotated: Option<Date>,
    /// Who said so; nobody in particular is the configuration.
    pub by: Option<Teller>,
    pub due: Option<Date>,
    /// Until it is due; below zero where it was.
    pub days: Option<i64>,
}

/// Who said that it was rotated, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teller {
    pub by: Actor,
    pub said: Option<Lives>,
    pub at: Timestamp,
}

/// Why a line that was understood does nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CredentialRefusal {
    /// None is configured.
    None,
    /// None has this name, which is not said again: it may be a value.
    NoSuch {
        near: Vec<String>,
    },
    /// Nobody rotates it: it changes by itself.
    Automatic {
        name: String,
    },
    Future {
        name: String,
    },
    /// A later one is known.
    Older {
        name: String,
        known: Date,
    },
    /// It is recorded already.
    Again {
        name: String,
        on: Date,
        by: Option<Teller>,
    },
    /// There is no rotation to undo; `configured`: what is known stands in the file.
    NothingToUndo {
        name: String,
        configured: bool,
    },
}

/// What the owner of one is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// It is due on `due`.
    Due { due: Date, today: Date, late: Option<Lateness> },
    /// Its source says that it was changed.
    Seen { on: Timestamp, said: Lives, due: Option<Date> },
}

/// What is due within a week, for the brief of whoever comes on call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    /// With the day, the soonest first.
    pub due: Vec<(String, Date, Option<UserId>)>,
    /// Those of which nobody knows when they were rotated.
    pub unknown: usize,
}

impl Week {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
