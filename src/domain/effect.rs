//! What howler is to do outside: decided and saved first, carried out afterwards by `delivery`.
//!
//! *Say* effects carry frozen facts. *Show* effects name the incident and are rendered when they are sent, so ten
//! changes become one edit.

mod key;
mod lane;
mod named;
mod outcome;
mod say;
mod shown;
mod stored;
mod to;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::alert::group::GroupId;
use super::answer::Private;
use super::feature::Notice;
use super::incident::Rung;
use super::incident::timeline::Entry;
use super::oncall::tell::Tell;
use super::owner::Owner;
use super::picture::Picture;
use super::procedure::{Check, Question};
use super::request::{Place, ReplyPath};
use super::run::announce::RunNote;
use super::run::difference::Compared;
use super::run::freeze::AskUnfreeze;
use super::run::says::RunSays;
use crate::actor::Actor;
use crate::duration::Humane;
use crate::id::{ChannelId, EffectId, IncidentId, MessageTs, RunId, UserId};
pub use key::PostKey;
pub use lane::Lane;
pub use named::Named;
pub use outcome::{Aside, Outcome, OwedMention, Receipt, Undone};
pub use say::{Say, Stands};
pub use to::To;

/// One row of the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "stored::StoredEffect")]
pub struct Effect {
    pub id: EffectId,
    /// Who asked for it, and hears what became of it.
    pub owner: Owner,
    /// The incident in whose channels and on whose board it stands: the owner, or the one that a run works for. It is in the row,
    /// for an outbox is read, held back and exported without the run's own row.
    pub incident: Option<IncidentId>,
    pub lane: Lane,
    pub kind: EffectKind,
    pub created_at: Timestamp,
    /// Attempts that came back with an answer.
    pub attempts: u32,
    pub state: EffectState,
    /// Of one in memory alone that an earlier howler may have sent: the name by which its message is known. Never saved.
    #[serde(skip)]
    pub named: Option<Named>,
}

impl Effect {
    /// Whether it waits for a person.
    pub fn is_failed(&self) -> bool {
        matches!(self.state, EffectState::Failed { .. })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EffectState {
    Waiting,
    /// Tried; again at `at`. `unknown`: it may have happened, so it is looked up by its mark first.
    Later {
        at: Timestamp,
        reason: String,
        unknown: bool,
    },
    /// Not without a person: *Retry now* or *Give up*. `unknown` as above.
    Failed {
        reason: String,
        #[serde(default)]
        unknown: bool,
    },
}

impl EffectState {
    /// What *Retry now* makes of it at `now`: what may have happened stays in doubt.
    pub fn retried(&self, now: Timestamp) -> Self {
        match self {
            Self::Later { reason, unknown, .. } | Self::Failed { reason, unknown: unknown @ true } => {
                Self::Later { at: now, reason: reason.clone(), unknown: *unknown }
            }
            Self::Waiting | Self::Failed { unknown: false, .. } => Self::Waiting,
        }
    }
}

/// One of the two places that show an incident's card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CardPlace {
    Emergencies,
    Room,
}

/// The incident's own channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    pub channel: ChannelId,
    /// Without the `#`.
    pub name: String,
}

/// An issue on GitHub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// `owner/name`: kept with the issue, for the configuration may name another one later.
    pub repository: String,
    pub number: u64,
    /// The page that people open.
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EffectKind {
    /// Post a message with these facts.
    Say {
        to: To,
        say: Box<Say>,
        keep_as: Option<PostKey>,
    },
    /// Post the card, or edit it where it stands.
    Card {
        place: CardPlace,
    },
    /// Edit the announcement of event `seq`, which was taken back.
    Amend {
        seq: u32,
        to: To,
    },
    /// Edit a reminder that was answered: it says by whom and loses its buttons.
    Settle {
        seq: u32,
        to: To,
        settled: Settled,
    },
    /// A page that was answered, or that nobody needs to answer any more: it says so and loses its buttons, or stops ringing.
    Close {
        seq: u32,
        to: To,
    },
    OpenRoom {
        name: String,
    },
    Topic,
    PinCard,
    Invite {
        people: Vec<UserId>,
        oncall: bool,
    },
    /// Read a message that was put on the timeline.
    ReadMessage {
        channel: ChannelId,
        message: MessageTs,
    },
    /// Open the backup issue on GitHub, with the card as its text.
    OpenIssue,
    /// A comment in the backup issue that tells these entries of the timeline.
    Comment {
        entries: Vec<Entry>,
    },
    /// Says something about being on call.
    Tell {
        to: To,
        tell: Box<Tell>,
        keep_as: Option<PostKey>,
    },
    /// Edits such a message to what is true now: its question was answered, or is void.
    Retell {
        to: To,
        key: PostKey,
    },
    /// Makes the on-call's user group hold who is on call now.
    Group,
    /// Show the card as it is now in the backup issue.
    IssueCard,
    /// Close the backup issue, or open it again; its card follows.
    IssueState {
        open: bool,
    },
    /// Ask the world one check of a run.
    Look {
        run: RunId,
        /// The check's name in its procedure.
        name: String,
        /// Which asking it belongs to: an answer to an earlier one is no evidence for a later.
        #[serde(default)]
        asked: u32,
        check: Box<Check>,
        /// Exactly what is asked; or why it cannot be, in words.
        question: Box<Result<Question, String>>,
    },
    /// Ask an action's plan, and look at what would be run.
    Prepare {
        run: RunId,
        argv: Vec<String>,
        plan: Option<Vec<String>>,
        /// What the plan is compared with.
        #[serde(default)]
        against: Option<Compared>,
        /// The user group whose people may approve.
        group: Option<String>,
        /// Whose request it is for: the hold that the change has. 0 where an older howler asked.
        #[serde(default)]
        hold: u32,
        /// It is the last look before the action begins.
        #[serde(default)]
        again: bool,
    },
    /// Look up who may agree to a release.
    PrepareRelease {
        run: RunId,
        group: Option<String>,
    },
    /// Carry an action out, exactly as it was approved. It is never begun twice.
    Act {
        run: RunId,
        argv: Vec<String>,
        /// The program's file, and the SHA-256 of what was in it when it was approved.
        path: String,
        fingerprint: String,
        /// The request's, random: all that the program begins is known by it, whichever howler began it.
        key: String,
        limit: Humane,
        /// How long it may take to end once it is asked to.
        #[serde(default = "super::procedure::usual_grace")]
        grace: Humane,
    },
    /// End the program that an action runs, and all that it began.
    Stop {
        run: RunId,
    },
    /// Post a run's card, or edit it where it stands.
    RunCard {
        run: RunId,
    },
    /// Say in the card's thread what has changed, where the card itself is late to show it.
    RunNews {
        run: RunId,
        /// The event that changed it: a card that was drawn after it shows it.
        seq: u32,
        /// Whose doing it was; none is howler's.
        #[serde(default)]
        by: Actor,
        note: Box<RunNote>,
    },
    /// Post what a run says beside its card.
    RunSays {
        run: RunId,
        to: To,
        says: Box<RunSays>,
    },
    /// Put what a check kept, too long for the card, into the card's thread as a file.
    RunFile {
        run: RunId,
        /// The check's name in its procedure.
        name: String,
        title: String,
        text: String,
    },
    /// Say that no change is begun until further notice, or that changes may begin again.
    SayFreeze {
        by: Actor,
        /// Why; none where changes may begin again.
        why: Option<String>,
    },
    /// Look up whether somebody may lift a freeze.
    AskUnfreeze(Box<AskUnfreeze>),
    /// Put the report as it is then as a file into the thread of the card; asked for by the event `seq`.
    ReportFile {
        seq: u32,
    },
    /// Publish the report as it is then, where its incident says.
    PublishReport,
    /// Look how the pull request of the report stands.
    SeePull,
    /// Open, close or reopen the issue of a follow-up, as the follow-up is then.
    FollowUpIssue {
        number: u32,
    },
    /// Look how the issue of a follow-up stands.
    SeeIssue {
        number: u32,
    },
    /// Post the message of a group of alerts, or edit it where it stands.
    AlertCard {
        group: GroupId,
    },
    /// Show how something that is watched went, beside what is said of it.
    Picture(Box<Picture>),
    /// Post what a part with a command of its own says.
    Notice {
        to: To,
        notice: Notice,
    },
    /// Call the on-call's group under a message that could not.
    Mention(Box<OwedMention>),
    /// A private answer that could not travel in the HTTP answer.
    Whisper {
        to: UserId,
        place: Place,
        reply: ReplyPath,
        private: Box<Private>,
    },
}

impl EffectKind {
    /// Whether it is carried out on GitHub.
    pub fn is_backup(&self) -> bool {
        matches!(self, Self::OpenIssue | Self::Comment { .. } | Self::IssueCard | Self::IssueState { .. })
    }

    /// The run that it belongs to.
    pub fn run(&self) -> Option<RunId> {
        match self {
            Self::Look { run, .. }
            | Self::RunCard { run }
            | Self::RunNews { run, .. }
            | Self::RunSays { run, .. }
            | Self::RunFile { run, .. }
            | Self::Prepare { run, .. }
            | Self::PrepareRelease { run, .. }
            | Self::Act { run, .. }
            | Self::Stop { run } => Some(*run),
            _ => None,
        }
    }

    /// Whether it asks or changes the world beside Slack.
    pub fn is_by_hand(&self) -> bool {
        matches!(
            self,
            Self::Look { .. }
                | Self::Prepare { .. }
                | Self::PrepareRelease { .. }
                | Self::AskUnfreeze(_)
                | Self::Act { .. }
                | Self::Stop { .. }
        )
    }

    /// Whether it is carried out by phone.
    pub fn is_by_phone(&self) -> bool {
        matches!(self.place(), Some(To::Phone(_) | To::Text(_)))
    }

    /// Whether it calls one person, by message or by phone.
    pub fn is_a_page(&self) -> bool {
        let pages = match self {
            Self::Say { say, .. } => matches!(say.as_ref(), Say::Page { .. }),
            Self::Tell { tell, .. } => matches!(tell.as_ref(), Tell::Summons { .. } | Tell::TestRing { .. }),
            _ => false,
        };
        pages && matches!(self.place(), Some(To::Person(_) | To::Phone(_)))
    }

    /// Where a message goes; nothing for everything else.
    pub fn place(&self) -> Option<&To> {
        match self {
            Self::Say { to, .. }
            | Self::Close { to, .. }
            | Self::Tell { to, .. }
            | Self::Notice { to, .. }
            | Self::Retell { to, .. } => Some(to),
            _ => None,
        }
    }
}

/// How a reminder was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    #[serde(default)]
    pub by: Actor,
    pub at: Timestamp,
    pub how: Answered,
    /// The reminder's own facts, to show it again without its buttons.
    pub rung: Rung,
    pub due: Timestamp,
}

impl Settled {
    /// The reminder's message.
    pub fn key(&self, seq: u32, to: &To) -> PostKey {
        PostKey::Reminder { seq, to: to.clone(), rung: self.rung, due: self.due }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answered {
    Updated,
    Snoozed {
        until: Timestamp,
    },
    Resolved,
    /// It is merged into this one.
    Merged {
        into: IncidentId,
    },
    /// The clock moved for another reason (a severity without updates, a later reminder).
    Overtaken,
}
