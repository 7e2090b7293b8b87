//! The app's Home tab from the person's side: opening it, and what is pressed there.

use serde_json::{Value, json};

use super::choose::find;
use super::payload::state;
use super::send::Delivery;
use super::{PersonError, Reply, person};
use crate::slack::Slack;
use crate::slack::shape::{self, object};
use crate::slack::ts;

impl Slack {
    /// A person opens the app's Home tab. The answer is howler's, if it is told of that.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn open_home(&self, person: &str) -> Result<Option<Reply>, PersonError> {
        self.has_home()?;
        self.arrive(person, "home").await
    }

    /// A person opens the tab with the app's messages.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn open_messages(&self, person: &str) -> Result<Option<Reply>, PersonError> {
        self.arrive(person, "messages").await
    }

    async fn arrive(&self, person: &str, tab: &str) -> Result<Option<Reply>, PersonError> {
        let now = self.now();
        let event = self.arrange(|world| {
            let person = self::person(world, person)?;
            let (channel, _) = world.open_direct(&person.id, now);
            let mut event = object(json!({
                "type": "app_home_opened", "user": person.id, "channel": channel, "tab": tab,
                "event_ts": ts::format(now.as_microsecond()),
            }));
            // What stands there goes along, once there is something.
            if let Some(home) = world.homes.get(&person.id).filter(|_| tab == "home") {
                event.insert("view".to_owned(), shape::view(world, home, json!({})));
            }
            Ok(Value::Object(event))
        })?;
        self.send_event("app_home_opened", None, event).await
    }

    /// A person presses a button on the Home tab.
    ///
    /// # Errors
    /// What the person cannot do.
    pub async fn click_home(
        &self,
        person: &str,
        action_id: &str,
        value: Option<&str>,
    ) -> Result<Reply, PersonError> {
        self.has_home()?;
        self.takes_clicks()?;
        let now = self.now();
        let payload = self.arrange(|world| {
            let person = self::person(world, person)?;
            let home = world.homes.get(&person.id).cloned().ok_or(PersonError::NoHome)?;
            let blocks = home.view.get("blocks").and_then(Value::as_array).cloned().unwrap_or_default();
            let action = self.action(&find(&blocks, action_id, value)?, value)?;
            let values = state(&blocks, |id| value.filter(|_| id == action_id));
            let mut payload = self.interaction(world, "block_actions", &person);
            // No channel, no message, no address to answer to.
            payload.extend(object(json!({
                "container": { "type": "view", "view_id": home.id },
                "view": shape::view(world, &home, values.clone()),
                "state": { "values": values },
                "trigger_id": world.issue_trigger(&person.id, Some(home.id.clone()), now),
                "actions": [action],
            })));
            Ok(Value::Object(payload))
        })?;
        self.deliver(Delivery::interaction(&payload)).await
    }

    fn has_home(&self) -> Result<(), PersonError> {
        if self.manifest().home_tab { Ok(()) } else { Err(PersonError::NoHomeTab) }
    }
}
