//! What a person can ask about being on call, in one line or by a button.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::confirm::{Change, Piece};
use super::phone::PhoneNumber;
use super::when::{RangeText, WhenText};
use crate::id::UserId;
use crate::incident::severity::Severity;

/// One thing to do or to show. Times are as they were typed; they become instants when they are decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Oncall {
    Who {
        when: Option<WhenText>,
    },
    Schedule {
        weeks: u32,
    },
    Add {
        person: UserId,
    },
    Remove {
        person: UserId,
    },
    Order {
        people: Vec<UserId>,
    },
    Pause {
        person: UserId,
        until: WhenText,
    },
    Resume {
        person: UserId,
    },
    Override {
        person: UserId,
        range: RangeText,
    },
    /// Takes an override out again.
    Cancel {
        number: u64,
    },
    /// The second in line; nobody in particular is the next in the rotation.
    Backup {
        person: Option<UserId>,
    },
    /// Another program's schedule; until an instant it replaces what earlier imports brought.
    Import {
        pieces: Vec<Piece>,
        until: Timestamp,
    },
    /// A line typed once more, to carry out what it showed; `seen` is the schedule's version then.
    Again {
        line: Box<Oncall>,
        seen: u32,
    },
    /// Carries out a change that was shown; `seen` is the schedule's version then.
    Confirm {
        change: Change,
        seen: u32,
    },
    /// The caller has it from now on, for a while.
    Cover {
        long: SignedDuration,
    },
    /// The next one, or somebody named, has it from now on.
    Handoff {
        to: Option<UserId>,
    },
    Swap {
        with: UserId,
        week: WhenText,
    },
    AnswerSwap {
        number: u64,
        yes: bool,
    },
    WithdrawSwap {
        number: u64,
    },
    /// "I have it", about the hand-over at `since`.
    HaveIt {
        since: Timestamp,
    },
    /// Calls a person, without an incident.
    Page {
        whom: UserId,
        reason: String,
    },
    /// Calls the on-call by a severity's path: declares an incident.
    PageSeverity {
        severity: Severity,
        reason: String,
    },
    AnswerPage {
        number: u64,
    },
    /// Whoever is called cannot take it.
    PassPage {
        number: u64,
    },
    /// Rings the caller's own phone once, to see whether it does.
    RingMe,
    /// The key that was pressed in such a call.
    RingHeard {
        number: u64,
    },
    Report {
        weeks: u32,
    },
    Review,
    /// What a severity's path would do now.
    Test {
        severity: Severity,
    },
    /// Sets the caller's phone number, or takes it away. In a direct message only.
    Phone {
        number: Option<PhoneNumber>,
    },
    /// Makes the address of a calendar, the caller's own or everybody's, or revokes it.
    Calendar {
        mine: bool,
        revoke: bool,
    },
    Help,
}

impl Oncall {
    /// The word people type for it; also the action id of its button.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Who { .. } => "who",
            Self::Schedule { .. } => "schedule",
            Self::Add { .. } => "add",
            Self::Remove { .. } => "remove",
            Self::Order { .. } => "order",
            Self::Pause { .. } => "pause",
            Self::Resume { .. } => "resume",
            Self::Override { .. } => "override",
            Self::Cancel { .. } => "cancel",
            Self::Backup { .. } => "backup",
            Self::Import { .. } => "import",
            Self::Again { .. } | Self::Confirm { .. } => "confirm",
            Self::Cover { .. } => "cover",
            Self::Handoff { .. } => "handoff",
            Self::Swap { .. } => "swap",
            Self::AnswerSwap { yes: true, .. } => "agree",
            Self::AnswerSwap { yes: false, .. } => "decline",
            Self::WithdrawSwap { .. } => "withdraw",
            Self::HaveIt { .. } => "have_it",
            Self::Page { .. } | Self::PageSeverity { .. } => "page",
            Self::AnswerPage { .. } => "answer_page",
            Self::PassPage { .. } => "pass_page",
            Self::RingMe => "ring",
            Self::RingHeard { .. } => "ring_heard",
            Self::Report { .. } => "report",
            Self::Review => "review",
            Self::Test { .. } => "test",
            Self::Phone { .. } => "phone",
            Self::Calendar { .. } => "calendar",
            Self::Help => "help",
        }
    }

    /// Whether it is a change that is shown before it is carried out.
    pub fn proposes(&self) -> bool {
        let asks = matches!(
            self,
            Self::Who { .. }
                | Self::Schedule { .. }
                | Self::Report { .. }
                | Self::Review
                | Self::Test { .. }
                | Self::Help
        );
        self.reads() && !asks
    }

    /// Whether it only reads: it changes nothing and commits nothing. A change that is shown and not confirmed is one.
    pub fn reads(&self) -> bool {
        match self {
            Self::Who { .. }
            | Self::Schedule { .. }
            | Self::Add { .. }
            | Self::Remove { .. }
            | Self::Order { .. }
            | Self::Pause { .. }
            | Self::Resume { .. }
            | Self::Override { .. }
            | Self::Cancel { .. }
            | Self::Backup { .. }
            | Self::Import { .. }
            | Self::Report { .. }
            | Self::Review
            | Self::Test { .. }
            | Self::Help => true,
            Self::Again { .. }
            | Self::Confirm { .. }
            | Self::Cover { .. }
            | Self::Handoff { .. }
            | Self::Swap { .. }
            | Self::AnswerSwap { .. }
            | Self::WithdrawSwap { .. }
            | Self::HaveIt { .. }
            | Self::Page { .. }
            | Self::PageSeverity { .. }
            | Self::AnswerPage { .. }
            | Self::PassPage { .. }
            | Self::RingMe
            | Self::RingHeard { .. }
            | Self::Phone { .. }
            | Self::Calendar { .. } => false,
        }
    }
}
