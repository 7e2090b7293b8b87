//! A series with its exceptions: which of its dates happen, and what stands in the place of the others.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};

use super::event::Event;
use super::moment::{self, Moment};
use super::problem::{Problem, Trouble};
use super::zone::Zones;

/// Dates of one series, each with the number that it was given.
#[derive(Default)]
struct Dates {
    instants: BTreeMap<Timestamp, usize>,
    days: BTreeMap<Date, usize>,
}

impl Dates {
    fn add(&mut self, date: At, number: usize) {
        match date {
            At::Instant(instant) => drop(self.instants.insert(instant, number)),
            At::Day(day) => drop(self.days.insert(day, number)),
        }
    }

    /// A day stands for whatever begins on it, as some programs write it.
    fn number(&self, start: DateTime, series: &Event) -> Option<usize> {
        let instant = moment::instant(start, &series.start.zone);
        let by_day = self.days.get(&start.date());
        by_day.or_else(|| self.instants.get(&instant?)).copied()
    }
}

/// Which date of a series is meant.
#[derive(Clone, Copy)]
enum At {
    Instant(Timestamp),
    Day(Date),
}

impl At {
    fn of(moment: &Moment, series: &Event, zones: &Zones) -> Option<Self> {
        if series.start.is_day {
            return moment.day(&series.start, zones).map(At::Day);
        }
        if moment.is_day {
            return Some(At::Day(moment.civil.date()));
        }
        moment.clone().within(&series.start).instant().map(At::Instant)
    }

    /// On the clocks of the series.
    fn civil(self, series: &Event) -> DateTime {
        match self {
            At::Instant(instant) => series.start.zone.to_datetime(instant),
            At::Day(day) => day.to_datetime(jiff::civil::Time::midnight()),
        }
    }
}

/// What becomes of one date.
pub(super) enum Happens<'e> {
    AsPlanned,
    Not,
    /// By an event that changes this date and all later ones, so much later than planned.
    Changed(&'e Event, SignedDuration),
}

/// A date that is named, and whether the series has it.
struct Named {
    at: usize,
    civil: DateTime,
    hit: bool,
}

/// What a series' exceptions make of it.
pub(super) struct Exceptions<'e> {
    series: &'e Event,
    left_out: Dates,
    exdates: Vec<Named>,
    replaced: Dates,
    /// By number, as in `replaced`: the event, and its date in the series.
    replacing: Vec<(&'e Event, Named)>,
    /// Changes of all that follows, by the first date changed. `None`: nothing follows.
    later: Vec<(DateTime, Option<(&'e Event, SignedDuration)>)>,
    /// Exceptions whose date cannot be told.
    unclear: Vec<usize>,
}

impl<'e> Exceptions<'e> {
    pub fn new(
        series: &'e Event,
        exceptions: &[&'e Event],
        zones: &Zones,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let (left_out, replaced) = (Dates::default(), Dates::default());
        let (exdates, replacing, later, unclear) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut all = Self { series, left_out, exdates, replaced, replacing, later, unclear };
        for moment in &series.except {
            match At::of(moment, series, zones) {
                Some(at) => {
                    all.left_out.add(at, all.exdates.len());
                    all.exdates.push(Named { at: moment.at, civil: at.civil(series), hit: false });
                }
                None => problems.push(Trouble::UnclearDay("EXDATE").at(moment.at)),
            }
        }
        for event in exceptions {
            let Some(replaces) = &event.replaces else { continue };
            match At::of(&replaces.moment, series, zones) {
                Some(at) if replaces.and_later => all.change_later(at, event, problems),
                Some(at) => {
                    all.replaced.add(at, all.replacing.len());
                    let civil = at.civil(series);
                    all.replacing.push((event, Named { at: replaces.moment.at, civil, hit: false }));
                }
                None => {
                    all.unclear.push(event.at);
                    problems.push(Trouble::UnclearDay("RECURRENCE-ID").at(replaces.moment.at));
                }
            }
        }
        all.later.sort_by_key(|(from, _)| *from);
        all
    }

    fn change_later(&mut self, at: At, event: &'e Event, problems: &mut Vec<Problem>) {
        let series = self.series;
        let from = at.civil(series);
        let start = match event.start.is_day {
            true => Some(event.start.civil),
            false => event.start.instant().map(|instant| series.start.zone.to_datetime(instant)),
        };
        let is_plain =
            event.rule.is_none() && event.more.is_empty() && event.start.is_day == series.start.is_day;
        let change = match start.filter(|_| !event.cancelled) {
            Some(start) if is_plain => Some((event, start.duration_since(from))),
            None if event.cancelled => None,
            _ => {
                let what = "RANGE=THISANDFUTURE with a rule of its own".to_owned();
                problems.push(Trouble::Unsupported(what).at(event.at));
                None
            }
        };
        self.later.push((from, change));
    }

    /// By how much the end of a date is moved at most.
    pub fn moved_most(&self) -> SignedDuration {
        let moved = self.later.iter().filter_map(|(_, change)| {
            let (event, by) = change.as_ref()?;
            let length = event.length.clocks.saturating_add(event.length.exact);
            Some(by.abs().saturating_add(length))
        });
        moved.max().unwrap_or_default()
    }

    pub fn happens(&mut self, start: DateTime) -> Happens<'e> {
        if let Some(number) = self.left_out.number(start, self.series) {
            if let Some(named) = self.exdates.get_mut(number) {
                named.hit = true;
            }
            // It may be replaced too.
            self.replace(start);
            return Happens::Not;
        }
        if self.replace(start) {
            return Happens::Not;
        }
        match self.later.iter().rfind(|(from, _)| *from <= start) {
            None => Happens::AsPlanned,
            Some((_, None)) => Happens::Not,
            Some((_, Some((event, by)))) => Happens::Changed(event, *by),
        }
    }

    fn replace(&mut self, start: DateTime) -> bool {
        let number = self.replaced.number(start, self.series);
        let found = number.and_then(|number| self.replacing.get_mut(number));
        found.map(|(_, named)| named.hit = true).is_some()
    }

    /// Says which dates are none of the series, among those between its first and last that were looked at; and which
    /// exceptions count no more, by their lines.
    pub fn tell(self, seen: Option<(DateTime, DateTime)>, problems: &mut Vec<Problem>) -> Vec<usize> {
        let day = SignedDuration::from_hours(24);
        let is_within = |named: &Named| {
            seen.is_some_and(|(first, last)| {
                first.saturating_sub(day) <= named.civil && named.civil <= last.saturating_add(day)
            })
        };
        let missed = |name: &'static str, named: &Named, what: &'static str| {
            let when = named.civil.strftime("%Y-%m-%d %H:%M").to_string();
            Trouble::HitsNothing { name, when, what }.at(named.at)
        };
        for named in self.exdates.iter().filter(|named| !named.hit && is_within(named)) {
            problems.push(missed("EXDATE", named, "nothing was left out for it"));
        }
        let mut void = self.unclear;
        for (event, named) in &self.replacing {
            let age = event.version.compared_to(&self.series.version);
            let is_left_out = self.left_out.number(named.civil, self.series).is_some();
            if age.is_lt() && is_left_out || age.is_le() && self.series.cancelled {
                void.push(event.at);
            } else if !named.hit && is_within(named) && !event.cancelled {
                let is_old = event.version.sequence < self.series.version.sequence;
                let what = if is_old {
                    "the event, which is older, was left out"
                } else {
                    "the event was taken all the same"
                };
                problems.push(missed("RECURRENCE-ID", named, what));
                void.extend(is_old.then_some(event.at));
            }
        }
        void
    }
}
