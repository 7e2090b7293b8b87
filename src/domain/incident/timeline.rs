//! The timeline: what people read of the events, in order of their own times.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::alerts::AlertWhat;
use super::event::{Event, EventKind};
use super::merge::MergeNews;
use crate::actor::Actor;
use crate::id::{ChannelId, IncidentId, MessageTs};

/// Entries on one page.
pub const PAGE: usize = 20;

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it happened: for a pinned message the message's own time.
    pub at: Timestamp,
    #[serde(default)]
    pub by: Actor,
    /// Asked from a shell on howler's machine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_shell: bool,
    pub what: EventKind,
    /// Taken back later.
    pub retracted: bool,
    /// Of the one merged into the incident, whose line it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<IncidentId>,
}

/// A pinned message's entry, and whose pushpins hold it.
struct Pin {
    seq: u32,
    by: Vec<Actor>,
}

/// The lines that people read. Bookkeeping is left out, and pinned messages stand once, at their own time, with
/// their text once it is known, until they are unpinned.
pub fn timeline(events: &[Event]) -> Vec<Entry> {
    let mut entries: Vec<(u32, Entry)> = Vec::new();
    let mut pins: BTreeMap<(ChannelId, MessageTs), Pin> = BTreeMap::new();
    for event in events {
        match &event.kind {
            EventKind::Posted { .. } => continue,
            EventKind::Alerts(news) if news.what == AlertWhat::Still && news.acked.is_none() => continue,
            EventKind::Merge(news) if news.is_bookkeeping() => continue,
            EventKind::After(news) if news.is_bookkeeping() => continue,
            EventKind::Unpinned { channel, message } => {
                let key = (channel.clone(), message.clone());
                let Some(pin) = pins.get_mut(&key) else { continue };
                pin.by.retain(|by| *by != event.by);
                if pin.by.is_empty() {
                    let seq = pin.seq;
                    entries.retain(|(at, _)| *at != seq);
                    pins.remove(&key);
                }
                continue;
            }
            EventKind::PinRead { channel, message, .. } => {
                let pin = pins.get(&(channel.clone(), message.clone()));
                if let Some((_, entry)) =
                    entries.iter_mut().find(|(seq, _)| Some(*seq) == pin.map(|pin| pin.seq))
                {
                    entry.what = event.kind.clone();
                }
                continue;
            }
            EventKind::Pinned { channel, message, .. } => {
                let key = (channel.clone(), message.clone());
                let known = pins.contains_key(&key);
                let pin = pins.entry(key).or_insert(Pin { seq: event.seq, by: Vec::new() });
                pin.by.push(event.by.clone());
                if known {
                    continue;
                }
            }
            EventKind::Retracted { seq, .. } => mark_retracted(&mut entries, *seq),
            _ => {}
        }
        let at = own_time(event);
        entries.push((
            event.seq,
            Entry {
                at,
                by: event.by.clone(),
                from_shell: event.from_shell,
                what: event.kind.clone(),
                retracted: false,
                of: None,
            },
        ));
    }
    entries.sort_by_key(|(seq, entry)| (entry.at, *seq));
    entries.into_iter().map(|(_, entry)| entry).collect()
}

/// The lines of incident `id` with those of what is merged into it, in order of their own times; each of the latter says whose it is.
/// A merge of the two stands there once.
pub fn together(id: IncidentId, own: &[Event], parts: &[(IncidentId, Vec<Event>)]) -> Vec<Entry> {
    let mut entries = timeline(own);
    for (part, events) in parts {
        let theirs = timeline(events).into_iter().filter(|entry| !is_told_by(id, &entry.what));
        entries.extend(theirs.map(|entry| Entry { of: Some(*part), ..entry }));
    }
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// Whether it is the other side of a line of incident `id`.
fn is_told_by(id: IncidentId, what: &EventKind) -> bool {
    let EventKind::Merge(news) = what else { return false };
    match news.as_ref() {
        MergeNews::Into { whole, .. } => whole.incident == id,
        MergeNews::SplitOff { from, .. } => *from == id,
        _ => false,
    }
}

fn mark_retracted(entries: &mut [(u32, Entry)], retracted: u32) {
    if let Some((_, entry)) = entries.iter_mut().find(|(seq, _)| *seq == retracted) {
        entry.retracted = true;
    }
}

fn own_time(event: &Event) -> Timestamp {
    match &event.kind {
        EventKind::Pinned { message, .. } => message_time(message).unwrap_or(event.at),
        _ => event.at,
    }
}

/// The instant in a Slack `ts` (seconds since 1970, a dot, a fraction).
pub fn message_time(message: &MessageTs) -> Option<Timestamp> {
    let (seconds, fraction) = message.as_str().split_once('.')?;
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Timestamp::from_millisecond(seconds.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(millis)?).ok()
}
