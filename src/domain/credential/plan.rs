//! What `howler.toml` says of a secret, and when its rotation is due. A plan never holds a value.

use jiff::civil::{Date, DateTime};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::oncall::zone::{Local, Zone};

/// When people are reminded, by the clock of the rota's zone: nobody is woken for a secret.
const HOUR: i8 = 9;
/// Before this hour, and from [`EVENING`] on, it is night.
const MORNING: i8 = 7;
const EVENING: i8 = 22;
/// Days before the rotation is due at which its owner is reminded; from then on each week.
const DAYS_BEFORE: [i64; 3] = [14, 3, 0];
const WEEK: i64 = 7;
/// Most reminders of one due date: 19 years of weeks.
const REMINDERS_MOST: i64 = 1_000;

/// How often it is to be rotated (runbook 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Whoever gives it out changes it by itself.
    Automatic,
    Months(u32),
    Days(u32),
}

/// Where it lives. What tells by itself that it was changed is known by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lives {
    /// Among GitHub's secrets of the repository.
    GitHub,
    /// Among Vercel's variables of the project.
    Vercel,
    /// Anywhere else, in people's words.
    Elsewhere(String),
}

/// One secret, as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub name: String,
    pub lives: Lives,
    pub every: Every,
    /// Who is reminded; nobody in particular is whoever is on call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// The id of Vercel's variable: its webhook tells no names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// The day of the last rotation, as the file has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated: Option<Date>,
    /// Days are those of this zone.
    pub zone: Zone,
}

impl Plan {
    /// The day on which it is due, where it was rotated on `last`.
    pub fn due(&self, last: Date) -> Option<Date> {
        let span = match self.every {
            Every::Automatic => return None,
            Every::Months(months) => Span::new().try_months(months),
            Every::Days(days) => Span::new().try_days(days),
        };
        last.checked_add(span.ok()?).ok()
    }

    /// The day that an instant is in.
    pub fn day(&self, at: Timestamp) -> Date {
        self.zone.civil(at).date()
    }

    /// The hour of reminders on a day.
    pub fn hour_of(&self, day: Date) -> Timestamp {
        self.instant(day.at(HOUR, 0, 0, 0))
    }

    fn instant(&self, civil: DateTime) -> Timestamp {
        match self.zone.local(civil) {
            Local::Once(at) | Local::Twice { first: at, .. } | Local::Skipped { next: at, .. } => at,
        }
    }

    /// When reminders of what is due on `due` are, in order.
    pub fn reminders(&self, due: Date) -> impl Iterator<Item = Timestamp> {
        let weeks = (1..=REMINDERS_MOST).map(|week| -WEEK * week);
        let days = DAYS_BEFORE.into_iter().chain(weeks);
        days.filter_map(move |before| {
            let day = due.checked_sub(Span::new().try_days(before).ok()?).ok()?;
            Some(self.hour_of(day))
        })
    }

    /// The next hour of reminders after `at`.
    pub fn next_hour(&self, at: Timestamp) -> Timestamp {
        let today = self.day(at);
        let hour = self.hour_of(today);
        if hour > at { hour } else { today.tomorrow().map_or(Timestamp::MAX, |day| self.hour_of(day)) }
    }

    /// Whether nobody is told at that instant.
    pub fn is_night(&self, at: Timestamp) -> bool {
        !(MORNING..EVENING).contains(&self.zone.civil(at).hour())
    }
}
