//! Changes of the rotation at an instant: a new schedule, or why not. The past stays as it was.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::schedule::{Pause, Plan, Schedule, SetBackup};
use super::turns::Turns;
use crate::id::UserId;

/// Why a change cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeProblem {
    #[error("{person} is in the rotation already")]
    AlreadyIn { person: UserId },
    #[error("{person} is not in the rotation")]
    NotIn { person: UserId },
    #[error("{person} is in the list twice")]
    Twice { person: UserId },
    /// An order that leaves people out.
    #[error("the list leaves out {} of the rotation", .people.len())]
    Missing { people: Vec<UserId> },
    #[error("that is over since {until}")]
    Past { until: Timestamp },
    #[error("the end is not after the beginning")]
    UntilBeforeFrom { from: Timestamp, until: Timestamp },
    #[error("that is longer than {days} days")]
    TooLong { days: i64 },
    #[error("that begins more than {days} days from now")]
    TooFar { days: i64 },
    #[error("that is yourself")]
    Yourself,
    #[error("it is so already")]
    NothingChanges,
    #[error("{person} is not paused")]
    NotPaused { person: UserId },
    #[error("there is no override {id}")]
    NoSuchOverride { id: u64 },
    #[error("override {id} is over since {until}")]
    OverrideOver { id: u64, until: Timestamp },
    #[error("nobody else in the rotation can take it")]
    NobodyElse,
}

/// Longest override or pause, in days.
pub const DAYS_MOST: i64 = 366;
/// What begins later, in days from now, was not meant so.
pub const DAYS_AHEAD: i64 = 2 * 366;

type Changed = Result<Schedule, ChangeProblem>;

/// Cuts a time to what is still to come.
///
/// # Errors
/// It is over, empty, longer than [`DAYS_MOST`], or farther away than [`DAYS_AHEAD`].
pub fn still_to_come(
    from: Timestamp,
    until: Timestamp,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), ChangeProblem> {
    if until <= now {
        return Err(ChangeProblem::Past { until });
    }
    if until <= from {
        return Err(ChangeProblem::UntilBeforeFrom { from, until });
    }
    let from = from.max(now);
    if is_too_far(from, now) {
        return Err(ChangeProblem::TooFar { days: DAYS_AHEAD });
    }
    if until.duration_since(from).as_secs() > DAYS_MOST * 86_400 {
        return Err(ChangeProblem::TooLong { days: DAYS_MOST });
    }
    Ok((from, until))
}

/// Whether `from` lies farther away than anybody plans.
pub fn is_too_far(from: Timestamp, now: Timestamp) -> bool {
    from.duration_since(now).as_secs() > DAYS_AHEAD * 86_400
}

impl Plan {
    /// The same from an instant on, with the people in order from the one whose turn it is then.
    fn beginning_at(&self, from: Timestamp) -> Self {
        let anchor = self.turns.index(from);
        let people = self.order_of(anchor).cloned().collect();
        Self { from, turns: self.turns.clone(), people, anchor, goes_on: self.goes_on }
    }
}

impl Schedule {
    /// Adds a person as the last: everybody else has a turn first, and the current holder stays.
    ///
    /// # Errors
    /// They are in already.
    pub fn add(&self, person: &UserId, now: Timestamp) -> Changed {
        if self.is_in(person, now) {
            return Err(ChangeProblem::AlreadyIn { person: person.clone() });
        }
        Ok(self.with_plans(now, |plan| plan.people.push(person.clone())))
    }

    /// Takes a person out, with their future overrides and pauses and as the set backup. What they hold now goes to the
    /// next in the order at once, whose turn thereby begins early.
    ///
    /// # Errors
    /// They are not in the rotation.
    pub fn remove(&self, person: &UserId, now: Timestamp) -> Changed {
        if !self.is_in(person, now) {
            return Err(ChangeProblem::NotIn { person: person.clone() });
        }
        let mut after = self.with_plans(now, |plan| plan.people.retain(|other| other != person));
        after.overrides.retain(|o| o.person != *person || o.from < now);
        for o in after.overrides.iter_mut().filter(|o| o.person == *person) {
            o.until = o.until.min(now);
        }
        after.pauses.retain(|pause| pause.person != *person || pause.from < now);
        for pause in after.pauses.iter_mut().filter(|pause| pause.person == *person) {
            pause.until = pause.until.min(now);
        }
        if after.backups.last().is_some_and(|set| set.person.as_ref() == Some(person)) {
            after.backups.push(SetBackup { from: now, person: None });
        }
        Ok(after)
    }

    /// A new order from the next hand-over on, the list as given; until then the holder stays. Where the list begins with
    /// the one whose turn it is, the second follows, so that nobody gets two turns on end by it.
    ///
    /// # Errors
    /// The list is not the rotation's people, each once; or the order is so already.
    pub fn order(&self, list: &[UserId], now: Timestamp) -> Changed {
        let mut people = list.to_vec();
        for (n, person) in list.iter().enumerate() {
            if list[..n].contains(person) {
                return Err(ChangeProblem::Twice { person: person.clone() });
            }
            if !self.is_in(person, now) {
                return Err(ChangeProblem::NotIn { person: person.clone() });
            }
        }
        let current = self.people(now);
        let missing: Vec<_> = current.iter().filter(|p| !list.contains(p)).map(|p| (*p).clone()).collect();
        if !missing.is_empty() {
            return Err(ChangeProblem::Missing { people: missing });
        }
        if people.first() == current.first().copied() && !people.is_empty() {
            people.rotate_left(1);
        }
        let from = self.next_handover(now);
        let before = self.plan_from(from).ok_or(ChangeProblem::NothingChanges)?;
        if before.people == people {
            return Err(ChangeProblem::NothingChanges);
        }
        Ok(self.replanned(Plan { people, goes_on: false, ..before }))
    }

    /// Other turns from the next hand-over on: whose turn begins then keeps it until the first hand-over of the new turns,
    /// so that this one turn may be shorter or longer than the others.
    ///
    /// # Errors
    /// They are so already.
    pub fn change_turns(&self, turns: &Turns, now: Timestamp) -> Changed {
        let from = self.next_handover(now);
        let before = self.plan_from(from).ok_or(ChangeProblem::NothingChanges)?;
        if before.turns == *turns {
            return Err(ChangeProblem::NothingChanges);
        }
        let anchor = turns.index(from);
        // An order that begins then as well stays the one that was given.
        let goes_on = before.goes_on || self.plans.iter().all(|plan| plan.from != from);
        Ok(self.replanned(Plan { turns: turns.clone(), anchor, goes_on, ..before }))
    }

    /// A person's time off. It replaces what it overlaps of their other pauses.
    ///
    /// # Errors
    /// They are not in the rotation, or the time cannot be.
    pub fn pause(&self, person: &UserId, from: Timestamp, until: Timestamp, now: Timestamp) -> Changed {
        if !self.is_in(person, now) {
            return Err(ChangeProblem::NotIn { person: person.clone() });
        }
        let (from, until) = still_to_come(from, until, now)?;
        let new = Pause { person: person.clone(), from, until };
        if self.pauses.contains(&new) {
            return Err(ChangeProblem::NothingChanges);
        }
        let mut after = self.clone();
        for pause in &mut after.pauses {
            if pause.person == *person && pause.from < until && from < pause.until {
                pause.until = from;
            }
        }
        after.pauses.retain(|pause| pause.from < pause.until);
        after.pauses.push(new);
        Ok(after)
    }

    /// Ends a person's pause, and drops those that have not begun.
    ///
    /// # Errors
    /// They have none.
    pub fn unpause(&self, person: &UserId, now: Timestamp) -> Changed {
        let mut after = self.clone();
        for pause in after.pauses.iter_mut().filter(|pause| pause.person == *person) {
            pause.until = pause.until.min(now);
        }
        after.pauses.retain(|pause| pause.from < pause.until);
        if after == *self {
            return Err(ChangeProblem::NotPaused { person: person.clone() });
        }
        Ok(after)
    }

    /// Sets the backup from now on; `None`: the next in the rotation again.
    ///
    /// # Errors
    /// It is so already.
    pub fn set_backup(&self, person: Option<&UserId>, now: Timestamp) -> Changed {
        if self.backups.last().and_then(|set| set.person.as_ref()) == person {
            return Err(ChangeProblem::NothingChanges);
        }
        let mut after = self.clone();
        after.backups.push(SetBackup { from: now, person: person.cloned() });
        Ok(after)
    }

    /// Whether a person is in the rotation, now or from the next hand-over on.
    pub fn is_in(&self, person: &UserId, now: Timestamp) -> bool {
        let later = self.plans.iter().filter(|plan| plan.from > now);
        self.plan(now).into_iter().chain(later).any(|plan| plan.people.contains(person))
    }

    /// Changes the people of the plan in force from now on, and of those that are to come.
    fn with_plans(&self, now: Timestamp, change: impl Fn(&mut Plan)) -> Self {
        let mut after = self.clone();
        let later = after.plans.partition_point(|plan| plan.from <= now);
        let to_come = after.plans.split_off(later);
        let in_force = self.plan_from(now);
        after.plans.retain(|plan| plan.from < now);
        for mut plan in in_force.into_iter().chain(to_come.iter().map(|plan| plan.beginning_at(plan.from))) {
            match after.plans.last().filter(|before| plan.goes_on && before.from >= now) {
                Some(before) => plan.people = before.beginning_at(plan.from).people,
                None => change(&mut plan),
            }
            after.plans.push(plan);
        }
        after
    }

    /// The plan in force at an instant, as one that begins then.
    fn plan_from(&self, from: Timestamp) -> Option<Plan> {
        self.plan(from).map(|plan| plan.beginning_at(from))
    }

    /// Puts a plan in the place of all that would begin at its instant or later.
    fn replanned(&self, plan: Plan) -> Self {
        let mut after = self.clone();
        after.plans.retain(|other| other.from < plan.from);
        after.plans.push(plan);
        after
    }
}

/// A time that a change moves from one person to another; `None`: nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub from: Timestamp,
    pub until: Timestamp,
    pub was: Option<UserId>,
    pub is: Option<UserId>,
}

/// What a change moves in the weeks (of 168 hours) from an instant on.
pub fn diff(before: &Schedule, after: &Schedule, from: Timestamp, weeks: u16) -> Vec<Moved> {
    between(before, after, from, after_weeks(from, weeks))
}

/// What a change moves in the weeks from an instant on, and beyond them in the times of the overrides and pauses that it
/// makes, cuts or takes back.
pub fn diff_with_far(before: &Schedule, after: &Schedule, from: Timestamp, weeks: u16) -> Vec<Moved> {
    let near = after_weeks(from, weeks);
    let overrides = changed(&before.overrides, &after.overrides).map(|o| (o.from, o.until));
    let pauses = changed(&before.pauses, &after.pauses).map(|pause| (pause.from, pause.until));
    let mut far: Vec<_> = overrides.chain(pauses).filter(|(_, until)| *until > near).collect();
    far.sort_unstable();
    let mut windows = vec![(from, near)];
    for (start, end) in far {
        match windows.last_mut() {
            Some((_, until)) if start <= *until => *until = end.max(*until),
            _ => windows.push((start, end)),
        }
    }
    windows.into_iter().flat_map(|(from, until)| between(before, after, from, until)).collect()
}

/// What is in one of the two only.
fn changed<'a, T: PartialEq>(before: &'a [T], after: &'a [T]) -> impl Iterator<Item = &'a T> {
    let gone = before.iter().filter(|one| !after.contains(one));
    gone.chain(after.iter().filter(|one| !before.contains(one)))
}

fn after_weeks(from: Timestamp, weeks: u16) -> Timestamp {
    let length = jiff::SignedDuration::from_hours(168 * i64::from(weeks));
    from.saturating_add(length).unwrap_or(Timestamp::MAX)
}

fn between(before: &Schedule, after: &Schedule, from: Timestamp, until: Timestamp) -> Vec<Moved> {
    let (before, after) = (before.segments(from, until), after.segments(from, until));
    let (mut was, mut is) = (before.iter().peekable(), after.iter().peekable());
    let mut moved: Vec<Moved> = Vec::new();
    while let (Some(old), Some(new)) = (was.peek(), is.peek()) {
        let (from, until) = (old.from.max(new.from), old.until.min(new.until));
        if old.person() != new.person() {
            let this = Moved { from, until, was: old.person().cloned(), is: new.person().cloned() };
            match moved.last_mut() {
                Some(last) if last.until == from && last.was == this.was && last.is == this.is => {
                    last.until = until;
                }
                _ => moved.push(this),
            }
        }
        let (old_ends, new_ends) = (old.until == until, new.until == until);
        was.next_if(|_| old_ends);
        is.next_if(|_| new_ends);
    }
    moved
}
