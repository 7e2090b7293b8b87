//! What the asking person gets back. Words and blocks are made of it in `view`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::command::{Line, Role};
use super::effect::Undone;
use super::fault::{Fault, Saving};
use super::feature::FeatureAnswer;
use super::incident::after::event::Section;
use super::incident::after::line::AfterAnswer;
use super::incident::severity::{Severity, Status};
use super::incident::timeline::Entry;
use super::incident::{Eta, Incident};
use super::oncall::answer::OncallAnswer;
use super::oncall::duty::{Call, Skipped};
use super::oncall::said::Heard;
use super::refusal::Refusal;
use super::request::FormContext;
use super::runbook::RunbookAnswer;
use crate::actor::Actor;
use crate::alert::AlertId;
use crate::id::{ChannelId, DeliveryId, IncidentId, UserId};
use crate::vendor::VendorSays;

/// The answer to a request. It is kept with the delivery, so that a repeated one gets the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Nothing to say: what happened is plain to see.
    Nothing,
    Private(Private),
    /// Open this form at once; its trigger dies in three seconds.
    OpenForm(FormToOpen),
}

/// A form, filled with what is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FormToOpen {
    pub context: FormContext,
    pub fill: FormFill,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FormFill {
    Declare {
        title: Option<String>,
        /// The message that becomes the first note.
        #[serde(default)]
        note: Option<String>,
    },
    /// A message, and the open incidents to whose timeline it may go.
    Note {
        note: String,
        choices: Vec<Summary>,
        /// The one whose channel it was said in.
        chosen: Option<IncidentId>,
    },
    Update {
        title: String,
        status: Status,
        impact: Option<String>,
        action: Option<String>,
        eta: Option<Eta>,
    },
    Resolve {
        title: String,
        impact: Option<String>,
    },
    /// A section of a report, with what stands in it.
    Section {
        title: String,
        section: Section,
        text: Option<String>,
    },
    /// Why an action is approved: its title, and exactly what runs.
    Approve {
        step: String,
        command: String,
    },
}

/// A message for one person's eyes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Private {
    Refused(Refusal),
    Declared {
        incident: IncidentId,
        title: String,
        severity: Severity,
        own_channel: bool,
        /// What did not fit into the title is the first note.
        #[serde(default)]
        noted: Option<String>,
    },
    /// Done; says what, in one line.
    Done {
        incident: IncidentId,
        #[serde(default)]
        title: String,
        what: Done,
    },
    /// Several incidents are open: which one? Each choice is the line with the incident named.
    WhichIncident {
        choices: Vec<Summary>,
        /// How many more it could be.
        #[serde(default)]
        more: usize,
        line: Line,
        /// The delivery that asks back.
        #[serde(default)]
        asked: Option<DeliveryId>,
    },
    /// A form cannot be opened from here (no trigger): a button that opens it, and the line to type instead.
    OfferForm {
        incident: Option<Summary>,
        line: Line,
    },
    /// The worst open ones first, and how many more are open.
    List {
        open: Vec<Summary>,
        more: usize,
        resolved: Vec<Summary>,
        /// The resolved ones cannot be read just now.
        #[serde(default)]
        unread: bool,
    },
    Show {
        incident: Box<Incident>,
        undone: Vec<Undone>,
        /// What it is merged into, as that is now.
        #[serde(default)]
        whole: Option<Box<Summary>>,
        /// What vendors say is wrong.
        #[serde(default)]
        vendors: Vec<VendorSays>,
    },
    Timeline {
        incident: Summary,
        entries: Vec<Entry>,
        page: usize,
        pages: usize,
    },
    Found {
        words: String,
        found: Vec<Summary>,
        more: usize,
    },
    Doctor {
        undone: Vec<Undone>,
        /// What is wrong with the store, in words.
        #[serde(default)]
        store: Vec<String>,
        #[serde(default)]
        saving: Saving,
    },
    /// About being on call.
    Oncall(Box<OncallAnswer>),
    /// A page is answered, and others still wait for the same person's answer.
    StillPaged {
        answered: Box<Private>,
        incidents: Vec<Summary>,
        /// Pages without an incident: number and reason.
        pages: Vec<(u64, String)>,
    },
    /// What was said does not take the page: it goes on calling, and offers what may have been meant.
    StillCalling(Box<StillCalling>),
    Runbook(Box<RunbookAnswer>),
    /// About the time after an incident.
    After(Box<AfterAnswer>),
    /// Of a part with a slash command of its own.
    Feature(Box<FeatureAnswer>),
    /// Trouble of howler's own, where the answer to the delivery cannot say it.
    Trouble(Fault),
    /// What became of a request of which nobody knew whether it was saved.
    Became {
        saved: bool,
        /// What was asked, where it was typed.
        line: Option<Box<Line>>,
        /// What it was answered, where it was saved.
        answer: Option<Box<Private>>,
    },
    /// All that can be typed.
    Help,
    HelpNow(Box<HelpNow>),
}

/// A page that goes on calling after somebody answered something else than yes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StillCalling {
    pub heard: Heard,
    pub about: Called,
    /// When the next step is due, and whom it calls.
    pub next: Option<(Timestamp, Vec<Call>)>,
    /// What was wrong with it as a command, where it looked like one.
    pub refusal: Option<Refusal>,
}

/// What somebody is called about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Called {
    Incident(Box<Summary>),
    /// A page without an incident: its number and reason.
    Page(u64, String),
}

/// One line about an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub incident: IncidentId,
    pub title: String,
    pub severity: Severity,
    pub status: Status,
    pub commander: Option<Actor>,
    pub declared_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub update_due: Option<Timestamp>,
    /// Somebody was reminded of that update and has not answered.
    pub overdue: bool,
    /// What it is merged into: the one that leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<IncidentId>,
    /// It ended as no incident of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cancelled: bool,
    /// What is merged into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<IncidentId>,
}

/// What somebody can do as things are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpNow {
    /// The incident of the channel, or the only one that is open.
    pub of: Option<Summary>,
    /// Nobody has acknowledged it.
    pub asks: bool,
    /// A line about it must name its number.
    pub numbered: bool,
    /// How many are open.
    pub open: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Done {
    Updated {
        next_due: Option<Timestamp>,
    },
    Status(Status),
    Severity(Severity),
    Impact,
    Action,
    Eta(Eta),
    Noted,
    Acknowledged,
    /// The page about an incident that fell silent is answered.
    Answered,
    /// The next step is being called.
    Escalated,
    /// One person is being called.
    Paging {
        whom: UserId,
        skipped: Vec<Skipped>,
    },
    Role {
        role: Role,
        person: Actor,
    },
    /// `limited`: less than was asked for, because the next update is due then.
    Snoozed {
        until: Timestamp,
        limited: bool,
    },
    Resolved,
    Reopened,
    RetractedUpdate,
    RetractedSeverity {
        back_to: Severity,
    },
    Pinned,
    Unpinned,
    /// It is merged into another one; `raised` is what that became with it, `taken` who has it.
    Merged {
        into: IncidentId,
        title: String,
        raised: Option<Severity>,
        taken: Option<Actor>,
        /// Whoever asked has it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        yours: bool,
        along: Vec<IncidentId>,
    },
    /// It is on its own again; the other one has its severity of before.
    SplitOff {
        from: IncidentId,
        back_to: Option<Severity>,
    },
    /// It was no incident; or it is the one named.
    Cancelled {
        of: Option<IncidentId>,
    },
    /// It is over by a person, resolved or no incident, and some of its alerts fire all the same; `firing` are the first of them.
    EndedFiring {
        cancelled: bool,
        firing: Vec<AlertId>,
        more: u32,
    },
    Renamed {
        title: String,
    },
    Invited {
        people: Vec<UserId>,
        channel: ChannelId,
    },
}
