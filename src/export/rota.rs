//! Being on call: how the rota stands, what happened to it, and whom pages called. No phone number and no calendar's
//! address is in it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::event::{lateness, no_way, posted, severity, to};
use super::lines::Line;
use domain::id::UserId;
use domain::oncall::confirm::Change;
use domain::oncall::duty::Call;
use domain::oncall::event::{PageRecord, RotaEvent, RotaEventKind, SwapEnd};
use domain::oncall::rota::Rota;
use domain::oncall::schedule::Schedule;
use domain::oncall::swap::Proposal;
use domain::oncall::{OverrideKind, Why};

/// Who takes turns, and who has it instead.
#[derive(Serialize)]
pub struct RotaLine<'a> {
    /// The plans: from an instant on, these people in this order, by these turns.
    plans: Vec<Value>,
    pauses: Vec<Value>,
    overrides: Vec<Value>,
    /// Set from an instant on; null is the next in the rotation.
    backups: Vec<Value>,
    declared_backup: Option<&'a UserId>,
    /// Who has it now; null until somebody had it for the first time.
    shift: Option<Value>,
    /// Swaps that wait for an answer.
    swaps: Vec<Value>,
    /// Whose phone number is known.
    phones: Vec<&'a UserId>,
    events: u32,
}

pub fn rota(rota: &Rota) -> Line<'_> {
    let Schedule { plans, pauses, overrides, backups, fallback, .. } = &rota.schedule;
    let open = rota.swaps.iter().filter(|swap| swap.ended.is_none());
    Line::Rota(Box::new(RotaLine {
        plans: plans
            .iter()
            .map(|plan| {
                json!({ "from": plan.from, "people": plan.people, "zone": plan.turns.zone.name(),
                    "turn_days": plan.turns.length.days(), "time": plan.turns.time.to_string(),
                    "hands_over_on": plan.turns.epoch })
            })
            .collect(),
        pauses: pauses
            .iter()
            .map(|pause| json!({ "person": pause.person, "from": pause.from, "until": pause.until }))
            .collect(),
        overrides: overrides
            .iter()
            .map(|one| {
                json!({ "override": one.id, "person": one.person, "from": one.from, "until": one.until,
                    "made": made(&one.kind), "by": one.by, "at": one.at })
            })
            .collect(),
        backups: backups.iter().map(|set| json!({ "from": set.from, "person": set.person })).collect(),
        declared_backup: fallback.as_ref(),
        shift: rota.shift.as_ref().map(|shift| {
            json!({ "since": shift.since, "from": shift.from, "person": shift.to,
                "why": shift.why.as_ref().map(why), "confirmed_at": shift.confirmed })
        }),
        swaps: open
            .map(|swap| {
                json!({ "swap": swap.number, "asked_by": swap.asked_by, "with": swap.with,
                    "offer": offer(&swap.offer) })
            })
            .collect(),
        phones: rota.phones.keys().collect(),
        events: rota.events,
    }))
}

pub fn event(event: &RotaEvent) -> Line<'_> {
    let (name, data) = named(&event.kind);
    Line::RotaEvent { seq: event.seq, at: event.at, by: event.by.not_howler(), event: name, data }
}

pub fn page(page: &PageRecord) -> Line<'_> {
    Line::Page {
        at: page.at,
        person: &page.person,
        incident: page.incident.map(|incident| incident.0),
        severity: page.severity.map(severity),
        phone: page.phone,
    }
}

/// An event's name in the export, and its data.
fn named(kind: &RotaEventKind) -> (&'static str, Value) {
    use RotaEventKind as Kind;
    match kind {
        Kind::Set { schedule } => {
            let people = schedule.plans.last().map(|plan| &plan.people);
            ("rota_set", json!({ "people": people }))
        }
        Kind::Changed { change } => ("schedule_changed", self::change(change)),
        Kind::HandedOver { since, from, to, why, fallback, taken, late } => (
            "handed_over",
            json!({ "since": since, "from": from, "to": to, "why": why.as_ref().map(self::why),
                "declared_backup": fallback, "taken": taken, "late": late.map(lateness) }),
        ),
        Kind::Confirmed => ("confirmed", json!({})),
        Kind::Unconfirmed { due, tell, late } => {
            ("unconfirmed", json!({ "due": due, "told": tell, "late": late.map(lateness) }))
        }
        Kind::SwapAsked { swap, with, offer } => {
            ("swap_asked", json!({ "swap": swap, "with": with, "offer": self::offer(offer) }))
        }
        Kind::SwapAgreed { swap } => ("swap_agreed", json!({ "swap": swap })),
        Kind::SwapEnded { swap, how } => ("swap_ended", json!({ "swap": swap, "how": ended(*how) })),
        Kind::Summoned { summons, whom, reason, calls, skipped } => (
            "person_paged",
            json!({ "page": summons, "person": whom, "reason": reason, "called": called(calls),
                "skipped": skipped.len() }),
        ),
        Kind::SummonedAgain { summons, due, calls, skipped, late } => (
            "person_paged_again",
            json!({ "page": summons, "due": due, "called": called(calls), "skipped": skipped.len(),
                "late": late.map(lateness) }),
        ),
        Kind::SummonsAnswered { summons, .. } => ("page_answered", json!({ "page": summons })),
        Kind::SummonsPassed { summons } => ("page_passed", json!({ "page": summons })),
        Kind::SummonsNotReached { summons, to, why, .. } => {
            ("page_not_reached", json!({ "page": summons, "to": self::to(to), "why": no_way(why) }))
        }
        Kind::RingTested { number, person } => ("ring_tested", json!({ "ring": number, "person": person })),
        Kind::RingHeard { number } => ("ring_heard", json!({ "ring": number })),
        Kind::RingMissed { number } => ("ring_missed", json!({ "ring": number })),
        Kind::Reach { person, phone, why } => {
            ("reach", json!({ "person": person, "phone": phone, "why": why.as_ref().map(no_way) }))
        }
        Kind::CallMissed { summons, person, texted } => {
            ("page_call_missed", json!({ "page": summons, "person": person, "texted": texted }))
        }
        Kind::PhoneSet { person, number } => {
            ("phone_set", json!({ "person": person, "known": number.is_some() }))
        }
        Kind::FeedMade { of, .. } => ("calendar_made", json!({ "of": of })),
        Kind::FeedRevoked { of } => ("calendar_revoked", json!({ "of": of })),
        Kind::GroupRepaired => ("group_repaired", json!({})),
        Kind::GroupHolds => ("group_holds", json!({})),
        Kind::ChannelKnown { name, channel } => {
            ("channel_known", json!({ "name": name, "channel": channel }))
        }
        Kind::Posted { key, channel, message } => {
            ("rota_posted", json!({ "what": posted(key), "channel": channel, "message": message }))
        }
    }
}

fn called(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|call| to(&call.to)).collect()
}

fn span(person: &UserId, from: Timestamp, until: Timestamp) -> Value {
    json!({ "person": person, "from": from, "until": until })
}

fn change(change: &Change) -> Value {
    match change {
        Change::Add { person } => json!({ "change": "add", "person": person }),
        Change::Remove { person } => json!({ "change": "remove", "person": person }),
        Change::Order { people } => json!({ "change": "order", "people": people }),
        Change::Pause { person, from, until } => {
            json!({ "change": "pause", "person": person, "from": from, "until": until })
        }
        Change::Resume { person } => json!({ "change": "resume", "person": person }),
        Change::Override { person, from, until } => {
            json!({ "change": "override", "person": person, "from": from, "until": until })
        }
        Change::Cover { long } => json!({ "change": "cover", "for": long.as_secs() }),
        Change::HandOver { to } => json!({ "change": "hand_over", "person": to }),
        Change::Cancel { number } => json!({ "change": "cancel", "override": number }),
        Change::Backup { person } => json!({ "change": "backup", "person": person }),
        Change::Import { pieces, until } => {
            let turns = pieces.iter().map(|piece| span(&piece.person, piece.from, piece.until));
            json!({ "change": "import", "turns": turns.collect::<Value>(), "replaces_until": until })
        }
    }
}

fn offer(offer: &Proposal) -> Value {
    let turns = [&offer.named, &offer.exchange].map(
        |given| json!({ "from": given.from, "until": given.until, "was": given.giver, "is": given.taker }),
    );
    json!(turns)
}

fn why(why: &Why) -> &'static str {
    match why {
        Why::Rotation => "rotation",
        Why::PausedFor(_) => "paused_for",
        Why::Override { kind, .. } => made(kind),
        Why::DeclaredBackup => "declared_backup",
    }
}

fn made(kind: &OverrideKind) -> &'static str {
    match kind {
        OverrideKind::Asked => "override",
        OverrideKind::Cover => "cover",
        OverrideKind::Swap { .. } => "swap",
        OverrideKind::HandedOver { .. } => "handed_over",
        OverrideKind::Imported => "import",
    }
}

fn ended(how: SwapEnd) -> &'static str {
    match how {
        SwapEnd::Declined => "declined",
        SwapEnd::Withdrawn => "withdrawn",
        SwapEnd::TooLate => "too_late",
        SwapEnd::Overtaken => "overtaken",
    }
}
