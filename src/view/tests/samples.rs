//! One of every message, with given texts in every place where people's texts can stand.

mod after;
mod alerts;
mod asked;
mod asking;
mod calendars;
mod credentials;
mod drills;
mod forms;
mod incident_alerts;
mod maintenance;
mod merging;
mod metrics;
mod nobody;
mod oncall;
mod paging;
mod refusing;
mod review;
mod saying;

use jiff::{SignedDuration, Timestamp};

use crate::{Message, Via};
pub use after::*;
pub use alerts::*;
pub use asking::*;
pub use calendars::*;
use config::Mentions;
pub use credentials::*;
use domain::actor::Actor;
use domain::answer::{Done, FormFill, FormToOpen, Private, Summary};
use domain::command::{Command, EtaText, Line, Retractable, Role};
use domain::effect::{Answered, CardPlace, EffectState, Room, Say, Settled, To, Undone};
use domain::id::{ChannelId, EffectId, IncidentId, MessageTs, UserId};
use domain::incident::event::{Cancelled, Clocks, Event, EventKind, UpdateFacts};
use domain::incident::figures::Figures;
use domain::incident::timeline::{Entry, timeline};
use domain::incident::{Eta, Incident, Rung};
use domain::refusal::Refusal;
use domain::request::{FormContext, Place};
use domain::timer::{Lateness, Outage};
use domain::{Severity, Status};
pub use forms::*;
pub use incident_alerts::*;
pub use maintenance::*;
pub use merging::*;
pub use metrics::*;
pub use nobody::*;
pub use oncall::*;
pub use refusing::*;
pub use review::*;
pub use saying::*;

pub const ID: IncidentId = IncidentId(7);

/// What people typed.
#[derive(Clone, Debug)]
pub struct Texts {
    pub title: String,
    pub text: String,
}

impl Texts {
    pub fn calm() -> Self {
        Self { title: "Event stream down".into(), text: "Redis credentials had expired".into() }
    }

    pub fn some(&self) -> Option<String> {
        Some(self.text.clone())
    }
}

pub type Named = (&'static str, Message);

pub fn at(time: &str) -> Timestamp {
    format!("2026-11-24T{time}:00Z").parse().unwrap()
}

pub fn ian() -> UserId {
    "U0IAN".into()
}

pub fn bea() -> UserId {
    "U0BEA".into()
}

pub fn named() -> Mentions {
    Mentions::default()
}

/// Mapped to Slack's ids.
pub fn mapped() -> Mentions {
    Mentions { oncall: "S0ONCALL".into(), engineering: "S0ENG".into(), ..Mentions::default() }
}

pub fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

fn place() -> Place {
    Place { channel: "C0EMERG".into(), thread: None }
}

fn room() -> Room {
    Room { channel: "C0INC7".into(), name: "inc-7-event-stream-down".into() }
}

pub fn late() -> Lateness {
    Lateness { due: at("02:30"), outage: Some(Outage { from: at("02:25"), until: at("02:41") }) }
}

fn clocks(severity: Severity) -> Clocks {
    Clocks {
        update_every: (severity != Severity::P4).then(|| minutes(30)),
        respond_within: (severity != Severity::P4).then(|| minutes(15)),
        own_channel: severity <= Severity::P2,
        backup_after: (severity == Severity::P1).then(|| minutes(2)),
    }
}

/// An incident from its events: time, doer, what.
pub struct Story(Vec<Event>);

impl Story {
    pub fn new(texts: &Texts, severity: Severity) -> Self {
        let declared = EventKind::Declared {
            title: texts.title.clone(),
            severity,
            clocks: clocks(severity),
            impact: None,
            action: None,
            eta: None,
            place: place(),
            began: None,
        };
        Self(Vec::new()).then("02:00", Some(ian()), declared)
    }

    pub fn then(mut self, time: &str, by: Option<UserId>, kind: EventKind) -> Self {
        let seq = u32::try_from(self.0.len()).unwrap() + 1;
        self.0.push(Event {
            seq,
            at: at(time),
            by: by.map_or(Actor::Howler, Actor::from),
            from_shell: false,
            call: None,
            kind,
        });
        self
    }

    pub fn incident(&self) -> Incident {
        Incident::replay(ID, &self.0).unwrap()
    }

    pub fn entries(&self) -> Vec<Entry> {
        timeline(&self.0)
    }
}

/// The incident that something is said about.
pub fn about() -> Incident {
    Story::new(&Texts::calm(), Severity::P1).incident()
}

pub fn facts(texts: &Texts) -> UpdateFacts {
    UpdateFacts {
        text: texts.some(),
        status: Some(Status::Identified),
        impact: texts.some(),
        action: texts.some(),
        eta: Some(Eta::At(at("03:10"))),
    }
}

fn reminded(due: &str, rung: Rung, to: To, missed: u32, next: (Rung, Timestamp)) -> EventKind {
    EventKind::Reminded { due: at(due), rung, to, missed, next, late: None, quiet: false }
}

/// A whole incident, with every kind of event.
pub fn long_story(texts: &Texts) -> Story {
    use EventKind::*;
    let (ian, bea) = (|| Some(ian()), || Some(bea()));
    let pin = || (ChannelId::from("C0INC7"), MessageTs::from("1795488300.000100"));
    let p1 = clocks(Severity::P1);
    Story::new(texts, Severity::P2)
        .then("02:01", None, RoomOpened { room: room() })
        .then("02:16", None, ResponseMissed { due: at("02:15"), late: None, everybody: true, quiet: false })
        .then("02:17", bea(), RoleTaken { role: Role::Commander, person: self::bea().into(), from: None })
        .then("02:17", bea(), Acknowledged)
        .then(
            "02:18",
            bea(),
            SeverityChanged {
                from: Severity::P2,
                to: Severity::P1,
                reason: texts.some(),
                clocks: p1,
                merged: None,
                sets_aside: false,
            },
        )
        .then("02:19", bea(), StatusChanged { from: Status::Investigating, to: Status::Identified })
        .then("02:20", ian(), ImpactSet { text: texts.text.clone() })
        .then("02:20", ian(), ActionSet { text: texts.text.clone() })
        .then("02:21", ian(), EtaSet { eta: Eta::Words(texts.title.clone()) })
        .then("02:22", ian(), Noted { text: texts.text.clone() })
        .then("02:23", bea(), Updated { facts: facts(texts), in_time: true, missed: 0 })
        .then("02:24", bea(), Retracted { seq: 12, what: Retractable::Update })
        .then("02:26", ian(), {
            let (channel, message) = pin();
            Pinned { channel, message, author: Some(self::bea()) }
        })
        .then("02:26", None, {
            let (channel, message) = pin();
            PinRead { channel, message, author: Some(self::bea()), text: texts.text.clone() }
        })
        .then(
            "02:27",
            ian(),
            RoleTaken { role: Role::Comms, person: self::bea().into(), from: Some(self::ian().into()) },
        )
        .then("02:30", None, reminded("02:30", Rung::Channel, To::Room, 1, (Rung::Direct, at("02:35"))))
        .then("02:31", bea(), Snoozed { due: at("02:30"), until: at("02:45") })
        .then(
            "02:45",
            None,
            reminded("02:45", Rung::Direct, To::Person(self::bea()), 0, (Rung::OnCall, at("02:50"))),
        )
        .then(
            "02:50",
            None,
            reminded("02:50", Rung::OnCall, To::Emergencies, 2, (Rung::Channel, at("03:00"))),
        )
        .then(
            "02:55",
            ian(),
            Resolved {
                root_cause: texts.text.clone(),
                impact: texts.some(),
                data_loss: texts.some(),
                from: Status::Identified,
                missed: 0,
                cancelled: None,
            },
        )
        .then("02:58", ian(), Reopened { to: Status::Mitigating })
        .then("02:59", bea(), Retracted { seq: 6, what: Retractable::Severity })
}

/// The long one, resolved for good.
pub fn resolved_story(texts: &Texts) -> Story {
    ended_story(texts, texts.some(), None)
}

/// The long one, which was no incident of its own.
pub fn cancelled_story(texts: &Texts, of: Option<IncidentId>) -> Story {
    ended_story(texts, None, Some(Cancelled { of }))
}

fn ended_story(texts: &Texts, data_loss: Option<String>, cancelled: Option<Cancelled>) -> Story {
    let (root_cause, from) = (texts.text.clone(), Status::Mitigating);
    let end = EventKind::Resolved { root_cause, impact: None, data_loss, from, missed: 0, cancelled };
    long_story(texts).then("03:05", Some(ian()), end)
}

/// Every message howler can send, with these texts.
pub fn all(texts: &Texts) -> Vec<(String, Message)> {
    let groups = [
        announcements(texts),
        inside(texts),
        reminders(texts),
        taken_back(texts),
        cards(texts),
        oncall(texts),
        maintenance(texts),
        credentials(texts),
        metrics(texts),
        alerts(texts),
        after_messages(texts),
    ];
    let mut all: Vec<(String, Message)> =
        groups.into_iter().flatten().map(|(name, message)| (name.to_owned(), message)).collect();
    for via in [Via::Slash, Via::Mention] {
        let done = done()
            .into_iter()
            .map(|what| ("done", Private::Done { incident: ID, title: "Event stream down".into(), what }));
        let refused =
            refusals(&texts.title).into_iter().map(|refusal| ("refused", Private::Refused(refusal)));
        let oncall = oncall_answers().into_iter().chain(reviews(texts));
        let oncall = oncall.map(|(name, answer)| (name, Private::Oncall(Box::new(answer))));
        let refused = refused.chain(
            oncall_refusals(&texts.title).into_iter().map(|refusal| ("refused", Private::Refused(refusal))),
        );
        for (name, answer) in
            answers(texts).into_iter().chain(after_answers(texts)).chain(done).chain(refused).chain(oncall)
        {
            all.push((format!("{name} via {via:?}"), view::private(&answer, via)));
        }
        for (name, form) in forms(texts) {
            let message = view::form_failed(
                &form,
                "Slack gives three seconds to open a form, and they had passed",
                via,
            );
            all.push((format!("{name} failed via {via:?}"), message));
        }
    }
    all.push(("other command".into(), view::other_command(&texts.title, Via::Slash)));
    all
}
