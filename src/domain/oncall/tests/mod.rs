//! Tables and properties of the rotation.

mod changes;
mod compare;
mod dst;
mod holdings;
mod imports;
mod reports;
mod rota;
mod scenario;
mod slow;
mod swaps;
mod whens;

use jiff::Timestamp;

use super::*;
use crate::id::UserId;

pub(super) fn ts(text: &str) -> Timestamp {
    let text = if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        format!("{}:00Z", text.replace(' ', "T"))
    };
    text.parse().unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

pub(super) fn user(name: &str) -> UserId {
    name.into()
}

pub(super) fn users(names: &str) -> Vec<UserId> {
    names.split_whitespace().map(UserId::from).collect()
}

/// Ann, Bob and Cat, weekly from Sunday 2026-11-01 00:00 UTC.
pub(super) fn abc() -> Schedule {
    Schedule::new(Turns::runbook(), users("ann bob cat"), ts("2026-11-01"))
}

pub(super) fn holder(schedule: &Schedule, at: &str) -> String {
    schedule.holder(ts(at)).map_or_else(|| "nobody".into(), |(person, _)| person.to_string())
}

/// The holders of some weeks from a Sunday on, at noon of their first day.
pub(super) fn weeks(schedule: &Schedule, from: &str, count: i64) -> String {
    let at = |week: i64| ts(from) + jiff::SignedDuration::from_hours(168 * week + 12);
    let names = (0..count).map(|week| schedule.holder(at(week)).map_or("-", |(person, _)| person.as_str()));
    names.collect::<Vec<_>>().join(" ")
}

pub(super) fn wanted(person: &str, from: &str, until: &str) -> Wanted {
    let (person, by) = (user(person), user("ann"));
    Wanted { person, from: ts(from), until: ts(until), kind: OverrideKind::Asked, by: by.into() }
}
