//! A lane: one effect after the other, each reported before the next is begun.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tracing::{Instrument, error, info_span, warn};

use super::hands::Hands;
use super::heart::Heart;
use super::job::Job;
use super::phone::Caller;
use super::{Deliverer, GitHub};
use crate::clock::Clock;
use crate::desk::{Desk, Next};
use crate::domain::effect::{Effect, Lane, Outcome};
use crate::domain::incident::{Incident, still_true};
use crate::domain::oncall::{self, rota::Rota};
use crate::domain::run::{self, Run};
use crate::logs::how_it_ended;
use crate::telemetry::Metrics;

/// After a result that could not be saved.
const PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// What every lane works with.
#[derive(Clone)]
pub struct Lanes {
    pub desk: Desk,
    pub deliverer: Arc<Deliverer>,
    pub github: Arc<GitHub>,
    pub caller: Arc<Caller>,
    pub hands: Arc<Hands>,
    pub clock: Clock,
    pub metrics: Metrics,
    /// Tells that the lanes take turns.
    pub heart: Heart,
    /// The store's name, which begins every mark.
    pub instance: Arc<str>,
    /// Becomes true when howler stops: what is on its way is finished, nothing new is begun.
    pub stopping: watch::Receiver<bool>,
}

/// A lane's task. A wake that comes while it runs is kept, for the task may just be ending.
struct Running {
    notify: Arc<Notify>,
    woken: bool,
}

impl Lanes {
    /// Runs a task for each lane that the desk names, until the desk is gone.
    pub async fn run(self, mut wakes: mpsc::UnboundedReceiver<Lane>) {
        let mut running: BTreeMap<Lane, Running> = BTreeMap::new();
        let mut tasks: JoinSet<Lane> = JoinSet::new();
        let mut stopping = self.stopping.clone();
        loop {
            tokio::select! {
                biased;
                // An error means that the app is gone, which is a stop too.
                _ = stopping.wait_for(|stopping| *stopping) => break,
                () = self.heart.asked() => self.heart.beat(),
                lane = wakes.recv() => match lane {
                    Some(lane) => self.wake(lane, &mut running, &mut tasks),
                    None => break,
                },
                Some(ended) = tasks.join_next() => {
                    let lane = match ended {
                        Ok(lane) => lane,
                        Err(error) => {
                            self.heart.lose();
                            error!(how = how_it_ended(&error), "a lane ended by a fault inside howler; it goes on after the next start");
                            continue;
                        }
                    };
                    let woken = running.remove(&lane).is_some_and(|lane| lane.woken);
                    if woken {
                        self.wake(lane, &mut running, &mut tasks);
                    }
                }
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    fn wake(&self, lane: Lane, running: &mut BTreeMap<Lane, Running>, tasks: &mut JoinSet<Lane>) {
        if let Some(running) = running.get_mut(&lane) {
            running.woken = true;
            running.notify.notify_one();
            return;
        }
        let notify = Arc::new(Notify::new());
        running.insert(lane.clone(), Running { notify: Arc::clone(&notify), woken: false });
        let lanes = self.clone();
        let span = info_span!("lane", class = lane.class());
        tasks.spawn(async move { lanes.work(lane, notify).await }.instrument(span));
    }

    async fn work(&self, lane: Lane, notify: Arc<Notify>) -> Lane {
        let mut stopping = self.stopping.clone();
        while !*stopping.borrow() {
            let until = match self.desk.next(lane.clone()).await {
                Ok(Next::Send { effect, incident, run, rota }) => {
                    match self.send(*effect, incident, run, rota).await {
                        Ok(()) => continue,
                        Err(until) => until,
                    }
                }
                Ok(Next::Wait { until }) => until,
                Ok(Next::Nothing) | Err(_) => return lane,
            };
            tokio::select! {
                biased;
                () = self.clock.sleep_until(until) => {}
                () = notify.notified() => {}
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        }
        lane
    }

    /// A fault of ours in one effect is a line on the board, and the lane goes on.
    async fn perform(&self, job: Job, overtaken: Option<&'static str>) -> Outcome {
        let (id, lanes) = (job.effect.id, self.clone());
        // In a set of its own: it ends with the lane, and its panic does not end the lane.
        let mut performed = JoinSet::new();
        performed.spawn(async move { lanes.carry_out(&job, overtaken).await }.in_current_span());
        match performed.join_next().await {
            Some(Ok(outcome)) => outcome,
            fault => {
                let how = fault.and_then(Result::err).as_ref().map(how_it_ended);
                error!(effect = id.0, how, "carrying out an effect failed inside howler");
                let reason = "a fault inside howler; its log says more".to_owned();
                Outcome::Failed { reason, unknown: true }
            }
        }
    }

    async fn carry_out(&self, job: &Job, overtaken: Option<&'static str>) -> Outcome {
        match overtaken {
            // A call that may ring all the same ends by itself.
            Some(reason) if job.effect.kind.is_by_phone() => Outcome::Dropped { reason: reason.to_owned() },
            Some(reason) if job.effect.kind.is_by_hand() => Outcome::Dropped { reason: reason.to_owned() },
            Some(reason) => self.deliverer.overtaken(job, reason).await,
            None if job.effect.kind.is_backup() => self.github.perform(job).await,
            None if job.effect.kind.is_by_hand() => {
                self.hands.perform(job, &self.desk, &self.deliverer, self.stopping.clone()).await
            }
            None if job.effect.kind.is_by_phone() => self.caller.perform(job).await,
            None => self.deliverer.perform(job).await,
        }
    }

    /// Carries out one effect and saves what became of it; otherwise says when to go on.
    async fn send(
        &self,
        effect: Effect,
        incident: Option<Arc<Incident>>,
        run: Option<Arc<Run>>,
        rota: Arc<Rota>,
    ) -> Result<(), Timestamp> {
        let (id, class) = (effect.id, effect.lane.class());
        let overtaken = match (&run, &incident) {
            (Some(run), _) => run::still_true(run, &effect.kind).err(),
            (None, Some(incident)) => still_true(incident, &effect.kind).err(),
            (None, None) => oncall::still_true(&rota, &effect.kind).err(),
        };
        let mark = format!("{}-{}", self.instance, id.0);
        let job = Job { effect, incident, run, rota, mark };
        let outcome = self.perform(job, overtaken).await;
        self.metrics.attempted(class, result(&outcome));
        if let Outcome::Held { until, reason } = outcome {
            self.metrics.held(class, until.duration_since(self.clock.now()));
            // Nothing happened that is worth a flush: after a start it is tried anew.
            let held = self.desk.hold(id, until, reason).await;
            return held.map_err(|_| until);
        }
        let saved = self.desk.report(id, outcome).await;
        saved.map_err(|fault| {
            warn!(effect = id.0, ?fault, "a result could not be saved");
            self.clock.now().saturating_add(PAUSE).unwrap_or(Timestamp::MAX)
        })
    }
}

fn result(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Dropped { .. } => "dropped",
        Outcome::Later { unknown: true, .. } => "unknown",
        Outcome::Later { .. } => "later",
        Outcome::Held { .. } => "held",
        Outcome::Failed { .. } => "failed",
    }
}
