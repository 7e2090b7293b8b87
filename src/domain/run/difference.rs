//! What an action would change, as a difference to what there is now: that is what people approve, and not what stays as it is.

use serde::{Deserialize, Serialize};

/// What is asked of what runs now, to be compared with the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    pub argv: Vec<String>,
    /// What both must hold.
    pub given: String,
    /// Regular expressions: what they find is the same.
    pub ignore: Vec<String>,
}

/// A difference, as it may be shown and saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Difference {
    /// `more` lines that differ are left out; `sign` is of all of them.
    Changes { lines: Vec<Line>, more: usize, sign: String },
    /// What is compared is alike. That is no word about what is not compared.
    Nothing,
    /// It is alike once what is to be ignored is taken away.
    Ignored,
    /// One of both is not there, or not whole. That is no word for "nothing".
    CannotTell { why: String },
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    Goes(String),
    Comes(String),
    /// It is there to say where.
    Stays(String),
    /// What lies between is the same.
    Gap,
}

impl Difference {
    /// From one line to another.
    pub fn of_words(now: String, then: String) -> Self {
        match now == then {
            true => Self::Nothing,
            false => Self::Changes {
                lines: vec![Line::Goes(now), Line::Comes(then)],
                more: 0,
                sign: String::new(),
            },
        }
    }

    /// From the other line to the one.
    #[must_use]
    pub fn turned(&self) -> Self {
        let Self::Changes { lines, more, sign } = self else { return self.clone() };
        let turned = lines.iter().rev().map(|line| match line {
            Line::Goes(text) => Line::Comes(text.clone()),
            Line::Comes(text) => Line::Goes(text.clone()),
            same => same.clone(),
        });
        Self::Changes { lines: turned.collect(), more: *more, sign: sign.clone() }
    }

    /// Why what was approved, which showed this, is not what would be done now, by `again`.
    pub fn moved(&self, again: Option<&Self>) -> Option<String> {
        match (self, again) {
            // People approved it without knowing.
            (Self::CannotTell { .. }, _) => None,
            (before, Some(now)) if before == now => None,
            // What is ignored moves by itself.
            (Self::Nothing | Self::Ignored, Some(Self::Nothing | Self::Ignored)) => None,
            (_, Some(Self::CannotTell { why })) => {
                Some(format!("what would change could not be told any more: {why}"))
            }
            _ => Some("what would change is not what was shown any more".to_owned()),
        }
    }
}
