//! Declarations, and the forms that declare, tell and resolve.

use jiff::SignedDuration;
use tracing::info;

use super::{Draft, refused};
use domain::Severity;
use domain::aggregate::{Aggregate, Cause};
use domain::answer::{Answer, Private};
use domain::command::{Command, Line};
use domain::id::{DeliveryId, IncidentId};
use domain::incident::event::EventKind;
use domain::incident::{Asked, Declaration, Incident, decide_form, declare};
use domain::refusal::{Doubt, Refusal};
use domain::request::{Form, Place, Request};
use domain::text;
use store::StoreError;

/// Two people who see the same thing declare it within this time.
const SAME_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// Somebody declares the same once more within this time where they take their first try for lost.
const AGAIN_WITHIN: SignedDuration = SignedDuration::from_mins(1);

impl Draft<'_> {
    pub(super) fn declare(
        &mut self,
        request: &Request,
        declaration: Declaration,
    ) -> Result<Answer, StoreError> {
        self.declare_by(&Cause::request(request), &request.place, declaration)
    }

    /// Declares, whoever brought it about: a person, an alert or howler itself.
    pub(super) fn declare_by(
        &mut self,
        cause: &Cause,
        place: &Place,
        declaration: Declaration,
    ) -> Result<Answer, StoreError> {
        let id = IncidentId(self.changes.next.incident);
        let decision = declare(id, declaration, place, &self.config.severity);
        self.changes.next.incident += 1;
        for kind in decision.events {
            let event = Incident::event(1, self.now, cause, kind);
            if let Some(incident) = Incident::declared(id, &event) {
                info!(incident = id.0, severity = %incident.severity, "declared");
                self.took_effect(None, incident, event, cause)?;
                self.suggest(id)?;
            }
        }
        Ok(decision.answer)
    }

    /// A line that declares; what does not fit into the title is noted.
    pub(super) fn declare_line(
        &mut self,
        request: &Request,
        severity: Severity,
        title: &str,
        note: Option<&str>,
    ) -> Result<Answer, StoreError> {
        let (title_kept, note_kept) = (title.to_owned(), note.map(str::to_owned));
        let anyway = Command::DeclareAnyway { severity, title: title_kept, note: note_kept };
        match self.same_title(request, title) {
            Some((doubt, join)) => {
                let anyway = Line { incident: None, command: anyway };
                self.unclear(request, &Refusal::unsure(doubt, [join, anyway]))
            }
            None => self.declare_anyway(request, severity, title, note),
        }
    }

    /// An open incident that somebody else declared some minutes ago under nearly the same title, or the same person a moment ago
    /// with the same words, because the first try seemed to bring nothing: the question whether it is the same, and the line
    /// that says so.
    fn same_title(&self, request: &Request, title: &str) -> Option<(Doubt, Line)> {
        let open = self.book().open();
        let within = |incident: &Incident, time| self.now.duration_since(incident.declared_at) <= time;
        let same = open.iter().rev().find(|incident| match incident.declared_by == request.by {
            true => within(incident, AGAIN_WITHIN) && text::same_words(&incident.title, title),
            false => within(incident, SAME_WITHIN) && text::sounds_like(&incident.title, title),
        })?;
        let doubt = Doubt::SameTitle { incident: same.id, by: same.declared_by.clone() };
        let join = if same.clocks.own_channel { Command::Join } else { Command::Show };
        Some((doubt, Line { incident: Some(same.id), command: join }))
    }

    /// A form has no room for buttons. It stays open as it was filled, and sending it once more is the answer.
    fn asked_in_form(&mut self, request: &Request, title: &str) -> Result<Option<Answer>, StoreError> {
        let asked = DeliveryId(format!("{}:asked", request.delivery));
        if self.seen.contains_key(&asked) || self.store.seen(&asked)?.is_some() {
            return Ok(None);
        }
        let Some((doubt, join)) = self.same_title(request, title) else { return Ok(None) };
        self.seen.insert(asked, Answer::Nothing);
        Ok(Some(refused(Refusal::unsure(doubt, [join]))))
    }

    pub(super) fn declare_anyway(
        &mut self,
        request: &Request,
        severity: Severity,
        title: &str,
        note: Option<&str>,
    ) -> Result<Answer, StoreError> {
        let title = title.to_owned();
        let declaration = Declaration { title, severity, impact: None, action: None, eta: None, began: None };
        self.declare_noted(request, declaration, note)
    }

    /// Declares, with a first note.
    fn declare_noted(
        &mut self,
        request: &Request,
        declaration: Declaration,
        note: Option<&str>,
    ) -> Result<Answer, StoreError> {
        let answer = self.declare(request, declaration)?;
        let (Answer::Private(Private::Declared { incident, title, severity, own_channel, .. }), Some(note)) =
            (&answer, note)
        else {
            return Ok(answer);
        };
        let kind = EventKind::Noted { text: note.to_owned() };
        self.record::<Incident>(*incident, &Cause::request(request), kind)?;
        let (incident, title, noted) = (*incident, title.clone(), Some(note.to_owned()));
        let (severity, own_channel) = (*severity, *own_channel);
        Ok(Answer::Private(Private::Declared { incident, title, severity, own_channel, noted }))
    }

    pub(super) fn form(&mut self, request: &Request, form: &Form) -> Result<Answer, StoreError> {
        let incident = match form {
            Form::Declare { title, severity, impact, action, eta, note } => {
                let facts = (impact.clone(), action.clone(), eta.clone());
                let declaration = match Declaration::new(title.clone(), *severity, facts, self.now) {
                    Ok(declaration) => declaration,
                    Err(refusal) => return Ok(refused(refusal)),
                };
                if let Some(asked) = self.asked_in_form(request, title)? {
                    return Ok(asked);
                }
                return self.declare_noted(request, declaration, note.as_deref());
            }
            Form::Approve { run, key, comment } => return self.approve_form(request, *run, key, comment),
            Form::Note { incident, .. }
            | Form::Update { incident, .. }
            | Form::Resolve { incident, .. }
            | Form::Section { incident, .. } => *incident,
        };
        let Some(incident) = self.book().incident(incident)? else {
            return Ok(refused(Refusal::NoSuchIncident { incident }));
        };
        let duty = self.duty();
        let asked = Asked { by: &request.by, place: &request.place, now: self.now, duty: &duty };
        let decision = decide_form(&incident, form, &asked);
        self.carry_out(&incident, request, decision)
    }
}
