//! A file as the shifts it means in an interval.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::component::{Component, components};
use super::event::{Attendee, Event};
use super::line::lines;
use super::moment::{Moment, is_skipped};
use super::problem::{Problem, Trouble, Unreadable};
use super::zone::Zones;

/// The largest file that is read, in bytes: a year of hourly turns has less.
pub const MOST_BYTES: usize = 1 << 20;
/// The most shifts that are read from one file.
pub const MOST_SHIFTS: usize = 5000;
/// How many turns of rules are followed in one file: two hundred years of days.
const MOST_TURNS: u32 = 75_000;

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
    pub attendees: Vec<Attendee>,
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
    for part in calendars.iter().flat_map(|one| &one.inner) {
        events.extend(event(part, &zones, &mut problems));
    }
    let mut window = Window { from, until, turns: MOST_TURNS, full: false, entries: Vec::new(), problems };
    window.take(&events);
    let Window { mut entries, mut problems, .. } = window;
    entries.sort_by_key(|entry| (entry.from, entry.until, entry.line));
    problems.sort();
    Ok(Calendar { name, entries, problems })
}

fn event(part: &Component, zones: &Zones, problems: &mut Vec<Problem>) -> Option<Event> {
    match part.name.as_str() {
        "VEVENT" => Event::read(part, zones, problems),
        "VTIMEZONE" => None,
        other => {
            problems.push(Trouble::NotAnEvent(Trouble::quoted(other)).at(part.at));
            None
        }
    }
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

impl Window {
    fn take(&mut self, events: &[Event]) {
        // What stands in the place of an occurrence, by the event's name.
        let mut replaced: BTreeMap<&str, Except> = BTreeMap::new();
        for event in events {
            if let Some(moment) = &event.replaces {
                replaced.entry(&event.uid).or_default().add(moment);
            }
        }
        for event in events.iter().filter(|event| !event.cancelled) {
            if event.replaces.is_some() {
                self.occurs(event, event.start.civil);
                continue;
            }
            let others = replaced.get(event.uid.as_str());
            let mut left_out = Except::default();
            event.except.iter().for_each(|moment| left_out.add(moment));
            let zone = &event.start.zone;
            for start in self.starts(event) {
                if !left_out.has(start, zone) && !others.is_some_and(|others| others.has(start, zone)) {
                    self.occurs(event, start);
                }
            }
        }
    }

    /// When the event begins, inside the interval or a length before it.
    fn starts(&mut self, event: &Event) -> BTreeSet<DateTime> {
        let there = |moment: &Moment| moment.instant().map(|instant| event.start.zone.to_datetime(instant));
        let mut starts: BTreeSet<DateTime> = event.more.iter().filter_map(there).collect();
        let Some((line, rule)) = &event.rule else {
            starts.insert(event.start.civil);
            return starts;
        };
        // A day's slack, for no clock is further than that from UTC, nor is it moved by more.
        let day = SignedDuration::from_hours(24);
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
        starts.extend(found.starts);
        starts
    }

    fn occurs(&mut self, event: &Event, start: DateTime) {
        let zone = &event.start.zone;
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
            from,
            until,
        });
    }
}

/// Occurrences that do not happen, or that another event takes the place of.
#[derive(Default)]
struct Except {
    instants: BTreeSet<Timestamp>,
    days: BTreeSet<jiff::civil::Date>,
}

impl Except {
    fn add(&mut self, moment: &Moment) {
        if moment.is_day {
            self.days.insert(moment.civil.date());
        } else {
            self.instants.extend(moment.instant());
        }
    }

    /// A day stands for whatever begins on it, as some programs write it.
    fn has(&self, start: DateTime, zone: &TimeZone) -> bool {
        let instant = super::moment::instant(start, zone);
        self.days.contains(&start.date()) || instant.is_some_and(|instant| self.instants.contains(&instant))
    }
}
