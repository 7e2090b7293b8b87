//! A lane: one effect after the other, each reported before the next is begun.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::{Instrument, error, warn};

use super::crew::{self, Post};
use super::hands::Hands;
use super::heart::Heart;
use super::job::Job;
use super::phone::Caller;
use super::{Deliverer, GitHub};
use config::Config;
use desk::{Desk, Next};
use domain::alert::group::Shown;
use domain::effect::{Effect, EffectKind, Lane, Outcome};
use domain::id::{EffectId, UserId};
use domain::incident::{Incident, still_true};
use domain::oncall::{self, rota::Rota};
use domain::picture::{Picture, Turns};
use domain::run::{self, Run};
use ground::clock::Clock;
use ground::logs::how_it_ended;
use ground::telemetry::Metrics;
use picture::{Chart, Roster, Turn};
use watch::watched::Watch;

/// After a result that could not be saved.
const PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// What an effect is about.
type About = (Option<Arc<Incident>>, Option<Arc<Run>>, Option<Arc<Shown>>);

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
    pub stopping: tokio::sync::watch::Receiver<bool>,
}

impl Lanes {
    /// Runs a task for each lane that the desk names, until the desk is gone.
    pub async fn run(self, wakes: mpsc::UnboundedReceiver<Lane>) {
        let (stopping, clock, heart) = (self.stopping.clone(), self.clock.clone(), self.heart.clone());
        let (at_work, told) = (self.clone(), self);
        let work = move |post| {
            let lanes = at_work.clone();
            async move { lanes.work(post).await }
        };
        let fell = move |lane, effect| {
            let lanes = told.clone();
            async move { lanes.fell(&lane, effect).await }
        };
        crew::run(wakes, stopping, clock, heart, work, fell).await;
    }

    /// A lane fell over an effect: a line on the board, as with every fault of ours in one effect.
    async fn fell(&self, lane: &Lane, effect: Option<EffectId>) {
        self.metrics.lane_fell(lane.class());
        let Some(effect) = effect else { return };
        let reason = "a fault inside howler; its log says more".to_owned();
        // Where howler stops meanwhile, the effect is looked up after the next start.
        let _ = self.desk.report(effect, Outcome::Failed { reason, unknown: true }).await;
    }

    async fn work(&self, post: Post) {
        let mut stopping = self.stopping.clone();
        while !*stopping.borrow() {
            let until = match self.desk.next(post.lane.clone()).await {
                Ok(Next::Send { effect, incident, run, alerts, rota }) => {
                    post.holds(Some(effect.id));
                    let sent = self.send(*effect, (incident, run, alerts), rota).await;
                    post.holds(None);
                    match sent {
                        Ok(()) => continue,
                        Err(until) => until,
                    }
                }
                Ok(Next::Wait { until }) => until,
                Ok(Next::Nothing) | Err(_) => return,
            };
            tokio::select! {
                biased;
                () = self.clock.sleep_until(until) => {}
                () = post.notify.notified() => {}
                _ = stopping.wait_for(|stopping| *stopping) => {}
            }
        }
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
            None => match &job.effect.kind {
                EffectKind::Picture(picture) => self.picture(job, picture).await,
                EffectKind::ReportFile { .. } | EffectKind::PublishReport => self.report(job).await,
                EffectKind::SeePull => self.github.see_pull(job).await,
                EffectKind::FollowUpIssue { number } => self.github.follow_up_issue(job, *number).await,
                EffectKind::SeeIssue { number } => self.github.see_follow_up(job, *number).await,
                _ => self.deliverer.perform(job).await,
            },
        }
    }

    /// Shows a picture; it is drawn where Slack has none of it yet, off the threads that everything else runs on.
    async fn picture(&self, job: &Job, picture: &Picture) -> Outcome {
        let drawn = if self.deliverer.wants_a_picture(job) {
            let names = self.names(picture).await;
            let (desk, config, wanted) =
                (self.desk.clone(), Arc::clone(&self.deliverer.config), picture.clone());
            let drawn = tokio::task::spawn_blocking(move || match &wanted.schedule {
                Some(turns) => draw_schedule(&wanted, turns, &names),
                None => draw(&desk, &config, wanted),
            })
            .await;
            match drawn {
                Ok(Ok(drawn)) => Some(drawn),
                Ok(Err(outcome)) => return outcome,
                Err(error) => {
                    error!(how = how_it_ended(&error), "a picture could not be drawn");
                    return Outcome::Failed { reason: "it could not be drawn".to_owned(), unknown: false };
                }
            }
        } else {
            None
        };
        self.deliverer.show_picture(job, &picture.under, &picture.watch, drawn).await
    }

    /// What everybody is called whom a picture names.
    async fn names(&self, picture: &Picture) -> BTreeMap<UserId, String> {
        let mut names = BTreeMap::new();
        let turns = picture.schedule.iter().flat_map(|schedule| &schedule.turns);
        for person in turns.filter_map(|(.., who)| who.as_ref()) {
            if !names.contains_key(person) {
                names.insert(person.clone(), self.deliverer.people.name(person).await);
            }
        }
        names
    }

    /// The report as it is now, read off the threads that everything else runs on: into the card's thread, or to GitHub.
    async fn report(&self, job: &Job) -> Outcome {
        let Some(incident) = job.incident.clone() else {
            return Outcome::Failed { reason: "its incident is not there".to_owned(), unknown: false };
        };
        let desk = self.desk.clone();
        match tokio::task::spawn_blocking(move || desk.report_of(&incident)).await {
            Ok(Ok(report)) if job.effect.kind == EffectKind::PublishReport => {
                let names = self.deliverer.names_in(&report).await;
                self.github.publish_report(job, &report, &names).await
            }
            Ok(Ok(report)) => self.deliverer.report_file(job, &report).await,
            Ok(Err(fault)) => {
                let until = self.clock.now().saturating_add(PAUSE).unwrap_or(Timestamp::MAX);
                Outcome::Held { until, reason: format!("its events could not be read: {fault:?}") }
            }
            Err(error) => {
                error!(how = how_it_ended(&error), "a report could not be written");
                Outcome::Failed { reason: "it could not be written".to_owned(), unknown: false }
            }
        }
    }

    /// Carries out one effect and saves what became of it; otherwise says when to go on.
    async fn send(
        &self,
        effect: Effect,
        (incident, run, alerts): About,
        rota: Arc<Rota>,
    ) -> Result<(), Timestamp> {
        let (id, class) = (effect.id, effect.lane.class());
        let overtaken = match (&run, &incident) {
            (Some(run), _) => run::still_true(run, &effect.kind).err(),
            (None, Some(incident)) => still_true(incident, &effect.kind).err(),
            (None, None) => oncall::still_true(&rota, &effect.kind).err(),
        };
        let mark = match &effect.named {
            Some(named) => format!("{}-{}", self.instance, named.name),
            None => format!("{}-{}", self.instance, id.0),
        };
        let job = Job { effect, incident, run, alerts, rota, mark };
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

/// Draws what is kept of a watch.
fn draw(desk: &Desk, config: &Config, wanted: Picture) -> Result<picture::Picture, Outcome> {
    let Picture { watch, from, until, marks, .. } = wanted;
    let gone = || Outcome::Dropped { reason: "it is watched no longer".to_owned() };
    let title = config.watch(&watch).map(Watch::spoken).ok_or_else(gone)?;
    let course = desk.course(&watch, from, until).map_err(|fault| {
        let at = desk.now().saturating_add(PAUSE).unwrap_or(Timestamp::MAX);
        Outcome::Held { until: at, reason: format!("its values could not be read: {fault:?}") }
    })?;
    let marks = marks.iter().map(|mark| picture::Mark { at: mark.at, words: mark.in_words() }).collect();
    let chart = Chart::of(title, course.ok_or_else(gone)?, marks);
    chart.draw().map_err(|error| {
        error!(%error, watch, "a picture could not be drawn");
        Outcome::Failed { reason: error.to_string(), unknown: false }
    })
}

/// Draws who is on call when.
fn draw_schedule(
    wanted: &Picture,
    schedule: &Turns,
    names: &BTreeMap<UserId, String>,
) -> Result<picture::Picture, Outcome> {
    let called = |who: &UserId| names.get(who).cloned().unwrap_or_else(|| who.to_string());
    let turns = schedule.turns.iter().map(|(from, until, who)| Turn {
        from: *from,
        until: *until,
        who: who.as_ref().map(called),
    });
    let zone = schedule.zone.time_zone().clone();
    let roster = Roster { now: wanted.from, until: wanted.until, zone, turns: turns.collect() };
    roster.draw().map_err(|error| {
        error!(%error, "a picture could not be drawn");
        Outcome::Failed { reason: error.to_string(), unknown: false }
    })
}

fn result(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) | Outcome::DoneBut(..) => "done",
        Outcome::Dropped { .. } => "dropped",
        Outcome::Later { unknown: true, .. } => "unknown",
        Outcome::Later { .. } => "later",
        Outcome::Held { .. } => "held",
        Outcome::Failed { .. } | Outcome::NotReached { .. } => "failed",
    }
}
