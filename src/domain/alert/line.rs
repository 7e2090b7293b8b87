//! What people ask about alerts, what they get back, and what is said of them in channels.

mod refused;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::refused::{AlertsRefusal, Unclear};
use super::asking::Asking;
use super::bound::PutOff;
use super::ear::Ear;
use super::group::{Group, GroupId};
use super::rules::Verdict;
use super::signal::Source;
use super::silence::{Matcher, Silence, SilenceId};
use super::{Alert, AlertId};
use crate::Severity;
use crate::actor::Actor;
use crate::id::{IncidentId, UserId};
use crate::oncall::Why as Held;
use crate::timer::Lateness;
use crate::vendor::VendorSays;

/// One thing to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertsLine {
    List,
    Show {
        alert: AlertId,
    },
    Ack {
        alert: AlertId,
    },
    /// It is over, where its source does not say so.
    Resolve {
        alert: AlertId,
        why: Option<String>,
    },
    Silence {
        what: Silenced,
        long: SignedDuration,
        why: String,
    },
    /// For how long, and why? The button.
    SilenceHow {
        alert: AlertId,
    },
    Unsilence {
        which: Unsilenced,
    },
    Why {
        alert: AlertId,
    },
    Attach {
        alert: AlertId,
        incident: IncidentId,
    },
    Detach {
        alert: AlertId,
    },
    Declare {
        alert: AlertId,
        severity: Option<Severity>,
    },
    Sources,
    /// What would happen.
    Test {
        severity: Option<Severity>,
        source: Source,
    },
    Help,
    /// What was not understood.
    Unclear(Unclear),
}

/// What is to be silent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Silenced {
    Alert(AlertId),
    Matching(Matcher),
}

/// Which silence is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unsilenced {
    Silence(SilenceId),
    /// The one that holds this alert back.
    Of(AlertId),
}

impl AlertsLine {
    /// The word people type for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Show { .. } => "show",
            Self::Ack { .. } => "ack",
            Self::Resolve { .. } => "resolve",
            Self::Silence { .. } | Self::SilenceHow { .. } => "silence",
            Self::Unsilence { .. } => "unsilence",
            Self::Why { .. } => "why",
            Self::Attach { .. } => "attach",
            Self::Detach { .. } => "detach",
            Self::Declare { .. } => "declare",
            Self::Sources => "sources",
            Self::Test { .. } => "test",
            Self::Help | Self::Unclear(_) => "help",
        }
    }

    /// Whether it changes nothing.
    pub fn reads(&self) -> bool {
        match self {
            Self::List
            | Self::Show { .. }
            | Self::SilenceHow { .. }
            | Self::Why { .. }
            | Self::Sources
            | Self::Test { .. }
            | Self::Help
            | Self::Unclear(_) => true,
            Self::Ack { .. }
            | Self::Resolve { .. }
            | Self::Silence { .. }
            | Self::Unsilence { .. }
            | Self::Attach { .. }
            | Self::Detach { .. }
            | Self::Declare { .. } => false,
        }
    }
}

/// What comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertsAnswer {
    List(Box<Listed>),
    Show {
        alert: Box<Alert>,
        group: Option<Box<Group>>,
        silence: Option<Box<Silence>>,
        now: Timestamp,
    },
    /// `incident`: whoever asked has it as well now.
    Acked {
        alert: AlertId,
        title: String,
        alerts: u32,
        incident: Option<IncidentId>,
    },
    /// `incident`: of which it was a part; `others` share its message and still fire.
    Resolved {
        alert: AlertId,
        title: String,
        others: u32,
        incident: Option<IncidentId>,
    },
    /// `calls`: among what it fits is what would page.
    Silenced {
        silence: Box<Silence>,
        #[serde(default)]
        calls: bool,
        /// Open alerts that it fits; `None` where an older howler answered.
        #[serde(default)]
        fits: Option<usize>,
        now: Timestamp,
    },
    SilenceHow {
        alert: AlertId,
        title: String,
    },
    Unsilenced {
        silence: Box<Silence>,
        open: usize,
    },
    Why(Box<Why>),
    /// `from`: the incident that it belonged to until now.
    Attached {
        alert: AlertId,
        incident: IncidentId,
        from: Option<IncidentId>,
        alerts: u32,
    },
    /// So many share its message, and went with it.
    Detached {
        alert: AlertId,
        incident: IncidentId,
        #[serde(default)]
        alerts: u32,
    },
    Declared {
        alert: AlertId,
        incident: IncidentId,
    },
    Sources {
        ears: Vec<Ear>,
        /// What they are asked.
        #[serde(default)]
        asking: Box<Asking>,
        /// What would page, and calls nobody.
        #[serde(default)]
        uncalled: Vec<Uncalled>,
        /// What howler reads itself.
        #[serde(default)]
        watches: Vec<Watched>,
        /// What vendors say of those of them whose alerts come from there.
        #[serde(default)]
        late: Vec<VendorSays>,
        now: Timestamp,
    },
    Test {
        severity: Option<Severity>,
        source: Source,
        verdict: Box<Verdict>,
        on_call: Option<UserId>,
    },
    Help,
    Unclear(Unclear),
    Refused(AlertsRefusal),
}

/// How a watch stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    pub name: String,
    /// In words: its last value and its level, or why nobody can tell.
    pub stands: String,
    pub cannot_tell: bool,
    /// When its last value came.
    pub at: Option<Timestamp>,
}

impl AlertsAnswer {
    /// Whether nothing was done of what was asked.
    pub fn refuses(&self) -> bool {
        matches!(self, Self::Unclear(_) | Self::Refused(_))
    }
}

/// Of what nobody would be called, though it is bad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Uncalled {
    /// A silence holds it back.
    Silenced(Box<Silence>),
    /// What this source says may page; that it says nothing any more does not.
    Silent { source: Source, severity: Severity },
}

/// What is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The worst first, and of those the newest.
    pub rows: Vec<Row>,
    /// Alerts that no row stands for.
    #[serde(default)]
    pub more: usize,
    /// How many are open, and in how many groups.
    pub alerts: usize,
    pub groups: usize,
    pub silences: Vec<Silence>,
    /// Sources of which new ones are put off.
    #[serde(default)]
    pub put_off: Vec<(Source, PutOff)>,
    pub now: Timestamp,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub alert: AlertId,
    pub title: String,
    pub severity: Severity,
    pub source: Source,
    pub since: Timestamp,
    pub count: u64,
    pub state: State,
    pub incident: Option<IncidentId>,
    pub group: Option<GroupId>,
    /// So many more that share its message, and are as bad and as loud.
    #[serde(default)]
    pub others: usize,
}

impl Row {
    /// Of `alert`, whose group is `group`.
    pub fn of(alert: &Alert, group: Option<&Group>) -> Self {
        Self {
            alert: alert.id,
            title: alert.told.title.clone(),
            severity: alert.verdict.severity,
            source: alert.source,
            since: alert.first,
            count: alert.count,
            state: State::of(alert, group),
            incident: alert.incident,
            group: alert.group,
            others: 0,
        }
    }
}

/// One row for all that share a message, a severity and an incident, and are silenced or not: the first of them stands for the others.
pub fn fold(rows: Vec<Row>) -> Vec<Row> {
    let mut places = HashMap::new();
    let mut folded: Vec<Row> = Vec::new();
    for row in rows {
        let silenced = matches!(row.state, State::Silenced { .. });
        let first = row.group.map(|group| {
            *places.entry((group, row.severity, row.incident, silenced)).or_insert(folded.len())
        });
        match first.and_then(|first| folded.get_mut(first)) {
            Some(first) => first.others += 1 + row.others,
            None => folded.push(row),
        }
    }
    folded
}

/// What is the matter with an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It counts then, where it still fires.
    Waiting {
        until: Timestamp,
    },
    Open,
    Flapping {
        times: usize,
        since: Timestamp,
    },
    /// howler itself: somebody at the source has it.
    Acknowledged {
        by: Actor,
        at: Timestamp,
    },
    Silenced {
        silence: SilenceId,
        until: Timestamp,
    },
    Resolved {
        at: Timestamp,
        /// Where a person said so.
        #[serde(default)]
        by: Option<Actor>,
    },
}

impl State {
    /// Of `alert`, whose group is `group`.
    pub fn of(alert: &Alert, group: Option<&Group>) -> Self {
        let acked = alert.acknowledged().or_else(|| group?.acked.clone());
        match (alert.ended, alert.silence, alert.waits_until(), acked, alert.flapping) {
            (Some(at), ..) => {
                Self::Resolved { at, by: alert.closed.as_ref().map(|closed| closed.by.clone()) }
            }
            (None, Some((silence, until)), ..) => Self::Silenced { silence, until },
            (None, None, Some(until), ..) => Self::Waiting { until },
            (None, None, None, Some(acked), _) => Self::Acknowledged { by: acked.by, at: acked.at },
            (None, None, None, None, Some(flapping)) => {
                Self::Flapping { times: flapping.flips, since: flapping.first }
            }
            (None, None, None, None, None) => Self::Open,
        }
    }
}

/// Where an alert came from and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    pub alert: Alert,
    pub group: Option<Group>,
    pub silence: Option<Silence>,
    /// Who was on call when howler heard of it, and by what.
    pub duty: Option<(UserId, Held)>,
    /// Who is on call now.
    pub on_call: Option<UserId>,
    /// What its source's vendor says is wrong: what comes from there may be late.
    #[serde(default)]
    pub late: Vec<VendorSays>,
    pub now: Timestamp,
}

/// What is said of them in a channel, beside what they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// Half of the response time is over, and nobody has it.
    Reminded {
        late: Option<Lateness>,
    },
    /// The response time is over, and nobody has it.
    Breached {
        late: Option<Lateness>,
    },
    SilenceOver {
        late: Option<Lateness>,
    },
}
