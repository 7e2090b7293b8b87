//! A deadline, and when its owner is reminded of it: at half time, two hours before, when it is due, then daily with the commander,
//! then weekly for everybody.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::rules::Quiet;
use crate::actor::Actor;

const NEAR: SignedDuration = SignedDuration::from_hours(2);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So many daily reminders come before the weekly ones.
const DAILY: u32 = 6;
/// Reminders wait at most so long for a person.
pub const PUT_OFF_MOST: SignedDuration = WEEK;

/// Which reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Half,
    Near,
    Due,
    /// So many days late.
    Daily(u32),
    /// So many weeks late.
    Weekly(u32),
}

impl Step {
    /// The next one. Of a short time the half is near already.
    fn following(self, from: Timestamp, due: Timestamp) -> Self {
        match self {
            Self::Half if Self::Near.planned(from, due) <= Self::Half.planned(from, due) => Self::Due,
            Self::Half => Self::Near,
            Self::Near => Self::Due,
            Self::Due => Self::Daily(1),
            Self::Daily(days) if days < DAILY => Self::Daily(days + 1),
            Self::Daily(_) => Self::Weekly(1),
            Self::Weekly(weeks) => Self::Weekly(weeks.saturating_add(1)),
        }
    }

    /// When it would come if nobody slept.
    fn planned(self, from: Timestamp, due: Timestamp) -> Timestamp {
        let late = |many: u32, each: SignedDuration| {
            let by = each.checked_mul(i32::try_from(many).unwrap_or(i32::MAX));
            due.saturating_add(by.unwrap_or(SignedDuration::MAX)).unwrap_or(Timestamp::MAX)
        };
        match self {
            Self::Half => due.saturating_sub(due.duration_since(from) / 2).unwrap_or(from),
            Self::Near => due.saturating_sub(NEAR).unwrap_or(from),
            Self::Due => due,
            Self::Daily(days) => late(days, DAY),
            Self::Weekly(weeks) => late(weeks, WEEK),
        }
    }
}

/// The next reminder, and when it comes: not in a night or on a weekend of its owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    pub step: Step,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    pub by: Actor,
    pub at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutOff {
    pub by: Actor,
    pub until: Timestamp,
    pub why: String,
}

/// Something is owed by `owner` at `due` (UTC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// Nobody: nobody had anything to do with it but howler.
    pub owner: Option<Actor>,
    pub from: Timestamp,
    pub due: Timestamp,
    pub next: Next,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Done>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_off: Option<PutOff>,
}

impl Deadline {
    pub fn new(owner: Option<Actor>, from: Timestamp, due: Timestamp, quiet: &Quiet) -> Self {
        let next = next(from, due, None, from, quiet, owner.as_ref());
        Self { owner, from, due, next, done: None, put_off: None }
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.done.is_none() && self.due <= now
    }

    /// When the next reminder comes; `None` once it is done.
    pub fn reminds_at(&self) -> Option<Timestamp> {
        Some(self.next.at).filter(|_| self.done.is_none())
    }

    /// The reminder that is due at `now`: the last of those whose time has come, for what was missed in between is said once.
    pub fn step_at(&self, now: Timestamp) -> Step {
        let mut step = self.next.step;
        loop {
            let following = step.following(self.from, self.due);
            if following.planned(self.from, self.due) > now {
                return step;
            }
            step = following;
        }
    }

    /// What follows the reminder `step`, said at `now`.
    pub fn after(&self, step: Step, now: Timestamp, quiet: &Quiet) -> Next {
        next(self.from, self.due, Some(step), now, quiet, self.owner.as_ref())
    }

    /// What follows `now`, for whoever owes it.
    pub fn anew(&self, owner: Option<&Actor>, due: Timestamp, now: Timestamp, quiet: &Quiet) -> Next {
        next(self.from, due, None, now, quiet, owner)
    }

    /// The same reminder, at `until`.
    pub fn later(&self, until: Timestamp, quiet: &Quiet) -> Next {
        let at = quiet.ends(until, self.owner.as_ref().and_then(Actor::in_slack));
        Next { step: self.next.step, at }
    }

    /// The clock by which it was reckoned was ahead, and is set back by `by`.
    pub(in crate::incident) fn set_back(&mut self, by: SignedDuration, now: Timestamp) {
        if self.from <= now {
            return;
        }
        for at in [&mut self.from, &mut self.due, &mut self.next.at] {
            *at = at.saturating_sub(by).unwrap_or(Timestamp::MIN);
        }
    }
}

/// The first reminder after `last` whose time is not over at `now`.
fn next(
    from: Timestamp,
    due: Timestamp,
    last: Option<Step>,
    now: Timestamp,
    quiet: &Quiet,
    owner: Option<&Actor>,
) -> Next {
    let mut step = last.map_or(Step::Half, |last| last.following(from, due));
    while step.planned(from, due) <= now {
        step = step.following(from, due);
    }
    let person = owner.and_then(Actor::in_slack);
    Next { step, at: quiet.ends(step.planned(from, due), person) }
}
