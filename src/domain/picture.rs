//! When a picture of something that is watched is worth showing, and what it shows.
//!
//! Decided here are the name, the span, the marks and the message under which it stands. The values are read from the store when it is
//! drawn: a day of them would make the outbox' row a hundred times as large, and of a span that is over every attempt reads the same.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::alert::group::{Group, GroupId};
use crate::alert::signal::Source;
use crate::id::{IncidentId, UserId};
use crate::incident::Incident;
use crate::metrics::{LONGEST, MetricsAnswer};
use crate::oncall::answer::OncallAnswer;
use crate::oncall::zone::Zone;

/// How much is shown at least.
const LEAST: SignedDuration = SignedDuration::from_hours(3);
/// How much is shown at least before it began.
const BEFORE: SignedDuration = SignedDuration::from_mins(30);
/// Most turns of a picture of the schedule.
const TURNS: usize = 200;
/// A message of more alerts than this gets no more pictures.
const PICTURED: u32 = 3;

/// A picture to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The watch's name.
    pub watch: String,
    pub from: Timestamp,
    pub until: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    pub under: Under,
    /// It is of the schedule, and of no watch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Box<Turns>>,
}

/// Who is on call when, as it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    pub zone: Zone,
    /// In order; nobody's where there is no person.
    pub turns: Vec<(Timestamp, Timestamp, Option<UserId>)>,
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Under {
    /// In the thread of the message of a group of alerts.
    Alerts(GroupId),
    /// In the thread of its incident's card.
    Card,
    /// In the direct messages of whoever asked.
    Asker(UserId),
}

impl Under {
    /// The group of alerts under whose message it stands.
    pub fn group(&self) -> Option<GroupId> {
        match self {
            Self::Alerts(group) => Some(*group),
            Self::Card | Self::Asker(_) => None,
        }
    }
}

/// What happened meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub at: Timestamp,
    pub incident: IncidentId,
    pub ended: bool,
}

impl Mark {
    /// `INC-12 began`.
    pub fn in_words(&self) -> String {
        format!("{} {}", self.incident, if self.ended { "ended" } else { "began" })
    }
}

/// The watch that an alert comes from.
pub fn watch_of(alert: &Alert) -> Option<&str> {
    let (name, rest) = alert.key.split_once(':').unwrap_or((&alert.key, ""));
    // A certificate's is of a host, and no name holds a colon.
    let is_certificate = name == "certificate" && !rest.is_empty() && rest != "absent";
    Some(name).filter(|name| alert.source == Source::Watch && !name.is_empty() && !is_certificate)
}

/// Since when, so that it is seen how it was before `since`.
fn from(since: Timestamp, now: Timestamp) -> Timestamp {
    let long = now.duration_since(since).max(SignedDuration::ZERO);
    let span = long.saturating_add(BEFORE.max(long / 4)).clamp(LEAST, LONGEST);
    now.saturating_sub(span).unwrap_or(Timestamp::MIN)
}

/// Of an incident, what happened to it.
pub fn marks(incident: &Incident) -> Vec<Mark> {
    let id = incident.id;
    let began = Mark { at: incident.counts_from(), incident: id, ended: false };
    let ended = incident.resolution().map(|resolution| Mark { at: resolution.at, incident: id, ended: true });
    [began].into_iter().chain(ended).collect()
}

/// Where people are told of an alert, or it became worse. `incident` is the one it belongs to.
pub fn of_alert(
    before: Option<&Alert>,
    after: &Alert,
    group: &Group,
    incident: Option<&Incident>,
    now: Timestamp,
) -> Option<Picture> {
    let watch = watch_of(after).filter(|_| after.is_told() && group.alerts <= PICTURED)?;
    let shown = |alert: &Alert| alert.group.is_some() && alert.is_told();
    let was = before.filter(|before| shown(before));
    let is_new = before.is_none_or(|before| before.group.is_none());
    let is_worse = was.is_some_and(|was| after.verdict.severity < was.verdict.severity);
    (is_new || is_worse).then(|| Picture {
        watch: watch.to_owned(),
        from: from(after.first, now),
        until: now,
        marks: incident.map(marks).unwrap_or_default(),
        under: Under::Alerts(group.id),
        schedule: None,
    })
}

/// Beside the answer to whoever asked how it went, where there is something to see.
pub fn of_asked(answer: &MetricsAnswer, asker: &UserId) -> Option<Picture> {
    let MetricsAnswer::One(course) = answer else { return None };
    course.went.as_ref()?;
    let (watch, from, until) = (course.metric.name.clone(), course.from, course.until);
    let under = Under::Asker(asker.clone());
    Some(Picture { watch, from, until, marks: Vec::new(), under, schedule: None })
}

/// Beside the answer to whoever asked for the schedule, where there is somebody in it.
pub fn of_schedule(answer: &OncallAnswer, asker: &UserId, now: Timestamp) -> Option<Picture> {
    let OncallAnswer::Schedule { zone, segments, .. } = answer else { return None };
    let turns = segments.iter().take(TURNS).map(|one| (one.from, one.until, one.person().cloned()));
    let turns: Vec<(Timestamp, Timestamp, Option<UserId>)> = turns.collect();
    let until =
        turns.last().filter(|_| turns.iter().any(|(.., who)| who.is_some())).map(|(_, until, _)| *until)?;
    let schedule = Some(Box::new(Turns { zone: Zone::named(zone).ok()?, turns }));
    let (watch, under) = ("the schedule".to_owned(), Under::Asker(asker.clone()));
    Some(Picture { watch, from: now, until, marks: Vec::new(), under, schedule })
}

/// Where an alert joined an incident whose card names it.
pub fn of_joined(alert: &Alert, incident: &Incident, now: Timestamp) -> Option<Picture> {
    let watch = watch_of(alert)?;
    let is_named = incident.alerts.named.iter().any(|named| named.alert == alert.id);
    is_named.then(|| of_incident(watch, incident, alert.first, now))
}

/// How it went, once an incident is over. A false alarm needs no picture.
pub fn of_ended(alert: &Alert, incident: &Incident, now: Timestamp) -> Option<Picture> {
    let watch = watch_of(alert)?;
    let is_over = incident.resolution().is_some() && !incident.is_cancelled();
    is_over.then(|| of_incident(watch, incident, alert.first, now))
}

fn of_incident(watch: &str, incident: &Incident, since: Timestamp, now: Timestamp) -> Picture {
    let marks = marks(incident);
    let since = marks.first().map_or(since, |began| began.at.min(since));
    let (from, under) = (from(since, now), Under::Card);
    Picture { watch: watch.to_owned(), from, until: now, marks, under, schedule: None }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Severity;
    use crate::aggregate::{Aggregate, Cause};
    use crate::alert::AlertId;
    use crate::alert::decide::{Brings, heard};
    use crate::alert::ear::Known;
    use crate::alert::group::event::{GroupEventKind, GroupOpened};
    use crate::alert::rules::{Channel, Rules, judge};
    use crate::alert::signal::{Said, Signal, Trouble};
    use crate::alert::silence::SilenceId;

    fn now() -> Timestamp {
        "2026-11-30T02:20:00Z".parse().unwrap()
    }

    /// A P2 that its message shows.
    fn alert(source: Source, key: &str) -> Alert {
        let signal = Signal {
            source,
            key: key.into(),
            said: Said::Firing,
            trouble: Trouble::Other,
            severity: Some(Severity::P2),
            title: "Response time p99".into(),
            facts: Default::default(),
            links: Vec::new(),
            at: Some(now()),
            order: None,
        };
        let judged = || judge(&signal, &Rules::default(), now());
        let Brings::Opens(kind) = heard(&signal, None, &Known::default(), now(), judged) else { panic!() };
        let alert = Alert::opened(AlertId(1), &Alert::event(1, now(), &Cause::howler(), kind)).unwrap();
        Alert { group: Some(GroupId(1)), ..alert }
    }

    fn at(severity: Severity, alert: &Alert) -> Alert {
        let verdict = crate::alert::rules::Verdict { severity, ..alert.verdict.as_ref().clone() };
        Alert { verdict: Arc::new(verdict), ..alert.clone() }
    }

    fn group(alerts: u32) -> Group {
        let opened = GroupOpened {
            key: "k".into(),
            channel: Channel::Metrics,
            mention: true,
            severity: Severity::P2,
            first: AlertId(1),
            since: now(),
            remind: None,
            due: None,
            respond: None,
            out_of: Default::default(),
        };
        let event = Group::event(1, now(), &Cause::howler(), GroupEventKind::Opened(Box::new(opened)));
        Group { alerts, ..Group::opened(GroupId(1), &event).unwrap() }
    }

    #[test]
    fn an_alert_of_a_watch_has_one_as_it_is_told_and_as_it_becomes_worse() {
        let told = alert(Source::Watch, "response-time-p99:breached");
        let apart = Alert { group: None, ..told.clone() };
        let silent = Alert { silence: Some((SilenceId(1), now())), ..told.clone() };
        let other = alert(Source::Grafana, "response-time-p99");
        let worse = at(Severity::P1, &told);
        for (before, after, alerts, shown) in [
            (None, &told, 1, true),
            (Some(&apart), &told, 1, true),
            (Some(&told), &told, 1, false),
            (Some(&told), &worse, 1, true),
            (Some(&worse), &told, 1, false),
            (Some(&told), &silent, 1, false),
            // It was told before the silence.
            (Some(&silent), &told, 1, false),
            (None, &other, 1, false),
            (None, &told, 3, true),
            (None, &told, 4, false),
        ] {
            let picture = of_alert(before, after, &group(alerts), None, now());
            assert_eq!(picture.is_some(), shown, "{before:?} {after:?} {alerts}");
            assert!(picture.is_none_or(|picture| picture.watch == "response-time-p99"));
        }
    }

    #[test]
    fn it_is_seen_how_it_was_before() {
        let now: Timestamp = "2026-11-30T02:20:00Z".parse().unwrap();
        let hours = |minutes: i64| {
            let since = now - SignedDuration::from_mins(minutes);
            now.duration_since(from(since, now)).as_mins()
        };
        // Minutes since it began, and minutes that are shown.
        let table = [(-5, 180), (0, 180), (15, 180), (150, 187), (160, 200), (480, 600), (100_000, 43_200)];
        for (began, shown) in table {
            assert_eq!(hours(began), shown, "{began}");
        }
    }
}
