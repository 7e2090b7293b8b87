//! How long a turn is and when it changes hands, in civil time.

use jiff::civil::{Date, Time, Weekday};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::zone::{UnknownZone, Zone};

/// The length of a turn, in days of the zone's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    Daily,
    Weekly,
    TwoWeeks,
}

impl Length {
    pub fn days(self) -> i64 {
        match self {
            Self::Daily => 1,
            Self::Weekly => 7,
            Self::TwoWeeks => 14,
        }
    }

    /// `daily`, `weekly`, `two weeks`, and what else people call these.
    pub fn parse(words: &str) -> Option<Self> {
        match words.trim().to_ascii_lowercase().as_str() {
            "daily" | "day" | "1 day" | "1d" => Some(Self::Daily),
            "weekly" | "week" | "1 week" | "1w" | "7d" | "7 days" => Some(Self::Weekly),
            "two weeks" | "2 weeks" | "two_weeks" | "two-weeks" | "biweekly" | "fortnightly" | "2w" => {
                Some(Self::TwoWeeks)
            }
            _ => None,
        }
    }
}

/// When a turn changes hands: at `time` on the wall of `zone`, `length` after `length` from `epoch` on, in both
/// directions. So the wall's time stays the same in summer and in winter. Where daylight saving skips it, the turn
/// changes hands at the first instant after the gap; where it occurs twice, at the first.
///
/// Turn 0 begins on the epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    pub zone: Zone,
    pub length: Length,
    pub time: Time,
    /// The date of one hand-over.
    pub epoch: Date,
}

/// Why a `[rotation]` cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TurnsProblem {
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    #[error("`{0}` is not a hand-over; write it like Sunday 00:00, and for daily turns 09:00 is enough")]
    Handoff(String),
    #[error("`{0}` is not the length of a turn; write daily, weekly or two weeks")]
    Length(String),
}

impl Turns {
    /// The runbook's: weekly, Sunday 00:00 UTC.
    pub fn runbook() -> Self {
        Self {
            zone: Zone::utc(),
            length: Length::Weekly,
            time: Time::midnight(),
            epoch: epoch(Weekday::Sunday),
        }
    }

    /// Reads `handoff = "Sunday 00:00"`, `zone = "UTC"` and `turn = "weekly"`. A daily turn needs no weekday.
    ///
    /// # Errors
    /// The first of the three that cannot be read.
    pub fn parse(handoff: &str, zone: &str, length: &str) -> Result<Self, TurnsProblem> {
        let length = Length::parse(length).ok_or_else(|| TurnsProblem::Length(length.into()))?;
        let (weekday, time) = parse_handoff(handoff)
            .filter(|(weekday, _)| weekday.is_some() || length == Length::Daily)
            .ok_or_else(|| TurnsProblem::Handoff(handoff.into()))?;
        let epoch = epoch(weekday.unwrap_or(Weekday::Sunday));
        Ok(Self { zone: Zone::named(zone)?, length, time, epoch })
    }

    /// The weekday of the hand-over; of the epoch's for daily turns.
    pub fn weekday(&self) -> Weekday {
        self.epoch.weekday()
    }

    /// When a turn begins. Saturates at the ends of time.
    pub fn start(&self, turn: i64) -> Timestamp {
        let days = turn.saturating_mul(self.length.days());
        let date = Span::new().try_days(days).and_then(|span| self.epoch.checked_add(span));
        match date {
            Ok(date) => self.zone.first_instant(date.to_datetime(self.time)),
            Err(_) if turn < 0 => Timestamp::MIN,
            Err(_) => Timestamp::MAX,
        }
    }

    /// The turn at an instant: the last that has begun.
    pub fn index(&self, at: Timestamp) -> i64 {
        let days = i64::from(days_between(self.epoch, self.zone.civil(at).date()));
        // One turn later than it can be, then down to the first that has begun: where a whole day is skipped
        // (Apia, 2011-12-30) two turns begin at once, and the later one counts.
        let mut turn = days.div_euclid(self.length.days()) + 1;
        while self.start(turn) > at && turn > -10_000_000 {
            turn -= 1;
        }
        turn
    }

    /// The first hand-over after an instant.
    pub fn next(&self, after: Timestamp) -> Timestamp {
        self.start(self.index(after) + 1)
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    // Dates lie within 20,000 years, whose days fit.
    from.until(to).map_or(0, |span| span.get_days())
}

/// A date in the first week of 2024 on that weekday. Any would do: turns run in both directions.
fn epoch(weekday: Weekday) -> Date {
    let sunday = jiff::civil::date(2023, 12, 31);
    sunday.saturating_add(Span::new().days(i64::from(weekday.to_sunday_zero_offset())))
}

fn parse_handoff(text: &str) -> Option<(Option<Weekday>, Time)> {
    let mut words = text.split_whitespace();
    let first = words.next()?;
    let (weekday, time) = match super::when::weekday(&first.to_ascii_lowercase()) {
        Some(weekday) => (Some(weekday), words.next()?),
        None => (None, first),
    };
    let time = super::when::clock(time)?;
    words.next().is_none().then_some((weekday, time))
}
