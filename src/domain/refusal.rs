//! Why not: specific, for the person, with the next thing to type. Faults of our own are not refusals.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::command::{Retractable, Role};
use super::incident::severity::{Severity, Status};
use super::oncall::change::ChangeProblem;
use super::oncall::rota::SwapOutcome;
use super::oncall::swap::SwapProblem;
use super::oncall::when::WhenProblem;
use crate::id::{IncidentId, UserId};

/// Why somebody cannot be on call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfit {
    /// Their account is turned off.
    Left,
    Bot,
    /// Slack knows nobody by that id.
    Unknown,
}

/// A request that changes nothing, and the reason. `view::refusal` has the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    UnknownWord {
        word: String,
        nearest: Option<String>,
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
    NoSuchIncident {
        incident: IncidentId,
    },
    AlreadyResolved {
        incident: IncidentId,
        at: Timestamp,
        by: UserId,
    },
    NotResolved {
        incident: IncidentId,
    },
    AlreadyAcknowledged {
        incident: IncidentId,
        at: Timestamp,
        by: UserId,
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
        person: UserId,
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
        by: UserId,
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
        person: UserId,
    },
    /// Incidents of this severity wait for the weekly review.
    NeverPages {
        severity: Severity,
        title: String,
    },
}
