//! Messages edited where they stand: the card, announcements that were taken back, reminders that were
//! answered.

use serde_json::json;
use tracing::warn;

use super::client::{Call, Nothing};
use super::post::{Destination, room_spot};
use super::{Deliverer, Spot, Stop, incident};
use crate::job::Job;
use crate::retry::Trouble;
use domain::actor::Actor;
use domain::effect::{CardPlace, PostKey, Receipt, Settled, To};
use domain::feature::Notice;
use domain::id::{ChannelId, MessageTs, RunId};
use domain::incident::{Incident, Post};
use domain::run::says::RunSays;
use view::Message;

/// A workspace may let messages be edited for a while only.
const TOO_LATE: &str = "edit_window_closed";
const DELETED: &str = "the message was deleted in Slack";
const TOO_OLD: &str = "the message is too old for Slack to edit; its buttons do nothing any more";

impl Deliverer {
    /// Edits the card; posts it anew where it was deleted, is too old to be edited, or never stood.
    pub(super) async fn card(&self, job: &Job, place: CardPlace) -> Result<Receipt, Stop> {
        let incident = incident(job)?;
        let message = view::card(incident, place, &self.mentions(job));
        if let Some((channel, ts)) = self.standing_card(job, incident, place).await? {
            match self.edit(incident, (&channel, &ts), &message).await {
                Ok(()) => return Ok(Receipt::Message { channel, message: ts }),
                Err(trouble) if cannot_be_edited(&trouble) => {}
                Err(trouble) => return Err(Stop::sending(trouble, &self.standing_spot(incident, &channel))),
            }
        }
        let destination = match (place, &incident.room) {
            (CardPlace::Emergencies, _) => Destination::Emergencies,
            (CardPlace::Room, Some(room)) => Destination::Room(room),
            (CardPlace::Room, None) => return Err(Stop::Dropped("the incident has no channel of its own")),
        };
        let anew = view::card_anew(incident, place, &self.mentions(job));
        let (receipt, earlier) = self.post_once(job, destination, &anew).await?;
        // The earlier attempt showed the incident as it was then.
        if let (true, Receipt::Message { channel, message: ts }) = (earlier, &receipt) {
            let spot = Spot { channel: channel.clone(), ..Spot::workspace() };
            self.edit(incident, (channel, ts), &message)
                .await
                .map_err(|trouble| Stop::before(trouble, &spot))?;
        }
        Ok(receipt)
    }

    /// The message that is the card. Where the declaration is, an attempt that was not saved may have posted another: an
    /// earlier howler's, or one in place of a message that could not be edited.
    async fn standing_card(
        &self,
        job: &Job,
        incident: &Incident,
        place: CardPlace,
    ) -> Result<Option<(ChannelId, MessageTs)>, Stop> {
        let has_own = incident.post(&PostKey::Card(place)).is_some();
        if place == CardPlace::Emergencies && !has_own && job.may_have_happened() {
            match self.find_posted(job, &To::Emergencies).await {
                Ok(Some(Receipt::Message { channel, message })) => return Ok(Some((channel, message))),
                Ok(_) | Err(Stop::Failed(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(incident.card(place).map(|post| (post.channel.clone(), post.message.clone())))
    }

    /// Edits a run's card; posts it where it does not stand yet, or was deleted.
    pub(super) async fn run_card(&self, job: &Job) -> Result<Receipt, Stop> {
        let run = job.run.as_deref().ok_or(Stop::Dropped("the run that this belongs to is not there"))?;
        let since = job.incident.as_ref().map(|incident| incident.declared_at);
        let now = self.slack.clock().now();
        let message = view::run_card(run, since, now);
        if let Some((channel, ts)) = &run.post {
            let spot =
                Spot { channel: channel.clone(), words: "the run's channel".into(), ..Spot::workspace() };
            let mut edited = self.update((channel, ts), &message).await;
            for shorter in view::shorter_run_cards(run, since, now) {
                if !edited.as_ref().is_err_and(Trouble::is_too_long) {
                    break;
                }
                edited = self.update((channel, ts), &shorter).await;
            }
            match edited {
                Ok(()) => {
                    self.shown.drew(run);
                    return Ok(Receipt::Nothing);
                }
                Err(trouble) if cannot_be_edited(&trouble) => {}
                Err(trouble) => return Err(Stop::sending(trouble, &spot)),
            }
        }
        let destination = Destination::of(&run.to, job.incident.as_deref());
        let (receipt, earlier) = self.post_once(job, destination, &message).await?;
        // The earlier attempt showed the run as it was then.
        if let (true, Receipt::Message { channel, message: ts }) = (earlier, &receipt) {
            let spot = Spot { channel: channel.clone(), ..Spot::workspace() };
            self.update((channel, ts), &message).await.map_err(|trouble| Stop::before(trouble, &spot))?;
        }
        self.shown.drew(run);
        Ok(receipt)
    }

    /// Edits the message of a group of alerts; posts it where it does not stand yet, or was deleted.
    pub(super) async fn alert_card(&self, job: &Job) -> Result<Receipt, Stop> {
        let shown = job.alerts.as_deref().ok_or(Stop::Dropped("the alerts that this shows are not there"))?;
        let mentions = self.mentions(job);
        let message = view::alert_card(shown, &mentions);
        if let Some((channel, ts)) = &shown.group.post {
            let words = "the channel of the alerts".into();
            let spot = Spot { channel: channel.clone(), words, ..Spot::workspace() };
            match self.update((channel, ts), &message).await {
                Ok(()) => return Ok(Receipt::Nothing),
                Err(trouble) if cannot_be_edited(&trouble) => {}
                Err(trouble) => return Err(Stop::sending(trouble, &spot)),
            }
        }
        let destination = Destination::Source(&shown.group.channel);
        let (receipt, earlier) = self.post_once(job, destination, &message).await?;
        // The earlier attempt showed the alerts as they were then.
        if let (true, Receipt::Message { channel, message: ts }) = (earlier, &receipt) {
            let spot = Spot { channel: channel.clone(), ..Spot::workspace() };
            self.update((channel, ts), &message).await.map_err(|trouble| Stop::before(trouble, &spot))?;
        }
        Ok(receipt)
    }

    /// Says something beside a run's card.
    pub(super) async fn run_says(
        &self,
        job: &Job,
        run: RunId,
        to: &To,
        says: &RunSays,
    ) -> Result<Receipt, Stop> {
        let message = view::run_said(run, says);
        let (decided, now) = (job.effect.created_at, self.slack.clock().now());
        let message = view::posted_late(message, decided, now, self.reach.held_up(decided));
        let destination = Destination::of(to, job.incident.as_deref());
        self.post_once(job, destination, &message).await.map(|(receipt, _)| receipt)
    }

    pub(super) async fn say_freeze(
        &self,
        job: &Job,
        by: &Actor,
        why: Option<&String>,
    ) -> Result<Receipt, Stop> {
        let message = view::freeze_said(by, why);
        self.post_once(job, Destination::Emergencies, &message).await.map(|(receipt, _)| receipt)
    }

    pub(super) async fn notice(&self, job: &Job, to: &To, notice: &Notice) -> Result<Receipt, Stop> {
        let (decided, now) = (job.effect.created_at, self.slack.clock().now());
        let message = view::posted_late(
            view::notice(notice, &self.mentions(job)),
            decided,
            now,
            self.reach.held_up(decided),
        );
        let destination = Destination::of(to, job.incident.as_deref());
        self.post_once(job, destination, &message).await.map(|(receipt, _)| receipt)
    }

    pub(super) async fn amend(&self, job: &Job, seq: u32, to: &To) -> Result<Receipt, Stop> {
        let incident = incident(job)?;
        let key = PostKey::Announcement { seq, to: to.clone() };
        let post = incident.post(&key).ok_or(Stop::Dropped("the announcement never went out"))?;
        let message = match key.asks_whether_it_is_over() {
            Some(_) => Some(view::question_now(incident, seq, to)),
            None => view::amended(incident, seq, &self.mentions(job)),
        };
        let message = message.ok_or(Stop::Dropped("there is nothing to amend in the announcement"))?;
        match self.edit(incident, (&post.channel, &post.message), &message).await {
            Ok(()) => Ok(Receipt::Nothing),
            // What it says does not hold any more, and stands there: that is said anew.
            Err(trouble) if trouble.is(TOO_LATE) => {
                let destination = Destination::of(to, Some(incident));
                self.post_once(job, destination, &message).await.map(|_| Receipt::Nothing)
            }
            Err(trouble) if trouble.is("message_not_found") => Err(Stop::Dropped(DELETED)),
            Err(trouble) => Err(Stop::sending(trouble, &self.standing_spot(incident, &post.channel))),
        }
    }

    pub(super) async fn settle(
        &self,
        job: &Job,
        seq: u32,
        to: &To,
        settled: &Settled,
    ) -> Result<Receipt, Stop> {
        let incident = incident(job)?;
        let key = settled.key(seq, to);
        let post = incident.post(&key).ok_or(Stop::Dropped("the reminder never went out"))?;
        self.edit_standing(incident, post, &view::settled(settled, incident)).await
    }

    pub(super) async fn close(&self, job: &Job, seq: u32, to: &To) -> Result<Receipt, Stop> {
        let incident = incident(job)?;
        let key = PostKey::Page { seq, to: to.clone() };
        let post = incident.post(&key).ok_or(Stop::Dropped("the page never went out"))?;
        self.edit_standing(incident, post, &view::page_now(incident, seq, to)).await
    }

    /// Takes the buttons off a message that was answered.
    async fn edit_standing(
        &self,
        incident: &Incident,
        post: &Post,
        message: &Message,
    ) -> Result<Receipt, Stop> {
        match self.edit(incident, (&post.channel, &post.message), message).await {
            Ok(()) => Ok(Receipt::Nothing),
            Err(trouble) if trouble.is("message_not_found") => Err(Stop::Dropped(DELETED)),
            Err(trouble) if trouble.is(TOO_LATE) => Err(Stop::Dropped(TOO_OLD)),
            Err(trouble) => Err(Stop::sending(trouble, &self.standing_spot(incident, &post.channel))),
        }
    }

    /// Edits a message; one that is too long for Slack is shortened, for it cannot become several.
    async fn edit(
        &self,
        incident: &Incident,
        stands: (&ChannelId, &MessageTs),
        message: &Message,
    ) -> Result<(), Trouble> {
        match self.update(stands, message).await {
            Err(trouble) if trouble.is_too_long() => {
                warn!(incident = incident.id.0, "Slack finds an edit too long; it is shortened");
                let rest = format!("Too long for Slack here; all of it: /incident show {}", incident.id.0);
                self.update(stands, &view::shortened(message, &rest)).await
            }
            other => other,
        }
    }

    pub(super) async fn update(
        &self,
        (channel, ts): (&ChannelId, &MessageTs),
        message: &Message,
    ) -> Result<(), Trouble> {
        let body = json!({
            "channel": channel,
            "ts": ts,
            "text": message.text,
            "blocks": message.blocks,
        });
        let call = Call::post("chat.update", Some(channel.as_str()), body);
        self.slack.call_joining(&call).await.map(|Nothing {}| ())
    }

    fn standing_spot(&self, incident: &Incident, channel: &ChannelId) -> Spot {
        match &incident.room {
            Some(room) if room.channel == *channel => room_spot(room),
            _ => {
                Spot { channel: channel.clone(), words: "the message's channel".into(), ..Spot::workspace() }
            }
        }
    }
}

/// The message is gone, or too old to be edited: it is posted anew.
pub(super) fn cannot_be_edited(trouble: &Trouble) -> bool {
    trouble.is("message_not_found") || trouble.is(TOO_LATE)
}
