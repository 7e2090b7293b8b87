//! Overrides: somebody else has it for a while.

use jiff::{SignedDuration, Timestamp};

use super::change::{ChangeProblem, still_to_come};
use super::holding::OverrideKind;
use super::schedule::{Override, Schedule};
use crate::actor::Actor;
use crate::id::UserId;

/// An override that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub person: UserId,
    pub from: Timestamp,
    pub until: Timestamp,
    pub kind: OverrideKind,
    pub by: Actor,
}

impl Override {
    fn is_imported_between(&self, from: Timestamp, until: Timestamp) -> bool {
        self.kind == OverrideKind::Imported && from < self.until && self.from < until
    }
}

type Changed = Result<Schedule, ChangeProblem>;

impl Schedule {
    /// Puts somebody in for a while, over all that was decided before; what has passed of it is cut off. The new override
    /// is the last of [`Schedule::overrides`].
    ///
    /// # Errors
    /// The time cannot be, or is theirs throughout already.
    pub fn override_with(&self, wanted: Wanted, now: Timestamp) -> Changed {
        let (from, until) = still_to_come(wanted.from, wanted.until, now)?;
        let theirs = |segment: &super::Segment| segment.person() == Some(&wanted.person);
        if self.segments(from, until).iter().all(theirs) {
            return Err(ChangeProblem::NothingChanges);
        }
        Ok(self.with_override(Wanted { from, until, ..wanted }, now))
    }

    /// `by` takes it over from now on.
    ///
    /// # Errors
    /// The time cannot be, or is theirs already.
    pub fn cover(&self, by: &UserId, length: SignedDuration, now: Timestamp) -> Changed {
        let until = now.saturating_add(length).unwrap_or(Timestamp::MAX);
        let (person, by) = (by.clone(), by.into());
        self.override_with(Wanted { person, from: now, until, kind: OverrideKind::Cover, by }, now)
    }

    /// Hands over before the time: `to`, or the next in the order who is free, holds it until the next hand-over.
    ///
    /// # Errors
    /// Nobody else is there, or `to` holds it already.
    pub fn hand_over(&self, to: Option<&UserId>, by: &Actor, now: Timestamp) -> Changed {
        let primary = self.holder(now).map(|(person, _)| person.clone());
        let person = match to {
            Some(to) if primary.as_ref() == Some(to) && by == to => return Err(ChangeProblem::Yourself),
            Some(to) => to.clone(),
            None => self.next_free(primary.as_ref(), now).ok_or(ChangeProblem::NobodyElse)?.clone(),
        };
        let kind = OverrideKind::HandedOver { from: primary };
        let until = self.next_handover(now);
        self.override_with(Wanted { person, from: now, until, kind, by: by.clone() }, now)
    }

    /// Takes an override back; one that has begun ends now. A half of a swap takes the other half with it, so that nobody
    /// is left with both turns.
    ///
    /// # Errors
    /// There is none, or it is over.
    pub fn cancel_override(&self, id: u64, now: Timestamp) -> Changed {
        // An imported one whose middle was replaced stands in two parts of one number.
        let parts = self.overrides.iter().filter(|o| o.id == id);
        let found = parts.max_by_key(|o| o.until).ok_or(ChangeProblem::NoSuchOverride { id })?;
        if found.until <= now {
            return Err(ChangeProblem::OverrideOver { id, until: found.until });
        }
        let other = self.other_half(found).map(|other| other.id);
        let goes = |o: &Override| (o.id == id || Some(o.id) == other) && o.until > now;
        let mut after = self.clone();
        for o in after.overrides.iter_mut().filter(|o| goes(o)) {
            o.until = now;
        }
        after.overrides.retain(|o| o.from < o.until);
        Ok(after)
    }

    /// Without what imports brought from now until an instant. One that goes on after it keeps its number there, so that
    /// what won over it still does.
    pub(super) fn without_imports(&self, until: Timestamp, now: Timestamp) -> Self {
        let mut after = self.clone();
        after.overrides.clear();
        for o in &self.overrides {
            if !o.is_imported_between(now, until) {
                after.overrides.push(o.clone());
                continue;
            }
            if o.from < now {
                after.overrides.push(Override { until: now, ..o.clone() });
            }
            if until < o.until {
                after.overrides.push(Override { from: until, ..o.clone() });
            }
        }
        after
    }

    /// How many turns of earlier imports there are from one instant to another, and when the last of them ends.
    pub fn imported(&self, from: Timestamp, until: Timestamp) -> Option<(usize, Timestamp)> {
        let imported = || self.overrides.iter().filter(|o| o.is_imported_between(from, until));
        Some((imported().count(), imported().map(|o| o.until).max()?))
    }

    pub(super) fn with_override(&self, wanted: Wanted, now: Timestamp) -> Self {
        let Wanted { person, from, until, kind, by } = wanted;
        let mut after = self.clone();
        after.overrides.push(Override { id: self.next_override, person, from, until, kind, by, at: now });
        after.next_override += 1;
        after
    }

    /// The next in the order after the turn's own holder who is neither paused nor `but`.
    fn next_free(&self, but: Option<&UserId>, now: Timestamp) -> Option<&UserId> {
        let plan = self.plan(now)?;
        let mut order = plan.order_of(plan.turns.index(now)).skip(1);
        order.find(|person| Some(*person) != but && !self.is_paused(person, now))
    }
}
