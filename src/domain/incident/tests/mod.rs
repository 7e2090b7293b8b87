//! Tables and properties of an incident's decisions. Times are minutes after the declaration.

mod alerts;
mod backups;
mod began;
mod clocks;
mod commands;
mod escalation;
mod merge;
mod merge_any_order;
mod merge_loud;
mod order;
mod owed;
mod paged_again;
mod paging;
mod reports;
mod set_back;
mod shell;
mod split;
mod timelines;

use jiff::{SignedDuration, Timestamp};

use super::event::{Event, EventKind};
use super::page::follows;
use super::*;
use crate::actor::Actor;
use crate::answer::{Answer, Private};
use crate::command::Command;
use crate::effect::EffectKind;
use crate::oncall::duty::Duty;
use crate::refusal::Refusal;
use crate::severities::Severities;
use crate::timer::{Outage, TimerKind};

/// An incident under test, with everything that followed from what was done to it.
pub(super) struct World {
    pub incident: Incident,
    pub events: Vec<Event>,
    pub effects: Vec<EffectKind>,
    pub rules: Severities,
    /// Who is on call; paging begins only where somebody looks at it.
    pub duty: Option<Duty>,
}

pub(super) fn at(minute: i64) -> Timestamp {
    seconds(minute * 60)
}

pub(super) fn seconds(second: i64) -> Timestamp {
    // 2026-11-24 02:00 UTC.
    Timestamp::from_second(1_795_485_600 + second).unwrap()
}

pub(super) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

pub(super) fn place() -> Place {
    Place { channel: "C0EMERG".into(), thread: None }
}

impl World {
    pub fn declared(severity: Severity) -> Self {
        Self::with_rules(severity, Severities::default())
    }

    pub fn with_rules(severity: Severity, rules: Severities) -> Self {
        let declaration = Declaration {
            title: "Event stream down".into(),
            severity,
            impact: None,
            action: None,
            eta: None,
            began: None,
        };
        let decision = declare(IncidentId(7), declaration, &place(), &rules);
        let kind = decision.events.into_iter().next().unwrap();
        let event = Event { seq: 1, at: at(0), by: "U0IAN".into(), from_shell: false, call: None, kind };
        let incident = Incident::declared(IncidentId(7), &event).unwrap();
        let effects = consequences(None, &incident, &event).into_iter().map(|intent| intent.kind).collect();
        Self { incident, events: vec![event], effects, rules, duty: None }
    }

    pub fn record(&mut self, when: Timestamp, by: Option<&str>, kind: EventKind) {
        let before = self.incident.clone();
        let event = Event {
            seq: before.events + 1,
            at: when,
            by: by.map_or(Actor::Howler, Actor::from),
            from_shell: false,
            call: None,
            kind,
        };
        self.incident.apply(&event);
        let intents = consequences(Some(&before), &self.incident, &event);
        self.effects.extend(intents.into_iter().map(|intent| intent.kind));
        self.events.push(event.clone());
        self.page(&event);
    }

    /// Paging begins where the event calls for it, as the desk has it.
    pub fn page(&mut self, event: &Event) {
        let Some(duty) = self.duty.clone() else { return };
        let path = self.rules.rule(self.incident.severity).pages();
        if let Some(paged) = follows(&self.incident, event, path, &duty) {
            self.record(event.at, None, paged);
        }
    }

    pub fn asks(&mut self, when: Timestamp, by: &str, command: Command) -> Result<Answer, Refusal> {
        let (by_id, place) = (Actor::from(by), place());
        let duty = self.duty.clone().unwrap_or_default();
        let asked = Asked { by: &by_id, place: &place, now: when, duty: &duty };
        let decision = decide(&self.incident, &command, &asked, &self.rules)?;
        for kind in decision.events {
            self.record(when, Some(by), kind);
        }
        Ok(decision.answer)
    }

    pub fn submits(&self, form: &crate::request::Form, when: Timestamp) -> Result<Decision, Refusal> {
        let (by, place, duty) = (UserId::from("U0IAN"), place(), Duty::default());
        decide_form(
            &self.incident,
            form,
            &Asked { by: &by.clone().into(), place: &place, now: when, duty: &duty },
        )
    }

    pub fn update(&mut self, minute: i64) {
        self.asks(at(minute), "U0IAN", Command::Update { text: format!("at {minute}") }).unwrap();
    }

    /// Fires what is due at `now`, once, and gives the events.
    pub fn fires(&mut self, now: Timestamp, outage: Option<Outage>) -> Vec<EventKind> {
        let due: Vec<TimerKind> =
            self.incident.timers().filter(|(_, due)| *due <= now).map(|(kind, _)| kind).collect();
        let mut events = Vec::new();
        for kind in due {
            let duty = self.duty.clone().unwrap_or_default();
            let fired = Fired { now, outage, rules: &self.rules, duty: &duty };
            for event in fire(&self.incident, kind, &fired) {
                events.push(event.clone());
                self.record(now, None, event);
            }
        }
        events
    }

    /// Runs the clock minute by minute and gives the reminders: minute and rung.
    pub fn reminders(&mut self, from: i64, until: i64) -> Vec<(i64, Rung)> {
        let mut reminders = Vec::new();
        for minute in from..=until {
            for event in self.fires(at(minute), None) {
                if let EventKind::Reminded { rung, .. } = event {
                    reminders.push((minute, rung));
                }
            }
        }
        reminders
    }
}

pub(super) fn done(answer: Result<Answer, Refusal>) -> crate::answer::Done {
    match answer {
        Ok(Answer::Private(Private::Done { what, .. })) => what,
        other => panic!("not done: {other:?}"),
    }
}
