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
    /// When the path began, the last time.
    pub from: Timestamp,
    /// The next step and when it is due; `None` once nobody is called any more.
    pub next: Option<(usize, Timestamp)>,
    /// How often the path has begun anew.
    #[serde(default)]
    pub round: u32,
    /// An incident that was acknowledged and fell silent pages, and not one that nobody has.
    #[serde(default)]
    pub silent: bool,
    /// The missed response time has called everybody since paging began.
    #[serde(default)]
    pub everybody_called: bool,
}

impl Paging {
    fn new(path: Path, from: Timestamp, silent: bool) -> Self {
        let next = path.steps.first().map(|step| (0, plus(from, step.after)));
        Self { path, from, next, round: 0, silent, everybody_called: false }
    }

    /// The next step's calls. After the last step the path begins anew, where it ever does.
    fn take(&mut self) -> Vec<Called> {
        let Some((index, _)) = self.next else { return Vec::new() };
        let calls = self.path.steps.get(index).map(|step| step.calls.clone()).unwrap_or_default();
        let later = self.path.steps.get(index + 1).map(|step| (index + 1, plus(self.from, step.after)));
        self.next = later.or_else(|| {
            self.from = plus(self.from, self.path.again?);
            self.round = self.round.saturating_add(1);
            self.path.steps.first().map(|step| (0, plus(self.from, step.after)))
        });
        calls
    }

    fn reason(&self) -> PageReason {
        match (self.silent, self.round, self.next) {
            (true, ..) => PageReason::Silent,
            (false, 0, Some((0, _))) => PageReason::Begun,
            _ => PageReason::Unanswered,
        }
    }
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
    let paging = Paging::new(path, event.at, false);
    let page = climb(after, &paging, event.at, duty, None);
    Some(page.unwrap_or_else(|| waits(paging, event.at)))
}

/// The step that is due at `now`, with all that were due before it.
pub fn page(incident: &Incident, now: Timestamp, outage: Option<Outage>, duty: &Duty) -> Option<EventKind> {
    climb(incident, incident.paging.as_ref()?, now, duty, outage)
}

/// The path begins anew for an incident that was acknowledged and then fell silent, unless it is under way already.
pub fn page_for_silence(incident: &Incident, path: Path, now: Timestamp, duty: &Duty) -> Option<EventKind> {
    let calls_already = incident.page_due().is_some();
    if incident.acknowledged.is_none() || calls_already || !path.pages() {
        return None;
    }
    let paging = Paging::new(path, now, true);
    let page = climb(incident, &paging, now, duty, None);
    Some(page.unwrap_or_else(|| waits(paging, now)))
}

/// Paging begins with a step that is still to come.
fn waits(paging: Paging, now: Timestamp) -> EventKind {
    let (calls, skipped) = (Vec::new(), Vec::new());
    let reason = paging.reason();
    EventKind::Paged(Box::new(Paged { reason, calls, skipped, due: now, paging: Some(paging), late: None }))
}

/// Takes every step that is due, and those after it where they reach nobody: a step with nobody in it does not wait. Where
/// no step reaches anybody, everybody is called at once.
fn climb(
    incident: &Incident,
    paging: &Paging,
    now: Timestamp,
    duty: &Duty,
    outage: Option<Outage>,
) -> Option<EventKind> {
    let is_due = |paging: &Paging| paging.next.is_some_and(|(_, due)| due <= now);
    let (_, due) = paging.next.filter(|_| is_due(paging))?;
    let mut after = paging.clone();
    let mut called = Vec::<Called>::new();
    while is_due(&after) {
        let everybody = calls_everybody(incident, &after, now).then_some(Called::Everybody);
        for calls in after.take().into_iter().chain(everybody) {
            if !called.contains(&calls) {
                called.push(calls);
            }
        }
    }
    let mut reached = duty.reach_all(&called);
    while !reaches_somebody(&reached.0) && after.next.is_some_and(|(index, _)| index > 0) {
        called.extend(after.take());
        reached = duty.reach_all(&called);
    }
    if !reaches_somebody(&reached.0) && after.path.everybody && !response_calls(incident, paging, now) {
        called.push(Called::Everybody);
        reached = duty.reach_all(&called);
    }
    let (calls, skipped) = reached;
    let late = Lateness::of(due, now, outage);
    let reason = paging.reason();
    Some(EventKind::Paged(Box::new(Paged { reason, calls, skipped, due, paging: Some(after), late })))
}

/// Whether the first step of a path that begins anew calls everybody: the end of the path before it, unanswered.
fn calls_everybody(incident: &Incident, paging: &Paging, now: Timestamp) -> bool {
    let begins_anew = paging.round > 0 && paging.next.is_some_and(|(index, _)| index == 0);
    paging.path.everybody && begins_anew && !response_calls(incident, paging, now)
}

/// Whether everybody is called by the missed response time, which ends with the first round.
fn response_calls(incident: &Incident, paging: &Paging, now: Timestamp) -> bool {
    let missed_now = incident.response_due().is_some_and(|due| due <= now);
    !paging.silent && paging.round == 1 && (paging.everybody_called || missed_now)
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
        self.open_pages.clear();
    }

    /// The promised update came, or none is promised any more.
    pub(super) fn answer_silence(&mut self) {
        if self.acknowledged.is_some() {
            self.stop_paging();
        }
    }

    /// The page of event `seq` stands: it alone offers an answer in that place.
    pub(super) fn page_stands(&mut self, seq: u32, to: &To) {
        if self.offers(seq, to) {
            self.open_pages.retain(|page| page.to != *to || page.seq >= seq);
        }
    }

    /// Whether a page waits for an answer: nobody has it, or whoever has it fell silent.
    pub fn is_called_for(&self) -> bool {
        self.acknowledged.is_none() || !self.open_pages.is_empty()
    }

    /// Whether a newer page took the place of the one of event `seq`.
    pub fn is_paged_again(&self, seq: u32, to: &To) -> bool {
        self.open_pages.iter().any(|page| page.seq > seq && page.to == *to)
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
        let paging = self.paging.as_ref().filter(|_| self.is_open())?;
        paging.next.map(|(_, due)| due)
    }
}
