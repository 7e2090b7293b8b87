//! Key prefixes. Numbers are big-endian, so that keys sort as the numbers do.

use jiff::Timestamp;

use domain::id::{ChannelId, DeliveryId, EffectId, IncidentId, MessageTs, RunId};
use domain::oncall::event::PageRecord;
use domain::owner::Owner;
use domain::timer::Timer;

/// The store's own row: see [`super::Meta`].
pub(super) const META: &[u8] = b"m";
/// Incidents that are open. The value is the hash of the incident's row, so that the one tells of the other.
pub(super) const OPEN: &[u8] = b"n/";
/// Incidents that are resolved, by the time of their resolution; empty values.
pub(super) const RESOLVED: &[u8] = b"z/";
pub(super) const INCIDENT: &[u8] = b"i/";
pub(super) const EVENT: &[u8] = b"e/";
/// What can be found of an incident: see [`super::words`].
pub(super) const WORDS: &[u8] = b"w/";
pub(super) const TIMER: &[u8] = b"t/";
pub(super) const EFFECT: &[u8] = b"o/";
/// Who is on call: see [`domain::oncall::rota`].
pub(super) const ROTA: &[u8] = b"r";
pub(super) const ROTA_EVENT: &[u8] = b"f/";
/// Who was called, by the time of it.
pub(super) const PAGED: &[u8] = b"g/";
/// Runs of procedures: see [`domain::run`].
pub(super) const RUN: &[u8] = b"u/";
pub(super) const RUN_EVENT: &[u8] = b"v/";
/// Runs that are not over, with the hash of the run's row.
pub(super) const LIVE_RUN: &[u8] = b"l/";
/// The audit of changes: see [`domain::run::audit`].
pub(super) const AUDIT: &[u8] = b"a/";
/// Where the audit stands and what it says: see [`super::audit`].
pub(super) const LEDGER: &[u8] = b"k";
/// Deliveries by the time they were seen, to be forgotten in that order; empty values.
pub(super) const SEEN_AT: &[u8] = b"p/";

fn join(prefix: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut key = prefix.to_vec();
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

fn instant(at: Timestamp) -> [u8; 8] {
    u64::try_from(at.as_millisecond()).unwrap_or(0).to_be_bytes()
}

pub(super) fn incident(id: IncidentId) -> Vec<u8> {
    join(INCIDENT, &[&id.0.to_be_bytes()])
}

pub(super) fn words(id: IncidentId) -> Vec<u8> {
    join(WORDS, &[&id.0.to_be_bytes()])
}

pub(super) fn open(id: IncidentId) -> Vec<u8> {
    join(OPEN, &[&id.0.to_be_bytes()])
}

pub(super) fn resolved(at: Timestamp, id: IncidentId) -> Vec<u8> {
    join(RESOLVED, &[&instant(at), &id.0.to_be_bytes()])
}

pub(super) fn run(id: RunId) -> Vec<u8> {
    join(RUN, &[&id.0.to_be_bytes()])
}

pub(super) fn run_event(id: RunId, seq: u32) -> Vec<u8> {
    join(RUN_EVENT, &[&id.0.to_be_bytes(), b"/", &seq.to_be_bytes()])
}

/// All events of a run.
pub(super) fn run_events(id: RunId) -> Vec<u8> {
    join(RUN_EVENT, &[&id.0.to_be_bytes(), b"/"])
}

pub(super) fn audit(seq: u64) -> Vec<u8> {
    join(AUDIT, &[&seq.to_be_bytes()])
}

pub(super) fn live_run(id: RunId) -> Vec<u8> {
    join(LIVE_RUN, &[&id.0.to_be_bytes()])
}

/// The run of an event's key.
pub(super) fn run_event_in(key: &[u8]) -> Option<RunId> {
    let (number, _) = key.strip_prefix(RUN_EVENT)?.split_first_chunk::<8>()?;
    Some(RunId(u64::from_be_bytes(*number)))
}

/// The run at the end of an `l/` or `u/` key.
pub(super) fn run_in(key: &[u8]) -> Option<RunId> {
    Some(RunId(u64::from_be_bytes(*key.last_chunk::<8>()?)))
}

/// The incident at the end of an `n/`, `z/`, `w/` or `i/` key.
pub(super) fn incident_in(key: &[u8]) -> Option<IncidentId> {
    let number = key.last_chunk::<8>()?;
    Some(IncidentId(u64::from_be_bytes(*number)))
}

pub(super) fn events(id: IncidentId) -> Vec<u8> {
    join(EVENT, &[&id.0.to_be_bytes(), b"/"])
}

pub(super) fn event(id: IncidentId, seq: u32) -> Vec<u8> {
    join(&events(id), &[&seq.to_be_bytes()])
}

/// The incident of an event's key.
pub(super) fn event_in(key: &[u8]) -> Option<IncidentId> {
    let (number, _) = key.strip_prefix(EVENT)?.split_first_chunk::<8>()?;
    Some(IncidentId(u64::from_be_bytes(*number)))
}

pub(super) fn timer(timer: &Timer) -> Vec<u8> {
    let (kind, number) = timer.kind.letter();
    // Incidents count from 1; whatever else owns a timer has no number there.
    let (incident, number) = match timer.owner {
        Owner::Incident(id) => (id.0, number),
        owner => (0, owner.number().or(number)),
    };
    let number = number.map(u64::to_be_bytes);
    let number = number.as_ref().map_or(&[][..], |number| number);
    join(TIMER, &[&instant(timer.due), &incident.to_be_bytes(), kind, number])
}

/// Calls of one instant are told apart by whom they called and how.
pub(super) fn paged(record: &PageRecord) -> Vec<u8> {
    let how = if record.phone { b"/p" } else { b"/m" };
    let incident = record.incident.map_or(0, |incident| incident.0).to_be_bytes();
    join(PAGED, &[&instant(record.at), &incident, record.person.as_str().as_bytes(), how])
}

/// Where calls at `at` begin.
pub(super) fn paged_from(at: Timestamp) -> Vec<u8> {
    join(PAGED, &[&instant(at)])
}

pub(super) fn effect(id: EffectId) -> Vec<u8> {
    join(EFFECT, &[&id.0.to_be_bytes()])
}

pub(super) fn delivery(id: &DeliveryId) -> Vec<u8> {
    join(b"d/", &[id.as_str().as_bytes()])
}

pub(super) fn seen_at(at: Timestamp, id: &DeliveryId) -> Vec<u8> {
    join(SEEN_AT, &[&instant(at), id.as_str().as_bytes()])
}

/// The instant and the delivery of a `p/` key.
pub(super) fn seen_in(key: &[u8]) -> Option<(Timestamp, DeliveryId)> {
    let (at, id) = key.strip_prefix(SEEN_AT)?.split_first_chunk::<8>()?;
    let at = Timestamp::from_millisecond(i64::try_from(u64::from_be_bytes(*at)).ok()?).ok()?;
    Some((at, DeliveryId(String::from_utf8(id.to_vec()).ok()?)))
}

/// Whose own channel it is.
pub(super) fn room(channel: &ChannelId) -> Vec<u8> {
    join(b"x/", &[channel.as_str().as_bytes()])
}

/// Which incident a message of howler's is about.
pub(super) fn post(channel: &ChannelId, message: &MessageTs) -> Vec<u8> {
    join(b"y/", &[channel.as_str().as_bytes(), b"/", message.as_str().as_bytes()])
}

/// The one of this number, under a prefix.
pub(super) fn numbered(prefix: &[u8], number: u64) -> Vec<u8> {
    join(prefix, &[&number.to_be_bytes()])
}

/// All events of the one of this number, under a prefix.
pub(super) fn events_of(prefix: &[u8], number: u64) -> Vec<u8> {
    join(prefix, &[&number.to_be_bytes(), b"/"])
}

/// The number at the end of a key.
pub(super) fn number_in(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(*key.last_chunk::<8>()?))
}
