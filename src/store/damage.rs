//! What is missing from a store, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::totals::{Difference, Totals, hash};
use super::{Meta, Store, StoreError, codec, keys};
use domain::aggregate::Aggregate;
use domain::id::{IncidentId, RunId};
use domain::incident::Incident;
use domain::run::Run;

impl Store {
    /// Takes an incident's words away as damage would: no start reads them. For tests of what notices it.
    ///
    /// # Errors
    /// As every write.
    pub fn lose_words(&self, id: IncidentId) -> Result<(), StoreError> {
        self.with(|engine| engine.write(vec![(keys::words(id), None)]))
    }
}

/// So many incidents are named.
const NAMED: usize = 12;

/// What rows of a kind are: one, and several.
pub(super) fn things(kind: u8) -> (&'static str, &'static str) {
    match kind {
        b'i' => ("incident", "incidents"),
        b'n' => ("open incident", "open incidents"),
        b'e' => ("event of an incident", "events of incidents"),
        b't' => ("timer", "timers"),
        b'o' => ("message that waits to be sent", "messages that wait to be sent"),
        b'r' => ("rota", "rotas"),
        b'f' => ("event of the rota", "events of the rota"),
        b'g' => ("call of a person", "calls of people"),
        b'u' => ("run of a procedure", "runs of procedures"),
        b'v' => ("event of a run", "events of runs"),
        b'l' => ("run under way", "runs under way"),
        b'a' => ("row of the audit", "rows of the audit"),
        b'k' => ("checkpoint of the audit", "checkpoints of the audit"),
        b'w' => ("incident's words for the search", "incidents' words for the search"),
        b'z' => ("mark of a resolved incident", "marks of resolved incidents"),
        b'd' | b'p' => ("answer to a delivery", "answers to deliveries"),
        b'K' => ("way from a key to its alert", "ways from keys to their alerts"),
        b'L' => ("source of alerts", "sources of alerts"),
        b'N' => ("heartbeat that is watched", "heartbeats that are watched"),
        b'W' => ("watch", "watches"),
        b'Y' => ("vendor", "vendors"),
        b'X' => ("certificate", "certificates"),
        b'Z' => ("row of finished workflow runs", "rows of finished workflow runs"),
        b'V' => ("stretch of a watch's values", "stretches of watches' values"),
        b'D' => ("row of drills", "rows of drills"),
        b'O' => ("row of what is asked", "rows of what is asked"),
        b'M' => ("delivery that was not understood", "deliveries that were not understood"),
        b'x' | b'y' => ("way from a message to its incident", "ways from messages to their incidents"),
        _ => super::plain::things(kind).unwrap_or((
            "row of a kind that howler does not write",
            "rows of kinds that howler does not write",
        )),
    }
}

/// A difference in words.
pub(super) fn words(difference: &Difference) -> String {
    let Difference { kind, due, found } = *difference;
    let (one, several) = things(kind);
    let of = if due == 1 { one } else { several };
    match found.cmp(&due) {
        std::cmp::Ordering::Less if due == 1 => format!("the {one} is missing"),
        std::cmp::Ordering::Less => {
            let missing = due - found;
            format!("{missing} of {due} {of} {} missing", if missing == 1 { "is" } else { "are" })
        }
        std::cmp::Ordering::Greater => format!("there are {found} {several}, and only {due} should be there"),
        std::cmp::Ordering::Equal if due == 1 => format!("the {one} is not as it was written"),
        std::cmp::Ordering::Equal => format!("of {due} {of}, some are not as they were written"),
    }
}

/// What is known of the rows, gathered row by row in key order.
#[derive(Default)]
pub(super) struct Gathered {
    pub totals: Totals,
    events: BTreeMap<IncidentId, u32>,
    run_events: BTreeMap<RunId, u32>,
    incidents: BTreeSet<IncidentId>,
    /// What an open mark and a live run's mark must hold.
    open: BTreeMap<IncidentId, u128>,
    live: BTreeMap<RunId, u128>,
    marked: BTreeSet<IncidentId>,
    marked_runs: BTreeSet<RunId>,
    timers: BTreeSet<Vec<u8>>,
    /// Timers that open incidents say, by their rows' keys.
    due: Vec<(IncidentId, Vec<u8>)>,
    words: BTreeSet<IncidentId>,
    resolved: BTreeSet<Vec<u8>>,
    standing: Vec<(IncidentId, Vec<u8>)>,
    /// What does not fit together.
    faults: Vec<String>,
}

impl Gathered {
    pub fn take(&mut self, key: &[u8], value: &[u8]) {
        self.totals.add(key, value);
        if let Some(id) = keys::event_in(key) {
            *self.events.entry(id).or_default() += 1;
        } else if let Some(id) = keys::run_event_in(key) {
            *self.run_events.entry(id).or_default() += 1;
        } else if key.starts_with(keys::INCIDENT) {
            self.incident(key, value);
        } else if key.starts_with(keys::RUN) {
            self.run(key, value);
        } else if key.starts_with(keys::OPEN) {
            self.marked.extend(keys::incident_in(key));
        } else if key.starts_with(keys::LIVE_RUN) {
            self.marked_runs.extend(keys::run_in(key));
        } else if key.starts_with(keys::TIMER) {
            self.timers.insert(key.to_vec());
        } else if key.starts_with(keys::WORDS) {
            self.words.extend(keys::incident_in(key));
        } else if key.starts_with(keys::RESOLVED) {
            self.resolved.insert(key.to_vec());
        }
    }

    /// Its events came before it: their prefix sorts first.
    fn incident(&mut self, key: &[u8], value: &[u8]) {
        let Some(id) = keys::incident_in(key) else { return };
        self.incidents.insert(id);
        // One that this version cannot read is no damage by that alone.
        let Ok(incident) = codec::decode::<Incident>(value) else { return };
        let events = self.events.get(&id).copied().unwrap_or_default();
        if events != incident.events {
            self.faults.push(format!("{id} has {events} of its {} events", incident.events));
        }
        if incident.is_open() {
            self.open.insert(id, hash(key, value));
            self.due.extend(incident.timer_rows().iter().map(|timer| (id, keys::timer(timer))));
        }
        let standing = incident.resolutions.iter().filter(|resolution| resolution.undone.is_none());
        self.standing.extend(standing.map(|resolution| (id, keys::resolved(resolution.at, id))));
    }

    fn run(&mut self, key: &[u8], value: &[u8]) {
        let Some(id) = keys::run_in(key) else { return };
        let Ok(run) = codec::decode::<Run>(value) else { return };
        if !run.is_done() {
            self.live.insert(id, hash(key, value));
        }
    }

    /// The values that the marks of open incidents and live runs must have, by key.
    pub fn marks(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let value = |hash: &u128| hash.to_be_bytes().to_vec();
        let open = self.open.iter().map(|(id, hash)| (keys::open(*id), value(hash)));
        open.chain(self.live.iter().map(|(id, hash)| (keys::live_run(*id), value(hash)))).collect()
    }

    /// Incidents of which a number was given and no row is there.
    fn without_row(&self, meta: &Meta) -> Vec<IncidentId> {
        (1..meta.next.incident).map(IncidentId).filter(|id| !self.incidents.contains(id)).collect()
    }

    /// Incidents that are open, or that nobody can tell of, and have no open mark.
    fn not_marked(&self, meta: &Meta) -> Vec<IncidentId> {
        let lost = self.without_row(meta).into_iter().chain(self.open.keys().copied());
        let lost: BTreeSet<_> = lost.filter(|id| !self.marked.contains(id)).collect();
        lost.into_iter().collect()
    }

    /// What differs from what must be there, in words; the incidents by name.
    pub fn against(&self, due: &Totals, meta: &Meta) -> Vec<String> {
        let named = |difference: &Difference| {
            let candidates = match difference.kind {
                b'i' => self.without_row(meta),
                b'n' => self.not_marked(meta),
                _ => Vec::new(),
            };
            let missing = difference.due.saturating_sub(difference.found);
            match candidates.len() as u64 {
                0 => words(difference),
                many if many <= missing => format!("{}: {}", words(difference), named(&candidates)),
                _ => format!("{}, among them some of {}", words(difference), named(&candidates)),
            }
        };
        let mut differences = due.differences(&self.totals);
        // What people miss first stands first.
        differences.sort_by_key(|difference| {
            b"nitolr".iter().position(|kind| *kind == difference.kind).unwrap_or(9)
        });
        differences.iter().map(named).collect()
    }

    /// Open incidents of which a timer has no row. It follows from the incident, so nothing is lost with it.
    pub fn without_timers(&self) -> Vec<IncidentId> {
        without(&self.due, &self.timers)
    }

    /// What does not fit together, where there are no totals to compare with.
    pub fn by_itself(&self, meta: &Meta) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |of: Vec<IncidentId>, what: &str| {
            if !of.is_empty() {
                faults.push(format!("{what}: {}", named(&of)));
            }
        };
        fault(self.without_row(meta), "incidents are missing");
        let unmarked = self.open.keys().filter(|id| !self.marked.contains(id)).copied().collect();
        fault(unmarked, "incidents are open and not among the open ones");
        let marked = self.marked.iter().filter(|id| !self.incidents.contains(id)).copied().collect();
        fault(marked, "incidents are among the open ones, and their rows are missing");
        fault(without(&self.standing, &self.resolved), "marks of their resolution are missing of");
        let silent = self.incidents.iter().filter(|id| meta.words && !self.words.contains(id)).copied();
        fault(silent.collect(), "words for the search are missing of");
        let runs = self.live.keys().filter(|id| !self.marked_runs.contains(id));
        faults.extend(runs.map(|id| format!("{id} is under way and not among the runs under way")));
        faults.extend(self.faults.iter().take(NAMED).cloned());
        faults
    }
}

/// Incidents of which one of the `rows` is not `there`.
fn without(rows: &[(IncidentId, Vec<u8>)], there: &BTreeSet<Vec<u8>>) -> Vec<IncidentId> {
    let lost: BTreeSet<_> = rows.iter().filter(|(_, key)| !there.contains(key)).map(|(id, _)| *id).collect();
    lost.into_iter().collect()
}

/// A few by name.
pub(super) fn named(incidents: &[IncidentId]) -> String {
    let mut words: Vec<String> = incidents.iter().take(NAMED).map(IncidentId::to_string).collect();
    if incidents.len() > NAMED {
        words.push(format!("and {} more", incidents.len() - NAMED));
    }
    words.join(", ")
}
