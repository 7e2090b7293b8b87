//! What a run does in the world: its checks asked, its plan prepared, its action carried out once, and stopped.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};
use tracing::warn;

use super::job::Job;
use super::slack::Deliverer;
use desk::Desk;
use domain::effect::{EffectKind, Outcome, Receipt};
use domain::id::{RunId, UserId};
use domain::procedure::judge::Since;
use domain::procedure::{CannotTell, Finding};
use domain::run::Run;
use domain::run::change::{Ended, Phase, Prepared};
use domain::run::difference::Compared;
use probe::{Look, Order, Prober};

/// A stop that came too early is tried again after this.
const AGAIN: SignedDuration = SignedDuration::from_millis(200);
/// A plan may take this long.
const PLAN_LIMIT: Duration = Duration::from_secs(60);

/// Carries out what runs ask for.
pub struct Hands {
    prober: Arc<Prober>,
    /// The runs whose actions are under way; becomes true where one is to be stopped.
    stops: Mutex<BTreeMap<RunId, watch::Sender<bool>>>,
}

impl Hands {
    pub fn new(prober: Arc<Prober>) -> Self {
        Self { prober, stops: Mutex::default() }
    }

    /// Carries out an effect of a run. `stopping` becomes true when howler stops.
    pub async fn perform(
        &self,
        job: &Job,
        desk: &Desk,
        deliverer: &Deliverer,
        stopping: watch::Receiver<bool>,
    ) -> Outcome {
        match &job.effect.kind {
            EffectKind::Look { check, question, .. } => {
                // What cannot be found out is an answer too, so nothing is tried again by itself.
                let found = match question.as_ref() {
                    Ok(question) => {
                        let left = job.run.as_ref().map_or(&[][..], |run| run.left.as_slice());
                        self.prober.find(check, question, since(job, desk.now()), look(job), left).await
                    }
                    Err(why) => Finding::unknown(why),
                };
                Outcome::Done(Receipt::Found(found))
            }
            EffectKind::Prepare { argv, plan, against, group, .. } => {
                let plan = plan.as_ref().map(|plan| (plan.as_slice(), against.as_ref()));
                let prepared = self.prepare(argv, plan, group.as_ref(), deliverer).await;
                Outcome::Done(Receipt::Prepared(Box::new(prepared)))
            }
            EffectKind::PrepareRelease { group, .. } => {
                let prepared = prepare_release(group.as_ref(), deliverer).await;
                Outcome::Done(Receipt::ReleasePrepared(prepared))
            }
            EffectKind::AskUnfreeze(asked) => {
                Outcome::Done(Receipt::Approvers(members(Some(&asked.group), deliverer).await))
            }
            EffectKind::Act { run, argv, path, fingerprint, key, limit, grace } => {
                let order = Order {
                    argv: argv.clone(),
                    path: path.clone(),
                    fingerprint: fingerprint.clone(),
                    limit: Duration::try_from(limit.0).unwrap_or_default(),
                    grace: Duration::try_from(grace.0).unwrap_or_default(),
                    mark: key.clone(),
                };
                let (ended, output) = self.act(job, *run, &order, desk, stopping).await;
                Outcome::Done(Receipt::Acted { ended, output })
            }
            EffectKind::Stop { run } => self.ask_to_stop(*run, desk.now()),
            _ => Outcome::Dropped { reason: "it asks nothing of the world".into() },
        }
    }

    /// Where the program is not there yet it is about to be; once it is over the effect is not true any more, and dropped.
    fn ask_to_stop(&self, run: RunId, now: Timestamp) -> Outcome {
        match self.acting(run) {
            Some(stop) => {
                stop.send_replace(true);
                Outcome::Done(Receipt::Nothing)
            }
            None => {
                let at = now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX);
                Outcome::Later { at, reason: "the program is not there yet".into(), unknown: false }
            }
        }
    }

    async fn prepare(
        &self,
        argv: &[String],
        plan: Option<(&[String], Option<&Compared>)>,
        group: Option<&String>,
        deliverer: &Deliverer,
    ) -> Result<Prepared, String> {
        let found = self.prober.fingerprint(argv).await.map_err(|CannotTell(why)| why)?;
        let members = members(group, deliverer).await?;
        let (plan, difference) = match plan {
            Some((plan, against)) => {
                let planned = self.prober.plan(plan, against, PLAN_LIMIT).await?;
                (planned.text, planned.difference)
            }
            None => (None, None),
        };
        let key = new_key()?;
        let (path, fingerprint, environment) = (found.path, found.sha256, found.environment);
        Ok(Prepared { key, path, fingerprint, environment, members, plan, difference })
    }

    /// One that may have been begun before is not begun again, whatever became of it.
    async fn act(
        &self,
        job: &Job,
        run: RunId,
        order: &Order,
        desk: &Desk,
        mut stopping: watch::Receiver<bool>,
    ) -> (Ended, String) {
        let phase = job.run.as_ref().and_then(|run| run.change()).map(|change| &change.phase);
        let stopped = matches!(phase, Some(Phase::Acting { stopped_by: Some(_), .. }));
        let stop = self.stop(run);
        if stopped {
            stop.send_replace(true);
        }
        let told = stop.clone();
        let shutdown = async move {
            // Where howler is gone nobody stops anything.
            if stopping.wait_for(|stopping| *stopping).await.is_ok() {
                told.send_replace(true);
            }
            std::future::pending::<()>().await;
        };
        let acting = async {
            if job.may_have_happened() {
                let ended = self.prober.wait_for_earlier(order, stop.subscribe()).await;
                return (ended, String::new());
            }
            self.act_and_tell(run, order, stop.subscribe(), desk).await
        };
        let ended = tokio::select! {
            ended = acting => ended,
            () = shutdown => (Ended::Interrupted, String::new()),
        };
        self.stops.lock().unwrap_or_else(PoisonError::into_inner).remove(&run);
        ended
    }

    async fn act_and_tell(
        &self,
        run: RunId,
        order: &Order,
        stop: watch::Receiver<bool>,
        desk: &Desk,
    ) -> (Ended, String) {
        let (heard, mut telling) = mpsc::channel::<String>(4);
        let tell = async {
            while let Some(output) = telling.recv().await {
                if let Err(fault) = desk.heard(run, output).await {
                    warn!(run = run.0, ?fault, "what a program does could not be saved");
                }
            }
        };
        let act = async move { self.prober.act(order, stop, &heard).await };
        tokio::join!(act, tell).0
    }

    fn acting(&self, run: RunId) -> Option<watch::Sender<bool>> {
        self.stops.lock().unwrap_or_else(PoisonError::into_inner).get(&run).cloned()
    }

    fn stop(&self, run: RunId) -> watch::Sender<bool> {
        let mut stops = self.stops.lock().unwrap_or_else(PoisonError::into_inner);
        stops.entry(run).or_insert_with(|| watch::channel(false).0).clone()
    }
}

/// The look that a check belongs to: what several of it ask alike is asked once.
fn look(job: &Job) -> Look {
    let (run, asked) = job.run.as_ref().map_or((0, 0), |run| (run.id.0, run.asked));
    Look { run, asked }
}

/// What a check finds is compared with that: when the action that is proved was asked for, or when the trouble began.
fn since(job: &Job, now: Timestamp) -> Since {
    let run = job.run.as_deref();
    match run.and_then(Run::proves_since) {
        Some(asked) => Since::Action(asked),
        None => {
            let began = job.incident.as_ref().map(|incident| incident.counts_from());
            Since::Trouble(began.or(run.map(|run| run.at)).unwrap_or(now))
        }
    }
}

async fn members(group: Option<&String>, deliverer: &Deliverer) -> Result<BTreeSet<UserId>, String> {
    match group {
        Some(group) => Ok(deliverer.people_of_group(group).await?.into_iter().collect()),
        None => Ok(BTreeSet::new()),
    }
}

async fn prepare_release(
    group: Option<&String>,
    deliverer: &Deliverer,
) -> Result<(String, BTreeSet<UserId>), String> {
    Ok((new_key()?, members(group, deliverer).await?))
}

fn new_key() -> Result<String, String> {
    key().map_err(|error| format!("no key can be made: {error}"))
}

/// 128 random bits and more. The first sign is a digit, so that the code that people type is known for one.
fn key() -> std::io::Result<String> {
    let mut bytes = [0; 17];
    std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut bytes)?;
    let [first, rest @ ..] = bytes;
    Ok(format!("{}{}", first % 10, hex::encode(rest)))
}
