//! Carries out effects in Slack: rendered at the last moment, marked, and looked up before they are sent
//! again.

pub(super) mod client;
mod connections;
mod edit;
mod file;
mod invite;
mod marked;
mod news;
mod oncall;
mod owed;
mod picture;
mod post;
mod reach;
mod read;
mod room;
mod shown;
mod stop;
pub(super) mod target;
mod token;
mod whisper;
pub(super) mod wire;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Notify;
use tracing::error;

use super::directory::{BotIdentity, Directory};
use super::home::Homes;
use super::job::Job;
use super::limits::{Edits, Turns};
use super::people::People;
use super::retry::{self, Class, Trouble};
use client::Slack;
use config::Config;
pub use connections::{Connections, NoConnection};
use domain::effect::{Aside, EffectKind, Outcome, Receipt};
use domain::id::{ChannelId, EffectId, UserId};
use domain::incident::Incident;
use domain::oncall::reach::NoWay;
use ground::clock::Clock;
use ground::loopback::Loopback;
use ground::telemetry::Metrics;
use owed::Owed;
use picture::Uploads;
use reach::Reach;
use shown::Shown;
use stop::{Spot, Stage, Stop, Thread};
pub(super) use target::is_allowed;
pub use target::{DelivererError, SlackTarget};

/// The one way out to Slack.
pub struct Deliverer {
    pub(super) slack: Arc<Slack>,
    pub(super) directory: Directory,
    pub(super) config: Arc<Config>,
    reach: Reach,
    turns: Turns,
    run_edits: Edits,
    shown: Shown,
    /// Pictures that Slack has, and that no message shows yet.
    uploads: Uploads,
    /// The id of the on-call's group, once it is known.
    group: Mutex<Option<String>>,
    /// Whether that was asked before the first mention, and what came of it.
    owed: Owed,
    /// What is to be known of effects in hand, beside their receipts.
    asides: Mutex<HashMap<EffectId, Aside>>,
    /// The group is known to hold somebody else than who is on call.
    group_is_stale: std::sync::atomic::AtomicBool,
    /// Slack said that a user group was changed.
    pub group_changed: Notify,
    pub people: People,
    /// The Home tabs that are looked at.
    pub homes: Homes,
}

/// Slack did not say who howler is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoIdentity {
    /// Slack answered, and a person must change something.
    #[error("{0}")]
    Refused(String),
    /// It may pass by itself.
    #[error("{0}")]
    Unreachable(String),
}

impl Deliverer {
    /// # Errors
    /// When Slack's address cannot be used.
    pub fn new(
        target: impl Into<SlackTarget>,
        config: Arc<Config>,
        clock: Clock,
    ) -> Result<Self, DelivererError> {
        Self::through(None, target, config, clock, Metrics::default())
    }

    /// [`new`](Self::new), with connections within the process in place of the network where there is a `loopback`; calls
    /// and retries are counted in `metrics`.
    ///
    /// # Errors
    /// As `new`.
    pub fn through(
        loopback: Option<Loopback>,
        target: impl Into<SlackTarget>,
        config: Arc<Config>,
        clock: Clock,
        metrics: Metrics,
    ) -> Result<Self, DelivererError> {
        let slack = Arc::new(Slack::new(target.into(), loopback, clock, metrics)?);
        let people = People::new(Arc::clone(&slack));
        let (directory, reach, turns) =
            (Directory::new(Arc::clone(&slack)), Reach::default(), Turns::default());
        Ok(Self {
            slack,
            directory,
            config,
            reach,
            turns,
            run_edits: Edits::default(),
            shown: Shown::default(),
            uploads: Uploads::default(),
            group: Mutex::default(),
            owed: Owed::default(),
            asides: Mutex::default(),
            group_is_stale: Default::default(),
            group_changed: Notify::new(),
            people,
            homes: Homes::default(),
        })
    }

    /// Carries out an effect once. What cannot be done now comes back with the time to try again; nothing
    /// waits here.
    pub async fn perform(&self, job: &Job) -> Outcome {
        if let Some(until) = self.turns.early(job.effect.id, self.slack.clock().now()) {
            return Outcome::Held { until, reason: "others wait for the same limit before it".to_owned() };
        }
        let stands = job.run.as_ref().is_some_and(|run| run.post.is_some());
        if let (EffectKind::RunCard { .. }, true) = (&job.effect.kind, stands)
            && let Err(until) = self.run_edits.take(self.slack.clock().now(), self.shown.is_tick(job))
        {
            return Outcome::Held { until, reason: "other runs' cards are edited before it".to_owned() };
        }
        let alerts_stand = job.alerts.as_ref().is_some_and(|shown| shown.group.post.is_some());
        let edits = alerts_stand && matches!(job.effect.kind, EffectKind::AlertCard { .. });
        if edits && let Err(until) = self.run_edits.take(self.slack.clock().now(), false) {
            return Outcome::Held { until, reason: "other cards are edited before it".to_owned() };
        }
        let no_card = job.run.as_ref().is_some_and(|run| run.post.is_none());
        if let (EffectKind::RunFile { .. }, true) = (&job.effect.kind, no_card) {
            let until = self.slack.clock().now().saturating_add(file::WAIT_FOR_THE_CARD);
            let reason = "the card's own message comes first".to_owned();
            return Outcome::Held { until: until.unwrap_or(Timestamp::MAX), reason };
        }
        if let EffectKind::RunNews { run, seq, .. } = &job.effect.kind {
            if self.shown.has(*run, *seq) {
                return Outcome::Dropped { reason: "the card shows it".to_owned() };
            }
            if let Some(until) = self.news_wait(job) {
                return Outcome::Held { until, reason: "the card may show it in time".to_owned() };
            }
        }
        if owed::may_mention(&job.effect.kind) {
            self.learn_group().await;
        }
        let carried = self.carry_out(job).await;
        let aside = self.asides.lock().unwrap_or_else(PoisonError::into_inner).remove(&job.effect.id);
        match carried {
            Ok(receipt) => {
                self.reach.found(self.slack.clock().now());
                match aside {
                    Some(aside) => Outcome::DoneBut(receipt, Box::new(aside)),
                    None => Outcome::Done(receipt),
                }
            }
            Err(stop) => self.stopped(job, stop),
        }
    }

    /// An effect that no longer holds is not carried out, for the reason given. One that may have been carried out
    /// before is looked up: a reminder that stands there must still lose its buttons.
    pub async fn overtaken(&self, job: &Job, reason: &'static str) -> Outcome {
        let dropped = || Outcome::Dropped { reason: reason.to_owned() };
        let (EffectKind::Say { to, .. } | EffectKind::Tell { to, .. }) = &job.effect.kind else {
            return dropped();
        };
        if !job.may_have_happened() {
            return dropped();
        }
        match self.find_posted(job, to).await {
            Ok(Some(receipt)) => Outcome::Done(receipt),
            Ok(None) | Err(Stop::Dropped(_) | Stop::Failed(_)) => dropped(),
            Err(stop) => self.stopped(job, stop),
        }
    }

    /// What is to be told beside the receipt of the job in hand.
    fn aside(&self, job: &Job, notes: impl FnOnce(&mut Aside)) {
        let mut asides: MutexGuard<'_, HashMap<_, _>> =
            self.asides.lock().unwrap_or_else(PoisonError::into_inner);
        notes(asides.entry(job.effect.id).or_default());
    }

    fn stopped(&self, job: &Job, stop: Stop) -> Outcome {
        match stop {
            Stop::Dropped(reason) => Outcome::Dropped { reason: reason.to_owned() },
            Stop::Failed(reason) => Outcome::Failed { reason, unknown: job.may_have_happened() },
            Stop::Trouble { trouble, spot, stage } => self.outcome(job, &trouble, &spot, stage),
        }
    }

    /// Asks Slack who howler is there: a channel or message of this user's is howler's own.
    ///
    /// # Errors
    /// Why Slack did not tell, in words.
    pub async fn who_am_i(&self) -> Result<BotIdentity, NoIdentity> {
        self.directory.ask_me().await.map_err(|trouble| {
            let verdict = retry::verdict(&trouble, "the workspace", "");
            match trouble {
                Trouble::Refused(_) if !matches!(verdict.class, Class::Again { .. }) => {
                    NoIdentity::Refused(verdict.reason)
                }
                _ => NoIdentity::Unreachable(verdict.reason),
            }
        })
    }

    /// Whether `person` is howler itself, as far as Slack has told who that is.
    pub fn is_me(&self, person: &UserId) -> bool {
        self.directory.known_me().is_some_and(|me| me.user == *person)
    }

    /// Who howler is, once Slack has told.
    pub fn known_me(&self) -> Option<BotIdentity> {
        self.directory.known_me()
    }

    /// Whether somebody from another workspace is of howler's own organization, where the configuration says that this counts
    /// and Slack tells so.
    pub async fn is_of_the_organisation(&self, person: &UserId) -> bool {
        let ours = self.known_me().and_then(|me| me.enterprise_id).filter(|_| self.config.slack.organisation);
        match ours {
            Some(ours) => self.people.organisation(person).await == Some(ours),
            None => false,
        }
    }

    /// Finds a channel by its configured name or id; `None` where howler sees none.
    ///
    /// # Errors
    /// Why Slack did not tell, in words.
    pub async fn find_channel(&self, configured: &str) -> Result<Option<ChannelId>, String> {
        let found = self.directory.channel(configured).await;
        found.map_err(|trouble| retry::verdict(&trouble, "the list of channels", "").reason)
    }

    /// Where the configuration's channels were when howler was stopped.
    pub fn remember_channels<'a>(&self, known: impl IntoIterator<Item = (&'a String, &'a ChannelId)>) {
        known.into_iter().for_each(|(name, channel)| self.directory.remember(name, channel));
    }

    async fn carry_out(&self, job: &Job) -> Result<Receipt, Stop> {
        match &job.effect.kind {
            EffectKind::Say { to, say, .. } => self.say(job, to, say).await,
            EffectKind::Card { place } => self.card(job, *place).await,
            EffectKind::Amend { seq, to } => self.amend(job, *seq, to).await,
            EffectKind::Settle { seq, to, settled } => self.settle(job, *seq, to, settled).await,
            EffectKind::Close { seq, to } => self.close(job, *seq, to).await,
            EffectKind::Tell { to, tell, .. } => self.tell(job, to, tell).await,
            EffectKind::Retell { key, .. } => self.retell(job, key).await,
            EffectKind::Group => self.set_group(job).await,
            EffectKind::OpenRoom { name } => self.open_room(job, name).await,
            EffectKind::Topic => self.topic(job).await,
            EffectKind::PinCard => self.pin_card(job).await,
            EffectKind::Invite { people, oncall } => self.invite(job, people, *oncall).await,
            EffectKind::ReadMessage { channel, message } => self.read_message(channel, message).await,
            EffectKind::AlertCard { .. } => self.alert_card(job).await,
            EffectKind::RunCard { .. } => self.run_card(job).await,
            EffectKind::RunNews { run, by, note, .. } => {
                self.run_news(job, view::run_news(*run, note, by)).await
            }
            EffectKind::RunSays { run, to, says } => self.run_says(job, *run, to, says).await,
            EffectKind::RunFile { name, title, text, .. } => self.run_file(job, name, title, text).await,
            EffectKind::SayFreeze { by, why } => self.say_freeze(job, by, why.as_ref()).await,
            EffectKind::Notice { to, notice } => self.notice(job, to, notice).await,
            EffectKind::Mention(owed) => self.mention(job, owed).await,
            EffectKind::ReportFile { .. }
            | EffectKind::Picture(_)
            | EffectKind::Look { .. }
            | EffectKind::Prepare { .. }
            | EffectKind::PrepareRelease { .. }
            | EffectKind::AskUnfreeze(_)
            | EffectKind::Act { .. }
            | EffectKind::Stop { .. } => Err(Stop::Failed("this is carried out elsewhere".into())),
            EffectKind::OpenIssue
            | EffectKind::Comment { .. }
            | EffectKind::IssueCard
            | EffectKind::IssueState { .. }
            | EffectKind::PublishReport
            | EffectKind::FollowUpIssue { .. }
            | EffectKind::SeeIssue { .. }
            | EffectKind::SeePull => Err(Stop::Failed("this is carried out on GitHub".into())),
            EffectKind::Whisper { to, place, reply, private } => {
                self.whisper(job, to, place, reply, private).await
            }
        }
    }

    fn outcome(&self, job: &Job, trouble: &Trouble, spot: &Spot, stage: Stage) -> Outcome {
        let verdict = retry::verdict(trouble, &spot.words, spot.remedy);
        let (id, attempts) = (job.effect.id, job.effect.attempts);
        let lost = matches!(verdict.class, Class::Again { lost: true });
        let unknown = match stage {
            Stage::Before => job.may_have_happened(),
            Stage::Sending => lost,
            Stage::Begun => true,
        };
        let now = self.slack.clock().now();
        if matches!(trouble, Trouble::Unreached(_) | Trouble::Lost(_)) {
            self.reach.lost();
        }
        let after = |wait| now.saturating_add(wait).unwrap_or(Timestamp::MAX);
        if !verdict.class.is_final() {
            self.slack.metrics().retried(&job.effect.lane, trouble.word());
        }
        if verdict.class.is_final() && job.effect.kind.is_a_page() {
            let why = no_way(trouble, &verdict.reason);
            return Outcome::NotReached { why, again: None, reason: verdict.reason, unknown };
        }
        let at = match verdict.class {
            Class::Never => return Outcome::Failed { reason: verdict.reason, unknown },
            Class::Ours => {
                error!(effect = id.0, ?trouble, "Slack does not take what howler made");
                return Outcome::Failed { reason: verdict.reason, unknown };
            }
            Class::Again { .. } => after(retry::backoff(id, attempts)),
            Class::Slow => after(retry::slow(id, attempts)),
            // A part is out already: that must not be forgotten.
            Class::At(until) if stage == Stage::Begun => until,
            Class::At(until) => {
                let until = self.turns.take(id, (&job.effect.lane, job.urgency()), &spot.channel, until, now);
                return Outcome::Held { until, reason: verdict.reason };
            }
        };
        Outcome::Later { at, reason: verdict.reason, unknown }
    }
}

/// Why a page does not reach somebody in Slack.
fn no_way(trouble: &Trouble, reason: &str) -> NoWay {
    match trouble.error() {
        Some("user_disabled") => NoWay::Left,
        Some("user_not_found" | "users_not_found" | "user_not_visible") => NoWay::Unknown,
        Some("cannot_dm_bot") => NoWay::Bot,
        Some("messages_tab_disabled") => NoWay::DirectMessagesOff,
        _ => NoWay::Other(reason.to_owned()),
    }
}

/// The incident that an effect is about.
fn incident(job: &Job) -> Result<&Incident, Stop> {
    job.incident
        .as_deref()
        .ok_or_else(|| Stop::Failed("the incident that this belongs to is not there".into()))
}

#[cfg(test)]
mod tests;
