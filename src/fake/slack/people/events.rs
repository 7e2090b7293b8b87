//! What people say and how they react, as Events API deliveries.

use serde_json::{Value, json};

use super::send::Delivery;
use super::typed::{rich_text, to_wire};
use super::{PersonError, Reply, Said, open_channel, person};
use crate::slack::methods::add_reaction;
use crate::slack::ts;
use crate::slack::world::{Channel, Message, World};
use crate::slack::{MessagesTab, Slack};

impl Slack {
    /// A person writes a message, in a thread or not. A mention of the bot reaches howler where the bot is a member.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn say(
        &self,
        person: &str,
        channel: &str,
        thread: Option<&str>,
        text: &str,
    ) -> Result<Said, PersonError> {
        let now = self.now();
        let (channel, ts, event) = self.arrange(|world| {
            let person = self::person(world, person)?;
            let channel = open_channel(world, channel, &person)?;
            if text.trim().is_empty() {
                return Err(PersonError::NothingToSay);
            }
            if channel.is_im && self.manifest().messages_tab != MessagesTab::Open {
                return Err(PersonError::MessagesOff);
            }
            let thread_ts = thread.map(|root| root_of(&channel, root)).transpose()?;
            let text = to_wire(world, text, false);
            let message = Message { user: person.id, text, thread_ts, ..Message::default() };
            let ts = world.post(&channel.id, message, now);
            let event = match direct(world, &channel.id, &ts) {
                Some(event) => Some(("message.im", "im:history", event)),
                None => {
                    mention(world, &channel.id, &ts).map(|event| ("app_mention", "app_mentions:read", event))
                }
            };
            Ok((channel.id, ts, event))
        })?;
        let reply = match event {
            Some((name, scope, event)) => self.send_event(name, scope, event).await?,
            None => None,
        };
        Ok(Said { channel, ts, reply })
    }

    /// A person puts an emoji on a message. The answer is howler's, if it was told.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn react(
        &self,
        person: &str,
        channel: &str,
        ts: &str,
        emoji: &str,
    ) -> Result<Option<Reply>, PersonError> {
        self.mark("reaction_added", person, channel, (ts, emoji), add_reaction).await
    }

    /// A person takes an emoji off a message again.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn unreact(
        &self,
        person: &str,
        channel: &str,
        ts: &str,
        emoji: &str,
    ) -> Result<Option<Reply>, PersonError> {
        self.mark("reaction_removed", person, channel, (ts, emoji), remove_reaction).await
    }

    async fn mark(
        &self,
        event: &str,
        person: &str,
        channel: &str,
        (ts, emoji): (&str, &str),
        change: fn(&mut Message, &str, &str) -> bool,
    ) -> Result<Option<Reply>, PersonError> {
        let now = self.now();
        let emoji = emoji.trim_matches(':');
        let told = self.arrange(|world| {
            let person = self::person(world, person)?;
            let channel = open_channel(world, channel, &person)?;
            let message = world.channel_mut(&channel.id).and_then(|channel| channel.message_mut(ts));
            let message = message.ok_or(PersonError::NoSuchMessage)?;
            if !change(message, emoji, &person.id) {
                return Ok(None);
            }
            let told = channel.has(&world.bot.user_id);
            Ok(told.then(|| {
                json!({
                    "type": event, "user": person.id, "reaction": emoji, "item_user": item_user(world, &channel.id, ts),
                    "item": { "type": "message", "channel": channel.id, "ts": ts },
                    "event_ts": ts::format(now.as_microsecond()),
                })
            }))
        })?;
        match told {
            Some(body) => self.send_event(event, "reactions:read", body).await,
            None => Ok(None),
        }
    }

    /// Sends an event that the manifest subscribes to, and that the token may see.
    pub(super) async fn send_event(
        &self,
        name: &str,
        scope: impl Into<Option<&str>>,
        event: Value,
    ) -> Result<Option<Reply>, PersonError> {
        let scope = scope.into();
        let dropped = self.faults().dropped();
        let granted = |scope: &str| self.0.manifest.scopes.contains(scope) && !dropped.contains(scope);
        let allowed = scope.is_none_or(granted);
        if !self.0.manifest.events.contains(name) || !allowed {
            return Ok(None);
        }
        if let Some(scope) = scope {
            self.use_scope(scope);
        }
        let now = self.now();
        let envelope = self.arrange(|world| {
            let id = format!("Ev{:09}", world.number());
            let channel = event.get("channel").or_else(|| event.pointer("/item/channel")).and_then(Value::as_str);
            let is_shared = channel.is_some_and(|channel| world.is_shared(channel));
            json!({
                "token": self.old_token(), "team_id": world.team.id, "api_app_id": world.bot.app_id,
                "event": event, "type": "event_callback", "event_id": id, "event_time": now.as_second(),
                "authorizations": [{
                    "enterprise_id": null, "team_id": world.team.id, "user_id": world.bot.user_id, "is_bot": true,
                    "is_enterprise_install": false,
                }],
                "is_ext_shared_channel": is_shared, "event_context": format!("4-{id}"),
            })
        });
        self.deliver(Delivery::event(&envelope)).await.map(Some)
    }
}

/// The message that the thread hangs from.
fn root_of(channel: &Channel, ts: &str) -> Result<String, PersonError> {
    let message = channel.message(ts).ok_or(PersonError::NoSuchMessage)?;
    Ok(message.thread_ts.clone().unwrap_or_else(|| ts.to_owned()))
}

fn remove_reaction(message: &mut Message, name: &str, user: &str) -> bool {
    let Some(reaction) = message.reactions.iter_mut().find(|one| one.name == name) else { return false };
    let before = reaction.users.len();
    reaction.users.retain(|one| one != user);
    let removed = reaction.users.len() < before;
    message.reactions.retain(|one| !one.users.is_empty());
    removed
}

fn item_user(world: &World, channel: &str, ts: &str) -> Option<String> {
    Some(world.channel(channel)?.message(ts)?.user.clone())
}

/// The sender's own workspace.
fn team_of(world: &World, message: &Message) -> String {
    world.person(&message.user).map_or(&*world.team.id, |person| world.team_of(person)).to_owned()
}

/// The event of a message in a direct conversation with the bot.
fn direct(world: &World, channel: &str, ts: &str) -> Option<Value> {
    let channel =
        world.channel(channel).filter(|channel| channel.is_im && channel.has(&world.bot.user_id))?;
    let message = channel.message(ts)?;
    let mut event = json!({
        "type": "message", "channel": channel.id, "user": message.user, "text": message.text, "ts": ts,
        "event_ts": ts, "channel_type": "im", "team": team_of(world, message), "client_msg_id": format!("msg-{ts}"),
        "blocks": [rich_text(&message.text)],
    });
    if let (Some(root), Some(event)) = (&message.thread_ts, event.as_object_mut()) {
        let parent = channel.message(root).map(|root| root.user.clone());
        event.insert("thread_ts".to_owned(), json!(root));
        event.insert("parent_user_id".to_owned(), json!(parent));
    }
    Some(event)
}

/// The event of a message that mentions the bot. Slack sends none in direct messages, nor where the bot is not.
fn mention(world: &World, channel: &str, ts: &str) -> Option<Value> {
    let channel =
        world.channel(channel).filter(|channel| !channel.is_im && channel.has(&world.bot.user_id))?;
    let message = channel.message(ts)?;
    message.text.contains(&format!("<@{}>", world.bot.user_id)).then(|| {
        let mut event = json!({
            "type": "app_mention", "user": message.user, "ts": ts, "client_msg_id": format!("msg-{ts}"),
            "text": message.text, "team": team_of(world, message), "blocks": [rich_text(&message.text)],
            "channel": channel.id, "event_ts": ts,
        });
        if let (Some(root), Some(event)) = (&message.thread_ts, event.as_object_mut()) {
            let parent = channel.message(root).map(|root| root.user.clone());
            event.insert("thread_ts".to_owned(), json!(root));
            event.insert("parent_user_id".to_owned(), json!(parent));
        }
        event
    })
}
