//! Paging: the steps of the severity's path, from the declaration on, until somebody acknowledges (runbook 1.1).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::event::{Event, EventKind};
use super::paging::Paging;
use super::{Incident, Post};
use crate::actor::Actor;
use crate::effect::{PostKey, Say, To};
use crate::id::UserId;
use crate::oncall::duty::{Call, Duty, Skipped, Unreachable};
use crate::oncall::path::{Called, Path};
use crate::timer::{Lateness, Outage};

/// Why somebody is paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageReason {
    /// The incident is new, or new to this severity.
    Begun,
    /// Nobody acknowledged the page before.
    Unanswered,
    /// It was acknowledged, and the promised update did not come.
    Silent,
    /// Somebody wants the next step now, or this one person.
    Asked,
}

/// Who asked for a page, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFor {
    pub by: Actor,
    pub why: Option<String>,
    /// They were called themselves, and cannot take it.
    pub passes: bool,
}

/// A message or call that offers an acknowledgement, and whose offer still stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPage {
    pub seq: u32,
    pub to: To,
    pub reason: PageReason,
    /// What the page says, to show it again with what is new.
    #[serde(default)]
    pub paged: Option<Box<Paged>>,
    /// It tells the incident's channel.
    #[serde(default)]
    pub names_room: bool,
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
    /// A person asked for it; the clock did otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedFor>,
}

/// The page that `event` brings: the first one of an incident, the next step where somebody wants it now, and the next step
/// where the last one cannot arrive.
pub fn follows(after: &Incident, event: &Event, path: Path, duty: &Duty) -> Option<EventKind> {
    match &event.kind {
        EventKind::Escalated { passes, why } => {
            let asked = AskedFor { by: event.by.clone(), why: why.clone(), passes: *passes };
            escalate(after, event.at, path, duty, asked)
        }
        EventKind::NotReached { seq, to, .. } => {
            let paging = after.paging.as_ref().filter(|_| after.is_open() && after.is_called_for())?;
            let waits = after.last_page == *seq && !after.still_rings(*seq, to);
            waits.then(|| instead(after, paging, event.at, duty)).flatten()
        }
        _ => begin(after, event, path, duty),
    }
}

/// What comes at once in place of a step that cannot arrive: the next one of this round, and after the last one everybody, once. A
/// new round waits for its time, or pages that fail would follow one another without end.
fn instead(incident: &Incident, paging: &Paging, now: Timestamp, duty: &Duty) -> Option<EventKind> {
    let (index, _) = paging.next?;
    if index > 0 {
        return climb(incident, &paging.hurried(now)?, now, duty, None);
    }
    if !paging.path.everybody || paging.everybody_called {
        return None;
    }
    let (calls, skipped) = duty.reach_all([&Called::Everybody]);
    let paging = Some(Paging { everybody_called: true, ..paging.clone() });
    let reason = PageReason::Unanswered;
    Some(EventKind::Paged(Box::new(Paged {
        reason,
        calls,
        skipped,
        due: now,
        paging,
        late: None,
        asked: None,
    })))
}

/// The next step at once. Where no step waits any more, the path begins anew, without whoever has the incident.
fn escalate(
    incident: &Incident,
    now: Timestamp,
    path: Path,
    duty: &Duty,
    asked: AskedFor,
) -> Option<EventKind> {
    let waiting = incident.paging.as_ref().and_then(|paging| paging.hurried(now));
    let paging = match waiting {
        Some(paging) => paging,
        None => Paging::new(path, now, false).hurried(now)?,
    };
    let Some(EventKind::Paged(mut paged)) = climb(incident, &paging, now, duty, None) else { return None };
    (paged.reason, paged.asked) = (PageReason::Asked, Some(asked));
    Some(EventKind::Paged(paged))
}

/// One person called to the incident, whoever is on call.
pub fn page_person(person: &UserId, duty: &Duty, now: Timestamp, asked: AskedFor) -> EventKind {
    let named = Called::Person(person.clone());
    let (mut calls, skipped) = duty.reach_all([&named]);
    let phone = To::Phone(person.clone());
    if duty.phones.contains(person) && !calls.is_empty() {
        calls.push(Call { to: phone, called: named });
    }
    let (reason, asked) = (PageReason::Asked, Some(asked));
    EventKind::Paged(Box::new(Paged { reason, calls, skipped, due: now, paging: None, late: None, asked }))
}

/// The first step, where `event` made an incident that nobody has acknowledged page for the first time.
pub fn begin(after: &Incident, event: &Event, path: Path, duty: &Duty) -> Option<EventKind> {
    let starts = match &event.kind {
        EventKind::Declared { .. }
        | EventKind::SeverityChanged { .. }
        | EventKind::Retracted { .. }
        | EventKind::Reopened { .. } => true,
        EventKind::Merge(news) => news.calls(),
        _ => false,
    };
    let wanted = starts && after.is_open() && after.acknowledged.is_none() && after.paging.is_none();
    if !wanted || !path.pages() {
        return None;
    }
    let from = match event.kind {
        EventKind::Declared { .. } => after.called_from(&path, event.at, after.counts_from()),
        // Whom it had called for what was merged is called for the whole at once, and nobody later than they would have been.
        _ => match after.called_since(&event.kind) {
            // Its next round may lie ahead.
            Some(since) => after.called_from(&path, event.at, since.min(event.at)),
            None => event.at,
        },
    };
    let paging = Paging::new(path, from, false);
    let page = climb(after, &paging, event.at, duty, None).map(|page| in_time(page, event.at));
    Some(page.unwrap_or_else(|| waits(paging, event.at)))
}

/// Steps whose time was over before there was anything to page for were due then, and are not late.
fn in_time(page: EventKind, began: Timestamp) -> EventKind {
    match page {
        EventKind::Paged(paged) => {
            let due = paged.due.max(began);
            EventKind::Paged(Box::new(Paged { due, late: None, ..*paged }))
        }
        other => other,
    }
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
    let paging = Some(paging);
    EventKind::Paged(Box::new(Paged { reason, calls, skipped, due: now, paging, late: None, asked: None }))
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
    let duty = &incident.without_those_who_passed(duty, paging);
    let mut reached = duty.reach_all(&called);
    while !arrives(&reached, duty) && after.next.is_some_and(|(index, _)| index > 0) {
        called.extend(after.take());
        reached = duty.reach_all(&called);
    }
    if !reaches_somebody(&reached.0) && after.path.everybody && !response_calls(incident, paging, now) {
        called.push(Called::Everybody);
        reached = duty.reach_all(&called);
    }
    let (calls, skipped) = reached;
    let late = Lateness::of(incident.could_know(due), now, outage);
    let reason = paging.reason();
    let paging = Some(after);
    Some(EventKind::Paged(Box::new(Paged { reason, calls, skipped, due, paging, late, asked: None })))
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

/// Whether a step arrives as it was meant: a phone that should ring and cannot is not made up for by a message.
fn arrives((calls, skipped): &(Vec<Call>, Vec<Skipped>), duty: &Duty) -> bool {
    let rings = calls.iter().any(|call| matches!(call.to, To::Phone(_)));
    let silent = skipped.iter().any(|skipped| matches!(skipped.why, Unreachable::NoPhone(_)));
    reaches_somebody(calls) && (rings || !silent || !duty.rings)
}

/// A channel alone wakes nobody.
fn reaches_somebody(calls: &[Call]) -> bool {
    calls.iter().any(|call| call.to != To::OnCall)
}

pub(super) fn plus(at: Timestamp, after: jiff::SignedDuration) -> Timestamp {
    at.saturating_add(after).unwrap_or(Timestamp::MAX)
}

impl Incident {
    /// A page that went out: its offers stand from now on.
    pub(super) fn paged(&mut self, event: &Event, paged: &Paged) {
        if let Some(paging) = &paged.paging {
            self.paging = Some(paging.clone());
            self.last_page = event.seq;
        }
        let facts = Paged { paging: None, ..paged.clone() };
        let names_room = self.room.is_some();
        let open = paged.calls.iter().map(|call| OpenPage {
            seq: event.seq,
            to: call.to.clone(),
            reason: paged.reason,
            paged: Some(Box::new(facts.clone())),
            names_room,
        });
        self.open_pages.extend(open);
    }

    /// Somebody who was called cannot take it: they are left alone, and what rings for them stops.
    pub(super) fn pass(&mut self, by: &Actor) {
        self.passed.insert(by.clone());
        self.open_pages.retain(|page| page.to.person().is_none_or(|(called, _)| by != called));
    }

    /// What the page of event `seq` says there, with what is known now.
    pub fn page_again(&self, seq: u32, to: &To) -> Option<Say> {
        let open = self.open_pages.iter().find(|page| page.seq == seq && page.to == *to)?;
        let paged = open.paged.as_ref()?;
        let call = paged.calls.iter().find(|call| call.to == *to)?;
        Some(self.says_page(paged, call))
    }

    /// The facts of a page, for whom it calls.
    pub(super) fn says_page(&self, paged: &Paged, call: &Call) -> Say {
        Say::Page {
            title: self.title.clone(),
            severity: self.severity,
            status: self.status,
            impact: self.impact.clone(),
            action: self.action.clone(),
            declared_at: self.declared_at,
            began: self.began,
            reason: paged.reason,
            called: call.called.clone(),
            respond_by: self.response_due(),
            quiet: self.quiet_since(),
            calls: paged.calls.clone(),
            skipped: paged.skipped.clone(),
            late: paged.late,
            room: self.room.clone(),
            asked: paged.asked.clone(),
            with: self.called_with(),
            had_it: self.had_it_before(),
        }
    }

    /// Somebody has it, or nobody needs to: no step follows, and what offers an acknowledgement is void.
    pub(super) fn stop_paging(&mut self) {
        if let Some(paging) = &mut self.paging {
            paging.next = None;
        }
        self.open_pages.clear();
    }

    /// It is milder now, and nobody has it: whom the path before called is called no more. Who was asked for by name is.
    pub(super) fn stop_ringing(&mut self) {
        let by_name = |page: &OpenPage| {
            let calls = page.paged.iter().flat_map(|paged| &paged.calls);
            calls.into_iter().any(|call| matches!(call.called, Called::Person(_)))
        };
        self.open_pages.retain(by_name);
    }

    /// The promised update came, or none is promised any more.
    pub(super) fn answer_silence(&mut self) {
        if self.acknowledged.is_some() && self.paging.as_ref().is_some_and(|paging| paging.silent) {
            self.stop_paging();
        }
    }

    /// The page of event `seq` does not arrive there, and so offers nothing.
    pub(super) fn not_reached(&mut self, seq: u32, to: &To) {
        self.open_pages.retain(|page| page.seq != seq || page.to != *to);
    }

    /// Whether the page of event `seq`, which did not arrive at `failed`, may still reach somebody: by phone, where a phone
    /// was to ring.
    fn still_rings(&self, seq: u32, failed: &To) -> bool {
        let mut open = self.open_pages.iter().filter(|page| page.seq == seq);
        match failed {
            To::Phone(_) => open.any(|page| matches!(page.to, To::Phone(_))),
            _ => open.any(|page| page.to.person().is_some()),
        }
    }

    /// Those on duty without whoever cannot take it, and without whoever has it already.
    fn without_those_who_passed(&self, duty: &Duty, paging: &Paging) -> Duty {
        // Whoever has it and fell silent is called again.
        let has_it = self.last_answer().filter(|_| !paging.silent);
        let mut duty = duty.clone();
        let passed = self.passed.iter().chain(has_it).filter_map(Actor::in_slack).cloned();
        for person in passed {
            duty.left_out.entry(person.clone()).or_insert(Unreachable::Passed(person));
        }
        duty
    }

    /// Whether `person` is being called to it.
    pub fn calls(&self, person: &Actor) -> bool {
        self.open_pages.iter().any(|page| page.to.person().is_some_and(|(called, _)| person == called))
    }

    /// The page of event `seq` stands: it alone offers an answer in that place.
    pub(super) fn page_stands(&mut self, seq: u32, to: &To) {
        if self.offers(seq, to) {
            self.open_pages.retain(|page| page.to != *to || page.seq >= seq);
        }
    }

    /// The calls that stand from steps before event `seq`.
    pub fn alerts_before(&self, seq: u32) -> impl Iterator<Item = &Post> {
        self.posts.iter().filter(move |post| {
            matches!(&post.key, PostKey::Page { seq: earlier, to: To::Phone(_) } if *earlier < seq)
        })
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
