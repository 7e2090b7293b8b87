//! The runs' part of a round: their events, the audit of what they change, and what comes back of their effects.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tracing::warn;

use super::Draft;
use super::run::Answered;
use domain::actor::Actor;
use domain::aggregate::Cause;
use domain::answer::{Answer, Private};
use domain::effect::{Effect, EffectKind, Receipt};
use domain::id::{RunId, UserId};
use domain::oncall::duty::PhoneReach;
use domain::procedure::Risk;
use domain::request::Request;
use domain::run::approve::{Vote, holder, propose, vote};
use domain::run::audit::Audited;
use domain::run::change::{Ended, Policy};
use domain::run::decide::RunRefusal;
use domain::run::says::RunWord;
use domain::run::undo::{changed_since, propose_undo, undoable};
use domain::run::word::says_no;
use domain::run::{Around, Run, RunEventKind, Stage};
use domain::runbook::{RunAsk, RunbookAnswer};
use store::StoreError;

/// What is made of the rota less than this before the trouble gives nobody rights.
const SETTLED: SignedDuration = SignedDuration::from_hours(1);

impl Draft<'_> {
    /// What a run is decided with.
    pub(super) fn around(&self) -> Around {
        self.book().around(self.config, &self.ledger)
    }

    /// The offered action of a run, proposed by whoever asks.
    pub(super) fn proposal(&self, run: &Run, by: &Actor) -> Result<RunEventKind, RunRefusal> {
        let Stage::Offered { rung } = run.stage else { return domain::run::decide::step(run) };
        let risk = run.action_of(rung).map(|action| action.risk);
        let policy = risk.map(|risk| self.policy(run, risk)).unwrap_or_default();
        propose(run, by, policy, &self.around(), self.holder(run))
    }

    /// The undo of a run's last action, proposed by whoever asks.
    pub(super) fn undo_proposal(
        &self,
        run: &Run,
        by: &Actor,
        key: Option<&str>,
    ) -> Result<Result<RunEventKind, RunRefusal>, StoreError> {
        let action = undoable(run).and_then(|undoable| run.action_of(undoable.rung));
        let policy = action.map(|action| self.policy(run, action.undo_risk()));
        let policy = policy.unwrap_or_default();
        let mut proposed = propose_undo(run, by, key, policy, &self.around(), self.holder(run));
        if let Ok(RunEventKind::Proposed(undo)) = &mut proposed {
            let latest = self.latest_runs()?;
            undo.kind.follows(changed_since(run, latest.iter().map(Arc::as_ref)));
        }
        Ok(proposed)
    }

    /// Who may approve something of this risk. Whoever is on call is read from the rota as it was before the trouble: nobody lets
    /// himself in.
    pub(super) fn policy(&self, run: &Run, risk: Risk) -> Policy {
        let declared = run.incident.and_then(|id| self.book().incident(id).ok().flatten());
        let began = declared.map_or(run.at, |incident| incident.counts_from().min(run.at));
        let policy = self.config.runbook.approval.policy(risk);
        Policy { rota: Some(self.settled_on_call(began)), ..policy }
    }

    /// Who is on call now, by the rota as it was an hour before `began`.
    pub(super) fn settled_on_call(&self, began: Timestamp) -> BTreeSet<UserId> {
        let bound = began.saturating_sub(SETTLED).unwrap_or(began);
        let duty = self.book().state.rota.settled(bound).duty(self.now, PhoneReach::Off);
        [duty.primary, duty.outgoing, duty.backup].into_iter().flatten().collect()
    }

    fn holder(&self, run: &Run) -> Option<RunId> {
        holder(run, self.book().live_runs().iter().map(Arc::as_ref))
    }

    pub(super) fn approve_form(
        &mut self,
        request: &Request,
        run: RunId,
        key: &str,
        comment: &str,
    ) -> Result<Answer, StoreError> {
        let word = Vote::Approve { comment: Some(comment.to_owned()) };
        let decided = match self.book().run(run)? {
            Some(run) => vote(&run, &request.by, Some(key), &word, &self.around()),
            None => Err(RunRefusal::NoSuchRun { run }),
        };
        match decided {
            Ok(kind) => {
                self.record::<Run>(run, &Cause::request(request), kind)?;
                let what = RunAsk::Vote { key: Some(key.to_owned()), vote: word };
                Ok(Answer::Private(Private::Runbook(Box::new(RunbookAnswer::Done { run, what }))))
            }
            Err(refusal) => Ok(Answer::Private(Private::Runbook(Box::new(RunbookAnswer::Refused(refusal))))),
        }
    }

    /// Closes the review of what somebody did alone; never by the same person.
    pub(super) fn reviewed(&mut self, request: &Request, run: RunId, note: &str) -> Answered {
        let by = request.by.clone();
        if says_no(note) {
            return Ok(RunbookAnswer::Refused(RunRefusal::NoReview { run }));
        }
        let open = self.ledger.reviews.keys().filter(|(alone, _)| *alone == run);
        let (own, others): (Vec<_>, Vec<_>) = open.partition(|(_, alone)| *alone == by);
        if others.is_empty() {
            return Ok(RunbookAnswer::NotReviewed { run, own: !own.is_empty() });
        }
        self.audit(by, Audited::Reviewed { run, note: note.to_owned() });
        Ok(RunbookAnswer::Reviewed { run })
    }

    /// Adds a row to the audit, in the same commit as what it tells.
    pub(super) fn audit(&mut self, by: Actor, what: Audited) {
        // A row after a broken one would write over what is there.
        if self.ledger.broken.is_some() {
            return;
        }
        let row = self.ledger.next(self.now, by, what, &self.config.audit_keys);
        let ledger = Arc::make_mut(&mut self.ledger);
        match ledger.take(&row) {
            Ok(()) => self.changes.audit.push(row),
            Err(why) => ledger.broken = Some(why),
        }
    }

    /// Takes in what came back of a run's effect.
    pub(super) fn run_told(&mut self, effect: &Effect, receipt: &Receipt) -> Result<(), StoreError> {
        if let (EffectKind::AskUnfreeze(asked), Receipt::Approvers(members)) = (&effect.kind, receipt) {
            self.unfreeze_told(asked, members);
            return Ok(());
        }
        let Some(id) = effect.kind.run() else { return Ok(()) };
        let Some(run) = self.book().run(id)? else { return Ok(()) };
        let kind = match (&effect.kind, receipt) {
            (EffectKind::Look { name, asked, .. }, Receipt::Found(finding))
                if run.waits_for(name, *asked) =>
            {
                RunEventKind::Found { check: name.clone(), finding: finding.clone() }
            }
            (EffectKind::RunCard { .. }, Receipt::Message { channel, message }) => {
                RunEventKind::Posted { channel: channel.clone(), message: message.clone() }
            }
            (EffectKind::RunSays { to, says, .. }, Receipt::Message { .. })
                if *to == run.to
                    && matches!(says.what, RunWord::GlassBroken { .. })
                    && run.change().is_some_and(|change| change.is_told_by(effect.created_at)) =>
            {
                RunEventKind::GlassTold
            }
            (EffectKind::Prepare { hold, again, .. }, Receipt::Prepared(prepared))
                if run.waits_for_plan(*hold, *again) =>
            {
                match prepared.as_ref() {
                    Ok(prepared) => RunEventKind::Prepared(Box::new(prepared.clone())),
                    Err(why) => RunEventKind::Unprepared { why: why.clone() },
                }
            }
            (EffectKind::PrepareRelease { .. }, Receipt::ReleasePrepared(prepared)) => match prepared {
                Ok((key, members)) => {
                    RunEventKind::ReleasePrepared { key: key.clone(), members: members.clone() }
                }
                Err(why) => RunEventKind::ReleaseUnprepared { why: why.clone() },
            },
            (EffectKind::Act { .. }, Receipt::Acted { ended, output }) if run.change().is_some() => {
                RunEventKind::Ended { ended: ended.clone(), output: output.clone() }
            }
            _ => return Ok(()),
        };
        self.record::<Run>(id, &Cause::howler(), kind)
    }

    /// Takes in what is heard of a program while it runs.
    ///
    /// # Errors
    /// When something could not be read; then nothing of it is taken in.
    pub fn run_heard(&mut self, id: RunId, output: String) -> Result<(), StoreError> {
        self.whole(|draft| {
            let acts = draft.book().run(id)?.is_some_and(|run| run.change().is_some());
            let heard = RunEventKind::Heard { output };
            if acts { draft.record::<Run>(id, &Cause::howler(), heard) } else { Ok(()) }
        })
    }

    /// A fault inside howler while it looked or acted: nothing of it runs any more, and it is not tried again by itself.
    pub(super) fn hand_failed(&mut self, effect: &Effect, reason: String) -> Result<(), StoreError> {
        warn!(effect = effect.id.0, reason, "a part of a run failed");
        self.effects.insert(effect.id, None);
        let receipt = match &effect.kind {
            EffectKind::Look { .. } => Receipt::Found(domain::procedure::Finding::unknown(reason)),
            EffectKind::Prepare { .. } => Receipt::Prepared(Box::new(Err(reason))),
            EffectKind::PrepareRelease { .. } => Receipt::ReleasePrepared(Err(reason)),
            EffectKind::AskUnfreeze(_) => Receipt::Approvers(Err(reason)),
            EffectKind::Act { .. } => Receipt::Acted { ended: Ended::Interrupted, output: reason },
            _ => return Ok(()),
        };
        self.run_told(effect, &receipt)
    }
}
