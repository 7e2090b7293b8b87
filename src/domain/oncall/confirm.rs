//! A change of the schedule as a person asks for it: shown first, carried out once it is confirmed, and kept as an event.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::change::{ChangeProblem, diff_with_far};
use super::holding::OverrideKind;
use super::overriding::Wanted;
use super::schedule::{Override, Schedule};
use crate::actor::Actor;
use crate::id::UserId;

/// A change, with its times as instants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    Add {
        person: UserId,
    },
    Remove {
        person: UserId,
    },
    /// From the next hand-over on.
    Order {
        people: Vec<UserId>,
    },
    Pause {
        person: UserId,
        from: Timestamp,
        until: Timestamp,
    },
    Resume {
        person: UserId,
    },
    Override {
        person: UserId,
        from: Timestamp,
        until: Timestamp,
    },
    /// Whoever asks has it from now on.
    Cover {
        long: SignedDuration,
    },
    /// Handed over before its time, until the turn would have ended; to the next one where nobody is named.
    HandOver {
        to: Option<UserId>,
    },
    Cancel {
        number: u64,
    },
    Backup {
        person: Option<UserId>,
    },
    /// Another program's schedule. Until an instant it replaces what earlier imports brought; changes that were stored
    /// before there was such an instant replaced nothing.
    Import {
        pieces: Vec<Piece>,
        #[serde(default)]
        until: Option<Timestamp>,
    },
}

/// One person's part of a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    pub person: UserId,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Change {
    /// The schedule after it, as `by` changes it at `now`.
    ///
    /// # Errors
    /// Why it cannot hold.
    pub fn apply(&self, schedule: &Schedule, by: &Actor, now: Timestamp) -> Result<Schedule, ChangeProblem> {
        match self {
            Self::Add { person } => schedule.add(person, now),
            Self::Remove { person } => schedule.remove(person, now),
            Self::Order { people } => schedule.order(people, now),
            Self::Pause { person, from, until } => schedule.pause(person, *from, *until, now),
            Self::Resume { person } => schedule.unpause(person, now),
            Self::Override { person, from, until } => {
                let (person, by) = (person.clone(), by.clone());
                let kind = OverrideKind::Asked;
                schedule.override_with(Wanted { person, from: *from, until: *until, kind, by }, now)
            }
            Self::Cover { long } => match by.in_slack() {
                Some(by) => schedule.cover(by, *long, now),
                None => Err(ChangeProblem::NothingChanges),
            },
            Self::HandOver { to } => schedule.hand_over(to.as_ref(), by, now),
            Self::Cancel { number } => schedule.cancel_override(*number, now),
            Self::Backup { person } => schedule.set_backup(person.as_ref(), now),
            Self::Import { pieces, until } => import(schedule, pieces, *until, by, now),
        }
    }

    /// The overrides that it wins over.
    pub fn beats(&self, schedule: &Schedule) -> Vec<Override> {
        match self {
            Self::Override { from, until, .. } => {
                schedule.beaten(*from, *until).into_iter().map(|(one, ..)| one.clone()).collect()
            }
            Self::Import { pieces, until } => {
                let is_replaced = |one: &Override| until.is_some() && one.kind == OverrideKind::Imported;
                let beaten = pieces.iter().flat_map(|piece| schedule.beaten(piece.from, piece.until));
                let beaten = beaten.filter(|(one, ..)| !is_replaced(one));
                let mut beaten: Vec<Override> = beaten.map(|(one, ..)| one.clone()).collect();
                beaten.sort_by_key(|one| one.id);
                beaten.dedup_by_key(|one| one.id);
                beaten
            }
            _ => Vec::new(),
        }
    }

    /// Whom it gives a time in which they are paused, and until when.
    pub fn paused(&self, schedule: &Schedule, now: Timestamp) -> Vec<(UserId, Timestamp)> {
        let given: Vec<(&UserId, Timestamp, Timestamp)> = match self {
            Self::Override { person, from, until } => vec![(person, *from, *until)],
            Self::Import { pieces, .. } => pieces.iter().map(|it| (&it.person, it.from, it.until)).collect(),
            // A backup that is paused now is passed over.
            Self::Backup { person: Some(person) } if schedule.is_paused(person, now) => {
                vec![(person, now, Timestamp::MAX)]
            }
            _ => Vec::new(),
        };
        let mut paused: Vec<(UserId, Timestamp)> = given
            .into_iter()
            .filter_map(|(person, from, until)| {
                Some((person.clone(), schedule.paused_until(person, from.max(now), until)?))
            })
            .collect();
        paused.sort();
        paused.dedup();
        paused
    }

    /// The people whom it names.
    pub fn people(&self) -> Vec<&UserId> {
        match self {
            Self::Add { person }
            | Self::Remove { person }
            | Self::Pause { person, .. }
            | Self::Resume { person }
            | Self::Override { person, .. } => vec![person],
            Self::Order { people } => people.iter().collect(),
            Self::HandOver { to: person } | Self::Backup { person } => person.iter().collect(),
            Self::Import { pieces, .. } => pieces.iter().map(|piece| &piece.person).collect(),
            Self::Cover { .. } | Self::Cancel { .. } => Vec::new(),
        }
    }
}

/// Takes out what earlier imports brought until an instant, and puts the pieces in. What the rotation has already is left
/// to it; somebody must have it otherwise than before.
fn import(
    schedule: &Schedule,
    pieces: &[Piece],
    until: Option<Timestamp>,
    by: &Actor,
    now: Timestamp,
) -> Result<Schedule, ChangeProblem> {
    let mut after = match until {
        Some(until) => schedule.without_imports(until, now),
        None => schedule.clone(),
    };
    for Piece { person, from, until } in pieces.iter().filter(|piece| piece.until > now) {
        let (person, by, kind) = (person.clone(), by.clone(), OverrideKind::Imported);
        match after.override_with(Wanted { person, from: *from, until: *until, kind, by }, now) {
            Ok(changed) => after = changed,
            Err(ChangeProblem::NothingChanges) => {}
            Err(problem) => return Err(problem),
        }
    }
    let is_the_same = match until {
        Some(_) => diff_with_far(schedule, &after, now, 0).is_empty(),
        None => after == *schedule,
    };
    if is_the_same { Err(ChangeProblem::NothingChanges) } else { Ok(after) }
}
