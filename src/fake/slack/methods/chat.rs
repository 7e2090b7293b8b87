//! `chat.*`: saying, correcting and taking back.

use serde_json::json;

use super::content::UPDATE_MOST;
use super::{Content, Turn, content};
use crate::slack::args::{Answer, Refusal, refuse};
use crate::slack::manifest::MessagesTab;
use crate::slack::shape::{self, object};
use crate::slack::ts;
use crate::slack::world::{Channel, Edited, Message};

/// Where a message goes.
enum Target {
    Channel(Box<Channel>),
    /// A direct message that is opened by being written to.
    Person(String),
}

pub(super) fn post_message(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["chat:write"])?;
    let target = target(turn)?;
    let direct = matches!(&target, Target::Person(_)) || matches!(&target, Target::Channel(it) if it.is_im);
    if direct && turn.messages_tab == MessagesTab::Off {
        return refuse("messages_tab_disabled");
    }
    let content = content(turn.args, turn.world, turn.now)?;
    let thread = match &target {
        Target::Channel(channel) => thread(turn, channel)?,
        Target::Person(_) => None,
    };
    let id = match target {
        Target::Channel(channel) => channel.id,
        Target::Person(person) => turn.world.open_direct(&person, turn.now).0,
    };
    let mut message = message(turn, content);
    let broadcast = thread.is_some() && turn.args.flag("reply_broadcast");
    message.subtype = broadcast.then(|| "thread_broadcast".to_owned());
    message.thread_ts = thread;
    let ts = turn.world.post(&id, message, turn.now);
    answer(turn, &id, &ts)
}

/// `postMessage` takes an id, a name, or a person's id.
fn target(turn: &mut Turn<'_>) -> Result<Target, Refusal> {
    let name = turn.args.required("channel")?;
    if let Some(person) = turn.world.person(&name) {
        return if person.deleted {
            refuse("channel_not_found")
        } else {
            Ok(Target::Person(person.id.clone()))
        };
    }
    let channel = turn.visible(turn.world.channel_called(&name).cloned())?;
    let other = channel.im_user.as_ref().and_then(|user| turn.world.person(user));
    if other.is_some_and(|person| person.deleted) {
        return refuse("channel_not_found");
    }
    writable(turn, &channel)?;
    Ok(Target::Channel(Box::new(channel)))
}

/// Outside a public channel a bot may speak only with a scope of its own.
fn writable(turn: &mut Turn<'_>, channel: &Channel) -> Result<(), Refusal> {
    if channel.is_archived {
        return refuse("is_archived");
    }
    if !channel.has(&turn.bot()) {
        return turn.need(&["chat:write.public"]).map_err(|_| Refusal::new("not_in_channel"));
    }
    Ok(())
}

/// The thread to answer in; a reply's own time means the thread it stands in.
fn thread(turn: &Turn<'_>, channel: &Channel) -> Result<Option<String>, Refusal> {
    let Some(asked) = turn.args.text("thread_ts") else { return Ok(None) };
    if ts::parse(&asked).is_none() {
        return refuse("invalid_thread_ts");
    }
    let Some(message) = channel.message(&asked) else { return refuse("thread_not_found") };
    Ok(Some(message.thread_ts.clone().unwrap_or(asked)))
}

fn message(turn: &Turn<'_>, content: Content) -> Message {
    Message {
        user: turn.bot(),
        bot_id: Some(turn.world.bot.bot_id.clone()),
        text: content.text.unwrap_or_default(),
        blocks: content.blocks.unwrap_or_default().into(),
        metadata: content.metadata.filter(|metadata| !metadata.is_null()),
        ..Message::default()
    }
}

fn answer(turn: &Turn<'_>, channel: &str, ts: &str) -> Answer {
    let found = turn.world.channel(channel).and_then(|channel| Some((channel, channel.message(ts)?)));
    let Some((channel, message)) = found else { return refuse("message_not_found") };
    let shape = shape::message(turn.world, channel, message, true);
    Ok(object(json!({ "channel": channel.id, "ts": ts, "text": message.text, "message": shape })))
}

pub(super) fn update(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["chat:write"])?;
    let channel = turn.any_channel()?;
    let ts = turn.args.required("ts")?;
    let Some(found) = channel.message(&ts) else { return refuse("message_not_found") };
    let made_by_slack = found.subtype.as_deref().is_some_and(|subtype| subtype != "thread_broadcast");
    if found.bot_id.as_ref() != Some(&turn.world.bot.bot_id) || made_by_slack {
        return refuse("cant_update_message");
    }
    if channel.is_archived {
        return refuse("is_inactive");
    }
    if turn.world.team.edit_window_closed {
        return refuse("edit_window_closed");
    }
    let mut content = content(turn.args, turn.world, turn.now)?;
    if content.text.as_ref().is_some_and(|text| text.chars().count() > UPDATE_MOST) {
        return refuse("msg_too_long");
    }
    if let Some(blocks) = &mut content.blocks {
        turn.world.fill_ids(blocks);
    }
    let edited = Edited { user: turn.bot(), ts: ts::format(turn.now.as_microsecond()) };
    let message = turn.world.channel_mut(&channel.id).and_then(|channel| channel.message_mut(&ts));
    if let Some(message) = message {
        revise(message, content, edited);
    }
    answer(turn, &channel.id, &ts)
}

/// What an update leaves out stays as it was.
fn revise(message: &mut Message, content: Content, edited: Edited) {
    if let Some(text) = content.text {
        message.text = text;
    }
    if let Some(blocks) = content.blocks {
        message.blocks = blocks.into();
    }
    if let Some(metadata) = content.metadata {
        message.metadata = Some(metadata).filter(|metadata| !metadata.is_null());
    }
    message.edited = Some(edited);
}

pub(super) fn post_ephemeral(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["chat:write"])?;
    let name = turn.args.required("channel")?;
    let user = turn.args.required("user")?;
    let channel = turn.visible(turn.world.channel_called(&name).cloned())?;
    writable(turn, &channel)?;
    if !channel.has(&user) {
        return refuse("user_not_in_channel");
    }
    let content = content(turn.args, turn.world, turn.now)?;
    let thread_ts = thread(turn, &channel)?;
    let message = Message { only_for: Some(user), metadata: None, thread_ts, ..message(turn, content) };
    let ts = turn.world.post(&channel.id, message, turn.now);
    Ok(object(json!({ "message_ts": ts })))
}

pub(super) fn delete(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["chat:write"])?;
    let channel = turn.any_channel()?;
    let ts = turn.args.required("ts")?;
    let Some(found) = channel.message(&ts) else { return refuse("message_not_found") };
    if found.bot_id.as_ref() != Some(&turn.world.bot.bot_id) {
        return refuse("cant_delete_message");
    }
    if let Some(channel) = turn.world.channel_mut(&channel.id) {
        channel.pins.retain(|pin| *pin != ts);
        channel.pinned.remove(&ts);
        if let Some(message) = channel.message_mut(&ts) {
            message.deleted = true;
        }
    }
    Ok(object(json!({ "channel": channel.id, "ts": ts })))
}

pub(super) fn get_permalink(turn: &mut Turn<'_>) -> Answer {
    let channel = turn.any_channel()?;
    let ts = turn.args.required("message_ts")?;
    let Some(message) = channel.message(&ts) else { return refuse("message_not_found") };
    let digits = ts.replace('.', "");
    let mut link = format!("https://{}.slack.com/archives/{}/p{digits}", turn.world.team.domain, channel.id);
    if let Some(root) = message.thread_ts.as_ref().filter(|root| **root != ts) {
        link.push_str(&format!("?thread_ts={root}&cid={}", channel.id));
    }
    Ok(object(json!({ "channel": channel.id, "permalink": link })))
}
