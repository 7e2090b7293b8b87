//! Changes of the schedule, and why they cannot hold.

use jiff::Timestamp;

use super::person;
use crate::time::{spoken, utc};
use crate::words::{Words, bold, counted, moment, words};
use domain::id::UserId;
use domain::oncall::change::{ChangeProblem, Moved};
use domain::oncall::confirm::Change;
use domain::oncall::swap::{Given, Proposal, SwapProblem};

/// Parts that are named one by one; of a calendar, which a shell shows, twelve weeks of days.
const NAMED: usize = 12;
const NAMED_AT_SHELL: usize = 84;

/// What was changed, or would be.
pub(super) fn change(change: &Change) -> Words {
    match change {
        Change::Add { person } => words![person, " joins the rotation, last in the order."],
        Change::Remove { person } => words![person, " leaves the rotation."],
        Change::Order { people } => {
            words!["the order from the next hand-over: "].and(all(people)).and(words!["."])
        }
        Change::Pause { person, until, .. } => {
            words![person, " is paused until ", moment(*until), ". The next person stands in."]
        }
        Change::Resume { person } => words![person, " takes turns again."],
        Change::Override { person, from, until } => words![person, " is on call "].and(span(*from, *until)),
        Change::Cover { long } => words![format!("covers for {}.", spoken(*long))],
        Change::HandOver { .. } => words!["handed over early."],
        Change::Cancel { number } => words![format!("override {number} is removed.")],
        Change::Backup { person: Some(person) } => words![person, " is the backup."],
        Change::Backup { person: None } => words!["the backup is the next person in the rotation again."],
        Change::Import { pieces, .. } => {
            let turns = counted(pieces.len(), "turn");
            let are = if pieces.len() == 1 { "is" } else { "are" };
            let last = pieces.last().map(|piece| words![", until ", moment(piece.until)]);
            words![format!("{turns} of another calendar {are} imported")].and_if(last).and(words!["."])
        }
    }
}

fn span(from: Timestamp, until: Timestamp) -> Words {
    words!["from ", moment(from), " to ", moment(until), "."]
}

fn all(people: &[UserId]) -> Words {
    Words::joined(people.iter().map(|person| words![person]), ", ")
}

/// The parts of the schedule that a change moves.
pub(super) fn moves_of(change: &Change, moved: &[Moved]) -> Vec<Words> {
    rows(moved, if matches!(change, Change::Import { .. }) { NAMED_AT_SHELL } else { NAMED })
}

/// The parts of the schedule that are moved.
pub(super) fn moves(moved: &[Moved]) -> Vec<Words> {
    rows(moved, NAMED)
}

fn rows(moved: &[Moved], most: usize) -> Vec<Words> {
    let mut rows: Vec<Words> = moved.iter().take(most).map(row).collect();
    if moved.len() > most {
        rows.push(words![format!("and {} more", moved.len() - most)]);
    }
    rows
}

fn row(moved: &Moved) -> Words {
    let Moved { from, until, was, is } = moved;
    words![
        bold(person(is.as_ref())),
        " instead of ",
        person(was.as_ref()),
        ", ",
        moment(*from),
        " to ",
        moment(*until)
    ]
}

/// It can be meant, but it is not usual.
pub(super) fn is_paused(person: &UserId, until: Timestamp) -> Words {
    words!["⚠️ ", person, " is paused until ", moment(until), "."]
}

pub(super) fn are_paused(paused: &[(UserId, Timestamp)]) -> Vec<Words> {
    paused.iter().map(|(person, until)| is_paused(person, *until)).collect()
}

/// The two turns of a swap.
pub(crate) fn offer(offer: &Proposal) -> Vec<Words> {
    let line = |given: &Given| {
        let (was, is) = (Some(given.giver.clone()), Some(given.taker.clone()));
        row(&Moved { from: given.from, until: given.until, was, is })
    };
    vec![line(&offer.named), line(&offer.exchange)]
}

pub(super) fn change_problem(problem: &ChangeProblem) -> Words {
    match problem {
        ChangeProblem::AlreadyIn { person } => words![person, " is in the rotation already."],
        ChangeProblem::NotIn { person } => words![person, " is not in the rotation."],
        ChangeProblem::Twice { person } => words![person, " is named twice."],
        ChangeProblem::Missing { people } => {
            words!["The order leaves somebody out: "].and(all(people)).and(words!["."])
        }
        ChangeProblem::NotPaused { person } => words![person, " is not paused."],
        ChangeProblem::Past { until } => {
            words!["That is in the past: it would have ended ", moment(*until), "."]
        }
        ChangeProblem::UntilBeforeFrom { from, until } => {
            words![format!("It would end ({}) before it starts ({}).", utc(*until), utc(*from))]
        }
        ChangeProblem::TooLong { days } => words![format!("That is longer than {days} days.")],
        ChangeProblem::TooFar { days } => words![format!("That starts more than {days} days from now.")],
        ChangeProblem::NoSuchOverride { id } => words![format!("There is no override {id}.")],
        ChangeProblem::OverrideOver { id, until } => {
            words![format!("Override {id} ended "), moment(*until), "."]
        }
        ChangeProblem::NobodyElse => words!["There is nobody else in the rotation to hand over to."],
        ChangeProblem::Yourself => words!["You are on call already."],
        ChangeProblem::NothingChanges => words!["Nothing to change: it is so already."],
    }
}

pub(super) fn swap_problem(problem: &SwapProblem) -> Words {
    match problem {
        SwapProblem::Yourself => words!["A swap takes two people."],
        SwapProblem::Over { until } => {
            words!["That turn ended ", moment(*until), "."]
        }
        SwapProblem::TooFar { days } => words![format!("That turn starts more than {days} days from now.")],
        SwapProblem::Elsewhere { holder, from, .. } => {
            let whose = " is neither yours nor theirs. It belongs to ";
            words!["The turn from ", moment(*from), whose, person(holder.as_ref()), "."]
        }
        SwapProblem::Overridden { id, from, until } => words![
            format!("Override {id} gives part of that turn to somebody else: "),
            moment(*from),
            " to ",
            moment(*until),
            "."
        ],
        SwapProblem::NoExchange { person } => {
            words![person, " has no turn in the next 26 weeks to swap for it."]
        }
        SwapProblem::Changed => words!["The schedule has changed since you asked. Ask again."],
    }
}
