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

use sha2::{Digest, Sha256};

use super::grammar;
use super::origin::Origin;
use super::slack_text::is_id;
use crate::domain::refusal::Refusal;
use crate::domain::request::{Ask, Request};
use crate::id::{ChannelId, DeliveryId, UserId};

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
        let at_home = false;
        Self::Request(Box::new(Incoming { request, trigger, origin: Origin::default(), at_home }))
    }

    /// The same, of a click on howler's Home tab.
    fn at_home(self, at_home: bool) -> Self {
        match self {
            Self::Request(incoming) => Self::Request(Box::new(Incoming { at_home, ..*incoming })),
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

/// A typed line, understood or not.
fn typed(text: &str) -> Ask {
    match grammar::parse(text) {
        Ok(line) => Ask::Line(line),
        Err(refusal) => Ask::Unclear(refusal),
    }
}

/// A typed line about being on call, understood or not.
fn typed_oncall(text: &str) -> Ask {
    match grammar::parse_oncall(text) {
        Ok(line) => Ask::Line(line),
        Err(refusal) => Ask::Unclear(refusal),
    }
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
