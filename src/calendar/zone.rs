//! Time zones by the names that calendars give them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::component::Component;
use super::line::unescape;
use super::observance;
use super::windows;

/// How many turns of rules are followed for a file's own zones: a hundred and fifty of them.
const MOST_WORK: u32 = 20_000;
/// More zones of its own say nothing about which of them a day in UTC is meant in.
const MOST_HOMES: usize = 8;

/// The zones that one file names.
#[derive(Debug)]
pub(super) struct Zones {
    /// `None`: the file describes it in a way that cannot be read.
    own: BTreeMap<String, Option<TimeZone>>,
    /// The zones that the file as a whole is written in.
    homes: Vec<TimeZone>,
    /// For times and days without a zone.
    pub floating: TimeZone,
}

impl Zones {
    /// From the file's `VTIMEZONE`s. `floating` counts for what has no zone, unless the file has an `X-WR-TIMEZONE`.
    pub fn new(calendar: &[Component], floating: &TimeZone) -> Self {
        let (mut own, mut work) = (BTreeMap::new(), MOST_WORK);
        for part in calendar.iter().flat_map(|one| &one.inner).filter(|part| part.name == "VTIMEZONE") {
            let Some(id) = part.line("TZID") else { continue };
            let named = part.line("X-LIC-LOCATION").and_then(|line| place(&line.value));
            let zone = named.or_else(|| place(&plain(&id.value)));
            let zone = match zone {
                None if part.inner.is_empty() => known(&plain(&id.value)),
                None => observance::zone(part, &mut work),
                place => place,
            };
            own.insert(plain(&id.value), zone);
        }
        let named = calendar.iter().find_map(|one| one.line("X-WR-TIMEZONE"));
        let named = named.and_then(|line| known(&plain(&line.value)));
        let mut homes: Vec<TimeZone> = named.iter().cloned().collect();
        if homes.is_empty() {
            homes = own.values().flatten().take(MOST_HOMES + 1).cloned().collect();
        }
        Self { own, homes, floating: named.unwrap_or_else(|| floating.clone()) }
    }

    pub fn get(&self, id: &str) -> Option<TimeZone> {
        let id = plain(id);
        match self.own.get(&id) {
            Some(own) => own.clone(),
            None => known(&id),
        }
    }

    /// The day that an instant in UTC stands for, in a series of whole days: Exchange writes a day as its midnight in
    /// the calendar's zone. `None` where the file's zones do not agree.
    pub fn day(&self, utc: DateTime) -> Option<Date> {
        if utc.time() == Time::midnight() {
            return Some(utc.date());
        }
        if self.homes.len() > MOST_HOMES {
            return None;
        }
        let instant = TimeZone::UTC.to_timestamp(utc).ok()?;
        let homes = if self.homes.is_empty() { std::slice::from_ref(&self.floating) } else { &self.homes };
        let there: Vec<DateTime> = homes.iter().map(|home| home.to_datetime(instant)).collect();
        let only = |days: BTreeSet<Date>| days.first().copied().filter(|_| days.len() == 1);
        let at_midnight = there.iter().filter(|one| one.time() == Time::midnight());
        only(there.iter().map(|one| one.date()).collect())
            .or_else(|| only(at_midnight.map(|one| one.date()).collect()))
    }
}

/// Names may be escaped where they are a value, and are quoted where they are a parameter.
fn plain(name: &str) -> String {
    unescape(name.trim())
}

/// A place of the IANA list, whose rules are better kept than those of a file. `GMT` and `EST` are no places: files use
/// such names for clocks with summer time.
fn place(name: &str) -> Option<TimeZone> {
    let is_place = |tail: &&str| tail.contains('/') && !tail.to_ascii_lowercase().starts_with("etc/");
    tails(name.trim()).filter(is_place).find_map(|tail| TimeZone::get(tail).ok())
}

/// A zone of the IANA list, or of Windows.
fn known(name: &str) -> Option<TimeZone> {
    let name = name.trim();
    if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("gmt") || name == "Z" {
        return Some(TimeZone::UTC);
    }
    let place = tails(name).find_map(|tail| TimeZone::get(tail).ok());
    place.or_else(|| TimeZone::get(windows::place(name)?).ok())
}

/// Some programs put a path before a zone's name: `/mozilla.org/20050126_1/Europe/Berlin`.
fn tails(name: &str) -> impl Iterator<Item = &str> {
    const DEEPEST: usize = 6;
    const LONGEST: usize = 200;
    let name = Some(name).filter(|name| name.len() <= LONGEST);
    let tails = std::iter::successors(name, |rest| Some(rest.split_once('/')?.1)).take(DEEPEST);
    tails.filter(|tail| !tail.is_empty())
}
