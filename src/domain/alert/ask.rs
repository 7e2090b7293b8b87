//! What a line about alerts decides.

use jiff::{SignedDuration, Timestamp};

use super::Alert;
use super::event::AlertEventKind;
use super::group::Group;
use super::line::AlertsRefusal;
use super::silence::{Matcher, Silence, SilenceEventKind};
use crate::id::IncidentId;
use crate::request::Place;

/// Longest silence, in hours: after a month nobody remembers why.
const HOURS_MOST: i64 = 30 * 24;
/// Most silences at a time: each new alert is held against all of them.
const MOST: usize = 100;

/// Somebody has it.
///
/// # Errors
/// It is over, or somebody has it already.
pub fn ack(alert: &Alert, group: Option<&Group>) -> Result<AlertEventKind, AlertsRefusal> {
    open(alert)?;
    let acked = alert.acknowledged().or_else(|| group?.acked.clone());
    match acked {
        Some(acked) => Err(AlertsRefusal::AckedAlready { alert: alert.id, by: acked.by, at: acked.at }),
        None => Ok(AlertEventKind::Acked),
    }
}

/// It is over, says a person.
///
/// # Errors
/// It is over already.
pub fn close(alert: &Alert, why: Option<String>) -> Result<AlertEventKind, AlertsRefusal> {
    open(alert).map(|()| AlertEventKind::Closed { why })
}

/// Sets a silence beside those that are not over.
///
/// # Errors
/// It would fit everything, last too long, or be one too many.
pub fn silence(
    matcher: Matcher,
    title: Option<String>,
    (long, why): (SignedDuration, String),
    place: Place,
    others: &[Silence],
    now: Timestamp,
) -> Result<SilenceEventKind, AlertsRefusal> {
    if matcher.is_empty() {
        return Err(AlertsRefusal::Everything);
    }
    if long > SignedDuration::from_hours(HOURS_MOST) {
        return Err(AlertsRefusal::TooLong { hours: HOURS_MOST });
    }
    if others.len() >= MOST {
        return Err(AlertsRefusal::TooMany { most: MOST });
    }
    let until = now.saturating_add(long).unwrap_or(Timestamp::MAX);
    Ok(SilenceEventKind::Set { matcher, title, until, why, place })
}

/// Ends a silence.
///
/// # Errors
/// It is over.
pub fn lift(silence: &Silence) -> Result<SilenceEventKind, AlertsRefusal> {
    match &silence.ended {
        Some(ended) => Err(AlertsRefusal::SilenceOver { silence: silence.id, at: ended.at }),
        None => Ok(SilenceEventKind::Lifted),
    }
}

/// What is `owner`'s until now belongs to this incident.
///
/// # Errors
/// It does already.
pub fn attach(
    alert: &Alert,
    owner: Option<IncidentId>,
    incident: IncidentId,
) -> Result<AlertEventKind, AlertsRefusal> {
    match owner {
        Some(known) if known == incident => Err(AlertsRefusal::AttachedAlready { alert: alert.id, incident }),
        _ => Ok(AlertEventKind::Attached { incident }),
    }
}

/// Whether it can still be silenced or declared.
///
/// # Errors
/// It is over.
pub fn open(alert: &Alert) -> Result<(), AlertsRefusal> {
    match alert.ended {
        Some(at) => {
            let by = alert.closed.as_ref().map(|closed| closed.by.clone());
            Err(AlertsRefusal::Over { alert: alert.id, at, by })
        }
        None => Ok(()),
    }
}
