//! The schedule: plans, pauses and overrides, and who holds an instant.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::holding::{OverrideKind, Why};
use super::turns::Turns;
use crate::actor::Actor;
use crate::id::UserId;

const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);
const NEARLY: SignedDuration = SignedDuration::from_hours(24 * 7 - 12);

/// Turns and order from one instant on. Older plans stay, so that the past is not rewritten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub from: Timestamp,
    pub turns: Turns,
    pub people: Vec<UserId>,
    /// The turn that is the first person's.
    pub anchor: i64,
    /// Nobody gave it an order: it goes on with the one before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub goes_on: bool,
}

impl Plan {
    /// The order, from the one whose turn it is, paused or not. Twice over is never needed: each person comes once.
    pub fn order_of(&self, turn: i64) -> impl Iterator<Item = &UserId> {
        let count = self.people.len();
        let first = i64::try_from(count)
            .ok()
            .filter(|count| *count > 0)
            .and_then(|count| usize::try_from(turn.saturating_sub(self.anchor).rem_euclid(count)).ok())
            .unwrap_or(0);
        self.people.iter().cycle().skip(first).take(count)
    }
}

/// A person's time off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub person: UserId,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Somebody holds it whatever the rotation says. Of several at one instant the last made wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Counted up; a later one wins.
    pub id: u64,
    pub person: UserId,
    pub from: Timestamp,
    pub until: Timestamp,
    pub kind: OverrideKind,
    pub by: Actor,
    pub at: Timestamp,
}

/// The backup that was set from an instant on; `None`: the next in the rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetBackup {
    pub from: Timestamp,
    pub person: Option<UserId>,
}

/// Everything that decides who is on call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// In the order of their instants; one at least.
    pub plans: Vec<Plan>,
    pub pauses: Vec<Pause>,
    pub overrides: Vec<Override>,
    pub backups: Vec<SetBackup>,
    /// The declared backup person, for when nobody is on call.
    pub fallback: Option<UserId>,
    /// The id that the next override gets.
    pub next_override: u64,
}

impl Default for Schedule {
    /// Nobody takes turns, by the runbook's turns (1.2).
    fn default() -> Self {
        Self::new(Turns::runbook(), Vec::new(), Timestamp::UNIX_EPOCH)
    }
}

impl Schedule {
    /// A rotation that begins at `from` with its first person.
    pub fn new(turns: Turns, people: Vec<UserId>, from: Timestamp) -> Self {
        let anchor = turns.index(from);
        Self {
            plans: vec![Plan { from, turns, people, anchor, goes_on: false }],
            pauses: Vec::new(),
            overrides: Vec::new(),
            backups: Vec::new(),
            fallback: None,
            next_override: 1,
        }
    }

    /// The plan in force at an instant; before the first one, none.
    pub fn plan(&self, at: Timestamp) -> Option<&Plan> {
        let later = self.plans.partition_point(|plan| plan.from <= at);
        self.plans.get(later.checked_sub(1)?)
    }

    /// The turns in force at an instant; before the first plan, those of the first.
    pub fn turns(&self, at: Timestamp) -> Option<&Turns> {
        self.plan(at).or_else(|| self.plans.first()).map(|plan| &plan.turns)
    }

    /// The people of the rotation, in order, from the one whose turn it is at `at`.
    pub fn people(&self, at: Timestamp) -> Vec<&UserId> {
        self.plan(at).map_or_else(Vec::new, |plan| plan.order_of(plan.turns.index(at)).collect())
    }

    pub fn is_paused(&self, person: &UserId, at: Timestamp) -> bool {
        self.pauses.iter().any(|pause| pause.from <= at && at < pause.until && pause.person == *person)
    }

    /// The end of the last pause of a person that touches a time.
    pub fn paused_until(&self, person: &UserId, from: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let touches = |pause: &&Pause| pause.person == *person && pause.from < until && from < pause.until;
        self.pauses.iter().filter(touches).map(|pause| pause.until).max()
    }

    /// Who holds an instant, and why; `None` where nobody does.
    pub fn holder(&self, at: Timestamp) -> Option<(&UserId, Why)> {
        let wins = self.overrides.iter().filter(|o| o.from <= at && at < o.until).max_by_key(|o| o.id);
        if let Some(wins) = wins {
            return Some((&wins.person, why(wins)));
        }
        let plan = self.plan(at)?;
        plan.rotation(plan.turns.index(at), |person| self.is_paused(person, at))
    }

    /// The backup at an instant: the set one unless paused or the primary, else the next in the order after the turn's
    /// own holder who is neither. `None` in a rotation of one.
    pub fn backup(&self, at: Timestamp) -> Option<&UserId> {
        let primary = self.holder(at).map(|(person, _)| person);
        let free = |person: &&UserId| Some(*person) != primary && !self.is_paused(person, at);
        let set = self.backups.iter().rfind(|set| set.from <= at).and_then(|set| set.person.as_ref());
        set.filter(free).or_else(|| {
            let plan = self.plan(at)?;
            let mut order = plan.order_of(plan.turns.index(at));
            let own = order.next()?;
            // The turn's own holder comes last: they are free where an override took it from them.
            order.chain([own]).find(free)
        })
    }

    /// Overrides that one from `from` to `until` would beat, with the times that they lose.
    pub fn beaten(&self, from: Timestamp, until: Timestamp) -> Vec<(&Override, Timestamp, Timestamp)> {
        let overlap = |o: &Override| (o.from.max(from), o.until.min(until));
        let beaten = self.overrides.iter().map(|o| (o, overlap(o)));
        beaten.filter(|(_, (from, until))| from < until).map(|(o, (from, until))| (o, from, until)).collect()
    }

    /// When the week is told next, where it was told at `told`: every week at the time of a hand-over, also where nobody hands over.
    pub fn next_week(&self, told: Timestamp) -> Timestamp {
        let after = |at: Timestamp, time| at.saturating_add(time).unwrap_or(Timestamp::MAX);
        let first = self.next_handover(told);
        let week = after(told, WEEK);
        if self.next_handover(first).duration_since(first) >= NEARLY {
            // A summer's hour more or less is still the same time of the week.
            return if first <= after(week, WEEK - NEARLY) { first } else { week };
        }
        self.next_handover(after(told, NEARLY)).min(after(week, WEEK - NEARLY))
    }

    /// The first hand-over of the rotation after an instant. The end of time where there is no plan.
    pub fn next_handover(&self, after: Timestamp) -> Timestamp {
        let Some(turns) = self.turns(after) else { return Timestamp::MAX };
        let next = turns.next(after);
        let changed = self.plans.iter().find(|plan| plan.from > after && plan.from < next);
        match changed {
            // A hand-over of other turns may come sooner.
            Some(plan) if plan.turns != *turns => self.next_handover(plan.from),
            Some(plan) => self.next_handover(plan.from).min(next),
            None => next,
        }
    }
}

impl Plan {
    /// Who holds a turn by the rotation: its own holder or, where paused, the next who is not.
    pub(super) fn rotation(&self, turn: i64, is_paused: impl Fn(&UserId) -> bool) -> Option<(&UserId, Why)> {
        let own = self.order_of(turn).next()?;
        let holder = self.order_of(turn).find(|person| !is_paused(person))?;
        Some((holder, if holder == own { Why::Rotation } else { Why::PausedFor(own.clone()) }))
    }
}

pub(super) fn why(o: &Override) -> Why {
    Why::Override { id: o.id, kind: o.kind.clone(), by: o.by.clone() }
}
