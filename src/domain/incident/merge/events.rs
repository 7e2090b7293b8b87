//! What a merge and a split do to each of the incidents, and what is said of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Alike;
use crate::actor::Actor;
use crate::effect::Room;
use crate::id::{IncidentId, UserId};
use crate::incident::alerts::{Belongings, Tally};
use crate::incident::event::Cancelled;
use crate::incident::severity::Severity;
use crate::incident::{Acknowledgement, Incident, Retraction};

/// What happened to one of the incidents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MergeNews {
    /// It is merged into another one. `missed`: promises broken since the last count.
    Into { whole: Whole, missed: u32 },
    /// What it is merged into is led by another one than before, or got a channel of its own.
    Led { whole: Whole },
    /// It is on its own again.
    SplitOff {
        from: IncidentId,
        back: Back,
        /// What becomes of the time in which somebody is to acknowledge it.
        #[serde(default, skip_serializing_if = "Owed::is_anew")]
        owed: Owed,
    },
    /// Another one is merged into it.
    Took(Took),
    /// One that was merged into it is on its own again, `with` what had been merged into that one.
    Gave {
        incident: IncidentId,
        with: Vec<IncidentId>,
        tally: Tally,
        /// How bad those are that stay and were as bad as it alone because of it.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        back: BTreeMap<IncidentId, Severity>,
    },
    /// Another open one looks the same; or none does any more.
    Alike(Option<Alike>),
}

impl MergeNews {
    /// Whether people are called by it, where nobody has the incident: not where a raise of the severity follows, which calls.
    pub(in crate::incident) fn calls(&self) -> bool {
        match self {
            Self::SplitOff { .. } => true,
            Self::Took(took) => {
                took.raises.is_none()
                    && took.parts.get(&took.incident).is_some_and(|part| part.calls.is_some())
            }
            _ => false,
        }
    }

    /// Whether people do not read it on the timeline.
    pub fn is_bookkeeping(&self) -> bool {
        matches!(self, Self::Led { .. } | Self::Alike(_))
    }
}

/// What becomes of the response time of what is split off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// It counts from now: while it was a part somebody had it, or nobody could answer.
    #[default]
    Anew,
    /// It goes on: nobody has answered, and anybody could.
    GoesOn,
    /// It was over while it was a part, and that was told.
    Over,
}

impl Owed {
    fn is_anew(&self) -> bool {
        *self == Self::Anew
    }
}

/// Who leads what an incident is merged into, as it was when that was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    pub incident: IncidentId,
    pub title: String,
    /// Its own channel, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Room>,
    /// Such a channel is about to be made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub room_comes: bool,
    /// Who has it; `None`: nobody yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<Actor>,
    /// How it ended, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Over>,
}

impl Whole {
    /// As `incident` leads now.
    pub fn of(incident: &Incident) -> Self {
        let (room, resolution) = (incident.room.clone(), incident.resolution());
        Self {
            incident: incident.id,
            title: incident.title.clone(),
            room_comes: room.is_none() && incident.clocks.own_channel,
            room,
            taken: incident.acknowledged.as_ref().map(|answer| answer.by.clone()),
            over: resolution.map(|resolution| Over {
                at: resolution.at,
                by: resolution.by.clone(),
                cancelled: resolution.cancelled.clone(),
            }),
        }
    }
}

/// The end of what an incident is merged into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    pub at: Timestamp,
    pub by: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancelled>,
}

/// One merge of an incident into another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    pub seq: u32,
    pub at: Timestamp,
    pub by: Actor,
    /// The one that it was merged into.
    pub into: IncidentId,
    /// The one that leads now: the same, or what that was merged into since.
    pub whole: Whole,
    /// The one that led then, as it was announced; `None` where an older howler announced it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Whole>,
    pub undone: Option<Retraction>,
}

/// What an incident took over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Took {
    pub incident: IncidentId,
    /// That one, and what had been merged into it.
    pub parts: BTreeMap<IncidentId, Part>,
    /// How many alerts both have.
    pub tally: Tally,
    /// A person did something about it, or declared it.
    pub touched: bool,
    /// It was worse: the whole becomes so with the next event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raises: Option<Severity>,
}

/// Who had an incident, until it became worse by what was merged into it, or by an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// The event by which it did.
    pub seq: u32,
    pub acknowledged: Acknowledgement,
    pub answered: Option<Acknowledgement>,
}

/// One that is merged into another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The event that brought it.
    #[serde(default)]
    pub seq: u32,
    /// It came along with this one, into which it had been merged before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<IncidentId>,
    pub title: String,
    pub severity: Severity,
    /// An alert declared it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_alert: bool,
    /// Who was at work on it.
    pub people: Vec<UserId>,
    /// Who had it; `None` since somebody has the whole, or where nobody had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_it: Option<Actor>,
    /// When somebody had to acknowledge it (UTC): so the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Its paging, which ends with the merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls: Option<Calls>,
    /// Who was called to it and cannot take it: they are not called for the whole either.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub passed: BTreeSet<Actor>,
    /// Its alerts; from then on the whole keeps them: see [`Alerts::lent`](crate::incident::alerts::Alerts).
    #[serde(default, skip_serializing_if = "Belongings::is_empty")]
    pub alerts: Belongings,
}

/// Paging that ends with a merge, though nobody has acknowledged: when it began and when its next step was due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calls {
    pub from: Timestamp,
    pub next: Timestamp,
}

/// The alerts that an incident takes with it when it is split off, and how many they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Back {
    pub own: Belongings,
    /// Of what is merged into it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lent: BTreeMap<IncidentId, Belongings>,
    pub tally: Tally,
}

/// What is said of a merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MergeSaid {
    /// Of the one that was merged, to its stakeholders and its people.
    Into {
        title: String,
        whole: Whole,
        by: Actor,
    },
    /// Of the same, to its people: where the whole goes on now.
    Led {
        whole: Whole,
    },
    /// Of the same, to its people: how the whole ended, or that it is open again.
    Ended {
        whole: Whole,
    },
    /// Of the same, to whoever had a role in it, or had it.
    Yours {
        title: String,
        whole: Whole,
        by: Actor,
    },
    SplitOff {
        title: String,
        from: IncidentId,
        by: Actor,
        update_every: Option<SignedDuration>,
    },
    /// To whoever has a role in what was split off, or has it.
    YoursAgain {
        title: String,
        from: IncidentId,
        by: Actor,
        update_due: Option<Timestamp>,
    },
    /// Of the one that leads, to its people; with how many others.
    Took {
        incident: IncidentId,
        title: String,
        with: usize,
        by: Actor,
    },
    Gave {
        incident: IncidentId,
        with: usize,
        by: Actor,
    },
}
