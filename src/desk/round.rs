//! The desk's task, round after round: take all that waits, decide each, commit once, answer all.

use std::sync::{Arc, PoisonError, RwLockReadGuard, RwLockWriteGuard};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{Instrument, error, info, warn};

use super::draft::Draft;
use super::head::{Head, head};
use super::put_off::PutOff;
use super::state::State;
use super::unsaved::Unsaved;
use super::{Fault, Message, Next, Pulse, Shared};
use crate::domain::answer::Answer;
use crate::domain::effect::{Lane, Outcome};
use crate::domain::timer::{Outage, Timer};
use crate::id::EffectId;
use crate::store::{AuditKnown, Changes, Store, StoreError};

/// At most this much is decided in one round, so that nobody waits for a very long commit.
const ROUND: usize = 256;
/// The folder is told this often that howler is alive, so that an outage can be dated.
const HEARTBEAT: SignedDuration = SignedDuration::from_secs(5);
/// After a failed commit the store is tried again this often.
const RECOVER_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// What is answered once the round is committed.
enum Reply {
    Answer(oneshot::Sender<Result<Answer, Fault>>, Box<Result<Answer, Fault>>),
    Report(EffectId, Box<Outcome>, oneshot::Sender<()>),
    Saved(oneshot::Sender<Result<(), Fault>>),
}

/// What a round decided, before it is saved.
struct Decided {
    changes: Changes,
    replies: Vec<Reply>,
    /// Effects that are not to be sent before an instant, and why; not saved.
    holds: Vec<(EffectId, Timestamp, String, oneshot::Sender<()>)>,
    /// Lanes that ask what to do next; told after the commit.
    asking: Vec<(Lane, oneshot::Sender<Next>)>,
    /// Timers whose firing failed.
    unfired: Vec<Timer>,
}

/// The task's own: nobody else writes.
pub(super) struct Round {
    pub shared: Arc<Shared>,
    pub inbox: mpsc::Receiver<Message>,
    pub wake: mpsc::UnboundedSender<Lane>,
    pub pulse: watch::Sender<Pulse>,
    pub outage: Option<Outage>,
    /// Timers whose firing failed.
    pub put_off: PutOff,
    /// What came back while nothing could be saved.
    pub unsaved: Unsaved,
    /// The last commit failed; nothing is decided until the store is open again.
    pub broken: bool,
    /// Not tried again before then.
    pub recover_at: Timestamp,
}

impl Round {
    pub async fn run(mut self) {
        self.wake_all();
        // The rota begins, and hand-overs that were missed are told, before anybody asks.
        self.turn(Vec::new()).await;
        let mut messages = Vec::with_capacity(ROUND);
        let mut heartbeat = self.shared.clock.now();
        loop {
            let now = self.shared.clock.now();
            if now >= heartbeat {
                self.beat(now);
                heartbeat = now.saturating_add(HEARTBEAT).unwrap_or(Timestamp::MAX);
            }
            let due = self.next_look(heartbeat);
            let clock = self.shared.clock.clone();
            tokio::select! {
                biased;
                received = self.inbox.recv_many(&mut messages, ROUND) => if received == 0 { return },
                () = clock.sleep_until(due) => {}
            }
            let closing = messages.iter().any(|message| matches!(message, Message::Close));
            self.turn(std::mem::take(&mut messages)).await;
            if closing {
                self.beat(self.shared.clock.now());
                return;
            }
        }
    }

    fn next_look(&self, heartbeat: Timestamp) -> Timestamp {
        let now = self.shared.clock.now();
        if self.broken {
            return self.recover_at.max(now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(now));
        }
        let state = self.state();
        self.put_off.next(&state.timers).map_or(heartbeat, |due| due.min(heartbeat))
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.shared.state()
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.shared.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn beat(&self, now: Timestamp) {
        let at_disk = self.shared.at_disk.begin();
        let alive = self.shared.store.alive(now);
        drop(at_disk);
        if let Err(error) = alive {
            error!(%error, "the data folder cannot be written");
        }
    }

    async fn turn(&mut self, messages: Vec<Message>) {
        let now = self.shared.clock.now();
        if self.broken && (now < self.recover_at || !self.recover(now).await) {
            self.refuse(messages, now);
            return self.beat_pulse();
        }
        self.shared.metrics.round(messages.len());
        self.know_the_audit();
        let Decided { changes, replies, holds, asking, unfired } = self.decide(messages, now);
        let committed = self.commit(changes, now).await;
        if committed.is_ok() {
            self.unsaved.clear();
            self.state_mut().outbox.all_saved();
        }
        self.answer(replies, &committed, now);
        let state = self.shared.state();
        self.put_off.add(&unfired, &state.timers, now);
        drop(state);
        self.hold(holds);
        self.tell(asking, now);
        self.beat_pulse();
    }

    /// Takes over what a look through the whole audit found, where that was not known yet.
    fn know_the_audit(&self) {
        let broken = match self.shared.store.audit_known() {
            AuditKnown::NotYet => return,
            AuditKnown::Whole if !self.state().ledger.unread => return,
            AuditKnown::Whole => None,
            AuditKnown::Broken(why) => Some(why),
        };
        let mut state = self.state_mut();
        state.ledger.unread = false;
        state.ledger.broken = state.ledger.broken.take().or(broken);
    }

    /// Decides everything that waits, on top of the saved state.
    fn decide(&self, messages: Vec<Message>, now: Timestamp) -> Decided {
        let state = self.state();
        let shared = &self.shared;
        let mut draft = Draft::new(&state, &shared.store, &shared.config, now, self.outage);
        // First what happened first.
        for (effect, outcome) in self.unsaved.outcomes() {
            report(&mut draft, *effect, outcome.clone());
        }
        if let Err(error) = draft.tend_rota() {
            error!(%error, "the rota could not be looked at");
        }
        let mut unfired = Vec::new();
        for timer in self.put_off.due(&state.timers, now, ROUND) {
            shared.metrics.timer_fired(timer.kind, now.duration_since(timer.due));
            if let Err(error) = draft.fire(timer) {
                error!(%error, kind = timer.kind.word(), "a timer could not be fired; it is tried again");
                shared.metrics.timer_failed();
                unfired.push(timer);
            }
        }
        let (mut replies, mut holds, mut asking) = (Vec::new(), Vec::new(), Vec::new());
        for message in messages {
            match message {
                Message::Request(request, reply) => {
                    let span = tracing::info_span!("decide", id = %request.delivery);
                    let answer = span.in_scope(|| draft.handle(&request)).map_err(unreadable);
                    replies.push(Reply::Answer(reply, Box::new(answer)));
                }
                Message::SendBack(request, answer, reply) => {
                    let answer = draft.hand_back(&request, answer).map_err(unreadable);
                    replies.push(Reply::Answer(reply, Box::new(answer)));
                }
                Message::Report(effect, outcome, reply) => {
                    report(&mut draft, effect, Outcome::clone(&outcome));
                    replies.push(Reply::Report(effect, outcome, reply));
                }
                Message::Drifted(person, reply) => {
                    if let Err(error) = draft.group_drifted(&person) {
                        error!(%error, "the repair of the on-call's group could not be decided");
                    }
                    replies.push(Reply::Saved(reply));
                }
                Message::Heard(run, output, reply) => {
                    if let Err(error) = draft.run_heard(run, output) {
                        error!(%error, "what a program said could not be taken in");
                    }
                    replies.push(Reply::Saved(reply));
                }
                Message::Hold(effect, until, reason, reply) => holds.push((effect, until, reason, reply)),
                Message::Next(lane, reply) => asking.push((lane, reply)),
                Message::Nudge(reply) => {
                    // Whoever nudged may have gone; the look at the clock has happened.
                    let _ = reply.send(());
                }
                Message::Close => {}
            }
        }
        shared.metrics.repeated(draft.repeated);
        Decided { changes: draft.finish(), replies, holds, asking, unfired }
    }

    async fn commit(&mut self, changes: Changes, now: Timestamp) -> Result<(), Fault> {
        if changes.is_empty() {
            return Ok(());
        }
        let changes = Arc::new(changes);
        let saved = Arc::clone(&changes);
        let started = std::time::Instant::now();
        let commit = Store::aside(Arc::downgrade(&self.shared.store), move |store| store.commit(&saved, now));
        let at_disk = self.shared.at_disk.begin();
        let committed = commit.in_current_span().await;
        drop(at_disk);
        self.shared.metrics.committed(started.elapsed());
        match committed {
            Some(Ok(())) => {
                self.merge(changes);
                Ok(())
            }
            Some(Err(error)) => {
                error!(%error, "a commit failed; nothing of it is carried out");
                self.broken = true;
                Err(Fault::NotSaved)
            }
            None => {
                self.broken = true;
                Err(Fault::NotSaved)
            }
        }
    }

    fn merge(&self, changes: Arc<Changes>) {
        // The committer has given its share back.
        let Ok(changes) = Arc::try_unwrap(changes) else { return };
        let mut lanes: Vec<Lane> = changes.effects.iter().map(|effect| effect.lane.clone()).collect();
        lanes.sort();
        lanes.dedup();
        self.state_mut().merge(changes);
        for lane in lanes {
            // Without lanes howler is stopping; what is saved goes out after the next start.
            let _ = self.wake.send(lane);
        }
    }

    fn wake_all(&self) {
        for lane in self.state().outbox.lanes() {
            let _ = self.wake.send(lane.clone());
        }
    }

    fn answer(&mut self, replies: Vec<Reply>, committed: &Result<(), Fault>, now: Timestamp) {
        for reply in replies {
            // Whoever no longer waits gets the same answer when they send it again.
            match reply {
                Reply::Answer(reply, answer) => drop(reply.send(committed.clone().and(*answer))),
                Reply::Saved(reply) => drop(reply.send(committed.clone())),
                Reply::Report(effect, outcome, reply) => {
                    if committed.is_err() {
                        self.keep(effect, *outcome, now);
                    }
                    let _ = reply.send(());
                }
            }
        }
    }

    /// Keeps in memory what cannot be saved.
    fn keep(&mut self, effect: EffectId, outcome: Outcome, now: Timestamp) {
        let mut state = self.shared.state.write().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.unsaved.keep(&mut state, &self.shared.store, now, effect, outcome) {
            warn!(%error, effect = effect.0, "an incident is not shown as it is until the store takes changes again");
        }
    }

    fn hold(&self, holds: Vec<(EffectId, Timestamp, String, oneshot::Sender<()>)>) {
        if holds.is_empty() {
            return;
        }
        let mut state = self.shared.state.write().unwrap_or_else(PoisonError::into_inner);
        for (effect, until, reason, reply) in holds {
            state.outbox.hold(effect, until, reason);
            // The lane may have ended with howler's stop.
            let _ = reply.send(());
        }
    }

    /// Nothing can be saved, so nothing is promised. What was saved before goes out all the same.
    fn refuse(&mut self, messages: Vec<Message>, now: Timestamp) {
        let (mut holds, mut asking) = (Vec::new(), Vec::new());
        for message in messages {
            match message {
                Message::Request(_, reply) | Message::SendBack(_, _, reply) => {
                    drop(reply.send(Err(Fault::NotSaved)))
                }
                Message::Report(effect, outcome, reply) => {
                    self.keep(effect, *outcome, now);
                    let _ = reply.send(());
                }
                Message::Drifted(_, reply) | Message::Heard(_, _, reply) => {
                    drop(reply.send(Err(Fault::NotSaved)));
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

    /// Tells lanes what to do next.
    fn tell(&mut self, asking: Vec<(Lane, oneshot::Sender<Next>)>, now: Timestamp) {
        for (lane, reply) in asking {
            let next = self.next(&lane, now);
            // A lane that went away has nothing to send.
            let _ = reply.send(next);
        }
    }

    fn next(&mut self, lane: &Lane, now: Timestamp) -> Next {
        if self.unsaved.holds(lane) {
            return Next::Wait { until: now.saturating_add(RECOVER_EVERY).unwrap_or(Timestamp::MAX) };
        }
        let mut state = self.shared.state.write().unwrap_or_else(PoisonError::into_inner);
        match head(&state, self.unsaved.incidents(), &self.shared.store, lane, now) {
            Ok(Head::Send { effect, incident, run }) => {
                state.outbox.depart(effect.id);
                self.unsaved.depart(effect.id);
                Next::Send { effect, incident, run, rota: Arc::clone(&state.rota) }
            }
            Ok(Head::Wait { until }) => Next::Wait { until },
            Ok(Head::Empty) => Next::Nothing,
            Err(error) => {
                error!(%error, lane = lane.class(), "a lane's next effect cannot be read");
                Next::Wait { until: now.saturating_add(RECOVER_EVERY).unwrap_or(Timestamp::MAX) }
            }
        }
    }

    /// Opens the store again and reads it anew.
    async fn recover(&mut self, now: Timestamp) -> bool {
        self.recover_at = now.saturating_add(RECOVER_EVERY).unwrap_or(Timestamp::MAX);
        let again = |store: &Store| store.recover().and_then(|()| store.load());
        let at_disk = self.shared.at_disk.begin();
        let recovered = Store::aside(Arc::downgrade(&self.shared.store), again).await;
        drop(at_disk);
        match recovered {
            Some(Ok(loaded)) => {
                let mut state = self.shared.state.write().unwrap_or_else(PoisonError::into_inner);
                let mut fresh = State::loaded(loaded, &self.shared.config.audit_keys);
                fresh.outbox.carry_over(&state.outbox);
                *state = fresh;
                drop(state);
                self.broken = false;
                info!("the store takes changes again");
                self.wake_all();
                true
            }
            Some(Err(error)) => {
                error!(%error, "the store still takes no changes");
                self.beat_pulse();
                false
            }
            None => false,
        }
    }

    fn beat_pulse(&self) {
        let writable = !self.broken;
        self.pulse.send_modify(|pulse| *pulse = Pulse { rounds: pulse.rounds + 1, writable });
    }
}

fn report(draft: &mut Draft<'_>, effect: EffectId, outcome: Outcome) {
    if let Err(error) = draft.report(effect, outcome) {
        error!(%error, effect = effect.0, "a report could not be taken in");
    }
}

fn unreadable(error: StoreError) -> Fault {
    error!(%error, "a request could not be decided");
    Fault::Unreadable
}
