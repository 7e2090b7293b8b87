//! What follows from a page, and from its answer.

use super::Consequences;
use crate::effect::{EffectKind, Lane, PostKey, Say, To};
use crate::id::UserId;
use crate::incident::Incident;
use crate::incident::event::EventKind;
use crate::incident::page::{PageReason, Paged};
use crate::oncall::path::Called;
use crate::oncall::reach::NoWay;

impl Consequences<'_> {
    pub(super) fn paged(&mut self, paged: &Paged) {
        let incident = self.incident;
        for call in &paged.calls {
            let say = incident.says_page(paged, call);
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
            began: incident.began,
            reason: PageReason::Begun,
            called: Called::PrimaryPhone,
            respond_by: incident.response_due(),
            quiet: incident.quiet_since(),
            calls: Vec::new(),
            skipped: Vec::new(),
            late: None,
            room: incident.room.clone(),
            asked: None,
            with: incident.called_with(),
            had_it: incident.had_it_before(),
        };
        let keep_as = PostKey::Page { seq, to: To::Text(person.clone()) };
        self.say(Lane::Page(incident.id), To::Text(person.clone()), say, Some(keep_as));
    }

    /// Pages whose offer this event answered, or overtook. A call that a newer one overtook is over by itself.
    pub(super) fn close_pages(&mut self, before: Option<&Incident>) {
        let answered = before.into_iter().flat_map(|before| &before.open_pages);
        let answered: Vec<_> = answered.filter(|page| !self.incident.offers(page.seq, &page.to)).collect();
        let overtaken = matches!(self.event.kind, EventKind::Posted { .. });
        if matches!(self.event.kind, EventKind::NotReached { .. }) {
            return;
        }
        for page in answered {
            let is_phone = matches!(page.to, To::Phone(_));
            if is_phone && (overtaken || self.is_said_in(page.seq, &page.to)) {
                continue;
            }
            self.close(page.seq, &page.to);
        }
    }

    /// Whether somebody says this in that very call: it ends by itself, once it has told them what came of it.
    fn is_said_in(&self, seq: u32, to: &To) -> bool {
        self.event.call == Some(seq) && to.person().is_some_and(|(person, _)| self.event.by == *person)
    }

    pub(super) fn escalated(&mut self, passes: bool, why: Option<&String>) {
        let by = self.by();
        self.say_inside(Say::Escalated { by, passes, why: why.cloned() });
    }

    /// A page that does not arrive is told where somebody can be reached, never by the way that failed.
    pub(super) fn not_reached(&mut self, to: &To, why: &NoWay) {
        let Some((person, phone)) = to.person() else { return };
        let incident = self.incident;
        let say = Say::NotReached {
            title: incident.title.clone(),
            severity: incident.severity,
            person: person.clone(),
            phone,
            why: why.clone(),
        };
        self.say(Lane::Page(incident.id), To::OnCall, say, None);
    }

    /// Pages that went out before the incident had a channel of its own name it now.
    pub(super) fn name_room(&mut self) {
        let pages = self.incident.open_pages.iter().filter(|page| !page.names_room);
        let seen = pages.filter(|page| !matches!(page.to, To::Phone(_)));
        for page in seen.map(|page| (page.seq, page.to.clone())).collect::<Vec<_>>() {
            self.close(page.0, &page.1);
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
