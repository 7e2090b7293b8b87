//! Thresholds as people write them: `> 500ms for 5m`, `below 5 for 1h`, `!= "healthy" for 2m`. A threshold says what is wrong.

use std::fmt;
use std::str::FromStr;

use domain::duration::parse_duration;
use domain::text::clean_line;
use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::reading::{Reading, Reason};
use crate::value::{Kind, Unit, ValueProblem, number_and_unit, short};

/// On which side of the limit it is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Above,
    AtLeast,
    Below,
    AtMost,
    Is,
    IsNot,
}

/// As they may be written, longest first; the first of a side is shown.
const SIDES: [(&str, Side); 21] = [
    ("at least", Side::AtLeast),
    ("more than", Side::Above),
    ("less than", Side::Below),
    ("at most", Side::AtMost),
    ("is not", Side::IsNot),
    ("above", Side::Above),
    ("below", Side::Below),
    ("under", Side::Below),
    ("over", Side::Above),
    ("not", Side::IsNot),
    (">=", Side::AtLeast),
    ("=>", Side::AtLeast),
    ("<=", Side::AtMost),
    ("=<", Side::AtMost),
    ("!=", Side::IsNot),
    ("==", Side::Is),
    ("is", Side::Is),
    ("≥", Side::AtLeast),
    ("≤", Side::AtMost),
    (">", Side::Above),
    ("<", Side::Below),
];

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Is => "=",
            Self::IsNot => "!=",
        })
    }
}

/// What a reading is held against.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    /// As it was written: a number and its unit.
    Number { written: f64, unit: Unit },
    /// A word; upper and lower case are one.
    State(String),
}

/// What is wrong, and how long it must have been so.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    pub side: Side,
    pub limit: Limit,
    /// Nothing where it counts at once.
    pub lasting: SignedDuration,
}

/// Why a text is no threshold, or none for this watch.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ThresholdProblem {
    #[error("the threshold is empty; write it like `> 500ms for 5m`")]
    Empty,
    #[error("`{text}` does not say on which side it is wrong; write `> {text}` or `< {text}`")]
    NoSide { text: String },
    #[error("{problem} (in `{text}`; a threshold looks like `> 500ms for 5m`)")]
    Value { text: String, problem: ValueProblem },
    #[error("how long it lasts is not understood: {why} (a threshold looks like `> 500ms for 5m`)")]
    Lasting { why: String },
    #[error("a word is neither more nor less; write `= \"{word}\"` or `!= \"{word}\"`")]
    WordWithOrder { word: String },
    #[error("`{threshold}` has no unit and what it watches is {kind}; write it like `{example}`")]
    NoUnit { threshold: String, kind: Kind, example: String },
    #[error(
        "`{threshold}` is about {has} and what it watches is {kind}; say the unit of the source's numbers with `unit = \"{unit}\"`, or write the threshold like `{example}`"
    )]
    OtherUnit { threshold: String, has: Kind, kind: Kind, unit: String, example: String },
}

impl FromStr for Threshold {
    type Err = ThresholdProblem;

    fn from_str(text: &str) -> Result<Self, ThresholdProblem> {
        let text = clean_line(text);
        if text.is_empty() {
            return Err(ThresholdProblem::Empty);
        }
        let (side, rest) = side(&text).ok_or_else(|| ThresholdProblem::NoSide { text: text.clone() })?;
        let (limit, lasting) = split_lasting(rest);
        let lasting = match lasting {
            Some(lasting) => parse_duration(lasting).map_err(|why| ThresholdProblem::Lasting { why })?,
            None => SignedDuration::ZERO,
        };
        let limit = limit_of(limit, side, &text)?;
        Ok(Self { side, limit, lasting })
    }
}

fn side(text: &str) -> Option<(Side, &str)> {
    let found = SIDES.iter().find_map(|(word, side)| {
        let begin = text.get(..word.len())?;
        let rest = &text[word.len()..];
        let ends =
            !word.ends_with(char::is_alphabetic) || rest.starts_with([' ', '"', '\'']) || rest.is_empty();
        (begin.eq_ignore_ascii_case(word) && ends).then_some((*side, rest.trim()))
    });
    found.or_else(|| text.strip_prefix('=').map(|rest| (Side::Is, rest.trim())))
}

/// Cuts at the ` for ` outside of quotes.
fn split_lasting(text: &str) -> (&str, Option<&str>) {
    let quoted = text.rfind(['"', '\'']).map_or(0, |at| at + 1);
    let tail = text[quoted..].to_ascii_lowercase();
    match tail.rfind("for ").filter(|at| quoted > 0 && *at == 0 || tail[..*at].ends_with(' ')) {
        Some(at) => (text[..quoted + at].trim(), Some(text[quoted + at + 4..].trim())),
        None if tail == "for" || tail.ends_with(" for") => (text[..text.len() - 3].trim(), Some("")),
        None => (text, None),
    }
}

fn limit_of(text: &str, side: Side, whole: &str) -> Result<Limit, ThresholdProblem> {
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')));
    let is_word = |text: &str| text.starts_with(char::is_alphabetic);
    let word = match quoted {
        Some(word) if !word.trim().is_empty() => Some(word.trim()),
        Some(_) => None,
        None => Some(text).filter(|text| is_word(text)),
    };
    match (word, side) {
        (Some(word), Side::Is | Side::IsNot) => Ok(Limit::State(word.to_owned())),
        (Some(word), _) if quoted.is_some() => Err(ThresholdProblem::WordWithOrder { word: word.to_owned() }),
        _ => match number_and_unit(text) {
            Ok((written, unit)) => Ok(Limit::Number { written, unit }),
            Err(problem) => Err(ThresholdProblem::Value { text: whole.to_owned(), problem }),
        },
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.side)?;
        match &self.limit {
            Limit::Number { written, unit } => {
                let space = if unit.name().is_empty() { "" } else { " " };
                write!(f, "{written}{space}{}", unit.name())?;
            }
            Limit::State(word) => write!(f, "\"{word}\"")?,
        }
        if self.lasting.is_positive() {
            write!(f, " for {}", Lasting(self.lasting))?;
        }
        Ok(())
    }
}

/// A duration as it can be typed again: `1h 30m`, `5m`, `45s`.
struct Lasting(SignedDuration);

impl fmt::Display for Lasting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let parts = [(seconds / 3_600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
        let parts: Vec<String> =
            parts.iter().filter(|(many, _)| *many > 0).map(|(many, unit)| format!("{many}{unit}")).collect();
        if parts.is_empty() { write!(f, "{}ms", self.0.as_millis()) } else { f.write_str(&parts.join(" ")) }
    }
}

impl Threshold {
    /// The limit in the base unit; `None` where it is a word.
    pub fn limit(&self) -> Option<f64> {
        match &self.limit {
            Limit::Number { written, unit } => Some(unit.of(*written).number),
            Limit::State(_) => None,
        }
    }

    /// Whether it is about a word.
    pub fn is_state(&self) -> bool {
        matches!(self.limit, Limit::State(_))
    }

    /// Whether it can be held against readings of that kind. Asked once, when the configuration is read.
    ///
    /// # Errors
    /// What to write instead.
    pub fn fits(&self, kind: Kind) -> Result<(), ThresholdProblem> {
        let Limit::Number { written, unit } = &self.limit else { return Ok(()) };
        let has = unit.kind;
        if has == kind {
            return Ok(());
        }
        let with = |unit: &str| format!("{} {}{unit}", self.side, short(*written));
        let unit_of = |kind| match kind {
            Kind::Time => "ms",
            Kind::Share => "%",
            Kind::Bytes => "KB",
            Kind::Count => "",
        };
        let (threshold, example) = (self.to_string(), with(unit_of(kind)));
        Err(match has {
            Kind::Count => ThresholdProblem::NoUnit { threshold, kind, example },
            _ => ThresholdProblem::OtherUnit { threshold, has, kind, unit: unit.name().to_owned(), example },
        })
    }

    /// Whether the reading is on the wrong side. The line itself is wrong only where the threshold says so (`>=`, `<=`).
    ///
    /// # Errors
    /// A word against a number, a number that is none, or what the reading could not tell.
    pub fn is_wrong(&self, reading: &Reading) -> Result<bool, Reason> {
        match (reading, &self.limit) {
            (Reading::CannotTell(reason), _) => Err(reason.clone()),
            (Reading::Number(number), _) if !number.is_finite() => {
                Err(Reason::NotANumber { what: number.to_string() })
            }
            (Reading::Number(number), Limit::Number { written, unit }) => {
                let limit = unit.of(*written).number;
                Ok(match self.side {
                    Side::Above => *number > limit,
                    Side::AtLeast => *number >= limit,
                    Side::Below => *number < limit,
                    Side::AtMost => *number <= limit,
                    Side::Is => *number == limit,
                    Side::IsNot => *number != limit,
                })
            }
            (Reading::State(state), Limit::State(word)) => {
                let same = state.to_lowercase() == word.to_lowercase();
                Ok(same == (self.side == Side::Is))
            }
            (Reading::State(_) | Reading::Number(_), _) => Err(Reason::WordOrNumber),
        }
    }

    /// Whether a reading on the right side is far enough from the line to end a breach: by `margin` of the limit (0.05 is 5 %). Where
    /// a share has no room for that below 100 %, half of what is left is enough. Words and `=` have no line: every right one is clear.
    pub fn is_clear(&self, reading: &Reading, margin: f64) -> bool {
        if self.is_wrong(reading) != Ok(false) {
            return false;
        }
        let (Reading::Number(number), Limit::Number { unit, .. }, Some(limit)) =
            (reading, &self.limit, self.limit())
        else {
            return true;
        };
        // A hair less, so that what lies on the margin is not lost to rounding.
        let room = limit.abs() * margin * (1.0 - 1e-9);
        match self.side {
            Side::Above | Side::AtLeast => *number <= limit - room,
            Side::Below | Side::AtMost => {
                let left = if unit.kind == Kind::Share && limit <= 1.0 { (1.0 - limit) / 2.0 } else { room };
                *number >= limit + room.min(left)
            }
            Side::Is | Side::IsNot => true,
        }
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
