//! Recurrence rules (RFC 5545, 3.3.10) on the clocks of one zone: turns of hours, days, weeks, months and years. Rules by
//! the minute, the second, the week's number or the day of the year are refused by name.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{Span, ToSpan};

use super::moment;
use super::problem::Trouble;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// For clocks that are never changed only: elsewhere programs do not agree what an hour is.
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// When a rule ends: at a UTC instant's clock time (which the caller moves into the zone), or at a time or day there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Until {
    pub civil: DateTime,
    pub is_day: bool,
    pub is_utc: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub turn: Turn,
    pub every: i32,
    pub count: Option<u64>,
    pub until: Option<Until>,
    /// Weekdays; a number other than 0 means the nth of the month, from the end if negative.
    pub days: Vec<(i8, Weekday)>,
    pub month_days: Vec<i8>,
    pub months: Vec<i8>,
    pub positions: Vec<i16>,
    /// `BYHOUR`, `BYMINUTE` and `BYSECOND`; the first start's, where there are none.
    pub hours: Vec<i8>,
    pub minutes: Vec<i8>,
    pub seconds: Vec<i8>,
    pub week_start: Weekday,
}

/// The most times of one day: one an hour.
const MOST_TIMES: usize = 24;

/// Where a rule has been followed to.
pub(super) struct Starts {
    pub starts: Vec<DateTime>,
    /// The first time is not one that the rule names.
    pub beside: bool,
    /// The work allowed was not enough.
    pub cut: bool,
}

impl Rule {
    /// # Errors
    /// The rule cannot be read, or has a part that is not supported.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let not_a_rule = || Trouble::NotARule(Trouble::quoted(text));
        let mut rule = Self {
            turn: Turn::Day,
            every: 1,
            count: None,
            until: None,
            days: Vec::new(),
            month_days: Vec::new(),
            months: Vec::new(),
            positions: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
            seconds: Vec::new(),
            week_start: Weekday::Monday,
        };
        let mut has_turn = false;
        for part in text.trim().split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(not_a_rule)?;
            let (name, value) = (name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
            has_turn |= name == "FREQ";
            rule.take(&name, &value)?.ok_or_else(not_a_rule)?;
        }
        if !has_turn || (rule.count.is_some() && rule.until.is_some()) {
            return Err(not_a_rule());
        }
        rule.is_supported()?;
        Ok(rule)
    }

    /// One part; `None` where its value cannot be read.
    fn take(&mut self, name: &str, value: &str) -> Result<Option<()>, Trouble> {
        let done = match name {
            "FREQ" if matches!(value, "MINUTELY" | "SECONDLY") => {
                return Err(Trouble::UnsupportedRule(format!("FREQ={value}")));
            }
            "FREQ" => turn(value).map(|turn| self.turn = turn),
            "INTERVAL" => value.parse().ok().filter(|every| *every > 0).map(|every| self.every = every),
            "COUNT" => value.parse().ok().filter(|count| *count > 0).map(|count| self.count = Some(count)),
            "UNTIL" => moment::civil(value).map(|(civil, is_day, is_utc)| {
                self.until = Some(Until { civil, is_day, is_utc });
            }),
            "WKST" => weekday(value).map(|day| self.week_start = day),
            "BYDAY" => list(value, numbered_day).map(|days| self.days = days),
            "BYMONTHDAY" => list(value, |day| number(day, 31)).map(|days| self.month_days = days),
            "BYMONTH" => {
                list(value, |month| number(month, 12).filter(|month| *month > 0)).map(|all| self.months = all)
            }
            "BYSETPOS" => {
                list(value, |nth| nth.parse().ok().filter(|nth| *nth != 0)).map(|all| self.positions = all)
            }
            "BYHOUR" => list(value, |hour| clock(hour, 23)).map(|all| self.hours = all),
            "BYMINUTE" => list(value, |minute| clock(minute, 59)).map(|all| self.minutes = all),
            "BYSECOND" => list(value, |second| clock(second, 60)).map(|all| self.seconds = all),
            _ => return Err(Trouble::UnsupportedRule(Trouble::quoted(name))),
        };
        Ok(done)
    }

    fn is_supported(&self) -> Result<(), Trouble> {
        let numbered = self.days.iter().any(|(nth, _)| *nth != 0);
        let times = [&self.hours, &self.minutes, &self.seconds];
        let times: usize = times.iter().map(|all| all.len().max(1)).product();
        match self.turn {
            _ if times > MOST_TIMES => {
                Err(Trouble::UnsupportedRule(format!("more than {MOST_TIMES} times a day")))
            }
            _ if times > 1 && !self.positions.is_empty() => {
                Err(Trouble::UnsupportedRule("BYSETPOS of several times a day".to_owned()))
            }
            Turn::Hour if !self.positions.is_empty() => {
                Err(Trouble::UnsupportedRule("BYSETPOS by the hour".to_owned()))
            }
            Turn::Hour if !self.minutes.is_empty() || !self.seconds.is_empty() => {
                Err(Trouble::UnsupportedRule("BYMINUTE by the hour".to_owned()))
            }
            Turn::Hour | Turn::Day | Turn::Week if numbered => {
                Err(Trouble::UnsupportedRule("numbered days of a week".to_owned()))
            }
            Turn::Week if !self.month_days.is_empty() => {
                Err(Trouble::UnsupportedRule("BYMONTHDAY in a week".to_owned()))
            }
            Turn::Year if !self.days.is_empty() && self.months.is_empty() => {
                Err(Trouble::UnsupportedRule("BYDAY in a year without BYMONTH".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// The starts from `after` until before `before`, the first one being `first`. `work` is how many turns may be
    /// looked at, and is used up; at most `most` starts are given.
    pub fn starts(
        &self,
        first: DateTime,
        (after, before): (DateTime, DateTime),
        work: &mut u32,
        most: usize,
    ) -> Starts {
        let mut found = Starts { starts: Vec::new(), beside: false, cut: false };
        let mut seen = 0_u64;
        let mut turn = 0_i32;
        let times = self.times(first.time());
        loop {
            if *work == 0 || found.starts.len() > most {
                found.cut = *work == 0;
                return found;
            }
            *work -= 1;
            let Some((begin, mut starts)) = self.turn(first, &times, turn) else { return found };
            if begin >= before {
                return found;
            }
            starts.retain(|start| *start >= first);
            if turn == 0 && starts.first() != Some(&first) {
                found.beside = true;
                starts.insert(0, first);
            }
            for start in starts {
                seen += 1;
                if self.count.is_some_and(|count| seen > count) || self.is_over(start) {
                    return found;
                }
                if start >= after && start < before {
                    found.starts.push(start);
                }
            }
            let Some(next) = turn.checked_add(1) else { return found };
            turn = if self.count.is_none() { next.max(self.turns_until(first, after)) } else { next };
        }
    }

    /// When the nth turn begins, and the starts in it, in order.
    fn turn(&self, first: DateTime, times: &[Time], turn: i32) -> Option<(DateTime, Vec<DateTime>)> {
        if self.turn == Turn::Hour {
            let hours = i64::from(self.every).checked_mul(i64::from(turn))?;
            let start = first.checked_add(Span::new().try_hours(hours).ok()?).ok()?;
            let day = start.date();
            let named = self.is_month_day(day)
                && (self.days.is_empty() || self.has_weekday(day))
                && (self.months.is_empty() || self.months.contains(&day.month()))
                && (self.hours.is_empty() || self.hours.contains(&start.hour()));
            return Some((start, if named { vec![start] } else { Vec::new() }));
        }
        let (begin, days) = self.days_of(first.date(), turn)?;
        let on = |day: &Date| times.iter().map(|time| day.to_datetime(*time)).collect::<Vec<_>>();
        Some((begin.to_datetime(Time::midnight()), days.iter().flat_map(on).collect()))
    }

    /// The times of a day at which it starts, in order.
    fn times(&self, first: Time) -> Vec<Time> {
        let or = |all: &[i8], one: i8| if all.is_empty() { vec![one] } else { all.to_vec() };
        let mut times = BTreeSet::new();
        for hour in or(&self.hours, first.hour()) {
            for minute in or(&self.minutes, first.minute()) {
                let seconds = or(&self.seconds, first.second());
                times.extend(seconds.iter().filter_map(|second| Time::new(hour, minute, *second, 0).ok()));
            }
        }
        times.into_iter().collect()
    }

    fn is_over(&self, start: DateTime) -> bool {
        self.until.is_some_and(|until| {
            if until.is_day { start.date() > until.civil.date() } else { start > until.civil }
        })
    }

    /// A turn that lies safely before this time: there is no need to look at earlier ones.
    fn turns_until(&self, first: DateTime, after: DateTime) -> i32 {
        let hours = after.duration_since(first).as_hours().max(0);
        let longest = match self.turn {
            Turn::Hour => 1,
            Turn::Day => 24,
            Turn::Week => 24 * 7,
            Turn::Month => 24 * 31,
            Turn::Year => 24 * 366,
        };
        let turns = hours / longest / i64::from(self.every) - 2;
        i32::try_from(turns.max(0)).unwrap_or(i32::MAX)
    }

    /// The first day of the nth turn, and the days that the rule names in it, in order. `None` past the end of time.
    fn days_of(&self, first: Date, turn: i32) -> Option<(Date, Vec<Date>)> {
        let step = i64::from(self.every).checked_mul(i64::from(turn))?;
        let moved = |span: Result<Span, jiff::Error>, from: Date| from.checked_add(span.ok()?).ok();
        let (begin, mut days) = match self.turn {
            // Its turns are no days.
            Turn::Hour => return None,
            Turn::Day => {
                let day = moved(Span::new().try_days(step), first)?;
                (day, Vec::from([day]))
            }
            Turn::Week => {
                let into = first.weekday().since(self.week_start);
                let begin =
                    moved(Span::new().try_weeks(step), first.checked_sub(i64::from(into).days()).ok()?)?;
                let all = (0..7).filter_map(|day: i64| begin.checked_add(day.days()).ok());
                (begin, all.filter(|day| self.is_weekday(*day, first)).collect())
            }
            Turn::Month => {
                let begin = moved(Span::new().try_months(step), first.first_of_month())?;
                (begin, self.days_of_month(begin, first))
            }
            Turn::Year => {
                let begin = moved(Span::new().try_years(step), first.first_of_year())?;
                let months = (1..=12).filter(|month| self.is_month_of_year(*month, first));
                let months = months.filter_map(|month| Date::new(begin.year(), month, 1).ok());
                (begin, months.flat_map(|month| self.days_of_month(month, first)).collect())
            }
        };
        days.retain(|day| self.months.is_empty() || self.months.contains(&day.month()));
        if self.turn == Turn::Day {
            days.retain(|day| self.is_month_day(*day) && (self.days.is_empty() || self.has_weekday(*day)));
        }
        Some((begin, self.at_positions(days)))
    }

    fn has_weekday(&self, day: Date) -> bool {
        self.days.iter().any(|(_, weekday)| *weekday == day.weekday())
    }

    fn is_weekday(&self, day: Date, first: Date) -> bool {
        if self.days.is_empty() { day.weekday() == first.weekday() } else { self.has_weekday(day) }
    }

    /// Without BYMONTH a yearly rule means the first event's month, or every month where it names days of the month.
    fn is_month_of_year(&self, month: i8, first: Date) -> bool {
        match (self.months.as_slice(), self.month_days.is_empty()) {
            ([], true) => month == first.month(),
            ([], false) => true,
            (months, _) => months.contains(&month),
        }
    }

    fn is_month_day(&self, day: Date) -> bool {
        let from_the_end = day.day() - day.days_in_month() - 1;
        self.month_days.is_empty()
            || self.month_days.iter().any(|one| *one == day.day() || *one == from_the_end)
    }

    fn days_of_month(&self, begin: Date, first: Date) -> Vec<Date> {
        let all =
            (1..=begin.days_in_month()).filter_map(|day| Date::new(begin.year(), begin.month(), day).ok());
        let named = |day: &Date| match (self.days.is_empty(), self.month_days.is_empty()) {
            (true, true) => day.day() == first.day(),
            _ => self.is_month_day(*day) && (self.days.is_empty() || self.is_nth_weekday(*day)),
        };
        all.filter(named).collect()
    }

    fn is_nth_weekday(&self, day: Date) -> bool {
        let nth = (day.day() - 1) / 7 + 1;
        let from_the_end = -((day.days_in_month() - day.day()) / 7 + 1);
        self.days.iter().any(|(one, weekday)| {
            *weekday == day.weekday() && (*one == 0 || *one == nth || *one == from_the_end)
        })
    }

    fn at_positions(&self, days: Vec<Date>) -> Vec<Date> {
        if self.positions.is_empty() {
            return days;
        }
        let total = i16::try_from(days.len()).unwrap_or(i16::MAX);
        let named = |index: usize| {
            let nth = i16::try_from(index).unwrap_or(i16::MAX).saturating_add(1);
            self.positions.contains(&nth) || self.positions.contains(&(nth - total - 1))
        };
        days.into_iter().enumerate().filter(|(index, _)| named(*index)).map(|(_, day)| day).collect()
    }
}

fn turn(text: &str) -> Option<Turn> {
    Some(match text {
        "HOURLY" => Turn::Hour,
        "DAILY" => Turn::Day,
        "WEEKLY" => Turn::Week,
        "MONTHLY" => Turn::Month,
        "YEARLY" => Turn::Year,
        _ => return None,
    })
}

fn list<T>(value: &str, one: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.split(',').map(|part| one(part.trim())).collect()
}

fn number(text: &str, most: i8) -> Option<i8> {
    text.parse().ok().filter(|number: &i8| *number != 0 && (-most..=most).contains(number))
}

/// A part of a time of day; the 60th second is the one before it (3.3.12).
fn clock(text: &str, most: i8) -> Option<i8> {
    let part = text.parse().ok().filter(|part: &i8| (0..=most).contains(part));
    part.map(|part| part.min(59))
}

/// `SU`, `2TU`, `-1FR`.
fn numbered_day(text: &str) -> Option<(i8, Weekday)> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = if nth.is_empty() { 0 } else { number(nth, 53)? };
    Some((nth, weekday(day)?))
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "SU" => Weekday::Sunday,
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        _ => return None,
    })
}
