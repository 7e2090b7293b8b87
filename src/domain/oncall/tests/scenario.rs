//! Ten years of what people do to a rotation, drawn by chance.

use jiff::civil::{Date, Time, date};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
pub struct Rhythm {
    pub zone: &'static str,
    pub days: i64,
    pub hour: i8,
    pub minute: i8,
    pub epoch: Date,
}

/// People are numbers, times are minutes.
#[derive(Clone, Debug)]
pub enum Deed {
    Add(usize),
    Remove(usize),
    /// As drawn, a permutation to apply to whoever is in; once it is known, the list itself.
    Order(Vec<usize>),
    Pause(usize, i64, i64),
    Unpause(usize),
    Override(usize, i64, i64),
    Cancel(u64),
    Rhythm(Rhythm),
}

#[derive(Clone, Debug)]
pub struct Scenario {
    pub from: Timestamp,
    pub rhythm: Rhythm,
    pub people: Vec<usize>,
    /// Each with the minutes since the one before.
    pub deeds: Vec<(i64, Deed)>,
}

pub const ZONES: &[&str] = &[
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/St_Johns",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "Europe/Dublin",
    "Africa/Cairo",
];
const CREW: usize = 6;
pub const YEARS: SignedDuration = SignedDuration::from_hours(24 * 3653);

impl Rhythm {
    pub fn turns(&self) -> Turns {
        let length = match self.days {
            1 => Length::Daily,
            7 => Length::Weekly,
            _ => Length::TwoWeeks,
        };
        let time = Time::new(self.hour, self.minute, 0, 0).unwrap();
        Turns { zone: Zone::named(self.zone).unwrap(), length, time, epoch: self.epoch }
    }
}

fn rhythm() -> impl Strategy<Value = Rhythm> {
    let hour = prop_oneof![3 => 0..4i8, 1 => 0..24i8];
    let zone = proptest::sample::select(ZONES);
    let days = proptest::sample::select(vec![1i64, 7, 7, 14]);
    (zone, days, hour, 0..4i8, 1..29i8).prop_map(|(zone, days, hour, quarter, day)| Rhythm {
        zone,
        days,
        hour,
        minute: 15 * quarter,
        epoch: date(2018, 1, day),
    })
}

fn deed() -> impl Strategy<Value = Deed> {
    let person = || 0..CREW;
    // Up to forty days ahead and long, to the minute.
    let minutes = || 0..60 * 24 * 40i64;
    prop_oneof![
        2 => person().prop_map(Deed::Add),
        1 => person().prop_map(Deed::Remove),
        2 => Just((0..CREW).collect::<Vec<_>>()).prop_shuffle().prop_map(Deed::Order),
        3 => (person(), minutes(), 1..60 * 24 * 60i64).prop_map(|(p, after, length)| Deed::Pause(p, after, length)),
        1 => person().prop_map(Deed::Unpause),
        4 => (person(), minutes(), 1..60 * 24 * 20i64).prop_map(|(p, after, length)| Deed::Override(p, after, length)),
        1 => (1..40u64).prop_map(Deed::Cancel),
        1 => rhythm().prop_map(Deed::Rhythm),
    ]
}

/// `deeds` of them, spread over ten years.
pub fn scenario(deeds: usize) -> impl Strategy<Value = Scenario> {
    let most = YEARS.as_mins() / i64::try_from(deeds).unwrap();
    let deeds = proptest::collection::vec((0..most, deed()), 0..=deeds);
    let people = proptest::sample::subsequence((0..CREW).collect::<Vec<_>>(), 0..=CREW);
    (rhythm(), people, deeds, 0..60 * 24 * 30i64).prop_map(|(rhythm, people, deeds, minute)| {
        let from = ts("2019-06-01") + SignedDuration::from_mins(minute);
        Scenario { from, rhythm, people, deeds }
    })
}

pub fn name(person: usize) -> UserId {
    UserId(format!("U{person}"))
}

impl Scenario {
    /// The schedule after everything was done, and what of it the schedule took.
    pub fn play(&self) -> (Schedule, Vec<(Timestamp, Deed)>) {
        let people = self.people.iter().copied().map(name).collect();
        let mut schedule = Schedule::new(self.rhythm.turns(), people, self.from);
        let mut done = Vec::new();
        let mut now = self.from;
        for (minutes, deed) in &self.deeds {
            now += SignedDuration::from_mins(*minutes);
            let deed = known(deed, &schedule, now);
            if let Ok(after) = apply(&schedule, &deed, now) {
                schedule = after;
                done.push((now, deed));
            }
        }
        (schedule, done)
    }
}

fn known(deed: &Deed, schedule: &Schedule, now: Timestamp) -> Deed {
    match deed {
        Deed::Order(all) => {
            Deed::Order(all.iter().copied().filter(|person| schedule.is_in(&name(*person), now)).collect())
        }
        deed => deed.clone(),
    }
}

fn apply(schedule: &Schedule, deed: &Deed, now: Timestamp) -> Result<Schedule, ChangeProblem> {
    let at = |minutes: i64| now + SignedDuration::from_mins(minutes);
    match deed {
        Deed::Add(person) => schedule.add(&name(*person), now),
        Deed::Remove(person) => schedule.remove(&name(*person), now),
        Deed::Order(list) => schedule.order(&list.iter().copied().map(name).collect::<Vec<_>>(), now),
        Deed::Pause(person, after, length) => {
            schedule.pause(&name(*person), at(*after), at(after + length), now)
        }
        Deed::Unpause(person) => schedule.unpause(&name(*person), now),
        Deed::Override(person, after, length) => {
            let (person, by) = (name(*person), name(0));
            let (from, until, kind) = (at(*after), at(after + length), OverrideKind::Asked);
            schedule.override_with(Wanted { person, from, until, kind, by: by.into() }, now)
        }
        Deed::Cancel(id) => schedule.cancel_override(*id, now),
        Deed::Rhythm(rhythm) => schedule.change_turns(&rhythm.turns(), now),
    }
}
