//! Messages that Slack finds too long: in numbered parts, or shortened where there can be only one.

use serde_json::Value;
use slack_morphism::prelude::*;

use super::Message;
use super::blocks::rich_lines;
use super::words::{Words, words};

/// Characters in the blocks of one part. howler's longest message makes seven.
const PART_MOST: usize = 1_500;
/// A part shorter than this is not divided further.
const PART_LEAST: usize = 100;

/// The message in parts, each with its number: the same parts for the same message. One that cannot be divided is
/// alone.
pub fn split(message: &Message) -> Vec<Message> {
    // Buttons come last: the last part is the one that is edited.
    let (buttons, others): (Vec<_>, Vec<_>) =
        message.blocks.iter().cloned().partition(|block| matches!(block, SlackBlock::Actions(_)));
    let blocks: Vec<SlackBlock> = others.into_iter().chain(buttons).collect();
    let whole: usize = blocks.iter().map(length).sum();
    let most = whole.div_ceil(2).clamp(PART_LEAST, PART_MOST);
    let mut parts: Vec<Vec<SlackBlock>> = Vec::new();
    let mut filled = most;
    // Halves, so that a headline is not left alone.
    for piece in pieces(&blocks, most / 2) {
        let length = length(&piece);
        match parts.last_mut() {
            // Buttons stay with what they are about.
            Some(part) if filled + length <= most || matches!(piece, SlackBlock::Actions(_)) => {
                part.push(piece);
                filled += length;
            }
            _ => {
                parts.push(vec![piece]);
                filled = length;
            }
        }
    }
    let all = parts.len();
    if all < 2 {
        return vec![message.clone()];
    }
    let texts = shares(&message.text, all);
    let numbered = parts.into_iter().zip(texts).enumerate().map(|(at, (blocks, text))| {
        let number = format!("Part {} of {all}", at + 1);
        let head = rich_lines(&[words![number.clone()]]);
        Message { text: format!("{number}\n{text}"), blocks: [head].into_iter().chain(blocks).collect() }
    });
    numbered.collect()
}

/// The beginning of the message and its buttons, and a word about the rest: for a message that is edited, of which there
/// is only one.
pub fn shortened(message: &Message, rest: &str) -> Message {
    let mut left = PART_MOST;
    let mut blocks = Vec::new();
    let (buttons, others): (Vec<_>, Vec<_>) =
        message.blocks.iter().cloned().partition(|block| matches!(block, SlackBlock::Actions(_)));
    for piece in pieces(&others, PART_MOST / 2) {
        let Some(still) = left.checked_sub(length(&piece)) else { break };
        left = still;
        blocks.push(piece);
    }
    let rest: Words = words![rest.to_owned()];
    blocks.push(rich_lines(std::slice::from_ref(&rest)));
    blocks.extend(buttons.into_iter().next_back());
    let mut left = PART_MOST;
    let fitting = message.text.lines().take_while(|line| {
        left = left.saturating_sub(line.chars().count() + 1);
        left > 0
    });
    let rest = rest.mrkdwn(usize::MAX);
    let text = fitting.chain([rest.as_str()]).collect::<Vec<_>>().join("\n");
    Message { text, blocks }
}

/// Blocks of at most `most` characters, as far as they can be divided.
fn pieces(blocks: &[SlackBlock], most: usize) -> Vec<SlackBlock> {
    let mut pieces = Vec::new();
    for block in blocks {
        match block {
            SlackBlock::RichText(rich) if length(block) > most => {
                pieces.extend(rich.elements.iter().flat_map(|element| divided(element, most)));
            }
            whole => pieces.push(whole.clone()),
        }
    }
    pieces
}

/// One element of a rich text as blocks; lists and texts to copy become plain lines.
fn divided(element: &SlackRichTextElement, most: usize) -> Vec<SlackBlock> {
    let inline: Vec<SlackRichTextInlineElement> = match element {
        SlackRichTextElement::Section(section) => section.elements.clone(),
        SlackRichTextElement::Preformatted(text) => text.elements.clone(),
        SlackRichTextElement::Quote(quote) => quote.elements.clone(),
        SlackRichTextElement::List(list) => list.elements.iter().flat_map(item).collect(),
    };
    let mut blocks: Vec<Vec<SlackRichTextInlineElement>> = Vec::new();
    let mut filled = most;
    for run in inline.into_iter().flat_map(|run| short_runs(run, most)) {
        let length = inline_length(&run);
        match blocks.last_mut() {
            Some(block) if filled + length <= most => {
                block.push(run);
                filled += length;
            }
            _ => {
                blocks.push(vec![run]);
                filled = length;
            }
        }
    }
    let block = |runs| SlackRichTextBlock::new(vec![SlackRichTextSection::new(runs).into()]).into();
    blocks.into_iter().map(block).collect()
}

/// An item of a list as a line.
fn item(item: &SlackRichTextListElement) -> Vec<SlackRichTextInlineElement> {
    let SlackRichTextListElement::Section(section) = item;
    let (bullet, end) = (plain_run("• "), plain_run("\n"));
    [bullet].into_iter().chain(section.elements.iter().cloned()).chain([end]).collect()
}

fn plain_run(text: &str) -> SlackRichTextInlineElement {
    SlackRichTextInlineElement::Text(SlackRichTextText::new(text.to_owned()))
}

/// A run of text in pieces of at most `most` characters; a mention or a date is never divided.
fn short_runs(run: SlackRichTextInlineElement, most: usize) -> Vec<SlackRichTextInlineElement> {
    let SlackRichTextInlineElement::Text(text) = run else { return vec![run] };
    let chars: Vec<char> = text.text.chars().collect();
    let mut left = chars.as_slice();
    let mut runs = Vec::new();
    while !left.is_empty() {
        let (piece, rest) = left.split_at(word_end(left, most));
        let piece = SlackRichTextText { text: piece.iter().collect(), ..text.clone() };
        runs.push(SlackRichTextInlineElement::Text(piece));
        left = rest;
    }
    runs
}

/// Where to cut within `most` characters: after a space, if there is one.
fn word_end(chars: &[char], most: usize) -> usize {
    let fitting = &chars[..most.max(1).min(chars.len())];
    match fitting.iter().rposition(|c| c.is_whitespace()) {
        Some(space) if fitting.len() < chars.len() => space + 1,
        _ => fitting.len(),
    }
}

fn inline_length(run: &SlackRichTextInlineElement) -> usize {
    // Plain data: it always serialises.
    text_in(&serde_json::to_value(run).unwrap_or_default())
}

/// Characters that people read in a block.
fn length(block: &SlackBlock) -> usize {
    text_in(&serde_json::to_value(block).unwrap_or_default())
}

fn text_in(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.iter().map(text_in).sum(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| match value {
                Value::String(text) if name == "text" => text.chars().count(),
                other => text_in(other),
            })
            .sum(),
        _ => 0,
    }
}

/// The text's lines in `count` shares of about the same length.
fn shares(text: &str, count: usize) -> Vec<String> {
    let most = text.chars().count().div_ceil(count);
    let mut shares = vec![String::new()];
    for line in text.lines() {
        let full = shares.last().is_some_and(|share| share.chars().count() >= most);
        if full && shares.len() < count {
            shares.push(String::new());
        }
        if let Some(share) = shares.last_mut() {
            share.push_str(line);
            share.push('\n');
        }
    }
    shares.resize(count, String::new());
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::{Button, Draft};
    use domain::Command;

    fn long(lines: usize) -> Message {
        let line = |number| words![format!("line {number} {}", "ñ".repeat(700))];
        let draft = Draft::new().headline("📣 ", "Event stream down").lines((0..lines).map(line).collect());
        draft.buttons(vec![Button::new("I have it", None, Command::Ack)]).finish()
    }

    fn read(message: &Message) -> String {
        serde_json::to_string(&message.blocks).unwrap()
    }

    #[test]
    fn every_word_is_in_one_part_in_order_and_numbered() {
        for lines in [1, 2, 5, 13] {
            let parts = split(&long(lines));
            assert!(parts.len() > 1, "{lines} lines");
            for (at, part) in parts.iter().enumerate() {
                let number = format!("Part {} of {}", at + 1, parts.len());
                assert!(part.text.starts_with(&number) && read(part).contains(&number), "{}", part.text);
                assert!(part.blocks.iter().map(length).sum::<usize>() <= PART_MOST + 100, "{}", read(part));
            }
            let all: String = parts.iter().map(read).collect();
            let at: Vec<usize> = (0..lines).map(|n| all.find(&format!("line {n} ")).unwrap()).collect();
            assert!(at.is_sorted());
            assert_eq!(all.matches('ñ').count(), read(&long(lines)).matches('ñ').count());
            assert_eq!(all.matches("action_id").count(), 1, "the button stands once");
            assert!(read(parts.last().unwrap()).contains("action_id"), "in the last part");
        }
    }

    #[test]
    fn the_same_message_makes_the_same_parts() {
        assert_eq!(split(&long(5)), split(&long(5)));
    }

    #[test]
    fn what_cannot_be_divided_is_alone() {
        let short = Draft::new().line(words!["ok"]).finish();
        assert_eq!(split(&short), std::slice::from_ref(&short));
    }

    #[test]
    fn a_shortened_message_keeps_its_buttons_and_says_so() {
        let short = shortened(&long(13), "The rest: /incident show 7");
        assert!(read(&short).contains("action_id") && read(&short).contains("The rest"));
        assert!(short.text.chars().count() <= PART_MOST + 40, "{}", short.text);
        assert!(short.blocks.iter().map(length).sum::<usize>() <= PART_MOST + 100);
    }
}
