//! What follows from an event of the rota: the messages, edits and errands that make it visible.

use super::change::Moved;
use super::duty::{PhoneReach, Skipped, Unreachable};
use super::event::{RotaEvent, RotaEventKind};
use super::path::Called;
use super::reach::NoWay;
use super::rota::{Rota, Summons, SwapOutcome};
use super::tell::{Brief, Tell};
use crate::actor::Actor;
use crate::effect::{EffectKind, Lane, PostKey, To};
use crate::id::UserId;
use crate::incident::Intent;

/// What the rota cannot know of itself.
pub struct Around<'a> {
    /// What the incoming person inherits; made where there is a hand-over.
    pub brief: Box<dyn Fn() -> Brief + 'a>,
    /// What the event moved.
    pub moved: Vec<Moved>,
    /// Whether phones ring.
    pub reach: PhoneReach,
}

/// The effects of `event`, which turned `before` into `after`.
pub fn consequences(before: &Rota, after: &Rota, event: &RotaEvent, around: &Around<'_>) -> Vec<Intent> {
    let mut out = Consequences { rota: after, event, intents: Vec::new() };
    match &event.kind {
        RotaEventKind::HandedOver { .. } => out.handed_over(before, around),
        RotaEventKind::Confirmed => out.confirmed(),
        RotaEventKind::Unconfirmed { tell, .. } => out.unconfirmed(tell.as_ref()),
        RotaEventKind::Changed { change } => {
            if !around.moved.is_empty() {
                let (by, moved) = (event.by.clone(), around.moved.clone());
                out.tell(To::OnCall, Tell::Changed { by, change: Some(change.clone()), moved }, None);
            }
            out.show(EffectKind::Group);
        }
        RotaEventKind::SwapAsked { swap, with, offer } => {
            let by = event.by.clone();
            let paused = offer.paused(&after.schedule, event.at);
            let asked = Tell::SwapAsked { number: *swap, by, offer: offer.clone(), paused };
            out.tell(To::Person(with.clone()), asked, Some(PostKey::Swap { number: *swap }));
        }
        RotaEventKind::SwapAgreed { swap } => out.swap_over(*swap, SwapOutcome::Agreed, around.moved.clone()),
        RotaEventKind::SwapEnded { swap, how } => {
            out.swap_over(*swap, SwapOutcome::Ended(*how), Vec::new());
        }
        RotaEventKind::Summoned { summons, .. } | RotaEventKind::SummonedAgain { summons, .. } => {
            out.summoned(*summons);
        }
        RotaEventKind::CallMissed { summons, person, texted: false } => out.text(*summons, person),
        RotaEventKind::CallMissed { .. } => {}
        RotaEventKind::SummonsAnswered { summons, call } => out.answered(before, *summons, *call),
        RotaEventKind::SummonsPassed { summons } => out.passed(before, *summons),
        RotaEventKind::SummonsNotReached { summons, to, why, .. } => out.not_reached(*summons, to, why),
        RotaEventKind::RingTested { number, person } => {
            out.tell(To::Phone(person.clone()), Tell::TestRing { number: *number }, None);
        }
        RotaEventKind::RingHeard { .. } | RotaEventKind::RingMissed { .. } | RotaEventKind::Reach { .. } => {}
        RotaEventKind::GroupRepaired => out.show(EffectKind::Group),
        RotaEventKind::GroupHolds => out.tell(To::OnCall, Tell::GroupRepaired, None),
        RotaEventKind::Posted { key, .. } => out.posted(key),
        RotaEventKind::Set { .. } => out.show(EffectKind::Group),
        RotaEventKind::ChannelKnown { .. }
        | RotaEventKind::PhoneSet { .. }
        | RotaEventKind::FeedMade { .. }
        | RotaEventKind::FeedRevoked { .. } => {}
    }
    out.intents
}

struct Consequences<'a> {
    rota: &'a Rota,
    event: &'a RotaEvent,
    intents: Vec<Intent>,
}

impl Consequences<'_> {
    fn push(&mut self, lane: Lane, kind: EffectKind) {
        self.intents.push(Intent { lane, kind });
    }

    fn tell(&mut self, to: To, tell: Tell, keep_as: Option<PostKey>) {
        self.push(Lane::OnCall, EffectKind::Tell { to, tell: Box::new(tell), keep_as });
    }

    fn show(&mut self, kind: EffectKind) {
        self.push(Lane::Group, kind);
    }

    fn handed_over(&mut self, before: &Rota, around: &Around<'_>) {
        let RotaEventKind::HandedOver { since, from, to, why, fallback, taken, late } = &self.event.kind
        else {
            return;
        };
        let held = self.rota.held(self.event.at);
        self.show(EffectKind::Group);
        let tell = Tell::HandedOver {
            since: *since,
            from: from.clone(),
            to: to.clone(),
            backup: held.backup.clone(),
            until: held.primary.as_ref().and_then(|holding| holding.until),
            why: why.clone(),
            fallback: *fallback,
            late: *late,
        };
        self.tell(To::OnCall, tell, None);
        // A brief that nobody answered is void once the turn is over.
        if let Some(shift) = before.shift.as_ref().filter(|shift| shift.confirmed.is_none()) {
            self.retell(shift.to.as_ref(), PostKey::Brief { since: shift.since });
        }
        if let Some(person) = to.clone() {
            let keep_as = (!taken).then_some(PostKey::Brief { since: *since });
            self.tell(To::Person(person), Tell::Brief(Box::new((around.brief)())), keep_as);
        }
        // Asked of the duty, so that whoever is called is told so, and nobody else.
        let outgoing = self.rota.duty(self.event.at, PhoneReach::Off).outgoing;
        if let (Some(from), Some(to)) = (outgoing, to.clone()) {
            self.tell(To::Person(from), Tell::Outgoing { to, since: *since }, None);
        }
    }

    fn retell(&mut self, person: Option<&UserId>, key: PostKey) {
        if let Some(person) = person.filter(|_| self.rota.post(&key).is_some()) {
            self.push(Lane::OnCall, EffectKind::Retell { to: To::Person(person.clone()), key });
        }
    }

    fn confirmed(&mut self) {
        let Some(shift) = &self.rota.shift else { return };
        self.retell(shift.to.as_ref(), PostKey::Brief { since: shift.since });
        let from = shift.from.clone().filter(|from| shift.to.as_ref() != Some(from));
        if let (Some(from), Some(to)) = (from, shift.to.clone()) {
            let backup = self.rota.held(self.event.at).backup.as_ref() == Some(&from);
            self.tell(To::Person(from), Tell::Relieved { to, at: self.event.at, backup }, None);
        }
    }

    fn unconfirmed(&mut self, backup: Option<&UserId>) {
        let RotaEventKind::Unconfirmed { late, .. } = &self.event.kind else { return };
        let Some(shift) = &self.rota.shift else { return };
        let Some(to) = shift.to.clone() else { return };
        let tell = Tell::Unconfirmed { to, from: shift.from.clone(), since: shift.since, late: *late };
        if let Some(backup) = backup {
            self.tell(To::Person(backup.clone()), tell.clone(), None);
        }
        self.tell(To::OnCall, tell, None);
    }

    fn swap_over(&mut self, number: u64, how: SwapOutcome, moved: Vec<Moved>) {
        let Some(swap) = self.rota.swap(number) else { return };
        self.retell(Some(&swap.with), PostKey::Swap { number });
        let (with, offer) = (swap.with.clone(), swap.offer.clone());
        let own = self.event.by == swap.asked_by;
        if !own {
            let ended = Tell::SwapEnded { with, offer, how };
            self.tell(To::Person(swap.asked_by.clone()), ended, None);
        }
        if how == SwapOutcome::Agreed {
            let by = Actor::from(&swap.asked_by);
            self.tell(To::OnCall, Tell::Changed { by, change: None, moved }, None);
            self.show(EffectKind::Group);
        }
    }

    fn summoned(&mut self, number: u64) {
        let Some(summons) = self.rota.summons(number) else { return };
        let (calls, late, skipped) = match &self.event.kind {
            RotaEventKind::Summoned { calls, skipped, .. } => (calls, None, skipped),
            RotaEventKind::SummonedAgain { calls, late, skipped, .. } => (calls, *late, skipped),
            _ => return,
        };
        for call in calls {
            let tell = Tell::Summons {
                number,
                by: summons.by.clone(),
                reason: summons.reason.clone(),
                at: summons.at,
                call: summons.calls,
                late,
            };
            let keep_as = PostKey::Summons { number, seq: self.event.seq, to: call.to.clone() };
            self.tell(call.to.clone(), tell, Some(keep_as));
        }
        if calls.is_empty() {
            self.unanswered(summons, skipped);
        }
    }

    /// The call reached nobody: the same as a text.
    fn text(&mut self, number: u64, person: &UserId) {
        let Some(summons) = self.rota.summons(number) else { return };
        let tell = Tell::Summons {
            number,
            by: summons.by.clone(),
            reason: summons.reason.clone(),
            at: summons.at,
            call: summons.calls,
            late: None,
        };
        self.tell(To::Text(person.clone()), tell, None);
    }

    fn unanswered(&mut self, summons: &Summons, skipped: &[Skipped]) {
        let (whom, reason, at) = (summons.whom.clone(), summons.reason.clone(), summons.at);
        let tell = Tell::SummonsUnanswered { whom, reason, at, skipped: skipped.to_vec() };
        if let Some(by) = summons.by.in_slack() {
            self.tell(To::Person(by.clone()), tell.clone(), None);
        }
        self.tell(To::OnCall, tell, None);
    }

    /// Whoever asked need not wait for the last call.
    fn passed(&mut self, before: &Rota, number: u64) {
        let Some(summons) = self.rota.summons(number) else { return };
        let why = Unreachable::Passed(summons.whom.clone());
        self.unanswered(summons, &[Skipped { called: Called::Primary, why }]);
        self.close(before, number, None);
    }

    fn not_reached(&mut self, number: u64, to: &To, why: &NoWay) {
        let Some(summons) = self.rota.summons(number).filter(|summons| summons.given_up) else { return };
        let why = match to {
            To::Phone(person) => Unreachable::NoPhone(person.clone()),
            _ => Unreachable::Gone(summons.whom.clone(), why.clone()),
        };
        self.unanswered(summons, &[Skipped { called: Called::Primary, why }]);
    }

    /// `call`: the event whose call it was said in, which ends by itself.
    fn answered(&mut self, before: &Rota, number: u64, call: Option<u32>) {
        if let Some(summons) = self.rota.summons(number)
            && summons.by != self.event.by
            && let Some(asked_by) = summons.by.in_slack()
        {
            let (by, reason, at) = (self.event.by.clone(), summons.reason.clone(), summons.at);
            let asked_by = To::Person(asked_by.clone());
            self.tell(asked_by, Tell::SummonsAnswered { by, reason, at }, None);
        }
        self.close(before, number, call);
    }

    fn close(&mut self, before: &Rota, number: u64, call: Option<u32>) {
        let open = before.summons(number).map(|summons| summons.open.clone()).unwrap_or_default();
        for (seq, to) in open {
            let own = matches!(&to, To::Phone(person) if self.event.by == *person);
            if call == Some(seq) && own {
                continue;
            }
            let key = PostKey::Summons { number, seq, to: to.clone() };
            if self.rota.post(&key).is_some() {
                self.push(Lane::OnCall, EffectKind::Retell { to, key });
            }
        }
    }

    /// What was overtaken while its message was on the way is put right now that the message stands.
    fn posted(&mut self, key: &PostKey) {
        let rota = self.rota;
        match key {
            PostKey::Brief { since } => {
                let waits = rota.shift.as_ref().filter(|shift| shift.since == *since);
                if waits.is_none_or(|shift| shift.confirmed.is_some()) {
                    let person = rota.shift.as_ref().and_then(|shift| shift.to.clone());
                    self.retell(person.as_ref(), key.clone());
                }
            }
            PostKey::Swap { number } => {
                if let Some(swap) = rota.swap(*number).filter(|swap| swap.ended.is_some()) {
                    self.retell(Some(&swap.with), key.clone());
                }
            }
            PostKey::Summons { number, to, .. }
                if rota.summons(*number).is_none_or(|summons| !summons.is_calling()) =>
            {
                self.push(Lane::OnCall, EffectKind::Retell { to: to.clone(), key: key.clone() });
            }
            _ => {}
        }
    }
}
