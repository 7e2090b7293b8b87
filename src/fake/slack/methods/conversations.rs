//! `conversations.*` that change something.

use serde_json::{Value, json};

use super::Turn;
use crate::slack::args::{Answer, Refusal, refuse};
use crate::slack::shape::{self, object};
use crate::slack::world::Channel;

pub(super) fn create(turn: &mut Turn<'_>) -> Answer {
    let is_private = turn.args.flag("is_private");
    turn.need(&[if is_private { "groups:write" } else { "channels:manage" }])?;
    let name = turn.args.text("name").unwrap_or_default();
    name_is_good(turn, &name)?;
    let id = format!("C{:09}", turn.world.number());
    turn.world.channels.push(Channel {
        id: id.clone(),
        name,
        is_private,
        creator: turn.bot(),
        created: turn.now.as_second(),
        members: vec![turn.bot()],
        ..Channel::default()
    });
    let bot = turn.bot();
    joined(turn, &id, &bot);
    answer(turn, &id)
}

/// Lowercase letters and digits of any script, hyphens and underscores, 80 characters, and not taken, even by an
/// archived channel or a group's handle.
fn name_is_good(turn: &Turn<'_>, name: &str) -> Result<(), Refusal> {
    if name.is_empty() {
        return refuse("invalid_name_required");
    }
    if name.chars().count() > 80 {
        return refuse("invalid_name_maxlength");
    }
    if name.chars().all(|c| c == '-' || c == '_') {
        return refuse("invalid_name_punctuation");
    }
    if !name.chars().all(|c| c == '-' || c == '_' || (c.is_alphanumeric() && !c.is_uppercase())) {
        return refuse("invalid_name_specials");
    }
    let world = &turn.world;
    let taken = world.channels.iter().any(|channel| channel.name == name)
        || world.usergroups.iter().any(|group| group.handle == name)
        || ["channel", "here", "everyone"].contains(&name);
    if taken { refuse("name_taken") } else { Ok(()) }
}

fn joined(turn: &mut Turn<'_>, channel: &str, user: &str) {
    let text = format!("<@{user}> has joined the channel");
    turn.world.note(channel, user, "channel_join", text, turn.now);
}

fn answer(turn: &Turn<'_>, id: &str) -> Answer {
    let Some(channel) = turn.world.channel(id) else { return refuse("channel_not_found") };
    Ok(object(json!({ "channel": shape::channel(turn.world, channel) })))
}

pub(super) fn join(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["channels:join"])?;
    let channel = turn.any_channel()?;
    if channel.is_im || channel.is_private {
        return refuse("method_not_supported_for_channel_type");
    }
    if channel.is_archived {
        return refuse("is_archived");
    }
    let bot = turn.bot();
    if channel.has(&bot) {
        let mut answer = answer(turn, &channel.id)?;
        answer.insert("warning".to_owned(), json!("already_in_channel"));
        answer.insert("response_metadata".to_owned(), json!({ "warnings": ["already_in_channel"] }));
        return Ok(answer);
    }
    if let Some(channel) = turn.world.channel_mut(&channel.id) {
        channel.members.push(bot.clone());
    }
    joined(turn, &channel.id, &bot);
    answer(turn, &channel.id)
}

pub(super) fn invite(turn: &mut Turn<'_>) -> Answer {
    let channel = turn.channel(&["manage", "write.invites", "write"])?;
    if channel.is_im {
        return refuse("method_not_supported_for_channel_type");
    }
    let users = turn.args.list("users");
    if users.is_empty() {
        return refuse("no_user");
    }
    if users.len() > 1000 {
        return refuse("too_many_users");
    }
    turn.inside(&channel)?;
    if channel.is_archived {
        return refuse("is_archived");
    }
    let wrong: Vec<(String, &str)> =
        users.iter().filter_map(|user| Some((user.clone(), cannot_invite(turn, &channel, user)?))).collect();
    let force = turn.args.flag("force") && wrong.len() < users.len();
    if let Some((_, first)) = wrong.first().filter(|_| !force) {
        let mut refusal = Refusal::new(first);
        let each = |(user, error): &(String, &str)| json!({ "user": user, "ok": false, "error": error });
        refusal.more.insert("errors".to_owned(), wrong.iter().map(each).collect::<Value>());
        return Err(refusal);
    }
    for user in users.iter().filter(|user| !wrong.iter().any(|(bad, _)| bad == *user)) {
        let inside = turn.world.channel_mut(&channel.id).filter(|channel| !channel.has(user));
        if let Some(inside) = inside {
            inside.members.push(user.clone());
            joined(turn, &channel.id, user);
        }
    }
    answer(turn, &channel.id)
}

fn cannot_invite(turn: &Turn<'_>, channel: &Channel, user: &str) -> Option<&'static str> {
    if user == turn.world.bot.user_id {
        return Some("cant_invite_self");
    }
    match turn.world.person(user) {
        None => Some("user_not_found"),
        Some(person) if person.deleted => Some("cant_invite"),
        Some(_) if channel.has(user) => Some("already_in_channel"),
        Some(_) => None,
    }
}

/// Opens a direct message with one person. Group direct messages are beyond this fake.
pub(super) fn open(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["im:write"])?;
    let users = turn.args.list("users");
    let user = match users.as_slice() {
        [] => match turn.args.text("channel") {
            None => return refuse("users_list_not_supplied"),
            Some(_) => {
                let channel = turn.any_channel()?;
                let Some(user) = channel.im_user else { return refuse("invalid_user_combination") };
                user
            }
        },
        [user] => user.clone(),
        _ => {
            turn.need(&["mpim:write"])?;
            return refuse("invalid_user_combination");
        }
    };
    match turn.world.person(&user) {
        _ if user == turn.world.bot.user_id => return refuse("cannot_dm_bot"),
        None => return refuse("user_not_found"),
        Some(person) if person.deleted => return refuse("user_disabled"),
        Some(_) => {}
    }
    let (id, was_open) = turn.world.open_direct(&user, turn.now);
    let mut answer = object(json!({ "channel": { "id": id } }));
    if turn.args.flag("return_im") {
        answer = self::answer(turn, &id)?;
    }
    if was_open {
        answer.extend(object(json!({ "no_op": true, "already_open": true })));
    }
    Ok(answer)
}

pub(super) fn set_topic(turn: &mut Turn<'_>) -> Answer {
    let channel = turn.channel(&["manage", "write.topic", "write"])?;
    if channel.is_im {
        return refuse("method_not_supported_for_channel_type");
    }
    turn.inside(&channel)?;
    if channel.is_archived {
        return refuse("is_archived");
    }
    let topic = turn.args.text("topic").unwrap_or_default();
    if topic.chars().count() > 250 {
        return refuse("too_long");
    }
    if topic != channel.topic {
        if let Some(channel) = turn.world.channel_mut(&channel.id) {
            channel.topic.clone_from(&topic);
        }
        let bot = turn.bot();
        let text = format!("<@{bot}> set the channel topic: {topic}");
        turn.world.note(&channel.id, &bot, "channel_topic", text, turn.now);
    }
    let mut answer = answer(turn, &channel.id)?;
    answer.insert("topic".to_owned(), json!(topic));
    Ok(answer)
}

pub(super) fn archive(turn: &mut Turn<'_>) -> Answer {
    let channel = turn.channel(&["manage", "write"])?;
    if channel.is_im {
        return refuse("method_not_supported_for_channel_type");
    }
    turn.inside(&channel)?;
    if channel.is_archived {
        return refuse("already_archived");
    }
    if channel.name == "general" {
        return refuse("cant_archive_general");
    }
    let bot = turn.bot();
    let text = format!("<@{bot}> archived the channel");
    turn.world.note(&channel.id, &bot, "channel_archive", text, turn.now);
    if let Some(channel) = turn.world.channel_mut(&channel.id) {
        channel.is_archived = true;
    }
    Ok(object(json!({})))
}
