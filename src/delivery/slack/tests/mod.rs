//! Effects against a Slack on loopback.

mod channels;
mod mentions;
mod messages;
mod pictures;
mod stub;
mod troubles;
mod whispers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::*;
use crate::job::Urgency;
use domain::effect::{CardPlace, Effect, EffectState, Lane, PostKey, Room, Say, To};
use domain::id::{EffectId, IncidentId};
use domain::incident::event::Clocks;
use domain::incident::{Backup, Place, Post};
use domain::owner::Owner;
use domain::secret::Secret;
use domain::{Severity, Status};
use stub::{Fault, Stub};

/// When the incident was declared and its effects were decided, in seconds since 1970.
const DECLARED: i64 = 1_000;
const EMERGENCIES: &str = "CEMERG";

struct Scene {
    slack: Stub,
    deliverer: Deliverer,
    clock: Clock,
}

impl Scene {
    async fn new() -> Self {
        Self::with(Config::default()).await
    }

    async fn with(config: Config) -> Self {
        let slack = Stub::default();
        slack.0.lock().unwrap().channels = vec![
            json!({ "id": "CRANDOM", "name": "random", "creator": "UANA", "created": 10 }),
            json!({ "id": EMERGENCIES, "name": "monkeytown-emergencies", "creator": "UANA", "created": 20 }),
        ];
        let api_url = slack.start().await;
        let clock = Clock::standing_at(at(DECLARED));
        let target = SlackTarget { api_url, token: Secret::new("xoxb-test") };
        let deliverer = Deliverer::new(target, Arc::new(config), clock.clone()).unwrap();
        Self { slack, deliverer, clock }
    }

    /// As another effect than [`Self::perform`]'s.
    async fn perform_as(&self, effect: u64, kind: EffectKind) -> Outcome {
        let mut job = job(kind, incident_with_room());
        job.effect.id = EffectId(effect);
        self.deliverer.perform(&job).await
    }

    async fn perform(&self, kind: EffectKind) -> Outcome {
        self.deliverer.perform(&job(kind, incident_with_room())).await
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn plain_incident() -> Incident {
    let clocks = Clocks { update_every: None, respond_within: None, own_channel: true, backup_after: None };
    Incident {
        id: IncidentId(7),
        title: "Event stream down".into(),
        severity: Severity::P1,
        status: Status::Investigating,
        clocks,
        declared_at: at(DECLARED),
        declared_by: "UIAN".into(),
        began: None,
        place: Place { channel: EMERGENCIES.into(), thread: None },
        impact: None,
        action: None,
        eta: None,
        roles: BTreeMap::new(),
        acknowledged: None,
        answered: None,
        set_aside: None,
        response_from: at(DECLARED),
        response_missed: None,
        response_over: false,
        updates: Vec::new(),
        severity_changes: Vec::new(),
        resolutions: Vec::new(),
        ladder: None,
        promises_missed: 0,
        open_reminders: Vec::new(),
        paging: None,
        open_pages: Vec::new(),
        last_page: 0,
        passed: BTreeSet::new(),
        room: None,
        posts: Vec::new(),
        pinned: Vec::new(),
        backup_watch: None,
        backup: Backup::No,
        alerts: Default::default(),
        merges: Vec::new(),
        parts: Default::default(),
        alike: None,
        exposed: Vec::new(),
        after: domain::incident::after::After::default(),
        events: 1,
    }
}

fn incident_with_room() -> Incident {
    let room = Room { channel: "CROOM".into(), name: "inc-7-event-stream-down".into() };
    Incident { room: Some(room), ..plain_incident() }
}

fn incident_with_card() -> Incident {
    let post = |place, channel: &str| Post {
        key: PostKey::Card(place),
        channel: channel.into(),
        message: "999.000100".into(),
    };
    let posts = vec![post(CardPlace::Emergencies, EMERGENCIES), post(CardPlace::Room, "CROOM")];
    Incident { posts, ..incident_with_room() }
}

fn job(kind: EffectKind, incident: Incident) -> Job {
    let effect = Effect {
        id: EffectId(3),
        owner: Owner::Incident(incident.id),
        incident: Some(incident.id),
        lane: Lane::Announce(incident.id),
        kind,
        created_at: at(DECLARED),
        attempts: 0,
        named: None,
        state: EffectState::Waiting,
    };
    Job {
        effect,
        incident: Some(Arc::new(incident)),
        run: None,
        alerts: None,
        rota: Arc::default(),
        mark: "store-3".into(),
    }
}

/// The same job after an attempt whose answer was lost.
fn in_doubt(job: Job) -> Job {
    let state = EffectState::Later { at: at(DECLARED), reason: "lost".into(), unknown: true };
    Job { effect: Effect { state, attempts: 1, ..job.effect }, ..job }
}

fn note(to: To) -> EffectKind {
    let say = Say::Noted { text: "Redis was restarted".into(), by: "UIAN".into() };
    EffectKind::Say { to, say: Box::new(say), keep_as: None }
}

#[track_caller]
fn posted(outcome: Outcome) -> (String, String) {
    match outcome {
        Outcome::Done(Receipt::Message { channel, message }) => (channel.0, message.0),
        other => panic!("not posted: {other:?}"),
    }
}

#[track_caller]
fn later(outcome: Outcome) -> (SignedDuration, bool, String) {
    match outcome {
        Outcome::Later { at: due, reason, unknown } => (due.duration_since(at(DECLARED)), unknown, reason),
        Outcome::Held { until, reason } => (until.duration_since(at(DECLARED)), false, reason),
        other => panic!("not for later: {other:?}"),
    }
}

#[track_caller]
fn failed(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed { reason, .. } => reason,
        other => panic!("not failed: {other:?}"),
    }
}

#[test]
fn a_reminder_is_no_page_and_what_is_said_of_a_p1_presses() {
    let said = |lane: fn(IncidentId) -> Lane, severity, say: Say| {
        let kind = EffectKind::Say { to: To::Emergencies, say: Box::new(say), keep_as: None };
        let mut job = job(kind, Incident { severity, ..plain_incident() });
        job.effect.lane = lane(IncidentId(7));
        job.urgency()
    };
    let missed = || Say::ResponseMissed {
        title: "Slow page".into(),
        severity: Severity::P3,
        within: SignedDuration::from_mins(15),
        began: None,
        late: None,
        everybody: false,
        quiet: false,
    };
    let noted = || Say::Noted { text: "Redis was restarted".into(), by: "UIAN".into() };
    assert_eq!(said(Lane::Page, Severity::P3, missed()), Urgency::Usual);
    assert_eq!(said(Lane::Page, Severity::P1, missed()), Urgency::Pressing);
    assert_eq!(said(Lane::Announce, Severity::P1, noted()), Urgency::Pressing);
    assert_eq!(said(Lane::Announce, Severity::P2, noted()), Urgency::Usual);
    assert_eq!(said(Lane::Show, Severity::P1, noted()), Urgency::Usual);
    // What else stands in the lane of pages calls somebody.
    assert_eq!(said(Lane::Page, Severity::P3, noted()), Urgency::Page);
}
