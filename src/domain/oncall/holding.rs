//! What the schedule says of an instant or of a stretch of time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::id::UserId;

/// What made an override.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideKind {
    /// Somebody put a person in.
    Asked,
    /// The person took it over.
    Cover,
    /// Two people agreed; `with` is the one who gives it away.
    Swap { with: UserId },
    /// Handed over before its time.
    HandedOver { from: Option<UserId> },
    /// Read from another schedule.
    Imported,
}

/// Why somebody is on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    Rotation,
    /// The turn is this person's, who is paused.
    PausedFor(UserId),
    Override {
        id: u64,
        kind: OverrideKind,
        by: Actor,
    },
    /// Nobody is on call: the declared backup person answers.
    DeclaredBackup,
}

/// Somebody's time on call, merged over what follows on each other with the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    pub person: UserId,
    pub since: Timestamp,
    /// The first instant that is no longer theirs. `None`: no end in sight.
    pub until: Option<Timestamp>,
    pub why: Why,
}

/// A time in which nobody is on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    pub since: Timestamp,
    /// `None`: no end in sight.
    pub until: Option<Timestamp>,
    /// The declared backup person.
    pub fallback: Option<UserId>,
}

/// Who is on call at an instant. Exactly one of `primary` and `gap` is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnCall {
    pub primary: Option<Holding>,
    pub gap: Option<Gap>,
    pub backup: Option<UserId>,
}

impl OnCall {
    /// Who is to be asked: the primary or, where nobody is, the declared backup person.
    pub fn answering(&self) -> Option<Holding> {
        let declared = || {
            let gap = self.gap.as_ref()?;
            let person = gap.fallback.clone()?;
            Some(Holding { person, since: gap.since, until: gap.until, why: Why::DeclaredBackup })
        };
        self.primary.clone().or_else(declared)
    }
}

/// A stretch of time with one holder and one reason. Nobody (a gap) is a segment too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub from: Timestamp,
    pub until: Timestamp,
    pub held: Option<(UserId, Why)>,
}

impl Segment {
    pub fn person(&self) -> Option<&UserId> {
        self.held.as_ref().map(|(person, _)| person)
    }
}
