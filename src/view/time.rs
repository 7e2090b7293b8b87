//! Instants and intervals as people read them.

use jiff::{SignedDuration, Timestamp};

use domain::duration::Spoken;
use domain::timer::{Lateness, Outage};

/// How much of an instant is shown in the reader's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Day and time.
    Moment,
    /// The time alone.
    Clock,
    /// The time, and UTC beside it.
    Both,
}

impl Shown {
    /// Slack's format string.
    pub fn format(self, at: Timestamp) -> String {
        match self {
            Self::Moment => "{date_short_pretty} at {time}".to_owned(),
            Self::Clock => "{time}".to_owned(),
            Self::Both => format!("{{time}} ({})", clock_utc(at)),
        }
    }

    /// The same in UTC, for readers whose client shows no dates.
    pub fn utc(self, at: Timestamp) -> String {
        match self {
            Self::Moment => utc(at),
            Self::Clock | Self::Both => clock_utc(at),
        }
    }
}

/// `2026-11-24 02:30 UTC`.
pub(super) fn utc(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// `02:30 UTC`.
pub(super) fn clock_utc(at: Timestamp) -> String {
    at.strftime("%H:%M UTC").to_string()
}

/// `24 November 2026`, by UTC.
pub(super) fn day_utc(at: Timestamp) -> String {
    at.strftime("%-d %B %Y").to_string()
}

/// The mark-up for an instant.
pub(super) fn token(at: Timestamp, shown: Shown) -> String {
    format!("<!date^{}^{}|{}>", at.as_second(), shown.format(at), shown.utc(at))
}

/// `every 30 minutes`, `every hour`, `every 90 minutes`.
pub(super) fn every(interval: SignedDuration) -> String {
    let seconds = interval.as_secs();
    let (count, unit) = match seconds {
        s if s % 3_600 == 0 => (s / 3_600, "hour"),
        s if s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    if count == 1 { format!("every {unit}") } else { format!("every {count} {unit}s") }
}

/// The runbook's promise (7.1), with the real interval.
pub(super) fn promise(update_every: Option<SignedDuration>) -> String {
    match update_every {
        Some(interval) => format!("Updates will be posted {}.", every(interval)),
        None => "Updates will be posted when there is news.".to_owned(),
    }
}

/// What howler admits when it speaks late: `due 02:30 UTC; howler was down 02:25-02:41`.
pub(super) fn late(late: &Lateness) -> String {
    match late.outage {
        Some(Outage { from, until }) => {
            let day = |at: Timestamp| at.strftime("%F").to_string();
            let one_day = day(from) == day(until) && day(from) == day(late.due);
            let format = if one_day { "%H:%M" } else { "%Y-%m-%d %H:%M" };
            let at = |at: Timestamp| at.strftime(format);
            format!("due {} UTC; howler was down {}-{}", at(late.due), at(from), at(until))
        }
        None => format!("due {}; howler was running but late", clock_utc(late.due)),
    }
}

pub(super) fn spoken(duration: SignedDuration) -> String {
    Spoken(duration).to_string()
}

/// A duration as it can be typed: `20m`, `1h 30m`, `45s`.
pub(super) fn typed(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let parts = [(seconds / 3_600, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    let parts: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}
