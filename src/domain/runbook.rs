//! What people ask of the runbook, and what they get back.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::effect::To;
use super::procedure::{Procedure, Runbook};
use super::run::approve::Vote;
use super::run::audit::Ledger;
use super::run::change::{Change, Phase};
use super::run::decide::{RunRefusal, Start, no_such};
use super::run::{Run, Stage};
use crate::actor::Actor;
use crate::duration::Spoken;
use crate::id::{IncidentId, RunId};

/// One thing to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunbookLine {
    List,
    /// A procedure, as somebody names it.
    Show {
        name: String,
    },
    /// The procedures that fit an incident's title.
    Fitting,
    /// Runs that are not over, and whether changes are frozen.
    Status,
    /// Put a procedure to work.
    Start(Start),
    /// Of a run: the one that is named, or the only one that takes it.
    Of {
        run: Option<RunId>,
        ask: RunAsk,
    },
    /// Begin no change until further notice.
    Freeze {
        why: String,
    },
    Unfreeze,
    /// Somebody looked at what another one did alone.
    Reviewed {
        run: RunId,
        note: String,
    },
    /// Ask that a target be freed which a run holds: `what` is the run's number or the target's name.
    Release {
        what: String,
        why: String,
    },
    /// A word that needs more after it.
    Short {
        word: String,
        takes: String,
    },
    /// What could mean one thing and its opposite: it is one of these lines.
    Doubtful {
        could: Vec<String>,
    },
}

/// What is asked of a run that began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunAsk {
    /// Leave the offered step behind.
    Step,
    /// Offer the step again that was left behind last.
    Unskip,
    LookAgain,
    /// "I see that it is down", in place of a check that could not tell; of which, where there are several.
    See {
        check: Option<String>,
        says: Option<String>,
    },
    Abort,
    /// Ask for approval of the offered action.
    Propose,
    /// Ask for approval to take the last action back; `key` is of the request by which it was approved.
    Undo {
        key: Option<String>,
    },
    /// One person's word on the request whose `key`, or whose code, it is.
    Vote {
        key: Option<String>,
        vote: Vote,
    },
    /// Open the form in which whoever approves says why.
    ApproveForm {
        key: String,
    },
}

impl RunbookLine {
    /// The word people type for it; also the action id of its button.
    pub fn word(&self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Show { .. } => "show",
            Self::Fitting => "diagnose",
            Self::Status => "status",
            Self::Start(_) => "diagnose",
            Self::Of { ask: RunAsk::Step, .. } => "next",
            Self::Of { ask: RunAsk::Unskip, .. } => "unskip",
            Self::Of { ask: RunAsk::LookAgain, .. } => "again",
            Self::Of { ask: RunAsk::See { .. }, .. } => "seen",
            Self::Of { ask: RunAsk::Abort, .. } => "abort",
            Self::Of { ask: RunAsk::Propose, .. } => "propose",
            Self::Of { ask: RunAsk::Undo { .. }, .. } => "undo",
            Self::Of { ask: RunAsk::Vote { vote: Vote::Approve { .. }, .. }, .. } => "approve",
            Self::Of { ask: RunAsk::ApproveForm { .. }, .. } => "approve",
            Self::Of { ask: RunAsk::Vote { vote: Vote::Deny { .. }, .. }, .. } => "deny",
            Self::Of { ask: RunAsk::Vote { vote: Vote::BreakGlass { .. }, .. }, .. } => "break-glass",
            Self::Freeze { .. } => "freeze",
            Self::Unfreeze => "unfreeze",
            Self::Reviewed { .. } => "reviewed",
            Self::Release { .. } => "release",
            Self::Short { .. } | Self::Doubtful { .. } => "list",
        }
    }

    /// Whether it only reads.
    pub fn reads(&self) -> bool {
        match self {
            Self::Of { ask, .. } => matches!(ask, RunAsk::ApproveForm { .. }),
            Self::Start(_)
            | Self::Freeze { .. }
            | Self::Unfreeze
            | Self::Reviewed { .. }
            | Self::Release { .. } => false,
            Self::List | Self::Fitting | Self::Show { .. } | Self::Status => true,
            Self::Short { .. } | Self::Doubtful { .. } => true,
        }
    }
}

/// What the asking person gets back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RunbookAnswer {
    List(Vec<Short>),
    Show(Box<Procedure>),
    /// Those that fit the incident's title, the best first.
    Fitting {
        incident: IncidentId,
        fitting: Vec<Short>,
    },
    Status {
        runs: Vec<RunShort>,
        frozen: Option<String>,
        reviews: Vec<Review>,
        #[serde(default)]
        held: Vec<Held>,
    },
    /// A step of a release was taken.
    Release {
        run: RunId,
        target: String,
        step: ReleaseStep,
    },
    /// What somebody did alone was reviewed by another.
    Reviewed {
        run: RunId,
    },
    /// There is nothing of that run to review, or it is one's own.
    NotReviewed {
        run: RunId,
        own: bool,
    },
    Started {
        run: RunId,
        procedure: String,
        to: To,
    },
    Done {
        run: RunId,
        what: RunAsk,
    },
    /// No change is begun any more, or changes may begin again.
    Frozen(bool),
    AlreadyFrozen(bool),
    /// Whether whoever wants to unfreeze may is asked of Slack.
    AsksGroup,
    /// The audit cannot be trusted, so nothing is changed anyway.
    AuditBroken {
        why: String,
    },
    Short {
        word: String,
        takes: String,
    },
    Doubtful {
        could: Vec<String>,
    },
    Refused(RunRefusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReleaseStep {
    Asked,
    Released,
    Denied,
}

/// A target that nobody else may change now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub target: String,
    pub run: RunId,
    /// Who asked for the run.
    pub by: Actor,
    /// When the run began.
    pub since: Timestamp,
    /// A part of its change may still run.
    pub left: bool,
    /// Its release is asked for.
    pub asked: bool,
}

/// What a run holds.
pub fn held(run: &Run) -> Option<Held> {
    let target = run.procedure.target.as_ref().filter(|_| run.holds())?.object.clone();
    let asked = run.release.as_ref().is_some_and(|release| release.asking().is_some());
    let (run_id, by, since, left) = (run.id, run.by.clone(), run.at, run.leftover);
    Some(Held { target, run: run_id, by, since, left, asked })
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
    pub by: Actor,
    pub at: Timestamp,
    pub doing: RunDoing,
}

/// What somebody did alone and nobody else has looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub run: RunId,
    #[serde(default)]
    pub by: Actor,
    pub at: Timestamp,
    pub why: String,
}

/// The reviews that are open.
pub fn reviews(ledger: &Ledger) -> Vec<Review> {
    let open = ledger.reviews.iter();
    open.map(|((run, _), alone)| Review {
        run: *run,
        by: alone.by.clone(),
        at: alone.at,
        why: alone.why.clone(),
    })
    .collect()
}

/// What a run does now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunDoing {
    /// So many checks have not answered.
    Looking(usize),
    Offering,
    /// People are asked for approval of this action.
    Asking(String),
    Acting(String),
    Proving(String),
}

/// The procedures, in a line each.
pub fn list(runbook: &Runbook) -> RunbookAnswer {
    RunbookAnswer::List(runbook.all().map(short).collect())
}

/// Most procedures that are proposed for an incident.
const PROPOSED: usize = 3;

/// The procedures that fit the title of an incident.
pub fn fitting(runbook: &Runbook, incident: IncidentId, title: &str) -> RunbookAnswer {
    let fitting = runbook.fitting(title, PROPOSED).into_iter().map(short).collect();
    RunbookAnswer::Fitting { incident, fitting }
}

/// A procedure by name, or by a part of it.
pub fn show(runbook: &Runbook, name: &str) -> RunbookAnswer {
    match runbook.find(name) {
        Ok(procedure) => RunbookAnswer::Show(Box::new(procedure.clone())),
        Err(nearest) => RunbookAnswer::Refused(no_such(runbook, name, nearest, false)),
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
    let title = |change: &Change| change.proposed.title.clone();
    let doing = match &run.stage {
        Stage::Changing(change) => match change.phase {
            Phase::Reading | Phase::Preparing | Phase::Asking { .. } => RunDoing::Asking(title(change)),
            Phase::Rechecking { .. } | Phase::Acting { .. } => RunDoing::Acting(title(change)),
            Phase::Proving { .. } => RunDoing::Proving(title(change)),
        },
        Stage::Offered { .. } => RunDoing::Offering,
        Stage::Looking | Stage::Over { .. } => RunDoing::Looking(run.waiting.len()),
    };
    RunShort { run: run.id, procedure: run.procedure.name.clone(), by: run.by.clone(), at: run.at, doing }
}
