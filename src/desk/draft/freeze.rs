//! A freeze of all changes: anybody sets one, and whoever set it or may approve lifts it. Who is in a user group Slack is asked first.

use std::collections::BTreeSet;

use super::Draft;
use super::run::Answered;
use domain::actor::Actor;
use domain::answer::Private;
use domain::effect::{EffectKind, Lane};
use domain::id::UserId;
use domain::incident::Intent;
use domain::owner::Owner;
use domain::procedure::Risk;
use domain::request::{ReplyPath, Request};
use domain::run::audit::{Audited, Freeze};
use domain::run::decide::RunRefusal;
use domain::run::freeze::AskUnfreeze;
use domain::runbook::RunbookAnswer;

/// Whether somebody may lift a freeze.
enum May {
    Yes,
    No,
    /// The policy names a user group, by its id.
    IfIn(String),
}

impl Draft<'_> {
    /// Freezes all changes.
    pub(super) fn freeze(&mut self, request: &Request, why: &str) -> Answered {
        if let Some(broken) = self.audit_broken() {
            return Ok(broken);
        }
        if self.ledger.frozen.is_some() {
            return Ok(RunbookAnswer::AlreadyFrozen(true));
        }
        self.frozen(&request.by, Some(why));
        Ok(RunbookAnswer::Frozen(true))
    }

    /// Lets changes begin again, or asks Slack whether whoever wants that may.
    pub(super) fn unfreeze(&mut self, request: &Request) -> Answered {
        if let Some(broken) = self.audit_broken() {
            return Ok(broken);
        }
        let Some(freeze) = self.ledger.frozen.clone() else { return Ok(RunbookAnswer::AlreadyFrozen(false)) };
        match self.may_unfreeze(&request.by, &freeze) {
            May::Yes => {
                self.frozen(&request.by, None);
                Ok(RunbookAnswer::Frozen(false))
            }
            May::No => Err(RunRefusal::MayNotUnfreeze),
            May::IfIn(group) => {
                let Some(by) = request.by.in_slack() else { return Err(RunRefusal::MayNotUnfreeze) };
                let asked =
                    AskUnfreeze { by: by.clone(), group, frozen: freeze.at, place: request.place.clone() };
                let intent = Intent {
                    lane: Lane::Whisper(by.clone()),
                    kind: EffectKind::AskUnfreeze(Box::new(asked)),
                };
                self.push(Owner::Howler, intent);
                Ok(RunbookAnswer::AsksGroup)
            }
        }
    }

    /// Takes in who is in the group. Of a freeze that is gone, or another one by now, nobody asked.
    pub(super) fn unfreeze_told(&mut self, asked: &AskUnfreeze, members: &Result<BTreeSet<UserId>, String>) {
        let by = Actor::from(asked.by.clone());
        let still = self.ledger.frozen.as_ref().is_some_and(|freeze| freeze.at == asked.frozen);
        let answer = match members {
            _ if self.ledger.broken.is_some() => {
                self.audit_broken().unwrap_or(RunbookAnswer::AlreadyFrozen(true))
            }
            _ if !still => RunbookAnswer::AlreadyFrozen(self.ledger.frozen.is_some()),
            Ok(members) if members.contains(&asked.by) => {
                self.frozen(&by, None);
                RunbookAnswer::Frozen(false)
            }
            Ok(_) => RunbookAnswer::Refused(RunRefusal::MayNotUnfreeze),
            Err(why) => RunbookAnswer::Refused(RunRefusal::UnfreezeNotTold { why: why.clone() }),
        };
        let private = Private::Runbook(Box::new(answer));
        self.whisper(&by, &asked.place, &ReplyPath::Ephemeral, private);
    }

    /// Nothing is begun anyway where the audit is broken; what is left of it stays as it is.
    fn audit_broken(&self) -> Option<RunbookAnswer> {
        self.ledger.broken.as_ref().map(|why| RunbookAnswer::AuditBroken { why: why.clone() })
    }

    fn may_unfreeze(&self, by: &Actor, freeze: &Freeze) -> May {
        let policy = self.config.runbook.approval.policy(Risk::High);
        let is_on_call =
            || policy.on_call && by.in_slack().is_some_and(|by| self.settled_on_call(freeze.at).contains(by));
        let is_named = || by.in_slack().is_some_and(|by| policy.people.contains(by));
        match &policy.group {
            _ if freeze.by == *by || is_named() || is_on_call() => May::Yes,
            Some(group) if by.in_slack().is_some() => May::IfIn(group.clone()),
            _ => May::No,
        }
    }

    /// Writes it down, and tells everybody; `why` is none where changes may begin again.
    fn frozen(&mut self, by: &Actor, why: Option<&str>) {
        let why = why.map(str::to_owned);
        let what = why.clone().map_or(Audited::Unfrozen, |why| Audited::Frozen { why });
        self.audit(by.clone(), what);
        let kind = EffectKind::SayFreeze { by: by.clone(), why };
        self.push(Owner::Howler, Intent { lane: Lane::OnCall, kind });
    }
}
