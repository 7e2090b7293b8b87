//! The desk while nothing can be saved: what would change something is refused in words, reading works, and what was saved
//! goes out. Timers wait, and say that they are late: a howler that is killed forgets what it did not save, and the next one
//! would make other reminders and pages of the same timers. Every two seconds it is tried whether saving works again.

use std::sync::{Arc, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tracing::{error, info, warn};

use super::doubt::{is_inline, reachable};
use super::draft::Draft;
use super::health::Trouble;
use super::round::{RECOVER_EVERY, Round};
use super::signing;
use super::state::{IN_MEMORY, State};
use super::{Fault, Message};
use domain::alert::hear::NotHeard;
use domain::answer::{Answer, Private};
use domain::effect::{Effect, EffectKind, EffectState, Lane, Named, To};
use domain::id::EffectId;
use domain::oncall::tell::Tell;
use domain::owner::Owner;
use domain::request::{Ask, ReplyPath, Request};
use domain::timer::Outage;
use store::{Store, StoreError};

/// Trouble that is over sooner is told to nobody but those whom it refuses.
const TOLD_AFTER: SignedDuration = SignedDuration::from_secs(5);

/// Why nothing can be saved, and since when.
#[derive(Debug)]
pub(super) struct Broken {
    pub trouble: Trouble,
    pub since: Timestamp,
    /// Where people were told.
    told: Option<To>,
}

impl Broken {
    pub fn new(trouble: Trouble, since: Timestamp) -> Self {
        Self { trouble, since, told: None }
    }

    fn fault(&self) -> Fault {
        match self.trouble {
            Trouble::Disk => Fault::NotSaved,
            Trouble::FolderGone => Fault::FolderGone,
        }
    }
}

impl Round {
    /// Nothing can be saved from now on.
    pub(super) fn breaks(&mut self, error: &StoreError, now: Timestamp) {
        let trouble = Trouble::of(error);
        match &mut self.broken {
            Some(broken) => broken.trouble = trouble,
            None => self.broken = Some(Broken::new(trouble, now)),
        }
        self.shared.health.set_trouble(Some(trouble));
    }

    /// Answers what waits without saving anything.
    pub(super) fn turn_broken(&mut self, messages: Vec<Message>, now: Timestamp) {
        self.refuse(messages, now);
        self.tell_once(now);
        self.beat_pulse();
    }

    /// Nothing can be saved, so nothing is promised. What was saved before goes out all the same.
    fn refuse(&mut self, messages: Vec<Message>, now: Timestamp) {
        let fault = self.broken.as_ref().map_or(Fault::NotSaved, Broken::fault);
        let (mut holds, mut asking) = (Vec::new(), Vec::new());
        for message in messages {
            match message {
                Message::Request(request, reply) => {
                    drop(reply.send(self.unsaved_answer(&request, fault, now)))
                }
                Message::SendBack(request, answer, reply) => {
                    if let Answer::Private(private) = *answer {
                        self.whisper(&request, private, now);
                    }
                    drop(reply.send(Ok(Answer::Nothing)));
                }
                Message::Report(effect, outcome, reply) => {
                    self.keep(effect, *outcome, now);
                    let _ = reply.send(());
                }
                Message::Drifted(_, reply)
                | Message::Reach(_, _, reply)
                | Message::Heard(_, _, reply)
                | Message::Learned(_, reply)
                | Message::Drilled(_, reply)
                | Message::Look(_, reply)
                | Message::Vendor(_, reply)
                | Message::Expiry(_, reply)
                | Message::Watched(_, reply)
                | Message::Picture(_, reply) => {
                    // Who asked may have gone.
                    let _ = reply.send(Err(fault));
                }
                Message::Hear(delivery, reply) => {
                    // What was saved before counts; a source sends the rest again. Under a name that was given another body may stand.
                    let seen = delivery.body.is_none()
                        && matches!(self.shared.store.seen(&delivery.id), Ok(Some(_)));
                    let _ = reply.send(if seen { Ok(()) } else { Err(NotHeard::NotSaved) });
                }
                Message::Pushed(_, reply) => {
                    let _ = reply.send(Err(NotHeard::NotSaved));
                }
                Message::Next(lane, reply) => asking.push((lane, reply)),
                Message::Hold(effect, until, reason, reply) => holds.push((effect, until, reason, reply)),
                Message::Nudge(reply) => {
                    let _ = reply.send(());
                }
                Message::Close => {}
            }
        }
        self.hold(holds);
        self.tell(asking, now);
    }

    /// What a request gets while nothing can be saved. One that was saved before gets its answer.
    fn unsaved_answer(&mut self, request: &Request, fault: Fault, now: Timestamp) -> Result<Answer, Fault> {
        if self.doubts.holds(&request.delivery) {
            return Err(Fault::Uncertain);
        }
        if let Ok(Some(answer)) = self.shared.store.seen(&request.delivery) {
            return Ok(answer);
        }
        let Ask::Unclear(refusal) = &request.ask else { return Err(self.refused(request, fault, now)) };
        // It changes nothing, whatever the disk does.
        let refused = Private::Refused(refusal.clone());
        if is_inline(request) {
            return Ok(Answer::Private(refused));
        }
        if self.doubts.first_word(&request.delivery) {
            self.whisper(request, refused, now);
        }
        Ok(Answer::Nothing)
    }

    /// The fault that a request gets; said in a message of its own where the answer to the delivery cannot say it.
    pub(super) fn refused(&mut self, request: &Request, fault: Fault, now: Timestamp) -> Fault {
        if is_inline(request) || !reachable(request) || !self.doubts.first_word(&request.delivery) {
            return fault;
        }
        // What Slack does not hear a yes to it brings again; but for clicks.
        let said = match (fault, &request.reply) {
            (Fault::NotSaved | Fault::FolderGone, ReplyPath::Ephemeral) => Fault::NotSavedYet,
            _ => fault,
        };
        self.whisper(request, Private::Trouble(said), now);
        fault
    }

    /// Nobody knows whether `request`, which is to get `answer`, was saved.
    pub(super) fn doubt(
        &mut self,
        request: Request,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Answer, Fault> {
        // It came before, and was saved then.
        if let Ok(Some(answer)) = self.shared.store.seen(&request.delivery) {
            return Ok(answer);
        }
        // A refusal promises nothing.
        if is_inline(&request) && matches!(answer, Answer::Private(Private::Refused(_))) {
            return Ok(answer);
        }
        let fault = self.refused(&request, Fault::Uncertain, now);
        self.doubts.add(request);
        Err(fault)
    }

    /// A private answer that waits in memory alone.
    fn whisper(&mut self, request: &Request, private: Private, now: Timestamp) {
        let reply = match &request.reply {
            ReplyPath::Inline => ReplyPath::Ephemeral,
            reply => reply.clone(),
        };
        let Some(to) = request.by.in_slack().cloned() else { return };
        let place = request.place.clone();
        let lane = Lane::Whisper(to.clone());
        let kind = EffectKind::Whisper { to, place, reply, private: Box::new(private) };
        self.push_in_memory(lane, kind, None, now);
    }

    /// Sends what was never saved; `name` where an earlier howler may have sent it.
    fn push_in_memory(&mut self, lane: Lane, kind: EffectKind, name: Option<String>, now: Timestamp) {
        self.in_memory += 1;
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let id = IN_MEMORY | (millis << 12) | (self.in_memory & 0xfff);
        let state = match name {
            Some(_) => EffectState::Later { at: now, reason: "it may have been sent".into(), unknown: true },
            None => EffectState::Waiting,
        };
        // A store that was never written knows of no earlier howler.
        let day_before = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(now);
        let since = self.outage.map_or(day_before, |outage| outage.from.min(day_before));
        let named = name.map(|name| Named { name, since });
        let id = EffectId(id);
        let effect = Effect {
            id,
            owner: Owner::Howler,
            incident: None,
            lane: lane.clone(),
            kind,
            created_at: now,
            attempts: 0,
            state,
            named,
        };
        self.state_mut().outbox.set(effect);
        // Without lanes howler is stopping.
        let _ = self.wake.send(lane);
    }

    /// Tells people once, where they look: where incidents are told while one is open.
    fn tell_once(&mut self, now: Timestamp) {
        let open = !self.state().open.is_empty();
        let commits = self.shared.store.commits();
        let Some(broken) = self.broken.as_mut().filter(|broken| broken.told.is_none()) else { return };
        if now.duration_since(broken.since) < TOLD_AFTER {
            return;
        }
        let to = if open { To::Emergencies } else { To::OnCall };
        broken.told = Some(to.clone());
        let gone = broken.trouble == Trouble::FolderGone;
        let tell = Box::new(Tell::CannotSave { since: broken.since, gone });
        // The same for every howler that finds the store like this.
        let name = format!("unsaved{commits}");
        self.push_in_memory(Lane::OnCall, EffectKind::Tell { to, tell, keep_as: None }, Some(name), now);
    }

    /// Opens the store again, and reads it anew.
    pub(super) async fn recover(&mut self, now: Timestamp) -> bool {
        self.recover_at = now.saturating_add(RECOVER_EVERY).unwrap_or(Timestamp::MAX);
        let shared = Arc::clone(&self.shared);
        let keys = shared.config.audit_keys.clone();
        let again = move |store: &Store| store.recover().and_then(|()| signing::begin(store, &keys, now));
        let in_hand = shared.health.begin();
        let recovered = Store::aside(Arc::downgrade(&shared.store), again).await;
        drop(in_hand);
        match recovered {
            Some(Ok(loaded)) => {
                let state = State::begun(loaded, &self.shared.config.audit_keys, &self.shared.store);
                self.read_anew(state);
                true
            }
            Some(Err(error)) => {
                error!(%error, "the store takes no changes");
                self.breaks(&error, now);
                self.beat_pulse();
                false
            }
            None => false,
        }
    }

    fn read_anew(&mut self, mut fresh: State) {
        let mut state = self.shared.state.write().unwrap_or_else(PoisonError::into_inner);
        fresh.outbox.carry_over(&state.outbox);
        *state = fresh;
        drop(state);
        if let Some(Broken { since, told, .. }) = self.broken.take() {
            self.saves_again = told.map(|to| (to, since)).or(self.saves_again.take());
            // Whatever beat meanwhile was refused.
            let from = self.deaf.map_or(since, |deaf| deaf.from.min(since));
            self.deaf = Some(Outage { from, until: self.shared.clock.now() });
        }
        self.shared.health.set_trouble(None);
        info!("the store takes changes again");
        self.wake_all();
    }

    /// When saving is tried again; no timer fires before.
    pub(super) fn next_look_broken(&self, now: Timestamp) -> Timestamp {
        let soon = now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(now);
        self.recover_at.max(soon)
    }

    /// What was to be told is saved, but for `untold`.
    pub(super) fn is_told(&mut self, untold: Vec<Request>) {
        self.doubts.clear();
        untold.into_iter().for_each(|request| self.doubts.add(request));
        self.saves_again = None;
    }

    /// What is told in the first round that is saved again; gives what cannot be told yet.
    pub(super) fn catch_up(&self, draft: &mut Draft<'_>) -> Vec<Request> {
        if let Some((to, since)) = &self.saves_again {
            draft.saves_again(to.clone(), *since);
        }
        let untold = self.doubts.requests().iter().filter(|request| {
            let told = draft.became(request);
            let told = told.inspect_err(
                |error| warn!(%error, id = %request.delivery, "what became of a request cannot be read"),
            );
            told.is_err()
        });
        untold.cloned().collect()
    }
}
