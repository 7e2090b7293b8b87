//! Alerts and groups that are over and belong to what is open: what an incident asks of them is not read from the disk again each time.

use std::collections::{BTreeSet, HashMap};

use domain::aggregate::Aggregate;
use domain::alert::group::{Group, GroupId};
use domain::alert::{Alert, AlertId};
use domain::id::IncidentId;
use domain::incident::Incident;
use jiff::Timestamp;
use store::{Store, StoreError};

/// What an incident asks of one of its groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brief {
    pub incident: Option<IncidentId>,
    pub alerts: u32,
    /// How many of them fire.
    pub open: u32,
    /// When the last one was over; `None` while one fires.
    pub ended: Option<Timestamp>,
    /// When the last one joined.
    pub joined: Timestamp,
}

impl Brief {
    pub fn of(group: &Group) -> Self {
        let Group { incident, alerts, open, ended, joined, .. } = *group;
        Self { incident, alerts, open, ended, joined }
    }
}

/// The same of an alert that shares no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alone {
    pub incident: Option<IncidentId>,
    pub ended: Option<Timestamp>,
}

#[derive(Debug, Default)]
pub struct Rested {
    groups: HashMap<GroupId, Brief>,
    /// Those that share no message.
    alone: HashMap<AlertId, Alone>,
    of: HashMap<IncidentId, (BTreeSet<GroupId>, BTreeSet<AlertId>)>,
    /// Incidents that are open again: what they had is looked up.
    unread: BTreeSet<IncidentId>,
}

impl Rested {
    pub fn group(&self, id: GroupId) -> Option<Brief> {
        self.groups.get(&id).copied()
    }

    pub fn alone(&self, id: AlertId) -> Option<Alone> {
        self.alone.get(&id).copied()
    }

    /// Takes over what became of a group; `stands`: whether an incident is open, or merged into what is.
    pub fn take_group(&mut self, group: &Group, stands: impl Fn(IncidentId) -> bool) {
        if let Some(Brief { incident: Some(incident), .. }) = self.groups.remove(&group.id)
            && let Some((groups, _)) = self.of.get_mut(&incident)
        {
            groups.remove(&group.id);
        }
        let Some(incident) = group.incident.filter(|incident| !group.is_live() && stands(*incident)) else {
            return;
        };
        self.groups.insert(group.id, Brief::of(group));
        self.of.entry(incident).or_default().0.insert(group.id);
    }

    /// Takes over what became of an alert.
    pub fn take_alert(&mut self, alert: &Alert, stands: impl Fn(IncidentId) -> bool) {
        if let Some(Alone { incident: Some(incident), .. }) = self.alone.remove(&alert.id)
            && let Some((_, alone)) = self.of.get_mut(&incident)
        {
            alone.remove(&alert.id);
        }
        let rests = alert.group.is_none() && !alert.is_live();
        let Some(incident) = alert.incident.filter(|incident| rests && stands(*incident)) else { return };
        self.alone.insert(alert.id, Alone { incident: Some(incident), ended: alert.ended });
        self.of.entry(incident).or_default().1.insert(alert.id);
    }

    /// Takes over that an incident is open, which it was not, or open no more.
    pub fn take(&mut self, incident: &Incident) {
        if incident.is_open() {
            self.unread.insert(incident.id);
            return;
        }
        if incident.merged().is_some() {
            return;
        }
        self.unread.remove(&incident.id);
        for id in incident.parts.keys().chain([&incident.id]) {
            let Some((groups, alone)) = self.of.remove(id) else { continue };
            for group in groups {
                self.groups.remove(&group);
            }
            for alert in alone {
                self.alone.remove(&alert);
            }
        }
    }

    /// Whether something is to be looked up.
    pub fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Looks up, once, what belongs to those that are open again.
    ///
    /// # Errors
    /// When a row cannot be read; the rest is read each time that it is asked for.
    pub fn look_up<'i>(
        &mut self,
        store: &Store,
        find: impl Fn(IncidentId) -> Option<&'i Incident>,
        live: impl Fn(GroupId) -> bool,
    ) -> Result<(), StoreError> {
        for id in std::mem::take(&mut self.unread) {
            let Some(incident) = find(id) else { continue };
            let belongings = incident.belongings();
            let unknown = |id: &GroupId| !live(*id) && !self.groups.contains_key(id);
            for id in belongings.groups.into_iter().filter(unknown).collect::<Vec<_>>() {
                if let Some(group) = store.alert_group(id)? {
                    self.take_group(&group, |_| true);
                }
            }
            for id in belongings.alone {
                if self.alone.contains_key(&id) {
                    continue;
                }
                if let Some(alert) = store.alert(id)? {
                    self.take_alert(&alert, |_| true);
                }
            }
        }
        Ok(())
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.alone.is_empty() && self.of.is_empty()
    }
}
