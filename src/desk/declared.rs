//! Incidents that alerts declared, by what those alerts have in common: whether a new one belongs to one of them is not asked of all
//! that are open.

use std::collections::{BTreeSet, HashMap};

use domain::actor::Actor;
use domain::alert::AlertId;
use domain::id::IncidentId;
use domain::incident::Incident;
use store::{Store, StoreError};

#[derive(Debug, Default)]
pub struct Declared {
    by: HashMap<String, BTreeSet<IncidentId>>,
    of: HashMap<IncidentId, String>,
    /// Those whose alert is not in memory: they are looked at each time.
    unsure: BTreeSet<IncidentId>,
}

impl Declared {
    /// Takes over what became of an incident; `group`: what an alert has in common with others, where it is in memory.
    pub fn take(&mut self, incident: &Incident, group: impl FnOnce(AlertId) -> Option<String>) {
        let Actor::Alert(by) = incident.declared_by else { return };
        let stands = incident.is_open() || incident.merged().is_some();
        match (stands, self.of.contains_key(&incident.id)) {
            (false, _) => self.forget(incident.id),
            (true, true) => {}
            (true, false) => match group(by) {
                Some(group) => self.know(incident.id, group),
                None => drop(self.unsure.insert(incident.id)),
            },
        }
    }

    fn know(&mut self, incident: IncidentId, group: String) {
        self.unsure.remove(&incident);
        self.by.entry(group.clone()).or_default().insert(incident);
        self.of.insert(incident, group);
    }

    /// Something is merged into what is open, and may be of an alert.
    pub fn may_be(&mut self, incident: IncidentId) {
        if !self.of.contains_key(&incident) {
            self.unsure.insert(incident);
        }
    }

    pub fn forget(&mut self, incident: IncidentId) {
        self.unsure.remove(&incident);
        let Some(group) = self.of.remove(&incident) else { return };
        if let Some(known) = self.by.get_mut(&group) {
            known.remove(&incident);
            if known.is_empty() {
                self.by.remove(&group);
            }
        }
    }

    /// Looks up, once at the start, what is not in memory.
    ///
    /// # Errors
    /// When a row cannot be read; the rest is looked at each time.
    pub fn look_up(&mut self, store: &Store) -> Result<(), StoreError> {
        for id in self.unsure.clone() {
            let by = store.incident(id)?.map(|incident| incident.declared_by);
            let Some(Actor::Alert(by)) = by else {
                self.unsure.remove(&id);
                continue;
            };
            if let Some(alert) = store.alert(by)? {
                self.know(id, alert.verdict.group.clone());
            }
        }
        Ok(())
    }

    /// Those that may be like an alert of this group.
    pub fn like(&self, group: &str) -> impl Iterator<Item = IncidentId> {
        self.by.get(group).into_iter().flatten().chain(&self.unsure).copied()
    }
}
