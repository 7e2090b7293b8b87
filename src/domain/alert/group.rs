//! Alerts that share one message. Each alert that is told belongs to one group; most groups have one alert.

pub mod event;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::event::{Clock, GroupEvent, GroupEventKind, GroupOpened};
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
    /// The time in which somebody is to take it; `None` where nobody is reminded, or an older howler opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond: Option<SignedDuration>,
    pub reminded: bool,
    pub breached: bool,
    /// Since when somebody is asked to take it, where that is later than its first alert: before, nothing was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Timestamp>,
    pub acked: Option<Acked>,
    pub incident: Option<IncidentId>,
    /// That one is over, though it fires.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
    /// A person took it out of its incident: what comes anew has a message of its own, and does not take it back there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
    /// What it was taken out of: no alert of it comes back there by itself.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub out_of: BTreeSet<IncidentId>,
    /// Its message.
    pub post: Option<(ChannelId, MessageTs)>,
    /// Why that stands elsewhere than in its channel, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<String>,
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
        let GroupOpened { key, channel, mention, severity, first, since, remind, due, respond, out_of } =
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
            respond,
            reminded: false,
            breached: false,
            asked: None,
            acked: None,
            incident: None,
            left: false,
            apart: !out_of.is_empty(),
            out_of,
            post: None,
            elsewhere: None,
            ended: None,
            events: event.seq,
        })
    }

    /// What its alerts have in common, whatever channel its message is in.
    pub fn common(&self) -> &str {
        self.key.strip_prefix(&format!("{:?} ", self.channel)).unwrap_or(&self.key)
    }

    /// Somebody is asked as at the first time.
    fn asks_anew(&mut self, at: Timestamp) {
        let half = self.remind.zip(self.due).map(|(remind, due)| due.duration_since(remind) * 2);
        let known = self.respond.or(half).or(self.due.map(|due| due.duration_since(self.since)));
        self.asked = Some(at);
        if let Some(within) = known {
            self.asks(Clock { from: at, within });
        }
    }

    fn asks(&mut self, Clock { from, within }: Clock) {
        let after = |time: SignedDuration| from.saturating_add(time).unwrap_or(Timestamp::MAX);
        (self.remind, self.due, self.respond) = (Some(after(within / 2)), Some(after(within)), Some(within));
        (self.reminded, self.breached) = (false, false);
    }

    /// It is as bad as this from `at` on; the first that somebody is to take begins its clock.
    fn is_as_bad_as(&mut self, severity: Severity, clock: Option<Clock>, at: Timestamp) {
        self.severity = self.severity.min(severity);
        if let Some(clock) = clock.filter(|_| self.due.is_none()) {
            // The message itself reminds of what came late.
            self.asked = Some(at);
            self.asks(clock);
            self.remind = self.remind.filter(|remind| *remind > at);
            self.due = self.due.map(|due| due.max(at));
        }
    }

    /// Nobody has it yet, though somebody is to.
    fn waits(&self) -> bool {
        self.is_live() && self.acked.is_none() && self.is_nobodys()
    }

    /// Whether it is a part of no incident that is open.
    pub fn is_nobodys(&self) -> bool {
        self.incident.is_none() || self.left
    }
}

/// Whose an alert is, which `group` shows: while it fires its message says so for all that it shows. What is over keeps what it had
/// itself. The incident may be merged into another one, or over.
pub fn owner(alert: &Alert, group: Option<&Group>) -> Option<IncidentId> {
    match group {
        Some(group) if alert.is_live() => group.incident,
        group => alert.incident.or(group.and_then(|group| group.incident)),
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
            GroupEventKind::Joined { severity, clock, .. } => {
                (self.alerts, self.open) = (self.alerts + 1, self.open + 1);
                (self.joined, self.ended) = (event.at, None);
                self.is_as_bad_as(*severity, *clock, event.at);
            }
            GroupEventKind::Over { at, .. } => {
                self.open = self.open.saturating_sub(1);
                self.ended = (self.open == 0).then_some(*at);
            }
            GroupEventKind::Again { .. } => {
                if self.ended.take().is_some() {
                    // Whoever had them had what is over.
                    match self.acked.take() {
                        Some(_) => self.asks_anew(event.at),
                        None => self.asked = Some(event.at),
                    }
                }
                self.open += 1;
            }
            GroupEventKind::Raised { severity, clock } => self.is_as_bad_as(*severity, *clock, event.at),
            GroupEventKind::Acked => self.acked = Some(Acked { by: event.by.clone(), at: event.at }),
            GroupEventKind::Attached { incident } => {
                // Whoever has that has them.
                self.acked = self.acked.take().filter(|_| self.incident == Some(*incident));
                (self.incident, self.left, self.apart) = (Some(*incident), false, false);
                self.out_of.remove(incident);
            }
            GroupEventKind::Detached => {
                self.out_of.extend(self.incident.take());
                (self.left, self.asked, self.apart) = (false, Some(event.at), true);
            }
            GroupEventKind::IncidentOver => {
                // Whoever had them had a part of that; at their source somebody may have them still.
                self.acked = self.acked.take().filter(|acked| acked.by.is_howler());
                self.left = true;
                self.asks_anew(event.at);
            }
            GroupEventKind::IncidentBack => self.left = false,
            GroupEventKind::Reminded { .. } => self.reminded = true,
            GroupEventKind::Breached { .. } => (self.reminded, self.breached) = (true, true),
            GroupEventKind::Posted { channel, message, elsewhere } => {
                self.post = Some((channel.clone(), message.clone()));
                self.elsewhere.clone_from(elsewhere);
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
