//! An incident: its state, read off its events.

pub mod after;
mod aggregate;
pub mod alerts;
mod announce;
mod apply;
mod backup;
mod began;
mod cancel;
mod channel;
mod decide;
mod declared;
pub mod event;
pub mod exposed;
pub mod figures;
mod fire;
mod fresh;
mod ladder;
pub mod merge;
pub mod page;
pub mod paging;
mod pinning;
pub mod report;
mod retract;
mod set_back;
pub mod severity;
mod still_true;
pub mod timeline;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::answer::Summary;
use super::command::{EtaText, Role};
use super::effect::{PostKey, Room, To};
use super::refusal::Refusal;
pub use super::request::Place;
use crate::actor::Actor;
use crate::id::{ChannelId, IncidentId, MessageTs, UserId};
pub use aggregate::Around;
pub use announce::{Intent, consequences};
pub use backup::{Backup, BackupWatch, so_far};
pub use decide::{Asked, Decision, Declaration, decide, decide_form, declare};
use event::UpdateFacts;
pub use fire::{Fired, delivered, fire};
pub use ladder::{Ladder, Rung};
use page::OpenPage;
use paging::Paging;
pub use pinning::pin;
pub use set_back::set_back;
use severity::{Severity, Status};
pub use still_true::still_true;

/// When it is expected to be over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Eta {
    At(Timestamp),
    Words(String),
}

/// Farther ahead nobody expects an end.
const ETA_MOST: SignedDuration = SignedDuration::from_hours(24 * 366);

impl Eta {
    /// Fixes "in 20 minutes" to an instant. `before` is the one that stands: a form shows it, and sends it back as it was.
    ///
    /// # Errors
    /// It is over, or more than a year away.
    pub fn said_at(eta: EtaText, now: Timestamp, before: Option<&Self>) -> Result<Self, Refusal> {
        match Self::fixed(eta, now) {
            // Forms show minutes, so one within the minute is not over.
            Self::At(at) if at.duration_since(now) > ETA_MOST || now.duration_since(at).as_secs() >= 60 => {
                let shown = |eta: &Self| matches!(eta, Self::At(stands) if stands.as_second().div_euclid(60) == at.as_second().div_euclid(60));
                let stands = before.filter(|before| shown(before)).cloned();
                stands.ok_or(Refusal::EtaOutOfReach { at })
            }
            eta => Ok(eta),
        }
    }

    /// The instant or the words, whether or not anybody may expect that now.
    fn fixed(eta: EtaText, now: Timestamp) -> Self {
        match eta {
            EtaText::In(after) => Self::At(now.saturating_add(after).unwrap_or(Timestamp::MAX)),
            EtaText::At(at) => Self::At(at),
            EtaText::Words(words) => Self::Words(words),
        }
    }
}

/// Who had it first, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    pub by: Actor,
    pub at: Timestamp,
}

/// A mark that something was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retraction {
    pub by: Actor,
    pub at: Timestamp,
}

/// A stakeholder update, with what it replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    pub seq: u32,
    pub at: Timestamp,
    pub by: Actor,
    pub facts: UpdateFacts,
    pub in_time: bool,
    /// The values before it, to be put back when it is retracted.
    pub before: UpdateFacts,
    /// The promise that it answered, which runs again when it is retracted.
    pub ladder_before: Option<Ladder>,
    pub retracted: Option<Retraction>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityChange {
    pub seq: u32,
    pub by: Actor,
    pub from: Severity,
    pub to: Severity,
    pub reason: Option<String>,
    pub clocks_before: event::Clocks,
    /// The promise that ran before it.
    pub ladder_before: Option<Ladder>,
    pub watch_before: Option<BackupWatch>,
    /// It came with this one, which was merged into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<IncidentId>,
    pub retracted: Option<Retraction>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    pub seq: u32,
    pub at: Timestamp,
    pub by: Actor,
    pub root_cause: String,
    pub impact: Option<String>,
    pub data_loss: Option<String>,
    pub status_before: Status,
    pub undone: Option<Retraction>,
    #[serde(default)]
    pub cancelled: Option<event::Cancelled>,
}

/// A reminder that nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenReminder {
    pub seq: u32,
    pub to: To,
    pub rung: Rung,
    /// When the reminder itself was due.
    pub due: Timestamp,
}

/// The state of one incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    pub title: String,
    pub severity: Severity,
    pub status: Status,
    pub clocks: event::Clocks,
    pub declared_at: Timestamp,
    pub declared_by: Actor,
    /// When the trouble began, where that was before its declaration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    pub place: Place,
    pub impact: Option<String>,
    pub action: Option<String>,
    pub eta: Option<Eta>,
    pub roles: BTreeMap<Role, Actor>,
    pub acknowledged: Option<Acknowledgement>,
    /// Who answered the last page about its silence, and when.
    #[serde(default)]
    pub answered: Option<Acknowledgement>,
    /// Who had it until it became worse by what was merged into it, or by an alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<merge::SetAside>,
    /// What the response time counts from: the beginning of the trouble, the declaration, or the change to a severity whose time had run out by then.
    pub response_from: Timestamp,
    /// The event that says that nobody acknowledged in time.
    pub response_missed: Option<u32>,
    /// The same while it was merged, when it was told of what led it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub response_over: bool,
    pub updates: Vec<Update>,
    pub severity_changes: Vec<SeverityChange>,
    pub resolutions: Vec<Resolution>,
    /// Where the update ladder stands; `None` while no update is promised.
    pub ladder: Option<Ladder>,
    pub promises_missed: u32,
    pub open_reminders: Vec<OpenReminder>,
    #[serde(default)]
    pub paging: Option<Paging>,
    #[serde(default)]
    pub open_pages: Vec<OpenPage>,
    /// The event of the last step of paging.
    #[serde(default)]
    pub last_page: u32,
    /// Who cannot take it, since paging began.
    #[serde(default)]
    pub passed: BTreeSet<Actor>,
    pub room: Option<Room>,
    pub posts: Vec<Post>,
    pub pinned: Vec<PinnedMessage>,
    /// The news that Slack must take in time; `None` where nothing is told on GitHub.
    pub backup_watch: Option<BackupWatch>,
    #[serde(default)]
    pub backup: Backup,
    #[serde(default, skip_serializing_if = "alerts::Alerts::is_empty")]
    pub alerts: alerts::Alerts,
    /// Its merges into others; the last one stands unless it was undone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merges: Vec<merge::Merged>,
    /// What is merged into it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<IncidentId, merge::Part>,
    /// Another open one that looks the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alike: Option<merge::Alike>,
    /// Secrets that may be exposed, where it looks like an incident of security.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exposed: Vec<exposed::Exposed>,
    /// What is written and owed once it is over.
    #[serde(default, skip_serializing_if = "after::After::is_empty")]
    pub after: after::After,
    /// How many events it has; the next one's `seq` is one more.
    pub events: u32,
}

/// A message on the timeline, and whose pushpins hold it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinnedMessage {
    pub channel: ChannelId,
    pub message: MessageTs,
    pub by: BTreeSet<UserId>,
}

impl PinnedMessage {
    pub fn is(&self, channel: &ChannelId, message: &MessageTs) -> bool {
        self.channel == *channel && self.message == *message
    }
}

/// A message of howler's that can be edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    pub key: PostKey,
    pub channel: ChannelId,
    pub message: MessageTs,
}

impl Incident {
    /// Whether somebody is at work on it under its own number: neither resolved nor merged into another one.
    pub fn is_open(&self) -> bool {
        self.status != Status::Resolved && self.merged().is_none()
    }

    pub fn commander(&self) -> Option<&Actor> {
        self.roles.get(&Role::Commander)
    }

    /// Who is asked for an update: the commander, else who answered last, else who declared.
    pub fn person_in_charge(&self) -> &Actor {
        let had_it = || self.had_it().map(|answer| &answer.by);
        self.commander().or(self.last_answer()).or_else(had_it).unwrap_or(&self.declared_by)
    }

    /// Who said last that they have it.
    fn last_answer(&self) -> Option<&Actor> {
        self.answered.as_ref().or(self.acknowledged.as_ref()).map(|answer| &answer.by)
    }

    /// Who said last that they have it, before it became worse.
    pub(super) fn had_it(&self) -> Option<&Acknowledgement> {
        self.set_aside.as_ref().map(|before| before.answered.as_ref().unwrap_or(&before.acknowledged))
    }

    /// The first acknowledgement, however bad it became since.
    pub fn first_acknowledged(&self) -> Option<&Acknowledgement> {
        let before = self.set_aside.as_ref().map(|before| &before.acknowledged);
        before.or(self.acknowledged.as_ref())
    }

    /// How long it took until whoever has it acknowledged: of what became worse, from then on.
    pub fn taken_after(&self, at: Timestamp) -> SignedDuration {
        let worse = self.set_aside.as_ref().map(|_| self.response_from);
        at.duration_since(worse.unwrap_or_else(|| self.counts_from()).min(at))
    }

    /// Whom howler can write to about an update: the first of the same people who is in Slack. `None` where all of them
    /// are at a shell.
    pub fn person_to_ask(&self) -> Option<&UserId> {
        let acknowledged = self.acknowledged.as_ref().map(|acknowledged| &acknowledged.by);
        let had_it = self.had_it().map(|answer| &answer.by);
        let people = [self.commander(), self.last_answer(), acknowledged, had_it, Some(&self.declared_by)];
        people.into_iter().flatten().find_map(Actor::in_slack)
    }

    /// The resolution that stands.
    pub fn resolution(&self) -> Option<&Resolution> {
        self.resolutions.last().filter(|resolution| resolution.undone.is_none())
    }

    /// The last update that stakeholders still see.
    pub fn last_update(&self) -> Option<&Update> {
        self.updates.iter().rev().find(|update| update.retracted.is_none())
    }

    /// When the running promise ends: the next update is due then (UTC).
    pub fn update_due(&self) -> Option<Timestamp> {
        self.ladder.as_ref().map(|ladder| ladder.due)
    }

    /// When somebody must have acknowledged (UTC); `None` once somebody has, once it was missed, or without a limit.
    pub fn response_due(&self) -> Option<Timestamp> {
        self.owed_at().filter(|_| self.is_open())
    }

    /// The same, whether it is open or not.
    fn owed_at(&self) -> Option<Timestamp> {
        if self.acknowledged.is_some() || self.missed_its_response() {
            return None;
        }
        let within = self.clocks.respond_within;
        let own = within.and_then(|within| self.response_from.saturating_add(within).ok());
        own.into_iter().chain(self.due_of_parts()).min()
    }

    /// Whether nobody acknowledged it in time.
    pub fn missed_its_response(&self) -> bool {
        self.response_missed.is_some() || self.response_over
    }

    /// Promises broken by `now` that are not counted yet.
    fn uncounted(&self, now: Timestamp) -> u32 {
        self.ladder.as_ref().map_or(0, |ladder| ladder.uncounted(now))
    }

    pub fn is_pinned(&self, channel: &ChannelId, message: &MessageTs) -> bool {
        self.pinned.iter().any(|pinned| pinned.is(channel, message))
    }

    /// Whether the announcement of event `seq` does not hold any more.
    pub fn is_taken_back(&self, seq: u32) -> bool {
        self.updates.iter().any(|update| update.seq == seq && update.retracted.is_some())
            || self.severity_changes.iter().any(|change| change.seq == seq && change.retracted.is_some())
            || self.resolutions.iter().any(|resolution| resolution.seq == seq && resolution.undone.is_some())
            || self.merges.iter().any(|merged| merged.seq == seq && merged.undone.is_some())
            || (self.response_missed == Some(seq) && self.acknowledged.is_some())
    }

    pub fn post(&self, key: &PostKey) -> Option<&Post> {
        self.posts.iter().find(|post| post.key == *key)
    }

    pub fn summary(&self) -> Summary {
        Summary {
            incident: self.id,
            title: self.title.clone(),
            severity: self.severity,
            status: self.status,
            commander: self.commander().cloned(),
            declared_at: self.declared_at,
            resolved_at: self.resolution().map(|resolution| resolution.at),
            update_due: self.update_due(),
            overdue: !self.open_reminders.is_empty(),
            merged: self.merged().map(|merged| merged.whole.incident),
            cancelled: self.is_cancelled(),
            with: self.parts.keys().copied().collect(),
        }
    }

    /// Whether it ended as a false alarm, or as another one's double.
    pub fn is_cancelled(&self) -> bool {
        self.resolution().is_some_and(|resolution| resolution.cancelled.is_some())
    }
}

#[cfg(test)]
mod tests;
