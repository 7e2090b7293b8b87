//! Messages from phrases, within Block Kit's limits, together with the text that stands for them.

use std::collections::BTreeMap;

use slack_morphism::prelude::*;

use super::Message;
use super::lines::{Via, typed};
use super::text::{visible, within};
use super::words::{Words, bold, code, words};
use domain::Command;
use domain::command::{Choice, Line};
use domain::id::{ChannelId, DeliveryId, IncidentId};

/// Longest header text (Slack counts some emoji twice, so UTF-16 units are counted here).
const HEADER_MOST: usize = 150;
/// Longest text of a button.
const LABEL_MOST: usize = 75;
/// Longest title of a confirmation.
const CONFIRM_TITLE_MOST: usize = 100;
/// Longest value of a button.
const VALUE_MOST: usize = 2_000;
/// Longest address of a button.
const URL_MOST: usize = 3_000;
/// Most buttons in one block.
const BUTTONS_MOST: usize = 25;
/// Longest `text`: Slack refuses blocks with texts of about 4,000 characters and more (`msg_too_long`).
const FALLBACK_MOST: usize = 3_500;

/// A message in the making.
#[derive(Default)]
pub(super) struct Draft {
    blocks: Vec<SlackBlock>,
    /// The same for the `text`.
    chunks: Vec<Vec<Words>>,
}

/// A button that asks a line.
pub(super) struct Button {
    label: String,
    carries: Choice,
    style: Option<SlackBlockButtonStyle>,
    confirm: Option<SlackBlockConfirmItem>,
    /// It opens this address and asks nothing.
    url: Option<String>,
}

impl Button {
    pub fn new(label: impl Into<String>, incident: impl Into<Option<IncidentId>>, command: Command) -> Self {
        Self::of(label, Line { incident: incident.into(), command })
    }

    pub fn of(label: impl Into<String>, line: Line) -> Self {
        let carries = Choice { line, answers: None };
        Self { label: label.into(), carries, style: None, confirm: None, url: None }
    }

    /// Opens a channel in Slack, on a phone too.
    pub fn opening(label: &str, channel: &ChannelId) -> Self {
        let line = Line { incident: None, command: Command::List };
        let url = format!("https://slack.com/app_redirect?channel={channel}");
        Self { url: Some(url), ..Self::of(label, line) }
    }

    /// Opens an address that comes from outside; `None` where it is strange, or Slack would not take it.
    pub fn linking(label: &str, url: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '|' | '"' | '`');
        if !url.starts_with("https://") || url.len() > URL_MOST || !url.chars().all(plain) {
            return None;
        }
        let mut button = SlackBlockButtonElement::new(self::plain(label));
        button.url = url.parse().ok();
        button.url?;
        let line = Line { incident: None, command: Command::List };
        Some(Self { url: Some(url.to_owned()), ..Self::of(label, line) })
    }

    /// Pressing it answers what the delivery asked back.
    pub fn answering(self, asked: Option<&DeliveryId>) -> Self {
        let line = self.carries.line;
        Self { carries: Choice { line, answers: asked.cloned() }, ..self }
    }

    /// The one that is most likely wanted.
    pub fn primary(self) -> Self {
        Self { style: Some(SlackBlockButtonStyle::Primary), ..self }
    }

    /// Asks once more before it acts.
    pub fn asking(self, question: &str, yes: &str) -> Self {
        let confirm = SlackBlockConfirmItem::new(
            plain(&within(&visible(&self.label), CONFIRM_TITLE_MOST)),
            SlackBlockText::Plain(SlackBlockPlainText::new(question.to_owned()).with_emoji(false)),
            plain(yes),
            plain("Not now"),
        );
        Self { confirm: Some(confirm), ..self }
    }

    /// Whether Slack carries its line; where not, people type it.
    pub fn fits(&self) -> bool {
        self.value().encode_utf16().count() <= VALUE_MOST
    }

    /// The word of its line.
    pub fn word(&self) -> &'static str {
        self.carries.line.command.word()
    }

    fn value(&self) -> String {
        // Plain data: it always serialises.
        serde_json::to_string(&self.carries).unwrap_or_default()
    }

    fn element(&self, action_id: String) -> SlackActionBlockElement {
        SlackBlockButtonElement {
            action_id: Some(action_id.into()),
            text: plain(&within(&visible(&self.label), LABEL_MOST)),
            url: self.url.as_ref().and_then(|url| url.parse().ok()),
            value: Some(self.value()).filter(|_| self.url.is_none()),
            style: self.style.clone(),
            confirm: self.confirm.clone(),
            accessibility_label: None,
        }
        .into()
    }

    fn in_words(&self) -> Option<Words> {
        if self.url.is_some() {
            return None;
        }
        let line = typed(&self.carries.line, Via::Slash)?;
        Some(words![&self.label, ": ", code(line)])
    }
}

/// Plain text in which `:codes:` stay as they are.
pub(super) fn plain(text: &str) -> SlackBlockPlainTextOnly {
    SlackBlockPlainText::new(visible(text)).with_emoji(false).into()
}

/// Lines in one rich text block.
pub(super) fn rich_lines(lines: &[Words]) -> SlackBlock {
    let phrase = Words::joined(lines.iter().cloned(), "\n");
    rich(vec![SlackRichTextSection::new(phrase.rich()).into()])
}

fn rich(elements: Vec<SlackRichTextElement>) -> SlackBlock {
    SlackRichTextBlock::new(elements).into()
}

impl Draft {
    pub fn new() -> Self {
        Self::default()
    }

    /// A headline that ends in a title; where a header block cannot hold it, a bold line can.
    pub fn headline(mut self, lead: &str, title: &str) -> Self {
        let whole = visible(&format!("{lead}{title}"));
        if whole.encode_utf16().count() > HEADER_MOST {
            return self.line(words![bold(whole)]);
        }
        self.chunks.push(vec![words![&whole]]);
        self.blocks.push(SlackHeaderBlock::new(plain(&whole)).into());
        self
    }

    pub fn line(self, line: Words) -> Self {
        self.lines(vec![line])
    }

    /// Lines that belong together; nothing where there are none.
    pub fn lines(mut self, lines: Vec<Words>) -> Self {
        if !lines.is_empty() {
            self.blocks.push(rich_lines(&lines));
            self.chunks.push(lines);
        }
        self
    }

    pub fn bullets(mut self, items: Vec<Words>) -> Self {
        if !items.is_empty() {
            let elements = items.iter().map(|item| SlackRichTextSection::new(item.rich()).into()).collect();
            self.blocks
                .push(rich(vec![SlackRichTextList::new(SlackRichTextListStyle::Bullet, elements).into()]));
            self.chunks.push(items.into_iter().map(|item| words!["• "].and(item)).collect());
        }
        self
    }

    /// A text to copy.
    pub fn preformatted(mut self, text: &str) -> Self {
        let words = words![text.to_owned()];
        self.blocks.push(rich(vec![SlackRichTextPreformatted::new(words.rich()).into()]));
        self.chunks.push(vec![words]);
        self
    }

    /// Buttons in a row; those whose line does not fit are for the caller to put in words.
    pub fn buttons(mut self, buttons: Vec<Button>) -> Self {
        let mut used: BTreeMap<&'static str, usize> = BTreeMap::new();
        let fitting: Vec<&Button> =
            buttons.iter().filter(|button| button.fits()).take(BUTTONS_MOST).collect();
        if fitting.is_empty() {
            return self;
        }
        let elements = fitting.iter().map(|button| {
            let word = if button.url.is_some() { "open" } else { button.carries.line.command.word() };
            let count = used.entry(word).or_insert(0);
            *count += 1;
            button.element(if *count == 1 { word.to_owned() } else { format!("{word}:{count}") })
        });
        self.blocks.push(SlackActionsBlock::new(elements.collect()).into());
        let lines: Vec<Words> = fitting.iter().filter_map(|button| button.in_words()).collect();
        if !lines.is_empty() {
            self.chunks.push(lines);
        }
        self
    }

    /// Where no text stands beside the blocks.
    pub fn blocks(self) -> Vec<SlackBlock> {
        self.blocks
    }

    pub fn finish(self) -> Message {
        Message { text: fallback(&self.chunks), blocks: self.blocks }
    }
}

/// The chunks as mark-up, with long texts shortened as far as it takes; where that is not enough, whole lines and how many more.
fn fallback(chunks: &[Vec<Words>]) -> String {
    let chunk =
        |lines: &Vec<Words>, most| lines.iter().map(|line| line.mrkdwn(most)).collect::<Vec<_>>().join("\n");
    let all = |most| chunks.iter().map(|lines| chunk(lines, most)).collect::<Vec<_>>().join("\n\n");
    let texts = [usize::MAX, 1_200, 600, 300, 150, 80].map(all);
    let fits = texts.iter().find(|text| text.chars().count() <= FALLBACK_MOST).cloned();
    fits.unwrap_or_else(|| whole_lines(&all(80)))
}

/// As many lines as fit, and how many more there are.
fn whole_lines(text: &str) -> String {
    /// Of the words about the rest.
    const REST_MOST: usize = 60;
    let mut length = REST_MOST;
    let fitting: Vec<&str> = text
        .lines()
        .take_while(|line| {
            length += line.chars().count() + 1;
            length <= FALLBACK_MOST
        })
        .collect();
    let left = text.lines().skip(fitting.len()).filter(|line| !line.trim().is_empty()).count();
    let lines = if left == 1 { "line" } else { "lines" };
    format!("{}\n… and {left} more {lines} in the message itself.", fitting.join("\n").trim_end())
}
