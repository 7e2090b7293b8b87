//! What people ask of the runbook, and what they get back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::effect::To;
use super::procedure::{Procedure, Runbook};
use super::run::decide::{RunRefusal, Start};
use super::run::{Run, Stage};
use crate::config::Spoken;
use crate::id::{RunId, UserId};

/// One thing to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunbookLine {
    List,
    /// A procedure, as somebody names it.
    Show {
        name: String,
    },
    /// Runs that are not over.
    Status,
    /// Put a procedure to work.
    Start(Start),
    /// Of a run: the one that is named, or the only one that takes it.
    Of {
        run: Option<RunId>,
        ask: RunAsk,
    },
    /// A word for what is left to people's hands.
    NotYet {
        word: String,
    },
}

/// What is asked of a run that began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunAsk {
    /// Leave the offered step behind.
    Step,
    LookAgain,
    Abort,
}

impl RunbookLine {
    /// The word people type for it; also the action id of its button.
    pub fn word(&self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Show { .. } => "show",
            Self::Status => "status",
            Self::Start(_) => "diagnose",
            Self::Of { ask: RunAsk::Step, .. } => "next",
            Self::Of { ask: RunAsk::LookAgain, .. } => "again",
            Self::Of { ask: RunAsk::Abort, .. } => "abort",
            Self::NotYet { .. } => "run",
        }
    }

    /// Whether it only reads.
    pub fn reads(&self) -> bool {
        !matches!(self, Self::Start(_) | Self::Of { .. })
    }
}

/// What the asking person gets back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RunbookAnswer {
    List(Vec<Short>),
    Show(Box<Procedure>),
    Status(Vec<RunShort>),
    Started { run: RunId, procedure: String, to: To },
    Done { run: RunId, what: RunAsk },
    NotYet { word: String },
    Refused(RunRefusal),
}

/// A procedure in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Short {
    pub name: String,
    pub title: String,
    /// How soon it must be over, in words.
    pub rto: Option<String>,
}

/// A run that is not over, in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunShort {
    pub run: RunId,
    pub procedure: String,
    pub by: UserId,
    pub at: Timestamp,
    /// How many answers have not come; none where a step is offered.
    pub waiting: usize,
}

/// The procedures, in a line each.
pub fn list(runbook: &Runbook) -> RunbookAnswer {
    RunbookAnswer::List(runbook.all().map(short).collect())
}

/// A procedure by name, or by a part of it.
pub fn show(runbook: &Runbook, name: &str) -> RunbookAnswer {
    match runbook.find(name) {
        Ok(procedure) => RunbookAnswer::Show(Box::new(procedure.clone())),
        Err(nearest) => RunbookAnswer::Refused(RunRefusal::NoSuchProcedure {
            word: name.to_owned(),
            nearest: nearest.map(str::to_owned),
        }),
    }
}

fn short(procedure: &Procedure) -> Short {
    Short {
        name: procedure.name.clone(),
        title: procedure.title.clone(),
        rto: procedure.rto.map(|rto| Spoken(rto.0).to_string()),
    }
}

/// A run in one line.
pub fn run_short(run: &Run) -> RunShort {
    let waiting = if run.stage == Stage::Looking { run.waiting.len() } else { 0 };
    RunShort { run: run.id, procedure: run.procedure.name.clone(), by: run.by.clone(), at: run.at, waiting }
}
