//! Pictures beside what is said of alerts and incidents.

use std::collections::BTreeSet;

use super::Draft;
use super::feature::alerts::{find, find_group};
use domain::alert::Alert;
use domain::effect::{EffectKind, Lane};
use domain::id::IncidentId;
use domain::incident::{Incident, Intent};
use domain::owner::Owner;
use domain::picture::{self, Picture};
use store::StoreError;

impl Draft<'_> {
    /// Under the message that tells of an alert.
    pub(super) fn picture_alert(&mut self, before: Option<&Alert>, after: &Alert) -> Result<(), StoreError> {
        let Some(group) = after.group.filter(|_| picture::watch_of(after).is_some()) else { return Ok(()) };
        let Some(group) = find_group(&self.book(), group)? else { return Ok(()) };
        let incident = self.book().whole_of(self.book().owner(after)?)?;
        if let Some(picture) = picture::of_alert(before, after, &group, incident.as_deref(), self.now) {
            self.show(Owner::AlertGroup(group.id), picture);
        }
        Ok(())
    }

    /// Under the card of the incident that an alert joined.
    pub(super) fn picture_joined(&mut self, incident: IncidentId, alert: &Alert) -> Result<(), StoreError> {
        let Some(incident) = self.book().incident(incident)? else { return Ok(()) };
        if let Some(picture) = picture::of_joined(alert, &incident, self.now) {
            self.show(Owner::Incident(incident.id), picture);
        }
        Ok(())
    }

    /// How what its card named went, once an incident is over.
    pub(super) fn picture_end(
        &mut self,
        before: Option<&Incident>,
        after: &Incident,
    ) -> Result<(), StoreError> {
        let is_over = before.is_some_and(Incident::is_open) && !after.is_open();
        let mut shown = BTreeSet::new();
        for named in after.alerts.named.iter().filter(|_| is_over) {
            let Some(alert) = find(&self.book(), named.alert)? else { continue };
            let picture = picture::of_ended(&alert, after, self.now);
            if let Some(picture) = picture.filter(|picture| shown.insert(picture.watch.clone())) {
                self.show(Owner::Incident(after.id), picture);
            }
        }
        Ok(())
    }

    /// For whoever asked.
    pub fn picture_asked(&mut self, picture: Picture) {
        self.show(Owner::Howler, picture);
    }

    fn show(&mut self, owner: Owner, picture: Picture) {
        let intent = Intent { lane: Lane::Pictures(owner), kind: EffectKind::Picture(Box::new(picture)) };
        self.push(owner, intent);
    }
}
