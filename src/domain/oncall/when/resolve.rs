//! A [`WhenText`] to an instant, given the instant it was typed at.

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp};

use super::super::zone::{Local, Zone};
use super::{Day, EndText, RangeText, Resolved, ResolvedRange, WhenProblem, WhenText};

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl WhenText {
    /// The instant that is meant, typed at `now`. `zone` counts where none was typed.
    ///
    /// # Errors
    /// The zone's clock skips it, or it lies too far away.
    pub fn resolve(&self, now: Timestamp, zone: &Zone) -> Result<Resolved, WhenProblem> {
        self.resolve_after(now, now, zone)
    }

    /// As [`Self::resolve`], for the end of a range that begins at `after`: "the next to come" and "in" count from there,
    /// "yesterday", "today" and "tomorrow" from `now`.
    fn resolve_after(&self, now: Timestamp, after: Timestamp, zone: &Zone) -> Result<Resolved, WhenProblem> {
        let resolved = match self {
            Self::Now => once(now),
            Self::In(length) => once(after.saturating_add(*length).unwrap_or(Timestamp::MAX)),
            Self::Clock { time, zone: typed } => {
                let zone = typed.as_ref().unwrap_or(zone);
                let date = zone.civil(after).date();
                local(zone, to_come(zone, date, *time, after, DAY), Some(*time))?
            }
            Self::Day { day, time, zone: typed } => {
                let zone = typed.as_ref().unwrap_or(zone);
                let date = date_of(*day, time.unwrap_or(Time::midnight()), now, after, zone)?;
                local(zone, date, *time)?
            }
            Self::WeekOf { day, zone: typed } => {
                let zone = typed.as_ref().unwrap_or(zone);
                let date = date_of(*day, Time::midnight(), now, after, zone)?;
                let tomorrow = zone.first_instant(date.saturating_add(DAY).to_datetime(Time::midnight()));
                once(tomorrow.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MIN))
            }
        };
        let year = Zone::utc().civil(resolved.at).year();
        if (2000..2200).contains(&year) { Ok(resolved) } else { Err(WhenProblem::TooFar) }
    }
}

impl RangeText {
    /// The instants that are meant, the end after the beginning: `fri 18:00 to mon 09:00` is the Monday after that Friday.
    ///
    /// # Errors
    /// The zone's clock skips one, or it lies too far away.
    pub fn resolve(&self, now: Timestamp, zone: &Zone) -> Result<ResolvedRange, WhenProblem> {
        let from = self.from.resolve(now, zone)?;
        let until = match &self.end {
            EndText::Open => None,
            EndText::For(length) => Some(WhenText::In(*length).resolve_after(now, from.at, zone)?),
            EndText::To(end) => Some(end.resolve_after(now, from.at, zone)?),
        };
        Ok(ResolvedRange { from, until })
    }
}

fn once(at: Timestamp) -> Resolved {
    Resolved { at, again: None }
}

fn date_of(day: Day, time: Time, now: Timestamp, after: Timestamp, zone: &Zone) -> Result<Date, WhenProblem> {
    let today = zone.civil(now).date();
    let from = zone.civil(after).date();
    match day {
        Day::Today => Ok(today),
        Day::Yesterday => Ok(today.saturating_sub(DAY)),
        Day::Tomorrow => Ok(today.saturating_add(DAY)),
        Day::Date(date) => Ok(date),
        Day::Weekday(number) => {
            let weekday = Weekday::from_monday_one_offset(number).map_err(|_| WhenProblem::TooFar)?;
            let ahead = i64::from(from.weekday().until(weekday));
            let date = from.saturating_add(SignedDuration::from_hours(24 * ahead));
            Ok(to_come(zone, date, time, after, SignedDuration::from_hours(24 * 7)))
        }
        Day::MonthDay { month, day } => {
            // 29 February may be eight years away (1896 to 1904, 2096 to 2104).
            let years = (0..=8).filter_map(|n| from.year().checked_add(n));
            let dates = years.filter_map(|year| Date::new(year, month, day).ok());
            dates.into_iter().find(|date| *date >= from).ok_or(WhenProblem::TooFar)
        }
    }
}

/// The date itself, or `step` later where its time has passed.
fn to_come(zone: &Zone, date: Date, time: Time, after: Timestamp, step: SignedDuration) -> Date {
    if zone.first_instant(date.to_datetime(time)) > after { date } else { date.saturating_add(step) }
}

/// A date at a time, or from its beginning.
fn local(zone: &Zone, date: Date, time: Option<Time>) -> Result<Resolved, WhenProblem> {
    match zone.local(date.to_datetime(time.unwrap_or(Time::midnight()))) {
        Local::Once(at) => Ok(once(at)),
        Local::Twice { first, second } => Ok(Resolved { at: first, again: time.map(|_| second) }),
        // A day that begins later than at midnight still begins.
        Local::Skipped { to, next, .. } if time.is_none() && to.date() == date => Ok(once(next)),
        Local::Skipped { from, to, next } => Err(WhenProblem::Skipped { zone: zone.clone(), from, to, next }),
    }
}
