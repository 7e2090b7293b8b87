//! A picture in a message, with its words for whoever does not see it.

use slack_morphism::prelude::*;

use super::Message;
use super::text::{inert, visible, within};

/// Longest alternative text of a block.
const ALT_MOST: usize = 2_000;

/// Shows a picture that Slack has as `file`; `alt` says the same in words.
pub fn picture(file: &str, alt: &str) -> Message {
    let alt = visible(alt);
    let source = SlackImageUrlOrFile::SlackFile { slack_file: SlackFileId(file.to_owned()).into() };
    let block = SlackImageBlock {
        block_id: None,
        image_url_or_file: source,
        alt_text: within(&alt, ALT_MOST),
        title: None,
    };
    Message { text: inert(&alt), blocks: vec![block.into()] }
}
