//! What follows from a page, and from its answer.

use super::Consequences;
use crate::domain::effect::{EffectKind, Lane, PostKey, Say, To};
use crate::domain::incident::Incident;
use crate::domain::incident::event::EventKind;
use crate::domain::incident::page::{PageReason, Paged};
use crate::domain::oncall::path::Called;
use crate::id::UserId;

impl Consequences<'_> {
    pub(super) fn paged(&mut self, paged: &Paged) {
        let incident = self.incident;
        for call in &paged.calls {
            let say = Say::Page {
                title: incident.title.clone(),
                severity: incident.severity,
                status: incident.status,
                impact: incident.impact.clone(),
                action: incident.action.clone(),
                declared_at: incident.declared_at,
                reason: paged.reason,
                called: call.called.clone(),
                respond_by: incident.response_due(),
                calls: paged.calls.clone(),
                skipped: paged.skipped.clone(),
                late: paged.late,
            };
            let keep_as = PostKey::Page { seq: self.event.seq, to: call.to.clone() };
            self.say(Lane::Page(incident.id), call.to.clone(), say, Some(keep_as));
        }
    }

    /// The call reached nobody: the same as a text, which offers no answer of its own.
    pub(super) fn text(&mut self, seq: u32, person: &UserId) {
        let incident = self.incident;
        let say = Say::Page {
            title: incident.title.clone(),
            severity: incident.severity,
            status: incident.status,
            impact: None,
            action: None,
            declared_at: incident.declared_at,
            reason: PageReason::Begun,
            called: Called::PrimaryPhone,
            respond_by: incident.response_due(),
            calls: Vec::new(),
            skipped: Vec::new(),
            late: None,
        };
        let keep_as = PostKey::Page { seq, to: To::Text(person.clone()) };
        self.say(Lane::Page(incident.id), To::Text(person.clone()), say, Some(keep_as));
    }

    /// Pages whose offer this event answered, or overtook. A call that a newer one overtook is over by itself.
    pub(super) fn close_pages(&mut self, before: Option<&Incident>) {
        let answered = before.into_iter().flat_map(|before| &before.open_pages);
        let answered: Vec<_> = answered.filter(|page| !self.incident.offers(page.seq, &page.to)).collect();
        let overtaken = matches!(self.event.kind, EventKind::Posted { .. });
        for page in answered {
            if overtaken && matches!(page.to, To::Phone(_)) {
                continue;
            }
            self.close(page.seq, &page.to);
        }
    }

    /// A phone that rings is stopped at once; messages are edited beside everything else.
    pub(super) fn close(&mut self, seq: u32, to: &To) {
        let close = EffectKind::Close { seq, to: to.clone() };
        match to {
            To::Text(_) => {}
            To::Phone(_) => self.push(Lane::Page(self.incident.id), close),
            _ => self.show(close),
        }
    }
}
