//! Time zones by the names that calendars give them.

use std::collections::BTreeMap;

use jiff::tz::{Offset, TimeZone};

use super::component::Component;
use super::rule::{Rule, Turn};

/// The zones that one file names.
#[derive(Debug)]
pub(super) struct Zones {
    own: BTreeMap<String, TimeZone>,
    /// For times and days without a zone.
    pub floating: TimeZone,
}

impl Zones {
    /// From the file's `VTIMEZONE`s. `floating` counts for what has no zone, unless the file has an `X-WR-TIMEZONE`.
    pub fn new(calendar: &[Component], floating: &TimeZone) -> Self {
        let mut own = BTreeMap::new();
        for part in calendar.iter().flat_map(|one| &one.inner).filter(|part| part.name == "VTIMEZONE") {
            let Some(id) = part.line("TZID") else { continue };
            let place = part.line("X-LIC-LOCATION").and_then(|line| known(&line.value));
            if let Some(zone) = place.or_else(|| known(&id.value)).or_else(|| from_rules(part)) {
                own.insert(id.value.trim().to_owned(), zone);
            }
        }
        let named = calendar.iter().find_map(|one| one.line("X-WR-TIMEZONE"));
        let floating = named.and_then(|line| known(&line.value)).unwrap_or_else(|| floating.clone());
        Self { own, floating }
    }

    pub fn get(&self, id: &str) -> Option<TimeZone> {
        self.own.get(id.trim()).cloned().or_else(|| known(id))
    }
}

/// A zone of the IANA list. Some programs put a path before its name: `/mozilla.org/20050126_1/Europe/Berlin`.
fn known(name: &str) -> Option<TimeZone> {
    const DEEPEST: usize = 6;
    const LONGEST: usize = 200;
    let name = name.trim();
    if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("gmt") || name == "Z" {
        return Some(TimeZone::UTC);
    }
    if name.len() > LONGEST {
        return None;
    }
    let tails = std::iter::successors(Some(name), |rest| Some(rest.split_once('/')?.1)).take(DEEPEST);
    tails.filter(|tail| !tail.is_empty()).find_map(|tail| TimeZone::get(tail).ok())
}

/// The rules of a `VTIMEZONE` that has a name of its own (Outlook's "W. Europe Standard Time"), as a POSIX zone.
fn from_rules(part: &Component) -> Option<TimeZone> {
    let standard = latest(part, "STANDARD")?;
    let offset = offset_of(standard, "TZOFFSETTO")?;
    let Some(daylight) = latest(part, "DAYLIGHT") else { return Some(TimeZone::fixed(offset)) };
    let summer = offset_of(daylight, "TZOFFSETTO")?;
    let zone =
        format!("<STD>{}<DST>{},{},{}", west(offset), west(summer), begins(daylight)?, begins(standard)?);
    TimeZone::posix(&zone).ok()
}

/// Of several observances the one that holds now: the last to begin.
fn latest<'c>(part: &'c Component, name: &str) -> Option<&'c Component> {
    let begin = |one: &Component| one.line("DTSTART").map(|line| line.value.clone());
    part.inner.iter().filter(|one| one.name == name).max_by_key(|one| begin(one))
}

/// `+0100`, `-023000`.
fn offset_of(part: &Component, name: &str) -> Option<Offset> {
    let value = part.line(name)?.value.trim();
    let sign = if value.starts_with('-') { -1 } else { 1 };
    let digits = value.trim_start_matches(['+', '-']);
    let two = |at: usize| digits.get(at..at + 2).and_then(|two| two.parse::<i32>().ok());
    let seconds = two(0)? * 3600 + two(2)? * 60 + two(4).unwrap_or(0);
    Offset::from_seconds(sign * seconds).ok()
}

/// POSIX counts hours west of Greenwich.
fn west(offset: Offset) -> String {
    let seconds = -offset.seconds();
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.abs();
    format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `M3.5.0/2:00:00`: when an observance begins each year.
fn begins(part: &Component) -> Option<String> {
    let rule = Rule::parse(&part.line("RRULE")?.value).ok()?;
    let (Turn::Year, [month], [(nth, day)]) = (rule.turn, &rule.months[..], &rule.days[..]) else {
        return None;
    };
    let week = match nth {
        1..=4 => *nth,
        -1 => 5,
        _ => return None,
    };
    let start = &part.line("DTSTART")?.value;
    let time = start.split_once('T')?.1;
    let two = |at: usize| time.get(at..at + 2).filter(|two| two.bytes().all(|byte| byte.is_ascii_digit()));
    let weekday = day.to_sunday_zero_offset();
    Some(format!("M{month}.{week}.{weekday}/{}:{}:{}", two(0)?, two(2)?, two(4)?))
}
