//! Messages about being on call, and the user group that holds whoever has it.

use serde::Deserialize;
use serde_json::json;
use tracing::{info, warn};

use super::client::{Call, Nothing};
use super::edit::cannot_be_edited;
use super::post::Destination;
use super::{Deliverer, Spot, Stop};
use crate::directory::is_id;
use crate::job::Job;
use crate::lenient::rows;
use crate::retry::Trouble;
use config::Mentions;
use domain::effect::{PostKey, Receipt, To};
use domain::id::UserId;
use domain::oncall::duty::PhoneReach;
use domain::oncall::tell::Tell;

/// Refusals of the group that no later attempt cures: who has it is shown in the channel instead.
const NO_GROUP: [&str; 6] = [
    "plan_upgrade_required",
    "permission_denied",
    "missing_scope",
    "no_users_provided",
    "invalid_users",
    "no_such_subteam",
];

#[derive(Deserialize)]
struct Members {
    users: Vec<UserId>,
}

impl Deliverer {
    pub(super) async fn tell(&self, job: &Job, to: &To, tell: &Tell) -> Result<Receipt, Stop> {
        let message = view::tell(tell, &self.config);
        let (decided, now) = (job.effect.created_at, self.slack.clock().now());
        let message = view::posted_late(message, decided, now, self.reach.held_up(decided));
        self.post_once(job, Destination::of(to, None), &message).await.map(|(receipt, _)| receipt)
    }

    /// Edits a message whose question was answered, or is void.
    pub(super) async fn retell(&self, job: &Job, key: &PostKey) -> Result<Receipt, Stop> {
        let post = job.rota.post(key).ok_or(Stop::Dropped("the message never went out"))?;
        let message =
            view::retold(key, &job.rota).ok_or(Stop::Dropped("there is nothing to change in it"))?;
        let spot =
            Spot { channel: post.channel.clone(), words: "the direct message".into(), ..Spot::workspace() };
        match self.update((&post.channel, &post.message), &message).await {
            Ok(()) => Ok(Receipt::Nothing),
            Err(trouble) if cannot_be_edited(&trouble) => {
                Err(Stop::Dropped("the message was deleted in Slack, or is too old to be edited"))
            }
            Err(trouble) => Err(Stop::sending(trouble, &spot)),
        }
    }

    /// Makes the group hold who is on call now, reads it back, and shows it in the channel where there is no group.
    pub(super) async fn set_group(&self, job: &Job) -> Result<Receipt, Stop> {
        let now = self.slack.clock().now();
        let duty = job.rota.duty(now, PhoneReach::Off);
        let people: Vec<UserId> = duty.primary.into_iter().collect();
        let spot = Spot { words: format!("the group {}", self.config.mentions.oncall), ..Spot::workspace() };
        let set = match people.is_empty() {
            // Slack has no empty groups; the channel says that nobody has it.
            true => return self.show_instead(job).await,
            false => self.set_members(&people).await,
        };
        self.note_group(!matches!(set, Ok(Set::As)));
        match set {
            Ok(Set::As) => Ok(Receipt::Nothing),
            Ok(Set::NoSuchGroup) => {
                info!("there is no user group for the on-call; the channel shows who has it");
                self.show_instead(job).await
            }
            Err(trouble) if trouble.error().is_some_and(|error| NO_GROUP.contains(&error)) => {
                warn!(?trouble, "the on-call's group cannot be set; the channel shows who has it");
                let shown = self.show_instead(job).await?;
                // A plan without groups is no fault that somebody could mend tonight.
                let known = ["plan_upgrade_required"];
                match trouble.error().is_some_and(|error| known.contains(&error)) {
                    true => Ok(shown),
                    false => Err(Stop::sending(trouble, &spot)),
                }
            }
            Err(trouble) => Err(Stop::sending(trouble, &spot)),
        }
    }

    /// Whether the group is known to hold somebody else than who is on call.
    pub fn note_group(&self, is_stale: bool) {
        self.group_is_stale.store(is_stale, std::sync::atomic::Ordering::Relaxed);
    }

    /// Whom messages mention: a group of the configured handle by its id, and in place of a group that holds somebody else
    /// the person who is on call.
    pub(super) fn mentions(&self, job: &Job) -> Mentions {
        let mut mentions = self.config.mentions.clone();
        mentions.loudness = self.config.severity.loudness();
        let is_person = mentions.oncall.starts_with(['U', 'W']) && is_id(&mentions.oncall);
        let known = self.group.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let stale = self.group_is_stale.load(std::sync::atomic::Ordering::Relaxed);
        let primary = job.rota.duty(self.slack.clock().now(), PhoneReach::Off).primary;
        match (primary, known) {
            (Some(primary), _) if stale && !is_person => mentions.oncall = primary.to_string(),
            (_, Some(group)) if !is_person => mentions.oncall = group,
            _ => {}
        }
        mentions
    }

    async fn set_members(&self, people: &[UserId]) -> Result<Set, Trouble> {
        let Some(group) = self.oncall_group().await? else { return Ok(Set::NoSuchGroup) };
        if self.members(&group).await? == people {
            return Ok(Set::As);
        }
        let users = people.iter().map(UserId::as_str).collect::<Vec<_>>().join(",");
        let call = Call::post("usergroups.users.update", None, json!({ "usergroup": group, "users": users }));
        let Nothing {} = self.slack.call(&call).await?;
        let stands = self.members(&group).await?;
        if stands == people {
            return Ok(Set::As);
        }
        Err(Trouble::Lost("the group holds somebody else after it was set".into()))
    }

    async fn members(&self, group: &str) -> Result<Vec<UserId>, Trouble> {
        let call = Call::get("usergroups.users.list", None, vec![("usergroup", group.to_owned())]);
        self.slack.call(&call).await.map(|Members { users }| users)
    }

    /// Who is in the user group `group`.
    ///
    /// # Errors
    /// When Slack does not tell, in words.
    pub async fn people_of_group(&self, group: &str) -> Result<Vec<UserId>, String> {
        let members = self.members(group).await;
        members.map_err(|trouble| {
            super::retry::verdict(&trouble, "the user group of those who approve", "").reason
        })
    }

    /// Who is in the group now; `None` where there is none.
    ///
    /// # Errors
    /// When Slack does not tell.
    pub async fn group_members(&self) -> Result<Option<Vec<UserId>>, String> {
        let read = async {
            match self.oncall_group().await? {
                Some(group) => self.members(&group).await.map(Some),
                None => Ok(None),
            }
        };
        read.await.map_err(|trouble| super::retry::verdict(&trouble, "the on-call's group", "").reason)
    }

    /// The group's id: as configured, or by its handle.
    pub(super) async fn oncall_group(&self) -> Result<Option<String>, Trouble> {
        #[derive(Deserialize)]
        struct Page {
            #[serde(deserialize_with = "rows")]
            usergroups: Vec<crate::survey::Group>,
        }
        let mention = self.config.mentions.oncall.as_str();
        if mention.starts_with('S') && is_id(mention) {
            return Ok(Some(mention.to_owned()));
        }
        if mention.starts_with(['U', 'W']) && is_id(mention) {
            return Ok(None);
        }
        let known = self.group.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if known.is_some() {
            return Ok(known);
        }
        let handle = mention.trim_start_matches('@');
        let page: Page = self.slack.call(&Call::get("usergroups.list", None, Vec::new())).await?;
        let found =
            page.usergroups.into_iter().find(|group| group.handle == handle && group.date_delete == 0);
        let found = found.map(|group| group.id);
        self.group.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone_from(&found);
        Ok(found)
    }

    /// The topic of the on-call channel, and a pinned message in it, say who has it.
    async fn show_instead(&self, job: &Job) -> Result<Receipt, Stop> {
        let now = self.slack.clock().now();
        let spot = self.spot(Destination::OnCall).await?;
        let stop = |trouble| Stop::sending(trouble, &spot);
        let channel = spot.channel.as_str();
        let body = json!({ "channel": channel, "topic": view::oncall_topic(&job.rota, now) });
        let topic = Call::post("conversations.setTopic", Some(channel), body);
        let Nothing {} = self.slack.call_joining(&topic).await.map_err(stop)?;
        let message = view::oncall_now(&job.rota, now);
        if let Some(post) = job.rota.post(&PostKey::OnCallNow) {
            match self.update((&post.channel, &post.message), &message).await {
                Ok(()) => return Ok(Receipt::Nothing),
                Err(trouble) if cannot_be_edited(&trouble) => {}
                Err(trouble) => return Err(stop(trouble)),
            }
        }
        let (receipt, _) = self.post_once(job, Destination::OnCall, &message).await?;
        if let Receipt::Message { channel, message } = &receipt {
            let body = json!({ "channel": channel, "timestamp": message });
            let pinned = self.slack.call_joining(&Call::post("pins.add", Some(channel.as_str()), body)).await;
            match pinned {
                Ok(Nothing {}) => {}
                Err(trouble) if trouble.is("already_pinned") => {}
                Err(trouble) => return Err(stop(trouble)),
            }
        }
        Ok(receipt)
    }
}

/// What became of the group.
enum Set {
    As,
    NoSuchGroup,
}
