//! What a person can ask of howler in one line: the same for a slash command, a mention and a button.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::feature::FeatureLine;
use super::incident::after::line::AfterLine;
use super::incident::severity::{Severity, Status};
use super::oncall::line::Oncall;
use super::runbook::RunbookLine;
use crate::id::{ChannelId, DeliveryId, EffectId, IncidentId, MessageTs, UserId};

/// A command, and the incident it names, if it names one (`7 update ...`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    pub command: Command,
}

impl Line {
    /// The same with the incident's number where a channel stands for it.
    ///
    /// # Errors
    /// The channel that is no incident's.
    pub fn numbered(self, number: &impl Fn(&ChannelId) -> Option<IncidentId>) -> Result<Self, ChannelId> {
        match self.command {
            Command::InChannel { channel, line } => match number(&channel) {
                Some(incident) => Self { incident: Some(incident), ..*line }.numbered(number),
                None => Err(channel),
            },
            Command::Either { number: stands, here, named } => {
                let (here, named) = (here.numbered(number)?, named.numbered(number)?);
                let (here, named) = (Box::new(here), Box::new(named));
                Ok(Self { incident: self.incident, command: Command::Either { number: stands, here, named } })
            }
            Command::MergeIntoChannel { channel } => match number(&channel) {
                Some(into) => Ok(Self { incident: self.incident, command: Command::Merge { into } }),
                None => Err(channel),
            },
            Command::With { command, note } => {
                let Self { incident, command } =
                    Self { incident: self.incident, command: *command }.numbered(number)?;
                Ok(Self { incident, command: Command::With { command: Box::new(command), note } })
            }
            command => Ok(Self { incident: self.incident, command }),
        }
    }
}

/// What a button carries: a line, and the question that pressing it answers. Such a question is answered once for each
/// incident, however often, and under however many copies of it, the button is pressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    #[serde(flatten)]
    pub line: Line,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<DeliveryId>,
}

/// A responsibility in an incident, held by one person at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    Commander,
    Comms,
    Scribe,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Commander, Self::Comms, Self::Scribe];

    /// The role's word in any case.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.to_string().eq_ignore_ascii_case(word))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commander => "commander",
            Self::Comms => "comms",
            Self::Scribe => "scribe",
        })
    }
}

/// What `retract` takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Retractable {
    Update,
    Severity,
    Resolution,
    Merge,
}

/// When it is expected to be over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EtaText {
    /// From the moment it is said.
    In(SignedDuration),
    /// At a fixed instant, as forms show it.
    At(Timestamp),
    /// In the person's own words.
    Words(String),
}

/// How a number stands in a line that could mean two things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Number {
    /// `update 2 restarting`
    Bare,
    /// `note INC-2 looks related`
    Named,
    /// `resolve redis fixed INC-2`
    Last,
}

/// One thing to do or to show. Texts are clean: see [`super::text`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    Declare {
        severity: Severity,
        title: String,
    },
    /// Declares although somebody else's open incident has nearly the same title.
    DeclareAnyway {
        severity: Severity,
        title: String,
        /// What did not fit into the title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// Opens the declaration form, with what was typed after `declare` as the title.
    DeclareForm {
        title: Option<String>,
    },
    /// The same for a message, which becomes the first note.
    DeclareFrom {
        title: Option<String>,
        note: String,
    },
    /// Opens the form that puts a message on the timeline of one of the open incidents.
    NoteForm {
        note: String,
    },
    Update {
        text: String,
    },
    UpdateForm,
    Status {
        to: Status,
    },
    Severity {
        to: Severity,
        reason: Option<String>,
    },
    Impact {
        text: String,
    },
    Action {
        text: String,
    },
    Eta {
        eta: EtaText,
    },
    Note {
        text: String,
    },
    Ack,
    /// Whoever is called cannot take it: the next step of paging now.
    Pass,
    /// The next step of paging now.
    Escalate {
        why: Option<String>,
    },
    /// Calls one person to the incident.
    Page {
        whom: UserId,
        why: Option<String>,
    },
    Role {
        role: Role,
        person: UserId,
    },
    /// The caller takes the role.
    Take {
        role: Role,
    },
    /// Moves this one reminder. A button names the reminder it stands on by its due time.
    Snooze {
        by: SignedDuration,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reminder: Option<Timestamp>,
    },
    Resolve {
        root_cause: String,
    },
    ResolveForm,
    /// Ends what was no incident, or (`of`) is another one's: no report, no figures.
    Cancel {
        why: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<IncidentId>,
    },
    /// It is the same as another one, which leads from then on.
    Merge {
        into: IncidentId,
    },
    /// The same, with the other one named by its channel. It is looked up before anything is decided.
    MergeIntoChannel {
        channel: ChannelId,
    },
    /// What was merged is on its own again.
    Split,
    /// About the time after an incident: its report, its deadlines, its follow-ups.
    After(Box<AfterLine>),
    Rename {
        title: String,
    },
    /// Into the incident's channel.
    Invite {
        people: Vec<UserId>,
    },
    /// The caller into the incident's channel.
    Join,
    Reopen,
    /// The latest, or the latest of a kind.
    Retract {
        what: Option<Retractable>,
    },
    List,
    Show,
    /// Pages count from 1.
    Timeline {
        page: usize,
    },
    Find {
        words: String,
    },
    /// Effects that are not done, with their reasons.
    Doctor,
    /// Tries an effect again at once.
    RetryNow {
        effect: EffectId,
    },
    /// Drops an effect for good.
    GiveUp {
        effect: EffectId,
    },
    /// Puts a message on the timeline, asked where a pushpin did not tell which incident's.
    PinTo {
        channel: ChannelId,
        message: MessageTs,
        author: Option<UserId>,
    },
    /// A command that was understood, and the rest of its line, which goes on the timeline.
    With {
        command: Box<Command>,
        note: String,
    },
    /// A line in which a number may name an incident or belong to the text.
    Either {
        number: Number,
        /// About the incident that its place tells, with the number as a part of the text.
        here: Box<Line>,
        /// About the incident that the number names.
        named: Box<Line>,
    },
    /// A line that names its incident by the incident's channel. It is looked up before anything is decided.
    InChannel {
        channel: ChannelId,
        line: Box<Line>,
    },
    /// About being on call.
    Oncall(Box<Oncall>),
    /// About the runbook's procedures.
    Runbook(RunbookLine),
    /// Of a part with a slash command of its own.
    Feature(Box<FeatureLine>),
    /// What can be done now.
    Help,
    /// All that can be typed.
    HelpAll,
}

impl Command {
    /// The word people type for it; also the action id of its button.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Declare { .. }
            | Self::DeclareAnyway { .. }
            | Self::DeclareForm { .. }
            | Self::DeclareFrom { .. } => "declare",
            Self::Cancel { .. } => "cancel",
            Self::Merge { .. } | Self::MergeIntoChannel { .. } => "merge",
            Self::Split => "split",
            Self::After(line) => line.word(),
            Self::Rename { .. } => "rename",
            Self::Invite { .. } => "invite",
            Self::Join => "join",
            Self::Update { .. } | Self::UpdateForm => "update",
            Self::Status { .. } => "status",
            Self::Severity { .. } => "severity",
            Self::Impact { .. } => "impact",
            Self::Action { .. } => "action",
            Self::Eta { .. } => "eta",
            Self::Note { .. } | Self::NoteForm { .. } => "note",
            Self::Ack => "ack",
            Self::Pass => "pass",
            Self::Escalate { .. } => "escalate",
            Self::Page { .. } => "page",
            Self::Role { .. } => "role",
            Self::Take { .. } => "take",
            Self::Snooze { .. } => "snooze",
            Self::Resolve { .. } | Self::ResolveForm => "resolve",
            Self::Reopen => "reopen",
            Self::Retract { .. } => "retract",
            Self::List => "list",
            Self::Show => "show",
            Self::Timeline { .. } => "timeline",
            Self::Find { .. } => "find",
            Self::Doctor => "doctor",
            Self::RetryNow { .. } => "retry",
            Self::GiveUp { .. } => "give_up",
            Self::PinTo { .. } => "pin",
            Self::With { command, .. } => command.word(),
            Self::Either { here: line, .. } | Self::InChannel { line, .. } => line.command.word(),
            Self::Oncall(line) => line.word(),
            Self::Runbook(line) => line.word(),
            Self::Feature(line) => line.word(),
            Self::Help | Self::HelpAll => "help",
        }
    }

    /// The command itself, without the note beside it.
    pub fn core(&self) -> &Self {
        match self {
            Self::With { command, .. } => command.core(),
            command => command,
        }
    }

    /// Whether it is about one incident, named or not.
    pub fn is_about_one(&self) -> bool {
        if let Self::After(line) = self.core() {
            return line.is_about_one();
        }
        !matches!(
            self.core(),
            Self::Declare { .. }
                | Self::DeclareAnyway { .. }
                | Self::DeclareForm { .. }
                | Self::DeclareFrom { .. }
                | Self::NoteForm { .. }
                | Self::List
                | Self::Find { .. }
                | Self::Doctor
                | Self::RetryNow { .. }
                | Self::GiveUp { .. }
                | Self::Oncall(_)
                | Self::Runbook(_)
                | Self::Feature(_)
                | Self::Help
                | Self::HelpAll
        )
    }

    /// Whether it opens a form, the first step of a change.
    pub fn opens_form(&self) -> bool {
        if let Self::After(line) = self {
            return line.opens_form();
        }
        matches!(
            self,
            Self::DeclareForm { .. }
                | Self::DeclareFrom { .. }
                | Self::NoteForm { .. }
                | Self::UpdateForm
                | Self::ResolveForm
        )
    }

    /// Whether it only reads: it changes nothing and commits nothing.
    pub fn reads(&self) -> bool {
        if let Self::Oncall(line) = self {
            return line.reads();
        }
        if let Self::Runbook(line) = self {
            return line.reads();
        }
        if let Self::Feature(line) = self {
            return line.reads();
        }
        if let Self::After(line) = self {
            return line.reads();
        }
        matches!(
            self,
            Self::List
                | Self::Show
                | Self::Timeline { .. }
                | Self::Find { .. }
                | Self::Doctor
                | Self::Help
                | Self::HelpAll
        ) || self.opens_form()
    }
}
