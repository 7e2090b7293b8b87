//! What a message is made of, and what Slack refuses in it.

use jiff::Timestamp;
use serde_json::Value;

use crate::slack::args::{Args, Refusal, refuse};
use crate::slack::blocks;
use crate::slack::world::World;

/// Slack cuts or refuses longer texts.
const TEXT_MOST: usize = 40_000;
/// `chat.update` takes less than `chat.postMessage`.
pub const UPDATE_MOST: usize = 4_000;
const METADATA_MOST: usize = 8_000;

/// A message's content; `None` is "not given", which `chat.update` tells from "empty".
#[derive(Clone, Debug, Default)]
pub(in crate::slack) struct Content {
    pub text: Option<String>,
    pub blocks: Option<Vec<Value>>,
    pub metadata: Option<Value>,
}

/// Reads and checks a message's content.
pub(in crate::slack) fn content(args: &Args, world: &World, now: Timestamp) -> Result<Content, Refusal> {
    let mut text = args.text("text");
    let blocks = blocks(args, world, now)?;
    if let Some(markdown) = args.text("markdown_text") {
        if text.is_some() || blocks.is_some() {
            return refuse("markdown_text_conflict");
        }
        if markdown.chars().count() > 12_000 {
            return refuse("msg_too_long");
        }
        text = Some(markdown);
    }
    let attachments = match args.json("attachments") {
        Ok(Some(Value::Array(items))) => !items.is_empty(),
        Ok(None) => false,
        _ => return refuse("invalid_attachments"),
    };
    if text.is_none() && blocks.as_ref().is_none_or(Vec::is_empty) && !attachments {
        return refuse("no_text");
    }
    if text.as_ref().is_some_and(|text| text.chars().count() > TEXT_MOST) {
        return refuse("msg_too_long");
    }
    Ok(Content { text, blocks, metadata: metadata(args)? })
}

fn blocks(args: &Args, world: &World, now: Timestamp) -> Result<Option<Vec<Value>>, Refusal> {
    let list = match args.json("blocks") {
        Ok(None) => return Ok(None),
        Ok(Some(Value::Array(list))) => list,
        _ => return refuse("invalid_blocks_format"),
    };
    let shows = |id: &str| world.files.get(id).is_some_and(|file| file.can_be_shown(now));
    let mut problems = blocks::check_message(&list);
    problems.extend(blocks::files_not_shown(&list, shows));
    if !problems.is_empty() {
        return Err(Refusal::problems("invalid_blocks", &problems));
    }
    if list.iter().map(blocks::text_length).sum::<usize>() > blocks::MESSAGE_TEXT_MOST {
        return refuse("msg_blocks_too_long");
    }
    Ok(Some(list))
}

/// An event type and a payload, together at most 8 KB. An empty object takes metadata away.
fn metadata(args: &Args) -> Result<Option<Value>, Refusal> {
    let metadata = match args.json("metadata") {
        Ok(None) => return Ok(None),
        Ok(Some(Value::Object(metadata))) => metadata,
        _ => return refuse("invalid_metadata_format"),
    };
    if metadata.is_empty() {
        return Ok(Some(Value::Null));
    }
    let named = metadata.get("event_type").and_then(Value::as_str).is_some_and(|name| !name.is_empty());
    if !named || !metadata.get("event_payload").is_some_and(Value::is_object) {
        return refuse("invalid_metadata_schema");
    }
    let metadata = Value::Object(metadata);
    if metadata.to_string().len() > METADATA_MOST {
        return refuse("metadata_too_large");
    }
    Ok(Some(metadata))
}
