//! What happened: an event's name and its data.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::after;
use super::lines::RoomLine;
use domain::command::{Retractable, Role};
use domain::effect::{CardPlace, PostKey, To};
use domain::incident::alerts::{AlertNews, AlertWhat};
use domain::incident::event::{Clocks, EventKind, UpdateFacts};
use domain::incident::exposed::SecretNews;
use domain::incident::merge::MergeNews;
use domain::incident::page::{PageReason, Paged};
use domain::incident::severity::{Severity, Status};
use domain::incident::{self, Rung};
use domain::oncall::reach::NoWay;
use domain::timer::Lateness;

/// When it is expected to be over: one of the two is set.
#[derive(Serialize)]
pub struct Eta<'a> {
    at: Option<Timestamp>,
    words: Option<&'a str>,
}

pub fn eta(eta: &incident::Eta) -> Eta<'_> {
    match eta {
        incident::Eta::At(at) => Eta { at: Some(*at), words: None },
        incident::Eta::Words(words) => Eta { at: None, words: Some(words) },
    }
}

pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::P1 => "P1",
        Severity::P2 => "P2",
        Severity::P3 => "P3",
        Severity::P4 => "P4",
    }
}

pub fn status(status: Status) -> &'static str {
    match status {
        Status::Investigating => "investigating",
        Status::Identified => "identified",
        Status::Mitigating => "mitigating",
        Status::Resolved => "resolved",
    }
}

/// Names alone: howler has no values.
fn secrets(news: &SecretNews) -> Value {
    match news {
        SecretNews::Proposed { secrets } => {
            let names: Vec<&str> = secrets.iter().map(|one| one.name.as_str()).collect();
            json!({ "proposed": names })
        }
        SecretNews::Rotated { name } => json!({ "rotated": name }),
        SecretNews::Undone { name } => json!({ "undone": name }),
    }
}

/// An event's name in the export, and its data.
pub fn named(kind: &EventKind) -> (&'static str, Value) {
    use EventKind as Kind;
    match kind {
        Kind::Declared { title, severity: set, clocks, impact, action, eta: expected, place, began } => {
            let mut data = json!({ "title": title, "severity": severity(*set), "clocks": self::clocks(clocks),
                "impact": impact, "action": action, "eta": expected.as_ref().map(eta), "channel": place.channel,
                "thread": place.thread });
            // Lines without it are as they ever were.
            if let Some(began) = began {
                data["began"] = json!(began);
            }
            ("declared", data)
        }
        Kind::Acknowledged => ("acknowledged", json!({})),
        Kind::CallMissed { seq, person, texted } => {
            ("call_missed", json!({ "seq": seq, "person": person, "texted": texted }))
        }
        Kind::Paged(paged) => ("paged", self::paged(paged)),
        Kind::Alerts(news) => alerts(news),
        Kind::Merge(news) => merge(news),
        Kind::After(news) => after::named(news),
        Kind::Escalated { passes, why } => ("escalated", json!({ "passes": passes, "why": why })),
        Kind::NotReached { seq, to, why } => {
            ("not_reached", json!({ "seq": seq, "to": self::to(to), "why": no_way(why) }))
        }
        Kind::ResponseMissed { due, late, .. } => {
            ("response_missed", json!({ "due": due, "late": late.map(lateness) }))
        }
        Kind::Updated { facts, in_time, missed } => ("updated", updated(facts, *in_time, *missed)),
        Kind::StatusChanged { from, to } => {
            ("status_changed", json!({ "from": status(*from), "to": status(*to) }))
        }
        Kind::SeverityChanged { from, to, reason, clocks, .. } => (
            "severity_changed",
            json!({ "from": severity(*from), "to": severity(*to), "reason": reason,
                "clocks": self::clocks(clocks) }),
        ),
        Kind::ImpactSet { text } => ("impact_set", json!({ "text": text })),
        Kind::ActionSet { text } => ("action_set", json!({ "text": text })),
        Kind::EtaSet { eta: expected } => ("eta_set", json!({ "eta": eta(expected) })),
        Kind::Runbook { run, note } => ("runbook", json!({ "run": run, "what": note })),
        Kind::Secrets(news) => ("secrets", secrets(news)),
        Kind::Noted { text } => ("noted", json!({ "text": text })),
        Kind::RoleTaken { role, person, from } => {
            ("role_taken", json!({ "role": self::role(*role), "person": person, "from": from }))
        }
        Kind::Snoozed { due, until } => ("snoozed", json!({ "due": due, "until": until })),
        Kind::ClockSetBack { by } => ("clock_set_back", json!({ "by_seconds": by.as_secs() })),
        Kind::Reminded { due, rung, to, missed, next, late, .. } => (
            "reminded",
            json!({ "due": due, "rung": self::rung(*rung), "to": self::to(to), "missed": missed,
                "next_rung": self::rung(next.0), "next_at": next.1, "late": late.map(lateness) }),
        ),
        Kind::Resolved { root_cause, impact, data_loss, from, missed, cancelled } => (
            "resolved",
            json!({ "root_cause": root_cause, "impact": impact, "data_loss": data_loss, "from": status(*from),
                "missed": missed, "cancelled": cancelled.is_some(),
                "duplicate_of": cancelled.as_ref().and_then(|cancelled| cancelled.of) }),
        ),
        Kind::Renamed { title, from } => ("renamed", json!({ "title": title, "from": from })),
        Kind::Invited { people } => ("invited", json!({ "people": people })),
        Kind::Reopened { to } => ("reopened", json!({ "to": status(*to) })),
        Kind::Retracted { seq, what } => ("retracted", json!({ "seq": seq, "what": retracted(*what) })),
        Kind::BackupDue { due, late } => ("backup_due", json!({ "due": due, "late": late.map(lateness) })),
        Kind::BackupOpened { issue } => ("backup_opened", json!({ "issue": issue.number, "url": issue.url })),
        Kind::Pinned { .. }
        | Kind::PinRead { .. }
        | Kind::Unpinned { .. }
        | Kind::RoomOpened { .. }
        | Kind::Posted { .. } => message(kind),
    }
}

/// Events about messages and channels of Slack's.
fn message(kind: &EventKind) -> (&'static str, Value) {
    match kind {
        EventKind::Pinned { channel, message, author } => {
            ("pinned", json!({ "channel": channel, "message": message, "author": author }))
        }
        EventKind::PinRead { channel, message, author, text } => {
            ("pin_read", json!({ "channel": channel, "message": message, "author": author, "text": text }))
        }
        EventKind::Unpinned { channel, message } => {
            ("unpinned", json!({ "channel": channel, "message": message }))
        }
        EventKind::RoomOpened { room } => ("room_opened", json!({ "room": RoomLine::from(room) })),
        EventKind::Posted { key, channel, message } => {
            ("posted", json!({ "what": posted(key), "channel": channel, "message": message }))
        }
        // `named` sends nothing else here.
        _ => ("other", json!({})),
    }
}

/// What became of an incident's alerts; every line says how many there are with that.
fn alerts(AlertNews { what, tally, acked }: &AlertNews) -> (&'static str, Value) {
    let (name, mut data) = match what {
        AlertWhat::Joined { alert, title, source, group, .. } => {
            ("alert_joined", json!({ "alert": alert, "title": title, "source": source, "group": group }))
        }
        AlertWhat::Again { alert, .. } => ("alert_fired_again", json!({ "alert": alert })),
        AlertWhat::Cleared { alert, .. } => ("alert_cleared", json!({ "alert": alert })),
        AlertWhat::Left { alert, group, .. } => ("alert_left", json!({ "alert": alert, "group": group })),
        AlertWhat::Counted { more } => ("alerts_counted", json!({ "more": more })),
        AlertWhat::Still => match acked {
            Some(alert) => ("alert_acknowledged_at_its_source", json!({ "alert": alert })),
            None => ("alerts_counted", json!({ "more": 0 })),
        },
        AlertWhat::Reread { .. } => ("alerts_reread", json!({})),
        AlertWhat::Unheard { from, until } => {
            ("alerts_unheard", json!({ "down_from": from, "down_until": until }))
        }
    };
    if let Value::Object(data) = &mut data {
        let counts = [("alerts", tally.alerts), ("groups", tally.groups), ("firing", tally.firing)];
        data.extend(counts.map(|(name, many)| (name.to_owned(), many.into())));
    }
    (name, data)
}

/// A merge, and its end.
fn merge(news: &MergeNews) -> (&'static str, Value) {
    match news {
        MergeNews::Into { whole, missed } => ("merged", json!({ "into": whole.incident, "missed": missed })),
        MergeNews::Led { whole } => ("led", json!({ "by": whole.incident })),
        MergeNews::SplitOff { from, .. } => ("split_off", json!({ "from": from })),
        MergeNews::Took(took) => {
            let parts: Vec<_> = took.parts.keys().collect();
            ("took", json!({ "incident": took.incident, "incidents": parts }))
        }
        MergeNews::Gave { incident, with, .. } => ("gave", json!({ "incident": incident, "with": with })),
        MergeNews::Alike(alike) => {
            ("looks_like", json!({ "incident": alike.as_ref().map(|alike| alike.incident) }))
        }
    }
}

fn paged(paged: &Paged) -> Value {
    let reason = match paged.reason {
        PageReason::Begun => "begun",
        PageReason::Unanswered => "unanswered",
        PageReason::Silent => "silent",
        PageReason::Asked => "asked",
    };
    let called: Vec<&str> = paged.calls.iter().map(|call| to(&call.to)).collect();
    json!({ "reason": reason, "due": paged.due, "called": called, "skipped": paged.skipped.len(),
        "next_at": paged.paging.as_ref().and_then(|paging| paging.next).map(|(_, due)| due),
        "late": paged.late.map(lateness), "asked_by": paged.asked.as_ref().map(|asked| &asked.by) })
}

pub fn no_way(why: &NoWay) -> &str {
    match why {
        NoWay::Left => "left",
        NoWay::Unknown => "unknown",
        NoWay::Bot => "bot",
        NoWay::DirectMessagesOff => "direct_messages_off",
        NoWay::Number => "number",
        NoWay::Other(reason) => reason,
    }
}

fn updated(facts: &UpdateFacts, in_time: bool, missed: u32) -> Value {
    json!({ "text": facts.text, "status": facts.status.map(status), "impact": facts.impact,
        "action": facts.action, "eta": facts.eta.as_ref().map(eta), "in_time": in_time, "missed": missed })
}

fn clocks(clocks: &Clocks) -> Value {
    let seconds = |duration: Option<SignedDuration>| duration.map(|duration| duration.as_secs());
    json!({ "update_every": seconds(clocks.update_every), "respond_within": seconds(clocks.respond_within),
        "own_channel": clocks.own_channel })
}

pub fn lateness(late: Lateness) -> Value {
    json!({ "due": late.due, "down_from": late.outage.map(|outage| outage.from),
        "down_until": late.outage.map(|outage| outage.until) })
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Commander => "commander",
        Role::Comms => "comms",
        Role::Scribe => "scribe",
    }
}

fn rung(rung: Rung) -> &'static str {
    match rung {
        Rung::Channel => "channel",
        Rung::Direct => "direct",
        Rung::OnCall => "on_call",
    }
}

fn retracted(what: Retractable) -> &'static str {
    match what {
        Retractable::Update => "update",
        Retractable::Severity => "severity",
        Retractable::Resolution => "resolution",
        Retractable::Merge => "merge",
    }
}

/// `emergencies`, `room`, or a person's id.
pub fn to(to: &To) -> &str {
    match to {
        To::Emergencies => "emergencies",
        To::Room => "room",
        To::Person(person) | To::Phone(person) | To::Text(person) => person.as_str(),
        To::OnCall => "on_call",
        To::Source(_) => "source",
    }
}

pub fn posted(key: &PostKey) -> &'static str {
    match key {
        PostKey::Card(CardPlace::Emergencies) => "card_in_emergencies",
        PostKey::Card(CardPlace::Room) => "card_in_room",
        PostKey::Announcement { .. } => "announcement",
        PostKey::Reminder { .. } => "reminder",
        PostKey::Page { .. } => "page",
        PostKey::Brief { .. } => "brief",
        PostKey::OnCallNow => "on_call_now",
        PostKey::Swap { .. } => "swap",
        PostKey::Summons { .. } => "person_page",
    }
}
