//! Calendars in and out (iCalendar, RFC 5545), pure: a schedule written for other programs, and what other programs
//! export read as shifts.
//!
//! Reading is our own, upon jiff. Every crate that reads calendars (`calcard` 0.3, `caldata` 0.18, `rrule` 0.14, `icalendar`
//! with `recurrence`) brings chrono and chrono-tz: a second time library with a second list of time zones, so that "who
//! holds it" could differ between the two. For the syntax alone, which is `line.rs` and `component.rs` here, they would
//! bring 25 to 40 crates, and they do not tell the lines that were not understood. Instead another parser, Python's
//! `icalendar` with `recurring-ical-events`, reads what a test makes, and must come to the same (`tests/compare.rs`).

mod component;
mod diff;
mod event;
mod invited;
mod line;
mod moment;
mod observance;
mod problem;
mod read;
mod rule;
mod series;
mod take;
mod version;
mod who;
mod windows;
mod write;
mod zone;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use diff::{Diff, Holes, Moved, Overlap, Piece, diff};
pub use invited::Attendee;
pub use line::text;
pub use problem::{Problem, Trouble, Unreadable};
pub use read::{Calendar, Entry, MOST_BYTES, MOST_SHIFTS, read};
pub use take::{Clash, LEFT_OUT, MOST_TURNS, NotTaken, Taken, Turn, take};
pub use who::{Match, Named, Person, Unnamed, all_theirs, name, whose};
pub use write::{Duty, Feed, write};

/// One person holds the pager, from an instant (included) until another (excluded).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// An id or a name, as the two lists that are compared have agreed.
    pub person: String,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Rotation, override, swap: in words.
    pub why: Option<String>,
}
