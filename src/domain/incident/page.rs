//! Paging: the steps of the severity's path, from the declaration on, until somebody acknowledges (runbook 1.1).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Incident;
use super::event::{Event, EventKind};
use crate::domain::effect::To;
use crate::domain::oncall::duty::{Call, Duty, Skipped};
use crate::domain::oncall::path::{Called, Path};
use crate::domain::timer::{Lateness, Outage};

/// Where paging stands: frozen when it begins, so that a changed configuration moves no running clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paging {
    pub path: Path,
    pub from: Timestamp,
    /// The next step and when it is due; `None` after the last.
    pub next: Option<(usize, Timestamp)>,
}

/// Why somebody is paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageReason {
    /// The incident is new, or new to this severity.
    Begun,
    /// Nobody acknowledged the page before.
    Unanswered,
    /// It was acknowledged, and the promised update did not come.
    Silent,
}

/// A message or call that offers an acknowledgement, and whose offer still stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPage {
    pub seq: u32,
    pub to: To,
    pub reason: PageReason,
}

/// The facts of one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paged {
    pub reason: PageReason,
    pub calls: Vec<Call>,
    /// Nobody was there to be called.
    pub skipped: Vec<Skipped>,
    pub due: Timestamp,
    /// Where paging stands after it; `None` where it goes on as before.
    pub paging: Option<Paging>,
    pub late: Option<Lateness>,
}

/// What is called once a silent incident has gone up to the on-call.
const SILENT: [Called; 3] = [Called::Primary, Called::PrimaryPhone, Called::OnCallChannel];

/// The first step, where `event` made an incident that nobody has acknowledged page for the first time.
pub fn begin(after: &Incident, event: &Event, path: Path, duty: &Duty) -> Option<EventKind> {
    let starts = matches!(
        event.kind,
        EventKind::Declared { .. }
            | EventKind::SeverityChanged { .. }
            | EventKind::Retracted { .. }
            | EventKind::Reopened { .. }
    );
    let wanted = starts && after.is_open() && after.acknowledged.is_none() && after.paging.is_none();
    if !wanted || !path.pages() {
        return None;
    }
    let next = path.steps.first().map(|step| (0, plus(event.at, step.after)));
    let paging = Paging { path, from: event.at, next };
    climb(&paging, PageReason::Begun, event.at, duty, None)
}

/// The step that is due at `now`, with all that were due before it.
pub fn page(incident: &Incident, now: Timestamp, outage: Option<Outage>, duty: &Duty) -> Option<EventKind> {
    let paging = incident.paging.as_ref().filter(|_| incident.acknowledged.is_none())?;
    let reason = if paging.next?.0 == 0 { PageReason::Begun } else { PageReason::Unanswered };
    climb(paging, reason, now, duty, outage)
}

/// Pages the on-call of an incident that was acknowledged and then fell silent.
pub fn page_for_silence(incident: &Incident, now: Timestamp, duty: &Duty) -> Option<EventKind> {
    let pages = incident.paging.is_some() && incident.acknowledged.is_some();
    let phone = |called: &&Called| {
        let by_phone =
            |paging: &Paging| paging.path.steps.iter().any(|step| step.calls.contains(&Called::PrimaryPhone));
        **called != Called::PrimaryPhone || incident.paging.as_ref().is_some_and(by_phone)
    };
    let (calls, skipped) = duty.reach_all(SILENT.iter().filter(phone));
    let reason = PageReason::Silent;
    pages.then(|| {
        EventKind::Paged(Box::new(Paged { reason, calls, skipped, due: now, paging: None, late: None }))
    })
}

/// Takes every step that is due, and the next as well where they reach nobody: a step with nobody in it does not wait.
fn climb(
    paging: &Paging,
    reason: PageReason,
    now: Timestamp,
    duty: &Duty,
    outage: Option<Outage>,
) -> Option<EventKind> {
    let (first, due) = paging.next?;
    if due > now {
        return None;
    }
    let steps = &paging.path.steps;
    let mut end = first + 1;
    let reached = loop {
        while steps.get(end).is_some_and(|step| plus(paging.from, step.after) <= now) {
            end += 1;
        }
        let called = steps.get(first..end).unwrap_or_default().iter().flat_map(|step| &step.calls);
        let reached = duty.reach_all(called);
        if !reaches_somebody(&reached.0) && end < steps.len() {
            end += 1;
            continue;
        }
        break reached;
    };
    let next = steps.get(end).map(|step| (end, plus(paging.from, step.after)));
    let (calls, skipped) = reached;
    let paging = Some(Paging { next, ..paging.clone() });
    let late = Lateness::of(due, now, outage);
    Some(EventKind::Paged(Box::new(Paged { reason, calls, skipped, due, paging, late })))
}

/// A channel alone wakes nobody.
fn reaches_somebody(calls: &[Call]) -> bool {
    calls.iter().any(|call| call.to != To::OnCall)
}

fn plus(at: Timestamp, after: jiff::SignedDuration) -> Timestamp {
    at.saturating_add(after).unwrap_or(Timestamp::MAX)
}

impl Incident {
    /// A page that went out: its offers stand from now on.
    pub(super) fn paged(&mut self, event: &Event, paged: &Paged) {
        if let Some(paging) = &paged.paging {
            self.paging = Some(paging.clone());
        }
        let open = paged.calls.iter().map(|call| OpenPage {
            seq: event.seq,
            to: call.to.clone(),
            reason: paged.reason,
        });
        self.open_pages.extend(open);
    }

    /// Somebody has it, or nobody needs to: no step follows, and what offers an acknowledgement is void.
    pub(super) fn stop_paging(&mut self) {
        if let Some(paging) = &mut self.paging {
            paging.next = None;
        }
        self.open_pages.retain(|page| page.reason == PageReason::Silent);
    }

    /// The promised update came, or none is promised any more.
    pub(super) fn answer_silence(&mut self) {
        self.open_pages.retain(|page| page.reason != PageReason::Silent);
    }

    /// Whether the page of event `seq` still waits for an answer there.
    pub fn offers(&self, seq: u32, to: &To) -> bool {
        // A text offers what the call before it offered.
        let to = match to {
            To::Text(person) => &To::Phone(person.clone()),
            to => to,
        };
        self.open_pages.iter().any(|page| page.seq == seq && page.to == *to)
    }

    /// When the next step of paging is due (UTC).
    pub fn page_due(&self) -> Option<Timestamp> {
        let paging = self.paging.as_ref().filter(|_| self.is_open() && self.acknowledged.is_none())?;
        paging.next.map(|(_, due)| due)
    }
}
