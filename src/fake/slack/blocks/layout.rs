//! Layout blocks.

use serde_json::Value;

use super::check::{Check, Object, Surface};
use super::elements::{Place, element};
use super::objects::{Text, image, text, text_field};
use super::rich_text;

/// Checks a list of at most `most` blocks.
pub(super) fn blocks(check: &mut Check, blocks: &[Value], at: &str, most: usize) {
    if blocks.len() > most {
        check.complain(at, format!("no more than {most} items allowed"));
    }
    for (i, value) in blocks.iter().enumerate() {
        let at = format!("{at}/{i}");
        let Some(object) = check.object(value, &at) else { continue };
        let Some(kind) = check.kind(object, &at) else { continue };
        check.action_ids.clear();
        check.block_id(object, &at);
        block(check, object, &at, kind);
    }
}

fn block(check: &mut Check, block: &Object, at: &str, kind: &str) {
    match kind {
        "section" => section(check, block, at),
        "header" => {
            check.fields(block, at, &["text"], &["block_id"]);
            text_field(check, block, "text", at, Text::Plain, 150);
        }
        "divider" => check.fields(block, at, &[], &["block_id"]),
        "context" => context(check, block, at),
        "actions" => {
            check.fields(block, at, &["elements"], &["block_id"]);
            for (i, value) in check.array(block, "elements", at, (1, 25)).iter().enumerate() {
                element(check, value, &format!("{at}/elements/{i}"), Place::Actions);
            }
        }
        "image" => {
            check.fields(block, at, &["alt_text"], &["block_id", "image_url", "slack_file", "title"]);
            text_field(check, block, "title", at, Text::Plain, 2000);
            image(check, block, at);
        }
        "input" => input(check, block, at),
        "rich_text" => rich_text::block(check, block, at),
        "markdown" if check.surface == Surface::Message => {
            check.fields(block, at, &["text"], &["block_id"]);
            check.filled(block, "text", at, 12_000);
        }
        other => check.complain(&format!("{at}/type"), format!("unsupported type: {other}")),
    }
}

fn section(check: &mut Check, block: &Object, at: &str) {
    check.fields(block, at, &[], &["block_id", "text", "fields", "accessory", "expand"]);
    if !block.contains_key("text") && !block.contains_key("fields") {
        check.complain(&format!("{at}/type"), "must define either `text` or `fields`");
    }
    check.flag(block, "expand", at);
    text_field(check, block, "text", at, Text::Any, 3000);
    for (i, value) in check.array(block, "fields", at, (1, 10)).iter().enumerate() {
        text(check, value, &format!("{at}/fields/{i}"), Text::Any, 2000);
    }
    if let Some(accessory) = block.get("accessory") {
        element(check, accessory, &format!("{at}/accessory"), Place::Accessory);
    }
}

fn context(check: &mut Check, block: &Object, at: &str) {
    check.fields(block, at, &["elements"], &["block_id"]);
    for (i, value) in check.array(block, "elements", at, (1, 10)).iter().enumerate() {
        let at = format!("{at}/elements/{i}");
        if value.get("type").and_then(Value::as_str) == Some("image") {
            let Some(picture) = check.object(value, &at) else { continue };
            check.fields(picture, &at, &["alt_text"], &["image_url", "slack_file"]);
            image(check, picture, &at);
        } else {
            text(check, value, &at, Text::Any, 3000);
        }
    }
}

fn input(check: &mut Check, block: &Object, at: &str) {
    check.fields(block, at, &["label", "element"], &["block_id", "hint", "optional", "dispatch_action"]);
    text_field(check, block, "label", at, Text::Plain, 2000);
    text_field(check, block, "hint", at, Text::Plain, 2000);
    check.flag(block, "optional", at);
    check.flag(block, "dispatch_action", at);
    if let Some(value) = block.get("element") {
        element(check, value, &format!("{at}/element"), Place::Input);
    }
}
