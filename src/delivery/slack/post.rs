//! New messages: each carries its effect's mark, and is looked for by it where an earlier attempt's fate is
//! unknown.

use serde::Deserialize;
use serde_json::json;
use tracing::warn;

use super::client::{Call, Slack};
use super::marked::{EVENT_TYPE, Marked, part_mark};
use super::{Deliverer, Spot, Stop, Thread, incident};
use crate::directory::bare_name;
use crate::job::Job;
use crate::retry::Trouble;
use domain::alert::rules::Channel;
use domain::effect::{CardPlace, Receipt, Room, Say, Stands, To};
use domain::id::{ChannelId, MessageTs, UserId};
use domain::incident::{Incident, Post};
use view::{self, Message};

const SET_SOURCE: &str = ": create it, unarchive it, or set it in [channels] or the rule of howler.toml";
const SET_ON_CALL: &str = ": create it, unarchive it, or set [channels] on_call in howler.toml";
const SET_EMERGENCIES: &str = ": create it, unarchive it, or set [channels] emergencies in howler.toml";

/// Where a message goes, before its channel is known.
#[derive(Clone, Copy)]
pub(super) enum Destination<'a> {
    Emergencies,
    /// The emergencies channel, in the thread of the incident's card there; sent to the channel too where it is `broadcast`.
    Thread {
        card: &'a Post,
        broadcast: bool,
    },
    Room(&'a Room),
    Person(&'a UserId),
    OnCall,
    Source(&'a Channel),
}

impl<'a> Destination<'a> {
    pub(super) fn of(to: &'a To, incident: Option<&'a Incident>) -> Self {
        match (to, incident.and_then(|incident| incident.room.as_ref())) {
            // A phone is called by `delivery::phone`; what comes here all the same is told directly.
            (To::Person(person) | To::Phone(person) | To::Text(person), _) => Self::Person(person),
            (To::OnCall, _) => Self::OnCall,
            (To::Source(channel), _) => Self::Source(channel),
            (To::Room, Some(room)) => Self::Room(room),
            (To::Emergencies | To::Room, _) => Self::Emergencies,
        }
    }

    /// What is said of an incident in the emergencies channel hangs from its card, where that stands.
    fn said(to: &'a To, say: &Say, incident: Option<&'a Incident>) -> Self {
        let card = incident.and_then(|incident| incident.card(CardPlace::Emergencies));
        match (Self::of(to, incident), say.stands(), card) {
            (Self::Emergencies, Stands::InThread, Some(card)) => Self::Thread { card, broadcast: false },
            (Self::Emergencies, Stands::InBoth, Some(card)) => Self::Thread { card, broadcast: true },
            (destination, ..) => destination,
        }
    }
}

impl Deliverer {
    pub(super) async fn say(&self, job: &Job, to: &To, say: &Say) -> Result<Receipt, Stop> {
        let (decided, now) = (job.effect.created_at, self.slack.clock().now());
        let message = view::say(say, incident(job)?, &self.mentions(job), now);
        let message = view::posted_late(message, decided, now, self.reach.held_up(decided));
        let destination = Destination::said(to, say, job.incident.as_deref());
        let asks = matches!(say, Say::Reminder { .. } | Say::ResponseMissed { .. });
        match (self.post_once(job, destination, &message).await, destination) {
            // Nobody reads there, and somebody must hear it.
            (Err(Stop::Trouble { trouble, .. }), Destination::Room(room)) if asks && is_closed(&trouble) => {
                let message = view::posted_elsewhere(message, room);
                self.post_once(job, Destination::Emergencies, &message).await
            }
            (posted, _) => posted,
        }
        .map(|(receipt, _)| receipt)
    }

    /// Posts a message unless an earlier attempt did. Also tells whether it is that earlier one.
    pub(super) async fn post_once(
        &self,
        job: &Job,
        destination: Destination<'_>,
        message: &Message,
    ) -> Result<(Receipt, bool), Stop> {
        if matches!(destination, Destination::Room(_))
            && let Some((spot, earlier)) = self.before_its_room(job).await?
        {
            return Ok((self.finish(job, &spot, message, &earlier).await?, true));
        }
        match (self.post_there(job, destination, message).await, destination) {
            (Err(stop), Destination::Source(channel)) if stop.is_final() => {
                self.post_instead(job, channel, message, stop).await
            }
            (posted, _) => posted,
        }
    }

    /// What cannot be posted in the channel of its source: somebody must hear of it.
    async fn post_instead(
        &self,
        job: &Job,
        channel: &Channel,
        message: &Message,
        stop: Stop,
    ) -> Result<(Receipt, bool), Stop> {
        let reason = stop.reason();
        let message = view::posted_instead(message.clone(), &reason);
        let mut posted = Err(stop);
        for instead in [Destination::OnCall, Destination::Emergencies] {
            let same = matches!((instead, channel), (Destination::OnCall, Channel::OnCall));
            if !same && posted.as_ref().is_err_and(Stop::is_final) {
                posted = self.post_there(job, instead, &message).await;
            }
        }
        if posted.is_ok() {
            self.aside(job, |aside| aside.elsewhere = Some(reason));
        }
        posted
    }

    async fn post_there(
        &self,
        job: &Job,
        destination: Destination<'_>,
        message: &Message,
    ) -> Result<(Receipt, bool), Stop> {
        let spot = self.spot(destination).await?;
        match self.find_or_post(job, &spot, message).await {
            Err(Stop::Trouble { trouble, .. })
                if trouble.is("channel_not_found") && self.forget(destination) =>
            {
                let spot = self.spot(destination).await?;
                self.find_or_post(job, &spot, message).await
            }
            // The news matter more than the place.
            Err(Stop::Trouble { trouble, .. }) if spot.thread.is_some() && takes_no_replies(&trouble) => {
                self.find_or_post(job, &Spot { thread: None, ..spot }, message).await
            }
            other => other,
        }
    }

    /// What an earlier attempt left in the emergencies channel, where an incident's messages go until its room is made.
    async fn before_its_room(&self, job: &Job) -> Result<Option<(Spot, Marked)>, Stop> {
        if !job.may_have_happened() {
            return Ok(None);
        }
        let card = job.incident.as_deref().and_then(|incident| incident.card(CardPlace::Emergencies));
        let there =
            card.map_or(Destination::Emergencies, |card| Destination::Thread { card, broadcast: false });
        let spot = match self.spot(there).await {
            // Nobody can have posted to a channel that is not there.
            Err(Stop::Failed(_)) => return Ok(None),
            spot => spot?,
        };
        let earlier = self.find_marked(job, &spot).await;
        let earlier = earlier.map_err(|trouble| Stop::before(trouble, &spot))?;
        let stands = earlier.whole.is_some() || !earlier.parts.is_empty();
        Ok(stands.then_some((spot, earlier)))
    }

    /// The message that stands, or what is missing of its parts.
    async fn finish(
        &self,
        job: &Job,
        spot: &Spot,
        message: &Message,
        earlier: &Marked,
    ) -> Result<Receipt, Stop> {
        match &earlier.whole {
            Some(message) => Ok(Receipt::Message { channel: spot.channel.clone(), message: message.clone() }),
            None => self.post_parts(job, spot, message, earlier).await,
        }
    }

    pub(super) async fn find_or_post(
        &self,
        job: &Job,
        spot: &Spot,
        message: &Message,
    ) -> Result<(Receipt, bool), Stop> {
        let mut earlier = Marked::default();
        if job.may_have_happened() {
            let found = self.find_marked(job, spot).await;
            earlier = found.map_err(|trouble| Stop::before(trouble, spot))?;
        }
        if let Some(message) = earlier.whole {
            let receipt = Receipt::Message { channel: spot.channel.clone(), message };
            self.owes(job, spot, &earlier.text, &receipt);
            return Ok((receipt, true));
        }
        if earlier.parts.is_empty() {
            match self.slack.post_message(spot, message, &job.mark).await {
                Ok(receipt) => {
                    self.owes(job, spot, &message.text, &receipt);
                    return Ok((receipt, false));
                }
                Err(trouble) if trouble.is_too_long() => {
                    warn!(effect = job.effect.id.0, "Slack finds a message too long; it goes out in parts");
                }
                Err(trouble) => return Err(Stop::sending(trouble, spot)),
            }
        }
        let receipt = self.post_parts(job, spot, message, &earlier).await?;
        self.owes(job, spot, &message.text, &receipt);
        Ok((receipt, false))
    }

    /// Posts the parts that do not stand there yet, in order, each with a mark of its own. The receipt is the last one's,
    /// which has the buttons.
    async fn post_parts(
        &self,
        job: &Job,
        spot: &Spot,
        message: &Message,
        earlier: &Marked,
    ) -> Result<Receipt, Stop> {
        let mut last = None;
        for (number, part) in (1..).zip(&view::split(message)) {
            last = match earlier.parts.get(&number) {
                Some(ts) => Some(Receipt::Message { channel: spot.channel.clone(), message: ts.clone() }),
                None => {
                    let posted = self.slack.post_message(spot, part, &part_mark(&job.mark, number)).await;
                    let stop = if last.is_some() { Stop::begun } else { Stop::sending };
                    Some(posted.map_err(|trouble| stop(trouble, spot))?)
                }
            };
        }
        last.ok_or_else(|| Stop::Failed("there was nothing to say".into()))
    }

    /// What an earlier attempt of `job` left where it was to go; nothing new is posted.
    pub(super) async fn find_posted(&self, job: &Job, to: &To) -> Result<Option<Receipt>, Stop> {
        let destination = Destination::of(to, job.incident.as_deref());
        let before = match destination {
            Destination::Room(_) => self.before_its_room(job).await?,
            _ => None,
        };
        let (spot, found) = match before {
            Some(before) => before,
            None => {
                let spot = self.spot(destination).await?;
                let found = self.find_marked(job, &spot).await;
                (spot.clone(), found.map_err(|trouble| Stop::before(trouble, &spot))?)
            }
        };
        let last = found.whole.or_else(|| found.parts.into_values().next_back());
        Ok(last.map(|message| Receipt::Message { channel: spot.channel, message }))
    }

    pub(super) async fn spot(&self, destination: Destination<'_>) -> Result<Spot, Stop> {
        match destination {
            Destination::Room(room) => Ok(room_spot(room)),
            Destination::Emergencies => {
                self.configured(&self.config.channels.emergencies, "emergencies", SET_EMERGENCIES).await
            }
            Destination::Thread { card, broadcast } => {
                let emergencies = &self.config.channels.emergencies;
                let spot = self.configured(emergencies, "emergencies", SET_EMERGENCIES).await?;
                // Where the channel is another one by now, its readers look there.
                let thread =
                    (spot.channel == card.channel).then(|| Thread { root: card.message.clone(), broadcast });
                Ok(Spot { thread, ..spot })
            }
            Destination::OnCall => {
                self.configured(&self.config.channels.on_call, "on-call", SET_ON_CALL).await
            }
            Destination::Source(channel) => {
                self.configured(self.channel_of(channel), "alerts'", SET_SOURCE).await
            }
            Destination::Person(person) => {
                let spot = Spot { words: "the direct message".into(), ..Spot::workspace() };
                let channel = self.directory.direct(person).await;
                channel
                    .map_err(|trouble| Stop::before(trouble, &spot))
                    .map(|channel| Spot { channel, ..spot })
            }
        }
    }

    /// The channel of a source of alerts, as the configuration names it.
    fn channel_of<'c>(&'c self, channel: &'c Channel) -> &'c str {
        let channels = &self.config.channels;
        match channel {
            Channel::GithubActions => &channels.github_actions,
            Channel::Deployments => &channels.deployments,
            Channel::OnCall => &channels.on_call,
            Channel::Metrics => &channels.metrics,
            Channel::Named(name) => name,
        }
    }

    /// A channel that the configuration names.
    async fn configured(
        &self,
        configured: &str,
        what: &'static str,
        remedy: &'static str,
    ) -> Result<Spot, Stop> {
        let words = format!("#{}", bare_name(configured));
        let found = self.directory.channel(configured).await;
        match found.map_err(|trouble| Stop::before(trouble, &Spot::workspace()))? {
            Some(channel) if channel.as_str() == configured => {
                Ok(Spot { words: format!("the {what} channel ({channel})"), channel, remedy, thread: None })
            }
            Some(channel) => Ok(Spot { channel, words, remedy, thread: None }),
            None => Err(Stop::Failed(format!(
                "{words} does not exist, is archived, or howler cannot see it{remedy}"
            ))),
        }
    }

    /// Forgets where a destination was; whether asking again can help.
    fn forget(&self, destination: Destination<'_>) -> bool {
        match destination {
            Destination::Emergencies | Destination::Thread { .. } => {
                self.directory.forget_channel(&self.config.channels.emergencies)
            }
            Destination::Person(person) => self.directory.forget_direct(person),
            Destination::OnCall => self.directory.forget_channel(&self.config.channels.on_call),
            Destination::Source(channel) => self.directory.forget_channel(self.channel_of(channel)),
            Destination::Room(_) => return false,
        }
        true
    }
}

/// Whether nothing can be posted there any more: it is archived, or gone.
fn is_closed(trouble: &Trouble) -> bool {
    ["is_archived", "is_inactive", "channel_not_found"].iter().any(|error| trouble.is(error))
}

pub(super) fn room_spot(room: &Room) -> Spot {
    Spot { channel: room.channel.clone(), words: format!("#{}", room.name), ..Spot::workspace() }
}

/// Whether nothing can be said in a thread: its root was deleted, or threads are closed there.
pub(super) fn takes_no_replies(trouble: &Trouble) -> bool {
    const NO_REPLIES: [&str; 5] = [
        "thread_not_found",
        "message_not_found",
        "cannot_reply_to_message",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    ];
    NO_REPLIES.iter().any(|name| trouble.is(name))
}

impl Slack {
    pub(super) async fn post_message(
        &self,
        spot: &Spot,
        message: &Message,
        mark: &str,
    ) -> Result<Receipt, Trouble> {
        let mut body = json!({
            "channel": spot.channel,
            "text": message.text,
            "blocks": message.blocks,
            "metadata": { "event_type": EVENT_TYPE, "event_payload": { "id": mark } },
            "unfurl_links": false,
            "unfurl_media": false,
        });
        if let Some(Thread { root, broadcast }) = &spot.thread {
            body["thread_ts"] = json!(root);
            body["reply_broadcast"] = json!(broadcast);
        }
        let call = Call::post("chat.postMessage", Some(spot.channel.as_str()), body);
        let Standing { channel, ts } = self.call_joining(&call).await?;
        Ok(Receipt::Message { channel, message: ts })
    }
}

/// A message that stands in Slack.
#[derive(Deserialize)]
pub(super) struct Standing {
    pub channel: ChannelId,
    pub ts: MessageTs,
}
