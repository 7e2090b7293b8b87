//! Another program's calendar as the turns that it would bring: all of it, or why not. Nothing is guessed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::diff::{Overlap, Piece, diff};
use super::problem::{Problem, Unreadable};
use super::read::read;
use super::who::{Named, Person, Unnamed, name};

/// The most turns that are taken over: each is kept as an override.
pub const MOST_TURNS: usize = 500;
/// The most times at which several hold it that are named, and the most events of one of them.
const MOST_CLASHES: usize = 100;
const MOST_LINES: usize = 3;
/// Stands for a person whose shifts are left out.
pub const LEFT_OUT: &str = "-";

/// One person's turn; the id is of the people that were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub person: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// What a calendar brings in an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The calendar's own name.
    pub name: Option<String>,
    /// In order; two in a row are of two people, or with a gap between them.
    pub turns: Vec<Turn>,
    /// Where it has nobody, up to its last turn.
    pub gaps: Vec<Piece>,
    /// What was not understood, which the turns are without.
    pub problems: Vec<Problem>,
}

/// Why nothing is taken over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTaken {
    Unreadable(Unreadable),
    /// It has no shift in the interval.
    Empty(Vec<Problem>),
    /// Shifts of which nobody knows whose they are.
    Unnamed(Vec<Unnamed>),
    /// Times that two people have at once.
    Overlaps(Vec<Clash>),
    /// More than [`MOST_TURNS`]; so many of its whole weeks can be taken over.
    TooMany {
        turns: usize,
        weeks: i64,
    },
}

/// Several people hold it at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    pub from: Timestamp,
    pub until: Timestamp,
    /// Each person, and the lines where the events begin that say so.
    pub claims: Vec<(String, Vec<usize>)>,
}

/// Reads what `bytes` say of an interval, for these people. Times without a zone count in `floating`.
///
/// # Errors
/// Why nothing of it can be taken over.
pub fn take(
    bytes: &[u8],
    within: (Timestamp, Timestamp),
    floating: &TimeZone,
    people: &[Person],
) -> Result<Taken, NotTaken> {
    let calendar = read(bytes, within, floating).map_err(NotTaken::Unreadable)?;
    let mut named = name(&calendar.entries, people);
    if !named.unnamed.is_empty() {
        return Err(NotTaken::Unnamed(named.unnamed));
    }
    leave_out(&mut named);
    let whole = diff(&[], &named.shifts, within);
    if !whole.is.overlaps.is_empty() {
        return Err(NotTaken::Overlaps(clashes(&whole.is.overlaps, &named)));
    }
    let turns = whole.moved.into_iter().filter_map(|moved| {
        let person = moved.is.into_iter().next()?;
        Some(Turn { person, from: moved.from, until: moved.until })
    });
    let turns: Vec<Turn> = turns.collect();
    let Some(last) = turns.last().map(|turn| turn.until) else {
        return Err(NotTaken::Empty(calendar.problems));
    };
    if let Some(surplus) = turns.get(MOST_TURNS) {
        let weeks = surplus.from.duration_since(within.0).as_hours() / (24 * 7);
        return Err(NotTaken::TooMany { turns: turns.len(), weeks });
    }
    let gaps = whole.is.gaps.into_iter().filter(|gap| gap.from < last).collect();
    Ok(Taken { name: calendar.name, turns, gaps, problems: calendar.problems })
}

fn leave_out(named: &mut Named) {
    let both = named.shifts.drain(..).zip(named.lines.drain(..));
    let (shifts, lines) = both.filter(|(shift, _)| shift.person != LEFT_OUT).unzip();
    (named.shifts, named.lines) = (shifts, lines);
}

fn clashes(overlaps: &[Overlap], named: &Named) -> Vec<Clash> {
    let lines = |overlap: &Overlap, person: &str| {
        let shifts = named.shifts.iter().zip(&named.lines).filter(|(shift, _)| {
            shift.person == person && shift.from < overlap.until && overlap.from < shift.until
        });
        let lines: BTreeSet<usize> = shifts.map(|(_, line)| *line).collect();
        lines.into_iter().take(MOST_LINES).collect()
    };
    let some = overlaps.iter().take(MOST_CLASHES);
    let clash = |overlap: &Overlap| Clash {
        from: overlap.from,
        until: overlap.until,
        claims: overlap.people.iter().map(|person| (person.clone(), lines(overlap, person))).collect(),
    };
    some.map(clash).collect()
}
