//! Everything the fake Slack knows: a workspace as plain data. The rehearsal's page shows it and keeps it, so field
//! names stay.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ts;

/// Who speaks when Slack itself does.
pub const SLACKBOT: &str = "USLACKBOT";
/// The workspace that strangers are of.
const ELSEWHERE: &str = "T0ELSEWHERE";

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct World {
    pub team: Team,
    pub bot: Bot,
    pub people: Vec<Person>,
    pub usergroups: Vec<Usergroup>,
    pub channels: Vec<Channel>,
    /// Open modals; a person's are stacked, the last one on top.
    pub views: Vec<OpenView>,
    /// What is published on the app's Home tab, by person.
    #[serde(default)]
    pub homes: BTreeMap<String, OpenView>,
    pub triggers: BTreeMap<String, Trigger>,
    pub response_urls: BTreeMap<String, ResponseUrl>,
    /// Files by id, uploaded and shared or not.
    #[serde(default)]
    pub files: BTreeMap<String, File>,
    /// The last number handed out to an id.
    pub counter: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Team {
    pub id: String,
    pub name: String,
    pub domain: String,
    /// The Enterprise organization that it is in.
    #[serde(default)]
    pub organisation: Option<String>,
    /// User groups exist on paid plans only.
    pub paid: bool,
    /// The workspace's setting: only admins may change user groups, so no bot may.
    #[serde(default)]
    pub groups_for_admins: bool,
    /// The workspace's setting: messages cannot be edited any more.
    #[serde(default)]
    pub edit_window_closed: bool,
    /// How many people a user group may have. Slack has a limit and does not say which.
    #[serde(default)]
    pub largest_group: Option<usize>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bot {
    pub user_id: String,
    pub bot_id: String,
    pub app_id: String,
    pub name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub real_name: String,
    pub tz: String,
    pub deleted: bool,
    /// A bot of another app.
    #[serde(default)]
    pub is_bot: bool,
    /// A guest, of one channel or several.
    #[serde(default)]
    pub is_guest: bool,
    /// From another workspace, met in a shared channel.
    #[serde(default)]
    pub is_stranger: bool,
    /// Their Enterprise organization.
    #[serde(default)]
    pub organisation: Option<String>,
    /// The next time without notifications.
    #[serde(default)]
    pub quiet: Option<Quiet>,
}

/// Do Not Disturb, in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    pub from: i64,
    pub until: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usergroup {
    pub id: String,
    pub handle: String,
    pub name: String,
    pub users: Vec<String>,
    /// When it was last changed, in seconds since 1970; 0 where it never was.
    #[serde(default)]
    pub updated: i64,
    /// Who changed it last; nobody, where it is as it was made.
    #[serde(default)]
    pub updated_by: Option<String>,
    /// Since when it is disabled, in seconds since 1970.
    #[serde(default)]
    pub disabled: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    pub id: String,
    pub name: String,
    pub is_im: bool,
    pub im_user: Option<String>,
    pub is_private: bool,
    pub is_archived: bool,
    pub creator: String,
    /// Seconds since 1970.
    pub created: i64,
    pub members: Vec<String>,
    pub topic: String,
    pub purpose: String,
    pub pins: Vec<String>,
    /// Who pinned each of them, and when.
    #[serde(default)]
    pub pinned: BTreeMap<String, Pinned>,
    pub messages: Vec<Message>,
    /// The last message time handed out, in microseconds.
    pub last_ts: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pinned {
    pub by: String,
    /// Seconds since 1970.
    pub at: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub ts: String,
    pub user: String,
    pub bot_id: Option<String>,
    /// What kind of note Slack itself made: `channel_join`, `channel_topic`, ...; `thread_broadcast` for a reply
    /// shown in the channel too.
    pub subtype: Option<String>,
    pub text: String,
    /// Shared: a channel is looked at far more often than a message is written.
    pub blocks: Arc<Vec<Value>>,
    pub thread_ts: Option<String>,
    pub edited: Option<Edited>,
    pub reactions: Vec<Reaction>,
    pub metadata: Option<Value>,
    /// Files that it shares.
    #[serde(default)]
    pub files: Vec<File>,
    /// Ephemeral: this person alone sees it, and no API method finds it.
    pub only_for: Option<String>,
    pub deleted: bool,
}

/// A file, as far as it has come: an upload's address, its bytes, its place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct File {
    pub id: String,
    pub name: String,
    pub title: String,
    /// As it was announced, in bytes.
    pub length: usize,
    /// For those who do not see it.
    #[serde(default)]
    pub alt: String,
    /// Its bytes, where they are text.
    pub text: Option<String>,
    /// Its bytes in base64, where they are a picture.
    #[serde(default)]
    pub picture: Option<String>,
    /// When Slack has looked at it, and knows what it is: not before its upload was completed.
    #[serde(default)]
    pub ready: Option<Timestamp>,
    pub shared: bool,
}

impl File {
    /// Whether its bytes have come.
    pub fn is_uploaded(&self) -> bool {
        self.text.is_some() || self.picture.is_some()
    }

    /// Whether a block can show it.
    pub fn can_be_shown(&self, now: Timestamp) -> bool {
        self.picture.is_some() && self.ready.is_some_and(|ready| ready <= now)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Edited {
    pub user: String,
    pub ts: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reaction {
    pub name: String,
    pub users: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OpenView {
    pub id: String,
    pub user: String,
    pub hash: String,
    pub root_view_id: String,
    pub previous_view_id: Option<String>,
    pub trigger_id: String,
    /// The view as the app sent it, with ids filled in.
    pub view: Value,
}

/// A `trigger_id`: good for one modal, for three seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    pub user: String,
    pub issued: Timestamp,
    pub used: bool,
    /// The modal it came from, if any.
    pub view: Option<String>,
}

/// A `response_url`: good for five answers, for thirty minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResponseUrl {
    pub channel: String,
    pub user: String,
    /// The message that `replace_original` means: the one clicked, or the command's answer.
    pub original: Option<String>,
    pub thread_ts: Option<String>,
    pub issued: Timestamp,
    pub uses: u32,
}

impl ResponseUrl {
    /// For what `user` does at a message.
    pub fn at(channel: &Channel, message: &Message, user: &str, now: Timestamp) -> Self {
        Self {
            channel: channel.id.clone(),
            user: user.to_owned(),
            original: Some(message.ts.clone()),
            thread_ts: message.thread_ts.clone(),
            issued: now,
            uses: 0,
        }
    }
}

impl World {
    /// A fresh number for an id.
    pub fn number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// The workspace that somebody is of.
    pub fn team_of<'w>(&'w self, person: &Person) -> &'w str {
        if person.is_stranger { ELSEWHERE } else { &self.team.id }
    }

    /// Whether people of another workspace are in a channel (Slack Connect).
    pub fn is_shared(&self, channel: &str) -> bool {
        let stranger = |id: &String| self.person(id).is_some_and(|person| person.is_stranger);
        self.channel(channel).is_some_and(|channel| channel.members.iter().any(stranger))
    }

    pub fn channel(&self, id: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }

    pub fn channel_mut(&mut self, id: &str) -> Option<&mut Channel> {
        self.channels.iter_mut().find(|channel| channel.id == id)
    }

    /// By id, `#name` or name; not a direct message.
    pub fn channel_called(&self, name: &str) -> Option<&Channel> {
        let bare = name.strip_prefix('#').unwrap_or(name);
        self.channel(name).or_else(|| self.channels.iter().find(|one| !one.is_im && one.name == bare))
    }

    pub fn direct(&self, user: &str) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.im_user.as_deref() == Some(user))
    }

    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// By id, `@name` or name.
    pub fn person_called(&self, name: &str) -> Option<&Person> {
        let bare = name.strip_prefix('@').unwrap_or(name);
        self.people.iter().find(|person| person.id == name || person.name == bare)
    }

    pub fn usergroup(&self, id: &str) -> Option<&Usergroup> {
        self.usergroups.iter().find(|group| group.id == id)
    }

    pub fn usergroup_mut(&mut self, id: &str) -> Option<&mut Usergroup> {
        self.usergroups.iter_mut().find(|group| group.id == id)
    }

    /// Opens the direct message between the bot and a person; `true` if it was there already.
    pub fn open_direct(&mut self, user: &str, now: Timestamp) -> (String, bool) {
        if let Some(channel) = self.direct(user) {
            return (channel.id.clone(), true);
        }
        let id = format!("D{:09}", self.number());
        self.channels.push(Channel {
            id: id.clone(),
            is_im: true,
            im_user: Some(user.to_owned()),
            creator: self.bot.user_id.clone(),
            created: now.as_second(),
            members: vec![user.to_owned(), self.bot.user_id.clone()],
            ..Channel::default()
        });
        (id, false)
    }

    /// Writes a message down: gives it its time and its blocks their ids. Returns the time.
    pub fn post(&mut self, channel: &str, mut message: Message, now: Timestamp) -> String {
        self.fill_ids(Arc::<Vec<Value>>::make_mut(&mut message.blocks));
        let Some(channel) = self.channel_mut(channel) else { return String::new() };
        channel.last_ts = ts::next(now, channel.last_ts);
        message.ts = ts::format(channel.last_ts);
        let ts = message.ts.clone();
        channel.messages.push(message);
        ts
    }

    /// What Slack notes in a channel by itself, spoken by whoever did it.
    pub fn note(&mut self, channel: &str, user: &str, subtype: &str, text: String, now: Timestamp) {
        let bot_id = (user == self.bot.user_id).then(|| self.bot.bot_id.clone());
        let subtype = Some(subtype.to_owned());
        let message = Message { user: user.to_owned(), bot_id, subtype, text, ..Message::default() };
        self.post(channel, message, now);
    }

    /// An ephemeral message from Slackbot.
    pub fn slackbot(&mut self, channel: &str, person: &str, text: String, now: Timestamp) {
        let only_for = Some(person.to_owned());
        let message = Message { user: SLACKBOT.to_owned(), text, only_for, ..Message::default() };
        self.post(channel, message, now);
    }

    /// Slack names blocks and elements that came without a name.
    pub fn fill_ids(&mut self, blocks: &mut [Value]) {
        for block in blocks {
            let Some(block) = block.as_object_mut() else { continue };
            if !block.contains_key("block_id") {
                block.insert("block_id".to_owned(), format!("b{}", self.number()).into());
            }
            if block.get("type").and_then(Value::as_str) == Some("rich_text") {
                continue;
            }
            for name in ["elements", "accessory", "element"] {
                match block.get_mut(name) {
                    Some(Value::Array(elements)) => elements.iter_mut().for_each(|one| self.fill_action(one)),
                    Some(element) => self.fill_action(element),
                    None => {}
                }
            }
        }
    }

    fn fill_action(&mut self, element: &mut Value) {
        let kind = element.get("type").and_then(Value::as_str).unwrap_or_default();
        if matches!(kind, "image" | "plain_text" | "mrkdwn" | "") {
            return;
        }
        if let Some(element) = element.as_object_mut()
            && !element.contains_key("action_id")
        {
            element.insert("action_id".to_owned(), format!("a{}", self.number()).into());
        }
    }

    /// The modal a person sees.
    pub fn top_view(&self, user: &str) -> Option<&OpenView> {
        self.views.iter().rev().find(|view| view.user == user)
    }

    /// A trigger for a modal, handed out now.
    pub fn issue_trigger(&mut self, user: &str, view: Option<String>, now: Timestamp) -> String {
        // Old ones answer "expired" for a while; nobody asks after an hour.
        self.triggers.retain(|_, trigger| now.duration_since(trigger.issued).as_hours() < 1);
        let id = format!("{}.{}.{:08x}", self.number(), now.as_millisecond(), self.counter);
        self.triggers.insert(id.clone(), Trigger { user: user.to_owned(), issued: now, used: false, view });
        id
    }

    /// An address for answers, handed out now; the id is the last part of its path.
    pub fn issue_response_url(&mut self, url: ResponseUrl) -> String {
        let now = url.issued;
        self.response_urls.retain(|_, url| now.duration_since(url.issued).as_hours() < 24);
        let id = format!("R{:09}", self.number());
        self.response_urls.insert(id.clone(), url);
        id
    }
}

impl Channel {
    pub fn has(&self, user: &str) -> bool {
        self.members.iter().any(|member| member == user)
    }

    /// A message that the API can see.
    pub fn message(&self, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.ts == ts && message.is_public())
    }

    pub fn message_mut(&mut self, ts: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.ts == ts && message.is_public())
    }

    /// The replies under a message, oldest first.
    pub fn replies<'c>(&'c self, root: &'c str) -> impl DoubleEndedIterator<Item = &'c Message> {
        self.messages.iter().filter(move |message| {
            message.is_public() && message.ts != root && message.thread_ts.as_deref() == Some(root)
        })
    }
}

impl Message {
    /// Neither deleted nor ephemeral.
    pub fn is_public(&self) -> bool {
        !self.deleted && self.only_for.is_none()
    }

    /// Shown in the channel itself, not only in a thread.
    pub fn is_top_level(&self) -> bool {
        self.thread_ts.as_ref().is_none_or(|root| *root == self.ts)
            || self.subtype.as_deref() == Some("thread_broadcast")
    }
}
