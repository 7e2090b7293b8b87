//! Alerts that share one message. Each alert that is told belongs to one group; most groups have one alert.

pub mod event;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::event::{GroupEvent, GroupEventKind, GroupOpened};
use super::line::Notice;
use super::rules::Channel;
use super::{Acked, Alert, AlertId};
use crate::Severity;
use crate::aggregate::{Aggregate, Cause, Moment, Next, Plain};
use crate::answer::Summary;
use crate::effect::{EffectKind, Lane, To};
use crate::feature;
use crate::id::{ChannelId, IncidentId, MessageTs};
use crate::incident::Intent;
use crate::owner::Owner;
use crate::timer::{Lateness, TimerKind};

/// A group's number, counted from 1 and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupId(pub u64);

impl fmt::Display for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "group {} of alerts", self.0)
    }
}

/// The state of one, read off its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: GroupId,
    /// What its alerts have in common: see [`super::rules::Verdict::group`].
    pub key: String,
    pub channel: Channel,
    /// Its message calls whoever is on call.
    pub mention: bool,
    /// The worst of its alerts.
    pub severity: Severity,
    pub first: AlertId,
    /// Since when something is wrong, by the first alert's own clock.
    pub since: Timestamp,
    /// When the last one joined.
    pub joined: Timestamp,
    /// How many joined, and how many of them are open.
    pub alerts: u32,
    pub open: u32,
    /// When somebody is reminded, and when the response time is over.
    pub remind: Option<Timestamp>,
    pub due: Option<Timestamp>,
    pub reminded: bool,
    pub breached: bool,
    /// Since when somebody is asked to take it, where that is later than its first alert: before, nothing was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Timestamp>,
    pub acked: Option<Acked>,
    pub incident: Option<IncidentId>,
    /// A person took it out of its incident: what comes anew has a message of its own, and does not take it back there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
    /// Its message.
    pub post: Option<(ChannelId, MessageTs)>,
    /// When the last of them was over.
    pub ended: Option<Timestamp>,
    /// How many events it has; the next one's `seq` is one more.
    pub events: u32,
}

/// What its message shows, as it is when that is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub group: Group,
    /// The worst and newest of its open alerts; the first one where none is open.
    pub alerts: Vec<Arc<Alert>>,
    /// How often they were said to fire, those that are open.
    pub signals: u64,
    /// Incidents that they may belong to, the likely ones first.
    pub incidents: Vec<Summary>,
    /// The incident that they belonged to and that is over, though they fire.
    pub left_by: Option<LeftBy>,
    /// When it was read.
    pub at: Timestamp,
}

/// An incident that is over, though alerts that belonged to it fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftBy {
    pub incident: IncidentId,
    pub cancelled: bool,
}

/// Most alerts that a message names.
pub const NAMED: usize = 5;

impl Group {
    /// The one that its first event makes; `None` where the event opens nothing.
    pub fn opened(id: GroupId, event: &GroupEvent) -> Option<Self> {
        let GroupEventKind::Opened(opened) = &event.kind else { return None };
        let GroupOpened { key, channel, mention, severity, first, since, remind, due } =
            opened.as_ref().clone();
        Some(Self {
            id,
            key,
            channel,
            mention,
            severity,
            first,
            since,
            joined: event.at,
            alerts: 1,
            open: 1,
            remind,
            due,
            reminded: false,
            breached: false,
            asked: None,
            acked: None,
            incident: None,
            apart: false,
            post: None,
            ended: None,
            events: event.seq,
        })
    }

    /// Whoever had them had what is over: somebody is asked as at the first time.
    fn begins_anew(&mut self, at: Timestamp) {
        if self.acked.take().is_none() {
            return;
        }
        let later = at.duration_since(self.since);
        for due in [&mut self.remind, &mut self.due].into_iter().flatten() {
            *due = due.saturating_add(later).unwrap_or(Timestamp::MAX);
        }
        (self.reminded, self.breached) = (false, false);
    }

    /// Nobody has it yet, though somebody is to.
    fn waits(&self) -> bool {
        self.is_live() && self.acked.is_none() && self.incident.is_none()
    }
}

impl Aggregate for Group {
    type Id = GroupId;
    type Event = GroupEvent;
    type Kind = GroupEventKind;
    type Around<'a> = ();

    fn id(&self) -> GroupId {
        self.id
    }

    fn owner_of(id: GroupId) -> Owner {
        Owner::AlertGroup(id)
    }

    fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    fn events(&self) -> u32 {
        self.events
    }

    fn event(seq: u32, at: Timestamp, cause: &Cause, kind: GroupEventKind) -> GroupEvent {
        GroupEvent { seq, at, by: cause.by.clone(), kind }
    }

    fn seq(event: &GroupEvent) -> u32 {
        event.seq
    }

    fn apply(&mut self, event: &GroupEvent) {
        self.events = event.seq;
        match &event.kind {
            GroupEventKind::Opened(_) => {}
            GroupEventKind::Joined { severity, .. } => {
                (self.alerts, self.open) = (self.alerts + 1, self.open + 1);
                (self.joined, self.ended) = (event.at, None);
                self.severity = self.severity.min(*severity);
            }
            GroupEventKind::Over { at, .. } => {
                self.open = self.open.saturating_sub(1);
                self.ended = (self.open == 0).then_some(*at);
            }
            GroupEventKind::Again { .. } => {
                if self.ended.take().is_some() {
                    self.asked = Some(event.at);
                    self.begins_anew(event.at);
                }
                self.open += 1;
            }
            GroupEventKind::Raised { severity } => self.severity = self.severity.min(*severity),
            GroupEventKind::Acked => self.acked = Some(Acked { by: event.by.clone(), at: event.at }),
            GroupEventKind::Attached { incident } => {
                // Whoever has that has them.
                self.acked = self.acked.take().filter(|_| self.incident == Some(*incident));
                (self.incident, self.apart) = (Some(*incident), false);
            }
            GroupEventKind::Detached => {
                (self.incident, self.asked, self.apart) = (None, Some(event.at), true);
            }
            GroupEventKind::Reminded { .. } => self.reminded = true,
            GroupEventKind::Breached { .. } => (self.reminded, self.breached) = (true, true),
            GroupEventKind::Posted { channel, message } => {
                self.post = Some((channel.clone(), message.clone()));
            }
        }
    }

    /// The reminder, then the end of the response time.
    fn timers(&self) -> Vec<(TimerKind, Timestamp)> {
        let remind = self.remind.filter(|_| !self.reminded);
        let due = remind.or(self.due.filter(|_| !self.breached)).filter(|_| self.waits());
        due.map(|due| (TimerKind::AlertGroup, due)).into_iter().collect()
    }

    fn effects(_: Option<&Self>, after: &Self, event: &GroupEvent, (): &()) -> Vec<Intent> {
        let notice = match &event.kind {
            GroupEventKind::Posted { .. } => return Vec::new(),
            GroupEventKind::Reminded { late } => Some(Notice::Reminded { late: *late }),
            GroupEventKind::Breached { late } => Some(Notice::Breached { late: *late }),
            _ => None,
        };
        let card = Intent { lane: Lane::Alerts(after.id), kind: EffectKind::AlertCard { group: after.id } };
        let notice = notice.map(|notice| Intent {
            lane: Lane::Notice(after.owner()),
            kind: EffectKind::Notice {
                to: To::Source(after.channel.clone()),
                notice: feature::Notice::Alerts(Box::new(after.clone()), notice),
            },
        });
        notice.into_iter().chain([card]).collect()
    }

    fn next(_: &Self, _: &GroupEvent, (): &()) -> Option<Next<GroupEventKind>> {
        None
    }

    /// Missed both while howler was down, it says the worse of the two alone.
    fn fire(&self, kind: TimerKind, moment: Moment, (): &()) -> Vec<GroupEventKind> {
        if kind != TimerKind::AlertGroup || !self.waits() {
            return Vec::new();
        }
        let known = |due: Timestamp| self.asked.map_or(due, |asked| asked.max(due));
        let late = |due| Lateness::of(known(due), moment.now, moment.outage);
        match (self.remind, self.due) {
            (_, Some(due)) if due <= moment.now && !self.breached => {
                vec![GroupEventKind::Breached { late: late(due) }]
            }
            (Some(due), _) if due <= moment.now && !self.reminded => {
                vec![GroupEventKind::Reminded { late: late(due) }]
            }
            _ => Vec::new(),
        }
    }
}

/// A line of an export.
#[derive(Debug, Serialize)]
pub struct Facts<'a> {
    kind: &'static str,
    group: GroupId,
    key: &'a str,
    severity: Severity,
    first_alert: AlertId,
    since: Timestamp,
    alerts: u32,
    open: u32,
    acknowledged_at: Option<Timestamp>,
    breached: bool,
    /// `None` while one of them is open.
    resolved_at: Option<Timestamp>,
    incident: Option<IncidentId>,
    events: u32,
}

impl Plain for Group {
    type Facts<'a> = Facts<'a>;

    fn facts(&self) -> Facts<'_> {
        Facts {
            kind: "alert_group",
            group: self.id,
            key: &self.key,
            severity: self.severity,
            first_alert: self.first,
            since: self.since,
            alerts: self.alerts,
            open: self.open,
            acknowledged_at: self.acked.as_ref().map(|acked| acked.at),
            breached: self.breached,
            resolved_at: self.ended,
            incident: self.incident,
            events: self.events,
        }
    }
}
