//! What was read of a source: a number, a state, or why nobody can tell.

use domain::text::{clean_line, shorten};
use jiff::Timestamp;
use thiserror::Error;

use crate::value::{Kind, Unit};

/// Longest text of others inside a reason or a state, in characters.
const WORDS_MOST: usize = 120;

/// One look at a source.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// In the base unit of the watch: seconds, a share of 1, bytes, or plain. Not finite is treated as cannot tell.
    Number(f64),
    /// A word, where the threshold is one: `healthy`, `true`.
    State(String),
    CannotTell(Reason),
}

impl Reading {
    /// A word of others, on one line and cut to size.
    pub fn state(text: &str) -> Self {
        Self::State(words(text))
    }

    /// What a source said in `unit`, in the base unit. What is no number stays.
    #[must_use]
    pub fn in_unit(self, unit: Unit) -> Self {
        match self {
            Self::Number(number) => Self::number(unit.of(number).number),
            other => other,
        }
    }

    /// A number, where it is one that can be compared.
    pub fn number(number: f64) -> Self {
        if number.is_finite() {
            Self::Number(number)
        } else {
            Self::CannotTell(Reason::NotANumber { what: number.to_string() })
        }
    }
}

impl From<Result<f64, Reason>> for Reading {
    fn from(read: Result<f64, Reason>) -> Self {
        read.map_or_else(Self::CannotTell, Self::number)
    }
}

/// A text of others, plain, on one line, cut to size. It is not escaped for Slack: that is the view's.
pub(crate) fn words(text: &str) -> String {
    let begins: String = text.chars().take(WORDS_MOST * 8).collect();
    shorten(&clean_line(&begins), WORDS_MOST)
}

/// Why nobody can tell. Its words are for people; what others wrote in it is plain and cut to size.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Reason {
    #[error("nothing was heard of it")]
    Silent,
    /// The caller could not ask: a timeout, a refused connection, a status that is not 200.
    #[error("it could not be asked: {why}")]
    NotReached { why: String },
    #[error("the answer is longer than {most} bytes")]
    TooLong { most: usize },
    #[error("the answer is empty")]
    Empty,
    #[error("the answer is cut off: its last line has no end")]
    CutOff,
    #[error("line {line} of the answer is not understood: {what}")]
    NotUnderstood { line: usize, what: String },
    #[error("the answer is not {what}")]
    NotThis { what: String },
    #[error("the source says: {what}")]
    Refused { what: String },
    #[error("no series is called {name}{}", near_words(near))]
    NoSuchSeries { name: String, near: Vec<String> },
    #[error("no series of {name} has those labels; {have} have others")]
    NoSuchLabels { name: String, have: usize },
    #[error("{found} series match, name a label or say sum, max, min or avg")]
    ManySeries { found: usize },
    #[error("{series} stands twice in the answer")]
    Duplicate { series: String },
    #[error("the query finds nothing")]
    NothingFound,
    #[error("the value is {what}, which is no number to compare")]
    NotANumber { what: String },
    #[error("the value is of {at}, which is too long ago")]
    Stale { at: Timestamp },
    #[error("nothing stands at {pointer}{}", near_words(near))]
    NothingThere { pointer: String, near: Vec<String> },
    #[error("{pointer} holds {what}")]
    Holds { pointer: String, what: String },
    #[error("the value is {has}, the watch counts in {wants}")]
    OtherUnit { has: Kind, wants: Kind },
    #[error("a rate needs two readings, this is the first")]
    FirstOfTwo,
    #[error("the counter was reset")]
    Reset,
    #[error("the last reading is too long ago for a rate")]
    TooFarApart,
    #[error("the buckets are not those of the last reading")]
    OtherBuckets,
    #[error("the histogram has no bucket for +Inf, or no other one")]
    NotAHistogram,
    #[error("nothing happened between the two readings")]
    NoObservations,
    #[error("the value is a word and the threshold a number, or the other way round")]
    WordOrNumber,
    #[error("only {found} of at least {least} runs finished in the last 24 h")]
    FewRuns { found: u32, least: u32 },
    #[error("no component is called {name}{}", near_words(near))]
    NoSuchComponent { name: String, near: Vec<String> },
}

fn near_words(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) }
}

/// The names most like the one that is missing, at most three.
pub fn near<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let wanted = wanted.to_lowercase();
    let mut close: Vec<(f64, &str)> = Vec::new();
    for name in names {
        let lower: String = name.chars().take(WORDS_MOST).collect::<String>().to_lowercase();
        let within =
            wanted.len() >= 3 && (lower.contains(&wanted) || wanted.contains(&lower) && lower.len() >= 3);
        let score = if within { 1.0 } else { strsim::jaro_winkler(&wanted, &lower) };
        if score >= 0.8 && close.iter().all(|(_, known)| *known != name) {
            close.push((score, name));
            close.sort_by(|one, other| other.0.total_cmp(&one.0));
            close.truncate(3);
        }
    }
    close.into_iter().map(|(_, name)| words(name)).collect()
}
