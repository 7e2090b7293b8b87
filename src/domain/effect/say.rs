//! What is said about an incident.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Room;
use crate::actor::Actor;
use crate::alert::AlertId;
use crate::command::Role;
use crate::id::{IncidentId, UserId};
use crate::incident::after::AfterSaid;
use crate::incident::alerts::Tally;
use crate::incident::event::{Cancelled, UpdateFacts};
use crate::incident::figures::Figures;
use crate::incident::merge::MergeSaid;
use crate::incident::page::{AskedFor, PageReason};
use crate::incident::severity::{Severity, Status};
use crate::incident::{Eta, Rung};
use crate::oncall::duty::{Call, Skipped};
use crate::oncall::path::Called;
use crate::oncall::reach::NoWay;
use crate::timer::Lateness;

/// Where a message about an incident stands in the emergencies channel, whose one message about it is its card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// By itself: it asks for something, or calls people, which Slack does not do from within a thread.
    Alone,
    /// In the card's thread: the incident's history.
    InThread,
    /// In the card's thread, and sent to the channel too: what stakeholders were promised.
    InBoth,
}

impl Say {
    pub fn stands(&self) -> Stands {
        match self {
            Self::Updated { .. }
            | Self::SeverityChanged { .. }
            | Self::Resolved { .. }
            | Self::Reopened { .. } => Stands::InBoth,
            Self::Merge(said) => match said.as_ref() {
                MergeSaid::Into { .. } | MergeSaid::SplitOff { .. } => Stands::InBoth,
                MergeSaid::Led { .. }
                | MergeSaid::Ended { .. }
                | MergeSaid::Took { .. }
                | MergeSaid::Gave { .. } => Stands::InThread,
                MergeSaid::Yours { .. } | MergeSaid::YoursAgain { .. } => Stands::Alone,
            },
            Self::StatusChanged { .. }
            | Self::Escalated { .. }
            | Self::FiresAgain { .. }
            | Self::Acknowledged { .. }
            | Self::Answered { .. }
            | Self::RoleTaken { .. }
            | Self::Noted { .. } => Stands::InThread,
            Self::Declared { .. }
            | Self::Reminder { .. }
            | Self::ResponseMissed { .. }
            | Self::Page { .. }
            | Self::LooksOver { .. }
            | Self::NotReached { .. }
            | Self::Brief { .. }
            | Self::After(_)
            | Self::Undelivered { .. } => Stands::Alone,
        }
    }
}

/// The facts of a message, frozen when it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Say {
    /// Runbook 7.1.
    Declared {
        title: String,
        severity: Severity,
        status: Status,
        impact: Option<String>,
        action: Option<String>,
        eta: Option<Eta>,
        update_every: Option<SignedDuration>,
        by: Actor,
    },
    Updated {
        title: String,
        facts: UpdateFacts,
        by: Actor,
        at: Timestamp,
        number: usize,
        next_due: Option<Timestamp>,
    },
    StatusChanged {
        title: String,
        from: Status,
        to: Status,
        by: Actor,
    },
    SeverityChanged {
        title: String,
        from: Severity,
        to: Severity,
        reason: Option<String>,
        by: Actor,
        update_every: Option<SignedDuration>,
    },
    /// Runbook 7.2, with the figures.
    Resolved {
        title: String,
        /// What its clocks count from.
        #[serde(rename = "declared_at")]
        since: Timestamp,
        resolved_at: Timestamp,
        root_cause: String,
        impact: Option<String>,
        data_loss: Option<String>,
        by: Actor,
        figures: Figures,
        #[serde(default)]
        cancelled: Option<Cancelled>,
    },
    Reopened {
        title: String,
        by: Actor,
        status: Status,
        update_every: Option<SignedDuration>,
    },
    /// Of a merge, or its end.
    Merge(Box<MergeSaid>),
    /// "Update due": what is known, and buttons.
    Reminder {
        title: String,
        severity: Severity,
        status: Status,
        rung: Rung,
        /// When the update was due.
        due: Timestamp,
        /// When this reminder was due: its name in the *Snooze* button.
        reminder: Timestamp,
        last_update: Option<(Timestamp, String)>,
        declared_at: Timestamp,
        impact: Option<String>,
        action: Option<String>,
        commander: Option<Actor>,
        /// Who is asked: the commander, else who acknowledged, else who declared, and rather somebody in Slack.
        asked: Actor,
        missed_in_all: u32,
        late: Option<Lateness>,
        /// The on-call is not called.
        #[serde(default)]
        quiet: bool,
    },
    ResponseMissed {
        title: String,
        severity: Severity,
        within: SignedDuration,
        late: Option<Lateness>,
        /// Everybody in the channel is called.
        #[serde(default)]
        everybody: bool,
        /// Nobody is called.
        #[serde(default)]
        quiet: bool,
        /// When the trouble began and when it was declared, where the time counts from before the declaration.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        began: Option<(Timestamp, Timestamp)>,
    },
    /// Somebody is called to an incident.
    Page {
        title: String,
        severity: Severity,
        status: Status,
        impact: Option<String>,
        action: Option<String>,
        declared_at: Timestamp,
        /// When the trouble began, where that was before its declaration.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        began: Option<Timestamp>,
        reason: PageReason,
        called: Called,
        /// When somebody must have acknowledged.
        respond_by: Option<Timestamp>,
        /// Since when none of its alerts fires any more, and how many there were, where alerts are why it was declared.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quiet: Option<(Timestamp, u32)>,
        /// Who is called with this message, for the on-call channel.
        calls: Vec<Call>,
        skipped: Vec<Skipped>,
        late: Option<Lateness>,
        /// The incident's own channel, once it is made.
        #[serde(default)]
        room: Option<Room>,
        /// Who asked for it.
        #[serde(default)]
        asked: Option<AskedFor>,
        /// What is merged into it and brought the call along.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        with: Option<(IncidentId, String)>,
        /// Who had it as something milder.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        had_it: Option<Actor>,
    },
    /// Somebody wants the next step of paging now, for the people at work.
    Escalated {
        by: Actor,
        passes: bool,
        why: Option<String>,
    },
    /// None of its alerts fires any more: is it over?
    LooksOver {
        title: String,
        severity: Severity,
        tally: Tally,
        since: Timestamp,
        /// Nobody: whoever is on call.
        asked: Option<UserId>,
        /// Whoever is asked is in command.
        commands: bool,
        /// When howler resolves it, for nobody has touched it.
        resolves_at: Option<Timestamp>,
    },
    /// It had looked over.
    FiresAgain {
        /// `None` where there are too many to name.
        alert: Option<AlertId>,
        title: String,
    },
    /// A page does not arrive, for the channel that can be reached.
    NotReached {
        title: String,
        severity: Severity,
        person: UserId,
        /// By phone.
        phone: bool,
        why: NoWay,
    },
    Acknowledged {
        by: Actor,
        after: SignedDuration,
    },
    /// Somebody answered the page about the missing update.
    Answered {
        by: Actor,
    },
    /// A role changed hands, for the room.
    RoleTaken {
        role: Role,
        person: Actor,
        from: Option<Actor>,
        by: Actor,
    },
    /// The brief for the person who takes a role.
    Brief {
        role: Role,
        title: String,
        severity: Severity,
        status: Status,
        declared_at: Timestamp,
        impact: Option<String>,
        action: Option<String>,
        eta: Option<Eta>,
        last_update: Option<(Timestamp, String)>,
        next_due: Option<Timestamp>,
        roles: Vec<(Role, Actor)>,
        room: Option<Room>,
        from: Option<Actor>,
    },
    Noted {
        text: String,
        by: Actor,
    },
    /// Of what is owed after it.
    After(Box<AfterSaid>),
    /// Told to the person in charge when an announcement cannot be delivered.
    Undelivered {
        title: String,
        what: String,
        reason: String,
    },
}
