//! One task, one writer: takes all that waits, decides each, commits once, answers all.

mod after;
mod alerts;
mod alive;
mod asked;
mod book;
mod broken;
mod declared;
mod doubt;
mod draft;
mod drilled;
mod head;
pub mod health;
mod hear;
mod home;
mod look;
pub mod oncall;
mod order;
mod put_off;
mod reads;
mod reply;
mod rested;
mod round;
mod signing;
pub mod state;
mod unsaved;
mod watched;
mod whose;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tracing::{error, info, warn};

use ::watch::expiry::ExpiryRead;
use ::watch::push::{Pushed, Took};
use ::watch::row::Read;
use ::watch::vendor::VendorRead;
use book::Book;
use broken::Broken;
use config::Config;
use domain::alert::asking::Learned;
use domain::alert::group::Shown;
use domain::alert::hear::{Delivery, NotHeard};
use domain::answer::{Answer, Private};
use domain::command::Command;
use domain::effect::{Effect, Lane, Outcome};
pub use domain::fault::Fault;
use domain::fault::Saving;
use domain::id::{ChannelId, EffectId, IncidentId, RunId, UserId};
use domain::incident::Incident;
use domain::oncall::reach::NoWay;
use domain::oncall::rota::Rota;
use domain::picture::Picture;
use domain::procedure::drill::Drilled;
use domain::request::{Ask, ReplyPath, Request};
use domain::run::Run;
use doubt::Doubts;
use ground::clock::Clock;
use ground::telemetry::Metrics;
use health::{Health, Trouble};
use put_off::PutOff;
use round::Round;
use state::State;
use store::{Backup, BackupError, Store, StoreError};
use unsaved::Unsaved;

pub use alive::Turn;

enum Message {
    Request(Box<Request>, oneshot::Sender<Result<Answer, Fault>>),
    /// An answer that was read already and goes back through the outbox.
    SendBack(Box<Request>, Box<Answer>, oneshot::Sender<Result<Answer, Fault>>),
    Report(EffectId, Box<Outcome>, oneshot::Sender<()>),
    /// Heard of a run's program while it runs.
    Heard(RunId, String, oneshot::Sender<Result<(), Fault>>),
    /// What a source of alerts says.
    Hear(Box<Delivery>, oneshot::Sender<Result<(), NotHeard>>),
    /// What drills of procedures found, by their names.
    Drilled(BTreeMap<String, Drilled>, oneshot::Sender<Result<(), Fault>>),
    /// What a source answered.
    Learned(Box<Learned>, oneshot::Sender<Result<(), Fault>>),
    /// A reading of a watch.
    Watched(Box<Read>, oneshot::Sender<Result<(), Fault>>),
    Vendor(Box<VendorRead>, oneshot::Sender<Result<(), Fault>>),
    Expiry(Box<ExpiryRead>, oneshot::Sender<Result<(), Fault>>),
    /// A watch that nobody is asked for is looked at.
    Look(String, oneshot::Sender<Result<(), Fault>>),
    Pushed(Vec<Pushed>, oneshot::Sender<Result<Took, NotHeard>>),
    /// A picture for whoever asked.
    Picture(Box<Picture>, oneshot::Sender<Result<(), Fault>>),
    /// Not before then, for this reason; see [`Desk::hold`].
    Hold(EffectId, Timestamp, String, oneshot::Sender<()>),
    Next(Lane, oneshot::Sender<Next>),
    /// The on-call's group does not hold this person, who is on call.
    Drifted(UserId, oneshot::Sender<Result<(), Fault>>),
    /// Whether messages reach this person, as Slack tells of their account.
    Reach(UserId, Option<NoWay>, oneshot::Sender<Result<(), Fault>>),
    /// Look at the clock.
    Nudge(oneshot::Sender<()>),
    /// Answer what waits, and end.
    Close,
}

/// What a lane is to do next.
#[derive(Debug)]
pub enum Next {
    /// Send this, and [`Desk::report`] what became of it.
    Send {
        effect: Box<Effect>,
        incident: Option<Arc<Incident>>,
        run: Option<Arc<Run>>,
        /// What the message of a group of alerts shows.
        alerts: Option<Arc<Shown>>,
        rota: Arc<Rota>,
    },
    /// Nothing before then.
    Wait { until: Timestamp },
    /// Nothing until the desk wakes the lane again.
    Nothing,
}

/// A sign of life after each round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    pub rounds: u64,
    /// The store takes changes.
    pub writable: bool,
}

/// The way to the desk. Clones lead to the same one; none of them keeps the store open once the desk is gone.
#[derive(Clone)]
pub struct Desk {
    messages: mpsc::Sender<Message>,
    /// Room for what sources of alerts say.
    room: Arc<Semaphore>,
    shared: Weak<Shared>,
    clock: Clock,
    pulse: watch::Receiver<Pulse>,
}

struct Shared {
    state: RwLock<State>,
    store: Arc<Store>,
    config: Arc<Config>,
    clock: Clock,
    metrics: Metrics,
    health: Health,
}

impl Desk {
    /// Loads the state and starts the desk's task. The second value gives lanes that have something to send.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn start(
        store: Arc<Store>,
        config: Arc<Config>,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Lane>, tokio::task::JoinHandle<()>), StoreError> {
        // Before anything is written: a commit says that howler is there.
        let outage = store.outage(clock.now());
        let set_back = store.set_back(clock.now());
        let loaded = signing::begin(&store, &config.audit_keys, clock.now())?;
        let state = State::begun(loaded, &config.audit_keys, &store);
        if let Some(why) = &state.ledger.broken {
            warn!(why, "the audit cannot be added to, so nothing is changed; everything else works");
        }
        info!(open = state.open.len(), timers = state.timers.len(), "the desk is open");
        let broken = store.read_only().map(|why| {
            warn!(why, "the data folder cannot be written: howler reads, and refuses changes, until it can");
            Broken::new(Trouble::Disk, clock.now())
        });
        let health = Health::default();
        health.set_trouble(broken.as_ref().map(|broken| broken.trouble));
        let (state, now) = (RwLock::new(state), clock.now());
        let shared = Arc::new(Shared { state, store, config, clock: clock.clone(), metrics, health });
        let (messages, inbox) = mpsc::channel(1_024);
        let (wake, lanes) = mpsc::unbounded_channel();
        let (pulse, watch) = watch::channel(Pulse { rounds: 0, writable: broken.is_none() });
        let room = Arc::new(Semaphore::new(hear::ROOM));
        let desk = Self { messages, room, shared: Arc::downgrade(&shared), clock, pulse: watch };
        // What was just found unwritable is not tried at once.
        let recover_at = if broken.is_some() { round::after_a_while(now) } else { Timestamp::MIN };
        let round = Round {
            shared,
            inbox,
            wake,
            pulse,
            outage,
            deaf: None,
            set_back,
            put_off: PutOff::default(),
            unsaved: Unsaved::default(),
            broken,
            recover_at,
            doubts: Doubts::default(),
            saves_again: None,
            in_memory: 0,
        };
        let task = tokio::spawn(round.run());
        Ok((desk, lanes, task))
    }

    /// Decides and saves a request, and gives its answer once it is on the disk.
    ///
    /// # Errors
    /// When it could not be saved or read.
    pub async fn submit(&self, request: Request) -> Result<Answer, Fault> {
        let reads = matches!(&request.ask, Ask::Line(line) if line.command.reads());
        if reads {
            let answer = self.read(&request).await?;
            self.picture(&request, &answer).await;
            if request.reply == ReplyPath::Inline || !matches!(answer, Answer::Private(_)) {
                return Ok(answer);
            }
            return self.ask(|reply| Message::SendBack(Box::new(request), Box::new(answer), reply)).await?;
        }
        self.ask(|reply| Message::Request(Box::new(request), reply)).await?
    }

    /// Reads beside the desk, from what is committed; a search reads the disk and leaves this thread alone.
    async fn read(&self, request: &Request) -> Result<Answer, Fault> {
        let Ask::Line(line) = &request.ask else { return Ok(Answer::Nothing) };
        let shared = self.shared.upgrade().ok_or(Fault::Stopping)?;
        let words = match &line.command {
            Command::Find { words } => words.clone(),
            _ => return shared.read(request),
        };
        let store = Arc::downgrade(&shared.store);
        drop(shared);
        match Store::aside(store, move |store| store.read_again(|| reads::find(store, &words))).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(error)) => {
                error!(%error, "a search failed");
                Err(Fault::Unreadable)
            }
            None => Err(Fault::Unreadable),
        }
    }

    async fn ask<T>(&self, message: impl FnOnce(oneshot::Sender<T>) -> Message) -> Result<T, Fault> {
        let (reply, answer) = oneshot::channel();
        self.messages.send(message(reply)).await.map_err(|_| Fault::Stopping)?;
        answer.await.map_err(|_| Fault::Stopping)
    }

    /// Ends the desk once it has answered what waits; the store is closed with it.
    pub async fn close(&self) {
        // A desk that is gone is closed.
        let _ = self.messages.send(Message::Close).await;
    }

    /// Takes in what became of an effect, and returns once it is saved. While nothing can be saved it returns once it is
    /// kept in memory, and it is saved as soon as that is over; should howler end before, the effect is looked up.
    ///
    /// # Errors
    /// When howler is stopping.
    pub async fn report(&self, effect: EffectId, outcome: Outcome) -> Result<(), Fault> {
        self.ask(|reply| Message::Report(effect, Box::new(outcome), reply)).await
    }

    /// Notes in memory alone that an effect was not sent and is not to be before `until`: thousands may wait behind one
    /// limit, and a start forgets the limit anyway.
    ///
    /// # Errors
    /// When howler is stopping.
    pub async fn hold(&self, effect: EffectId, until: Timestamp, reason: String) -> Result<(), Fault> {
        self.ask(|reply| Message::Hold(effect, until, reason, reply)).await
    }

    /// Takes in what is heard of a run's program while it runs.
    ///
    /// # Errors
    /// When it could not be saved.
    pub async fn heard(&self, run: RunId, output: String) -> Result<(), Fault> {
        self.ask(|reply| Message::Heard(run, output, reply)).await?
    }

    /// What `lane` is to do next.
    ///
    /// # Errors
    /// When howler is stopping.
    pub async fn next(&self, lane: Lane) -> Result<Next, Fault> {
        self.ask(|reply| Message::Next(lane, reply)).await
    }

    /// Begins a backup of what is committed now; it goes on beside the desk.
    ///
    /// # Errors
    /// When howler is stopping or the store cannot be read.
    pub async fn backup(&self) -> Result<Backup, BackupError> {
        let shared = self.shared.upgrade().ok_or(BackupError::Stopped)?;
        // A commit under way is waited for, off this thread.
        let begun = tokio::task::spawn_blocking(move || shared.store.begin_backup(shared.clock.now(), true));
        begun.await.map_err(|_| BackupError::Stopped)?
    }

    /// Says that the on-call's user group does not hold `person`, who is on call: it is repaired, and told.
    ///
    /// # Errors
    /// When it could not be saved.
    pub async fn group_drifted(&self, person: UserId) -> Result<(), Fault> {
        self.ask(|reply| Message::Drifted(person, reply)).await?
    }

    /// Keeps whether messages reach `person`, as Slack tells of their account; `None`: they do.
    ///
    /// # Errors
    /// When it could not be saved.
    pub async fn reach(&self, person: UserId, why: Option<NoWay>) -> Result<(), Fault> {
        self.ask(|reply| Message::Reach(person, why, reply)).await?
    }

    /// Returns when the desk's task has ended, however it ended.
    pub async fn gone(&self) {
        let mut pulse = self.pulse.clone();
        while pulse.changed().await.is_ok() {}
    }

    /// The time by howler's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether the store takes changes.
    pub fn writable(&self) -> bool {
        self.pulse.borrow().writable
    }

    /// How saving goes.
    pub fn saving(&self) -> Saving {
        self.shared.upgrade().map_or(Saving::Impossible, |shared| shared.health.saving())
    }

    /// How long the save in hand has taken so far.
    pub fn save_waiting(&self) -> Duration {
        self.shared.upgrade().map_or(Duration::ZERO, |shared| shared.health.waiting())
    }

    /// The store's size on the disk.
    pub fn stored_bytes(&self) -> u64 {
        self.shared.upgrade().map_or(0, |shared| shared.store.bytes())
    }

    /// Whether rows of the store were found missing or changed.
    pub fn damaged(&self) -> bool {
        self.shared.upgrade().is_some_and(|shared| shared.store.damage().is_some())
    }

    /// Looks through everything that is saved, beside the work, and returns once the store knows what was found.
    pub async fn look_through(&self) {
        while !look::through(&self.shared).await {
            self.clock
                .sleep_until(self.clock.now().saturating_add(look::AGAIN).unwrap_or(Timestamp::MAX))
                .await;
        }
    }

    /// Reads the open incidents and the outbox; `None` once the desk is gone.
    pub fn look<T>(&self, look: impl FnOnce(&State, Timestamp) -> T) -> Option<T> {
        let shared = self.shared.upgrade()?;
        let state = shared.state();
        Some(look(&state, self.clock.now()))
    }

    /// The incident whose own channel it is, as committed.
    pub fn incident_of_channel(&self, channel: &ChannelId) -> Option<IncidentId> {
        let shared = self.shared.upgrade()?;
        let found = shared.store.incident_of_channel(channel);
        found.inspect_err(|error| error!(%error, "a channel could not be looked up")).ok().flatten()
    }

    /// Returns once nothing is under way, ready or due at the clock's time.
    pub async fn settled(&self) {
        let mut pulse = self.pulse.clone();
        loop {
            if self.ask(Message::Nudge).await.is_err() {
                return;
            }
            pulse.mark_unchanged();
            let busy = self.look(|state, now| state.busy(now));
            if busy != Some(true) {
                return;
            }
            if pulse.changed().await.is_err() {
                return;
            }
        }
    }

    /// Moves the clock to `target`, stopping at every timer and retry on the way.
    pub async fn forward(&self, target: Timestamp) {
        loop {
            self.settled().await;
            let now = self.clock.now();
            let next = self.next_due().filter(|due| *due > now && *due <= target);
            let stop = next.unwrap_or(target);
            self.clock.advance(stop.duration_since(now));
            if next.is_none() {
                self.settled().await;
                return;
            }
        }
    }

    /// When a timer or retry is due next.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.look(|state, _| state.next_due()).flatten()
    }
}

impl Shared {
    fn state(&self) -> std::sync::RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, request: &Request) -> Result<Answer, Fault> {
        let Ask::Line(line) = &request.ask else { return Ok(Answer::Nothing) };
        let state = self.state();
        let (store, now) = (&*self.store, self.clock.now());
        let book = Book { state: &state, ahead: None, round: None, store, now };
        let answer = self.store.read_again(|| reads::answer(&book, &self.config, request, line));
        let answer = answer.map_err(|error| {
            error!(%error, "a read failed");
            Fault::Unreadable
        })?;
        Ok(match answer {
            Answer::Private(Private::Doctor { undone, store, .. }) => {
                Answer::Private(Private::Doctor { undone, store, saving: self.health.saving() })
            }
            answer => answer,
        })
    }
}
