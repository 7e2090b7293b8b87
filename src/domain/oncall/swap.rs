//! Swaps of turns between two people: a proposal, and the two overrides that it becomes once both agree.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::change::{DAYS_AHEAD, is_too_far};
use super::holding::{OverrideKind, Segment, Why};
use super::overriding::Wanted;
use super::schedule::{Override, Schedule};
use crate::id::UserId;

/// How far the turn given in exchange may lie from the first.
const EXCHANGE_MOST: SignedDuration = SignedDuration::from_hours(24 * 7 * 26);

/// A turn that goes from one person to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub from: Timestamp,
    pub until: Timestamp,
    pub giver: UserId,
    pub taker: UserId,
}

/// What two people would exchange. Frozen when it is asked for, looked at again when it is agreed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The turn that was named.
    pub named: Given,
    /// The one that goes back for it.
    pub exchange: Given,
}

/// The half of a swap that goes with the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherHalf {
    pub half: Override,
    /// What of it is over by then, and stays.
    pub passed_until: Option<Timestamp>,
}

impl Proposal {
    /// Whom it gives a time in which they are paused, and until when.
    pub fn paused(&self, schedule: &Schedule, now: Timestamp) -> Vec<(UserId, Timestamp)> {
        let given = [&self.named, &self.exchange].into_iter();
        let paused = given.filter_map(|given| {
            let until = schedule.paused_until(&given.taker, given.from.max(now), given.until)?;
            Some((given.taker.clone(), until))
        });
        paused.collect()
    }
}

/// Why two people cannot swap.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapProblem {
    #[error("that is yourself")]
    Yourself,
    #[error("that turn is over since {until}")]
    Over { until: Timestamp },
    #[error("that turn begins more than {days} days from now")]
    TooFar { days: i64 },
    /// The turn is a third person's, or nobody's.
    #[error("that turn is neither of the two's")]
    Elsewhere { holder: Option<UserId>, from: Timestamp, until: Timestamp },
    #[error("that turn is overridden already, by {id}")]
    Overridden { id: u64, from: Timestamp, until: Timestamp },
    #[error("{person} has no turn within 26 weeks to give in exchange")]
    NoExchange { person: UserId },
    /// The schedule has changed since it was asked for.
    #[error("the schedule has changed since")]
    Changed,
}

impl Schedule {
    /// `asker` swaps with `other` the turn that contains `within`, against the nearest later turn of the one who takes it,
    /// or else the nearest earlier one that has not begun.
    ///
    /// # Errors
    /// See [`SwapProblem`].
    pub fn propose_swap(
        &self,
        asker: &UserId,
        other: &UserId,
        within: Timestamp,
        now: Timestamp,
    ) -> Result<Proposal, SwapProblem> {
        if asker == other {
            return Err(SwapProblem::Yourself);
        }
        let (from, until) = self.turn_around(within);
        if until <= now {
            return Err(SwapProblem::Over { until });
        }
        if is_too_far(from, now) {
            return Err(SwapProblem::TooFar { days: DAYS_AHEAD });
        }
        let from = from.max(now);
        let giver = self.sole_holder(from, until)?;
        let taker = match &giver {
            giver if giver == asker => other.clone(),
            giver if giver == other => asker.clone(),
            _ => return Err(SwapProblem::Elsewhere { holder: Some(giver), from, until }),
        };
        let exchange = self.exchange_for(&taker, from, until, now);
        let (back_from, back_until) =
            exchange.ok_or_else(|| SwapProblem::NoExchange { person: taker.clone() })?;
        let exchange =
            Given { from: back_from, until: back_until, giver: taker.clone(), taker: giver.clone() };
        Ok(Proposal { named: Given { from, until, giver, taker }, exchange })
    }

    /// Carries out what both have agreed to, as two overrides.
    ///
    /// # Errors
    /// One of the turns is over, has been overridden, or is somebody else's by now.
    pub fn agree_swap(&self, proposal: &Proposal, by: &UserId, now: Timestamp) -> Result<Self, SwapProblem> {
        let mut after = self.clone();
        for given in [&proposal.named, &proposal.exchange] {
            if given.until <= now {
                return Err(SwapProblem::Over { until: given.until });
            }
            let from = given.from.max(now);
            if self.sole_holder(from, given.until)? != given.giver {
                return Err(SwapProblem::Changed);
            }
            let kind = OverrideKind::Swap { with: given.giver.clone() };
            let person = given.taker.clone();
            after =
                after.with_override(Wanted { person, from, until: given.until, kind, by: by.into() }, now);
        }
        Ok(after)
    }

    /// What goes with an override that is taken back at `now`, where it is a half of a swap.
    pub fn goes_with(&self, id: u64, now: Timestamp) -> Option<OtherHalf> {
        let half = self.other_half(self.overrides.iter().find(|o| o.id == id)?)?.clone();
        let passed_until = (half.from < now).then(|| half.until.min(now));
        Some(OtherHalf { half, passed_until })
    }

    /// The two are made at once, one after the other, and name each other's people.
    pub(super) fn other_half(&self, one: &Override) -> Option<&Override> {
        let OverrideKind::Swap { with } = &one.kind else { return None };
        let back = OverrideKind::Swap { with: one.person.clone() };
        self.overrides.iter().find(|other| {
            other.id.abs_diff(one.id) == 1
                && (other.at, &other.by, &other.person) == (one.at, &one.by, with)
                && other.kind == back
        })
    }

    /// The turn around an instant, from its beginning to the next hand-over.
    pub fn turn_around(&self, within: Timestamp) -> (Timestamp, Timestamp) {
        let begin = self.turns(within).map_or(Timestamp::MIN, |turns| turns.start(turns.index(within)));
        // A plan with other turns may have cut the turn short at its beginning.
        let from = self.plan(within).map_or(begin, |plan| self.other_turns_until(plan.from).max(begin));
        (from, self.next_handover(within))
    }

    /// `from` where the plan that begins then has other turns than the one before, else the beginning of time.
    fn other_turns_until(&self, from: Timestamp) -> Timestamp {
        let n = self.plans.partition_point(|plan| plan.from < from);
        let before = n.checked_sub(1).and_then(|n| self.plans.get(n));
        let same = before.zip(self.plans.get(n)).is_some_and(|(before, plan)| before.turns == plan.turns);
        if same { Timestamp::MIN } else { from }
    }

    /// The one person who holds all of a time by the rotation.
    fn sole_holder(&self, from: Timestamp, until: Timestamp) -> Result<UserId, SwapProblem> {
        let segments = self.segments(from, until);
        for Segment { from, until, held } in &segments {
            if let Some((_, Why::Override { id, .. })) = held {
                return Err(SwapProblem::Overridden { id: *id, from: *from, until: *until });
            }
        }
        let first = segments.first().and_then(Segment::person).cloned();
        let other = segments.iter().find(|segment| segment.person() != first.as_ref());
        match (first, other) {
            (Some(person), None) => Ok(person),
            (first, other) => {
                let holder = other.and_then(Segment::person).cloned().or(first);
                Err(SwapProblem::Elsewhere { holder, from, until })
            }
        }
    }

    fn exchange_for(
        &self,
        taker: &UserId,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
    ) -> Option<(Timestamp, Timestamp)> {
        let last = until.saturating_add(EXCHANGE_MOST).unwrap_or(Timestamp::MAX);
        let mut start = until;
        while start < last {
            let end = self.next_handover(start);
            if self.sole_holder(start, end).is_ok_and(|holder| holder == *taker) {
                return Some((start, end));
            }
            start = end;
        }
        self.earlier_turn(taker, from, now)
    }

    /// The last whole turn of a person that begins after `now` and ends by `by`, within 26 weeks.
    fn earlier_turn(&self, taker: &UserId, by: Timestamp, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let first = by.saturating_sub(EXCHANGE_MOST).unwrap_or(Timestamp::MIN).max(now);
        let mut found = None;
        let mut start = self.next_handover(first);
        while start < by {
            let end = self.next_handover(start);
            if end <= by && self.sole_holder(start, end).is_ok_and(|holder| holder == *taker) {
                found = Some((start, end));
            }
            start = end;
        }
        found
    }
}
