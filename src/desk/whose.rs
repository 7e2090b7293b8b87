//! Whose an alert is. Whoever asks it asks here: an alert, its message and an incident know a part of the answer each.

use std::sync::Arc;

use super::book::Book;
use super::draft::{find_alert, find_group};
use super::rested::{Alone, Brief};
use domain::aggregate::Aggregate;
use domain::alert::group::{Group, GroupId, owner};
use domain::alert::{Alert, AlertId};
use domain::id::IncidentId;
use domain::incident::Incident;
use store::StoreError;

impl Book<'_> {
    /// The message that shows an alert with others.
    pub fn group_of(&self, alert: &Alert) -> Result<Option<Arc<Group>>, StoreError> {
        Ok(alert.group.map(|id| find_group(self, id)).transpose()?.flatten())
    }

    /// A group that is not over, which is in memory.
    pub fn live_group(&self, id: GroupId) -> Option<Arc<Group>> {
        let round = self.round.and_then(|round| round.groups.changed.get(&id));
        let group = round.or_else(|| self.state.plain.groups.get(&id));
        group.filter(|group| group.is_live()).cloned()
    }

    /// An alert that is not over, which is in memory.
    pub fn live_alert(&self, id: AlertId) -> Option<Arc<Alert>> {
        let round = self.round.and_then(|round| round.alerts.changed.get(&id));
        let alert = round.or_else(|| self.state.plain.alerts.get(&id));
        alert.filter(|alert| alert.is_live()).cloned()
    }

    /// What an incident asks of one of its groups; one that is over is not read for it.
    pub fn brief(&self, id: GroupId) -> Result<Option<Brief>, StoreError> {
        if self.round.is_none_or(|round| !round.groups.changed.contains_key(&id))
            && let Some(brief) = self.state.rested.group(id)
        {
            return Ok(Some(brief));
        }
        Ok(find_group(self, id)?.map(|group| Brief::of(&group)))
    }

    /// The incident that an alert is a part of, as [`owner`] says.
    pub fn owner(&self, alert: &Alert) -> Result<Option<IncidentId>, StoreError> {
        Ok(owner(alert, self.group_of(alert)?.as_deref()))
    }

    /// What an incident asks of an alert that shared no message when it came to it; one that is over is not read for it.
    pub fn alone(&self, id: AlertId) -> Result<Option<Alone>, StoreError> {
        if self.round.is_none_or(|round| !round.alerts.changed.contains_key(&id))
            && let Some(alone) = self.state.rested.alone(id)
        {
            return Ok(Some(alone));
        }
        let Some(alert) = find_alert(self, id)? else { return Ok(None) };
        Ok(Some(Alone { incident: self.owner(&alert)?, ended: alert.ended }))
    }

    /// The incident that counts for an alert. What fires is no part of one that is over.
    pub fn counts_for(&self, alert: &Alert, group: Option<&Group>) -> Result<Option<IncidentId>, StoreError> {
        let whole = self.whole_of(owner(alert, group))?;
        Ok(whole.filter(|whole| whole.is_open() || !alert.is_live()).map(|whole| whole.id))
    }

    /// The incident that counts for this one, where there is one.
    pub fn whole_of(&self, incident: Option<IncidentId>) -> Result<Option<Arc<Incident>>, StoreError> {
        Ok(incident.map(|id| self.whole(id)).transpose()?.flatten())
    }

    /// The same, as long as that is open.
    pub fn open_whole(&self, incident: Option<IncidentId>) -> Result<Option<Arc<Incident>>, StoreError> {
        Ok(self.whole_of(incident)?.filter(|whole| whole.is_open()))
    }
}
