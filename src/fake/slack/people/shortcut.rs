//! Shortcuts, as `shortcut` and `message_action` (docs.slack.dev, Shortcuts payload).

use serde_json::{Value, json};

use super::send::Delivery;
use super::{PersonError, Reply, channel, person};
use crate::slack::shape::{self, object};
use crate::slack::ts;
use crate::slack::world::ResponseUrl;
use crate::slack::{Reach, Slack};

impl Slack {
    /// A person chooses a shortcut of the app that is everywhere.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn shortcut(&self, person: &str, callback_id: &str) -> Result<Reply, PersonError> {
        self.offers(Reach::Global, callback_id)?;
        let now = self.now();
        let payload = self.arrange(|world| {
            let person = self::person(world, person)?;
            let mut payload = self.interaction(world, "shortcut", &person);
            payload.extend(object(json!({
                "callback_id": callback_id,
                "trigger_id": world.issue_trigger(&person.id, None, now),
                "action_ts": ts::format(now.as_microsecond()),
            })));
            Ok(Value::Object(payload))
        })?;
        self.use_scope("commands");
        self.deliver(Delivery::interaction(&payload)).await
    }

    /// A person chooses a shortcut of the app in a message's menu, in any conversation that the person is in.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn message_shortcut(
        &self,
        person: &str,
        channel: &str,
        ts: &str,
        callback_id: &str,
    ) -> Result<Reply, PersonError> {
        self.offers(Reach::Message, callback_id)?;
        let now = self.now();
        let payload = self.arrange(|world| {
            let person = self::person(world, person)?;
            let channel = self::channel(world, channel, &person)?;
            // What one person alone sees has no menu.
            let message = channel.message(ts).ok_or(PersonError::NoSuchMessage)?;
            let url = world.issue_response_url(ResponseUrl::at(&channel, message, &person.id, now));
            let mut payload = self.interaction(world, "message_action", &person);
            payload.extend(object(json!({
                "callback_id": callback_id,
                "trigger_id": world.issue_trigger(&person.id, None, now),
                "action_ts": ts::format(now.as_microsecond()),
                "message_ts": ts,
                "message": shape::message(world, &channel, message, true),
                "channel": { "id": channel.id, "name": if channel.is_im { "directmessage" } else { &channel.name } },
                "response_url": self.response_url(&url),
            })));
            Ok(Value::Object(payload))
        })?;
        self.use_scope("commands");
        self.deliver(Delivery::interaction(&payload)).await
    }

    fn offers(&self, reach: Reach, callback_id: &str) -> Result<(), PersonError> {
        self.takes_clicks()?;
        let offered = self.manifest().shortcuts.iter();
        let mut offered =
            offered.filter(|shortcut| shortcut.r#type == reach && shortcut.callback_id == callback_id);
        offered.next().map(drop).ok_or_else(|| PersonError::NoSuchShortcut(callback_id.to_owned()))
    }
}
