//! What a person's request does to an incident: pure, over the incident and the instant.

mod escalate;

use jiff::Timestamp;

use self::escalate::{escalate, page, pass, taken_by_work};
use super::after;
use super::alerts::ended_firing;
use super::cancel::cancel;
use super::channel::{invite, rename};
use super::event::{Clocks, EventKind, UpdateFacts};
use super::fresh::Fields;
use super::pinning::{pin, with_note};
use super::retract::retract;
use super::{Eta, Incident};
use crate::actor::Actor;
use crate::answer::{Answer, Done, FormFill, FormToOpen, Private};
use crate::command::{Command, EtaText, Role};
use crate::id::IncidentId;
use crate::incident::severity::{Severity, Status};
use crate::oncall::duty::Duty;
use crate::refusal::{MergeProblem, Refusal};
use crate::request::{Form, FormContext, Place, Shown};
use crate::severities::Severities;

/// The root cause of an incident that was resolved without one.
const NOT_KNOWN: &str = "Not known yet";

/// What a request changes and what the person is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// In order; all by the asking person, all at the instant of the decision.
    pub events: Vec<EventKind>,
    pub answer: Answer,
}

impl Decision {
    pub(super) fn done(incident: &Incident, events: Vec<EventKind>, what: Done) -> Self {
        let title = incident.title.clone();
        Self { events, answer: Answer::Private(Private::Done { incident: incident.id, title, what }) }
    }

    pub(super) fn only(answer: Answer) -> Self {
        Self { events: Vec::new(), answer }
    }
}

/// Who asks what, where and when.
pub struct Asked<'a> {
    pub by: &'a Actor,
    pub place: &'a Place,
    pub now: Timestamp,
    /// Who is on call.
    pub duty: &'a Duty,
}

pub(super) fn clocks(severity: Severity, rules: &Severities) -> Clocks {
    let rule = rules.rule(severity);
    Clocks {
        update_every: rule.update_every,
        respond_within: rule.respond_within,
        own_channel: rule.own_channel,
        backup_after: rule.backup_after,
    }
}

/// A new incident's number, headline and first facts.
pub struct Declaration {
    pub title: String,
    pub severity: Severity,
    pub impact: Option<String>,
    pub action: Option<String>,
    pub eta: Option<Eta>,
    /// When the trouble began, where that was earlier than now.
    pub began: Option<Timestamp>,
}

impl Declaration {
    /// With impact, action and ETA, as they are said at `now`.
    ///
    /// # Errors
    /// The ETA is none.
    pub fn new(
        title: String,
        severity: Severity,
        (impact, action, eta): (Option<String>, Option<String>, Option<EtaText>),
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let eta = eta.map(|eta| Eta::said_at(eta, now, None)).transpose()?;
        Ok(Self { title, severity, impact, action, eta, began: None })
    }
}

/// Declares incident `id`.
pub fn declare(id: IncidentId, declaration: Declaration, place: &Place, rules: &Severities) -> Decision {
    let Declaration { title, severity, impact, action, eta, began } = declaration;
    let clocks = clocks(severity, rules);
    let answer = Private::Declared {
        incident: id,
        title: title.clone(),
        severity,
        own_channel: clocks.own_channel,
        noted: None,
    };
    let place = place.clone();
    let declared = EventKind::Declared { title, severity, clocks, impact, action, eta, place, began };
    Decision { events: vec![declared], answer: Answer::Private(answer) }
}

/// Decides a command about `incident`. Commands that are not about one incident are answered before this.
///
/// # Errors
/// The reason why it changes nothing.
pub fn decide(
    incident: &Incident,
    command: &Command,
    asked: &Asked<'_>,
    rules: &Severities,
) -> Result<Decision, Refusal> {
    // Whoever is no person has nothing, and answers for nothing.
    if !asked.by.is_person() && matches!(command.core(), Command::Ack | Command::Pass | Command::Take { .. })
    {
        return Err(Refusal::NoPerson { by: asked.by.clone() });
    }
    let decision = decided(incident, command, asked, rules)?;
    let works = matches!(
        command.core(),
        Command::Update { .. }
            | Command::Status { .. }
            | Command::Impact { .. }
            | Command::Action { .. }
            | Command::Eta { .. }
            | Command::Role { .. }
            | Command::Take { .. }
            | Command::Resolve { .. }
    );
    Ok(if works { taken_by_work(incident, decision, asked) } else { decision })
}

pub(super) fn decided(
    incident: &Incident,
    command: &Command,
    asked: &Asked<'_>,
    rules: &Severities,
) -> Result<Decision, Refusal> {
    let now = asked.now;
    match command {
        Command::Update { text } => {
            update(incident, UpdateFacts { text: Some(text.clone()), ..UpdateFacts::default() }, now)
        }
        Command::UpdateForm => open_update_form(incident, asked),
        Command::Status { to } => status(incident, *to, now),
        Command::Severity { to, reason } => severity(incident, *to, reason.clone(), rules),
        Command::Impact { text } => {
            open(incident)?;
            Ok(Decision::done(incident, vec![EventKind::ImpactSet { text: text.clone() }], Done::Impact))
        }
        Command::Action { text } => {
            open(incident)?;
            Ok(Decision::done(incident, vec![EventKind::ActionSet { text: text.clone() }], Done::Action))
        }
        Command::Eta { eta } => {
            open(incident)?;
            let eta = Eta::said_at(eta.clone(), now, incident.eta.as_ref())?;
            Ok(Decision::done(incident, vec![EventKind::EtaSet { eta: eta.clone() }], Done::Eta(eta)))
        }
        Command::Note { text } => noted(incident, text),
        Command::Ack => acknowledge(incident),
        Command::With { command, note } => with_note(incident, command, note, asked, rules),
        Command::Pass => pass(incident, asked.by),
        Command::Escalate { why } => escalate(incident, why.clone(), asked.by, rules),
        Command::Page { whom, why } => page(incident, whom, why.clone(), asked),
        Command::Role { role, person } => take_role(incident, *role, &person.into(), asked.by),
        Command::Take { role } => take_role(incident, *role, asked.by, asked.by),
        Command::Snooze { by, reminder } => snooze(incident, *by, *reminder, now),
        Command::Cancel { why, of } => cancel(incident, why.clone(), *of, now),
        Command::After(line) => Ok(after::decide(incident, line, asked, rules)),
        Command::Rename { title } => rename(incident, title),
        Command::Invite { people } => invite(incident, people.clone()),
        Command::Join => match asked.by.in_slack() {
            Some(person) => invite(incident, vec![person.clone()]),
            None => Err(Refusal::NotInSlack { person: asked.by.clone() }),
        },
        Command::Resolve { root_cause } => resolve(incident, root_cause.clone(), None, None, now),
        Command::ResolveForm => open_resolve_form(incident, asked),
        Command::Reopen => reopen(incident),
        Command::Retract { what } => retract(incident, *what),
        Command::PinTo { channel, message, author } => {
            pin(incident, asked.by, channel, message, author.clone(), true)
        }
        Command::Either { .. }
        | Command::InChannel { .. }
        // They touch several: see `super::merge`.
        | Command::Merge { .. }
        | Command::MergeIntoChannel { .. }
        | Command::Split
        | Command::Declare { .. }
        | Command::DeclareAnyway { .. }
        | Command::DeclareForm { .. }
        | Command::DeclareFrom { .. }
        | Command::NoteForm { .. }
        | Command::List
        | Command::Show
        | Command::Timeline { .. }
        | Command::Find { .. }
        | Command::Doctor
        | Command::RetryNow { .. }
        | Command::GiveUp { .. }
        | Command::Oncall(_)
        | Command::Runbook(_)
        | Command::Feature(_)
        | Command::Help
        | Command::HelpAll => Ok(Decision::only(Answer::Nothing)),
    }
}

/// Decides a submitted form about `incident`; a declaration's is decided by [`declare`].
///
/// # Errors
/// The reason why it changes nothing.
pub fn decide_form(incident: &Incident, form: &Form, asked: &Asked<'_>) -> Result<Decision, Refusal> {
    let decision = decided_form(incident, form, asked.now)?;
    Ok(taken_by_work(incident, decision, asked))
}

fn decided_form(incident: &Incident, form: &Form, now: Timestamp) -> Result<Decision, Refusal> {
    match form {
        Form::Declare { .. } | Form::Approve { .. } => Ok(Decision::only(Answer::Nothing)),
        Form::Note { text, .. } => noted(incident, text),
        Form::Section { section, text, shown, .. } => Ok(after::write(incident, *section, text, *shown)),
        // The form does not offer it; whoever sends it all the same means the end.
        Form::Update { status: Some(Status::Resolved), impact, action, .. } => {
            let root_cause = action.clone().unwrap_or_else(|| NOT_KNOWN.into());
            resolve(incident, root_cause, impact.clone(), None, now)
        }
        Form::Update { status, impact, action, eta, shown, .. } => {
            let (impact, action, eta) = (impact.clone(), action.clone(), eta.clone());
            let given = Fields { status: *status, impact, action, eta };
            let given = match shown {
                Some(shown) => given.changed(shown, incident, now)?,
                None => given,
            };
            let Fields { status, impact, action, eta } = given;
            let before = incident.eta.as_ref();
            let eta = eta.map(|eta| Eta::said_at(eta, now, before)).transpose()?;
            let news = status.is_some_and(|status| status != incident.status)
                || (impact.is_some() && impact != incident.impact)
                || (action.is_some() && action != incident.action)
                || (eta.is_some() && eta != incident.eta);
            if !news {
                return Err(Refusal::NothingNew { incident: incident.id });
            }
            let facts = UpdateFacts { text: None, status, impact, action, eta };
            update(incident, facts, now)
        }
        Form::Resolve { root_cause, impact, data_loss, shown, .. } => {
            let given = Fields { impact: impact.clone(), ..Fields::default() };
            let given = match shown {
                // That it is resolved already is told first.
                Some(shown) if incident.is_open() => given.changed(shown, incident, now)?,
                _ => given,
            };
            resolve(incident, root_cause.clone(), given.impact, data_loss.clone(), now)
        }
    }
}

fn noted(incident: &Incident, text: &str) -> Result<Decision, Refusal> {
    Ok(Decision::done(incident, vec![EventKind::Noted { text: text.to_owned() }], Done::Noted))
}

pub(super) fn open(incident: &Incident) -> Result<(), Refusal> {
    if let Some(merged) = incident.merged() {
        let problem = MergeProblem::Part { into: merged.whole.incident };
        return Err(Refusal::Merge { incident: incident.id, problem });
    }
    match incident.resolution() {
        Some(resolution) => Err(Refusal::AlreadyResolved {
            incident: incident.id,
            at: resolution.at,
            by: resolution.by.clone(),
            cancelled: resolution.cancelled.clone(),
        }),
        None => Ok(()),
    }
}

fn update(incident: &Incident, facts: UpdateFacts, now: Timestamp) -> Result<Decision, Refusal> {
    open(incident)?;
    let in_time = incident.ladder.as_ref().is_some_and(|ladder| ladder.run_out_by(now) == 0);
    let missed = incident.uncounted(now);
    let next_due = incident.clocks.update_every.and_then(|interval| now.saturating_add(interval).ok());
    let updated = EventKind::Updated { facts, in_time, missed };
    Ok(Decision::done(incident, vec![updated], Done::Updated { next_due }))
}

fn status(incident: &Incident, to: Status, now: Timestamp) -> Result<Decision, Refusal> {
    open(incident)?;
    match (incident.status, to) {
        (_, Status::Resolved) => resolve(incident, NOT_KNOWN.into(), None, None, now),
        (from, to) if from == to => Err(Refusal::AlreadyStatus { incident: incident.id, status: to }),
        (from, to) => {
            Ok(Decision::done(incident, vec![EventKind::StatusChanged { from, to }], Done::Status(to)))
        }
    }
}

fn severity(
    incident: &Incident,
    to: Severity,
    reason: Option<String>,
    rules: &Severities,
) -> Result<Decision, Refusal> {
    open(incident)?;
    let from = incident.severity;
    if from == to {
        return Err(Refusal::AlreadySeverity { incident: incident.id, severity: to });
    }
    let (clocks, merged, sets_aside) = (clocks(to, rules), None, false);
    let changed = EventKind::SeverityChanged { from, to, reason, clocks, merged, sets_aside };
    Ok(Decision::done(incident, vec![changed], Done::Severity(to)))
}

fn acknowledge(incident: &Incident) -> Result<Decision, Refusal> {
    open(incident)?;
    let done = match &incident.acknowledged {
        Some(_) if incident.is_called_for() => Done::Answered,
        Some(acknowledged) => {
            return Err(Refusal::AlreadyAcknowledged {
                incident: incident.id,
                at: acknowledged.at,
                by: acknowledged.by.clone(),
            });
        }
        None => Done::Acknowledged,
    };
    Ok(Decision::done(incident, vec![EventKind::Acknowledged], done))
}

/// Anyone may take a role over. Taking command oneself is also an acknowledgement: a named person has it.
fn take_role(incident: &Incident, role: Role, person: &Actor, by: &Actor) -> Result<Decision, Refusal> {
    open(incident)?;
    let from = incident.roles.get(&role).cloned();
    if from.as_ref() == Some(person) {
        return Err(Refusal::AlreadyInRole { incident: incident.id, role, person: person.clone() });
    }
    let mut events = vec![EventKind::RoleTaken { role, person: person.clone(), from }];
    if role == Role::Commander && person == by && incident.is_called_for() {
        events.push(EventKind::Acknowledged);
    }
    Ok(Decision::done(incident, events, Done::Role { role, person: person.clone() }))
}

fn snooze(
    incident: &Incident,
    by: jiff::SignedDuration,
    reminder: Option<Timestamp>,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    open(incident)?;
    let Some(ladder) = &incident.ladder else {
        return Err(Refusal::NoUpdateClock { incident: incident.id, severity: incident.severity });
    };
    if let Some(reminder) = reminder {
        let answered = !incident.open_reminders.iter().any(|open| open.due == reminder);
        if answered {
            return Err(Refusal::StaleReminder { incident: incident.id, reminder });
        }
    }
    let until = ladder.snooze(by, now);
    let limited = until < now.max(ladder.due).saturating_add(by).unwrap_or(until);
    let snoozed = EventKind::Snoozed { due: ladder.due, until };
    Ok(Decision::done(incident, vec![snoozed], Done::Snoozed { until, limited }))
}

fn resolve(
    incident: &Incident,
    root_cause: String,
    impact: Option<String>,
    data_loss: Option<String>,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    open(incident)?;
    // What is announced is kept, even where the card says something else later.
    let impact = impact.or_else(|| incident.impact.clone());
    let resolved = EventKind::Resolved {
        root_cause,
        impact,
        data_loss,
        from: incident.status,
        missed: incident.uncounted(now),
        cancelled: None,
    };
    let done = ended_firing(incident, false).unwrap_or(Done::Resolved);
    Ok(Decision::done(incident, vec![resolved], done))
}

pub(super) fn reopen(incident: &Incident) -> Result<Decision, Refusal> {
    if incident.merged().is_some() {
        open(incident)?;
    }
    let Some(resolution) = incident.resolution() else {
        return Err(Refusal::NotResolved { incident: incident.id });
    };
    let to = resolution.status_before;
    Ok(Decision::done(incident, vec![EventKind::Reopened { to }], Done::Reopened))
}

fn open_update_form(incident: &Incident, asked: &Asked<'_>) -> Result<Decision, Refusal> {
    open(incident)?;
    let fill = FormFill::Update {
        title: incident.title.clone(),
        status: incident.status,
        impact: incident.impact.clone(),
        action: incident.action.clone(),
        eta: incident.eta.clone(),
    };
    Ok(form(incident, asked, fill))
}

fn open_resolve_form(incident: &Incident, asked: &Asked<'_>) -> Result<Decision, Refusal> {
    open(incident)?;
    let fill = FormFill::Resolve { title: incident.title.clone(), impact: incident.impact.clone() };
    Ok(form(incident, asked, fill))
}

fn form(incident: &Incident, asked: &Asked<'_>, fill: FormFill) -> Decision {
    let asks_facts = matches!(fill, FormFill::Update { .. } | FormFill::Resolve { .. });
    let shown = asks_facts.then(|| Shown::of(incident));
    let place = asked.place.clone();
    let context =
        FormContext { incident: Some(incident.id), place, approval: None, shown, note: None, section: None };
    Decision::only(Answer::OpenForm(FormToOpen { context, fill }))
}
