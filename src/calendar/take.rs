//! Another program's calendar as the turns that it would bring: all of it, or why not. Nothing is guessed.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::diff::{Overlap, Piece, diff};
use super::problem::{Problem, Unreadable};
use super::read::read;
use super::who::{Person, Unnamed, name};

/// The most turns that are taken over: each is kept as an override.
pub const MOST_TURNS: usize = 500;
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
    Overlaps(Vec<Overlap>),
    /// More than [`MOST_TURNS`].
    TooMany(usize),
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
    named.shifts.retain(|shift| shift.person != LEFT_OUT);
    let whole = diff(&[], &named.shifts, within);
    if !whole.is.overlaps.is_empty() {
        return Err(NotTaken::Overlaps(whole.is.overlaps));
    }
    let turns = whole.moved.into_iter().filter_map(|moved| {
        let person = moved.is.into_iter().next()?;
        Some(Turn { person, from: moved.from, until: moved.until })
    });
    let turns: Vec<Turn> = turns.collect();
    let Some(last) = turns.last().map(|turn| turn.until) else {
        return Err(NotTaken::Empty(calendar.problems));
    };
    if turns.len() > MOST_TURNS {
        return Err(NotTaken::TooMany(turns.len()));
    }
    let gaps = whole.is.gaps.into_iter().filter(|gap| gap.from < last).collect();
    Ok(Taken { name: calendar.name, turns, gaps, problems: calendar.problems })
}
