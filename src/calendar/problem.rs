//! What a calendar has that could not be taken as it stands. None of it is dropped in silence.

use super::read::{MOST_BYTES, MOST_SHIFTS};

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("The calendar has {0} bytes; at most {MOST_BYTES} are read.")]
    TooLarge(usize),
    #[error("This is not a calendar: it has no BEGIN:VCALENDAR.")]
    NotACalendar,
}

/// Something in the file that did not become a shift, or not quite the one it says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("Line {line}: {trouble}")]
pub struct Problem {
    /// Counted from 1, in the file as it came.
    pub line: usize,
    pub trouble: Trouble,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Trouble {
    #[error("this is not UTF-8; the bytes that are not were replaced")]
    NotText,
    #[error("\"{0}\" is not a line of a calendar")]
    NotALine(String),
    #[error("BEGIN:{0} has no END")]
    NotClosed(String),
    #[error("END:{0} ends nothing")]
    NotOpened(String),
    #[error("parts lie too deep in each other; this one was left out")]
    TooDeep,
    #[error("a {0} is not an event and was left out")]
    NotAnEvent(String),
    #[error("the event has no {0} and was left out")]
    Missing(&'static str),
    #[error("the event does not say how long it lasts and was left out")]
    NoLength,
    #[error("the event ends before it begins and was left out")]
    Backwards,
    #[error("\"{0}\" is not a time; what needs it was left out")]
    NotATime(String),
    #[error("\"{0}\" is not a duration; the event was left out")]
    NotADuration(String),
    #[error("the time zone \"{0}\" is not known; what needs it was left out")]
    UnknownZone(String),
    #[error("the rule \"{0}\" cannot be read; the event was left out")]
    NotARule(String),
    #[error("rules with {0} are not supported; the event was left out")]
    UnsupportedRule(String),
    #[error("{0} is not supported; its dates were left out")]
    Unsupported(String),
    #[error("{0} is not supported; the event was left out")]
    LeftOut(String),
    #[error("one end names a time zone and the other does not; the event was left out")]
    HalfAZone,
    #[error("{0} does not tell which day is meant; what needs it was left out")]
    UnclearDay(&'static str),
    #[error("{name} {when} is no date of the series; {what}")]
    HitsNothing { name: &'static str, when: String, what: &'static str },
    #[error("another version of this event is newer (line {0}); this one was left out")]
    Older(usize),
    #[error("another event has the same UID (line {0}), and nothing says which is newer; both were taken")]
    SameVersion(usize),
    #[error("METHOD:CANCEL takes these events back; none of them is a shift")]
    TakenBack,
    #[error("METHOD:{0} is no schedule; its events were left out")]
    NotASchedule(String),
    #[error("the {0} is long; only its beginning was kept")]
    LongText(&'static str),
    #[error("the event invites many; only the first were kept")]
    ManyInvited,
    #[error("the event begins at a time that its own rule does not name; both were taken")]
    BesideItsRule,
    #[error("{0} does not exist on the clocks there; the shift begins or ends at the next time that does")]
    SkippedTime(String),
    #[error("there are more than {MOST_SHIFTS} shifts in these weeks; the rest was left out")]
    TooMany,
    #[error("the rule repeats too often to be followed; what comes later was left out")]
    TooLong,
}

impl Trouble {
    pub(super) fn at(self, line: usize) -> Problem {
        Problem { line, trouble: self }
    }

    /// What a file says, short enough to be repeated to a person.
    pub(super) fn quoted(text: &str) -> String {
        const MOST: usize = 60;
        if text.chars().count() <= MOST {
            return text.to_owned();
        }
        text.chars().take(MOST).chain(['…']).collect()
    }
}
