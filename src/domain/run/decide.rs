//! What people ask of a run, and what comes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::event::{Asked, End, RunEventKind};
use super::{Run, Stage};
use crate::domain::effect::To;
use crate::domain::procedure::fill::{Unfilled, given};
use crate::domain::procedure::{Procedure, Runbook};
use crate::id::{IncidentId, RunId};

/// A procedure that somebody wants to be put to work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// As it was typed.
    pub name: String,
    pub typed: Vec<(String, String)>,
    /// One check alone.
    pub only: Option<String>,
}

/// Why something is not done with a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunRefusal {
    NoSuchProcedure {
        word: String,
        nearest: Option<String>,
    },
    NoSuchCheck {
        procedure: String,
        word: String,
        known: Vec<String>,
    },
    Unfilled {
        procedure: String,
        unfilled: Unfilled,
    },
    NoSuchRun {
        run: RunId,
    },
    /// Nothing is under way that takes it.
    NothingRuns,
    Several {
        runs: Vec<RunId>,
    },
    /// It is over; otherwise its checks are being asked.
    NotNow {
        run: RunId,
        over: bool,
    },
}

/// Begins a run.
///
/// # Errors
/// When there is no such procedure or check, or what was typed does not fit.
pub fn start(
    runbook: &Runbook,
    start: &Start,
    incident: Option<IncidentId>,
    to: To,
) -> Result<RunEventKind, RunRefusal> {
    let procedure = runbook.find(&start.name).map_err(|nearest| RunRefusal::NoSuchProcedure {
        word: start.name.clone(),
        nearest: nearest.map(str::to_owned),
    })?;
    let unfilled = |unfilled| RunRefusal::Unfilled { procedure: procedure.name.clone(), unfilled };
    let given = given(procedure, &start.typed).map_err(unfilled)?;
    let checks = match &start.only {
        None => procedure.checks.keys().cloned().collect(),
        Some(word) => BTreeSet::from([check(procedure, word)?]),
    };
    let procedure = Arc::new(procedure.clone());
    Ok(RunEventKind::Asked(Box::new(Asked { procedure, given, incident, to, checks })))
}

/// The check that a word means: `event-stream` is `event_stream`.
fn check(procedure: &Procedure, word: &str) -> Result<String, RunRefusal> {
    let wanted = word.to_lowercase().replace(['-', ' '], "_");
    let found = procedure.checks.keys().find(|name| **name == wanted);
    found.cloned().ok_or_else(|| RunRefusal::NoSuchCheck {
        procedure: procedure.name.clone(),
        word: word.to_owned(),
        known: procedure.checks.keys().cloned().collect(),
    })
}

/// Leaves the step behind that is offered; the facts as they are lead to the next.
///
/// # Errors
/// When none is offered.
pub fn step(run: &Run) -> Result<RunEventKind, RunRefusal> {
    match &run.stage {
        Stage::Offered { rung } => Ok(RunEventKind::Stepped { rung: *rung }),
        _ => Err(not_now(run)),
    }
}

/// Asks all checks anew.
///
/// # Errors
/// When they are being asked, or the run is over.
pub fn look_again(run: &Run) -> Result<RunEventKind, RunRefusal> {
    match &run.stage {
        Stage::Offered { .. } => Ok(RunEventKind::LookedAgain),
        _ => Err(not_now(run)),
    }
}

/// Ends the run; answers that come later are not waited for.
///
/// # Errors
/// When it is over.
pub fn abort(run: &Run) -> Result<RunEventKind, RunRefusal> {
    if run.is_over() { Err(not_now(run)) } else { Ok(RunEventKind::Over(End::Aborted)) }
}

fn not_now(run: &Run) -> RunRefusal {
    RunRefusal::NotNow { run: run.id, over: run.is_over() }
}
