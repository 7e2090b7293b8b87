//! Keys in words, for those who read what is missing.

use super::super::{damage, keys};
use domain::id::RunId;

/// The rows whose keys begin with a letter.
pub(super) fn kind(letter: u8) -> &'static str {
    if [letter] == *keys::META { "the store's own row" } else { damage::things(letter).1 }
}

/// A row by its key.
pub(super) fn row(key: &[u8]) -> String {
    let seq = || key.last_chunk::<4>().map_or(0, |seq| u32::from_be_bytes(*seq));
    if key.starts_with(keys::INCIDENT)
        && let Some(id) = keys::incident_in(key)
    {
        return format!("{id}");
    }
    if key.starts_with(keys::EVENT)
        && let Some(id) = keys::event_in(key)
    {
        return format!("event {} of {id}", seq());
    }
    if key.starts_with(keys::RUN)
        && let Some(id) = keys::run_in(key)
    {
        return format!("{id}");
    }
    if key.starts_with(keys::RUN_EVENT)
        && let Some(id) = run_of_event(key)
    {
        return format!("event {} of {id}", seq());
    }
    let under = |prefix: &[u8]| key.starts_with(prefix);
    match () {
        () if key == keys::META => kind(b'm').to_owned(),
        () if key == keys::ROTA => "the rota".to_owned(),
        () if under(keys::ROTA_EVENT) => format!("event {} of the rota", seq()),
        () if under(keys::TIMER) => "a timer".to_owned(),
        () if under(keys::EFFECT) => "something that was to be sent".to_owned(),
        () if under(keys::AUDIT) => "a row of the audit".to_owned(),
        () if under(keys::PAGED) => "a record of who was called".to_owned(),
        () if under(b"d/") => "a delivery's answer".to_owned(),
        () => "a row by which howler finds others".to_owned(),
    }
}

pub(super) fn run_of_event(key: &[u8]) -> Option<RunId> {
    let (number, _) = key.strip_prefix(keys::RUN_EVENT)?.split_first_chunk::<8>()?;
    Some(RunId(u64::from_be_bytes(*number)))
}
