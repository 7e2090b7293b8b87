//! Phrases before they are blocks: the same phrases give what people see and what is read out to them.

use jiff::{SignedDuration, Timestamp};
use slack_morphism::prelude::*;

use super::markdown;
use super::text::{inert, visible};
use super::time::{self, Shown};
use domain::actor::Actor;
use domain::effect::Issue;
use domain::id::{ChannelId, UserId};
use domain::text::shorten;

/// One run of a phrase.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    piece: Piece,
    look: Look,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// howler's own words.
    Own(&'static str),
    /// Texts from people, and what was put together with them.
    Text(String),
    Person(String),
    Group(String),
    Channel(String),
    /// Everybody in the channel.
    Everybody,
    Link {
        url: String,
        text: String,
    },
    When(Timestamp, Shown),
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Look {
    bold: bool,
    strike: bool,
    code: bool,
}

/// A phrase.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Words(pub Vec<Part>);

/// Makes [`Words`] of texts and parts: `words!["Next update due ", moment(at)]`.
macro_rules! words {
    ($($part:expr),* $(,)?) => {
        $crate::words::Words(vec![$($crate::words::Part::from($part)),*])
    };
}
pub(super) use words;

impl From<Piece> for Part {
    fn from(piece: Piece) -> Self {
        Self { piece, look: Look::default() }
    }
}

impl From<&'static str> for Part {
    fn from(own: &'static str) -> Self {
        Piece::Own(own).into()
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::from(&text)
    }
}

impl From<&String> for Part {
    fn from(text: &String) -> Self {
        Piece::Text(visible(text)).into()
    }
}

impl From<&UserId> for Part {
    fn from(person: &UserId) -> Self {
        mention(person.as_str())
    }
}

impl From<&Actor> for Part {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::Slack(person) => person.into(),
            Actor::Shell(name) => Self::from(format!("{name} on the server")),
            Actor::PagerDuty(name) => Self::from(format!("{name} at PagerDuty")),
            Actor::Alert(alert) => Self::from(format!("howler, from {alert}")),
            Actor::Howler => "howler".into(),
        }
    }
}

pub(super) fn bold(text: impl Into<Part>) -> Part {
    let part = text.into();
    Part { look: Look { bold: true, ..part.look }, ..part }
}

/// `1 turn`, `2 turns`.
pub(super) fn counted(many: usize, what: &str) -> String {
    format!("{many} {what}{}", if many == 1 { "" } else { "s" })
}

/// Something to type.
pub(super) fn code(text: impl Into<Part>) -> Part {
    let part = text.into();
    Part { look: Look { code: true, ..part.look }, ..part }
}

/// A person or a group by Slack's id; anything else is a name, shown as text.
pub(super) fn mention(name: &str) -> Part {
    match name.chars().next() {
        Some('U' | 'W') if is_id(name) => Piece::Person(name.to_owned()).into(),
        Some('S') if is_id(name) => Piece::Group(name.to_owned()).into(),
        _ => Part::from(name.to_owned()),
    }
}

/// Calls everybody in the channel, whether they look or not.
pub(super) fn everybody() -> Part {
    Piece::Everybody.into()
}

pub(super) fn channel(id: &ChannelId) -> Part {
    match is_id(id.as_str()) {
        true => Piece::Channel(id.to_string()).into(),
        false => Part::from(id.to_string()),
    }
}

/// An issue on GitHub; its address comes from outside, so one that is strange is shown as a name.
pub(super) fn link(issue: &Issue) -> Part {
    let text = format!("{}#{}", issue.repository, issue.number);
    match is_plain_https(&issue.url) {
        true => Piece::Link { url: issue.url.clone(), text }.into(),
        false => Part::from(text),
    }
}

/// An address that comes from outside, under howler's own words; one that is strange is left out.
pub(super) fn address(url: &str, text: String) -> Part {
    match is_plain_https(url) {
        true => Piece::Link { url: url.to_owned(), text }.into(),
        false => bold(text),
    }
}

/// Nothing in it ends a link or begins one.
pub(super) fn is_plain_https(url: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '|' | '"' | '`');
    url.starts_with("https://") && url.chars().all(plain)
}

/// Day and time in the reader's zone.
pub(super) fn moment(at: Timestamp) -> Part {
    Piece::When(at, Shown::Moment).into()
}

/// The time in the reader's zone, where the day is plain.
pub(super) fn clock(at: Timestamp) -> Part {
    Piece::When(at, Shown::Clock).into()
}

/// The time alone where `at` is within half a day of `from`, when people know which day is meant; else with its day.
pub(super) fn near(at: Timestamp, from: Timestamp) -> Part {
    match at.duration_since(from).abs() <= SignedDuration::from_hours(12) {
        true => clock(at),
        false => moment(at),
    }
}

/// The time in the reader's zone, and UTC beside it for the record.
pub(super) fn both(at: Timestamp) -> Part {
    Piece::When(at, Shown::Both).into()
}

fn is_id(name: &str) -> bool {
    name.len() > 1 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

impl Words {
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    pub fn and_if(self, more: Option<Self>) -> Self {
        match more {
            Some(more) => self.and(more),
            None => self,
        }
    }

    /// The same, struck through.
    pub fn struck(mut self) -> Self {
        for part in &mut self.0 {
            part.look.strike = true;
        }
        self
    }

    /// The phrases in one, with `between` between them.
    pub fn joined(phrases: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let mut out = Self::default();
        for phrase in phrases {
            if !out.0.is_empty() {
                out.0.push(between.into());
            }
            out.0.extend(phrase.0);
        }
        out
    }

    /// For a rich text block, whose text elements Slack never parses.
    pub fn rich(&self) -> Vec<SlackRichTextInlineElement> {
        self.0.iter().filter(|part| !part.is_empty()).map(Part::rich).collect()
    }

    /// For Slack's mark-up, with every text at most `most` characters long.
    pub fn mrkdwn(&self, most: usize) -> String {
        self.0.iter().map(|part| part.mrkdwn(most)).collect()
    }

    /// For GitHub, with every text at most `most` characters long.
    pub fn markdown(&self, most: usize) -> String {
        self.0.iter().map(|part| part.markdown(most)).collect()
    }

    /// For places that know no mark-up at all.
    pub fn plain(&self) -> String {
        self.0.iter().map(Part::plain).collect()
    }
}

impl Look {
    fn style(self) -> Option<SlackRichTextStyle> {
        let on = |on: bool| on.then_some(true);
        let Self { bold, strike, code } = self;
        let style = SlackRichTextStyle {
            bold: on(bold),
            strike: on(strike),
            code: on(code),
            ..SlackRichTextStyle::new()
        };
        (self != Self::default()).then_some(style)
    }
}

impl Part {
    fn is_empty(&self) -> bool {
        match &self.piece {
            Piece::Own(text) => text.is_empty(),
            Piece::Text(text) => text.is_empty(),
            Piece::Person(_)
            | Piece::Group(_)
            | Piece::Channel(_)
            | Piece::Everybody
            | Piece::Link { .. }
            | Piece::When(..) => false,
        }
    }

    fn rich(&self) -> SlackRichTextInlineElement {
        let style = self.look.style();
        match &self.piece {
            Piece::Own(text) => SlackRichTextText { text: (*text).to_owned(), style }.into(),
            Piece::Text(text) => SlackRichTextText { text: text.clone(), style }.into(),
            Piece::Person(id) => SlackRichTextUser { user_id: id.clone().into(), style }.into(),
            Piece::Group(id) => SlackRichTextUserGroup { usergroup_id: id.clone().into(), style }.into(),
            Piece::Everybody => {
                SlackRichTextBroadcast { range: SlackRichTextBroadcastRange::Channel, style }.into()
            }
            Piece::Channel(id) => SlackRichTextChannel { channel_id: id.clone().into(), style }.into(),
            Piece::Link { url, text } => SlackRichTextLink {
                url: SlackRelaxedUrl(url.clone()),
                text: Some(text.clone()),
                unsafe_: None,
                style,
            }
            .into(),
            Piece::When(at, shown) => SlackRichTextDate {
                timestamp: SlackDateTime(*at),
                format: shown.format(*at),
                fallback: Some(shown.utc(*at)),
                style,
            }
            .into(),
        }
    }

    fn mrkdwn(&self, most: usize) -> String {
        let text = match &self.piece {
            Piece::Own(text) => inert(text),
            Piece::Text(text) => inert(&shorten(text, most)),
            Piece::Person(id) => format!("<@{id}>"),
            Piece::Group(id) => format!("<!subteam^{id}>"),
            Piece::Channel(id) => format!("<#{id}>"),
            Piece::Everybody => "<!channel>".to_owned(),
            Piece::Link { url, text } => format!("<{url}|{text}>"),
            Piece::When(at, shown) => time::token(*at, *shown),
        };
        // A line break would end the code in the middle.
        if self.look.code && !text.is_empty() { format!("`{}`", text.replace('\n', " ")) } else { text }
    }

    /// Ids stay readable: there is nobody on GitHub whom they could call.
    fn markdown(&self, most: usize) -> String {
        let text = match &self.piece {
            Piece::Own(text) => markdown::inert(text),
            Piece::Text(text) => markdown::inert(&shorten(text, most)),
            Piece::Person(id) | Piece::Group(id) | Piece::Channel(id) => format!("<code>{id}</code>"),
            Piece::Everybody => "everybody".to_owned(),
            Piece::Link { text, .. } => markdown::inert(text),
            Piece::When(at, _) => time::utc(*at),
        };
        let Look { bold, strike, code } = self.look;
        let tags = [(code, "code"), (bold, "b"), (strike, "del")];
        let on = tags.into_iter().filter(|(on, _)| *on && !text.is_empty());
        on.fold(text.clone(), |text, (_, tag)| format!("<{tag}>{text}</{tag}>"))
    }

    fn plain(&self) -> String {
        match &self.piece {
            Piece::Own(text) => (*text).to_owned(),
            Piece::Text(text) => text.clone(),
            // An id says nothing to a reader.
            Piece::Person(_) => "a colleague".to_owned(),
            Piece::Group(_) => "a group".to_owned(),
            Piece::Channel(_) => "a channel".to_owned(),
            Piece::Everybody => "Everybody".to_owned(),
            Piece::Link { url, .. } => url.clone(),
            Piece::When(at, shown) => shown.utc(*at),
        }
    }
}
