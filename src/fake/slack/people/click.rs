//! Buttons and menus, in messages and in modals, as `block_actions`.

use serde_json::{Map, Value, json};

use super::choose::{Found, find, held};
use super::payload::state;
use super::send::Delivery;
use super::{PersonError, Reply, channel, person};
use crate::slack::Slack;
use crate::slack::shape::{self, object};
use crate::slack::ts;
use crate::slack::world::{Channel, Message, ResponseUrl};

impl Slack {
    /// A person presses a button, or chooses `value` in a menu, under a message. Among several buttons with the same
    /// action id, `value` tells which.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn click(
        &self,
        person: &str,
        channel: &str,
        ts: &str,
        action_id: &str,
        value: Option<&str>,
    ) -> Result<Reply, PersonError> {
        self.takes_clicks()?;
        let now = self.now();
        let payload = self.arrange(|world| {
            let person = self::person(world, person)?;
            let channel = self::channel(world, channel, &person)?;
            let message = seen(&channel, ts, &person.id)?;
            let found = find(&message.blocks, action_id, value)?;
            let action = self.action(&found, value)?;
            let url = world.issue_response_url(ResponseUrl::at(&channel, message, &person.id, now));
            let mut payload = self.interaction(world, "block_actions", &person);
            let is_ephemeral = message.only_for.is_some();
            payload.extend(object(json!({
                "container": {
                    "type": "message", "message_ts": ts, "channel_id": channel.id, "is_ephemeral": is_ephemeral,
                },
                "channel": { "id": channel.id, "name": if channel.is_im { "directmessage" } else { &channel.name } },
                "state": { "values": state(&message.blocks, |id| value.filter(|_| id == action_id)) },
                "trigger_id": world.issue_trigger(&person.id, None, now),
                "response_url": self.response_url(&url),
                "actions": [action],
            })));
            // Slack keeps the content of ephemeral messages to itself.
            if !is_ephemeral {
                payload.insert("message".to_owned(), shape::message(world, &channel, message, true));
            }
            Ok(Value::Object(payload))
        })?;
        self.deliver(Delivery::interaction(&payload)).await
    }

    /// A person presses a button or chooses in a menu of the open modal.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn click_in_view(
        &self,
        person: &str,
        action_id: &str,
        value: Option<&str>,
    ) -> Result<Reply, PersonError> {
        self.takes_clicks()?;
        let now = self.now();
        let payload = self.arrange(|world| {
            let person = self::person(world, person)?;
            let open = world.top_view(&person.id).cloned().ok_or(PersonError::NoView)?;
            let blocks = open.view.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
            let action = self.action(&find(&blocks, action_id, value)?, value)?;
            let values = state(&blocks, |id| value.filter(|_| id == action_id));
            let mut payload = self.interaction(world, "block_actions", &person);
            payload.extend(object(json!({
                "container": { "type": "view", "view_id": open.id },
                "view": shape::view(world, &open, values.clone()),
                "state": { "values": values },
                "trigger_id": world.issue_trigger(&person.id, Some(open.id.clone()), now),
                "actions": [action],
            })));
            Ok(Value::Object(payload))
        })?;
        self.deliver(Delivery::interaction(&payload)).await
    }

    pub(super) fn takes_clicks(&self) -> Result<(), PersonError> {
        if self.manifest().interactive { Ok(()) } else { Err(PersonError::NotInteractive) }
    }

    /// One entry of `actions`.
    pub(super) fn action(
        &self,
        found: &Found,
        value: Option<&str>,
    ) -> Result<Map<String, Value>, PersonError> {
        let mut action = if found.kind() == "button" {
            let mut button = object(found.element.clone());
            button.retain(|name, _| matches!(name.as_str(), "type" | "text" | "value" | "style"));
            button
        } else {
            let mut held = held(&found.element, value)?;
            held.extend(
                found.element.get("placeholder").map(|text| ("placeholder".to_owned(), text.clone())),
            );
            held
        };
        action.insert("action_id".to_owned(), json!(found.action_id()));
        action.insert("block_id".to_owned(), json!(found.block_id));
        action.insert("action_ts".to_owned(), json!(ts::format(self.now().as_microsecond())));
        Ok(action)
    }
}

/// A message the person sees, be it for that person alone.
fn seen<'c>(channel: &'c Channel, ts: &str, user: &str) -> Result<&'c Message, PersonError> {
    let visible = |message: &&Message| {
        message.ts == ts && !message.deleted && message.only_for.as_deref().is_none_or(|one| one == user)
    };
    channel.messages.iter().find(visible).ok_or(PersonError::NoSuchMessage)
}
