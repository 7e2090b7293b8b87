//! What howler knows of the workspace: channels by name, direct messages by person, and itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use tracing::warn;

use super::lenient::{lenient, rows};
use super::retry::Trouble;
use super::slack::client::{Call, Slack};
use domain::id::{ChannelId, UserId};

/// Slack takes less than 1,000.
const PAGE: &str = "999";

/// Who howler is in the workspace.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BotIdentity {
    /// The user that howler posts and creates channels as.
    #[serde(rename = "user_id")]
    pub user: UserId,
    /// The workspace's name.
    #[serde(default)]
    pub team: String,
    /// The workspace's id.
    #[serde(default)]
    pub team_id: Option<String>,
    /// The id of its Enterprise organization, where it is in one.
    #[serde(default)]
    pub enterprise_id: Option<String>,
    /// The app is installed for the whole organization.
    #[serde(default)]
    pub is_enterprise_install: bool,
    #[serde(default)]
    bot_id: Option<String>,
    /// The app's id. `auth.test` does not tell it of a bot's token; `bots.info` does.
    #[serde(default)]
    pub app_id: Option<String>,
}

/// A channel as `conversations.list` shows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed {
    pub id: ChannelId,
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    #[serde(default, deserialize_with = "lenient")]
    pub creator: Option<UserId>,
    /// Seconds since 1970.
    #[serde(default, deserialize_with = "lenient")]
    pub created: i64,
}

impl Listed {
    pub fn created_at(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.created).ok()
    }
}

/// Whether a search goes through archived channels too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archived {
    Without,
    Too,
}

/// Asked of Slack once, then remembered until it proves wrong.
pub struct Directory {
    slack: Arc<Slack>,
    named: Mutex<HashMap<String, ChannelId>>,
    /// Where channels were when howler was stopped, by the names that the configuration has for them.
    remembered: Mutex<HashMap<String, ChannelId>>,
    direct: Mutex<HashMap<UserId, ChannelId>>,
    me: Mutex<Option<BotIdentity>>,
    /// Lanes that miss the same channel at once look once. Where the last search was cut short it holds the name and where to
    /// go on: in a workspace of many channels a limit comes before the end.
    looking: tokio::sync::Mutex<Option<(String, String)>>,
}

#[derive(Deserialize)]
struct Page {
    #[serde(deserialize_with = "rows")]
    channels: Vec<Listed>,
    #[serde(default, deserialize_with = "lenient")]
    response_metadata: Cursor,
}

/// Where the next page begins; empty at the end.
#[derive(Default, Deserialize)]
pub struct Cursor {
    #[serde(default, deserialize_with = "lenient")]
    pub next_cursor: String,
}

impl Directory {
    pub fn new(slack: Arc<Slack>) -> Self {
        Self {
            slack,
            named: Mutex::default(),
            remembered: Mutex::default(),
            direct: Mutex::default(),
            me: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        }
    }

    /// The channel of a `#name`, or of an id as it stands; `None` when no channel that howler sees has the
    /// name or had it.
    ///
    /// # Errors
    /// When Slack cannot tell.
    pub async fn channel(&self, configured: &str) -> Result<Option<ChannelId>, Trouble> {
        if is_channel_id(configured) {
            return Ok(Some(ChannelId::from(configured)));
        }
        let name = bare_name(configured);
        if let Some(known) = get(&self.named, &name) {
            return Ok(Some(known));
        }
        let mut cut_short = self.looking.lock().await;
        if let Some(known) = get(&self.named, &name) {
            return Ok(Some(known));
        }
        let mut cursor =
            cut_short.take().filter(|(of, _)| *of == name).map(|(_, cursor)| cursor).unwrap_or_default();
        let wanted = |channel: &Listed| (channel.name == name).then(|| channel.id.clone());
        let mut found = self.search_from(&mut cursor, Archived::Without, wanted).await;
        // Slack keeps a place in a list for some time only.
        if found.as_ref().is_err_and(|trouble| trouble.is("invalid_cursor")) {
            cursor.clear();
            found = self.search_from(&mut cursor, Archived::Without, wanted).await;
        }
        if found.is_err() && !cursor.is_empty() {
            *cut_short = Some((name.clone(), cursor));
        }
        let found = match found? {
            Some(channel) => Some(channel),
            None => self.private(wanted).await?,
        };
        if let Some(channel) = &found {
            put(&self.named, name, channel.clone());
            return Ok(found);
        }
        self.remembered(&name).await
    }

    /// Where a channel is that the configuration calls by `name`, as the store has it.
    pub fn remember(&self, name: &str, channel: &ChannelId) {
        put(&self.remembered, bare_name(name), channel.clone());
    }

    /// The private channel that `wanted` picks among those that howler is in; none where the app may not see them.
    async fn private(
        &self,
        wanted: impl FnMut(&Listed) -> Option<ChannelId>,
    ) -> Result<Option<ChannelId>, Trouble> {
        let found = self.search_in("private_channel", &mut String::new(), Archived::Without, wanted).await;
        match found {
            Err(trouble) if trouble.is("missing_scope") => Ok(None),
            found => found,
        }
    }

    /// The channel that had the name once, under whatever name it is now. An archived one is told as such by whatever is done there,
    /// and is looked for by its name again the next time.
    async fn remembered(&self, name: &str) -> Result<Option<ChannelId>, Trouble> {
        #[derive(Deserialize)]
        struct Info {
            channel: Found,
        }
        #[derive(Deserialize)]
        struct Found {
            #[serde(default, deserialize_with = "lenient")]
            name: String,
            #[serde(default, deserialize_with = "lenient")]
            is_archived: bool,
        }
        let Some(id) = get(&self.remembered, &name.to_owned()) else { return Ok(None) };
        let call = Call::get("conversations.info", Some(id.as_str()), vec![("channel", id.to_string())]);
        match self.slack.call::<Info>(&call).await {
            Ok(Info { channel }) if channel.is_archived => Ok(Some(id)),
            Ok(Info { channel }) => {
                warn!(
                    configured = name,
                    now = channel.name,
                    "a channel was renamed; it is used under its new name"
                );
                put(&self.named, name.to_owned(), id.clone());
                Ok(Some(id))
            }
            Err(trouble) if trouble.is("channel_not_found") => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// Forgets what is known of a name: the channel was not there.
    pub fn forget_channel(&self, configured: &str) {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.remove(&bare_name(configured));
    }

    /// Goes through the public channels until `wanted` picks one.
    ///
    /// # Errors
    /// When Slack cannot tell.
    pub async fn search<T>(
        &self,
        archived: Archived,
        wanted: impl FnMut(&Listed) -> Option<T>,
    ) -> Result<Option<T>, Trouble> {
        self.search_from(&mut String::new(), archived, wanted).await
    }

    /// [`search`](Self::search), from `cursor` on, which says where to go on after a trouble.
    async fn search_from<T>(
        &self,
        cursor: &mut String,
        archived: Archived,
        wanted: impl FnMut(&Listed) -> Option<T>,
    ) -> Result<Option<T>, Trouble> {
        self.search_in("public_channel", cursor, archived, wanted).await
    }

    async fn search_in<T>(
        &self,
        kind: &'static str,
        cursor: &mut String,
        archived: Archived,
        mut wanted: impl FnMut(&Listed) -> Option<T>,
    ) -> Result<Option<T>, Trouble> {
        loop {
            let mut query = vec![
                ("types", kind.to_owned()),
                ("exclude_archived", (archived == Archived::Without).to_string()),
                ("limit", PAGE.to_owned()),
            ];
            if !cursor.is_empty() {
                query.push(("cursor", cursor.clone()));
            }
            let page: Page = self.slack.call(&Call::get("conversations.list", None, query)).await?;
            if let Some(found) = page.channels.iter().find_map(&mut wanted) {
                return Ok(Some(found));
            }
            let next = page.response_metadata.next_cursor;
            if next.is_empty() || next == *cursor {
                return Ok(None);
            }
            *cursor = next;
        }
    }

    /// The conversation of howler with one person.
    ///
    /// # Errors
    /// When Slack does not open one.
    pub async fn direct(&self, person: &UserId) -> Result<ChannelId, Trouble> {
        #[derive(Deserialize)]
        struct Opened {
            channel: Conversation,
        }
        #[derive(Deserialize)]
        struct Conversation {
            id: ChannelId,
        }
        if let Some(known) = get(&self.direct, person) {
            return Ok(known);
        }
        let call = Call::post("conversations.open", None, json!({ "users": person }));
        let Opened { channel } = self.slack.call(&call).await?;
        put(&self.direct, person.clone(), channel.id.clone());
        Ok(channel.id)
    }

    /// Forgets the conversation with a person: it was not there.
    pub fn forget_direct(&self, person: &UserId) {
        self.direct.lock().unwrap_or_else(PoisonError::into_inner).remove(person);
    }

    /// Who howler is, as last asked.
    ///
    /// # Errors
    /// When Slack was not asked yet and does not tell.
    pub async fn me(&self) -> Result<BotIdentity, Trouble> {
        let known = self.me.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match known {
            Some(me) => Ok(me),
            None => self.ask_me().await,
        }
    }

    /// Who howler is, once Slack has told.
    pub fn known_me(&self) -> Option<BotIdentity> {
        self.me.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks Slack who howler is.
    ///
    /// # Errors
    /// When Slack does not tell.
    pub async fn ask_me(&self) -> Result<BotIdentity, Trouble> {
        let mut me: BotIdentity = self.slack.call(&Call::post("auth.test", None, json!({}))).await?;
        if me.app_id.is_none() {
            me.app_id = match self.known_me().and_then(|known| known.app_id) {
                Some(app) => Some(app),
                None => self.app_of(me.bot_id.as_deref()).await,
            };
        }
        *self.me.lock().unwrap_or_else(PoisonError::into_inner) = Some(me.clone());
        Ok(me)
    }

    /// The app that a bot is of; `None` where Slack does not tell, and then the signature alone says which app a delivery is for.
    async fn app_of(&self, bot: Option<&str>) -> Option<String> {
        #[derive(Deserialize)]
        struct Info {
            bot: Bot,
        }
        #[derive(Deserialize)]
        struct Bot {
            app_id: Option<String>,
        }
        let call = Call::get("bots.info", None, vec![("bot", bot?.to_owned())]);
        self.slack.call::<Info>(&call).await.ok()?.bot.app_id
    }
}

fn get<K: std::hash::Hash + Eq>(map: &Mutex<HashMap<K, ChannelId>>, key: &K) -> Option<ChannelId> {
    map.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

fn put<K: std::hash::Hash + Eq>(map: &Mutex<HashMap<K, ChannelId>>, key: K, channel: ChannelId) {
    map.lock().unwrap_or_else(PoisonError::into_inner).insert(key, channel);
}

/// A channel's name as Slack keeps it: without `#`, in small letters.
pub fn bare_name(configured: &str) -> String {
    configured.trim().trim_start_matches('#').to_lowercase()
}

/// Names have no capitals; ids are nothing but capitals and digits.
fn is_channel_id(text: &str) -> bool {
    text.starts_with(['C', 'G']) && is_id(text)
}

/// Whether `text` has the form of a Slack id.
pub fn is_id(text: &str) -> bool {
    text.len() > 1 && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}
