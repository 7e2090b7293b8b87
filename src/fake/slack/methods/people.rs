//! `users.*`, `bots.info` and `dnd.*`.

use serde_json::{Value, json};

use super::{Turn, page_next, page_start};
use crate::slack::args::{Answer, refuse};
use crate::slack::shape::{self, object};

pub(super) fn info(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["users:read"])?;
    let id = turn.args.required("user")?;
    let mails = turn.need(&["users:read.email"]).is_ok();
    let user = match turn.world.person(&id) {
        Some(person) => with_mail(shape::person(turn.world, person, turn.now), mails),
        None if id == turn.world.bot.user_id => shape::bot(turn.world, turn.now),
        None => return refuse("user_not_found"),
    };
    Ok(object(json!({ "user": user })))
}

/// The bot itself; it knows of no others.
pub(super) fn bot(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["users:read"])?;
    let bot = &turn.world.bot;
    if turn.args.required("bot")? != bot.bot_id {
        return refuse("bot_not_found");
    }
    Ok(object(json!({ "bot": {
        "id": bot.bot_id, "deleted": false, "name": bot.name, "updated": 0, "app_id": bot.app_id,
        "user_id": bot.user_id, "icons": {},
    } })))
}

pub(super) fn list(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["users:read"])?;
    let mails = turn.need(&["users:read.email"]).is_ok();
    let (world, now) = (&turn.world, turn.now);
    let person = |person| with_mail(shape::person(world, person, now), mails);
    let mut all: Vec<Value> = world.people.iter().map(person).collect();
    all.push(shape::bot(world, now));
    // Without a limit Slack tries to hand out everybody at once.
    let limit = turn.args.limit(all.len(), 1000)?;
    let start = page_start(turn.args, "users")?;
    let next = page_next("users", start, limit, all.len());
    let page: Vec<Value> = all.into_iter().skip(start).take(limit).collect();
    Ok(object(json!({
        "members": page, "cache_ts": turn.now.as_second(), "response_metadata": { "next_cursor": next },
    })))
}

/// Somebody's mail stands in their profile for an app that may read it.
fn with_mail(mut person: Value, mails: bool) -> Value {
    if let (true, Some(name)) = (mails, person["name"].as_str()) {
        person["profile"]["email"] = json!(format!("{name}@monkeytown.example"));
    }
    person
}

/// Somebody's Do Not Disturb; what they have snoozed, Slack tells to themselves alone.
pub(super) fn quiet(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["dnd:read"])?;
    let id = turn.args.text("user").unwrap_or_else(|| turn.bot());
    let quiet = match turn.world.person(&id) {
        Some(person) => person.quiet.clone(),
        None if id == turn.world.bot.user_id => None,
        None => return refuse("user_not_found"),
    };
    // Slack writes 1 where there is no such time.
    let (from, until) = quiet.as_ref().map_or((1, 1), |quiet| (quiet.from, quiet.until));
    Ok(object(json!({ "dnd_enabled": quiet.is_some(), "next_dnd_start_ts": from, "next_dnd_end_ts": until })))
}
