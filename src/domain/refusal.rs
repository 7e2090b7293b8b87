//! Why not: specific, for the person, with the next thing to type. Faults of our own are not refusals.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::answer::Summary;
use super::command::{Line, Retractable, Role};
use super::incident::event::Cancelled;
use super::incident::severity::{Severity, Status};
use super::oncall::change::ChangeProblem;
use super::oncall::rota::SwapOutcome;
use super::oncall::swap::SwapProblem;
use super::oncall::when::WhenProblem;
use crate::actor::Actor;
use crate::id::{ChannelId, DeliveryId, IncidentId, UserId};

/// Why somebody cannot be on call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfit {
    /// Their account is turned off.
    Left,
    Bot,
    /// Slack knows nobody by that id.
    Unknown,
}

/// Why a line is not carried out without a click.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doubt {
    /// People's own words, taken for what they most likely want.
    Sentence,
    /// A word that is nearly one of howler's.
    Mistyped { word: String },
    /// It could mean several things.
    Several,
    /// A question, or a "not" behind the word.
    Hesitant,
    /// howler is named in the middle of the message.
    Aside,
    /// What the message said before it was edited is done.
    Edited,
    /// The message is older than the incident that it would change.
    Older,
    /// Somebody else declared nearly the same some minutes ago, and it is open.
    SameTitle { incident: IncidentId, by: Actor },
    /// A reaction on a page, by somebody who is not called.
    Reaction,
    /// A severity alone.
    NoTitle,
    /// It is merged into another one, for which it would be done.
    Merged { incident: IncidentId, into: IncidentId },
    /// Cancelled as a double, it would end although it is worse than the other one.
    Double { incident: IncidentId, of: IncidentId, is: Severity },
    /// What it would be the double of is over, and people are called for it.
    DoubleOfOver { incident: IncidentId, of: IncidentId },
    /// It would be open again, and people called for it, though what it is merged into is over.
    CallsAgain { incident: IncidentId, whole: IncidentId, severity: Severity },
    /// Somebody is named almost as this person.
    Person { word: String },
}

/// Why an incident is not merged, or not split off, or why nothing else is done with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MergeProblem {
    Itself,
    /// It would be cancelled as the same as itself.
    ItsOwnDouble,
    /// The other one is over.
    IntoResolved {
        into: IncidentId,
        at: Timestamp,
        /// It was none, or another's double.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cancelled: Option<Cancelled>,
    },
    /// The other one is merged itself, into `whole`.
    IntoAPart {
        into: IncidentId,
        whole: IncidentId,
    },
    /// It is merged into this one already.
    Part {
        into: IncidentId,
    },
    NotMerged,
}

/// What a line may mean: the line to carry out, and the incident that it would change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning {
    pub line: Line,
    #[serde(default)]
    pub incident: Option<Box<Summary>>,
}

/// A request that changes nothing, and the reason. `view::refusal` has the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    UnknownWord {
        word: String,
        nearest: Option<String>,
    },
    /// A button for each thing that it may mean.
    Unsure {
        doubt: Doubt,
        meanings: Vec<Meaning>,
        /// The delivery that asks back.
        #[serde(default)]
        asked: Option<DeliveryId>,
    },
    NotAnIncidentsChannel {
        channel: ChannelId,
    },
    /// Somebody else changed the same field while the form was open; what it says now.
    ChangedMeanwhile {
        incident: IncidentId,
        field: String,
        now: String,
    },
    /// It has no channel of its own to invite anybody into.
    NoRoom {
        incident: IncidentId,
    },
    /// Whoever would have an incident, and is no person.
    NoPerson {
        by: Actor,
    },
    /// Somebody who is to come into a channel, and whom Slack does not know.
    NotInSlack {
        person: Actor,
    },
    /// Somebody who cannot answer for a role.
    NoRoleFor {
        person: UserId,
        why: Unfit,
    },
    UnknownSeverity {
        word: String,
    },
    UnknownStatus {
        word: String,
    },
    UnknownRole {
        word: String,
    },
    NotAPerson {
        word: String,
    },
    NotADuration {
        word: String,
    },
    /// A length of time under a minute.
    TooShortATime {
        word: String,
    },
    /// It is over, or more than a year away.
    EtaOutOfReach {
        at: Timestamp,
    },
    NotAnIncidentNumber {
        word: String,
    },
    /// Slack sent it for an app that howler's token is not of.
    OtherApp,
    /// It comes from another workspace in which the same app is installed.
    OtherWorkspace,
    /// Whoever asks is of another workspace, and met howler in a shared channel.
    Visitor,
    /// It cannot be told whether whoever asks is of howler's workspace.
    WorkspaceUnknown,
    TitleMissing,
    TextMissing {
        command: String,
    },
    /// Lengths in characters.
    TooLong {
        what: String,
        length: usize,
        most: usize,
    },
    NothingOpen,
    /// It needs two open incidents, and `incident` is the only one.
    NoOtherOpen {
        incident: IncidentId,
    },
    /// No open incident has another one merged into it.
    NothingMerged,
    NoSuchIncident {
        incident: IncidentId,
    },
    AlreadyResolved {
        incident: IncidentId,
        at: Timestamp,
        by: Actor,
        /// It was none, or another's double.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cancelled: Option<Cancelled>,
    },
    NotResolved {
        incident: IncidentId,
    },
    Merge {
        incident: IncidentId,
        problem: MergeProblem,
    },
    AlreadyAcknowledged {
        incident: IncidentId,
        at: Timestamp,
        by: Actor,
    },
    AlreadyStatus {
        incident: IncidentId,
        status: Status,
    },
    AlreadySeverity {
        incident: IncidentId,
        severity: Severity,
    },
    AlreadyInRole {
        incident: IncidentId,
        role: Role,
        person: Actor,
    },
    NothingToRetract {
        incident: IncidentId,
        what: Option<Retractable>,
    },
    /// The severity has no update interval.
    NoUpdateClock {
        incident: IncidentId,
        severity: Severity,
    },
    /// The button stands on a message that is no longer true.
    StaleReminder {
        incident: IncidentId,
        reminder: Timestamp,
    },
    /// The button or form is of an older howler, or not howler's.
    UnknownButton,
    /// A form that was sent as it was shown.
    NothingNew {
        incident: IncidentId,
    },
    NoSuchEffect,
    NoSuchPage {
        incident: IncidentId,
        pages: usize,
    },
    AlreadyPinned {
        incident: IncidentId,
    },
    /// A time that is none, or that cannot be.
    When {
        problem: WhenProblem,
        /// The command that asked for it.
        after: String,
    },
    NotWeeks {
        word: String,
        most: u32,
    },
    NotANumber {
        word: String,
    },
    /// Somebody who is to be on call, and is nobody.
    NoSuchPerson {
        word: String,
        nearest: Option<String>,
        /// The nearest one's id, which is what a shell takes.
        #[serde(default)]
        id: Option<UserId>,
        /// The command that asked for them.
        after: String,
    },
    /// Several people are named where one is meant.
    OneAtATime {
        command: String,
    },
    /// A calendar is a file, which only a shell has.
    ImportAtShell,
    /// Somebody who would be called in vain.
    CannotBeOnCall {
        person: UserId,
        why: Unfit,
    },
    NotAPhoneNumber,
    /// Numbers are told in a direct message only.
    PhoneInPublic,
    /// A change to the rotation that cannot hold.
    Change {
        problem: ChangeProblem,
    },
    Swap {
        problem: SwapProblem,
    },
    NoSuchSwap {
        number: u64,
    },
    SwapIsOver {
        how: SwapOutcome,
    },
    /// The caller asks for this time already.
    SwapWaits {
        number: u64,
        with: UserId,
    },
    /// The swap is between two others.
    NotYourSwap,
    CoverTooLong {
        most: SignedDuration,
    },
    HasItAlready {
        person: UserId,
    },
    NobodyToHandTo,
    /// The button is of a hand-over to somebody else, or of one that is over.
    NotYourTurn {
        person: Option<UserId>,
    },
    NoSuchPageCall {
        number: u64,
    },
    PageAnswered {
        by: Actor,
        at: Timestamp,
    },
    /// Whoever wants their phone rung has set no number.
    NoNumberToRing,
    /// No provider is set up; or (`elsewhere`) it knows its people itself.
    NobodyRings {
        elsewhere: bool,
    },
    /// Slack cannot reach this person, so nobody could call them.
    OutOfReach {
        person: Actor,
    },
    /// Incidents of this severity wait for the weekly review.
    NeverPages {
        severity: Severity,
        title: String,
    },
}

impl Refusal {
    /// Lines of which one may be meant, each to be carried out by a click.
    pub fn unsure(doubt: Doubt, lines: impl IntoIterator<Item = Line>) -> Self {
        let meanings = lines.into_iter().map(|line| Meaning { line, incident: None }).collect();
        Self::Unsure { doubt, meanings, asked: None }
    }
}
