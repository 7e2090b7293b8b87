//! The world as one person sees it.

use serde_json::{Value, json};

/// The id of the person to act as: the one asked for, or the first there is.
pub(super) fn person(world: &Value, asked: &str) -> Option<String> {
    let mut people = list(world, "people").iter().filter(|person| !is(person, "deleted"));
    let found = people.clone().find(|person| person["id"] == asked).or_else(|| people.next())?;
    found["id"].as_str().map(str::to_owned)
}

/// The form on top of those open for `person`, if any.
pub(super) fn view(world: &Value, person: &str) -> Value {
    let top = list(world, "views").iter().rev().find(|open| open["user"] == person);
    let Some(top) = top else { return Value::Null };
    let mut view = top["view"].clone();
    view["id"] = top["id"].clone();
    view
}

/// What stands on the app's Home tab for `person`.
pub(super) fn home(world: &Value, person: &str) -> Value {
    let mut home = world["homes"][person]["view"].clone();
    if home.is_object() {
        home["hash"] = world["homes"][person]["hash"].clone();
    }
    home
}

/// Leaves out what `person` would not see in Slack: channels they are not in, other people's direct messages, and
/// what was said to others alone.
pub(super) fn filtered(mut world: Value, person: &str) -> Value {
    let known: Vec<Value> = list(&world, "channels")
        .iter()
        .filter(|channel| !is(channel, "is_im") && !is(channel, "is_private"))
        .map(|channel| json!({ "id": channel["id"], "name": channel["name"] }))
        .collect();
    if let Some(channels) = world["channels"].as_array_mut() {
        channels.retain(|channel| sees(channel, person));
        for messages in channels.iter_mut().filter_map(|channel| channel["messages"].as_array_mut()) {
            messages.retain(|message| message["only_for"].is_null() || message["only_for"] == person);
        }
    }
    if let Some(fields) = world.as_object_mut() {
        fields.remove("views");
        fields.remove("homes");
        // Text stands in the message that shares it, a picture is asked for by its id.
        fields.remove("files");
        // Names alone, so that a mention of a public channel reads as one.
        fields.insert("known_channels".into(), known.into());
    }
    world
}

fn sees(channel: &Value, person: &str) -> bool {
    if is(channel, "is_im") {
        channel["im_user"] == person
    } else {
        list(channel, "members").iter().any(|member| member == person)
    }
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

fn is(value: &Value, field: &str) -> bool {
    value[field].as_bool().unwrap_or_default()
}
