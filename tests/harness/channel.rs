//! What a channel shows.

use fake::slack::Slack;
use serde_json::Value;

#[derive(Clone, Debug)]
pub struct Message {
    pub ts: String,
    pub text: String,
    /// The blocks as JSON.
    pub blocks: Value,
    pub only_for: Option<String>,
    pub by_howler: bool,
    /// The message whose thread it is in.
    pub thread: Option<String>,
    /// A reply that was sent to the channel too.
    pub broadcast: bool,
}

impl Message {
    /// Everything that can be read on it, blocks included.
    pub fn everything(&self) -> String {
        format!("{}\n{}", self.text, self.blocks)
    }

    /// What the button `action` carries.
    pub fn value(&self, action: &str) -> String {
        let mut found = Vec::new();
        values(&self.blocks, action, &mut found);
        found.pop().unwrap_or_else(|| panic!("no button {action} on {}", self.text))
    }

    /// The buttons' action ids.
    pub fn buttons(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.blocks, &mut found);
        found
    }
}

fn values(value: &Value, action: &str, found: &mut Vec<String>) {
    match value {
        Value::Array(values_in) => values_in.iter().for_each(|value| values(value, action, found)),
        Value::Object(fields) => {
            let is_it = fields.get("action_id").and_then(Value::as_str) == Some(action);
            found.extend(fields.get("value").filter(|_| is_it).and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| values(value, action, found));
        }
        _ => {}
    }
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Object(fields) => {
            if let Some(Value::String(action)) = fields.get("action_id") {
                found.push(action.clone());
            }
            fields.values().for_each(|value| collect(value, found));
        }
        _ => {}
    }
}

#[derive(Clone, Debug)]
pub struct Channel {
    pub topic: String,
    pub members: Vec<String>,
    pub pins: Vec<String>,
    pub messages: Vec<Message>,
}

impl Channel {
    pub fn look(slack: &Slack, name: &str) -> Self {
        Self::find(slack, name).unwrap_or_else(|| panic!("there is no channel {name}"))
    }

    pub fn find(slack: &Slack, name: &str) -> Option<Self> {
        let world = slack.look(|world| serde_json::to_value(world).unwrap());
        let person = world["people"].as_array()?.iter().find(|person| person["name"] == name);
        let channels = world["channels"].as_array()?;
        let channel = channels.iter().find(|channel| match (name.strip_prefix('#'), person) {
            (Some(name), _) => channel["name"] == name,
            (None, Some(person)) => channel["is_im"] == true && channel["im_user"] == person["id"],
            (None, None) => false,
        })?;
        Some(Self {
            topic: text(&channel["topic"]),
            members: list(&channel["members"]),
            pins: list(&channel["pins"]),
            messages: channel["messages"]
                .as_array()?
                .iter()
                .filter(|m| m["deleted"] != true)
                .map(message)
                .collect(),
        })
    }

    /// Howler's messages for everybody.
    pub fn said(&self) -> Vec<&Message> {
        self.messages.iter().filter(|message| message.by_howler && message.only_for.is_none()).collect()
    }

    /// What of it stands in the channel itself.
    pub fn shown(&self) -> Vec<&Message> {
        self.said().into_iter().filter(|message| message.thread.is_none() || message.broadcast).collect()
    }

    /// The latest of howler's messages for everybody that holds `part`.
    pub fn last(&self, part: &str) -> &Message {
        let found = self.said().into_iter().rev().find(|message| message.everything().contains(part));
        found.unwrap_or_else(|| panic!("no message with {part:?} among {:#?}", self.texts()))
    }

    pub fn texts(&self) -> Vec<&str> {
        self.said().into_iter().map(|message| message.text.as_str()).collect()
    }

    /// The latest private message to a person (by id).
    pub fn whispered_to(&self, user: &str) -> Option<&Message> {
        self.messages.iter().rev().find(|message| message.only_for.as_deref() == Some(user))
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => fields.get("value").map(text).unwrap_or_default(),
        _ => String::new(),
    }
}

fn list(value: &Value) -> Vec<String> {
    value.as_array().map(|values| values.iter().map(text).collect()).unwrap_or_default()
}

fn message(value: &Value) -> Message {
    Message {
        ts: text(&value["ts"]),
        text: text(&value["text"]),
        blocks: value["blocks"].clone(),
        only_for: value["only_for"].as_str().map(str::to_owned),
        by_howler: !value["bot_id"].is_null(),
        thread: value["thread_ts"].as_str().map(str::to_owned),
        broadcast: value["subtype"] == "thread_broadcast",
    }
}
