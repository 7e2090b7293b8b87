//! The rows that a commit writes and takes away.

use jiff::Timestamp;

use super::disk::Engine;
use super::engine::Write;
use super::{Changes, REMEMBER, StoreError, codec, drills, keys};

/// A change's rows.
pub(super) fn of(changes: &Changes, now: Timestamp) -> Result<Vec<Write>, StoreError> {
    let mut writes: Vec<Write> = Vec::new();
    changes.kinds.rows(&mut writes)?;
    for row in &changes.audit {
        writes.push((keys::audit(row.seq), Some(codec::encode(row)?)));
    }
    changes.heard.rows(&mut writes)?;
    if let Some(drills) = &changes.drills {
        drills::row(drills, &mut writes)?;
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
