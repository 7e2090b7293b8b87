//! What people ask of a run, and what comes of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::approve::NotApproved;
use super::change::Phase;
use super::event::{Asked, End, RunEventKind};
use super::{Run, Stage};
use crate::effect::To;
use crate::id::{IncidentId, RunId};
use crate::procedure::fill::{Unfilled, given};
use crate::procedure::{Procedure, Runbook};

/// A procedure that somebody wants to be put to work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// As it was typed.
    pub name: String,
    pub typed: Vec<(String, String)>,
    /// One check alone.
    pub only: Option<String>,
    /// The first action that the facts lead to is proposed at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub proposes: bool,
}

/// Why something is not done with a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunRefusal {
    NoSuchProcedure {
        word: String,
        nearest: Option<String>,
        /// The name of the one that was meant, and what is wrong with its file.
        #[serde(default)]
        left_out: Option<(String, String)>,
        /// It was to be put to work, and not only read.
        #[serde(default)]
        begins: bool,
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
    /// No run holds that target.
    NobodyHolds {
        target: String,
    },
    /// Nothing is to be seen by a person in place of a check, or it must be said of which.
    NotToBeSeen {
        run: RunId,
        could: Vec<String>,
    },
    /// What they say they see is that it is well.
    SeenWell {
        run: RunId,
    },
    /// A review that says that there was none.
    NoReview {
        run: RunId,
    },
    /// Only those who may approve, and who froze, let changes begin again.
    MayNotUnfreeze,
    /// Who is in the user group of those who approve could not be looked up.
    UnfreezeNotTold {
        why: String,
    },
    /// Nothing is under way that takes it.
    NothingRuns,
    Several {
        runs: Vec<RunId>,
    },
    NotNow {
        run: RunId,
        what: Doing,
    },
    NotApproved {
        run: RunId,
        why: NotApproved,
    },
}

/// What a run does that takes nothing of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doing {
    /// Its checks are being asked.
    Looking,
    /// A step is offered.
    Offering,
    /// People are asked for approval.
    Asking,
    /// An action is carried out, or its proof is waited for.
    Changing,
    /// It is being stopped.
    Stopping,
    Over,
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
    let procedure =
        runbook.find(&start.name).map_err(|nearest| no_such(runbook, &start.name, nearest, true))?;
    let unfilled = |unfilled| RunRefusal::Unfilled { procedure: procedure.name.clone(), unfilled };
    let given = given(procedure, &start.typed).map_err(unfilled)?;
    let checks = match &start.only {
        None => procedure.checks.keys().cloned().collect(),
        Some(word) => BTreeSet::from([check(procedure, word)?]),
    };
    let (procedure, proposes, before) = (Arc::new(procedure.clone()), start.proposes, Vec::new());
    Ok(RunEventKind::Asked(Box::new(Asked {
        procedure,
        given,
        incident,
        to,
        checks,
        proposes,
        drilled: None,
        before,
        left: Vec::new(),
    })))
}

/// That there is no procedure `word`. `begins`: it was to be put to work, and not only read.
pub fn no_such(runbook: &Runbook, word: &str, nearest: Option<&str>, begins: bool) -> RunRefusal {
    let left_out = runbook.left_out(word).map(|(name, fault)| (name.to_owned(), fault.to_owned()));
    RunRefusal::NoSuchProcedure {
        word: word.to_owned(),
        nearest: nearest.map(str::to_owned),
        left_out,
        begins,
    }
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

/// Takes back that the last step was left behind. Where that was the last step, the run goes on.
///
/// # Errors
/// When none was, or something else is under way.
pub fn unskip(run: &Run) -> Result<RunEventKind, RunRefusal> {
    match &run.stage {
        Stage::Offered { .. } | Stage::Over { end: End::NoStepLeft, .. } if !run.skipped.is_empty() => {
            Ok(RunEventKind::Unskipped)
        }
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

/// Ends the run: answers that come later are not waited for, and a program that runs is stopped.
///
/// # Errors
/// When it is over, or being stopped.
pub fn abort(run: &Run) -> Result<RunEventKind, RunRefusal> {
    match run.change().map(|change| &change.phase) {
        _ if run.is_over() => Err(not_now(run)),
        Some(Phase::Acting { stopped_by: Some(_), .. }) => Err(not_now(run)),
        Some(Phase::Acting { .. }) => Ok(RunEventKind::StopAsked),
        // A run that was over stays over as it was; only the wish to take its action back ends.
        _ if undoes_a_run_that_is_over(run) => Ok(RunEventKind::Denied { why: None }),
        _ => Ok(RunEventKind::Over(End::Aborted)),
    }
}

fn undoes_a_run_that_is_over(run: &Run) -> bool {
    run.change().is_some_and(|undo| matches!(undo.back.as_deref(), Some(Stage::Over { .. })))
}

pub(super) fn not_now(run: &Run) -> RunRefusal {
    let what = match &run.stage {
        Stage::Looking => Doing::Looking,
        Stage::Offered { .. } => Doing::Offering,
        Stage::Over { .. } => Doing::Over,
        Stage::Changing(change) => match change.phase {
            Phase::Reading | Phase::Preparing | Phase::Asking { .. } => Doing::Asking,
            Phase::Acting { stopped_by: Some(_), .. } => Doing::Stopping,
            Phase::Acting { .. } | Phase::Rechecking { .. } | Phase::Proving { .. } => Doing::Changing,
        },
    };
    RunRefusal::NotNow { run: run.id, what }
}
