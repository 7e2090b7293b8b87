//! What a line about maintenance decides.

use jiff::{SignedDuration, Timestamp};

use super::event::MaintenanceEventKind;
use super::line::MaintenanceRefusal;
use super::{Maintenance, MaintenanceId};
use crate::oncall::when::{RangeText, WhenText};
use crate::oncall::zone::Zone;

/// Whoever types a time takes some seconds for it.
const LATE: SignedDuration = SignedDuration::from_mins(1);
/// Longest maintenance, in hours: after a week nobody remembers why alerts are expected.
const HOURS_MOST: i64 = 7 * 24;
/// Farthest beginning, in days.
const DAYS_MOST: i64 = 366;
/// Most that are scheduled or under way at a time.
const MOST: usize = 50;

/// Schedules one, beside those that are not over.
///
/// # Errors
/// The reason why not.
pub fn schedule(
    others: &[Maintenance],
    range: &RangeText,
    title: &str,
    now: Timestamp,
    zone: &Zone,
) -> Result<MaintenanceEventKind, MaintenanceRefusal> {
    let typed = range.resolve(now, zone).map_err(MaintenanceRefusal::When)?;
    let (from, until) = (typed.from.at, typed.until.map_or(typed.from.at, |until| until.at));
    let earliest = now.saturating_sub(LATE).unwrap_or(now);
    let length = until.duration_since(from);
    if until <= now || from < earliest {
        let empty = range.from == WhenText::Now;
        return Err(if empty { MaintenanceRefusal::NoLength } else { MaintenanceRefusal::Past { from } });
    }
    if length <= SignedDuration::ZERO {
        return Err(MaintenanceRefusal::NoLength);
    }
    if length > SignedDuration::from_hours(HOURS_MOST) {
        return Err(MaintenanceRefusal::TooLong { hours: HOURS_MOST });
    }
    if from.duration_since(now) > SignedDuration::from_hours(24 * DAYS_MOST) {
        return Err(MaintenanceRefusal::TooFar { days: DAYS_MOST });
    }
    let same = |other: &&Maintenance| {
        other.title.eq_ignore_ascii_case(title) && other.from < until && from < other.until
    };
    if let Some(other) = others.iter().find(same) {
        return Err(MaintenanceRefusal::Twice { id: other.id, until: other.until });
    }
    if others.len() >= MOST {
        return Err(MaintenanceRefusal::TooMany { most: MOST });
    }
    Ok(MaintenanceEventKind::Scheduled { title: title.to_owned(), from: from.max(now), until })
}

/// Which of those that are not over a line ends that names none: the only one, or the only one under way.
///
/// # Errors
/// There is none, or several may be meant.
pub fn meant(live: &[Maintenance], now: Timestamp) -> Result<MaintenanceId, MaintenanceRefusal> {
    let begun: Vec<&Maintenance> = live.iter().filter(|one| one.from <= now).collect();
    match (live, begun.as_slice()) {
        ([], _) => Err(MaintenanceRefusal::NothingScheduled),
        ([only], _) => Ok(only.id),
        (_, [only]) => Ok(only.id),
        (several, _) => Err(MaintenanceRefusal::Several { all: several.to_vec() }),
    }
}

/// Ends one, or calls it off.
///
/// # Errors
/// It is over.
pub fn done(one: &Maintenance) -> Result<MaintenanceEventKind, MaintenanceRefusal> {
    match &one.ended {
        Some(ended) => Err(MaintenanceRefusal::OverAlready { id: one.id, at: ended.at }),
        None => Ok(MaintenanceEventKind::Done),
    }
}
