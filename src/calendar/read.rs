//! A file as the shifts it means in an interval.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::component::{Component, components};
use super::event::Event;
use super::invited::Attendee;
use super::line::lines;
use super::moment::is_skipped;
use super::problem::{Problem, Trouble, Unreadable};
use super::series::{Exceptions, Happens};
use super::version::newest;
use super::zone::Zones;

/// The largest file that is read, in bytes: a year of hourly turns has less.
pub const MOST_BYTES: usize = 1 << 20;
/// The most shifts that are read from one file.
pub const MOST_SHIFTS: usize = 5000;
/// How many turns of rules are followed in one file: two hundred years of days.
const MOST_TURNS: u32 = 75_000;

/// How often exceptions and series of one name are held against each other: a series has a few versions at most.
const MOST_PAIRS: usize = 20_000;

/// More starts than that are looked for, as the first ones may end before the interval begins.
const SLACK: usize = 100;

/// What a calendar has in an interval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// `X-WR-CALNAME`.
    pub name: Option<String>,
    /// By start, then by end and line.
    pub entries: Vec<Entry>,
    /// By line.
    pub problems: Vec<Problem>,
}

/// One occurrence of an event, with what it says about whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where its event begins in the file, from 1.
    pub line: usize,
    pub summary: String,
    pub description: Option<String>,
    /// Without those who declined.
    pub attendees: Vec<Attendee>,
    pub declined: Vec<Attendee>,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Reads the shifts that overlap `[from, until)`, each as long as it is, and everything that was not understood.
/// Times without a zone and whole days count in `floating`, unless the file names a zone for them.
///
/// # Errors
/// The file is too large, or not a calendar.
pub fn read(
    bytes: &[u8],
    (from, until): (Timestamp, Timestamp),
    floating: &TimeZone,
) -> Result<Calendar, Unreadable> {
    if bytes.len() > MOST_BYTES {
        return Err(Unreadable::TooLarge(bytes.len()));
    }
    let mut problems = Vec::new();
    let mut calendars = components(lines(bytes, &mut problems), &mut problems);
    calendars.retain(|one| one.name == "VCALENDAR");
    let Some(first) = calendars.first() else { return Err(Unreadable::NotACalendar) };
    let name = first.line("X-WR-CALNAME").map(|line| line.text().trim().to_owned());
    let zones = Zones::new(&calendars, floating);
    let mut events = Vec::new();
    for calendar in &calendars {
        events.extend(of_calendar(calendar, &zones, &mut problems));
    }
    let mut window = Window { from, until, turns: MOST_TURNS, full: false, entries: Vec::new(), problems };
    window.take(&events, &zones);
    let Window { mut entries, mut problems, .. } = window;
    entries.sort_by_key(|entry| (entry.from, entry.until, entry.line));
    problems.sort();
    Ok(Calendar { name, entries, problems })
}

/// The events of one calendar, as its `METHOD` lets them count (RFC 5546, 1.4).
fn of_calendar(calendar: &Component, zones: &Zones, problems: &mut Vec<Problem>) -> Vec<Event> {
    let mut cancelled = false;
    if let Some(line) = calendar.line("METHOD") {
        let method = line.value.trim().to_ascii_uppercase();
        match method.as_str() {
            "CANCEL" => {
                cancelled = true;
                problems.push(Trouble::TakenBack.at(line.at));
            }
            // Answers and wishes of single people.
            "REPLY" | "REFRESH" | "COUNTER" | "DECLINECOUNTER" => {
                problems.push(Trouble::NotASchedule(method).at(line.at));
                return Vec::new();
            }
            _ => {}
        }
    }
    let mut events = Vec::new();
    for part in &calendar.inner {
        match part.name.as_str() {
            "VEVENT" => events.extend(Event::read(part, zones, cancelled, problems)),
            "VTIMEZONE" => {}
            other => problems.push(Trouble::NotAnEvent(Trouble::quoted(other)).at(part.at)),
        }
    }
    events
}

/// The interval that is asked for, and what was found in it.
struct Window {
    from: Timestamp,
    until: Timestamp,
    turns: u32,
    full: bool,
    entries: Vec<Entry>,
    problems: Vec<Problem>,
}

/// A series, or several of one name, and the events that take the place of dates of it.
#[derive(Default)]
struct Family<'e> {
    series: Vec<&'e Event>,
    exceptions: Vec<&'e Event>,
}

impl Window {
    fn take(&mut self, events: &[Event], zones: &Zones) {
        let mut families: BTreeMap<&str, Family<'_>> = BTreeMap::new();
        for event in newest(events, &mut self.problems) {
            let family = families.entry(&event.uid).or_default();
            let list = if event.replaces.is_some() { &mut family.exceptions } else { &mut family.series };
            list.push(event);
        }
        for family in families.values() {
            self.family(family, zones);
        }
    }

    fn family(&mut self, family: &Family<'_>, zones: &Zones) {
        if let [first, ..] = family.exceptions.as_slice()
            && family.series.len().saturating_mul(family.exceptions.len()) > MOST_PAIRS
        {
            let what = "a crowd of versions and exceptions of one event".to_owned();
            self.problems.push(Trouble::LeftOut(what).at(first.at));
            return;
        }
        let mut void = BTreeSet::new();
        for series in &family.series {
            let exceptions = Exceptions::new(series, &family.exceptions, zones, &mut self.problems);
            void.extend(self.series(series, exceptions, zones));
        }
        for event in family.exceptions.iter().filter(|event| !event.cancelled && !void.contains(&event.at)) {
            let and_later = event.replaces.as_ref().is_some_and(|it| it.and_later);
            match (and_later, family.series.is_empty()) {
                (false, _) => self.occurs(event, event.start.civil, &event.start.zone),
                (true, true) => {
                    let what = "RANGE=THISANDFUTURE without its series".to_owned();
                    self.problems.push(Trouble::Unsupported(what).at(event.at));
                }
                // Its dates are the series'.
                (true, false) => {}
            }
        }
    }

    /// The dates of one series; gives the lines of exceptions that do not count.
    fn series(&mut self, series: &Event, mut exceptions: Exceptions<'_>, zones: &Zones) -> Vec<usize> {
        if series.cancelled {
            return exceptions.tell(None, &mut self.problems);
        }
        let (starts, cut) = self.starts(series, exceptions.moved_most(), zones);
        let zone = &series.start.zone;
        for start in &starts {
            match exceptions.happens(*start) {
                Happens::AsPlanned => self.occurs(series, *start, zone),
                Happens::Not => {}
                Happens::Changed(event, by) => self.occurs(event, start.saturating_add(by), zone),
            }
        }
        let seen = starts.first().copied().zip(starts.last().copied());
        exceptions.tell(seen.filter(|_| !cut), &mut self.problems)
    }

    /// When the series has a date, inside the interval or a length before it; and whether the rule was left early.
    fn starts(&mut self, event: &Event, moved: SignedDuration, zones: &Zones) -> (BTreeSet<DateTime>, bool) {
        let mut starts = self.more(event, zones);
        let Some((line, rule)) = &event.rule else {
            starts.insert(event.start.civil);
            return (starts, false);
        };
        // A day's slack, for no clock is further than that from UTC, nor is it moved by more.
        let day = SignedDuration::from_hours(24).saturating_add(moved);
        let length = event.length.clocks.saturating_add(event.length.exact).saturating_add(day);
        let zone = &event.start.zone;
        let after = zone.to_datetime(self.from).saturating_sub(length);
        let before = zone.to_datetime(self.until).saturating_add(day);
        let found = rule.starts(event.start.civil, (after, before), &mut self.turns, MOST_SHIFTS + SLACK);
        if found.beside {
            self.problems.push(Trouble::BesideItsRule.at(*line));
        }
        if found.cut {
            self.problems.push(Trouble::TooLong.at(*line));
        }
        let cut = found.cut || found.starts.len() > MOST_SHIFTS;
        starts.extend(found.starts);
        (starts, cut)
    }

    /// The dates that stand beside the rule, on the clocks of the series.
    fn more(&mut self, event: &Event, zones: &Zones) -> BTreeSet<DateTime> {
        let (mut starts, start) = (BTreeSet::new(), &event.start);
        for moment in &event.more {
            if start.is_day {
                match moment.day(start, zones) {
                    Some(day) => drop(starts.insert(day.to_datetime(jiff::civil::Time::midnight()))),
                    None => self.problems.push(Trouble::UnclearDay("RDATE").at(moment.at)),
                }
            } else if moment.is_day {
                let what = "RDATE with a day in a series of times".to_owned();
                self.problems.push(Trouble::Unsupported(what).at(moment.at));
            } else {
                let instant = moment.clone().within(start).instant();
                starts.extend(instant.map(|instant| start.zone.to_datetime(instant)));
            }
        }
        starts
    }

    fn occurs(&mut self, event: &Event, start: DateTime, zone: &TimeZone) {
        let from = super::moment::instant(start, zone);
        let (Some(from), Some((until, end))) = (from, event.length.end(start, zone)) else {
            self.problems.push(Trouble::NotATime(start.to_string()).at(event.at));
            return;
        };
        if from >= self.until || until <= self.from {
            return;
        }
        if self.entries.len() >= MOST_SHIFTS {
            if !self.full {
                self.problems.push(Trouble::TooMany.at(event.at));
            }
            self.full = true;
            return;
        }
        let on_clocks = event.length.exact.is_zero();
        for civil in [Some(start), on_clocks.then_some(end)].into_iter().flatten() {
            if is_skipped(civil, zone) {
                self.problems.push(Trouble::SkippedTime(civil.to_string()).at(event.at));
            }
        }
        if from >= until {
            // Both ends lie where daylight saving skips or repeats an hour.
            self.problems.push(Trouble::Backwards.at(event.at));
            return;
        }
        self.entries.push(Entry {
            line: event.at,
            summary: event.summary.clone(),
            description: event.description.clone(),
            attendees: event.attendees.clone(),
            declined: event.declined.clone(),
            from,
            until,
        });
    }
}
