//! Block Kit as Slack checks it: raw JSON in, Slack's own complaints out.
//!
//! The numbers and the wording come from Slack's Block Kit reference and from answers Slack has given. Blocks and
//! elements that only Slack's own clients or paid features make (tables, video, workflow buttons, files) are refused
//! as unknown: howler has no use for them.

mod check;
mod elements;
mod inputs;
mod layout;
mod objects;
mod options;
mod rich_text;
mod view;

#[cfg(test)]
mod tests;

use serde_json::Value;

pub use check::{Problem, Surface};

use check::Check;

/// What a message can hold in text over all its blocks. Slack documents the error (`msg_blocks_too_long`), not the
/// number; senders have measured a little over 13,000 characters.
pub const MESSAGE_TEXT_MOST: usize = 13_000;

/// Checks the `blocks` of a message; the list must be an array.
pub fn check_message(blocks: &[Value]) -> Vec<Problem> {
    let mut check = Check::new(Surface::Message);
    layout::blocks(&mut check, blocks, "/blocks", 50);
    check.problems()
}

/// Files by their id that no block can show: `shows` tells which of them the bot has, as pictures that Slack has looked at. By address
/// none is shown: howler has no use for that.
pub fn files_not_shown(blocks: &[Value], shows: impl Fn(&str) -> bool) -> Vec<Problem> {
    let wrong = |(i, block): (usize, &Value)| {
        let file = block.get("slack_file")?;
        let is_shown = file.get("id").and_then(Value::as_str).is_some_and(&shows);
        let pointer = format!("/blocks/{i}/slack_file");
        (!is_shown).then(|| Problem { pointer, says: "invalid slack file".to_owned() })
    };
    blocks.iter().enumerate().filter_map(wrong).collect()
}

/// Checks a whole modal.
pub fn check_view(view: &Value) -> Vec<Problem> {
    let mut check = Check::new(Surface::Modal);
    view::view(&mut check, view);
    check.problems()
}

/// Checks a whole Home tab.
pub fn check_home(view: &Value) -> Vec<Problem> {
    let mut check = Check::new(Surface::Home);
    view::home(&mut check, view);
    check.problems()
}

/// How many characters of text the blocks carry, however deep.
pub fn text_length(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(text_length).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value {
                Value::String(text) if name == "text" => text.chars().count(),
                other => text_length(other),
            })
            .sum(),
        _ => 0,
    }
}
