//! What `find` reads: one row of lower-case text for each incident, written in the commit that changes it, so that a
//! search parses no incident and reads no event.

use std::collections::{BTreeMap, BTreeSet};

use super::disk::Engine;
use super::engine::Write;
use super::{Changes, StoreError, codec, keys, values};
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::event::{Event, EventKind};

/// Between what the incident says of itself and what was noted and pinned; no text holds it.
const BETWEEN: char = '\u{1e}';
/// Rows written at a time while an older store gets its first ones.
const AT_ONCE: usize = 256;

/// The rows that `changes` make different.
pub(super) fn rows(engine: &Engine, changes: &Changes, writes: &mut Vec<Write>) -> Result<(), StoreError> {
    let mut new: BTreeMap<IncidentId, Vec<&Event>> = BTreeMap::new();
    for (id, event) in changes.kinds.incidents.events.iter().filter(|(_, event)| is_said(&event.kind)) {
        new.entry(*id).or_default().push(event);
    }
    for incident in &changes.kinds.incidents.rows {
        let key = keys::words(incident.id);
        let before = engine.get(&key)?;
        let old = before.as_deref().map(text).transpose()?.and_then(|row| row.split_once(BETWEEN));
        let old = old.map_or("", |(_, said)| said);
        let said = match new.get(&incident.id) {
            None => old.to_owned(),
            // What a note adds does not depend on what was there.
            Some(new) if new.iter().all(|event| matches!(event.kind, EventKind::Noted { .. })) => {
                format!("{old}\n{}", said(new.iter().copied()))
            }
            Some(new) => {
                let before: Vec<Event> = values(engine, &keys::events(incident.id))?;
                said(before.iter().chain(new.iter().copied()))
            }
        };
        let row = row(incident, &said);
        if before.as_ref() != Some(&row) {
            writes.push((key, Some(row)));
        }
    }
    Ok(())
}

/// Incidents in which every word of `words` occurs, newest first: at most `most`, and how many more.
pub(super) fn find(
    engine: &Engine,
    words: &str,
    most: usize,
) -> Result<(Vec<IncidentId>, usize), StoreError> {
    let words: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let (mut found, mut more) = (Vec::new(), 0);
    for entry in engine.scan(keys::WORDS).rev() {
        let (key, row) = entry?;
        let text = text(&row)?;
        if !words.iter().all(|word| text.contains(word)) {
            continue;
        }
        if found.len() == most {
            more += 1;
            continue;
        }
        found.push(keys::incident_in(&key).ok_or_else(|| StoreError::Row("an incident's words".into()))?);
    }
    Ok((found, more))
}

/// Makes the rows of a store that was written before there were any.
pub(super) fn fill(engine: &Engine) -> Result<(), StoreError> {
    let mut writes = Vec::new();
    for entry in engine.scan(keys::INCIDENT) {
        let incident: Incident = codec::decode(&entry?.1)?;
        let events: Vec<Event> = values(engine, &keys::events(incident.id))?;
        writes.push((keys::words(incident.id), Some(row(&incident, &said(events.iter())))));
        if writes.len() == AT_ONCE {
            engine.write(std::mem::take(&mut writes))?;
        }
    }
    if writes.is_empty() { Ok(()) } else { engine.write(writes) }
}

fn row(incident: &Incident, said: &str) -> Vec<u8> {
    let mut row = vec![codec::VERSION];
    row.extend_from_slice(of_itself(incident).as_bytes());
    row.extend_from_slice(BETWEEN.to_string().as_bytes());
    row.extend_from_slice(said.as_bytes());
    row
}

fn text(row: &[u8]) -> Result<&str, StoreError> {
    let text = row.strip_prefix(&[codec::VERSION]).and_then(|text| std::str::from_utf8(text).ok());
    text.ok_or_else(|| StoreError::Row("an incident's words".into()))
}

fn of_itself(incident: &Incident) -> String {
    let mut text = vec![incident.id.to_string(), incident.severity.to_string(), incident.title.clone()];
    text.extend(incident.impact.clone());
    text.extend(incident.action.clone());
    for resolution in &incident.resolutions {
        text.push(resolution.root_cause.clone());
        text.extend(resolution.impact.clone());
    }
    text.extend(incident.updates.iter().filter_map(|update| update.facts.text.clone()));
    text.extend(incident.room.iter().map(|room| room.name.clone()));
    clean(&text)
}

fn is_said(kind: &EventKind) -> bool {
    matches!(kind, EventKind::Noted { .. } | EventKind::PinRead { .. } | EventKind::Unpinned { .. })
}

/// Notes, and messages that are pinned still.
fn said<'e>(events: impl Iterator<Item = &'e Event> + Clone) -> String {
    let mut pinned = BTreeSet::new();
    for event in events.clone() {
        match &event.kind {
            EventKind::PinRead { channel, message, .. } => drop(pinned.insert((channel, message))),
            EventKind::Unpinned { channel, message } => drop(pinned.remove(&(channel, message))),
            _ => {}
        }
    }
    let text: Vec<String> = events
        .filter_map(|event| match &event.kind {
            EventKind::Noted { text } => Some(text.clone()),
            EventKind::PinRead { channel, message, text, .. } if pinned.contains(&(channel, message)) => {
                Some(text.clone())
            }
            _ => None,
        })
        .collect();
    clean(&text)
}

fn clean(text: &[String]) -> String {
    text.join("\n").to_lowercase().replace(BETWEEN, " ")
}
