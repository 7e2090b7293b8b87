//! What follows from a run's events outside: questions to the world, the card, and lines on the incident's timeline.

use serde::{Deserialize, Serialize};

use super::event::RunEventKind;
use super::{End, Run, RunEvent, Stage};
use crate::domain::effect::{EffectKind, Lane};
use crate::domain::incident::Intent;
use crate::domain::procedure::{Finding, Verdict};

/// The effects of an event, which made `after`.
pub fn consequences(after: &Run, event: &RunEvent) -> Vec<Intent> {
    let looks = match &event.kind {
        RunEventKind::Posted { .. } => return Vec::new(),
        RunEventKind::Asked(_) | RunEventKind::LookedAgain => {
            after.waiting.iter().filter_map(|name| look(after, name)).collect()
        }
        _ => Vec::new(),
    };
    let card = Intent { lane: Lane::RunCard(after.id), kind: EffectKind::RunCard { run: after.id } };
    looks.into_iter().chain([card]).collect()
}

fn look(run: &Run, name: &str) -> Option<Intent> {
    let check = run.procedure.checks.get(name)?;
    let question = run.filling().question(check).map_err(|unfilled| unfilled.to_string());
    let kind = EffectKind::Look {
        run: run.id,
        name: name.to_owned(),
        check: Box::new(check.clone()),
        question: Box::new(question),
    };
    Some(Intent { lane: Lane::Look(run.id, name.to_owned()), kind })
}

/// A line for the incident's timeline; bookkeeping has none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunNote {
    Began {
        procedure: String,
    },
    /// How many checks pass and could not tell, and the titles of those that fail.
    Looked {
        procedure: String,
        pass: usize,
        fail: Vec<String>,
        unknown: usize,
    },
    Offered {
        step: String,
    },
    Over {
        procedure: String,
        end: End,
    },
}

/// What the timeline says of an event, which turned `before` into `after`.
pub fn note(before: Option<&Run>, after: &Run, event: &RunEvent) -> Option<RunNote> {
    let procedure = after.procedure.name.clone();
    match &event.kind {
        RunEventKind::Asked(_) => Some(RunNote::Began { procedure }),
        RunEventKind::Found { .. } if looked(before, after) => {
            let failed = after.findings.iter().filter(|(_, finding)| finding.verdict == Verdict::Fail);
            let titles = failed.filter_map(|(name, _)| after.procedure.checks.get(name));
            let fail = titles.map(|check| check.title.clone()).collect();
            let (pass, _, unknown) = counted(after.findings.values());
            Some(RunNote::Looked { procedure, pass, fail, unknown })
        }
        RunEventKind::Led { rung } => Some(RunNote::Offered { step: step(after, *rung)? }),
        RunEventKind::Over(end) => Some(RunNote::Over { procedure, end: *end }),
        _ => None,
    }
}

/// The last answer of a look came.
fn looked(before: Option<&Run>, after: &Run) -> bool {
    after.waiting.is_empty()
        && before.is_some_and(|before| !before.waiting.is_empty() && before.stage == Stage::Looking)
}

/// A rung in words: an action's title, or what a person does.
pub fn step(run: &Run, rung: usize) -> Option<String> {
    match run.action_of(rung) {
        Some(action) => Some(run.filling().text(&action.title).unwrap_or_else(|_| action.title.clone())),
        None => run.rung(rung)?.human.clone(),
    }
}

/// How many pass, fail, and could not tell.
pub fn counted<'f>(findings: impl Iterator<Item = &'f Finding>) -> (usize, usize, usize) {
    findings.fold((0, 0, 0), |(pass, fail, unknown), finding| match finding.verdict {
        Verdict::Pass => (pass + 1, fail, unknown),
        Verdict::Fail => (pass, fail + 1, unknown),
        Verdict::Unknown => (pass, fail, unknown + 1),
    })
}
