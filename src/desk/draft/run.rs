//! The runs' part of a round.

use std::sync::Arc;

use tracing::{debug, error};

use super::Draft;
use crate::domain::answer::{Answer, Private};
use crate::domain::effect::{Effect, EffectKind, Receipt, To};
use crate::domain::incident::event::EventKind;
use crate::domain::request::{Place, Request};
use crate::domain::run::announce::{consequences, note};
use crate::domain::run::decide::{self, RunRefusal, Start};
use crate::domain::run::event::{RunEvent, RunEventKind};
use crate::domain::run::{Run, Stage, settle};
use crate::domain::runbook::{RunAsk, RunbookAnswer, RunbookLine};
use crate::id::{IncidentId, RunId};
use crate::store::StoreError;

type Answered = Result<RunbookAnswer, RunRefusal>;

impl Draft<'_> {
    /// Decides a line about runs; those that only read are answered elsewhere.
    pub(super) fn runbook(&mut self, request: &Request, line: &RunbookLine) -> Result<Answer, StoreError> {
        let answered = match line {
            RunbookLine::Start(start) => self.start_run(request, start)?,
            RunbookLine::Of { run, ask } => match self.meant_run(*run, *ask)? {
                Ok(run) => self.of_run(&run, request, *ask)?,
                Err(refusal) => Err(refusal),
            },
            _ => return Ok(Answer::Nothing),
        };
        let answer = answered.unwrap_or_else(RunbookAnswer::Refused);
        Ok(Answer::Private(Private::Runbook(Box::new(answer))))
    }

    fn start_run(&mut self, request: &Request, start: &Start) -> Result<Answered, StoreError> {
        let incident = self.run_incident(&request.place)?;
        let room = incident.map(|id| self.book().incident(id)).transpose()?.flatten();
        let to = match room.and_then(|incident| incident.room.clone()) {
            Some(_) => To::Room,
            None if request.place.is_private() => To::Person(request.by.clone()),
            None => To::Emergencies,
        };
        let kind = match decide::start(&self.config.procedures, start, incident, to.clone()) {
            Ok(kind) => kind,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let id = RunId(self.changes.next_run);
        self.changes.next_run += 1;
        let event = RunEvent { seq: 1, at: self.now, by: Some(request.by.clone()), kind };
        let Some(run) = Run::asked(id, &event) else { return Ok(Err(RunRefusal::NothingRuns)) };
        let procedure = run.procedure.name.clone();
        self.run_took_effect(None, run, event, Some(request))?;
        Ok(Ok(RunbookAnswer::Started { run: id, procedure, to }))
    }

    /// The incident that a run belongs to: its place's, or the only one that is open.
    fn run_incident(&self, place: &Place) -> Result<Option<IncidentId>, StoreError> {
        if let Some(id) = self.book().told_by(place)? {
            let open = self.book().incident(id)?.is_some_and(|incident| incident.is_open());
            return Ok(Some(id).filter(|_| open));
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
        ask: RunAsk,
    ) -> Result<Result<Arc<Run>, RunRefusal>, StoreError> {
        if let Some(id) = named {
            return Ok(self.book().run(id)?.ok_or(RunRefusal::NoSuchRun { run: id }));
        }
        let takes = |run: &Arc<Run>| ask == RunAsk::Abort || matches!(run.stage, Stage::Offered { .. });
        let open: Vec<Arc<Run>> = self.book().runs().into_iter().filter(takes).collect();
        Ok(match open.as_slice() {
            [] => Err(RunRefusal::NothingRuns),
            [only] => Ok(Arc::clone(only)),
            several => Err(RunRefusal::Several { runs: several.iter().map(|run| run.id).collect() }),
        })
    }

    fn of_run(&mut self, run: &Run, request: &Request, ask: RunAsk) -> Result<Answered, StoreError> {
        let decided = match ask {
            RunAsk::Step => decide::step(run),
            RunAsk::LookAgain => decide::look_again(run),
            RunAsk::Abort => decide::abort(run),
        };
        match decided {
            Ok(kind) => {
                self.record_run(run.id, Some(request), kind)?;
                Ok(Ok(RunbookAnswer::Done { run: run.id, what: ask }))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// Appends an event of a run: its effects go into the outbox, its incident's timeline tells it, and what follows by
    /// itself follows at once.
    fn record_run(
        &mut self,
        id: RunId,
        asked: Option<&Request>,
        kind: RunEventKind,
    ) -> Result<(), StoreError> {
        let Some(before) = self.book().run(id)? else {
            error!(run = id.0, "an event has no run to go to");
            return Ok(());
        };
        let by = asked.map(|request| request.by.clone());
        let event = RunEvent { seq: before.events + 1, at: self.now, by, kind };
        let mut after = Run::clone(&before);
        after.apply(&event);
        self.run_took_effect(Some(&before), after, event, asked)
    }

    fn run_took_effect(
        &mut self,
        before: Option<&Run>,
        after: Run,
        event: RunEvent,
        asked: Option<&Request>,
    ) -> Result<(), StoreError> {
        let id = after.id;
        debug!(run = id.0, seq = event.seq, "recorded for a run");
        for intent in consequences(&after, &event) {
            self.push(after.incident, intent);
        }
        let told = after.incident.zip(note(before, &after, &event));
        let next = settle(&after);
        self.runs.insert(id, Arc::new(after));
        self.changes.run_events.push((id, event));
        if let Some((incident, note)) = told {
            self.record(incident, asked, EventKind::Runbook { run: id, note: Box::new(note) });
        }
        match next {
            Some(next) => self.record_run(id, None, next),
            None => Ok(()),
        }
    }

    /// Takes in what came back of a run's effect.
    pub(super) fn run_told(&mut self, effect: &Effect, receipt: &Receipt) -> Result<(), StoreError> {
        let Some(id) = effect.kind.run() else { return Ok(()) };
        let Some(run) = self.book().run(id)? else { return Ok(()) };
        let kind = match (&effect.kind, receipt) {
            (EffectKind::Look { name, .. }, Receipt::Found(finding)) if run.waiting.contains(name) => {
                RunEventKind::Found { check: name.clone(), finding: finding.clone() }
            }
            (EffectKind::RunCard { .. }, Receipt::Message { channel, message }) => {
                RunEventKind::Posted { channel: channel.clone(), message: message.clone() }
            }
            _ => return Ok(()),
        };
        self.record_run(id, None, kind)
    }
}
