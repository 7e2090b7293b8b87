//! What people type, as Slack writes it on the wire.

use serde_json::{Value, json};

use crate::slack::world::World;

/// Text with mentions, channels and links as tokens, and the rest as entities. A slash command's tokens carry names
/// (`<@U1|ian>`), a message's mentions of people do not.
pub(super) fn to_wire(world: &World, text: &str, labelled: bool) -> String {
    let mut wire = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let token = if before.is_alphanumeric() { None } else { token(world, rest, labelled) };
        if let Some((length, token)) = token {
            wire.push_str(&token);
            rest = rest.get(length..).unwrap_or_default();
            before = 'x';
            continue;
        }
        match c {
            '&' => wire.push_str("&amp;"),
            '<' => wire.push_str("&lt;"),
            '>' => wire.push_str("&gt;"),
            other => wire.push(other),
        }
        before = c;
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    wire
}

/// The token that the text begins with, and how many bytes it stands for.
fn token(world: &World, text: &str, labelled: bool) -> Option<(usize, String)> {
    if text.starts_with("https://") || text.starts_with("http://") {
        return link(text);
    }
    let sign = text.chars().next().filter(|sign| matches!(sign, '@' | '#'))?;
    let rest = text.get(1..)?;
    let end =
        rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))).unwrap_or(rest.len());
    let mut name = rest.get(..end)?;
    // "ask @ian." means ian.
    while !name.is_empty() {
        let found = if sign == '@' { who(world, name, labelled) } else { place(world, name) };
        if let Some(token) = found {
            return Some((1 + name.len(), token));
        }
        name = name.strip_suffix(['.', '_', '-'])?;
    }
    None
}

fn link(text: &str) -> Option<(usize, String)> {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(text.len());
    let url = text.get(..end)?.trim_end_matches(['.', ',', '!', '?', ';', ':', ')', '\'']);
    let address = url.split_once("://").map(|(_, address)| address)?;
    (!address.is_empty()).then(|| (url.len(), format!("<{}>", url.replace('&', "&amp;"))))
}

fn who(world: &World, name: &str, labelled: bool) -> Option<String> {
    if ["channel", "here", "everyone"].contains(&name) {
        return Some(format!("<!{name}>"));
    }
    let bot = Some((&world.bot.user_id, &world.bot.name)).filter(|bot| bot.1 == name);
    let person =
        world.people.iter().find(|person| person.name == name).map(|person| (&person.id, &person.name));
    if let Some((id, name)) = person.or(bot) {
        return Some(if labelled { format!("<@{id}|{name}>") } else { format!("<@{id}>") });
    }
    let group = world.usergroups.iter().find(|group| group.handle == name)?;
    Some(if labelled {
        format!("<!subteam^{}|@{}>", group.id, group.handle)
    } else {
        format!("<!subteam^{}>", group.id)
    })
}

fn place(world: &World, name: &str) -> Option<String> {
    let channel = world.channels.iter().find(|channel| !channel.is_im && channel.name == name)?;
    Some(format!("<#{}|{}>", channel.id, channel.name))
}

/// The rich text block that Slack's composer adds to what a person typed.
pub(super) fn rich_text(wire: &str) -> Value {
    let mut elements = Vec::new();
    let mut plain = String::new();
    let mut rest = wire;
    while let Some((before, after)) = rest.split_once('<') {
        let Some((inside, after)) = after.split_once('>') else { break };
        plain.push_str(&decode(before));
        if !plain.is_empty() {
            elements.push(json!({ "type": "text", "text": std::mem::take(&mut plain) }));
        }
        elements.push(piece(inside));
        rest = after;
    }
    plain.push_str(&decode(rest));
    if !plain.is_empty() {
        elements.push(json!({ "type": "text", "text": plain }));
    }
    let section = json!({ "type": "rich_text_section", "elements": elements });
    json!({ "type": "rich_text", "block_id": "typed", "elements": [section] })
}

fn piece(inside: &str) -> Value {
    let target = inside.split_once('|').map_or(inside, |(target, _)| target);
    if let Some(group) = target.strip_prefix("!subteam^") {
        return json!({ "type": "usergroup", "usergroup_id": group });
    }
    match target.split_at_checked(1) {
        Some(("@", id)) => json!({ "type": "user", "user_id": id }),
        Some(("#", id)) => json!({ "type": "channel", "channel_id": id }),
        Some(("!", range)) => json!({ "type": "broadcast", "range": range }),
        _ => json!({ "type": "link", "url": decode(target) }),
    }
}

fn decode(wire: &str) -> String {
    wire.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
