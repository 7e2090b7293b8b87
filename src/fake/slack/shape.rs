//! The world's things as Slack's JSON.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::world::{Channel, File, Message, OpenView, Person, SLACKBOT, Usergroup, World};

/// A JSON object made with `json!`.
pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A conversation object.
pub(super) fn channel(world: &World, channel: &Channel) -> Value {
    if channel.is_im {
        return json!({
            "id": channel.id, "created": channel.created, "is_im": true, "is_org_shared": false,
            "is_archived": channel.is_archived, "user": channel.im_user, "is_user_deleted": false,
            "priority": 0, "context_team_id": world.team.id,
        });
    }
    let detail = |value: &str| {
        let set = !value.is_empty();
        let creator = if set { channel.creator.as_str() } else { "" };
        json!({ "value": value, "creator": creator, "last_set": if set { channel.created } else { 0 } })
    };
    json!({
        "id": channel.id, "name": channel.name, "name_normalized": channel.name,
        "is_channel": !channel.is_private, "is_group": channel.is_private, "is_im": false, "is_mpim": false,
        "is_private": channel.is_private, "is_archived": channel.is_archived,
        "is_general": channel.name == "general", "is_member": channel.has(&world.bot.user_id),
        "is_shared": false, "is_ext_shared": false, "is_org_shared": false, "is_pending_ext_shared": false,
        "created": channel.created, "creator": channel.creator, "unlinked": 0, "context_team_id": world.team.id,
        "topic": detail(&channel.topic), "purpose": detail(&channel.purpose), "previous_names": [],
        "pending_shared": [], "shared_team_ids": [world.team.id], "num_members": channel.members.len(),
    })
}

/// A message as `conversations.history` and payloads carry it.
pub(super) fn message(world: &World, channel: &Channel, message: &Message, with_metadata: bool) -> Value {
    let mut shape = object(json!({
        "type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": world.team.id,
    }));
    let mut put = |name: &str, value: Value| _ = shape.insert(name.to_owned(), value);
    if let Some(bot_id) = &message.bot_id {
        put("bot_id", json!(bot_id));
        put("app_id", json!(world.bot.app_id));
    }
    if let Some(subtype) = &message.subtype {
        put("subtype", json!(subtype));
    }
    if !message.blocks.is_empty() {
        put("blocks", json!(message.blocks));
    }
    if let Some(edited) = &message.edited {
        put("edited", json!(edited));
    }
    if let Some(metadata) = message.metadata.as_ref().filter(|_| with_metadata) {
        put("metadata", metadata.clone());
    }
    if !message.files.is_empty() {
        let file = |file: &File| json!({ "id": file.id, "name": file.name, "title": file.title, "size": file.length });
        put("files", message.files.iter().map(file).collect());
    }
    if !message.reactions.is_empty() {
        put("reactions", reactions(message));
    }
    for (name, value) in thread(channel, message) {
        shape.insert(name, value);
    }
    Value::Object(shape)
}

fn reactions(message: &Message) -> Value {
    let counted = message
        .reactions
        .iter()
        .map(|one| json!({ "name": one.name, "users": one.users, "count": one.users.len() }));
    counted.collect()
}

/// What a message says about its thread.
fn thread(channel: &Channel, message: &Message) -> Map<String, Value> {
    if let Some(root) = message.thread_ts.as_ref().filter(|root| **root != message.ts) {
        let parent = channel.message(root).map(|root| root.user.clone());
        return object(json!({ "thread_ts": root, "parent_user_id": parent }));
    }
    let replies: Vec<&Message> = channel.replies(&message.ts).collect();
    let Some(last) = replies.last() else { return Map::new() };
    let mut users: Vec<&String> = Vec::new();
    for reply in &replies {
        if !users.contains(&&reply.user) {
            users.push(&reply.user);
        }
    }
    object(json!({
        "thread_ts": message.ts, "reply_count": replies.len(), "reply_users_count": users.len(),
        "latest_reply": last.ts, "reply_users": users, "is_locked": false, "subscribed": false,
    }))
}

/// A user object. Slack leaves out where somebody lives once they have left.
pub(super) fn person(world: &World, person: &Person, now: Timestamp) -> Value {
    let mut shape = object(json!({
        "id": person.id, "team_id": world.team_of(person), "name": person.name, "deleted": person.deleted,
        "real_name": person.real_name, "is_bot": person.is_bot, "is_app_user": false, "updated": 0,
        "profile": { "real_name": person.real_name, "display_name": person.name, "team": world.team_of(person) },
    }));
    if person.is_stranger {
        shape.insert("is_stranger".to_owned(), json!(true));
    }
    if let Some(organisation) = &person.organisation {
        let user =
            json!({ "id": person.id, "enterprise_id": organisation, "is_admin": false, "is_owner": false });
        shape.insert("enterprise_user".to_owned(), user);
    }
    if !person.deleted {
        shape.extend(object(json!({
            "tz": person.tz, "tz_offset": offset(&person.tz, now), "is_admin": false, "is_owner": false,
            "is_restricted": person.is_guest, "is_ultra_restricted": false,
        })));
    }
    Value::Object(shape)
}

/// Seconds east of Greenwich.
fn offset(zone: &str, now: Timestamp) -> i32 {
    TimeZone::get(zone).map_or(0, |zone| zone.to_offset(now).seconds())
}

/// Where Slack says that bots live.
const HOME: &str = "America/Los_Angeles";

/// The bot's own user object.
pub(super) fn bot(world: &World, now: Timestamp) -> Value {
    let bot = &world.bot;
    json!({
        "id": bot.user_id, "team_id": world.team.id, "name": bot.name, "deleted": false, "real_name": bot.name,
        "tz": HOME, "tz_offset": offset(HOME, now), "is_bot": true, "is_app_user": false, "updated": 0,
        "profile": {
            "real_name": bot.name, "display_name": bot.name, "bot_id": bot.bot_id, "api_app_id": bot.app_id,
            "team": world.team.id,
        },
    })
}

/// A user group object.
pub(super) fn usergroup(world: &World, group: &Usergroup, with_users: bool) -> Value {
    let mut shape = object(json!({
        "id": group.id, "team_id": world.team.id, "is_usergroup": true, "is_subteam": true, "name": group.name,
        "description": "", "handle": group.handle, "is_external": false, "date_create": 0,
        "date_update": group.updated, "date_delete": group.disabled.unwrap_or(0), "auto_type": null,
        "created_by": SLACKBOT, "updated_by": group.updated_by.as_deref().unwrap_or(SLACKBOT),
        "deleted_by": group.disabled.and(group.updated_by.as_deref()), "prefs": { "channels": [], "groups": [] }, "user_count": group.users.len(),
    }));
    if with_users {
        shape.insert("users".to_owned(), json!(group.users));
    }
    Value::Object(shape)
}

/// A view as answers and payloads carry it.
pub(super) fn view(world: &World, open: &OpenView, state: Value) -> Value {
    let mut shape = object(json!({
        "private_metadata": "", "callback_id": "", "external_id": "", "close": null, "submit": null,
        "clear_on_close": false, "notify_on_close": false,
    }));
    shape.extend(object(open.view.clone()));
    shape.extend(object(json!({
        "id": open.id, "team_id": world.team.id, "state": { "values": state }, "hash": open.hash,
        "previous_view_id": open.previous_view_id, "root_view_id": open.root_view_id,
        "app_id": world.bot.app_id, "app_installed_team_id": world.team.id, "bot_id": world.bot.bot_id,
    })));
    Value::Object(shape)
}
