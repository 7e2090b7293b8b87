//! What people type for a time: read without a clock, made an instant with one.

pub(super) mod parse;
mod resolve;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::zone::{UnknownZone, Zone};

pub(super) use parse::{clock, weekday};

/// A day, as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    Yesterday,
    Today,
    Tomorrow,
    /// The next to come, counted from Monday as 1 (ISO 8601).
    Weekday(i8),
    /// The next to come, today included.
    MonthDay {
        month: i8,
        day: i8,
    },
    Date(Date),
}

/// A time, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenText {
    Now,
    In(SignedDuration),
    /// The next time to come that the clock shows this.
    Clock {
        time: Time,
        zone: Option<Zone>,
    },
    /// A day, at a time or from its beginning.
    Day {
        day: Day,
        time: Option<Time>,
        zone: Option<Zone>,
    },
    /// `week of 12-06`: the turn in force at the end of that day, so that the day of a hand-over means the turn that it
    /// begins.
    WeekOf {
        day: Day,
        zone: Option<Zone>,
    },
}

/// The end of a range, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndText {
    Open,
    For(SignedDuration),
    To(WhenText),
}

/// `fri 18:00 to mon 09:00`, `tomorrow 09:00 for 8h`, `2h`, `until 12-01`, or a beginning alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeText {
    pub from: WhenText,
    pub end: EndText,
}

/// An instant that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    pub at: Timestamp,
    /// The clock shows it twice: `at` is the first, this is the second.
    pub again: Option<Timestamp>,
}

/// A range that was typed. `until` is not yet known to be after `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResolvedRange {
    pub from: Resolved,
    /// `None`: no end was typed.
    pub until: Option<Resolved>,
}

/// Why what was typed is not a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenProblem {
    #[error("no time is given")]
    Empty,
    #[error("`{words}` is not a time; write it like fri 18:00, tomorrow 09:00, 2026-12-25 or in 2h")]
    NotATime { words: String },
    #[error("`{words}` is not a duration; write it like 30m or 8h")]
    NotADuration { words: String },
    #[error("there is no month {month}; write dates as month-day, like 12-25")]
    NoSuchMonth { month: i8 },
    #[error("{} has no {day}{}", month_name(*.month), year.map_or(String::new(), |year| format!(" in {year}")))]
    NoSuchDate { month: i8, day: i8, year: Option<i16> },
    #[error(transparent)]
    UnknownZone(#[from] UnknownZone),
    /// The clock of the zone is set forward over it, from one time to another; `next` is the first instant after.
    #[error("the clock in {zone} goes from {from} straight to {to}")]
    Skipped { zone: Zone, from: DateTime, to: DateTime, next: Timestamp },
    #[error("that is too far away; years from 2000 to 2199 will do")]
    TooFar,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month_name(month: i8) -> &'static str {
    let n = usize::try_from(month).ok().and_then(|month| month.checked_sub(1));
    n.and_then(|n| MONTHS.get(n)).copied().unwrap_or("that month")
}

impl Day {
    fn of_weekday(weekday: Weekday) -> Self {
        Self::Weekday(weekday.to_monday_one_offset())
    }
}
