//! `conversations.list`, `.info` and `.members`.

use serde_json::{Value, json};

use super::{Turn, family, page_next, page_start};
use crate::slack::args::{Answer, refuse};
use crate::slack::shape::{self, object};
use crate::slack::world::Channel;

pub(super) fn list(turn: &mut Turn<'_>) -> Answer {
    let mut families = Vec::new();
    let asked = turn.args.list("types");
    let asked = if asked.is_empty() { vec!["public_channel".to_owned()] } else { asked };
    for kind in &asked {
        let family = match kind.as_str() {
            "public_channel" => "channels",
            "private_channel" => "groups",
            "im" => "im",
            "mpim" => "mpim",
            _ => return refuse("invalid_types"),
        };
        turn.need(&[&format!("{family}:read")])?;
        families.push(family);
    }
    let limit = turn.args.limit(100, 1000)?;
    let start = page_start(turn.args, "list")?;
    let bot = turn.bot();
    let all: Vec<&Channel> = turn
        .world
        .channels
        .iter()
        .filter(|channel| families.contains(&family(channel)))
        .filter(|channel| family(channel) == "channels" || channel.has(&bot))
        .collect();
    // Slack takes the page first and leaves the archived ones out of it: a page may be short, even empty.
    let hide = turn.args.flag("exclude_archived");
    let page = all.iter().skip(start).take(limit).filter(|channel| !(hide && channel.is_archived));
    let channels: Value = page.map(|channel| shape::channel(turn.world, channel)).collect();
    let next = page_next("list", start, limit, all.len());
    Ok(object(json!({ "channels": channels, "response_metadata": { "next_cursor": next } })))
}

pub(super) fn info(turn: &mut Turn<'_>) -> Answer {
    let channel = turn.channel(&["read"])?;
    let mut shape = object(shape::channel(turn.world, &channel));
    if !turn.args.flag("include_num_members") {
        shape.remove("num_members");
    }
    Ok(object(json!({ "channel": shape })))
}

pub(super) fn members(turn: &mut Turn<'_>) -> Answer {
    let channel = turn.channel(&["read"])?;
    let limit = turn.args.limit(100, 1000)?;
    let start = page_start(turn.args, "members")?;
    let members: Vec<&String> = channel.members.iter().skip(start).take(limit).collect();
    let next = page_next("members", start, limit, channel.members.len());
    Ok(object(json!({ "members": members, "response_metadata": { "next_cursor": next } })))
}
