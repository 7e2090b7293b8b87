//! What people ask of the runbook, decided.

use std::sync::Arc;

use jiff::SignedDuration;

use super::Draft;
use domain::aggregate::{Aggregate, Cause};
use domain::answer::{Answer, Private};
use domain::effect::To;
use domain::id::{IncidentId, RunId};
use domain::request::{Place, Request};
use domain::run::approve::{self, NotApproved};
use domain::run::decide::{self, RunRefusal, Start};
use domain::run::event::{Before, RunEventKind};
use domain::run::left::left;
use domain::run::seen::see;
use domain::run::undo::undoable;
use domain::run::{Run, Stage};
use domain::runbook::{RunAsk, RunbookAnswer, RunbookLine};
use store::StoreError;

/// So many of the latest runs are looked at for what they did to the same target, or in the same incident,
const RUNS_BEFORE: usize = 20;
/// there where they began within this time: later the same step may help.
const BEFORE_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// People type the first signs of a key; buttons carry all of it.
fn is_a_button(key: &str) -> bool {
    key.len() > 6
}

pub(super) type Answered = Result<RunbookAnswer, RunRefusal>;

impl Draft<'_> {
    /// Decides a line about runs; those that only read are answered elsewhere.
    pub(super) fn runbook(
        &mut self,
        request: &Request,
        incident: Option<IncidentId>,
        line: &RunbookLine,
    ) -> Result<Answer, StoreError> {
        let answered = match line {
            RunbookLine::Start(start) => self.start_run(request, incident, start)?,
            RunbookLine::Of { run, ask } => match self.meant_run(*run, ask)? {
                Ok(run) => self.of_run(&run, request, ask)?,
                Err(refusal) => Err(refusal),
            },
            RunbookLine::Freeze { why } => self.freeze(request, why),
            RunbookLine::Unfreeze => self.unfreeze(request),
            RunbookLine::Release { what, why } => self.ask_release(request, what, why)?,
            RunbookLine::Reviewed { run, note } => self.reviewed(request, *run, note),
            _ => return Ok(Answer::Nothing),
        };
        let answer = answered.unwrap_or_else(RunbookAnswer::Refused);
        Ok(Answer::Private(Private::Runbook(Box::new(answer))))
    }

    fn start_run(
        &mut self,
        request: &Request,
        named: Option<IncidentId>,
        start: &Start,
    ) -> Result<Answered, StoreError> {
        let incident = match named {
            Some(named) => self.book().whole(named)?.filter(|named| named.is_open()).map(|named| named.id),
            None => self.run_incident(&request.place)?,
        };
        let room = incident.map(|id| self.book().incident(id)).transpose()?.flatten();
        let to = match room.and_then(|incident| incident.room.clone()) {
            Some(_) => To::Room,
            None => match request.by.in_slack().filter(|_| request.place.is_private()) {
                Some(person) => To::Person(person.clone()),
                None => To::Emergencies,
            },
        };
        let mut kind = match decide::start(&self.config.procedures, start, incident, to.clone()) {
            Ok(kind) => kind,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let (RunEventKind::Asked(asked), Some(incident)) = (&mut kind, incident) {
            asked.before = self.tried_before(incident, &asked.procedure.name)?;
        }
        if let RunEventKind::Asked(asked) = &mut kind {
            asked.drilled = self.drills().last.get(&asked.procedure.name).cloned();
            asked.left = left(self.latest_runs()?.iter().map(Arc::as_ref));
        }
        let id = RunId(self.changes.next.run);
        self.changes.next.run += 1;
        let cause = Cause::request(request);
        let event = Run::event(1, self.now, &cause, kind);
        let Some(run) = Run::asked(id, &event) else { return Ok(Err(RunRefusal::NothingRuns)) };
        let procedure = run.procedure.name.clone();
        self.took_effect(None, run, event, &cause)?;
        Ok(Ok(RunbookAnswer::Started { run: id, procedure, to }))
    }

    /// What the latest runs of this procedure for the incident carried out in vain.
    fn tried_before(&self, incident: IncidentId, procedure: &str) -> Result<Vec<Before>, StoreError> {
        let mut before: Vec<Before> = Vec::new();
        for run in self.latest_runs()? {
            let recent = self.now.duration_since(run.at) <= BEFORE_WITHIN;
            if run.incident != Some(incident) || run.procedure.name != procedure || !recent {
                continue;
            }
            for action in &run.tried {
                if before.iter().all(|known| known.action != *action) {
                    let unseen = run.is_unseen(action);
                    before.push(Before { run: run.id, action: action.clone(), at: run.at, unseen });
                }
            }
        }
        Ok(before)
    }

    /// The latest runs, the last one first.
    pub(super) fn latest_runs(&self) -> Result<Vec<Arc<Run>>, StoreError> {
        let ids = (1..self.changes.next.run).rev().take(RUNS_BEFORE).map(RunId);
        ids.filter_map(|id| self.book().run(id).transpose()).collect()
    }

    /// The incident that a run belongs to: its place's, or the only one that is open.
    fn run_incident(&self, place: &Place) -> Result<Option<IncidentId>, StoreError> {
        if let Some(id) = self.book().told_by(place)? {
            let whole = self.book().whole(id)?;
            return Ok(whole.filter(|incident| incident.is_open()).map(|incident| incident.id));
        }
        let open = self.book().open();
        Ok(match open.as_slice() {
            [only] if !place.is_private() => Some(only.id),
            _ => None,
        })
    }

    /// The run that a line means: the one that it names, or the only one that takes it.
    fn meant_run(
        &self,
        named: Option<RunId>,
        ask: &RunAsk,
    ) -> Result<Result<Arc<Run>, RunRefusal>, StoreError> {
        if let Some(id) = named {
            return Ok(self.book().run(id)?.ok_or(RunRefusal::NoSuchRun { run: id }));
        }
        let takes = |run: &Arc<Run>| match ask {
            RunAsk::Abort => !run.is_over(),
            RunAsk::Unskip => decide::unskip(run).is_ok(),
            RunAsk::See { .. } => matches!(run.stage, Stage::Offered { .. }) && !run.to_be_seen().is_empty(),
            RunAsk::Step | RunAsk::LookAgain | RunAsk::Propose => matches!(run.stage, Stage::Offered { .. }),
            RunAsk::Undo { .. } => undoable(run).is_some(),
            RunAsk::Vote { key, .. } => run.change().is_some() || run.release_is_meant(key.as_deref()),
            RunAsk::ApproveForm { .. } => run.change().is_some(),
        };
        let open: Vec<Arc<Run>> = self.book().live_runs().into_iter().filter(takes).collect();
        Ok(match open.as_slice() {
            [] => Err(RunRefusal::NothingRuns),
            [only] => Ok(Arc::clone(only)),
            several => Err(RunRefusal::Several { runs: several.iter().map(|run| run.id).collect() }),
        })
    }

    fn of_run(&mut self, run: &Run, request: &Request, ask: &RunAsk) -> Result<Answered, StoreError> {
        let decided = match ask {
            RunAsk::Step => decide::step(run),
            RunAsk::Unskip => decide::unskip(run),
            RunAsk::LookAgain => decide::look_again(run),
            RunAsk::See { check, says } => see(run, check.as_deref(), says.clone()),
            RunAsk::Abort => decide::abort(run),
            RunAsk::Propose => self.proposal(run, &request.by),
            // A button that is pressed elsewhere than on the card is none of howler's; a Home is nobody's but howler's.
            RunAsk::Vote { key: Some(key), .. } | RunAsk::Undo { key: Some(key) }
                if is_a_button(key) && !request.place.is_home() && !run.stands_in(&request.place.channel) =>
            {
                Err(RunRefusal::NotApproved { run: run.id, why: NotApproved::OtherRequest })
            }
            RunAsk::Undo { key } => self.undo_proposal(run, &request.by, key.as_deref())?,
            RunAsk::Vote { key, vote } if run.release_is_meant(key.as_deref()) => {
                return self.vote_on_release(run, request, key.as_deref(), vote);
            }
            RunAsk::Vote { key, vote } => {
                approve::vote(run, &request.by, key.as_deref(), vote, &self.around())
            }
            // Opening it is a read.
            RunAsk::ApproveForm { .. } => Err(RunRefusal::NothingRuns),
        };
        match decided {
            Ok(kind) => {
                self.record::<Run>(run.id, &Cause::request(request), kind)?;
                Ok(Ok(RunbookAnswer::Done { run: run.id, what: ask.clone() }))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }
}
