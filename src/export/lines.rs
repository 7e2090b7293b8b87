//! The lines, but for what happened in an event. Instants are UTC, durations are seconds, people and channels are
//! Slack ids; what is not known is null, so that a kind always has the same fields.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::SCHEMA;
use super::event::{self, Eta, eta};
use super::rota::RotaLine;
use domain::actor::Actor;
use domain::command::Role;
use domain::effect::{Effect, EffectKind, EffectState, Room, Say};
use domain::id::{ChannelId, IncidentId, UserId};
use domain::incident::Incident;
use domain::incident::after::AfterSaid;
use domain::incident::event::Event;
use domain::oncall::tell::Tell;
use domain::timer::Timer;
use store::archive::Head;

/// One line.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line<'a> {
    Export {
        schema: u32,
        howler: &'a str,
        instance: &'a str,
        at: Timestamp,
        incidents: u64,
    },
    Event {
        incident: u64,
        seq: u32,
        at: Timestamp,
        /// Null is howler itself.
        by: Option<&'a Actor>,
        event: &'static str,
        data: Value,
    },
    Incident(Box<IncidentLine<'a>>),
    Rota(Box<RotaLine<'a>>),
    RotaEvent {
        seq: u32,
        at: Timestamp,
        /// Null is howler itself.
        by: Option<&'a Actor>,
        event: &'static str,
        data: Value,
    },
    /// Somebody was called by a page.
    Page {
        at: Timestamp,
        person: &'a UserId,
        incident: Option<u64>,
        severity: Option<&'static str>,
        phone: bool,
    },
    /// A procedure that was put to work.
    Run {
        run: u64,
        procedure: &'a str,
        by: &'a Actor,
        at: Timestamp,
        incident: Option<u64>,
        stage: &'static str,
        over_at: Option<Timestamp>,
        findings: Value,
        events: u32,
    },
    /// A row of the audit of changes.
    Audit {
        seq: u64,
        at: Timestamp,
        by: Option<&'a Actor>,
        audited: &'static str,
        data: Value,
        before: &'a str,
        hash: &'a str,
        /// Null where rows are not signed.
        signature: Option<&'a str>,
    },
    Timer {
        /// Null is the rota's, or a run's.
        incident: Option<u64>,
        timer: &'static str,
        due: Timestamp,
    },
    Effect {
        effect: u64,
        incident: Option<u64>,
        lane: &'static str,
        does: &'static str,
        state: &'static str,
        reason: Option<&'a str>,
        next_try: Option<Timestamp>,
        attempts: u32,
        created_at: Timestamp,
    },
    End {
        lines: u64,
    },
    /// The end of what `howler salvage` could read.
    Salvaged {
        missing: usize,
    },
}

/// Where an incident stands.
#[derive(Serialize)]
pub struct IncidentLine<'a> {
    incident: u64,
    title: &'a str,
    severity: &'static str,
    status: &'static str,
    declared_at: Timestamp,
    declared_by: &'a Actor,
    declared_in: &'a ChannelId,
    impact: Option<&'a str>,
    action: Option<&'a str>,
    eta: Option<Eta<'a>>,
    commander: Option<&'a Actor>,
    comms: Option<&'a Actor>,
    scribe: Option<&'a Actor>,
    acknowledged_at: Option<Timestamp>,
    acknowledged_by: Option<&'a Actor>,
    response_due: Option<Timestamp>,
    update_due: Option<Timestamp>,
    /// Updates that stakeholders still see.
    updates: usize,
    promises_missed: u32,
    resolved_at: Option<Timestamp>,
    resolved_by: Option<&'a Actor>,
    root_cause: Option<&'a str>,
    data_loss: Option<&'a str>,
    /// The one that leads; lines of what is merged into none are as they ever were.
    #[serde(skip_serializing_if = "Option::is_none")]
    merged_into: Option<u64>,
    room: Option<RoomLine<'a>>,
    events: u32,
}

#[derive(Serialize)]
pub struct RoomLine<'a> {
    pub channel: &'a ChannelId,
    pub name: &'a str,
}

impl<'a> From<&'a Room> for RoomLine<'a> {
    fn from(room: &'a Room) -> Self {
        Self { channel: &room.channel, name: &room.name }
    }
}

pub fn head(head: &Head) -> Line<'_> {
    Line::Export {
        schema: SCHEMA,
        howler: &head.howler,
        instance: &head.instance,
        at: head.at,
        incidents: head.incidents,
    }
}

pub fn event(incident: IncidentId, event: &Event) -> Line<'_> {
    let (name, data) = event::named(&event.kind);
    Line::Event {
        incident: incident.0,
        seq: event.seq,
        at: event.at,
        by: event.by.not_howler(),
        event: name,
        data,
    }
}

pub fn incident(incident: &Incident) -> Line<'_> {
    let acknowledged = incident.first_acknowledged();
    let resolution = incident.resolution();
    let role = |role: Role| incident.roles.get(&role);
    Line::Incident(Box::new(IncidentLine {
        incident: incident.id.0,
        title: &incident.title,
        severity: event::severity(incident.severity),
        status: event::status(incident.status),
        declared_at: incident.declared_at,
        declared_by: &incident.declared_by,
        declared_in: &incident.place.channel,
        impact: incident.impact.as_deref(),
        action: incident.action.as_deref(),
        eta: incident.eta.as_ref().map(eta),
        commander: role(Role::Commander),
        comms: role(Role::Comms),
        scribe: role(Role::Scribe),
        acknowledged_at: acknowledged.map(|acknowledged| acknowledged.at),
        acknowledged_by: acknowledged.map(|acknowledged| &acknowledged.by),
        response_due: incident.response_due(),
        update_due: incident.update_due(),
        updates: incident.updates.iter().filter(|update| update.retracted.is_none()).count(),
        promises_missed: incident.promises_missed,
        resolved_at: resolution.map(|resolution| resolution.at),
        resolved_by: resolution.map(|resolution| &resolution.by),
        root_cause: resolution.map(|resolution| resolution.root_cause.as_str()),
        data_loss: resolution.and_then(|resolution| resolution.data_loss.as_deref()),
        merged_into: incident.merged().map(|merged| merged.whole.incident.0),
        room: incident.room.as_ref().map(RoomLine::from),
        events: incident.events,
    }))
}

pub fn timer(timer: &Timer) -> Line<'static> {
    let incident = timer.owner.incident().map(|incident| incident.0);
    Line::Timer { incident, timer: timer.kind.word(), due: timer.due }
}

/// Without its words: a private answer is for one person, and carries the address at which Slack takes it.
pub fn effect(effect: &Effect) -> Line<'_> {
    let (state, reason, next_try) = match &effect.state {
        EffectState::Waiting => ("waiting", None, None),
        EffectState::Later { at, reason, .. } => ("later", Some(reason.as_str()), Some(*at)),
        EffectState::Failed { reason, .. } => ("failed", Some(reason.as_str()), None),
    };
    Line::Effect {
        effect: effect.id.0,
        incident: effect.incident.map(|incident| incident.0),
        lane: effect.lane.class(),
        does: does(&effect.kind),
        state,
        reason,
        next_try,
        attempts: effect.attempts,
        created_at: effect.created_at,
    }
}

fn does(kind: &EffectKind) -> &'static str {
    match kind {
        EffectKind::Say { say, .. } => says(say),
        EffectKind::Card { .. } => "card",
        EffectKind::Amend { .. } => "amend",
        EffectKind::Settle { .. } => "settle",
        EffectKind::Close { .. } => "close",
        EffectKind::OpenRoom { .. } => "open_room",
        EffectKind::Topic => "topic",
        EffectKind::PinCard => "pin_card",
        EffectKind::Invite { .. } => "invite",
        EffectKind::ReadMessage { .. } => "read_message",
        EffectKind::Tell { tell, .. } => tells(tell),
        EffectKind::Retell { .. } => "retell",
        EffectKind::Group => "group",
        EffectKind::Look { .. } => "look",
        EffectKind::AlertCard { .. } => "alert_card",
        EffectKind::Picture(_) => "picture",
        EffectKind::Mention(_) => "mention",
        EffectKind::RunCard { .. } => "run_card",
        EffectKind::RunSays { .. } => "run_says",
        EffectKind::RunFile { .. } => "run_file",
        EffectKind::RunNews { .. } => "run_news",
        EffectKind::SayFreeze { .. } => "say_freeze",
        EffectKind::ReportFile { .. } => "report_file",
        EffectKind::PublishReport => "publish_report",
        EffectKind::FollowUpIssue { .. } => "follow_up_issue",
        EffectKind::SeeIssue { .. } => "see_issue",
        EffectKind::SeePull => "see_pull",
        EffectKind::AskUnfreeze(_) => "ask_unfreeze",
        EffectKind::Notice { .. } => "notice",
        EffectKind::Prepare { .. } => "prepare",
        EffectKind::PrepareRelease { .. } => "prepare_release",
        EffectKind::Act { .. } => "act",
        EffectKind::Stop { .. } => "stop",
        EffectKind::Whisper { .. } => "answer",
        EffectKind::OpenIssue => "open_issue",
        EffectKind::Comment { .. } => "comment",
        EffectKind::IssueCard => "issue_card",
        EffectKind::IssueState { .. } => "issue_state",
    }
}

fn tells(tell: &Tell) -> &'static str {
    match tell {
        Tell::HandedOver { .. } => "tell_handed_over",
        Tell::Brief(_) => "tell_brief",
        Tell::Outgoing { .. } => "tell_outgoing",
        Tell::Relieved { .. } => "tell_relieved",
        Tell::Unconfirmed { .. } => "tell_unconfirmed",
        Tell::Changed { .. } => "tell_changed",
        Tell::SwapAsked { .. } => "tell_swap_asked",
        Tell::SwapEnded { .. } => "tell_swap_ended",
        Tell::Summons { .. } => "tell_summons",
        Tell::SummonsAnswered { .. } => "tell_summons_answered",
        Tell::SummonsUnanswered { .. } => "tell_summons_unanswered",
        Tell::TestRing { .. } => "tell_test_ring",
        Tell::GroupRepaired => "tell_group_repaired",
        Tell::CannotSave { .. } => "tell_cannot_save",
        Tell::SavesAgain { .. } => "tell_saves_again",
        Tell::Missed(_) => "tell_missed",
        Tell::Week(_) => "tell_week",
        Tell::Drilled(_) => "tell_drilled",
    }
}

fn says(say: &Say) -> &'static str {
    match say {
        Say::Declared { .. } => "say_declared",
        Say::Updated { .. } => "say_updated",
        Say::StatusChanged { .. } => "say_status_changed",
        Say::SeverityChanged { .. } => "say_severity_changed",
        Say::Resolved { .. } => "say_resolved",
        Say::Reopened { .. } => "say_reopened",
        Say::Merge(_) => "say_merged",
        Say::After(said) => match said.as_ref() {
            AfterSaid::Begun { .. } => "say_report_begun",
            AfterSaid::Reminder(_) => "say_owed_reminder",
            AfterSaid::Published { .. } => "say_report_published",
            AfterSaid::Conflict { .. } => "say_report_conflict",
            AfterSaid::Yours { .. } => "say_given",
        },
        Say::Reminder { .. } => "say_reminder",
        Say::ResponseMissed { .. } => "say_response_missed",
        Say::Page { .. } => "say_page",
        Say::Acknowledged { .. } | Say::Answered { .. } => "say_acknowledged",
        Say::RoleTaken { .. } => "say_role_taken",
        Say::Brief { .. } => "say_brief",
        Say::Noted { .. } => "say_noted",
        Say::Escalated { .. } => "say_escalated",
        Say::LooksOver { .. } => "say_looks_over",
        Say::FiresAgain { .. } => "say_fires_again",
        Say::NotReached { .. } => "say_not_reached",
        Say::Undelivered { .. } => "say_undelivered",
    }
}
