//! Freeing a target that a run holds, as people ask for it.

use super::Draft;
use super::run::Answered;
use domain::aggregate::Cause;
use domain::id::RunId;
use domain::procedure::Risk;
use domain::request::Request;
use domain::run::Run;
use domain::run::approve::{NotApproved, Vote};
use domain::run::decide::RunRefusal;
use domain::run::release;
use domain::runbook::{ReleaseStep, RunbookAnswer};
use store::StoreError;

impl Draft<'_> {
    /// Asks for the release of what `word` names: a run by its number, or the target that one holds.
    pub(super) fn ask_release(
        &mut self,
        request: &Request,
        word: &str,
        why: &str,
    ) -> Result<Answered, StoreError> {
        let run = match self.holding(word)? {
            Ok(run) => run,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(refusal) = self.release_barred(run) {
            return Ok(Err(refusal));
        }
        let Some(run) = self.book().run(run)? else { return Ok(Err(RunRefusal::NoSuchRun { run })) };
        let policy = self.policy(&run, Risk::High);
        match release::ask(&run, &request.by, why, policy) {
            Ok(kind) => self.releases(&run, request, kind, ReleaseStep::Asked),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// One person's word on the release that is asked for.
    pub(super) fn vote_on_release(
        &mut self,
        run: &Run,
        request: &Request,
        key: Option<&str>,
        vote: &Vote,
    ) -> Result<Answered, StoreError> {
        if let Some(refusal) = self.release_barred(run.id) {
            return Ok(Err(refusal));
        }
        let step = match vote {
            Vote::Deny { .. } => ReleaseStep::Denied,
            Vote::Approve { .. } | Vote::BreakGlass { .. } => ReleaseStep::Released,
        };
        match release::vote(run, &request.by, key, vote, &self.around()) {
            Ok(kind) => self.releases(run, request, kind, step),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    fn releases(
        &mut self,
        run: &Run,
        request: &Request,
        kind: domain::run::RunEventKind,
        step: ReleaseStep,
    ) -> Result<Answered, StoreError> {
        self.record::<Run>(run.id, &Cause::request(request), kind)?;
        let target = run.procedure.target.as_ref().map(|target| target.object.clone()).unwrap_or_default();
        Ok(Ok(RunbookAnswer::Release { run: run.id, target, step }))
    }

    /// A release that the audit would not hold is none. A freeze of changes does not bar it, for it changes nothing in the world.
    fn release_barred(&self, run: RunId) -> Option<RunRefusal> {
        let why = self.ledger.broken.as_ref()?;
        let why = NotApproved::Barred { why: format!("the audit cannot be trusted: {why}") };
        Some(RunRefusal::NotApproved { run, why })
    }

    fn holding(&self, word: &str) -> Result<Result<RunId, RunRefusal>, StoreError> {
        if let Some(run) = RunId::typed(word) {
            return Ok(Ok(run));
        }
        let holds = |run: &&std::sync::Arc<Run>| {
            run.holds() && run.procedure.target.as_ref().is_some_and(|target| target.object == word)
        };
        let runs: Vec<RunId> = self.book().live_runs().iter().filter(holds).map(|run| run.id).collect();
        Ok(match runs.as_slice() {
            [] => Err(RunRefusal::NobodyHolds { target: word.to_owned() }),
            [only] => Ok(*only),
            _ => Err(RunRefusal::Several { runs }),
        })
    }
}
