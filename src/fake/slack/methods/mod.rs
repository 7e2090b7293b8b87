//! The Web API's methods: one table, one file per family.

mod chat;
mod content;
mod conversations;
pub(super) mod files;
mod find;
mod groups;
mod history;
mod home;
mod marks;
mod people;
pub(super) mod views;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::args::{Answer, Args, Refusal, refuse};
use super::limits::{TIER_1, TIER_2, TIER_3, TIER_4, Tier};
use super::manifest::MessagesTab;
use super::shape::object;
use super::world::{Channel, World};

pub(super) use content::{Content, content};
pub(super) use marks::add as add_reaction;

/// One method: how often it may be called, whether it takes JSON, and what it does.
pub(super) struct Method {
    pub name: &'static str,
    pub tier: Tier,
    /// Slack reads JSON bodies for methods that write; the others take a query or a form.
    pub json: bool,
    pub changes: bool,
    pub run: fn(&mut Turn<'_>) -> Answer,
}

const fn writes(name: &'static str, tier: Tier, run: fn(&mut Turn<'_>) -> Answer) -> Method {
    Method { name, tier, json: true, changes: true, run }
}

const fn reads(name: &'static str, tier: Tier, run: fn(&mut Turn<'_>) -> Answer) -> Method {
    Method { name, tier, json: false, changes: false, run }
}

/// Changes something, and takes no JSON.
const fn form(name: &'static str, tier: Tier, run: fn(&mut Turn<'_>) -> Answer) -> Method {
    Method { name, tier, json: false, changes: true, run }
}

/// The one method that takes the app-level token; the fake answers it outside this table's functions.
pub(super) const CONNECTIONS_OPEN: &str = "apps.connections.open";

const METHODS: [Method; 39] = [
    writes(CONNECTIONS_OPEN, TIER_1, |_| refuse("not_allowed_token_type")),
    writes("api.test", Tier::Unlimited, api_test),
    writes("auth.test", Tier::Unlimited, auth_test),
    reads("bots.info", TIER_3, people::bot),
    writes("chat.postMessage", Tier::PerChannel, chat::post_message),
    writes("chat.update", TIER_3, chat::update),
    writes("chat.postEphemeral", TIER_4, chat::post_ephemeral),
    writes("chat.delete", TIER_3, chat::delete),
    reads("chat.getPermalink", Tier::Unlimited, chat::get_permalink),
    writes("conversations.create", TIER_2, conversations::create),
    writes("conversations.join", TIER_3, conversations::join),
    writes("conversations.invite", TIER_3, conversations::invite),
    writes("conversations.open", TIER_3, conversations::open),
    writes("conversations.setTopic", TIER_2, conversations::set_topic),
    writes("conversations.archive", TIER_2, conversations::archive),
    reads("conversations.list", TIER_2, find::list),
    reads("conversations.info", TIER_3, find::info),
    reads("conversations.members", TIER_4, find::members),
    reads("conversations.history", TIER_3, history::history),
    reads("conversations.replies", TIER_3, history::replies),
    form("files.getUploadURLExternal", TIER_4, files::begin),
    writes("files.completeUploadExternal", TIER_4, files::complete),
    writes("pins.add", TIER_2, marks::pin),
    writes("pins.remove", TIER_2, marks::unpin),
    reads("pins.list", TIER_2, marks::pins),
    writes("reactions.add", TIER_3, marks::react),
    reads("reactions.get", TIER_3, marks::reactions),
    reads("dnd.info", TIER_3, people::quiet),
    writes("usergroups.disable", TIER_2, groups::disable),
    writes("usergroups.enable", TIER_2, groups::enable),
    reads("usergroups.list", TIER_2, groups::list),
    reads("usergroups.users.list", TIER_2, groups::users),
    writes("usergroups.users.update", TIER_2, groups::update),
    reads("users.info", TIER_4, people::info),
    reads("users.list", TIER_2, people::list),
    writes("views.open", TIER_4, views::open),
    writes("views.publish", TIER_4, home::publish),
    writes("views.push", TIER_4, views::push),
    writes("views.update", TIER_4, views::update),
];

pub(super) fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

/// One call: its arguments, the world it changes, and the instant.
pub(super) struct Turn<'a> {
    pub world: &'a mut World,
    pub args: &'a Args,
    pub now: Timestamp,
    /// The fake's own address, without a slash at its end.
    pub base: &'a str,
    pub granted: &'a BTreeSet<String>,
    pub messages_tab: MessagesTab,
    pub home_tab: bool,
    pub used: &'a mut BTreeSet<String>,
    /// How long Slack looks at a file.
    pub looks: SignedDuration,
}

/// What a conversation's scopes begin with.
pub(super) fn family(channel: &Channel) -> &'static str {
    match (channel.is_im, channel.is_private) {
        (true, _) => "im",
        (false, true) => "groups",
        (false, false) => "channels",
    }
}

impl Turn<'_> {
    /// Passes if the token has one of these scopes, and notes the scope as used.
    pub fn need(&mut self, any: &[&str]) -> Result<(), Refusal> {
        if let Some(scope) = any.iter().find(|scope| self.granted.contains(**scope)) {
            self.used.insert((*scope).to_owned());
            return Ok(());
        }
        let mut refusal = Refusal::new("missing_scope");
        let provided = self.granted.iter().cloned().collect::<Vec<_>>().join(",");
        refusal.more = object(json!({ "needed": any.join(","), "provided": provided }));
        Err(refusal)
    }

    /// The conversation an id names, once the token has one of its family's scopes: `["history"]` means
    /// `channels:history` for a public channel.
    pub fn channel(&mut self, verbs: &[&str]) -> Result<Channel, Refusal> {
        let id = self.args.required("channel")?;
        let found = self.world.channel(&id).cloned();
        let scopes = |family: &str| verbs.iter().map(|verb| format!("{family}:{verb}")).collect::<Vec<_>>();
        let families: &[&str] = match &found {
            Some(channel) => &[family(channel)],
            None => &["channels", "groups", "im", "mpim"],
        };
        let any: Vec<String> = families.iter().flat_map(|family| scopes(family)).collect();
        self.need(&any.iter().map(String::as_str).collect::<Vec<_>>())?;
        self.visible(found)
    }

    /// The conversation an id names, for methods whose scope does not depend on it.
    pub fn any_channel(&self) -> Result<Channel, Refusal> {
        let id = self.args.required("channel")?;
        self.visible(self.world.channel(&id).cloned())
    }

    /// Private conversations do not exist for a bot outside them.
    pub fn visible(&self, channel: Option<Channel>) -> Result<Channel, Refusal> {
        let bot = &self.world.bot.user_id;
        match channel {
            Some(channel) if channel.has(bot) || (!channel.is_private && !channel.is_im) => Ok(channel),
            _ => refuse("channel_not_found"),
        }
    }

    /// Passes if the bot is in the channel.
    pub fn inside(&self, channel: &Channel) -> Result<(), Refusal> {
        if channel.has(&self.world.bot.user_id) { Ok(()) } else { refuse("not_in_channel") }
    }

    pub fn bot(&self) -> String {
        self.world.bot.user_id.clone()
    }
}

/// Where a page begins, from an opaque cursor.
fn page_start(args: &Args, kind: &str) -> Result<usize, Refusal> {
    let Some(cursor) = args.text("cursor") else { return Ok(0) };
    let plain = hex::decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let start = plain.and_then(|plain| plain.strip_prefix(kind)?.strip_prefix(':')?.parse().ok());
    start.ok_or_else(|| Refusal::new("invalid_cursor"))
}

/// The cursor of the next page; empty on the last.
fn page_next(kind: &str, start: usize, limit: usize, total: usize) -> String {
    let next = start.saturating_add(limit);
    if next < total { hex::encode(format!("{kind}:{next}")) } else { String::new() }
}

fn api_test(turn: &mut Turn<'_>) -> Answer {
    if let Some(error) = turn.args.text("error") {
        return refuse(&error);
    }
    Ok(object(json!({ "args": Value::Object(turn.args.0.clone()) })))
}

fn auth_test(turn: &mut Turn<'_>) -> Answer {
    let (team, bot) = (&turn.world.team, &turn.world.bot);
    let mut told = object(json!({
        "url": format!("https://{}.slack.com/", team.domain), "team": team.name, "user": bot.name,
        "team_id": team.id, "user_id": bot.user_id, "bot_id": bot.bot_id, "is_enterprise_install": false,
    }));
    if let Some(organisation) = &team.organisation {
        told.insert("enterprise_id".to_owned(), json!(organisation));
    }
    Ok(told)
}
