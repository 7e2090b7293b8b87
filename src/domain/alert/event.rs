//! What happened to an alert. It is its list of events; they are never changed, only added to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::course::{Place, Point};
use super::group::GroupId;
use super::hear::Checked;
use super::rules::Verdict;
use super::signal::{Link, Said, Signal, Source, Trouble};
use super::silence::SilenceId;
use crate::Severity;
use crate::actor::Actor;
use crate::id::IncidentId;
use crate::timer::Lateness;

/// One event. `seq` counts from 1 within its alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertEvent {
    pub seq: u32,
    /// When howler took it in; what the source's clock says stands in the event.
    pub at: Timestamp,
    /// howler itself where the source says it.
    #[serde(default, skip_serializing_if = "Actor::is_howler")]
    pub by: Actor,
    pub kind: AlertEventKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertEventKind {
    Opened(Box<Opened>),
    /// The source said something of it. What it tells beside is kept where that is new.
    Heard {
        said: Said,
        place: Place,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        news: Option<Box<News>>,
    },
    /// It lasted long enough to count.
    Counts {
        late: Option<Lateness>,
    },
    /// It did not go back and forth for long enough.
    Calm {
        late: Option<Lateness>,
    },
    /// Somebody has it.
    Acked,
    Attached {
        incident: IncidentId,
    },
    Detached,
    /// The incident that it was a part of is over, though it fires: whoever had it had that.
    Untaken,
    /// Its group's message shows it.
    Grouped {
        group: GroupId,
    },
    /// A silence holds it back.
    Silenced {
        silence: SilenceId,
        until: Timestamp,
    },
    Unsilenced,
    /// A person says that it is over, where its source may never say so.
    Closed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// Its source answered this when howler asked; what follows from it is heard next.
    Answered {
        what: String,
    },
}

/// The first thing that is heard of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub source: Source,
    pub key: String,
    /// Its own, and what was said before it came.
    pub points: Vec<Point>,
    pub told: Told,
    pub verdict: Verdict,
    /// The end of the alert before it with the same key: what was said up to then is not about this one.
    pub after: Option<Timestamp>,
    /// What holds it back, and until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<(SilenceId, Timestamp)>,
    /// By what its source was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
    /// What the alert before it with the same key was taken out of by a person.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub out_of: BTreeSet<IncidentId>,
}

/// What a signal tells beside its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub title: String,
    pub trouble: Trouble,
    /// As the source names it.
    pub severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

impl Told {
    pub fn of(signal: &Signal) -> Self {
        let Signal { title, trouble, severity, facts, links, .. } = signal.clone();
        Self { title, trouble, severity, facts, links }
    }

    /// Whether `signal` tells the same.
    pub fn is_of(&self, signal: &Signal) -> bool {
        self.title == signal.title
            && self.trouble == signal.trouble
            && self.severity == signal.severity
            && self.facts == signal.facts
            && self.links == signal.links
    }
}

/// What is told of it now, and what the rules make of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    pub told: Told,
    pub verdict: Verdict,
}
