//! Everything from outside becomes one `Request` before anything else happens.

use serde::{Deserialize, Serialize};

use super::command::{EtaText, Line};
use super::incident::after::event::Section;
use super::incident::severity::{Severity, Status};
use super::oncall::call_name::CallName;
use super::oncall::said::Heard;
use crate::actor::Actor;
use crate::id::{ChannelId, DeliveryId, IncidentId, MessageTs, RunId, UserId};

/// A delivery, parsed: who asks what, from where, and how the answer goes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub delivery: DeliveryId,
    pub by: Actor,
    pub place: Place,
    pub reply: ReplyPath,
    pub ask: Ask,
}

/// Where something was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub channel: ChannelId,
    /// The thread's first message, where it was said in a thread.
    pub thread: Option<MessageTs>,
}

/// What stands for the channel where there is none. Slack's ids hold no such sign.
const SHELL: &str = "shell:";
const PHONE: &str = "phone:";
const HOME: &str = "home:";
const HOWLER: &str = "howler:";

impl Place {
    /// A telephone, which is in no channel.
    pub fn phone() -> Self {
        Self { channel: PHONE.into(), thread: None }
    }

    /// A telephone in the middle of the call of the event `seq`.
    pub fn call(seq: u32) -> Self {
        Self { channel: PHONE.into(), thread: Some(MessageTs(seq.to_string())) }
    }

    /// The event whose call it is, where it is a telephone in a call.
    pub fn in_call(&self) -> Option<u32> {
        let thread = self.thread.as_ref().filter(|_| self.channel.as_str() == PHONE)?;
        thread.as_str().parse().ok()
    }

    /// A shell on howler's own machine, which is in no channel.
    pub fn shell() -> Self {
        Self { channel: SHELL.into(), thread: None }
    }

    /// howler's Home tab, or a shortcut that is no message's: in Slack, and in no channel.
    pub fn home() -> Self {
        Self { channel: HOME.into(), thread: None }
    }

    /// howler itself, by no word of a person.
    pub fn howler() -> Self {
        Self { channel: HOWLER.into(), thread: None }
    }

    pub fn is_home(&self) -> bool {
        self.channel.as_str() == HOME
    }

    pub fn is_shell(&self) -> bool {
        self.channel.as_str() == SHELL
    }

    /// A direct message with howler: Slack's ids of those begin with `D`.
    pub fn is_private(&self) -> bool {
        self.channel.as_str().starts_with('D')
    }
}

/// How a private answer reaches the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplyPath {
    /// In the answer to the delivery itself (slash commands, form submissions, shells).
    Inline,
    /// Shown to that person only, at the request's place (mentions, reactions).
    Ephemeral,
    /// To the address Slack sent with a click; good for 30 minutes and five answers.
    ResponseUrl(String),
    /// By direct message: a click on the Home tab and a shortcut bring no address, and are in no channel.
    Direct,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Typed, or on a button.
    Line(Line),
    /// A line that was not understood; it is answered, not dropped.
    Unclear(crate::refusal::Refusal),
    /// Said to howler directly, and no line: the answer to a page, where one waits for this person's.
    Said {
        refusal: crate::refusal::Refusal,
        heard: Heard,
    },
    Form(Form),
    /// A phone call reached nobody (or `texted`, the text that followed it).
    CallMissed {
        call: CallName,
        texted: bool,
    },
    /// A reaction that says yes (👍 👀 ✅): it answers the page on whose message it is put.
    Reacted {
        message: MessageTs,
    },
    /// The channel was unarchived.
    ChannelBack,
    /// A pushpin put on a message, or taken off.
    Pin {
        message: MessageTs,
        author: Option<UserId>,
        added: bool,
    },
}

/// A form that was submitted. Texts are clean; an empty field is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    Declare {
        title: String,
        severity: Severity,
        impact: Option<String>,
        action: Option<String>,
        eta: Option<EtaText>,
        /// A message that it was made from, as the first note.
        note: Option<String>,
    },
    /// A message, onto the timeline of the incident that was chosen.
    Note { incident: IncidentId, text: String },
    Update {
        incident: IncidentId,
        status: Option<Status>,
        impact: Option<String>,
        action: Option<String>,
        eta: Option<EtaText>,
        /// What the form showed when it was opened; `None` of forms that an older howler opened.
        shown: Option<Shown>,
    },
    Resolve {
        incident: IncidentId,
        root_cause: String,
        impact: Option<String>,
        data_loss: Option<String>,
        /// As of an update.
        shown: Option<Shown>,
    },
    /// A section of a report, and the fingerprint of what stood in it when the form was opened. An empty text leaves it to the events.
    Section { incident: IncidentId, section: Section, text: String, shown: u64 },
    /// The approval of a risky action, with why.
    Approve {
        run: RunId,
        /// The request's: see [`crate::run::change::Prepared`].
        key: String,
        comment: String,
    },
}

/// What an open form remembers about where it was opened (its `private_metadata`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormContext {
    pub incident: Option<IncidentId>,
    pub place: Place,
    /// The request for approval that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<(RunId, String)>,
    /// What the form about an incident showed, so that only what somebody changed in it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    /// The message that it was opened for, as a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The section of a report that it is for, and the fingerprint of what stood in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<(Section, u64)>,
}

/// A form's fields as they were filled when it was opened, each as a fingerprint: Slack keeps 3,000 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub status: Status,
    pub impact: u64,
    pub action: u64,
    pub eta: u64,
}
