//! Whoever cannot take it, wants the next one, or works on it without a word.

use super::{Asked, Decision, open};
use crate::actor::Actor;
use crate::answer::Done;
use crate::id::UserId;
use crate::incident::Incident;
use crate::incident::event::EventKind;
use crate::incident::page::{AskedFor, page_person};
use crate::oncall::duty::Duty;
use crate::refusal::Refusal;
use crate::severities::Severities;

/// Whoever is called and works on it has it: their phone must not ring three minutes later.
pub(super) fn taken_by_work(incident: &Incident, decision: Decision, asked: &Asked<'_>) -> Decision {
    let Decision { mut events, answer } = decision;
    let said = events.contains(&EventKind::Acknowledged) || events.is_empty();
    if !said && incident.is_taken_by_work_of(asked.by, asked.duty) {
        events.insert(0, EventKind::Acknowledged);
    }
    Decision { events, answer }
}

/// Whoever is called cannot take it.
pub(super) fn pass(incident: &Incident, by: &Actor) -> Result<Decision, Refusal> {
    open(incident)?;
    let others =
        incident.acknowledged.as_ref().filter(|answer| !incident.is_called_for() && answer.by != *by);
    if let Some(acknowledged) = others {
        let (at, by) = (acknowledged.at, acknowledged.by.clone());
        return Err(Refusal::AlreadyAcknowledged { incident: incident.id, at, by });
    }
    let passes = EventKind::Escalated { passes: true, why: None };
    Ok(Decision::done(incident, vec![passes], Done::Escalated))
}

/// The next step of paging now. Whoever is called themselves and asks for it passes.
pub(super) fn escalate(
    incident: &Incident,
    why: Option<String>,
    by: &Actor,
    rules: &Severities,
) -> Result<Decision, Refusal> {
    open(incident)?;
    if incident.page_due().is_none() && !rules.rule(incident.severity).pages().pages() {
        let (severity, title) = (incident.severity, incident.title.clone());
        return Err(Refusal::NeverPages { severity, title });
    }
    let escalated = EventKind::Escalated { passes: incident.calls(by), why };
    Ok(Decision::done(incident, vec![escalated], Done::Escalated))
}

pub(super) fn page(
    incident: &Incident,
    whom: &UserId,
    why: Option<String>,
    asked: &Asked<'_>,
) -> Result<Decision, Refusal> {
    open(incident)?;
    let asked_for = AskedFor { by: asked.by.clone(), why, passes: false };
    let paged = page_person(whom, asked.duty, asked.now, asked_for);
    let skipped = match &paged {
        EventKind::Paged(paged) => paged.skipped.clone(),
        _ => Vec::new(),
    };
    Ok(Decision::done(incident, vec![paged], Done::Paging { whom: whom.clone(), skipped }))
}

impl Incident {
    /// Whether work of `person` says as well as words that they have it: nobody does yet, and they are on call, called or
    /// in command.
    pub fn is_taken_by_work_of(&self, person: &Actor, duty: &Duty) -> bool {
        self.is_open() && self.acknowledged.is_none() && self.is_meant(person, duty)
    }

    /// Whether `person` is on call, called to it or in command of it.
    pub fn is_meant(&self, person: &Actor, duty: &Duty) -> bool {
        let on_call =
            [&duty.primary, &duty.outgoing, &duty.backup].into_iter().flatten().any(|it| person == it);
        on_call || self.calls(person) || self.commander() == Some(person)
    }
}
