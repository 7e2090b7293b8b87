//! The report of an incident (runbook 6.1): what its events tell, and what people wrote. Nothing is made up: what nobody said is
//! not known yet.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Incident;
use super::after::deadline::Deadline;
use super::after::event::Section;
use super::after::follow_up::FollowUp;
use super::after::publication::Publication;
use super::alerts::AlertWhat;
use super::event::{Event, EventKind};
use super::severity::{Severity, Status};
use super::timeline::{Entry, together};
use crate::actor::Actor;
use crate::id::{IncidentId, RunId};
use crate::run::announce::RunNote;

/// How long it was, over all reopenings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lasted {
    /// What its clocks count from.
    pub from: Timestamp,
    /// `None` while it is open.
    pub until: Option<Timestamp>,
    /// The time in which it was open, without those in which it counted as resolved.
    pub open: SignedDuration,
    /// How often it was opened again.
    pub reopened: usize,
}

/// A step of a procedure that was carried out on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Did {
    pub run: RunId,
    pub step: String,
    pub at: Timestamp,
    /// It is proved that it helped.
    pub helped: bool,
}

/// All that a report says, before it is words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub incident: IncidentId,
    pub title: String,
    pub severity: Severity,
    pub declared_at: Timestamp,
    /// What people wrote.
    pub written: BTreeMap<Section, String>,
    pub impact: Option<String>,
    /// What the resolution said.
    pub root_cause: Option<String>,
    pub data_loss: Option<String>,
    /// The last that was being done.
    pub action: Option<String>,
    pub did: Vec<Did>,
    pub lasted: Lasted,
    pub timeline: Vec<Entry>,
    pub follow_ups: Vec<FollowUp>,
    pub commander: Option<Actor>,
    /// When it is due, where it is.
    pub deadline: Option<Deadline>,
    /// What is merged into it.
    pub with: Vec<IncidentId>,
    pub not_known: Vec<Section>,
    /// Where it is published, once somebody wanted that.
    #[serde(default)]
    pub publication: Option<Box<Publication>>,
}

/// The report of `incident` as it is at `now`: its own events, and those of what is merged into it.
pub fn report(
    incident: &Incident,
    events: &[Event],
    parts: &[(IncidentId, Vec<Event>)],
    now: Timestamp,
) -> Report {
    let entries = together(incident.id, events, parts);
    let resolution = incident.resolution();
    Report {
        incident: incident.id,
        title: incident.title.clone(),
        severity: incident.severity,
        declared_at: incident.declared_at,
        written: incident.after.written.iter().map(|(section, it)| (*section, it.text.clone())).collect(),
        impact: resolution.and_then(|ended| ended.impact.clone()).or_else(|| incident.impact.clone()),
        root_cause: said(resolution.map(|ended| &ended.root_cause)),
        data_loss: said(resolution.and_then(|ended| ended.data_loss.as_ref())),
        action: incident.action.clone(),
        did: did(&entries),
        lasted: lasted(incident, now),
        timeline: chosen(entries),
        follow_ups: incident.after.follow_ups.clone(),
        commander: incident.commander().cloned(),
        deadline: incident.after.report.clone(),
        with: incident.parts.keys().copied().collect(),
        not_known: not_known(incident),
        publication: incident.after.publication.clone(),
    }
}

/// What nobody has said yet of what the runbook asks for.
pub fn not_known(incident: &Incident) -> Vec<Section> {
    let asked = [Section::RootCause, Section::Witnesses, Section::DataLoss, Section::Lessons];
    asked.into_iter().filter(|section| text_of(incident, *section).is_none()).collect()
}

/// What stands in a section: what somebody wrote, else what was said at the resolution.
pub fn text_of(incident: &Incident, section: Section) -> Option<String> {
    if let Some(written) = incident.after.written.get(&section) {
        return said(Some(&written.text));
    }
    let resolution = incident.resolution();
    match section {
        Section::RootCause => said(resolution.map(|ended| &ended.root_cause)),
        Section::DataLoss => said(resolution.and_then(|ended| ended.data_loss.as_ref())),
        Section::Summary | Section::Witnesses | Section::Resolution | Section::Lessons => None,
    }
}

/// What people write where they do not know.
const UNKNOWN: [&str; 8] = ["not known yet", "not known", "unknown", "unclear", "tbd", "todo", "n/a", "?"];

fn said(text: Option<&String>) -> Option<String> {
    let bare = |text: &String| text.trim().trim_end_matches('.').to_lowercase();
    text.filter(|text| !text.trim().is_empty() && !UNKNOWN.contains(&bare(text).as_str())).cloned()
}

impl Report {
    /// What stands in a section; `None`: not known yet, or told by the events alone.
    pub fn text(&self, section: Section) -> Option<String> {
        said(self.written.get(&section)).or_else(|| match section {
            Section::RootCause if !self.written.contains_key(&section) => self.root_cause.clone(),
            Section::DataLoss if !self.written.contains_key(&section) => self.data_loss.clone(),
            _ => None,
        })
    }
}

fn lasted(incident: &Incident, now: Timestamp) -> Lasted {
    let from = incident.counts_from();
    let until = incident.resolution().map(|ended| ended.at);
    let undone = incident.resolutions.iter().filter_map(|ended| Some((ended.at, ended.undone.as_ref()?.at)));
    let closed = undone.clone().map(|(at, again)| again.duration_since(at));
    let closed = closed.fold(SignedDuration::ZERO, SignedDuration::saturating_add);
    let whole = until.unwrap_or(now).duration_since(from);
    let open = (whole - closed).max(SignedDuration::ZERO);
    Lasted { from, until, open, reopened: undone.count() }
}

/// The steps that were carried out, in order.
fn did(entries: &[Entry]) -> Vec<Did> {
    let mut did: Vec<Did> = Vec::new();
    for entry in entries {
        let EventKind::Runbook { run, note } = &entry.what else { continue };
        match note.as_ref() {
            RunNote::Acting { step, .. } => {
                did.push(Did { run: *run, step: step.clone(), at: entry.at, helped: false });
            }
            RunNote::Helped => {
                if let Some(last) = did.iter_mut().rev().find(|did| did.run == *run) {
                    last.helped = true;
                }
            }
            _ => {}
        }
    }
    did
}

/// The lines that tell how it went: when it began, was taken, understood, mitigated and over, how bad it was, what was run on it, and
/// what people put on the timeline.
fn chosen(entries: Vec<Entry>) -> Vec<Entry> {
    let is_pin = |entry: &Entry| matches!(entry.what, EventKind::Pinned { .. } | EventKind::PinRead { .. });
    let pinned = entries.iter().any(is_pin);
    let mut status = Status::Investigating;
    let mut tells = |entry: &Entry| {
        let before = status;
        match &entry.what {
            EventKind::StatusChanged { to, .. } if entry.of.is_none() => status = *to,
            EventKind::Updated { facts, .. } if entry.of.is_none() => status = facts.status.unwrap_or(status),
            EventKind::Reopened { to } if entry.of.is_none() => status = *to,
            _ => {}
        }
        !entry.retracted && is_told(entry, status != before, pinned)
    };
    entries.into_iter().filter(|entry| tells(entry)).collect()
}

fn is_told(entry: &Entry, moves: bool, pinned: bool) -> bool {
    match &entry.what {
        EventKind::Declared { .. }
        | EventKind::Acknowledged
        | EventKind::StatusChanged { .. }
        | EventKind::SeverityChanged { .. }
        | EventKind::ResponseMissed { .. }
        | EventKind::Resolved { .. }
        | EventKind::Reopened { .. }
        | EventKind::Merge(_)
        | EventKind::Pinned { .. }
        | EventKind::PinRead { .. } => true,
        EventKind::Updated { .. } => moves,
        EventKind::Noted { .. } => !pinned,
        EventKind::Alerts(news) => {
            matches!(
                news.what,
                AlertWhat::Joined { .. } | AlertWhat::Counted { .. } | AlertWhat::Unheard { .. }
            )
        }
        EventKind::Runbook { note, .. } => ran(note),
        _ => false,
    }
}

/// Approvals, what ran, and whether it helped.
fn ran(note: &RunNote) -> bool {
    match note {
        RunNote::Asked { .. }
        | RunNote::Approved { .. }
        | RunNote::GlassBroken { .. }
        | RunNote::Acting { .. }
        | RunNote::Ended { .. }
        | RunNote::Judged(_)
        | RunNote::DidNotHelp
        | RunNote::Helped
        | RunNote::HelpNotTold
        | RunNote::Undone(_)
        | RunNote::Seen { .. }
        | RunNote::Over { .. } => true,
        RunNote::Began { .. }
        | RunNote::Looked { .. }
        | RunNote::Offered { .. }
        | RunNote::PassedOver { .. }
        | RunNote::NotGiven { .. }
        | RunNote::AskedAgain
        | RunNote::StopAsked
        | RunNote::ReleaseAsked { .. }
        | RunNote::Released { .. } => false,
    }
}
