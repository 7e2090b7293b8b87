//! Which alerts are whose now: read where an incident is split off or opened again, for what is over hears nothing.

use std::collections::BTreeMap;

use super::Draft;
use super::feature::alerts::{find, find_group};
use domain::aggregate::{Aggregate, Cause};
use domain::alert::Alert;
use domain::alert::event::AlertEventKind;
use domain::alert::group::Group;
use domain::alert::group::event::GroupEventKind;
use domain::id::IncidentId;
use domain::incident::Incident;
use domain::incident::alerts::{AlertNews, AlertWhat, Belongings, NAMED, Named, Tally};
use domain::incident::event::EventKind;
use domain::incident::merge::Back;
use store::StoreError;

impl Draft<'_> {
    /// The alerts that go with an incident when it leaves the whole, and how many are left there.
    pub(super) fn apart(&self, it: &Incident, whole: &Incident) -> Result<(Back, Tally), StoreError> {
        let mut own = self.lent(it.id, whole)?;
        own.named.truncate(NAMED);
        let mut back = Back { own, lent: self.lent_to(it, whole)?, tally: Tally::default() };
        back.tally = self.tally_of(back.lent.values().chain([&back.own]))?;
        let mut left = vec![self.still_of(whole.id, &whole.alerts.own(), [])?];
        for part in whole.parts.keys().filter(|part| **part != it.id && !it.parts.contains_key(part)) {
            left.push(self.lent(*part, whole)?);
        }
        Ok((back, self.tally_of(left.iter())?))
    }

    /// An incident that was over is open again: what was taken elsewhere meanwhile, or ended, counts no more.
    pub(super) fn reread(&mut self, before: Option<&Incident>, after: &Incident) -> Result<(), StoreError> {
        if !after.is_open() || before.is_none_or(|before| before.resolution().is_none()) {
            return Ok(());
        }
        let (mut own, lent) =
            (self.still_of(after.id, &after.alerts.own(), [])?, self.lent_to(after, after)?);
        own.named.truncate(NAMED);
        let tally = self.tally_of(lent.values().chain([&own]))?;
        if after.alerts.knows(&own, &lent, tally) {
            return Ok(());
        }
        let news = AlertNews { what: AlertWhat::Reread { own, lent }, tally };
        self.record::<Incident>(after.id, &Cause::howler(), EventKind::Alerts(Box::new(news)))
    }

    /// Its messages say that it is over, or open again. Those of a double go to what it is the same as, and come back with a reopening.
    pub(super) fn end_of_alerts(
        &mut self,
        before: Option<&Incident>,
        after: &Incident,
    ) -> Result<(), StoreError> {
        let Some(before) = before.filter(|before| before.is_open() != after.is_open()) else { return Ok(()) };
        let Some(ended) = before.resolution().or(after.resolution()) else { return Ok(()) };
        let of = ended.cancelled.as_ref().and_then(|cancelled| cancelled.of);
        let of = of.map(|of| self.book().whole(of)).transpose()?.flatten();
        match of {
            Some(of) if after.is_open() => self.move_alerts(after, of.id, after.id)?,
            Some(of) if of.is_open() => self.move_alerts(after, after.id, of.id)?,
            _ => {}
        }
        self.redraw(&after.belongings().groups)
    }

    /// Of what `whose` knows, what is `from`'s belongs `to` another one now.
    fn move_alerts(&mut self, whose: &Incident, from: IncidentId, to: IncidentId) -> Result<(), StoreError> {
        let Belongings { groups, mut alone, .. } = whose.alerts.own();
        for group in groups {
            if find_group(&self.book(), group)?.is_some_and(|group| group.incident == Some(from)) {
                self.record::<Group>(group, &Cause::howler(), GroupEventKind::Attached { incident: to })?;
                alone.extend(self.state.alerts.members(group));
                let changed = self.parts.alerts.changed.values();
                alone.extend(changed.filter(|alert| alert.group == Some(group)).map(|alert| alert.id));
            }
        }
        for id in alone {
            if let Some(alert) = find(&self.book(), id)?.filter(|alert| alert.incident == Some(from)) {
                self.record::<Alert>(id, &Cause::howler(), AlertEventKind::Attached { incident: to })?;
                self.raise(to, &alert)?;
            }
        }
        Ok(())
    }

    fn tally_of<'b>(&self, all: impl Iterator<Item = &'b Belongings>) -> Result<Tally, StoreError> {
        let mut together = Belongings::default();
        for part in all {
            together.groups.extend(&part.groups);
            together.alone.extend(&part.alone);
        }
        self.tally(&together.groups, &together.alone)
    }

    /// What of the whole's alerts is of each incident that was merged into `it`.
    fn lent_to(
        &self,
        it: &Incident,
        whole: &Incident,
    ) -> Result<BTreeMap<IncidentId, Belongings>, StoreError> {
        it.parts.keys().map(|part| Ok((*part, self.lent(*part, whole)?))).collect()
    }

    /// What of the whole's alerts is `part`'s.
    fn lent(&self, part: IncidentId, whole: &Incident) -> Result<Belongings, StoreError> {
        let lent = whole.alerts.lent.get(&part).cloned().unwrap_or_default();
        let new = whole.alerts.named.iter().filter(|named| named.of == Some(part));
        self.still_of(part, &lent, new)
    }

    /// What is `whose` still, of what was known, and of `more` by name.
    fn still_of<'n>(
        &self,
        whose: IncidentId,
        known: &'n Belongings,
        more: impl IntoIterator<Item = &'n Named>,
    ) -> Result<Belongings, StoreError> {
        let mut now = known.clone();
        for group in known.groups.iter().copied() {
            if find_group(&self.book(), group)?.is_none_or(|group| group.incident != Some(whose)) {
                now.groups.remove(&group);
            }
        }
        for alert in known.alone.iter().copied() {
            if find(&self.book(), alert)?.is_none_or(|alert| alert.incident != Some(whose)) {
                now.alone.remove(&alert);
            }
        }
        let mut named: Vec<Named> = Vec::new();
        for known in known.named.iter().chain(more) {
            let alert = find(&self.book(), known.alert)?.filter(|alert| alert.incident == Some(whose));
            let is_known = named.iter().any(|named| named.alert == known.alert);
            if let Some(alert) = alert.filter(|_| !is_known) {
                named.push(Named { over: !alert.is_live(), of: None, ..known.clone() });
            }
        }
        Ok(Belongings { named, ..now })
    }
}
