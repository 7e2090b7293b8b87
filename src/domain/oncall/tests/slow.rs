//! Who is on call, calculated slowly and apart: it walks through civil time and turns a ring of people at each hand-over
//! that it passes. It shares no code with the schedule, and knows the future no more than the people did.

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::scenario::{Deed, Rhythm, Scenario};

/// Hand-over times and the offsets of zones are whole quarters of an hour.
const STEP: SignedDuration = SignedDuration::from_mins(15);

pub struct Slow {
    now: Timestamp,
    zone: TimeZone,
    days: i64,
    next: DateTime,
    /// The one whose turn it is stands first.
    ring: Vec<usize>,
    /// The ring from the next hand-over on.
    ring_to_come: Option<Vec<usize>>,
    rhythm_to_come: Option<Rhythm>,
    pauses: Vec<(usize, Timestamp, Timestamp)>,
    overrides: Vec<(u64, usize, Timestamp, Timestamp)>,
    made: u64,
}

impl Slow {
    pub fn new(scenario: &Scenario) -> Self {
        let mut slow = Self {
            now: scenario.from,
            zone: TimeZone::UTC,
            days: 0,
            next: DateTime::MAX,
            ring: scenario.people.clone(),
            ring_to_come: None,
            rhythm_to_come: None,
            pauses: Vec::new(),
            overrides: Vec::new(),
            made: 0,
        };
        slow.take_up(&scenario.rhythm);
        slow
    }

    /// Counts hand-overs one by one from the epoch to the first that is still to come.
    fn take_up(&mut self, rhythm: &Rhythm) {
        self.zone = TimeZone::get(rhythm.zone).unwrap();
        self.days = rhythm.days;
        self.next = rhythm.epoch.to_datetime(Time::new(rhythm.hour, rhythm.minute, 0, 0).unwrap());
        while self.next <= self.zone.to_datetime(self.now) {
            self.next += self.days.days();
        }
    }

    pub fn advance_to(&mut self, to: Timestamp) {
        while self.now < to {
            // Steps end on quarters of an hour, where the hand-overs are.
            let quarter = self.now.as_second().div_euclid(STEP.as_secs()) * STEP.as_secs();
            self.now = (Timestamp::from_second(quarter).unwrap() + STEP).min(to);
            while self.next <= self.zone.to_datetime(self.now) {
                self.next += self.days.days();
                self.hand_over();
            }
        }
    }

    fn hand_over(&mut self) {
        match self.ring_to_come.take() {
            Some(ring) => self.ring = ring,
            None if self.ring.is_empty() => {}
            None => self.ring.rotate_left(1),
        }
        if let Some(rhythm) = self.rhythm_to_come.take() {
            self.take_up(&rhythm);
        }
    }

    pub fn deed(&mut self, deed: &Deed) {
        let now = self.now;
        let at = |minutes: i64| now + SignedDuration::from_mins(minutes);
        match *deed {
            Deed::Add(person) => {
                self.ring.push(person);
                self.ring_to_come.iter_mut().for_each(|ring| ring.push(person));
            }
            Deed::Remove(person) => {
                self.ring.retain(|other| *other != person);
                self.ring_to_come.iter_mut().for_each(|ring| ring.retain(|other| *other != person));
                self.overrides.retain(|o| o.1 != person);
                self.pauses.retain(|pause| pause.0 != person);
            }
            Deed::Order(ref list) => {
                let mut list = list.clone();
                if list.first() == self.ring.first() {
                    list.rotate_left(1);
                }
                self.ring_to_come = Some(list);
            }
            Deed::Pause(person, after, length) => {
                let (from, until) = (at(after), at(after + length));
                for pause in &mut self.pauses {
                    if pause.0 == person && pause.1 < until && from < pause.2 {
                        pause.2 = from;
                    }
                }
                self.pauses.push((person, from, until));
            }
            Deed::Unpause(person) => self.pauses.retain(|pause| pause.0 != person),
            Deed::Override(person, after, length) => {
                self.made += 1;
                self.overrides.push((self.made, person, at(after), at(after + length)));
            }
            Deed::Cancel(id) => self.overrides.retain(|o| o.0 != id),
            Deed::Rhythm(ref rhythm) => self.rhythm_to_come = Some(rhythm.clone()),
        }
    }

    pub fn holder(&self) -> Option<usize> {
        for (_, person, from, until) in self.overrides.iter().rev() {
            if *from <= self.now && self.now < *until {
                return Some(*person);
            }
        }
        let is_paused = |person: usize| {
            self.pauses.iter().any(|pause| pause.0 == person && pause.1 <= self.now && self.now < pause.2)
        };
        self.ring.iter().copied().find(|person| !is_paused(*person))
    }
}
