//! The desk's task, round after round: take all that waits, decide each, commit once, answer all.

use std::sync::{Arc, PoisonError, RwLockReadGuard, RwLockWriteGuard};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{Instrument, error, warn};

use super::draft::Draft;
use super::head::{Head, head};
use super::put_off::PutOff;
use super::reply::{Reply, saved, unreadable};
use super::state::State;
use super::unsaved::Unsaved;
use super::{Broken, Doubts, Fault, Message, Next, Pulse, Shared};
use domain::alert::hear::NotHeard;
use domain::duration::Spoken;
use domain::effect::{Lane, Outcome, To};
use domain::id::EffectId;
use domain::request::Request;
use domain::timer::{Outage, Timer};
use ground::clock::{Jump, Seen};
use store::{AuditKnown, Changes, CommitError, Store, StoreError};

/// At most this much is decided in one round, so that nobody waits for a very long commit.
const ROUND: usize = 256;
/// The folder is told this often that howler is alive, so that an outage can be dated.
const HEARTBEAT: SignedDuration = SignedDuration::from_secs(5);
/// After a failed commit the store is tried again this often.
pub(super) const RECOVER_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// When the store is tried again, where it failed at `now`.
pub(super) fn after_a_while(now: Timestamp) -> Timestamp {
    now.saturating_add(RECOVER_EVERY).unwrap_or(Timestamp::MAX)
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
    /// Reports that could not be taken in.
    untaken: Vec<(EffectId, Outcome)>,
    /// Requests in doubt of which it cannot be told yet what became of them.
    untold: Vec<Request>,
}

/// The task's own: nobody else writes.
pub(super) struct Round {
    pub shared: Arc<Shared>,
    pub inbox: mpsc::Receiver<Message>,
    pub wake: mpsc::UnboundedSender<Lane>,
    pub pulse: watch::Sender<Pulse>,
    pub outage: Option<Outage>,
    /// When nothing could be saved, so that nobody was heard; until that is saved.
    pub deaf: Option<Outage>,
    /// The machine's clock was set back by so much, which nothing that is saved knows yet.
    pub set_back: Option<SignedDuration>,
    /// Timers whose firing failed.
    pub put_off: PutOff,
    /// What came back while nothing could be saved.
    pub unsaved: Unsaved,
    /// Nothing can be saved; nothing that people ask is decided until the store is open again.
    pub broken: Option<Broken>,
    /// Not tried again before then.
    pub recover_at: Timestamp,
    /// Requests of which nobody knows whether they were saved.
    pub doubts: Doubts,
    /// Where it was told that howler cannot save, and since when it could not, once it can again.
    pub saves_again: Option<(To, Timestamp)>,
    /// Counts effects that are in memory alone.
    pub in_memory: u64,
}

impl Round {
    pub async fn run(mut self) {
        self.wake_all();
        // The rota begins, and hand-overs that were missed are told, before anybody asks.
        self.turn(Vec::new()).await;
        let mut messages = Vec::with_capacity(ROUND);
        let mut heartbeat = self.shared.clock.now();
        let mut seen = self.shared.clock.seen();
        loop {
            let now = self.shared.clock.now();
            // A heartbeat that lies further ahead was reckoned before the clock was set back.
            let is_time = now >= heartbeat || heartbeat.duration_since(now) > HEARTBEAT;
            if is_time && self.broken.is_none() {
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
            // Before what is due is decided, which may be late for it.
            self.look_at_the_clock(&mut seen);
            let closing = messages.iter().any(|message| matches!(message, Message::Close));
            self.turn(std::mem::take(&mut messages)).await;
            if closing {
                if self.broken.is_none() {
                    self.beat(self.shared.clock.now());
                }
                return;
            }
        }
    }

    /// What came due while the machine slept is late because howler was not there, and says so.
    fn look_at_the_clock(&mut self, seen: &mut Option<Seen>) {
        let now = self.shared.clock.seen();
        match seen.zip(now).and_then(|(before, now)| Jump::between(before, now)) {
            Some(Jump::Ahead { from, until }) => {
                warn!(%from, %until, "the machine slept, howler was stopped or held up, or the clock was set ahead");
                self.outage = Some(Outage { from, until });
            }
            Some(Jump::Back { by }) => {
                warn!(by = %Spoken(by), "the machine's clock was set back: what was due goes back with it");
                self.set_back = Some(by + self.set_back.unwrap_or_default());
                self.state_mut().outbox.set_back(by);
            }
            None => {}
        }
        *seen = now;
    }

    fn next_look(&self, heartbeat: Timestamp) -> Timestamp {
        let now = self.shared.clock.now();
        if self.broken.is_some() {
            return self.next_look_broken(now);
        }
        let state = self.state();
        self.put_off.next(&state.timers).map_or(heartbeat, |due| due.min(heartbeat))
    }

    pub(super) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.shared.state()
    }

    pub(super) fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.shared.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn beat(&mut self, now: Timestamp) {
        let in_hand = self.shared.health.begin();
        let alive = self.shared.store.alive(now);
        drop(in_hand);
        if let Err(error) = alive {
            error!(%error, "the data folder cannot be written");
            self.breaks(&error, now);
        }
    }

    async fn turn(&mut self, messages: Vec<Message>) {
        let now = self.shared.clock.now();
        if self.broken.is_some() && (now < self.recover_at || !self.recover(now).await) {
            return self.turn_broken(messages, now);
        }
        self.shared.metrics.round(messages.len());
        self.know_the_audit();
        let Decided { changes, replies, holds, asking, unfired, untaken, untold } =
            self.decide(messages, now);
        let committed = self.commit(changes, now).await;
        if committed.is_ok() {
            self.unsaved.clear();
            (self.set_back, self.deaf) = (None, None);
            self.state_mut().outbox.all_saved();
            self.is_told(untold);
        }
        self.answer(replies, &committed, now);
        for (effect, outcome) in untaken {
            self.keep(effect, outcome, now);
        }
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
        let (mut untaken, untold) = (Vec::new(), self.catch_up(&mut draft));
        // First what happened first.
        for (effect, outcome) in self.unsaved.outcomes() {
            untaken.extend(report(&mut draft, *effect, outcome.clone()));
        }
        if let Some(by) = self.set_back {
            draft.clock_set_back(by);
        }
        if let Err(error) = draft.tend_rota() {
            error!(%error, "the rota could not be looked at");
        }
        draft.tend_watches(self.deaf);
        draft.tend_asking(self.deaf);
        let due = self.put_off.due(&state.timers, now, ROUND);
        let unfired = due.into_iter().filter(|timer| !self.fires(&mut draft, *timer, now)).collect();
        let (mut replies, mut holds, mut asking) = (Vec::new(), Vec::new(), Vec::new());
        for message in messages {
            match message {
                Message::Request(request, reply) => {
                    let span = tracing::info_span!("decide", id = %request.delivery);
                    let answer = span.in_scope(|| draft.handle(&request)).map_err(unreadable);
                    replies.push(Reply::Answer(request, reply, Box::new(answer)));
                }
                Message::SendBack(request, answer, reply) => {
                    let answer = draft.hand_back(&request, *answer).map_err(unreadable);
                    replies.push(Reply::Answer(request, reply, Box::new(answer)));
                }
                Message::Report(effect, outcome, reply) => {
                    untaken.extend(report(&mut draft, effect, Outcome::clone(&outcome)));
                    replies.push(Reply::Report(effect, outcome, reply));
                }
                Message::Drifted(person, reply) => saved(draft.group_drifted(&person), reply, &mut replies),
                Message::Heard(run, output, to) => saved(draft.run_heard(run, output), to, &mut replies),
                Message::Reach(who, why, to) => saved(draft.remember(&who, false, why), to, &mut replies),
                Message::Hear(delivery, reply) => match draft.hear(&delivery) {
                    Ok(heard) => replies.push(Reply::Heard(reply, heard)),
                    Err(error) => {
                        unreadable(error);
                        // Who asked may have gone.
                        let _ = reply.send(Err(NotHeard::NotSaved));
                    }
                },
                Message::Drilled(found, reply) => {
                    draft.drilled(found);
                    replies.push(Reply::Saved(reply));
                }
                Message::Learned(learned, reply) => saved(draft.learn(&learned), reply, &mut replies),
                Message::Watched(read, reply) => saved(draft.watched(&read), reply, &mut replies),
                Message::Vendor(read, reply) => saved(draft.vendor(&read), reply, &mut replies),
                Message::Expiry(read, to) => saved(draft.expiry(&read), to, &mut replies),
                Message::Look(name, reply) => saved(draft.look(&name), reply, &mut replies),
                Message::Pushed(values, reply) => match draft.pushed(&values) {
                    Ok(took) => replies.push(Reply::Pushed(reply, took)),
                    Err(error) => {
                        unreadable(error);
                        // Who sent it may have gone.
                        let _ = reply.send(Err(NotHeard::NotSaved));
                    }
                },
                Message::Picture(picture, reply) => {
                    draft.picture_asked(*picture);
                    replies.push(Reply::Saved(reply));
                }
                Message::Hold(effect, until, reason, reply) => holds.push((effect, until, reason, reply)),
                Message::Next(lane, reply) => asking.push((lane, reply)),
                // Whoever nudged may have gone; the look at the clock has happened.
                Message::Nudge(reply) => drop(reply.send(())),
                Message::Close => {}
            }
        }
        shared.metrics.repeated(draft.repeated);
        Decided { changes: draft.finish(), replies, holds, asking, unfired, untaken, untold }
    }

    async fn commit(&mut self, changes: Changes, now: Timestamp) -> Result<(), Fault> {
        if changes.is_empty() {
            return Ok(());
        }
        let changes = Arc::new(changes);
        let saved = Arc::clone(&changes);
        let started = std::time::Instant::now();
        let in_hand = self.shared.health.begin();
        let commit = Store::aside(Arc::downgrade(&self.shared.store), move |store| store.commit(&saved, now));
        let committed = commit.in_current_span().await;
        drop(in_hand);
        self.shared.metrics.committed(started.elapsed());
        match committed {
            Some(Ok(())) => {
                // The committer has given its share back, or keeps a copy.
                self.merge(Arc::unwrap_or_clone(changes));
                Ok(())
            }
            Some(Err(CommitError::Nothing(error))) => {
                error!(%error, "a commit failed before it wrote anything; nothing of it is carried out");
                self.breaks(&error, now);
                Err(if matches!(error, StoreError::Gone { .. }) {
                    Fault::FolderGone
                } else {
                    Fault::NotSaved
                })
            }
            Some(Err(CommitError::Uncertain(error))) => {
                error!(%error, "a commit failed, and may be saved all the same; the store is read anew");
                self.breaks(&error, now);
                Err(Fault::Uncertain)
            }
            None => {
                error!("a commit ended by a fault inside howler, and may be saved all the same");
                self.breaks(&StoreError::Closed, now);
                Err(Fault::Uncertain)
            }
        }
    }

    /// Takes over into memory what was decided, and wakes the lanes.
    fn merge(&self, changes: Changes) {
        let mut lanes: Vec<Lane> = changes.effects.iter().map(|effect| effect.lane.clone()).collect();
        lanes.sort();
        lanes.dedup();
        self.state_mut().take(changes, &self.shared.store);
        for lane in lanes {
            // Without lanes howler is stopping; what is saved goes out after the next start.
            let _ = self.wake.send(lane);
        }
    }

    pub(super) fn wake_all(&self) {
        for lane in self.state().outbox.lanes() {
            let _ = self.wake.send(lane.clone());
        }
    }

    fn answer(&mut self, replies: Vec<Reply>, committed: &Result<(), Fault>, now: Timestamp) {
        for reply in replies {
            // Whoever no longer waits gets the same answer when they send it again.
            match reply {
                Reply::Answer(request, reply, answer) => {
                    let answer = match (committed, *answer) {
                        (Ok(()), answer) | (Err(_), answer @ Err(_)) => answer,
                        (Err(Fault::Uncertain), Ok(answer)) => self.doubt(*request, answer, now),
                        (Err(fault), Ok(_)) => Err(self.refused(&request, *fault, now)),
                    };
                    drop(reply.send(answer));
                }
                Reply::Saved(reply) => drop(reply.send(*committed)),
                Reply::Heard(reply, heard) => {
                    let saved = committed.map_err(|_| NotHeard::NotSaved);
                    let _ = reply.send(saved.and(heard));
                }
                Reply::Pushed(reply, took) => {
                    drop(reply.send(committed.map(|()| took).map_err(|_| NotHeard::NotSaved)));
                }
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
    pub(super) fn keep(&mut self, effect: EffectId, outcome: Outcome, now: Timestamp) {
        let mut state = self.shared.state.write().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.unsaved.keep(&mut state, &self.shared.store, now, effect, outcome) {
            warn!(%error, effect = effect.0, "an incident is not shown as it is until the store takes changes again");
        }
    }

    pub(super) fn hold(&self, holds: Vec<(EffectId, Timestamp, String, oneshot::Sender<()>)>) {
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

    /// Fires a timer; false where that failed, and it is tried again.
    fn fires(&self, draft: &mut Draft<'_>, timer: Timer, now: Timestamp) -> bool {
        self.shared.metrics.timer_fired(timer.kind, now.duration_since(timer.due));
        let fired = draft.fire(timer);
        let fired = fired.inspect_err(|error| {
            error!(%error, kind = timer.kind.word(), "a timer could not be fired; it is tried again");
            self.shared.metrics.timer_failed();
        });
        fired.is_ok()
    }

    /// Tells lanes what to do next.
    pub(super) fn tell(&mut self, asking: Vec<(Lane, oneshot::Sender<Next>)>, now: Timestamp) {
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
        match head(&state, &self.unsaved, &self.shared.store, lane, now) {
            Ok(Head::Send { effect, incident, run, alerts }) => {
                state.outbox.depart(effect.id);
                self.unsaved.depart(effect.id);
                Next::Send { effect, incident, run, alerts, rota: Arc::clone(&state.rota) }
            }
            Ok(Head::Wait { until }) => Next::Wait { until },
            Ok(Head::Empty) => Next::Nothing,
            Err(error) => {
                error!(%error, lane = lane.class(), "a lane's next effect cannot be read");
                Next::Wait { until: now.saturating_add(RECOVER_EVERY).unwrap_or(Timestamp::MAX) }
            }
        }
    }

    pub(super) fn beat_pulse(&self) {
        let writable = self.broken.is_none();
        self.pulse.send_modify(|pulse| *pulse = Pulse { rounds: pulse.rounds + 1, writable });
    }
}

/// Takes in what became of an effect; gives it back where that could not be decided.
fn report(draft: &mut Draft<'_>, effect: EffectId, outcome: Outcome) -> Option<(EffectId, Outcome)> {
    let taken = draft.report(effect, outcome.clone());
    let error = taken.err()?;
    error!(%error, effect = effect.0, "a report could not be taken in; it is kept, and taken in later");
    Some((effect, outcome))
}
