//! Reads what Slack received and what howler saved, and compares, with none of howler's own reasoning.

pub mod alerts;
mod announced;
pub mod changed;
pub mod grounds;
pub mod merged;
mod standing;

use std::collections::BTreeMap;

use domain::command::Retractable;
use domain::incident::Incident;
use domain::incident::event::{Event, EventKind};
use domain::incident::merge::MergeNews;
use domain::timer::Lateness;
use fake::slack::Call;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::deeds::{Deed, Outcome, What};
use super::world::World;
use crate::harness::EMERGENCIES;

type Saved = [(Incident, Vec<Event>)];

pub fn is_reminder(event: &Event) -> bool {
    matches!(event.kind, EventKind::Reminded { .. })
}

pub fn all(world: &World, saved: &Saved) -> Vec<String> {
    let calls = world.slack.calls();
    let posted = Posted::read(&calls);
    let deeds = world.deeds.lock().unwrap().clone();
    let mut wrong = acknowledged(&deeds, saved);
    wrong.extend(once(world, &posted));
    for (incident, events) in saved {
        wrong.extend(announced::all(incident, events, &posted, &calls));
        wrong.extend(rooms(incident, events, &calls));
        wrong.extend(timers(world, incident, events));
        wrong.extend(responses(world, incident, events));
        wrong.extend(pages(world, incident, events));
        wrong.extend(reminders_posted(incident, events, &posted));
        wrong.extend(standing::figures(incident, events));
        wrong.extend(standing::card(world, incident));
    }
    wrong
}

/// Nothing is left to do once the weather is over.
pub fn board(world: &World) -> Vec<String> {
    let left = world.app().desk.look(|state, _| {
        state.outbox.iter().map(|effect| format!("not done: {:?} {:?}", effect.kind, effect.state)).collect()
    });
    left.unwrap_or_else(|| vec!["the desk is gone".into()])
}

/// The timeline that people get holds every word that was accepted, in order.
pub async fn answers(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    let deeds = world.deeds.lock().unwrap().clone();
    let last = deeds.iter().filter(|deed| deed.what == What::Declare).count();
    let mut timelines = String::new();
    // Buttons declare too.
    'all: for incident in 1..=last + 50 {
        let mut page = 1;
        loop {
            let line = format!("/incident timeline {incident} {page}");
            let Ok(reply) = world.slack.command("ian", EMERGENCIES, &line).await else {
                wrong.push(format!("{line} was not answered"));
                break;
            };
            if incident > last && reply.body.contains(&format!("There is no INC-{incident}.")) {
                break 'all;
            }
            timelines.push_str(&reply.body);
            page += 1;
            if !reply.body.contains("Next page") {
                break;
            }
        }
    }
    for deed in deeds.iter().filter(|deed| deed.outcome == Outcome::Accepted && deed.what != What::Other) {
        if !timelines.contains(&deed.word) {
            wrong.push(format!("not on any timeline: {}", deed.line));
        }
    }
    wrong
}

/// The kind of event that a deed makes.
fn is_of(kind: &EventKind, deed: &Deed) -> bool {
    let text = match (deed.what, kind) {
        (What::Declare, EventKind::Declared { title, .. }) => title.clone(),
        (What::Update, EventKind::Updated { facts, .. }) => {
            format!("{} {}", facts.text.clone().unwrap_or_default(), facts.action.clone().unwrap_or_default())
        }
        (What::Note, EventKind::Noted { text }) | (What::Impact, EventKind::ImpactSet { text }) => {
            text.clone()
        }
        (What::Resolve, EventKind::Resolved { root_cause, .. }) => root_cause.clone(),
        _ => return false,
    };
    text.contains(&deed.word)
}

/// What was acknowledged took effect once, what was refused did not, and nothing happened twice.
fn acknowledged(deeds: &[Deed], saved: &Saved) -> Vec<String> {
    let mut wrong = Vec::new();
    for deed in deeds.iter().filter(|deed| deed.what != What::Other) {
        let of = |events: &[Event]| events.iter().filter(|event| is_of(&event.kind, deed)).count();
        let each: Vec<usize> = saved.iter().map(|(_, events)| of(events)).collect();
        let found: usize = each.iter().sum();
        let right = match deed.outcome {
            Outcome::Accepted => found == 1,
            Outcome::Refused => found <= usize::from(deed.again),
            // The question which incident is meant may have been answered for more than one.
            Outcome::Heard | Outcome::Asked | Outcome::Unknown => each.iter().all(|found| *found <= 1),
        };
        if !right {
            let all =
                saved.iter().flat_map(|(incident, events)| events.iter().map(|event| (incident.id, event)));
            let found: Vec<String> = all
                .filter(|(_, event)| is_of(&event.kind, deed))
                .map(|(id, event)| format!("{id} {} by {:?}", event.at, event.by))
                .collect();
            wrong.push(format!("{:?}, but {found:?}: {}\n    {}", deed.outcome, deed.line, deed.answer));
        }
    }
    wrong
}

/// A message that Slack took.
struct Post<'c> {
    call: &'c Call,
    channel: &'c str,
    ts: &'c str,
    text: &'c str,
}

struct Posted<'c>(Vec<Post<'c>>);

impl<'c> Posted<'c> {
    fn read(calls: &'c [Call]) -> Posted<'c> {
        let word = |value: &'c Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let taken =
            calls.iter().filter(|call| call.method == "chat.postMessage" && call.answer["ok"] == true);
        Posted(
            taken
                .map(|call| Post {
                    call,
                    channel: word(&call.answer, "channel"),
                    ts: word(&call.answer, "ts"),
                    text: word(&call.args, "text"),
                })
                .collect(),
        )
    }

    fn in_emergencies(&self) -> impl Iterator<Item = &Post<'c>> {
        self.0.iter().filter(|post| post.channel == "C0EMERG")
    }
}

/// No effect's message was taken twice.
fn once(world: &World, posted: &Posted<'_>) -> Vec<String> {
    let mut marks: BTreeMap<String, u32> = BTreeMap::new();
    for post in &posted.0 {
        let metadata = post.call.args.get("metadata").map(Value::to_string).unwrap_or_default();
        if metadata.is_empty() {
            return vec![format!("a message without a mark: {}", post.text)];
        }
        *marks.entry(metadata).or_default() += 1;
    }
    let doubled = marks.iter().filter(|(_, times)| **times > 1);
    let mut wrong: Vec<String> =
        doubled.map(|(mark, times)| format!("taken {times} times: {mark}")).collect();
    let created: Vec<String> = world.slack.look(|slack| {
        slack.channels.iter().filter(|c| c.name.starts_with("inc-")).map(|c| c.name.clone()).collect()
    });
    let mut sorted = created.clone();
    sorted.dedup();
    if sorted.len() < created.len() {
        wrong.push(format!("channels twice: {created:?}"));
    }
    wrong
}

/// One channel at most, and one where the severity asks for it.
fn rooms(incident: &Incident, events: &[Event], calls: &[Call]) -> Vec<String> {
    let mut wrong = Vec::new();
    let prefix = format!("inc-{}-", incident.id.0);
    let made = calls.iter().filter(|call| {
        call.method == "conversations.create"
            && call.answer["ok"] == true
            && call.args["name"].as_str().is_some_and(|name| name.starts_with(&prefix))
    });
    let made = made.count();
    let asked = events.iter().any(|event| match &event.kind {
        EventKind::Declared { clocks, .. } | EventKind::SeverityChanged { clocks, .. } => clocks.own_channel,
        _ => false,
    });
    // One that was merged meanwhile goes on elsewhere.
    let elsewhere = events.iter().any(
        |event| matches!(&event.kind, EventKind::Merge(news) if matches!(**news, MergeNews::Into { .. })),
    );
    if made != usize::from(asked) && !(made == 0 && elsewhere) {
        wrong.push(format!("{}: {made} channels were made, asked for: {asked}", incident.id));
    }
    wrong
}

/// Whether howler was down or could not save at some moment between `from` and `until`.
fn excused(world: &World, from: Timestamp, until: Timestamp) -> bool {
    world.outages.iter().any(|outage| outage.from <= until && from <= outage.until)
}

fn punctual(world: &World, due: Timestamp, at: Timestamp, late: Option<Lateness>) -> Result<(), String> {
    let lateness = at.duration_since(due);
    if lateness.is_negative() {
        return Err(format!("before its time, due {due}, at {at}"));
    }
    // A second for a timer, and a slow disk.
    let slow = SignedDuration::from_secs(5);
    let excuse = world.outages.iter().filter(|outage| outage.from <= at && due <= outage.until);
    let back = excuse.map(|outage| outage.until).max();
    match back {
        None if lateness > slow => Err(format!("late without a reason, due {due}, at {at}")),
        Some(back) if at > back + slow => {
            Err(format!("late after howler was back, due {due}, at {at}, back {back}"))
        }
        _ if lateness > SignedDuration::from_secs(10) && late.is_none() => {
            Err(format!("late in silence, due {due}, at {at}"))
        }
        _ => Ok(()),
    }
}

/// Since when howler could know of what was due: what an alert declares may have begun long before.
fn known(incident: &Incident, due: Timestamp) -> Timestamp {
    due.max(incident.declared_at)
}

/// How often incidents were merged, or split off.
pub fn merges(saved: &[(Incident, Vec<Event>)], is: fn(&MergeNews) -> bool) -> usize {
    let events = saved.iter().flat_map(|(_, events)| events);
    events.filter(|event| matches!(&event.kind, EventKind::Merge(news) if is(news))).count()
}

/// What the next reminder's time must be after an event; `None` where it does not tell.
enum Expect {
    At(Timestamp),
    Nothing,
    Unclear,
    Same,
}

fn expects(event: &Event, interval: Option<SignedDuration>) -> Expect {
    let from_now = || interval.map_or(Expect::Nothing, |interval| Expect::At(event.at + interval));
    match &event.kind {
        EventKind::Declared { .. } | EventKind::Updated { .. } | EventKind::Reopened { .. } => from_now(),
        EventKind::Resolved { .. } => Expect::Nothing,
        EventKind::Merge(news) => match news.as_ref() {
            MergeNews::Into { .. } => Expect::Nothing,
            MergeNews::SplitOff { .. } => from_now(),
            _ => Expect::Same,
        },
        EventKind::Reminded { next, .. } => Expect::At(next.1),
        EventKind::Snoozed { until, .. } => Expect::At(*until),
        EventKind::SeverityChanged { .. } | EventKind::Retracted { .. } => Expect::Unclear,
        _ => Expect::Same,
    }
}

/// Every reminder came at the time that the event before it set, and none was left out.
fn timers(world: &World, incident: &Incident, events: &[Event]) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut expected, mut interval) = (Expect::Nothing, None);
    // What each severity's coming replaced.
    let mut replaced = BTreeMap::new();
    for event in events {
        match &event.kind {
            EventKind::Declared { clocks, .. } => interval = clocks.update_every,
            EventKind::SeverityChanged { clocks, .. } => {
                replaced.insert(event.seq, interval);
                interval = clocks.update_every;
            }
            EventKind::Retracted { seq, what: Retractable::Severity } => {
                interval = replaced.get(seq).copied().flatten();
            }
            _ => {}
        }
        if let Expect::At(due) = expected {
            let passed = event.at.duration_since(due) > SignedDuration::from_secs(5);
            if passed && !is_reminder(event) && !excused(world, due, event.at) {
                wrong.push(format!(
                    "{}: no reminder at {due}, but {:?} at {}",
                    incident.id, event.kind, event.at
                ));
            }
        }
        if let EventKind::Reminded { due, late, rung, .. } = &event.kind {
            match expected {
                Expect::At(at) if at != *due => {
                    wrong.push(format!("{}: a reminder due {due} instead of {at}", incident.id));
                }
                Expect::Nothing => wrong.push(format!("{}: a reminder that nothing asked for", incident.id)),
                _ => {}
            }
            if let Err(reason) = punctual(world, *due, event.at, *late) {
                wrong.push(format!("{}: {rung:?} reminder {reason}", incident.id));
            }
        }
        match expects(event, interval) {
            Expect::Same => {}
            other => expected = other,
        }
    }
    wrong
}

/// Nobody acknowledged in time: said once, at its time.
fn responses(world: &World, incident: &Incident, events: &[Event]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut missed = 0;
    for event in events {
        if let EventKind::ResponseMissed { due, late, .. } = &event.kind {
            missed += 1;
            if let Err(reason) = punctual(world, known(incident, *due), event.at, *late) {
                wrong.push(format!("{}: response {reason}", incident.id));
            }
        }
    }
    let moved = events.iter().any(|event| {
        matches!(
            event.kind,
            EventKind::SeverityChanged { .. } | EventKind::Resolved { .. } | EventKind::Merge(_)
        )
    });
    let within = events.first().and_then(|event| match &event.kind {
        // What an alert declares began when the alert did.
        EventKind::Declared { clocks, began, .. } => {
            let from = began.map_or(event.at, |began| began.min(event.at));
            clocks.respond_within.map(|within| known(incident, from + within))
        }
        _ => None,
    });
    if let Some(due) = within.filter(|_| !moved) {
        let answered =
            events.iter().find(|event| matches!(event.kind, EventKind::Acknowledged)).map(|event| event.at);
        let late = SignedDuration::from_secs(5);
        let in_time = answered.is_some_and(|at| at <= due);
        let ended = world.now() <= due + late;
        let clearly_missed = answered.is_none_or(|at| at > due + late) && !excused(world, due, due + late);
        if (in_time && missed > 0) || (clearly_missed && !ended && missed != 1) {
            wrong.push(format!("{}: {missed} times said that nobody acknowledged by {due}", incident.id));
        }
    }
    wrong
}

/// A reminder's message was taken at most once, and one that nothing overtook was.
/// Every step of paging came at its time, or said how late and why.
fn pages(world: &World, incident: &Incident, events: &[Event]) -> Vec<String> {
    let paged = events.iter().filter_map(|event| match &event.kind {
        EventKind::Paged(paged) => Some((event, paged)),
        _ => None,
    });
    let late = paged
        .filter_map(|(event, paged)| punctual(world, known(incident, paged.due), event.at, paged.late).err());
    late.map(|wrong| format!("{}: a page: {wrong}", incident.id)).collect()
}

fn reminders_posted(incident: &Incident, events: &[Event], posted: &Posted<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for event in events {
        let EventKind::Reminded { due, rung, .. } = &event.kind else { continue };
        let named = format!("\"reminder\\\":\\\"{due}");
        let prefix = format!("Update due: {} ", incident.id);
        let found = posted.0.iter().filter(|post| {
            post.text.contains(&prefix) && post.call.args["blocks"].to_string().contains(&named)
        });
        let found = found.count();
        let overtaken = events.iter().any(|other| {
            other.seq > event.seq
                && matches!(
                    other.kind,
                    EventKind::Reminded { .. }
                        | EventKind::Updated { .. }
                        | EventKind::Resolved { .. }
                        | EventKind::Snoozed { .. }
                        | EventKind::SeverityChanged { .. }
                        | EventKind::Retracted { .. }
                        | EventKind::Reopened { .. }
                        | EventKind::Merge(_)
                )
        });
        if found > 1 || (found == 0 && !overtaken) {
            wrong.push(format!("{}: the {rung:?} reminder due {due} was taken {found} times", incident.id));
        }
    }
    wrong
}
