//! When reminders may come, and when the next sprint is planned.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use jiff::{Span, Timestamp};

use super::publication::{NoReports, Reports};
use crate::id::UserId;
use crate::oncall::zone::Zone;

/// What follows an incident, as `howler.toml` has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Afterwards {
    pub quiet: Quiet,
    /// `None`: nobody said when, so a retrospective "at the next sprint planning" has no deadline.
    pub sprint: Option<Sprint>,
    /// Where reports are published; or why nowhere.
    pub reports: Result<Reports, NoReports>,
}

impl Default for Afterwards {
    fn default() -> Self {
        Self { quiet: Quiet::default(), sprint: None, reports: Err(NoReports::NoToken) }
    }
}

/// The hours in which nobody is reminded of work that can wait.
#[derive(Clone, Debug, PartialEq)]
pub struct Quiet {
    /// On the wall of the person's zone. The same as `until`: no night is quiet.
    pub from: Time,
    pub until: Time,
    /// Saturdays and Sundays.
    pub weekends: bool,
    /// Of whoever is not named in `zones`.
    pub zone: Zone,
    pub zones: BTreeMap<UserId, Zone>,
}

impl Default for Quiet {
    fn default() -> Self {
        Self {
            from: Time::constant(20, 0, 0, 0),
            until: Time::constant(8, 0, 0, 0),
            weekends: true,
            zone: Zone::utc(),
            zones: BTreeMap::new(),
        }
    }
}

/// A weekend between two nights: more steps nobody needs.
const STEPS_MOST: usize = 8;

impl Quiet {
    /// `at`, or the end of the quiet time in which it lies for `person`; nobody is whoever reads a channel.
    pub fn ends(&self, at: Timestamp, person: Option<&UserId>) -> Timestamp {
        let zone = person.and_then(|person| self.zones.get(person)).unwrap_or(&self.zone);
        let mut at = at;
        for _ in 0..STEPS_MOST {
            let Some(end) = self.end_of(at, zone).filter(|end| *end > at) else { return at };
            at = end;
        }
        at
    }

    fn end_of(&self, at: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let wall = zone.civil(at);
        let (day, time) = (wall.date(), wall.time());
        let tomorrow = || day.tomorrow().unwrap_or(day);
        let on = |day: Date, time: Time| Some(zone.first_instant(day.to_datetime(time)));
        if self.weekends && matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            return on(tomorrow(), Time::midnight());
        }
        match self.from <= self.until {
            true if self.from <= time && time < self.until => on(day, self.until),
            true => None,
            false if time >= self.from => on(tomorrow(), self.until),
            false if time < self.until => on(day, self.until),
            false => None,
        }
    }
}

/// When sprints are planned: every so many weeks from a day on, in both directions.
#[derive(Clone, Debug, PartialEq)]
pub struct Sprint {
    /// The day of one planning.
    pub day: Date,
    pub time: Time,
    pub weeks: i64,
    pub zone: Zone,
}

impl Sprint {
    /// The first planning after `at`. Saturates at the ends of time.
    pub fn next(&self, at: Timestamp) -> Timestamp {
        let (days, from) = (self.weeks.max(1) * 7, self.zone.civil(at).date());
        let passed = from.since(self.day).map_or(0, |span| i64::from(span.get_days()));
        let first = passed.div_euclid(days);
        let start = |sprint: i64| {
            let span = Span::new().try_days(sprint.saturating_mul(days));
            let day = span.and_then(|span| self.day.checked_add(span));
            day.map_or(Timestamp::MAX, |day| self.zone.first_instant(day.to_datetime(self.time)))
        };
        (first..first.saturating_add(3)).map(start).find(|start| *start > at).unwrap_or(Timestamp::MAX)
    }
}
