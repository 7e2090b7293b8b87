//! `users.*`.

use serde_json::{Value, json};

use super::{Turn, page_next, page_start};
use crate::fake::slack::args::{Answer, refuse};
use crate::fake::slack::shape::{self, object};

pub(super) fn info(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["users:read"])?;
    let id = turn.args.required("user")?;
    let user = match turn.world.person(&id) {
        Some(person) => shape::person(turn.world, person),
        None if id == turn.world.bot.user_id => shape::bot(turn.world),
        None => return refuse("user_not_found"),
    };
    Ok(object(json!({ "user": user })))
}

pub(super) fn list(turn: &mut Turn<'_>) -> Answer {
    turn.need(&["users:read"])?;
    let world = &turn.world;
    let mut all: Vec<Value> = world.people.iter().map(|person| shape::person(world, person)).collect();
    all.push(shape::bot(world));
    // Without a limit Slack tries to hand out everybody at once.
    let limit = turn.args.limit(all.len(), 1000)?;
    let start = page_start(turn.args, "users")?;
    let next = page_next("users", start, limit, all.len());
    let page: Vec<Value> = all.into_iter().skip(start).take(limit).collect();
    Ok(object(json!({
        "members": page, "cache_ts": turn.now.as_second(), "response_metadata": { "next_cursor": next },
    })))
}
