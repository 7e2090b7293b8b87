//! Whom a page reaches: what becomes of one that cannot arrive, and who is known not to be reachable.

use jiff::Timestamp;

use super::Draft;
use domain::aggregate::Cause;
use domain::effect::{Effect, EffectKind, EffectState, PostKey, Receipt, Say, To};
use domain::id::{IncidentId, UserId};
use domain::incident::Incident;
use domain::incident::event::EventKind;
use domain::oncall::event::RotaEventKind;
use domain::oncall::reach::NoWay;
use domain::oncall::rota::Rota;
use domain::oncall::tell::Tell;
use store::StoreError;

impl Draft<'_> {
    /// A page that cannot arrive stays on the delivery board. Its incident goes on to the next step, and the on-call channel
    /// hears why; how the person can be reached is kept.
    pub(super) fn not_reached(
        &mut self,
        effect: Effect,
        why: NoWay,
        again: Option<Timestamp>,
        reason: String,
        unknown: bool,
    ) -> Result<(), StoreError> {
        let state = match again {
            Some(at) => EffectState::Later { at, reason, unknown },
            None => EffectState::Failed { reason, unknown },
        };
        let first = effect.attempts == 0;
        let attempts = effect.attempts + 1;
        let kept = Effect { state, attempts, ..effect.clone() };
        self.effects.insert(effect.id, Some(kept));
        let Some(to) = effect.kind.place().cloned() else { return Ok(()) };
        if let Some((person, phone)) = to.person() {
            self.remember(person, phone, Some(why.clone()))?;
        }
        // The next step was called at the first try.
        if !first {
            return Ok(());
        }
        match (&effect.kind, effect.incident) {
            (EffectKind::Say { keep_as: Some(PostKey::Page { seq, .. }), .. }, Some(id)) => {
                let seq = *seq;
                if self.book().incident(id)?.is_some_and(|incident| incident.offers(seq, &to)) {
                    let missed = EventKind::NotReached { seq, to, why };
                    self.record::<Incident>(id, &Cause::howler(), missed)?;
                }
            }
            (EffectKind::Tell { keep_as: Some(PostKey::Summons { number, seq, .. }), .. }, _) => {
                let (summons, seq) = (*number, *seq);
                let waits =
                    self.rota().summons(summons).is_some_and(|it| it.open.contains(&(seq, to.clone())));
                if waits {
                    let missed = RotaEventKind::SummonsNotReached { summons, seq, to, why };
                    self.record::<Rota>((), &Cause::howler(), missed)?;
                }
            }
            (EffectKind::Tell { tell, .. }, _) => {
                if let Tell::TestRing { number } = tell.as_ref() {
                    let missed = RotaEventKind::RingMissed { number: *number };
                    self.record::<Rota>((), &Cause::howler(), missed)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// A message or call that arrived: whoever could not be reached can be again.
    pub(super) fn reached(&mut self, effect: &Effect, receipt: &Receipt) -> Result<(), StoreError> {
        // The group holds whom it should, read back; a message in its place means that it does not.
        if effect.kind == EffectKind::Group && *receipt == Receipt::Nothing && self.rota().group_drifted {
            return self.record::<Rota>((), &Cause::howler(), RotaEventKind::GroupHolds);
        }
        let page = match &effect.kind {
            EffectKind::Say { say, to, .. } => matches!(say.as_ref(), Say::Page { .. }).then_some(to),
            EffectKind::Tell { to, .. } => Some(to),
            _ => None,
        };
        match page.and_then(To::person) {
            Some((person, phone)) => self.remember(person, phone, None),
            None => Ok(()),
        }
    }

    /// Keeps how somebody can be reached, where it is news.
    pub fn remember(&mut self, person: &UserId, phone: bool, why: Option<NoWay>) -> Result<(), StoreError> {
        let rota = self.rota();
        let known = if phone { &rota.no_call } else { &rota.no_way };
        if known.get(person) == why.as_ref() {
            return Ok(());
        }
        let kind = RotaEventKind::Reach { person: person.clone(), phone, why };
        self.record::<Rota>((), &Cause::howler(), kind)
    }

    /// Somebody works on an incident that nobody has: that is an answer to its page.
    pub(super) fn taken_by_work(&mut self, id: IncidentId, cause: &Cause) -> Result<(), StoreError> {
        let (duty, by) = (self.duty(), &cause.by);
        match self.book().whole(id)? {
            Some(incident) if incident.is_taken_by_work_of(by, &duty) => {
                self.record::<Incident>(incident.id, cause, EventKind::Acknowledged)
            }
            _ => Ok(()),
        }
    }
}
