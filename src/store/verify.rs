//! The rows that a start reads anyway, held against what must be there. It does not grow with closed incidents; the
//! rest is looked through afterwards: see [`super::look`].

use std::path::Path;

use super::damage::{Gathered, named, words};
use super::disk::Engine;
use super::totals::{Totals, hash};
use super::{Meta, StoreError, codec, keys, values};
use crate::domain::incident::Incident;
use crate::domain::incident::event::Event;

/// Kinds that are read whole at each start.
const AT_START: [&[u8]; 6] =
    [keys::OPEN, keys::TIMER, keys::EFFECT, keys::LIVE_RUN, keys::ROTA, keys::LEDGER];

/// Compares what a start reads.
///
/// # Errors
/// When something is missing or is not as it was written: what, in words.
pub(super) fn at_open(
    engine: &Engine,
    meta: &Meta,
    totals: &Totals,
    folder: &Path,
) -> Result<(), StoreError> {
    let mut found = Totals::default();
    let mut faults = Vec::new();
    for prefix in AT_START {
        for row in engine.scan(prefix) {
            let (key, value) = row?;
            found.add(&key, &value);
            if let Some(fault) = marked(engine, &key, &value)? {
                faults.push(fault);
            }
        }
    }
    let differences: Vec<_> =
        AT_START.iter().filter_map(|prefix| totals.difference(prefix, &found)).collect();
    if differences.is_empty() && faults.is_empty() {
        return Ok(());
    }
    let told = everything(engine, meta, totals);
    let told = told.unwrap_or_else(|| differences.iter().map(words).collect());
    let told: Vec<String> = told.into_iter().chain(faults).collect();
    Err(StoreError::damaged(folder, &several(told)))
}

/// What is wrong with the incident or the run of a mark.
fn marked(engine: &Engine, mark: &[u8], value: &[u8]) -> Result<Option<String>, StoreError> {
    let (key, name, events) =
        if let Some(id) = keys::incident_in(mark).filter(|_| mark.starts_with(keys::OPEN)) {
            (keys::incident(id), named(&[id]), Some(id))
        } else if let Some(id) = keys::run_in(mark).filter(|_| mark.starts_with(keys::LIVE_RUN)) {
            (keys::run(id), id.to_string(), None)
        } else {
            return Ok(None);
        };
    let Some(row) = engine.get(&key)? else { return Ok(Some(format!("{name} is missing"))) };
    if hash(&key, &row).to_be_bytes() != *value {
        return Ok(Some(format!("{name} is not as it was written last")));
    }
    let (Some(id), Ok(incident)) = (events, codec::decode::<Incident>(&row)) else { return Ok(None) };
    let events: Vec<Event> = values(engine, &keys::events(id)).unwrap_or_default();
    let fits = events.len() == incident.events as usize;
    Ok((!fits).then(|| format!("{name} has {} of its {} events", events.len(), incident.events)))
}

/// Compares every row.
///
/// # Errors
/// As [`at_open`].
pub(super) fn all(engine: &Engine, meta: &Meta, totals: &Totals, folder: &Path) -> Result<(), StoreError> {
    match everything(engine, meta, totals).as_deref() {
        Some([]) => Ok(()),
        Some(faults) => Err(StoreError::damaged(folder, &several(faults.iter().cloned()))),
        None => Err(StoreError::damaged(folder, "its rows cannot be read")),
    }
}

/// Every row against the totals, in words; `None` where reading breaks off.
fn everything(engine: &Engine, meta: &Meta, totals: &Totals) -> Option<Vec<String>> {
    let mut gathered = Gathered::default();
    for row in engine.scan(b"") {
        let (key, value) = row.ok()?;
        gathered.take(&key, &value);
    }
    Some(gathered.against(totals, meta))
}

/// Faults as one sentence.
pub(super) fn several(faults: impl IntoIterator<Item = String>) -> String {
    let faults: Vec<String> = faults.into_iter().collect();
    const MOST: usize = 12;
    let rest = faults.len().saturating_sub(MOST);
    let mut words = faults.into_iter().take(MOST).collect::<Vec<_>>();
    if rest > 0 {
        words.push(format!("and {rest} more faults"));
    }
    words.join("; ")
}
