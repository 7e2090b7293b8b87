//! What is in memory: open incidents, their timers, and the outbox. It equals what is on the disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::alerts::Alerts;
use super::declared::Declared;
use super::rested::Rested;
use domain::Severity;
use domain::aggregate::{Aggregate, for_each_plain_kind};
use domain::effect::{Effect, EffectKind, EffectState, Lane, Outcome};
use domain::id::{EffectId, IncidentId, RunId};
use domain::incident::Incident;
use domain::oncall::rota::Rota;
use domain::procedure::drill::Drills;
use domain::run::Run;
use domain::run::audit::Ledger;
use domain::run::signed::Keys;
use domain::timer::Timer;
use store::{Changes, Loaded, Numbers, Plain, Store};
use tracing::warn;
use watch::expiry::ExpiryRow;
use watch::runs::Runs;
use watch::vendor::VendorRow;

/// Effects with numbers from here on were never saved: answers and notices while nothing could be.
pub const IN_MEMORY: u64 = 1 << 62;

#[derive(Debug, Default)]
pub struct State {
    pub open: BTreeMap<IncidentId, Arc<Incident>>,
    /// The same, the worst and oldest first: `list` shows a few of what may be thousands.
    pub worst: BTreeSet<(Severity, IncidentId)>,
    /// What is merged into one of these, by its number, and into which.
    pub merged: BTreeMap<IncidentId, IncidentId>,
    /// Those of them that alerts declared.
    pub declared: Declared,
    /// What of them is over.
    pub rested: Rested,
    /// Runs that are not over.
    pub runs: BTreeMap<RunId, Arc<Run>>,
    /// Those of the plain kinds that are not over.
    pub plain: Live,
    /// What leads to the alerts among them, and their sources.
    pub alerts: Alerts,
    /// What vendors' status pages said, by their names.
    pub vendors: BTreeMap<String, VendorRow>,
    /// When expiries run out, by their hosts.
    pub expiries: BTreeMap<String, ExpiryRow>,
    /// Finished runs of workflows.
    pub finished: Runs,
    pub ledger: Ledger,
    pub rota: Arc<Rota>,
    pub timers: BTreeSet<Timer>,
    pub outbox: Outbox,
    /// The last drill of each procedure.
    pub drills: Drills,
    pub next: Numbers,
}

impl State {
    /// What a start finds. Effects in the outbox may have been sent just before the end, so their fate is unknown. An audit to which
    /// `keys` cannot add lets nothing be changed.
    pub fn loaded(loaded: Loaded, keys: &Keys) -> Self {
        let Loaded { open, rota, runs, plain, ledger, timers, outbox, next, .. } = loaded;
        let Loaded { ears, beats, watched, vendors, expiries, finished, asking, drills, .. } = loaded;
        let broken = ledger.broken.clone().or_else(|| keys.missing(&ledger));
        let mut state = Self {
            worst: open.iter().map(|incident| (incident.severity, incident.id)).collect(),
            merged: open.iter().flat_map(parts).collect(),
            declared: Declared::default(),
            rested: Rested::default(),
            open: open.into_iter().map(|incident| (incident.id, Arc::new(incident))).collect(),
            runs: runs.into_iter().map(|run| (run.id, Arc::new(run))).collect(),
            alerts: Alerts::loaded(ears, beats, watched, asking, &plain.alerts, &plain.groups),
            finished,
            vendors: vendors.into_iter().map(|row| (row.name.clone(), row)).collect(),
            expiries: expiries.into_iter().map(|row| (row.host.clone(), row)).collect(),
            drills,
            plain: Live::loaded(plain),
            ledger: Ledger { broken, ..ledger },
            rota: Arc::new(rota),
            timers: timers.into_iter().collect(),
            outbox: Outbox::default(),
            next,
        };
        for incident in state.open.values() {
            let group = |by| state.plain.alerts.get(&by).map(|alert| alert.verdict.group.clone());
            state.declared.take(incident, group);
            state.rested.take(incident);
        }
        state.merged.keys().for_each(|part| state.declared.may_be(*part));
        for mut effect in outbox {
            if let EffectState::Waiting = effect.state {
                let reason = "howler was stopped while it was on its way".to_owned();
                effect.state = EffectState::Later { at: effect.created_at, reason, unknown: true };
            }
            if let EffectState::Later { unknown, .. } = &mut effect.state {
                *unknown = true;
            }
            state.outbox.set(effect);
        }
        state
    }

    /// The same, with what only the store knows of incidents whose alerts are over.
    pub fn begun(loaded: Loaded, keys: &Keys, store: &Store) -> Self {
        let mut state = Self::loaded(loaded, keys);
        if let Err(error) = state.declared.look_up(store) {
            warn!(%error, "of some incidents it is looked up each time which alert declared them");
        }
        state.look_up_rested(store);
        state
    }

    /// Reads once what belongs to incidents that are open, and were not, and is over.
    fn look_up_rested(&mut self, store: &Store) {
        let (open, plain) = (&self.open, &self.plain);
        let live = |group| plain.groups.contains_key(&group);
        if let Err(error) = self.rested.look_up(store, |id| open.get(&id).map(Arc::as_ref), live) {
            warn!(%error, "alerts of some incidents are read each time that they are asked for");
        }
    }

    /// Takes over what was committed, and reads once what belongs to what is open again.
    pub fn take(&mut self, changes: Changes, store: &Store) {
        self.merge(changes);
        if self.rested.has_unread() {
            self.look_up_rested(store);
        }
    }

    /// Takes over what was committed.
    fn merge(&mut self, changes: Changes) {
        self.know_declared(&changes);
        for incident in changes.kinds.incidents.rows {
            let (id, severity, is_open) = (incident.id, incident.severity, incident.is_open());
            let were: Vec<IncidentId> =
                self.merged.extract_if(.., |_, whole| *whole == id).map(|(part, _)| part).collect();
            if is_open {
                self.merged.extend(parts(&incident));
                parts(&incident).for_each(|(part, _)| self.declared.may_be(part));
            }
            let gone = were.into_iter().filter(|part| !self.merged.contains_key(part));
            gone.filter(|part| !self.open.contains_key(part)).for_each(|part| self.declared.forget(part));
            if is_open != self.open.contains_key(&id) {
                self.rested.take(&incident);
            }
            let before = if is_open { self.open.insert(id, incident) } else { self.open.remove(&id) };
            if let Some(before) = before {
                self.worst.remove(&(before.severity, id));
            }
            if is_open {
                self.worst.insert((severity, id));
            }
        }
        keep_live(&mut self.runs, changes.kinds.runs.rows);
        let stands = |id| self.open.contains_key(&id) || self.merged.contains_key(&id);
        for alert in &changes.kinds.alerts.rows {
            self.alerts.take(alert);
            self.rested.take_alert(alert, stands);
        }
        for group in &changes.kinds.groups.rows {
            self.alerts.take_group(group);
            self.rested.take_group(group, stands);
        }
        changes.heard.beats.into_iter().for_each(|(key, beat)| self.alerts.take_beat(key, beat));
        if let Some(runs) = changes.heard.runs {
            self.finished = runs;
        }
        for (host, row) in changes.heard.expiries {
            match row {
                Some(row) => drop(self.expiries.insert(host, row)),
                None => drop(self.expiries.remove(&host)),
            }
        }
        for (name, row) in changes.heard.vendors {
            match row {
                Some(row) => drop(self.vendors.insert(name, row)),
                None => drop(self.vendors.remove(&name)),
            }
        }
        changes.heard.watched.into_iter().for_each(|(name, row)| self.alerts.take_watched(name, row));
        if let Some(drills) = changes.drills {
            self.drills = drills;
        }
        if let Some(asking) = changes.heard.asking {
            self.alerts.asking = asking;
        }
        self.alerts.ears.extend(changes.heard.ears.into_iter().map(|ear| (ear.source, ear)));
        macro_rules! plain {
            ($($name:ident: $kind:ty,)*) => {
                $(keep_live(&mut self.plain.$name, changes.kinds.$name.rows);)*
            };
        }
        for_each_plain_kind!(plain);
        for row in &changes.audit {
            if let Err(why) = self.ledger.take(row) {
                self.ledger.broken = Some(why);
            }
        }
        if let Some(rota) = changes.kinds.rota.rows.into_iter().last() {
            self.rota = rota;
        }
        for timer in &changes.timers_gone {
            self.timers.remove(timer);
        }
        self.timers.extend(changes.timers_set);
        for effect in changes.effects {
            self.outbox.set(effect);
        }
        for id in changes.effects_gone {
            self.outbox.remove(id);
        }
        self.next = changes.next;
    }

    /// Which incidents alerts declared, with this.
    fn know_declared(&mut self, changes: &Changes) {
        let of_alerts = |incident: &&Arc<Incident>| incident.is_declared_by_an_alert();
        let mut changed = None;
        for incident in changes.kinds.incidents.rows.iter().filter(of_alerts) {
            let rows = changed.get_or_insert_with(|| {
                let rows = changes.kinds.alerts.rows.iter();
                rows.map(|alert| (alert.id, alert)).collect::<HashMap<_, _>>()
            });
            let known = |by| rows.get(&by).copied().or_else(|| self.plain.alerts.get(&by));
            self.declared.take(incident, |by| known(by).map(|alert| alert.verdict.group.clone()));
        }
    }

    /// Whether anything is due, on its way or ready to leave at `now`.
    pub fn busy(&self, now: Timestamp) -> bool {
        self.timers.first().is_some_and(|timer| timer.due <= now) || self.outbox.busy(now)
    }

    /// When something is due next: a timer, or an effect's next try.
    pub fn next_due(&self) -> Option<Timestamp> {
        let timer = self.timers.first().map(|timer| timer.due);
        let retry = self.outbox.next_try();
        match (timer, retry) {
            (Some(timer), Some(retry)) => Some(timer.min(retry)),
            (timer, retry) => timer.or(retry),
        }
    }
}

/// What is merged into an incident, as rows of [`State::merged`].
fn parts(incident: &Incident) -> impl Iterator<Item = (IncidentId, IncidentId)> + use<> {
    let whole = incident.id;
    incident.parts.keys().map(move |part| (*part, whole)).collect::<Vec<_>>().into_iter()
}

macro_rules! live {
    ($($name:ident: $kind:ty,)*) => {
        /// Of each plain kind those that are not over.
        #[derive(Debug, Default)]
        pub struct Live {
            $(pub $name: BTreeMap<<$kind as Aggregate>::Id, Arc<$kind>>,)*
        }

        impl Live {
            fn loaded(plain: Plain) -> Self {
                Self { $($name: plain.$name.into_iter().map(|one| (one.id(), Arc::new(one))).collect(),)* }
            }
        }
    };
}

for_each_plain_kind!(live);

/// Takes over what is live, and lets go of what is not any more.
fn keep_live<A: Aggregate>(kept: &mut BTreeMap<A::Id, Arc<A>>, changed: Vec<Arc<A>>) {
    for one in changed {
        match one.is_live() {
            true => drop(kept.insert(one.id(), one)),
            false => drop(kept.remove(&one.id())),
        }
    }
}

/// Effects by number and by lane, and which of them are on their way.
#[derive(Debug, Default)]
pub struct Outbox {
    effects: BTreeMap<EffectId, Effect>,
    lanes: BTreeMap<Lane, BTreeSet<EffectId>>,
    in_flight: BTreeSet<EffectId>,
    /// Over and done, but not on the disk yet: see [`Unsaved`](super::unsaved::Unsaved).
    settled: BTreeSet<EffectId>,
}

impl Outbox {
    /// Puts an effect in, or in place of what it was.
    pub fn set(&mut self, effect: Effect) {
        self.in_flight.remove(&effect.id);
        self.settled.remove(&effect.id);
        self.lanes.entry(effect.lane.clone()).or_default().insert(effect.id);
        self.effects.insert(effect.id, effect);
    }

    fn remove(&mut self, id: EffectId) {
        self.in_flight.remove(&id);
        self.settled.remove(&id);
        let Some(effect) = self.effects.remove(&id) else { return };
        if let Some(lane) = self.lanes.get_mut(&effect.lane) {
            lane.remove(&id);
            if lane.is_empty() {
                self.lanes.remove(&effect.lane);
            }
        }
    }

    pub fn get(&self, id: EffectId) -> Option<&Effect> {
        self.effects.get(&id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Effect> {
        self.effects.values()
    }

    pub fn lanes(&self) -> impl Iterator<Item = &Lane> {
        self.lanes.keys()
    }

    /// The effects that may leave a lane next, in order: its first; of pages the first for each place, for a page waits
    /// for no other channel. Failed ones wait for a person and do not hold up the rest, but for an issue, without which
    /// there is nowhere to say the rest.
    pub fn heads(&self, lane: &Lane) -> Vec<&Effect> {
        let ids = self.lanes.get(lane).into_iter().flatten().filter(|id| !self.settled.contains(id));
        let effects = ids.filter_map(|id| self.effects.get(id));
        let mut waiting =
            effects.filter(|effect| !effect.is_failed() || effect.kind == EffectKind::OpenIssue);
        if !matches!(lane, Lane::Page(_) | Lane::OnCall | Lane::After(_)) {
            return waiting.next().filter(|effect| !effect.is_failed()).into_iter().collect();
        }
        let mut heads: Vec<&Effect> = Vec::new();
        for effect in waiting {
            if !heads.iter().any(|head| head.kind.place() == effect.kind.place()) {
                heads.push(effect);
            }
        }
        heads
    }

    /// A *show* effect that says the same and has not left yet.
    pub fn waiting_twin(&self, lane: &Lane, kind: &EffectKind) -> Option<&Effect> {
        let ids = self.lanes.get(lane).filter(|_| kind.is_shown())?;
        let mut waiting = ids.iter().filter(|id| !self.in_flight.contains(id) && !self.settled.contains(id));
        waiting.find_map(|id| self.effects.get(id).filter(|effect| effect.kind == *kind))
    }

    pub fn is_in_flight(&self, id: EffectId) -> bool {
        self.in_flight.contains(&id)
    }

    /// What is on its way stays on its way when the rest is read anew, and what is over stays over.
    pub fn carry_over(&mut self, before: &Self) {
        let unsaved = before.effects.range(EffectId(IN_MEMORY)..).map(|(_, effect)| effect);
        for effect in unsaved.filter(|effect| !before.settled.contains(&effect.id)) {
            if !self.effects.contains_key(&effect.id) {
                self.set(effect.clone());
            }
        }
        let still = |id: &&EffectId| self.effects.contains_key(id);
        let in_flight = before.in_flight.iter().filter(still).copied().collect();
        let settled = before.settled.iter().filter(still).copied().collect();
        (self.in_flight, self.settled) = (in_flight, settled);
    }

    pub fn depart(&mut self, id: EffectId) {
        self.in_flight.insert(id);
    }

    /// Takes in an outcome that cannot be saved yet, so that its lane goes on: what is over holds up nobody, and what is
    /// tried again waits for its time.
    pub fn settle(&mut self, id: EffectId, outcome: &Outcome) {
        self.in_flight.remove(&id);
        let Some(effect) = self.effects.get_mut(&id) else { return };
        let state = match outcome.clone() {
            Outcome::Done(_) | Outcome::DoneBut(..) | Outcome::Dropped { .. } => {
                self.settled.insert(id);
                return;
            }
            Outcome::Later { at, reason, unknown } => EffectState::Later { at, reason, unknown },
            Outcome::NotReached { again: Some(at), reason, unknown, .. } => {
                EffectState::Later { at, reason, unknown }
            }
            Outcome::Failed { reason, unknown } | Outcome::NotReached { reason, unknown, .. } => {
                EffectState::Failed { reason, unknown }
            }
            Outcome::Held { .. } => return,
        };
        effect.state = state;
        effect.attempts += 1;
    }

    /// What was over without being saved is saved now, or could not be taken in and is looked up.
    pub fn all_saved(&mut self) {
        self.settled.clear();
    }

    /// Not sent, and not to be before `until`. Whether an earlier attempt was carried out is as known as before.
    pub fn hold(&mut self, id: EffectId, until: Timestamp, reason: String) {
        self.in_flight.remove(&id);
        if let Some(effect) = self.effects.get_mut(&id) {
            let unknown = match effect.state {
                EffectState::Later { unknown, .. } => unknown,
                EffectState::Waiting => false,
                EffectState::Failed { .. } => return,
            };
            effect.state = EffectState::Later { at: until, reason, unknown };
        }
    }

    /// The clock was set back: what waits until an instant, for a limit's end or for the next try, waits no longer than it was to.
    pub fn set_back(&mut self, by: SignedDuration) {
        for effect in self.effects.values_mut() {
            if let EffectState::Later { at, .. } = &mut effect.state {
                *at = at.saturating_sub(by).unwrap_or(Timestamp::MIN);
            }
        }
    }

    /// Whether anything is on its way or could leave at `now`.
    pub fn busy(&self, now: Timestamp) -> bool {
        let ready = |effect: &Effect| match effect.state {
            EffectState::Waiting => true,
            EffectState::Later { at, .. } => at <= now,
            EffectState::Failed { .. } => false,
        };
        !self.in_flight.is_empty() || self.lanes.keys().flat_map(|lane| self.heads(lane)).any(ready)
    }

    fn next_try(&self) -> Option<Timestamp> {
        let heads = self.lanes.keys().flat_map(|lane| self.heads(lane));
        heads
            .filter_map(|effect| match effect.state {
                EffectState::Later { at, .. } if !self.in_flight.contains(&effect.id) => Some(at),
                _ => None,
            })
            .min()
    }
}
