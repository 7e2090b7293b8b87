//! `pins.*` and `reactions.*`.

use serde_json::{Value, json};

use super::Turn;
use crate::slack::args::{Answer, Refusal, refuse};
use crate::slack::shape::{self, object};
use crate::slack::ts;
use crate::slack::world::{Channel, Message, Pinned, Reaction};

/// How many different emoji one person may put on a message, which is all a bot can.
const REACTIONS_MOST: usize = 23;

/// The message that `channel` and `timestamp` name.
fn item(turn: &Turn<'_>) -> Result<(Channel, String), Refusal> {
    let channel = turn.any_channel()?;
    let Some(ts) = turn.args.text("timestamp") else { return refuse("no_item_specified") };
    if ts::parse(&ts).is_none() {
        return refuse("bad_timestamp");
    }
    turn.inside(&channel)?;
    if channel.message(&ts).is_none() {
        return refuse("message_not_found");
    }
    Ok((channel, ts))
}

pub(super) fn pin(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["pins:write"])?;
    let (channel, ts) = item(turn)?;
    if channel.is_archived {
        return refuse("is_archived");
    }
    if channel.pins.contains(&ts) {
        return refuse("already_pinned");
    }
    let pinned = Pinned { by: turn.bot(), at: turn.now.as_second() };
    if let Some(channel) = turn.world.channel_mut(&channel.id) {
        channel.pins.push(ts.clone());
        channel.pinned.insert(ts, pinned);
    }
    Ok(object(json!({})))
}

pub(super) fn unpin(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["pins:write"])?;
    let (channel, ts) = item(turn)?;
    if !channel.pins.contains(&ts) {
        return refuse("no_pin");
    }
    if let Some(channel) = turn.world.channel_mut(&channel.id) {
        channel.pins.retain(|pin| *pin != ts);
        channel.pinned.remove(&ts);
    }
    Ok(object(json!({})))
}

/// What is pinned, the last first. A message that was deleted takes its pin along.
pub(super) fn pins(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["pins:read"])?;
    let channel = turn.any_channel()?;
    turn.inside(&channel)?;
    let item = |ts: &String| {
        let message = shape::message(turn.world, &channel, channel.message(ts)?, false);
        let pinned = channel.pinned.get(ts).cloned().unwrap_or_default();
        Some(json!({
            "type": "message", "channel": channel.id, "message": message, "created": pinned.at,
            "created_by": pinned.by,
        }))
    };
    let items: Vec<Value> = channel.pins.iter().rev().filter_map(item).collect();
    Ok(object(json!({ "items": items })))
}

pub(super) fn react(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["reactions:write"])?;
    let name = turn.args.required("name")?;
    let (channel, ts) = item(turn)?;
    if channel.is_archived {
        return refuse("is_archived");
    }
    if name.contains([':', ' ']) {
        return refuse("invalid_name");
    }
    let bot = turn.bot();
    let message = turn.world.channel_mut(&channel.id).and_then(|channel| channel.message_mut(&ts));
    let Some(message) = message else { return refuse("message_not_found") };
    if message.reactions.len() >= REACTIONS_MOST {
        return refuse("too_many_reactions");
    }
    if !add(message, &name, &bot) {
        return refuse("already_reacted");
    }
    Ok(object(json!({})))
}

/// Adds a person's reaction; `false` if it is there already.
pub(in crate::slack) fn add(message: &mut Message, name: &str, user: &str) -> bool {
    match message.reactions.iter_mut().find(|one| one.name == name) {
        Some(reaction) if reaction.users.iter().any(|one| one == user) => return false,
        Some(reaction) => reaction.users.push(user.to_owned()),
        None => message.reactions.push(Reaction { name: name.to_owned(), users: vec![user.to_owned()] }),
    }
    true
}

pub(super) fn reactions(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["reactions:read"])?;
    let (channel, ts) = item(turn)?;
    let Some(message) = channel.message(&ts) else { return refuse("message_not_found") };
    let shape = shape::message(turn.world, &channel, message, false);
    Ok(object(json!({ "type": "message", "channel": channel.id, "message": shape })))
}
