//! Slack's three kinds of deliveries, from raw bytes to one [`Parsed`]. Nothing is awaited here, so that HTTP and
//! Socket Mode can share it.
//!
//! Only what howler needs is read; fields that Slack adds or leaves out do no harm.

pub mod command;
pub mod event;
mod form;
pub mod interaction;
mod shortcut;

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::origin::Origin;
use domain::id::{ChannelId, DeliveryId, UserId};
use domain::refusal::Refusal;
use domain::request::{Ask, Request};
use grammar::slack_text::is_id;

/// What a delivery is.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    Request(Box<Incoming>),
    /// Slack looks whether the certificate is good; nothing is asked.
    SslCheck,
    /// Slack looks whether the address is ours: the text goes back as it came.
    Challenge(String),
    /// A slash command that this version does not have.
    OtherCommand {
        command: String,
    },
    /// A form with fields that cannot be taken: field and reason, in the form's order.
    FormErrors(Vec<FieldError>),
    /// Somebody changed a user group.
    GroupChanged,
    /// Somebody looks at howler's Home tab.
    HomeOpened(Opened),
    /// Nothing for howler; why, in one word for metrics.
    Ignored {
        why: &'static str,
    },
    /// Not in Slack's form.
    Malformed,
}

/// A request, and what is needed to open a form in answer to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    pub request: Request,
    /// Good for three seconds.
    pub trigger: Option<String>,
    pub origin: Origin,
    /// A click on howler's Home tab.
    pub at_home: bool,
    /// The line, where it names somebody by a name that was typed and not chosen from Slack's list.
    pub unnamed: Option<Typed>,
}

/// A line as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    pub text: String,
    /// After `/oncall`.
    pub oncall: bool,
}

impl Typed {
    /// What it asks.
    pub fn ask(&self) -> Ask {
        let read = if self.oncall { grammar::parse_oncall(&self.text) } else { grammar::parse(&self.text) };
        read.map_or_else(Ask::Unclear, Ask::Line)
    }

    /// The same where it names somebody who is looked up.
    fn unnamed(self, ask: &Ask) -> Option<Self> {
        let refusal = match ask {
            Ask::Unclear(refusal) | Ask::Said { refusal, .. } => refusal,
            _ => return None,
        };
        matches!(refusal, Refusal::NoSuchPerson { .. }).then_some(self)
    }
}

/// Who looks at howler's Home tab, and what Slack shows there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub by: UserId,
    pub origin: Origin,
    /// Slack's name for what stands there now; `None` where nothing was published yet.
    pub hash: Option<String>,
}

/// A form's field and why its content cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    pub field: &'static str,
    pub refusal: Refusal,
}

impl Parsed {
    fn request(request: Request, trigger: Option<String>) -> Self {
        let trigger = trigger.filter(|trigger| !trigger.is_empty());
        let (origin, at_home, unnamed) = (Origin::default(), false, None);
        Self::Request(Box::new(Incoming { request, trigger, origin, at_home, unnamed }))
    }

    /// The same, of a click on howler's Home tab.
    fn at_home(self, at_home: bool) -> Self {
        match self {
            Self::Request(incoming) => Self::Request(Box::new(Incoming { at_home, ..*incoming })),
            other => other,
        }
    }

    /// The same, with its line where that names somebody who is to be looked up.
    fn said_as(self, text: &str, oncall: bool) -> Self {
        match self {
            Self::Request(mut incoming) => {
                incoming.unnamed = Typed { text: text.to_owned(), oncall }.unnamed(&incoming.request.ask);
                Self::Request(incoming)
            }
            other => other,
        }
    }

    /// The same, with the ids that tell whose it is.
    fn from(self, origin: Origin) -> Self {
        match self {
            Self::Request(mut incoming) => {
                incoming.origin = origin;
                Self::Request(incoming)
            }
            Self::HomeOpened(opened) => Self::HomeOpened(Opened { origin, ..opened }),
            other => other,
        }
    }
}

/// Reads JSON as Slack writes it. Half of a sign of two parts (`\ud800` alone), which a cut text ends in, is no text: it is read
/// as the sign for what cannot be shown, or the same delivery would be refused each time that Slack sends it.
fn read_json<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice(json).ok().or_else(|| serde_json::from_slice(whole_signs(json)?.as_bytes()).ok())
}

/// The same with each lone half replaced; `None` where there is none.
fn whole_signs(json: &[u8]) -> Option<String> {
    const HALF: usize = r"\ud800".len();
    let text = String::from_utf8_lossy(json);
    let (mut mended, mut rest, mut halves) = (String::with_capacity(text.len()), &*text, 0);
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended.push_str(before);
        let half = |text: &str| {
            let digits = text.strip_prefix("\\u")?.get(..4)?;
            u32::from_str_radix(digits, 16).ok().filter(|unit| (0xD800..0xE000).contains(unit))
        };
        let next = escape.get(HALF..).and_then(half);
        let (taken, given) = match (half(escape), next) {
            (Some(..0xDC00), Some(0xDC00..)) => (2 * HALF, None),
            (Some(_), _) => (HALF, Some(r"\ufffd")),
            // The sign after the backslash belongs to it: a second one begins nothing.
            (None, _) => (1 + escape.chars().nth(1).map_or(0, char::len_utf8), None),
        };
        let (escape, after) = escape.split_at(taken);
        halves += usize::from(given.is_some());
        mended.push_str(given.unwrap_or(escape));
        rest = after;
    }
    mended.push_str(rest);
    (halves > 0 || matches!(text, std::borrow::Cow::Owned(_))).then_some(mended)
}

/// A typed line, understood or not.
fn typed(text: &str) -> Ask {
    grammar::parse(text).map_or_else(Ask::Unclear, Ask::Line)
}

/// A typed line about being on call, understood or not.
fn typed_oncall(text: &str) -> Ask {
    grammar::parse_oncall(text).map_or_else(Ask::Unclear, Ask::Line)
}

/// A typed line about the runbook.
fn typed_runbook(text: &str) -> Ask {
    Ask::Line(grammar::parse_runbook(text))
}

/// Slack's id of a person. Anything else would be taken for mark-up where it is posted, or for somebody at a shell.
fn person(id: String) -> Option<UserId> {
    is_id(&id).then_some(UserId(id))
}

/// Slack's id of a channel.
fn channel(id: String) -> Option<ChannelId> {
    is_id(&id).then_some(ChannelId(id))
}

/// `kind:id`; without an id the body itself tells deliveries apart.
fn delivery(kind: &str, id: Option<&str>, body: &[u8]) -> DeliveryId {
    match id.filter(|id| !id.is_empty()) {
        Some(id) => DeliveryId(format!("{kind}:{id}")),
        None => DeliveryId(format!("{kind}:sha256:{}", hex::encode(Sha256::digest(body)))),
    }
}
