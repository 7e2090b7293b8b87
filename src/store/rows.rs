//! The rows that a commit writes and takes away.

use jiff::Timestamp;

use super::disk::Engine;
use super::engine::Write;
use super::totals::hash;
use super::{Changes, REMEMBER, StoreError, codec, keys};
use crate::domain::incident::event::{Event, EventKind};
use crate::id::IncidentId;

/// A change's rows.
pub(super) fn of(changes: &Changes, now: Timestamp) -> Result<Vec<Write>, StoreError> {
    let mut writes: Vec<Write> = Vec::new();
    for (id, event) in &changes.events {
        writes.push((keys::event(*id, event.seq), Some(codec::encode(event)?)));
        index(*id, event, &mut writes)?;
    }
    for incident in &changes.incidents {
        let (key, row) = (keys::incident(incident.id), codec::encode(incident.as_ref())?);
        let open = incident.is_open().then(|| mark(&key, &row));
        writes.push((keys::open(incident.id), open));
        writes.push((key, Some(row)));
        for resolution in &incident.resolutions {
            let standing = resolution.undone.is_none().then(Vec::new);
            writes.push((keys::resolved(resolution.at, incident.id), standing));
        }
    }
    for event in &changes.rota_events {
        writes.push((keys::rota_event(event.seq), Some(codec::encode(event)?)));
    }
    for (run, event) in &changes.run_events {
        writes.push((keys::run_event(*run, event.seq), Some(codec::encode(event)?)));
    }
    for row in &changes.audit {
        writes.push((keys::audit(row.seq), Some(codec::encode(row)?)));
    }
    for run in &changes.runs {
        let (key, row) = (keys::run(run.id), codec::encode(run.as_ref())?);
        writes.push((keys::live_run(run.id), (!run.is_done()).then(|| mark(&key, &row))));
        writes.push((key, Some(row)));
    }
    if let Some(rota) = &changes.rota {
        writes.push((keys::ROTA.to_vec(), Some(codec::encode(rota.as_ref())?)));
    }
    for record in &changes.paged {
        writes.push((keys::paged(record), Some(codec::encode(record)?)));
    }
    writes.extend(changes.timers_gone.iter().map(|timer| (keys::timer(timer), None)));
    for timer in &changes.timers_set {
        writes.push((keys::timer(timer), Some(codec::encode(timer)?)));
    }
    for effect in &changes.effects {
        writes.push((keys::effect(effect.id), Some(codec::encode(effect)?)));
    }
    writes.extend(changes.effects_gone.iter().map(|id| (keys::effect(*id), None)));
    for (delivery, answer) in &changes.seen {
        writes.push((keys::delivery(delivery), Some(codec::encode(answer)?)));
        writes.push((keys::seen_at(now, delivery), Some(Vec::new())));
    }
    Ok(writes)
}

/// What a mark says of the row that it stands for.
fn mark(key: &[u8], row: &[u8]) -> Vec<u8> {
    hash(key, row).to_be_bytes().to_vec()
}

/// Rows by which a channel or a message leads to its incident.
fn index(id: IncidentId, event: &Event, writes: &mut Vec<Write>) -> Result<(), StoreError> {
    match &event.kind {
        EventKind::RoomOpened { room } => {
            writes.push((keys::room(&room.channel), Some(codec::encode(&id)?)));
        }
        EventKind::Posted { channel, message, .. } => {
            writes.push((keys::post(channel, message), Some(codec::encode(&id)?)));
        }
        _ => {}
    }
    Ok(())
}

/// Removes the oldest deliveries that nobody will send again.
pub(super) fn forget(
    engine: &Engine,
    now: Timestamp,
    most: usize,
    writes: &mut Vec<Write>,
) -> Result<(), StoreError> {
    let until = now.saturating_sub(REMEMBER).unwrap_or(Timestamp::MIN);
    for row in engine.scan(keys::SEEN_AT).take(most) {
        let (key, _) = row?;
        match keys::seen_in(&key) {
            Some((at, _)) if at > until => break,
            Some((_, delivery)) => {
                writes.push((keys::delivery(&delivery), None));
                writes.push((key, None));
            }
            None => writes.push((key, None)),
        }
    }
    Ok(())
}
