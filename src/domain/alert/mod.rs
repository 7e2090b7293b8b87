//! An alert: what a machine says is wrong. One row for each key while it is open, whatever comes how often and in which order.
//!
//! What a source says stands in the order of its own clock ([`course`]), so repeated, late and overtaking deliveries leave the same
//! row.

pub mod ask;
pub mod asking;
pub mod bound;
pub mod course;
pub mod decide;
pub mod digest;
pub mod ear;
pub mod event;
pub mod group;
pub mod hear;
pub mod line;
pub mod rules;
pub mod signal;
pub mod silence;
#[cfg(test)]
mod tests;
pub mod watch;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::course::{Course, Flapping, Place, Point};
use self::event::{AlertEvent, AlertEventKind, News, Opened, Told};
use self::group::GroupId;
use self::hear::Checked;
use self::rules::Verdict;
use self::signal::{Said, Source, Trouble};
use self::silence::SilenceId;
use super::Severity;
use super::aggregate::{Aggregate, Cause, Moment, Next, Plain};
use super::incident::Intent;
use super::owner::Owner;
use super::timer::{Lateness, TimerKind};
use crate::actor::Actor;
use crate::id::{IncidentId, typed_number};

/// The same key within this long after it was resolved is the same alert.
pub const REOPENS: SignedDuration = SignedDuration::from_mins(5);
/// One that flaps is held open until it was quiet for so long.
pub const QUIET: SignedDuration = SignedDuration::from_mins(15);
/// Uptime Robot's down counts once it has lasted so long (runbook 1.3).
pub const DOWN_COUNTS: SignedDuration = SignedDuration::from_mins(5);

/// An alert's number, counted from 1 and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub u64);

impl AlertId {
    /// As people type it: `A-12`, `a-12.`, `A12`, `#12` or `12`, also with the dash or the quotes that a phone makes of it.
    pub fn typed(word: &str) -> Option<Self> {
        let word = word.trim_matches(|sign: char| "*`\"'“”‘’()".contains(sign)).replace(['–', '—', '‑'], "-");
        let bare =
            word.strip_prefix(['A', 'a']).filter(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()));
        typed_number(bare.unwrap_or(&word), "A-").map(Self)
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A-{}", self.0)
    }
}

/// A source in one word, as in configurations.
pub fn source_word(source: Source) -> &'static str {
    match source {
        Source::GitHub => "github",
        Source::Vercel => "vercel",
        Source::UptimeRobot => "uptimerobot",
        Source::Alertmanager => "alertmanager",
        Source::Grafana => "grafana",
        Source::PagerDuty => "pagerduty",
        Source::Events => "events",
        Source::Heartbeat => "heartbeat",
        Source::Watch => "watch",
    }
}

/// The state of one, read off its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub id: AlertId,
    pub source: Source,
    pub key: String,
    /// What the newest firing tells.
    pub told: Arc<Told>,
    /// Where that stands.
    pub told_at: Place,
    pub verdict: Arc<Verdict>,
    /// The first and the last firing, by the source's clock.
    pub first: Timestamp,
    pub last: Timestamp,
    /// When howler heard of it first.
    pub heard: Timestamp,
    /// How often it was said to fire.
    pub count: u64,
    pub course: Course,
    /// What was said up to then is about an earlier alert.
    pub after: Option<Timestamp>,
    /// It lasted long enough to be told.
    pub counts: bool,
    /// By a person, and when.
    pub acked: Option<Acked>,
    /// It goes back and forth, and is held open.
    pub flapping: Option<Flapping>,
    /// When it was quiet long enough; flips before do not count.
    pub calm: Option<Timestamp>,
    /// A person said that it is over; nothing was said of it since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// When it was over; `None` while it is open.
    pub ended: Option<Timestamp>,
    pub incident: Option<IncidentId>,
    /// What a person took it out of, or the alert before it with the same key: it does not come back there by itself.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub out_of: BTreeSet<IncidentId>,
    /// Whose message shows it.
    pub group: Option<GroupId>,
    /// What holds it back, and until when.
    pub silence: Option<(SilenceId, Timestamp)>,
    /// Until when a silence held it back, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Timestamp>,
    /// By what its source was known when it was heard of first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
    /// What its source answered last, when howler asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
    /// How many events it has; the next one's `seq` is one more.
    pub events: u32,
}

/// What a source answered when howler asked about an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    pub at: Timestamp,
    /// `run 12 succeeded`.
    pub what: String,
}

/// Who has it, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acked {
    /// howler itself: somebody at the source.
    pub by: Actor,
    pub at: Timestamp,
}

/// Who said that it is over, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    pub by: Actor,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What was said up to then, by the source's clock, is what was meant.
    pub until: Timestamp,
}

impl Alert {
    /// Since when somebody is to answer it (UTC): its own time, and the end of a silence that held it back.
    pub fn asks_since(&self) -> Timestamp {
        self.quiet.map_or(self.first, |quiet| quiet.max(self.first))
    }

    /// The one that its first event makes; `None` where the event opens nothing.
    pub fn opened(id: AlertId, event: &AlertEvent) -> Option<Self> {
        let AlertEventKind::Opened(opened) = &event.kind else { return None };
        let Opened { source, key, points, told, verdict, after, silence, checked, out_of } =
            opened.as_ref().clone();
        let own = points.iter().rev().find(|point| point.1 == Said::Firing).copied()?;
        let mut one = Self {
            id,
            source,
            key,
            told: Arc::new(told),
            told_at: own.0,
            verdict: Arc::new(verdict),
            first: own.at(),
            last: own.at(),
            heard: event.at,
            count: 1,
            course: Course::default(),
            after,
            counts: false,
            acked: None,
            flapping: None,
            calm: None,
            closed: None,
            ended: None,
            incident: None,
            out_of,
            group: None,
            silence,
            quiet: None,
            checked,
            answered: None,
            events: event.seq,
        };
        points.into_iter().for_each(|point| one.course.take(point));
        one.settle(event.at);
        Some(one)
    }

    /// Its source tells that it began, and never that it is over.
    pub fn end_is_never_told(&self) -> bool {
        matches!((self.source, self.told.trouble), (Source::Vercel, Trouble::Other) | (_, Trouble::Expires))
    }

    /// Somebody has it: a person, or the source says so since it fires.
    pub fn acknowledged(&self) -> Option<Acked> {
        let own = self.course.acknowledged().filter(|place| place.at() >= self.first);
        let own = own.map(|place| Acked { by: Actor::Howler, at: place.at() });
        self.acked.clone().or(own)
    }

    /// Whether people are told of it.
    pub fn is_told(&self) -> bool {
        self.is_live() && self.counts && self.silence.is_none() && self.verdict.severity != Severity::P4
    }

    /// Until when it waits to count.
    pub fn waits_until(&self) -> Option<Timestamp> {
        let waits = self.course.fires() && !self.counts && self.closed.is_none();
        self.course
            .since()
            .filter(|_| waits)
            .map(|since| since.saturating_add(DOWN_COUNTS).unwrap_or(Timestamp::MAX))
    }

    /// When one that flaps is let go of, where nothing more is heard.
    pub fn calm_at(&self) -> Option<Timestamp> {
        self.flapping.map(|flapping| flapping.newest.saturating_add(QUIET).unwrap_or(Timestamp::MAX))
    }

    /// What follows from what was said so far, at `now`.
    fn settle(&mut self, now: Timestamp) {
        self.flapping = self.course.flapping(self.calm);
        let meant = self.closed.as_ref().map(|closed| closed.until);
        let fires = self.course.fires() && self.course.fired().is_some_and(|fired| Some(fired) > meant);
        let open = fires || self.flapping.is_some();
        // Whoever had it had what is over.
        self.acked = self.acked.take().filter(|_| self.ended.is_none() || !open);
        self.closed = self.closed.take().filter(|_| !open);
        self.ended = match (open, &self.closed) {
            (true, _) => None,
            (false, Some(closed)) => Some(closed.at),
            (false, None) => self.course.since().max(self.calm),
        };
        let lasts = self.source == Source::UptimeRobot && self.told.trouble == Trouble::Down;
        self.counts |= !lasts || self.flapping.is_some() || self.course.longest(now) >= DOWN_COUNTS;
    }

    fn close(&mut self, event: &AlertEvent, why: Option<&String>) {
        let until = self.course.newest().map_or(event.at, |newest| newest.at().max(event.at));
        self.closed = Some(Closed { by: event.by.clone(), at: event.at, why: why.cloned(), until });
        self.calm = self.calm.max(Some(until));
        self.settle(event.at);
    }

    /// Up to then what its source says is about it; `None` while it is open.
    pub fn over_by(&self) -> Option<Timestamp> {
        self.closed.as_ref().map(|closed| closed.until).or(self.ended)
    }

    fn hear(&mut self, said: Said, place: Place, news: Option<&News>, now: Timestamp) {
        if said == Said::Firing {
            self.count += 1;
            self.first = self.first.min(place.at());
            self.last = self.last.max(place.at());
            self.told_at = self.told_at.max(place);
        }
        if let Some(News { told, verdict }) = news {
            self.told = Arc::new(told.clone());
            self.verdict = Arc::new(verdict.clone());
        }
        self.course.take(Point(place, said));
        self.settle(now);
    }
}

impl Aggregate for Alert {
    type Id = AlertId;
    type Event = AlertEvent;
    type Kind = AlertEventKind;
    type Around<'a> = ();

    fn id(&self) -> AlertId {
        self.id
    }

    fn owner_of(id: AlertId) -> Owner {
        Owner::Alert(id)
    }

    fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    fn events(&self) -> u32 {
        self.events
    }

    fn event(seq: u32, at: Timestamp, cause: &Cause, kind: AlertEventKind) -> AlertEvent {
        AlertEvent { seq, at, by: cause.by.clone(), kind }
    }

    fn seq(event: &AlertEvent) -> u32 {
        event.seq
    }

    fn apply(&mut self, event: &AlertEvent) {
        self.events = event.seq;
        match &event.kind {
            AlertEventKind::Opened(_) => {}
            AlertEventKind::Heard { said, place, news } => {
                self.hear(*said, *place, news.as_deref(), event.at)
            }
            AlertEventKind::Counts { .. } => self.counts = true,
            AlertEventKind::Calm { .. } => {
                self.calm = self.calm_at();
                self.settle(event.at);
            }
            AlertEventKind::Acked => self.acked = Some(Acked { by: event.by.clone(), at: event.at }),
            AlertEventKind::Attached { incident } => {
                // Whoever has that has it.
                self.acked = self.acked.take().filter(|_| self.incident == Some(*incident));
                self.incident = Some(*incident);
                self.out_of.remove(incident);
            }
            AlertEventKind::Detached => self.out_of.extend(self.incident.take()),
            AlertEventKind::Untaken => self.acked = None,
            AlertEventKind::Grouped { group } => self.group = Some(*group),
            AlertEventKind::Silenced { silence, until } => self.silence = Some((*silence, *until)),
            AlertEventKind::Unsilenced => (self.silence, self.quiet) = (None, Some(event.at)),
            AlertEventKind::Closed { why } => self.close(event, why.as_ref()),
            AlertEventKind::Answered { what } => {
                self.answered = Some(Answered { at: event.at, what: what.clone() });
            }
        }
    }

    /// The end of what it waits for.
    fn timers(&self) -> Vec<(TimerKind, Timestamp)> {
        let due = [self.waits_until(), self.calm_at()].into_iter().flatten().min();
        due.map(|due| (TimerKind::Alert, due)).into_iter().collect()
    }

    fn effects(_: Option<&Self>, _: &Self, _: &AlertEvent, (): &()) -> Vec<Intent> {
        Vec::new()
    }

    fn next(_: &Self, _: &AlertEvent, (): &()) -> Option<Next<AlertEventKind>> {
        None
    }

    fn fire(&self, kind: TimerKind, moment: Moment, (): &()) -> Vec<AlertEventKind> {
        let due = |due: Option<Timestamp>| due.filter(|due| kind == TimerKind::Alert && *due <= moment.now);
        let late = |due| Lateness::of(due, moment.now, moment.outage);
        let counts = due(self.waits_until()).map(|due| AlertEventKind::Counts { late: late(due) });
        let calm = due(self.calm_at()).map(|due| AlertEventKind::Calm { late: late(due) });
        counts.into_iter().chain(calm).collect()
    }
}

/// A line of an export.
#[derive(Debug, Serialize)]
pub struct Facts<'a> {
    kind: &'static str,
    alert: AlertId,
    source: Source,
    key: &'a str,
    title: &'a str,
    severity: crate::Severity,
    first_seen: Timestamp,
    last_seen: Timestamp,
    count: u64,
    counts: bool,
    flapping: bool,
    acknowledged_by: Option<&'a Actor>,
    acknowledged_at: Option<Timestamp>,
    /// `None` while it is open.
    resolved_at: Option<Timestamp>,
    /// `None` where its source said so.
    resolved_by: Option<&'a Actor>,
    incident: Option<IncidentId>,
    events: u32,
}

impl Plain for Alert {
    type Facts<'a> = Facts<'a>;

    fn facts(&self) -> Facts<'_> {
        Facts {
            kind: "alert",
            alert: self.id,
            source: self.source,
            key: &self.key,
            title: &self.told.title,
            severity: self.verdict.severity,
            first_seen: self.first,
            last_seen: self.last,
            count: self.count,
            counts: self.counts,
            flapping: self.flapping.is_some(),
            acknowledged_by: self.acked.as_ref().and_then(|acked| acked.by.not_howler()),
            acknowledged_at: self.acknowledged().map(|acked| acked.at),
            resolved_at: self.ended,
            resolved_by: self.closed.as_ref().and_then(|closed| closed.by.not_howler()),
            incident: self.incident,
            events: self.events,
        }
    }
}
