//! Words to a [`WhenText`], without a clock.

use jiff::SignedDuration;
use jiff::civil::{Date, Time, Weekday};

use super::super::zone::Zone;
use super::{Day, EndText, MONTHS, RangeText, WhenProblem, WhenText};
use crate::duration::parse_duration;

/// Longest input that is read, in characters: a range with two zones.
const INPUT_MOST: usize = 200;
/// Longest words that are quoted back.
const QUOTED_MOST: usize = 40;
/// Words between the beginning and the end of a range.
const TO: &[&str] = &["to", "until", "till", "-", "–"];

impl WhenText {
    /// Reads a time, in any case: `now`, `in 2h`, `2h`, `09:00`, `tomorrow 09:00`, `fri 18:00`, `friday`, `2026-12-25`,
    /// `12-25 18:00`, `25 dec`, `week of 12-06`, each with a zone behind it if need be (`utc`, `Europe/Berlin`).
    ///
    /// # Errors
    /// It is none, or names a date that does not exist.
    pub fn parse(text: &str) -> Result<Self, WhenProblem> {
        when(&words(text)?)
    }
}

impl RangeText {
    /// Reads a range: two times with `to` or `until` between them, a time and `for` a duration, a duration or an end alone
    /// (from now on), or a beginning alone.
    ///
    /// # Errors
    /// One of the two is no time.
    pub fn parse(text: &str) -> Result<Self, WhenProblem> {
        let words = words(text)?;
        let split = words.iter().position(|word| word == "for" || TO.contains(&word.as_str()));
        let Some(at) = split else {
            return Ok(match duration(&words) {
                Some(length) => Self { from: WhenText::Now, end: EndText::For(length) },
                None => Self { from: when(&words)?, end: EndText::Open },
            });
        };
        let (from, rest) = words.split_at(at);
        let from = if from.is_empty() { WhenText::Now } else { when(from)? };
        let (is_for, rest) = (rest[0] == "for", &rest[1..]);
        let end = if is_for {
            EndText::For(duration(rest).ok_or_else(|| WhenProblem::NotADuration { words: quoted(rest) })?)
        } else {
            EndText::To(when(rest)?)
        };
        Ok(Self { from, end })
    }
}

fn words(text: &str) -> Result<Vec<String>, WhenProblem> {
    let words: Vec<_> =
        text.split([',', ' ', '\t', '\n', '\u{a0}']).filter(|word| !word.is_empty()).collect();
    let words: Vec<_> = words.into_iter().map(str::to_lowercase).collect();
    if words.is_empty() {
        return Err(WhenProblem::Empty);
    }
    if text.chars().count() > INPUT_MOST {
        return Err(WhenProblem::NotATime { words: quoted(&words) });
    }
    Ok(words)
}

fn when(words: &[String]) -> Result<WhenText, WhenProblem> {
    let not_a_time = || WhenProblem::NotATime { words: quoted(words) };
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let words = match words.as_slice() {
        [] => return Err(WhenProblem::Empty),
        ["now"] => return Ok(WhenText::Now),
        ["in", rest @ ..] => return duration(rest).map(WhenText::In).ok_or_else(not_a_time),
        ["at" | "on" | "from", rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    let (words, zone) = trailing_zone(words)?;
    if let ["week", "of", rest @ ..] = words {
        return Ok(WhenText::WeekOf { day: day(rest)?.ok_or_else(not_a_time)?, zone });
    }
    if let [word] = words
        && let Some((date, time)) = word.split_once('t')
        && let (Some(day), Some(time)) = (numeric_date(date)?, clock(time.trim_end_matches('z')))
    {
        let zone = if word.ends_with('z') { Some(Zone::utc()) } else { zone };
        return Ok(WhenText::Day { day, time: Some(time), zone });
    }
    let (words, time) = split_clock(words);
    match (words, time) {
        ([], Some(time)) => Ok(WhenText::Clock { time, zone }),
        (words, time) => match day(words)? {
            Some(day) => Ok(WhenText::Day { day, time, zone }),
            None if time.is_none() && zone.is_none() => {
                duration(words).map(WhenText::In).ok_or_else(not_a_time)
            }
            None => Err(not_a_time()),
        },
    }
}

/// A zone as the last of several words: `utc`, or a name with a slash that is no date.
fn trailing_zone<'a>(words: &'a [&'a str]) -> Result<(&'a [&'a str], Option<Zone>), WhenProblem> {
    match words {
        [rest @ .., last] if !rest.is_empty() && (*last == "utc" || is_zone_like(last)) => {
            Ok((rest, Some(Zone::named(last)?)))
        }
        _ => Ok((words, None)),
    }
}

fn is_zone_like(word: &str) -> bool {
    word.contains('/') && word.starts_with(|first: char| first.is_ascii_alphabetic())
}

fn split_clock<'a>(words: &'a [&'a str]) -> (&'a [&'a str], Option<Time>) {
    let at = |words: &'a [&'a str]| match words {
        [rest @ .., "at"] => rest,
        _ => words,
    };
    match words {
        [rest @ .., last] if clock(last).is_some() => (at(rest), clock(last)),
        [first, rest @ ..] if clock(first).is_some() => (rest, clock(first)),
        _ => (words, None),
    }
}

/// `09:00`, `9:05`, `6pm`, `6:30pm`.
pub fn clock(word: &str) -> Option<Time> {
    let (digits, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(digits), _) => (digits, Some(0)),
        (_, Some(digits)) => (digits, Some(12)),
        _ => (word, None),
    };
    let (hour, minute) = match digits.split_once(':') {
        Some((hour, minute)) if minute.len() == 2 => (number(hour, 2)?, number(minute, 2)?),
        None if half.is_some() => (number(digits, 2)?, 0),
        _ => return None,
    };
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
}

/// A weekday by its name or the beginning of it that people write. Lower case.
pub fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" | "monday" => Weekday::Monday,
        "tue" | "tues" | "tuesday" => Weekday::Tuesday,
        "wed" | "weds" | "wednesday" => Weekday::Wednesday,
        "thu" | "thur" | "thurs" | "thursday" => Weekday::Thursday,
        "fri" | "friday" => Weekday::Friday,
        "sat" | "saturday" => Weekday::Saturday,
        "sun" | "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

/// # Errors
/// It is a date, and does not exist.
fn day(words: &[&str]) -> Result<Option<Day>, WhenProblem> {
    match words {
        ["today"] => Ok(Some(Day::Today)),
        ["yesterday"] => Ok(Some(Day::Yesterday)),
        ["tomorrow"] => Ok(Some(Day::Tomorrow)),
        [word] => match weekday(word) {
            Some(weekday) => Ok(Some(Day::of_weekday(weekday))),
            None => numeric_date(word),
        },
        [a, b] => match (month(a), month(b)) {
            (Some(month), None) => named_date(month, b, None),
            (None, Some(month)) => named_date(month, a, None),
            _ => Ok(None),
        },
        [a, b, year] => match (month(a), month(b), number(year, 4)) {
            (Some(month), None, Some(year)) => named_date(month, b, Some(year)),
            (None, Some(month), Some(year)) => named_date(month, a, Some(year)),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

fn named_date(month: i8, day: &str, year: Option<i16>) -> Result<Option<Day>, WhenProblem> {
    let day = ["st", "nd", "rd", "th", "."].iter().find_map(|ending| day.strip_suffix(ending)).unwrap_or(day);
    let day = number(day, 2).and_then(|day| i8::try_from(day).ok());
    day.map(|day| dated(year, month, day)).transpose()
}

/// `2026-12-25` or `12-25`.
fn numeric_date(word: &str) -> Result<Option<Day>, WhenProblem> {
    let parts: Vec<_> = word.split(['-', '/']).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (number(year, 4).map(Some), *month, *day),
        [month, day] => (Some(None), *month, *day),
        _ => return Ok(None),
    };
    let short = |part: &str| number(part, 2).and_then(|n| i8::try_from(n).ok());
    match (year, short(month), short(day)) {
        (Some(year), Some(month), Some(day)) => dated(year, month, day).map(Some),
        _ => Ok(None),
    }
}

fn dated(year: Option<i16>, month: i8, day: i8) -> Result<Day, WhenProblem> {
    if !(1..=12).contains(&month) {
        return Err(WhenProblem::NoSuchMonth { month });
    }
    // A date without a year exists if it does in a leap year.
    let date = Date::new(year.unwrap_or(2024), month, day);
    let date = date.map_err(|_| WhenProblem::NoSuchDate { month, day, year })?;
    Ok(year.map_or(Day::MonthDay { month, day }, |_| Day::Date(date)))
}

/// A month by its name, or its first three letters at least.
fn month(word: &str) -> Option<i8> {
    let n =
        MONTHS.iter().position(|month| word.len() >= 3 && month.to_ascii_lowercase().starts_with(word))?;
    i8::try_from(n + 1).ok()
}

/// Digits alone, at most so many.
fn number(word: &str, digits: usize) -> Option<i16> {
    let is_number = (1..=digits).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| is_number)
}

fn duration(words: &[impl AsRef<str>]) -> Option<SignedDuration> {
    let words: Vec<_> = words.iter().map(AsRef::as_ref).collect();
    let length = parse_duration(&words.join(" ")).ok()?;
    // Nobody who types less than a minute means it.
    (length >= SignedDuration::from_mins(1)).then_some(length)
}

fn quoted(words: &[String]) -> String {
    let words = words.join(" ");
    let short: String = words.chars().take(QUOTED_MOST).collect();
    if short.len() < words.len() { short + "…" } else { short }
}
