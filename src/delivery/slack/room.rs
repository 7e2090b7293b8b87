//! The incident's own channel: making it, its topic, its pinned card.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;

use super::client::{Call, Nothing};
use super::post::room_spot;
use super::{Deliverer, Spot, Stop, incident};
use crate::directory::{Archived, BotIdentity, Listed};
use crate::job::Job;
use crate::retry::Trouble;
use domain::effect::{CardPlace, PostKey, Receipt, Room};
use domain::id::ChannelId;

/// `name`, `name-2` and so on up to this.
const NAMES: usize = 9;
/// Slack's longest channel name.
const NAME_MOST: usize = 80;
/// Slack's clock and howler's may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_mins(1);

impl Deliverer {
    /// Makes the channel. A name that is taken may be this effect's own earlier attempt; otherwise the next
    /// is tried.
    pub(super) async fn open_room(&self, job: &Job, name: &str) -> Result<Receipt, Stop> {
        let mut own = None;
        for number in 1..=NAMES {
            let name = numbered(name, number);
            let spot = Spot { words: format!("#{name}"), ..Spot::workspace() };
            match self.create(&name).await {
                Ok(room) => return Ok(Receipt::Room(room)),
                Err(trouble) if trouble.is("name_taken") => {}
                Err(trouble) => return Err(Stop::sending(trouble, &spot)),
            }
            if own.is_none() {
                let found = self.own_channels(job).await;
                own = Some(found.map_err(|trouble| Stop::before(trouble, &spot))?);
            }
            if let Some(listed) = own.iter().flatten().find(|listed| listed.name == name) {
                return Ok(Receipt::Room(Room { channel: listed.id.clone(), name }));
            }
        }
        Err(Stop::Failed(format!("the channels #{name} to #{} exist already", numbered(name, NAMES))))
    }

    async fn create(&self, name: &str) -> Result<Room, Trouble> {
        #[derive(Deserialize)]
        struct Created {
            channel: Channel,
        }
        #[derive(Deserialize)]
        struct Channel {
            id: ChannelId,
            name: String,
        }
        let call = Call::post("conversations.create", None, json!({ "name": name }));
        let Created { channel } = self.slack.call(&call).await?;
        Ok(Room { channel: channel.id, name: channel.name })
    }

    /// The channels that howler made since the effect came to be: what it asked for and never heard of. Names
    /// carry the incident's number, so none of them is another incident's. One that somebody has archived since is still
    /// the incident's: the board says so, and it can be brought back.
    async fn own_channels(&self, job: &Job) -> Result<Vec<Listed>, Trouble> {
        let BotIdentity { user, .. } = self.directory.me().await?;
        let since = job.effect.created_at.saturating_sub(SKEW).unwrap_or(job.effect.created_at);
        let mut own = Vec::new();
        let keep = |listed: &Listed| -> Option<()> {
            let new = listed.created_at().is_some_and(|created| created >= since);
            if new && listed.creator.as_ref() == Some(&user) {
                own.push(listed.clone());
            }
            None
        };
        self.directory.search(Archived::Too, keep).await?;
        Ok(own)
    }

    pub(super) async fn topic(&self, job: &Job) -> Result<Receipt, Stop> {
        let incident = incident(job)?;
        let Some(room) = &incident.room else { return Err(no_room()) };
        let body = json!({ "channel": room.channel, "topic": view::topic(incident) });
        let call = Call::post("conversations.setTopic", Some(room.channel.as_str()), body);
        match self.slack.call_joining(&call).await {
            Ok(Nothing {}) => Ok(Receipt::Nothing),
            Err(trouble) => Err(Stop::sending(trouble, &room_spot(room))),
        }
    }

    pub(super) async fn pin_card(&self, job: &Job) -> Result<Receipt, Stop> {
        let incident = incident(job)?;
        let Some(room) = &incident.room else { return Err(no_room()) };
        let card =
            incident.post(&PostKey::Card(CardPlace::Room)).ok_or(Stop::Dropped("there is no card to pin"))?;
        let body = json!({ "channel": card.channel, "timestamp": card.message });
        let call = Call::post("pins.add", Some(card.channel.as_str()), body);
        match self.slack.call_joining(&call).await {
            Ok(Nothing {}) => Ok(Receipt::Nothing),
            Err(trouble) if trouble.is("already_pinned") => Ok(Receipt::Nothing),
            Err(trouble) if trouble.is("message_not_found") => {
                Err(Stop::Dropped("the card was deleted before it was pinned"))
            }
            Err(trouble) => Err(Stop::sending(trouble, &room_spot(room))),
        }
    }
}

fn no_room() -> Stop {
    Stop::Dropped("the incident has no channel of its own")
}

fn numbered(name: &str, number: usize) -> String {
    if number == 1 {
        return name.to_owned();
    }
    let ending = format!("-{number}");
    let short: String = name.chars().take(NAME_MOST - ending.len()).collect();
    format!("{}{ending}", short.trim_end_matches('-'))
}
