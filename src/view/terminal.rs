//! A message as a terminal shows it: no mark-up, times in UTC, names for ids, and for every button its line.

use std::collections::HashMap;

use serde_json::Value;

use super::Message;
use super::lines::{Via, typed};
use domain::answer::Private;
use domain::command::Line;
use domain::incident::event::EventKind;

/// The names of Slack's ids, as far as howler knows them.
#[derive(Clone, Debug, Default)]
pub struct Names(HashMap<String, String>);

impl Names {
    /// `name` without its sign (`@`, `#`).
    pub fn add(&mut self, id: &str, name: &str) {
        self.0.insert(id.to_owned(), name.to_owned());
    }

    /// The channels that an answer itself tells the names of.
    pub fn add_channels_of(&mut self, private: &Private) {
        match private {
            Private::Show { incident, .. } => {
                if let Some(room) = &incident.room {
                    self.add(room.channel.as_str(), &room.name);
                }
            }
            Private::Timeline { entries, .. } => {
                for entry in entries {
                    if let EventKind::RoomOpened { room } = &entry.what {
                        self.add(room.channel.as_str(), &room.name);
                    }
                }
            }
            _ => {}
        }
    }

    /// The name of an id, where it is known.
    pub(super) fn known(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    /// An id without a known name stays as it is: better than nobody.
    fn of<'a>(&'a self, id: &'a str) -> &'a str {
        self.0.get(id).map_or(id, String::as_str)
    }
}

/// The whole message, as lines without an end.
pub fn terminal(message: &Message, names: &Names) -> String {
    let blocks: Option<Vec<String>> = message
        .blocks
        .iter()
        // Plain data: it always serialises.
        .map(|part| block(&serde_json::to_value(part).unwrap_or_default(), names))
        .collect();
    match blocks {
        Some(blocks) => blocks.into_iter().filter(|block| !block.is_empty()).collect::<Vec<_>>().join("\n"),
        // Of a block that is not known here the text stands for all.
        None => message.text.clone(),
    }
}

fn block(block: &Value, names: &Names) -> Option<String> {
    match block["type"].as_str()? {
        "header" => Some(string(&block["text"]["text"])),
        "rich_text" => all(&block["elements"], "\n", |element| rich(element, names)),
        "actions" => {
            let lines: Vec<String> = block["elements"].as_array()?.iter().filter_map(button).collect();
            Some(lines.join("\n"))
        }
        _ => None,
    }
}

fn rich(element: &Value, names: &Names) -> Option<String> {
    let inline = |elements: &Value| all(elements, "", |part| inline(part, names));
    match element["type"].as_str()? {
        "rich_text_section" => Some(said_once(&inline(&element["elements"])?)),
        "rich_text_preformatted" => Some(format!("  {}", inline(&element["elements"])?)),
        "rich_text_list" => all(&element["elements"], "\n", |item| {
            Some(format!("  {}", said_once(&inline(&item["elements"])?)))
        }),
        _ => None,
    }
}

/// Without what stands in brackets after the same: `2026-12-06 00:00 UTC (2026-12-06 00:00 UTC)`.
fn said_once(text: &str) -> String {
    let mut once = String::new();
    let mut parts = text.split(" (");
    once.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once(')') {
            Some((inside, rest)) if !inside.is_empty() && once.ends_with(inside) => once.push_str(rest),
            _ => {
                once.push_str(" (");
                once.push_str(part);
            }
        }
    }
    once
}

fn inline(part: &Value, names: &Names) -> Option<String> {
    let text = match part["type"].as_str()? {
        "text" => string(&part["text"]),
        "user" => format!("@{}", names.of(part["user_id"].as_str()?)),
        "usergroup" => format!("@{}", names.of(part["usergroup_id"].as_str()?)),
        "channel" => format!("#{}", names.of(part["channel_id"].as_str()?)),
        "date" => string(&part["fallback"]),
        "link" => format!("{} ({})", string(&part["text"]), string(&part["url"])),
        _ => return None,
    };
    // What is to be typed stands bare, to be copied; any other word is set apart.
    let set_apart = part["style"]["code"] == true && !text.starts_with("howler ");
    Some(if set_apart { format!("\"{text}\"") } else { text })
}

/// `Take command: howler incident 7 take`. What only a click can ask has no line.
fn button(button: &Value) -> Option<String> {
    let line: Line = serde_json::from_str(button["value"].as_str()?).ok()?;
    let rest = if line.command.opens_form() { " ..." } else { "" };
    Some(format!("{}: {}{rest}", string(&button["text"]["text"]), typed(&line, Via::Shell)?))
}

fn all(items: &Value, between: &str, show: impl Fn(&Value) -> Option<String>) -> Option<String> {
    let shown: Option<Vec<String>> = items.as_array()?.iter().map(show).collect();
    Some(shown?.join(between))
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::Draft;
    use crate::words::{address, words};

    #[test]
    fn a_link_is_shown_with_its_address() {
        let line = words!["Alerts: ", address("https://github.com/run/1", "A-1".to_owned())];
        let message = Draft::new().line(line).finish();
        assert_eq!(terminal(&message, &Names::default()), "Alerts: A-1 (https://github.com/run/1)");
    }
}
