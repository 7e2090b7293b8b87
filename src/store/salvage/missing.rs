//! What must be there, by what the rows say of each other, and is not. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::super::record::Record;
use super::super::{Meta, PlainNumbers, StoreError, codec, keys, plain};
use super::named;
use super::{EVENTS_MOST, Outline, Salvaged};
use domain::aggregate::Aggregate;
use domain::answer::Answer;
use domain::effect::Effect;
use domain::id::{IncidentId, RunId};
use domain::incident::Incident;
use domain::oncall::rota::Rota;
use domain::run::Run;
use domain::run::audit::Ledger;
use domain::timer::Timer;

/// What the rows hold, sorted by what they are.
#[derive(Default)]
struct Rows {
    incidents: BTreeMap<IncidentId, Incident>,
    events: BTreeMap<IncidentId, BTreeSet<u32>>,
    runs: BTreeMap<RunId, Run>,
    run_events: BTreeMap<RunId, BTreeSet<u32>>,
    rota: Option<Rota>,
    rota_events: BTreeSet<u32>,
    timers: BTreeSet<Timer>,
    effects: Vec<Effect>,
    ledger: Ledger,
    lines: Vec<String>,
}

/// A line for each thing that is missing or does not read.
pub(super) fn lines(found: &Salvaged, outline: Option<&Outline>) -> Vec<String> {
    let mut rows = Rows::default();
    for (key, value) in found.rows() {
        if let Err(error) = rows.take(key, value) {
            rows.lines.push(format!("{} cannot be read: {error}", named::row(key)));
        }
    }
    let meta = found.meta();
    match &meta {
        None => rows.lines.push(
            "the store's own row is missing or cannot be read: which numbers were given, and how many rows there were, \
             is not known"
                .to_owned(),
        ),
        Some(meta) => rows.behind(meta, outline),
    }
    rows.incidents(meta.as_ref(), found);
    rows.runs(meta.as_ref(), found);
    rows.rota();
    let next = meta.as_ref().map_or_else(PlainNumbers::default, |meta| meta.next.plain);
    rows.lines.extend(plain::lines(&next, &found.rows));
    rows.timers(found);
    rows.audit(meta.as_ref());
    rows.lines
}

impl Rows {
    fn take(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let seq = key.last_chunk::<4>().map_or(0, |seq| u32::from_be_bytes(*seq));
        // That it is there counts, whether it reads or not: what does not read is a line of its own.
        if let Some(id) = keys::event_in(key) {
            self.events.entry(id).or_default().insert(seq);
        } else if let Some(id) = named::run_of_event(key) {
            self.run_events.entry(id).or_default().insert(seq);
            codec::decode::<domain::run::RunEvent>(value)?;
        } else if key.starts_with(keys::ROTA_EVENT) {
            self.rota_events.insert(seq);
        }
        match Record::of(key, value)? {
            Record::Incident(incident) => drop(self.incidents.insert(incident.id, *incident)),
            Record::Run(run) => drop(self.runs.insert(run.id, *run)),
            Record::Rota(rota) => self.rota = Some(*rota),
            Record::Timer(timer) => drop(self.timers.insert(timer)),
            Record::Effect(effect) => self.effects.push(*effect),
            Record::Audit(row) if self.ledger.broken.is_none() => {
                self.ledger.broken = self.ledger.take_stored(&row).err();
            }
            Record::Inner if key.starts_with(b"d/") => drop(codec::decode::<Answer>(value)?),
            Record::Inner if key.starts_with(b"x/") || key.starts_with(b"y/") => {
                codec::decode::<IncidentId>(value)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn behind(&mut self, meta: &Meta, outline: Option<&Outline>) {
        let commits = outline.and_then(|outline| outline.mark).map_or(0, |(commits, _)| commits);
        if commits > meta.commits {
            let last = meta.next.incident.saturating_sub(1);
            let known = match last {
                0 => "it knows of no incident".to_owned(),
                last => format!("{} is the last incident that it knows of", IncidentId(last)),
            };
            self.lines
                .push(format!("its last {} saved changes are missing; {known}", commits - meta.commits));
        }
    }

    fn incidents(&mut self, meta: Option<&Meta>, found: &Salvaged) {
        let seen = self.incidents.keys().chain(self.events.keys()).map(|id| id.0 + 1).max();
        let next = meta.map(|meta| meta.next.incident).or(seen).unwrap_or(1);
        let has = |key: Vec<u8>| found.rows.contains_key(&key);
        for id in (1..next).map(IncidentId) {
            let events = self.events.get(&id);
            let Some(incident) = self.incidents.get(&id) else {
                // One that does not read has its line already.
                if !has(keys::incident(id)) {
                    let events = events.map_or(0, BTreeSet::len);
                    self.lines.push(format!(
                        "{id} is missing: its number was given, {events} of its events are there"
                    ));
                }
                continue;
            };
            self.lines.extend(gaps(&id.to_string(), incident.events, events));
            if incident.is_open() != has(keys::open(id)) {
                self.lines.push(format!("{id}: the mark that says whether it is open is wrong or missing"));
            }
            let stands = incident.resolutions.iter().filter(|one| one.undone.is_none());
            if stands.into_iter().any(|one| !has(keys::resolved(one.at, id))) {
                self.lines.push(format!("{id}: the mark of its resolution is missing"));
            }
            if meta.is_some_and(|meta| meta.words) && !has(keys::words(id)) {
                self.lines.push(format!("{id}: what finds it by its words is missing"));
            }
        }
        for effect in &self.effects {
            if let Some(id) = effect.incident.filter(|id| !self.incidents.contains_key(id)) {
                self.lines.push(format!("something was still to be sent for {id}, which is missing"));
            }
        }
    }

    fn runs(&mut self, meta: Option<&Meta>, found: &Salvaged) {
        let seen = self.runs.keys().chain(self.run_events.keys()).map(|id| id.0 + 1).max();
        let next = meta.map(|meta| meta.next.run).or(seen).unwrap_or(1);
        for id in (1..next).map(RunId) {
            match self.runs.get(&id) {
                Some(run) => {
                    self.lines.extend(gaps(&id.to_string(), run.events, self.run_events.get(&id)));
                    if run.is_done() == found.rows.contains_key(&keys::live_run(id)) {
                        self.lines
                            .push(format!("{id}: the mark that says whether it is over is wrong or missing"));
                    }
                }
                None if !found.rows.contains_key(&keys::run(id)) => {
                    self.lines.push(format!("{id} is missing: its number was given"));
                }
                None => {}
            }
        }
    }

    fn rota(&mut self) {
        match &self.rota {
            Some(rota) => self.lines.extend(gaps("the rota", rota.events, Some(&self.rota_events))),
            None if !self.rota_events.is_empty() => {
                self.lines.push("the rota is missing: who is on call is told by its events alone".to_owned());
            }
            None => {}
        }
    }

    /// Both ways: timers that must run and do not, and those of something that is gone.
    fn timers(&mut self, found: &Salvaged) {
        let mut due: BTreeSet<Timer> = BTreeSet::new();
        due.extend(self.incidents.values().flat_map(Incident::timer_rows));
        due.extend(self.rota.iter().flat_map(Rota::timer_rows));
        due.extend(self.runs.values().flat_map(Run::timer_rows));
        due.extend(plain::timers_in(&found.rows));
        for timer in due.difference(&self.timers) {
            self.lines.push(format!("a timer is missing: {}", in_words(timer)));
        }
        for timer in self.timers.difference(&due) {
            let gone = timer.owner.incident().is_some_and(|id| !self.incidents.contains_key(&id));
            let why = if gone { "of an incident that is missing" } else { "that nothing there asks for" };
            self.lines.push(format!("a timer {why}: {}", in_words(timer)));
        }
    }

    fn audit(&mut self, meta: Option<&Meta>) {
        if let Some(why) = &self.ledger.broken {
            self.lines.push(format!("the audit cannot be trusted: {why}"));
        }
        let rows = meta.map_or(0, |meta| meta.audit.rows);
        if self.ledger.broken.is_none() && self.ledger.head.rows < rows {
            self.lines
                .push(format!("{} rows at the end of the audit are missing", rows - self.ledger.head.rows));
        }
    }
}

/// Which of the events 1 to `many` are not there, and whether there are more.
fn gaps(of: &str, many: u32, events: Option<&BTreeSet<u32>>) -> Option<String> {
    let nothing = BTreeSet::new();
    let events = events.unwrap_or(&nothing);
    if many > EVENTS_MOST {
        return Some(format!("{of} says that it has {many} events, which cannot be"));
    }
    let gone: Vec<u32> = (1..=many).filter(|seq| !events.contains(seq)).collect();
    let more = events.iter().filter(|seq| **seq > many).count();
    match (gone.len(), more) {
        (0, 0) => None,
        (0, more) => Some(format!("{of}: {more} events are newer than it says of itself")),
        (len, _) => {
            let shown: Vec<String> = gone.iter().take(10).map(u32::to_string).collect();
            let rest = if len > shown.len() { ", and more" } else { "" };
            Some(format!("{of}: {len} of its {many} events are missing ({}{rest})", shown.join(", ")))
        }
    }
}

fn in_words(timer: &Timer) -> String {
    let whose = timer.owner;
    let due = timer.due.strftime("%Y-%m-%d %H:%M:%S UTC");
    format!("{} of {whose}, due {due}", timer.kind.word())
}
