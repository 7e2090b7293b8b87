//! Dates, times and durations (RFC 5545, 3.3.4 to 3.3.6).

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::line::Line;
use super::problem::Trouble;
use super::zone::Zones;

/// A time on the clocks of a zone, or a whole day there.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// The line that says it.
    pub at: usize,
    pub civil: DateTime,
    pub zone: TimeZone,
    pub is_day: bool,
    pub said: Said,
}

/// How a time says on which clocks it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Utc,
    Zone,
    Nothing,
}

impl Moment {
    /// A time in UTC, to be set.
    pub fn utc(at: usize) -> Self {
        Self { at, civil: DateTime::ZERO, zone: TimeZone::UTC, is_day: false, said: Said::Utc }
    }

    /// The instant. A time that the clocks skip counts with the offset before the gap, a repeated one is the first (3.3.5).
    pub fn instant(&self) -> Option<Timestamp> {
        instant(self.civil, &self.zone)
    }

    /// The same on the clocks of a series, where it does not say on which it is.
    pub fn within(mut self, series: &Self) -> Self {
        if self.said == Said::Nothing {
            self.zone = series.zone.clone();
        }
        self
    }

    /// The day that is meant in a series of whole days: Exchange writes one as its midnight. `None` where that cannot be
    /// told.
    pub fn day(&self, series: &Self, zones: &Zones) -> Option<Date> {
        match (self.said, series.said) {
            (Said::Utc, Said::Zone) => Some(series.zone.to_datetime(self.instant()?).date()),
            (Said::Utc, _) => zones.day(self.civil),
            _ => Some(self.civil.date()),
        }
    }

    /// Every value of a line that may hold several.
    pub fn all(line: &Line, zones: &Zones) -> Result<Vec<Self>, Trouble> {
        line.value.split(',').map(|value| Self::parse(value, line, zones)).collect()
    }

    /// The one value of a line.
    pub fn of(line: &Line, zones: &Zones) -> Result<Self, Trouble> {
        Self::parse(&line.value, line, zones)
    }

    fn parse(value: &str, line: &Line, zones: &Zones) -> Result<Self, Trouble> {
        let not_a_time = || Trouble::NotATime(Trouble::quoted(value));
        let (civil, is_day, is_utc) = civil(value.trim()).ok_or_else(not_a_time)?;
        let (zone, said) = match line.param("TZID") {
            _ if is_utc => (TimeZone::UTC, Said::Utc),
            Some(id) => {
                let zone = zones.get(id).ok_or_else(|| Trouble::UnknownZone(Trouble::quoted(id)))?;
                (zone, Said::Zone)
            }
            None => (zones.floating.clone(), Said::Nothing),
        };
        Ok(Self { at: line.at, civil, zone, is_day, said })
    }
}

pub(super) fn instant(civil: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(civil).compatible().ok()
}

/// Whether the clocks of the zone never show this time.
pub(super) fn is_skipped(civil: DateTime, zone: &TimeZone) -> bool {
    matches!(zone.to_ambiguous_timestamp(civil).offset(), AmbiguousOffset::Gap { .. })
}

/// `20261206`, `20261206T090000`, `20261206T090000Z`: the time, whether it is a day, whether it is in UTC.
pub(super) fn civil(value: &str) -> Option<(DateTime, bool, bool)> {
    let (value, is_utc) = value.strip_suffix(['Z', 'z']).map_or((value, false), |bare| (bare, true));
    let number = |from: usize, to: usize| {
        let digits = value.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse::<i16>().ok()
    };
    let small = |from: usize| number(from, from + 2).and_then(|two| i8::try_from(two).ok());
    let date = Date::new(number(0, 4)?, small(4)?, small(6)?).ok()?;
    match value.len() {
        8 if !is_utc => Some((date.to_datetime(jiff::civil::Time::midnight()), true, false)),
        15 if value.as_bytes().get(8) == Some(&b'T') => {
            // A leap second counts as the second before it (3.3.12).
            let second = small(13)?.min(59);
            let time = jiff::civil::Time::new(small(9)?, small(11)?, second, 0).ok()?;
            Some((date.to_datetime(time), false, is_utc))
        }
        _ => None,
    }
}

/// How long an event lasts: first on the clocks, then exactly.
///
/// RFC 5545 (3.8.5.3) lets each occurrence of an event with `DTEND` last exactly as long as the first. Calendars do
/// otherwise: a turn from Sunday to Sunday ends on Sunday, in the week of daylight saving too, and so it does here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Length {
    pub clocks: SignedDuration,
    pub exact: SignedDuration,
}

impl Length {
    /// Two days are as far apart as on a calendar, whatever zones they name.
    pub fn between(start: &Moment, end: &Moment) -> Option<Self> {
        if start.zone == end.zone || (start.is_day && end.is_day) {
            let clocks = end.civil.duration_since(start.civil);
            return Some(Self { clocks, ..Self::default() });
        }
        let exact = end.instant()?.duration_since(start.instant()?);
        Some(Self { exact, ..Self::default() })
    }

    /// `P1W`, `P1DT12H`, `-PT15M`.
    pub fn parse(value: &str) -> Option<Self> {
        let value = value.trim();
        let (value, sign) = value.strip_prefix('-').map_or((value, 1), |rest| (rest, -1));
        let mut rest = value.trim_start_matches('+').strip_prefix('P')?;
        let (mut length, mut in_time, mut any) = (Self::default(), false, false);
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('T') {
                (rest, in_time) = (after, true);
                continue;
            }
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let count: i64 = rest.get(..digits)?.parse().ok()?;
            let (unit, after) = rest.get(digits..)?.split_at_checked(1)?;
            let (seconds, part) = match (unit, in_time) {
                ("W", false) => (7 * 86_400, &mut length.clocks),
                ("D", false) => (86_400, &mut length.clocks),
                ("H", true) => (3600, &mut length.exact),
                ("M", true) => (60, &mut length.exact),
                ("S", true) => (1, &mut length.exact),
                _ => return None,
            };
            let more = SignedDuration::from_secs(count.checked_mul(seconds)?.checked_mul(sign)?);
            *part = part.checked_add(more)?;
            (rest, any) = (after, true);
        }
        any.then_some(length)
    }

    /// The instant at which what begins then ends, and the time on the clocks there, if it is counted on them.
    pub fn end(self, start: DateTime, zone: &TimeZone) -> Option<(Timestamp, DateTime)> {
        let civil = start.checked_add(self.clocks).ok()?;
        Some((instant(civil, zone)?.checked_add(self.exact).ok()?, civil))
    }
}
