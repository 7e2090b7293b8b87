//! What people ask of the runbook, and what they get back.

use serde::{Deserialize, Serialize};

use super::procedure::{Procedure, Runbook};
use crate::config::Spoken;

/// One thing to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunbookLine {
    List,
    /// A procedure, as somebody names it.
    Show {
        name: String,
    },
    /// A word that a later version knows.
    NotYet {
        word: String,
    },
}

impl RunbookLine {
    /// The word people type for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Show { .. } => "show",
            Self::NotYet { .. } => "run",
        }
    }
}

/// What the asking person gets back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RunbookAnswer {
    List(Vec<Short>),
    Show(Box<Procedure>),
    NotYet { word: String },
    Unknown { word: String, nearest: Option<String> },
}

/// A procedure in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Short {
    pub name: String,
    pub title: String,
    /// How soon it must be over, in words.
    pub rto: Option<String>,
}

/// Answers it; nothing is changed.
pub fn answer(runbook: &Runbook, line: &RunbookLine) -> RunbookAnswer {
    match line {
        RunbookLine::List => RunbookAnswer::List(runbook.all().map(short).collect()),
        RunbookLine::Show { name } => match runbook.find(name) {
            Ok(procedure) => RunbookAnswer::Show(Box::new(procedure.clone())),
            Err(nearest) => {
                RunbookAnswer::Unknown { word: name.clone(), nearest: nearest.map(str::to_owned) }
            }
        },
        RunbookLine::NotYet { word } => RunbookAnswer::NotYet { word: word.clone() },
    }
}

fn short(procedure: &Procedure) -> Short {
    Short {
        name: procedure.name.clone(),
        title: procedure.title.clone(),
        rto: procedure.rto.map(|rto| Spoken(rto.0).to_string()),
    }
}
