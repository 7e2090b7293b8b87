//! Drills of the runbook's procedures by the running howler: who is due is decided in `domain::procedure::drill`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{info, warn};

use super::{findings, prepared};
use config::Config;
use desk::Desk;
use domain::actor::Actor;
use domain::effect::To;
use domain::id::RunId;
use domain::procedure::Verdict;
use domain::procedure::drill::{Drilled, Gap, Now, again};
use domain::run::decide::{Start, start};
use domain::run::{Run, RunEvent, RunEventKind};
use domain::runbook::RunbookAnswer;
use ground::chore::{self, Due};
use ground::clock::Clock;
use probe::Prober;
use redact::Redactor;

/// Tries procedures until howler stops.
pub struct Driller {
    pub desk: Desk,
    pub config: Arc<Config>,
    pub prober: Arc<Prober>,
    pub redactor: Arc<Redactor>,
    pub clock: Clock,
}

impl Driller {
    /// Tries what is due until howler stops. Must be called inside a runtime.
    pub fn start(self, stopping: &watch::Receiver<bool>) -> (Due, JoinHandle<()>) {
        let clock = self.clock.clone();
        chore::start(&clock, stopping, |next| self.run(next))
    }

    async fn run(self, next: watch::Sender<Timestamp>) {
        while let Some((due, again)) = self.due() {
            let mut found = BTreeMap::new();
            for name in due {
                // The tools are people's as soon as something is wrong.
                if self.due().is_none_or(|(due, _)| !due.contains(&name)) {
                    break;
                }
                let drilled = self.drill(&name).await;
                info!(procedure = name, could = drilled.could, of = drilled.checks, "drilled");
                found.insert(name, drilled);
            }
            if !found.is_empty()
                && let Err(fault) = self.desk.drilled(found).await
            {
                warn!(?fault, "what drills found could not be saved; the procedures are tried again");
            }
            next.send_replace(again);
            self.clock.sleep_until(again).await;
        }
    }

    /// What is to be tried now, and when to look again; `None` once the desk is gone.
    fn due(&self) -> Option<(Vec<String>, Timestamp)> {
        let procedures = &self.config.procedures;
        self.desk.look(|state, at| {
            let Some(turns) = state.rota.schedule.turns(at) else { return (Vec::new(), again(at)) };
            let now = Now { at, zone: &turns.zone, open: state.open.len() };
            (
                state.drills.due(
                    procedures.all().map(|one| one.name.as_str()),
                    self.config.runbook.drill,
                    now,
                ),
                again(at),
            )
        })
    }

    async fn drill(&self, name: &str) -> Drilled {
        let asked = Start { name: name.to_owned(), typed: Vec::new(), only: None, proposes: false };
        let at = self.clock.now();
        let kind = match start(&self.config.procedures, &asked, None, To::OnCall) {
            Ok(kind) => kind,
            Err(refusal) => {
                let why = view::runbook_at_a_shell(&RunbookAnswer::Refused(refusal));
                return Drilled::not_begun(at, self.redactor.shown(why.trim()));
            }
        };
        let event = |seq, kind| RunEvent { seq, at, by: Actor::Howler, kind };
        let Some(mut run) = Run::asked(RunId(0), &event(1, kind)) else {
            return Drilled::not_begun(at, "there is nothing to ask".to_owned());
        };
        for (check, finding) in findings(&run, &self.prober).await {
            run.apply(&event(run.events + 1, RunEventKind::Found { check, finding }));
        }
        let prepared = prepared(&run, &self.prober).await;
        let mut drilled = found(&run, &prepared, at);
        for gap in &mut drilled.gaps {
            (gap.what, gap.why) = (self.redactor.shown(&gap.what), self.redactor.shown(&gap.why));
        }
        drilled
    }
}

/// What a drill found. `prepared`: each action by its title, and why it could not be prepared.
pub(super) fn found(run: &Run, prepared: &[(String, Result<(), String>)], at: Timestamp) -> Drilled {
    let silent: Vec<_> = run.findings.iter().filter(|(_, found)| found.verdict == Verdict::Unknown).collect();
    let (checks, actions) = (run.findings.len(), prepared.len());
    let ready = prepared.iter().filter(|(_, prepared)| prepared.is_ok()).count();
    let drilled = Drilled { at, checks, could: checks - silent.len(), actions, ready, gaps: Vec::new() };
    let silent = silent.into_iter().map(|(name, found)| {
        let why = found.why.clone().unwrap_or_else(|| "it could not tell".to_owned());
        Gap { what: name.clone(), why }
    });
    let unready = prepared.iter().filter_map(|(title, prepared)| {
        let why = prepared.as_ref().err()?.clone();
        Some(Gap { what: title.clone(), why })
    });
    drilled.with_gaps(silent.chain(unready))
}
